//! Listings and bids on performance: what somebody wants, what structure and law say to it, and the
//! event or the refusal that comes of it.
//!
//! *Sealed is sealed:* before the opening a store holds a bid's digest alone; see
//! [`landcycle_ledger::listing`]. *One meaning:* ranking, recomputation and rehearsal all go through
//! [`bench::Bench`] and [`result::result`].

pub(crate) mod bench;
pub(crate) mod decide;
pub(crate) mod form;
pub(crate) mod paper;
pub(crate) mod public;
pub(crate) mod refusal;
pub(crate) mod rehearse;
pub(crate) mod result;
pub(crate) mod view;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::listing::{CASES, Key, Listing, Said, Seal, case_of};
use landcycle_ledger::{Entry, Ledger, LedgerError, NewEvent, Store};
use landcycle_policy::package::library::Library;

pub(crate) use self::refusal::Refusal;
use crate::acts::archive;
use crate::say::Failure;

/// 请求 · what somebody wants of a listing.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Publish it.
    Publish(form::Draft),
    /// Hand in a sealed bid.
    Seal(Seal),
    /// Withdraw the bids of a bidder.
    Withdraw(String),
    /// Open a bid.
    Open(Key),
    /// Rank the opened bids.
    Rank,
    /// Name the winner.
    Award,
    /// End it without a winner.
    Fail(String),
}

/// 办理 · a request with who makes it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The listing's number.
    pub(crate) listing: String,
    /// What is wanted.
    pub(crate) wanted: Wanted,
    /// Who asks.
    pub(crate) by: String,
    /// Where it comes from.
    pub(crate) origin: String,
}

/// Why nothing was recorded.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// It was refused.
    Refused(Box<Refusal>),
    /// The store failed.
    Store(LedgerError),
    /// The record or the packages cannot be used.
    Failed(Failure),
}

impl From<Refusal> for NotDone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Failure> for NotDone {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// How often a request is decided anew when others record on the same listing in between.
const TRIES: usize = 20;

/// Decides a request and records it; gives the listing after it. What is there already is not recorded
/// twice.
pub(crate) fn perform(
    ledger: &mut dyn Ledger,
    library: &Library,
    asked: &Asked,
    (now, today): (Timestamp, Date),
) -> Result<Listing, NotDone> {
    for _ in 0..TRIES {
        let there = read(ledger, &asked.listing)?;
        let law = there.as_ref().map(|listing| law_of(ledger, library, listing)).transpose()?;
        let law = law.as_ref().map_or(library, |law| law.get(library));
        let Some((said, package)) = decide::decide(there.as_ref(), law, asked, today)? else {
            return there.ok_or_else(|| Refusal::no_listing(&asked.listing).into());
        };
        archive::keep(ledger, law, Some(&package)).map_err(NotDone::Store)?;
        let last_seq = there.map(|listing| listing.last_seq);
        let event = event(&said, asked, package, last_seq, (now, today))?;
        let guard = Entry::Expect { case_id: event.case_id.clone(), last_seq };
        match ledger.append(&mut [guard, Entry::Event(event)].into_iter().map(Ok)) {
            Ok(_) => return read(ledger, &asked.listing)?.ok_or_else(|| faulty("no event")),
            Err(LedgerError::ChangedMeanwhile { .. }) => {}
            Err(error) => return Err(NotDone::Store(error)),
        }
    }
    Err(Refusal::busy(&asked.listing).into())
}

/// A listing as it would be once a notice is published, with nothing recorded.
pub(crate) fn preview(
    ledger: &dyn Ledger,
    library: &Library,
    asked: &Asked,
    (now, today): (Timestamp, Date),
) -> Result<Listing, NotDone> {
    let there = read(ledger, &asked.listing)?;
    match decide::decide(there.as_ref(), library, asked, today)? {
        Some((Said::Published(notice), package)) => Ok(Listing {
            notice,
            published_at: now,
            package,
            bids: Vec::new(),
            ranked: None,
            end: None,
            last_seq: 0,
        }),
        _ => Err(Refusal::no_listing(&asked.listing).into()),
    }
}

/// Every listing of a store, the latest notice first.
pub(crate) fn all(ledger: &Store) -> Result<Vec<Listing>, NotDone> {
    let mut found = Vec::new();
    for case in ledger.records(CASES).map_err(NotDone::Store)? {
        found.extend(read(ledger, case.strip_prefix(CASES).unwrap_or(&case))?);
    }
    found.reverse();
    Ok(found)
}

fn event(
    said: &Said,
    asked: &Asked,
    package: String,
    last_seq: Option<i64>,
    (now, today): (Timestamp, Date),
) -> Result<NewEvent, NotDone> {
    Ok(NewEvent {
        case_id: case_of(&asked.listing),
        kind: said.kind().to_owned(),
        happened_on: today,
        recorded_at: now,
        actor: asked.by.clone(),
        origin: asked.origin.clone(),
        key: said.key(&asked.listing, last_seq.unwrap_or_default()),
        package: Some(package),
        corrects: None,
        body: said.body().map_err(|error| faulty(&error.to_string()))?,
    })
}

fn faulty(what: &str) -> NotDone {
    NotDone::Failed(Failure::new("store_other", &[("what", what)]))
}

/// A listing as a store has it.
pub(crate) fn read(ledger: &dyn Ledger, listing: &str) -> Result<Option<Listing>, NotDone> {
    let events = ledger.events_of(&case_of(listing)).map_err(NotDone::Store)?;
    Listing::of(&events).map_err(|error| faulty(&error.to_string()))
}

/// 适用的政策包 · the packages by which a listing is decided: those it was published under.
#[derive(Debug)]
pub(crate) enum Under {
    /// The packages at hand are the same.
    Present,
    /// The store kept them.
    Kept(Box<Library>),
}

impl Under {
    /// The packages.
    pub(crate) fn get<'l>(&'l self, present: &'l Library) -> &'l Library {
        match self {
            Self::Present => present,
            Self::Kept(library) => library,
        }
    }
}

/// The packages that a listing was published under: its method does not change while it runs.
pub(crate) fn law_of(ledger: &dyn Ledger, present: &Library, listing: &Listing) -> Result<Under, Failure> {
    let digest = &listing.package;
    if bench::law_named(present, digest).is_some() {
        return Ok(Under::Present);
    }
    match archive::kept(ledger, digest)? {
        Some(library) => Ok(Under::Kept(Box::new(library))),
        None => Err(Failure::new("listing_no_package", &[("digest", digest)])),
    }
}

#[cfg(test)]
mod browser_tests;
#[cfg(test)]
mod tests;
