//! The instructions of a program.
//!
//! A lane is a value and the set of facts that it lacks. The two are registers of their own: most
//! instructions leave the set as it was, so that it is not computed again, and what is always known
//! has none.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::discount::Discounts;
use super::lookup::{Column, Rows};
use super::twin::Twin;
use crate::exact::Exact;
use crate::expression::syntax::{Arithmetic, Comparison};

/// A narrow register (64-bit values) by its number.
pub(crate) type N = usize;
/// A wide register (128-bit values) by its number.
pub(crate) type W = usize;
/// A register of sets of missing facts by its number.
pub(crate) type M = usize;

/// Narrow values with what they lack; nothing where all are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) at: N,
    pub(crate) lacks: Option<M>,
}

/// Wide values with what they lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WideLane {
    pub(crate) at: W,
    pub(crate) lacks: Option<M>,
}

/// Values of either width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reg {
    Narrow(Lane),
    Wide(WideLane),
}

impl Reg {
    pub(crate) fn lacks(self) -> Option<M> {
        match self {
            Self::Narrow(lane) => lane.lacks,
            Self::Wide(lane) => lane.lacks,
        }
    }
}

/// What is computed for every lane of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    /// Which rows lack a fact. Its values are read where they lie.
    Missing {
        slot: usize,
    },
    /// What either lacks.
    Lacking {
        a: M,
        b: M,
    },
    Scale {
        a: N,
        by: i64,
    },
    Widen {
        a: N,
        by: i128,
    },
    ScaleWide {
        a: W,
        by: i128,
    },
    Arithmetic {
        op: Arithmetic,
        a: N,
        b: N,
    },
    ArithmeticWide {
        op: Arithmetic,
        a: W,
        b: W,
    },
    Compare {
        op: Comparison,
        a: N,
        b: N,
    },
    CompareWide {
        op: Comparison,
        a: W,
        b: W,
    },
    CompareKnown {
        op: Comparison,
        a: N,
        to: i64,
    },
    /// Undefined where the value is not greater than zero.
    Positive {
        a: N,
        lacks: Option<M>,
    },
    PositiveWide {
        a: W,
        lacks: Option<M>,
    },
    Not {
        a: N,
    },
    And {
        a: Lane,
        b: Lane,
    },
    Or {
        a: Lane,
        b: Lane,
    },
    In {
        a: N,
        lanes: Vec<i64>,
    },
    IsNever {
        a: N,
    },
    PlusMonths {
        date: N,
        months: Amount,
    },
    PlusDays {
        date: N,
        days: Amount,
    },
    DaysBetween {
        a: N,
        b: N,
    },
    /// Undefined where one of two days never comes.
    Endless {
        a: N,
        b: N,
        lacks: Option<M>,
    },
    NextEvery {
        start: N,
        months: Amount,
        not_before: N,
    },
    Select {
        condition: Lane,
        a: Lane,
        b: Lane,
    },
    SelectWide {
        condition: Lane,
        a: WideLane,
        b: WideLane,
    },
    Extreme {
        greatest: bool,
        a: N,
        b: N,
    },
    ExtremeWide {
        greatest: bool,
        a: W,
        b: W,
    },
    /// The nearest whole number to `a / b`; 0 where `b` is not above zero.
    Divide {
        a: N,
        b: N,
    },
    /// The same of wide values, given narrow; undefined where it does not fit.
    DivideWide {
        a: W,
        b: W,
        lacks: Option<M>,
    },
    DivideKnown {
        a: N,
        by: i64,
    },
    DivideWideKnown {
        a: W,
        by: i128,
        lacks: Option<M>,
    },
    /// Factors of discount, undefined for years that have none.
    Discount {
        years: N,
        lacks: Option<M>,
        factors: Arc<Discounts>,
    },
    /// Lane `a` where the date lies in the interval, otherwise lane `b`.
    Within {
        date: Lane,
        from: i64,
        until: i64,
        a: Lane,
        b: Lane,
    },
    WithinWide {
        date: Lane,
        from: i64,
        until: i64,
        a: WideLane,
        b: WideLane,
    },
    /// The row of a table for the keys.
    Row {
        keys: Vec<N>,
        rows: Arc<Rows>,
    },
    /// The value of a table's column in a row.
    Column {
        row: N,
        lacks: Option<M>,
        column: Arc<Column>,
    },
    /// Marks a conflict where both conditions hold.
    Conflict {
        one: Lane,
        other: Lane,
        lacks: Option<M>,
    },
    /// The segment and the exceptions that applied, packed into a value that is always known.
    Path {
        segment: i64,
        exceptions: Vec<Lane>,
    },
}

/// A whole count of calendar units; the part of a unit is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    /// The same for every row.
    Known(i64),
    /// `floor(a × num / den)`.
    Lanes { a: N, num: i64, den: i64 },
}

/// What an instruction gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Out {
    pub(crate) narrow: Option<N>,
    pub(crate) wide: Option<W>,
    pub(crate) lacks: Option<M>,
}

/// One instruction.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) out: Out,
}

/// Where a field of a rule's outcome is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldOut {
    pub(crate) register: Reg,
    /// The size of a lane step, in the field's unit.
    pub(crate) quantum: Exact,
}

/// Where a rule's outcome is found.
#[derive(Clone, Debug)]
pub(crate) struct RuleOut {
    /// Index of the rule in the law.
    pub(crate) rule: usize,
    pub(crate) fields: Vec<FieldOut>,
    pub(crate) path: N,
}

/// The code of rules that use one another; different parts share no facts' bits.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// Facts by slot: the slot is the bit of the missing set, and the narrow register of the values.
    pub(crate) facts: Vec<usize>,
    /// The register of which rows lack the fact, by slot.
    pub(crate) missing: Vec<M>,
    pub(crate) instructions: Vec<Instruction>,
    /// Narrow registers that are filled once.
    pub(crate) narrow_constants: BTreeMap<N, i64>,
    pub(crate) wide_constants: BTreeMap<W, i128>,
    pub(crate) lacks_constants: BTreeMap<M, u64>,
    /// How many registers of each kind there are; narrow ones with those of the facts.
    pub(crate) narrow: usize,
    pub(crate) wide: usize,
    pub(crate) lacks: usize,
    pub(crate) rules: Vec<RuleOut>,
    /// The same rules for blocks in which every fact is known.
    pub(crate) twin: Option<Box<Twin>>,
    /// Registers of every expression, by rule, segment and place; kept only for explanation.
    pub(crate) trace: BTreeMap<TraceKey, FieldOut>,
}

/// Rule, segment, which expression of the version, and the path of child indices to a node.
pub(crate) type TraceKey = (usize, usize, usize, Vec<u8>);

/// 程序 · a law compiled for one assessment date.
#[derive(Debug)]
pub struct Program {
    pub(crate) parts: Vec<Part>,
}

impl Program {
    /// Whether a rule, by index, is computed.
    pub fn has(&self, rule: usize) -> bool {
        self.parts.iter().any(|part| part.rules.iter().any(|out| out.rule == rule))
    }

    /// How many instructions there are, for benchmarks and curiosity.
    pub fn instructions(&self) -> usize {
        self.parts.iter().map(|part| part.instructions.len()).sum()
    }
}
