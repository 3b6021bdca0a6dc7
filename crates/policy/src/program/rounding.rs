//! Rounding, where a rule says so: a number in whole steps of a stated size.

use super::compile::CompileFault;
use super::encode::{NARROW_BITS, Number, bits_of, fits, overflow};
use super::kernels;
use super::op::{Op, Reg};
use super::part::PartBuilder;
use crate::exact::Exact;

/// The nearest whole number to `num / den` with `den` above zero; half goes away from zero.
pub(super) fn nearest(num: i128, den: i128) -> i128 {
    let (whole, rest) = (num / den, num % den);
    // Twice the rest is compared without doubling, which might not fit.
    let far = rest.unsigned_abs() >= den.unsigned_abs() - rest.unsigned_abs();
    if far && rest != 0 { whole + num.signum() } else { whole }
}

impl PartBuilder {
    /// A number in whole steps.
    pub(super) fn rounded(&mut self, number: Number, step: Exact) -> Result<Number, CompileFault> {
        let (register, bits, quantum, below) = match number {
            Number::Known(value) => {
                let steps = overflow(value.over(step))?;
                let whole = Exact::whole(nearest(steps.num(), steps.den()));
                return Ok(Number::Known(overflow(whole.times(step))?));
            }
            Number::Lanes { register, bits, quantum, below } => (register, bits, quantum, below),
        };
        let ratio = overflow(quantum.over(step))?;
        let (num, bits) = self.scaled(register, bits, ratio.num())?;
        let (register, bits) = match below {
            None if ratio.den() == 1 => (num, bits),
            None => {
                let smaller = (bits + 2).saturating_sub(bits_of(ratio.den())).max(1);
                (self.divided_known(num, ratio.den(), smaller)?, smaller)
            }
            Some((below, below_bits)) => {
                let (den, den_bits) = self.scaled(below, below_bits, ratio.den())?;
                let (num, den) = self.matched(num, den, bits.max(den_bits));
                (self.divided(num, den, bits), bits)
            }
        };
        Ok(Number::Lanes { register, bits: fits(bits)?, quantum: step, below: None })
    }

    fn divided(&mut self, num: Reg, den: Reg, bits: u32) -> Reg {
        let lacks = self.either(num.lacks(), den.lacks());
        match (num, den) {
            (Reg::Narrow(a), Reg::Narrow(b)) => {
                Reg::Narrow(self.narrow(Op::Divide { a: a.at, b: b.at }, lacks))
            }
            (Reg::Wide(a), Reg::Wide(b)) if bits <= NARROW_BITS => {
                Reg::Narrow(self.narrow(Op::DivideWide { a: a.at, b: b.at }, lacks))
            }
            (Reg::Wide(a), Reg::Wide(b)) => {
                Reg::Wide(self.wide(Op::DivideWide { a: a.at, b: b.at }, lacks))
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
            Reg::Wide(lane) if bits <= NARROW_BITS => {
                Reg::Narrow(self.narrow(Op::DivideWideKnown { a: lane.at, by }, lane.lacks))
            }
            Reg::Wide(lane) => Reg::Wide(self.wide(Op::DivideWideKnown { a: lane.at, by }, lane.lacks)),
        })
    }
}

/// Narrow quotients. Rows that lack something may have any divisor; they get 0.
pub(super) fn divide(a: &[i64], b: &[i64], out: &mut [i64]) {
    kernels::zip(a, b, out, |num, den| if den <= 0 { 0 } else { nearest_narrow(num, den) });
}

/// Narrow quotients by a known divisor above zero.
pub(super) fn divide_known(a: &[i64], by: i64, out: &mut [i64]) {
    kernels::map(a, out, |num| nearest_narrow(num, by));
}

/// Wide quotients, into narrow or wide lanes, whichever the instruction gives.
pub(super) fn divide_wide(a: &[i128], b: &[i128], narrow: &mut [i64], wide: &mut [i128]) {
    let of = |num: i128, den: i128| if den <= 0 { 0 } else { nearest_of(num, den) };
    kernels::zip(a, b, narrow, |num, den| of(num, den) as i64);
    kernels::zip(a, b, wide, of);
}

/// Wide quotients by a known divisor above zero.
pub(super) fn divide_wide_known(a: &[i128], by: i128, narrow: &mut [i64], wide: &mut [i128]) {
    kernels::map(a, narrow, |num| nearest_of(num, by) as i64);
    kernels::map(a, wide, |num| nearest_of(num, by));
}

#[inline]
fn nearest_narrow(num: i64, den: i64) -> i64 {
    let (whole, rest) = (num / den, num % den);
    let far = rest.unsigned_abs() >= den.unsigned_abs() - rest.unsigned_abs();
    whole + if far && rest != 0 { num.signum() } else { 0 }
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
    use super::*;

    #[test]
    fn half_goes_away_from_zero() {
        for (num, den, to) in [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0), (6, 3, 2)] {
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
}
