//! Tests of the table reader.

mod catalogue;
mod junk;
mod text;
mod values;
mod workbook;

use std::io::{Cursor, Write};

use super::messages::Language;
use super::{ReadOptions, Table, TabularError};

/// A table out of bytes, as if they were a file.
fn table_with(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> Result<Table, TabularError> {
    Table::from_reader("t", Box::new(Cursor::new(bytes.into())), options)
}

fn table(bytes: impl Into<Vec<u8>>) -> Table {
    table_with(bytes, &ReadOptions::default()).expect("the heading is sound")
}

/// Every row as its line and cells.
fn rows(table: Table) -> Vec<(u64, Vec<String>)> {
    table
        .map(|row| {
            let row = row.expect("the row is sound");
            (row.line, row.cells().map(str::to_owned).collect())
        })
        .collect()
}

fn cells(table: Table) -> Vec<Vec<String>> {
    rows(table).into_iter().map(|(_, cells)| cells).collect()
}

/// The first error, in the heading or in a row.
fn error_with(bytes: impl Into<Vec<u8>>, options: &ReadOptions) -> TabularError {
    match table_with(bytes, options) {
        Err(error) => error,
        Ok(mut table) => table.find_map(Result::err).expect("the input is bad"),
    }
}

fn error(bytes: impl Into<Vec<u8>>) -> TabularError {
    error_with(bytes, &ReadOptions::default())
}

/// Reads everything there is and says everything there is to say.
fn exhaust(bytes: Vec<u8>, options: &ReadOptions) -> usize {
    let speak = |error: &TabularError| {
        assert!(!error.message(Language::Zh).is_empty());
        assert!(!error.help(Language::En).is_empty());
    };
    match table_with(bytes, options) {
        Err(error) => {
            speak(&error);
            0
        }
        Ok(table) => table.map(|row| row.inspect_err(speak).map_or(0, |row| row.cells().count())).sum(),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory takes it");
    writer.finish().expect("memory takes it")
}
