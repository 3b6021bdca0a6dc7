//! Comparing the layer of parcels, which people edit in GIS programs, with what the events say.

use jiff::civil::Date;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::read;
use crate::body::Facts;
use crate::error::LedgerError;

/// Columns of the layer, and the facts they show. The area is shown as a number, so it is compared
/// as one; an outline is no fact.
const COLUMNS: [(&str, &str); 11] = [
    ("parcel_no", "parcel_no"),
    ("supervision_no", "supervision_no"),
    ("project_name", "project_name"),
    ("location", "location"),
    ("holder", "holder"),
    ("city", "city"),
    ("district", "district"),
    ("park", "park"),
    ("industry", "industry"),
    ("area_m2", "area"),
    ("signed_on", "signed_on"),
];

/// Cases whose row in the layer of parcels is not what the events say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    /// Cases that have no row.
    pub missing: usize,
    /// The first of them.
    pub first_missing: Option<String>,
    /// Cases of whose row a column says what no event of the case says.
    pub differing: usize,
    /// The first of them, and the column.
    pub first_differing: Option<(String, &'static str)>,
}

/// A case whose events are being read.
struct Open {
    case_id: String,
    /// Whether the layer has a row for it.
    there: bool,
    columns: [Column; COLUMNS.len()],
}

/// A column of the row, and what the events read so far say of its fact.
#[derive(Default)]
struct Column {
    shown: Option<Shown>,
    /// An event says what is shown.
    heard: bool,
    /// An event says something that can be shown.
    said: bool,
}

enum Shown {
    Text(String),
    Number(f64),
}

pub(super) fn apart(connection: &Connection) -> Result<Apart, LedgerError> {
    let columns: Vec<String> = COLUMNS.iter().map(|(column, _)| format!("parcel.{column}")).collect();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT event.seq, event.first_seq, event.case_id, event.body, parcel.fid IS NOT NULL, {} \
         FROM event LEFT JOIN parcel ON parcel.case_id = event.case_id \
         ORDER BY event.first_seq, event.seq",
        columns.join(", ")
    ))?;
    let mut rows = statement.query([])?;
    let mut found = Apart::default();
    let mut open: Option<(i64, Open)> = None;
    while let Some(row) = rows.next()? {
        let (seq, first): (i64, i64) = (row.get(0)?, row.get(1)?);
        if open.as_ref().is_none_or(|(case, _)| *case != first) {
            found.close(open.take());
            open = Some((first, Open::read(row, seq)?));
        }
        if let Some((_, case)) = &mut open {
            case.hear(read::text(row, seq, 3)?, seq)?;
        }
    }
    found.close(open);
    Ok(found)
}

impl Apart {
    fn close(&mut self, case: Option<(i64, Open)>) {
        let Some((_, case)) = case else { return };
        if !case.there {
            self.missing += 1;
            self.first_missing.get_or_insert(case.case_id);
            return;
        }
        let differs = |column: &Column| if column.shown.is_some() { !column.heard } else { column.said };
        if let Some(at) = case.columns.iter().position(differs) {
            self.differing += 1;
            self.first_differing.get_or_insert((case.case_id, COLUMNS[at].0));
        }
    }
}

impl Open {
    fn read(row: &Row<'_>, seq: i64) -> Result<Self, LedgerError> {
        let case_id = read::text(row, seq, 2)?.to_owned();
        let mut open = Self { case_id, there: row.get(4)?, columns: Default::default() };
        for (at, column) in open.columns.iter_mut().enumerate() {
            column.shown = match row.get_ref(5 + at)? {
                ValueRef::Null => None,
                ValueRef::Text(text) => Some(Shown::Text(String::from_utf8_lossy(text).into_owned())),
                ValueRef::Integer(number) => Some(Shown::Number(number as f64)),
                ValueRef::Real(number) => Some(Shown::Number(number)),
                ValueRef::Blob(_) => Some(Shown::Text(String::new())),
            };
        }
        Ok(open)
    }

    fn hear(&mut self, body: &str, seq: i64) -> Result<(), LedgerError> {
        for fact in Facts::new(body) {
            let unreadable = |error| LedgerError::Unreadable { seq, what: format!("body: {error}") };
            let (name, value) = fact.map_err(unreadable)?;
            let Some(at) = COLUMNS.iter().position(|(_, fact)| *fact == name) else { continue };
            let column = &mut self.columns[at];
            // Words where a day or a number belongs (none, a fraction) are shown by nothing.
            column.said |= match name {
                "area" => value.parse::<f64>().is_ok(),
                "signed_on" => value.parse::<Date>().is_ok(),
                _ => !value.is_empty(),
            };
            column.heard |= match &column.shown {
                Some(Shown::Text(text)) => *text == *value,
                Some(Shown::Number(number)) => value.parse() == Ok(*number),
                None => false,
            };
        }
        Ok(())
    }
}
