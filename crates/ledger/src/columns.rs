//! Columns of a row as a store hands them out: what every engine reads in the same order.

use std::fmt::Display;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::body::Body;
use crate::error::LedgerError;
use crate::event::Event;

/// The columns of an event that its digest covers, and the digests.
pub(crate) const EVENT: &str = "SELECT seq, case_id, kind, happened_on, recorded_at, actor, origin, key, \
                     package, corrects, body, previous, digest FROM event";

/// A row. A column of another type than asked for is an error in words, never a guess.
pub(crate) trait Columns {
    fn integer(&self, index: usize) -> Result<Option<i64>, String>;
    fn text(&self, index: usize) -> Result<Option<&str>, String>;
}

const EMPTY: &str = "a column that must say something is empty";

/// A number that must be there.
pub(crate) fn number(row: &impl Columns, seq: i64, index: usize) -> Result<i64, LedgerError> {
    let number = row.integer(index).and_then(|number| number.ok_or_else(|| EMPTY.to_owned()));
    number.map_err(|what| LedgerError::Unreadable { seq, what })
}

/// A text that must be there, borrowed.
pub(crate) fn text(row: &impl Columns, seq: i64, index: usize) -> Result<&str, LedgerError> {
    let text = row.text(index).and_then(|text| text.ok_or_else(|| EMPTY.to_owned()));
    text.map_err(|what| LedgerError::Unreadable { seq, what })
}

pub(crate) fn parsed<T, E: Display>(
    row: &impl Columns,
    seq: i64,
    index: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, LedgerError> {
    parse(text(row, seq, index)?).map_err(|error| LedgerError::Unreadable { seq, what: error.to_string() })
}

/// The event in a row of [`EVENT`].
pub(crate) fn event(row: &impl Columns) -> Result<Event, LedgerError> {
    let seq = number(row, 0, 0)?;
    let unreadable = |what| LedgerError::Unreadable { seq, what };
    let owned = |index| text(row, seq, index).map(str::to_owned);
    Ok(Event {
        seq,
        case_id: owned(1)?,
        kind: owned(2)?,
        happened_on: parsed(row, seq, 3, str::parse::<Date>)?,
        recorded_at: parsed(row, seq, 4, str::parse::<Timestamp>)?,
        actor: owned(5)?,
        origin: owned(6)?,
        key: owned(7)?,
        package: row.text(8).map_err(unreadable)?.map(str::to_owned),
        corrects: row.integer(9).map_err(unreadable)?,
        body: parsed(row, seq, 10, Body::parse)?,
        previous: parsed(row, seq, 11, str::parse)?,
        digest: parsed(row, seq, 12, str::parse)?,
    })
}
