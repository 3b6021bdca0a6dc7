//! Answers of desks as JSON, for the page and other programs.

use landcycle_policy::law::conduct::LawfulDesk;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::State;
use landcycle_policy::program::explain::equation::Equation;
use serde_json::{Value, json};

use super::answer::{Answer, Line, Use};
use super::diagnosis::beside;
use super::forms::Compared;
use super::mix::{Room, Tested, change_text, room_text};
use super::screen::Screened;
use crate::cli::tree::{cite_json, text_json};

/// The word of a state.
pub(crate) fn state(state: State) -> &'static str {
    match state {
        State::Known => "known",
        State::Unknown => "unknown",
        State::NotApplicable => "not_applicable",
        State::Undefined => "undefined",
    }
}

fn cites(library: &Library, cites: &[String]) -> Vec<Value> {
    cites.iter().map(|cite| cite_json(library, cite)).collect()
}

/// An answer with its lines; with the whole tree where it is wanted.
pub(crate) fn answer(library: &Library, answer: &Answer, tree: bool) -> Value {
    let mut value = json!({
        "rule": answer.rule,
        "title": text_json(&answer.title),
        "owner": text_json(&library.vocabulary.department(&answer.owner)),
        "state": state(answer.state),
        "value": answer.raw,
        "text": text_json(&answer.shown),
        "grade": answer.grade.map(Grade::word),
        "cites": cites(library, &answer.cites),
        "missing": answer.missing.iter().map(|fact| missing(library, *fact)).collect::<Vec<_>>(),
        "lines": answer.lines.iter().map(|one| line(library, one)).collect::<Vec<_>>(),
    });
    if let (true, Value::Object(object)) = (tree, &mut value) {
        object.insert("explanation".into(), answer.tree.clone());
    }
    value
}

fn missing(library: &Library, fact: usize) -> Value {
    let fact = &library.vocabulary.facts()[fact];
    json!({
        "name": fact.name, "title": text_json(&fact.title),
        "owner": text_json(&library.vocabulary.department(&fact.owner)),
    })
}

fn line(library: &Library, line: &Line) -> Value {
    json!({
        "depth": line.depth,
        "title": text_json(&line.title),
        "formula": line.formula,
        "state": state(line.state),
        "value": line.raw,
        "text": text_json(&line.shown),
        "version": text_json(&line.version),
        "grade": line.grade.map(Grade::word),
        "cites": cites(library, &line.cites),
        "note": line.note.as_ref().map(text_json),
        "uses": line.uses.iter().map(|one| used(library, one)).collect::<Vec<_>>(),
    })
}

fn used(library: &Library, used: &Use) -> Value {
    json!({
        "title": text_json(&used.title),
        "text": text_json(&used.shown),
        "fact": used.fact.map(|fact| library.vocabulary.facts()[fact].name.as_str()),
        "set_by": used.set_by.as_ref().map(|(layer, from)| json!({"layer": text_json(layer), "from": from})),
        "grade": used.grade.map(Grade::word),
        "cites": cites(library, &used.cites),
        "illustrative": used.illustrative.as_ref().map(text_json),
    })
}

/// Forms held against each other.
pub(crate) fn compared(library: &Library, forms: &[Compared]) -> Vec<Value> {
    let one = |form: &Compared| {
        json!({
            "name": form.name,
            "title": text_json(&form.title),
            "given": form.given.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>(),
            "cites": cites(library, &form.cites),
            "illustrative": form.illustrative.as_ref().map(text_json),
            "answers": form.answers.iter().map(|one| answer(library, one, false)).collect::<Vec<_>>(),
        })
    };
    forms.iter().map(one).collect()
}

fn equation(library: &Library, equation: &Equation) -> Value {
    json!({
        "text": text_json(&equation.text),
        "holds": equation.holds,
        "sides": equation.sides.as_ref().map(|sides| json!({
            "left": sides.left.to_string(), "wanted": sides.wanted, "right": sides.right.to_string(),
            "unit": text_json(&sides.unit),
        })),
        "margin": equation.margin.as_ref().map(|margin| text_json(&margin.text)),
        "cites": cites(library, &equation.cites),
    })
}

/// A screening.
pub(crate) fn screened(library: &Library, screened: &Screened) -> Value {
    let answers = |all: &[Answer]| all.iter().map(|one| answer(library, one, true)).collect::<Vec<_>>();
    let standards: Vec<Value> = screened
        .standards
        .iter()
        .map(|standing| {
            json!({
                "met": answer(library, &standing.met, true),
                "value": text_json(&standing.value),
                "bar": answer(library, &standing.bar, false),
                "equation": standing.equation.as_ref().map(|one| equation(library, one)),
                "margin": standing.margin.as_ref().map(|one| answer(library, one, false)),
            })
        })
        .collect();
    let lists: Vec<Value> = screened
        .lists
        .iter()
        .map(|(layer, one)| json!({"layer": text_json(layer), "answer": answer(library, one, false)}))
        .collect();
    let owed: Vec<Value> = screened
        .missing
        .iter()
        .map(|(owner, facts)| {
            json!({
                "owner": text_json(&library.vocabulary.department(owner)),
                "facts": facts.iter().map(|fact| missing(library, *fact)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "verdicts": answers(&screened.verdicts), "standards": standards, "lists": lists,
        "applicant": answers(&screened.applicant), "missing": owed,
    })
}

/// A tested schedule.
pub(crate) fn tested(library: &Library, tested: &Tested) -> Value {
    let sums: Vec<Value> = tested
        .sums
        .iter()
        .map(|(title, area)| json!({"title": text_json(title), "area": area.to_string()}))
        .collect();
    let changes: Vec<Value> = tested
        .changes
        .iter()
        .map(|change| {
            let (kind, area) = match change.room {
                Room::AtMost(area) => ("at_most", Some(area.to_string())),
                Room::AtLeast(area) => ("at_least", Some(area.to_string())),
                Room::Any => ("any", None),
                Room::None => ("none", None),
                Room::Unknown => ("unknown", None),
            };
            json!({
                "title": text_json(&change_text(change)), "room": kind, "area": area,
                "text": text_json(&room_text(change.room)),
            })
        })
        .collect();
    json!({
        "sums": sums, "total": tested.total.to_string(), "changes": changes,
        "answers": tested.answers.iter().map(|one| answer(library, one, true)).collect::<Vec<_>>(),
    })
}

/// Indicators with a source's figures beside them.
pub(crate) fn diagnosed(library: &Library, lawful: &LawfulDesk, answers: &[Answer]) -> Vec<Value> {
    let one = |told: &Answer| {
        let mut value = answer(library, told, false);
        let source = beside(&lawful.desk.beside, &told.rule).map(|(at, source)| {
            let cites: Vec<Value> =
                lawful.beside_cites[at].iter().map(|cite| cite_json(library, &cite.id)).collect();
            json!({
                "said": text_json(&source.said), "cites": cites,
                "low": source.low.map(|low| low.to_string()), "high": source.high.map(|high| high.to_string()),
            })
        });
        value["beside"] = source.unwrap_or(Value::Null);
        value
    };
    answers.iter().map(one).collect()
}
