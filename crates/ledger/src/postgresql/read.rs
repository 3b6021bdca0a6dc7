//! Reading: single questions in one round trip, walks through a cursor of the server.

use jiff::civil::Date;
use postgres::types::{ToSql, Type};
use postgres::{Client, GenericClient, IsolationLevel, Row, Transaction};

use super::shelf::case_of;
use crate::columns::{self, EVENT};
use crate::error::LedgerError;
use crate::event::Event;
use crate::fold::{Cut, FoldedCase};
use crate::ledger::Size;
use crate::walk::{FOLD, SPAN, Walk};

/// The case's first event, from its id; the partial index holds it.
const FIRST_SEQ: &str = "(SELECT seq FROM event WHERE case_id = $1 AND seq = first_seq)";

/// Rows asked for at first, and the bytes that a batch of rows should come to.
const FIRST_ROWS: i32 = 256;
const BATCH_BYTES: usize = 4 << 20;

/// Opens a transaction that sees one state of the store, however long it reads.
pub(super) fn snapshot(client: &mut Client) -> Result<Transaction<'_>, LedgerError> {
    let transaction =
        client.build_transaction().read_only(true).isolation_level(IsolationLevel::RepeatableRead);
    Ok(transaction.start()?)
}

/// Takes the rows of a query through a cursor, so that only a few megabytes of them are in memory.
pub(super) fn walk(
    transaction: &mut Transaction<'_>,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
    step: &mut dyn FnMut(&Row) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let cursor = transaction.bind(sql, values)?;
    let mut count = FIRST_ROWS;
    loop {
        let rows = transaction.query_portal(&cursor, count)?;
        let mut bytes = 0;
        for row in &rows {
            bytes += row.raw_size_bytes();
            step(row)?;
        }
        if rows.len() < count as usize {
            return Ok(());
        }
        let fitting = BATCH_BYTES * rows.len() / bytes.max(1);
        count = fitting.clamp(16, 16_384) as i32;
    }
}

fn events(
    client: &mut Client,
    sql: &str,
    values: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Vec<Event>, LedgerError> {
    client.query_typed(sql, values)?.iter().map(columns::event).collect()
}

pub(super) fn event(client: &mut Client, seq: i64) -> Result<Option<Event>, LedgerError> {
    Ok(events(client, &format!("{EVENT} WHERE seq = $1"), &[(&seq, Type::INT8)])?.pop())
}

pub(super) fn events_of(client: &mut Client, case_id: &str) -> Result<Vec<Event>, LedgerError> {
    let sql = format!("{EVENT} WHERE first_seq = {FIRST_SEQ} ORDER BY seq");
    if case_id.contains('\0') {
        return Ok(Vec::new());
    }
    events(client, &sql, &[(&case_id, Type::TEXT)])
}

/// Events after `seq`, in its order.
pub(super) fn events_after(client: &mut Client, seq: i64, limit: usize) -> Result<Vec<Event>, LedgerError> {
    let sql = format!("{EVENT} WHERE seq > $1 ORDER BY seq LIMIT $2");
    events(client, &sql, &[(&seq, Type::INT8), (&bounded(limit), Type::INT8)])
}

/// A limit as the server counts.
pub(super) fn bounded(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Shows every event under a condition that speaks of a kind.
pub(super) fn visit(
    client: &mut Client,
    condition: &str,
    kind: &str,
    visitor: &mut dyn FnMut(Event),
) -> Result<(), LedgerError> {
    let sql = format!("{EVENT} WHERE {condition} ORDER BY seq");
    let mut transaction = snapshot(client)?;
    walk(&mut transaction, &sql, &[&kind], &mut |row| {
        visitor(columns::event(row)?);
        Ok(())
    })
}

pub(super) fn cases(client: &mut Client) -> Result<Vec<String>, LedgerError> {
    let sql = "SELECT case_id FROM event WHERE seq = first_seq ORDER BY seq";
    client.query_typed(sql, &[])?.iter().map(|row| case_of(row, 0)).collect()
}

pub(super) fn records(client: &mut Client, prefix: &str) -> Result<Vec<String>, LedgerError> {
    if prefix.contains('\0') {
        return Ok(Vec::new());
    }
    let sql = "SELECT case_id FROM event WHERE starts_with(case_id, $1) AND seq = first_seq ORDER BY seq";
    client.query_typed(sql, &[(&prefix, Type::TEXT)])?.iter().map(|row| case_of(row, 0)).collect()
}

/// `COLLATE "C"`: lower case of ASCII letters alone, as the trait promises.
pub(super) fn find_cases(client: &mut Client, text: &str, limit: usize) -> Result<Vec<String>, LedgerError> {
    let searched = ["event.case_id", "parcel_no", "supervision_no", "project_name", "location", "holder"];
    let found = searched.map(|column| format!("strpos(lower({column} COLLATE \"C\"), $1) > 0"));
    let sql = format!(
        "SELECT event.case_id FROM event LEFT JOIN parcel ON parcel.case_id = event.case_id \
         WHERE seq = first_seq AND NOT starts_with(event.case_id, '@') AND ($1 = '' OR {}) ORDER BY seq LIMIT $2",
        found.join(" OR ")
    );
    let text = text.to_ascii_lowercase();
    if text.contains('\0') {
        return Ok(Vec::new());
    }
    let values: [(&(dyn ToSql + Sync), Type); 2] = [(&text, Type::TEXT), (&bounded(limit), Type::INT8)];
    client.query_typed(&sql, &values)?.iter().map(|row| case_of(row, 0)).collect()
}

pub(super) fn size(client: &mut Client) -> Result<Size, LedgerError> {
    let sql = "SELECT (SELECT count(*) FROM event WHERE seq = first_seq AND NOT starts_with(case_id, '@')), \
               (SELECT count(*) FROM event)";
    let row = client.query_typed_one(sql, &[])?;
    let (cases, events): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    Ok(Size { cases: cases as usize, events: events as usize })
}

/// The last event.
pub(super) fn last_seq(client: &mut Client) -> Result<i64, LedgerError> {
    let row = client.query_typed_one("SELECT coalesce(max(seq), 0) FROM event", &[])?;
    Ok(row.try_get(0)?)
}

/// The days on which anything happened to a parcel.
pub(super) fn days(client: &mut Client) -> Result<Vec<Date>, LedgerError> {
    let sql = "SELECT DISTINCT happened_on::text AS day FROM event WHERE NOT starts_with(case_id, '@') ORDER BY day";
    let mut days = Vec::new();
    for row in client.query_typed(sql, &[])? {
        let text: String = row.try_get(0)?;
        days.extend(text.parse::<Date>().ok());
    }
    Ok(days)
}

pub(super) fn fold(
    client: &mut Client,
    cut: &Cut<'_>,
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<(), LedgerError> {
    let sql = format!("{FOLD} ORDER BY first_seq, seq");
    folded(client, &sql, &[], cut, visitor)
}

/// Where to cut the cases into parts of about as many events: the first events of the parts, the end.
/// Also the last event there is.
pub(super) fn spans(client: &mut Client, parts: usize) -> Result<(Vec<i64>, i64), LedgerError> {
    let last: i64 = client.query_typed_one("SELECT coalesce(max(seq), 0) FROM event", &[])?.try_get(0)?;
    let mut cuts = vec![0];
    for part in 1..parts {
        let skip = last / parts as i64 * part as i64;
        let sql = "SELECT first_seq FROM event ORDER BY first_seq, seq LIMIT 1 OFFSET $1";
        if let Some(row) = client.query_typed_opt(sql, &[(&skip, Type::INT8)])? {
            let cut: i64 = row.try_get(0)?;
            cuts.extend(Some(cut).filter(|cut| *cut > cuts[cuts.len() - 1]));
        }
    }
    cuts.push(last + 1);
    Ok((cuts, last))
}

/// The part of a fold between two first events, up to the last event.
pub(super) fn fold_span(
    client: &mut Client,
    cut: &Cut<'_>,
    (from, until, last): (i64, i64, i64),
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<(), LedgerError> {
    folded(client, &format!("{FOLD} {SPAN}"), &[&from, &until, &last], cut, visitor)
}

fn folded(
    client: &mut Client,
    sql: &str,
    values: &[&(dyn ToSql + Sync)],
    cut: &Cut<'_>,
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<(), LedgerError> {
    let mut transaction = snapshot(client)?;
    let mut folding = Walk::new(cut);
    walk(&mut transaction, sql, values, &mut |row| folding.step(row, visitor))?;
    folding.finish(visitor)?;
    Ok(())
}

pub(super) fn fold_case(
    client: &mut Client,
    case_id: &str,
    cut: &Cut<'_>,
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<bool, LedgerError> {
    if case_id.contains('\0') {
        return Ok(false);
    }
    let sql = format!("{FOLD} WHERE first_seq = {FIRST_SEQ} ORDER BY seq");
    let mut folding = Walk::new(cut);
    for row in &client.query_typed(&sql, &[(&case_id, Type::TEXT)])? {
        folding.step(row, visitor)?;
    }
    folding.finish(visitor)
}

/// All entries but the ledger's own, by name.
pub(super) fn all_meta(client: &mut Client) -> Result<Vec<(String, String)>, LedgerError> {
    let sql = "SELECT name, value FROM meta WHERE name NOT LIKE 'ledger.%' ORDER BY name";
    let rows = client.query_typed(sql, &[])?;
    rows.iter().map(|row| Ok((case_of(row, 0)?, case_of(row, 1)?))).collect()
}

pub(super) fn meta(client: &mut impl GenericClient, name: &str) -> Result<Option<String>, LedgerError> {
    let told = client.query_typed_opt("SELECT value FROM meta WHERE name = $1", &[(&name, Type::TEXT)])?;
    Ok(told.map(|row| row.try_get(0)).transpose()?)
}
