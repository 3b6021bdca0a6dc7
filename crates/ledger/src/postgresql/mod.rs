//! The ledger in a schema of PostgreSQL with `PostGIS`: for many people at once.
//!
//! - Tables as in the `GeoPackage`: `event` is the ledger, `parcel` a layer for GIS programs, `meta`
//!   what the store says about itself. Triggers refuse to change, delete or empty events; whoever
//!   removes the triggers is found out by the chain.
//! - An append is one transaction that holds an advisory lock of the store, so that many writers form
//!   one chain; see `docs/decisions/0008-postgresql.md` for what that costs.
//! - Admission reads ahead and looks many entries up at once: a batch of a thousand events takes a few
//!   questions to the server, not thousands.

mod address;
mod connections;
mod failure;
mod layers;
mod open;
mod parcels;
mod read;
mod shelf;
mod verify;
mod write;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::apart::Apart;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::Event;
use crate::fold::{Cut, FoldedCase};
use crate::layer::{LayerZones, ParcelPart};
use crate::ledger::{Appended, Carried, Entry, Ledger, Size, Verification};
use crate::migrate::{Step, newest};
use crate::parcel::ParcelRow;
pub use address::Address;
use connections::{Access, Connections};
pub use failure::ServerError;
pub(crate) use failure::ServerFailure;

/// The form of store on PostgreSQL this program writes.
pub const POSTGRES_STORE_VERSION: i64 = newest(STEPS);

/// The steps from an empty schema to that form.
pub(crate) const STEPS: &[Step] = &[
    Step { to: 1, sql: include_str!("schema.sql") },
    Step { to: 2, sql: include_str!("kinds.sql") },
    Step { to: 3, sql: include_str!("layers.sql") },
];

/// A ledger on PostgreSQL.
pub struct PostgresLedger {
    connections: Connections,
}

impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PostgresLedger").field(&self.connections.address).finish()
    }
}

impl PostgresLedger {
    /// Makes a new store in an existing database; refuses one where a store is. `PostGIS` and the
    /// schema are created if they are not there and the user may.
    pub fn create(address: &Address) -> Result<Self, LedgerError> {
        open::create(address, STEPS)
    }

    /// Opens a store to read and append; an older one is brought forward first.
    pub fn open(address: &Address) -> Result<Self, LedgerError> {
        open::open(address, Access::ReadWrite, STEPS)
    }

    /// Opens a store to read alone; an older one is brought forward first.
    pub fn open_read_only(address: &Address) -> Result<Self, LedgerError> {
        open::open(address, Access::ReadOnly, STEPS)
    }

    /// Where it is; printed, without the password.
    pub fn address(&self) -> &Address {
        &self.connections.address
    }

    /// Folds every case on several threads, each on a connection of its own. The visitors are given
    /// back in the order of their cases; together they have seen what [`Ledger::fold`] shows, as of the
    /// beginning.
    pub fn fold_in_parts<V: FnMut(&FoldedCase<'_>) + Send>(
        &self,
        (as_of, known_at): (Date, Option<Timestamp>),
        is_occurrence: &(dyn Fn(&str) -> bool + Sync),
        visitors: Vec<V>,
    ) -> Result<Vec<V>, LedgerError> {
        let (cuts, last) = self.connections.with(|client| read::spans(client, visitors.len()))?;
        let mut visitors = visitors.into_iter();
        std::thread::scope(|scope| {
            let mut parts = Vec::new();
            for span in cuts.windows(2) {
                let Some(mut visitor) = visitors.next() else { break };
                let span = (span[0], span[1], last);
                let address = self.connections.address.clone();
                parts.push(scope.spawn(move || {
                    let own = Connections::new(address, Access::ReadOnly);
                    let cut = Cut { as_of, known_at, is_occurrence: &|name| is_occurrence(name) };
                    own.with(|client| read::fold_span(client, &cut, span, &mut visitor))?;
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

    /// Shows `visitor` the first event of every case, except where it is of a kind.
    pub fn first_events_but(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        self.connections.with(|client| read::visit(client, "seq = first_seq AND kind <> $1", kind, visitor))
    }

    /// Shows `visitor` every event of a kind, in the order of `seq`.
    pub fn events_of_kind(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        self.connections.with(|client| read::visit(client, "kind = $1", kind, visitor))
    }

    pub(crate) fn last_seq(&self) -> Result<i64, LedgerError> {
        self.connections.with(read::last_seq)
    }

    pub(crate) fn days(&self) -> Result<Vec<Date>, LedgerError> {
        self.connections.with(read::days)
    }

    pub(crate) fn records(&self, prefix: &str) -> Result<Vec<String>, LedgerError> {
        self.connections.with(|client| read::records(client, prefix))
    }

    /// How the layer of parcels differs from what the events say. The layer is a view that people
    /// edit in GIS programs; no difference is a fault of the chain.
    pub fn parcels_apart(&self) -> Result<Apart, LedgerError> {
        self.connections.with(parcels::apart)
    }
}

impl Ledger for PostgresLedger {
    fn append(
        &mut self,
        batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
    ) -> Result<Appended, LedgerError> {
        self.connections.with(|client| write::append(client, batch))
    }

    fn event(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        self.connections.with(|client| read::event(client, seq))
    }

    fn events_of(&self, case_id: &str) -> Result<Vec<Event>, LedgerError> {
        self.connections.with(|client| read::events_of(client, case_id))
    }

    fn cases(&self) -> Result<Vec<String>, LedgerError> {
        self.connections.with(read::cases)
    }

    fn find_cases(&self, text: &str, limit: usize) -> Result<Vec<String>, LedgerError> {
        self.connections.with(|client| read::find_cases(client, text, limit))
    }

    fn size(&self) -> Result<Size, LedgerError> {
        self.connections.with(read::size)
    }

    fn fold(&self, cut: &Cut<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError> {
        self.connections.with(|client| read::fold(client, cut, visitor))
    }

    fn fold_case(
        &self,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        self.connections.with(|client| read::fold_case(client, case_id, cut, visitor))
    }

    fn parcel(&self, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
        self.connections.with(|client| parcels::one(client, case_id))
    }

    fn verify(&self) -> Result<Verification, LedgerError> {
        self.connections.with(verify::verify)
    }

    fn events_after(&self, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError> {
        self.connections.with(|client| read::events_after(client, seq, limit))
    }

    fn parcels_after(&self, case_id: Option<&str>, limit: usize) -> Result<Vec<ParcelRow>, LedgerError> {
        self.connections.with(|client| parcels::after(client, case_id, limit))
    }

    fn editions(&self) -> Result<Vec<(String, i64)>, LedgerError> {
        self.connections.with(layers::editions)
    }

    fn zones(&self, layer: &str, edition: i64) -> Result<Option<LayerZones>, LedgerError> {
        self.connections.with(|client| layers::zones(client, layer, edition))
    }

    fn parts_of(&self) -> Result<Option<String>, LedgerError> {
        self.connections.with(layers::parts_of)
    }

    fn parts(&self, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
        self.connections.with(|client| layers::parts(client, case_id))
    }

    fn set_parts(&mut self, computed_from: &str, parts: &[ParcelPart]) -> Result<(), LedgerError> {
        self.connections.with(|client| layers::set_parts(client, computed_from, parts))
    }

    fn fill(
        &mut self,
        items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
    ) -> Result<Digest, LedgerError> {
        let name = self.address().to_string();
        self.connections.with(|client| write::fill(client, &name, items))
    }

    fn all_meta(&self) -> Result<Vec<(String, String)>, LedgerError> {
        self.connections.with(read::all_meta)
    }

    fn meta(&self, name: &str) -> Result<Option<String>, LedgerError> {
        self.connections.with(|client| read::meta(client, name))
    }

    fn set_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        if name.starts_with("ledger.") {
            return Err(LedgerError::ReservedName(name.to_owned()));
        }
        self.connections.with(|client| write::set_meta(client, name, value))
    }
}
