//! The yearly supply plan over HTTP: drafts that are checked as they are typed, plans that are adopted, and
//! what is supplied against them. The same functions as `landcycle plan`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::civil::Date;
use landcycle_ledger::{FoldedCase, Ledger};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::bodies::{self, DOCX, Upload, XLSX};
use super::caller::Caller;
use super::problem::Problem;
use super::{App, apart, query};
use crate::acts::fact_form;
use crate::cli::tree::text_json;
use crate::plan::{
    self, Adoption, Checked, Draft, NotRead, Office, Plan, Prefilled, Revision, Sheet, Verdict,
};
use crate::plan::{Wrong, print, told};
use crate::say::{Failure, words};
use crate::{clock, store};

type Answer = Result<Json<Value>, Problem>;

/// All routes of plans.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/plan/form", get(form))
        .route("/plan/template", get(template))
        .route("/plan/read", post(read))
        .route("/plan/check", post(check))
        .route("/plan/workbook", post(workbook))
        .route("/plans", get(list))
        .route("/plans/{plan}", get(one).post(adopt))
        .route("/plans/{plan}/workbook", get(adopted_workbook))
        .route("/plans/{plan}/track", get(track))
        .route("/plans/{plan}/track/workbook", get(track_workbook))
        .route("/plans/{plan}/paper", post(paper))
}

/// Names of the query, all of which must be known.
fn only(pairs: &query::Pairs, names: &[&str]) -> Result<(), Problem> {
    match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, value)) => Err(Problem::query(name, value, &names.join(", "))),
        None => Ok(()),
    }
}

fn text<'p>(pairs: &'p query::Pairs, name: &str) -> Option<&'p str> {
    pairs.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

/// A package that is there, or none.
fn package<'l>(library: &'l Library, package: Option<&'l str>) -> Result<Option<&'l str>, Problem> {
    match package.filter(|package| !package.is_empty()) {
        Some(package) if library.law(package).is_none() => Err(Problem::absent(package)),
        package => Ok(package),
    }
}

/// Whether a plan lies in the area of who asks. A plan of a whole city is everybody's who may see plans.
pub(super) fn sees(caller: &Caller, facts: &BTreeMap<String, String>) -> bool {
    let fact = |name: &str| facts.get(name).map(String::as_str);
    let of_district = fact("plan_level") == Some("district_plan");
    caller.sees_all() || !of_district || caller.sees(|name| if name == "holder" { None } else { fact(name) })
}

/// What a form needs: packages, the facts of the summary, the columns of the sheets.
async fn form(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    only(&pairs, &["package"])?;
    apart(move || {
        let library = &app.library;
        let asked = package(library, text(&pairs, "package"))?;
        let usual =
            || library.laws().map(|(id, _)| id.as_str()).find(|id| plan::city_of(library, id).is_some());
        let chosen = asked.or_else(usual).unwrap_or_default();
        let packages = library.laws().map(|(id, law)| {
            let city = plan::city_of(library, id);
            json!({"id": id, "title": text_json(&law.package().title), "city": city})
        });
        let summed = plan::may_be_summed(library);
        let sheets = Sheet::ALL.into_iter().map(|sheet| {
            let listed = plan::listed(library, sheet).into_iter();
            let facts = listed.filter(|_| sheet.columns().is_empty());
            let columns = sheet.columns().iter().filter_map(|name| library.vocabulary.fact(name));
            let each = facts.chain(columns).map(|fact| {
                let note = fact.note.as_ref().map(text_json);
                json!({"form": fact_form(library, fact), "note": note, "summed": summed.contains(&fact.name)})
            });
            json!({
                "sheet": sheet.word(), "title": text_json(&sheet.title()),
                "rows": !sheet.columns().is_empty(), "facts": each.collect::<Vec<_>>(),
            })
        });
        Ok(Json(json!({
            "package": chosen, "city": plan::city_of(library, chosen),
            "packages": packages.collect::<Vec<_>>(), "sheets": sheets.collect::<Vec<_>>(),
            "file_limit": bodies::FILE_LIMIT,
        })))
    })
    .await
}

/// The workbook that an office fills in.
async fn template(
    State(app): State<Arc<App>>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    only(&pairs, &["package", "year"])?;
    apart(move || {
        let library = &app.library;
        let package = package(library, text(&pairs, "package"))?.unwrap_or_default();
        let written = text(&pairs, "year").unwrap_or_default();
        let year = written.parse().ok().filter(|year| (1..=9998).contains(year));
        let year: i16 = year.ok_or_else(|| Problem::query("year", written, "1 … 9998"))?;
        let known = Prefilled { city: plan::city_of(library, package), year };
        Ok(bodies::file(XLSX, &format!("plan-{year}.xlsx"), packed(library, &known, None)?))
    })
    .await
}

fn packed(library: &Library, known: &Prefilled, plan: Option<&Plan>) -> Result<Vec<u8>, Problem> {
    let made = plan::template(library, known, plan);
    made.map_err(|error| Failure::text(Text::same(error.to_string())).into())
}

/// A plan as it is written on the page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    facts: BTreeMap<String, String>,
    #[serde(default)]
    zone: BTreeMap<String, String>,
    #[serde(default)]
    sheets: BTreeMap<String, Vec<BTreeMap<String, String>>>,
}

impl Written {
    fn draft(self) -> Result<Draft, Problem> {
        let rows = |sheet: &Sheet| !sheet.columns().is_empty();
        let named = |word: &str| Sheet::ALL.into_iter().filter(rows).find(|sheet| sheet.word() == word);
        let sheets = self.sheets.into_iter().map(|(word, rows)| match named(&word) {
            Some(sheet) => Ok((sheet, rows)),
            None => Err(Problem::absent(&word)),
        });
        Ok(Draft { sheets: sheets.collect::<Result<_, _>>()?, facts: self.facts, zone: self.zone })
    }
}

fn draft_json(draft: &Draft) -> Value {
    let sheets = draft.sheets.iter().map(|(sheet, rows)| (sheet.word().to_owned(), json!(rows)));
    json!({"facts": draft.facts, "zone": draft.zone, "sheets": sheets.collect::<Map<_, _>>()})
}

fn faults_json(faults: &[Wrong]) -> Value {
    let one = |wrong: &Wrong| {
        json!({
            "sheet": wrong.sheet.word(), "sheet_title": text_json(&wrong.sheet.title()),
            "row": wrong.row, "fact": wrong.fact, "text": text_json(&wrong.text),
        })
    };
    faults.iter().map(one).collect()
}

/// Reads a workbook, or the lines of a CSV file, into a draft; or tells every fault of its cells.
async fn read(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>, body: Body) -> Answer {
    only(&pairs, &["name"])?;
    let upload = Upload::take(body, text(&pairs, "name")).await?;
    apart(move || {
        let library = &app.library;
        let path = upload.path();
        let workbook = path.extension().is_some_and(|ending| {
            ["xlsx", "xlsm", "xls", "ods"].iter().any(|known| ending.eq_ignore_ascii_case(known))
        });
        let (read, scope) = if workbook {
            (plan::read(library, path).map(|plan| plan::written(library, &plan)), "plan")
        } else {
            let lines = plan::lines(library, path).map(|rows| {
                let rows = rows.into_iter().map(|row| row.values).collect();
                Draft { sheets: BTreeMap::from([(Sheet::Lines, rows)]), ..Draft::default() }
            });
            (lines, "lines")
        };
        let (draft, faults) = match read {
            Ok(draft) => (draft_json(&draft), Vec::new()),
            Err(NotRead::Cells(faults)) => (Value::Null, faults),
            Err(NotRead::File(failure)) => return Err(upload.problem("file", failure)),
        };
        Ok(Json(json!({"read": scope, "draft": draft, "faults": faults_json(&faults)})))
    })
    .await
}

/// What is sent to be checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    as_of: Option<String>,
    plan: Written,
}

fn day(written: Option<&str>, name: &str, usual: Date) -> Result<Date, Problem> {
    let Some(text) = written.filter(|text| !text.is_empty()) else { return Ok(usual) };
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
    day.ok_or_else(|| Problem::query(name, text, "YYYY-MM-DD"))
}

/// A draft before every rule of its place; what cannot be read of it is told instead.
async fn check(State(app): State<Arc<App>>, asked: Result<Json<Asked>, JsonRejection>) -> Answer {
    let asked = bodies::form(asked)?;
    apart(move || {
        let library = &app.library;
        let as_of = day(asked.as_of.as_deref(), "as_of", app.usual_day())?;
        let package = package(library, asked.package.as_deref())?;
        let plan = match plan::draft(library, &asked.plan.draft()?) {
            Ok(plan) => plan,
            Err(faults) => return Ok(Json(json!({"faults": faults_json(&faults), "checked": null}))),
        };
        let checked = plan::check(library, &plan, package, clock::day_number(as_of));
        let checked = checked.map_err(|failure| bodies::refused("plan", failure))?;
        Ok(Json(json!({"faults": [], "checked": print::json(library, &plan, &checked, as_of)})))
    })
    .await
}

/// A draft as a workbook, to go on with in an office program.
async fn workbook(
    State(app): State<Arc<App>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let library = &app.library;
        let plan = plan::draft(library, &asked.plan.draft()?);
        let plan = plan.map_err(|faults| bodies::refused("plan_faulty", plan::faults(&faults)))?;
        let bytes = packed(library, &Prefilled::default(), Some(&plan))?;
        Ok(bodies::file(XLSX, "plan.xlsx", bytes))
    })
    .await
}

/// The plans of the store, by package and year.
async fn list(State(app): State<Arc<App>>, caller: Caller, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    only(&pairs, &["as_of", "package", "lang"])?;
    apart(move || {
        let (library, on) = (&app.library, query::day(&pairs)?.unwrap_or_else(|| app.usual_day()));
        let wanted = text(&pairs, "package");
        let plans = app.with_ledger(|ledger| plan::list(library, ledger))?;
        let plans = plans.iter().filter_map(|(id, revisions)| {
            let last = revisions.last()?;
            let shown = sees(&caller, &last.plan.facts) && wanted.is_none_or(|wanted| wanted == last.package);
            shown.then(|| summary(library, id, revisions, on))
        });
        Ok(Json(json!({"as_of": on.to_string(), "plans": plans.collect::<Vec<_>>()})))
    })
    .await
}

/// A plan in a list: what it is of, its size, and how it stands on a day.
fn summary(library: &Library, id: &str, revisions: &[Revision], on: Date) -> Value {
    let Some(last) = revisions.last() else { return Value::Null };
    let plan = &last.plan;
    let (from, until) = (plan.day(plan::FROM), plan.day(plan::UNTIL));
    let state = match (from, until) {
        (Some(from), _) if on < from => "ahead",
        (_, Some(until)) if until < on => "ended",
        (Some(_), Some(_)) => "running",
        _ => "undated",
    };
    let title = library.law(&last.package).map(|law| text_json(&law.package().title));
    let fact = |name: &str| plan.facts.get(name);
    let shown = |name: &str| {
        let fact = library.vocabulary.fact(name)?;
        Some(text_json(&library.vocabulary.display(fact, plan.facts.get(name)?)))
    };
    let each = revisions.iter().map(|revision| {
        let (event, despite) = (&revision.event, revision.despite());
        json!({
            "seq": event.seq, "on": event.happened_on.to_string(), "by": event.actor,
            "origin": event.origin, "kind": event.kind,
            "total": revision.plan.facts.get("plan_total"),
            "despite": despite.as_ref().map(|(reason, _)| reason),
            "set_aside": despite.map(|(_, rules)| rules.split(' ').map(str::to_owned).collect::<Vec<_>>()),
        })
    });
    json!({
        "id": id, "package": last.package, "package_title": title,
        "city": fact("city"), "district": fact(plan::DISTRICT), "level": shown("plan_level"),
        "from": from.map(|day| day.to_string()), "until": until.map(|day| day.to_string()),
        "total": fact("plan_total"), "industrial": fact(plan::INDUSTRIAL), "state": state,
        "revisions": each.collect::<Vec<_>>(),
    })
}

/// A plan of the store as it stood on a day, seen by who asks.
fn load(app: &App, caller: &Caller, id: &str, as_of: Date) -> Result<Revision, Problem> {
    let revision = app.with_ledger(|ledger| plan::load(&app.library, ledger, id, as_of));
    let absent = |failure: Failure| Problem::said(StatusCode::NOT_FOUND, "absent", failure.message);
    let revision = revision.map_err(absent)?;
    if sees(caller, &revision.plan.facts) { Ok(revision) } else { Err(Problem::absent(id)) }
}

fn judged(app: &App, revision: &Revision, as_of: Date) -> Result<Checked, Problem> {
    let package = Some(revision.package.as_str()).filter(|package| app.library.law(package).is_some());
    Ok(plan::check(&app.library, &revision.plan, package, clock::day_number(as_of))?)
}

/// One plan with its rows, its constraints as equations, and its revisions.
async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        let (library, as_of) = (&app.library, query::day(&pairs)?.unwrap_or_else(|| app.usual_day()));
        let revision = load(&app, &caller, &id, as_of)?;
        let checked = judged(&app, &revision, as_of)?;
        let plans = app.with_ledger(|ledger| plan::list(library, ledger))?;
        let own = plans.iter().find(|(known, _)| *known == id).map(|(_, revisions)| revisions.as_slice());
        Ok(Json(json!({
            "plan": summary(library, &id, own.unwrap_or_default(), as_of), "seq": revision.event.seq,
            "draft": draft_json(&plan::written(library, &revision.plan)),
            "checked": print::json(library, &revision.plan, &checked, as_of),
        })))
    })
    .await
}

/// What is sent to adopt a plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Adopting {
    #[serde(default)]
    package: Option<String>,
    on: String,
    by: String,
    #[serde(default)]
    despite: Option<String>,
    #[serde(default)]
    origin: String,
    plan: Written,
}

/// Adopts a plan or its revision, or says why not.
async fn adopt(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    asked: Result<Json<Adopting>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let library = &app.library;
        if !plan::is_id(&id) {
            return Err(Problem::said(StatusCode::BAD_REQUEST, "query", words("plan_bad_id")));
        }
        let by = caller.name(asked.by.trim());
        if by.is_empty() {
            return Err(Problem::query("by", "", words("who_acts").zh.as_str()));
        }
        let today = clock::today();
        let day = day(Some(asked.on.as_str()), "on", today)?;
        let package = package(library, asked.package.as_deref())?;
        let read = plan::draft(library, &asked.plan.draft()?);
        let mut read = read.map_err(|faults| bodies::refused("plan_faulty", plan::faults(&faults)))?;
        if !sees(&caller, &read.facts) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", "plan.write")]));
        }
        // A writer of its own: the reader that all share is opened to read alone.
        let mut ledger = store::open(&app.store)?;
        let despite = asked.despite.as_deref().filter(|reason| !reason.trim().is_empty());
        let now = (clock::now(), today);
        let adoption = Adoption { id: &id, day, by, origin: &asked.origin, despite, now };
        let done = plan::check_and_adopt(library, &mut ledger, &mut read, package, &adoption);
        let (event, checked) = done.map_err(|failure| bodies::refused("plan_not_adopted", failure))?;
        let unknown = checked.of(Verdict::Unknown).filter(|one| one.asks).count();
        let body = json!({"id": id, "seq": event.seq, "kind": event.kind, "unknown": unknown});
        Ok((StatusCode::CREATED, Json(body)).into_response())
    })
    .await
}

/// A plan of the store as a workbook.
async fn adopted_workbook(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let as_of = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let revision = load(&app, &caller, &id, as_of)?;
        let bytes = packed(&app.library, &Prefilled::default(), Some(&revision.plan))?;
        Ok(bodies::file(XLSX, &format!("plan-{id}.xlsx"), bytes))
    })
    .await
}

/// A plan that is tracked, and the language and shape in which it is told.
fn tracked<T>(
    app: &App,
    caller: &Caller,
    id: &str,
    pairs: &query::Pairs,
    tell: impl FnOnce(&told::Told<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    only(pairs, &["as_of", "elsewhere", "coverage", "lang"])?;
    let as_of = query::day(pairs)?.unwrap_or_else(|| app.usual_day());
    let number = |name: &str, fits: &dyn Fn(Exact) -> bool, expected: &str| match text(pairs, name) {
        None => Ok(None),
        Some(text) => match Exact::parse(text).filter(|number| fits(*number)) {
            Some(number) => Ok(Some(number)),
            None => Err(Problem::query(name, text, expected)),
        },
    };
    let elsewhere = number("elsewhere", &|number| number >= Exact::ZERO, "≥ 0")?;
    let coverage = number("coverage", &|number| number > Exact::ZERO && number < Exact::ONE, "0 … 1")?;
    let revision = load(app, caller, id, as_of)?;
    let sees = |case: &FoldedCase<'_>| {
        caller.sees_all() || caller.sees(|name| case.get(name).map(|fact| fact.value.as_ref()))
    };
    let found = app.with_ledger(|ledger| {
        plan::track_seen(&app.library, ledger, &revision, as_of, (elsewhere, coverage), &sees)
    })?;
    tell(&told::Told { library: &app.library, id, revision: &revision, found: &found })
}

/// What was supplied against a plan, with its forecast.
async fn track(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        let partial = !caller.sees_all();
        tracked(&app, &caller, &id, &pairs, |told| {
            Ok(Json(json!({"partial": partial, "tracked": told.json()})))
        })
    })
    .await
}

/// The same as a workbook.
async fn track_workbook(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let english = text(&pairs, "lang") == Some("en");
        let language = if english { Language::En } else { Language::Zh };
        let failed =
            |error: rust_xlsxwriter::XlsxError| Problem::from(Failure::text(Text::same(error.to_string())));
        let bytes = tracked(&app, &caller, &id, &pairs, |told| told.workbook(language).map_err(failed))?;
        Ok(bodies::file(XLSX, &format!("track-{id}.xlsx"), bytes))
    })
    .await
}

/// What the office enters into the paper.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    as_of: Option<String>,
    #[serde(default)]
    entries: BTreeMap<String, String>,
    /// Mark what is lacking instead of refusing.
    #[serde(default)]
    draft: bool,
}

/// The plan as a document.
async fn paper(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    asked: Result<Json<Wanted>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let as_of = day(asked.as_of.as_deref(), "as_of", app.usual_day())?;
        let revision = load(&app, &caller, &id, as_of)?;
        let set: Vec<(String, String)> =
            asked.entries.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
        let banner = app.with_ledger(|ledger| ledger.meta(store::SAMPLE_META).ok().flatten());
        let office = Office { set: &set, template: None, draft: asked.draft, banner };
        let made = plan::paper(&app.library, app.folder(), &revision, as_of, office);
        let (_, bytes) = made.map_err(|failure| bodies::refused("paper", failure))?;
        Ok(bodies::file(DOCX, &format!("plan-{id}.docx"), bytes))
    })
    .await
}
