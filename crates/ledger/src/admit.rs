//! Admission: the one place that decides whether an event is recorded, skipped or refused.
//!
//! Every store brings a [`Shelf`] (look up, put) inside a transaction of its own; what is looked up
//! and in which order is the same for all, so all refuse the same and give the same digests.

use crate::body::Body;
use crate::chain::Digest;
use crate::error::{KeyTaken, LedgerError, SourceError};
use crate::event::{Event, InvalidEvent, NewEvent, whole_milliseconds};
use crate::layer::LayerZones;
use crate::ledger::{Appended, Carried, Entry};
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
    /// Entries to read ahead of admission, so that a store far away can look many up at once.
    fn reads_ahead(&self) -> usize {
        1
    }
    /// Told of all entries before any of them is looked up or put.
    fn foresee(&mut self, _entries: &[Entry]) -> Result<(), LedgerError> {
        Ok(())
    }
    /// The same of what is carried from another store.
    fn foresee_carried(&mut self, _items: &[Carried]) -> Result<(), LedgerError> {
        Ok(())
    }
    fn by_key(&self, key: &str) -> Result<Option<Event>, LedgerError>;
    fn by_seq(&self, seq: i64) -> Result<Option<Event>, LedgerError>;
    fn correction_of(&self, seq: i64) -> Result<Option<i64>, LedgerError>;
    /// The last event of a case.
    fn last_of(&self, case_id: &str) -> Result<Option<i64>, LedgerError>;
    fn put(&mut self, event: Event) -> Result<(), LedgerError>;
    fn put_parcel(&mut self, row: ParcelRow) -> Result<(), LedgerError>;
    /// Whether an edition of a layer is there.
    fn holds_zones(&mut self, layer: &str, edition: i64) -> Result<bool, LedgerError>;
    fn put_zones(&mut self, zones: LayerZones) -> Result<(), LedgerError>;
    /// What the store says about itself under a name.
    fn put_meta(&mut self, name: &str, value: &str) -> Result<(), LedgerError>;
}

/// What a batch left behind.
pub(crate) struct Admitted {
    pub(crate) appended: Appended,
    pub(crate) head: Head,
}

/// Puts a batch on the shelf after `head`; stops at the first refusal, and the caller rolls back.
pub(crate) fn admit(
    shelf: &mut dyn Shelf,
    head: Head,
    batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
) -> Result<Admitted, LedgerError> {
    let mut admitted = Admitted { appended: Appended::default(), head };
    let mut batch = batch.fuse();
    loop {
        let (entries, failure) = read_ahead(shelf.reads_ahead(), &mut batch);
        if !entries.is_empty() {
            shelf.foresee(&entries)?;
        } else if failure.is_none() {
            return Ok(admitted);
        }
        // What was read before a failure is judged first: the first thing wrong is what is told.
        admit_some(shelf, &mut admitted, entries)?;
        if let Some(failure) = failure {
            return Err(LedgerError::Source(failure));
        }
    }
}

/// Bytes of bodies after which reading ahead ends, whatever the number of entries.
const MOST_BYTES: usize = 8 << 20;

/// The next entries of a batch, up to `most` or to a failure.
fn read_ahead(
    most: usize,
    batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
) -> (Vec<Entry>, Option<SourceError>) {
    let (mut entries, mut bytes) = (Vec::new(), 0);
    while entries.len() < most && bytes < MOST_BYTES {
        match batch.next() {
            Some(Ok(entry)) => {
                if let Entry::Event(event) = &entry {
                    bytes += event.body.as_str().len();
                }
                entries.push(entry);
            }
            Some(Err(failure)) => return (entries, Some(failure)),
            None => break,
        }
    }
    (entries, None)
}

fn admit_some(
    shelf: &mut dyn Shelf,
    admitted: &mut Admitted,
    entries: Vec<Entry>,
) -> Result<(), LedgerError> {
    for entry in entries {
        let event = match entry {
            Entry::Event(event) => event,
            Entry::Parcel(row) => {
                row.check()
                    .map_err(|why| LedgerError::InvalidParcel { case_id: row.case_id.clone(), why })?;
                shelf.put_parcel(row)?;
                continue;
            }
            Entry::Layer(zones) => {
                put_zones(shelf, *zones)?;
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
        admitted.appended.added += 1;
        shelf.put(event)?;
    }
    Ok(())
}

/// Puts the zones of an edition that is not there yet.
pub(crate) fn put_zones(shelf: &mut dyn Shelf, zones: LayerZones) -> Result<(), LedgerError> {
    let (layer, edition) = (zones.layer.clone(), zones.edition);
    if let Err(why) = zones.check() {
        return Err(LedgerError::InvalidZones { layer, edition, why });
    }
    if shelf.holds_zones(&layer, edition)? {
        return Err(LedgerError::EditionTaken { layer, edition });
    }
    shelf.put_zones(zones)
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
