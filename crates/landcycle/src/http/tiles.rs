//! 矢量瓦片 · the store's parcels and layers as vector tiles, by OGC API – Tiles; what the page's map needs
//! besides.

mod basemap;
mod day;
mod map;
mod parcels;
mod shelf;
mod theme;
mod tileset;

pub(crate) use basemap::Basemap;
pub(super) use shelf::Shelf;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::Date;
use landcycle_analysis::tiles::{MAX_ZOOM, Tile, TileLayer, TileMessage, draw_cells, draw_outlines};

use super::caller::Caller;
use super::problem::Problem;
use super::{App, apart, query};
use shelf::Zones;

/// The collection of parcels; every other is a layer of zones.
const PARCELS: &str = "parcels";
/// By what a map is coloured if nobody says.
const USUAL: &str = "stage";
const MVT: &str = "application/vnd.mapbox-vector-tile";

/// Tiles and what describes them, by full paths.
pub(super) fn routes() -> Router<Arc<App>> {
    const SET: &str = "/ogc/collections/{collection}/tiles/WebMercatorQuad";
    Router::new()
        .route("/ogc/collections/{collection}/tiles", get(tileset::list))
        .route(SET, get(tileset::one))
        .route(&format!("{SET}/{{z}}/{{y}}/{{x}}"), get(tile))
}

/// What the page's map needs beside tiles, below `/api`.
pub(super) fn api() -> Router<Arc<App>> {
    Router::new()
        .route("/map", get(map::about))
        .route("/map/days", get(map::days))
        .route("/map/parcels", get(map::in_view))
        .route("/map/zones/{layer}/{place}", get(map::zone))
}

/// A query may hold these names and no other: what is misspelled would colour or date a map otherwise.
fn only(pairs: &query::Pairs, names: &[&str]) -> Result<(), Problem> {
    match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, value)) => Err(Problem::query(name, value, &names.join(", "))),
        None => Ok(()),
    }
}

fn day_of(app: &App, pairs: &query::Pairs) -> Result<Date, Problem> {
    Ok(query::day(pairs)?.unwrap_or_else(|| app.usual_day()))
}

/// The colouring asked for, which a package must have.
fn coloured_by<'p>(pairs: &'p query::Pairs, day: &day::Day) -> Result<&'p str, Problem> {
    let by = pairs.get("by").map_or(USUAL, String::as_str);
    if theme::is_offered(day, by) {
        return Ok(by);
    }
    Err(Problem::query("by", by, &format!("{}, …", theme::PLAIN.join(", "))))
}

fn may_see_layers(caller: &Caller) -> Result<(), Problem> {
    if caller.may("layers.read") {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", "layers.read")]))
}

/// A tile of a collection.
async fn tile(
    State(app): State<Arc<App>>,
    Path((collection, z, y, x)): Path<(String, String, String, String)>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    apart(move || {
        only(&pairs, &["as_of", "by"])?;
        let tile = place(&z, &y, &x)?;
        let as_of = day_of(&app, &pairs)?;
        let by = pairs.get("by").map_or(USUAL, String::as_str);
        let scope = day::scope(&caller);
        let seq = app.tiles.seq(&app)?;
        let mark = shelf::mark(&app, seq, &[&collection, &as_of.to_string(), by, &scope]);
        let known =
            headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == mark.as_bytes());
        if known {
            return Ok((StatusCode::NOT_MODIFIED, kept(&mark)).into_response());
        }
        let layer = if collection == PARCELS {
            let (parcels, day) = app.tiles.day(&app, as_of)?;
            let theme = day.theme(&app.library, coloured_by(&pairs, &day)?)?;
            drawn(&parcels, &day, &theme, tile, &caller)
        } else {
            may_see_layers(&caller)?;
            let zones = app.tiles.zones(&app, &collection, as_of)?;
            zones_drawn(&app, &*zones.ok_or_else(|| Problem::absent(&collection))?, tile)
        };
        if layer.features.is_empty() {
            return Ok((StatusCode::NO_CONTENT, kept(&mark)).into_response());
        }
        let bytes = TileMessage { layers: vec![layer] }.bytes();
        Ok((kept(&mark), [(header::CONTENT_TYPE, MVT)], bytes).into_response())
    })
    .await
}

/// Whoever keeps a tile asks whether it is still the same.
fn kept(mark: &str) -> [(header::HeaderName, String); 2] {
    [(header::ETAG, mark.to_owned()), (header::CACHE_CONTROL, "private, no-cache".to_owned())]
}

/// The tile of an address.
fn place(z: &str, y: &str, x: &str) -> Result<Tile, Problem> {
    let whole =
        |name: &str, text: &str| text.parse::<u32>().map_err(|_| Problem::query(name, text, "0, 1, 2, …"));
    let (zoom, row, column) = (whole("z", z)?, whole("y", y)?, whole("x", x)?);
    let tile = u8::try_from(zoom).ok().and_then(|zoom| Tile::new(zoom, column, row));
    tile.ok_or_else(|| {
        let values = [("z", z), ("y", y), ("x", x), ("deepest", &*MAX_ZOOM.to_string())];
        Problem::new(StatusCode::NOT_FOUND, "map_no_tile", &values)
    })
}

fn drawn(
    parcels: &parcels::Parcels,
    day: &day::Day,
    theme: &theme::Theme,
    tile: Tile,
    caller: &Caller,
) -> TileLayer {
    if tile.z < parcels.outlines.from_zoom() {
        let cells = day.cells(parcels, theme, caller);
        return draw_cells(tileset::COUNTS, &cells, tile, &theme.counted());
    }
    let some = Some(caller).filter(|caller| !caller.sees_all());
    draw_outlines(PARCELS, &parcels.outlines, tile, &mut |row, tags| {
        day.tell(parcels, theme, some, row, tags)
    })
}

fn zones_drawn(app: &App, zones: &Zones, tile: Tile) -> TileLayer {
    draw_outlines(&zones.edition.name, &zones.outlines, tile, &mut |row, tags| {
        let Some(zone) = zones.kept.zones.get(row as usize) else { return false };
        tags.whole("place", zone.place as u64);
        if let Some(id) = &zone.zone_id {
            tags.own_text("zone_id", id);
        }
        if let Some(level) = &zone.level {
            let title = crate::layers::title(&app.library, map::LEVELS, level);
            tags.text("level", level);
            tags.text("level_zh", &title.zh);
            tags.text("level_en", &title.en);
        }
        if zones.edition.illustrative {
            tags.yes("illustrative", true);
        }
        true
    })
}

#[cfg(test)]
mod tests;
