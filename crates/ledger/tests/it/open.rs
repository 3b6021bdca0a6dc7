//! Opening: what is refused, and in which words.

use landcycle_ledger::{GeoPackageLedger, LedgerError, STORE_VERSION};
use rusqlite::Connection;

use crate::invented::{all_events, append, event};

#[test]
fn a_store_is_one_gpkg_file_that_opens_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("示例.gpkg");
    let mut ledger = GeoPackageLedger::open_or_create(&path).expect("made");
    append(&mut ledger, [event("1", "A", 1, [("price", "5")])]).expect("appended");
    let events = all_events(&ledger);
    ledger.close().expect("closed");
    let header = std::fs::read(&path).expect("readable");
    assert_eq!(&header[68..72], b"GPKG");
    assert_eq!(&header[60..64], 10_300_u32.to_be_bytes());
    assert_eq!(&header[18..20], [1, 1], "no write-ahead log");
    let ledger = GeoPackageLedger::open_or_create(&path).expect("opened");
    assert_eq!(all_events(&ledger), events);
    let mut read_only = GeoPackageLedger::open_read_only(&path).expect("opened");
    assert_eq!(all_events(&read_only), events);
    assert!(append(&mut read_only, [event("2", "A", 1, [])]).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn a_store_in_write_ahead_mode_is_brought_back_to_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.gpkg");
    GeoPackageLedger::create(&path).expect("made").close().expect("closed");
    let raw = Connection::open(&path).expect("a file");
    raw.pragma_update(None, "journal_mode", "WAL").expect("switched");
    // While the other program has it open, the store works as it is.
    raw.query_row("SELECT count(*) FROM event", [], |_| Ok(())).expect("readable");
    drop(raw);
    let mut ledger = GeoPackageLedger::open(&path).expect("opened");
    append(&mut ledger, [event("1", "A", 1, [])]).expect("appended");
    ledger.close().expect("closed");
    assert_eq!(&std::fs::read(&path).expect("readable")[18..20], [1, 1]);
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn a_store_of_a_newer_program_is_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.gpkg");
    GeoPackageLedger::create(&path).expect("made").close().expect("closed");
    let raw = Connection::open(&path).expect("a file");
    let newer = STORE_VERSION + 1;
    raw.execute("UPDATE landcycle_meta SET value = ?1 WHERE name = 'ledger.version'", [newer.to_string()])
        .expect("changed");
    let before = std::fs::read(&path).expect("readable");
    let refusal = GeoPackageLedger::open(&path).expect_err("refused");
    assert!(matches!(refusal, LedgerError::TooNew { found, .. } if found == newer));
    assert!(refusal.to_string().ends_with("use the newer program"), "{refusal}");
    assert_eq!(std::fs::read(&path).expect("readable"), before, "and not touched");
}

#[test]
fn what_is_no_store_is_refused_and_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database at all, but long enough to look at\n".repeat(40)).expect("written");
    let database = folder.path().join("other.gpkg");
    Connection::open(&database)
        .and_then(|raw| raw.execute_batch("PRAGMA application_id = 0x47504B47; CREATE TABLE t (a)"))
        .expect("made");
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").expect("written");
    for path in [text, database, empty] {
        let before = std::fs::read(&path).expect("readable");
        let refusal = GeoPackageLedger::open(&path).expect_err("refused");
        assert!(matches!(refusal, LedgerError::NotAStore(_)), "{refusal}");
        assert!(matches!(GeoPackageLedger::create(&path), Err(LedgerError::Exists(_))));
        assert_eq!(std::fs::read(&path).expect("readable"), before);
    }
    let nowhere = folder.path().join("nowhere.gpkg");
    assert!(matches!(GeoPackageLedger::open(&nowhere), Err(LedgerError::Missing(_))));
    assert!(!nowhere.exists());
}
