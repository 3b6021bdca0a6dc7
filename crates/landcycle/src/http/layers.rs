//! Where a parcel lies in the layers in force on a day: its share of each zone, with the zone's outline,
//! so that the page can show what the share is of.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use landcycle_ledger::Geometry;
use serde_json::{Value, json};

use super::problem::Problem;
use super::query;
use super::{App, apart};
use crate::cli::tree::text_json;
use crate::layers::{self, Edition};

/// Vertices of outlines that one answer holds at most; beyond them shares are told without outlines.
const VERTICES: usize = 50_000;

/// The layers of a parcel.
pub(super) async fn of_case(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        let day = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let fresh = layers::fresh(&app.store, day)?;
        let mut room = VERTICES;
        let told: Result<Vec<Value>, Problem> =
            fresh.editions.iter().map(|edition| one(&app, &id, &fresh, edition, &mut room)).collect();
        let outlined = app.with_ledger(|ledger| landcycle_ledger::Ledger::parcel(ledger, &id));
        let outlined = outlined.is_ok_and(|parcel| parcel.is_some_and(|parcel| parcel.geometry.is_some()));
        Ok(Json(json!({"as_of": day.to_string(), "outlined": outlined, "layers": told?})))
    })
    .await
}

fn one(
    app: &App,
    case: &str,
    fresh: &layers::Fresh,
    edition: &Edition,
    room: &mut usize,
) -> Result<Value, Problem> {
    let library = &app.library;
    let parts = || {
        fresh.parts.iter().filter(|part| {
            part.case_id == case && part.layer == edition.name && part.edition == edition.number
        })
    };
    let zones = if parts().next().is_some() {
        Some(app.with_ledger(|ledger| layers::zones_of(ledger, &ledger.name(), edition))?)
    } else {
        None
    };
    let zones_told: Vec<Value> = parts()
        .map(|part| {
            let zone = zones.as_ref().and_then(|all| all.zones.iter().find(|zone| zone.place == part.place));
            let vertices = zone.map_or(0, |zone| vertices(&zone.geometry));
            let shown = zone.filter(|_| vertices <= *room);
            if shown.is_some() {
                *room -= vertices;
            }
            let attributes = zone.and_then(|zone| serde_json::from_str::<Value>(&zone.attributes).ok());
            json!({
                "place": part.place,
                "level": part.level.as_ref().map(|level| text_json(&layers::title(library, "zone_line_level", level))),
                "share": part.share, "area_m2": part.area_m2,
                "attributes": attributes, "geometry": shown.map(|zone| multi_polygon(&zone.geometry)),
            })
        })
        .collect();
    Ok(json!({
        "name": edition.name, "edition": edition.number, "title": edition.title,
        "kind": text_json(&layers::title(library, "layer_kind", &edition.kind)),
        "from": edition.from.map(|day| day.to_string()), "until": edition.until.map(|day| day.to_string()),
        "source": edition.source, "digest": edition.digest, "seq": edition.seq,
        "approximate": edition.approximate, "illustrative": edition.illustrative,
        "zones": zones_told,
    }))
}

fn vertices(geometry: &Geometry) -> usize {
    geometry.polygons().iter().flatten().map(Vec::len).sum()
}

/// An outline as GeoJSON.
pub(super) fn multi_polygon(geometry: &Geometry) -> Value {
    let polygons: Vec<Vec<Vec<[f64; 2]>>> = geometry
        .polygons()
        .iter()
        .map(|rings| rings.iter().map(|ring| ring.iter().map(|(lon, lat)| [*lon, *lat]).collect()).collect())
        .collect();
    json!({"type": "MultiPolygon", "coordinates": polygons})
}
