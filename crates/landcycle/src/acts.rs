//! Acts on a case: what is asked, what the structure of a life and the law say to it, and the event or
//! the refusal that comes of it.
//!
//! *One meaning:* the command, the API, the page and a rehearsal all go through [`decide::decide`].

pub(crate) mod archive;
mod decide;
mod file;
mod judge;
pub(crate) mod refusal;
pub(crate) mod rehearse;
pub(crate) mod replay;
pub(crate) mod table;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::life::{Act, Standing};
use landcycle_ledger::{Entry, Ledger, LedgerError, NewEvent};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

pub(crate) use self::archive::keep as keep_package;
pub(crate) use self::decide::{decide, law_of};
pub(crate) use self::file::File;
pub(crate) use self::judge::{Ground, Judge};
pub(crate) use self::refusal::Refusal;
use crate::cli::tree::{cite_json, text_json};
use crate::say::words;

/// 请求 · an act somebody asks for.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The case.
    pub(crate) case: String,
    /// The act, by name.
    pub(crate) act: String,
    /// The day on which it takes effect.
    pub(crate) day: Date,
    /// Facts given with it, as a person writes them: name or heading, and value.
    pub(crate) given: Vec<(String, String)>,
    /// Who does it.
    pub(crate) by: String,
    /// Where it comes from: a document, a window, a file.
    pub(crate) origin: String,
    /// A name that makes a repetition recognisable; one is made where none is given.
    pub(crate) key: Option<String>,
}

/// 已决 · an act that may be recorded.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    /// What the ledger will remember.
    pub(crate) event: NewEvent,
    /// The case's last event as it was seen.
    pub(crate) last_seq: Option<i64>,
    /// How the case stands after it.
    pub(crate) after: Standing,
    /// What the law said.
    pub(crate) grounds: Vec<Ground>,
}

/// Why an act was not recorded.
#[derive(Debug)]
pub(crate) enum NotDone {
    /// It was refused.
    Refused(Vec<Refusal>),
    /// The store failed.
    Store(LedgerError),
}

/// How often an act is decided anew when others record on the same case in between.
const TRIES: usize = 5;

/// Decides an act and records it. An act that is there already under its key is not recorded twice.
pub(crate) fn perform(
    ledger: &mut dyn Ledger,
    library: &Library,
    judge: &mut Judge,
    request: &Request,
    (now, today): (Timestamp, Date),
) -> Result<Decided, NotDone> {
    for _ in 0..TRIES {
        let file = File::read(ledger, library, &request.case, (request.day, None)).map_err(NotDone::Store)?;
        if let Some(there) = repeated(ledger, library, &file, request)? {
            return Ok(there);
        }
        let decided = decide(&file, library, judge, request, (now, today)).map_err(NotDone::Refused)?;
        archive::keep(ledger, library, decided.event.package.as_deref()).map_err(NotDone::Store)?;
        let guard = Entry::Expect { case_id: request.case.clone(), last_seq: decided.last_seq };
        let entries = [guard, Entry::Event(decided.event.clone())];
        match ledger.append(&mut entries.into_iter().map(Ok)) {
            Ok(_) => return Ok(decided),
            Err(LedgerError::ChangedMeanwhile { .. }) => {}
            Err(error) => return Err(NotDone::Store(error)),
        }
    }
    Err(NotDone::Refused(vec![Refusal::busy(&request.case)]))
}

/// The act as it was recorded before, when the request repeats it: the same key, case, act, day and
/// facts. It is asked for first, since an act that is done may be impossible, or possible again.
fn repeated(
    ledger: &dyn Ledger,
    library: &Library,
    file: &File,
    request: &Request,
) -> Result<Option<Decided>, NotDone> {
    let Some(key) = &request.key else { return Ok(None) };
    let kind = decide::kind(&request.act);
    let events = ledger.events_of(&request.case).map_err(NotDone::Store)?;
    let there = events.into_iter().find(|event| {
        event.key == *key
            && event.kind == kind
            && event.happened_on == request.day
            && decide::says(library, &event.body, &request.given)
    });
    Ok(there.map(|event| Decided {
        last_seq: Some(event.seq),
        after: file.standing,
        grounds: replay::grounds_of(&event.body),
        event: NewEvent {
            case_id: event.case_id,
            kind: event.kind,
            happened_on: event.happened_on,
            recorded_at: event.recorded_at,
            actor: event.actor,
            origin: event.origin,
            key: event.key,
            package: event.package,
            corrects: event.corrects,
            body: event.body,
        },
    }))
}

impl Decided {
    /// For other programs and the page.
    pub(crate) fn json(&self) -> Value {
        let grounds: Vec<Value> = self.grounds.iter().map(Ground::json).collect();
        let facts: BTreeMap<&str, String> = self
            .event
            .body
            .facts()
            .filter(|(name, _)| *name != replay::GROUNDS)
            .map(|(name, value)| (name, value.into_owned()))
            .collect();
        json!({
            "case": self.event.case_id, "kind": self.event.kind,
            "happened_on": self.event.happened_on.to_string(), "key": self.event.key,
            "package": self.event.package, "facts": facts,
            "standing": standing_json(self.after), "grounds": grounds,
        })
    }
}

/// How a case stands, in a line.
pub(crate) fn standing_text(standing: Standing, language: Language) -> String {
    let open: Vec<String> = standing
        .conditions
        .iter()
        .map(|condition| words(&format!("condition_{}", condition.name())).get(language).to_owned())
        .collect();
    let gap = words("list_gap");
    let stage = refusal::stage_title(standing.stage);
    format!("{} [{}]", stage.get(language), open.join(gap.get(language)))
}

/// How a case stands, for other programs and the page.
pub(crate) fn standing_json(standing: Standing) -> Value {
    let open: Vec<Value> = standing
        .conditions
        .iter()
        .map(|condition| {
            let title = words(&format!("condition_{}", condition.name()));
            json!({"name": condition.name(), "title": text_json(&title)})
        })
        .collect();
    let stage = standing.stage;
    let title = text_json(&refusal::stage_title(stage));
    json!({"stage": {"name": stage.name(), "title": title}, "open": open})
}

/// 可行性 · an act on a case: possible, or why the structure of a life does not allow it. What the law
/// says is known when it is tried.
pub(crate) struct Possibility {
    /// The act's name.
    pub(crate) name: String,
    /// Its title.
    pub(crate) title: Text,
    /// Why it is impossible.
    pub(crate) refusal: Option<Refusal>,
    pub(crate) lawful: landcycle_policy::law::conduct::LawfulAct,
}

impl Possibility {
    /// For other programs and the page: with the facts that it asks for and takes.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let vocabulary = &library.vocabulary;
        let act = &self.lawful.act;
        let facts = |names: &[String]| -> Vec<Value> {
            let known = names.iter().filter_map(|name| vocabulary.fact(name));
            known.map(|fact| fact_form(library, fact)).collect()
        };
        let cites: Vec<Value> = self.lawful.cites.iter().map(|cite| cite_json(library, &cite.id)).collect();
        let owner = json!({"id": act.owner, "title": text_json(&vocabulary.department(&act.owner))});
        json!({
            "name": self.name, "title": text_json(&self.title), "owner": owner, "cites": cites,
            "asks": facts(&act.asks), "takes": facts(&act.takes),
            "note": act.note.as_ref().map(text_json),
            "refusal": self.refusal.as_ref().map(|refusal| refusal.json(library)),
        })
    }
}

/// What a form needs to know of a fact.
pub(crate) fn fact_form(library: &Library, fact: &landcycle_policy::vocabulary::Fact) -> Value {
    use landcycle_policy::vocabulary::FactKind;
    let (kind, unit, values) = match &fact.kind {
        FactKind::Number { unit, .. } => {
            ("number", Some(text_json(&library.vocabulary.units.display(*unit))), Vec::new())
        }
        FactKind::Date { .. } => ("date", None, Vec::new()),
        FactKind::YesNo => {
            let of = |code: &str| json!({"code": code, "title": text_json(&words(&format!("flag_{code}")))});
            ("code", None, vec![of("yes"), of("no")])
        }
        FactKind::Code(values) => {
            let each = values.iter().map(|v| json!({"code": v.code, "title": text_json(&v.title)}));
            ("code", None, each.collect())
        }
        FactKind::OpenCode | FactKind::Text => ("text", None, Vec::new()),
    };
    json!({"name": fact.name, "title": text_json(&fact.title), "kind": kind, "unit": unit, "values": values})
}

/// Every act on a case, in the order of a life.
pub(crate) fn possibilities(file: &File, library: &Library) -> Vec<Possibility> {
    let Some(law) = law_of(library, &file.facts) else { return Vec::new() };
    Act::all()
        .filter_map(|act| {
            let lawful = law.acts.get(act.name())?;
            let refusal = decide::possible(file, act, lawful).err();
            Some(Possibility {
                name: act.name().to_owned(),
                title: lawful.act.title.clone(),
                refusal: refusal.and_then(|refusals| refusals.into_iter().next()),
                lawful: lawful.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
