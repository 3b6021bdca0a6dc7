//! Layers through every format, and what is said of features that cannot be taken.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;
use crate::overlay::ellipsoid;

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
}

fn feature(properties: Value, coordinates: Value) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": coordinates}})
}

fn collection(features: &[Value]) -> Collection {
    let text = json!({"type": "FeatureCollection", "features": features}).to_string();
    read_geojson(text.as_bytes()).expect("a collection")
}

fn intake(repair: bool) -> Intake {
    Intake { system: System::Wgs84, level: None, level_field: None, repair }
}

/// The real files of zones and districts, where there are any.
fn real() -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("LANDCYCLE_DATA").map(PathBuf::from) else { return Vec::new() };
    let districts = ["110000", "310000", "440300"].map(|code| format!("boundaries/datav_{code}.json"));
    let mut files: Vec<PathBuf> = districts.iter().map(|name| data.join(name)).collect();
    files.push(data.join("zones/nyc_ibz.geojson"));
    files
}

/// A scratch file of this process.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn through_all(features: &[Feature], scratch: &Scratch) -> [Vec<Feature>; 3] {
    let mut text = Vec::new();
    write_geojson("层", features, &mut text).expect("written");
    let json = read_geojson(&text).expect("read");
    let mut bytes = Vec::new();
    write_flatgeobuf("层", features, &mut bytes).expect("written");
    let fgb = read_flatgeobuf(&bytes).expect("read");
    let path = scratch.path("layer.parquet");
    write_geoparquet(features, File::create(&path).expect("a file")).expect("written");
    let parquet = read_geoparquet(File::open(&path).expect("a file")).expect("read");
    [json, fgb, parquet].map(|found| {
        assert_eq!(found.declared, Declared::Epsg(4490));
        found.features
    })
}

/// Lists and objects are texts in columns of Parquet.
fn flat(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        other => other.clone(),
    }
}

fn same(written: &[Feature], found: &[Feature], as_text: bool) {
    assert_eq!(written.len(), found.len());
    for (one, other) in written.iter().zip(found) {
        // To the last bit: nothing is rounded on its way.
        let bits = |feature: &Feature| -> Vec<u64> {
            feature.polygons.iter().flatten().flatten().flatten().map(|v| v.to_bits()).collect()
        };
        assert_eq!(bits(one), bits(other));
        let rings = |feature: &Feature| -> Vec<Vec<usize>> {
            feature.polygons.iter().map(|rings| rings.iter().map(Vec::len).collect()).collect()
        };
        assert_eq!(rings(one), rings(other));
        for (name, value) in &one.attributes {
            let value = if as_text { flat(value) } else { value.clone() };
            assert_eq!(other.attributes.get(name).unwrap_or(&Value::Null), &value, "{name}");
        }
    }
}

#[test]
fn every_format_gives_back_what_was_written() {
    let hole = square(116.302, 39.902, 0.004);
    let found = collection(&[
        feature(
            json!({"名称": "一级线·甲", "编号": 9_007_199_254_740_993_i64, "面积": 0.1, "启用": true, "备注": null, "l": [1, "二"]}),
            json!([square(116.3, 39.9, 0.01), hole]),
        ),
        feature(json!({"名称": "", "编号": -1, "面积": 1e-300}), json!([square(116.4, 39.9, 0.01)])),
    ]);
    let scratch = Scratch::new();
    let [json, fgb, parquet] = through_all(&found.features, &scratch);
    same(&found.features, &json, false);
    same(&found.features, &fgb, false);
    same(&found.features, &parquet, true);
}

#[test]
fn real_zones_and_districts_lose_nothing() {
    let scratch = Scratch::new();
    for file in real() {
        let found = read_geojson(&std::fs::read(&file).expect("real data")).expect("read");
        let many = found.features.len();
        let taken =
            take(found, &intake(false)).unwrap_or_else(|troubles| panic!("{file:?}: {}", troubles[0]));
        let features: Vec<Feature> = taken.zones.into_iter().map(|zone| zone.feature).collect();
        assert_eq!(features.len(), many);
        for (at, found) in through_all(&features, &scratch).into_iter().enumerate() {
            same(&features, &found, at == 2);
        }
    }
}

#[test]
fn real_areas_do_not_depend_on_where_a_ring_begins() {
    for file in real() {
        let found = read_geojson(&std::fs::read(&file).expect("real data")).expect("read");
        for ring in found.features.iter().flat_map(|feature| &feature.polygons).flatten() {
            let area = ellipsoid::ring_area(ring);
            let mut turned = ring.clone();
            turned.pop();
            turned.rotate_left(ring.len() / 2);
            let apart = (ellipsoid::ring_area(&turned) - area).abs();
            assert!(apart < 1e-11 * area.abs() + 1e-7, "{}: {apart} of {area}", file.display());
        }
    }
}

#[test]
fn a_bad_feature_is_named_with_the_place_and_the_reason() {
    let bow = json!([[116.3, 39.9], [116.31, 39.91], [116.31, 39.9], [116.3, 39.91], [116.3, 39.9]]);
    let open = json!([[116.3, 39.9], [116.31, 39.9], [116.31, 39.91]]);
    let bad = collection(&[
        feature(json!({"name": "good"}), json!([square(116.3, 39.9, 0.01)])),
        feature(json!({"code": 7, "name": "bow"}), json!([bow])),
        feature(json!({"name": "open"}), json!([open])),
        json!({"type": "Feature", "id": 9, "properties": {"name": "none"}, "geometry": null}),
        feature(json!({"name": "far"}), json!([square(39.9, 116.3, 0.01)])),
    ]);
    let troubles = take(bad.clone(), &intake(false)).expect_err("bad");
    let told: Vec<String> = troubles.iter().map(ToString::to_string).collect();
    assert!(
        told[0].starts_with("layer_crossing")
            && told[0].ends_with("polygon: 1, ring: 1, vertex: 3, feature: 2, name: bow"),
        "{}",
        told[0]
    );
    assert!(
        told[1].starts_with("layer_not_closed") && told[1].contains("vertex: 3, feature: 3"),
        "{}",
        told[1]
    );
    assert_eq!(told[2], "layer_no_geometry, feature: 4, name: 9");
    assert!(told[3].starts_with("layer_off_earth") && told[3].contains("name: far"), "{}", told[3]);
    assert_eq!(told.len(), 4);

    // What moves no boundary is mended where a person asks for it; a crossing is not.
    let mut some = bad;
    some.features.remove(4);
    some.features.remove(1);
    let taken = take(some, &intake(true)).expect("mended");
    let told: Vec<_> =
        taken.mended.iter().map(|(place, name, _, _, what)| (*place, name.as_str(), *what)).collect();
    assert_eq!(told, [(2, "open", Mending::Closed), (3, "9", Mending::LeftOut)]);
    assert_eq!(taken.zones.iter().map(|zone| zone.place).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn levels_come_from_an_attribute_or_are_one_for_all() {
    let found = collection(&[
        feature(json!({"级别": "一级线"}), json!([square(116.3, 39.9, 0.01)])),
        feature(json!({"级别": 2}), json!([square(116.4, 39.9, 0.01)])),
        feature(json!({"级别": " "}), json!([square(116.5, 39.9, 0.01)])),
    ]);
    let by_field = Intake { level_field: Some("级别".into()), ..intake(false) };
    let troubles = take(found.clone(), &by_field).expect_err("one has none");
    assert_eq!(
        troubles.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["layer_no_level, field: 级别, feature: 3, name:  "]
    );
    let mut two = found.clone();
    two.features.pop();
    let taken = take(two, &by_field).expect("taken");
    assert_eq!(
        taken.zones.iter().map(|zone| zone.level.as_deref()).collect::<Vec<_>>(),
        [Some("一级线"), Some("2")]
    );
    let all = take(found, &Intake { level: Some("level_1".into()), ..intake(false) }).expect("taken");
    assert!(all.zones.iter().all(|zone| zone.level.as_deref() == Some("level_1")));
}

#[test]
fn a_shape_across_the_antimeridian_is_sound() {
    let ring = json!([[179.99, 10.0], [-179.99, 10.0], [-179.99, 10.02], [179.99, 10.02], [179.99, 10.0]]);
    let hole = json!([[-179.995, 10.005], [-179.995, 10.01], [-179.992, 10.01], [-179.995, 10.005]]);
    let taken = take(collection(&[feature(json!({}), json!([ring, hole]))]), &intake(false));
    assert_eq!(taken.expect("sound").zones.len(), 1);
}

#[test]
fn projected_coordinates_are_brought_to_degrees() {
    let metres = json!([
        [39_449_000.0, 4_418_000.0],
        [39_450_000.0, 4_418_000.0],
        [39_450_000.0, 4_419_000.0],
        [39_449_000.0, 4_418_000.0]
    ]);
    let text = json!({
        "type": "FeatureCollection", "features": [feature(json!({}), json!([metres]))],
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}},
    });
    let found = read_geojson(text.to_string().as_bytes()).expect("read");
    let system = System::choose(&found.declared, None, false).expect("known");
    let taken = take(found, &Intake { system, ..intake(false) }).expect("taken");
    let area = ellipsoid::area(&taken.zones[0].feature.polygons);
    // The scale at 51 km from the central meridian is 1.000032.
    assert!((area / 500_000.0 - 1.0).abs() < 1e-4, "{area}");
}

#[test]
fn damage_is_told_and_never_more() {
    let features =
        collection(&[feature(json!({"a": "甲", "b": 1}), json!([square(116.3, 39.9, 0.01)]))]).features;
    let mut bytes = Vec::new();
    write_flatgeobuf("a", &features, &mut bytes).expect("written");
    for length in 0..bytes.len() {
        let _ = read_flatgeobuf(&bytes[..length]);
    }
    for text in
        ["", "{", "[]", "{\"type\": \"Topology\"}", "{\"type\": \"FeatureCollection\", \"features\": [3]}"]
    {
        assert!(read_geojson(text.as_bytes()).is_err(), "{text}");
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert_eq!(
        read_geoparquet(File::open(here).expect("a file")).expect_err("none").key,
        "layer_file_broken"
    );
}
