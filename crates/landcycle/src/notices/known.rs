//! What is known of cases and their notices: from the events of the store, and from the rows read.
//!
//! A notice is told by its case and the day of its event. The layer of parcels is never asked: it is
//! a view that people edit in GIS programs.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::civil::Date;
use landcycle_ledger::{Event, LedgerError, Store};
use sha2::{Digest, Sha256};

/// The kind of event that a notice becomes.
pub(super) const KIND: &str = "notice.published/1";

/// Facts and values of a notice, by name.
pub(super) type Facts<'n> = BTreeMap<&'n str, String>;

/// The cases of a store and their notices.
#[derive(Default)]
pub(super) struct Known {
    cases: HashMap<String, Case>,
}

#[derive(Default)]
struct Case {
    identity: String,
    /// It is in the store.
    stored: bool,
    /// A case has one, or a few.
    notices: Vec<Notice>,
    last_day: Option<Date>,
    /// The last row of this file that is about it.
    row: Option<(u64, Date)>,
}

struct Notice {
    day: Date,
    key: String,
    content: Content,
    /// The row of this file that says it, and traces of what it says.
    row: Option<(u64, Box<[(u64, u64)]>)>,
}

/// What a notice says, shortly: told apart within one store and one file, never kept.
type Content = (u64, usize);

fn content(body: &str) -> Content {
    (trace(body), body.len())
}

/// What a row does to its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// The case is new.
    New,
    /// The case is known, and the row says something else or more of it.
    Changed,
    /// All of it is known.
    Same,
}

impl Change {
    /// Its name in data.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// How a row stands to what is known.
pub(super) enum Standing {
    /// It may be recorded.
    Good {
        /// The idempotency key of its event.
        key: String,
        /// Whether no later notice of the case is known, so that a map shows this one.
        latest: bool,
        /// An earlier row about the case with another day.
        other_day: Option<(u64, Date)>,
    },
    /// A row before it says something else about the same notice.
    Contradicts {
        /// That row.
        row: u64,
        /// Traces of the names of the facts in which they differ.
        facts: Vec<u64>,
    },
}

impl Known {
    /// Reads what the events of a store say. A case is told by its first notice; without one, by
    /// its first event.
    pub(super) fn of(ledger: &Store, parts: &[String]) -> Result<Self, LedgerError> {
        let mut known = Self::default();
        let fresh =
            |event: &Event| Case { identity: identity_of(event, parts), stored: true, ..Case::default() };
        ledger.events_of_kind(KIND, &mut |event| {
            let case = known.cases.entry(event.case_id.clone()).or_insert_with(|| fresh(&event));
            case.last_day = case.last_day.max(Some(event.happened_on));
            let content = content(event.body.as_str());
            case.put(Notice { day: event.happened_on, key: event.key, content, row: None });
        })?;
        ledger.first_events_but(KIND, &mut |event| {
            known.cases.entry(event.case_id.clone()).or_insert_with(|| fresh(&event));
        })?;
        Ok(known)
    }

    /// The supervision number; where two different notices bear one number, the second gets a mark
    /// made of what tells them apart, the same whenever the file is read.
    pub(super) fn case_id(&mut self, number: &str, identity: &str) -> String {
        let fresh = || Case { identity: identity.to_owned(), ..Case::default() };
        let case_id = match self.cases.get(number) {
            Some(case) if case.identity == identity => return number.to_owned(),
            Some(_) => {
                let mark = digest(&[identity]);
                format!("{number}~{}", mark.get(..8).unwrap_or(&mark))
            }
            None => number.to_owned(),
        };
        self.cases.entry(case_id.clone()).or_insert_with(fresh);
        case_id
    }

    /// What a row does to its case, before it is remembered.
    pub(super) fn change(&self, case_id: &str, day: Date, body: &str) -> Change {
        let Some(case) = self.cases.get(case_id) else { return Change::New };
        let there = case.notices.iter().find(|notice| notice.day == day);
        match there {
            Some(notice) if notice.content == content(body) => Change::Same,
            None if !case.stored && case.notices.is_empty() => Change::New,
            _ => Change::Changed,
        }
    }

    /// Compares a row with what is known, and remembers it if it may be recorded.
    pub(super) fn stand(
        &mut self,
        case_id: &str,
        day: Date,
        row: u64,
        facts: &Facts<'_>,
        body: &str,
    ) -> Standing {
        let content = content(body);
        let case = self.cases.entry(case_id.to_owned()).or_default();
        let there = case.notices.iter().find(|notice| notice.day == day);
        if let Some(Notice { row: Some((first, traces)), content: said, .. }) = there
            && *said != content
        {
            return Standing::Contradicts { row: *first, facts: differing(traces, facts) };
        }
        let key = match there {
            Some(notice) if notice.content == content => notice.key.clone(),
            // Built on what it replaces: a notice may go back to what it said before.
            Some(notice) => key(&[case_id, body, &notice.key]),
            None => key(&[case_id, body]),
        };
        let row_said = there.and_then(|notice| notice.row.clone()).or_else(|| Some((row, traces(facts))));
        case.put(Notice { day, key: key.clone(), content, row: row_said });
        let other_day = case.row.filter(|(_, before)| *before != day);
        case.row = Some((row, day));
        let latest = case.last_day.is_none_or(|last| last <= day);
        case.last_day = case.last_day.max(Some(day));
        Standing::Good { key, latest, other_day }
    }
}

impl Case {
    /// Puts a notice in the place of the one of its day.
    fn put(&mut self, notice: Notice) {
        match self.notices.iter_mut().find(|there| there.day == notice.day) {
            Some(there) => *there = notice,
            None => self.notices.push(notice),
        }
    }
}

fn identity_of(event: &Event, parts: &[String]) -> String {
    let parts: Vec<_> = parts.iter().map(|name| event.body.get(name).unwrap_or_default()).collect();
    identity(parts.iter().map(|part| &**part))
}

/// What tells notices under one number apart, in one text.
pub(super) fn identity<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    parts.collect::<Vec<_>>().join("\u{1f}")
}

fn key(parts: &[&str]) -> String {
    format!("notice:{}", digest(parts))
}

/// Enough of each fact to tell whether another row says the same.
fn traces(facts: &Facts<'_>) -> Box<[(u64, u64)]> {
    facts.iter().map(|(name, value)| (trace(name), trace(value))).collect()
}

/// A trace of a text: names and values of a million rows would be much to keep.
pub(super) fn trace(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The facts that two rows do not say alike.
fn differing(there: &[(u64, u64)], facts: &Facts<'_>) -> Vec<u64> {
    let here = traces(facts);
    let alone = |one: &[(u64, u64)], other: &[(u64, u64)]| -> Vec<u64> {
        one.iter().filter(|fact| !other.contains(fact)).map(|(name, _)| *name).collect()
    };
    let mut names = alone(there, &here);
    names.extend(alone(&here, there));
    names
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let hex =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
    hash.finalize().iter().take(16).flat_map(hex).collect()
}
