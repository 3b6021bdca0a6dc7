//! Numbers as official papers have them: money with separators and in capital numerals, articles in
//! Chinese numerals. The numerals stand in the catalogue.

use landcycle_policy::exact::Exact;
use landcycle_policy::exact::grouped;

use crate::say::words;

/// The largest sum that is said in capitals, in cents: below a hundred million times a hundred million yuan.
const MOST_CENTS: i128 = 1_000_000_000_000_000_000;

/// A sum of money: separated thousands, two places where it is not whole.
pub(super) fn money(amount: Exact) -> String {
    let text = grouped(amount);
    match text.split_once('.') {
        Some((_, part)) if part.len() == 1 => format!("{text}0"),
        _ => text,
    }
}

/// A sum of money in capital numerals; none where it is no whole number of cents, or beyond all sums.
pub(super) fn capitals(amount: Exact) -> Option<String> {
    let cents = amount.times(Exact::whole(100)).filter(|cents| cents.den() == 1)?.num();
    if cents.abs() >= MOST_CENTS {
        return None;
    }
    let parts = catalogue("paper_money");
    let [currency, yuan, jiao, fen, whole, minus] = parts.as_slice() else { return None };
    let numerals = Numerals::of("paper_capitals");
    let sign = if cents < 0 { minus.as_str() } else { "" };
    let cents = cents.unsigned_abs();
    let (sum, tens, ones) = (cents / 100, (cents / 10 % 10) as usize, (cents % 10) as usize);
    let mut out = format!("{currency}{sign}");
    if sum > 0 || cents == 0 {
        out.push_str(&numerals.number(sum));
        out.push_str(yuan);
    }
    match (tens, ones) {
        (0, 0) => out.push_str(whole),
        (0, ones) => {
            // After yuan the empty place of the tenths is said.
            if sum > 0 {
                out.push_str(numerals.digit(0));
            }
            out.push_str(numerals.digit(ones));
            out.push_str(fen);
        }
        (tens, ones) => {
            out.push_str(numerals.digit(tens));
            out.push_str(jiao);
            if ones == 0 {
                out.push_str(whole);
            } else {
                out.push_str(numerals.digit(ones));
                out.push_str(fen);
            }
        }
    }
    Some(out)
}

/// A whole number in Chinese numerals, as articles are counted.
pub(super) fn ordinal(number: u128) -> String {
    let numerals = Numerals::of("paper_numerals");
    let said = numerals.number(number);
    // Of ten to nineteen nobody says the one.
    let ten = format!("{}{}", numerals.digit(1), numerals.steps[0]);
    match said.strip_prefix(&ten) {
        Some(rest) if number < 20 => format!("{}{rest}", numerals.steps[0]),
        _ => said,
    }
}

/// Digits, the steps within four of them, and the steps of four.
struct Numerals {
    digits: Vec<String>,
    steps: Vec<String>,
    big: Vec<String>,
}

fn catalogue(key: &str) -> Vec<String> {
    words(key).zh.split('|').map(str::to_owned).collect()
}

impl Numerals {
    fn of(key: &str) -> Self {
        let mut digits = catalogue(key);
        let mut steps = digits.split_off(10.min(digits.len()));
        let big = steps.split_off(3.min(steps.len()));
        Self { digits, steps, big }
    }

    fn digit(&self, digit: usize) -> &str {
        self.digits.get(digit).map_or("", String::as_str)
    }

    /// Any number, by its hundred millions, its ten thousands and the rest.
    fn number(&self, number: u128) -> String {
        if number == 0 {
            return self.digit(0).to_owned();
        }
        for (at, size) in [(1, 100_000_000), (0, 10_000)] {
            if number < size {
                continue;
            }
            let (upper, rest) = (number / size, number % size);
            let mut out = format!("{}{}", self.number(upper), self.big.get(at).map_or("", String::as_str));
            if rest > 0 {
                // An empty place below the step is said.
                if rest < size / 10 {
                    out.push_str(self.digit(0));
                }
                out.push_str(&self.number(rest));
            }
            return out;
        }
        self.four(number as usize)
    }

    /// A number below ten thousand.
    fn four(&self, number: usize) -> String {
        let mut out = String::new();
        let mut empty = false;
        for place in (0..4_u32).rev() {
            let digit = number / 10_usize.pow(place) % 10;
            if digit == 0 {
                empty = !out.is_empty();
                continue;
            }
            if empty {
                out.push_str(self.digit(0));
                empty = false;
            }
            out.push_str(self.digit(digit));
            if place > 0 {
                out.push_str(self.steps.get(place as usize - 1).map_or("", String::as_str));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    //! Sums as the rules of payment write them.

    use landcycle_policy::exact::Exact;
    use proptest::prelude::{any, proptest};

    use super::{capitals, money, ordinal};

    fn said(text: &str) -> String {
        capitals(Exact::parse(text).expect("a number")).unwrap_or_default()
    }

    #[test]
    fn sums_are_said_in_capitals() {
        for (sum, words) in [
            ("0", "人民币零元整"),
            ("0.05", "人民币伍分"),
            ("0.5", "人民币伍角整"),
            ("10", "人民币壹拾元整"),
            ("325.04", "人民币叁佰贰拾伍元零肆分"),
            ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
            ("6007.14", "人民币陆仟零柒元壹角肆分"),
            ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
            ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
            ("1200000", "人民币壹佰贰拾万元整"),
            ("100000000", "人民币壹亿元整"),
            ("100050000", "人民币壹亿零伍万元整"),
            ("120000000.10", "人民币壹亿贰仟万元壹角整"),
            ("1000000000000", "人民币壹万亿元整"),
            ("-12.3", "人民币负壹拾贰元叁角整"),
        ] {
            assert_eq!(said(sum), words);
        }
        assert_eq!(said("0.001"), "");
        assert_eq!(said("10000000000000000"), "");
    }

    #[test]
    fn sums_have_separators_and_two_places() {
        let shown = |text: &str| money(Exact::parse(text).expect("a number"));
        assert_eq!(["1200000", "1234.5", "0.25"].map(shown), ["1,200,000", "1,234.50", "0.25"]);
    }

    #[test]
    fn articles_are_counted() {
        assert_eq!([1, 10, 14, 20, 53, 103].map(ordinal), ["一", "十", "十四", "二十", "五十三", "一百零三"]);
    }

    proptest! {
        /// Two sums are never said alike, and what is said names no empty place twice.
        #[test]
        fn what_is_said_is_well_formed(cents in 0_i64..1_000_000_000_000_000_000, step in any::<bool>()) {
            let cents = if step { cents / 10_000 * 10_000 } else { cents };
            let sum = Exact::new(i128::from(cents), 100).expect("a number");
            let words = capitals(sum).expect("words");
            assert!(!words.contains("零零") && !words.contains("零元") || cents == 0, "{words}");
            let next = Exact::new(i128::from(cents) + 1, 100).expect("a number");
            assert!(capitals(next).as_deref() != Some(words.as_str()));
        }
    }
}
