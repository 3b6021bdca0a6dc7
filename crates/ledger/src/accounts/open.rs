//! Making and opening the file.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Accounts, AccountsError};

/// The mark of a file of accounts in `SQLite`'s header: "`LCac`".
const APPLICATION: i64 = 0x4C43_6163;
/// How long to wait for another program that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

impl Accounts {
    /// Makes a new file, readable by its owner alone.
    ///
    /// # Errors
    /// If a file is there already or cannot be made.
    pub fn create(path: &Path) -> Result<Self, AccountsError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => AccountsError::Exists(path.display().to_string()),
            _ => AccountsError::Io(error),
        })?;
        let connection = connect(path)?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", 1)?;
        connection.execute_batch(include_str!("schema.sql"))?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Opens a file that is there.
    ///
    /// # Errors
    /// If there is none, or it is something else.
    pub fn open(path: &Path) -> Result<Self, AccountsError> {
        if !path.is_file() {
            return Err(AccountsError::Missing(path.display().to_string()));
        }
        let not_ours = || AccountsError::NotAccounts(path.display().to_string());
        let connection = connect(path).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => not_ours(),
            _ => AccountsError::Database(error),
        })?;
        let mark: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if mark != APPLICATION {
            return Err(not_ours());
        }
        Ok(Self { connection: Mutex::new(connection) })
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Beside the readers, a visit is written for every request: the log of pages bears that.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}
