//! Stages: few, and exclusive.

use crate::fold::NOT_HAPPENED;

/// 阶段 · where a right is between reserve and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nothing is recorded that places it.
    Unplaced,
    /// In the reserve.
    Reserved,
    /// Offered to the public.
    Offered,
    /// A contract is signed.
    Contracted,
    /// Works have started.
    Building,
    /// Works are complete.
    Completed,
    /// In production.
    Operating,
    /// The right has ended.
    Ended,
}

impl Stage {
    /// All stages in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Unplaced,
        Self::Reserved,
        Self::Offered,
        Self::Contracted,
        Self::Building,
        Self::Completed,
        Self::Operating,
        Self::Ended,
    ];

    /// The occurrences with which a right ends.
    pub const ENDS: [&'static str; 3] = ["exit_on", "expired_on", "bought_back_on"];

    /// Its name in data and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unplaced => "unplaced",
            Self::Reserved => "reserved",
            Self::Offered => "offered",
            Self::Contracted => "contracted",
            Self::Building => "building",
            Self::Completed => "completed",
            Self::Operating => "operating",
            Self::Ended => "ended",
        }
    }

    /// The furthest stage that a known fact shows.
    pub fn of<'f>(fact: &dyn Fn(&str) -> Option<&'f str>) -> Self {
        let happened = |name: &str| happened(fact, name);
        if Self::ENDS.into_iter().any(happened) {
            Self::Ended
        } else if happened("produced_on") {
            Self::Operating
        } else if happened("completed_on") {
            Self::Completed
        } else if happened("started_on") {
            Self::Building
        } else if happened("signed_on") {
            Self::Contracted
        } else if happened("offered_on") && !happened("offer_withdrawn_on") {
            Self::Offered
        } else if happened("reserved_on") {
            Self::Reserved
        } else {
            Self::Unplaced
        }
    }
}

/// Whether an occurrence is known to have happened.
pub(super) fn happened<'f>(fact: &dyn Fn(&str) -> Option<&'f str>, name: &str) -> bool {
    fact(name).is_some_and(|value| value != NOT_HAPPENED)
}
