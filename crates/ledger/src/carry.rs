//! Carrying a store into another: every event as it stands, number, moment and digest included.

use crate::admit::{Head, Shelf, put_zones};
use crate::error::LedgerError;
use crate::event::Event;
use crate::ledger::{Carried, Fault, Ledger, Size, Verification, What};

/// Events and rows read from a store at once while it is carried.
const PAGE: usize = 500;

/// What a move did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Events carried.
    pub events: i64,
    /// Rows of parcels carried.
    pub parcels: usize,
    /// What reading both stores afterwards showed: the same head, no fault.
    pub verification: Verification,
}

/// Carries everything in `from` into `to`, which must be empty, in one transaction.
///
/// The events are those that stand when the move begins; each is hashed again on its way, so a store
/// that is not sound is not moved. `step` is told how many events have been carried. Afterwards `to`
/// is read whole and its head compared with that of `from`.
pub fn transfer(
    from: &dyn Ledger,
    to: &mut dyn Ledger,
    step: &mut dyn FnMut(usize),
) -> Result<Transfer, LedgerError> {
    let Size { events: last, .. } = from.size()?;
    let mut source = Source {
        from,
        last: last as i64,
        seq: 0,
        parcel: None,
        parcels: 0,
        editions: Vec::new(),
        page: Vec::new(),
        left: Left::Events,
    };
    let mut items = std::iter::from_fn(|| {
        let item = source.next().transpose();
        if let Some(Ok(Carried::Event(event))) = &item {
            step(event.seq as usize);
        }
        item
    });
    let head = to.fill(&mut items)?;
    let parcels = source.parcels;
    let there = from.event(last as i64)?.map_or(Head::START.digest, |event| event.digest);
    let verification = to.verify()?;
    if let Some(fault) = verification.fault {
        return Err(LedgerError::Unsound(fault));
    }
    if verification.head != there || verification.head != head || verification.events != last as i64 {
        let fault = Fault { seq: verification.events, what: What::Head { left_at: last as i64 } };
        return Err(LedgerError::Unsound(fault));
    }
    Ok(Transfer { events: last as i64, parcels, verification })
}

/// What of the store is still to be read.
#[derive(PartialEq)]
enum Left {
    Events,
    Parcels,
    Layers,
    Meta,
    Nothing,
}

/// A store being read page by page: no more of it than a page is in memory.
struct Source<'f> {
    from: &'f dyn Ledger,
    last: i64,
    seq: i64,
    parcel: Option<String>,
    parcels: usize,
    /// Editions of layers still to be read, in reverse.
    editions: Vec<(String, i64)>,
    /// In reverse, so that the next one is taken off the end.
    page: Vec<Carried>,
    left: Left,
}

impl Source<'_> {
    fn next(&mut self) -> Result<Option<Carried>, LedgerError> {
        while self.page.is_empty() && self.left != Left::Nothing {
            self.turn()?;
        }
        Ok(self.page.pop())
    }

    fn turn(&mut self) -> Result<(), LedgerError> {
        match self.left {
            Left::Events => {
                let mut events = self.from.events_after(self.seq, PAGE)?;
                events.retain(|event| event.seq <= self.last);
                match events.last() {
                    Some(event) => self.seq = event.seq,
                    None if self.seq < self.last => {
                        let fault = Fault { seq: self.seq + 1, what: What::Missing };
                        return Err(LedgerError::Unsound(fault));
                    }
                    None => self.left = Left::Parcels,
                }
                self.page = events.into_iter().map(Carried::Event).collect();
            }
            Left::Parcels => {
                let rows = self.from.parcels_after(self.parcel.as_deref(), PAGE)?;
                if let Some(row) = rows.last() {
                    self.parcel = Some(row.case_id.clone());
                } else {
                    self.editions = self.from.editions()?;
                    self.editions.reverse();
                    self.left = Left::Layers;
                }
                self.parcels += rows.len();
                self.page = rows.into_iter().map(Carried::Parcel).collect();
            }
            Left::Layers => match self.editions.pop() {
                Some((layer, edition)) => {
                    let zones = self.from.zones(&layer, edition)?;
                    self.page = zones.into_iter().map(|zones| Carried::Layer(Box::new(zones))).collect();
                }
                None => self.left = Left::Meta,
            },
            Left::Meta => {
                let said = self.from.all_meta()?.into_iter();
                self.page = said.map(|(name, value)| Carried::Meta { name, value }).collect();
                self.left = Left::Nothing;
            }
            Left::Nothing => {}
        }
        self.page.reverse();
        Ok(())
    }
}

/// Puts what is carried on an empty shelf, following the chain; gives where it ends.
pub(crate) fn carry(
    shelf: &mut dyn Shelf,
    items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
) -> Result<Head, LedgerError> {
    let mut head = Head::START;
    loop {
        let page: Vec<Carried> = items.take(PAGE).collect::<Result<_, _>>()?;
        if page.is_empty() {
            return Ok(head);
        }
        shelf.foresee_carried(&page)?;
        put(shelf, &mut head, page)?;
    }
}

fn put(shelf: &mut dyn Shelf, head: &mut Head, page: Vec<Carried>) -> Result<(), LedgerError> {
    for item in page {
        match item {
            Carried::Event(event) => {
                follow(*head, &event)?;
                *head = Head { seq: event.seq, digest: event.digest };
                shelf.put(event)?;
            }
            Carried::Parcel(row) => {
                row.check()
                    .map_err(|why| LedgerError::InvalidParcel { case_id: row.case_id.clone(), why })?;
                shelf.put_parcel(row)?;
            }
            Carried::Layer(zones) => put_zones(shelf, *zones)?,
            Carried::Meta { name, value } => shelf.put_meta(&name, &value)?,
        }
    }
    Ok(())
}

fn follow(head: Head, event: &Event) -> Result<(), LedgerError> {
    let what = if event.seq != head.seq + 1 {
        What::Missing
    } else if event.previous != head.digest {
        What::Link
    } else if event.expected_digest() != event.digest {
        What::Content
    } else {
        return Ok(());
    };
    Err(LedgerError::Unsound(Fault { seq: head.seq + 1, what }))
}
