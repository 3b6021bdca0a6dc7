//! Admission: the one place that decides whether an event is recorded, skipped or refused.
//!
//! Every store brings a [`Shelf`] (look up, put) inside a transaction of its own; what is looked up
//! and in which order is the same for all, so all refuse the same and give the same digests.

use jiff::Timestamp;

use crate::body::Body;
use crate::chain::Digest;
use crate::error::{KeyTaken, LedgerError, SourceError};
use crate::event::{Event, InvalidEvent, NewEvent, whole_milliseconds};
use crate::ledger::{Appended, Entry};
use crate::parcel::ParcelRow;

/// Where a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) digest: Digest,
}

impl Head {
    /// Before the first event.
    pub(crate) const START: Self = Self { seq: 0, digest: Digest::START };
}

/// A store inside a transaction.
pub(crate) trait Shelf {
    fn by_key(&self, key: &str) -> Result<Option<Event>, LedgerError>;
    fn by_seq(&self, seq: i64) -> Result<Option<Event>, LedgerError>;
    fn correction_of(&self, seq: i64) -> Result<Option<i64>, LedgerError>;
    /// The last event of a case.
    fn last_of(&self, case_id: &str) -> Result<Option<i64>, LedgerError>;
    fn put(&mut self, event: Event) -> Result<(), LedgerError>;
    fn put_parcel(&mut self, row: ParcelRow) -> Result<(), LedgerError>;
}

/// What a batch left behind.
pub(crate) struct Admitted {
    pub(crate) appended: Appended,
    pub(crate) head: Head,
    /// The latest moment at which any of the new events was recorded.
    pub(crate) last_recorded_at: Option<Timestamp>,
}

/// Puts a batch on the shelf after `head`; stops at the first refusal, and the caller rolls back.
pub(crate) fn admit(
    shelf: &mut dyn Shelf,
    head: Head,
    batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
) -> Result<Admitted, LedgerError> {
    let mut admitted = Admitted { appended: Appended::default(), head, last_recorded_at: None };
    for entry in batch {
        let event = match entry.map_err(LedgerError::Source)? {
            Entry::Event(event) => event,
            Entry::Parcel(row) => {
                shelf.put_parcel(row)?;
                continue;
            }
            Entry::Expect { case_id, last_seq } => {
                let found = shelf.last_of(&case_id)?;
                if found != last_seq {
                    return Err(LedgerError::ChangedMeanwhile { case_id, expected: last_seq, found });
                }
                continue;
            }
        };
        event.check().map_err(|why| LedgerError::Invalid { key: event.key.clone(), why })?;
        if let Some(there) = shelf.by_key(&event.key)? {
            same(&there, &event)?;
            admitted.appended.already_there += 1;
            continue;
        }
        if let Some(corrected) = event.corrects {
            check_correction(shelf, corrected, &event)?;
        }
        let event = event.seal(admitted.head.seq + 1, admitted.head.digest);
        admitted.head = Head { seq: event.seq, digest: event.digest };
        admitted.last_recorded_at = admitted.last_recorded_at.max(Some(event.recorded_at));
        admitted.appended.added += 1;
        shelf.put(event)?;
    }
    Ok(admitted)
}

/// Corrections of an event form a line: each corrects an event of its own case that stands.
fn check_correction(shelf: &dyn Shelf, seq: i64, event: &NewEvent) -> Result<(), LedgerError> {
    let refuse = |why| Err(LedgerError::Invalid { key: event.key.clone(), why });
    let Some(corrected) = shelf.by_seq(seq)? else {
        return refuse(InvalidEvent::CorrectsNothing(seq));
    };
    if corrected.case_id != event.case_id {
        return refuse(InvalidEvent::CorrectsOtherCase { seq, case_id: corrected.case_id });
    }
    if whole_milliseconds(event.recorded_at) < corrected.recorded_at {
        return refuse(InvalidEvent::CorrectsTheFuture(seq));
    }
    match shelf.correction_of(seq)? {
        Some(by) => refuse(InvalidEvent::CorrectedAlready { seq, by }),
        None => Ok(()),
    }
}

/// Whether an event says what the one with its key says. Who told us, when, and from which file are
/// circumstances, not content: the same notice may be imported again by someone else.
fn same(there: &Event, offered: &NewEvent) -> Result<(), LedgerError> {
    if there.case_id == offered.case_id
        && there.kind == offered.kind
        && there.happened_on == offered.happened_on
        && there.package == offered.package
        && there.corrects == offered.corrects
        && there.body == offered.body
    {
        return Ok(());
    }
    let (field, there_says, offered_says) = first_difference(there, offered);
    Err(LedgerError::KeyTaken(Box::new(KeyTaken {
        key: offered.key.clone(),
        seq: there.seq,
        origin_there: there.origin.clone(),
        origin_offered: offered.origin.clone(),
        field,
        there: there_says,
        offered: offered_says,
    })))
}

/// The first field, or fact, in which two events differ, and what each says.
fn first_difference(there: &Event, offered: &NewEvent) -> (String, String, String) {
    let number = |seq: Option<i64>| seq.map(|seq| seq.to_string()).unwrap_or_default();
    let package = |package: &Option<String>| package.clone().unwrap_or_default();
    let fields = [
        ("case_id", there.case_id.clone(), offered.case_id.clone()),
        ("kind", there.kind.clone(), offered.kind.clone()),
        ("happened_on", there.happened_on.to_string(), offered.happened_on.to_string()),
        ("package", package(&there.package), package(&offered.package)),
        ("corrects", number(there.corrects), number(offered.corrects)),
    ];
    if let Some((field, one, other)) = fields.into_iter().find(|(_, one, other)| one != other) {
        return (field.to_owned(), one, other);
    }
    let names = there.body.facts().chain(offered.body.facts()).map(|(name, _)| name);
    let first = names.filter(|name| there.body.get(name) != offered.body.get(name)).min();
    let name = first.unwrap_or("body");
    let value = |body: &Body| body.get(name).unwrap_or_default().into_owned();
    (name.to_owned(), value(&there.body), value(&offered.body))
}
