//! Verification: the chain, the filing by case, where the chain was left, and the file beneath.

use rusqlite::{Connection, OptionalExtension};

use super::read;
use crate::admit::Head;
use crate::columns::EVENT;
use crate::error::LedgerError;
use crate::follow::{HEAD_NAME, MISFILED, end_fault, follow};
use crate::ledger::{Fault, Verification, What};

pub(super) fn verify(connection: &Connection) -> Result<Verification, LedgerError> {
    let (head, fault) = chain(connection)?;
    let fault = match fault {
        None => after_chain(connection, head)?,
        fault => fault,
    };
    Ok(Verification { events: head.seq, head: head.digest, fault })
}

/// Follows the chain to its first fault or its end.
fn chain(connection: &Connection) -> Result<(Head, Option<Fault>), LedgerError> {
    let mut head = Head::START;
    let mut statement = connection.prepare(&format!("{EVENT} ORDER BY seq"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match follow(row, head) {
            Ok(next) => head = next,
            Err(what) => {
                return Ok((head, Some(Fault { seq: head.seq + 1, what })));
            }
        }
    }
    Ok((head, None))
}

/// What a sound chain does not show: filing, a lost end, damage beneath the tables.
fn after_chain(connection: &Connection, head: Head) -> Result<Option<Fault>, LedgerError> {
    let misfiled: Option<i64> = connection.query_row(MISFILED, [], |row| row.get(0)).optional()?;
    if let Some(seq) = misfiled {
        return Ok(Some(Fault { seq, what: What::Filing }));
    }
    let left = read::meta(connection, HEAD_NAME)?.unwrap_or_default();
    if let Some(fault) = end_fault(head, &left) {
        return Ok(Some(fault));
    }
    let state: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if state == "ok" {
        return Ok(None);
    }
    Ok(Some(Fault { seq: head.seq, what: What::File(state) }))
}
