//! Appending: one transaction, from the first entry to where the chain was left.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, TransactionBehavior, params};

use super::fresh::Fresh;
use super::{layers, read};
use crate::admit::{Head, Shelf, admit};
use crate::carry::carry;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::{Event, moment_text};
use crate::follow::{HEAD_NAME, head_text, sound_head};
use crate::geometry::Envelope;
use crate::layer::LayerZones;
use crate::ledger::{Appended, Carried, Entry};
use crate::parcel::ParcelRow;

pub(super) fn append(
    connection: &mut Connection,
    batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
) -> Result<Appended, LedgerError> {
    // Immediate: two programs that append wait for one another instead of failing half-way. Any
    // way out of this function but the commit undoes everything.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let head = last_head(&transaction)?;
    let fresh = if head == Head::START { Some(Fresh::begin(&transaction)?) } else { None };
    let mut shelf = OpenFile { transaction: &transaction, extent: None, fresh, last_recorded_at: None };
    let admitted = admit(&mut shelf, head, batch)?;
    shelf.finish(admitted.head)?;
    transaction.commit()?;
    Ok(admitted.appended)
}

/// Fills an empty file with what another store holds.
pub(super) fn fill(
    connection: &mut Connection,
    path: &Path,
    items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
) -> Result<Digest, LedgerError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let filled: bool = transaction.query_row(
        "SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM parcel) \
         OR EXISTS (SELECT 1 FROM layer_zone) OR EXISTS (SELECT 1 FROM landcycle_meta WHERE name NOT LIKE 'ledger.%')",
        [],
        |row| row.get(0),
    )?;
    if filled || last_head(&transaction)? != Head::START {
        return Err(LedgerError::NotEmpty(path.display().to_string()));
    }
    let fresh = Some(Fresh::begin(&transaction)?);
    let mut shelf = OpenFile { transaction: &transaction, extent: None, fresh, last_recorded_at: None };
    let head = carry(&mut shelf, items)?;
    shelf.finish(head)?;
    transaction.commit()?;
    Ok(head.digest)
}

/// Where the chain ends.
fn last_head(transaction: &Transaction<'_>) -> Result<Head, LedgerError> {
    let last: Option<(i64, String)> = transaction
        .query_row("SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let left = read::meta(transaction, HEAD_NAME)?.unwrap_or_default();
    sound_head(last.as_ref().map(|(seq, digest)| (*seq, digest.as_str())), &left)
}

pub(super) fn put_meta(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO landcycle_meta VALUES (?1, ?2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?
        .execute([name, value])?;
    Ok(())
}

pub(super) fn set_meta(connection: &Connection, name: &str, value: &str) -> Result<(), LedgerError> {
    Ok(put_meta(connection, name, value)?)
}

/// The file inside a transaction.
struct OpenFile<'t> {
    transaction: &'t Transaction<'t>,
    /// The box around the outlines that this batch brought.
    extent: Option<Envelope>,
    /// While an empty store is being filled.
    fresh: Option<Fresh>,
    /// The latest moment at which any of the events put here was recorded.
    last_recorded_at: Option<Timestamp>,
}

impl OpenFile<'_> {
    /// Brings back what was laid aside, and remembers where the chain ends.
    fn finish(self, head: Head) -> Result<(), LedgerError> {
        if let Some(fresh) = self.fresh {
            fresh.finish(self.transaction)?;
        }
        if let Some(extent) = self.extent {
            widen(self.transaction, "parcel", extent)?;
        }
        if let Some(recorded_at) = self.last_recorded_at {
            put_meta(self.transaction, HEAD_NAME, &head_text(head))?;
            self.transaction.execute(
                "UPDATE gpkg_contents SET last_change = max(last_change, ?1)",
                [moment_text(recorded_at)],
            )?;
        }
        Ok(())
    }
}

impl Shelf for OpenFile<'_> {
    fn by_key(&self, key: &str) -> Result<Option<Event>, LedgerError> {
        match &self.fresh {
            None => read::event_by_key(self.transaction, key),
            Some(fresh) => fresh.by_key(key).map_or(Ok(None), |seq| self.by_seq(seq)),
        }
    }

    fn by_seq(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        read::event(self.transaction, seq)
    }

    fn correction_of(&self, seq: i64) -> Result<Option<i64>, LedgerError> {
        let mut statement = self.transaction.prepare_cached("SELECT seq FROM event WHERE corrects = ?1")?;
        Ok(statement.query_row([seq], |row| row.get(0)).optional()?)
    }

    fn last_of(&self, case_id: &str) -> Result<Option<i64>, LedgerError> {
        match &self.fresh {
            None => read::last_of(self.transaction, case_id),
            Some(fresh) => Ok(fresh.last_of(case_id)),
        }
    }

    fn put(&mut self, event: Event) -> Result<(), LedgerError> {
        if let Some(fresh) = self.fresh.take_if(|fresh| fresh.is_full()) {
            fresh.finish(self.transaction)?;
        }
        self.last_recorded_at = self.last_recorded_at.max(Some(event.recorded_at));
        let first = self.fresh.as_mut().map(|fresh| fresh.file(&event));
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
             coalesce(?14, (SELECT seq FROM event WHERE case_id = ?2 AND seq = first_seq), ?1))",
        )?;
        statement.execute(params![
            event.seq,
            event.case_id,
            event.kind,
            event.happened_on.to_string(),
            moment_text(event.recorded_at),
            event.actor,
            event.origin,
            event.key,
            event.package,
            event.corrects,
            event.body.as_str(),
            event.previous.to_string(),
            event.digest.to_string(),
            first,
        ])?;
        Ok(())
    }

    fn holds_zones(&mut self, layer: &str, edition: i64) -> Result<bool, LedgerError> {
        layers::holds(self.transaction, layer, edition)
    }

    fn put_zones(&mut self, zones: LayerZones) -> Result<(), LedgerError> {
        if let Some(extent) = layers::put(self.transaction, &zones)? {
            widen(self.transaction, "layer_zone", extent)?;
        }
        Ok(())
    }

    fn put_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        Ok(put_meta(self.transaction, name, value)?)
    }

    /// Two statements, not an upsert: in the update of an upsert the standard R-tree triggers lose
    /// their `OR REPLACE`.
    fn put_parcel(&mut self, row: ParcelRow) -> Result<(), LedgerError> {
        let blob = row.geometry.as_ref().map(|geometry| {
            self.extent = Some(join(self.extent, geometry.envelope()));
            geometry.to_blob()
        });
        let texts = row.texts();
        let signed_on = row.signed_on.map(|day| day.to_string());
        let mut values: Vec<&dyn ToSql> = vec![&row.case_id];
        values.extend(texts.iter().map(|text| text as &dyn ToSql));
        values.extend([&row.area_m2 as &dyn ToSql, &signed_on, &blob]);
        let inserted = self
            .transaction
            .prepare_cached(
                "INSERT INTO parcel (case_id, parcel_no, supervision_no, project_name, location, \
                 holder, city, district, park, industry, area_m2, signed_on, geom) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
                 ON CONFLICT (case_id) DO NOTHING",
            )?
            .execute(values.as_slice())?;
        if inserted == 1 {
            return Ok(());
        }
        let outline = values.pop();
        self.transaction
            .prepare_cached(
                "UPDATE parcel SET parcel_no = coalesce(?2, parcel_no), \
                 supervision_no = coalesce(?3, supervision_no), \
                 project_name = coalesce(?4, project_name), location = coalesce(?5, location), \
                 holder = coalesce(?6, holder), city = coalesce(?7, city), \
                 district = coalesce(?8, district), park = coalesce(?9, park), \
                 industry = coalesce(?10, industry), area_m2 = coalesce(?11, area_m2), \
                 signed_on = coalesce(?12, signed_on) WHERE case_id = ?1",
            )?
            .execute(values.as_slice())?;
        if let (Some(outline), Some(_)) = (outline, &blob) {
            // Apart, so that a row without an outline does not touch the index.
            self.transaction
                .prepare_cached("UPDATE parcel SET geom = ?2 WHERE case_id = ?1")?
                .execute([&row.case_id as &dyn ToSql, outline])?;
        }
        Ok(())
    }
}

pub(super) fn join(one: Option<Envelope>, other: Envelope) -> Envelope {
    one.map_or(other, |one| {
        [one[0].min(other[0]), one[1].max(other[1]), one[2].min(other[2]), one[3].max(other[3])]
    })
}

/// Widens the extent of a layer, which GIS programs zoom to.
fn widen(transaction: &Transaction<'_>, table: &str, extent: Envelope) -> Result<(), LedgerError> {
    let [west, east, south, north] = extent;
    transaction.execute(
        "UPDATE gpkg_contents SET min_x = min(coalesce(min_x, ?1), ?1), \
         max_x = max(coalesce(max_x, ?2), ?2), min_y = min(coalesce(min_y, ?3), ?3), \
         max_y = max(coalesce(max_y, ?4), ?4) WHERE table_name = ?5",
        params![west, east, south, north, table],
    )?;
    Ok(())
}
