//! Status, the table of cases, the file of a case, and the explanation of an outcome.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use landcycle_ledger::{Event, Ledger, Store};
use landcycle_policy::law::Rule;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::explain;
use landcycle_policy::program::outcome::Determination;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::Fact;
use serde_json::{Value, json};

use super::book::Book;
use super::caller::Caller;
use super::outcomes::{Shown, possible};
use super::problem::Problem;
use super::query::{self, Query};
use super::tables::{self, Column, Table};
use super::{App, apart};
use crate::acts::replay::GROUNDS;
use crate::cli::tree::{self, cite_json, text_json};
use crate::dossier::{self, Dossier};
use crate::say::{Failure, words};
use crate::{assessment, clock, store};

type Answer = Result<Json<Value>, Problem>;

/// Version, store, packages and rules.
pub(super) async fn status(State(app): State<Arc<App>>, caller: Caller) -> Answer {
    apart(move || {
        let as_of = app.usual_day();
        // How much there is, only who sees it all is told.
        let whole = caller.may("parcels.read") && caller.sees_all();
        let book = app.book(as_of)?;
        let size = app.with_ledger(Ledger::size).map_err(|error| store::failure(&app.store, &error))?;
        let packages: Vec<Value> = book
            .packages
            .iter()
            .map(|(law, cases)| {
                let package = law.package();
                json!({
                    "id": package.id, "title": text_json(&package.title), "layer": package.layer,
                    "digest": law.digest, "illustrative": package.illustrative, "cases": whole.then_some(cases),
                })
            })
            .collect();
        let rules: Vec<Value> = book
            .rules
            .iter()
            .filter_map(|name| book.packages.iter().find_map(|(law, _)| law.rule(name)))
            .map(|(_, rule)| {
                json!({
                    "id": rule.id, "name": rule.name, "title": text_json(&rule.title),
                    "stage": rule.stage, "kind": rule.kind.word(), "outcomes": possible(rule),
                })
            })
            .collect();
        let banner = app.banner();
        let (cases, events) = (whole.then_some(size.cases), whole.then_some(size.events));
        let name = store::short_name(&app.store);
        Ok(Json(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "store": {"name": name, "cases": cases, "events": events, "sample": banner.is_some()},
            "as_of": as_of.to_string(), "packages": packages, "rules": rules,
            "banner": banner.as_ref().map(text_json),
        })))
    })
    .await
}

/// Cases by filter, with counts; as a file all that the filter finds.
pub(super) async fn cases(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let query = Query::read(&pairs)?;
        check_outcome(&app, &query)?;
        let book = app.book(app.asked_day(&pairs)?)?;
        let Some(wanted) = tables::wanted(&pairs, &caller)? else {
            return Ok(Json(book.answer(&query, &caller)).into_response());
        };
        let about = app.about(&pairs, book.as_of)?;
        let table = Table { name: "table_cases", columns: columns(&app, &book), about, day: book.as_of };
        wanted.answer(&table, book.every(&query, &caller).map(|row| marked(row, &book)))
    })
    .await
}

/// The columns of a file of cases: what a row shows, then every rule.
fn columns(app: &App, book: &Book) -> Vec<Column> {
    let fact = |name: &str, pointer: &str| Column::fact(&app.library, name, pointer);
    let plain = ["case_id", "project_name", "holder", "city", "district", "industry"];
    let mut columns: Vec<Column> = plain.map(|name| fact(name, &format!("/{name}"))).into();
    columns.extend([
        fact("area", "/area/value"),
        fact("price", "/price/value"),
        fact("signed_on", "/signed_on"),
        fact("term_years", "/term_years"),
        Column::text("head_package", "/package"),
    ]);
    for name in &book.rules {
        let Some((_, rule)) = book.packages.iter().find_map(|(law, _)| law.rule(name)) else { continue };
        let number = rule.kind == RuleKind::Quantity;
        let unit = rule.fields.first().filter(|_| number).and_then(|field| field.unit.clone());
        columns.push(Column::titled(rule.title.clone(), unit, number, format!("/outcomes/{name}/cell")));
    }
    columns.push(Column::text("table_stands_in", "/stands_in"));
    columns
}

/// A row with one text or number for each outcome, and the rules whose outcome stands in for one.
fn marked(mut row: Value, book: &Book) -> Value {
    let mut stands_in = Vec::new();
    for name in &book.rules {
        let Some((_, rule)) = book.packages.iter().find_map(|(law, _)| law.rule(name)) else { continue };
        let Some(outcome) = row["outcomes"].get_mut(name.as_str()) else { continue };
        let known = !matches!(outcome["code"].as_str(), Some("unknown" | "not_applicable"));
        let of = if known && rule.kind == RuleKind::Quantity { "raw" } else { "text" };
        outcome["cell"] = outcome[of].clone();
        if outcome["grade"] == "illustrative" && known {
            stands_in.push(text_json(&rule.title));
        }
    }
    row["stands_in"] = json!(stands_in);
    row
}

/// A rule or outcome that no law has is a mistake; one that no case has is an empty table. So the
/// packages are asked, not the store, which may hold nothing on that day.
fn check_outcome(app: &App, query: &Query) -> Result<(), Problem> {
    let listed = || app.library.laws().flat_map(|(_, law)| law.listed().map(|(_, rule)| rule));
    let Some(name) = &query.rule else {
        let outcome = query.outcome.as_ref();
        return outcome.map_or(Ok(()), |code| Err(Problem::query("outcome", code, "rule=…&outcome=…")));
    };
    let named: Vec<&Rule> = listed().filter(|rule| rule.name == *name).collect();
    if named.is_empty() {
        let known: BTreeSet<&str> = listed().map(|rule| rule.name.as_str()).collect();
        return Err(Problem::query("rule", name, &known.into_iter().collect::<Vec<_>>().join(", ")));
    }
    let Some(code) = &query.outcome else { return Ok(()) };
    let codes: BTreeSet<String> = named
        .into_iter()
        .flat_map(|rule| possible(rule).as_array().cloned().unwrap_or_default())
        .filter_map(|outcome| outcome["code"].as_str().map(str::to_owned))
        .collect();
    if codes.contains(code) {
        return Ok(());
    }
    Err(Problem::query("outcome", code, &codes.into_iter().collect::<Vec<_>>().join(", ")))
}

fn read(app: &App, id: &str, as_of: Date) -> Result<Dossier, Problem> {
    let found = app.with_ledger(|ledger| dossier::read(ledger, &app.library, id, None, as_of))?;
    found.ok_or_else(|| Problem::absent(id))
}

/// The file of a case.
pub(super) async fn case(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        let as_of = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let dossier = read(&app, &id, as_of)?;
        let law = &dossier.batch.law;
        let mut determinations = Vec::new();
        let day = clock::day_number(as_of);
        assessment::assess(&app.library, &dossier.batch, day, None, 1, &mut |found| {
            let rule = &law.rules[found.determination.rule];
            determinations.push(determination_json(&app, &law.digest, rule, &found.determination));
            Ok(())
        })?;
        let geometry = app.with_ledger(|ledger| geometry(ledger, &id))?;
        let package = law.package();
        Ok(Json(json!({
            "case_id": id,
            "package": {"id": package.id, "title": text_json(&package.title), "digest": law.digest},
            "sample": app.banner().is_some(),
            "facts": facts(&app, &dossier),
            "events": dossier.sources.events.values().map(|e| event_json(&app, e)).collect::<Vec<_>>(),
            "determinations": determinations,
            "geometry": geometry,
        })))
    })
    .await
}

fn facts(app: &App, dossier: &Dossier) -> Vec<Value> {
    let vocabulary = &app.library.vocabulary;
    let known = vocabulary.facts().iter().filter_map(|fact| {
        let text = dossier.sources.texts.get(&fact.name)?;
        let event = dossier.sources.seqs.get(&fact.name).and_then(|seq| dossier.sources.events.get(seq));
        let owner = (!fact.owner.is_empty())
            .then(|| json!({"id": fact.owner, "title": text_json(&vocabulary.department(&fact.owner))}));
        Some(json!({
            "name": fact.name, "title": text_json(&fact.title), "value": text,
            "display": text_json(&vocabulary.display(fact, text)), "owner": owner,
            "source": event.map(|e| source_json(app, e)),
        }))
    });
    known.collect()
}

fn source_json(app: &App, event: &Event) -> Value {
    json!({
        "seq": event.seq, "kind": event.kind, "kind_title": text_json(&kind_title(app, &event.kind)),
        "happened_on": event.happened_on.to_string(), "recorded_at": event.recorded_at.to_string(),
        "actor_title": text_json(&app.library.vocabulary.department(&event.actor)),
        "package": event.package, "corrects": event.corrects,
        "origin": event.origin,
    })
}

fn event_json(app: &App, event: &Event) -> Value {
    let vocabulary = &app.library.vocabulary;
    let facts: Vec<Value> = event
        .body
        .facts()
        .filter(|(name, _)| *name != GROUNDS)
        .map(|(name, value)| match vocabulary.fact(name) {
            Some(fact) => json!({
                "name": name, "title": text_json(&fact.title),
                "display": text_json(&vocabulary.display(fact, &value)),
            }),
            None => json!({
                "name": name, "title": text_json(&Text::same(name)),
                "display": text_json(&Text::same(value.as_ref())),
            }),
        })
        .collect();
    let mut value = source_json(app, event);
    if let Value::Object(object) = &mut value {
        object.insert("title".into(), text_json(&kind_title(app, &event.kind)));
        object.insert("facts".into(), json!(facts));
        object.insert("digest".into(), json!(event.digest.to_string()));
        let grounds = event.body.get(GROUNDS).and_then(|text| serde_json::from_str::<Value>(&text).ok());
        object.insert("grounds".into(), grounds.unwrap_or_default());
    }
    value
}

/// What a kind of event is called; its own name when the catalogue has none.
fn kind_title(app: &App, kind: &str) -> Text {
    let name = kind.split('/').next().unwrap_or(kind);
    let act = name.strip_prefix("act.");
    let act = act.and_then(|act| app.library.laws().find_map(|(_, law)| law.acts.get(act)));
    if let Some(lawful) = act {
        return lawful.act.title.clone();
    }
    let said = words(&format!("event_{name}"));
    if said.zh.starts_with("event_") { Text::same(name) } else { said }
}

fn determination_json(app: &App, digest: &str, rule: &Rule, found: &Determination) -> Value {
    let vocabulary = &app.library.vocabulary;
    let missing: Vec<Value> =
        found.missing.iter().map(|at| missing_json(app, &vocabulary.facts()[*at])).collect();
    let mut value = json!({
        "rule": rule.id, "name": rule.name, "title": text_json(&rule.title), "stage": rule.stage,
        "outcome": Shown::of(found, rule).json(), "missing": missing,
        "cites": found.basis.cites.iter().map(|c| cite_json(&app.library, c)).collect::<Vec<_>>(),
        "grade": found.basis.grade.word(), "package": digest,
        "law_from": found.basis.law_from.map(landcycle_policy::calendar::iso),
        "reason": found.reason.as_ref().map(text_json),
    });
    if let (Some(bound), Value::Object(object)) = (assessment::bound(found), &mut value) {
        object.insert("bound".into(), json!(bound));
    }
    value
}

fn missing_json(app: &App, fact: &Fact) -> Value {
    json!({
        "name": fact.name, "title": text_json(&fact.title),
        "owner": text_json(&app.library.vocabulary.department(&fact.owner)),
    })
}

fn geometry(ledger: &Store, id: &str) -> Result<Value, Failure> {
    let parcel = ledger.parcel(id).map_err(|error| store::failure(ledger.name(), &error))?;
    let Some(geometry) = parcel.and_then(|parcel| parcel.geometry) else { return Ok(Value::Null) };
    Ok(super::layers::multi_polygon(&geometry))
}

/// Why an outcome is what it is. A value named inside a rule may be asked for as well.
pub(super) async fn explain(
    State(app): State<Arc<App>>,
    Path((id, name)): Path<(String, String)>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        let as_of = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let dossier = read(&app, &id, as_of)?;
        let law = &dossier.batch.law;
        let day = clock::day_number(as_of);
        let tell = |rule: usize| {
            explain::explain(law, &app.library.vocabulary, &dossier.batch.facts, 0, rule, day)
                .map_err(|(rule, _)| Problem::from(Failure::new("not_computable", &[("rule", &rule)])))
        };
        let head = json!({"case_id": id, "as_of": as_of.to_string()});
        if let Some((at, rule)) = law.rule(&name) {
            let tree = tree::json(&tell(at)?, &app.library, &dossier.sources);
            let found = assessment::one(&app.library, &dossier.batch, day, at)?;
            let found = found.map(|found| determination_json(&app, &law.digest, rule, &found));
            return Ok(Json(with(head, &rule.id, found.unwrap_or(Value::Null), tree)));
        }
        for (at, rule) in law.listed() {
            if !rule.names(&name) {
                continue;
            }
            let tree = tree::json(&tell(at)?, &app.library, &dossier.sources);
            if let Some(node) = find(&tree, &name) {
                let found = value_json(&app, &law.digest, rule, &name, node);
                return Ok(Json(with(head, &name, found, node.clone())));
            }
        }
        Err(Problem::absent(&name))
    })
    .await
}

/// A value named inside a rule, in the form of a determination.
fn value_json(app: &App, digest: &str, rule: &Rule, name: &str, node: &Value) -> Value {
    let code = match node["value"]["state"].as_str() {
        Some("known") => "value",
        Some("not_applicable") => "not_applicable",
        _ => "unknown",
    };
    let names = node["missing"].as_array().map_or(&[][..], Vec::as_slice);
    let missing: Vec<Value> = names
        .iter()
        .filter_map(|name| Some(missing_json(app, app.library.vocabulary.fact(name.as_str()?)?)))
        .collect();
    json!({
        "rule": rule.id, "name": name, "title": node["title"], "stage": rule.stage,
        "outcome": {
            "code": code, "text": node["value"]["display"], "raw": node["value"]["raw"],
            "grade": node["grade"], "missing": missing.len(),
        },
        "missing": missing, "cites": node["cites"], "grade": node["grade"],
        "package": digest, "law_from": Value::Null,
    })
}

fn with(mut head: Value, rule: &str, determination: Value, tree: Value) -> Value {
    if let Value::Object(object) = &mut head {
        object.insert("rule".into(), json!(rule));
        object.insert("determination".into(), determination);
        object.insert("tree".into(), tree);
    }
    head
}

/// A definition of that name in a tree.
fn find<'t>(node: &'t Value, name: &str) -> Option<&'t Value> {
    if node["kind"] == "definition" && node["expression"] == name {
        return Some(node);
    }
    node["children"].as_array()?.iter().find_map(|child| find(child, name))
}
