//! Making and opening the file, and refusing one this program must not touch.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{GeoPackageLedger, STEPS, read, spatial, write};
use crate::admit::Head;
use crate::error::LedgerError;
use crate::follow::{HEAD_NAME, VERSION_NAME, head_text};
use crate::migrate::{Step, lacking};

/// How long to wait for another program that writes, before giving up with its name for it, "busy".
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Memory for pages: the index on keys is written in no order, and an import should not read it
/// back from disk.
const CACHE_KIBIBYTES: i64 = 65_536;
const GPKG: i64 = 0x4750_4B47;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    ReadOnly,
    ReadWrite,
}

pub(super) fn create(path: &Path) -> Result<GeoPackageLedger, LedgerError> {
    if path.exists() {
        return Err(LedgerError::Exists(path.display().to_string()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = connect(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    prepare(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    take(&transaction, STEPS)?;
    write::put_meta(&transaction, HEAD_NAME, &head_text(Head::START))?;
    transaction.commit()?;
    Ok(GeoPackageLedger { connection, path: path.to_owned() })
}

/// Opens a store; an older one is brought forward first, also when it is only to be read.
pub(super) fn open(path: &Path, access: Access) -> Result<GeoPackageLedger, LedgerError> {
    open_with(path, access, STEPS)
}

fn open_with(path: &Path, access: Access, steps: &[Step]) -> Result<GeoPackageLedger, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing(path.display().to_string()));
    }
    let flags = match access {
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let mut connection = connect(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let found = version(&connection, path)?;
    if !lacking(&path.display().to_string(), steps, found)?.is_empty() {
        if access == Access::ReadOnly {
            drop(connection);
            open_with(path, Access::ReadWrite, steps)?.close()?;
            return open_with(path, access, steps);
        }
        forward(&mut connection, path, steps)?;
    }
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    if access == Access::ReadWrite {
        prepare(&connection)?;
    }
    Ok(GeoPackageLedger { connection, path: path.to_owned() })
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, LedgerError> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(32);
    spatial::register(&connection)?;
    Ok(connection)
}

/// What only a writer sets.
fn prepare(connection: &Connection) -> Result<(), LedgerError> {
    // A GIS program may have left the file in write-ahead mode. It cannot be switched back while
    // that program has it open; then the store works all the same, and the next opening tries again.
    match connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())) {
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::DatabaseBusy => {}
        outcome => outcome?,
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

/// Brings a store forward, whole or not at all. Asked again inside the transaction: another program
/// may have done it meanwhile.
fn forward(connection: &mut Connection, path: &Path, steps: &[Step]) -> Result<(), LedgerError> {
    prepare(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found = version(&transaction, path)?;
    take(&transaction, lacking(&path.display().to_string(), steps, found)?)?;
    Ok(transaction.commit()?)
}

fn take(transaction: &Transaction<'_>, steps: &[Step]) -> Result<(), LedgerError> {
    for step in steps {
        transaction.execute_batch(step.sql)?;
        write::put_meta(transaction, VERSION_NAME, &step.to.to_string())?;
    }
    Ok(())
}

/// The version of a store; refuses a file of something else.
fn version(connection: &Connection, path: &Path) -> Result<i64, LedgerError> {
    let not_a_store = || LedgerError::NotAStore(path.display().to_string());
    let application: Result<i64, _> = connection.pragma_query_value(None, "application_id", |row| row.get(0));
    match application {
        Ok(GPKG) => {}
        Ok(_) => return Err(not_a_store()),
        Err(rusqlite::Error::SqliteFailure(failure, _))
            if failure.code == rusqlite::ErrorCode::NotADatabase =>
        {
            return Err(not_a_store());
        }
        Err(error) => return Err(error.into()),
    }
    let ours = connection.table_exists(None, "landcycle_meta")?;
    let version = if ours { read::meta(connection, VERSION_NAME)? } else { None };
    version.and_then(|version| version.parse().ok()).ok_or_else(not_a_store)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{Access, open_with};
    use crate::geopackage::{GeoPackageLedger, STEPS};
    use crate::ledger::Ledger;
    use crate::migrate::Step;
    use crate::{LedgerError, NewEvent, entries};

    const NEXT: Step = Step { to: 3, sql: "CREATE INDEX event_kind ON event(kind)" };
    const BROKEN: Step = Step { to: 4, sql: "CREATE TABLE added (a); CREATE TABLE parcel (a)" };

    fn event(key: &str) -> NewEvent {
        NewEvent {
            case_id: "A".into(),
            kind: "k/1".into(),
            happened_on: jiff::civil::date(2020, 1, 1),
            recorded_at: jiff::Timestamp::UNIX_EPOCH,
            actor: "a".into(),
            origin: String::new(),
            key: key.into(),
            package: None,
            corrects: None,
            body: crate::Body::new([("price", "5")]).expect("sound"),
        }
    }

    #[test]
    fn an_older_store_is_brought_forward_and_one_of_a_newer_program_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.gpkg");
        let mut old = GeoPackageLedger::create(&path).expect("made");
        old.append(&mut entries([event("1")])).expect("appended");
        let before = old.verify().expect("readable");
        old.close().expect("closed");

        let steps = [STEPS, &[NEXT]].concat();
        // Also when it is opened to be read alone.
        let new = open_with(&path, Access::ReadOnly, &steps).expect("opened");
        assert_eq!(new.verify().expect("readable"), before);
        new.close().expect("closed");
        let mut new = open_with(&path, Access::ReadWrite, &steps).expect("opened again");
        new.append(&mut entries([event("2")])).expect("it goes on");
        new.close().expect("closed");
        let raw = Connection::open(&path).expect("a file");
        let sql = "SELECT (SELECT value FROM landcycle_meta WHERE name = 'ledger.version') || count(*) \
                   FROM sqlite_master WHERE name = 'event_kind'";
        let said: String = raw.query_row(sql, [], |row| row.get(0)).expect("readable");
        assert_eq!(said, "31");
        drop(raw);

        let bytes = std::fs::read(&path).expect("readable");
        let refusal = GeoPackageLedger::open(&path).expect_err("newer");
        assert!(matches!(refusal, LedgerError::TooNew { found: 3, known: 2, .. }), "{refusal}");
        // A step that fails half-way leaves nothing.
        let broken = [steps.as_slice(), &[BROKEN]].concat();
        assert!(open_with(&path, Access::ReadWrite, &broken).is_err());
        assert!(std::fs::read(&path).expect("readable") == bytes, "and not touched");
    }
}
