//! Connections to a server: lent for one question, taken back while they are sound.
//!
//! Reading needs `&self` and a connection `&mut self`; a visitor may ask the ledger something while
//! it is shown a case. So connections are lent: the first one is kept, a second one is made when it
//! is needed, and one that broke (a server that was restarted) is replaced unseen.

use std::cell::RefCell;
use std::time::Duration;

use postgres::{Client, NoTls};

use super::ServerError;
use super::address::Address;
use super::failure::no_connection;
use crate::error::LedgerError;

/// The oldest server whose SQL is used here.
const OLDEST: i32 = 13;
/// How long a connection that was kept may take to say that it lives.
const ALIVE: Duration = Duration::from_secs(5);
/// Connections kept for the next question.
const KEPT: usize = 2;

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    ReadOnly,
    ReadWrite,
}

pub(super) struct Connections {
    pub(super) address: Address,
    pub(super) access: Access,
    idle: RefCell<Vec<Client>>,
}

impl Connections {
    pub(super) fn new(address: Address, access: Access) -> Self {
        Self { address, access, idle: RefCell::new(Vec::new()) }
    }

    /// Asks something on a connection that answers.
    pub(super) fn with<T>(
        &self,
        ask: impl FnOnce(&mut Client) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut client = self.lend()?;
        // A panic in `ask` drops the connection, and the server undoes what was begun on it.
        let answer = ask(&mut client);
        let mut idle = self.idle.borrow_mut();
        if !client.is_closed() && idle.len() < KEPT {
            idle.push(client);
        }
        answer
    }

    fn lend(&self) -> Result<Client, LedgerError> {
        loop {
            let kept = self.idle.borrow_mut().pop();
            let Some(mut client) = kept else { break };
            if client.is_valid(ALIVE).is_ok() {
                return Ok(client);
            }
        }
        connect(&self.address, self.access)
    }
}

impl Drop for Connections {
    /// On a thread of its own: a connection says farewell over a runtime, which must not be done where
    /// another one is at work.
    fn drop(&mut self) {
        let idle = std::mem::take(self.idle.get_mut());
        if !idle.is_empty() {
            std::thread::scope(|scope| {
                scope.spawn(|| drop(idle));
            });
        }
    }
}

/// Connects, and sets what every question relies on.
fn connect(address: &Address, access: Access) -> Result<Client, LedgerError> {
    let mut client = address.config().connect(NoTls).map_err(|error| no_connection(address, &error))?;
    let about = client.query_typed_one(
        "SELECT current_setting('server_version_num')::int4 / 10000, current_setting('server_encoding'), \
         (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace \
          WHERE extname = 'postgis')",
        &[],
    )?;
    let version: i32 = about.try_get(0)?;
    if version < OLDEST {
        return Err(address.refused(ServerError::TooOld(version)));
    }
    let encoding: String = about.try_get(1)?;
    if encoding != "UTF8" {
        return Err(address.refused(ServerError::Encoding(encoding)));
    }
    // PostGIS may live in any schema; without it, there is no store to be found here either.
    let postgis: Option<String> = about.try_get(2)?;
    let postgis = postgis.map(|schema| format!(", {schema}")).unwrap_or_default();
    let read_only = if access == Access::ReadOnly { "on" } else { "off" };
    client.batch_execute(&format!(
        "SET search_path TO {}{postgis}; SET default_transaction_read_only TO {read_only}; \
         SET default_transaction_isolation TO 'read committed'",
        address.schema()
    ))?;
    Ok(client)
}
