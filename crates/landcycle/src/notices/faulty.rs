//! Refused rows: every fault of a row with its cell, as text for people and in parts for a page or a sheet.

use landcycle_policy::text::Text;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::cells;
use crate::say::words;
use crate::tabular::{Row, Table, TabularError};
use landcycle_policy::text::Language;

/// 有误单元格 · what is wrong with a cell, or with the row where it is no cell's fault.
#[derive(Clone, Debug)]
pub(crate) struct FaultyCell {
    /// The column as a spreadsheet names it, or its number.
    pub(crate) column: Option<String>,
    /// Its heading.
    pub(crate) header: Option<String>,
    /// What stands there.
    pub(crate) value: String,
    /// What was expected, and what to do.
    pub(crate) why: Text,
    /// The same after its place.
    pub(crate) said: Text,
}

/// 有误行 · a refused row.
#[derive(Clone, Debug)]
pub(crate) struct FaultyRow {
    /// The line, or the row of a sheet.
    pub(crate) line: u64,
    /// Its faults, in the order of its cells.
    pub(crate) faults: Vec<FaultyCell>,
    /// Its cells in the order of the heading; none where it could not be cut into cells.
    pub(crate) cells: Vec<String>,
}

impl FaultyRow {
    /// A row that reads as cells, without faults so far.
    pub(super) fn of(row: &Row) -> Self {
        let cells = row.cells().map(str::to_owned).collect();
        Self { line: row.line, faults: Vec::new(), cells }
    }

    /// A row that could not be read, with every fault that was met.
    pub(super) fn broken(error: &TabularError) -> Self {
        let cells = error.row().map(|row| row.cells().map(str::to_owned).collect());
        let faults = error.all().map(|error| FaultyCell {
            column: error.place().column_label(),
            header: error.place().name.clone(),
            value: String::new(),
            why: cells::what(error),
            said: cells::reason(error),
        });
        Self {
            line: error.place().row.unwrap_or_default(),
            faults: faults.collect(),
            cells: cells.unwrap_or_default(),
        }
    }

    /// Adds a fault of a cell, or of the whole row.
    pub(super) fn add(&mut self, table: &Table, index: Option<usize>, why: &Text) {
        let place = table.place_of(self.line, index);
        let value = index.and_then(|index| self.cells.get(index)).cloned().unwrap_or_default();
        self.faults.push(FaultyCell {
            column: place.column_label(),
            header: place.name,
            value,
            why: why.clone(),
            said: cells::at(table, self.line, index, why),
        });
    }

    /// All that is wrong with it, a line each.
    pub(crate) fn text(&self) -> Text {
        let join = |form: fn(&Text) -> &str| {
            self.faults.iter().map(|fault| form(&fault.said)).collect::<Vec<_>>().join("\n")
        };
        Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }
    }
}

/// Refused rows as a workbook: as they came, with their row and what is wrong in front; the faulty cells
/// stand out. Every cell is text, so that nothing that was typed is calculated.
pub(crate) fn workbook(
    headers: &[String],
    rows: &[FaultyRow],
    language: Language,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    let wrong = Format::new().set_background_color(0x00FD_EAE0).set_num_format("@");
    let told = Format::new().set_text_wrap();
    let sheet = book.add_worksheet();
    sheet.set_name(words("faulty_sheet").get(language))?.set_freeze_panes(1, 2)?;
    sheet.set_column_width(0, 8)?.set_column_width(1, 60)?;
    let first = ["faulty_row", "faulty_why"].map(|key| words(key).get(language).to_owned());
    for (column, header) in first.iter().chain(headers).enumerate() {
        sheet.write_string_with_format(0, column as u16, header, &bold)?;
        if column > 1 {
            sheet.set_column_width(column as u16, 18)?;
        }
    }
    for (at, row) in rows.iter().enumerate() {
        let line = at as u32 + 1;
        sheet.write_number(line, 0, row.line as f64)?;
        let why: Vec<String> = row
            .faults
            .iter()
            .map(|fault| match &fault.header {
                Some(header) => format!("{header}: {}", fault.why.get(language)),
                None => fault.why.get(language).to_owned(),
            })
            .collect();
        sheet.write_string_with_format(line, 1, why.join("\n"), &told)?;
        for (column, cell) in row.cells.iter().enumerate() {
            let header = headers.get(column);
            let faulty = row.faults.iter().any(|fault| fault.header.as_ref() == header && header.is_some());
            let column = column as u16 + 2;
            if faulty {
                sheet.write_string_with_format(line, column, cell, &wrong)?;
            } else if !cell.is_empty() {
                sheet.write_string(line, column, cell)?;
            }
        }
    }
    book.save_to_buffer()
}
