//! The trait every store of events implements, and the plain data it speaks.

use std::fmt;

use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::event::{Event, NewEvent};
use crate::fold::{Cut, FoldedCase};
use crate::layer::{LayerZones, ParcelPart};
use crate::parcel::ParcelRow;

/// An append-only record of events. Small on purpose: every method is a promise that each store,
/// and the conformance suite, has to keep.
pub trait Ledger {
    /// Records a batch, whole or not at all.
    ///
    /// An event whose key is there already is skipped if it says the same, that is if case, kind,
    /// day, package, corrected event and body agree; who told us, when and from which file may
    /// differ, since the same notice often arrives twice. If it says something else the batch is
    /// refused. So it is when the batch itself yields an error. Parcel rows are laid over those
    /// that stand, in the same transaction; [`ParcelRow`] says how.
    ///
    /// [`Entry::Expect`] guards a decision against what others record meanwhile. After
    /// [`LedgerError::ChangedMeanwhile`] the caller reads the case again and decides anew; an event of
    /// its own that it finds there, by its key, was recorded although the answer got lost.
    fn append(
        &mut self,
        batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
    ) -> Result<Appended, LedgerError>;

    /// One event.
    fn event(&self, seq: i64) -> Result<Option<Event>, LedgerError>;

    /// The events of a case, in the order they were recorded.
    fn events_of(&self, case_id: &str) -> Result<Vec<Event>, LedgerError>;

    /// All cases, in the order of their first events.
    fn cases(&self) -> Result<Vec<String>, LedgerError>;

    /// Cases whose id, or whose parcel's number, supervision number, project name, location or
    /// holder contains `text` (ASCII letters in either case), in the order of their first events.
    /// Records that are no parcels are not among them (see [`crate::is_record`]).
    fn find_cases(&self, text: &str, limit: usize) -> Result<Vec<String>, LedgerError>;

    /// How much there is; records that are no parcels count among the events alone.
    fn size(&self) -> Result<Size, LedgerError>;

    /// Shows `visitor` the facts of every case at a cut, in the order of the cases' first events.
    /// A case of which nothing had happened, or nothing was known, is not shown.
    fn fold(&self, cut: &Cut<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError>;

    /// The same for one case; says whether it was shown.
    fn fold_case(
        &self,
        case_id: &str,
        cut: &Cut<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError>;

    /// The row kept of a parcel for maps and searches.
    fn parcel(&self, case_id: &str) -> Result<Option<ParcelRow>, LedgerError>;

    /// Reads the whole store and recomputes the chain.
    fn verify(&self) -> Result<Verification, LedgerError>;

    /// Up to `limit` events after `seq`, in the order of `seq`.
    fn events_after(&self, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError>;

    /// Up to `limit` rows of parcels whose cases come after `case_id`, in the order of the cases' bytes.
    fn parcels_after(&self, case_id: Option<&str>, limit: usize) -> Result<Vec<ParcelRow>, LedgerError>;

    /// The editions of layers whose zones are kept, by name and number.
    fn editions(&self) -> Result<Vec<(String, i64)>, LedgerError>;

    /// The zones of an edition.
    fn zones(&self, layer: &str, edition: i64) -> Result<Option<LayerZones>, LedgerError>;

    /// What [`Ledger::parts`] were computed from, as [`Ledger::set_parts`] was told; `None` if nothing was
    /// computed yet. They are derived: a move leaves them behind.
    fn parts_of(&self) -> Result<Option<String>, LedgerError>;

    /// What one parcel, or each, shares with zones.
    fn parts(&self, case_id: Option<&str>) -> Result<Vec<ParcelPart>, LedgerError>;

    /// Puts computed parts in the place of those that are kept.
    fn set_parts(&mut self, computed_from: &str, parts: &[ParcelPart]) -> Result<(), LedgerError>;

    /// Fills an empty store with what another one holds, in one transaction; gives the digest of the
    /// last event. Callers want [`transfer`](crate::transfer), which reads the other store.
    fn fill(
        &mut self,
        items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
    ) -> Result<Digest, LedgerError>;

    /// All that the store says about itself, by name, but what the ledger keeps for itself.
    fn all_meta(&self) -> Result<Vec<(String, String)>, LedgerError>;

    /// What the store says about itself under a name, such as that its data are invented.
    fn meta(&self, name: &str) -> Result<Option<String>, LedgerError>;

    /// Sets what the store says about itself. Names that begin with `ledger.` are the ledger's own.
    fn set_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError>;
}

/// One item of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// An event to record.
    Event(NewEvent),
    /// A parcel's row to lay over the one that stands.
    Parcel(ParcelRow),
    /// The zones of an edition of a layer, new in the store; an event beside it tells what they are.
    Layer(Box<LayerZones>),
    /// What the caller decided upon: the batch is refused if the case's last event is another. It is
    /// asked at its place, so events of the case that stand before it in the batch count.
    Expect {
        /// The case.
        case_id: String,
        /// Its last event as the caller saw it, corrections included; `None` if it had none.
        last_seq: Option<i64>,
    },
}

/// One thing that is carried from a store to another.
#[derive(Clone, Debug, PartialEq)]
pub enum Carried {
    /// An event as it stands, in the order of `seq`.
    Event(Event),
    /// The row of a parcel.
    Parcel(ParcelRow),
    /// The zones of an edition of a layer.
    Layer(Box<LayerZones>),
    /// What a store says about itself.
    Meta {
        /// Under which name.
        name: String,
        /// What it says.
        value: String,
    },
}

impl From<NewEvent> for Entry {
    fn from(event: NewEvent) -> Self {
        Self::Event(event)
    }
}

impl From<ParcelRow> for Entry {
    fn from(row: ParcelRow) -> Self {
        Self::Parcel(row)
    }
}

/// A batch of items that cannot fail, in the shape [`Ledger::append`] takes.
pub fn entries<I>(items: I) -> impl Iterator<Item = Result<Entry, SourceError>>
where
    I: IntoIterator,
    I::Item: Into<Entry>,
{
    items.into_iter().map(|item| Ok(item.into()))
}

/// What an append did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Events recorded.
    pub added: usize,
    /// Events skipped because they were there.
    pub already_there: usize,
}

/// How much a ledger holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Cases with an event.
    pub cases: usize,
    /// Events.
    pub events: usize,
}

/// What reading the whole store showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Events read; up to the fault, if there is one.
    pub events: i64,
    /// Digest of the last sound event. Kept elsewhere, it shows later that nothing was rewritten.
    pub head: Digest,
    /// The first fault.
    pub fault: Option<Fault>,
}

/// The first place at which a store is not what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The event at or after which it lies.
    pub seq: i64,
    /// What is wrong there.
    pub what: What,
}

/// What is wrong with an event or a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The event is missing and later ones are there.
    Missing,
    /// The content does not give the digest written beside it.
    Content,
    /// The digest before it is not the one it names.
    Link,
    /// A column cannot be read.
    Unreadable(String),
    /// It is filed under another case's first event.
    Filing,
    /// The chain ends here, and the store was left at another event.
    Head {
        /// The event the store was left at.
        left_at: i64,
    },
    /// The file is damaged below the level of events.
    File(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match &self.what {
            What::Missing => write!(f, "event {seq} is missing"),
            What::Content => write!(f, "event {seq} is not what was recorded: its digest differs"),
            What::Link => write!(f, "event {seq} does not follow from the event before it"),
            What::Unreadable(why) => write!(f, "event {seq} cannot be read: {why}"),
            What::Filing => write!(f, "event {seq} is filed under another case"),
            What::Head { left_at } => {
                write!(f, "the events end at {seq}, but the store was left at event {left_at}")
            }
            What::File(why) => write!(f, "the file is damaged: {why}"),
        }
    }
}
