//! The rows of a table: a CSV file whose every cell is a value of its column. All that is wrong is
//! told at once, each at its cell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::nearest;
use super::table::{ColumnKind, Table};
use crate::exact::Exact;
use crate::fault::{Fault, Source};
use crate::node::Span;
use crate::text::Text;
use crate::vocabulary::{Symbols, Vocabulary};

/// One row: the canonical texts of its keys and the values of its columns.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) keys: Vec<String>,
    pub(crate) cells: Vec<Cell>,
}

/// One cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// As written.
    pub(crate) text: String,
    /// The number, or the lane of a code; none where the law gives no value.
    pub(crate) value: Option<Exact>,
}

/// A record of the file with the places of its fields.
struct Record {
    fields: Vec<(String, Span)>,
    whole: Span,
}

pub(crate) fn read(
    table: &Table,
    file: &Arc<Source>,
    vocabulary: &Vocabulary,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Row>> {
    let before = faults.len();
    let records = records(file, faults)?;
    let Some((header, rest)) = records.split_first() else {
        let fault = Fault::new("P103", file, Span::default());
        faults.push(fault.with("header", table.header().join(",")));
        return None;
    };
    let places = header_places(table, header, file, faults)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut seen: BTreeMap<Vec<String>, Span> = BTreeMap::new();
    for record in rest {
        if record.fields.len() != header.fields.len() {
            let fault = Fault::new("P104", file, record.whole).with("found", record.fields.len());
            faults.push(fault.with("expected", header.fields.len()));
            continue;
        }
        let mut at = |place: usize| &record.fields[places[place]];
        let keys = keys(table, &mut at, vocabulary, file, faults);
        let cells = cells(table, &mut at, vocabulary, file, faults);
        let (Some(keys), Some(cells)) = (keys, cells) else { continue };
        if let Some(first) = seen.insert(keys.clone(), record.whole) {
            let fault = Fault::new("P107", file, record.whole).with("keys", keys.join(", "));
            faults.push(fault.also(file, first));
            continue;
        }
        rows.push(Row { keys, cells });
    }
    (faults.len() == before).then_some(rows)
}

/// The records of a CSV file. Empty lines are passed over.
fn records(file: &Arc<Source>, faults: &mut Vec<Fault>) -> Option<Vec<Record>> {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let mark = file.text.len() - text.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        // Text that is read whole and may have rows of any length has no fault of reading.
        let Ok(record) = record else { continue };
        let start = record.position().map_or(0, |at| at.byte() as usize);
        let line = text.get(start..).unwrap_or_default();
        // The position is that of the end of the record before: line ends lie between.
        let start = start + (line.len() - line.trim_start_matches(['\r', '\n']).len());
        let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let whole = Span { start: start + mark, end: start + mark + line.len() };
        if record.iter().any(|field| field.contains('\n')) {
            faults.push(Fault::new("P106", file, whole));
            return None;
        }
        records.push(Record { fields: placed(&record, line, whole), whole });
    }
    Some(records)
}

/// Fields with their places; a line with quotation marks is marked as a whole.
fn placed(record: &csv::StringRecord, line: &str, whole: Span) -> Vec<(String, Span)> {
    let quoted = line.contains('"');
    let mut at = whole.start;
    let mut out = Vec::new();
    for field in record {
        let span = if quoted { whole } else { Span { start: at, end: at + field.len() } };
        at += field.len() + 1;
        out.push((field.trim().to_owned(), span));
    }
    out
}

/// Where in a record each key and each column stands.
fn header_places(
    table: &Table,
    header: &Record,
    file: &Arc<Source>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<usize>> {
    let wanted = table.header();
    let before = faults.len();
    for (at, (name, span)) in header.fields.iter().enumerate() {
        if !wanted.contains(&name.as_str()) {
            let near = nearest(name, wanted.iter().copied()).unwrap_or("–");
            let fault = Fault::new("P105", file, *span).with("name", name).with("near", near);
            faults.push(fault.with("header", wanted.join(",")));
        } else if let Some((_, first)) = header.fields[..at].iter().find(|(known, _)| known == name) {
            faults.push(Fault::new("P010", file, *span).with("name", name).also(file, *first));
        }
    }
    if faults.len() > before {
        return None;
    }
    let found = |name: &&str| header.fields.iter().position(|(known, _)| known == name);
    let absent: Vec<&str> = wanted.iter().filter(|name| found(name).is_none()).copied().collect();
    if !absent.is_empty() {
        let fault = Fault::new("P103", file, header.whole).with("header", wanted.join(","));
        faults.push(fault);
        return None;
    }
    Some(wanted.iter().filter_map(found).collect())
}

fn keys<'r>(
    table: &Table,
    at: &mut impl FnMut(usize) -> &'r (String, Span),
    vocabulary: &Vocabulary,
    file: &Arc<Source>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    let mut whole = true;
    for (place, key) in table.keys.iter().enumerate() {
        let (text, span) = at(place);
        let fact = &vocabulary.facts()[key.fact];
        if text.is_empty() {
            faults.push(Fault::new("P109", file, *span).with("name", &key.name));
            whole = false;
            continue;
        }
        match vocabulary.canonical(fact, text, None) {
            Ok(text) => keys.push(text),
            Err(bad) => {
                faults.push(Fault::new("P108", file, *span).with_text("why", bad.message));
                whole = false;
            }
        }
    }
    whole.then_some(keys)
}

fn cells<'r>(
    table: &Table,
    at: &mut impl FnMut(usize) -> &'r (String, Span),
    vocabulary: &Vocabulary,
    file: &Arc<Source>,
    faults: &mut Vec<Fault>,
) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    let mut whole = true;
    for (place, column) in table.columns.iter().enumerate() {
        let (text, span) = at(table.keys.len() + place);
        let value = match column.kind {
            _ if text.is_empty() => Ok(None),
            ColumnKind::Number(_) => match Exact::parse(text) {
                Some(number) => Ok(Some(number)),
                None => Err(Fault::new("P009", file, *span).with("text", text)),
            },
            ColumnKind::Fact(fact) => coded(fact, text, vocabulary)
                .map(Some)
                .map_err(|why| Fault::new("P108", file, *span).with_text("why", why)),
        };
        match value {
            Ok(value) => cells.push(Cell { text: text.clone(), value }),
            Err(fault) => {
                faults.push(fault);
                whole = false;
            }
        }
    }
    whole.then_some(cells)
}

/// The lane of a code of a closed list, or of yes and no.
fn coded(fact: usize, text: &str, vocabulary: &Vocabulary) -> Result<Exact, Text> {
    let fact = &vocabulary.facts()[fact];
    let canonical = vocabulary.canonical(fact, text, None);
    let lane = canonical.and_then(|text| vocabulary.lane(fact, &text, &Symbols::default()));
    lane.map(|lane| Exact::whole(i128::from(lane))).map_err(|bad| bad.message)
}
