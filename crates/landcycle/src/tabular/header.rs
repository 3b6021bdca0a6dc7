//! The heading of a table, and the order it gives to the cells of every row.

use std::collections::HashMap;

use super::error::Fault;
use super::record::{Record, is_blank, trimmed};

/// Pairs of brackets a unit is written in; round ones are often typed half-width on one side only.
const BRACKETS: [(&[char], &[char]); 4] = [
    (&['[', '\u{FF3B}'], &[']', '\u{FF3D}']),
    (&['(', '\u{FF08}'], &[')', '\u{FF09}']),
    (&['\u{3010}'], &['\u{3011}']),
    (&['\u{3014}'], &['\u{3015}']),
];

/// The heading of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The heading as written, without the space around it. Some official headings have brackets
    /// that are part of the name, so a reader should try this before `name`.
    pub(crate) raw: String,
    /// The heading without the unit behind it.
    pub(crate) name: String,
    /// What stands in brackets at the end.
    pub(crate) unit: Option<String>,
    /// The physical column, from 1.
    pub(crate) column: usize,
}

impl Header {
    /// Reads the text of a heading.
    pub(crate) fn read(text: &str, column: usize) -> Self {
        let raw = trimmed(text).to_owned();
        let (name, unit) = match split_unit(&raw) {
            Some((name, unit)) => (name.to_owned(), Some(unit.to_owned())),
            None => (raw.clone(), None),
        };
        Self { raw, name, unit, column }
    }
}

fn split_unit(raw: &str) -> Option<(&str, &str)> {
    let (openings, closings) = BRACKETS.iter().find(|(_, closings)| raw.ends_with(*closings))?;
    let inner = raw.trim_end_matches(*closings);
    // More than one closing bracket means nested brackets, and no plain unit.
    if raw[inner.len()..].chars().count() != 1 {
        return None;
    }
    let open = inner.rfind(*openings)?;
    let name = trimmed(&inner[..open]);
    let unit = trimmed(inner[open..].trim_start_matches(*openings));
    let plain = !name.is_empty() && !unit.is_empty() && !unit.contains(*closings);
    plain.then_some((name, unit))
}

/// One row of data; its cells are in the order of the heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The physical line (where the row begins) or the sheet row, from 1.
    pub(crate) line: u64,
    text: String,
    spans: Vec<(usize, usize)>,
}

impl Row {
    /// The cell under the heading of that index; empty when the row is shorter.
    pub(crate) fn get(&self, index: usize) -> &str {
        self.spans.get(index).map_or("", |(start, end)| &self.text[*start..*end])
    }

    /// The cells in the order of the heading, as many as there are headings.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|(start, end)| &self.text[*start..*end])
    }
}

/// The heading and where its columns are.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) headers: Vec<Header>,
    /// Index of the heading of each physical column.
    slots: Vec<Option<usize>>,
    max_cell_chars: usize,
}

impl Layout {
    /// Reads the heading. Columns without a name are left out; they may hold nothing.
    pub(super) fn read(
        record: &Record,
        max_columns: usize,
        max_cell_chars: usize,
    ) -> Result<Self, (Fault, Option<usize>)> {
        let mut layout = Self { max_cell_chars, ..Self::default() };
        let mut known: HashMap<String, usize> = HashMap::new();
        for (column, text) in record.cells().filter(|(_, text)| !is_blank(text)) {
            if column >= max_columns {
                let (found, limit) = (column + 1, max_columns);
                return Err((Fault::TooManyColumns { found, limit }, None));
            }
            let header = Header::read(text, column + 1);
            if let Some(first) = known.insert(header.raw.clone(), header.column) {
                let fault = Fault::DuplicateHeader { name: header.raw, first, second: header.column };
                return Err((fault, None));
            }
            if header.raw.chars().count() > max_cell_chars {
                let limit = max_cell_chars;
                return Err((Fault::CellTooLong { limit }, Some(header.column)));
            }
            if layout.slots.len() <= column {
                layout.slots.resize(column + 1, None);
            }
            if layout.slots[column].is_some() {
                return Err((Fault::CellTwice { column: column + 1 }, None));
            }
            layout.slots[column] = Some(layout.headers.len());
            layout.headers.push(header);
        }
        Ok(layout)
    }

    /// The heading of a physical column counted from 1.
    pub(super) fn name_of(&self, column: usize) -> Option<String> {
        let index = (*self.slots.get(column.checked_sub(1)?)?)?;
        Some(self.headers.get(index)?.raw.clone())
    }

    /// Puts the cells of a record in the order of the heading; a fault comes with its column.
    pub(super) fn arrange(&self, record: Record) -> Result<Row, (Fault, Option<usize>)> {
        let mut spans = vec![(0, 0); self.headers.len()];
        let mut extra = Vec::new();
        for (column, start, end) in record.spans() {
            let cell = &record.text()[start..end];
            match self.slots.get(column).copied().flatten() {
                Some(index) if spans[index] != (0, 0) => {
                    return Err((Fault::CellTwice { column: column + 1 }, Some(column + 1)));
                }
                Some(index) => spans[index] = (start, end),
                None if is_blank(cell) => {}
                None => extra.push(column + 1),
            }
            // Characters are only counted when the bytes leave a doubt.
            if cell.len() > self.max_cell_chars && cell.chars().count() > self.max_cell_chars {
                let limit = self.max_cell_chars;
                return Err((Fault::CellTooLong { limit }, Some(column + 1)));
            }
        }
        if !extra.is_empty() {
            let fault = Fault::ExtraCells { columns: extra, width: self.headers.len() };
            return Err((fault, None));
        }
        Ok(Row { line: record.line, text: record.into_text(), spans })
    }
}
