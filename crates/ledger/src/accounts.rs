//! 账户 · accounts of people, what they are signed in with, what they saw and did, and decisions that
//! wait for a second person: a `SQLite` file of its own beside the store.
//!
//! Passwords are never here: only what a slow hash made of them, which the caller makes and checks.
//! Sessions and tokens are here as digests, so that who reads the file cannot sign in with it.

mod account;
mod open;
mod pass;
mod proposal;
mod visit;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::Connection;

pub use self::account::{Account, Attempt};
pub use self::pass::{Pass, PassKind};
pub use self::proposal::{Proposal, ProposalState};
pub use self::visit::{Asked, NewVisit, Visit};

/// Why the file of accounts could not be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The database refused.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// A file is there already.
    #[error("{0} is there already")]
    Exists(String),
    /// No such file.
    #[error("there is no {0}")]
    Missing(String),
    /// Some other file.
    #[error("{0} is not a file of accounts")]
    NotAccounts(String),
    /// An account of that name is there already.
    #[error("an account {0} is there already")]
    Taken(String),
    /// No account of that name.
    #[error("there is no account {0}")]
    Unknown(String),
    /// A line of the record of visits was changed after it was written.
    #[error("line {0} of the record of visits does not follow from the one before it")]
    Broken(i64),
    /// The file could not be made.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// 账户库 · an open file of accounts. May be shared between threads.
#[derive(Debug)]
pub struct Accounts {
    connection: Mutex<Connection>,
}

impl Accounts {
    /// A panic elsewhere leaves no half-written state: `SQLite` takes back what was not committed.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moments are kept in whole seconds.
fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests;
