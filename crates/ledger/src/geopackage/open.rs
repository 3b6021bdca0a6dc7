//! Making and opening the file, and refusing one this program must not touch.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{GeoPackageLedger, HEAD_NAME, STORE_VERSION, VERSION_NAME, read, spatial, write};
use crate::admit::Head;
use crate::error::LedgerError;

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
        return Err(LedgerError::Exists(path.to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut connection = connect(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)?;
    prepare(&connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    write::put_meta(&transaction, VERSION_NAME, &STORE_VERSION.to_string())?;
    write::put_meta(&transaction, HEAD_NAME, &read::head_text(Head::START))?;
    transaction.commit()?;
    Ok(GeoPackageLedger { connection, path: path.to_owned() })
}

pub(super) fn open(path: &Path, access: Access) -> Result<GeoPackageLedger, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing(path.to_owned()));
    }
    let flags = match access {
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    let connection = connect(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    check_is_store(&connection, path)?;
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

/// Refuses a file of something else, and a store of a newer program.
fn check_is_store(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let not_a_store = || LedgerError::NotAStore(path.to_owned());
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
    let found: i64 = version.and_then(|version| version.parse().ok()).ok_or_else(not_a_store)?;
    if found > STORE_VERSION {
        return Err(LedgerError::TooNew { path: path.to_owned(), found, known: STORE_VERSION });
    }
    Ok(())
}
