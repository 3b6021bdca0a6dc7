//! From events to facts: what held on a day, as known at a moment.
//!
//! # The fold
//!
//! The events of a case are taken in the order (`happened_on`, `seq`), those after the day or not
//! yet known left out. A later value of a fact replaces an earlier one; an empty value withdraws the
//! fact. A correction that is known takes the place of the event it corrects: that event's day, that
//! event's place among the events of the day, the correction's own facts, whenever the correction
//! itself was made.
//!
//! # Occurrences
//!
//! Some facts say when something occurred (the caller tells which). Their value is a day or
//! [`NOT_HAPPENED`], and both say less than an ordinary value:
//!
//! - "not happened" reported on D holds on D alone; on any later day the fact is unknown, also when
//!   a date was reported before;
//! - a day after the cut has not come, so it says nothing there: the fact is unknown.
//!
//! Unknown is never "has not happened": an unknown fact is simply absent from the folded case.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::body::{BodyError, Facts};
use crate::error::LedgerError;

/// The value of an occurrence that was reported not to have happened.
pub const NOT_HAPPENED: &str = "none";

/// Where the record is cut: what had happened by a day, of what was known at a moment.
#[derive(Clone, Copy)]
pub struct Cut<'a> {
    /// The day, counted to its end.
    pub as_of: Date,
    /// The moment; without one, all that is known.
    pub known_at: Option<Timestamp>,
    /// Which facts are occurrences. Asked only about values that are dates or [`NOT_HAPPENED`].
    pub is_occurrence: &'a dyn Fn(&str) -> bool,
}

/// A case at a cut.
#[derive(Clone, Copy, Debug)]
pub struct FoldedCase<'a> {
    /// The case.
    pub case_id: &'a str,
    /// What is known, by name.
    pub facts: &'a [FoldedFact<'a>],
}

/// A fact that holds at a cut, and the event it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedFact<'a> {
    /// The first bytes of the name, to compare most names in one step.
    start: u64,
    /// Its name.
    pub name: &'a str,
    /// Its value; never empty.
    pub value: Cow<'a, str>,
    /// The event that reported it; of a corrected event, the correction.
    pub seq: i64,
    /// The day it took effect.
    pub happened_on: Date,
}

impl FoldedFact<'_> {
    fn order(&self, start: u64, name: &str) -> Ordering {
        self.start.cmp(&start).then_with(|| self.name.cmp(name))
    }
}

/// The first eight bytes of a name, in the order of names.
fn start_of(name: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = name.len().min(bytes.len());
    bytes[..length].copy_from_slice(&name.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

impl<'a> FoldedCase<'a> {
    /// A fact, if it is known.
    pub fn get(&self, name: &str) -> Option<&'a FoldedFact<'a>> {
        let start = start_of(name);
        let index = self.facts.binary_search_by(|fact| fact.order(start, name)).ok()?;
        self.facts.get(index)
    }
}

/// Gathers the known events of one case, then folds them. Reused from case to case, so that
/// walking a province allocates once a case, not once an event.
#[derive(Default)]
pub(crate) struct Gathered {
    bodies: String,
    events: Vec<Slot>,
}

struct Slot {
    seq: i64,
    /// Place among the events of a day: of a correction, the place of what it corrects.
    place: i64,
    happened_on: Date,
    body: Range<usize>,
    replaced: bool,
}

impl Gathered {
    /// Forgets the case gathered before.
    pub(crate) fn clear(&mut self) {
        self.bodies.clear();
        self.events.clear();
    }

    /// Takes an event that is known at the cut. Events come in the order of `seq`.
    pub(crate) fn push(&mut self, seq: i64, happened_on: Date, corrects: Option<i64>, body: &str) {
        let start = self.bodies.len();
        self.bodies.push_str(body);
        let mut slot = Slot { seq, place: seq, happened_on, body: start..self.bodies.len(), replaced: false };
        // What is corrected is known whenever the correction is: the ledger records no correction
        // as earlier than its mistake.
        let corrected =
            corrects.and_then(|seq| self.events.binary_search_by_key(&seq, |event| event.seq).ok());
        if let Some(corrected) = corrected.and_then(|index| self.events.get_mut(index)) {
            corrected.replaced = true;
            slot.place = corrected.place;
            slot.happened_on = corrected.happened_on;
        }
        self.events.push(slot);
    }

    /// Folds what was gathered and shows it; says whether there was anything to show.
    pub(crate) fn show(
        &mut self,
        case_id: &str,
        day: &Day<'_>,
        visitor: &mut dyn FnMut(&FoldedCase<'_>),
    ) -> Result<bool, LedgerError> {
        self.events.retain(|event| !event.replaced && event.happened_on <= day.as_of);
        if self.events.is_empty() {
            return Ok(false);
        }
        self.events.sort_unstable_by_key(|event| (event.happened_on, event.place));
        let mut facts = Vec::with_capacity(24);
        for event in &self.events {
            merge(&mut facts, event, &self.bodies[event.body.clone()], day).map_err(|error| {
                LedgerError::Unreadable { seq: event.seq, what: format!("body: {error}") }
            })?;
        }
        visitor(&FoldedCase { case_id, facts: &facts });
        Ok(true)
    }
}

/// The day of a cut, spelled once for all comparisons with dates in bodies.
pub(crate) struct Day<'a> {
    as_of: Date,
    text: String,
    is_occurrence: &'a dyn Fn(&str) -> bool,
}

impl<'a> Day<'a> {
    pub(crate) fn of(cut: &Cut<'a>) -> Self {
        Self { as_of: cut.as_of, text: cut.as_of.to_string(), is_occurrence: cut.is_occurrence }
    }

    /// Whether a value reported on a day holds at the cut.
    fn holds(&self, name: &str, value: &str, happened_on: Date) -> bool {
        if value.is_empty() {
            false
        } else if value == NOT_HAPPENED {
            happened_on == self.as_of || !(self.is_occurrence)(name)
        } else if is_day(value) && value > self.text.as_str() {
            !(self.is_occurrence)(name)
        } else {
            true
        }
    }
}

/// Whether a text has the shape of an ISO day; two such texts sort as their days do.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Lays the facts of one event over those that stand, by name.
fn merge<'a>(
    facts: &mut Vec<FoldedFact<'a>>,
    event: &Slot,
    body: &'a str,
    day: &Day<'_>,
) -> Result<(), BodyError> {
    // Names come sorted, so each search starts where the last one ended.
    let mut from = 0;
    for fact in Facts::new(body) {
        let (name, value) = fact?;
        let holds = day.holds(name, &value, event.happened_on);
        let start = start_of(name);
        let found = match facts.get(from..) {
            Some([]) | None => Err(0),
            Some(rest) => rest.binary_search_by(|fact| fact.order(start, name)),
        };
        let folded = FoldedFact { start, name, value, seq: event.seq, happened_on: event.happened_on };
        match (found, holds) {
            (Ok(index), true) => {
                facts[from + index] = folded;
                from += index + 1;
            }
            (Ok(index), false) => {
                facts.remove(from + index);
                from += index;
            }
            (Err(index), true) => {
                facts.insert(from + index, folded);
                from += index + 1;
            }
            (Err(index), false) => from += index,
        }
    }
    Ok(())
}
