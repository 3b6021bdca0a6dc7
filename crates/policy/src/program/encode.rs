//! How a number of the law is kept in a register: whole lane steps of a size known beforehand.
//!
//! A quotient is kept as two registers and compared (by multiplying across), multiplied, summed or, where a
//! rule says so, rounded, so that until then one third stays one third. The greatest size a lane can reach
//! is tracked in bits from the ranges of the vocabulary; what could overflow 127 bits is refused before
//! anything runs.

use super::compile::CompileFault;
use super::op::{Lane, Op, Reg, WideLane};
use super::part::PartBuilder;
use crate::exact::Exact;
use crate::expression::syntax::{Arithmetic, Comparison};

/// Lanes that stay below this many bits are kept in 64 bits.
pub(super) const NARROW_BITS: u32 = 62;
/// No lane may need more.
const WIDE_BITS: u32 = 126;

/// A number in the making.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// Known when the law is compiled.
    Known(Exact),
    /// `lane × quantum`, or `lane × quantum ÷ below`; `natural` where no lane is below zero.
    Lanes { register: Reg, bits: u32, natural: bool, quantum: Exact, below: Option<(Reg, u32)> },
}

type Made<T> = Result<T, CompileFault>;

pub(super) fn bits_of(value: i128) -> u32 {
    128 - value.unsigned_abs().leading_zeros()
}

pub(super) fn fits(bits: u32) -> Made<u32> {
    if bits <= WIDE_BITS { Ok(bits) } else { Err(CompileFault::TooLarge) }
}

pub(super) fn overflow<T>(value: Option<T>) -> Made<T> {
    value.ok_or(CompileFault::TooLarge)
}

/// The same comparison with its sides exchanged.
fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        Comparison::Greater => Comparison::Less,
        same => same,
    }
}

impl PartBuilder {
    /// A register multiplied by a whole number, in the width that the result needs.
    pub(super) fn scaled(&mut self, register: Reg, bits: u32, by: i128) -> Made<(Reg, u32)> {
        if by == 1 {
            return Ok((register, bits));
        }
        // Doubling takes one bit more, though 2 has two.
        let by_bits = if by.unsigned_abs().is_power_of_two() { bits_of(by) - 1 } else { bits_of(by) };
        let bits = fits(bits + by_bits)?;
        Ok((self.resized(register, bits, by), bits))
    }

    /// A register in the width for `bits`, multiplied by `by`.
    fn resized(&mut self, register: Reg, bits: u32, by: i128) -> Reg {
        match register {
            Reg::Narrow(lane) if bits <= NARROW_BITS => match i64::try_from(by) {
                Ok(by) if by != 1 => Reg::Narrow(self.narrow(Op::Scale { a: lane.at, by }, lane.lacks)),
                _ => register,
            },
            Reg::Narrow(lane) => Reg::Wide(self.wide(Op::Widen { a: lane.at, by }, lane.lacks)),
            Reg::Wide(_) if by == 1 => register,
            Reg::Wide(lane) => Reg::Wide(self.wide(Op::ScaleWide { a: lane.at, by }, lane.lacks)),
        }
    }

    /// Both registers in the width for `bits`.
    pub(super) fn matched(&mut self, a: Reg, b: Reg, bits: u32) -> (Reg, Reg) {
        let wide = bits > NARROW_BITS || matches!(a, Reg::Wide(_)) || matches!(b, Reg::Wide(_));
        let bits = if wide { WIDE_BITS } else { bits };
        (self.resized(a, bits, 1), self.resized(b, bits, 1))
    }

    fn binary(&mut self, op: Arithmetic, a: Reg, b: Reg, bits: u32) -> Reg {
        let lacks = self.either(a.lacks(), b.lacks());
        match self.matched(a, b, bits) {
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow(Op::Arithmetic { op, a: a.at, b: b.at }, lacks))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Wide(self.wide(Op::ArithmeticWide { op, a: a.at, b: b.at }, lacks))
            }
            (a, _) => a,
        }
    }

    /// A number as lanes: constants get a register of their own, in steps of themselves.
    fn lanes(&mut self, number: Number) -> Made<(Reg, u32, Exact, Option<(Reg, u32)>)> {
        match number {
            Number::Lanes { register, bits, quantum, below, .. } => Ok((register, bits, quantum, below)),
            Number::Known(value) => {
                let step =
                    if value == Exact::ZERO { Exact::ONE } else { overflow(Exact::new(1, value.den()))? };
                let lane = value.num();
                let bits = fits(bits_of(lane).max(1))?;
                Ok((self.constant(lane, bits > NARROW_BITS), bits, step, None))
            }
        }
    }

    /// Both numbers in lanes of the same step. Quotients are refused.
    fn aligned(&mut self, a: Number, b: Number) -> Made<(Reg, Reg, u32, Exact)> {
        let ((ra, ba), (rb, bb), quantum) = self.aligned_each(a, b)?;
        Ok((ra, rb, ba.max(bb), quantum))
    }

    /// The same with the bits of each.
    fn aligned_each(&mut self, a: Number, b: Number) -> Made<((Reg, u32), (Reg, u32), Exact)> {
        let quantum = match (a, b) {
            (Number::Known(k), Number::Lanes { quantum, .. })
            | (Number::Lanes { quantum, .. }, Number::Known(k)) => {
                if k == Exact::ZERO {
                    quantum
                } else {
                    overflow(quantum.common_quantum(k))?
                }
            }
            (Number::Known(x), Number::Known(y)) => overflow(x.common_quantum(y))?,
            (Number::Lanes { quantum: x, .. }, Number::Lanes { quantum: y, .. }) => {
                overflow(x.common_quantum(y))?
            }
        };
        let quantum = if quantum == Exact::ZERO { Exact::ONE } else { quantum };
        Ok((self.in_steps(a, quantum)?, self.in_steps(b, quantum)?, quantum))
    }

    fn in_steps(&mut self, number: Number, quantum: Exact) -> Made<(Reg, u32)> {
        match number {
            Number::Known(value) => {
                let lane = overflow(value.over(quantum))?.num();
                let bits = fits(bits_of(lane).max(1))?;
                Ok((self.constant(lane, bits > NARROW_BITS), bits))
            }
            Number::Lanes { below: Some(_), .. } => Err(CompileFault::Quotient),
            Number::Lanes { register, bits, quantum: own, below: None, .. } => {
                let by = overflow(own.over(quantum))?;
                self.scaled(register, bits, by.num())
            }
        }
    }

    pub(crate) fn convert(&mut self, number: Number, factor: Exact) -> Made<Number> {
        Ok(match number {
            Number::Known(value) => Number::Known(overflow(value.times(factor))?),
            Number::Lanes { register, bits, natural, quantum, below } => {
                let quantum = overflow(quantum.times(factor))?;
                Number::Lanes { register, bits, natural, quantum, below }
            }
        })
    }

    pub(crate) fn arithmetic(&mut self, op: Arithmetic, a: Number, b: Number) -> Made<Number> {
        match op {
            Arithmetic::Add | Arithmetic::Subtract => self.sum(op, a, b),
            Arithmetic::Multiply => self.product(a, b),
            Arithmetic::Divide => self.quotient(a, b),
        }
    }

    pub(super) fn sum(&mut self, op: Arithmetic, a: Number, b: Number) -> Made<Number> {
        if let (Number::Known(x), Number::Known(y)) = (a, b) {
            let y = if op == Arithmetic::Subtract {
                overflow(Exact::ZERO.plus(y).and_then(|y| y.times(Exact::whole(-1))))?
            } else {
                y
            };
            return Ok(Number::Known(overflow(x.plus(y))?));
        }
        if let Some(below) = self.common_below(a, b)? {
            let (a, b) = self.across(a, b)?;
            let sum = self.sum(op, a, b)?;
            let (register, bits, quantum, _) = self.lanes(sum)?;
            let natural = op == Arithmetic::Add && a.natural() && b.natural();
            return Ok(Number::Lanes { register, bits, natural, quantum, below: Some(below) });
        }
        let (ra, rb, bits, quantum) = self.aligned(a, b)?;
        let bits = fits(bits + 1)?;
        let natural = op == Arithmetic::Add && a.natural() && b.natural();
        let register = self.binary(op, ra, rb, bits);
        Ok(Number::Lanes { register, bits, natural, quantum, below: None })
    }

    /// What a sum of quotients is divided by; nothing where neither is one.
    fn common_below(&mut self, a: Number, b: Number) -> Made<Option<(Reg, u32)>> {
        let of = |number: Number| match number {
            Number::Lanes { below, .. } => below,
            Number::Known(_) => None,
        };
        Ok(match (of(a), of(b)) {
            (Some((x, bx)), Some((y, by))) => {
                let bits = fits(bx + by)?;
                Some((self.binary(Arithmetic::Multiply, x, y, bits), bits))
            }
            (one, other) => one.or(other),
        })
    }

    fn product(&mut self, a: Number, b: Number) -> Made<Number> {
        let natural = a.natural() && b.natural();
        match (a, b) {
            (Number::Known(x), Number::Known(y)) => Ok(Number::Known(overflow(x.times(y))?)),
            (Number::Known(k), lanes @ Number::Lanes { .. })
            | (lanes @ Number::Lanes { .. }, Number::Known(k)) => {
                // A constant factor only changes the size of the step: exact and free.
                if k == Exact::ZERO { Ok(Number::Known(Exact::ZERO)) } else { self.convert(lanes, k) }
            }
            (
                Number::Lanes { register: ra, bits: ba, quantum: qa, .. },
                Number::Lanes { register: rb, bits: bb, quantum: qb, .. },
            ) => {
                let bits = fits(ba + bb)?;
                let register = self.binary(Arithmetic::Multiply, ra, rb, bits);
                let below = self.common_below(a, b)?;
                Ok(Number::Lanes { register, bits, natural, quantum: overflow(qa.times(qb))?, below })
            }
        }
    }

    fn quotient(&mut self, a: Number, b: Number) -> Made<Number> {
        // Where there is a quotient, what it is divided by is above zero.
        let natural = a.natural();
        let (rb, bb, qb, below_b) = match b {
            Number::Known(k) => {
                let inverse = Exact::ONE.over(k).ok_or(CompileFault::DivisionByZero)?;
                return self.product(a, Number::Known(inverse));
            }
            Number::Lanes { register, bits, quantum, below, .. } => (register, bits, quantum, below),
        };
        let rb = self.positive(rb);
        let (ra, ba, qa, below_a) = self.lanes(a)?;
        let (register, bits) = match below_b {
            Some((x, bx)) => {
                let bits = fits(ba + bx)?;
                (self.binary(Arithmetic::Multiply, ra, x, bits), bits)
            }
            None => (ra, ba),
        };
        let below = match below_a {
            Some((x, bx)) => {
                let bits = fits(bx + bb)?;
                (self.binary(Arithmetic::Multiply, x, rb, bits), bits)
            }
            None => (rb, bb),
        };
        Ok(Number::Lanes { register, bits, natural, quantum: overflow(qa.over(qb))?, below: Some(below) })
    }

    fn positive(&mut self, register: Reg) -> Reg {
        match register {
            Reg::Narrow(lane) => {
                let lacks = self.lacking(Op::Positive { a: lane.at, lacks: lane.lacks });
                Reg::Narrow(Lane { lacks, ..lane })
            }
            Reg::Wide(lane) => {
                let lacks = self.lacking(Op::PositiveWide { a: lane.at, lacks: lane.lacks });
                Reg::Wide(WideLane { lacks, ..lane })
            }
        }
    }

    /// Compares two numbers; quotients by multiplying across (denominators are positive).
    pub(crate) fn compare_numbers(&mut self, op: Comparison, a: Number, b: Number) -> Made<Lane> {
        let (a, b) = self.across(a, b)?;
        let (ra, rb, bits, _) = self.aligned(a, b)?;
        Ok(self.compare_registers(op, ra, rb, bits))
    }

    fn across(&mut self, a: Number, b: Number) -> Made<(Number, Number)> {
        let split = |number: Number| match number {
            Number::Lanes { register, bits, natural, quantum, below: Some(below) } => {
                (Number::Lanes { register, bits, natural, quantum, below: None }, Some(below))
            }
            other => (other, None),
        };
        let ((a, below_a), (b, below_b)) = (split(a), split(b));
        let lane = |(register, bits): (Reg, u32)| Number::Lanes {
            register,
            bits,
            natural: true,
            quantum: Exact::ONE,
            below: None,
        };
        let a = match below_b {
            Some(below) => self.product_kept(a, lane(below))?,
            None => a,
        };
        let b = match below_a {
            Some(below) => self.product_kept(b, lane(below))?,
            None => b,
        };
        Ok((a, b))
    }

    /// A product in which zero stays lanes, so that an undefined quotient is not forgotten.
    fn product_kept(&mut self, a: Number, b: Number) -> Made<Number> {
        match a {
            Number::Known(k) if k == Exact::ZERO => {
                let (register, bits, quantum, _) = self.lanes(a)?;
                self.product(Number::Lanes { register, bits, natural: true, quantum, below: None }, b)
            }
            _ => self.product(a, b),
        }
    }

    pub(crate) fn compare_registers(&mut self, op: Comparison, a: Reg, b: Reg, bits: u32) -> Lane {
        let lacks = self.either(a.lacks(), b.lacks());
        let compared = match self.matched(a, b, bits) {
            (Reg::Narrow(a), Reg::Narrow(b)) => match (self.value_of(a.at), self.value_of(b.at)) {
                (_, Some(to)) => return self.compare_known(op, a.at, to, lacks),
                (Some(to), None) => return self.compare_known(turned(op), b.at, to, lacks),
                (None, None) => Op::Compare { op, a: a.at, b: b.at },
            },
            (Reg::Wide(a), Reg::Wide(b)) => Op::CompareWide { op, a: a.at, b: b.at },
            // `matched` gives both the same width.
            (Reg::Narrow(a), Reg::Wide(b)) | (Reg::Wide(b), Reg::Narrow(a)) => {
                Op::Compare { op, a: a.at, b: b.at }
            }
        };
        self.narrow(compared, lacks)
    }

    /// A choice between two numbers.
    pub(crate) fn select_numbers(&mut self, condition: Lane, a: Number, b: Number) -> Made<Number> {
        let (ra, rb, bits, quantum) = self.aligned(a, b)?;
        let register = self.select(condition, ra, rb);
        let natural = a.natural() && b.natural();
        Ok(Number::Lanes { register, bits, natural, quantum, below: None })
    }

    pub(crate) fn extreme_numbers(&mut self, greatest: bool, a: Number, b: Number) -> Made<Number> {
        let ((ra, ba), (rb, bb), quantum) = self.aligned_each(a, b)?;
        let register = self.extreme(greatest, ra, rb);
        let (both, either) = (a.natural() && b.natural(), a.natural() || b.natural());
        // The least of two that are not below zero is as small as the smaller.
        let bits = if both && !greatest { ba.min(bb) } else { ba.max(bb) };
        let natural = if greatest { either } else { both };
        Ok(Number::Lanes { register, bits, natural, quantum, below: None })
    }

    pub(crate) fn extreme(&mut self, greatest: bool, a: Reg, b: Reg) -> Reg {
        let lacks = self.either(a.lacks(), b.lacks());
        match self.matched(a, b, 1) {
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow(Op::Extreme { greatest, a: a.at, b: b.at }, lacks))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Wide(self.wide(Op::ExtremeWide { greatest, a: a.at, b: b.at }, lacks))
            }
            (a, _) => a,
        }
    }

    /// The lanes of an outcome in steps of `quantum`.
    pub(crate) fn output(&mut self, number: Number, quantum: Exact) -> Made<Reg> {
        Ok(self.in_steps(number, quantum)?.0)
    }

    /// The largest step in which all numbers are whole.
    pub(crate) fn common_step(numbers: &[Number]) -> Made<Exact> {
        let mut step: Option<Exact> = None;
        for number in numbers {
            let own = match number {
                Number::Known(value) if *value == Exact::ZERO => continue,
                Number::Known(value) => *value,
                Number::Lanes { below: Some(_), .. } => return Err(CompileFault::Quotient),
                Number::Lanes { quantum, .. } => *quantum,
            };
            step = Some(match step {
                None => own,
                Some(so_far) => overflow(so_far.common_quantum(own))?,
            });
        }
        Ok(step.filter(|s| *s != Exact::ZERO).unwrap_or(Exact::ONE))
    }
}
