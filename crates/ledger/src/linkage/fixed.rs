//! Whole counts of a smallest unit: square metres under hectares, fen under yuan, millionths of a share.
//!
//! **Invariant:** nothing here rounds unless its name says so; a text that is finer than the smallest
//! unit is refused.

use std::fmt;

/// 定点数 · a number with a fixed count of decimals, kept as a whole number of its smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fixed<const PLACES: u32>(i128);

/// Hectares to four places: whole square metres.
pub type Area = Fixed<4>;
/// Yuan to two places: whole fen.
pub type Money = Fixed<2>;
/// A share of one to six places: whole millionths.
pub type Share = Fixed<6>;

/// Digits of the largest number taken: sums of as many entries as a store can hold still fit.
const MOST_DIGITS: usize = 18;

impl<const PLACES: u32> Fixed<PLACES> {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One hectare, one yuan, the whole.
    pub const ONE: Self = Self(10_i128.pow(PLACES));

    /// So many of the smallest unit.
    pub fn of_smallest(count: i128) -> Self {
        Self(count)
    }

    /// How many of the smallest unit.
    pub fn smallest(self) -> i128 {
        self.0
    }

    /// Reads `12` or `-0.5`; nothing where the text is no such number, too fine, or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let part_kept = part.trim_end_matches('0');
        if !plain(whole) || !plain(part) || part_kept.len() > PLACES as usize {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > MOST_DIGITS - PLACES as usize {
            return None;
        }
        let written = format!("{whole}{part_kept:0<places$}", places = PLACES as usize);
        let count = if written.is_empty() { 0 } else { written.parse::<i128>().ok()? };
        Some(Self(if negative { -count } else { count }))
    }

    /// This number times a share, rounded down to the smallest unit; for numbers that are not negative.
    #[must_use]
    pub fn share_rounded_down(self, share: Share) -> Self {
        Self((self.0 * share.0).div_euclid(Share::ONE.0))
    }
}

impl<const PLACES: u32> std::ops::Add for Fixed<PLACES> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl<const PLACES: u32> std::ops::Sub for Fixed<PLACES> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl<const PLACES: u32> std::iter::Sum for Fixed<PLACES> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, |sum, number| sum + number)
    }
}

/// The shortest decimal: `12`, `0.5`, `-3.0001`.
impl<const PLACES: u32> fmt::Display for Fixed<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let one = Self::ONE.0.unsigned_abs();
        let (whole, part) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        let part = format!("{part:0>places$}", places = PLACES as usize);
        match part.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    //! Texts and numbers.

    use proptest::prelude::*;

    use super::{Area, Money, Share};

    #[test]
    fn a_text_that_is_too_fine_or_no_number_is_refused() {
        for text in
            ["", "-", ".5", "5.", "1.00001", "1e3", "１", "1,000", "--1", "+1", "100000000000000000000"]
        {
            assert_eq!(Area::parse(text), None, "{text}");
        }
        assert_eq!(Area::parse("1.00010").map(Area::smallest), Some(10_001));
        assert_eq!(Area::parse("0").map(Area::smallest), Some(0));
        assert_eq!(Area::parse("000.0").map(Area::smallest), Some(0));
        assert_eq!(Money::parse("-0.05").map(|money| money.to_string()).as_deref(), Some("-0.05"));
    }

    #[test]
    fn a_share_is_rounded_down() {
        let third = Share::parse("0.333333").expect("a share");
        assert_eq!(Money::parse("100").expect("money").share_rounded_down(third).to_string(), "33.33");
        assert_eq!(Money::of_smallest(1).share_rounded_down(third), Money::ZERO);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(count in -1_000_000_000_000_i64..1_000_000_000_000) {
            let area = Area::of_smallest(count.into());
            prop_assert_eq!(Area::parse(&area.to_string()), Some(area));
        }
    }
}
