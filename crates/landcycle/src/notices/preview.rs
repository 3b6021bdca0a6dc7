//! What an import would do, without doing it: the same reading, the same comparison with the store, and
//! nothing is written.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use landcycle_ledger::{Cut, Ledger, LedgerError, Store};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::format::NoticeFormat;
pub(crate) use super::known::Change;
use super::known::Known;
use super::rows::{Good, Reader, Refused};
use super::{FORMAT, Options, Report};
use crate::cells;
use crate::say::Failure;
use crate::store;
use crate::tabular::{ReadOptions, Table};

/// Rows that are shown with what they change.
const SAMPLE: usize = 20;

/// 导入预览 · what an import would do.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    /// The sheet that was read, of a workbook.
    pub(crate) sheet: Option<String>,
    /// The encoding of a table in text form.
    pub(crate) encoding: Option<&'static str>,
    /// What each column was taken for.
    pub(crate) columns: Vec<Mapped>,
    /// Cases that are new, changed, and as they were.
    pub(crate) cases: BTreeMap<Change, usize>,
    /// Rows with what they change.
    pub(crate) sample: Vec<Sampled>,
    /// As an import reports.
    pub(crate) report: Report,
}

/// 列的识别 · a heading and what it was taken for.
#[derive(Clone, Debug)]
pub(crate) struct Mapped {
    /// The column as a spreadsheet names it, or its number.
    pub(crate) column: String,
    /// The heading as it stands.
    pub(crate) header: String,
    /// The fact, by name.
    pub(crate) fact: Option<String>,
    /// The unit of its numbers, where the heading or the format tells one.
    pub(crate) unit: Option<String>,
    /// Why it is left aside.
    pub(crate) why: Option<Text>,
}

/// 样例行 · a row and what it changes.
#[derive(Clone, Debug)]
pub(crate) struct Sampled {
    /// The line, or the row of a sheet.
    pub(crate) line: u64,
    /// The case.
    pub(crate) case: String,
    /// What it does to it.
    pub(crate) change: Change,
    /// Facts by name, before and after, where they differ.
    pub(crate) facts: Vec<(String, Option<String>, String)>,
}

/// Reads a file as an import would and compares it with the store. A store that does not exist is empty.
pub(crate) fn preview(
    library: &Library,
    file: &Path,
    store_path: &Path,
    options: &Options,
    as_of: Date,
) -> Result<Preview, Failure> {
    let format = NoticeFormat::read(library, FORMAT)?;
    let read_options = ReadOptions { sheet: options.sheet.clone(), ..ReadOptions::default() };
    let table = Table::open(file, &read_options).map_err(|error| cells::failure(&error))?;
    let mut reader = Reader::new(library, &format, table, options.area.clone())?;
    let ledger = store::open_if_there(store_path)?;
    let wrong = |error: LedgerError| store::failure(store_path, &error);
    if let Some(ledger) = &ledger {
        reader.known = Known::of(ledger, &format.identity).map_err(wrong)?;
    }
    let mut found = Preview { columns: mapped(&reader), ..Preview::default() };
    found.sheet.clone_from(&reader.table().origin().sheet);
    found.encoding = reader.table().encoding();
    found.report.ignored.clone_from(&reader.ignored);
    let mut cases: BTreeMap<String, Change> = BTreeMap::new();
    loop {
        match reader.next_row() {
            Some(Ok(good)) => {
                found.report.rows += 1;
                for reason in &good.unusual {
                    *found.report.unusual.entry(reason.clone()).or_default() += 1;
                }
                found.report.notes.extend(good.note.clone());
                if good.change == Change::Same {
                    found.report.already_there += 1;
                } else {
                    found.report.added += 1;
                }
                // Of several rows of a case what they do together counts: new stays new.
                cases
                    .entry(good.case_id.clone())
                    .and_modify(|known| *known = (*known).min(good.change))
                    .or_insert(good.change);
                if found.sample.len() < SAMPLE && good.change != Change::Same {
                    found.sample.push(sampled(ledger.as_ref(), library, good, as_of).map_err(wrong)?);
                }
            }
            Some(Err(Refused::Row(row))) => {
                found.report.rows += 1;
                found.report.refuse(row);
            }
            Some(Err(Refused::File(failure))) => return Err(failure),
            None => break,
        }
    }
    for change in cases.into_values() {
        *found.cases.entry(change).or_default() += 1;
    }
    Ok(found)
}

fn mapped(reader: &Reader<'_>) -> Vec<Mapped> {
    let table = reader.table();
    let columns = reader.mapping().zip(table.header()).enumerate();
    let each = columns.map(|(at, (mapping, header))| {
        let why = reader.ignored.iter().find(|(raw, _)| *raw == header.raw).map(|(_, why)| why.clone());
        Mapped {
            column: table.place_of(1, Some(at)).column_label().unwrap_or_default(),
            header: header.raw.clone(),
            fact: mapping.map(|(fact, _)| fact.name.clone()),
            unit: mapping.and_then(|(_, unit)| unit.map(str::to_owned)),
            why,
        }
    });
    each.collect()
}

/// A row beside what is known of its case.
fn sampled(
    ledger: Option<&Store>,
    library: &Library,
    good: Good,
    as_of: Date,
) -> Result<Sampled, LedgerError> {
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    if let Some(ledger) = ledger {
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
        ledger.fold_case(&good.case_id, &cut, &mut |case| {
            before = case.facts.iter().map(|fact| (fact.name.to_owned(), fact.value.to_string())).collect();
        })?;
    }
    let facts = good.facts.into_iter().filter_map(|(name, after)| {
        let before = before.get(&name).cloned();
        (before.as_ref() != Some(&after)).then_some((name, before, after))
    });
    let facts = facts.collect();
    Ok(Sampled { line: good.line, case: good.case_id, change: good.change, facts })
}
