//! What a server's refusals and failures come down to, in words.

use std::error::Error;
use std::fmt;

use postgres::error::SqlState;

use super::address::Address;
use crate::error::{LedgerError, Trouble};

/// Why a server, or a store on it, cannot be used. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be read.
    #[error("the address cannot be read: {0}; write postgresql://user@host:port/database")]
    Address(String),
    /// The address asks for TLS, which this program does not speak.
    #[error(
        "the address asks for TLS, which this program does not speak: connect through a tunnel, or over a socket"
    )]
    TlsAsked,
    /// The server lets nobody in from here, or not without TLS.
    #[error(
        "the server does not let this user in from here without TLS: add a line to its pg_hba.conf, or connect through a tunnel ({0})"
    )]
    NotLetIn(String),
    /// Nothing answers there.
    #[error("no server answers there ({0}): see whether it runs, and check host and port")]
    Unreachable(String),
    /// There is no such database.
    #[error("there is no such database: create it with createdb, or check its name")]
    NoDatabase,
    /// The user or the password is wrong.
    #[error("the user or the password is wrong: check them; a password may stand in PGPASSWORD or ~/.pgpass")]
    Credentials,
    /// The server asks for a password and none is given.
    #[error("the server asks for a password: put it into PGPASSWORD or ~/.pgpass")]
    PasswordMissing,
    /// No connection is free.
    #[error("the server has no connection free: close some, or raise its max_connections")]
    TooManyConnections,
    /// `PostGIS` cannot be had.
    #[error(
        "the database has no PostGIS and it cannot be created ({0}): install it on the server and have an administrator run CREATE EXTENSION postgis"
    )]
    PostGis(String),
    /// The database keeps its texts in another encoding.
    #[error("the database keeps its texts as {0}: create one with the encoding UTF8")]
    Encoding(String),
    /// The server is older than this program knows.
    #[error("the server is PostgreSQL {0}: version 13 or newer is needed")]
    TooOld(i32),
    /// The user may not do this.
    #[error("the user lacks a right ({0}): have the owner of the database grant it")]
    Rights(String),
}

/// A failure of the server or of the way to it, said whole.
#[derive(Debug)]
pub(crate) struct ServerFailure(postgres::Error);

impl fmt::Display for ServerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(&self.0))
    }
}

impl Error for ServerFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl From<postgres::Error> for LedgerError {
    fn from(error: postgres::Error) -> Self {
        Self::Store(Box::new(ServerFailure(error)))
    }
}

/// What an error says with all its causes; the client names no more than the kind by itself.
pub(super) fn words(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        return format!("{}{detail}", said.message());
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

/// Whether the connection is gone, so that nobody knows what became of what was asked last.
pub(super) fn is_lost(error: &postgres::Error) -> bool {
    let gone = |code: &SqlState| {
        [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::DATABASE_DROPPED,
        ]
        .contains(code)
            || code.code().starts_with("08")
    };
    error.code().map_or(error.is_closed() || has_io(error), gone)
}

fn has_io(error: &postgres::Error) -> bool {
    error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>()).is_some()
}

impl ServerFailure {
    /// What a person can do something about.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        if is_lost(&self.0) {
            return Some(Trouble::Lost);
        }
        let code = self.0.code()?;
        let known = [
            (SqlState::LOCK_NOT_AVAILABLE, Trouble::Locked),
            (SqlState::T_R_DEADLOCK_DETECTED, Trouble::Locked),
            (SqlState::READ_ONLY_SQL_TRANSACTION, Trouble::ReadOnly),
            (SqlState::INSUFFICIENT_PRIVILEGE, Trouble::ReadOnly),
            (SqlState::DISK_FULL, Trouble::Full),
            (SqlState::DATA_CORRUPTED, Trouble::Damaged),
            (SqlState::INDEX_CORRUPTED, Trouble::Damaged),
        ];
        known.into_iter().find(|(state, _)| state == code).map(|(_, trouble)| trouble)
    }
}

/// Why no connection came about.
pub(super) fn no_connection(address: &Address, error: &postgres::Error) -> LedgerError {
    let said = words(error);
    let why = match error.code() {
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => ServerError::NoDatabase,
        Some(code) if *code == SqlState::INVALID_PASSWORD => ServerError::Credentials,
        Some(code) if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            // The same code for a user who is unknown and for a place nobody is let in from.
            if said.contains("pg_hba.conf") { ServerError::NotLetIn(said) } else { ServerError::Credentials }
        }
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => ServerError::TooManyConnections,
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => ServerError::Rights(said),
        None if said.contains("password missing") => ServerError::PasswordMissing,
        _ => ServerError::Unreachable(said),
    };
    address.refused(why)
}
