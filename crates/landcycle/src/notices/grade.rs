//! Land grades as notices write them: ordinals in words.

use crate::say::words;

/// How grades are written, from the catalogue.
pub(super) struct Grades {
    digits: Vec<char>,
    ends: Vec<String>,
    missing: Vec<String>,
}

impl Grades {
    pub(super) fn read() -> Self {
        let list = |key: &str| words(key).zh.split('|').map(str::to_owned).collect();
        Self {
            digits: words("ordinal_digits").zh.chars().collect(),
            ends: list("ordinal_ends"),
            missing: list("ordinal_missing"),
        }
    }

    /// 八级, 十三等级, 8级, 8 → 8; empty for what is not graded; `None` for what is no grade.
    pub(super) fn value(&self, text: &str) -> Option<String> {
        if self.missing.iter().any(|word| word == text) {
            return Some(String::new());
        }
        let number = self.ends.iter().find_map(|end| text.strip_suffix(end.as_str())).unwrap_or(text);
        let figures = crate::tabular::numbers::parse(number).ok();
        figures.or_else(|| self.in_words(number).map(|value| value.to_string()))
    }

    /// A number below 100 in words: 八, 十, 十三, 二十, 二十一.
    fn in_words(&self, text: &str) -> Option<usize> {
        let values: Option<Vec<usize>> =
            text.chars().map(|c| self.digits.iter().position(|digit| *digit == c)).collect();
        match values?.as_slice() {
            [ten @ 10] => Some(*ten),
            [one @ 1..=9] => Some(*one),
            [10, one @ 1..=9] => Some(10 + one),
            [tens @ 2..=9, 10] => Some(tens * 10),
            [tens @ 2..=9, 10, one @ 1..=9] => Some(tens * 10 + one),
            _ => None,
        }
    }
}
