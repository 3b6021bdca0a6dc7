//! From a law to a program for one assessment date.

use std::collections::{BTreeMap, BTreeSet};

use super::encode::Number;
use super::op::{FieldOut, Lane, N, Op, Part, Program, Reg, RuleOut, WideLane};
use super::part::{AsOf, PartBuilder};
use super::twin::Twin;
use super::{FACTS_MAX, LAPSED, NOT_APPLICABLE};
use crate::exact::Exact;
use crate::expression::typed::Ty;
use crate::law::{JudgedOn, Law, Rule, Segment, Version, Written};
use crate::vocabulary::{Symbols, Vocabulary};

/// Why a checked rule still cannot be computed exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileFault {
    /// A quotient where a plain number is needed.
    Quotient,
    /// A result that might not fit 126 bits.
    TooLarge,
    /// A division by zero that is known beforehand.
    DivisionByZero,
    /// More facts than a part may use.
    TooManyFacts,
    /// More exceptions than a version may have.
    TooManyExceptions,
    /// A quotient as the key of a table.
    KeyIsQuotient,
    /// A rate of discount that differs from case to case, or is below zero.
    Rate,
}

impl CompileFault {
    /// The fault code of the catalogue.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Quotient => "P080",
            Self::TooLarge => "P081",
            Self::DivisionByZero => "P082",
            Self::TooManyFacts => "P083",
            Self::TooManyExceptions => "P084",
            Self::KeyIsQuotient => "P085",
            Self::Rate => "P086",
        }
    }
}

/// The value of an expression in the making.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// A yes, a date or a code.
    Lane(Lane),
    Number(Number),
}

/// A rule's outcome as other rules read it.
pub(super) struct Done {
    fields: Vec<(Reg, Exact, u32, bool)>,
}

impl Program {
    /// Compiles a law for an assessment date. With `keep`, every intermediate value stays, so that
    /// an explanation can read it.
    pub fn compile(
        law: &Law,
        vocabulary: &Vocabulary,
        as_of: i64,
        keep: bool,
    ) -> Result<Self, (String, CompileFault)> {
        let all = (0..law.rules.len()).collect();
        Self::of_rules(law, vocabulary, as_of, keep, &all)
    }

    /// The same of the rules that judge cases of one subject.
    pub fn of_subject(
        law: &Law,
        vocabulary: &Vocabulary,
        as_of: i64,
        keep: bool,
        subject: usize,
    ) -> Result<Self, (String, CompileFault)> {
        let wanted = law.of_subject(subject).map(|(at, _)| at).collect();
        Self::of_rules(law, vocabulary, as_of, keep, &wanted)
    }

    /// The same of some rules, by index, and those that they use.
    pub fn of_rules(
        law: &Law,
        vocabulary: &Vocabulary,
        as_of: i64,
        keep: bool,
        wanted: &BTreeSet<usize>,
    ) -> Result<Self, (String, CompileFault)> {
        Self::judging(law, vocabulary, AsOf::Day(as_of), keep, wanted)
    }

    /// The same for one day, or for rows that have a day each.
    pub(super) fn judging(
        law: &Law,
        vocabulary: &Vocabulary,
        as_of: AsOf,
        keep: bool,
        wanted: &BTreeSet<usize>,
    ) -> Result<Self, (String, CompileFault)> {
        let wanted = with_used(law, wanted);
        let mut parts = Vec::new();
        for mut group in groups(law) {
            group.retain(|rule| wanted.contains(rule));
            if group.is_empty() {
                continue;
            }
            let mut whole = part(law, vocabulary, &group, PartBuilder::new(keep, as_of, false))?;
            if !keep {
                whole.allocate();
                let mut known = part(law, vocabulary, &group, PartBuilder::new(keep, as_of, true))?;
                known.allocate();
                whole.twin = Twin::new(&whole, known).map(Box::new);
            }
            parts.push(whole);
        }
        Ok(Self { parts })
    }

    /// Whether some rules, or all, can be compiled for a day, without making a program of them.
    pub(crate) fn check(
        law: &Law,
        vocabulary: &Vocabulary,
        as_of: i64,
        some: Option<&[Vec<usize>]>,
    ) -> Result<(), (String, CompileFault)> {
        let all = some.is_none().then(|| groups(law));
        for group in some.or(all.as_deref()).unwrap_or_default() {
            part(law, vocabulary, group, PartBuilder::new(false, AsOf::Day(as_of), false))?;
        }
        Ok(())
    }
}

/// Compiles rules that use one another.
fn part(
    law: &Law,
    vocabulary: &Vocabulary,
    group: &[usize],
    mut builder: PartBuilder,
) -> Result<Part, (String, CompileFault)> {
    let mut done: BTreeMap<&str, Done> = BTreeMap::new();
    for at in group {
        let rule = &law.rules[*at];
        let compiled = builder.rule(law, *at, vocabulary, &done);
        done.insert(&rule.id, compiled.map_err(|fault| (rule.id.clone(), fault))?);
    }
    Ok(builder.part)
}

/// Rules with those that they use, directly or through others.
fn with_used(law: &Law, wanted: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut all = wanted.clone();
    // Rules stand after those that they use.
    for (at, rule) in law.rules.iter().enumerate().rev() {
        if all.contains(&at) {
            all.extend(rule.uses().iter().filter_map(|used| law.rule(used)).map(|(used, _)| used));
        }
    }
    all
}

/// Rules that use one another, in the order of the law.
pub(crate) fn groups(law: &Law) -> Vec<Vec<usize>> {
    let mut group_of: Vec<usize> = (0..law.rules.len()).collect();
    for (at, rule) in law.rules.iter().enumerate() {
        for used in rule.uses() {
            let Some((other, _)) = law.rule(&used) else { continue };
            let (from, to) = (group_of[at].max(group_of[other]), group_of[at].min(group_of[other]));
            for group in &mut group_of {
                if *group == from {
                    *group = to;
                }
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (rule, group) in group_of.into_iter().enumerate() {
        groups.entry(group).or_default().push(rule);
    }
    groups.into_values().collect()
}

/// What the expressions of one version may read.
pub(super) struct Frame<'f> {
    pub(super) vocabulary: &'f Vocabulary,
    pub(super) symbols: &'f Symbols,
    pub(super) segment: &'f Segment,
    pub(super) lets: Vec<Value>,
    done: &'f BTreeMap<&'f str, Done>,
    pub(super) rule: usize,
    pub(super) segment_at: usize,
    pub(super) expression: usize,
}

impl PartBuilder {
    fn rule(
        &mut self,
        law: &Law,
        at: usize,
        vocabulary: &Vocabulary,
        done: &BTreeMap<&str, Done>,
    ) -> Result<Done, CompileFault> {
        let rule = &law.rules[at];
        let all = || (0..rule.segments.len()).collect();
        let (judged, wanted): (_, Vec<usize>) = match (rule.judged_on, self.as_of) {
            (JudgedOn::Fact(fact), _) => (Some(self.fact(fact)?), all()),
            (JudgedOn::AsOf, AsOf::Column(_)) => (Some(self.as_of()?), all()),
            (JudgedOn::AsOf, AsOf::Day(day)) => {
                let holds = |s: &Segment| s.from <= day && day < s.until;
                (None, rule.segments.iter().position(holds).into_iter().collect())
            }
        };
        let mut made = Vec::new();
        for segment_at in wanted {
            let segment = &rule.segments[segment_at];
            let lets = Vec::new();
            let mut frame = Frame {
                vocabulary,
                symbols: &law.symbols,
                segment,
                lets,
                done,
                rule: at,
                segment_at,
                expression: 0,
            };
            made.push((segment_at, self.version(rule, &mut frame)?));
        }
        self.assemble(rule, at, judged, made)
    }

    /// Chooses among the segments by the judged date and registers the outcome.
    fn assemble(
        &mut self,
        rule: &Rule,
        at: usize,
        judged: Option<Lane>,
        made: Vec<(usize, (Vec<Value>, N))>,
    ) -> Result<Done, CompileFault> {
        let outside = Reg::Narrow(self.lane_constant(0, NOT_APPLICABLE));
        let mut path = self.known(-1);
        let mut fields = Vec::new();
        for (index, field) in rule.fields.iter().enumerate() {
            let values: Vec<Value> = made.iter().map(|(_, (fields, _))| fields[index]).collect();
            let numbers: Vec<Number> = values.iter().filter_map(Value::number).collect();
            let quantum =
                if matches!(field.ty, Ty::Number(_)) { Self::common_step(&numbers)? } else { Exact::ONE };
            let mut result = outside;
            let mut bits = 1;
            let natural = numbers.iter().all(|number| number.natural());
            for ((segment_at, _), value) in made.iter().zip(values) {
                let register = match value {
                    Value::Lane(lane) => Reg::Narrow(lane),
                    Value::Number(number) => {
                        bits = bits.max(number.bits());
                        self.output(number, quantum)?
                    }
                };
                let segment = &rule.segments[*segment_at];
                result = match judged {
                    None => register,
                    Some(date) => self.within(date, (segment.from, segment.until), register, result),
                };
            }
            fields.push((self.own(result), quantum, bits, natural));
        }
        for (segment_at, (_, own)) in &made {
            let segment = &rule.segments[*segment_at];
            path = match judged {
                None => *own,
                // A path is always known: where the date is not, it is that of no law.
                Some(date) => {
                    let known = |at| Lane { at, lacks: None };
                    let (date, a, b) = (known(date.at), known(*own), known(path));
                    let (from, until) = (segment.from, segment.until);
                    self.narrow(Op::Within { date, from, until, a, b }, None).at
                }
            };
        }
        let outs =
            fields.iter().map(|(register, quantum, ..)| FieldOut { register: *register, quantum: *quantum });
        self.part.rules.push(RuleOut { rule: at, fields: outs.collect(), path });
        Ok(Done { fields })
    }

    /// A register that outcomes are read from: facts are not kept in registers.
    fn own(&mut self, register: Reg) -> Reg {
        match register {
            Reg::Narrow(lane) if lane.at < FACTS_MAX => {
                Reg::Narrow(self.narrow(Op::Scale { a: lane.at, by: 1 }, lane.lacks))
            }
            other => other,
        }
    }

    /// The fields of one version and its path.
    fn version(&mut self, rule: &Rule, frame: &mut Frame<'_>) -> Result<(Vec<Value>, N), CompileFault> {
        let version = &rule.versions[frame.segment.version];
        if version.lapsed.is_some() {
            let lapsed = Value::Lane(self.lane_constant(0, LAPSED));
            let path = self.path(frame.segment_at, Vec::new());
            return Ok((vec![lapsed; rule.fields.len()], path));
        }
        if version.exceptions.len() > 16 {
            return Err(CompileFault::TooManyExceptions);
        }
        let applies = match &version.applies {
            Some(written) => Some(self.condition(written, frame, 0)?),
            None => None,
        };
        for (at, (_, _, written)) in version.lets.iter().enumerate() {
            let value = self.expression(written, frame, version.let_index(at))?;
            frame.lets.push(value);
        }
        let mut fields = Vec::new();
        for (at, written) in version.body.iter().enumerate() {
            fields.push(self.expression(written, frame, version.body_index(at))?);
        }
        let conditions = self.exceptions(version, &mut fields, frame)?;
        if let Some(applies) = applies {
            let outside = Reg::Narrow(self.lane_constant(0, NOT_APPLICABLE));
            for field in &mut fields {
                *field = self.guarded(applies, *field, outside)?;
            }
        }
        let path = self.path(frame.segment_at, conditions);
        Ok((fields, path))
    }

    fn guarded(&mut self, applies: Lane, field: Value, outside: Reg) -> Result<Value, CompileFault> {
        Ok(match field {
            Value::Lane(lane) => Value::Lane(narrow_of(self.select(applies, Reg::Narrow(lane), outside))),
            Value::Number(number) => {
                let step = Self::common_step(&[number])?;
                let register = self.output(number, step)?;
                let bits = number.bits();
                let register = self.select(applies, register, outside);
                let natural = number.natural();
                Value::Number(Number::Lanes { register, bits, natural, quantum: step, below: None })
            }
        })
    }

    fn path(&mut self, segment: usize, exceptions: Vec<Lane>) -> N {
        if exceptions.is_empty() {
            return self.known((segment as i64) << 16);
        }
        self.narrow(Op::Path { segment: segment as i64, exceptions }, None).at
    }

    /// Applies exceptions over the base, those that prevail last; returns their conditions in the
    /// order of the file.
    fn exceptions(
        &mut self,
        version: &Version,
        fields: &mut [Value],
        frame: &mut Frame<'_>,
    ) -> Result<Vec<Lane>, CompileFault> {
        let mut conditions = Vec::new();
        for (at, exception) in version.exceptions.iter().enumerate() {
            conditions.push(self.condition(&exception.when, frame, version.when_index(at))?);
        }
        for at in by_priority(version) {
            for (field, written) in version.exceptions[at].body.iter().enumerate() {
                let Some(written) = written else { continue };
                let value = self.expression(written, frame, version.when_index(at) + 1 + field)?;
                fields[field] = self.choose(conditions[at], value, fields[field])?;
            }
        }
        for (at, one) in version.exceptions.iter().enumerate() {
            for other in at + 1..version.exceptions.len() {
                let ranked = one.over.contains(&other) || version.exceptions[other].over.contains(&at);
                if !ranked {
                    self.conflict(conditions[at], conditions[other], fields)?;
                }
            }
        }
        Ok(conditions)
    }

    fn conflict(&mut self, one: Lane, other: Lane, fields: &mut [Value]) -> Result<(), CompileFault> {
        for field in fields {
            *field = match *field {
                Value::Lane(lane) => {
                    let lacks = self.lacking(Op::Conflict { one, other, lacks: lane.lacks });
                    Value::Lane(Lane { lacks, ..lane })
                }
                Value::Number(number) => {
                    let step = Self::common_step(&[number])?;
                    let bits = number.bits();
                    let register = self.output(number, step)?;
                    let lacks = self.lacking(Op::Conflict { one, other, lacks: register.lacks() });
                    let register = match register {
                        Reg::Narrow(lane) => Reg::Narrow(Lane { lacks, ..lane }),
                        Reg::Wide(lane) => Reg::Wide(WideLane { lacks, ..lane }),
                    };
                    let natural = number.natural();
                    Value::Number(Number::Lanes { register, bits, natural, quantum: step, below: None })
                }
            };
        }
        Ok(())
    }

    fn condition(
        &mut self,
        written: &Written,
        frame: &mut Frame<'_>,
        index: usize,
    ) -> Result<Lane, CompileFault> {
        match self.expression(written, frame, index)? {
            Value::Lane(lane) => Ok(lane),
            // Checked expressions of conditions are yes or no.
            Value::Number(_) => Err(CompileFault::Quotient),
        }
    }

    /// A choice between two values of the same width.
    pub(crate) fn select(&mut self, condition: Lane, a: Reg, b: Reg) -> Reg {
        let some = condition.lacks.or(a.lacks()).or(b.lacks()).is_some();
        match self.matched(a, b, 1) {
            // Between two constants that differ, what is chosen is known exactly where the condition is.
            (Reg::Narrow(a), Reg::Narrow(b)) if self.differ(a, b) => {
                let lacks = condition.lacks;
                let condition = Lane { lacks: None, ..condition };
                Reg::Narrow(self.narrow(Op::Select { condition, a, b }, lacks))
            }
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow_lacking(Op::Select { condition, a, b }, some))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Wide(self.wide_lacking(Op::SelectWide { condition, a, b }, some))
            }
            // `matched` gives both the same width.
            (a, _) => a,
        }
    }

    /// The choice by an interval of dates.
    pub(crate) fn within(&mut self, date: Lane, (from, until): (i64, i64), a: Reg, b: Reg) -> Reg {
        let some = date.lacks.or(a.lacks()).or(b.lacks()).is_some();
        match self.matched(a, b, 1) {
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow_lacking(Op::Within { date, from, until, a, b }, some))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Wide(self.wide_lacking(Op::WithinWide { date, from, until, a, b }, some))
            }
            (a, _) => a,
        }
    }

    pub(super) fn choose(&mut self, condition: Lane, yes: Value, no: Value) -> Result<Value, CompileFault> {
        Ok(match (yes, no) {
            (Value::Number(a), Value::Number(b)) => Value::Number(self.select_numbers(condition, a, b)?),
            (Value::Lane(a), Value::Lane(b)) => {
                Value::Lane(narrow_of(self.select(condition, Reg::Narrow(a), Reg::Narrow(b))))
            }
            (other, _) => other,
        })
    }
}

impl Value {
    fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Lane(_) => None,
        }
    }
}

impl Number {
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::Known(_) => 1,
            Self::Lanes { bits, .. } => bits,
        }
    }

    /// Whether it is surely not below zero, where it is known.
    pub(super) fn natural(self) -> bool {
        match self {
            Self::Known(value) => value >= Exact::ZERO,
            Self::Lanes { natural, .. } => natural,
        }
    }

    pub(super) fn step(self) -> Exact {
        match self {
            Self::Known(value) if value == Exact::ZERO => Exact::ONE,
            Self::Known(value) => Exact::new(1, value.den()).unwrap_or(Exact::ONE),
            Self::Lanes { quantum, .. } => quantum,
        }
    }
}

/// The lane of a register that is narrow by construction.
pub(super) fn narrow_of(register: Reg) -> Lane {
    match register {
        Reg::Narrow(lane) => lane,
        Reg::Wide(lane) => Lane { at: lane.at, lacks: lane.lacks },
    }
}

pub(super) fn rule_value(frame: &Frame<'_>, id: &str, field: usize, ty: &Ty) -> Value {
    let Some(done) = frame.done.get(id) else { return Value::Number(Number::Known(Exact::ZERO)) };
    let (register, quantum, bits, natural) = done.fields[field];
    match ty {
        Ty::Number(_) => Value::Number(Number::Lanes { register, bits, natural, quantum, below: None }),
        _ => Value::Lane(narrow_of(register)),
    }
}

/// The numbers of a version's expressions: what applies, the lets, the body, then each exception's
/// condition followed by its fields.
impl Version {
    pub(crate) fn let_index(&self, at: usize) -> usize {
        1 + at
    }

    pub(crate) fn body_index(&self, field: usize) -> usize {
        1 + self.lets.len() + field
    }

    pub(crate) fn when_index(&self, exception: usize) -> usize {
        let fields = self.body.len();
        1 + self.lets.len() + fields + exception * (1 + fields)
    }
}

/// Exceptions so that one that prevails over another comes after it.
pub(crate) fn by_priority(version: &Version) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::new();
    let count = version.exceptions.len();
    while order.len() < count {
        let next = (0..count)
            .filter(|at| !order.contains(at))
            .find(|at| version.exceptions[*at].over.iter().all(|lower| order.contains(lower)));
        // A circle of priorities cannot be ordered; the file's order stands in.
        let next = next.or_else(|| (0..count).find(|at| !order.contains(at)));
        match next {
            Some(at) => order.push(at),
            None => break,
        }
    }
    order
}
