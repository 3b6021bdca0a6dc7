//! What tiles are drawn from, kept while the store does not change.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use landcycle_analysis::tiles::{Gathering, Outlines};
use landcycle_ledger::{LayerZones, Store};

use super::day::Day;
use super::parcels::Parcels;
use crate::http::App;
use crate::layers::{self, Edition};
use crate::say::Failure;
use crate::store;

/// Parcels of days that are kept: two days of a million, and hundreds of a district, which a person moves
/// through.
const KEPT: usize = 4_000_000;
/// Days that are kept whatever their size.
const DAYS: usize = 2;
/// Editions of layers that are kept.
const EDITIONS: usize = 64;

/// 图架 · outlines, days and zones that were asked for last.
#[derive(Default)]
pub(in crate::http) struct Shelf {
    /// A reading of the store of its own: whoever reads long holds up no tile.
    reader: Mutex<Option<Store>>,
    parcels: Mutex<Option<(i64, Arc<Parcels>)>>,
    days: Mutex<Vec<Arc<Day>>>,
    making: Mutex<()>,
    zones: Mutex<Vec<Arc<Zones>>>,
    happened: Mutex<Option<(i64, Arc<Vec<Date>>)>>,
}

/// The zones of an edition with their outlines.
pub(super) struct Zones {
    pub(super) edition: Edition,
    pub(super) kept: LayerZones,
    pub(super) outlines: Outlines,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// Reads from the store.
    pub(super) fn with<T>(
        &self,
        path: &Path,
        read: impl FnOnce(&Store) -> Result<T, landcycle_ledger::LedgerError>,
    ) -> Result<T, Failure> {
        let mut reader = held(&self.reader);
        let open = match reader.take() {
            Some(open) => open,
            None => store::open_to_read(path)?,
        };
        let read = read(&open).map_err(|error| store::failure(path, &error))?;
        *reader = Some(open);
        Ok(read)
    }

    /// The last event of the store.
    pub(super) fn seq(&self, app: &App) -> Result<i64, Failure> {
        self.with(&app.store, Store::last_seq)
    }

    /// The outlines of all parcels.
    pub(super) fn parcels(&self, app: &App) -> Result<Arc<Parcels>, Failure> {
        let seq = self.seq(app)?;
        let mut kept = held(&self.parcels);
        if let Some((at, parcels)) = &*kept
            && *at == seq
        {
            return Ok(Arc::clone(parcels));
        }
        let ledger = store::open_to_read(&app.store)?;
        let read = Arc::new(Parcels::read(&ledger).map_err(|error| store::failure(&app.store, &error))?);
        *kept = Some((seq, Arc::clone(&read)));
        Ok(read)
    }

    /// All parcels as of a day.
    pub(super) fn day(&self, app: &App, as_of: Date) -> Result<(Arc<Parcels>, Arc<Day>), Failure> {
        let parcels = self.parcels(app)?;
        let seq = self.seq(app)?;
        let found = || {
            let mut days = held(&self.days);
            days.retain(|day| day.seq == seq && day.known.len() == parcels.cases.len());
            let at = days.iter().position(|day| day.as_of == as_of)?;
            let day = days.remove(at);
            days.push(Arc::clone(&day));
            Some(day)
        };
        if let Some(day) = found() {
            return Ok((parcels, day));
        }
        // One day is made at a time, and only those who wait for it are held up.
        let _one = held(&self.making);
        if let Some(day) = found() {
            return Ok((parcels, day));
        }
        let ledger = store::open_to_read(&app.store)?;
        let made = Arc::new(Day::make(&ledger, &app.library, &parcels, (as_of, seq))?);
        let mut days = held(&self.days);
        let most = (KEPT / parcels.cases.len().max(1)).max(DAYS);
        let over = (days.len() + 1).saturating_sub(most);
        days.drain(..over);
        days.push(Arc::clone(&made));
        Ok((parcels, made))
    }

    /// The editions in force on a day.
    pub(super) fn in_force(&self, app: &App, day: Date) -> Result<Vec<Edition>, Failure> {
        let all = self.with(&app.store, layers::editions)?;
        Ok(layers::in_force(&all, day).into_iter().cloned().collect())
    }

    /// The zones of a layer on a day; nothing where no such layer is in force.
    pub(super) fn zones(&self, app: &App, layer: &str, day: Date) -> Result<Option<Arc<Zones>>, Failure> {
        let Some(edition) = self.in_force(app, day)?.into_iter().find(|edition| edition.name == layer) else {
            return Ok(None);
        };
        let mut kept = held(&self.zones);
        if let Some(known) = kept.iter().find(|zones| zones.edition == edition) {
            return Ok(Some(Arc::clone(known)));
        }
        let ledger = store::open_to_read(&app.store)?;
        let zones = layers::zones_of(&ledger, &store::name(&app.store), &edition)?;
        let mut gathering = Gathering::default();
        for (row, zone) in zones.zones.iter().enumerate() {
            gathering.push(row as u32, zone.geometry.polygons());
        }
        // Zones are few and large: they are drawn at every zoom.
        let outlines = gathering.finish().drawn_from(0);
        let made = Arc::new(Zones { edition, kept: zones, outlines });
        if kept.len() >= EDITIONS {
            kept.remove(0);
        }
        kept.push(Arc::clone(&made));
        Ok(Some(made))
    }

    /// The days on which anything happened.
    pub(super) fn happened(&self, app: &App) -> Result<Arc<Vec<Date>>, Failure> {
        let seq = self.seq(app)?;
        let mut kept = held(&self.happened);
        if let Some((at, days)) = &*kept
            && *at == seq
        {
            return Ok(Arc::clone(days));
        }
        let ledger = store::open_to_read(&app.store)?;
        let days = Arc::new(ledger.days().map_err(|error| store::failure(&app.store, &error))?);
        *kept = Some((seq, Arc::clone(&days)));
        Ok(days)
    }
}

/// The mark of an answer that stays while the store, the packages and who asks stay.
pub(super) fn mark(app: &App, seq: i64, of: &[&str]) -> String {
    let mut sum = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), seq, of).hash(&mut sum);
    for (_, law) in app.library.laws() {
        law.digest.hash(&mut sum);
    }
    format!("\"{:016x}\"", sum.finish())
}
