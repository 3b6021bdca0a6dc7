//! Replaying a decision: the facts as they were known when it was made, the law as it was kept with it,
//! and what comes out, against what was recorded.

use jiff::Timestamp;
use landcycle_ledger::{Event, Ledger};
use landcycle_policy::package::library::Library;
use serde_json::{Value, json};

use super::archive::kept;
use super::decide::law_of;
use super::judge::Known;
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
    let each: Vec<Value> = grounds
        .iter()
        .map(|ground| {
            let Ground { rule, outcome, cites, grade } = ground;
            json!({"rule": rule, "outcome": outcome, "cites": cites, "grade": grade})
        })
        .collect();
    Value::Array(each).to_string()
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
    // All that was recorded before it was known; the act itself was not.
    let before =
        Timestamp::from_millisecond(event.recorded_at.as_millisecond() - 1).unwrap_or(Timestamp::MIN);
    let file = File::read(ledger, library, &event.case_id, (event.happened_on, Some(before)));
    let file = file.map_err(|error| Failure::new("store_other", &[("what", &error.to_string())]))?;
    let mut after: Known = file.facts.clone();
    for (name, value) in event.body.facts().filter(|(name, _)| *name != GROUNDS) {
        if value.is_empty() {
            after.remove(name);
        } else {
            after.insert(name.to_owned(), value.into_owned());
        }
    }
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
