//! Resolving names and checking types and units. Every trouble of an expression is collected.

use super::syntax::{Arithmetic, Comparison, Expr, ExprKind, Range};
use super::typed::{Domain, Ty, Typed, TypedKind};
use crate::calendar::NEVER;
use crate::exact::Exact;
use crate::messages::words;
use crate::package::reader::nearest;
use crate::text::Text;
use crate::unit::Unit;
use crate::vocabulary::{FactKind, Symbols, Vocabulary};

/// What is wrong with an expression, and where in its text.
pub(crate) struct Trouble {
    pub(crate) at: Range,
    pub(crate) code: &'static str,
    pub(crate) args: Vec<(&'static str, Text)>,
}

/// The value of a rule, as another rule may use it.
pub(crate) struct RuleValue {
    pub(crate) id: String,
    pub(crate) field: usize,
    pub(crate) ty: Ty,
}

/// A column of a table, as an expression may read it.
pub(crate) struct TableColumn {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) ty: Ty,
    /// Names and types of what picks a row.
    pub(crate) keys: Vec<(String, Ty)>,
}

/// The names that an expression may use.
pub(crate) trait Scope {
    fn vocabulary(&self) -> &Vocabulary;
    /// Names given by `let` before this expression.
    fn named(&self, name: &str) -> Option<(usize, Ty)>;
    /// Whether such a name stands for something that is itself at fault.
    fn unsound(&self, name: &str) -> bool;
    fn parameter(&self, path: &str) -> Option<Ty>;
    fn table(&self, path: &str) -> Option<TableColumn>;
    fn rule(&self, name: &str, field: Option<&str>) -> Option<RuleValue>;
    /// The codes of a rule's outcome, or of one field of it.
    fn rule_codes(&self, rule: &str, field: &str) -> Vec<String>;
    /// Every name of facts and `let`s, for "did you mean".
    fn all_names(&self) -> Vec<String>;
    /// Every parameter and column of a table, as `$` names it.
    fn all_parameters(&self) -> Vec<String>;
    /// Every rule and field, as `@` names them.
    fn all_rules(&self) -> Vec<String>;
}

/// Checks expressions in a scope.
pub(crate) struct Checker<'c> {
    pub(crate) scope: &'c dyn Scope,
    pub(crate) symbols: &'c mut Symbols,
    pub(crate) troubles: Vec<Trouble>,
}

pub(super) type Checked = Option<Typed>;

impl Checker<'_> {
    pub(super) fn trouble(&mut self, at: &Range, code: &'static str, args: Vec<(&'static str, Text)>) {
        self.troubles.push(Trouble { at: at.clone(), code, args });
    }

    /// Checks an expression that must have a given type.
    pub(crate) fn expect(&mut self, expr: &Expr, ty: &Ty) -> Checked {
        let typed = self.check(expr, Some(ty))?;
        if typed.ty == *ty {
            return Some(typed);
        }
        self.mismatch(&expr.at, ty, &typed.ty);
        None
    }

    pub(super) fn mismatch(&mut self, at: &Range, left: &Ty, right: &Ty) {
        let code = match (left, right) {
            (Ty::Number(a), Ty::Number(b)) if a.same_dimension(*b) => "P031",
            (Ty::Number(a), Ty::Number(b)) if [*a, *b].contains(&Unit::RATIO) => "P044",
            (Ty::Number(_), Ty::Number(_)) => "P030",
            _ => "P032",
        };
        let (left, right) = (self.name(left), self.name(right));
        self.trouble(at, code, vec![("left", left), ("right", right)]);
    }

    /// What a type is called.
    pub(crate) fn name(&self, ty: &Ty) -> Text {
        type_name(ty, self.scope.vocabulary())
    }

    /// Checks an expression; `expected` lets a bare word be read as a code and 0 as any quantity.
    pub(crate) fn check(&mut self, expr: &Expr, expected: Option<&Ty>) -> Checked {
        let at = expr.at.clone();
        let (ty, kind) = match &expr.kind {
            ExprKind::Number { value, unit } => self.number(*value, unit.as_ref(), expected)?,
            ExprKind::Date(day) => (Ty::Date, TypedKind::Constant(*day)),
            // A list of outcomes may have a code `none`; where a code is wanted, it is meant.
            ExprKind::Never => match expected {
                Some(Ty::Code(domain)) => self.code("none", &at, domain)?,
                _ => (Ty::Date, TypedKind::Constant(NEVER)),
            },
            ExprKind::Bool(value) => (Ty::Bool, TypedKind::Constant(i64::from(*value))),
            ExprKind::Name(name) => self.name_of(name, &at, expected)?,
            ExprKind::Parameter(path) => self.parameter(path, &at)?,
            ExprKind::Table { path, keys } => self.table(path, keys, &at)?,
            ExprKind::Rule { name, field } => self.rule(name, field.as_deref(), &at)?,
            ExprKind::Not(inner) => {
                let inner = self.expect(inner, &Ty::Bool)?;
                (Ty::Bool, TypedKind::Not(Box::new(inner)))
            }
            ExprKind::And(parts) => (Ty::Bool, TypedKind::And(self.all(parts, &Ty::Bool)?)),
            ExprKind::Or(parts) => (Ty::Bool, TypedKind::Or(self.all(parts, &Ty::Bool)?)),
            ExprKind::Compare(op, left, right) => self.compare(*op, left, right)?,
            ExprKind::In { value, items, negated } => self.membership(value, items, *negated, &at)?,
            ExprKind::IsNone { value, negated } => {
                let inner = self.expect(value, &Ty::Date)?;
                let test = TypedKind::IsNever(Box::new(inner));
                if *negated {
                    let test = Typed { at: at.clone(), ty: Ty::Bool, kind: test };
                    (Ty::Bool, TypedKind::Not(Box::new(test)))
                } else {
                    (Ty::Bool, test)
                }
            }
            ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, expected)?,
            ExprKind::Case { arms, otherwise } => self.case(arms, otherwise, expected)?,
            ExprKind::Call { name, args } => self.call(name, args, &at, expected)?,
            ExprKind::Convert { value, unit, unit_at } => self.convert(value, unit, unit_at)?,
        };
        Some(Typed { at, ty, kind })
    }

    pub(super) fn all(&mut self, parts: &[Expr], ty: &Ty) -> Option<Vec<Typed>> {
        let checked: Vec<Checked> = parts.iter().map(|part| self.expect(part, ty)).collect();
        checked.into_iter().collect()
    }

    fn number(
        &mut self,
        value: Exact,
        unit: Option<&(String, Range)>,
        expected: Option<&Ty>,
    ) -> Option<(Ty, TypedKind)> {
        let unit = match (unit, expected) {
            (Some((symbol, at)), _) => {
                let Some(unit) = self.scope.vocabulary().units.parse(symbol) else {
                    self.trouble(at, "P012", vec![("unit", Text::same(symbol))]);
                    return None;
                };
                unit
            }
            (None, Some(Ty::Number(unit))) if value == Exact::ZERO => *unit,
            (None, _) => Unit::RATIO,
        };
        Some((Ty::Number(unit), TypedKind::Number(value)))
    }

    fn name_of(&mut self, name: &str, at: &Range, expected: Option<&Ty>) -> Option<(Ty, TypedKind)> {
        if name == "as_of" {
            return Some((Ty::Date, TypedKind::AsOf));
        }
        if let Some((index, ty)) = self.scope.named(name) {
            return Some((ty, TypedKind::Let(index)));
        }
        if self.scope.unsound(name) {
            return None;
        }
        if let Some(index) = self.scope.vocabulary().index(name) {
            let ty = match &self.scope.vocabulary().facts()[index].kind {
                FactKind::Number { unit, .. } => Ty::Number(*unit),
                FactKind::Date { .. } => Ty::Date,
                FactKind::Code(_) => Ty::Code(Domain::Fact(index)),
                FactKind::OpenCode => Ty::Code(Domain::Open),
                FactKind::YesNo => Ty::Bool,
                FactKind::Text => {
                    self.trouble(at, "P033", vec![("name", Text::same(name))]);
                    return None;
                }
            };
            return Some((ty, TypedKind::Fact(index)));
        }
        if let Some(Ty::Code(domain)) = expected {
            return self.code(name, at, domain);
        }
        let own = Text::same(name);
        if self.scope.vocabulary().units.symbol(name).is_some() {
            self.trouble(at, "P043", vec![("unit", own)]);
        } else {
            let near = near(name, &self.scope.all_names());
            self.trouble(at, "P034", vec![("name", own), ("near", near)]);
        }
        None
    }

    fn code(&mut self, code: &str, at: &Range, domain: &Domain) -> Option<(Ty, TypedKind)> {
        let ty = Ty::Code(domain.clone());
        let known: Vec<String> = match domain {
            Domain::Fact(fact) => match &self.scope.vocabulary().facts()[*fact].kind {
                FactKind::Code(values) => values.iter().map(|v| v.code.clone()).collect(),
                _ => Vec::new(),
            },
            Domain::Rule(rule, field) => self.scope.rule_codes(rule, field),
            Domain::Open => return Some((ty, TypedKind::Constant(self.symbols.intern(code)))),
        };
        let lane = known.iter().position(|k| k == code).map(|at| at as i64);
        if lane.is_none() {
            let (list, near) = (self.name(&ty), near(code, &known));
            let known = Text::same(known.join(", "));
            let own = Text::same(code);
            self.trouble(at, "P035", vec![("code", own), ("list", list), ("near", near), ("codes", known)]);
        }
        Some((ty, TypedKind::Constant(lane?)))
    }

    fn parameter(&mut self, path: &str, at: &Range) -> Option<(Ty, TypedKind)> {
        let ty = self.scope.parameter(path);
        if let (None, Some(column)) = (&ty, self.scope.table(path)) {
            let keys: Vec<&str> = column.keys.iter().map(|(name, _)| name.as_str()).collect();
            let name = Text::same(path.replace('/', "."));
            self.trouble(at, "P046", vec![("name", name), ("keys", Text::same(keys.join(", ")))]);
            return None;
        }
        if ty.is_none() {
            let near = near(&path.replace('/', "."), &self.scope.all_parameters());
            self.trouble(at, "P036", vec![("name", Text::same(path)), ("near", near)]);
        }
        Some((ty?, TypedKind::Parameter(path.to_owned())))
    }

    fn table(&mut self, path: &str, keys: &[Expr], at: &Range) -> Option<(Ty, TypedKind)> {
        let dotted = Text::same(path.replace('/', "."));
        let Some(column) = self.scope.table(path) else {
            if self.scope.parameter(path).is_some() {
                self.trouble(at, "P047", vec![("name", dotted)]);
            } else {
                let near = near(&path.replace('/', "."), &self.scope.all_parameters());
                self.trouble(at, "P036", vec![("name", Text::same(path)), ("near", near)]);
            }
            return None;
        };
        if keys.len() != column.keys.len() {
            let names: Vec<&str> = column.keys.iter().map(|(name, _)| name.as_str()).collect();
            self.trouble(at, "P046", vec![("name", dotted), ("keys", Text::same(names.join(", ")))]);
            return None;
        }
        let checked: Vec<Checked> =
            keys.iter().zip(&column.keys).map(|(key, (_, ty))| self.expect(key, ty)).collect();
        let keys = checked.into_iter().collect::<Option<Vec<Typed>>>()?;
        Some((column.ty, TypedKind::Table { table: column.table, column: column.column, keys }))
    }

    fn rule(&mut self, name: &str, field: Option<&str>, at: &Range) -> Option<(Ty, TypedKind)> {
        let Some(value) = self.scope.rule(name, field) else {
            let whole = field.map_or_else(|| name.to_owned(), |f| format!("{name}.{f}"));
            let near = near(&whole, &self.scope.all_rules());
            self.trouble(at, "P037", vec![("name", Text::same(whole)), ("near", near)]);
            return None;
        };
        Some((value.ty, TypedKind::Rule(value.id, value.field)))
    }

    /// Both sides of an operator, the second read in the light of the first and the other way round.
    fn pair(&mut self, left: &Expr, right: &Expr) -> Option<(Typed, Typed)> {
        let bare = |e: &Expr| {
            matches!(&e.kind, ExprKind::Name(_) | ExprKind::Never)
                || matches!(&e.kind, ExprKind::Number { unit: None, .. })
        };
        let known = |e: &Expr| {
            matches!(&e.kind, ExprKind::Name(n)
            if n == "as_of" || self.scope.named(n).is_some() || self.scope.unsound(n) || self.scope.vocabulary().index(n).is_some())
        };
        let open = |e: &Expr| bare(e) && !known(e);
        if open(left) && !open(right) {
            let right = self.check(right, None)?;
            let left = self.check(left, Some(&right.ty))?;
            return Some((left, right));
        }
        let left = self.check(left, None);
        // A bare word is read in the light of the other side; with that unsound, nothing is known of it.
        if left.is_none() && open(right) {
            return None;
        }
        let expected = left.as_ref().map(|l| l.ty.clone());
        let right = self.check(right, expected.as_ref())?;
        Some((left?, right))
    }

    fn compare(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Option<(Ty, TypedKind)> {
        let at = left.at.start..right.at.end;
        let (left, right) = self.pair(left, right)?;
        if left.ty != right.ty {
            self.mismatch(&at, &left.ty, &right.ty);
            return None;
        }
        // Codes of an outside list that no rule mentions share a lane: two of them would seem equal.
        let named = |side: &Typed| matches!(side.kind, TypedKind::Constant(_));
        if left.ty == Ty::Code(Domain::Open) && !named(&left) && !named(&right) {
            self.trouble(&at, "P045", Vec::new());
            return None;
        }
        let ordered = matches!(left.ty, Ty::Date | Ty::Number(_));
        if !ordered && !matches!(op, Comparison::Equal | Comparison::NotEqual) {
            let ty = self.name(&left.ty);
            self.trouble(&at, "P038", vec![("type", ty)]);
            return None;
        }
        Some((Ty::Bool, TypedKind::Compare(op, Box::new(left), Box::new(right))))
    }

    fn membership(
        &mut self,
        value: &Expr,
        items: &[Expr],
        negated: bool,
        at: &Range,
    ) -> Option<(Ty, TypedKind)> {
        let value = self.check(value, None)?;
        let items: Vec<Checked> = items.iter().map(|item| self.expect(item, &value.ty)).collect();
        let items: Vec<Typed> = items.into_iter().collect::<Option<_>>()?;
        let lanes: Option<Vec<i64>> = items
            .iter()
            .map(|item| match item.kind {
                TypedKind::Constant(lane) if !matches!(item.ty, Ty::Number(_)) => Some(lane),
                _ => None,
            })
            .collect();
        let test = match lanes {
            Some(lanes) => TypedKind::InLanes(Box::new(value), lanes),
            None => TypedKind::Or(
                items
                    .into_iter()
                    .map(|item| Typed {
                        at: item.at.clone(),
                        ty: Ty::Bool,
                        kind: TypedKind::Compare(Comparison::Equal, Box::new(value.clone()), Box::new(item)),
                    })
                    .collect(),
            ),
        };
        if !negated {
            return Some((Ty::Bool, test));
        }
        let inner = Typed { at: at.clone(), ty: Ty::Bool, kind: test };
        Some((Ty::Bool, TypedKind::Not(Box::new(inner))))
    }

    fn arithmetic(
        &mut self,
        op: Arithmetic,
        left: &Expr,
        right: &Expr,
        expected: Option<&Ty>,
    ) -> Option<(Ty, TypedKind)> {
        let at = left.at.start..right.at.end;
        if matches!(op, Arithmetic::Multiply | Arithmetic::Divide) {
            let (left, right) = (self.check(left, None), self.check(right, None));
            return self.scaled(op, left?, right?, &at);
        }
        let left = self.check(left, expected.filter(|ty| matches!(ty, Ty::Number(_))))?;
        let right = self.check(right, Some(&left.ty).filter(|ty| matches!(ty, Ty::Number(_))))?;
        match (&left.ty, &right.ty) {
            (Ty::Date, Ty::Number(unit)) => {
                let negative = op == Arithmetic::Subtract;
                let unit = *unit;
                self.shifted(left, right, unit, negative, &at)
            }
            (Ty::Date, Ty::Date) if op == Arithmetic::Subtract => {
                Some((Ty::Number(Unit::base(3)), TypedKind::DaysBetween(Box::new(left), Box::new(right))))
            }
            (Ty::Number(a), Ty::Number(b)) if a == b => {
                let ty = left.ty.clone();
                Some((ty, TypedKind::Arithmetic(op, Box::new(left), Box::new(right))))
            }
            (a, b) => {
                let (a, b) = (a.clone(), b.clone());
                self.mismatch(&at, &a, &b);
                None
            }
        }
    }

    fn shifted(
        &mut self,
        date: Typed,
        amount: Typed,
        unit: Unit,
        negative: bool,
        at: &Range,
    ) -> Option<(Ty, TypedKind)> {
        let (date, amount_box) = (Box::new(date), Box::new(amount.clone()));
        if unit == Unit::base(2) {
            return Some((Ty::Date, TypedKind::PlusYears { date, years: amount_box, negative }));
        }
        if unit == Unit::base(3) {
            return Some((Ty::Date, TypedKind::PlusDays { date, days: amount_box, negative }));
        }
        let ty = self.name(&amount.ty);
        self.trouble(at, "P039", vec![("type", ty)]);
        None
    }

    fn scaled(&mut self, op: Arithmetic, left: Typed, right: Typed, at: &Range) -> Option<(Ty, TypedKind)> {
        let (Ty::Number(a), Ty::Number(b)) = (&left.ty, &right.ty) else {
            let wrong = if matches!(left.ty, Ty::Number(_)) { &right.ty } else { &left.ty };
            let ty = self.name(wrong);
            self.trouble(at, "P040", vec![("type", ty)]);
            return None;
        };
        let unit = if op == Arithmetic::Multiply { a.times(*b) } else { a.over(*b) };
        let Some(unit) = unit else {
            self.trouble(at, "P041", Vec::new());
            return None;
        };
        Some((Ty::Number(unit), TypedKind::Arithmetic(op, Box::new(left), Box::new(right))))
    }

    fn case(
        &mut self,
        arms: &[(Expr, Expr)],
        otherwise: &Expr,
        expected: Option<&Ty>,
    ) -> Option<(Ty, TypedKind)> {
        let mut ty = expected.cloned();
        let mut checked = Vec::new();
        for (condition, value) in arms {
            let condition = self.expect(condition, &Ty::Bool);
            let value = self.branch(value, &mut ty);
            checked.push((condition, value));
        }
        let otherwise = self.branch(otherwise, &mut ty)?;
        let arms: Option<Vec<(Typed, Typed)>> =
            checked.into_iter().map(|(condition, value)| Some((condition?, value?))).collect();
        Some((ty?, TypedKind::Case(arms?, Box::new(otherwise))))
    }

    pub(super) fn branch(&mut self, value: &Expr, ty: &mut Option<Ty>) -> Checked {
        let typed = self.check(value, ty.as_ref())?;
        match ty {
            Some(expected) if *expected != typed.ty => {
                let expected = expected.clone();
                self.mismatch(&value.at, &expected, &typed.ty);
                None
            }
            _ => {
                *ty = Some(typed.ty.clone());
                Some(typed)
            }
        }
    }

    fn convert(&mut self, value: &Expr, unit: &str, unit_at: &Range) -> Option<(Ty, TypedKind)> {
        let typed = self.check(value, None)?;
        let Some(to) = self.scope.vocabulary().units.parse(unit) else {
            self.trouble(unit_at, "P012", vec![("unit", Text::same(unit))]);
            return None;
        };
        match &typed.ty {
            Ty::Number(from) if from.same_dimension(to) => {
                let factor = from.factor.over(to.factor)?;
                Some((Ty::Number(to), TypedKind::Convert(factor, Box::new(typed))))
            }
            other => {
                let (left, right) = (self.name(&Ty::Number(to)), self.name(other));
                self.trouble(unit_at, "P030", vec![("left", left), ("right", right)]);
                None
            }
        }
    }
}

fn near(word: &str, known: &[String]) -> Text {
    Text::same(nearest(word, known.iter().map(String::as_str)).unwrap_or("–"))
}

/// What a type is called, for messages.
pub(crate) fn type_name(ty: &Ty, vocabulary: &Vocabulary) -> Text {
    match ty {
        Ty::Bool => words("types.yes_no"),
        Ty::Date => words("types.date"),
        Ty::Code(Domain::Fact(fact)) => {
            let fact = &vocabulary.facts()[*fact];
            let codes = match &fact.kind {
                FactKind::Code(values) => {
                    values.iter().map(|v| v.code.as_str()).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            };
            words("types.code_of").fill(&[("fact", fact.title.clone()), ("codes", Text::same(codes))])
        }
        Ty::Code(Domain::Rule(rule, _)) => words("types.code_of_rule").fill(&[("rule", Text::same(rule))]),
        Ty::Code(Domain::Open) => words("types.code"),
        Ty::Number(unit) if *unit == Unit::RATIO => words("types.ratio"),
        Ty::Number(unit) => words("types.number_in").fill(&[("unit", vocabulary.units.display(*unit))]),
    }
}
