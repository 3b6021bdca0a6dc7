//! The layer of parcels held against the events.

use landcycle_ledger::{Apart, Entry, GeoPackageLedger, Ledger, ParcelRow};
use rusqlite::Connection;

use crate::invented::{append, event};

fn row(case: &str) -> ParcelRow {
    ParcelRow {
        case_id: case.into(),
        holder: Some("甲".into()),
        area_m2: Some(20_000.0),
        ..ParcelRow::default()
    }
}

#[test]
fn edits_and_lost_rows_are_findings_and_no_fault_of_the_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let mut ledger = GeoPackageLedger::create(&path).expect("a store");
    let facts = [("area", "20000"), ("holder", "甲")];
    let batch: [Entry; 8] = [
        event("1", "a", 1, facts).into(),
        event("2", "b", 1, facts).into(),
        event("3", "c", 1, facts).into(),
        event("4", "d", 1, [("area", "10000/3"), ("holder", "乙")]).into(),
        row("a").into(),
        row("b").into(),
        row("c").into(),
        ParcelRow { case_id: "d".into(), holder: Some("乙".into()), ..ParcelRow::default() }.into(),
    ];
    append(&mut ledger, batch).expect("appended");
    assert_eq!(ledger.parcels_apart().expect("read"), Apart::default());
    ledger.close().expect("closed");

    let gis = Connection::open(&path).expect("a file");
    // A GIS program brings the functions that these triggers call; here no outline is touched.
    let triggers = ["update1", "update2", "update3", "update4", "delete"];
    let dropped = triggers.map(|name| format!("DROP TRIGGER rtree_parcel_geom_{name};")).concat();
    gis.execute_batch(&format!(
        "{dropped} UPDATE parcel SET holder = '丙' WHERE case_id = 'b'; \
         DELETE FROM parcel WHERE case_id = 'c'; UPDATE parcel SET holder = NULL WHERE case_id = 'd'"
    ))
    .expect("edited");
    drop(gis);

    let ledger = GeoPackageLedger::open(&path).expect("a store");
    let apart = ledger.parcels_apart().expect("read");
    assert_eq!((apart.missing, apart.first_missing.as_deref()), (1, Some("c")));
    assert_eq!((apart.differing, apart.first_differing), (2, Some(("b".into(), "holder"))));
    assert_eq!(ledger.verify().expect("read").fault, None);
}
