//! Running a program over a block. Registers are made once; a block allocates nothing.

use super::facts::Facts;
use super::kernels::{self, Lanes, calendar};
use super::op::{Amount, Op, Part, Program, Reg};
use super::outcome::Outcomes;
use super::{BLOCK, CONFLICT, KEYS_MAX, UNDEFINED};
use crate::calendar::NEVER;
use crate::vocabulary::MISSING;

/// 求值机 · the registers of one thread.
#[derive(Debug)]
pub struct Machine {
    parts: Vec<Registers>,
}

#[derive(Debug)]
pub(crate) struct Registers {
    pub(crate) narrow: Vec<Lanes<i64>>,
    pub(crate) wide: Vec<Lanes<i128>>,
}

impl Machine {
    /// Registers for a program, in blocks of [`BLOCK`] rows.
    pub fn new(program: &Program) -> Self {
        Self::with_block(program, BLOCK)
    }

    /// Registers for blocks of `rows`: 1 for a single case.
    pub fn with_block(program: &Program, rows: usize) -> Self {
        let parts = program.parts.iter().map(|part| Registers::new(part, program.as_of, rows)).collect();
        Self { parts }
    }

    pub(crate) fn registers(&self, part: usize) -> &Registers {
        &self.parts[part]
    }

    /// Evaluates rows `start .. start + rows` and puts the outcomes into `out` from its row `at`.
    pub fn run(&mut self, program: &Program, facts: &Facts, start: usize, rows: usize, out: &mut Outcomes) {
        for (part, registers) in program.parts.iter().zip(&mut self.parts) {
            let block = registers.rows();
            let mut done = 0;
            while done < rows {
                let n = block.min(rows - done);
                registers.run(part, facts, start + done, n);
                out.store(part, registers, done, n);
                done += n;
            }
        }
    }
}

impl Registers {
    fn new(part: &Part, as_of: i64, rows: usize) -> Self {
        let mut registers = Self {
            narrow: (0..part.narrow).map(|_| Lanes::new(rows)).collect(),
            wide: (0..part.wide).map(|_| Lanes::new(rows)).collect(),
        };
        for constant in &part.constants {
            match constant.register {
                Reg::Narrow(at) => {
                    registers.narrow[at].value.fill(constant.value as i64);
                    registers.narrow[at].lacks.fill(constant.mask);
                }
                Reg::Wide(at) => {
                    registers.wide[at].value.fill(constant.value);
                    registers.wide[at].lacks.fill(constant.mask);
                }
            }
        }
        if let Some(at) = part.as_of {
            registers.narrow[at].value.fill(as_of);
        }
        registers
    }

    fn rows(&self) -> usize {
        self.narrow.first().map_or(1, |lanes| lanes.value.len())
    }

    fn run(&mut self, part: &Part, facts: &Facts, start: usize, n: usize) {
        for op in &part.ops {
            self.step(op, part, facts, start, n);
        }
    }

    /// Takes a narrow register out, lets `f` fill it from the others, and puts it back.
    #[inline]
    fn fill(&mut self, out: usize, f: impl FnOnce(&Self, &mut Lanes<i64>)) {
        let mut lanes = std::mem::take(&mut self.narrow[out]);
        f(self, &mut lanes);
        self.narrow[out] = lanes;
    }

    #[inline]
    fn fill_wide(&mut self, out: usize, f: impl FnOnce(&Self, &mut Lanes<i128>)) {
        let mut lanes = std::mem::take(&mut self.wide[out]);
        f(self, &mut lanes);
        self.wide[out] = lanes;
    }

    fn step(&mut self, op: &Op, part: &Part, facts: &Facts, start: usize, n: usize) {
        match op {
            Op::Load { slot, out } => self.fill(*out, |_, o| {
                load(facts.column(part.facts[*slot], start, n), 1 << slot, n, o);
            }),
            Op::Scale { a, by, out } => {
                self.fill(*out, |r, o| kernels::map(n, &r.narrow[*a], o, |x| x.wrapping_mul(*by)));
            }
            Op::Widen { a, by, out } => self.fill_wide(*out, |r, o| {
                kernels::map(n, &r.narrow[*a], o, |x| i128::from(x).wrapping_mul(*by));
            }),
            Op::ScaleWide { a, by, out } => {
                self.fill_wide(*out, |r, o| kernels::map(n, &r.wide[*a], o, |x| x.wrapping_mul(*by)));
            }
            Op::Arithmetic { op, a, b, out } => {
                self.fill(*out, |r, o| kernels::arithmetic(n, *op, &r.narrow[*a], &r.narrow[*b], o));
            }
            Op::ArithmeticWide { op, a, b, out } => {
                self.fill_wide(*out, |r, o| kernels::arithmetic(n, *op, &r.wide[*a], &r.wide[*b], o));
            }
            Op::Compare { op, a, b, out } => {
                self.fill(*out, |r, o| kernels::compare(n, *op, &r.narrow[*a], &r.narrow[*b], o));
            }
            Op::CompareWide { op, a, b, out } => {
                self.fill(*out, |r, o| kernels::compare(n, *op, &r.wide[*a], &r.wide[*b], o));
            }
            Op::Positive { a, out } => {
                self.fill(*out, |r, o| kernels::positive(n, &r.narrow[*a], o, UNDEFINED));
            }
            Op::PositiveWide { a, out } => {
                self.fill_wide(*out, |r, o| kernels::positive(n, &r.wide[*a], o, UNDEFINED));
            }
            Op::Not { .. } | Op::And { .. } | Op::Or { .. } | Op::In { .. } | Op::IsNever { .. } => {
                self.logic(op, n);
            }
            Op::PlusMonths { .. } | Op::PlusDays { .. } | Op::DaysBetween { .. } | Op::NextEvery { .. } => {
                self.calendar(op, n);
            }
            _ => self.choice(op, n),
        }
    }

    fn logic(&mut self, op: &Op, n: usize) {
        match op {
            Op::Not { a, out } => self.fill(*out, |r, o| kernels::map(n, &r.narrow[*a], o, |x| x ^ 1)),
            Op::And { a, b, out } => self.fill(*out, |r, o| kernels::and(n, &r.narrow[*a], &r.narrow[*b], o)),
            Op::Or { a, b, out } => self.fill(*out, |r, o| kernels::or(n, &r.narrow[*a], &r.narrow[*b], o)),
            Op::In { a, lanes, out } => self.fill(*out, |r, o| {
                kernels::map(n, &r.narrow[*a], o, |x| i64::from(lanes.contains(&x)));
            }),
            Op::IsNever { a, out } => {
                self.fill(*out, |r, o| kernels::map(n, &r.narrow[*a], o, |x| i64::from(x >= NEVER)));
            }
            _ => {}
        }
    }

    fn calendar(&mut self, op: &Op, n: usize) {
        match op {
            Op::PlusMonths { date, months, out } => self.fill(*out, |r, o| match *months {
                Amount::Known(months) => calendar::plus_known_months(n, &r.narrow[*date], months, o),
                Amount::Lanes { a, num, den } => {
                    calendar::plus_months(n, &r.narrow[*date], (&r.narrow[a], num, den), o);
                }
            }),
            Op::PlusDays { date, days, out } => self.fill(*out, |r, o| match *days {
                Amount::Known(days) => calendar::plus_known_days(n, &r.narrow[*date], days, o),
                Amount::Lanes { a, num, den } => {
                    calendar::plus_days(n, &r.narrow[*date], (&r.narrow[a], num, den), o);
                }
            }),
            Op::DaysBetween { a, b, out } => self.fill(*out, |r, o| {
                calendar::days_between(n, &r.narrow[*a], &r.narrow[*b], o, UNDEFINED);
            }),
            Op::NextEvery { start, months, not_before, out } => self.fill(*out, |r, o| {
                let ends = (&r.narrow[*start], &r.narrow[*not_before]);
                match *months {
                    Amount::Known(months) => calendar::next_known(n, ends, months, o),
                    Amount::Lanes { a, num, den } => calendar::next(n, ends, (&r.narrow[a], num, den), o),
                }
            }),
            _ => {}
        }
    }

    fn choice(&mut self, op: &Op, n: usize) {
        match op {
            Op::Select { condition, a, b, out } => self.fill(*out, |r, o| {
                kernels::select(n, &r.narrow[*condition], &r.narrow[*a], &r.narrow[*b], o);
            }),
            Op::SelectWide { condition, a, b, out } => self.fill_wide(*out, |r, o| {
                kernels::select(n, &r.narrow[*condition], &r.wide[*a], &r.wide[*b], o);
            }),
            Op::Extreme { greatest, a, b, out } => {
                self.fill(*out, |r, o| kernels::extreme(n, *greatest, &r.narrow[*a], &r.narrow[*b], o));
            }
            Op::ExtremeWide { greatest, a, b, out } => {
                self.fill_wide(*out, |r, o| kernels::extreme(n, *greatest, &r.wide[*a], &r.wide[*b], o));
            }
            Op::Within { date, from, until, a, b, out } => self.fill(*out, |r, o| {
                kernels::within(n, &r.narrow[*date], (*from, *until), &r.narrow[*a], &r.narrow[*b], o);
            }),
            Op::WithinWide { date, from, until, a, b, out } => self.fill_wide(*out, |r, o| {
                kernels::within(n, &r.narrow[*date], (*from, *until), &r.wide[*a], &r.wide[*b], o);
            }),
            Op::Conflict { one, other, a, out } => self.fill(*out, |r, o| {
                kernels::conflict(n, (&r.narrow[*one], &r.narrow[*other]), &r.narrow[*a], o, CONFLICT);
            }),
            Op::ConflictWide { one, other, a, out } => self.fill_wide(*out, |r, o| {
                kernels::conflict(n, (&r.narrow[*one], &r.narrow[*other]), &r.wide[*a], o, CONFLICT);
            }),
            Op::Lookup { keys, column, out } => self.fill(*out, |r, o| {
                let none = &r.narrow[0];
                let mut lanes = [none; KEYS_MAX];
                for (slot, register) in lanes.iter_mut().zip(keys) {
                    *slot = &r.narrow[*register];
                }
                column.run(n, &lanes[..keys.len().min(KEYS_MAX)], o);
            }),
            Op::Path { segment, exceptions, out } => self.fill(*out, |r, o| {
                // At most 16 exceptions, checked when the rule is compiled.
                let none = &r.narrow[0];
                let mut conditions = [none; 16];
                for (slot, register) in conditions.iter_mut().zip(exceptions) {
                    *slot = &r.narrow[*register];
                }
                kernels::path(n, *segment, &conditions[..exceptions.len().min(16)], o);
            }),
            _ => {}
        }
    }
}

fn load(known: &[i64], bit: u64, n: usize, out: &mut Lanes<i64>) {
    let (value, lacks) = (&mut out.value[..n], &mut out.lacks[..n]);
    let (head, tail) = value.split_at_mut(known.len());
    head.copy_from_slice(known);
    tail.fill(0);
    for (lane, lack) in known.iter().zip(lacks.iter_mut()) {
        *lack = if *lane == MISSING { bit } else { 0 };
    }
    lacks[known.len()..].fill(bit);
}
