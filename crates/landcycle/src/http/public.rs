//! The public page's data: what publications of the packages name, to anybody, without signing in.

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use landcycle_ledger::Ledger;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use super::problem::Problem;
use super::query;
use super::{App, apart};
use crate::cli::tree::text_json;
use crate::listings::public::{FileForm, sheet_csv, workbook};
use crate::publications::{self, Item, feed, of_law, table};
use crate::say::{Failure, words};
use crate::{clock, store};

/// The routes of this area, below `/api`.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/public", get(list))
        .route("/public/items/{kind}/{key}", get(one))
        .route("/public/feed", get(atom))
        .route("/public/table", get(sheet))
}

/// Items of a page at most.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 500;
const NAMES: [&str; 7] = ["kind", "q", "district", "offset", "limit", "lang", "form"];

/// What is published, computed once while store and days stay.
pub(super) struct Published {
    at: (usize, jiff::civil::Date, jiff::civil::Date),
    items: Vec<Item>,
}

fn published(app: &App) -> Result<Arc<Published>, Problem> {
    let size = app.with_ledger(Ledger::size).map_err(|error| store::failure(&app.store, &error))?;
    let at = (size.events, app.usual_day(), clock::today());
    let mut kept = app.published.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept.as_ref().filter(|found| found.at == at) {
        return Ok(Arc::clone(found));
    }
    let items = app.with_ledger(|ledger| publications::all(ledger, &app.library, (at.1, at.2)))?;
    let made = Arc::new(Published { at, items });
    *kept = Some(Arc::clone(&made));
    Ok(made)
}

/// The items that a query asks for.
fn wanted<'p>(published: &'p Published, pairs: &query::Pairs) -> Result<Vec<&'p Item>, Problem> {
    if let Some((name, value)) = pairs.iter().find(|(name, _)| !NAMES.contains(&name.as_str())) {
        return Err(Problem::query(name, value, &NAMES.join(", ")));
    }
    let text =
        |name: &str| pairs.get(name).map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
    let (kind, q, district) = (text("kind"), text("q"), text("district"));
    let each = published.items.iter().filter(|item| {
        kind.as_ref().is_none_or(|kind| item.kind == *kind)
            && district.as_ref().is_none_or(|district| {
                item.line()["district"]["zh"].as_str().is_some_and(|own| own.to_lowercase() == *district)
            })
            && q.as_ref().is_none_or(|q| item.holds(q))
    });
    Ok(each.collect())
}

/// What is public by which clause of which package, and the items by filter.
async fn list(
    State(app): State<Arc<App>>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        let published = published(&app)?;
        let found = wanted(&published, &pairs)?;
        let offset = query::number(&pairs, "offset", 0, usize::MAX)?;
        let limit = query::number(&pairs, "limit", LIMIT, LIMIT_MAX)?;
        let items: Vec<Value> = found.iter().skip(offset).take(limit).map(|item| item.line()).collect();
        Ok(Json(json!({
            "as_of": published.at.1.to_string(), "total": found.len(), "items": items,
            "publications": kinds(&app, &published), "banner": app.banner().as_ref().map(text_json),
        })))
    })
    .await
}

/// The publications of every package that publishes something here, each once where layers share it.
fn kinds(app: &App, published: &Published) -> Vec<Value> {
    let mut told: Vec<Value> = Vec::new();
    for (id, law) in app.library.laws() {
        for (kind, found) in of_law(law) {
            let count =
                published.items.iter().filter(|item| item.kind == *kind && item.package == *id).count();
            if count == 0 {
                continue;
            }
            let mut value = publications::publication_json(&app.library, law, found);
            value["count"] = json!(count);
            match told.iter_mut().find(|known| known["kind"] == *kind && known["cites"] == value["cites"]) {
                Some(known) => known["count"] = json!(known["count"].as_u64().unwrap_or(0) + count as u64),
                None => told.push(value),
            }
        }
    }
    told
}

async fn one(
    State(app): State<Arc<App>>,
    Path((kind, key)): Path<(String, String)>,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        let published = published(&app)?;
        let item = published.items.iter().find(|item| item.kind == kind && item.key == key);
        let item = item.ok_or_else(|| Problem::absent(&key))?;
        let law = app.library.law(&item.package).ok_or_else(|| Problem::absent(&item.package))?;
        let found = of_law(law).get(kind.as_str()).copied().ok_or_else(|| Problem::absent(&kind))?;
        let publication = publications::publication_json(&app.library, law, found);
        let banner = app.banner();
        Ok(Json(json!({
            "item": item.json(), "publication": publication, "banner": banner.as_ref().map(text_json),
        })))
    })
    .await
}

/// The title of a kind, or the clauses of it (`cite PACKAGE KIND`).
fn titles(app: &App, asked: &str, language: Language) -> String {
    let (package, kind) = match asked.strip_prefix("cite ").and_then(|rest| rest.split_once(' ')) {
        Some((package, kind)) => (Some(package), kind),
        None => (None, asked),
    };
    let mut laws = app.library.laws().filter(|(id, _)| package.is_none_or(|package| *id == package));
    let found = laws.find_map(|(_, law)| of_law(law).get(kind).copied().cloned());
    match (found, package) {
        (Some(found), None) => found.title.get(language).to_owned(),
        (Some(found), Some(_)) => {
            let cites =
                found.cites.iter().map(|cite| crate::cli::tree::cite_line(&app.library, &cite.id, language));
            cites.collect::<Vec<_>>().join("\n")
        }
        (None, _) => kind.to_owned(),
    }
}

/// The feed; its addresses begin as the caller's own did.
async fn atom(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    let host =
        headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let text = apart(move || {
        let published = published(&app)?;
        let found = wanted(&published, &pairs)?;
        let language = query::language(&pairs);
        let home = format!("http://{host}/public");
        let page = |item: &Item| format!("{home}/{}/{}", item.kind, encoded(&item.key));
        Ok(feed::atom(&found, &home, &page, &|kind| titles(&app, kind, language), language))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}

/// A part of an address.
fn encoded(part: &str) -> String {
    part.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// What is shown, as a table.
async fn sheet(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Result<Response, Problem> {
    let asked = pairs.get("form").map_or("csv", String::as_str);
    let form = FileForm::of(asked).filter(|form| *form != FileForm::Json);
    let form = form.ok_or_else(|| Problem::query("form", asked, "csv, xlsx"))?;
    let bytes = apart(move || {
        let published = published(&app)?;
        let found = wanted(&published, &pairs)?;
        let language = query::language(&pairs);
        let rows = table::rows(&found, &|kind| titles(&app, kind, language), language);
        if form == FileForm::Csv {
            return Ok(sheet_csv(&rows)?);
        }
        let name = words("public_sheet").get(language).to_owned();
        let made = workbook(&[(name, rows)])
            .map_err(|error| Failure::new("cannot_write", &[("file", "xlsx"), ("why", &error.to_string())]));
        Ok(made?)
    })
    .await?;
    let told = format!("attachment; filename=\"public.{}\"", form.ending());
    let headers = [(header::CONTENT_TYPE, form.kind().to_owned()), (header::CONTENT_DISPOSITION, told)];
    Ok((headers, bytes).into_response())
}
