//! Ellipsoidal areas of the features of a GeoJSON file.

use landcycle_analysis::overlay::{Polygon, ellipsoid};
use serde_json::Value;

use crate::Failure;

/// The area of each feature in square metres, in the order of the file.
pub(crate) fn areas(text: &str) -> Result<Vec<f64>, Failure> {
    let file: Value = serde_json::from_str(text)?;
    let features = file["features"].as_array().ok_or("no features")?;
    features.iter().map(|feature| Ok(ellipsoid::area(&polygons(&feature["geometry"])?))).collect()
}

fn polygons(geometry: &Value) -> Result<Vec<Polygon>, Failure> {
    let coordinates = &geometry["coordinates"];
    match geometry["type"].as_str() {
        Some("Polygon") => Ok(vec![polygon(coordinates)?]),
        Some("MultiPolygon") => list(coordinates)?.iter().map(polygon).collect(),
        other => Err(format!("geometry of type {other:?}").into()),
    }
}

fn polygon(rings: &Value) -> Result<Polygon, Failure> {
    list(rings)?.iter().map(|ring| list(ring)?.iter().map(point).collect()).collect()
}

fn point(pair: &Value) -> Result<[f64; 2], Failure> {
    let value = |at: usize| pair[at].as_f64().ok_or("a coordinate that is no number");
    Ok([value(0)?, value(1)?])
}

fn list(value: &Value) -> Result<&Vec<Value>, Failure> {
    Ok(value.as_array().ok_or("coordinates are not a list")?)
}
