//! The ledger in one `GeoPackage` file, which `ogrinfo` and QGIS open.
//!
//! - The file is the store: one file, no side files once it is closed, hence a rollback journal and
//!   not a write-ahead log. `SQLite` undoes a transaction that a crash cut short when the file is
//!   next opened. `synchronous = FULL`: what was appended survives a power cut.
//! - The layer `parcel` is a view for maps, the table `event` the ledger. Triggers refuse to change
//!   or delete an event; whoever removes the triggers is found out by the chain.
//! - `ledger.head` remembers where the chain was left, so events cut off its end are missed too.

mod fresh;
mod layers;
mod open;
mod parcels;
mod read;
mod spatial;
mod verify;
mod write;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Connection;

use crate::apart::Apart;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::Event;
use crate::fold::{Cut, FoldedCase};
use crate::layer::{LayerZones, ParcelPart};
use crate::ledger::{Appended, Carried, Entry, Ledger, Size, Verification};
use crate::migrate::{Step, newest};
use crate::parcel::ParcelRow;

/// The form of store this program writes. It rises when an older program could no longer read a
/// store correctly.
pub const STORE_VERSION: i64 = newest(STEPS);

/// The steps from nothing to that form.
pub(crate) const STEPS: &[Step] =
    &[Step { to: 1, sql: include_str!("schema.sql") }, Step { to: 2, sql: include_str!("layers.sql") }];

/// A ledger in a `GeoPackage`.
#[derive(Debug)]
pub struct GeoPackageLedger {
    connection: Connection,
    path: PathBuf,
}

impl GeoPackageLedger {
    /// Makes a new store; refuses a path where something is.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        open::create(path.as_ref())
    }

    /// Opens a store to read and append.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        open::open(path.as_ref(), open::Access::ReadWrite)
    }

    /// Opens a store to read alone.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        open::open(path.as_ref(), open::Access::ReadOnly)
    }

    /// Opens a store, making it if there is none.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let path = path.as_ref();
        if path.exists() { Self::open(path) } else { Self::create(path) }
    }

    /// Folds every case on several threads, each with its own reading of the file. The visitors are given
    /// back in the order of their cases; together they have seen what [`Ledger::fold`] shows, as of the
    /// beginning.
    pub fn fold_in_parts<V: FnMut(&FoldedCase<'_>) + Send>(
        &self,
        (as_of, known_at): (Date, Option<Timestamp>),
        is_occurrence: &(dyn Fn(&str) -> bool + Sync),
        visitors: Vec<V>,
    ) -> Result<Vec<V>, LedgerError> {
        let (cuts, last) = read::spans(&self.connection, visitors.len())?;
        let mut visitors = visitors.into_iter();
        std::thread::scope(|scope| {
            let mut parts = Vec::new();
            for span in cuts.windows(2) {
                let Some(mut visitor) = visitors.next() else { break };
                let span = (span[0], span[1], last);
                let path = &self.path;
                parts.push(scope.spawn(move || {
                    let own = open::open(path, open::Access::ReadOnly)?;
                    let cut = Cut { as_of, known_at, is_occurrence: &|name| is_occurrence(name) };
                    read::fold_span(&own.connection, &cut, span, &mut visitor)?;
                    Ok(visitor)
                }));
            }
            let done = parts.into_iter().map(|part| match part.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            done.collect()
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Shows `visitor` the first event of every case, except where it is of a kind.
    pub fn first_events_but(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        read::first_events_but(&self.connection, kind, visitor)
    }

    /// Shows `visitor` every event of a kind, in the order of `seq`.
    pub fn events_of_kind(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        read::events_of_kind(&self.connection, kind, visitor)
    }

    pub(crate) fn last_seq(&self) -> Result<i64, LedgerError> {
        read::last_seq(&self.connection)
    }

    pub(crate) fn days(&self) -> Result<Vec<Date>, LedgerError> {
        read::days(&self.connection)
    }

    pub(crate) fn records(&self, prefix: &str) -> Result<Vec<String>, LedgerError> {
        read::records(&self.connection, prefix)
    }

    /// How the layer of parcels differs from what the events say. The layer is a view that people
    /// edit in GIS programs; no difference is a fault of the chain.
    pub fn parcels_apart(&self) -> Result<Apart, LedgerError> {
        parcels::apart(&self.connection)
    }

    /// Closes the store. Dropping it does the same and keeps silent about errors.
    pub fn close(self) -> Result<(), LedgerError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }
}

impl Ledger for GeoPackageLedger {
    fn append(
        &mut self,
        batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
    ) -> Result<Appended, LedgerError> {
        write::append(&mut self.connection, batch)
    }

    fn event(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        read::event(&self.connection, seq)
    }

    fn events_of(&self, case_id: &str) -> Result<Vec<Event>, LedgerError> {
        read::events_of(&self.connection, case_id)
    }

    fn cases(&self) -> Result<Vec<String>, LedgerError> {
        read::cases(&self.connection)
    }

    fn find_cases(&self, text: &str, limit: usize) -> Result<Vec<String>, LedgerError> {
        read::find_cases(&self.connection, text, limit)
    }

    fn size(&self) -> Result<Size, LedgerError> {
        read::size(&self.connection)
    }

    fn fold(&self, cut: &Cut<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError> {
        read::fold(&self.connection, cut, visitor)
    }

    fn fold_case(
        &self,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        read::fold_case(&self.connection, case_id, cut, visitor)
    }

    fn parcel(&self, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
        read::parcel(&self.connection, case_id)
    }

    fn verify(&self) -> Result<Verification, LedgerError> {
        verify::verify(&self.connection)
    }

    fn events_after(&self, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError> {
        read::events_after(&self.connection, seq, limit)
    }

    fn parcels_after(&self, case_id: Option<&str>, limit: usize) -> Result<Vec<ParcelRow>, LedgerError> {
        read::parcels_after(&self.connection, case_id, limit)
    }

    fn editions(&self) -> Result<Vec<(String, i64)>, LedgerError> {
        layers::editions(&self.connection)
    }

    fn zones(&self, layer: &str, edition: i64) -> Result<Option<LayerZones>, LedgerError> {
        layers::zones(&self.connection, layer, edition)
    }

    fn parts_of(&self) -> Result<Option<String>, LedgerError> {
        layers::parts_of(&self.connection)
    }

    fn parts(&self, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
        layers::parts(&self.connection, case_id)
    }

    fn set_parts(&mut self, computed_from: &str, parts: &[ParcelPart]) -> Result<(), LedgerError> {
        layers::set_parts(&mut self.connection, computed_from, parts)
    }

    fn fill(
        &mut self,
        items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
    ) -> Result<Digest, LedgerError> {
        write::fill(&mut self.connection, &self.path, items)
    }

    fn all_meta(&self) -> Result<Vec<(String, String)>, LedgerError> {
        read::all_meta(&self.connection)
    }

    fn meta(&self, name: &str) -> Result<Option<String>, LedgerError> {
        read::meta(&self.connection, name)
    }

    fn set_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        if name.starts_with("ledger.") {
            return Err(LedgerError::ReservedName(name.to_owned()));
        }
        write::set_meta(&self.connection, name, value)
    }
}
