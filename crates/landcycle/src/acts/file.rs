//! A case as an act finds it: its facts on the day, how it stands, and what came last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::life::Standing;
use landcycle_ledger::{Cut, Ledger, LedgerError};
use landcycle_policy::package::library::Library;

use super::replay::GROUNDS;
use crate::store;

/// 档案现状 · a case on a day.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Whether any event is recorded of it, on whatever day.
    pub(crate) exists: bool,
    /// Its known facts, canonical.
    pub(crate) facts: BTreeMap<String, String>,
    /// How it stands.
    pub(crate) standing: Standing,
    /// The day of its last act.
    pub(crate) last_act: Option<Date>,
    /// Its last event.
    pub(crate) last_seq: Option<i64>,
}

/// How the kinds of events that record acts begin.
pub(crate) const ACT: &str = "act.";

impl File {
    /// Reads a case as it stood on a day, as known at a moment, or now.
    pub(crate) fn read(
        ledger: &dyn Ledger,
        library: &Library,
        case: &str,
        (day, known_at): (Date, Option<Timestamp>),
    ) -> Result<Self, LedgerError> {
        let mut events = ledger.events_of(case)?;
        events.retain(|event| known_at.is_none_or(|known_at| event.recorded_at <= known_at));
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let cut = Cut { as_of: day, known_at, is_occurrence: &occurrence };
        let mut facts = BTreeMap::new();
        ledger.fold_case(case, &cut, &mut |folded| {
            let known = folded.facts.iter().filter(|fact| fact.name != GROUNDS);
            let known = known.map(|fact| (fact.name.to_owned(), fact.value.to_string()));
            facts = known.collect();
        })?;
        let acts = events.iter().filter(|event| event.kind.starts_with(ACT));
        Ok(Self {
            exists: !events.is_empty(),
            standing: standing(&facts),
            facts,
            last_act: acts.map(|event| event.happened_on).max(),
            last_seq: events.last().map(|event| event.seq),
        })
    }
}

/// How a case with these facts stands.
pub(crate) fn standing(facts: &BTreeMap<String, String>) -> Standing {
    Standing::of(&|name| facts.get(name).map(String::as_str).filter(|value| !value.is_empty()))
}
