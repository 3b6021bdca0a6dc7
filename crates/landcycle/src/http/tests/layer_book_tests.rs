//! Layers over HTTP: looked at, refused with feature and vertex, imported whole, used on parcels.

use std::io::Write;

use serde_json::{Value, json};

use super::{Server, served};
use crate::layers;
use crate::store;

const BYTES: &str = "Content-Type: application/octet-stream\r\n";

fn collection(ring: &Value) -> String {
    json!({"type": "FeatureCollection", "features": [{
        "type": "Feature", "id": "1", "properties": {"name": "甲"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }]})
    .to_string()
}

fn sound() -> String {
    collection(&json!([[116.3, 39.9], [116.4, 39.9], [116.4, 40.0], [116.3, 40.0], [116.3, 39.9]]))
}

const WISH: &str = "name=park.geojson&layer=park&kind=park&title=Park&by=planner";

fn post(server: &Server, what: &str, wish: &str, body: &str) -> (u16, Value) {
    server.post(&format!("/api/layers/{what}?{wish}"), BYTES, body)
}

#[test]
fn a_faulty_file_is_refused_with_feature_and_vertex_and_leaves_nothing() {
    let server = served();
    let crossing =
        collection(&json!([[116.3, 39.9], [116.31, 39.91], [116.31, 39.9], [116.3, 39.91], [116.3, 39.9]]));
    let (status, found) = post(&server, "preview", WISH, &crossing);
    assert_eq!((status, &found["sound"], &found["fault_count"]), (200, &json!(false), &json!(1)), "{found}");
    let fault = &found["faults"][0];
    assert_eq!((&fault["feature"], &fault["ring"]), (&json!("1"), &json!("1")), "{fault}");
    assert!(fault["vertex"].is_string(), "{fault}");
    let (status, problem) = post(&server, "import", WISH, &crossing);
    assert_eq!((status, &problem["code"]), (422, &json!("layer")), "{problem}");
    assert!(!problem.to_string().contains("/tmp/"), "{problem}");
    assert_eq!(server.json("/api/layers")["layers"], json!([]));
    let (status, found) =
        post(&server, "preview", &WISH.replace("layer=park", "layer=a b").replace(' ', "%20"), &sound());
    assert_eq!((status, &found["sound"]), (200, &json!(false)));
    assert!(found["whole"]["en"].is_string(), "{found}");
    assert_eq!(post(&server, "preview", &format!("{WISH}&moon=1"), &sound()).0, 400);
    assert_eq!(post(&server, "import", &WISH.replace("by=planner", "by="), &sound()).0, 400);
}

#[test]
fn a_sound_file_is_looked_at_imported_once_and_listed_as_the_command_line_lists_it() {
    let server = served();
    let (_, found) = post(&server, "preview", WISH, &sound());
    assert_eq!((&found["sound"], &found["zones"], &found["edition"]), (&json!(true), &json!(1), &json!(1)));
    assert_eq!(found["shown"][0]["attributes"]["name"], "甲");
    assert_eq!(server.json("/api/layers")["layers"], json!([]), "a look records nothing");
    let (status, done) = post(&server, "import", WISH, &sound());
    assert_eq!((status, &done["there"]), (201, &json!(false)), "{done}");
    let (status, again) = post(&server, "import", WISH, &sound());
    assert_eq!((status, &again["there"]), (200, &json!(true)), "{again}");
    let path = server.folder().join("small.gpkg");
    let ledger = store::open_to_read(&path).map_err(|failure| failure.message).expect("a store");
    let editions = layers::editions(&ledger).expect("editions");
    let listed = server.json("/api/layers");
    assert_eq!(listed["layers"][0]["edition"], layers::edition_json(&editions[0]));
    assert_eq!(listed["layers"][0]["in_force"], true);
    let one = server.json("/api/layers/park/1");
    assert_eq!((&one["total"], &one["zones"][0]["geometry"]["type"]), (&json!(1), &json!("MultiPolygon")));
    assert_eq!(server.ask("GET", "/api/layers/park/2", "localhost").0, 404);
    let (status, head, body) = server.ask("GET", "/api/layers/park/1/file?form=geojson", "localhost");
    assert!(status == 200 && head.contains("geo+json") && body.contains("116.4"), "{head}");
    assert_eq!(server.ask("GET", "/api/layers/park/1/file?form=dwg", "localhost").0, 400);
    assert_eq!(server.ask("GET", "/api/cases/A-9/use?proposed=housing", "localhost").0, 404);
    assert_eq!(server.ask("GET", "/api/cases/A-1/use?proposed=moon", "localhost").0, 422);
}

#[test]
fn an_archive_holds_one_shapefile() {
    let server = served();
    let mut packed = std::io::Cursor::new(Vec::new());
    let mut archive = zip::ZipWriter::new(&mut packed);
    archive.start_file("notes.txt", zip::write::SimpleFileOptions::default()).expect("begun");
    archive.write_all(b"nothing").expect("written");
    archive.finish().expect("packed");
    let (status, found) = server.post_bytes(
        &format!("/api/layers/preview?{}", WISH.replace("park.geojson", "park.zip")),
        BYTES,
        packed.get_ref(),
    );
    assert_eq!((status, &found["sound"]), (200, &json!(false)), "{found}");
    assert!(found["whole"]["en"].as_str().is_some_and(|said| said.contains("exactly one")), "{found}");
}

#[test]
fn a_file_that_is_too_large_is_refused_with_one_problem() {
    let server = served();
    let large = vec![b' '; super::super::bodies::FILE_LIMIT + 1];
    let (status, problem) = server.post_bytes(&format!("/api/layers/preview?{WISH}"), BYTES, &large);
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
}
