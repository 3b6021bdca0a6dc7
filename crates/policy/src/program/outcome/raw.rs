//! Outcomes as they stand in their columns, for whoever looks at millions of them and needs only a
//! few in words.

use super::{Columns, FieldColumn, OutcomeValue, Outcomes, RuleColumns, Values, value_of, way_of};
use crate::exact::Exact;
use crate::law::{Law, Rule};
use crate::package::document::Grade;
use crate::program::{FACTS_MAX, NOT_APPLICABLE};

/// 状态 · whether there is an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Decided.
    Known,
    /// A fact is missing, or the law gives no answer.
    Unknown,
    /// The law does not speak to the case.
    NotApplicable,
}

impl State {
    fn of(lacks: u64) -> Self {
        const FACTS: u64 = (1 << FACTS_MAX) - 1;
        match lacks {
            0 => Self::Known,
            _ if lacks & FACTS == 0 && lacks & NOT_APPLICABLE != 0 => Self::NotApplicable,
            _ => Self::Unknown,
        }
    }
}

/// The columns of one rule's outcomes.
#[derive(Clone, Copy, Debug)]
pub struct RawOutcomes<'o> {
    part: &'o Columns,
    rule: &'o RuleColumns,
}

/// The lanes of one field.
#[derive(Clone, Copy, Debug)]
pub enum RawLanes<'o> {
    /// The same for every row.
    Known(i64),
    /// One a row.
    Narrow(&'o [i64]),
    /// One a row, of numbers that may be large.
    Wide(&'o [i128]),
}

impl RawLanes<'_> {
    fn same(self, other: RawLanes<'_>, rows: usize) -> bool {
        match (self, other) {
            (Self::Known(a), RawLanes::Known(b)) => a == b,
            (Self::Narrow(a), RawLanes::Narrow(b)) => a[..rows] == b[..rows],
            (Self::Wide(a), RawLanes::Wide(b)) => a[..rows] == b[..rows],
            _ => false,
        }
    }

    /// The lane of a row.
    #[inline]
    pub fn at(self, row: usize) -> i128 {
        match self {
            Self::Known(value) => i128::from(value),
            Self::Narrow(values) => i128::from(values[row]),
            Self::Wide(values) => values[row],
        }
    }
}

impl Outcomes {
    /// The columns of a rule; `None` when it was not compiled.
    pub fn raw(&self, rule: usize) -> Option<RawOutcomes<'_>> {
        let columns = self.rules.get(&rule)?;
        Some(RawOutcomes { part: &self.parts[columns.part], rule: columns })
    }
}

impl<'o> RawOutcomes<'o> {
    /// Whether a row has an outcome.
    #[inline]
    pub fn state(self, row: usize) -> State {
        State::of(self.rule.fields.iter().fold(0, |all, field| all | self.part.lacks(field.lacks, row)))
    }

    /// The lanes of a field and the size of one step, in the field's unit. A lane means something
    /// only where the state is [`State::Known`].
    pub fn field(self, at: usize) -> (RawLanes<'o>, Exact) {
        let FieldColumn { quantum, values, .. } = self.rule.fields[at];
        (self.lanes(values), quantum)
    }

    /// Whether the first `rows` rows are the same in every lane and lack the same, bit by bit. Rows may
    /// say the same where this says no.
    pub fn identical(self, other: RawOutcomes<'_>, rows: usize) -> bool {
        let (mine, theirs) = (&self.rule.fields, &other.rule.fields);
        mine.len() == theirs.len()
            && mine.iter().zip(theirs).all(|(a, b)| {
                let (values, others) = (self.lanes(a.values), other.lanes(b.values));
                let lacks = match (self.lacking(a.lacks), other.lacking(b.lacks)) {
                    (None, None) => true,
                    (Some(some), None) | (None, Some(some)) => some[..rows].iter().all(|lacks| *lacks == 0),
                    (Some(a), Some(b)) => a[..rows] == b[..rows],
                };
                a.quantum == b.quantum && lacks && values.same(others, rows)
            })
    }

    /// The sum of a field's known lanes over the first `rows` rows, those that are `except` left out, and
    /// how many were added; no sum where it grows beyond what is computed.
    pub fn sum(self, field: usize, rows: usize, except: Option<i64>) -> (Option<i128>, usize) {
        let FieldColumn { values, lacks, .. } = self.rule.fields[field];
        let (lanes, lacks) = (self.lanes(values), self.lacking(lacks));
        let (mut sum, mut added) = (Some(0_i128), 0);
        for row in 0..rows {
            let lane = lanes.at(row);
            if lacks.is_none_or(|lacks| lacks[row] == 0) && except.is_none_or(|out| i128::from(out) != lane) {
                sum = sum.and_then(|sum| sum.checked_add(lane));
                added += 1;
            }
        }
        (sum, added)
    }

    fn lacking(self, column: Option<usize>) -> Option<&'o [u64]> {
        column.map(|at| self.part.lacks[at].1.as_slice())
    }

    /// The way that a row took through the rule: to be read by [`Law::way`].
    #[inline]
    pub fn path(self, row: usize) -> i64 {
        self.part.value(self.rule.path, row) as i64
    }

    /// The value of a row; it means something only where the state is [`State::Known`].
    pub fn value(self, rule: &Rule, row: usize) -> OutcomeValue {
        value_of(rule, self.part, self.rule, row)
    }

    fn lanes(self, values: Values) -> RawLanes<'o> {
        match values {
            Values::Known(value) => RawLanes::Known(value),
            Values::Narrow(at) => RawLanes::Narrow(&self.part.narrow[at].1),
            Values::Wide(at) => RawLanes::Wide(&self.part.wide[at].1),
        }
    }
}

/// What a way through a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// The segment of the rule; none where no law is in force.
    pub segment: Option<usize>,
    /// The weakest grade of the rule's own text, numbers and exceptions.
    pub grade: Grade,
    /// An amount is a ceiling, not a sum due.
    pub at_most: bool,
}

impl Law {
    /// What a way through a rule rests on, without the rules that it uses.
    pub fn way(&self, rule: usize, path: i64) -> Option<Way> {
        way_of(&self.rules[rule], path)
    }
}
