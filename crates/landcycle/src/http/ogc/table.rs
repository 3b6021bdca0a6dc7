//! 要素表 · the features of a collection in memory: columns of few different values, outlines end to end.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use landcycle_policy::exact::Exact;
use landcycle_policy::text::{Language, Text};

use super::super::book::Book;
use super::outlines::Outlines;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
    Day,
}

/// A value on its way out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'t> {
    Missing,
    Text(Cow<'t, str>),
    Number(Exact),
    Flag(bool),
    Day(Date),
}

/// A value as it is kept.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Text(Box<str>),
    Number(Exact),
    Flag(bool),
    Day(Date),
    /// Of a day: there is none, because it has not happened or was not agreed.
    Never,
    /// A text in both languages.
    Words(Text),
}

/// Where the values of a column come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A number of one of the values, by row.
    Coded(Vec<u32>, Vec<Kept>),
    /// Whether another column of days says that there is none.
    NeverOf(usize),
    /// An outcome in one word, by the place of its rule in the book.
    Outcome(usize),
    /// An outcome that is a number.
    Amount(usize),
    /// The package by which a case is judged.
    Package,
    /// The id of the row.
    Id,
}

/// The number of no value.
const NONE: u32 = u32::MAX;

/// 字段 · a column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) title: Text,
    pub(super) kind: Kind,
    /// As the vocabulary writes it.
    pub(super) unit: Option<String>,
    /// Of numbers: some are no whole numbers, or too large for programs that count in 32 bits. They are all
    /// written with a point then, for readers take a column's type from its first values.
    pub(super) fractions: bool,
    /// The values it may have, where they are few and known.
    pub(super) codes: Vec<(String, Text)>,
    pub(super) source: Source,
}

/// 要素表 · rows in an order that new cases only add to.
pub(super) struct Table {
    pub(super) ids: Vec<Box<str>>,
    /// Rows in the order of ids.
    sorted: Vec<u32>,
    pub(super) columns: Vec<Column>,
    pub(super) outlines: Outlines,
    /// First and last day of each row; open where none is known.
    pub(super) times: Vec<(Option<Date>, Option<Date>)>,
    pub(super) book: Option<Arc<Book>>,
}

impl Table {
    pub(super) fn new(
        ids: Vec<Box<str>>,
        columns: Vec<Column>,
        outlines: Outlines,
        times: Vec<(Option<Date>, Option<Date>)>,
        book: Option<Arc<Book>>,
    ) -> Self {
        let mut columns = columns;
        for column in &mut columns {
            column.fractions = match &column.source {
                Source::Coded(_, values) => values.iter().any(|kept| match kept {
                    Kept::Number(number) => number.den() != 1 || i32::try_from(number.num()).is_err(),
                    _ => false,
                }),
                Source::Amount(_) => true,
                _ => false,
            };
        }
        let mut sorted: Vec<u32> = (0..ids.len() as u32).collect();
        sorted.sort_unstable_by(|a, b| ids[*a as usize].cmp(&ids[*b as usize]));
        Self { ids, sorted, columns, outlines, times, book }
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The row of an id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let at = self.sorted.binary_search_by(|row| self.ids[*row as usize].as_ref().cmp(id)).ok()?;
        Some(self.sorted[at] as usize)
    }

    /// A column by its name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// A value.
    pub(super) fn cell(&self, row: usize, column: usize, language: Language) -> Cell<'_> {
        match &self.columns[column].source {
            Source::Coded(rows, values) => match rows.get(row).and_then(|at| values.get(*at as usize)) {
                None | Some(Kept::Never) => Cell::Missing,
                Some(Kept::Text(text)) => Cell::Text(Cow::Borrowed(text)),
                Some(Kept::Number(number)) => Cell::Number(*number),
                Some(Kept::Flag(flag)) => Cell::Flag(*flag),
                Some(Kept::Day(day)) => Cell::Day(*day),
                Some(Kept::Words(text)) => Cell::Text(Cow::Borrowed(text.get(language))),
            },
            Source::NeverOf(of) => match &self.columns[*of].source {
                Source::Coded(rows, values) => match rows.get(row).and_then(|at| values.get(*at as usize)) {
                    None => Cell::Missing,
                    Some(kept) => Cell::Flag(matches!(kept, Kept::Never)),
                },
                _ => Cell::Missing,
            },
            Source::Outcome(rule) => {
                self.outcome(row, *rule).map_or(Cell::Missing, |line| Cell::Text(line.into()))
            }
            Source::Amount(rule) => {
                let amount = self.outcome(row, *rule).and_then(Exact::parse);
                amount.map_or(Cell::Missing, Cell::Number)
            }
            Source::Id => self.ids.get(row).map_or(Cell::Missing, |id| Cell::Text(Cow::Borrowed(id))),
            Source::Package => {
                self.book.as_ref().map_or(Cell::Missing, |book| Cell::Text(book.shown(row).1.into()))
            }
        }
    }

    fn outcome(&self, row: usize, rule: usize) -> Option<&str> {
        let (.., outcomes) = self.book.as_ref()?.shown(row);
        outcomes.get(rule)?.as_ref().map(|shown| shown.line())
    }

    /// A text of a column that holds texts of one language alone, such as a district.
    pub(super) fn text(&self, row: usize, column: Option<usize>) -> Option<&str> {
        match &self.columns[column?].source {
            Source::Coded(rows, values) => match values.get(*rows.get(row)? as usize)? {
                Kept::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Collects the values of a column.
#[derive(Default)]
pub(super) struct Coding {
    rows: Vec<u32>,
    values: Vec<Kept>,
    known: HashMap<Box<str>, u32>,
}

impl Coding {
    /// Puts a value into a row; `spelt` tells it from others.
    pub(super) fn put(&mut self, row: usize, spelt: &str, keep: impl FnOnce() -> Kept) {
        let at = if let Some(at) = self.known.get(spelt) {
            *at
        } else {
            let at = self.values.len() as u32;
            self.values.push(keep());
            self.known.insert(spelt.into(), at);
            at
        };
        if self.rows.len() <= row {
            self.rows.resize(row + 1, NONE);
        }
        self.rows[row] = at;
    }

    /// Whether some day is told not to have come.
    pub(super) fn has_never(&self) -> bool {
        self.values.iter().any(|kept| matches!(kept, Kept::Never))
    }

    pub(super) fn finish(self) -> Source {
        Source::Coded(self.rows, self.values)
    }
}

impl Cell<'_> {
    /// The same value, held by itself.
    pub(super) fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Missing => Cell::Missing,
            Self::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Self::Number(number) => Cell::Number(number),
            Self::Flag(flag) => Cell::Flag(flag),
            Self::Day(day) => Cell::Day(day),
        }
    }
}
