//! Small plain-text tables compiled into the crate: a name, then words, one row a line.
//!
//! **Invariant:** a row that is absent or misspelt is an error naming the row, never a default.

use std::collections::BTreeMap;

use super::draws::{Draws, Purpose};

/// A row that is missing or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sample city's table has no usable row \"{row}\"")]
pub struct TableFault {
    /// Name of the row.
    pub row: &'static str,
}

/// The rows of one file.
pub(super) struct Table {
    rows: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Table {
    /// Reads rows; `#` begins a comment and an indented line continues the row above it.
    pub(super) fn read(text: &'static str) -> Self {
        let mut rows: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
        let mut name = "";
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let continues = line.starts_with(' ');
            let mut words = line.split_whitespace().peekable();
            if words.peek().is_none() {
                continue;
            }
            if !continues {
                name = words.next().unwrap_or_default();
            }
            rows.entry(name).or_default().extend(words);
        }
        Self { rows }
    }

    pub(super) fn words(&self, row: &'static str) -> Result<&[&'static str], TableFault> {
        match self.rows.get(row) {
            Some(words) if !words.is_empty() => Ok(words),
            _ => Err(TableFault { row }),
        }
    }

    pub(super) fn number(&self, row: &'static str) -> Result<f64, TableFault> {
        self.words(row)?[0].parse().map_err(|_| TableFault { row })
    }

    /// Mean and standard deviation.
    pub(super) fn normal(&self, row: &'static str) -> Result<Normal, TableFault> {
        match self.words(row)? {
            [mean, deviation] => Ok(Normal {
                mean: mean.parse().map_err(|_| TableFault { row })?,
                deviation: deviation.parse().map_err(|_| TableFault { row })?,
            }),
            _ => Err(TableFault { row }),
        }
    }

    /// `code=weight` pairs.
    pub(super) fn codes(&self, row: &'static str) -> Result<Weighted<&'static str>, TableFault> {
        self.weighted(row, Some)
    }

    /// `number=weight` pairs.
    pub(super) fn numbers(&self, row: &'static str) -> Result<Weighted<f64>, TableFault> {
        self.weighted(row, |word| word.parse().ok())
    }

    fn weighted<T>(
        &self,
        row: &'static str,
        value: impl Fn(&'static str) -> Option<T>,
    ) -> Result<Weighted<T>, TableFault> {
        let mut values = Vec::new();
        let mut upto = Vec::new();
        let mut sum = 0.0;
        for word in self.words(row)? {
            let (code, weight) = word.split_once('=').ok_or(TableFault { row })?;
            sum += weight.parse::<f64>().map_err(|_| TableFault { row })?;
            values.push(value(code).ok_or(TableFault { row })?);
            upto.push(sum);
        }
        Ok(Weighted { values, upto, sum })
    }
}

/// Mean and standard deviation, usually of a logarithm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// Values with weights, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Weighted<T> {
    values: Vec<T>,
    upto: Vec<f64>,
    sum: f64,
}

impl<T: Copy> Weighted<T> {
    pub(super) fn pick(&self, draws: &Draws, purpose: Purpose, index: u32) -> T {
        let at = draws.uniform(purpose, index) * self.sum;
        let place = self.upto.partition_point(|upto| *upto < at);
        self.values[place.min(self.values.len() - 1)]
    }

    #[cfg(test)]
    pub(super) fn shares(&self) -> Vec<(T, f64)> {
        let mut before = 0.0;
        let mut shares = Vec::new();
        for (value, upto) in self.values.iter().zip(&self.upto) {
            shares.push((*value, (upto - before) / self.sum));
            before = *upto;
        }
        shares
    }
}
