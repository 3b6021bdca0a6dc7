//! Listings and sealed bids over HTTP: the steps of the command line, by the same functions. What is
//! told of bids is [`view`]'s to say; who may take a step on which listing is said here.

mod told;

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use landcycle_ledger::listing::{Key, KeyError, Listing, Seal};
use landcycle_policy::package::library::Library;
use serde::Deserialize;
use serde_json::{Value, json};

use self::told::{refused, unreadable};
use super::caller::Caller;
use super::problem::Problem;
use super::query;
use super::{App, apart, bodies};
use crate::acts::fact_form;
use crate::cli::tree;
use crate::cli::tree::text_json;
use crate::listings::bench::{Bench, Known, ORDER, OUTCOME};
use crate::listings::decide::bench_of;
use crate::listings::result::result;
use crate::listings::view::{self, Viewer};
use crate::listings::{self, Asked, Wanted, form, public};
use crate::say::words;
use crate::{clock, store};

type Answer = Result<Json<Value>, Problem>;

/// Where what the page records comes from.
const ORIGIN: &str = "page";

/// The routes of this area, below `/api`.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/listings", get(list).post(publish))
        .route("/listing-form", get(notice_form))
        .route("/listings/{id}", get(one))
        .route("/listings/{id}/bids", post(hand_in))
        .route("/listings/{id}/withdrawals", post(withdraw))
        .route("/listings/{id}/openings", post(open))
        .route("/listings/{id}/ranking", post(rank))
        .route("/listings/{id}/end", post(end))
        .route("/listings/{id}/result", get(result_file))
        .route("/listings/{id}/sheet", get(sheet_file))
        .route("/listings/{id}/explain/{digest}", get(explain))
}

fn viewer(caller: &Caller) -> Viewer<'_> {
    Viewer { firm: caller.holder.as_deref(), today: clock::today() }
}

/// Who records: the account, or what the office wrote.
fn by(caller: &Caller, written: &str) -> Result<String, Problem> {
    let name = caller.name(written).trim();
    if name.is_empty() {
        Err(Problem::query("by", "", words("who_acts").zh.as_str()))
    } else {
        Ok(name.to_owned())
    }
}

/// An officer acts on listings of the own area alone; one that names no district is nobody's but of those
/// who have every area.
fn in_area(caller: &Caller, facts: &Known) -> Result<(), Problem> {
    let here = facts.get("district").is_some_and(|district| caller.districts.contains(district));
    if caller.office || caller.districts.is_empty() || here {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "listing_elsewhere", &[]))
}

/// A firm acts in its own name alone.
fn own(caller: &Caller, bidder: &str) -> Result<(), Problem> {
    match caller.holder.as_deref() {
        Some(own) if own != bidder => {
            let values = [("bidder", bidder), ("own", own)];
            Err(Problem::new(StatusCode::FORBIDDEN, "bid_not_own", &values))
        }
        _ => Ok(()),
    }
}

fn read(app: &App, id: &str) -> Result<Listing, Problem> {
    let found = app.with_ledger(|ledger| listings::read(ledger, id));
    found.map_err(|error| unreadable(app, error))?.ok_or_else(|| Problem::absent(id))
}

/// The law of a listing, given to `tell` with the packages at hand.
fn under<T>(
    app: &App,
    listing: &Listing,
    tell: impl FnOnce(&Library, &Library) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let law = app.with_ledger(|ledger| listings::law_of(ledger, &app.library, listing))?;
    tell(law.get(&app.library), &app.library)
}

fn whole(app: &App, listing: &Listing, caller: &Caller) -> Result<Value, Problem> {
    let mut sheet = under(app, listing, |library, present| {
        Ok(view::sheet(listing, (library, present), viewer(caller))?)
    })?;
    sheet["viewer"] = rights(caller);
    Ok(sheet)
}

/// What the page may offer to the caller; whether it is allowed is asked again at every step.
fn rights(caller: &Caller) -> Value {
    json!({
        "firm": caller.holder, "signed_in": caller.account.is_some(),
        "writes": caller.may("listing.write"), "bids": caller.may("bid"),
    })
}

/// The listings by state: what is published is no secret, so nobody's list is shorter.
async fn list(State(app): State<Arc<App>>, caller: Caller, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    apart(move || {
        let today = clock::today();
        let wanted = pairs.get("state").filter(|state| !state.is_empty());
        let known: Vec<&str> = view::State::ALL.into_iter().map(view::State::word).collect();
        if let Some(state) = wanted.filter(|state| !known.contains(&state.as_str())) {
            return Err(Problem::query("state", state, &known.join(", ")));
        }
        let text = pairs.get("q").map(|text| text.trim().to_lowercase()).unwrap_or_default();
        let all = app.with_ledger(listings::all).map_err(|error| unreadable(&app, error))?;
        let mut counts = serde_json::Map::new();
        for state in view::State::ALL {
            let many = all.iter().filter(|listing| view::State::of(listing, today) == state).count();
            counts.insert(state.word().to_owned(), json!(many));
        }
        let rows = all.iter().filter(|listing| {
            let notice = &listing.notice;
            wanted.is_none_or(|state| view::State::of(listing, today).word() == state)
                && (text.is_empty()
                    || [&notice.listing, &notice.parcel].iter().any(|of| of.to_lowercase().contains(&text)))
        });
        let rows: Vec<Value> = rows.map(|listing| view::row(listing, &app.library, today)).collect();
        let rights = rights(&caller);
        Ok(Json(json!({"today": today.to_string(), "counts": counts, "listings": rows, "viewer": rights})))
    })
    .await
}

async fn one(State(app): State<Arc<App>>, Path(id): Path<String>, caller: Caller) -> Answer {
    apart(move || Ok(Json(whole(&app, &read(&app, &id)?, &caller)?))).await
}

/// What a notice states: the facts that the indicators of a package are made of, and the place.
async fn notice_form(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    apart(move || {
        let library = &app.library;
        let packages: Vec<Value> = library
            .laws()
            .map(|(id, law)| json!({"id": id, "title": text_json(&law.package().title)}))
            .collect();
        let wanted = pairs.get("package").filter(|package| !package.is_empty());
        let law = match wanted {
            Some(package) => library.law(package).ok_or_else(|| Problem::absent(package))?,
            None => library.laws().next().map(|(_, law)| law).ok_or_else(|| Problem::absent(""))?,
        };
        let today = clock::today();
        let asks = Bench::new(library, law, today)?.asks(&Known::new(), today)?;
        let names = asks.of_notice.iter().map(String::as_str).chain(["city", "district"]);
        let facts: Vec<Value> = names
            .filter_map(|name| library.vocabulary.fact(name))
            .map(|fact| fact_form(library, fact))
            .collect();
        let cites: Vec<Value> = asks.cites.iter().map(|cite| tree::cite_json(library, cite)).collect();
        Ok(Json(json!({
            "package": law.package().id, "packages": packages, "facts": facts, "cites": cites,
            "today": today.to_string(),
        })))
    })
    .await
}

/// What is sent to publish a listing, or with `dry_run` to see it as it would be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publishing {
    notice: form::Filled,
    #[serde(default)]
    by: String,
    #[serde(default)]
    dry_run: bool,
}

async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Result<Json<Publishing>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let draft = asked
            .notice
            .draft(&app.library)
            .map_err(|failure| Problem::said(StatusCode::UNPROCESSABLE_ENTITY, "value", failure.message))?;
        in_area(&caller, &draft.facts)?;
        if asked.dry_run {
            let now = clock::now();
            let asked = Asked {
                listing: draft.listing.clone(),
                wanted: Wanted::Publish(draft),
                by: String::new(),
                origin: ORIGIN.to_owned(),
            };
            let seen = app.with_ledger(|ledger| {
                listings::preview(ledger, &app.library, &asked, (now, clock::day_in_china(now)))
            });
            return match seen {
                Ok(listing) => Ok(Json(whole(&app, &listing, &caller)?).into_response()),
                Err(error) => refused(&app, error),
            };
        }
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, draft.listing.clone(), Wanted::Publish(draft), by)
    })
    .await
}

/// Records a step and answers with the listing after it, or with the refusal in full.
fn perform(
    app: &App,
    caller: &Caller,
    listing: String,
    wanted: Wanted,
    by: String,
) -> Result<Response, Problem> {
    let asked = Asked { listing, wanted, by, origin: ORIGIN.to_owned() };
    let now = clock::now();
    // A writer of its own: the reader that all share is opened to read alone.
    let mut ledger = store::open(&app.store)?;
    match listings::perform(&mut ledger, &app.library, &asked, (now, clock::day_in_china(now))) {
        Ok(listing) => Ok((StatusCode::CREATED, Json(whole(app, &listing, caller)?)).into_response()),
        Err(error) => refused(app, error),
    }
}

/// A sealed bid as it is handed in: its text, in which there is a digest and no figure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedIn {
    sealed: String,
    #[serde(default)]
    by: String,
}

fn no_form(code: &str, error: KeyError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, &[("line", &error.line.to_string())])
}

/// The file must be for the listing of the address.
fn of_listing(found: &str, id: &str) -> Result<(), Problem> {
    let values = [("found", found), ("listing", id)];
    if found == id {
        Ok(())
    } else {
        Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bid_sealed_for", &values))
    }
}

async fn hand_in(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    asked: Result<Json<HandedIn>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let seal = Seal::parse(&asked.sealed).map_err(|error| no_form("bid_seal", error))?;
        of_listing(&seal.listing, &id)?;
        own(&caller, &seal.bidder)?;
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, id, Wanted::Seal(seal), by)
    })
    .await
}

/// Whose bids are withdrawn.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawn {
    bidder: String,
    #[serde(default)]
    by: String,
}

async fn withdraw(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    asked: Result<Json<Withdrawn>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let bidder = asked.bidder.trim().to_owned();
        own(&caller, &bidder)?;
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, id, Wanted::Withdraw(bidder), by)
    })
    .await
}

/// A key, after the deadline.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    key: String,
    #[serde(default)]
    by: String,
}

async fn open(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    asked: Result<Json<Opened>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        let key = Key::parse(&asked.key).map_err(|error| no_form("bid_key", error))?;
        of_listing(key.listing(), &id)?;
        own(&caller, key.bidder())?;
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, id, Wanted::Open(key), by)
    })
    .await
}

/// Who ranks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ranking {
    #[serde(default)]
    by: String,
}

async fn rank(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    asked: Result<Json<Ranking>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        in_area(&caller, &read(&app, &id)?.notice.facts)?;
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, id, Wanted::Rank, by)
    })
    .await
}

/// How a listing is to end: with the first of the ranking, or without a winner and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ending {
    award: bool,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    by: String,
}

async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    asked: Result<Json<Ending>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    apart(move || {
        in_area(&caller, &read(&app, &id)?.notice.facts)?;
        let reason = asked.reason.trim();
        if !asked.award && reason.is_empty() {
            return Err(Problem::query("reason", "", words("listing_why").zh.as_str()));
        }
        let wanted = if asked.award { Wanted::Award } else { Wanted::Fail(reason.to_owned()) };
        let by = by(&caller, &asked.by)?;
        perform(&app, &caller, id, wanted, by)
    })
    .await
}

/// The result as a file that anyone can compute again, or as a table.
async fn result_file(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    let asked = pairs.get("form").map_or("json", String::as_str);
    let Some(form) = public::FileForm::of(asked) else {
        return Err(Problem::query("form", asked, "json, csv, xlsx"));
    };
    let language = query::language(&pairs);
    let (bytes, name) = apart(move || {
        let listing = read(&app, &id)?;
        if listing.ranked.is_none() {
            let values = [("listing", id.as_str())];
            return Err(Problem::new(StatusCode::CONFLICT, "listing_not_ranked", &values));
        }
        let file =
            under(&app, &listing, |library, _| Ok(public::file(&result(&listing, library)?, &listing)))?;
        Ok((public::bytes(&file, form, language)?, format!("result.{}", form.ending())))
    })
    .await?;
    Ok(bodies::file(form.kind(), &name, bytes))
}

/// The sheet of the listing as a document.
async fn sheet_file(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let bytes = apart(move || {
        let listing = read(&app, &id)?;
        let banner = app.meta(store::SAMPLE_META);
        under(&app, &listing, |library, _| {
            Ok(listings::paper::sheet(&listing, library, app.folder(), banner, clock::today())?)
        })
    })
    .await?;
    Ok(bodies::file(bodies::DOCX, "listing.docx", bytes))
}

/// The trees behind standing and order of a bid.
async fn explain(
    State(app): State<Arc<App>>,
    Path((id, digest)): Path<(String, String)>,
    caller: Caller,
) -> Answer {
    apart(move || {
        let listing = read(&app, &id)?;
        let at = listing.bids.iter().position(|bid| bid.digest.to_string() == digest);
        let at = at.ok_or_else(|| Problem::absent(&digest))?;
        if !viewer(&caller).may_read(&listing, &listing.bids[at]) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "bid_unread", &[]));
        }
        under(&app, &listing, |library, present| {
            let found = result(&listing, library)?;
            let bench = bench_of(&listing, library)?;
            let sources = tree::Sources { texts: found.facts[at].clone(), ..tree::Sources::default() };
            let tell =
                |rule| bench.explain(&found.facts[at], rule, |step| tree::json(step, present, &sources));
            Ok(Json(json!({
                "listing": id, "digest": digest, "bidder": listing.bids[at].bidder,
                "order": tell(ORDER)?, "outcome": tell(OUTCOME)?,
            })))
        })
    })
    .await
}

#[cfg(test)]
mod tests;
