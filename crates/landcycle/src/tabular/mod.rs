//! Reading tables as offices hand them over: CSV in the encodings they use, gzipped CSV, XLSX.
//!
//! A file is told by its content, not by its name. It is read as a stream, so memory does not grow
//! with its size (a workbook's shared strings excepted), and whatever is wrong is reported with a
//! stable code, its place, and what to do, in both languages.

mod cell;
pub(crate) mod dates;
mod decode;
mod error;
mod guard;
mod header;
mod merges;
mod messages;
pub(crate) mod numbers;
mod record;
mod source;
mod split;
mod workbook;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;

pub(crate) use error::{Fault, Place, TabularError, ValueFaultKind, shortened};
pub(crate) use header::{Header, Row};
pub(crate) use messages::Language;

use decode::Characters;
use header::Layout;
use record::Record;
use source::{Bytes, Content};
use split::Splitter;
use workbook::{SheetFault, SheetRows};

/// What to read, and within which bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadOptions {
    /// The sheet of a workbook; the first visible one with content when not given.
    pub(crate) sheet: Option<String>,
    /// Bytes in a line, or in a record spanning lines.
    pub(crate) max_line_bytes: usize,
    /// Columns of the heading.
    pub(crate) max_columns: usize,
    /// Rows, blank ones included.
    pub(crate) max_rows: u64,
    /// Characters in a cell.
    pub(crate) max_cell_chars: usize,
    /// Bytes a compressed file may unpack to.
    pub(crate) max_unpacked_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            sheet: None,
            max_line_bytes: 1024 * 1024,
            max_columns: 1_000,
            max_rows: 20_000_000,
            max_cell_chars: 32_767,
            max_unpacked_bytes: 8 * 1024 * 1024 * 1024,
        }
    }
}

enum Rows {
    Text(Box<Splitter>),
    Sheet(SheetRows),
}

/// A table whose heading has been read; iterating reads its rows.
///
/// After a fault of a single row (a cell error, extra cells, an overlong cell) the iteration can
/// go on, so that a caller may collect several; every other fault ends it. A table without rows
/// yields one [`Fault::NoRows`].
pub(crate) struct Table {
    place: Place,
    rows: Rows,
    layout: Layout,
    taken: u64,
    yielded: bool,
    ended: bool,
    max_rows: u64,
}

impl Table {
    /// Opens a file and reads its heading.
    pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<Self, TabularError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let content =
            File::open(path).map_err(Fault::of_io).and_then(|file| source::classify_file(file, options));
        Self::from_content(name, content, options)
    }

    /// Reads a table from a stream; `name` stands for it in messages.
    #[cfg_attr(not(test), expect(dead_code, reason = "an upload goes through a file; tests use it"))]
    pub(crate) fn from_reader(name: &str, input: Bytes, options: &ReadOptions) -> Result<Self, TabularError> {
        let content = source::classify(input, options);
        Self::from_content(name.to_owned(), content, options)
    }

    /// The heading; rows have their cells in this order.
    pub(crate) fn header(&self) -> &[Header] {
        &self.layout.headers
    }

    /// The file, and the sheet of a workbook.
    pub(crate) fn origin(&self) -> &Place {
        &self.place
    }

    /// The encoding of a table in text form, as far as it is known by now.
    pub(crate) fn encoding(&self) -> Option<&'static str> {
        match &self.rows {
            Rows::Text(splitter) => Some(splitter.encoding()),
            Rows::Sheet(_) => None,
        }
    }

    /// An error about one cell, for callers that find its text wanting.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "faults of values have words of their own; tests use it")
    )]
    pub(crate) fn cell_error(&self, line: u64, index: usize, fault: Fault) -> TabularError {
        let column = self.layout.headers.get(index).map(|header| header.column);
        self.error_at(fault, Some(line), column)
    }

    /// Where a row stands, or one of its cells.
    pub(crate) fn place_of(&self, line: u64, index: Option<usize>) -> Place {
        let header = index.and_then(|index| self.layout.headers.get(index));
        Place {
            row: Some(line),
            column: header.map(|header| header.column),
            name: header.map(|header| header.raw.clone()),
            ..self.place.clone()
        }
    }

    fn from_content(
        file: String,
        content: Result<Content, Fault>,
        options: &ReadOptions,
    ) -> Result<Self, TabularError> {
        let place = Place { file, ..Place::default() };
        let content = content.map_err(|fault| TabularError::new(fault, place.clone()))?;
        let mut table = Self {
            rows: open_rows(content, options).map_err(|fault| locate(fault, &place))?,
            place,
            layout: Layout::default(),
            taken: 0,
            yielded: false,
            ended: false,
            max_rows: options.max_rows,
        };
        if let Rows::Sheet(rows) = &table.rows {
            table.place.sheet = Some(rows.sheet.clone());
        }
        table.read_header(options)?;
        Ok(table)
    }

    fn read_header(&mut self, options: &ReadOptions) -> Result<(), TabularError> {
        let Some(record) = self.next_record()? else {
            return Err(self.error_at(Fault::NoHeader, None, None));
        };
        let line = record.line;
        self.layout = Layout::read(&record, options.max_columns, options.max_cell_chars)
            .map_err(|(fault, column)| self.error_at(fault, Some(line), column))?;
        self.taken = 0;
        Ok(())
    }

    /// The next record that is not blank.
    fn next_record(&mut self) -> Result<Option<Record>, TabularError> {
        loop {
            let record = match &mut self.rows {
                Rows::Text(splitter) => {
                    splitter.next().map_err(|(fault, line)| self.error_at(fault, Some(line), None))?
                }
                Rows::Sheet(rows) => rows.next().transpose().map_err(|fault| self.sheet_error(fault))?,
            };
            let Some(record) = record else {
                return Ok(None);
            };
            self.taken += 1;
            if self.taken > self.max_rows {
                let limit = self.max_rows;
                return Err(self.error_at(Fault::TooManyRows { limit }, Some(record.line), None));
            }
            if !record.is_blank() {
                return Ok(Some(record));
            }
        }
    }

    /// A fault of a sheet's row with those of its other cells, and what is sound of the row.
    fn sheet_error(&self, fault: SheetFault) -> TabularError {
        let column = fault.column();
        let error = self.error_at(fault.fault, fault.row, column);
        let Some(rest) = fault.rest else { return error };
        let (others, record) = *rest;
        let others = others.into_iter().map(|one| {
            let column = one.column();
            self.error_at(one.fault, one.row, column)
        });
        error.with_rest(others.collect(), self.layout.arrange(record).ok())
    }

    fn error_at(&self, fault: Fault, row: Option<u64>, column: Option<usize>) -> TabularError {
        let place = Place {
            row,
            column,
            name: column.and_then(|column| self.layout.name_of(column)),
            ..self.place.clone()
        };
        TabularError::new(fault, place)
    }
}

impl Iterator for Table {
    type Item = Result<Row, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match self.next_record() {
            Ok(Some(record)) => {
                let line = record.line;
                self.layout
                    .arrange(record)
                    .map_err(|(fault, column)| self.error_at(fault, Some(line), column))
            }
            Ok(None) => {
                self.ended = true;
                if self.yielded {
                    return None;
                }
                Err(self.error_at(Fault::NoRows, None, None))
            }
            Err(error) => Err(error),
        };
        self.yielded = true;
        if let Err(error) = &row {
            self.ended |= !error.fault().concerns_one_row();
        }
        Some(row)
    }
}

fn locate(fault: SheetFault, place: &Place) -> TabularError {
    let column = fault.column();
    let place = Place { sheet: fault.sheet, row: fault.row, column, ..place.clone() };
    TabularError::new(fault.fault, place)
}

fn open_rows(content: Content, options: &ReadOptions) -> Result<Rows, SheetFault> {
    let input = match content {
        Content::Workbook(file) => return SheetRows::open(file, options).map(Rows::Sheet),
        Content::Text(input) => input,
    };
    if let Some(wanted) = &options.sheet {
        let wanted = wanted.clone();
        return Err(SheetFault::whole(Fault::SheetOfText { wanted }));
    }
    let mut splitter = Splitter::new(Characters::new(input), options.max_line_bytes, options.max_columns);
    let line = splitter.peek_first_line();
    if is_markup(line) {
        return Err(SheetFault::whole(Fault::WebPage));
    }
    let separator = separator_of(line);
    splitter.set_separator(separator);
    Ok(Rows::Text(Box::new(splitter)))
}

fn is_markup(line: &str) -> bool {
    const OPENINGS: [&str; 5] = ["<!doctype", "<html", "<?xml", "<table", "<meta"];
    let start: String =
        line.trim_start_matches('\u{FEFF}').chars().take(16).collect::<String>().to_ascii_lowercase();
    OPENINGS.iter().any(|opening| start.starts_with(opening))
}

/// The separator the heading uses most, outside quotes; a comma when in doubt.
fn separator_of(line: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b'\t', 0), (b';', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == *separator);
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most).map_or(b',', |(separator, _)| *separator)
}
