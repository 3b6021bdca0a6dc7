//! Deciding an act: a pure function of the case, the request, the law and the day.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::life::Act;
use landcycle_ledger::{Body, NOT_HAPPENED, NewEvent};
use landcycle_policy::law::Law;
use landcycle_policy::law::conduct::LawfulAct;
use landcycle_policy::package::library::Library;
use landcycle_policy::vocabulary::FactKind;

use super::file::{ACT, standing};
use super::judge::{Judge, Known};
use super::refusal::Refusal;
use super::replay::{self, GROUNDS};
use super::{Decided, File, Request};
use crate::cells::{self, Numbers};
use crate::clock;
use crate::say::filled;

/// The kind of event that records an act.
pub(super) fn kind(act: &str) -> String {
    format!("{ACT}{act}/1")
}

/// The event that an act becomes, or every reason against it. The reasons come in the order of their
/// codes, and what makes the later ones meaningless ends the list.
pub(crate) fn decide(
    file: &File,
    library: &Library,
    judge: &mut Judge,
    request: &Request,
    (now, today): (Timestamp, Date),
) -> Result<Decided, Vec<Refusal>> {
    let no_act = || vec![Refusal::no_act(&request.act)];
    let law = law_of(library, &file.facts).ok_or_else(no_act)?;
    let act = Act::named(&request.act).ok_or_else(no_act)?;
    let lawful = law.acts.get(&request.act).ok_or_else(no_act)?;
    possible(file, act, lawful)?;
    timely(file, request, today, lawful)?;
    let given = read(library, lawful, &request.given)?;
    happened(file, library, request, lawful, &given)?;
    let body = body(lawful, request.day, &given);
    let after = laid_over(&file.facts, body.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    // What the act itself says of the place decides whose law it is.
    let law = law_of(library, &after).ok_or_else(no_act)?;
    let lawful = law.acts.get(&request.act).ok_or_else(no_act)?;
    let day = clock::day_number(request.day);
    let grounds = judge.judge(library, &law, lawful, (&file.facts, &after), day)?;
    // What the law said is part of the record, so that it can be replayed to the same bytes.
    let said = replay::grounds_text(&grounds);
    let facts = body.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = Body::new(facts.chain([(GROUNDS, said.as_str())]));
    let body = body.map_err(|error| vec![Refusal::bad_body(&error.to_string())])?;
    let key = request.key.clone().unwrap_or_else(|| key(request, file.last_seq));
    let event = NewEvent {
        case_id: request.case.clone(),
        kind: kind(&request.act),
        happened_on: request.day,
        recorded_at: now,
        actor: request.by.clone(),
        origin: request.origin.clone(),
        key,
        package: Some(law.digest.clone()),
        corrects: None,
        body,
    };
    Ok(Decided { event, last_seq: file.last_seq, after: standing(&after), grounds })
}

/// Whether an event says what was given, however it was written.
pub(super) fn says(library: &Library, body: &Body, given: &[(String, String)]) -> bool {
    let vocabulary = &library.vocabulary;
    given.iter().all(|(header, value)| {
        let fact = vocabulary.fact(header).or_else(|| vocabulary.by_header(header));
        let read = fact.and_then(|fact| {
            let value = cells::value(library, fact, value, None, Numbers::WithUnits).ok()?;
            Some((fact, value))
        });
        read.is_some_and(|(fact, value)| body.get(&fact.name).unwrap_or_default() == value)
    })
}

/// The law of a case's place.
pub(crate) fn law_of(library: &Library, facts: &Known) -> Option<Arc<Law>> {
    let package = library.package_for(|name| facts.get(name).map(String::as_str));
    package.and_then(|package| library.law(&package.id)).map(Arc::clone)
}

/// Whether the structure of a life allows the act.
pub(crate) fn possible(file: &File, act: Act, lawful: &LawfulAct) -> Result<(), Vec<Refusal>> {
    if act.makes_case() && file.exists {
        return Err(vec![Refusal::case_there(lawful)]);
    }
    if !act.makes_case() && !file.exists {
        return Err(vec![Refusal::no_case(lawful)]);
    }
    file.standing.admits(act).map_err(|bar| vec![Refusal::barred(lawful, bar)])
}

/// Acts are recorded in the order of their days, and not before their day.
fn timely(file: &File, request: &Request, today: Date, lawful: &LawfulAct) -> Result<(), Vec<Refusal>> {
    if request.day > today {
        return Err(vec![Refusal::ahead(lawful, request.day, today)]);
    }
    match file.last_act.filter(|last| request.day < *last) {
        Some(last) => Err(vec![Refusal::before_last(lawful, request.day, last)]),
        None => Ok(()),
    }
}

/// The facts given with an act, canonical, or all that is wrong with them.
fn read(library: &Library, lawful: &LawfulAct, given: &[(String, String)]) -> Result<Known, Vec<Refusal>> {
    let act = &lawful.act;
    let vocabulary = &library.vocabulary;
    let mut known = BTreeMap::new();
    let mut refusals = Vec::new();
    for (header, value) in given {
        let found = vocabulary.fact(header).or_else(|| vocabulary.by_header(header));
        let allowed = |name: &String| act.asks.contains(name) || act.takes.contains(name);
        let Some(fact) = found.filter(|fact| allowed(&fact.name)) else {
            refusals.push(Refusal::not_of_act(lawful, vocabulary, header));
            continue;
        };
        match cells::value(library, fact, value, None, Numbers::WithUnits) {
            Ok(value) => {
                known.insert(fact.name.clone(), value);
            }
            Err(why) => refusals.push(Refusal::bad_value(lawful, fact, why)),
        }
    }
    refusals.sort_by_key(|refusal| refusal.code);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let absent = act.asks.iter().filter(|name| known.get(*name).is_none_or(String::is_empty));
    let asked: Vec<Refusal> =
        absent.filter_map(|name| Some(Refusal::asked(lawful, vocabulary.fact(name)?, vocabulary))).collect();
    if asked.is_empty() { Ok(known) } else { Err(asked) }
}

/// What is said to have happened has happened by the day of the act; and what is on record as having
/// happened is corrected where it is wrong, not denied by a later act.
fn happened(
    file: &File,
    library: &Library,
    request: &Request,
    lawful: &LawfulAct,
    given: &Known,
) -> Result<(), Vec<Refusal>> {
    let occurrences = given.iter().filter_map(|(name, value)| {
        let fact = library.vocabulary.fact(name)?;
        let FactKind::Date { occurrence: true } = fact.kind else { return None };
        let on_record = file.facts.get(name).filter(|known| *known != NOT_HAPPENED);
        let why = match (value.as_str(), on_record, value.parse::<Date>()) {
            (NOT_HAPPENED, Some(known), _) => filled("occurrence_on_record", &[("on", known)]),
            (_, _, Ok(on)) if on > request.day => {
                let day = request.day.to_string();
                filled("occurrence_ahead", &[("on", value), ("day", &day)])
            }
            _ => return None,
        };
        Some(Refusal::bad_value(lawful, fact, why))
    });
    let refusals: Vec<Refusal> = occurrences.collect();
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// Facts with those of an event over them; an empty value withdraws one.
pub(super) fn laid_over<'b>(facts: &Known, body: impl Iterator<Item = (&'b str, &'b str)>) -> Known {
    let mut after = facts.clone();
    for (name, value) in body {
        if value.is_empty() {
            after.remove(name);
        } else {
            after.insert(name.to_owned(), value.to_owned());
        }
    }
    after
}

/// What the event says: the act's own facts, then those given.
fn body(lawful: &LawfulAct, day: Date, given: &Known) -> Known {
    let act = &lawful.act;
    let mut body = BTreeMap::new();
    body.extend(act.clears.iter().map(|name| (name.clone(), String::new())));
    body.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    for (name, from) in &act.copies {
        let mut dates = from.iter().filter_map(|from| given.get(from));
        if let Some(date) = dates.find(|date| !date.is_empty() && *date != NOT_HAPPENED) {
            body.insert(name.clone(), date.clone());
        }
    }
    body.extend(act.sets.iter().cloned());
    body.extend(act.days.iter().map(|name| (name.clone(), day.to_string())));
    body
}

/// One act on a case after one event of it: asked twice from the same view it is one act.
fn key(request: &Request, last_seq: Option<i64>) -> String {
    let after = last_seq.map_or_else(|| "0".to_owned(), |seq| seq.to_string());
    format!("act:{}:{}:{}:{after}", request.case, request.act, request.day)
}
