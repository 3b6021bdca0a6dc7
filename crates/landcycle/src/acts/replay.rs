//! Replaying a decision: the facts as they were known when it was made, the law as it was kept with it,
//! and what comes out, against what was recorded.

use std::collections::BTreeMap;

use landcycle_ledger::{Body, Event, Ledger, LedgerError, MemoryLedger, NewEvent, entries};
use landcycle_policy::package::library::Library;
use serde_json::{Value, json};

use super::archive::kept;
use super::decide::{laid_over, law_of};
use super::{File, Ground, Judge};
use crate::clock;
use crate::say::Failure;

/// The name under which an act's event keeps what the law said.
pub(crate) const GROUNDS: &str = "§grounds";

/// 重演 · what was recorded of a decision, and what comes out again.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// The package's digest.
    pub(crate) digest: String,
    /// What was recorded.
    pub(crate) there: String,
    /// What came out again.
    pub(crate) again: String,
    /// Rules that were run.
    pub(crate) rules: usize,
}

/// The words of grounds: always the same bytes for the same grounds.
pub(super) fn grounds_text(grounds: &[Ground]) -> String {
    Value::Array(grounds.iter().map(Ground::json).collect()).to_string()
}

/// The grounds that an event keeps.
pub(super) fn grounds_of(body: &Body) -> Vec<Ground> {
    let kept = body.get(GROUNDS).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let each = kept.as_ref().and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    each.map(|ground| Ground {
        rule: text(&ground["rule"]),
        outcome: text(&ground["outcome"]),
        cites: ground["cites"].as_array().into_iter().flatten().map(text).collect(),
        grade: text(&ground["grade"]),
    })
    .collect()
}

/// The case as it was when an event was recorded: all that came before it in the chain, whatever the
/// clocks of those who recorded said.
fn before(ledger: &dyn Ledger, library: &Library, event: &Event) -> Result<File, LedgerError> {
    let mut then = MemoryLedger::new();
    let mut places: BTreeMap<i64, i64> = BTreeMap::new();
    let earlier = ledger.events_of(&event.case_id)?;
    let earlier = earlier.into_iter().filter(|other| other.seq < event.seq).map(|other| {
        places.insert(other.seq, places.len() as i64 + 1);
        NewEvent {
            case_id: other.case_id,
            kind: other.kind,
            happened_on: other.happened_on,
            recorded_at: other.recorded_at,
            actor: other.actor,
            origin: other.origin,
            key: other.key,
            package: other.package,
            corrects: other.corrects.and_then(|seq| places.get(&seq).copied()),
            body: other.body,
        }
    });
    let earlier: Vec<NewEvent> = earlier.collect();
    then.append(&mut entries(earlier))?;
    File::read(&then, library, &event.case_id, (event.happened_on, None))
}

/// Replays an act. `library` stands in where the store keeps no package of that time.
pub(crate) fn replay(ledger: &dyn Ledger, library: &Library, event: &Event) -> Result<Replayed, Failure> {
    let seq = event.seq.to_string();
    let no_act = || Failure::new("replay_no_act", &[("seq", &seq), ("kind", &event.kind)]);
    let act = event.kind.strip_prefix(super::file::ACT).and_then(|rest| rest.split('/').next());
    let (Some(act), Some(digest), Some(there)) = (act, &event.package, event.body.get(GROUNDS)) else {
        return Err(no_act());
    };
    let archived = kept(ledger, digest)?;
    let here = |library: &Library| library.laws().any(|(_, law)| law.digest == *digest);
    let library = match &archived {
        Some(archived) => archived,
        None if here(library) => library,
        None => return Err(Failure::new("replay_no_package", &[("digest", digest)])),
    };
    let file = before(ledger, library, event)
        .map_err(|error| Failure::new("store_other", &[("what", &error.to_string())]))?;
    let said = event.body.facts().filter(|(name, _)| *name != GROUNDS);
    let said: Vec<(&str, String)> = said.map(|(name, value)| (name, value.into_owned())).collect();
    let after = laid_over(&file.facts, said.iter().map(|(name, value)| (*name, value.as_str())));
    let law = law_of(library, &after).ok_or_else(no_act)?;
    let lawful = law.acts.get(act).ok_or_else(no_act)?;
    let day = clock::day_number(event.happened_on);
    let judged = Judge::default().judge(library, &law, lawful, (&file.facts, &after), day);
    let again = match &judged {
        Ok(grounds) => grounds_text(grounds),
        Err(refusals) => {
            let codes: Vec<String> = refusals.iter().map(|refusal| refusal.code.text()).collect();
            json!({"refused": codes}).to_string()
        }
    };
    let rules = judged.map_or(0, |grounds| grounds.len());
    Ok(Replayed { digest: digest.clone(), there: there.into_owned(), again, rules })
}
