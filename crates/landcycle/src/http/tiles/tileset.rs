//! What describes tiles: the tilesets of a collection, and the zooms and fields of one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use jiff::civil::Date;
use landcycle_analysis::tiles::{MAX_ZOOM, Outlines, degrees};
use serde_json::{Map, Value, json};

use super::{MVT, PARCELS, USUAL, coloured_by, day_of, may_see_layers, only};
use crate::http::caller::Caller;
use crate::http::problem::Problem;
use crate::http::{App, apart, query};
use crate::say::words;

/// The layer of counts, in the tiles of low zooms.
pub(super) const COUNTS: &str = "parcels-counts";
const GRID: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const CRS: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const DEGREES: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const JSON: &str = "application/json";

/// What is told of a collection.
struct About {
    title: String,
    bounds: Option<[f64; 4]>,
    layers: Vec<Value>,
    /// The lowest zoom with outlines.
    from_zoom: u8,
    by: Option<String>,
}

/// The box of outlines in degrees: west, south, east, north.
pub(super) fn bounds(outlines: &Outlines) -> Option<[f64; 4]> {
    let [least, greatest] = outlines.around()?;
    let ((west, north), (east, south)) = (degrees(least), degrees(greatest));
    Some([west, south, east, north])
}

/// A title of a document that has room for one text.
fn both(key: &str) -> String {
    let text = words(key);
    format!("{} · {}", text.zh, text.en)
}

fn field(title: &str, kind: &str) -> Value {
    json!({"title": both(title), "type": kind})
}

fn layer(id: &str, dimension: u8, zooms: [u8; 2], about: &str, fields: Value) -> Value {
    json!({
        "id": id, "dataType": "vector", "geometryDimension": dimension, "description": about,
        "minTileMatrix": zooms[0].to_string(), "maxTileMatrix": zooms[1].to_string(),
        "propertiesSchema": {"type": "object", "properties": fields},
    })
}

fn about(
    app: &App,
    collection: &str,
    pairs: &query::Pairs,
    caller: &Caller,
) -> Result<(About, Date), Problem> {
    let as_of = day_of(app, pairs)?;
    if collection == PARCELS {
        let (parcels, day) = app.tiles.day(app, as_of)?;
        let by = coloured_by(pairs, &day)?;
        let theme = day.theme(&app.library, by)?;
        let from_zoom = parcels.outlines.from_zoom();
        let mut layers = Vec::new();
        if from_zoom > 0 {
            let mut fields = Map::new();
            fields.insert("count".into(), field("map_field_count", "integer"));
            for (class, name) in theme.classes.iter().zip(theme.counted()) {
                let title = format!("{} · {}", class.title.zh, class.title.en);
                fields.insert(name, json!({"title": title, "type": "integer"}));
            }
            layers.push(layer(
                COUNTS,
                0,
                [0, from_zoom - 1],
                &both("map_about_counts"),
                Value::Object(fields),
            ));
        }
        let fields = [
            ("case_id", "string"),
            ("project_name", "string"),
            ("stage", "string"),
            ("finding", "string"),
            ("grade", "string"),
            ("output_per_mu", "number"),
            ("tax_per_mu", "number"),
            ("term_left", "number"),
            ("floor_area", "number"),
            ("density", "number"),
            ("illustrative", "boolean"),
            ("class", "string"),
        ];
        let fields: Map<String, Value> = fields
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), field(&format!("map_field_{name}"), kind)))
            .collect();
        layers.push(layer(
            PARCELS,
            2,
            [from_zoom, MAX_ZOOM],
            &both("map_about_outlines"),
            Value::Object(fields),
        ));
        // The box of all would tell a caller of what it may not see.
        let bounds = if caller.sees_all() { bounds(&parcels.outlines) } else { None };
        let by = Some(by.to_owned()).filter(|by| by != USUAL);
        return Ok((About { title: both("map_parcels"), bounds, layers, from_zoom, by }, as_of));
    }
    may_see_layers(caller)?;
    let zones = app.tiles.zones(app, collection, as_of)?.ok_or_else(|| Problem::absent(collection))?;
    let fields = [
        ("place", "integer"),
        ("zone_id", "string"),
        ("level", "string"),
        ("level_zh", "string"),
        ("level_en", "string"),
        ("illustrative", "boolean"),
    ];
    let fields: Map<String, Value> = fields
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), field(&format!("map_field_{name}"), kind)))
        .collect();
    let layers = vec![layer(collection, 2, [0, MAX_ZOOM], &both("map_about_zones"), Value::Object(fields))];
    let bounds = bounds(&zones.outlines);
    Ok((About { title: zones.edition.title.clone(), bounds, layers, from_zoom: 0, by: None }, as_of))
}

/// The addresses of a tileset and its tiles, with the day and the colouring if they were named.
fn addresses(collection: &str, pairs: &query::Pairs, by: Option<&str>) -> (String, String) {
    let mut named: Vec<String> = pairs.get("as_of").map(|day| format!("as_of={day}")).into_iter().collect();
    named.extend(by.map(|by| format!("by={by}")));
    let query = if named.is_empty() { String::new() } else { format!("?{}", named.join("&")) };
    let set = format!("/ogc/collections/{collection}/tiles/WebMercatorQuad");
    (format!("{set}{query}"), format!("{set}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{query}"))
}

fn links(set: &str, tiles: &str, rel: &str) -> Value {
    json!([
        {"rel": rel, "type": JSON, "href": set},
        {"rel": "item", "type": MVT, "href": tiles, "templated": true},
        {"rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme", "type": JSON, "href": GRID},
    ])
}

/// The tilesets of a collection: one.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(collection): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        only(&pairs, &["as_of", "by", "f"])?;
        let (about, _) = about(&app, &collection, &pairs, &caller)?;
        let (set, tiles) = addresses(&collection, &pairs, about.by.as_deref());
        Ok(Json(json!({
            "tilesets": [{
                "title": about.title, "dataType": "vector", "crs": CRS, "tileMatrixSetURI": GRID,
                "links": links(&set, &tiles, "self"),
            }],
            "links": [{"rel": "self", "type": JSON, "href": format!("/ogc/collections/{collection}/tiles")}],
        })))
    })
    .await
}

/// The zooms, the fields and the extent of the tileset.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(collection): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
    caller: Caller,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        only(&pairs, &["as_of", "by", "f"])?;
        let (about, as_of) = about(&app, &collection, &pairs, &caller)?;
        let (set, tiles) = addresses(&collection, &pairs, about.by.as_deref());
        let vector_layers: Vec<Value> = about.layers.iter().map(vector_layer).collect();
        let mut value = json!({
            "title": about.title, "dataType": "vector", "crs": CRS, "tileMatrixSetURI": GRID,
            "layers": about.layers, "links": links(&set, &tiles, "self"),
            "asOf": as_of.to_string(), "outlinesFromTileMatrix": about.from_zoom.to_string(),
            // The same once more as TileJSON has it.
            "tilejson": "3.0.0", "minzoom": 0, "maxzoom": MAX_ZOOM,
            "tiles": [tiles.replace("{tileMatrix}", "{z}").replace("{tileRow}", "{y}").replace("{tileCol}", "{x}")],
            "vector_layers": vector_layers,
        });
        if let (Some([west, south, east, north]), Value::Object(object)) = (about.bounds, &mut value) {
            object.insert("boundingBox".into(), json!({"lowerLeft": [west, south], "upperRight": [east, north], "crs": DEGREES}));
            object.insert("bounds".into(), json!([west, south, east, north]));
        }
        Ok(Json(value))
    })
    .await
}

fn vector_layer(layer: &Value) -> Value {
    let zoom = |name: &str| layer[name].as_str().and_then(|text| text.parse::<u8>().ok());
    let fields = layer["propertiesSchema"]["properties"].as_object();
    let fields: Map<String, Value> =
        fields.into_iter().flatten().map(|(name, field)| (name.clone(), field["title"].clone())).collect();
    json!({
        "id": layer["id"], "fields": fields, "description": layer["description"],
        "minzoom": zoom("minTileMatrix"), "maxzoom": zoom("maxTileMatrix"),
    })
}
