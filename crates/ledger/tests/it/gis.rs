//! A GIS program reads the file: asked of `ogrinfo` itself.

use std::path::Path;
use std::process::Command;

use landcycle_ledger::{Entry, GeoPackageLedger, Geometry, Ledger, ParcelRow};
use rusqlite::Connection;

use crate::invented::{append, event, moment, parcel};

/// What `ogrinfo` prints; a warning or an error fails the test, and so does its absence.
fn ogrinfo(arguments: &[&str], path: &Path, then: &[&str]) -> String {
    let output = Command::new("ogrinfo").args(arguments).arg(path).args(then).output();
    let output = output.expect("this test needs ogrinfo: install GDAL's tools (Debian: gdal-bin)");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && talk.is_empty(), "ogrinfo complains: {talk}\n{text}");
    text
}

/// Three events; a parcel in the east, one in the west, one without an outline.
fn store(path: &Path) {
    let mut ledger = GeoPackageLedger::create(path).expect("a store");
    let batch: [Entry; 6] = [
        event("1", "east", 1, [("price", "5")]).into(),
        parcel("east", 121.0, 31.0).into(),
        event("2", "west", 1, []).into(),
        parcel("west", 104.0, 30.0).into(),
        event("3", "nowhere", 1, []).into(),
        ParcelRow { case_id: "nowhere".into(), ..ParcelRow::default() }.into(),
    ];
    append(&mut ledger, batch).expect("appended");
    ledger.close().expect("closed");
}

#[test]
fn ogrinfo_lists_layers_and_counts_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path);
    let before = std::fs::read(&path).expect("readable");
    let text = ogrinfo(&["-al", "-so"], &path, &[]);
    assert!(std::fs::read(&path).expect("readable") == before, "looking changed the file");
    for expected in [
        "Layer name: parcel\n",
        "Geometry: Multi Polygon\nFeature Count: 3\n",
        "Extent: (104.000000, 30.000000) - (121.030000, 31.030000)",
        "ID[\"EPSG\",4490]",
        "Geometry Column = geom",
        "signed_on: Date",
        "area_m2: Real",
        "Layer name: event\n",
        "Geometry: None\nFeature Count: 3\n",
        "happened_on: Date",
        "recorded_at: DateTime",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert_eq!(text.matches("Layer name:").count(), 4, "{text}");
}

#[test]
fn ogrinfo_finds_parcels_through_the_spatial_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path);
    let has = ogrinfo(&["-ro", "-sql", "SELECT HasSpatialIndex('parcel', 'geom')"], &path, &[]);
    assert!(has.contains("HasSpatialIndex (Integer) = 1"), "{has}");
    let east = ogrinfo(&["-ro", "-spat", "120", "30", "122", "32"], &path, &["parcel"]);
    assert!(east.contains("Feature Count: 1\n") && east.contains("case_id (String) = east"), "{east}");
    let outline = "MULTIPOLYGON (((121 31,121.01 31";
    assert!(east.contains(outline), "{east}");
}

#[test]
fn the_spatial_index_follows_an_outline_that_moves() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path);
    let mut ledger = GeoPackageLedger::open(&path).expect("a store");
    append(&mut ledger, [parcel("east", 122.0, 32.0)]).expect("appended");
    let named = ParcelRow { case_id: "east".into(), park: Some("x".into()), ..ParcelRow::default() };
    append(&mut ledger, [named]).expect("appended");
    ledger.close().expect("closed");
    let raw = Connection::open(&path).expect("a file");
    let boxes: Vec<(i64, f64)> = raw
        .prepare("SELECT id, minx FROM rtree_parcel_geom ORDER BY id")
        .and_then(|mut rows| rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("readable");
    assert_eq!(boxes.len(), 2);
    assert!((boxes[0].1 - 122.0).abs() < 1e-4 && (boxes[1].1 - 104.0).abs() < 1e-4);
}

#[test]
fn a_parcel_edited_by_a_gis_program_is_read_and_no_event_can_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path);
    let copy = "UPDATE parcel SET park = 'by hand', geom = (SELECT geom FROM parcel \
                WHERE case_id = 'west') WHERE case_id = 'east'";
    let edit = |sql: &str| Command::new("ogrinfo").args(["-sql", sql]).arg(&path).output().expect("ogrinfo");
    edit(copy);
    let refused = edit("UPDATE event SET actor = 'someone else'");
    let talk = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(talk.contains("the ledger only grows"), "{talk}");
    let ledger = GeoPackageLedger::open(&path).expect("a store");
    let row = ledger.parcel("east").expect("readable").expect("a row");
    assert_eq!(row.park.as_deref(), Some("by hand"));
    assert_eq!(row.geometry, parcel("west", 104.0, 30.0).geometry);
    assert_eq!(ledger.verify().expect("readable").fault, None);
    ledger.close().expect("closed");
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn a_polygon_in_another_hand_is_read_and_a_damaged_outline_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path);
    // Big-endian, no envelope, one polygon of one ring: allowed, and not what we write.
    let mut blob = b"GP\0\0".to_vec();
    blob.extend(4490_u32.to_be_bytes());
    blob.extend([0, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 4]);
    let ring = vec![(120.0, 30.0), (121.0, 30.0), (121.0, 31.0), (120.0, 30.0)];
    blob.extend(ring.iter().flat_map(|&(x, y): &(f64, f64)| [x, y]).flat_map(f64::to_be_bytes));
    let put = |blob: &[u8]| {
        let raw = Connection::open(&path).expect("a file");
        raw.execute_batch(
            "DROP TRIGGER IF EXISTS rtree_parcel_geom_update1; \
             DROP TRIGGER IF EXISTS rtree_parcel_geom_update2; \
             DROP TRIGGER IF EXISTS rtree_parcel_geom_update3; \
             DROP TRIGGER IF EXISTS rtree_parcel_geom_update4",
        )
        .expect("dropped");
        raw.execute("UPDATE parcel SET geom = ?1 WHERE case_id = 'east'", [blob]).expect("put");
    };
    let read = || GeoPackageLedger::open_read_only(&path).expect("a store").parcel("east");
    put(&blob);
    let expected = Geometry::polygon(vec![ring]).expect("sound");
    assert_eq!(read().expect("readable").expect("a row").geometry, Some(expected));
    for length in 0..blob.len() {
        put(&blob[..length]);
        let failure = read().expect_err("damaged").to_string();
        assert!(failure.starts_with("the geometry of the case east cannot be read"), "{failure}");
    }
}

#[test]
fn a_file_depends_on_what_was_appended_and_on_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = |name: &str| {
        let path = folder.path().join(name);
        store(&path);
        std::fs::read(path).expect("readable")
    };
    assert!(bytes("a.gpkg") == bytes("b.gpkg"), "the same appends gave different files");
    let raw = Connection::open(folder.path().join("a.gpkg")).expect("a file");
    let sql = "SELECT last_change FROM gpkg_contents WHERE table_name = 'event'";
    let last: String = raw.query_row(sql, [], |row| row.get(0)).expect("readable");
    assert_eq!(last, format!("{:.3}", moment(0)));
}
