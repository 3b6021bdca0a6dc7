//! An append that is cut short leaves the store as it was.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;

use landcycle_ledger::{Entry, Event, GeoPackageLedger, Ledger, NewEvent, SourceError};

use crate::invented::{all_events, append, event, parcel};

/// Tells the test below, run as a child, which store to die on.
const STORE: &str = "LANDCYCLE_TEST_DIES_ON";

fn small_store(path: &Path) -> Vec<Event> {
    let mut ledger = GeoPackageLedger::create(path).expect("a store");
    append(&mut ledger, [event("1", "A", 1, [("price", "5")]), event("2", "B", 1, [])]).expect("appended");
    let events = all_events(&ledger);
    ledger.close().expect("closed");
    events
}

/// Events so large that the page cache overflows into the file long before the batch ends.
fn large_batch(stop: impl Fn()) -> impl Iterator<Item = Result<Entry, SourceError>> {
    let text = "x".repeat(100_000);
    (0..1_000).map(move |number| {
        if number == 900 {
            stop();
        }
        let case_id = format!("case {}", number % 7);
        let told = event(&format!("large {number}"), &case_id, 1, [("note", text.as_str())]);
        Ok(NewEvent { ..told }.into())
    })
}

fn is_as_it_was(path: &Path, events: &[Event]) {
    let mut ledger = GeoPackageLedger::open(path).expect("a store");
    assert_eq!(all_events(&ledger), events);
    assert_eq!(ledger.verify().expect("readable").fault, None);
    append(&mut ledger, [event("3", "C", 1, [])]).expect("it goes on");
    ledger.close().expect("closed");
    let folder = path.parent().expect("a folder");
    assert_eq!(std::fs::read_dir(folder).expect("readable").count(), 1, "one file, no side files");
}

#[test]
fn a_process_killed_in_the_middle_of_an_append_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let events = small_store(&path);
    let bytes = std::fs::metadata(&path).expect("a file").len();
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::child_that_dies_when_told_to"])
        .env(STORE, &path)
        .output()
        .expect("a child");
    assert!(!child.status.success(), "the child was to die");
    let left = std::fs::metadata(&path).expect("a file").len();
    assert!(left > bytes + 10_000_000, "it was to die with much of the batch in the file: {left}");
    assert!(folder.path().join("store.gpkg-journal").exists(), "and a journal to undo it by");
    is_as_it_was(&path, &events);
}

#[test]
fn child_that_dies_when_told_to() {
    if let Some(path) = std::env::var_os(STORE) {
        let mut ledger = GeoPackageLedger::open(path).expect("a store");
        let appended = ledger.append(&mut large_batch(|| std::process::abort()));
        assert!(appended.is_err(), "it never comes so far");
    }
}

#[test]
fn a_panic_in_the_middle_of_an_append_leaves_the_store_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let events = small_store(&path);
    let mut ledger = GeoPackageLedger::open(&path).expect("a store");
    let batch = [Ok(event("3", "A", 1, []).into()), Ok(parcel("A", 120.0, 30.0).into())];
    let stop = std::iter::once_with(|| std::panic::resume_unwind(Box::new("stop")));
    let mut batch = batch.into_iter().chain(stop);
    let caught = catch_unwind(AssertUnwindSafe(|| ledger.append(&mut batch)));
    assert!(caught.is_err());
    // The same connection goes on as well: the transaction was undone, not left open.
    assert_eq!(all_events(&ledger), events);
    assert_eq!(ledger.parcel("A").expect("readable"), None);
    drop(ledger);
    is_as_it_was(&path, &events);
}

/// Everything the file says of its tables, indexes and triggers.
fn schema(path: &Path) -> Vec<(String, String)> {
    let connection = rusqlite::Connection::open(path).expect("a file");
    let sql = "SELECT name, coalesce(sql, '') FROM sqlite_master ORDER BY name";
    let mut statement = connection.prepare(sql).expect("sound");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("readable")
}

#[test]
fn filling_an_empty_store_leaves_its_indexes_and_guards_whether_it_ends_well_or_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let mut ledger = GeoPackageLedger::create(&path).expect("a store");
    let empty = schema(&path);
    let mut refused = (0..9).map(|number| match number {
        8 => Err("the file breaks off".into()),
        _ => Ok(event(&format!("{number}"), "A", 1, []).into()),
    });
    assert!(ledger.append(&mut refused).is_err());
    assert_eq!((schema(&path), all_events(&ledger).len()), (empty.clone(), 0));
    let twice =
        [event("1", "A", 1, []), event("2", "B", 1, []), event("1", "A", 1, []), event("3", "A", 2, [])];
    append(&mut ledger, twice).expect("appended");
    assert_eq!((schema(&path), all_events(&ledger).len()), (empty, 3));
    assert_eq!(ledger.events_of("A").expect("readable").len(), 2);
    assert_eq!(ledger.events_of("B").expect("readable").len(), 1);
    ledger.close().expect("closed");
}

#[test]
fn two_programs_append_to_one_store_without_breaking_the_chain() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    small_store(&path);
    std::thread::scope(|scope| {
        for writer in ["x", "y"] {
            let path = &path;
            scope.spawn(move || {
                let mut ledger = GeoPackageLedger::open(path).expect("a store");
                for number in 0..20 {
                    let told = event(&format!("{writer}{number}"), writer, 1, []);
                    append(&mut ledger, [told]).expect("appended");
                }
            });
        }
    });
    let ledger = GeoPackageLedger::open_read_only(&path).expect("a store");
    let verified = ledger.verify().expect("readable");
    assert_eq!((verified.events, verified.fault), (42, None));
}
