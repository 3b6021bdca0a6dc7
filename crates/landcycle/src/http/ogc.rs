//! OGC API – Features for GIS programs: parcels with their facts and outcomes, and the zones of layers.
//! Part 1 (core, GeoJSON, OpenAPI 3.0), Part 2 (reference systems), Part 3 with CQL2 (filters).
//!
//! **Invariant:** features, counts and extents are those that the caller may see, and a page costs no fold:
//! a collection is read once for its day and the number of events in the store.

mod ask;
mod collections;
mod crs;
mod filter;
mod items;
mod landing;
mod links;
mod openapi;
mod outlines;
mod parcels;
mod region;
mod table;
mod zones;

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::text::Text;

use super::caller::Caller;
use super::problem::Problem;
use super::{App, told};
use crate::layers::{self, Edition};
use crate::say::words;
use crate::store;
use table::Table;

/// The collection of parcels.
const PARCELS: &str = "parcels";
/// How the collections of layers begin.
const LAYER: &str = "layer-";
/// Collections that are kept.
const KEPT: usize = 8;

/// 集架 · collections that were read, the last ones asked for at the end.
#[derive(Default)]
pub(super) struct Shelf(Mutex<Vec<(Key, Arc<Table>)>>);

/// What a collection depends on.
#[derive(Clone, PartialEq)]
struct Key {
    name: String,
    /// The day of parcels, the number of an edition.
    of: String,
    events: usize,
}

/// Addresses of the service.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/ogc", get(landing::landing))
        .route("/ogc/", get(landing::landing))
        .route("/ogc/conformance", get(landing::conformance))
        .route("/ogc/api", get(landing::api))
        .route("/ogc/collections", get(collections::collections))
        .route("/ogc/collections/{collection}", get(collections::one))
        .route("/ogc/collections/{collection}/queryables", get(collections::queryables))
        .route("/ogc/collections/{collection}/items", get(items::items))
        .route("/ogc/collections/{collection}/items/{feature}", get(items::item))
        .layer(middleware::map_response(async |response: Response| {
            let mut response = told(response);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }))
}

/// A collection as it is told.
struct Found {
    title: Text,
    about: Text,
    as_of: Date,
    table: Arc<Table>,
}

fn day_of(app: &App, day: Option<Date>) -> Date {
    day.unwrap_or_else(|| app.usual_day())
}

fn editions(app: &App) -> Result<Vec<Edition>, Problem> {
    let all = app.with_ledger(layers::editions);
    Ok(all.map_err(|error| store::failure(&app.store, &error))?)
}

/// The collections that a caller may read.
fn names(app: &App, caller: &Caller, day: Option<Date>) -> Result<Vec<String>, Problem> {
    let mut found = Vec::new();
    if caller.may("parcels.read") {
        found.push(PARCELS.to_owned());
    }
    if caller.may("layers.read") {
        let all = editions(app)?;
        found.extend(
            layers::in_force(&all, day_of(app, day)).iter().map(|edition| format!("{LAYER}{}", edition.name)),
        );
    }
    Ok(found)
}

/// A collection by its name.
fn find(app: &App, caller: &Caller, name: &str, day: Option<Date>) -> Result<Found, Problem> {
    let as_of = day_of(app, day);
    if name == PARCELS {
        allowed(caller, "parcels.read")?;
        let table = kept(app, name, &as_of.to_string(), || parcels::table(app, as_of))?;
        return Ok(Found { title: words("ogc_parcels"), about: words("ogc_parcels_about"), as_of, table });
    }
    let layer = name.strip_prefix(LAYER).ok_or_else(|| Problem::absent(name))?;
    allowed(caller, "layers.read")?;
    let all = editions(app)?;
    let edition = layers::in_force(&all, as_of).into_iter().find(|edition| edition.name == layer);
    of_edition(app, name, edition.ok_or_else(|| Problem::absent(name))?, as_of)
}

/// The collection in which a feature is: of a layer the edition that its id names, in force or not.
fn find_for(
    app: &App,
    caller: &Caller,
    name: &str,
    day: Option<Date>,
    feature: &str,
) -> Result<Found, Problem> {
    let Some(layer) = name.strip_prefix(LAYER) else { return find(app, caller, name, day) };
    allowed(caller, "layers.read")?;
    let all = editions(app)?;
    let number = zones::edition_of(feature);
    let edition = all.iter().find(|edition| edition.name == layer && Some(edition.number) == number);
    of_edition(app, name, edition.ok_or_else(|| Problem::absent(feature))?, day_of(app, day))
}

fn of_edition(app: &App, name: &str, edition: &Edition, as_of: Date) -> Result<Found, Problem> {
    let table = kept(app, name, &edition.number.to_string(), || zones::table(app, edition))?;
    let kind = layers::title(&app.library, "layer_kind", &edition.kind);
    let about = words("ogc_layer_about").fill(&[
        ("kind", kind),
        ("edition", Text::same(edition.number.to_string())),
        ("marks", layers::marks(edition)),
    ]);
    Ok(Found { title: Text::same(&edition.title), about, as_of, table })
}

fn allowed(caller: &Caller, needs: &str) -> Result<(), Problem> {
    if caller.may(needs) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", needs)]))
}

/// A collection from the shelf, or read and put there.
fn kept(
    app: &App,
    name: &str,
    of: &str,
    read: impl FnOnce() -> Result<Table, Problem>,
) -> Result<Arc<Table>, Problem> {
    let size = app.with_ledger(Ledger::size).map_err(|error| store::failure(&app.store, &error))?;
    let key = Key { name: name.to_owned(), of: of.to_owned(), events: size.events };
    // Held while a collection is read: whoever asks for the same meanwhile waits for it.
    let mut shelf = app.ogc.0.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.retain(|(kept, _)| kept.events == key.events);
    if let Some(at) = shelf.iter().position(|(kept, _)| *kept == key) {
        let found = shelf.remove(at);
        let table = Arc::clone(&found.1);
        shelf.push(found);
        return Ok(table);
    }
    let table = Arc::new(read()?);
    if shelf.len() >= KEPT {
        shelf.remove(0);
    }
    shelf.push((key, Arc::clone(&table)));
    Ok(table)
}
