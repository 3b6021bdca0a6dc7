//! Merged cells of a sheet. In a heading they are decoration; in data the value of a merged range
//! belongs to one of its cells or to all, and only a person knows.

use calamine::{Dimensions, Xlsx, XlsxError};

use super::error::column_letters;
use super::record::Record;
use super::workbook::Input;

/// The merged ranges of a sheet, taken in the order of their rows.
#[derive(Default)]
pub(super) struct Merges {
    ranges: Vec<Dimensions>,
    next: usize,
    /// First and last column of the heading, once it is read.
    heading: Option<(u32, u32)>,
    /// Of the ranges begun so far, the one that reaches furthest down.
    reaching: Option<Dimensions>,
}

impl Merges {
    pub(super) fn read(workbook: &mut Xlsx<Input>, sheet: &str) -> Result<Self, XlsxError> {
        let mut ranges = workbook.merge_cells_by_sheet_name(sheet)?;
        ranges.retain(|range| range.start != range.end);
        ranges.sort_unstable_by_key(|range| range.start);
        Ok(Self { ranges, ..Self::default() })
    }

    /// The merged range that a row of data takes part in. Rows come in their order; the first is the
    /// heading.
    pub(super) fn over(&mut self, row: u32, record: &Record) -> Option<String> {
        let columns = || record.cells().map(|(column, _)| column as u32);
        let Some((first, last)) = self.heading else {
            self.heading = columns().min().zip(columns().max());
            return None;
        };
        while let Some(range) = self.ranges.get(self.next).filter(|range| range.start.0 <= row) {
            let beside = range.end.1 < first || range.start.1 > last;
            if !beside && self.reaching.is_none_or(|reaching| reaching.end.0 < range.end.0) {
                self.reaching = Some(*range);
            }
            self.next += 1;
        }
        self.reaching.filter(|range| range.end.0 >= row).map(name)
    }
}

/// The range as a spreadsheet names it, such as B2:B3.
fn name(range: Dimensions) -> String {
    let cell = |(row, column): (u32, u32)| format!("{}{}", column_letters(column as usize + 1), row + 1);
    format!("{}:{}", cell(range.start), cell(range.end))
}
