//! What one unit is worth so many years before it is paid, for a rate that the law fixes.
//!
//! A whole year divides by one plus the rate; a part of a year counts as simple interest. The result
//! is rounded to twelve decimals, half up, so that it is a number of the law like any other.

use super::compile::CompileFault;
use super::kernels::Filled;
use crate::exact::Exact;

/// Years for which factors are kept; more have no factor.
const YEARS_MAX: usize = 1_200;
/// Factors are kept in steps of 10⁻¹⁸ and given in steps of 10⁻¹².
const KEPT: i128 = 1_000_000_000_000_000_000;
const GIVEN: i128 = 1_000_000;
/// Bits of a factor in given steps: at most 10¹².
pub(super) const BITS: u32 = 40;
/// Neither the denominator of the rate nor that of a step of the years may be larger.
const DEN_MAX: i128 = 1_000_000_000;

/// 折现系数 · the factors of one rate, ready for years in steps of a known size.
#[derive(Debug, PartialEq)]
pub(crate) struct Discounts {
    rate: Exact,
    /// Years to a step of the lane.
    num: i128,
    den: i128,
    whole: Vec<i128>,
    /// Those of whole years as given; used where every step is whole years.
    given: Vec<i64>,
}

impl Discounts {
    /// Factors for a rate; lanes of years are in steps of `step` years.
    pub(super) fn new(rate: Exact, step: Exact) -> Result<Self, CompileFault> {
        if rate < Exact::ZERO {
            return Err(CompileFault::Rate);
        }
        let fits = rate.den() <= DEN_MAX && rate.num() <= DEN_MAX && step.den() <= DEN_MAX;
        if !fits || step.num() > DEN_MAX {
            return Err(CompileFault::TooLarge);
        }
        let (num, den) = (rate.den(), rate.den() + rate.num());
        let mut whole = vec![KEPT];
        while whole.len() <= YEARS_MAX {
            let last = whole.last().copied().unwrap_or_default();
            whole.push((2 * last * num + den) / (2 * den));
        }
        let given = whole.iter().map(|factor| ((factor + GIVEN / 2) / GIVEN) as i64).collect();
        Ok(Self { rate, num: step.num(), den: step.den(), whole, given })
    }

    /// One step of a factor.
    pub(super) fn quantum() -> Option<Exact> {
        Exact::new(1, KEPT / GIVEN)
    }

    /// The factor of a lane of years, in steps of [`Self::quantum`]; none for years below zero or
    /// beyond what is kept.
    pub(super) fn of(&self, lane: i128) -> Option<i64> {
        let steps = lane.checked_mul(self.num)?;
        let year = usize::try_from(steps.div_euclid(self.den)).ok()?;
        let part = steps.rem_euclid(self.den);
        let mut factor = *self.whole.get(year)?;
        if part != 0 {
            let one = self.rate.den() * self.den;
            let with = one + self.rate.num() * part;
            // At most 10¹⁸ × 10¹⁸: within 127 bits.
            factor = (factor * one + with / 2) / with;
        }
        i64::try_from((factor + GIVEN / 2) / GIVEN).ok()
    }

    /// The factors of a block of years.
    pub(super) fn run(&self, years: &[i64], lacks: &[u64], (values, out): Filled<'_, i64>, undefined: u64) {
        let of = |lane: i64| match i64::try_from(self.num) {
            Ok(num) if self.den == 1 => {
                let year = lane.checked_mul(num).and_then(|year| usize::try_from(year).ok());
                year.and_then(|year| self.given.get(year).copied())
            }
            _ => self.of(i128::from(lane)),
        };
        for (row, years) in years.iter().enumerate() {
            let factor = if lacks[row] == 0 { of(*years) } else { Some(0) };
            values[row] = factor.unwrap_or(0);
            out[row] = lacks[row] | if factor.is_some() { 0 } else { undefined };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_years_are_those_of_the_formula() -> Result<(), CompileFault> {
        let rate = Exact::parse("0.05").ok_or(CompileFault::TooLarge)?;
        let table = Discounts::new(rate, Exact::ONE)?;
        // (1 + 0.05)^-20 = 0.376 889 482 873 000 …, by a calculator of 50 digits.
        assert_eq!(table.of(0), Some(1_000_000_000_000));
        assert_eq!(table.of(1), Some(952_380_952_381));
        assert_eq!(table.of(20), Some(376_889_482_873));
        assert_eq!(table.of(-1), None);
        assert_eq!(table.of(1_201), None);
        Ok(())
    }

    #[test]
    fn a_part_of_a_year_is_simple_interest() -> Result<(), CompileFault> {
        let rate = Exact::parse("0.06").ok_or(CompileFault::TooLarge)?;
        let half = Exact::new(1, 2).ok_or(CompileFault::TooLarge)?;
        let table = Discounts::new(rate, half)?;
        // 1 / (1.06 × 1.03) = 0.915 918 666 422 …
        assert_eq!(table.of(3), Some(915_918_666_422));
        Ok(())
    }

    #[test]
    fn a_negative_rate_is_refused() {
        let rate = Exact::whole(-1);
        assert_eq!(Discounts::new(rate, Exact::ONE).err(), Some(CompileFault::Rate));
    }
}
