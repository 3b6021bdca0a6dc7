//! Tiles over HTTP: what is in them, what callers do not see, what is refused, and what another reader makes
//! of them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;

use jiff::civil::date;
use landcycle_analysis::tiles::{TileMessage, TileValue};
use landcycle_ledger::{Body, Entry, Geometry, Ledger, NewEvent, ParcelRow};
use prost::Message;
use serde_json::Value;

use super::day::Day;
use super::parcels::Parcels;
use crate::http::caller::Caller;
use crate::http::{App, router};
use crate::{packages, store};

const SIDE: f64 = 0.002;

/// Where the parcels of the store lie: the south-west corners.
const PLACES: [(&str, &str, f64, f64); 4] = [
    ("A-1", "中区", 116.400, 39.900),
    ("A-2", "中区", 116.404, 39.900),
    ("A-3", "东区", 116.400, 39.904),
    ("A-4", "东区", 116.404, 39.904),
];

fn entry((case, district, lon, lat): (&str, &str, f64, f64), at: usize) -> [Entry; 2] {
    let started = if at == 0 { "none" } else { "2020-12-01" };
    let facts = [
        ("project_name", case),
        ("city", "示例市"),
        ("district", district),
        ("holder", if at == 3 { "甲厂" } else { "乙厂" }),
        ("area", "20000"),
        ("output", "60000000"),
        ("floor_area", "30000"),
        ("signed_on", "2020-06-01"),
        ("start_due_on", "2021-01-01"),
        ("started_on", started),
        ("delivered_on", "2020-06-01"),
        ("term_years", "20"),
    ];
    let event = NewEvent {
        case_id: case.into(),
        kind: "contract.signed/1".into(),
        happened_on: date(2024, 6, 30),
        recorded_at: "2024-06-30T10:00:00Z".parse().expect("a moment"),
        actor: "natural_resources".into(),
        origin: "test".into(),
        key: case.into(),
        package: None,
        corrects: None,
        body: Body::new(facts).expect("names and values"),
    };
    let ring = [(0.0, 0.0), (SIDE, 0.0), (SIDE, SIDE), (0.0, SIDE)].map(|(x, y)| (lon + x, lat + y)).to_vec();
    let geometry = Geometry::polygon(vec![ring]).expect("an outline");
    let parcel = ParcelRow { case_id: case.into(), geometry: Some(geometry), ..ParcelRow::default() };
    [Entry::Event(event), Entry::Parcel(parcel)]
}

struct Served {
    address: SocketAddr,
    app: Arc<App>,
    _runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

fn served() -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("four.gpkg");
    let mut writing = store::Writing::create(&path).map_err(|failure| failure.message).expect("a new store");
    let entries: Vec<Entry> = PLACES.iter().enumerate().flat_map(|(at, place)| entry(*place, at)).collect();
    writing.ledger().append(&mut entries.into_iter().map(Ok)).expect("sound events");
    writing.ledger().set_meta(store::AS_OF_META, "2024-06-30").expect("a meta entry");
    writing.finish().map_err(|failure| failure.message).expect("a store in its place");
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let app =
        App::new(library, None, &path, &[]).map_err(|failure| failure.message).expect("a store that opens");
    let app = Arc::new(app);
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let routes = router(Arc::clone(&app));
    runtime.spawn(async move { axum::serve(listener, routes).await });
    Served { address, app, _runtime: runtime, folder }
}

impl Served {
    fn get(&self, path: &str, headers: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n")
            .expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, head, answer.split_off(end + 4))
    }

    fn json(&self, path: &str) -> Value {
        let (status, _, body) = self.get(path, "");
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }
}

const SET: &str = "/ogc/collections/parcels/tiles/WebMercatorQuad";
/// The tile of zoom 14 in which the parcels lie.
const CLOSE: &str = "14/6208/13489";
/// The one of zoom 5.
const FAR: &str = "5/12/26";

fn tile(bytes: &[u8]) -> TileMessage {
    TileMessage::decode(bytes).expect("a tile")
}

fn texts(message: &TileMessage, key: &str) -> Vec<String> {
    let layer = &message.layers[0];
    let key = layer.keys.iter().position(|known| known == key).expect("the attribute") as u32;
    let text = |value: &TileValue| value.text.clone().unwrap_or_else(|| format!("{:?}", value.whole));
    let of = |feature: &landcycle_analysis::tiles::TileFeature| {
        let pair = feature.tags.chunks(2).find(|pair| pair[0] == key).expect("told");
        text(&layer.values[pair[1] as usize])
    };
    let mut all: Vec<String> = layer.features.iter().map(of).collect();
    all.sort();
    all
}

#[test]
fn a_tile_holds_the_parcels_with_what_a_map_colours_by() {
    let served = served();
    let (status, head, body) = served.get(&format!("{SET}/{CLOSE}"), "");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/vnd.mapbox-vector-tile"), "{head}");
    let message = tile(&body);
    assert_eq!(message.layers[0].name, "parcels");
    assert_eq!(texts(&message, "case_id"), ["A-1", "A-2", "A-3", "A-4"]);
    assert_eq!(texts(&message, "stage"), ["building", "building", "building", "contracted"]);
    let keys = &message.layers[0].keys;
    for key in ["finding", "grade", "output_per_mu", "term_left", "floor_area", "density", "class"] {
        assert!(keys.iter().any(|known| known == key), "{key} is not in {keys:?}");
    }
    // 60,000,000 CNY on 20,000 m²: 200 ten thousands a mu; twenty years from mid-2020, four later.
    let number = |wanted: f64| {
        message.layers[0].values.iter().any(|value| value.number.is_some_and(|n| (n - wanted).abs() < 0.06))
    };
    assert!(number(200.0) && number(15.9) && number(1.5));
    // The same again is not sent again; another day is another tile, and nobody was there yet.
    let mark = head.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a mark");
    let again = served.get(&format!("{SET}/{CLOSE}"), &format!("If-None-Match: {mark}\r\n"));
    assert_eq!((again.0, again.2.len()), (304, 0));
    let before =
        served.get(&format!("{SET}/{CLOSE}?as_of=2019-01-01"), &format!("If-None-Match: {mark}\r\n"));
    assert_eq!((before.0, before.2.len()), (204, 0));
}

#[test]
fn far_away_parcels_are_counted_by_class() {
    let served = served();
    let (status, _, body) = served.get(&format!("{SET}/{FAR}"), "");
    assert_eq!(status, 200);
    let message = tile(&body);
    assert_eq!(message.layers[0].name, "parcels-counts");
    assert_eq!(texts(&message, "count"), ["Some(4)"]);
    assert_eq!(texts(&message, "n:building"), ["Some(3)"]);
    let set = served.json(SET);
    assert_eq!(set["layers"][0]["id"], "parcels-counts");
    assert_eq!(set["vector_layers"][1]["id"], "parcels");
    let from: u8 = set["outlinesFromTileMatrix"].as_str().and_then(|text| text.parse().ok()).expect("a zoom");
    assert!((8..=14).contains(&from), "{from}");
    assert_eq!(set["boundingBox"]["crs"], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    assert_eq!(served.json("/ogc/collections/parcels/tiles")["tilesets"][0]["dataType"], "vector");
}

#[test]
fn what_is_no_tile_is_refused_in_words() {
    let served = served();
    for (path, expected) in [
        (format!("{SET}/14/6208/99999999"), 404),
        (format!("{SET}/19/0/0"), 404),
        (format!("{SET}/300/0/0"), 404),
        (format!("{SET}/a/0/0"), 400),
        (format!("{SET}/1/-1/0"), 400),
        (format!("{SET}/1/0/0?as_of=2024-6-30"), 400),
        (format!("{SET}/1/0/0?asof=2024-06-30"), 400),
        (format!("{SET}/1/0/0?by=no_such_rule"), 400),
        ("/ogc/collections/none/tiles".to_owned(), 404),
        ("/ogc/collections/none/tiles/WebMercatorQuad/0/0/0".to_owned(), 404),
        ("/api/map?by=none".to_owned(), 400),
        ("/api/map/parcels?bbox=1,2,3".to_owned(), 400),
        ("/api/map/parcels?bbox=1,2,3,4&sort=price".to_owned(), 400),
        ("/api/map/zones/none/1".to_owned(), 404),
    ] {
        let (status, head, body) = served.get(&path, "");
        assert_eq!(status, expected, "{path}: {}", String::from_utf8_lossy(&body));
        assert!(head.contains("application/problem+json"), "{path}: {head}");
        let problem: Value = serde_json::from_slice(&body).expect("JSON");
        let detail = &problem["detail"];
        assert!(
            detail["zh"] != detail["en"] && !detail["en"].as_str().unwrap_or_default().contains("problem_"),
            "{path}: {problem}"
        );
    }
    assert_eq!(served.get(&format!("{SET}/14/0/0"), "").0, 204);
}

#[test]
fn the_legend_counts_what_the_table_lists() {
    let served = served();
    let about = served.json("/api/map?by=stage");
    let count = |code: &str| {
        let classes = about["classes"].as_array().expect("classes");
        classes.iter().find(|class| class["code"] == code).map(|class| class["count"].clone())
    };
    assert_eq!(count("building"), Some(3.into()));
    let all = served.json("/api/map/parcels?bbox=116,39,117,40&sort=-case_id");
    assert_eq!(all["total"], 4);
    assert_eq!(all["rows"][0]["case_id"], "A-4");
    let some = served.json("/api/map/parcels?bbox=116,39,117,40&hidden=building");
    assert_eq!((some["total"].clone(), some["rows"][0]["case_id"].clone()), (1.into(), "A-1".into()));
    assert_eq!(served.json("/api/map/parcels?bbox=116.3999,39.8999,116.4021,39.9021")["total"], 1);
    assert_eq!(served.json("/api/map/days")["days"][0], "2024-06-30");
    // Every colouring that is offered can be had, and its classes count every parcel.
    for theme in about["themes"].as_array().expect("themes") {
        let name = theme["name"].as_str().expect("a name");
        let told = served.json(&format!("/api/map?by={name}"));
        let counts =
            told["classes"].as_array().expect("classes").iter().filter_map(|class| class["count"].as_u64());
        assert_eq!(counts.sum::<u64>(), 4, "{name}");
    }
}

#[test]
fn callers_see_their_own_district_and_their_own_parcels() {
    let served = served();
    let (parcels, day) =
        served.app.tiles.day(&served.app, date(2024, 6, 30)).map_err(|f| f.message).expect("a day");
    let theme = day.theme(&served.app.library, "stage").map_err(|f| f.message).expect("a colouring");
    let seen = |caller: &Caller| {
        let close = super::place("14", "6208", "13489").expect("a tile");
        let far = super::place("5", "12", "26").expect("a tile");
        let own = super::drawn(&parcels, &day, &theme, close, caller).features.len();
        let counted = super::drawn(&parcels, &day, &theme, far, caller);
        let counted = TileMessage { layers: vec![counted] };
        let told = if counted.layers[0].features.is_empty() { Vec::new() } else { texts(&counted, "count") };
        (own, told)
    };
    let area = Caller { districts: ["东区".to_owned()].into(), ..Caller::default() };
    let firm = Caller { holder: Some("甲厂".to_owned()), ..Caller::default() };
    let other = Caller { holder: Some("丙厂".to_owned()), ..Caller::default() };
    assert_eq!(seen(&Caller::office()), (4, vec!["Some(4)".to_owned()]));
    assert_eq!(seen(&area), (2, vec!["Some(2)".to_owned()]));
    assert_eq!(seen(&firm), (1, vec!["Some(1)".to_owned()]));
    assert_eq!(seen(&other), (0, Vec::new()));
    assert_eq!(day.known.iter().flatten().count(), 4);
    let _: (&Parcels, &Day) = (&parcels, &day);
}

/// Held against another reader of the format: GDAL's, where it is installed.
#[test]
fn gdal_reads_the_same_parcels_with_the_same_areas() {
    if Command::new("ogr2ogr").arg("--version").output().is_err() {
        return;
    }
    let served = served();
    let (_, _, body) = served.get(&format!("{SET}/{CLOSE}"), "");
    let (tile, out) = (served.folder.path().join("6208.pbf"), served.folder.path().join("out.geojson"));
    std::fs::write(&tile, body).expect("written");
    let run = Command::new("ogr2ogr")
        .args([
            "-f",
            "GeoJSON",
            "-t_srs",
            "EPSG:4326",
            "-oo",
            "X=13489",
            "-oo",
            "Y=6208",
            "-oo",
            "Z=14",
            "-oo",
            "CLIP=NO",
        ])
        .arg(&out)
        .arg(format!("MVT:{}", tile.display()))
        .output()
        .expect("ogr2ogr runs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let found: Value = serde_json::from_slice(&std::fs::read(&out).expect("read")).expect("GeoJSON");
    let features = found["features"].as_array().expect("features");
    assert_eq!(features.len(), 4);
    // A step of the tile in degrees: what rounding may move a corner by, and straightening twice that.
    let step = 360.0 / f64::from(1 << 14) / 4096.0;
    for (case, _, lon, lat) in PLACES {
        let feature =
            features.iter().find(|feature| feature["properties"]["case_id"] == case).expect("the parcel");
        let polygon = &feature["geometry"]["coordinates"];
        let ring = if feature["geometry"]["type"] == "MultiPolygon" { &polygon[0][0] } else { &polygon[0] };
        let corners = ring
            .as_array()
            .expect("a ring")
            .iter()
            .map(|c| (c[0].as_f64().unwrap_or_default(), c[1].as_f64().unwrap_or_default()));
        let corners: Vec<(f64, f64)> = corners.collect();
        for wanted in [(lon, lat), (lon + SIDE, lat), (lon + SIDE, lat + SIDE), (lon, lat + SIDE)] {
            let near = corners
                .iter()
                .any(|c| (c.0 - wanted.0).abs() < 3.0 * step && (c.1 - wanted.1).abs() < 3.0 * step);
            assert!(near, "{case}: {wanted:?} is not among {corners:?}");
        }
        let pairs = corners.iter().zip(corners.iter().skip(1));
        let twice: f64 = pairs.map(|(a, b)| (a.0 - lon) * (b.1 - lat) - (b.0 - lon) * (a.1 - lat)).sum();
        assert!((twice.abs() / 2.0 / (SIDE * SIDE) - 1.0).abs() < 0.02, "{case}: {twice}");
    }
}
