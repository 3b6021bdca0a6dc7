//! The instructions of a part in the making: every value has a register of its own, and what was
//! computed before is found again.

use std::collections::{BTreeMap, BTreeSet};

use super::FACTS_MAX;
use super::compile::CompileFault;
use super::op::{Amount, Instruction, Lane, M, N, Op, Out, Part, Reg, W, WideLane};
use crate::calendar::{NEVER, plus_months};
use crate::expression::syntax::Comparison;

/// The day of assessment.
#[derive(Clone, Copy, Debug)]
pub(super) enum AsOf {
    /// One day for all rows.
    Day(i64),
    /// Each row has its own, in this column.
    Column(usize),
}

/// Builds one part.
pub(crate) struct PartBuilder {
    pub(super) part: Part,
    /// Keep every intermediate value, for explanation.
    pub(super) keep: bool,
    pub(super) as_of: AsOf,
    /// Every fact is known: for the twin of a part.
    known_facts: bool,
    slots: BTreeMap<usize, Lane>,
    narrow_known: BTreeMap<i64, N>,
    wide_known: BTreeMap<i128, W>,
    lacks_known: BTreeMap<u64, M>,
    /// The sets that a set is the union of, and the union of some sets.
    members: BTreeMap<M, BTreeSet<M>>,
    unions: BTreeMap<BTreeSet<M>, M>,
}

impl PartBuilder {
    pub(super) fn new(keep: bool, as_of: AsOf, known_facts: bool) -> Self {
        // The first narrow registers are those of the facts, which come to light one by one.
        let part = Part { narrow: FACTS_MAX, ..Part::default() };
        Self {
            part,
            keep,
            as_of,
            known_facts,
            slots: BTreeMap::new(),
            narrow_known: BTreeMap::new(),
            wide_known: BTreeMap::new(),
            lacks_known: BTreeMap::new(),
            members: BTreeMap::new(),
            unions: BTreeMap::new(),
        }
    }

    /// The registers of what an instruction gives. What was computed before is not computed again.
    fn push(&mut self, op: Op, narrow: bool, wide: bool, lacks: bool) -> Out {
        if let Some(done) = self.part.instructions.iter().find(|instruction| instruction.op == op) {
            return done.out;
        }
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        let out = Out {
            narrow: narrow.then(|| next(&mut self.part.narrow)),
            wide: wide.then(|| next(&mut self.part.wide)),
            lacks: lacks.then(|| next(&mut self.part.lacks)),
        };
        self.part.instructions.push(Instruction { op, out });
        out
    }

    /// A narrow value that lacks what is given.
    pub(super) fn narrow(&mut self, op: Op, lacks: Option<M>) -> Lane {
        let out = self.push(op, true, false, false);
        Lane { at: out.narrow.unwrap_or_default(), lacks }
    }

    /// A wide value that lacks what is given.
    pub(super) fn wide(&mut self, op: Op, lacks: Option<M>) -> WideLane {
        let out = self.push(op, false, true, false);
        WideLane { at: out.wide.unwrap_or_default(), lacks }
    }

    /// A narrow value with an instruction of its own for what it lacks, unless that is nothing.
    pub(super) fn narrow_lacking(&mut self, op: Op, some: bool) -> Lane {
        let out = self.push(op, true, false, some);
        Lane { at: out.narrow.unwrap_or_default(), lacks: out.lacks }
    }

    pub(super) fn wide_lacking(&mut self, op: Op, some: bool) -> WideLane {
        let out = self.push(op, false, true, some);
        WideLane { at: out.wide.unwrap_or_default(), lacks: out.lacks }
    }

    /// A comparison with what is known. A day so many months later is not after a day exactly if it is
    /// not after another, so that the calendar is asked once, here, and not for every row.
    pub(super) fn compare_known(&mut self, op: Comparison, a: N, to: i64, lacks: Option<M>) -> Lane {
        let shifted = match self.made_by(a) {
            Some(Op::PlusMonths { date, months: Amount::Known(months) }) if !self.keep => {
                same_before_shift(op, to, *months).map(|(op, to)| Op::CompareKnown { op, a: *date, to })
            }
            _ => None,
        };
        self.narrow(shifted.unwrap_or(Op::CompareKnown { op, a, to }), lacks)
    }

    /// The contrary: of a comparison, the opposite comparison.
    pub(super) fn not(&mut self, lane: Lane) -> Lane {
        let op = match self.made_by(lane.at) {
            Some(Op::CompareKnown { op, a, to }) => Op::CompareKnown { op: opposite(*op), a: *a, to: *to },
            Some(Op::Compare { op, a, b }) => Op::Compare { op: opposite(*op), a: *a, b: *b },
            _ => Op::Not { a: lane.at },
        };
        self.narrow(op, lane.lacks)
    }

    /// The instruction that gives a narrow register.
    fn made_by(&self, at: N) -> Option<&Op> {
        let made = self.part.instructions.iter().find(|made| made.out.narrow == Some(at));
        made.map(|made| &made.op)
    }

    /// A set of what is lacking by an instruction of its own.
    pub(super) fn lacking(&mut self, op: Op) -> Option<M> {
        self.push(op, false, false, true).lacks
    }

    /// What either lacks. The same union is one register, however it came about.
    pub(super) fn either(&mut self, a: Option<M>, b: Option<M>) -> Option<M> {
        let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
        let members = |of: &Self, at: M| of.members.get(&at).cloned().unwrap_or_else(|| BTreeSet::from([at]));
        let (of_a, of_b) = (members(self, a), members(self, b));
        if of_a.is_superset(&of_b) {
            return Some(a);
        }
        if of_b.is_superset(&of_a) {
            return Some(b);
        }
        let all: BTreeSet<M> = of_a.union(&of_b).copied().collect();
        if let Some(known) = self.unions.get(&all) {
            return Some(*known);
        }
        let made = self.lacking(Op::Lacking { a, b })?;
        self.members.insert(made, all.clone());
        self.unions.insert(all, made);
        Some(made)
    }

    /// A register that always holds one value.
    pub(super) fn known(&mut self, value: i64) -> N {
        if let Some(at) = self.narrow_known.get(&value) {
            return *at;
        }
        self.part.narrow += 1;
        let at = self.part.narrow - 1;
        self.part.narrow_constants.insert(at, value);
        self.narrow_known.insert(value, at);
        at
    }

    /// The value of a register that always holds the same.
    pub(super) fn value_of(&self, at: N) -> Option<i64> {
        self.part.narrow_constants.get(&at).copied()
    }

    /// Whether both are constants, and not the same.
    pub(super) fn differ(&self, a: Lane, b: Lane) -> bool {
        let known = self.value_of(a.at).zip(self.value_of(b.at)).is_some_and(|(a, b)| a != b);
        known && a.lacks.is_none() && b.lacks.is_none()
    }

    /// A number that is always known, in 64 or 128 bits.
    pub(crate) fn constant(&mut self, value: i128, wide: bool) -> Reg {
        let narrow = i64::try_from(value).ok().filter(|_| !wide);
        if let Some(value) = narrow {
            return Reg::Narrow(Lane { at: self.known(value), lacks: None });
        }
        if let Some(at) = self.wide_known.get(&value) {
            return Reg::Wide(WideLane { at: *at, lacks: None });
        }
        self.part.wide += 1;
        let at = self.part.wide - 1;
        self.part.wide_constants.insert(at, value);
        self.wide_known.insert(value, at);
        Reg::Wide(WideLane { at, lacks: None })
    }

    /// A value that is the same for every row, or the same want of one.
    pub(super) fn lane_constant(&mut self, value: i64, state: u64) -> Lane {
        let at = self.known(value);
        if state == 0 {
            return Lane { at, lacks: None };
        }
        if let Some(lacks) = self.lacks_known.get(&state) {
            return Lane { at, lacks: Some(*lacks) };
        }
        self.part.lacks += 1;
        let lacks = self.part.lacks - 1;
        self.part.lacks_constants.insert(lacks, state);
        self.lacks_known.insert(state, lacks);
        Lane { at, lacks: Some(lacks) }
    }

    pub(super) fn as_of(&mut self) -> Result<Lane, CompileFault> {
        match self.as_of {
            AsOf::Day(day) => Ok(self.lane_constant(day, 0)),
            AsOf::Column(column) => self.fact(column),
        }
    }

    pub(super) fn fact(&mut self, fact: usize) -> Result<Lane, CompileFault> {
        if let Some(lane) = self.slots.get(&fact) {
            return Ok(*lane);
        }
        let slot = self.part.facts.len();
        if slot >= FACTS_MAX {
            return Err(CompileFault::TooManyFacts);
        }
        self.part.facts.push(fact);
        let lacks = if self.known_facts { None } else { self.lacking(Op::Missing { slot }) };
        self.part.missing.push(lacks.unwrap_or_default());
        let lane = Lane { at: slot, lacks };
        self.slots.insert(fact, lane);
        Ok(lane)
    }
}

/// The comparison that a date must meet for the date so many months later to meet `op to`. Later dates
/// have later (or the same) anniversaries, so there is a last one that is not after a day.
fn same_before_shift(op: Comparison, to: i64, months: i64) -> Option<(Comparison, i64)> {
    let last_not_after = |day: i64| {
        let near = plus_months(day, -months);
        // The anniversary back and forth is at most the days by which months differ away.
        (near - 4..=near + 4).rev().find(|date| plus_months(*date, months) <= day)
    };
    // "Never" is later than any day before and after the shift.
    if to >= NEVER || to.abs() > 1_000_000 || months.abs() > 12_000 {
        return None;
    }
    match op {
        Comparison::LessOrEqual => Some((Comparison::LessOrEqual, last_not_after(to)?)),
        Comparison::Less => Some((Comparison::LessOrEqual, last_not_after(to - 1)?)),
        Comparison::Greater => Some((Comparison::Greater, last_not_after(to)?)),
        Comparison::GreaterOrEqual => Some((Comparison::Greater, last_not_after(to - 1)?)),
        Comparison::Equal | Comparison::NotEqual => None,
    }
}

/// The comparison that holds where this one does not.
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
