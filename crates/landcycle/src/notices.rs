//! Importing land-market notices: rows become events, or are refused with their place and reason.

pub(crate) mod faulty;
mod format;
mod grade;
mod known;
pub(crate) mod preview;
mod rows;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use landcycle_ledger::{Entry, Ledger, LedgerError, SourceError};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use faulty::FaultyRow;
use format::NoticeFormat;
use known::Known;
use rows::{Reader, Refused};

use crate::cells;
use crate::say::{Failure, filled};
use crate::store;
use crate::tabular::{ReadOptions, Table};

/// Where the format of a notice stands in the vocabulary.
const FORMAT: &str = "vocabulary/imports/land_notice.yaml";

/// More refused rows than this are only counted.
const REFUSED_SHOWN: usize = 1_000;

/// Rows handed over at a time, and how many such batches may wait to be written.
const BATCH: usize = 256;
const BATCHES_AHEAD: usize = 4;

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
    /// The same rows with their faults cell by cell.
    pub(crate) faulty: Vec<FaultyRow>,
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
    /// Where rows may be recorded.
    pub(crate) area: Area,
}

/// 范围 · where rows may be recorded by somebody who works for a part of the city alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Area {
    /// Only rows of these districts; none for all.
    pub(crate) districts: BTreeSet<String>,
    /// Cases of the store that lie elsewhere.
    pub(crate) barred: HashSet<String>,
}

impl Area {
    /// Why a row may not be recorded.
    fn refuses(&self, case: &str, district: Option<&str>) -> Option<Text> {
        let inside = self.districts.is_empty() || district.is_some_and(|one| self.districts.contains(one));
        if inside && !self.barred.contains(case) {
            return None;
        }
        let known = self.districts.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Some(filled("import_outside", &[("case", case), ("districts", &known)]))
    }
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
    let mut reader = Reader::new(library, &format, table, options.area.clone())?;
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
    fn refuse(&mut self, row: FaultyRow) {
        self.refused_count += 1;
        if self.refused.len() < REFUSED_SHOWN {
            self.refused.push(row.text());
            self.faulty.push(row);
        }
    }

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

/// What the thread that reads hands over: items of rows, as many as were read, or how it ended.
enum Handed {
    Rows(Vec<Entry>, u64),
    End(Result<(), RowsRefused>),
}

/// Reads rows on a thread of its own while this one writes what came before.
fn append(
    ledger: &mut landcycle_ledger::Store,
    reader: Reader<'_>,
    options: &Options,
    report: &mut Report,
    progress: &dyn Fn(u64),
) -> Result<(), Stop> {
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    let (appended, broken) = std::thread::scope(|scope| {
        let told = &mut *report;
        let reading = scope.spawn(move || hand_over(reader, options.keep_good, told, &sender));
        let mut ended = false;
        let batches = std::iter::from_fn(|| {
            if ended {
                return None;
            }
            let items: Vec<Result<Entry, SourceError>> = match receiver.recv() {
                Ok(Handed::Rows(entries, rows)) => {
                    progress(rows);
                    entries.into_iter().map(Ok).collect()
                }
                Ok(Handed::End(end)) => {
                    ended = true;
                    end.err().map(|refused| Err(refused.into())).into_iter().collect()
                }
                // It went away without a word: nothing may be recorded.
                Err(gone) => {
                    ended = true;
                    vec![Err(gone.into())]
                }
            };
            Some(items)
        });
        let appended = ledger.append(&mut batches.flatten());
        // A store that fails stops the reader as well.
        drop(receiver);
        (appended, reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
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

/// Reads the rows to their end, or until nobody takes them any more; gives what broke the file.
fn hand_over(
    mut reader: Reader<'_>,
    keep_good: bool,
    report: &mut Report,
    sender: &SyncSender<Handed>,
) -> Option<Failure> {
    let mut entries = Vec::with_capacity(2 * BATCH);
    loop {
        match reader.next_row() {
            Some(Ok(good)) => {
                report.rows += 1;
                for reason in good.unusual {
                    *report.unusual.entry(reason).or_default() += 1;
                }
                report.notes.extend(good.note);
                // The event first, then the parcel that shows it.
                entries.extend([Some(good.event), good.parcel].into_iter().flatten());
                if entries.len() + 2 > 2 * BATCH {
                    let full = std::mem::replace(&mut entries, Vec::with_capacity(2 * BATCH));
                    if sender.send(Handed::Rows(full, report.rows)).is_err() {
                        return None;
                    }
                }
            }
            Some(Err(Refused::Row(row))) => {
                report.rows += 1;
                report.refuse(row);
            }
            Some(Err(Refused::File(failure))) => {
                let _ = sender.send(Handed::End(Err(RowsRefused)));
                return Some(failure);
            }
            None => break,
        }
    }
    let end = if report.refused_count > 0 && !keep_good { Err(RowsRefused) } else { Ok(()) };
    // Where nobody takes it, the store has failed and says so itself.
    let _ = sender.send(Handed::Rows(entries, report.rows));
    let _ = sender.send(Handed::End(end));
    None
}

#[cfg(test)]
mod tests;
