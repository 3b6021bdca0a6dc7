//! The chain finds whatever is done to a store behind the ledger's back.

use std::path::Path;

use landcycle_ledger::{Fault, GeoPackageLedger, Ledger, LedgerError, What};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::invented::{append, correction, event, parcel};

/// Every column that a digest covers, and the digests.
const COLUMNS: [&str; 12] = [
    "case_id",
    "kind",
    "happened_on",
    "recorded_at",
    "actor",
    "origin",
    "key",
    "package",
    "corrects",
    "body",
    "previous",
    "digest",
];

/// A store of six events, the fifth of which corrects the second. The keys are of different lengths,
/// so that changing a byte of one never gives another, which the file would refuse.
fn store(path: &Path) -> GeoPackageLedger {
    let mut ledger = GeoPackageLedger::create(path).expect("a store");
    let batch = [
        event("1", "A", 1, [("price", "5"), ("started_on", "none")]),
        event("22", "B", 2, [("price", "6")]),
        event("333", "A", 3, [("holder", "示例公司")]),
        landcycle_ledger::NewEvent { package: Some("p".into()), ..event("4444", "C", 4, []) },
        correction("55555", "B", 2, [("price", "7")]),
        event("666666", "C", 5, [("area", "1")]),
    ];
    append(&mut ledger, batch).expect("appended");
    ledger
}

/// A connection for which nothing guards the events.
fn unguarded(path: &Path) -> Connection {
    let raw = Connection::open(path).expect("a file");
    raw.execute_batch(
        "DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_deleted; \
         DROP TRIGGER event_is_never_replaced;",
    )
    .expect("dropped");
    raw
}

fn fault(path: &Path) -> Option<Fault> {
    let ledger = GeoPackageLedger::open(path).expect("a store");
    ledger.verify().expect("readable").fault
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_change_of_any_one_byte_of_any_event_is_found(
        seq in 1..=6_i64,
        column in prop::sample::select(&COLUMNS[..]),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store.gpkg");
        store(&path).close().expect("closed");
        prop_assert_eq!(fault(&path), None);

        let raw = unguarded(&path);
        let sql = format!("SELECT {column} FROM event WHERE seq = ?1");
        let there: Value = raw.query_row(&sql, [seq], |row| row.get(0)).expect("a value");
        let (cast, changed) = match there {
            Value::Text(text) if !text.is_empty() => {
                let mut bytes = text.into_bytes();
                let place = place.index(bytes.len());
                bytes[place] ^= flip;
                ("CAST(?1 AS TEXT)", Value::Blob(bytes))
            }
            Value::Integer(number) => ("?1", Value::Integer(number ^ i64::from(flip))),
            // Nothing is there to change: something appears instead.
            _ => ("?1", Value::Integer(i64::from(flip) + 2)),
        };
        let sql = format!("UPDATE event SET {column} = {cast} WHERE seq = ?2");
        raw.execute(&sql, (changed, seq)).expect("changed");
        drop(raw);
        let fault = fault(&path);
        prop_assert_eq!(fault.map(|fault| fault.seq), Some(seq));
    }
}

/// Does something to a store without its guards; gives the fault that verification finds.
fn after(change: &str) -> Option<Fault> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path).close().expect("closed");
    unguarded(&path).execute_batch(change).expect("changed");
    fault(&path)
}

#[test]
fn a_removed_event_is_missed_wherever_it_stood() {
    let missing = |seq| Some(Fault { seq, what: What::Missing });
    assert_eq!(after("DELETE FROM event WHERE seq = 1"), missing(1));
    assert_eq!(after("DELETE FROM event WHERE seq = 4"), missing(4));
    let cut_off = Some(Fault { seq: 4, what: What::Head { left_at: 6 } });
    assert_eq!(after("DELETE FROM event WHERE seq > 4"), cut_off);
    let emptied = Some(Fault { seq: 0, what: What::Head { left_at: 6 } });
    assert_eq!(after("DELETE FROM event"), emptied);
}

#[test]
fn an_event_filed_under_another_case_is_found() {
    let filed = |seq| Some(Fault { seq, what: What::Filing });
    assert_eq!(after("UPDATE event SET first_seq = 1 WHERE seq = 6"), filed(6));
    assert_eq!(after("UPDATE event SET first_seq = 3 WHERE seq IN (1, 3)"), filed(1));
    assert_eq!(after("UPDATE event SET first_seq = 9 WHERE seq = 2"), filed(2));
}

#[test]
fn a_time_spelled_another_way_is_found() {
    let content = Some(Fault { seq: 3, what: What::Content });
    let lower = "UPDATE event SET recorded_at = replace(recorded_at, 'Z', 'z') WHERE seq = 3";
    assert_eq!(after(lower), content);
    assert_eq!(after("UPDATE event SET package = '' WHERE seq = 3").map(|fault| fault.seq), Some(3));
}

#[test]
fn nothing_is_appended_to_a_store_that_lost_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    store(&path).close().expect("closed");
    unguarded(&path).execute_batch("DELETE FROM event WHERE seq = 6").expect("deleted");
    let mut ledger = GeoPackageLedger::open(&path).expect("a store");
    let refusal = append(&mut ledger, [event("7", "A", 1, [])]).expect_err("refused");
    assert!(matches!(refusal, LedgerError::HeadMoved { expected: 6, found: 5 }));
}

#[test]
fn the_file_itself_refuses_to_change_delete_or_replace_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    let mut ledger = store(&path);
    append(&mut ledger, [parcel("A", 120.0, 30.0)]).expect("appended");
    ledger.close().expect("closed");
    let raw = Connection::open(&path).expect("a file");
    let row = "'A', 'k/1', '2020-01-01', '', '', '', '22', NULL, NULL, '{}', '', '', 1";
    for sql in [
        "UPDATE event SET actor = 'x' WHERE seq = 1".to_owned(),
        "UPDATE event SET first_seq = 1".to_owned(),
        "DELETE FROM event WHERE seq = 6".to_owned(),
        "DELETE FROM event".to_owned(),
        format!("INSERT OR REPLACE INTO event VALUES (1, {row})"),
        format!("INSERT OR REPLACE INTO event VALUES (7, {row})"),
    ] {
        let refusal = raw.execute(&sql, []).expect_err(&sql).to_string();
        assert!(refusal.starts_with("the ledger only grows"), "{sql}: {refusal}");
    }
    drop(raw);
    assert_eq!(fault(&path), None);
}
