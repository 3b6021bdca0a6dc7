//! Steps of a listing, and when each is possible.

use jiff::civil::Date;

use super::{Bid, Key, Listing, Seal};

/// 步骤 · what somebody wants to do with a listing that is published.
#[derive(Clone, Copy, Debug)]
pub enum Step<'s> {
    /// Hand in a sealed bid.
    Seal(&'s Seal),
    /// Withdraw what a bidder handed in.
    Withdraw {
        /// Who.
        bidder: &'s str,
    },
    /// Open a bid.
    Open(&'s Key),
    /// Rank the opened bids.
    Rank,
    /// Name the winner.
    Award,
    /// End it without a winner.
    Fail,
}

/// 障碍 · why a step is impossible, whatever the law says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// The listing has ended.
    Ended,
    /// The seal or key is of another listing.
    OtherListing,
    /// The opening period is over.
    OpeningOver,
    /// The digest is on record for another bidder, or was withdrawn.
    Copied,
    /// Bids are still taken, so none is opened.
    NotClosed,
    /// No bid was sealed with this digest.
    NoSeal,
    /// The bidder has nothing on record that could be withdrawn.
    NothingToWithdraw,
    /// The bid has been opened, and what is in it is known.
    Opened,
    /// The opening period still runs.
    OpeningRuns,
    /// The bids have not been ranked.
    NotRanked,
}

impl Listing {
    /// Whether a step is possible on a day, or the first reason why it is not.
    pub fn admits(&self, step: Step<'_>, today: Date) -> Result<(), Bar> {
        if self.end.is_some() {
            return Err(Bar::Ended);
        }
        match step {
            Step::Seal(seal) => self.admits_seal(seal, today),
            Step::Withdraw { bidder } => self.admits_withdrawal(bidder, today),
            Step::Open(key) => self.admits_opening(key, today),
            Step::Rank if !self.over(today) => Err(Bar::OpeningRuns),
            Step::Award if self.ranked.is_none() => Err(Bar::NotRanked),
            Step::Rank | Step::Award | Step::Fail => Ok(()),
        }
    }

    /// Whether the opening period has passed.
    fn over(&self, today: Date) -> bool {
        today > self.notice.opening_ends_on || self.ranked.is_some()
    }

    /// A late bid is on record as one until the opening ends: what it is worth is for the law to say.
    fn admits_seal(&self, seal: &Seal, today: Date) -> Result<(), Bar> {
        if seal.listing != self.notice.listing {
            return Err(Bar::OtherListing);
        }
        if self.over(today) {
            return Err(Bar::OpeningOver);
        }
        match self.sealed(seal.digest) {
            Some(there) if there.bidder != seal.bidder || there.withdrawn_at.is_some() => Err(Bar::Copied),
            _ => Ok(()),
        }
    }

    fn admits_withdrawal(&self, bidder: &str, today: Date) -> Result<(), Bar> {
        if self.over(today) {
            return Err(Bar::OpeningOver);
        }
        let mut own = self.bids.iter().filter(|bid| bid.bidder == bidder).peekable();
        if own.peek().is_some() && own.clone().any(|bid| bid.opened.is_some()) {
            return Err(Bar::Opened);
        }
        if own.any(|bid| bid.withdrawn_at.is_none()) { Ok(()) } else { Err(Bar::NothingToWithdraw) }
    }

    fn admits_opening(&self, key: &Key, today: Date) -> Result<(), Bar> {
        if key.listing() != self.notice.listing {
            return Err(Bar::OtherListing);
        }
        if today <= self.notice.closes_on {
            return Err(Bar::NotClosed);
        }
        if self.over(today) {
            return Err(Bar::OpeningOver);
        }
        self.of_key(key).map(|_| ()).ok_or(Bar::NoSeal)
    }

    /// The bid that a key opens.
    pub fn of_key(&self, key: &Key) -> Option<&Bid> {
        self.sealed(key.seal().digest).filter(|bid| bid.bidder == key.bidder())
    }
}
