//! Facts of many cases as columns of lanes.

use crate::calendar::NEVER;
use crate::vocabulary::{BadValue, MISSING, Symbols, Vocabulary};

/// 事实表 · the facts of many cases, a column each. A lane is a whole number in the vocabulary's
/// encoding; [`MISSING`] where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    len: usize,
    columns: Vec<Vec<i64>>,
}

impl Facts {
    /// No cases yet, with room for facts of a vocabulary.
    pub fn new(vocabulary: &Vocabulary) -> Self {
        Self { len: 0, columns: vec![Vec::new(); vocabulary.facts().len()] }
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a case of which nothing is known and returns its row.
    pub fn push(&mut self) -> usize {
        self.len += 1;
        self.len - 1
    }

    /// Sets a lane of a row. A column is only as long as its last known value.
    pub fn set(&mut self, row: usize, fact: usize, lane: i64) {
        let column = &mut self.columns[fact];
        if column.len() <= row {
            column.resize(row + 1, MISSING);
        }
        column[row] = lane;
    }

    /// Sets a fact from canonical text.
    pub fn set_text(
        &mut self,
        row: usize,
        fact: usize,
        text: &str,
        vocabulary: &Vocabulary,
        symbols: &Symbols,
    ) -> Result<(), BadValue> {
        let lane = vocabulary.lane(&vocabulary.facts()[fact], text, symbols)?;
        if lane != MISSING {
            self.set(row, fact, lane);
        }
        Ok(())
    }

    /// Says what a complete record leaves unsaid: of a row whose record is complete, facts that are
    /// missing take the values that the vocabulary gives them. Of any other row nothing is assumed.
    pub fn complete(&mut self, row: usize, vocabulary: &Vocabulary) {
        let Some((since, unsaid)) = vocabulary.completion() else { return };
        if matches!(self.lane(row, since), MISSING | NEVER) {
            return;
        }
        for fact in unsaid {
            let otherwise = vocabulary.facts()[*fact].otherwise.as_ref();
            if let Some((_, lane)) = otherwise.filter(|_| self.lane(row, *fact) == MISSING) {
                self.set(row, *fact, *lane);
            }
        }
    }

    /// The lane of a fact in a row.
    pub fn lane(&self, row: usize, fact: usize) -> i64 {
        self.columns[fact].get(row).copied().unwrap_or(MISSING)
    }

    /// Puts the cases of another table, with the same facts, behind these.
    pub fn append(&mut self, other: Self) {
        for (column, more) in self.columns.iter_mut().zip(other.columns) {
            if !more.is_empty() {
                column.resize(self.len, MISSING);
                column.extend(more);
            }
        }
        self.len += other.len;
    }

    /// Some rows with a day of assessment each, which becomes a column behind the facts; only the facts
    /// asked for.
    pub(crate) fn dated(&self, rows: &[(usize, i64)], facts: &[usize]) -> Self {
        let day = self.columns.len();
        let mut dated = Self { len: rows.len(), columns: vec![Vec::new(); day + 1] };
        for fact in facts.iter().filter(|fact| **fact < day) {
            dated.columns[*fact] = rows.iter().map(|(row, _)| self.lane(*row, *fact)).collect();
        }
        dated.columns[day] = rows.iter().map(|(_, day)| *day).collect();
        dated
    }

    /// The known lanes of a column from `start`, at most `rows`: shorter where nothing follows.
    pub(crate) fn column(&self, fact: usize, start: usize, rows: usize) -> &[i64] {
        let column = &self.columns[fact];
        let from = start.min(column.len());
        &column[from..(start + rows).min(column.len())]
    }
}
