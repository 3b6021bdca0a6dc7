//! Files of operations, XLSX or CSV: all rows are recorded or none, and what is wrong is told at its cell.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_ledger::linkage::{Done, Order};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::form::{FIELDS, Form, Written, Wrong, act_named, field_title};
use super::{Refused, known_area, perform};
use crate::cells;
use crate::say::{Failure, filled, words};
use crate::store;
use crate::tabular::{Header, ReadOptions, Row, Table};

/// Faulty rows that are shown; the rest is counted.
const SHOWN: usize = 20;

/// What is loaded, and where it goes.
pub(crate) struct Load<'l> {
    /// The book.
    pub(crate) book: &'l str,
    /// The file.
    pub(crate) path: &'l Path,
    /// Sheet of a workbook.
    pub(crate) sheet: Option<String>,
    /// Who loads it.
    pub(crate) by: &'l str,
    /// The moment.
    pub(crate) now: Timestamp,
    /// The day.
    pub(crate) today: Date,
    /// Decide and record nothing.
    pub(crate) dry: bool,
}

/// Records the rows of a file, all or none.
pub(crate) fn load(
    ledger: &mut dyn Ledger,
    library: &Library,
    store_path: &Path,
    load: &Load<'_>,
) -> Result<Vec<Done>, Failure> {
    let options = ReadOptions { sheet: load.sheet.clone(), ..ReadOptions::default() };
    let mut table = Table::open(load.path, &options).map_err(|error| cells::failure(&error))?;
    let columns = columns(&table)?;
    let (mut orders, mut lines) = (Vec::new(), Vec::new());
    let (mut faults, mut faulty) = (Vec::new(), 0_usize);
    let known = |parcel: &str| known_area(ledger, parcel, load.today);
    while let Some(row) = table.next() {
        let read = match row {
            Ok(row) => read(library, (&table, &columns), &row, &known).map(|orders| (row.line, orders)),
            Err(error) if error.fault().concerns_one_row() => Err(cells::reasons(&error)),
            Err(error) => return Err(cells::failure(&error)),
        };
        match read {
            Ok((line, read)) => {
                lines.extend(std::iter::repeat_n(line, read.len()));
                orders.extend(read);
            }
            Err(found) => {
                faulty += 1;
                if faulty <= SHOWN {
                    faults.extend(found);
                }
            }
        }
    }
    if faulty > 0 {
        if faulty > SHOWN {
            faults.push(filled("more_refused", &[("more", &(faulty - SHOWN).to_string())]));
        }
        faults.push(filled("linkage_file_refused", &[("rows", &faulty.to_string())]));
        let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
        return Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }));
    }
    let circumstances = (load.by, load.now, load.today, load.dry);
    perform(ledger, library, load.book, &orders, circumstances).map_err(|refused| match refused {
        Refused::Store(error) => store::failure(store_path, &error),
        Refused::Objection(at, objection) => {
            let line = lines.get(at).copied().unwrap_or_default();
            let told = cells::at(&table, line, None, &objection.report(library));
            let end = filled("linkage_file_refused", &[("rows", "1")]);
            Failure::text(Text {
                zh: format!("{}\n{}", told.zh, end.zh),
                en: format!("{}\n{}", told.en, end.en),
            })
        }
    })
}

/// The field of each column.
fn columns(table: &Table) -> Result<Vec<(&'static str, Option<String>)>, Failure> {
    let file = &table.origin().file;
    let (mut columns, mut unknown) = (Vec::new(), Vec::new());
    for header in table.header() {
        match field_of(header) {
            Some(field) if columns.iter().all(|(known, _)| *known != field) => {
                columns.push((field, header.unit.clone()));
            }
            Some(field) => {
                let title = field_title(field);
                let values = [("file", Text::same(file)), ("field", title)];
                return Err(Failure::text(words("linkage_column_twice").fill(&values)));
            }
            None => unknown.push(header.raw.clone()),
        }
    }
    if !unknown.is_empty() {
        return Err(cells::unknown_headers(file, &unknown, columns.len()));
    }
    // Without a number a file that is loaded twice would count twice.
    let lacking: Vec<String> = ["key", "act", "on"]
        .into_iter()
        .filter(|field| columns.iter().all(|(known, _)| known != field))
        .map(|field| format!("{} ({field})", field_title(field).zh))
        .collect();
    if lacking.is_empty() {
        return Ok(columns);
    }
    Err(Failure::new("lacking_headers", &[("file", file), ("headers", &lacking.join(", "))]))
}

fn field_of(header: &Header) -> Option<&'static str> {
    let is = |field: &&str, text: &str| {
        let title = field_title(field);
        *field == text || title.zh == text || title.en.eq_ignore_ascii_case(text)
    };
    FIELDS.into_iter().find(|field| is(field, &header.raw) || is(field, &header.name))
}

/// The orders of a row, or all that is wrong with it, each at its cell.
fn read(
    library: &Library,
    (table, columns): (&Table, &[(&'static str, Option<String>)]),
    row: &Row,
    known_area: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Order>, Vec<Text>> {
    let index = |field: &str| columns.iter().position(|(known, _)| *known == field);
    let written = |field: &str| {
        index(field)
            .map_or_else(Written::default, |at| Written { text: row.get(at), unit: columns[at].1.as_deref() })
    };
    let told = |(field, why): Wrong| {
        let at = index(field);
        // A field without a column is named in words.
        let named = filled("linkage_lacks", &[("field", &field_title(field).zh)]);
        let en = field_title(field).en;
        let named = Text { zh: named.zh, en: filled("linkage_lacks", &[("field", &en)]).en };
        cells::at(table, row.line, at, if at.is_some() { &why } else { &named })
    };
    let act = act_named(written("act").text).map_err(|why| vec![told(("act", why))])?;
    if written("key").text.trim().is_empty() {
        return Err(vec![told(("key", words("linkage_needed")))]);
    }
    let place = table.place_of(row.line, None);
    let sheet = place.sheet.map(|sheet| format!(", {sheet}")).unwrap_or_default();
    let origin = format!("{}{sheet}, row {}", place.file, row.line);
    let orders = Form::new(library, &written, known_area).orders(act, None, &origin);
    orders.map_err(|wrong| wrong.into_iter().map(told).collect())
}
