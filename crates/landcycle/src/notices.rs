//! Importing land-market notices: rows become events, or are refused with their place and reason.

mod format;
mod grade;
mod known;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;

use landcycle_ledger::{Entry, Ledger, LedgerError, SourceError};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use format::NoticeFormat;
use known::Known;
use rows::{Reader, Refused};

use crate::cells;
use crate::say::Failure;
use crate::store;
use crate::tabular::{ReadOptions, Table};

/// Where the format of a notice stands in the vocabulary.
const FORMAT: &str = "vocabulary/imports/land_notice.yaml";

/// More refused rows than this are only counted.
const REFUSED_SHOWN: usize = 1_000;

/// What an import did, or why it did nothing.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Rows read.
    pub(crate) rows: u64,
    /// Events recorded.
    pub(crate) added: usize,
    /// Rows already in the store, word for word.
    pub(crate) already_there: usize,
    /// Refused rows: place and reason.
    pub(crate) refused: Vec<Text>,
    /// How many rows were refused in all.
    pub(crate) refused_count: u64,
    /// Rows kept that should be compared with an earlier one.
    pub(crate) notes: Vec<Text>,
    /// Rows kept although a value is unusual, by reason.
    pub(crate) unusual: BTreeMap<Text, u64>,
    /// Columns that were left aside, with the reason.
    pub(crate) ignored: Vec<(String, Text)>,
}

/// Options of an import.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// Record the good rows although others are refused.
    pub(crate) keep_good: bool,
}

/// Stops the transaction when rows were refused and the caller wants all or nothing.
#[derive(Debug, thiserror::Error)]
#[error("rows were refused")]
struct RowsRefused;

/// Imports a file of notices into a store. `progress` is told the number of rows read.
pub(crate) fn import(
    library: &Library,
    file: &Path,
    store_path: &Path,
    options: &Options,
    progress: &dyn Fn(u64),
) -> Result<Report, Failure> {
    let format = NoticeFormat::read(library, FORMAT)?;
    let read_options = ReadOptions { sheet: options.sheet.clone(), ..ReadOptions::default() };
    let table = Table::open(file, &read_options).map_err(|error| cells::failure(&error))?;
    let mut report = Report::default();
    // The heading is checked before a store is made: a wrong file leaves nothing behind.
    let mut reader = Reader::new(library, &format, table)?;
    report.ignored.clone_from(&reader.ignored);
    let mut writing = store::Writing::begin(store_path)?;
    let wrong = |error: LedgerError| store::failure(store_path, &error);
    reader.known = Known::of(writing.ledger(), &format.identity).map_err(wrong)?;
    match append(writing.ledger(), reader, options, &mut report, progress) {
        Ok(()) => {}
        // Rows were refused, so nothing was recorded; the report says which.
        Err(Stop::Refused) => return Ok(report),
        Err(Stop::Failed(failure)) => return Err(failure),
        Err(Stop::Store(error)) => return Err(wrong(error)),
    }
    if !report.nothing_good() {
        writing.finish()?;
    }
    Ok(report)
}

impl Report {
    /// Whether rows were refused and no other was good.
    pub(crate) fn nothing_good(&self) -> bool {
        self.refused_count > 0 && self.added + self.already_there == 0
    }
}

enum Stop {
    /// Rows were refused, and the caller wants all or nothing.
    Refused,
    /// The file failed.
    Failed(Failure),
    /// The store failed.
    Store(LedgerError),
}

fn append(
    ledger: &mut landcycle_ledger::GeoPackageLedger,
    mut reader: Reader<'_>,
    options: &Options,
    report: &mut Report,
    progress: &dyn Fn(u64),
) -> Result<(), Stop> {
    let mut broken: Option<Failure> = None;
    let mut pending: Vec<Entry> = Vec::new();
    let mut finished = false;
    let appended = {
        let mut entries = std::iter::from_fn(|| -> Option<Result<Entry, SourceError>> {
            loop {
                if let Some(entry) = pending.pop() {
                    return Some(Ok(entry));
                }
                if finished {
                    return None;
                }
                match reader.next_row() {
                    Some(Ok(good)) => {
                        report.rows += 1;
                        for reason in good.unusual {
                            *report.unusual.entry(reason).or_default() += 1;
                        }
                        if report.rows.is_multiple_of(1_000) {
                            progress(report.rows);
                        }
                        // Taken from the end: the event first, then the parcel that shows it.
                        pending = good.parcel.into_iter().chain([good.event]).collect();
                        report.notes.extend(good.note);
                    }
                    Some(Err(Refused::Row(reason))) => {
                        report.rows += 1;
                        report.refused_count += 1;
                        if report.refused.len() < REFUSED_SHOWN {
                            report.refused.push(reason);
                        }
                    }
                    Some(Err(Refused::File(failure))) => {
                        broken = Some(failure);
                        return Some(Err(Box::new(RowsRefused)));
                    }
                    None => {
                        finished = true;
                        if report.refused_count > 0 && !options.keep_good {
                            return Some(Err(Box::new(RowsRefused)));
                        }
                    }
                }
            }
        });
        ledger.append(&mut entries)
    };
    match (appended, broken) {
        (_, Some(failure)) => Err(Stop::Failed(failure)),
        (Ok(appended), None) => {
            report.added = appended.added;
            report.already_there = appended.already_there;
            Ok(())
        }
        (Err(LedgerError::Source(_)), None) => Err(Stop::Refused),
        (Err(error), None) => Err(Stop::Store(error)),
    }
}

#[cfg(test)]
mod tests;
