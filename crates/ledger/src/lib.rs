//! The ledger remembers: an append-only, hash-chained record of what happened to parcels.
//!
//! # Invariants
//!
//! - The ledger only grows. No event is changed or removed; a mistake is corrected by an
//!   [`Event`] of kind `event.corrected/1` that names the one it corrects.
//! - One chain for the whole store: events are numbered 1, 2, 3 … and each digest covers the digest
//!   before it, so [`Ledger::verify`] finds the first event that was touched.
//! - A batch is appended whole or not at all, whatever stops it: a bad row, a panic, a power cut.
//! - Appending the same event twice adds nothing: every event has an idempotency key.
//! - This crate reads no clock and knows no law. When an event was recorded is told by the caller,
//!   and so is which facts are occurrences (see [`Cut`]).
//! - Every implementation of [`Ledger`] passes one conformance suite and gives the same digests for
//!   the same batch.
//!
//! # Two times
//!
//! `happened_on` is the day something took effect, `recorded_at` the moment we were told. "As it was
//! on D, as known at K" is one [`Cut`]; [`Ledger::fold`] gives the facts that hold there.
//!
//! # Example
//!
//! ```
//! use jiff::{civil::date, Timestamp};
//! use landcycle_ledger::{Body, Cut, Ledger, MemoryLedger, NewEvent, entries};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut ledger = MemoryLedger::new();
//! ledger.append(&mut entries([NewEvent {
//!     case_id: "A-1".into(),
//!     kind: "notice.published/1".into(),
//!     happened_on: date(2021, 3, 1),
//!     recorded_at: "2026-11-23T08:00:00Z".parse::<Timestamp>()?,
//!     actor: "import".into(),
//!     origin: "notices.csv, row 2".into(),
//!     key: "notice:A-1".into(),
//!     package: None,
//!     corrects: None,
//!     body: Body::new([("area", "20000"), ("start_due_on", "2021-09-01")])?,
//! }]))?;
//!
//! let cut = Cut { as_of: date(2022, 1, 1), known_at: None, is_occurrence: &|_| false };
//! ledger.fold(&cut, &mut |case| {
//!     assert_eq!(case.get("area").map(|fact| &*fact.value), Some("20000"));
//! })?;
//! # Ok(())
//! # }
//! ```

pub mod accounts;
mod admit;
mod apart;
mod body;
mod carry;
mod chain;
mod columns;
mod error;
mod event;
mod fold;
mod follow;
mod geometry;
mod geopackage;
mod layer;
mod ledger;
pub mod life;
pub mod linkage;
pub mod listing;
mod memory;
mod migrate;
mod parcel;
mod postgresql;
mod store;
mod vector;
mod walk;

pub use apart::Apart;
pub use body::{Body, BodyError};
pub use carry::{Transfer, transfer};
pub use chain::Digest;
pub use error::{KeyTaken, LedgerError, ServerError, SourceError, Trouble};
pub use event::{Event, InvalidEvent, NewEvent};
pub use fold::{Cut, FoldedCase, FoldedFact, NOT_HAPPENED};
pub use geometry::{Geometry, GeometryError, Position, Ring};
pub use geopackage::{GeoPackageLedger, STORE_VERSION};
pub use layer::{InvalidZones, LAYER_CASES, LayerZones, ParcelPart, Zone, is_layer_name};
pub use ledger::{Appended, Carried, Entry, Fault, Ledger, Size, Verification, What, entries};
pub use memory::MemoryLedger;
pub use parcel::ParcelRow;
pub use postgresql::{Address, POSTGRES_STORE_VERSION, PostgresLedger};
pub use store::{Place, Store, is_record};
pub use vector::{VectorColumn, VectorError, VectorKind, VectorTable, read_vector, write_vector};
