//! Comparisons as equations with their numbers, and how far from the bar they are, read off the
//! explanation of a rule: whatever a rule compares is shown in this way, and no rule is named here.
//!
//! **Invariant:** a number that is rounded for people says so (≈) and never looks like the bar that it
//! misses; what is not known stands as unknown in its place.

use super::value::Value;
use super::{State, Step, StepKind};
use crate::calendar::parse_iso;
use crate::exact::{Exact, grouped};
use crate::expression::syntax::{Arithmetic, Comparison};
use crate::expression::typed::{Ty, TypedKind};
use crate::messages::words;
use crate::text::Text;
use crate::unit::{DIMENSION_NAMES, Unit};

/// Decimals of a rounded number: the fewest, and the most that are tried to tell it from the bar.
const DECIMALS: std::ops::RangeInclusive<u32> = 2..=12;

/// 等式 · one condition of a rule with the numbers of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// The condition in one line, with the distance to the bar.
    pub text: Text,
    /// Whether the rule's condition holds; none where that is not known. Of a quantity that is only
    /// computed, whether it has a value.
    pub holds: Option<bool>,
    /// Whether it is a condition of the rule, and not the computing of a quantity.
    pub condition: bool,
    /// The sides, where two quantities are compared.
    pub sides: Option<Sides>,
    /// The distance to the bar, where two quantities are compared.
    pub margin: Option<Margin>,
    /// Citations of the numbers of the law in it.
    pub cites: Vec<String>,
    /// Missing facts, by index.
    pub missing: Vec<usize>,
}

/// 两边 · two quantities that are compared, in the same unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Left.
    pub left: Exact,
    /// How the rule wants them to stand: `=`, `≠`, `<`, `≤`, `>`, `≥`.
    pub wanted: &'static str,
    /// How they stand.
    pub actual: &'static str,
    /// Right.
    pub right: Exact,
    /// Their unit; empty for a plain number.
    pub unit: Text,
}

/// 差额 · how far a quantity is from its bar, never negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Margin {
    /// How far, in the unit.
    pub amount: Exact,
    /// The unit; empty for a plain number.
    pub unit: Text,
    /// What is taken to stay as it is: the divisor of a share.
    pub unchanged: Option<Text>,
    /// In words.
    pub text: Text,
}

/// The conditions of a rule with the numbers of a case, in the order in which the rule has them; where
/// an exception applies, its own. The step is that of a rule.
pub fn equations(rule: &Step<'_>) -> Vec<Equation> {
    let mut found = Vec::new();
    for version in rule.children.iter().filter(|child| child.told.kind == StepKind::Version) {
        of_version(version, &mut found);
    }
    found
}

fn of_version(version: &Step<'_>, found: &mut Vec<Equation>) {
    let exceptions = || version.children.iter().filter(|child| child.told.kind == StepKind::Exception);
    let applied = exceptions()
        .rfind(|step| matches!(step.value, Value::Applied { applied: true, .. }) && step.children.len() > 1);
    if let Some(exception) = applied {
        for part in &exception.children {
            claims(part, false, found);
        }
        return;
    }
    for part in &version.children {
        // The day that picks the law compares nothing; a condition of application is told when it is
        // what keeps the rule from the case.
        let silent = part.remark == Some("explain.picks_law") || part.told.kind == StepKind::Exception;
        let applies = part.remark == Some("explain.applies") && part.value.is_yes();
        if silent || applies {
            continue;
        }
        match part.children.as_slice() {
            // A field of the outcome: a member of a set says when it is one.
            [body] if part.typed.is_none() => {
                let from = found.len();
                claims(body, false, found);
                for claim in &mut found[from..] {
                    let values = [("title", part.told.title.clone()), ("claim", claim.text.clone())];
                    claim.text = words("explain.equation.member").fill(&values);
                }
            }
            _ => claims(part, false, found),
        }
    }
    // An exception that may apply is part of what is not known.
    for exception in exceptions().filter(|step| step.state == State::Unknown) {
        for part in exception.children.iter().take(1) {
            claims(part, false, found);
        }
    }
}

/// The conditions in an expression.
fn claims(step: &Step<'_>, negated: bool, found: &mut Vec<Equation>) {
    let Some(typed) = step.typed else { return };
    match &typed.kind {
        TypedKind::Not(_) => step.children.iter().for_each(|part| claims(part, !negated, found)),
        TypedKind::And(_) | TypedKind::Or(_) | TypedKind::Count(_) | TypedKind::Case(..) => {
            step.children.iter().for_each(|part| claims(part, negated, found));
        }
        TypedKind::Compare(op, ..) => found.extend(compared(step, *op, negated)),
        TypedKind::InLanes(of, lanes) => found.extend(listed(step, &of.ty, lanes, negated)),
        // A definition that is told here is told by what it says.
        TypedKind::Let(_) if typed.ty == Ty::Bool && !step.children.is_empty() => {
            step.children.iter().for_each(|part| claims(part, negated, found));
        }
        TypedKind::Constant(_) | TypedKind::Number(_) => {}
        _ if typed.ty == Ty::Bool => found.push(stated(step, negated)),
        _ => found.push(computed(step)),
    }
}

fn equation(step: &Step<'_>, text: Text, holds: Option<bool>) -> Equation {
    let mut cites = Vec::new();
    gather(step, &mut cites);
    Equation { text, holds, condition: true, sides: None, margin: None, cites, missing: step.missing.clone() }
}

/// The citations of the numbers of the law in an expression.
fn gather(step: &Step<'_>, cites: &mut Vec<String>) {
    if step.told.kind == StepKind::Parameter {
        for cite in &step.told.cites {
            if !cites.contains(cite) {
                cites.push(cite.clone());
            }
        }
    }
    step.children.iter().for_each(|child| gather(child, cites));
}

fn known(step: &Step<'_>) -> Option<bool> {
    (step.state == State::Known).then(|| step.value.is_yes())
}

/// A yes or no.
fn stated(step: &Step<'_>, negated: bool) -> Equation {
    let title = match step.children.as_slice() {
        [of] if matches!(step.typed.map(|typed| &typed.kind), Some(TypedKind::IsNever(_))) => {
            join(&[phrase(of).text, Text::same(" = "), step.told.title.clone()])
        }
        _ => step.told.title.clone(),
    };
    let values = [("name", title), ("value", step.display())];
    let text = words("explain.equation.stated").fill(&values);
    let yes = match step.value {
        Value::Fact { lane, .. } if step.state == State::Known => Some(lane != 0),
        _ => known(step),
    };
    equation(step, text, yes.map(|yes| yes != negated))
}

/// Membership in a list.
fn listed(step: &Step<'_>, ty: &Ty, lanes: &[i64], negated: bool) -> Option<Equation> {
    let of = step.children.first()?;
    let holds = known(step);
    let sign = match holds {
        Some(true) => " ∈ ",
        Some(false) => " ∉ ",
        None => " ∈? ",
    };
    // An outside list keeps no words for its codes: the rule's own stand for them.
    let item =
        |lane: &i64| Value::Lane { lane: i128::from(*lane), quantum: Exact::ONE, ty }.display(step.speaker);
    let mut inner: Vec<Text> = lanes.iter().map(item).collect();
    if inner.iter().any(|text| text.zh.is_empty()) {
        let text = step.told.expression.as_deref().unwrap_or_default();
        let list =
            text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
        inner = vec![Text::same(list)];
    }
    let comma = words("explain.equation.comma");
    let list = inner.into_iter().reduce(|all, next| join(&[all, comma.clone(), next])).unwrap_or_default();
    let text = join(&[phrase(of).text, Text::same(sign), Text::same("{"), list, Text::same("}")]);
    Some(equation(step, text, holds.map(|yes| yes != negated)))
}

/// A quantity that is computed and compared with nothing.
fn computed(step: &Step<'_>) -> Equation {
    let phrase = phrase(step);
    let text = if phrase.whole {
        let inner = step.typed.and_then(|typed| match &typed.kind {
            TypedKind::Round { .. } => step.children.first(),
            _ => None,
        });
        let exact = inner.is_none_or(|inner| value_of(inner) == value_of(step));
        let sign = Text::same(if exact { " = " } else { " ≈ " });
        join(&[phrase.text, sign, step.display()])
    } else {
        phrase.text
    };
    let mut made = equation(step, text, (step.state == State::Known).then_some(true));
    made.condition = false;
    made
}

/// Two quantities, days or codes side by side.
fn compared(step: &Step<'_>, op: Comparison, negated: bool) -> Option<Equation> {
    let [left, right] = step.children.as_slice() else { return None };
    let ty = &left.typed?.ty;
    let holds = known(step);
    let (a, b) = (value_of(left), value_of(right));
    let actual = match (holds, a.zip(b)) {
        (None, _) => Text::same(format!(" {}? ", sign(op))),
        (Some(_), Some((a, b))) => Text::same(format!(" {} ", standing(a, b, op))),
        (Some(true), None) => Text::same(format!(" {} ", sign(op))),
        (Some(false), None) => Text::same(format!(" {} ", sign(opposite(op)))),
    };
    let unit = match ty {
        Ty::Number(unit) => Some(*unit),
        Ty::Date => Some(day()),
        _ => None,
    };
    let percent = unit == Some(Unit::RATIO) && is_share(left, right);
    let bar = Shown { percent, other: None };
    let text = join(&[
        side(left, Shown { other: b, ..bar }, false),
        actual,
        side(right, Shown { other: a, ..bar }, true),
    ]);
    let mut made = equation(step, text, holds.map(|yes| yes != negated));
    if let (Some(unit), Some((a, b)), Some(holds)) = (unit, a.zip(b), holds) {
        if matches!(ty, Ty::Number(_)) {
            let name = step.speaker.vocabulary.units.display(unit);
            let actual = standing(a, b, op);
            made.sides = Some(Sides { left: a, wanted: sign(op), actual, right: b, unit: name });
        }
        made.margin = margin(step, op, (a, b), unit, percent, holds);
        if let Some(margin) = &made.margin {
            let values = [("equation", made.text.clone()), ("margin", margin.text.clone())];
            made.text = words("explain.equation.with_margin").fill(&values);
        }
    }
    Some(made)
}

fn day() -> Unit {
    DIMENSION_NAMES.iter().position(|name| *name == "day").map_or(Unit::RATIO, Unit::base)
}

/// How far the sides are apart; of a share, in what is divided.
fn margin(
    step: &Step<'_>,
    op: Comparison,
    (a, b): (Exact, Exact),
    unit: Unit,
    percent: bool,
    holds: bool,
) -> Option<Margin> {
    if op == Comparison::NotEqual || (op == Comparison::Equal && holds) {
        return None;
    }
    let [left, right] = step.children.as_slice() else { return None };
    let share = quotient(left).map(|parts| (parts, b)).or_else(|| quotient(right).map(|parts| (parts, a)));
    let of_share = share.and_then(|((part, whole), bar)| {
        let (x, y) = (value_of(part)?, value_of(whole)?);
        let Ty::Number(unit) = part.typed?.ty else { return None };
        let wanted = bar.times(y)?;
        // The bar may be in another unit than the quotient of the parts' own.
        let amount = wanted.minus(x)?;
        let whole_unit = match whole.typed?.ty {
            Ty::Number(unit) => unit,
            _ => return None,
        };
        let fits = unit.over(whole_unit)? == left.typed.and_then(|typed| number_unit(&typed.ty))?;
        (fits && y > Exact::ZERO).then(|| (positive(amount), unit, Some(whole.told.title.clone())))
    });
    let (amount, unit, unchanged) = match of_share {
        Some(found) => found,
        None => (positive(a.minus(b)?), unit, None),
    };
    let number = Shown { percent: percent && unchanged.is_none(), other: None }.number(amount);
    let said = if percent && unchanged.is_none() {
        Text::same(number)
    } else {
        step.speaker.quantity(&number, unit)
    };
    let wants_more = matches!(op, Comparison::GreaterOrEqual | Comparison::Greater);
    let key = match (holds, op) {
        (true, _) => "explain.equation.spare",
        (false, Comparison::Equal) => "explain.equation.off",
        // On the right side it is the other way round, as the sides are read.
        (false, _) if wants_more == (quotient(left).is_some() || unchanged.is_none()) => {
            "explain.equation.short"
        }
        (false, _) => "explain.equation.over",
    };
    let mut text = words(key).fill(&[("amount", said)]);
    if let Some(name) = &unchanged {
        text = words("explain.equation.unchanged").fill(&[("margin", text), ("name", name.clone())]);
    }
    Some(Margin { amount, unit: step.speaker.vocabulary.units.display(unit), unchanged, text })
}

fn number_unit(ty: &Ty) -> Option<Unit> {
    if let Ty::Number(unit) = ty { Some(*unit) } else { None }
}

fn positive(amount: Exact) -> Exact {
    if amount < Exact::ZERO { Exact::ZERO.minus(amount).unwrap_or(amount) } else { amount }
}

/// The parts of a quotient.
fn quotient<'s, 'l>(step: &'s Step<'l>) -> Option<(&'s Step<'l>, &'s Step<'l>)> {
    match (&step.typed?.kind, step.children.as_slice()) {
        (TypedKind::Arithmetic(Arithmetic::Divide, ..), [part, whole]) => Some((part, whole)),
        _ => None,
    }
}

/// Whether a plain number is a share: a quotient against a number of the law that is not above one.
fn is_share(left: &Step<'_>, right: &Step<'_>) -> bool {
    let bar = |step: &Step<'_>| {
        let of_law = matches!(step.told.kind, StepKind::Parameter | StepKind::Literal);
        of_law && value_of(step).is_some_and(|value| value > Exact::ZERO && value <= Exact::ONE)
    };
    (quotient(left).is_some() && bar(right)) || (quotient(right).is_some() && bar(left))
}

fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Less => "<",
        Comparison::LessOrEqual => "≤",
        Comparison::Equal => "=",
        Comparison::NotEqual => "≠",
        Comparison::GreaterOrEqual => "≥",
        Comparison::Greater => ">",
    }
}

fn opposite(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Greater => Comparison::LessOrEqual,
    }
}

/// How two quantities stand, in the words of the comparison where it holds.
fn standing(a: Exact, b: Exact, op: Comparison) -> &'static str {
    let holds = match op {
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
        Comparison::Equal => a == b,
        Comparison::NotEqual => a != b,
        Comparison::GreaterOrEqual => a >= b,
        Comparison::Greater => a > b,
    };
    sign(if holds { op } else { opposite(op) })
}

/// The number of a step: its own, or, where a quotient is compared by multiplying across, that of its
/// parts; a day as its number.
fn value_of(step: &Step<'_>) -> Option<Exact> {
    let typed = step.typed?;
    let raw = step.raw();
    if !raw.is_empty() {
        return match typed.ty {
            Ty::Date => parse_iso(&raw).map(|day| Exact::whole(i128::from(day))),
            Ty::Number(_) => Exact::parse(&raw),
            _ => None,
        };
    }
    match (&typed.kind, step.children.as_slice()) {
        (TypedKind::Arithmetic(op, ..), [a, b]) => {
            let (a, b) = (value_of(a)?, value_of(b)?);
            match op {
                Arithmetic::Add => a.plus(b),
                Arithmetic::Subtract => a.minus(b),
                Arithmetic::Multiply => a.times(b),
                Arithmetic::Divide => a.over(b),
            }
        }
        (TypedKind::Convert(factor, _), [of]) => value_of(of)?.times(*factor),
        _ => None,
    }
}

/// How a number of a comparison is written.
#[derive(Clone, Copy)]
struct Shown {
    percent: bool,
    /// The other side, which a rounded number must not look like.
    other: Option<Exact>,
}

impl Shown {
    fn number(self, value: Exact) -> String {
        let hundred = |value: Exact| value.times(Exact::whole(100)).unwrap_or(value);
        let (value, other) =
            if self.percent { (hundred(value), self.other.map(hundred)) } else { (value, self.other) };
        let mut text = grouped(value);
        if text.starts_with('≈') || text.contains('/') {
            let rounded = |places: u32| Exact::parse(&value.rounded(places)).unwrap_or(value);
            let told = DECIMALS.clone().find(|places| other.is_none_or(|other| rounded(*places) != other));
            let plain = value.rounded(told.unwrap_or(*DECIMALS.end()));
            text = format!("≈ {}", plain.trim_start());
        }
        if self.percent { format!("{text} %") } else { text }
    }
}

/// A side of a comparison: what is computed with its result, and the bar with its name behind it.
fn side(step: &Step<'_>, shown: Shown, right: bool) -> Text {
    let phrase = phrase(step);
    let unit = step.typed.and_then(|typed| number_unit(&typed.ty));
    let value = match (value_of(step), unit) {
        (Some(value), Some(_)) if shown.percent => Text::same(shown.number(value)),
        (Some(value), Some(unit)) => step.speaker.quantity(&shown.number(value), unit),
        _ if step.raw().is_empty() => words("explain.unknown"),
        _ => step.display(),
    };
    let named =
        |name: Text| words("explain.equation.named").fill(&[("value", value.clone()), ("name", name)]);
    match (phrase.whole, right) {
        (true, true) => named(phrase.text),
        (true, false) => join(&[phrase.text, Text::same(" = "), value]),
        (false, _) if step.told.kind == StepKind::Literal && phrase.bare => value,
        (false, true) => {
            let mut name = step.told.title.clone();
            for cite in step.told.cites.iter().filter(|_| step.told.kind == StepKind::Parameter) {
                name = join(&[name, words("explain.equation.comma"), Text::same(cite.clone())]);
            }
            named(name)
        }
        (false, false) => join(&[step.told.title.clone(), Text::same(" "), value]),
    }
}

/// An expression in the words of people.
struct Phrase {
    text: Text,
    /// It is made of parts, and its result is to be told beside it.
    whole: bool,
    /// It has no name but its value.
    bare: bool,
    /// How tightly it binds: sums 1, products 2, all else 3.
    binds: u8,
}

fn phrase(step: &Step<'_>) -> Phrase {
    let Some(typed) = step.typed else { return atom(step) };
    let parts = step.children.as_slice();
    match (&typed.kind, parts) {
        (TypedKind::Arithmetic(op, ..), [a, b]) => {
            let (sign, binds) = match op {
                Arithmetic::Add => (" + ", 1),
                Arithmetic::Subtract => (" − ", 1),
                Arithmetic::Multiply => (" × ", 2),
                Arithmetic::Divide => (" ÷ ", 2),
            };
            let strict = matches!(op, Arithmetic::Subtract | Arithmetic::Divide);
            operation(a, b, sign, binds, strict)
        }
        (TypedKind::DaysBetween(..), [a, b]) => operation(a, b, " − ", 1, true),
        (TypedKind::PlusDays { negative, .. } | TypedKind::PlusYears { negative, .. }, [a, b]) => {
            operation(a, b, if *negative { " − " } else { " + " }, 1, *negative)
        }
        (TypedKind::Convert(..) | TypedKind::Round { .. }, [of]) => Phrase { whole: true, ..phrase(of) },
        (TypedKind::Extreme { greatest, .. }, parts) => {
            let comma = words("explain.equation.comma");
            let inner = parts.iter().map(|part| phrase(part).text);
            let inner = inner.reduce(|all, next| join(&[all, comma.clone(), next])).unwrap_or_default();
            let key = if *greatest { "explain.equation.greatest" } else { "explain.equation.least" };
            let text = words(key).fill(&[("inner", inner)]);
            Phrase { text, whole: true, bare: false, binds: 3 }
        }
        (TypedKind::Constant(_) | TypedKind::Number(_), _) => {
            Phrase { text: step.display(), whole: false, bare: true, binds: 3 }
        }
        _ => atom(step),
    }
}

/// Something with a name, and its value.
fn atom(step: &Step<'_>) -> Phrase {
    let text = join(&[step.told.title.clone(), Text::same(" "), step.display()]);
    Phrase { text, whole: false, bare: false, binds: 3 }
}

fn operation(a: &Step<'_>, b: &Step<'_>, sign: &str, binds: u8, strict: bool) -> Phrase {
    let (a, b) = (phrase(a), phrase(b));
    let bracketed = |part: Phrase, needed: bool| {
        if needed { words("explain.equation.brackets").fill(&[("inner", part.text)]) } else { part.text }
    };
    let left = a.binds < binds;
    let right = b.binds < binds || (strict && b.binds == binds);
    let text = join(&[bracketed(a, left), Text::same(sign), bracketed(b, right)]);
    Phrase { text, whole: true, bare: false, binds }
}

fn join(parts: &[Text]) -> Text {
    let form = |form: fn(&Text) -> &str| parts.iter().map(form).collect::<String>();
    Text { zh: form(|text| &text.zh), en: form(|text| &text.en) }
}
