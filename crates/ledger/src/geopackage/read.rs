//! Reading: events, cases, parcels, and the walk that a fold takes.

use jiff::civil::Date;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::columns::{self, Columns, EVENT};
use crate::error::LedgerError;
use crate::event::Event;
use crate::fold::{Cut, FoldedCase};
use crate::geometry::Geometry;
use crate::ledger::Size;
use crate::parcel::ParcelRow;
use crate::walk::{FOLD, SPAN, Walk};

/// The case's first event, from its id; the planner takes the partial index on it.
const FIRST_SEQ: &str = "(SELECT seq FROM event WHERE case_id = ?1 AND seq = first_seq)";

pub(super) fn event(connection: &Connection, seq: i64) -> Result<Option<Event>, LedgerError> {
    let mut statement = connection.prepare_cached(&format!("{EVENT} WHERE seq = ?1"))?;
    let mut rows = statement.query([seq])?;
    rows.next()?.map(columns::event).transpose()
}

pub(super) fn event_by_key(connection: &Connection, key: &str) -> Result<Option<Event>, LedgerError> {
    let mut statement = connection.prepare_cached("SELECT seq FROM event WHERE key = ?1")?;
    let seq: Option<i64> = statement.query_row([key], |row| row.get(0)).optional()?;
    seq.map_or(Ok(None), |seq| event(connection, seq))
}

/// Events after `seq`, in its order.
pub(super) fn events_after(
    connection: &Connection,
    seq: i64,
    limit: usize,
) -> Result<Vec<Event>, LedgerError> {
    let sql = format!("{EVENT} WHERE seq > ?1 ORDER BY seq LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![seq, limit as i64])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(columns::event(row)?);
    }
    Ok(events)
}

pub(super) fn events_of(connection: &Connection, case_id: &str) -> Result<Vec<Event>, LedgerError> {
    let sql = format!("{EVENT} WHERE first_seq = {FIRST_SEQ} ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([case_id])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(columns::event(row)?);
    }
    Ok(events)
}

/// The last event of a case.
pub(super) fn last_of(connection: &Connection, case_id: &str) -> Result<Option<i64>, LedgerError> {
    let sql = format!("SELECT max(seq) FROM event WHERE first_seq = {FIRST_SEQ}");
    Ok(connection.prepare_cached(&sql)?.query_row([case_id], |row| row.get(0))?)
}

pub(super) fn first_events_but(
    connection: &Connection,
    kind: &str,
    visitor: &mut dyn FnMut(Event),
) -> Result<(), LedgerError> {
    visit(connection, "seq = first_seq AND kind <> ?1", kind, visitor)
}

pub(super) fn events_of_kind(
    connection: &Connection,
    kind: &str,
    visitor: &mut dyn FnMut(Event),
) -> Result<(), LedgerError> {
    visit(connection, "kind = ?1", kind, visitor)
}

fn visit(
    connection: &Connection,
    condition: &str,
    kind: &str,
    visitor: &mut dyn FnMut(Event),
) -> Result<(), LedgerError> {
    let mut statement = connection.prepare_cached(&format!("{EVENT} WHERE {condition} ORDER BY seq"))?;
    let mut rows = statement.query([kind])?;
    while let Some(row) = rows.next()? {
        visitor(columns::event(row)?);
    }
    Ok(())
}

impl Columns for Row<'_> {
    fn integer(&self, index: usize) -> Result<Option<i64>, String> {
        match self.get_ref(index).map_err(|error| error.to_string())? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(format!("column {index} is {}, not a number", other.data_type())),
        }
    }

    fn text(&self, index: usize) -> Result<Option<&str>, String> {
        let text = self.get_ref(index).map_err(|error| error.to_string())?.as_str_or_null();
        text.map_err(|error| format!("column {index}: {error}"))
    }
}

/// `INDEXED BY`: that index holds all this needs, and the planner would read every body instead.
pub(super) fn cases(connection: &Connection) -> Result<Vec<String>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id FROM event INDEXED BY event_case WHERE seq = first_seq ORDER BY seq",
    )?;
    let cases = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(cases)
}

pub(super) fn records(connection: &Connection, prefix: &str) -> Result<Vec<String>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id FROM event INDEXED BY event_case \
         WHERE case_id >= ?1 AND substr(case_id, 1, length(?1)) = ?1 AND seq = first_seq ORDER BY seq",
    )?;
    let records = statement.query_map([prefix], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(records)
}

pub(super) fn find_cases(
    connection: &Connection,
    text: &str,
    limit: usize,
) -> Result<Vec<String>, LedgerError> {
    // SQLite's `lower` turns ASCII letters alone, as the trait promises.
    let mut statement = connection.prepare_cached(
        "SELECT event.case_id FROM event INDEXED BY event_case LEFT JOIN parcel USING (case_id) \
         WHERE seq = first_seq AND event.case_id NOT LIKE '@%' AND (?1 = '' OR instr(lower(event.case_id), ?1) \
           OR instr(lower(parcel_no), ?1) OR instr(lower(supervision_no), ?1) \
           OR instr(lower(project_name), ?1) OR instr(lower(location), ?1) \
           OR instr(lower(holder), ?1)) \
         ORDER BY seq LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = statement
        .query_map(params![text.to_ascii_lowercase(), limit], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

pub(super) fn size(connection: &Connection) -> Result<Size, LedgerError> {
    let count =
        |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|count| count as usize);
    Ok(Size {
        cases: count("SELECT count(*) FROM event WHERE seq = first_seq AND case_id NOT LIKE '@%'")?,
        events: count("SELECT count(*) FROM event")?,
    })
}

/// The last event.
pub(super) fn last_seq(connection: &Connection) -> Result<i64, LedgerError> {
    let last: Option<i64> =
        connection.prepare_cached("SELECT max(seq) FROM event")?.query_row([], |row| row.get(0))?;
    Ok(last.unwrap_or_default())
}

/// The days on which anything happened to a parcel.
pub(super) fn days(connection: &Connection) -> Result<Vec<Date>, LedgerError> {
    let sql = "SELECT DISTINCT happened_on FROM event WHERE case_id NOT LIKE '@%' ORDER BY happened_on";
    let mut statement = connection.prepare_cached(sql)?;
    let texts = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().filter_map(|text| text.parse().ok()).collect())
}

pub(super) fn fold(
    connection: &Connection,
    cut: &Cut<'_>,
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<(), LedgerError> {
    let mut walk = Walk::new(cut);
    // The index on first_seq ends in seq, so this order costs no sort.
    let mut statement = connection.prepare_cached(&format!("{FOLD} ORDER BY first_seq, seq"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        walk.step(row, visitor)?;
    }
    walk.finish(visitor)?;
    Ok(())
}

/// Where to cut the cases into parts of about as many events: the first events of the parts, the end.
/// Also the last event there is.
pub(super) fn spans(connection: &Connection, parts: usize) -> Result<(Vec<i64>, i64), LedgerError> {
    let last: i64 = connection.query_row("SELECT coalesce(max(seq), 0) FROM event", [], |row| row.get(0))?;
    let mut cuts = vec![0];
    for part in 1..parts {
        let skip = last / parts as i64 * part as i64;
        let sql =
            "SELECT first_seq FROM event INDEXED BY event_of_case ORDER BY first_seq, seq LIMIT 1 OFFSET ?1";
        let cut: Option<i64> = connection.query_row(sql, [skip], |row| row.get(0)).optional()?;
        cuts.extend(cut.filter(|cut| *cut > cuts[cuts.len() - 1]));
    }
    cuts.push(last + 1);
    Ok((cuts, last))
}

/// The part of a fold between two first events, up to the last event.
pub(super) fn fold_span(
    connection: &Connection,
    cut: &Cut<'_>,
    (from, until, last): (i64, i64, i64),
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<(), LedgerError> {
    let mut walk = Walk::new(cut);
    let mut statement = connection.prepare_cached(&format!("{FOLD} {SPAN}"))?;
    let mut rows = statement.query([from, until, last])?;
    while let Some(row) = rows.next()? {
        walk.step(row, visitor)?;
    }
    walk.finish(visitor)?;
    Ok(())
}

pub(super) fn fold_case(
    connection: &Connection,
    case_id: &str,
    cut: &Cut<'_>,
    visitor: &mut dyn FnMut(&FoldedCase<'_>),
) -> Result<bool, LedgerError> {
    let mut walk = Walk::new(cut);
    let sql = format!("{FOLD} WHERE first_seq = {FIRST_SEQ} ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([case_id])?;
    while let Some(row) = rows.next()? {
        walk.step(row, visitor)?;
    }
    walk.finish(visitor)
}

const PARCEL: &str = "SELECT parcel_no, supervision_no, project_name, location, holder, city, district, \
                      park, industry, area_m2, signed_on, geom, case_id FROM parcel";

pub(super) fn parcel(connection: &Connection, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
    let mut statement = connection.prepare_cached(&format!("{PARCEL} WHERE case_id = ?1"))?;
    let mut rows = statement.query([case_id])?;
    rows.next()?.map(parcel_from).transpose()
}

/// Rows of parcels after a case, in the order of the cases' bytes.
pub(super) fn parcels_after(
    connection: &Connection,
    case_id: Option<&str>,
    limit: usize,
) -> Result<Vec<ParcelRow>, LedgerError> {
    let sql = format!("{PARCEL} WHERE ?1 IS NULL OR case_id > ?1 ORDER BY case_id LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![case_id, limit as i64])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(parcel_from(row)?);
    }
    Ok(found)
}

fn parcel_from(row: &Row<'_>) -> Result<ParcelRow, LedgerError> {
    let case_id: String = row.get(12)?;
    let geometry = match row.get_ref(11)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
        None => None,
        Some(blob) => Geometry::from_blob(blob)
            .map_err(|why| LedgerError::Geometry { case_id: case_id.clone(), why })?,
    };
    let signed_on: Option<String> = row.get(10)?;
    Ok(ParcelRow {
        case_id,
        parcel_no: row.get(0)?,
        supervision_no: row.get(1)?,
        project_name: row.get(2)?,
        location: row.get(3)?,
        holder: row.get(4)?,
        city: row.get(5)?,
        district: row.get(6)?,
        park: row.get(7)?,
        industry: row.get(8)?,
        area_m2: row.get(9)?,
        // Text that a GIS program put here and that is no day says nothing.
        signed_on: signed_on.and_then(|day| day.parse().ok()),
        geometry,
    })
}

/// All entries but the ledger's own, by name.
pub(super) fn all_meta(connection: &Connection) -> Result<Vec<(String, String)>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT name, value FROM landcycle_meta WHERE name NOT LIKE 'ledger.%' ORDER BY name",
    )?;
    let said = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(said)
}

pub(super) fn meta(connection: &Connection, name: &str) -> Result<Option<String>, LedgerError> {
    let mut statement = connection.prepare_cached("SELECT value FROM landcycle_meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}
