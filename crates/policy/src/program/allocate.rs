//! From instructions with a register each to few registers used again and again: what nobody reads
//! is left out, and a register is free once its value has been read for the last time.

use std::collections::BTreeMap;

use super::op::{Amount, Instruction, Lane, M, N, Op, Part, Reg, W, WideLane};

/// Registers that an instruction reads or gives, of each kind.
#[derive(Default)]
struct Touched {
    narrow: Vec<N>,
    wide: Vec<W>,
    lacks: Vec<M>,
}

impl Part {
    /// Leaves out what no outcome needs and lets values that do not live together share a register.
    pub(super) fn allocate(&mut self) {
        self.drop_unread();
        let last = self.last_reads();
        let facts = self.facts.len();
        let mut narrow = Shelf::new(facts, &self.narrow_constants.keys().copied().collect::<Vec<_>>());
        let mut wide = Shelf::new(0, &self.wide_constants.keys().copied().collect::<Vec<_>>());
        let mut lacks = Shelf::new(0, &self.lacks_constants.keys().copied().collect::<Vec<_>>());
        let mut instructions = std::mem::take(&mut self.instructions);
        for (at, instruction) in instructions.iter_mut().enumerate() {
            let read = reads(&instruction.op);
            rename(&mut instruction.op, &mut |r| narrow.of(r), &mut |r| wide.of(r), &mut |r| lacks.of(r));
            // The output may not share a register with an input: a kernel reads while it writes.
            let out = &mut instruction.out;
            let given = (out.narrow, out.wide, out.lacks);
            out.narrow = out.narrow.map(|r| narrow.take(r));
            out.wide = out.wide.map(|r| wide.take(r));
            out.lacks = out.lacks.map(|r| lacks.take(r));
            let over = |last: &BTreeMap<usize, usize>, r: usize| last.get(&r).is_none_or(|read| *read <= at);
            let read_narrow = read.narrow.into_iter().filter(|r| *r >= facts).chain(given.0);
            read_narrow.filter(|r| over(&last.narrow, *r)).for_each(|r| narrow.give_back(r));
            read.wide
                .into_iter()
                .chain(given.1)
                .filter(|r| over(&last.wide, *r))
                .for_each(|r| wide.give_back(r));
            read.lacks
                .into_iter()
                .chain(given.2)
                .filter(|r| over(&last.lacks, *r))
                .for_each(|r| lacks.give_back(r));
        }
        self.instructions = instructions;
        let reg = |register: &mut Reg| match register {
            Reg::Narrow(lane) => {
                lane.at = narrow.of(lane.at);
                lane.lacks = lane.lacks.map(|r| lacks.of(r));
            }
            Reg::Wide(lane) => {
                lane.at = wide.of(lane.at);
                lane.lacks = lane.lacks.map(|r| lacks.of(r));
            }
        };
        for rule in &mut self.rules {
            rule.fields.iter_mut().for_each(|field| reg(&mut field.register));
        }
        self.rules.iter_mut().for_each(|rule| rule.path = narrow.of(rule.path));
        self.missing.clear();
        self.narrow_constants = moved(&self.narrow_constants, &narrow);
        self.wide_constants = moved(&self.wide_constants, &wide);
        self.lacks_constants = moved(&self.lacks_constants, &lacks);
        (self.narrow, self.wide, self.lacks) = (narrow.count, wide.count, lacks.count);
    }

    /// Registers of the outcomes: they are read when everything is done.
    fn outcomes(&self) -> Touched {
        let mut touched = Touched::default();
        for rule in &self.rules {
            touched.narrow.push(rule.path);
            for field in &rule.fields {
                match field.register {
                    Reg::Narrow(lane) => touched.narrow.push(lane.at),
                    Reg::Wide(lane) => touched.wide.push(lane.at),
                }
                touched.lacks.extend(field.register.lacks());
            }
        }
        touched
    }

    fn drop_unread(&mut self) {
        let outcomes = self.outcomes();
        let mut narrow = vec![false; self.narrow];
        let mut wide = vec![false; self.wide];
        let mut lacks = vec![false; self.lacks];
        let mark = |touched: Touched, narrow: &mut [bool], wide: &mut [bool], lacks: &mut [bool]| {
            touched.narrow.into_iter().for_each(|r| narrow[r] = true);
            touched.wide.into_iter().for_each(|r| wide[r] = true);
            touched.lacks.into_iter().for_each(|r| lacks[r] = true);
        };
        mark(outcomes, &mut narrow, &mut wide, &mut lacks);
        let mut kept: Vec<Instruction> = Vec::new();
        for instruction in std::mem::take(&mut self.instructions).into_iter().rev() {
            let out = instruction.out;
            let read = out.narrow.is_some_and(|r| narrow[r])
                || out.wide.is_some_and(|r| wide[r])
                || out.lacks.is_some_and(|r| lacks[r]);
            if read {
                mark(reads(&instruction.op), &mut narrow, &mut wide, &mut lacks);
                kept.push(instruction);
            }
        }
        kept.reverse();
        self.instructions = kept;
    }

    /// The instruction that reads a register last; outcomes are read after all.
    fn last_reads(&self) -> Last {
        let mut last = Last::default();
        for (at, instruction) in self.instructions.iter().enumerate() {
            last.note(reads(&instruction.op), at);
        }
        last.note(self.outcomes(), usize::MAX);
        last
    }
}

#[derive(Default)]
struct Last {
    narrow: BTreeMap<N, usize>,
    wide: BTreeMap<W, usize>,
    lacks: BTreeMap<M, usize>,
}

impl Last {
    fn note(&mut self, touched: Touched, at: usize) {
        self.narrow.extend(touched.narrow.into_iter().map(|r| (r, at)));
        self.wide.extend(touched.wide.into_iter().map(|r| (r, at)));
        self.lacks.extend(touched.lacks.into_iter().map(|r| (r, at)));
    }
}

/// The registers of one kind, handed out and taken back.
struct Shelf {
    count: usize,
    names: BTreeMap<usize, usize>,
    free: Vec<usize>,
    fixed: usize,
}

impl Shelf {
    /// The facts' registers keep their numbers; constants come next and are never taken back.
    fn new(facts: usize, constants: &[usize]) -> Self {
        let names: BTreeMap<usize, usize> =
            (0..facts).map(|r| (r, r)).chain(constants.iter().zip(facts..).map(|(r, to)| (*r, to))).collect();
        let count = facts + constants.len();
        Self { count, names, free: Vec::new(), fixed: count }
    }

    fn of(&self, register: usize) -> usize {
        self.names.get(&register).copied().unwrap_or(register)
    }

    fn take(&mut self, register: usize) -> usize {
        let to = self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.names.insert(register, to);
        to
    }

    fn give_back(&mut self, register: usize) {
        let to = self.of(register);
        if to >= self.fixed && !self.free.contains(&to) {
            self.free.push(to);
        }
    }
}

fn moved<T: Copy>(constants: &BTreeMap<usize, T>, shelf: &Shelf) -> BTreeMap<usize, T> {
    constants.iter().map(|(register, value)| (shelf.of(*register), *value)).collect()
}

/// What an instruction reads.
fn reads(op: &Op) -> Touched {
    let mut touched = Touched::default();
    let Touched { narrow, wide, lacks } = &mut touched;
    rename(
        &mut op.clone(),
        &mut |r| {
            narrow.push(r);
            r
        },
        &mut |r| {
            wide.push(r);
            r
        },
        &mut |r| {
            lacks.push(r);
            r
        },
    );
    touched
}

/// Gives every register that an instruction reads another number.
fn rename(
    op: &mut Op,
    narrow: &mut dyn FnMut(N) -> N,
    wide: &mut dyn FnMut(W) -> W,
    lacks: &mut dyn FnMut(M) -> M,
) {
    let mut each = Renamer { narrow, wide, lacks };
    match op {
        Op::Missing { .. } => {}
        Op::Lacking { a, b } => {
            *a = (each.lacks)(*a);
            *b = (each.lacks)(*b);
        }
        Op::Scale { a, .. }
        | Op::Widen { a, .. }
        | Op::CompareKnown { a, .. }
        | Op::Not { a }
        | Op::In { a, .. }
        | Op::DivideKnown { a, .. }
        | Op::IsNever { a } => each.narrow(a),
        Op::ScaleWide { a, .. } => each.wide(a),
        Op::Arithmetic { a, b, .. }
        | Op::Compare { a, b, .. }
        | Op::DaysBetween { a, b }
        | Op::Divide { a, b }
        | Op::Extreme { a, b, .. } => {
            each.narrow(a);
            each.narrow(b);
        }
        Op::ArithmeticWide { a, b, .. } | Op::CompareWide { a, b, .. } | Op::ExtremeWide { a, b, .. } => {
            each.wide(a);
            each.wide(b);
        }
        Op::DivideWide { a, b, lacks } => {
            each.wide(a);
            each.wide(b);
            each.lacks(lacks);
        }
        Op::Positive { a, lacks } => {
            each.narrow(a);
            each.lacks(lacks);
        }
        Op::PositiveWide { a, lacks } | Op::DivideWideKnown { a, lacks, .. } => {
            each.wide(a);
            each.lacks(lacks);
        }
        Op::And { a, b } | Op::Or { a, b } => {
            each.lane(a);
            each.lane(b);
        }
        Op::PlusMonths { date, months: amount } | Op::PlusDays { date, days: amount } => {
            each.narrow(date);
            each.amount(amount);
        }
        Op::Endless { a, b, lacks } => {
            each.narrow(a);
            each.narrow(b);
            each.lacks(lacks);
        }
        Op::NextEvery { start, months, not_before } => {
            each.narrow(start);
            each.amount(months);
            each.narrow(not_before);
        }
        Op::Select { condition, a, b } | Op::Within { date: condition, a, b, .. } => {
            each.lane(condition);
            each.lane(a);
            each.lane(b);
        }
        Op::SelectWide { condition, a, b } | Op::WithinWide { date: condition, a, b, .. } => {
            each.lane(condition);
            each.wide_lane(a);
            each.wide_lane(b);
        }
        Op::Discount { years, lacks, .. } => {
            each.narrow(years);
            each.lacks(lacks);
        }
        Op::Row { keys, .. } => {
            for key in keys {
                each.narrow(key);
            }
        }
        Op::Column { row, lacks, .. } => {
            each.narrow(row);
            each.lacks(lacks);
        }
        Op::Conflict { one, other, lacks } => {
            each.lane(one);
            each.lane(other);
            each.lacks(lacks);
        }
        Op::Path { exceptions, .. } => {
            for lane in exceptions {
                each.lane(lane);
            }
        }
    }
}

struct Renamer<'r> {
    narrow: &'r mut dyn FnMut(N) -> N,
    wide: &'r mut dyn FnMut(W) -> W,
    lacks: &'r mut dyn FnMut(M) -> M,
}

impl Renamer<'_> {
    fn narrow(&mut self, register: &mut N) {
        *register = (self.narrow)(*register);
    }

    fn wide(&mut self, register: &mut W) {
        *register = (self.wide)(*register);
    }

    fn lacks(&mut self, register: &mut Option<M>) {
        *register = register.map(|r| (self.lacks)(r));
    }

    fn lane(&mut self, lane: &mut Lane) {
        self.narrow(&mut lane.at);
        self.lacks(&mut lane.lacks);
    }

    fn wide_lane(&mut self, lane: &mut WideLane) {
        self.wide(&mut lane.at);
        self.lacks(&mut lane.lacks);
    }

    fn amount(&mut self, amount: &mut Amount) {
        if let Amount::Lanes { a, .. } = amount {
            self.narrow(a);
        }
    }
}
