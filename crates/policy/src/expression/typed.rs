//! An expression whose names are resolved and whose types and units agree.

use super::syntax::{Arithmetic, Comparison, Range};
use crate::exact::Exact;
use crate::unit::Unit;

/// What kind of value an expression has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    Date,
    Code(Domain),
    Number(Unit),
}

/// Which list a code comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// The values of a fact of the vocabulary.
    Fact(usize),
    /// The outcomes of a rule, or of one field of its record.
    Rule(String, String),
    /// An outside list.
    Open,
}

/// A resolved expression.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) at: Range,
    pub(crate) ty: Ty,
    pub(crate) kind: TypedKind,
}

#[derive(Clone, Debug)]
pub(crate) enum TypedKind {
    /// A yes, a date or a code as its lane value.
    Constant(i64),
    /// A number in the unit of its type.
    Number(Exact),
    Fact(usize),
    AsOf,
    /// A value named by `let` in the same version.
    Let(usize),
    Parameter(String),
    /// The value of a table's column in the row of the keys.
    Table {
        table: String,
        column: String,
        keys: Vec<Typed>,
    },
    /// Rule id and index of its field.
    Rule(String, usize),
    Not(Box<Typed>),
    And(Vec<Typed>),
    Or(Vec<Typed>),
    Compare(Comparison, Box<Typed>, Box<Typed>),
    /// Membership in a list of constant lanes (codes, dates).
    InLanes(Box<Typed>, Vec<i64>),
    IsNever(Box<Typed>),
    Arithmetic(Arithmetic, Box<Typed>, Box<Typed>),
    /// The same quantity in another unit: multiply by the factor.
    Convert(Exact, Box<Typed>),
    /// Date plus (or minus) a number of years, as calendar months.
    PlusYears {
        date: Box<Typed>,
        years: Box<Typed>,
        negative: bool,
    },
    /// Date plus (or minus) a number of days.
    PlusDays {
        date: Box<Typed>,
        days: Box<Typed>,
        negative: bool,
    },
    /// Days from the second date to the first.
    DaysBetween(Box<Typed>, Box<Typed>),
    /// First date, every so many years, not before.
    NextEvery(Box<Typed>, Box<Typed>, Box<Typed>),
    Case(Vec<(Typed, Typed)>, Box<Typed>),
    /// The least (or greatest) of several.
    Extreme {
        greatest: bool,
        of: Vec<Typed>,
    },
    /// The nearest whole number of steps; half a step goes away from zero.
    Round {
        of: Box<Typed>,
        step: Exact,
    },
    /// What one unit is worth so many years before it is paid.
    Discount {
        rate: Box<Typed>,
        years: Box<Typed>,
    },
    /// How many of the conditions hold.
    Count(Vec<Typed>),
}

impl Typed {
    /// The parts of an expression, in reading order.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match &self.kind {
            TypedKind::Constant(_)
            | TypedKind::Number(_)
            | TypedKind::Fact(_)
            | TypedKind::AsOf
            | TypedKind::Let(_)
            | TypedKind::Parameter(_)
            | TypedKind::Rule(..) => Vec::new(),
            TypedKind::Not(a)
            | TypedKind::IsNever(a)
            | TypedKind::Convert(_, a)
            | TypedKind::InLanes(a, _)
            | TypedKind::Round { of: a, .. } => vec![a],
            TypedKind::And(parts)
            | TypedKind::Or(parts)
            | TypedKind::Count(parts)
            | TypedKind::Table { keys: parts, .. }
            | TypedKind::Extreme { of: parts, .. } => parts.iter().collect(),
            TypedKind::Compare(_, a, b) | TypedKind::Arithmetic(_, a, b) | TypedKind::DaysBetween(a, b) => {
                vec![a, b]
            }
            TypedKind::PlusYears { date, years: amount, .. }
            | TypedKind::PlusDays { date, days: amount, .. } => vec![date, amount],
            TypedKind::Discount { rate, years } => vec![rate, years],
            TypedKind::NextEvery(a, b, c) => vec![a, b, c],
            TypedKind::Case(arms, otherwise) => arms
                .iter()
                .flat_map(|(condition, value)| [condition, value])
                .chain(std::iter::once(&**otherwise))
                .collect(),
        }
    }

    /// Calls `visit` for this expression and everything in it.
    pub(crate) fn walk<'t>(&'t self, visit: &mut impl FnMut(&'t Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}
