//! The items of a collection by page, and one of them by its id.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use landcycle_analysis::layers::Carry;
use landcycle_policy::exact::Exact;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use super::super::caller::Caller;
use super::super::problem::Problem;
use super::super::{App, apart};
use super::ask::{self, Ask, COMMON, Given, Sight};
use super::crs::Crs;
use super::links::{GEOJSON, JSON, Place, link};
use super::table::{Cell, Table};
use super::{find, find_for};
use crate::clock;

/// The items of a collection.
pub(super) async fn items(
    State(app): State<Arc<App>>,
    Path(collection): Path<String>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        let found = find(&app, &caller, &collection, ask::as_of(&given)?)?;
        let (table, language) = (&*found.table, place.language);
        let ask = Ask::read(&given, table)?;
        let sight = Sight::of(&caller, table);
        let (matched, rows) = if ask.takes_all() && sight.is_everything() {
            let from = ask.offset.min(table.len());
            (table.len(), (from..table.len().min(from.saturating_add(ask.limit))).collect())
        } else {
            let (mut matched, mut rows) = (0, Vec::new());
            for row in (0..table.len()).filter(|row| ask.takes(table, *row, &sight, language)) {
                if matched >= ask.offset && rows.len() < ask.limit {
                    rows.push(row);
                }
                matched += 1;
            }
            (matched, rows)
        };
        let links = page_links(&place, &collection, &given, &ask, matched);
        let pen = Pen::new(table, &ask.crs, language)?;
        let mut text = String::with_capacity(rows.len() * 1024 + 1024);
        let head = json!({
            "type": "FeatureCollection", "timeStamp": stamp(), "numberMatched": matched,
            "numberReturned": rows.len(), "links": links, "as_of": found.as_of.to_string(),
        });
        text.push_str(head.to_string().trim_end_matches('}'));
        text.push_str(",\"features\":[");
        for (at, row) in rows.iter().enumerate() {
            text.push_str(if at == 0 { "\n" } else { ",\n" });
            pen.feature(&mut text, *row, &ask.columns);
            text.push('}');
        }
        text.push_str("\n]}");
        Ok(answer(text, &ask.crs, language))
    })
    .await
}

/// One item.
pub(super) async fn item(
    State(app): State<Arc<App>>,
    Path((collection, feature)): Path<(String, String)>,
    Query(given): Query<Given>,
    place: Place,
    caller: Caller,
) -> Result<Response, Problem> {
    apart(move || {
        ask::known(&given, &["f", "lang", "as_of", "crs"])?;
        let found = find_for(&app, &caller, &collection, ask::as_of(&given)?, &feature)?;
        let (table, language) = (&*found.table, place.language);
        let crs = ask::out(&given, table, "crs")?;
        let sight = Sight::of(&caller, table);
        let row = table.find(&feature).filter(|row| sight.sees(table, *row));
        // What is not the caller's to see is not there: an answer that tells it apart would tell of it.
        let row = row.ok_or_else(|| Problem::absent(&feature))?;
        let here = place.at(&["collections", &collection]);
        let own = place.at(&["collections", &collection, "items", &feature]);
        let links = json!([
            link(&own, "self", GEOJSON, ""),
            link(&here, "collection", JSON, found.title.get(language)),
        ]);
        let every: Vec<usize> = (0..table.columns.len()).collect();
        let mut text = String::new();
        Pen::new(table, &crs, language)?.feature(&mut text, row, &every);
        let _ = write!(text, ",\"links\":{links}}}");
        Ok(answer(text, &crs, language))
    })
    .await
}

/// This moment, to the second, as the standard has it.
fn stamp() -> String {
    clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn answer(text: String, crs: &Crs, language: Language) -> Response {
    let mut response = ([(header::CONTENT_TYPE, GEOJSON)], text).into_response();
    if let Ok(uri) = HeaderValue::try_from(format!("<{}>", crs.uri)) {
        response.headers_mut().insert(HeaderName::from_static("content-crs"), uri);
    }
    super::links::speak(response, language)
}

fn page_links(place: &Place, collection: &str, given: &Given, ask: &Ask, matched: usize) -> Vec<Value> {
    let here = place.at(&["collections", collection, "items"]);
    let at = |offset: Option<usize>| {
        let kept = given.iter().filter(|(name, _)| name != "offset" || offset.is_none());
        let mut pairs: Vec<(String, String)> = kept.cloned().collect();
        pairs.extend(offset.map(|offset| ("offset".to_owned(), offset.to_string())));
        place.with(&here, &pairs)
    };
    let mut links = vec![link(&at(None), "self", GEOJSON, "")];
    if ask.offset.saturating_add(ask.limit) < matched {
        links.push(link(&at(Some(ask.offset + ask.limit)), "next", GEOJSON, ""));
    }
    if ask.offset > 0 {
        links.push(link(&at(Some(ask.offset.saturating_sub(ask.limit))), "prev", GEOJSON, ""));
    }
    links.push(link(&place.at(&["collections", collection]), "collection", JSON, ""));
    links
}

/// Writes features.
struct Pen<'t> {
    table: &'t Table,
    crs: &'t Crs,
    carry: Option<Carry>,
    language: Language,
    /// Names of columns as JSON.
    names: Vec<String>,
}

impl<'t> Pen<'t> {
    fn new(table: &'t Table, crs: &'t Crs, language: Language) -> Result<Self, Problem> {
        let carry = Carry::to(crs.system).ok().flatten();
        let carry = carry.ok_or_else(|| Problem::query("crs", &crs.uri, super::crs::CRS84))?;
        let names = table.columns.iter().map(|column| json!(column.name).to_string()).collect();
        let carry = (!carry.is_degrees()).then_some(carry);
        Ok(Self { table, crs, carry, language, names })
    }

    /// All of a feature but its last bracket.
    fn feature(&self, text: &mut String, row: usize, columns: &[usize]) {
        let id = json!(self.table.ids[row]);
        let _ = write!(text, "{{\"type\":\"Feature\",\"id\":{id},\"geometry\":");
        self.outline(text, row);
        text.push_str(",\"properties\":{");
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            text.push_str(&self.names[*column]);
            text.push(':');
            let fractions = self.table.columns[*column].fractions;
            value(text, &self.table.cell(row, *column, self.language), fractions);
        }
        text.push('}');
    }

    fn outline(&self, text: &mut String, row: usize) {
        let polygons = self.table.outlines.polygons(row);
        if polygons.is_empty() {
            text.push_str("null");
            return;
        }
        let start = text.len();
        text.push_str("{\"type\":\"MultiPolygon\",\"coordinates\":[");
        for (at, rings) in polygons.iter().enumerate() {
            text.push_str(if at == 0 { "[" } else { ",[" });
            for (at, ring) in rings.iter().enumerate() {
                text.push_str(if at == 0 { "[" } else { ",[" });
                for (at, point) in ring.iter().enumerate() {
                    let moved = match &self.carry {
                        None => Some(*point),
                        Some(carry) => carry.out(*point),
                    };
                    let Some(moved) = moved else {
                        // No place in that system.
                        text.truncate(start);
                        text.push_str("null");
                        return;
                    };
                    let [first, second] = self.crs.turned(moved);
                    let comma = if at == 0 { "" } else { "," };
                    let _ = match self.carry {
                        None => write!(text, "{comma}[{first},{second}]"),
                        // Tenths of a micrometre: beyond them are the errors of the projection.
                        Some(_) => write!(text, "{comma}[{first:.7},{second:.7}]"),
                    };
                }
                text.push(']');
            }
            text.push(']');
        }
        text.push_str("]}");
    }
}

fn value(text: &mut String, cell: &Cell<'_>, fractions: bool) {
    let _ = match cell {
        Cell::Missing => write!(text, "null"),
        Cell::Text(words) => write!(text, "{}", json!(words)),
        Cell::Number(number) => {
            let point = if fractions && number.den() == 1 { ".0" } else { "" };
            write!(text, "{}{point}", decimal(*number))
        }
        Cell::Flag(flag) => write!(text, "{flag}"),
        Cell::Day(day) => write!(text, "\"{day}\""),
    };
}

/// A number as JSON has it: exact where it has a finite decimal, else to twelve places.
fn decimal(number: Exact) -> String {
    number.decimal().unwrap_or_else(|| number.rounded(12))
}

/// Parameters of addresses that take none of their own.
pub(super) fn plain(given: &Given) -> Result<(), Problem> {
    ask::known(given, &COMMON)
}
