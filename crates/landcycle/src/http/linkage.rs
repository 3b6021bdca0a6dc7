//! The book of linkage over HTTP: balances, journal, what each act asks for, and acts with their objections
//! in full. The same functions as `landcycle linkage`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::civil::Date;
use landcycle_ledger::Event;
use landcycle_ledger::linkage::{self as books, Act, Order};
use landcycle_policy::package::library::Library;
use serde::Deserialize;
use serde_json::{Value, json};

use super::bodies::{self, CSV, Upload, XLSX};
use super::caller::Caller;
use super::problem::{MEDIA_TYPE, Problem};
use super::{App, apart, query};
use crate::acts::fact_form;
use crate::cli::tree::text_json;
use crate::linkage::file::{self, Load};
use crate::linkage::form::{self, ACTS, Form, Written, Wrong};
use crate::linkage::views::{self, done_json};
use crate::linkage::{Refused, export, known_area, perform};
use crate::say::{Failure, words};
use crate::{clock, store};

type Answer = Result<Json<Value>, Problem>;

/// Characters that the name of a book may have.
const NAME: usize = 60;

/// All routes of books.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/linkage/books", get(list).post(open))
        .route("/linkage/forms", get(forms))
        .route("/linkage/check", get(check))
        .route("/linkage/books/{book}", get(book))
        .route("/linkage/books/{book}/entries", get(entries))
        .route("/linkage/books/{book}/export", get(export_book))
        .route("/linkage/books/{book}/operations", post(operate))
        .route("/linkage/books/{book}/load", post(load))
}

fn text<'p>(pairs: &'p query::Pairs, name: &str) -> Option<&'p str> {
    pairs.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

fn only(pairs: &query::Pairs, names: &[&str]) -> Result<(), Problem> {
    match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, value)) => Err(Problem::query(name, value, &names.join(", "))),
        None => Ok(()),
    }
}

/// A book of the store as of the day that is asked for.
fn read(app: &App, name: &str, pairs: &query::Pairs) -> Result<(books::Book, Vec<Event>), Problem> {
    let on = query::date(pairs, "on")?;
    let absent = |failure: Failure| Problem::said(StatusCode::NOT_FOUND, "absent", failure.message);
    let found = app.with_ledger(|ledger| export::read(ledger, &app.store, name)).map_err(absent)?;
    export::as_of(found, name, on).map_err(absent)
}

/// The books of the store with their totals.
async fn list(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    only(&pairs, &["lang", "as_of"])?;
    apart(move || {
        let failed = |error| Problem::from(store::failure(&app.store, &error));
        let names = app.with_ledger(|ledger| books::books(ledger)).map_err(failed)?;
        let each = names.iter().map(|name| {
            let (book, events) = app.with_ledger(|ledger| export::read(ledger, &app.store, name))?;
            Ok(views::book_json(name, &book, &events))
        });
        let each: Vec<Value> = each.collect::<Result<_, Failure>>()?;
        let packages = app.library.laws();
        let packages: Vec<Value> =
            packages.map(|(id, law)| json!({"id": id, "title": text_json(&law.package().title)})).collect();
        Ok(Json(json!({"books": each, "packages": packages})))
    })
    .await
}

/// What each act asks for.
async fn forms(State(app): State<Arc<App>>) -> Answer {
    apart(move || {
        let library = &app.library;
        let acts = ACTS.iter().map(|act| {
            let asks = form::asks(act).iter().map(|(field, needed)| {
                let title = text_json(&form::asked_title(act, field));
                let mut asked = field_form(library, field);
                asked["title"] = title;
                json!({"form": asked, "needed": needed})
            });
            json!({"act": act, "title": text_json(&form::act_title(act)), "asks": asks.collect::<Vec<_>>()})
        });
        let accounts = ["outside", "pending", "rate", "credit", "used", "revenue", "kept", "owed", "paid"];
        let accounts: BTreeMap<&str, Value> = accounts
            .into_iter()
            .map(|kind| (kind, text_json(&words(&format!("linkage_account_{kind}")))))
            .collect();
        let deeds =
            ["opened", "share_published", "given_up", "credited", "moved", "used", "paid", "reversed"];
        let deeds: BTreeMap<&str, Value> = deeds
            .into_iter()
            .map(|deed| (deed, text_json(&words(&format!("linkage_deed_{deed}")))))
            .collect();
        Ok(Json(json!({
            "acts": acts.collect::<Vec<_>>(), "accounts": accounts, "deeds": deeds,
            "file_limit": bodies::FILE_LIMIT,
        })))
    })
    .await
}

fn field_form(library: &Library, field: &str) -> Value {
    if field == "share_of" {
        let of =
            |code: &str| json!({"code": code, "title": text_json(&words(&format!("linkage_of_{code}")))});
        let values = vec![of("benefit"), of("credit")];
        return json!({"name": field, "title": null, "kind": "code", "unit": null, "values": values});
    }
    match form::fact_of(field).and_then(|fact| library.vocabulary.fact(fact)) {
        Some(fact) => {
            let mut asked = fact_form(library, fact);
            asked["name"] = json!(field);
            asked
        }
        None => json!({"name": field, "title": null, "kind": "text", "unit": null, "values": []}),
    }
}

/// The chain and every invariant of all books.
async fn check(State(app): State<Arc<App>>) -> Answer {
    apart(move || Ok(Json(app.with_ledger(|ledger| export::examine(ledger, &app.store))?.json()))).await
}

/// Balances of a book, by place, by account and by year.
async fn book(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    only(&pairs, &["on", "lang", "as_of"])?;
    apart(move || {
        let (book, events) = read(&app, &name, &pairs)?;
        let years = views::years(&book).json();
        Ok(Json(json!({"book": views::book_json(&name, &book, &events), "years": years})))
    })
    .await
}

/// The journal.
async fn entries(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    only(&pairs, &["on", "lang", "as_of"])?;
    apart(move || {
        let (book, events) = read(&app, &name, &pairs)?;
        Ok(Json(views::journal(&book, &events).json()))
    })
    .await
}

/// A book for other programs: a workbook, or one of its tables as CSV.
async fn export_book(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    only(&pairs, &["on", "form", "table"])?;
    apart(move || {
        let (book, events) = read(&app, &name, &pairs)?;
        let (places, accounts) = (views::places(&book), views::accounts(&book));
        let journal = views::journal(&book, &events);
        match text(&pairs, "form").unwrap_or("xlsx") {
            "xlsx" => {
                let tables = [("places", &places), ("accounts", &accounts), ("journal", &journal)];
                Ok(bodies::file(XLSX, &format!("linkage-{name}.xlsx"), export::xlsx(&tables)?))
            }
            "csv" => {
                let table = text(&pairs, "table").unwrap_or("journal");
                let listing = match table {
                    "journal" => &journal,
                    "accounts" => &accounts,
                    "places" => &places,
                    other => return Err(Problem::query("table", other, "journal, accounts, places")),
                };
                Ok(bodies::file(CSV, &format!("linkage-{name}-{table}.csv"), export::csv(listing)?))
            }
            other => Err(Problem::query("form", other, "xlsx, csv")),
        }
    })
    .await
}

/// What is sent to open a book.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    book: String,
    title: String,
    package: String,
    by: String,
    #[serde(default)]
    on: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// Opens a book.
async fn open(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Result<Json<Opening>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let name = asked.book.trim();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(Problem::query("book", name, &format!("1 … {NAME}")));
        }
        let on = day(asked.on.as_deref())?.unwrap_or_else(clock::today);
        let act = Act::Open { title: asked.title.trim().to_owned(), package: asked.package };
        let order = Order { key: None, on, origin: String::new(), act };
        let by = signed(&caller, &asked.by)?;
        done(&app, name, &[order], by, asked.dry_run)
    })
    .await
}

fn signed<'b>(caller: &'b Caller, by: &'b str) -> Result<&'b str, Problem> {
    let by = caller.name(by.trim());
    if by.is_empty() { Err(Problem::query("by", "", words("who_acts").zh.as_str())) } else { Ok(by) }
}

fn day(written: Option<&str>) -> Result<Option<Date>, Problem> {
    let Some(text) = written.filter(|text| !text.is_empty()) else { return Ok(None) };
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
    day.map(Some).ok_or_else(|| Problem::query("on", text, "YYYY-MM-DD"))
}

/// Records orders, or tells what is objected to.
fn done(app: &App, book: &str, orders: &[Order], by: &str, dry: bool) -> Result<Response, Problem> {
    let library = &app.library;
    // A writer of its own: the reader that all share is opened to read alone.
    let mut ledger = store::open(&app.store)?;
    let circumstances = (by, clock::now(), clock::today(), dry);
    match perform(&mut ledger, library, book, orders, circumstances) {
        Ok(done) => {
            let status = if dry { StatusCode::OK } else { StatusCode::CREATED };
            let done: Vec<Value> = done.iter().map(done_json).collect();
            Ok((status, Json(json!({"done": done}))).into_response())
        }
        Err(Refused::Store(error)) => Err(store::failure(&app.store, &error).into()),
        Err(Refused::Objection(_, objection)) => {
            let told = objection.json(library);
            Ok(unprocessable(&json!({
                "code": told["code"], "title": told["title"], "detail": told["detail"],
                "refused": [told], "fields": [],
            })))
        }
    }
}

fn unprocessable(body: &Value) -> Response {
    let kind = [(header::CONTENT_TYPE, MEDIA_TYPE)];
    (StatusCode::UNPROCESSABLE_ENTITY, kind, body.to_string()).into_response()
}

/// What is sent to do an act.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    act: String,
    by: String,
    #[serde(default)]
    on: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    origin: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Decide, and record nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Does an act, or says why not: every field that cannot be read, or the objection with its clauses.
async fn operate(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let library = &app.library;
        let act = ACTS.into_iter().find(|act| *act == asked.act);
        let act = act.ok_or_else(|| Problem::query("act", &asked.act, &ACTS.join(", ")))?;
        let by = signed(&caller, &asked.by)?;
        let known = form::asks(act);
        if let Some((field, value)) =
            asked.fields.iter().find(|(field, _)| known.iter().all(|(known, _)| known != field))
        {
            let known: Vec<&str> = known.iter().map(|(field, _)| *field).collect();
            return Err(Problem::query(field, value, &known.join(", ")));
        }
        let on = day(asked.on.as_deref())?.unwrap_or_else(clock::today);
        let written = |field: &str| {
            let own = asked.key.as_deref().filter(|_| field == "key");
            let text = asked.fields.get(field).map(String::as_str).or(own).unwrap_or_default();
            Written { text, unit: None }
        };
        let parcel = asked.fields.get("parcel").map(|parcel| parcel.trim());
        let area = app.with_ledger(|ledger| known_area(ledger, parcel?, clock::today()));
        let known = |_: &str| area.clone();
        let orders = Form::new(library, &written, &known).orders(act, Some(on), &asked.origin);
        match orders {
            Ok(orders) => done(&app, &name, &orders, by, asked.dry_run),
            Err(wrong) => Ok(unprocessable(&fields_json(act, &wrong))),
        }
    })
    .await
}

fn fields_json(act: &str, wrong: &[Wrong]) -> Value {
    let problem = text_json(&words("problem_linkage_fields"));
    let each = wrong.iter().map(|(field, why)| {
        json!({"field": field, "title": text_json(&form::asked_title(act, field)), "why": text_json(why)})
    });
    json!({
        "code": "fields", "title": text_json(&words("status_400")), "detail": problem,
        "refused": [], "fields": each.collect::<Vec<_>>(),
    })
}

/// Operations from a file, all or none.
async fn load(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(name): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
    body: Body,
) -> Result<Response, Problem> {
    only(&pairs, &["name", "sheet", "by", "dry_run"])?;
    let upload = Upload::take(body, text(&pairs, "name")).await?;
    apart(move || {
        let by = signed(&caller, text(&pairs, "by").unwrap_or_default())?;
        let dry = text(&pairs, "dry_run") == Some("yes");
        let load = Load {
            book: &name,
            path: upload.path(),
            sheet: text(&pairs, "sheet").map(str::to_owned),
            by,
            now: clock::now(),
            today: clock::today(),
            dry,
        };
        let mut ledger = store::open(&app.store)?;
        let done = file::load(&mut ledger, &app.library, &app.store, &load);
        let done = done.map_err(|failure| upload.problem("file", failure))?;
        let there = done.iter().filter(|one| one.there).count();
        let body = json!({"added": done.len() - there, "there": there, "dry_run": dry});
        let status = if dry { StatusCode::OK } else { StatusCode::CREATED };
        Ok((status, Json(body)).into_response())
    })
    .await
}
