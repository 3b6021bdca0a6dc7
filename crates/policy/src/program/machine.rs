//! Running a program over a block. Registers are made once; a block allocates nothing.

use super::facts::Facts;
use super::kernels::{self, calendar};
use super::op::{Amount, Instruction, Lane, M, N, Op, Out, Part, Program, Reg, W, WideLane};
use super::outcome::Outcomes;
use super::rounding;
use super::{BLOCK, CONFLICT, KEYS_MAX, UNDEFINED};
use crate::calendar::NEVER;
use crate::vocabulary::MISSING;

/// 求值机 · the registers of one thread.
#[derive(Debug)]
pub struct Machine {
    parts: Vec<Registers>,
    /// Those of the parts' twins.
    twins: Vec<Option<Registers>>,
}

/// The registers of one part. The narrow ones of facts are used only where a column ends within the
/// block; elsewhere values are read where they lie.
#[derive(Debug)]
pub(crate) struct Registers {
    narrow: Vec<Vec<i64>>,
    wide: Vec<Vec<i128>>,
    lacks: Vec<Vec<u64>>,
    /// For lanes that lack nothing.
    nothing: Vec<u64>,
}

/// A block of rows of some facts, as a part sees it.
#[derive(Clone, Copy)]
struct Block<'b> {
    part: &'b Part,
    facts: &'b Facts,
    start: usize,
    rows: usize,
}

impl Block<'_> {
    /// The known values of a fact: shorter than the block where nothing follows.
    fn column(&self, slot: usize) -> &[i64] {
        self.facts.column(self.part.facts[slot], self.start, self.rows)
    }

    /// Whether no row lacks a fact.
    fn all_known(&self) -> bool {
        (0..self.part.facts.len()).all(|slot| {
            let known = self.column(slot);
            known.len() == self.rows && kernels::all_known(known)
        })
    }
}

impl Machine {
    /// Registers for a program, in blocks of [`BLOCK`] rows.
    pub fn new(program: &Program) -> Self {
        Self::with_block(program, BLOCK)
    }

    /// Registers for blocks of `rows`: 1 for a single case.
    pub fn with_block(program: &Program, rows: usize) -> Self {
        let twin = |part: &Part| part.twin.as_ref().map(|twin| Registers::new(&twin.part, rows));
        Self {
            parts: program.parts.iter().map(|part| Registers::new(part, rows)).collect(),
            twins: program.parts.iter().map(twin).collect(),
        }
    }

    pub(crate) fn registers(&self, part: usize) -> &Registers {
        &self.parts[part]
    }

    /// Evaluates rows `start .. start + rows` and puts the outcomes into `out` from its row `at`.
    pub fn run(&mut self, program: &Program, facts: &Facts, start: usize, rows: usize, out: &mut Outcomes) {
        let registers = self.parts.iter_mut().zip(&mut self.twins);
        for (at, (part, (registers, twins))) in program.parts.iter().zip(registers).enumerate() {
            let size = registers.nothing.len();
            let mut done = 0;
            while done < rows {
                let n = size.min(rows - done);
                let block = Block { part, facts, start: start + done, rows: n };
                match (&part.twin, &mut *twins) {
                    (Some(twin), Some(registers)) if block.all_known() => {
                        registers.run(Block { part: &twin.part, ..block });
                        out.store(at, registers, Some(twin), done, n);
                    }
                    _ => {
                        registers.run(block);
                        out.store(at, registers, None, done, n);
                    }
                }
                done += n;
            }
        }
    }
}

impl Registers {
    fn new(part: &Part, rows: usize) -> Self {
        let mut registers = Self {
            narrow: vec![vec![0; rows]; part.narrow],
            wide: vec![vec![0; rows]; part.wide],
            lacks: vec![vec![0; rows]; part.lacks],
            nothing: vec![0; rows],
        };
        for (at, value) in &part.narrow_constants {
            registers.narrow[*at].fill(*value);
        }
        for (at, value) in &part.wide_constants {
            registers.wide[*at].fill(*value);
        }
        for (at, value) in &part.lacks_constants {
            registers.lacks[*at].fill(*value);
        }
        registers
    }

    /// The first row of a register: a value and what it lacks. Facts are not kept in registers.
    pub(crate) fn first(&self, register: Reg) -> (i128, u64) {
        let lacks = register.lacks().map_or(0, |at| self.lacks[at][0]);
        match register {
            Reg::Narrow(lane) => (i128::from(self.narrow[lane.at][0]), lacks),
            Reg::Wide(lane) => (self.wide[lane.at][0], lacks),
        }
    }

    /// Values of an outcome's narrow register.
    pub(crate) fn outcome(&self, at: N, n: usize) -> &[i64] {
        &self.narrow[at][..n]
    }

    /// Values of an outcome's wide register.
    pub(crate) fn wide_outcome(&self, at: W, n: usize) -> &[i128] {
        &self.wide[at][..n]
    }

    /// What the lanes of an outcome lack.
    pub(crate) fn lacking(&self, at: M, n: usize) -> &[u64] {
        &self.lacks[at][..n]
    }

    fn run(&mut self, block: Block<'_>) {
        for slot in 0..block.part.facts.len() {
            let known = block.column(slot);
            // Single cases are explained from the registers, so they always get their facts there.
            if known.len() < block.rows || block.rows == 1 {
                let (head, tail) = self.narrow[slot][..block.rows].split_at_mut(known.len());
                head.copy_from_slice(known);
                tail.fill(MISSING);
            }
        }
        for instruction in &block.part.instructions {
            self.step(instruction, block);
        }
    }

    /// The values of a narrow register or of a fact's column.
    #[inline]
    fn n<'r>(&'r self, at: N, block: &'r Block<'_>) -> &'r [i64] {
        if at < block.part.facts.len() {
            let known = block.column(at);
            if known.len() == block.rows {
                return known;
            }
        }
        &self.narrow[at][..block.rows]
    }

    #[inline]
    fn w(&self, at: W, block: &Block<'_>) -> &[i128] {
        &self.wide[at][..block.rows]
    }

    #[inline]
    fn m(&self, at: Option<M>, block: &Block<'_>) -> &[u64] {
        match at {
            Some(at) => &self.lacks[at][..block.rows],
            None => &self.nothing[..block.rows],
        }
    }

    #[inline]
    fn lane<'r>(&'r self, lane: Lane, block: &'r Block<'_>) -> kernels::Lane<'r, i64> {
        (self.n(lane.at, block), self.m(lane.lacks, block))
    }

    #[inline]
    fn wide_lane<'r>(&'r self, lane: WideLane, block: &'r Block<'_>) -> kernels::Lane<'r, i128> {
        (self.w(lane.at, block), self.m(lane.lacks, block))
    }

    /// Takes the registers that an instruction gives out of their places, lets `f` fill them from the
    /// others, and puts them back.
    #[inline]
    fn fill(&mut self, out: Out, rows: usize, f: impl FnOnce(&Self, Given<'_>)) {
        let mut narrow = out.narrow.map(|at| std::mem::take(&mut self.narrow[at]));
        let mut wide = out.wide.map(|at| std::mem::take(&mut self.wide[at]));
        let mut lacks = out.lacks.map(|at| std::mem::take(&mut self.lacks[at]));
        let given = Given {
            narrow: narrow.as_mut().map_or(&mut [][..], |lanes| &mut lanes[..rows]),
            wide: wide.as_mut().map_or(&mut [][..], |lanes| &mut lanes[..rows]),
            lacks: lacks.as_mut().map_or(&mut [][..], |lanes| &mut lanes[..rows]),
        };
        f(self, given);
        if let (Some(at), Some(lanes)) = (out.narrow, narrow) {
            self.narrow[at] = lanes;
        }
        if let (Some(at), Some(lanes)) = (out.wide, wide) {
            self.wide[at] = lanes;
        }
        if let (Some(at), Some(lanes)) = (out.lacks, lacks) {
            self.lacks[at] = lanes;
        }
    }

    fn step(&mut self, instruction: &Instruction, block: Block<'_>) {
        let b = &block;
        self.fill(instruction.out, block.rows, |r, out| match &instruction.op {
            Op::Missing { slot } => kernels::missing(b.column(*slot), 1 << slot, out.lacks),
            Op::Lacking { a, b: other } => {
                kernels::zip(&r.lacks[*a][..b.rows], &r.lacks[*other][..b.rows], out.lacks, |x, y| x | y);
            }
            Op::Scale { a, by } => kernels::map(r.n(*a, b), out.narrow, |x| x.wrapping_mul(*by)),
            Op::Widen { a, by } => kernels::map(r.n(*a, b), out.wide, |x| i128::from(x).wrapping_mul(*by)),
            Op::ScaleWide { a, by } => kernels::map(r.w(*a, b), out.wide, |x| x.wrapping_mul(*by)),
            Op::Arithmetic { op, a, b: c } => kernels::arithmetic(*op, r.n(*a, b), r.n(*c, b), out.narrow),
            Op::ArithmeticWide { op, a, b: c } => kernels::arithmetic(*op, r.w(*a, b), r.w(*c, b), out.wide),
            Op::Compare { op, a, b: c } => kernels::compare(*op, r.n(*a, b), r.n(*c, b), out.narrow),
            Op::CompareWide { op, a, b: c } => kernels::compare(*op, r.w(*a, b), r.w(*c, b), out.narrow),
            Op::CompareKnown { op, a, to } => kernels::compare_known(*op, r.n(*a, b), *to, out.narrow),
            Op::Positive { a, lacks } => {
                kernels::positive((r.n(*a, b), r.m(*lacks, b)), out.lacks, UNDEFINED);
            }
            Op::PositiveWide { a, lacks } => {
                kernels::positive((r.w(*a, b), r.m(*lacks, b)), out.lacks, UNDEFINED);
            }
            Op::Extreme { greatest, a, b: c } => {
                kernels::extreme(*greatest, r.n(*a, b), r.n(*c, b), out.narrow);
            }
            Op::ExtremeWide { greatest, a, b: c } => {
                kernels::extreme(*greatest, r.w(*a, b), r.w(*c, b), out.wide);
            }
            Op::Not { .. } | Op::And { .. } | Op::Or { .. } | Op::In { .. } | Op::IsNever { .. } => {
                r.logic(&instruction.op, b, out);
            }
            Op::PlusMonths { .. }
            | Op::PlusDays { .. }
            | Op::DaysBetween { .. }
            | Op::Endless { .. }
            | Op::NextEvery { .. } => r.calendar(&instruction.op, b, out),
            Op::Divide { .. }
            | Op::DivideWide { .. }
            | Op::DivideKnown { .. }
            | Op::DivideWideKnown { .. } => r.rounding(&instruction.op, b, out),
            _ => r.choice(&instruction.op, b, out),
        });
    }

    fn logic(&self, op: &Op, b: &Block<'_>, out: Given<'_>) {
        match op {
            Op::Not { a } => kernels::map(self.n(*a, b), out.narrow, |x| x ^ 1),
            Op::And { a, b: c } if out.lacks.is_empty() => {
                kernels::zip(self.n(a.at, b), self.n(c.at, b), out.narrow, |x, y| x & y);
            }
            Op::Or { a, b: c } if out.lacks.is_empty() => {
                kernels::zip(self.n(a.at, b), self.n(c.at, b), out.narrow, |x, y| x | y);
            }
            Op::And { a, b: c } => {
                kernels::and(self.lane(*a, b), self.lane(*c, b), (out.narrow, out.lacks));
            }
            Op::Or { a, b: c } => kernels::or(self.lane(*a, b), self.lane(*c, b), (out.narrow, out.lacks)),
            Op::In { a, lanes } => kernels::among(self.n(*a, b), lanes, out.narrow),
            Op::IsNever { a } => kernels::map(self.n(*a, b), out.narrow, |x| i64::from(x >= NEVER)),
            _ => {}
        }
    }

    fn calendar(&self, op: &Op, b: &Block<'_>, out: Given<'_>) {
        match op {
            Op::PlusMonths { date, months: Amount::Known(months) } => {
                calendar::plus_known_months(self.n(*date, b), *months, out.narrow);
            }
            Op::PlusMonths { date, months: Amount::Lanes { a, num, den } } => {
                calendar::plus_months(self.n(*date, b), (self.n(*a, b), *num, *den), out.narrow);
            }
            Op::PlusDays { date, days: Amount::Known(days) } => {
                calendar::plus_known_days(self.n(*date, b), *days, out.narrow);
            }
            Op::PlusDays { date, days: Amount::Lanes { a, num, den } } => {
                calendar::plus_days(self.n(*date, b), (self.n(*a, b), *num, *den), out.narrow);
            }
            Op::DaysBetween { a, b: c } => {
                kernels::zip(self.n(*a, b), self.n(*c, b), out.narrow, i64::wrapping_sub);
            }
            Op::Endless { a, b: c, lacks } => {
                let days = (self.n(*a, b), self.n(*c, b));
                calendar::endless(days, self.m(*lacks, b), out.lacks, UNDEFINED);
            }
            Op::NextEvery { start, months: Amount::Known(months), not_before } => {
                let ends = (self.n(*start, b), self.n(*not_before, b));
                calendar::next_known(ends, *months, out.narrow);
            }
            Op::NextEvery { start, months: Amount::Lanes { a, num, den }, not_before } => {
                let ends = (self.n(*start, b), self.n(*not_before, b));
                calendar::next(ends, (self.n(*a, b), *num, *den), out.narrow);
            }
            _ => {}
        }
    }

    fn rounding(&self, op: &Op, b: &Block<'_>, out: Given<'_>) {
        match op {
            Op::Divide { a, b: c } => rounding::divide(self.n(*a, b), self.n(*c, b), out.narrow),
            Op::DivideKnown { a, by } => rounding::divide_known(self.n(*a, b), *by, out.narrow),
            Op::DivideWide { a, b: c, lacks } => {
                let of = (self.w(*a, b), self.m(*lacks, b));
                rounding::divide_wide(of, self.w(*c, b), (out.narrow, out.lacks), UNDEFINED);
            }
            Op::DivideWideKnown { a, by, lacks } => {
                let of = (self.w(*a, b), self.m(*lacks, b));
                rounding::divide_wide_known(of, *by, (out.narrow, out.lacks), UNDEFINED);
            }
            _ => {}
        }
    }

    fn choice(&self, op: &Op, b: &Block<'_>, out: Given<'_>) {
        match op {
            Op::Select { condition, a, b: c } => {
                let of = (self.lane(*a, b), self.lane(*c, b));
                kernels::select(self.lane(*condition, b), of, (out.narrow, out.lacks));
            }
            Op::SelectWide { condition, a, b: c } => {
                let of = (self.wide_lane(*a, b), self.wide_lane(*c, b));
                kernels::select(self.lane(*condition, b), of, (out.wide, out.lacks));
            }
            Op::Within { date, from, until, a, b: c } => {
                let of = (self.lane(*a, b), self.lane(*c, b));
                kernels::within(self.lane(*date, b), (*from, *until), of, (out.narrow, out.lacks));
            }
            Op::WithinWide { date, from, until, a, b: c } => {
                let of = (self.wide_lane(*a, b), self.wide_lane(*c, b));
                kernels::within(self.lane(*date, b), (*from, *until), of, (out.wide, out.lacks));
            }
            Op::Row { keys, rows } => {
                // At most so many keys, checked when the table is read.
                let mut values: [&[i64]; KEYS_MAX] = [&[]; KEYS_MAX];
                for (slot, key) in values.iter_mut().zip(keys) {
                    *slot = self.n(*key, b);
                }
                let values = &values[..keys.len().min(KEYS_MAX)];
                rows.run(values, out.narrow);
            }
            Op::Column { row, lacks, column } => {
                column.run(self.n(*row, b), self.m(*lacks, b), (out.narrow, out.lacks));
            }
            Op::Discount { years, lacks, factors } => {
                factors.run(self.n(*years, b), self.m(*lacks, b), (out.narrow, out.lacks), UNDEFINED);
            }
            Op::Conflict { one, other, lacks } => {
                let both = (self.lane(*one, b), self.lane(*other, b));
                kernels::conflict(both, self.m(*lacks, b), out.lacks, CONFLICT);
            }
            Op::Path { segment, exceptions } => {
                out.narrow.fill(segment << 16);
                for (bit, lane) in exceptions.iter().enumerate() {
                    kernels::applied(self.lane(*lane, b), bit, out.narrow);
                }
            }
            _ => {}
        }
    }
}

/// The registers that an instruction fills; empty where it gives none.
struct Given<'g> {
    narrow: &'g mut [i64],
    wide: &'g mut [i128],
    lacks: &'g mut [u64],
}
