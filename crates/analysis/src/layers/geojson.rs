//! `GeoJSON`: RFC 7946, and the `crs` member of the form before it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::system::Declared;
use super::{Collection, Feature, Trouble};
use crate::overlay::{Polygon, Ring};

/// Reads a feature collection, or a single feature. Without a `crs` member coordinates are longitude
/// and latitude on WGS 84, as the standard has it.
pub fn read(bytes: &[u8]) -> Result<Collection, Trouble> {
    // A mark of UTF-8 in front is forbidden by the standard and written by many.
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let root: Value =
        serde_json::from_slice(text).map_err(|error| Trouble::new("layer_not_json").with("why", error))?;
    let Value::Object(mut root) = root else { return Err(Trouble::new("layer_no_collection")) };
    let declared = match root.get("crs") {
        None => Declared::Epsg(4326),
        Some(Value::Null) => Declared::Nothing,
        Some(member) => {
            let name = member.pointer("/properties/name").and_then(Value::as_str);
            name.map_or_else(|| Declared::Other(member.to_string()), Declared::named)
        }
    };
    let features = match root.get("type").and_then(Value::as_str) {
        Some("FeatureCollection") => match root.remove("features") {
            Some(Value::Array(features)) => features,
            _ => return Err(Trouble::new("layer_no_collection")),
        },
        Some("Feature") => vec![Value::Object(root)],
        _ => return Err(Trouble::new("layer_no_collection")),
    };
    let features = features.into_iter().enumerate().map(|(at, value)| feature(at + 1, value));
    Ok(Collection { features: features.collect::<Result<_, _>>()?, declared })
}

fn feature(place: usize, value: Value) -> Result<Feature, Trouble> {
    let Value::Object(mut value) = value else {
        return Err(Trouble::new("layer_bad_geometry").of(place, ""));
    };
    let id = value.remove("id").and_then(|id| match id {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let attributes = match value.remove("properties") {
        Some(Value::Object(attributes)) => attributes,
        _ => Map::new(),
    };
    let mut feature = Feature { id, attributes, polygons: Vec::new() };
    if let Some(geometry) = value.get("geometry").filter(|geometry| !geometry.is_null()) {
        let taken = shape(geometry, &mut feature.polygons);
        taken.map_err(|trouble| trouble.of(place, &feature.name()))?;
    }
    Ok(feature)
}

fn shape(geometry: &Value, polygons: &mut Vec<Polygon>) -> Result<(), Trouble> {
    let broken = || Trouble::new("layer_bad_geometry");
    let kind = geometry.get("type").and_then(Value::as_str).ok_or_else(broken)?;
    let list = |name: &str| geometry.get(name).and_then(Value::as_array).ok_or_else(broken);
    match kind {
        "Polygon" => polygons.push(rings(list("coordinates")?).ok_or_else(broken)?),
        "MultiPolygon" => {
            for part in list("coordinates")? {
                polygons.push(part.as_array().and_then(|part| rings(part)).ok_or_else(broken)?);
            }
        }
        "GeometryCollection" => {
            for part in list("geometries")? {
                shape(part, polygons)?;
            }
        }
        other => return Err(Trouble::new("layer_not_polygons").with("kind", other)),
    }
    Ok(())
}

fn rings(values: &[Value]) -> Option<Polygon> {
    values.iter().map(|ring| ring.as_array()?.iter().map(point).collect::<Option<Ring>>()).collect()
}

fn point(value: &Value) -> Option<[f64; 2]> {
    let [x, y, ..] = value.as_array()?.as_slice() else { return None };
    Some([x.as_f64()?, y.as_f64()?])
}

/// Writes features in longitude and latitude on CGCS2000, with the `crs` member that says so: GIS
/// programs heed it, and those that do not are off by less than a decimetre.
pub fn write(name: &str, features: &[Feature], mut into: impl Write) -> io::Result<()> {
    let crs = json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}});
    let head = json!(name);
    writeln!(into, "{{\"type\": \"FeatureCollection\", \"name\": {head}, \"crs\": {crs}, \"features\": [")?;
    for (at, feature) in features.iter().enumerate() {
        let comma = if at + 1 < features.len() { "," } else { "" };
        let mut object = Map::new();
        object.insert("type".into(), json!("Feature"));
        if let Some(id) = &feature.id {
            object.insert("id".into(), json!(id));
        }
        object.insert("properties".into(), Value::Object(feature.attributes.clone()));
        let geometry = json!({"type": "MultiPolygon", "coordinates": feature.polygons});
        object.insert("geometry".into(), geometry);
        writeln!(into, "{}{comma}", Value::Object(object))?;
    }
    writeln!(into, "]}}")?;
    into.flush()
}
