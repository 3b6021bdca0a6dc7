//! What can go wrong, in words for the person at the desk.

use std::error::Error;
use std::fmt;

use crate::event::InvalidEvent;
use crate::geometry::GeometryError;
use crate::layer::InvalidZones;
use crate::ledger::Fault;
pub use crate::postgresql::ServerError;

/// An error of whoever produces the events, such as an import that meets a bad row.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// Why the ledger refused or failed. After any of these but [`LedgerError::OutcomeUnknown`] the store
/// is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The event cannot be recorded as it stands.
    #[error("the event with the key {key:?} cannot be recorded: {why}")]
    Invalid {
        /// Its idempotency key.
        key: String,
        /// What is wrong.
        why: InvalidEvent,
    },
    /// The row of a parcel cannot be kept as it stands.
    #[error("the row of the parcel {case_id:?} cannot be kept: {why}")]
    InvalidParcel {
        /// The parcel's case.
        case_id: String,
        /// What is wrong.
        why: InvalidEvent,
    },
    /// The zones of a layer cannot be kept as they stand.
    #[error("edition {edition} of the layer {layer:?} cannot be kept: {why}")]
    InvalidZones {
        /// The layer.
        layer: String,
        /// The edition.
        edition: i64,
        /// What is wrong.
        why: InvalidZones,
    },
    /// An edition of a layer is there already; another one has a number of its own.
    #[error("edition {edition} of the layer {layer:?} is there already")]
    EditionTaken {
        /// The layer.
        layer: String,
        /// The edition.
        edition: i64,
    },
    /// The key belongs to an event that says something else.
    #[error(transparent)]
    KeyTaken(Box<KeyTaken>),
    /// The producer of the batch failed; nothing of the batch was recorded.
    #[error("nothing was recorded: {0}")]
    Source(#[source] SourceError),
    /// A geometry in the store cannot be read.
    #[error("the geometry of the case {case_id} cannot be read: {why}")]
    Geometry {
        /// The parcel's case.
        case_id: String,
        /// What is wrong.
        why: GeometryError,
    },
    /// A row of the store is not what this program writes.
    #[error("event {seq} cannot be read: {what}; `landcycle verify` checks the whole store")]
    Unreadable {
        /// The event.
        seq: i64,
        /// What is wrong.
        what: String,
    },
    /// The chain does not end where the store says it ends.
    #[error(
        "the last event is {found}, but the store was left at event {expected}: it was changed from outside; nothing was recorded"
    )]
    HeadMoved {
        /// Where the store was left.
        expected: i64,
        /// Where its events end.
        found: i64,
    },
    /// Someone else recorded an event of a case after the caller had read it.
    #[error(
        "the case {case_id} has changed meanwhile: {} was expected and {} was found; nothing was recorded",
        last_event(*.expected), last_event(*.found)
    )]
    ChangedMeanwhile {
        /// The case.
        case_id: String,
        /// Its last event as the caller saw it.
        expected: Option<i64>,
        /// Its last event.
        found: Option<i64>,
    },
    /// A name of meta data that the ledger keeps for itself.
    #[error("the name {0:?} is the ledger's own")]
    ReservedName(String),
    /// The store is there already.
    #[error("{0} exists already")]
    Exists(String),
    /// There is no such store.
    #[error("there is no store at {0}")]
    Missing(String),
    /// The file or schema holds something else.
    #[error("{0} is not a landcycle store")]
    NotAStore(String),
    /// The store needs a newer program.
    #[error(
        "{store} was written by a newer landcycle (store version {found}; this program knows versions up to {known}): use the newer program"
    )]
    TooNew {
        /// The store.
        store: String,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A store that is to be filled from another one holds something.
    #[error("{0} is not empty: a store is moved into an empty one, and nothing was written")]
    NotEmpty(String),
    /// A store that is to be moved is not sound.
    #[error("the store is not what was recorded, and nothing was moved: {0}")]
    Unsound(Fault),
    /// The database server, or what it says of the store.
    #[error("{store}: {why}")]
    Server {
        /// The store, without a password.
        store: String,
        /// What is wrong.
        why: ServerError,
    },
    /// The connection broke while the batch was being made lasting.
    #[error(
        "the connection broke while the batch was being recorded: it was recorded whole or not at all; append it again, and what is there is skipped"
    )]
    OutcomeUnknown,
    /// The store's engine failed.
    #[error("the store cannot be read or written: {0}")]
    Store(#[source] SourceError),
}

fn last_event(seq: Option<i64>) -> String {
    seq.map_or_else(|| "no event".to_owned(), |seq| format!("event {seq} as its last"))
}

/// What a person can do something about when the store's engine fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another program has the store.
    Locked,
    /// The file or its folder may not be written.
    ReadOnly,
    /// The disk is full.
    Full,
    /// The file is damaged.
    Damaged,
    /// The file cannot be opened.
    NoAccess,
    /// The connection to the server broke.
    Lost,
}

impl LedgerError {
    /// What the engine's failure comes down to, where it is one that a person knows.
    pub fn trouble(&self) -> Option<Trouble> {
        use rusqlite::ErrorCode;
        let Self::Store(error) = self else { return None };
        if let Some(failure) = error.downcast_ref::<crate::postgresql::ServerFailure>() {
            return failure.trouble();
        }
        let code = error.downcast_ref::<rusqlite::Error>()?.sqlite_error_code()?;
        match code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Trouble::Locked),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(Trouble::ReadOnly),
            ErrorCode::DiskFull => Some(Trouble::Full),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Some(Trouble::Damaged),
            ErrorCode::CannotOpen => Some(Trouble::NoAccess),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(Box::new(error))
    }
}

/// One key, two contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTaken {
    /// The key.
    pub key: String,
    /// The event that has it.
    pub seq: i64,
    /// Where that event came from.
    pub origin_there: String,
    /// Where the refused one came from.
    pub origin_offered: String,
    /// The first field, or fact, in which they differ.
    pub field: String,
    /// What the event in the ledger says.
    pub there: String,
    /// What the refused one says.
    pub offered: String,
}

impl fmt::Display for KeyTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, seq, origin_there, origin_offered, field, there, offered } = self;
        write!(
            f,
            "the key {key:?} belongs to event {seq} (from {origin_there}), and {origin_offered} says \
             something else under it: {field} is {there:?} there and {offered:?} here; a mistake is \
             corrected by an event of its own"
        )
    }
}

impl Error for KeyTaken {}
