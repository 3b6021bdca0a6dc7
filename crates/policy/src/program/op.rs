//! The instructions of a program.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lookup::Lookup;
use crate::exact::Exact;
use crate::expression::syntax::{Arithmetic, Comparison};

/// A narrow register (64-bit lanes) by its number.
pub(crate) type N = usize;
/// A wide register (128-bit lanes) by its number.
pub(crate) type W = usize;

/// A register of either width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reg {
    Narrow(N),
    Wide(W),
}

/// One instruction: what is computed for every lane of a block.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Load {
        slot: usize,
        out: N,
    },
    Scale {
        a: N,
        by: i64,
        out: N,
    },
    Widen {
        a: N,
        by: i128,
        out: W,
    },
    ScaleWide {
        a: W,
        by: i128,
        out: W,
    },
    Arithmetic {
        op: Arithmetic,
        a: N,
        b: N,
        out: N,
    },
    ArithmeticWide {
        op: Arithmetic,
        a: W,
        b: W,
        out: W,
    },
    Compare {
        op: Comparison,
        a: N,
        b: N,
        out: N,
    },
    CompareWide {
        op: Comparison,
        a: W,
        b: W,
        out: N,
    },
    /// Undefined where the lane is not greater than zero.
    Positive {
        a: N,
        out: N,
    },
    PositiveWide {
        a: W,
        out: W,
    },
    Not {
        a: N,
        out: N,
    },
    And {
        a: N,
        b: N,
        out: N,
    },
    Or {
        a: N,
        b: N,
        out: N,
    },
    In {
        a: N,
        lanes: Vec<i64>,
        out: N,
    },
    IsNever {
        a: N,
        out: N,
    },
    PlusMonths {
        date: N,
        months: Amount,
        out: N,
    },
    PlusDays {
        date: N,
        days: Amount,
        out: N,
    },
    DaysBetween {
        a: N,
        b: N,
        out: N,
    },
    NextEvery {
        start: N,
        months: Amount,
        not_before: N,
        out: N,
    },
    Select {
        condition: N,
        a: N,
        b: N,
        out: N,
    },
    SelectWide {
        condition: N,
        a: W,
        b: W,
        out: W,
    },
    Extreme {
        greatest: bool,
        a: N,
        b: N,
        out: N,
    },
    ExtremeWide {
        greatest: bool,
        a: W,
        b: W,
        out: W,
    },
    /// Lane `a` where the date lies in the interval, otherwise lane `b`.
    Within {
        date: N,
        from: i64,
        until: i64,
        a: N,
        b: N,
        out: N,
    },
    WithinWide {
        date: N,
        from: i64,
        until: i64,
        a: W,
        b: W,
        out: W,
    },
    /// The value of a table's column in the row of the keys.
    Lookup {
        keys: Vec<N>,
        column: Arc<Lookup>,
        out: N,
    },
    /// Marks a conflict where both conditions hold.
    Conflict {
        one: N,
        other: N,
        a: N,
        out: N,
    },
    ConflictWide {
        one: N,
        other: N,
        a: W,
        out: W,
    },
    /// The segment and the exceptions that applied, packed into a lane that is always known.
    Path {
        segment: i64,
        exceptions: Vec<N>,
        out: N,
    },
}

/// A whole count of calendar units; the part of a unit is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Amount {
    /// The same for every row.
    Known(i64),
    /// `floor(a × num / den)`.
    Lanes { a: N, num: i64, den: i64 },
}

/// A register filled once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    pub(crate) register: Reg,
    pub(crate) value: i128,
    pub(crate) mask: u64,
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
    /// Facts by slot: the slot is the bit of the missing set.
    pub(crate) facts: Vec<usize>,
    pub(crate) ops: Vec<Op>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) as_of: Option<N>,
    pub(crate) narrow: usize,
    pub(crate) wide: usize,
    pub(crate) rules: Vec<RuleOut>,
    /// Registers of every expression, by rule, segment and place; kept only for explanation.
    pub(crate) trace: BTreeMap<TraceKey, FieldOut>,
}

/// Rule, segment, which expression of the version, and the path of child indices to a node.
pub(crate) type TraceKey = (usize, usize, usize, Vec<u8>);

/// 程序 · a law compiled for one assessment date.
#[derive(Debug)]
pub struct Program {
    pub(crate) parts: Vec<Part>,
    /// The assessment date.
    pub as_of: i64,
}

impl Program {
    /// How many instructions there are, for benchmarks and curiosity.
    pub fn instructions(&self) -> usize {
        self.parts.iter().map(|part| part.ops.len()).sum()
    }
}
