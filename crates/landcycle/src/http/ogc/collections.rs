//! The collections, and what can be asked of the items of each.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use landcycle_policy::text::Language;
use serde_json::{Map, Value, json};

use super::super::caller::Caller;
use super::super::problem::Problem;
use super::super::{App, apart, contract};
use super::ask::{self, Given, Sight};
use super::crs::{CRS84, Crs, STORAGE};
use super::filter::GEOMETRY;
use super::landing::answer;
use super::links::{GEOJSON, JSON, Place, SCHEMA, link};
use super::outlines::{Bounds, NOWHERE, both};
use super::table::{Column, Kind, Table};
use super::{Found, find, names};
use crate::say::words;

/// The address of a collection's tiles, if the service has any.
const TILES: &str = "/ogc/collections/{collection}/tiles";
const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const QUERYABLES: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
const ITEMS: &str = "items";

/// `/ogc/collections`.
pub(super) async fn collections(
    State(app): State<Arc<App>>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        ask::known(&given, &["f", "lang", "as_of"])?;
        let day = ask::as_of(&given)?;
        let found = names(&app, &caller, day)?;
        let told: Result<Vec<Value>, Problem> = found
            .iter()
            .map(|name| find(&app, &caller, name, day).map(|found| collection(name, &found, &place, &caller)))
            .collect();
        let links = json!([link(&place.at(&["collections"]), "self", JSON, "")]);
        Ok(answer(&json!({"links": links, "collections": told?}), JSON, &place))
    })
    .await
}

/// `/ogc/collections/{collection}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        ask::known(&given, &["f", "lang", "as_of"])?;
        let found = find(&app, &caller, &name, ask::as_of(&given)?)?;
        Ok(answer(&collection(&name, &found, &place, &caller), JSON, &place))
    })
    .await
}

fn collection(name: &str, found: &Found, place: &Place, caller: &Caller) -> Value {
    let table = &*found.table;
    let language = place.language;
    let extent = table.outlines.extent();
    let here = place.at(&["collections", name]);
    let items = place.at(&["collections", name, ITEMS]);
    let mut links = vec![
        link(&here, "self", JSON, ""),
        link(&items, ITEMS, GEOJSON, found.title.get(language)),
        link(
            &place.at(&["collections", name, "queryables"]),
            QUERYABLES,
            SCHEMA,
            words("ogc_queryables").get(language),
        ),
    ];
    if contract::operation("GET", TILES).is_some() {
        links.push(link(&place.at(&["collections", name, "tiles"]), TILESETS, JSON, ""));
    }
    let (bounds, [first, last]) = extent_of(table, &Sight::of(caller, table));
    let mut told = json!({
        "id": name, "title": found.title.get(language), "description": found.about.get(language),
        "links": links, "itemType": "feature", "crs": Crs::offered(extent), "storageCrs": STORAGE,
    });
    let mut extents = Map::new();
    if let Some(bounds) = bounds {
        extents.insert("spatial".into(), json!({"bbox": [bounds], "crs": CRS84}));
    }
    extents.insert("temporal".into(), json!({
        "interval": [[first.map(|day| day.to_string() + "T00:00:00Z"), last.map(|day| day.to_string() + "T23:59:59Z")]],
        "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
    }));
    if let Value::Object(object) = &mut told {
        object.insert("extent".into(), Value::Object(extents));
    }
    told
}

/// The bounds and the time of what a caller may see.
fn extent_of(table: &Table, sight: &Sight<'_>) -> (Option<Bounds>, [Option<Date>; 2]) {
    let seen = || (0..table.len()).filter(|row| sight.sees(table, *row));
    let bounds = seen().fold(NOWHERE, |whole, row| both(whole, table.outlines.bounds(row)));
    // A right without a contract date has no known time; a zone without a first day always was in force.
    let known = seen().filter_map(|row| table.times[row].0).min();
    let always = table.book.is_none() && seen().any(|row| table.times[row].0.is_none());
    let last: Option<Vec<Date>> = seen().map(|row| table.times[row].1).collect();
    let last = last.and_then(|last| last.into_iter().max());
    ((bounds[0] <= bounds[2]).then_some(bounds), [known.filter(|_| !always), last])
}

/// `/ogc/collections/{collection}/queryables`.
pub(super) async fn queryables(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        ask::known(&given, &["f", "lang", "as_of"])?;
        let found = find(&app, &caller, &name, ask::as_of(&given)?)?;
        let body = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": place.at(&["collections", &name, "queryables"]),
            "type": "object", "title": found.title.get(place.language),
            "properties": properties(&found.table, place.language), "additionalProperties": false,
        });
        Ok(answer(&body, SCHEMA, &place))
    })
    .await
}

/// The properties of a collection as a JSON Schema has them.
pub(super) fn properties(table: &Table, language: Language) -> Map<String, Value> {
    let outline = json!({
        "title": words("ogc_geometry").get(language), "format": "geometry-multipolygon",
        "x-ogc-role": "primary-geometry",
    });
    let mut found = Map::new();
    found.insert(GEOMETRY.into(), outline);
    found.extend(table.columns.iter().map(|column| (column.name.clone(), property(column, language))));
    found
}

fn property(column: &Column, language: Language) -> Value {
    let mut told = Map::new();
    told.insert("title".into(), json!(column.title.get(language)));
    let kind = match column.kind {
        Kind::Text | Kind::Day => "string",
        Kind::Number => "number",
        Kind::Flag => "boolean",
    };
    told.insert("type".into(), json!(kind));
    if column.kind == Kind::Day {
        told.insert("format".into(), json!("date"));
    }
    if let Some(unit) = column.unit.as_ref().filter(|unit| !unit.is_empty()) {
        told.insert("x-ogc-unit".into(), json!(unit));
    }
    if !column.codes.is_empty() {
        let each =
            column.codes.iter().map(|(code, title)| json!({"const": code, "title": title.get(language)}));
        told.insert("oneOf".into(), each.collect());
    }
    Value::Object(told)
}
