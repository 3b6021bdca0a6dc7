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
