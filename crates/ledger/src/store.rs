//! A store wherever it is: in a file or on a server, chosen when it is opened.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::apart::Apart;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::Event;
use crate::fold::{Cut, FoldedCase};
use crate::geopackage::GeoPackageLedger;
use crate::layer::{LayerZones, ParcelPart};
use crate::ledger::{Appended, Carried, Entry, Ledger, Size, Verification};
use crate::parcel::ParcelRow;
use crate::postgresql::{Address, PostgresLedger};

/// Whether a case id names a record that is no parcel: a plan, a listing, a book of credit, a layer.
/// They share the one chain with the parcels; a [`Store`] keeps them out of what counts and shows
/// parcels (`fold`, `cases`, `find_cases`), and lists them by [`Store::records`].
pub fn is_record(case_id: &str) -> bool {
    case_id.starts_with(RECORD)
}

/// The sign at the head of the id of a record that is no parcel.
const RECORD: char = '@';

/// Where a store is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A `GeoPackage` file.
    File(PathBuf),
    /// A schema of a database on a server.
    Server(Address),
}

/// A ledger of either kind. What only one kind can do is done on that one.
#[derive(Debug)]
pub enum Store {
    /// In a file.
    GeoPackage(GeoPackageLedger),
    /// On a server.
    Postgres(PostgresLedger),
}

impl Store {
    /// Makes a new store; refuses a place where something is.
    pub fn create(place: &Place) -> Result<Self, LedgerError> {
        match place {
            Place::File(path) => GeoPackageLedger::create(path).map(Self::GeoPackage),
            Place::Server(address) => PostgresLedger::create(address).map(Self::Postgres),
        }
    }

    /// Opens a store to read and append.
    pub fn open(place: &Place) -> Result<Self, LedgerError> {
        match place {
            Place::File(path) => GeoPackageLedger::open(path).map(Self::GeoPackage),
            Place::Server(address) => PostgresLedger::open(address).map(Self::Postgres),
        }
    }

    /// Opens a store to read alone.
    pub fn open_read_only(place: &Place) -> Result<Self, LedgerError> {
        match place {
            Place::File(path) => GeoPackageLedger::open_read_only(path).map(Self::GeoPackage),
            Place::Server(address) => PostgresLedger::open_read_only(address).map(Self::Postgres),
        }
    }

    /// What to call it in messages: the path, or the address without its password.
    pub fn name(&self) -> String {
        match self {
            Self::GeoPackage(ledger) => ledger.path().display().to_string(),
            Self::Postgres(ledger) => ledger.address().to_string(),
        }
    }

    /// Closes it. Dropping it does the same and keeps silent about errors.
    pub fn close(self) -> Result<(), LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.close(),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Folds every case on several threads, each with its own reading of the store. The visitors are
    /// given back in the order of their cases; together they have seen what [`Ledger::fold`] shows, as
    /// of the beginning.
    pub fn fold_in_parts<V: FnMut(&FoldedCase<'_>) + Send>(
        &self,
        cut: (Date, Option<Timestamp>),
        is_occurrence: &(dyn Fn(&str) -> bool + Sync),
        visitors: Vec<V>,
    ) -> Result<Vec<V>, LedgerError> {
        // The wrappers borrow the visitors, so that these come back as they were given.
        let mut visitors = visitors;
        let parcels: Vec<_> = visitors
            .iter_mut()
            .map(|visit| {
                move |case: &FoldedCase<'_>| {
                    if !is_record(case.case_id) {
                        visit(case);
                    }
                }
            })
            .collect();
        match self {
            Self::GeoPackage(ledger) => ledger.fold_in_parts(cut, is_occurrence, parcels).map(drop),
            Self::Postgres(ledger) => ledger.fold_in_parts(cut, is_occurrence, parcels).map(drop),
        }?;
        Ok(visitors)
    }

    /// The ids of the records that are not parcels, of one kind: `@plan/`, in the order of their first
    /// events.
    pub fn records(&self, prefix: &str) -> Result<Vec<String>, LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.records(prefix),
            Self::Postgres(ledger) => ledger.records(prefix),
        }
    }

    /// Shows `visitor` the first event of every case, except where it is of a kind.
    pub fn first_events_but(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.first_events_but(kind, visitor),
            Self::Postgres(ledger) => ledger.first_events_but(kind, visitor),
        }
    }

    /// Shows `visitor` every event of a kind, in the order of `seq`.
    pub fn events_of_kind(&self, kind: &str, visitor: &mut dyn FnMut(Event)) -> Result<(), LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.events_of_kind(kind, visitor),
            Self::Postgres(ledger) => ledger.events_of_kind(kind, visitor),
        }
    }

    /// The number of the last event: while it stays, the store says the same.
    pub fn last_seq(&self) -> Result<i64, LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.last_seq(),
            Self::Postgres(ledger) => ledger.last_seq(),
        }
    }

    /// The days on which anything happened to a parcel, in their order.
    pub fn days(&self) -> Result<Vec<Date>, LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.days(),
            Self::Postgres(ledger) => ledger.days(),
        }
    }

    /// How the layer of parcels differs from what the events say. The layer is a view that people
    /// edit in GIS programs; no difference is a fault of the chain.
    pub fn parcels_apart(&self) -> Result<Apart, LedgerError> {
        match self {
            Self::GeoPackage(ledger) => ledger.parcels_apart(),
            Self::Postgres(ledger) => ledger.parcels_apart(),
        }
    }

    fn ledger(&self) -> &dyn Ledger {
        match self {
            Self::GeoPackage(ledger) => ledger,
            Self::Postgres(ledger) => ledger,
        }
    }

    fn ledger_mut(&mut self) -> &mut dyn Ledger {
        match self {
            Self::GeoPackage(ledger) => ledger,
            Self::Postgres(ledger) => ledger,
        }
    }
}

impl Ledger for Store {
    fn append(
        &mut self,
        batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
    ) -> Result<Appended, LedgerError> {
        self.ledger_mut().append(batch)
    }

    fn event(&self, seq: i64) -> Result<Option<Event>, LedgerError> {
        self.ledger().event(seq)
    }

    fn events_of(&self, case_id: &str) -> Result<Vec<Event>, LedgerError> {
        self.ledger().events_of(case_id)
    }

    fn cases(&self) -> Result<Vec<String>, LedgerError> {
        Ok(self.ledger().cases()?.into_iter().filter(|case_id| !is_record(case_id)).collect())
    }

    fn find_cases(&self, text: &str, limit: usize) -> Result<Vec<String>, LedgerError> {
        self.ledger().find_cases(text, limit)
    }

    fn size(&self) -> Result<Size, LedgerError> {
        self.ledger().size()
    }

    fn fold(&self, cut: &Cut<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError> {
        self.ledger().fold(cut, &mut |case| {
            if !is_record(case.case_id) {
                visitor(case);
            }
        })
    }

    fn fold_case(
        &self,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        self.ledger().fold_case(case_id, cut, visitor)
    }

    fn parcel(&self, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
        self.ledger().parcel(case_id)
    }

    fn verify(&self) -> Result<Verification, LedgerError> {
        self.ledger().verify()
    }

    fn events_after(&self, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError> {
        self.ledger().events_after(seq, limit)
    }

    fn parcels_after(&self, case_id: Option<&str>, limit: usize) -> Result<Vec<ParcelRow>, LedgerError> {
        self.ledger().parcels_after(case_id, limit)
    }

    fn editions(&self) -> Result<Vec<(String, i64)>, LedgerError> {
        self.ledger().editions()
    }

    fn zones(&self, layer: &str, edition: i64) -> Result<Option<LayerZones>, LedgerError> {
        self.ledger().zones(layer, edition)
    }

    fn parts_of(&self) -> Result<Option<String>, LedgerError> {
        self.ledger().parts_of()
    }

    fn parts(&self, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError> {
        self.ledger().parts(case_id)
    }

    fn set_parts(&mut self, computed_from: &str, parts: &[ParcelPart]) -> Result<(), LedgerError> {
        self.ledger_mut().set_parts(computed_from, parts)
    }

    fn fill(
        &mut self,
        items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
    ) -> Result<Digest, LedgerError> {
        self.ledger_mut().fill(items)
    }

    fn all_meta(&self) -> Result<Vec<(String, String)>, LedgerError> {
        self.ledger().all_meta()
    }

    fn meta(&self, name: &str) -> Result<Option<String>, LedgerError> {
        self.ledger().meta(name)
    }

    fn set_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError> {
        self.ledger_mut().set_meta(name, value)
    }
}
