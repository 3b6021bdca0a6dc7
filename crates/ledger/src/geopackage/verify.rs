//! Verification: the chain, the filing by case, where the chain was left, and the file beneath.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{HEAD_NAME, read};
use crate::admit::Head;
use crate::chain::{Covered, Digest};
use crate::error::LedgerError;
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
    let mut statement = connection.prepare(&format!("{} ORDER BY seq", read::EVENT))?;
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

/// The head after the event in `row`, or what is wrong with it.
fn follow(row: &Row<'_>, head: Head) -> Result<Head, What> {
    let seq: i64 = row.get(0).map_err(|error| What::Unreadable(error.to_string()))?;
    if seq != head.seq + 1 {
        return Err(What::Missing);
    }
    let text = |index| {
        read::text(row, seq, index).map_err(|error| match error {
            LedgerError::Unreadable { what, .. } => What::Unreadable(what),
            other => What::Unreadable(other.to_string()),
        })
    };
    let digest = |index| -> Result<Digest, What> {
        text(index)?.parse().map_err(|error: crate::chain::NotADigest| What::Unreadable(error.to_string()))
    };
    let unreadable = |error: rusqlite::Error| What::Unreadable(error.to_string());
    let package: Option<String> = row.get(8).map_err(unreadable)?;
    if package.as_deref() == Some("") {
        // Hashed like none at all, and never written.
        return Err(What::Unreadable("its package is empty".to_owned()));
    }
    let content = Covered {
        seq,
        case_id: text(1)?,
        kind: text(2)?,
        happened_on: text(3)?,
        recorded_at: text(4)?,
        actor: text(5)?,
        origin: text(6)?,
        key: text(7)?,
        package: package.as_deref(),
        corrects: row.get(9).map_err(unreadable)?,
        body: text(10)?,
    };
    if digest(11)? != head.digest {
        return Err(What::Link);
    }
    let written = digest(12)?;
    if content.digest(head.digest) != written {
        return Err(What::Content);
    }
    Ok(Head { seq, digest: written })
}

/// What a sound chain does not show: filing, a lost end, damage beneath the tables.
fn after_chain(connection: &Connection, head: Head) -> Result<Option<Fault>, LedgerError> {
    let misfiled: Option<i64> = connection
        .query_row(
            "SELECT seq FROM event WHERE first_seq > seq OR first_seq IS NOT \
             (SELECT first.seq FROM event AS first \
              WHERE first.case_id = event.case_id AND first.seq = first.first_seq) \
             ORDER BY seq LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(seq) = misfiled {
        return Ok(Some(Fault { seq, what: What::Filing }));
    }
    let left = read::meta(connection, HEAD_NAME)?.unwrap_or_default();
    if left != read::head_text(head) {
        let left_at = left.split_once(' ').and_then(|(seq, _)| seq.parse().ok());
        let what = What::Head { left_at: left_at.unwrap_or_default() };
        return Ok(Some(Fault { seq: head.seq, what }));
    }
    let state: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if state == "ok" {
        return Ok(None);
    }
    Ok(Some(Fault { seq: head.seq, what: What::File(state) }))
}
