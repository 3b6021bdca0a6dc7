//! What a listing's events say: their bodies, and reading them back.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Bid, End, Key, Listing, Notice, Seal};
use crate::body::{Body, BodyError};
use crate::chain::Digest;
use crate::event::Event;

/// How the cases of listings begin; the number follows.
pub const CASES: &str = "@listing/";

/// The case of a listing.
pub fn case_of(listing: &str) -> String {
    format!("{CASES}{listing}")
}

/// 记载 · what an event of a listing says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The notice.
    Published(Notice),
    /// A sealed bid.
    Sealed(Seal),
    /// A withdrawal.
    Withdrawn {
        /// Of whom.
        bidder: String,
    },
    /// An opened bid.
    Opened(Key),
    /// The result.
    Ranked {
        /// The digest of the published result.
        result: Digest,
        /// The order of bids, one a line.
        order: String,
    },
    /// The end.
    Ended(End),
}

/// An event of a listing that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} of the listing cannot be read: {what}")]
pub struct Unreadable {
    /// Which event.
    pub seq: i64,
    /// What is wrong with it.
    pub what: String,
}

const PUBLISHED: &str = "listing.published/1";
const SEALED: &str = "bid.sealed/1";
const WITHDRAWN: &str = "bid.withdrawn/1";
const OPENED: &str = "bid.opened/1";
const RANKED: &str = "listing.ranked/1";
const AWARDED: &str = "listing.awarded/1";
const FAILED: &str = "listing.failed/1";

/// Names in bodies that are no facts of the vocabulary.
const LISTING: &str = "listing";
const PARCEL: &str = "listing_parcel";
const ASKS: &str = "listing_asks";
const CLOSES: &str = "bid_deadline_on";
const OPENING_ENDS: &str = "bid_opening_ends_on";
const BIDDER: &str = "bidder";
const DIGEST: &str = "digest";
const KEY: &str = "key";

impl Said {
    /// The kind of the event, with its version.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Published(_) => PUBLISHED,
            Self::Sealed(_) => SEALED,
            Self::Withdrawn { .. } => WITHDRAWN,
            Self::Opened(_) => OPENED,
            Self::Ranked { .. } => RANKED,
            Self::Ended(End::Awarded { .. }) => AWARDED,
            Self::Ended(End::Failed { .. }) => FAILED,
        }
    }

    /// The name under which a repetition of it is recognised. A withdrawal after an event is one.
    pub fn key(&self, listing: &str, last_seq: i64) -> String {
        match self {
            Self::Published(_) => format!("listing:{listing}:published"),
            Self::Sealed(seal) => format!("listing:{listing}:sealed:{}", seal.digest),
            Self::Withdrawn { bidder } => format!("listing:{listing}:withdrawn:{bidder}:{last_seq}"),
            Self::Opened(key) => format!("listing:{listing}:opened:{}", key.seal().digest),
            Self::Ranked { .. } => format!("listing:{listing}:ranked"),
            Self::Ended(_) => format!("listing:{listing}:ended"),
        }
    }

    /// The body of the event.
    pub fn body(&self) -> Result<Body, BodyError> {
        match self {
            Self::Published(notice) => {
                let own = [
                    (LISTING, notice.listing.clone()),
                    (PARCEL, notice.parcel.clone()),
                    (ASKS, notice.asks.join(",")),
                    (CLOSES, notice.closes_on.to_string()),
                    (OPENING_ENDS, notice.opening_ends_on.to_string()),
                ];
                let facts = notice.facts.iter().map(|(name, value)| (name.as_str(), value.clone()));
                Body::new(own.into_iter().chain(facts))
            }
            Self::Sealed(seal) => {
                Body::new([(BIDDER, seal.bidder.clone()), (DIGEST, seal.digest.to_string())])
            }
            Self::Withdrawn { bidder } | Self::Ended(End::Awarded { bidder }) => {
                Body::new([(BIDDER, bidder)])
            }
            Self::Opened(key) => {
                let digest = key.seal().digest.to_string();
                Body::new([(BIDDER, key.bidder().to_owned()), (DIGEST, digest), (KEY, key.text())])
            }
            Self::Ranked { result, order } => {
                Body::new([("result", result.to_string()), ("order", order.clone())])
            }
            Self::Ended(End::Failed { reason }) => Body::new([("reason", reason)]),
        }
    }
}

/// Takes an event into what is known of a listing.
pub(super) fn evolve(listing: &mut Option<Listing>, event: &Event) -> Result<(), Unreadable> {
    let taken = match listing {
        Some(listing) => take(listing, event),
        None => published(event).map(|made| *listing = Some(made)),
    };
    taken.map_err(|what| Unreadable { seq: event.seq, what })
}

fn take(listing: &mut Listing, event: &Event) -> Result<(), String> {
    listing.last_seq = event.seq;
    match event.kind.as_str() {
        SEALED => sealed(listing, event)?,
        WITHDRAWN => withdrawn(listing, event)?,
        OPENED => opened(listing, event)?,
        RANKED => listing.ranked = Some(text(event, "result")?),
        AWARDED => listing.end = Some(End::Awarded { bidder: text(event, BIDDER)? }),
        FAILED => listing.end = Some(End::Failed { reason: text(event, "reason")? }),
        other => return Err(format!("no event of a listing is of the kind {other}")),
    }
    Ok(())
}

fn text(event: &Event, name: &str) -> Result<String, String> {
    event.body.get(name).map(std::borrow::Cow::into_owned).ok_or_else(|| format!("{name} is missing"))
}

fn day(event: &Event, name: &str) -> Result<Date, String> {
    text(event, name)?.parse().map_err(|_| format!("{name} is no day"))
}

fn digest(event: &Event) -> Result<Digest, String> {
    text(event, DIGEST)?.parse().map_err(|_| format!("{DIGEST} is no digest"))
}

fn published(event: &Event) -> Result<Listing, String> {
    if event.kind != PUBLISHED {
        return Err(format!("the first event is {}, not {PUBLISHED}", event.kind));
    }
    let own = [LISTING, PARCEL, ASKS, CLOSES, OPENING_ENDS];
    let facts = event.body.facts().filter(|(name, _)| !own.contains(name));
    let facts: BTreeMap<String, String> =
        facts.map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    let asks = text(event, ASKS)?;
    let notice = Notice {
        listing: text(event, LISTING)?,
        parcel: text(event, PARCEL)?,
        closes_on: day(event, CLOSES)?,
        opening_ends_on: day(event, OPENING_ENDS)?,
        facts,
        asks: asks.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
    };
    Ok(Listing {
        notice,
        published_at: event.recorded_at,
        package: event.package.clone().unwrap_or_default(),
        bids: Vec::new(),
        ranked: None,
        end: None,
        last_seq: event.seq,
    })
}

fn sealed(listing: &mut Listing, event: &Event) -> Result<(), String> {
    let (bidder, digest) = (text(event, BIDDER)?, digest(event)?);
    let own = listing.bids.iter_mut().filter(|bid| bid.bidder == bidder);
    for bid in own.filter(|bid| bid.next_received_at.is_none()) {
        bid.next_received_at = Some(event.recorded_at);
    }
    listing.bids.push(Bid {
        bidder,
        digest,
        received_at: event.recorded_at,
        withdrawn_at: None,
        next_received_at: None,
        opened: None,
    });
    Ok(())
}

fn withdrawn(listing: &mut Listing, event: &Event) -> Result<(), String> {
    let bidder = text(event, BIDDER)?;
    let own = listing.bids.iter_mut().filter(|bid| bid.bidder == bidder);
    for bid in own.filter(|bid| bid.withdrawn_at.is_none()) {
        bid.withdrawn_at = Some(event.recorded_at);
    }
    Ok(())
}

fn opened(listing: &mut Listing, event: &Event) -> Result<(), String> {
    let key = Key::parse(&text(event, KEY)?).map_err(|error| error.to_string())?;
    let digest = digest(event)?;
    if key.seal().digest != digest {
        return Err(format!("{KEY} does not give {DIGEST}"));
    }
    let bid = listing.bids.iter_mut().find(|bid| bid.digest == digest);
    let Some(bid) = bid else { return Err(format!("no bid was sealed with {digest}")) };
    bid.opened = Some((event.recorded_at, key));
    Ok(())
}
