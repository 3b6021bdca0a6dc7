//! Reading: events, cases, parcels, and the walk that a fold takes.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::admit::Head;
use crate::body::Body;
use crate::error::LedgerError;
use crate::event::{Event, moment_text};
use crate::fold::{Cut, Day, FoldedCase, Gathered};
use crate::geometry::Geometry;
use crate::ledger::Size;
use crate::parcel::ParcelRow;

/// The case's first event, from its id; the planner takes the partial index on it.
const FIRST_SEQ: &str = "(SELECT seq FROM event WHERE case_id = ?1 AND seq = first_seq)";

/// The columns of an event that its digest covers, and the digests.
pub(super) const EVENT: &str = "SELECT seq, case_id, kind, happened_on, recorded_at, actor, origin, key, \
                     package, corrects, body, previous, digest FROM event";

pub(super) fn event(connection: &Connection, seq: i64) -> Result<Option<Event>, LedgerError> {
    let mut statement = connection.prepare_cached(&format!("{EVENT} WHERE seq = ?1"))?;
    let mut rows = statement.query([seq])?;
    rows.next()?.map(event_from).transpose()
}

pub(super) fn event_by_key(connection: &Connection, key: &str) -> Result<Option<Event>, LedgerError> {
    let mut statement = connection.prepare_cached("SELECT seq FROM event WHERE key = ?1")?;
    let seq: Option<i64> = statement.query_row([key], |row| row.get(0)).optional()?;
    seq.map_or(Ok(None), |seq| event(connection, seq))
}

pub(super) fn events_of(connection: &Connection, case_id: &str) -> Result<Vec<Event>, LedgerError> {
    let sql = format!("{EVENT} WHERE first_seq = {FIRST_SEQ} ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([case_id])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event_from(row)?);
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
        visitor(event_from(row)?);
    }
    Ok(())
}

fn event_from(row: &Row<'_>) -> Result<Event, LedgerError> {
    let seq: i64 = row.get(0)?;
    Ok(Event {
        seq,
        case_id: column(row, seq, 1)?,
        kind: column(row, seq, 2)?,
        happened_on: parsed(row, seq, 3, str::parse::<Date>)?,
        recorded_at: parsed(row, seq, 4, str::parse::<Timestamp>)?,
        actor: column(row, seq, 5)?,
        origin: column(row, seq, 6)?,
        key: column(row, seq, 7)?,
        package: column(row, seq, 8)?,
        corrects: column(row, seq, 9)?,
        body: parsed(row, seq, 10, Body::parse)?,
        previous: parsed(row, seq, 11, str::parse)?,
        digest: parsed(row, seq, 12, str::parse)?,
    })
}

fn column<T: FromSql>(row: &Row<'_>, seq: i64, index: usize) -> Result<T, LedgerError> {
    row.get(index).map_err(|error| LedgerError::Unreadable { seq, what: error.to_string() })
}

/// A column that holds text, borrowed.
pub(super) fn text<'r>(row: &'r Row<'_>, seq: i64, index: usize) -> Result<&'r str, LedgerError> {
    let unreadable = |what: &dyn std::fmt::Display| LedgerError::Unreadable { seq, what: what.to_string() };
    row.get_ref(index).map_err(|error| unreadable(&error))?.as_str().map_err(|error| unreadable(&error))
}

fn parsed<T, E: std::fmt::Display>(
    row: &Row<'_>,
    seq: i64,
    index: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, LedgerError> {
    parse(text(row, seq, index)?).map_err(|error| LedgerError::Unreadable { seq, what: error.to_string() })
}

/// `INDEXED BY`: that index holds all this needs, and the planner would read every body instead.
pub(super) fn cases(connection: &Connection) -> Result<Vec<String>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT case_id FROM event INDEXED BY event_case WHERE seq = first_seq ORDER BY seq",
    )?;
    let cases = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(cases)
}

pub(super) fn find_cases(
    connection: &Connection,
    text: &str,
    limit: usize,
) -> Result<Vec<String>, LedgerError> {
    // SQLite's `lower` turns ASCII letters alone, as the trait promises.
    let mut statement = connection.prepare_cached(
        "SELECT event.case_id FROM event INDEXED BY event_case LEFT JOIN parcel USING (case_id) \
         WHERE seq = first_seq AND (?1 = '' OR instr(lower(event.case_id), ?1) \
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
        cases: count("SELECT count(*) FROM event WHERE seq = first_seq")?,
        events: count("SELECT count(*) FROM event")?,
    })
}

/// What a fold reads of each event.
const FOLD: &str = "SELECT seq, first_seq, happened_on, recorded_at, corrects, body, case_id FROM event";

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

/// Events of cases whose first event lies in a span, of those that were there at the beginning.
const FOLD_SPAN: &str = "WHERE first_seq >= ?1 AND first_seq < ?2 AND seq <= ?3 ORDER BY first_seq, seq";

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
    let mut statement = connection.prepare_cached(&format!("{FOLD} {FOLD_SPAN}"))?;
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

/// A walk over events in the order of their cases; shows a case when its last event has passed.
struct Walk<'c> {
    day: Day<'c>,
    known_at: Option<String>,
    gathered: Gathered,
    case_id: String,
    first_seq: i64,
}

impl<'c> Walk<'c> {
    fn new(cut: &Cut<'c>) -> Self {
        Self {
            day: Day::of(cut),
            known_at: cut.known_at.map(moment_text),
            gathered: Gathered::default(),
            case_id: String::new(),
            first_seq: 0,
        }
    }

    fn step(&mut self, row: &Row<'_>, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<(), LedgerError> {
        let (seq, first_seq): (i64, i64) = (row.get(0)?, row.get(1)?);
        if first_seq != self.first_seq {
            self.finish(visitor)?;
            self.first_seq = first_seq;
            self.case_id.clear();
            self.case_id.push_str(text(row, seq, 6)?);
        }
        if let Some(known_at) = &self.known_at
            && text(row, seq, 3)? > known_at.as_str()
        {
            return Ok(());
        }
        let happened_on = parsed(row, seq, 2, str::parse::<Date>)?;
        self.gathered.push(seq, happened_on, row.get(4)?, text(row, seq, 5)?);
        Ok(())
    }

    fn finish(&mut self, visitor: &mut dyn FnMut(&FoldedCase<'_>)) -> Result<bool, LedgerError> {
        let shown = self.gathered.show(&self.case_id, &self.day, visitor)?;
        self.gathered.clear();
        Ok(shown)
    }
}

pub(super) fn parcel(connection: &Connection, case_id: &str) -> Result<Option<ParcelRow>, LedgerError> {
    let mut statement = connection.prepare_cached(
        "SELECT parcel_no, supervision_no, project_name, location, holder, city, district, park, \
         industry, area_m2, signed_on, geom FROM parcel WHERE case_id = ?1",
    )?;
    let mut rows = statement.query([case_id])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let geometry = match row.get_ref(11)?.as_blob_or_null().map_err(rusqlite::Error::from)? {
        None => None,
        Some(blob) => Geometry::from_blob(blob)
            .map_err(|why| LedgerError::Geometry { case_id: case_id.to_owned(), why })?,
    };
    let signed_on: Option<String> = row.get(10)?;
    Ok(Some(ParcelRow {
        case_id: case_id.to_owned(),
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
    }))
}

pub(super) fn meta(connection: &Connection, name: &str) -> Result<Option<String>, LedgerError> {
    let mut statement = connection.prepare_cached("SELECT value FROM landcycle_meta WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// How a store writes where its chain was left.
pub(super) fn head_text(head: Head) -> String {
    format!("{} {}", head.seq, head.digest)
}
