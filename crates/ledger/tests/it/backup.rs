//! Backups as docs/how-to/two-stores.md describes them come back as the same chain; and a GIS program
//! reads a server as it reads a file.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use landcycle_ledger::{Address, Entry, GeoPackageLedger, Ledger, PostgresLedger};

use crate::cluster::Cluster;
use crate::invented::{all_events, append, correction, event, parcel, postgres};

fn filled(ledger: &mut dyn Ledger) {
    let batch: [Entry; 4] = [
        event("1", "A", 1, [("price", "5"), ("holder", "\"\\\n甲")]).into(),
        correction("2", "A", 1, [("price", "7")]).into(),
        parcel("A", 121.0, 31.0).into(),
        event("3", "B", 1, []).into(),
    ];
    append(ledger, batch).expect("appended");
    ledger.set_meta("sample", "虚构数据").expect("set");
}

/// What came back is what was kept, guards included, and goes on.
fn is_the_same(kept: &dyn Ledger, back: &mut dyn Ledger) {
    assert_eq!(back.verify().expect("readable"), kept.verify().expect("readable"));
    assert_eq!(all_events(back), all_events(kept));
    assert_eq!(back.parcels_after(None, 9).expect("rows"), kept.parcels_after(None, 9).expect("rows"));
    assert_eq!(back.all_meta().expect("said"), kept.all_meta().expect("said"));
    append(back, [event("4", "A", 2, [])]).expect("it goes on");
    assert_eq!(back.verify().expect("readable").fault, None);
}

fn succeeds(command: &mut Command) {
    let output = command.output().expect("PostgreSQL's programs");
    let talk = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && talk.is_empty(), "{command:?}: {talk}");
}

#[test]
fn a_dumped_and_restored_database_has_the_same_head() {
    let cluster = Cluster::shared();
    let mut kept = postgres();
    filled(&mut kept);
    let folder = tempfile::tempdir().expect("a folder");
    let dump = folder.path().join("store.dump");
    let from = kept.address().to_string();
    succeeds(
        cluster
            .program("pg_dump")
            .args(["-Fc", "-n", "landcycle", "-d", &from])
            .stdout(File::create(&dump).expect("a file")),
    );
    // A restored store needs PostGIS first: it is no part of the schema.
    let to = cluster.database();
    succeeds(cluster.program("pg_restore").args(["-d", &to]).stdin(File::open(&dump).expect("the dump")));
    let mut back = PostgresLedger::open(&Address::parse(&to).expect("an address")).expect("a store");
    is_the_same(&kept, &mut back);
    let mut raw = cluster.admin(to.rsplit('/').next().expect("a name"));
    let refusal = raw.batch_execute("DELETE FROM landcycle.event").expect_err("refused");
    assert!(refusal.as_db_error().expect("by the server").message().starts_with("the ledger only grows"));
}

#[test]
fn a_file_copied_while_it_is_open_has_the_same_head() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let mut kept = GeoPackageLedger::create(&path).expect("a store");
    filled(&mut kept);
    let copy = folder.path().join("copy.gpkg");
    let raw = rusqlite::Connection::open(&path).expect("a file");
    raw.execute("VACUUM INTO ?1", [copy.to_str().expect("text")]).expect("copied");
    let mut back = GeoPackageLedger::open(&copy).expect("a store");
    is_the_same(&kept, &mut back);
}

/// What a GIS program finds of the layer on the server.
#[test]
fn ogrinfo_reads_the_layer_of_a_server() {
    let mut ledger = postgres();
    filled(&mut ledger);
    let cluster = Cluster::shared();
    let database = ledger.address().to_string();
    let database = database.rsplit('/').next().expect("a name");
    let source = format!(
        "PG:host={} port={} user=landcycle dbname={database} schemas=landcycle",
        Path::display(&cluster.folder),
        cluster.port
    );
    let output = Command::new("ogrinfo").args(["-ro", "-so", &source, "parcel"]).output();
    let output = output.expect("this test needs ogrinfo: install GDAL's tools (Debian: gdal-bin)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for expected in [
        "Geometry: Multi Polygon\nFeature Count: 1\n",
        "ID[\"EPSG\",4490]",
        "signed_on: Date",
        "Geometry Column = geom",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}
