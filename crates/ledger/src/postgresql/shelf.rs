//! The server inside a transaction: looks up and writes many entries at once.

use std::collections::HashMap;

use postgres::types::{ToSql, Type};
use postgres::{Row, Transaction};

use super::layers;
use super::write::put_meta;
use crate::admit::Shelf;
use crate::columns::{self, EVENT, text};
use crate::error::LedgerError;
use crate::event::{Event, moment_text};
use crate::layer::LayerZones;
use crate::ledger::{Carried, Entry};
use crate::parcel::ParcelRow;

/// Entries read ahead, looked up together and written together.
const AHEAD: usize = 2_000;

/// A store inside a transaction. What is looked up was foreseen; what is put is written when as much
/// has gathered, and by [`Server::write`] at the end.
pub(super) struct Server<'t, 'c> {
    transaction: &'t mut Transaction<'c>,
    /// What the store says of the entries foreseen.
    known: Known,
    /// What was put and is not written yet.
    waiting: Waiting,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Event>,
    events: HashMap<i64, Event>,
    corrections: HashMap<i64, i64>,
    cases: HashMap<String, Filed>,
}

/// The events of a case that frame the others.
#[derive(Clone, Copy)]
struct Filed {
    first: i64,
    last: i64,
}

#[derive(Default)]
struct Waiting {
    events: Vec<(Event, i64)>,
    keys: HashMap<String, usize>,
    rows: Vec<ParcelRow>,
    cases: HashMap<String, usize>,
}

impl<'t, 'c> Server<'t, 'c> {
    pub(super) fn new(transaction: &'t mut Transaction<'c>) -> Self {
        Self { transaction, known: Known::default(), waiting: Waiting::default() }
    }

    /// Writes what is waiting.
    pub(super) fn write(&mut self) -> Result<(), LedgerError> {
        let Waiting { events, rows, .. } = std::mem::take(&mut self.waiting);
        if !events.is_empty() {
            insert_events(self.transaction, &events)?;
        }
        if !rows.is_empty() {
            lay_rows(self.transaction, &rows)?;
        }
        Ok(())
    }

    fn waiting_event(&self, seq: i64) -> Option<&Event> {
        let (first, _) = self.waiting.events.first()?;
        let index = usize::try_from(seq - first.seq).ok()?;
        self.waiting.events.get(index).map(|(event, _)| event)
    }

    /// Which events frame the others of some cases.
    fn look_up_cases(&mut self, cases: &[&str], with_last: bool) -> Result<(), LedgerError> {
        let last = if with_last {
            "(SELECT max(seq) FROM event AS later WHERE later.first_seq = event.seq)"
        } else {
            "seq"
        };
        let sql =
            format!("SELECT seq, {last}, case_id FROM event WHERE case_id = ANY($1) AND seq = first_seq");
        for row in self.transaction.query_typed(&sql, &[(&cases, Type::TEXT_ARRAY)])? {
            let filed = Filed { first: row.try_get(0)?, last: row.try_get(1)? };
            self.known.cases.insert(row.try_get(2)?, filed);
        }
        Ok(())
    }
}

impl Shelf for Server<'_, '_> {
    fn reads_ahead(&self) -> usize {
        AHEAD
    }

    fn foresee(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        self.write()?;
        self.known = Known::default();
        let (mut keys, mut corrected, mut cases, mut with_last) = (Vec::new(), Vec::new(), Vec::new(), false);
        // A text with U+0000 is refused when its turn comes, and nothing is stored under it.
        let storable = |text: &&str| !text.contains('\0');
        for entry in entries {
            match entry {
                Entry::Event(event) => {
                    keys.extend(Some(event.key.as_str()).filter(storable));
                    cases.extend(Some(event.case_id.as_str()).filter(storable));
                    corrected.extend(event.corrects);
                }
                Entry::Expect { case_id, .. } => {
                    cases.extend(Some(case_id.as_str()).filter(storable));
                    with_last = true;
                }
                Entry::Parcel(_) | Entry::Layer(_) => {}
            }
        }
        cases.sort_unstable();
        cases.dedup();
        if !keys.is_empty() {
            let sql = format!("{EVENT} WHERE key = ANY($1)");
            for row in self.transaction.query_typed(&sql, &[(&keys, Type::TEXT_ARRAY)])? {
                let event = columns::event(&row)?;
                self.known.keys.insert(event.key.clone(), event);
            }
        }
        if !corrected.is_empty() {
            let sql = format!("{EVENT} WHERE seq = ANY($1) OR corrects = ANY($1)");
            for row in self.transaction.query_typed(&sql, &[(&corrected, Type::INT8_ARRAY)])? {
                let event = columns::event(&row)?;
                if let Some(corrected) = event.corrects {
                    self.known.corrections.insert(corrected, event.seq);
                }
                self.known.events.insert(event.seq, event);
            }
        }
        if !cases.is_empty() {
            self.look_up_cases(&cases, with_last)?;
        }
        Ok(())
    }

    fn foresee_carried(&mut self, items: &[Carried]) -> Result<(), LedgerError> {
        self.write()?;
        self.known = Known::default();
        let mut cases: Vec<&str> = Vec::with_capacity(items.len());
        for item in items {
            if let Carried::Event(event) = item {
                cases.push(&event.case_id);
            }
        }
        cases.sort_unstable();
        cases.dedup();
        if cases.is_empty() { Ok(()) } else { self.look_up_cases(&cases, false) }
    }

    fn by_key(&self, key: &str) -> Result<Option<Event>, LedgerError> {
        let waiting = self.waiting.keys.get(key).and_then(|&index| self.waiting.events.get(index));
        Ok(waiting.map(|(event, _)| event).or_else(|| self.known.keys.get(key)).cloned())
    }

    fn by_seq(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        Ok(self.waiting_event(seq).or_else(|| self.known.events.get(&seq)).cloned())
    }

    fn correction_of(&self, seq: i64) -> Result<Option<i64>, LedgerError> {
        Ok(self.known.corrections.get(&seq).copied())
    }

    fn last_of(&self, case_id: &str) -> Result<Option<i64>, LedgerError> {
        Ok(self.known.cases.get(case_id).map(|filed| filed.last))
    }

    fn put(&mut self, event: Event) -> Result<(), LedgerError> {
        let new = Filed { first: event.seq, last: event.seq };
        let filed = self.known.cases.entry(event.case_id.clone()).or_insert(new);
        filed.last = event.seq;
        let first = filed.first;
        if let Some(corrected) = event.corrects {
            self.known.corrections.insert(corrected, event.seq);
        }
        self.waiting.keys.insert(event.key.clone(), self.waiting.events.len());
        self.waiting.events.push((event, first));
        Ok(())
    }

    fn put_parcel(&mut self, row: ParcelRow) -> Result<(), LedgerError> {
        if let Some(&index) = self.waiting.cases.get(&row.case_id) {
            // One statement may touch a row once.
            let there = std::mem::take(&mut self.waiting.rows[index]);
            self.waiting.rows[index] = row.over(there);
        } else {
            self.waiting.cases.insert(row.case_id.clone(), self.waiting.rows.len());
            self.waiting.rows.push(row);
        }
        Ok(())
    }

    fn holds_zones(&mut self, layer: &str, edition: i64) -> Result<bool, LedgerError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM layer_zone WHERE layer = $1 AND edition = $2)";
        let values: [(&(dyn ToSql + Sync), Type); 2] = [(&layer, Type::TEXT), (&edition, Type::INT8)];
        Ok(self.transaction.query_typed_one(sql, &values)?.try_get(0)?)
    }

    fn put_zones(&mut self, zones: LayerZones) -> Result<(), LedgerError> {
        layers::put(self.transaction, &zones)
    }

    fn put_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        Ok(put_meta(self.transaction, name, value)?)
    }
}

/// One statement for all of them, a parameter for each column.
fn insert_events(transaction: &mut Transaction<'_>, events: &[(Event, i64)]) -> Result<(), postgres::Error> {
    let integers =
        |of: fn(&Event) -> i64| -> Vec<i64> { events.iter().map(|(event, _)| of(event)).collect() };
    let texts = |of: fn(&Event) -> &str| -> Vec<&str> { events.iter().map(|(event, _)| of(event)).collect() };
    let spelled =
        |of: fn(&Event) -> String| -> Vec<String> { events.iter().map(|(event, _)| of(event)).collect() };
    let seqs = integers(|event| event.seq);
    let firsts: Vec<i64> = events.iter().map(|(_, first)| *first).collect();
    let (cases, kinds) = (texts(|event| &event.case_id), texts(|event| &event.kind));
    let days = spelled(|event| event.happened_on.to_string());
    let moments = spelled(|event| moment_text(event.recorded_at));
    let (actors, origins) = (texts(|event| &event.actor), texts(|event| &event.origin));
    let (keys, bodies) = (texts(|event| &event.key), texts(|event| event.body.as_str()));
    let packages: Vec<Option<&str>> = events.iter().map(|(event, _)| event.package.as_deref()).collect();
    let corrects: Vec<Option<i64>> = events.iter().map(|(event, _)| event.corrects).collect();
    let previous = spelled(|event| event.previous.to_string());
    let digests = spelled(|event| event.digest.to_string());
    let values: [(&(dyn ToSql + Sync), Type); 14] = [
        (&seqs, Type::INT8_ARRAY),
        (&cases, Type::TEXT_ARRAY),
        (&kinds, Type::TEXT_ARRAY),
        (&days, Type::TEXT_ARRAY),
        (&moments, Type::TEXT_ARRAY),
        (&actors, Type::TEXT_ARRAY),
        (&origins, Type::TEXT_ARRAY),
        (&keys, Type::TEXT_ARRAY),
        (&packages, Type::TEXT_ARRAY),
        (&corrects, Type::INT8_ARRAY),
        (&bodies, Type::TEXT_ARRAY),
        (&previous, Type::TEXT_ARRAY),
        (&digests, Type::TEXT_ARRAY),
        (&firsts, Type::INT8_ARRAY),
    ];
    transaction.execute_typed(
        "INSERT INTO event (seq, case_id, kind, happened_on, recorded_at, actor, origin, key, package, \
         corrects, body, previous, digest, first_seq) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &values,
    )?;
    Ok(())
}

/// Lays rows over those that stand: a field with a value replaces the one there.
fn lay_rows(transaction: &mut Transaction<'_>, rows: &[ParcelRow]) -> Result<(), postgres::Error> {
    const NAMES: [&str; 12] = [
        "parcel_no",
        "supervision_no",
        "project_name",
        "location",
        "holder",
        "city",
        "district",
        "park",
        "industry",
        "area_m2",
        "signed_on",
        "geom",
    ];
    let cases: Vec<&str> = rows.iter().map(|row| row.case_id.as_str()).collect();
    let texts: Vec<Vec<Option<&str>>> =
        (0..9).map(|at| rows.iter().map(|row| row.texts()[at]).collect()).collect();
    let areas: Vec<Option<f64>> = rows.iter().map(|row| row.area_m2).collect();
    let days: Vec<Option<String>> = rows.iter().map(|row| row.signed_on.map(|day| day.to_string())).collect();
    let outlines: Vec<Option<Vec<u8>>> =
        rows.iter().map(|row| row.geometry.as_ref().map(crate::Geometry::to_wkb)).collect();
    let mut values: Vec<(&(dyn ToSql + Sync), Type)> = vec![(&cases, Type::TEXT_ARRAY)];
    values.extend(texts.iter().map(|column| (column as &(dyn ToSql + Sync), Type::TEXT_ARRAY)));
    values.push((&areas, Type::FLOAT8_ARRAY));
    values.push((&days, Type::TEXT_ARRAY));
    values.push((&outlines, Type::BYTEA_ARRAY));
    let over: Vec<String> =
        NAMES.iter().map(|name| format!("{name} = coalesce(excluded.{name}, parcel.{name})")).collect();
    let sql = format!(
        "INSERT INTO parcel (case_id, {}) \
         SELECT a, b, c, d, e, f, g, h, i, j, k, l::date, ST_GeomFromWKB(m, 4490) \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         AS rows (a, b, c, d, e, f, g, h, i, j, k, l, m) \
         ON CONFLICT (case_id) DO UPDATE SET {}",
        NAMES.join(", "),
        over.join(", ")
    );
    transaction.execute_typed(&sql, &values)?;
    Ok(())
}

impl columns::Columns for Row {
    fn integer(&self, index: usize) -> Result<Option<i64>, String> {
        self.try_get(index).map_err(|error| super::failure::words(&error))
    }

    fn text(&self, index: usize) -> Result<Option<&str>, String> {
        self.try_get(index).map_err(|error| super::failure::words(&error))
    }
}

/// The case in the last column of a row that has nothing else to say.
pub(super) fn case_of(row: &Row, index: usize) -> Result<String, LedgerError> {
    text(row, 0, index).map(str::to_owned)
}
