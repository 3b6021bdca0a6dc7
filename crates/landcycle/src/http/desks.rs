//! Desks over HTTP: what each asks for, what it answers for a project that is not in the store, and the
//! paper in which the answer is handed out. Nothing is recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use landcycle_policy::law::Law;
use landcycle_policy::law::conduct::LawfulDesk;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::Caller;
use super::problem::Problem;
use super::query;
use super::tables::{self, Column, Table};
use super::{App, apart, bodies};
use crate::acts::fact_form;
use crate::cells::{self, Numbers};
use crate::cli::desk::report;
use crate::cli::tree::{cite_json, text_json};
use crate::clock;
use crate::desks::answer::answer;
use crate::desks::mix::{self, Floor};
use crate::desks::screen::screen;
use crate::desks::{Given, Matter, forms, json as desk_json};
use crate::say::{Failure, words};

type Answer = Result<Json<Value>, Problem>;

/// Floors that one request may hold.
const FLOORS: usize = 2_000;

/// The desks of a package with what they ask for.
pub(super) async fn desks(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    apart(move || {
        let library = &app.library;
        let law = law_of(library, pairs.get("package").map(String::as_str))?;
        let packages: Vec<Value> = library
            .laws()
            .map(|(id, law)| json!({"id": id, "title": text_json(&law.package().title)}))
            .collect();
        let desks: Vec<Value> = law.desks.iter().map(|(name, desk)| desk_form(library, name, desk)).collect();
        Ok(Json(json!({"package": law.package().id, "packages": packages, "desks": desks})))
    })
    .await
}

fn law_of<'l>(library: &'l Library, package: Option<&str>) -> Result<&'l Arc<Law>, Problem> {
    match package.filter(|package| !package.is_empty()) {
        Some(package) => library.law(package).ok_or_else(|| Problem::absent(package)),
        None => library.laws().next().map(|(_, law)| law).ok_or_else(|| Problem::absent("")),
    }
}

fn desk_form(library: &Library, name: &str, lawful: &LawfulDesk) -> Value {
    let desk = &lawful.desk;
    let asks = desk.asks.iter().filter_map(|fact| library.vocabulary.fact(fact));
    let asks: Vec<Value> = asks.map(|fact| fact_form(library, fact)).collect();
    let uses: Vec<Value> =
        desk.uses.iter().map(|of| json!({"name": of.name, "title": text_json(&of.title)})).collect();
    json!({
        "name": name, "title": text_json(&desk.title), "asks": asks, "uses": uses,
        "owner": text_json(&library.vocabulary.department(&desk.owner)),
        "cites": lawful.cites.iter().map(|cite| cite_json(library, &cite.id)).collect::<Vec<_>>(),
        "note": desk.note.as_ref().map(text_json), "paper": desk.paper,
    })
}

/// What is sent to a desk.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    facts: BTreeMap<String, String>,
    #[serde(default)]
    applicant: BTreeMap<String, String>,
    #[serde(default)]
    floors: Vec<AskedFloor>,
    /// What the office writes into the paper.
    #[serde(default)]
    entries: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedFloor {
    #[serde(default)]
    floor: String,
    #[serde(rename = "use")]
    used: String,
    area: String,
}

impl Asked {
    fn matter(&self, library: &Library, usual: Date) -> Result<Matter, Problem> {
        let day = match self.as_of.as_deref().filter(|text| !text.is_empty()) {
            None => usual,
            Some(text) => text.parse().map_err(|_| Problem::query("as_of", text, "YYYY-MM-DD"))?,
        };
        let facts = given(library, &self.facts)?;
        let package = self.package.as_deref().filter(|package| !package.is_empty());
        if let Some(package) = package {
            law_of(library, Some(package))?;
        }
        Matter::new(library, facts, package, clock::day_number(day)).map_err(refused)
    }
}

/// Facts as people write them, in their canonical texts.
fn given(library: &Library, facts: &BTreeMap<String, String>) -> Result<Given, Problem> {
    let mut given = Given::new();
    for (name, text) in facts {
        let fact = library.vocabulary.fact(name).ok_or_else(|| Problem::absent(name))?;
        let value = cells::value(library, fact, text, None, Numbers::WithUnits);
        let value = value.map_err(|why| refused(Failure::text(why)))?;
        if !value.is_empty() {
            given.insert(name.clone(), value);
        }
    }
    Ok(given)
}

/// What a person wrote cannot be used: theirs to mend, not a fault of the server.
fn refused(failure: Failure) -> Problem {
    Problem::said(StatusCode::UNPROCESSABLE_ENTITY, "value", failure.message)
}

/// What a desk answers.
pub(super) async fn work(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let library = &app.library;
        let matter = asked.matter(library, app.usual_day())?;
        let desk = matter.desk(&name).map_err(|_| Problem::absent(&name))?.desk.clone();
        let answers = desk.results.iter().map(|rule| answer(library, &matter, rule));
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        let mut value = json!({
            "package": matter.law().package().id, "digest": matter.law().digest,
            "answers": answers.iter().map(|one| desk_json::answer(library, one, true)).collect::<Vec<_>>(),
        });
        if !desk.beside.is_empty() {
            value["answers"] = json!(desk_json::diagnosed(library, matter.desk(&name)?, &answers));
        }
        if !desk.forms.is_empty() {
            let compared = forms::compare(library, &matter, &name)?;
            value["forms"] = json!(desk_json::compared(library, &compared));
        }
        if !desk.standards.is_empty() {
            let applicant = given(library, &asked.applicant)?;
            let screened = screen(library, &matter, &name, &applicant)?;
            value["screened"] = desk_json::screened(library, &screened);
        }
        if !desk.uses.is_empty() && !asked.floors.is_empty() {
            let floors = floors(library, &asked.floors)?;
            let tested = mix::test(library, &matter, &name, &floors).map_err(refused)?;
            value["tested"] = desk_json::tested(library, &tested);
        }
        let Some(wanted) = tables::wanted(&pairs, &caller)? else { return Ok(Json(value).into_response()) };
        file(&app, (&pairs, wanted), &value)
    })
    .await
}

/// The answers of a desk as a file: each with the lines that it is made from.
fn file(
    app: &App,
    (pairs, wanted): (&query::Pairs, tables::Wanted),
    value: &Value,
) -> Result<Response, Problem> {
    let mut rows = Vec::new();
    for answer in value["answers"].as_array().into_iter().flatten() {
        rows.push(answer.clone());
        for line in answer["lines"].as_array().into_iter().flatten() {
            let mut line = line.clone();
            line["part"] = line["title"].clone();
            line["title"] = answer["title"].clone();
            rows.push(line);
        }
    }
    let columns = vec![
        Column::text("table_title", "/title"),
        Column::text("table_part", "/part"),
        Column::number("table_number_value", "/value"),
        Column::text("table_value", "/text"),
        Column::text("table_formula", "/formula"),
        Column::text("table_grade", "/grade"),
        Column::text("table_cites", "/cites"),
        Column::text("table_missing", "/missing"),
    ];
    let day = app.asked_day(pairs)?;
    let mut about = app.about(pairs, day)?;
    about.push((words("table_package"), Text::same(value["digest"].as_str().unwrap_or_default())));
    wanted.answer(&Table { name: "table_desk", columns, about, day }, rows)
}

fn floors(library: &Library, asked: &[AskedFloor]) -> Result<Vec<Floor>, Problem> {
    if asked.len() > FLOORS {
        return Err(Problem::query("floors", &asked.len().to_string(), &format!("≤ {FLOORS}")));
    }
    let one = |floor: &AskedFloor| {
        let made = Floor::new(library, floor.floor.clone(), floor.used.clone(), &floor.area, None);
        made.map_err(|why| refused(Failure::text(why)))
    };
    asked.iter().map(one).collect()
}

/// The paper of a desk, with what is not known marked in it.
pub(super) async fn paper(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    let bytes = apart(move || {
        let library = &app.library;
        let matter = asked.matter(library, app.usual_day())?;
        let desk = matter.desk(&name).map_err(|_| Problem::absent(&name))?;
        if desk.desk.paper.is_none() {
            return Err(Problem::absent(&name));
        }
        let entered = asked.entries.iter().map(|(name, text)| (name.clone(), vec![text.clone()])).collect();
        report(library, app.folder(), &matter, &name, &entered).map_err(refused)
    })
    .await?;
    Ok(bodies::file(bodies::DOCX, &words("desk_report_file").en, bytes))
}
