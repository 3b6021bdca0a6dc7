//! Comparing the layer of parcels, which people edit in GIS programs, with what the events say.

use jiff::civil::Date;

use crate::body::Facts;
use crate::columns::{Columns, number, text};
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

/// What a column of the layer shows.
pub(crate) enum Shown {
    Text(String),
    Number(f64),
}

/// Row `index` of the columns compared, each as this gives it.
pub(crate) const FIRST_SHOWN: usize = 5;

/// What the comparison reads, in the order of cases, records that are no parcels left out; a store adds
/// nothing but its own dates.
pub(crate) fn sql(signed_on: &str) -> String {
    let columns =
        COLUMNS.map(
            |(column, _)| {
                if column == "signed_on" { signed_on.to_owned() } else { format!("parcel.{column}") }
            },
        );
    format!(
        "SELECT event.seq, event.first_seq, event.case_id, event.body, parcel.fid, {} \
         FROM event LEFT JOIN parcel ON parcel.case_id = event.case_id \
         WHERE substr(event.case_id, 1, 1) <> '@' \
         ORDER BY event.first_seq, event.seq",
        columns.join(", ")
    )
}

/// A comparison under way.
#[derive(Default)]
pub(crate) struct Comparison {
    found: Apart,
    open: Option<(i64, Open)>,
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

impl Comparison {
    /// Takes the next row of [`sql`]; `shown` reads what a column of the layer shows.
    pub(crate) fn step<R: Columns>(
        &mut self,
        row: &R,
        shown: impl Fn(&R, usize) -> Result<Option<Shown>, String>,
    ) -> Result<(), LedgerError> {
        let seq = number(row, 0, 0)?;
        let first = number(row, seq, 1)?;
        if self.open.as_ref().is_none_or(|(case, _)| *case != first) {
            self.close();
            self.open = Some((first, Open::read(row, seq, shown)?));
        }
        if let Some((_, case)) = &mut self.open {
            case.hear(text(row, seq, 3)?, seq)?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Apart {
        self.close();
        self.found
    }

    fn close(&mut self) {
        let Some((_, case)) = self.open.take() else { return };
        if !case.there {
            self.found.missing += 1;
            self.found.first_missing.get_or_insert(case.case_id);
            return;
        }
        let differs = |column: &Column| if column.shown.is_some() { !column.heard } else { column.said };
        if let Some(at) = case.columns.iter().position(differs) {
            self.found.differing += 1;
            self.found.first_differing.get_or_insert((case.case_id, COLUMNS[at].0));
        }
    }
}

impl Open {
    fn read<R: Columns>(
        row: &R,
        seq: i64,
        shown: impl Fn(&R, usize) -> Result<Option<Shown>, String>,
    ) -> Result<Self, LedgerError> {
        let unreadable = |what| LedgerError::Unreadable { seq, what };
        let case_id = text(row, seq, 2)?.to_owned();
        let there = row.integer(4).map_err(unreadable)?.is_some();
        let mut open = Self { case_id, there, columns: Default::default() };
        for (at, column) in open.columns.iter_mut().enumerate() {
            column.shown = shown(row, FIRST_SHOWN + at).map_err(unreadable)?;
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
