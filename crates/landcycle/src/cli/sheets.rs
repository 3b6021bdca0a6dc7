//! Rows into sheets of a workbook: a new sheet where one is full.

use rust_xlsxwriter::{Workbook, XlsxError};

/// Rows that an XLSX sheet can hold below its heading.
const ROWS: u32 = 1_048_575;

/// Rows under one heading, in as many sheets as they need.
pub(crate) struct Sheets {
    book: Workbook,
    name: &'static str,
    heading: &'static [&'static str],
    /// The row to be written next; beyond the last one while there is no sheet.
    row: u32,
    /// Sheets of this name so far.
    begun: usize,
}

impl Sheets {
    pub(crate) fn new(name: &'static str, heading: &'static [&'static str]) -> Self {
        Self { book: Workbook::new(), name, heading, row: ROWS + 1, begun: 0 }
    }

    /// Ends the rows so far; those that follow have another heading.
    pub(crate) fn turn(
        self,
        name: &'static str,
        heading: &'static [&'static str],
    ) -> Result<Self, XlsxError> {
        let mut done = self;
        done.begin_if_none()?;
        Ok(Self { name, heading, row: ROWS + 1, begun: 0, ..done })
    }

    /// Adds a row.
    pub(crate) fn put<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) -> Result<(), XlsxError> {
        if self.row > ROWS {
            self.begin()?;
        }
        let last = self.book.worksheets().len() - 1;
        let sheet = self.book.worksheet_from_index(last)?;
        for (at, cell) in cells.into_iter().enumerate() {
            sheet.write_string(self.row, at as u16, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The workbook, packed. In memory: the packer talks to standard error when its file ends early.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.begin_if_none()?;
        self.book.save_to_buffer()
    }

    /// A table without rows still shows its heading.
    fn begin_if_none(&mut self) -> Result<(), XlsxError> {
        if self.begun == 0 { self.begin() } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(), XlsxError> {
        let sheet = self.book.add_worksheet_with_low_memory()?;
        for (at, name) in self.heading.iter().enumerate() {
            sheet.write_string(0, at as u16, *name)?;
        }
        self.begun += 1;
        sheet.set_name(format!("{} {}", self.name, self.begun))?;
        self.row = 1;
        Ok(())
    }
}
