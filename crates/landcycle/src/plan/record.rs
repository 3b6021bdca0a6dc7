//! Plans in the store: adopted, revised, listed and read back. A revision is a new event; the one before
//! stays as it was.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::{Body, Cut, Entry, Event, Ledger, NewEvent, Store, entries};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Checked, Plan, Row, Sheet, Verdict};
use crate::say::{Failure, filled, filled_with, words};
use crate::{clock, store};

/// How the cases of plans begin.
const PLANS: &str = "@plan/";
/// The kinds of events.
const ADOPTED: &str = "plan.adopted/1";
const REVISED: &str = "plan.revised/1";
/// Names in the body of an event, beside facts.
const SHEETS: &str = "plan_sheets";
const ZONE: &str = "plan_zone";
const PACKAGE: &str = "plan_package";
const DESPITE: &str = "plan_despite";
const SET_ASIDE: &str = "plan_set_aside";

/// The case of a plan.
fn case_of(id: &str) -> String {
    format!("{PLANS}{id}")
}

/// 批准 · the adopting of a plan.
#[derive(Debug)]
pub(crate) struct Adoption<'a> {
    /// The plan's id.
    pub(crate) id: &'a str,
    /// The day.
    pub(crate) day: Date,
    /// Who records it.
    pub(crate) by: &'a str,
    /// Where the plan came from.
    pub(crate) origin: &'a str,
    /// The reason to adopt it although constraints that do not bind fail.
    pub(crate) despite: Option<&'a str>,
    /// Now, and today.
    pub(crate) now: (Timestamp, Date),
}

/// The fact that says when a plan was adopted.
pub(super) const ADOPTED_ON: &str = "plan_adopted_on";

/// Whether a text may be the id of a plan.
pub(crate) fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().count() <= 60 && text.chars().all(plain)
}

/// Judges a plan on the day of its adopting, which becomes a fact of it, and adopts it.
pub(crate) fn check_and_adopt(
    library: &Library,
    ledger: &mut Store,
    plan: &mut Plan,
    package: Option<&str>,
    adoption: &Adoption<'_>,
) -> Result<(Event, Checked), Failure> {
    let day = adoption.day.to_string();
    let stated = plan.facts.insert(ADOPTED_ON.to_owned(), day.clone());
    if let Some(stated) = stated.filter(|stated| *stated != day && stated != "none") {
        return Err(Failure::new("plan_other_day", &[("stated", &stated), ("day", &day)]).misuse());
    }
    let checked = super::check(library, plan, package, clock::day_number(adoption.day))?;
    let event = adopt(ledger, plan, &checked, adoption)?;
    Ok((event, checked))
}

/// A version of a plan in the store.
#[derive(Debug)]
pub(crate) struct Revision {
    /// Its event.
    pub(crate) event: Event,
    /// The plan.
    pub(crate) plan: Plan,
    /// The package by whose law it was adopted.
    pub(crate) package: String,
}

/// Adopts a plan, or revises the one that is there. Refused where a constraint that binds fails, and,
/// without a reason, where any does.
pub(crate) fn adopt(
    ledger: &mut Store,
    plan: &Plan,
    checked: &Checked,
    adoption: &Adoption<'_>,
) -> Result<Event, Failure> {
    if adoption.day > adoption.now.1 {
        let values = [("day", adoption.day.to_string()), ("today", adoption.now.1.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Err(Failure::new("plan_ahead", &values));
    }
    allowed(checked, adoption.despite)?;
    let case_id = case_of(adoption.id);
    let failed = |error| store::failure(Path::new(&ledger.name()), &error);
    let events = ledger.events_of(&case_id).map_err(failed)?;
    let last = events.last();
    if let Some(last) = last.filter(|last| adoption.day < last.happened_on) {
        let values = [("day", adoption.day.to_string()), ("last", last.happened_on.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Err(Failure::new("plan_before_last", &values));
    }
    let set_aside: Vec<&str> =
        checked.of(Verdict::Fails).map(|one| checked.law.rules[one.rule].id.as_str()).collect();
    let mut facts: BTreeMap<String, String> = plan.facts.clone();
    // What an earlier version said and this one does not is withdrawn.
    for name in last.iter().flat_map(|last| last.body.facts().map(|(name, _)| name.to_owned())) {
        facts.entry(name).or_default();
    }
    facts.insert(SHEETS.to_owned(), sheets_text(plan));
    facts.insert(ZONE.to_owned(), json!(plan.zone).to_string());
    facts.insert(PACKAGE.to_owned(), checked.law.package().id.clone());
    facts.insert(DESPITE.to_owned(), adoption.despite.unwrap_or_default().to_owned());
    facts.insert(SET_ASIDE.to_owned(), set_aside.join(" "));
    let body = Body::new(facts).map_err(|error| Failure::text(Text::same(error.to_string())))?;
    let said = format!("{case_id} {} {}", adoption.day, body.as_str());
    let mut digest: String = Sha256::digest(said).iter().map(|byte| format!("{byte:02x}")).collect();
    digest.truncate(32);
    let kind = if last.is_some() { REVISED } else { ADOPTED };
    let event = NewEvent {
        case_id: case_id.clone(),
        kind: kind.to_owned(),
        happened_on: adoption.day,
        recorded_at: adoption.now.0,
        actor: adoption.by.to_owned(),
        origin: adoption.origin.to_owned(),
        key: format!("plan:{digest}"),
        package: Some(checked.law.digest.clone()),
        corrects: None,
        body,
    };
    // The same plan, adopted on the same day, is there already.
    if let Some(same) = last.filter(|last| last.key == event.key || last.body == event.body) {
        return Ok(same.clone());
    }
    let guard = Entry::Expect { case_id: case_id.clone(), last_seq: last.map(|last| last.seq) };
    let batch = [guard, Entry::Event(event)];
    ledger.append(&mut entries(batch)).map_err(|error| store::failure(ledger.name(), &error))?;
    let events = ledger.events_of(&case_id).map_err(|error| store::failure(ledger.name(), &error))?;
    events.into_iter().next_back().ok_or_else(|| Failure::new("plan_lost", &[("plan", adoption.id)]))
}

/// Whether what fails allows the adopting.
fn allowed(checked: &Checked, despite: Option<&str>) -> Result<(), Failure> {
    let failing: Vec<_> = checked.of(Verdict::Fails).collect();
    if failing.is_empty() {
        return Ok(());
    }
    let reason = despite.is_some_and(|reason| !reason.trim().is_empty());
    let lines: Vec<Text> = failing
        .iter()
        .map(|one| {
            let key = if one.binds() { "plan_binds" } else { "plan_may_be_set_aside" };
            let equation = one.telling().first().map(|one| one.text.clone()).unwrap_or_default();
            let title = checked.law.rules[one.rule].title.clone();
            filled_with(key, &[("title", title), ("equation", equation)])
        })
        .collect();
    let key = if failing.iter().any(|one| one.binds()) {
        "plan_not_adopted"
    } else if reason {
        return Ok(());
    } else {
        "plan_needs_reason"
    };
    let head = filled(key, &[("count", &failing.len().to_string())]);
    let join = |form: fn(&Text) -> &str| {
        let lines: String = lines.iter().map(|line| format!("\n  {}", form(line))).collect();
        format!("{}{lines}", form(&head))
    };
    Err(Failure::text(Text { zh: join(|text| &text.zh), en: join(|text| &text.en) }))
}

fn sheets_text(plan: &Plan) -> String {
    let sheets = plan.sheets.iter().map(|(sheet, rows)| {
        let rows: Vec<Value> = rows.iter().map(|row| json!({"row": row.row, "values": row.values})).collect();
        (sheet.word().to_owned(), Value::Array(rows))
    });
    Value::Object(sheets.collect::<Map<_, _>>()).to_string()
}

/// Every plan of a store with its versions, the latest last.
pub(crate) fn list(library: &Library, ledger: &Store) -> Result<Vec<(String, Vec<Revision>)>, Failure> {
    let failed = |error| store::failure(ledger.name(), &error);
    let mut found = Vec::new();
    for case in ledger.records(PLANS).map_err(failed)? {
        let events = ledger.events_of(&case).map_err(failed)?;
        let id = case.trim_start_matches(PLANS).to_owned();
        found.push((id, events.into_iter().map(|event| revision(library, event)).collect()));
    }
    Ok(found)
}

/// A plan as it stood on a day.
pub(crate) fn load(library: &Library, ledger: &Store, id: &str, as_of: Date) -> Result<Revision, Failure> {
    let failed = |error| store::failure(ledger.name(), &error);
    let case = case_of(id);
    let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
    let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
    let mut facts = BTreeMap::new();
    ledger
        .fold_case(&case, &cut, &mut |folded| {
            facts = folded
                .facts
                .iter()
                .map(|fact| (fact.name.to_owned(), fact.value.to_string()))
                .filter(|(_, value)| !value.is_empty())
                .collect();
        })
        .map_err(failed)?;
    let events = ledger.events_of(&case).map_err(failed)?;
    let event = events.into_iter().rfind(|event| event.happened_on <= as_of);
    let Some(event) = event else {
        let known = ledger.records(PLANS).map_err(failed)?;
        let known: Vec<&str> = known.iter().map(|case| case.trim_start_matches(PLANS)).collect();
        let day = as_of.to_string();
        let known = if known.is_empty() { words("plan_no_plans").en } else { known.join(", ") };
        return Err(Failure::new("plan_none", &[("plan", id), ("day", &day), ("known", &known)]));
    };
    Ok(of_facts(library, event, facts))
}

fn revision(library: &Library, event: Event) -> Revision {
    let facts = event.body.facts().map(|(name, value)| (name.to_owned(), value.to_string()));
    let facts = facts.filter(|(_, value)| !value.is_empty()).collect();
    of_facts(library, event, facts)
}

fn of_facts(library: &Library, event: Event, mut facts: BTreeMap<String, String>) -> Revision {
    let object = |text: Option<String>| match text.map(|text| serde_json::from_str(&text)) {
        Some(Ok(Value::Object(object))) => object,
        _ => Map::new(),
    };
    let sheets = object(facts.remove(SHEETS));
    let zone = object(facts.remove(ZONE));
    let package = facts.remove(PACKAGE).unwrap_or_default();
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let rows = |value: &Value| {
        let rows = value.as_array().into_iter().flatten();
        rows.map(|row| Row {
            row: row["row"].as_u64().unwrap_or(0),
            values: row["values"].as_object().into_iter().flatten().filter_map(text).collect(),
        })
        .collect::<Vec<_>>()
    };
    let sheets = Sheet::ALL.into_iter().filter_map(|sheet| Some((sheet, rows(sheets.get(sheet.word())?))));
    facts.retain(|name, _| library.vocabulary.fact(name).is_some());
    let plan = Plan {
        sheets: sheets.collect(),
        zone: zone.iter().filter_map(text).collect(),
        facts,
        open: BTreeMap::new(),
    };
    Revision { event, plan, package }
}

impl Revision {
    /// Why it was adopted although constraints failed, and which.
    pub(crate) fn despite(&self) -> Option<(String, String)> {
        let reason = self.event.body.get(DESPITE).filter(|reason| !reason.is_empty())?;
        let rules = self.event.body.get(SET_ASIDE).unwrap_or_default();
        Some((reason.into_owned(), rules.into_owned()))
    }
}
