//! Events: what callers hand in, and what the ledger keeps of it.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::body::Body;
use crate::chain::{Covered, Digest};

/// Kinds of correction, without their version.
const CORRECTION: &str = "event.corrected/";

/// Bytes of the longest case and key: an index of PostgreSQL holds no entry over 2,704.
pub(crate) const LONGEST: usize = 2_000;

/// What a caller asks the ledger to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The case it belongs to.
    pub case_id: String,
    /// What happened, with the version of the form: `notice.published/1`.
    pub kind: String,
    /// The day it took effect.
    pub happened_on: Date,
    /// The moment the ledger was told, UTC. Kept to the millisecond, the finest a `GeoPackage` holds.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// Where it came from: file, sheet, row.
    pub origin: String,
    /// Idempotency key, unique in the store.
    pub key: String,
    /// Digest of the package it was decided under, if a rule decided it.
    pub package: Option<String>,
    /// The event that this one corrects; with the kind `event.corrected/1` and no other.
    pub corrects: Option<i64>,
    /// Facts and their values.
    pub body: Body,
}

/// An event as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Place in the store's one chain: 1, 2, 3 …
    pub seq: i64,
    /// The case it belongs to.
    pub case_id: String,
    /// What happened, with the version of the form.
    pub kind: String,
    /// The day it took effect.
    pub happened_on: Date,
    /// The moment the ledger was told, UTC, in whole milliseconds.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub actor: String,
    /// Where it came from: file, sheet, row.
    pub origin: String,
    /// Idempotency key, unique in the store.
    pub key: String,
    /// Digest of the package it was decided under, if a rule decided it.
    pub package: Option<String>,
    /// The event that this one corrects.
    pub corrects: Option<i64>,
    /// Facts and their values.
    pub body: Body,
    /// Digest of the event before this one in the store.
    pub previous: Digest,
    /// Digest of this event; the module `chain` says of what.
    pub digest: Digest,
}

/// Why an event cannot be recorded as it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEvent {
    /// A field that must say something is empty.
    #[error("its {0} is empty")]
    Empty(&'static str),
    /// A text holds U+0000, which spreadsheets and GIS programs cut texts at.
    #[error("its {0} holds the character U+0000")]
    Nul(&'static str),
    /// A field that stores look up by is longer than all of them can.
    #[error("its {0} is longer than {LONGEST} bytes")]
    TooLong(&'static str),
    /// The kind does not end in a version.
    #[error("its kind {0:?} has no version; write it as `notice.published/1`")]
    Unversioned(String),
    /// A year that does not sort as text.
    #[error("its {0} lies outside the years 1 to 9999")]
    Year(&'static str),
    /// `corrects` and the kind contradict each other.
    #[error("an event names the one it corrects if and only if its kind is `{CORRECTION}1`")]
    Correction,
    /// The corrected event is not there.
    #[error("it corrects event {0}, which does not exist")]
    CorrectsNothing(i64),
    /// The corrected event is another case's.
    #[error("it corrects event {seq}, which belongs to the case {case_id}")]
    CorrectsOtherCase {
        /// The event it names.
        seq: i64,
        /// The case that event belongs to.
        case_id: String,
    },
    /// The corrected event was corrected before; corrections form a line.
    #[error("it corrects event {seq}, which event {by} has corrected; correct event {by}")]
    CorrectedAlready {
        /// The event it names.
        seq: i64,
        /// The correction that stands.
        by: i64,
    },
    /// The correction claims to have been known before the mistake was.
    #[error("it is recorded before event {0}, which it corrects")]
    CorrectsTheFuture(i64),
}

impl NewEvent {
    /// Checks all that can be checked without the store.
    pub(crate) fn check(&self) -> Result<(), InvalidEvent> {
        let texts = [
            ("case_id", &self.case_id),
            ("kind", &self.kind),
            ("actor", &self.actor),
            ("key", &self.key),
            ("origin", &self.origin),
        ];
        for (field, text) in texts {
            if text.is_empty() && field != "origin" {
                return Err(InvalidEvent::Empty(field));
            }
            if text.contains('\0') {
                return Err(InvalidEvent::Nul(field));
            }
        }
        for (field, text) in [("case_id", &self.case_id), ("key", &self.key)] {
            if text.len() > LONGEST {
                return Err(InvalidEvent::TooLong(field));
            }
        }
        match self.package.as_deref() {
            Some("") => return Err(InvalidEvent::Empty("package")),
            Some(package) if package.contains('\0') => return Err(InvalidEvent::Nul("package")),
            _ => {}
        }
        let version = self.kind.rsplit_once('/').map_or("", |(_, version)| version);
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidEvent::Unversioned(self.kind.clone()));
        }
        if self.happened_on.year() < 1 {
            return Err(InvalidEvent::Year("happened_on"));
        }
        if moment_text(self.recorded_at).len() != MOMENT_LENGTH || self.recorded_at < first_moment() {
            return Err(InvalidEvent::Year("recorded_at"));
        }
        if self.corrects.is_some() != self.kind.starts_with(CORRECTION) {
            return Err(InvalidEvent::Correction);
        }
        Ok(())
    }

    /// Gives the event its place in the chain.
    pub(crate) fn seal(self, seq: i64, previous: Digest) -> Event {
        let mut event = Event {
            seq,
            case_id: self.case_id,
            kind: self.kind,
            happened_on: self.happened_on,
            recorded_at: whole_milliseconds(self.recorded_at),
            actor: self.actor,
            origin: self.origin,
            key: self.key,
            package: self.package,
            corrects: self.corrects,
            body: self.body,
            previous,
            digest: Digest::START,
        };
        event.digest = event.expected_digest();
        event
    }
}

impl Event {
    /// The digest this event must have, computed from its fields and the digest before it.
    pub fn expected_digest(&self) -> Digest {
        Covered {
            seq: self.seq,
            case_id: &self.case_id,
            kind: &self.kind,
            happened_on: &self.happened_on.to_string(),
            recorded_at: &moment_text(self.recorded_at),
            actor: &self.actor,
            origin: &self.origin,
            key: &self.key,
            package: self.package.as_deref(),
            corrects: self.corrects,
            body: self.body.as_str(),
        }
        .digest(self.previous)
    }
}

const MOMENT_LENGTH: usize = "2026-11-23T08:00:00.000Z".len();

/// A moment as it is stored and hashed: of fixed width, so that texts sort as moments do.
pub(crate) fn moment_text(moment: Timestamp) -> String {
    format!("{:.3}", whole_milliseconds(moment))
}

/// The millisecond a moment lies in.
pub(crate) fn whole_milliseconds(moment: Timestamp) -> Timestamp {
    let milliseconds = moment.as_nanosecond().div_euclid(1_000_000);
    // The floor of a moment that exists is later than the first one, or is that one.
    Timestamp::from_millisecond(milliseconds as i64).unwrap_or(Timestamp::MIN)
}

/// The start of the year 1.
fn first_moment() -> Timestamp {
    const YEAR_ONE_SECONDS: i64 = -62_135_596_800;
    Timestamp::from_second(YEAR_ONE_SECONDS).unwrap_or(Timestamp::MIN)
}
