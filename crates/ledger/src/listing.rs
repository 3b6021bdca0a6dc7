//! Listings and sealed bids: what was published, handed in, withdrawn and opened, and which steps are
//! possible when.
//!
//! # Commit and reveal
//!
//! A bidder writes the bid with 32 random bytes into a [`Key`] and hands in its digest alone, a
//! [`Seal`]. Until the opening nothing else reaches a store, so nobody can read the bid, whoever reads
//! the database. After the deadline the bidder hands in the key; its digest must be the one sealed.
//!
//! # Structure and law
//!
//! A [`Listing`] is a pure function of its events. What this module says no to ([`Bar`]) follows from
//! the order of the steps; what a late, withdrawn, replaced or defective bid is worth, and which of two
//! bids goes before the other, is law, and stands in packages.

mod bid;
mod draw;
mod key;
mod record;
mod step;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz};

pub use bid::Bid;
pub use draw::{LOT_BITS, lot, seed};
pub use key::{Key, KeyError, SALT, Seal};
pub use record::{CASES, Said, Unreadable, case_of};
pub use step::{Bar, Step};

use crate::event::Event;

/// 公告 · what a listing publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The listing's number.
    pub listing: String,
    /// The parcel for sale, as the notice names it.
    pub parcel: String,
    /// The last day on which bids are taken, counted to its end in China.
    pub closes_on: Date,
    /// The last day on which bids are opened, counted to its end.
    pub opening_ends_on: Date,
    /// Facts of the notice, canonical.
    pub facts: BTreeMap<String, String>,
    /// Facts that a bid states.
    pub asks: Vec<String>,
}

impl Notice {
    /// The moment at which bids close: the end of the last day in China (UTC+8, no summer time).
    pub fn closes_at(&self) -> Timestamp {
        let next = self.closes_on.tomorrow().map(|day| day.at(0, 0, 0, 0)).ok();
        let end = next.and_then(|end| tz::Offset::constant(8).to_timestamp(end).ok());
        end.unwrap_or(Timestamp::MAX)
    }
}

/// 结局 · how a listing ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A bidder won.
    Awarded {
        /// Who.
        bidder: String,
    },
    /// It came to nothing.
    Failed {
        /// Why.
        reason: String,
    },
}

/// 竞买 · a listing with its bids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What was published.
    pub notice: Notice,
    /// When it was published.
    pub published_at: Timestamp,
    /// The digest of the package by whose law it is decided.
    pub package: String,
    /// Bids in the order in which they were recorded.
    pub bids: Vec<Bid>,
    /// The digest of the recorded result.
    pub ranked: Option<String>,
    /// How it ended.
    pub end: Option<End>,
    /// Its last event.
    pub last_seq: i64,
}

impl Listing {
    /// The listing that events tell of; none where there are no events.
    pub fn of(events: &[Event]) -> Result<Option<Self>, Unreadable> {
        let mut listing = None;
        for event in events {
            record::evolve(&mut listing, event)?;
        }
        Ok(listing)
    }

    /// The last bid of a bidder, if it has been handed in.
    pub fn last_of(&self, bidder: &str) -> Option<&Bid> {
        self.bids.iter().rev().find(|bid| bid.bidder == bidder)
    }

    /// The bid that was sealed with a digest.
    pub fn sealed(&self, digest: crate::Digest) -> Option<&Bid> {
        self.bids.iter().find(|bid| bid.digest == digest)
    }
}

#[cfg(test)]
mod tests;
