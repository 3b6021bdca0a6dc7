//! A bid as a store knows it, and the facts of it that its moments give.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, tz};

use super::{Key, Notice};
use crate::chain::Digest;
use crate::fold::NOT_HAPPENED;

/// 竞买文件 · a bid from its sealing on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    /// Who bids, by the name or pseudonym on the seal.
    pub bidder: String,
    /// The digest of the key.
    pub digest: Digest,
    /// When it was received, by the store's clock.
    pub received_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// When the same bidder's next bid was received.
    pub next_received_at: Option<Timestamp>,
    /// When it was opened, and what was in it.
    pub opened: Option<(Timestamp, Key)>,
}

/// The day of a moment in China, where the law counts its days.
fn day_of(moment: Timestamp) -> Date {
    tz::Offset::constant(8).to_datetime(moment).date()
}

impl Bid {
    /// The facts that a bid's moments and figures give, as known at the end of a day. What may still
    /// happen and has not is unknown; once its time has passed it has not happened.
    pub fn facts(&self, notice: &Notice, today: Date) -> BTreeMap<String, String> {
        let mut facts = notice.facts.clone();
        let mut say = |name: &str, value: String| drop(facts.insert(name.to_owned(), value));
        say("bid_deadline_on", notice.closes_on.to_string());
        say("bid_opening_ends_on", notice.opening_ends_on.to_string());
        say("bid_received_on", day_of(self.received_at).to_string());
        let lead = notice.closes_at().as_millisecond().saturating_sub(self.received_at.as_millisecond());
        say("bid_lead", lead.to_string());
        let moments = [
            ("bid_withdrawn_on", self.withdrawn_at, notice.closes_on),
            ("bid_next_received_on", self.next_received_at, notice.closes_on),
            ("bid_opened_on", self.opened.as_ref().map(|(at, _)| *at), notice.opening_ends_on),
        ];
        for (name, moment, until) in moments {
            match moment {
                Some(moment) => say(name, day_of(moment).to_string()),
                None if today > until => say(name, NOT_HAPPENED.to_owned()),
                None => {}
            }
        }
        if let Some((_, key)) = &self.opened {
            let complete = notice.asks.iter().all(|name| key.figures().contains_key(name));
            say("bid_complete", if complete { "yes" } else { "no" }.to_owned());
            for (name, value) in key.figures() {
                say(name, value.clone());
            }
        }
        facts
    }
}
