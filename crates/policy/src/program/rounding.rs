//! Rounding, where a rule says so: a number in whole steps of a stated size.

use super::compile::CompileFault;
use super::encode::{NARROW_BITS, Number, bits_of, fits, overflow};
use super::kernels::{self, Filled, Lane};
use super::op::{Op, Reg, WideLane};
use super::part::PartBuilder;
use crate::exact::Exact;

/// The nearest whole number to `num / den` with `den` above zero; half goes away from zero.
#[inline]
pub(super) fn nearest(num: i128, den: i128) -> i128 {
    let (size, by) = (num.unsigned_abs(), den.unsigned_abs());
    let whole = size / by;
    let rest = size - whole * by;
    // Twice the rest is compared without doubling, which might not fit; and without a branch, which
    // would be guessed wrongly every other time.
    let whole = (whole + u128::from(rest >= by - rest)) as i128;
    if num < 0 { -whole } else { whole }
}

impl PartBuilder {
    /// A number in whole steps. A result of more than [`NARROW_BITS`] bits, beyond any amount in this
    /// world, is undefined: so what is computed from it stays in the range of exact arithmetic.
    pub(super) fn rounded(&mut self, number: Number, step: Exact) -> Result<Number, CompileFault> {
        let natural = number.natural();
        let (register, bits, quantum, below) = match number {
            Number::Known(value) => {
                let steps = overflow(value.over(step))?;
                let whole = Exact::whole(nearest(steps.num(), steps.den()));
                return Ok(Number::Known(overflow(whole.times(step))?));
            }
            Number::Lanes { register, bits, quantum, below, .. } => (register, bits, quantum, below),
        };
        let ratio = overflow(quantum.over(step))?;
        let (num, bits) = self.scaled(register, bits, ratio.num())?;
        let (register, bits) = match below {
            None if ratio.den() == 1 => (num, bits),
            None => {
                let smaller = (bits + 2).saturating_sub(bits_of(ratio.den())).max(1);
                (self.divided_known(num, ratio.den(), smaller)?, smaller.min(NARROW_BITS))
            }
            Some((below, below_bits)) => {
                let (den, den_bits) = self.scaled(below, below_bits, ratio.den())?;
                let (num, den) = self.matched(num, den, bits.max(den_bits));
                (self.divided(num, den), bits.min(NARROW_BITS))
            }
        };
        Ok(Number::Lanes { register, bits: fits(bits)?, natural, quantum: step, below: None })
    }

    fn divided(&mut self, num: Reg, den: Reg) -> Reg {
        let lacks = self.either(num.lacks(), den.lacks());
        match (num, den) {
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow(Op::Divide { a: a.at, b: b.at }, lacks))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Narrow(self.narrow_lacking(Op::DivideWide { a: a.at, b: b.at, lacks }, true))
            }
            // `matched` gives both the same width.
            (a, _) => a,
        }
    }

    fn divided_known(&mut self, num: Reg, by: i128, bits: u32) -> Result<Reg, CompileFault> {
        Ok(match num {
            Reg::Narrow(lane) => {
                let by = i64::try_from(by).map_err(|_| CompileFault::TooLarge)?;
                Reg::Narrow(self.narrow(Op::DivideKnown { a: lane.at, by }, lane.lacks))
            }
            Reg::Wide(WideLane { at, lacks }) => {
                let some = lacks.is_some() || bits > NARROW_BITS;
                Reg::Narrow(self.narrow_lacking(Op::DivideWideKnown { a: at, by, lacks }, some))
            }
        })
    }
}

/// Narrow quotients. Rows that lack something may have any divisor; they get 0.
pub(super) fn divide(a: &[i64], b: &[i64], out: &mut [i64]) {
    kernels::zip(a, b, out, |num, den| if den <= 0 { 0 } else { nearest_narrow(num, den) });
}

/// Narrow quotients by a known divisor above zero: multiplied by its reciprocal, which is exact for
/// numbers of [`NARROW_BITS`] bits, instead of divided.
pub(super) fn divide_known(a: &[i64], by: i64, out: &mut [i64]) {
    let shift = NARROW_BITS + bits_of(i128::from(by));
    let reciprocal = (1_u128 << shift) / by.unsigned_abs() as u128 + 1;
    kernels::map(a, out, |num| {
        let size = num.unsigned_abs();
        let whole = (u128::from(size).wrapping_mul(reciprocal) >> shift) as u64;
        let rest = size.wrapping_sub(whole.wrapping_mul(by.unsigned_abs()));
        let whole = whole.wrapping_add(u64::from(rest >= by.unsigned_abs().wrapping_sub(rest))) as i64;
        let sign = num >> 63;
        (whole ^ sign).wrapping_sub(sign)
    });
}

/// Wide quotients; undefined where they do not fit.
pub(super) fn divide_wide(
    (a, lacks): Lane<'_, i128>,
    b: &[i128],
    (values, out): Filled<'_, i64>,
    undefined: u64,
) {
    for ((((value, out), num), den), lack) in values.iter_mut().zip(out).zip(a).zip(b).zip(lacks) {
        let found = if *den <= 0 { Some(0) } else { narrowed(nearest_of(*num, *den)) };
        *value = found.unwrap_or(0);
        *out = lack | if found.is_some() { 0 } else { undefined };
    }
}

/// Wide quotients by a known divisor above zero.
pub(super) fn divide_wide_known(
    (a, lacks): Lane<'_, i128>,
    by: i128,
    (values, out): Filled<'_, i64>,
    undefined: u64,
) {
    if out.is_empty() {
        kernels::map(a, values, |num| nearest_of(num, by) as i64);
        return;
    }
    for (((value, out), num), lack) in values.iter_mut().zip(out).zip(a).zip(lacks) {
        let found = narrowed(nearest_of(*num, by));
        *value = found.unwrap_or(0);
        *out = lack | if found.is_some() { 0 } else { undefined };
    }
}

/// A number of at most [`NARROW_BITS`] bits.
#[inline]
fn narrowed(value: i128) -> Option<i64> {
    i64::try_from(value).ok().filter(|value| value.unsigned_abs() >> NARROW_BITS == 0)
}

#[inline]
fn nearest_narrow(num: i64, den: i64) -> i64 {
    let (size, by) = (num.unsigned_abs(), den.unsigned_abs());
    let whole = size / by;
    let rest = size - whole * by;
    let whole = (whole + u64::from(rest >= by - rest)) as i64;
    let sign = num >> 63;
    (whole ^ sign).wrapping_sub(sign)
}

/// Most numbers that are kept wide would fit 64 bits; dividing those is several times faster.
#[inline]
fn nearest_of(num: i128, den: i128) -> i128 {
    match (i64::try_from(num), i64::try_from(den)) {
        (Ok(num), Ok(den)) => i128::from(nearest_narrow(num, den)),
        _ => nearest(num, den),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn half_goes_away_from_zero() {
        for (num, den, to) in
            [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0), (6, 3, 2)]
        {
            assert_eq!(nearest(num, den), to, "{num}/{den}");
            assert_eq!(nearest_narrow(num as i64, den as i64), to as i64, "{num}/{den}");
        }
        assert_eq!(nearest(i128::MAX, i128::MAX), 1);
        assert_eq!(nearest_narrow(i64::MIN + 1, 2), -(1 << 62));
    }

    #[test]
    fn a_divisor_of_a_row_that_lacks_it_does_no_harm() {
        let mut out = [9; 3];
        divide(&[10, 10, i64::MIN], &[4, 0, i64::MIN], &mut out);
        assert_eq!(out, [3, 0, 0]);
    }

    proptest! {
        #[test]
        fn a_reciprocal_divides_as_division_does(num in -(1_i64 << 62) + 1..1 << 62, by in 1..i64::MAX >> 1) {
            let mut out = [0];
            for by in [by, by >> 20 | 1, by >> 50 | 1, by >> 60 | 1] {
                divide_known(&[num], by, &mut out);
                prop_assert_eq!(out[0], nearest_narrow(num, by), "{}/{}", num, by);
            }
        }
    }
}
