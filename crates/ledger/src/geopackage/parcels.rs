//! The layer of parcels as `SQLite` hands it out, to compare with the events.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::apart::{Apart, Comparison, Shown, sql};
use crate::error::LedgerError;

pub(super) fn apart(connection: &Connection) -> Result<Apart, LedgerError> {
    let mut statement = connection.prepare_cached(&sql("parcel.signed_on"))?;
    let mut rows = statement.query([])?;
    let mut comparison = Comparison::default();
    while let Some(row) = rows.next()? {
        comparison.step(row, shown)?;
    }
    Ok(comparison.finish())
}

/// A column of the layer: `SQLite` keeps in any of them whatever a GIS program puts there.
fn shown(row: &Row<'_>, index: usize) -> Result<Option<Shown>, String> {
    Ok(match row.get_ref(index).map_err(|error| error.to_string())? {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(Shown::Text(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Integer(number) => Some(Shown::Number(number as f64)),
        ValueRef::Real(number) => Some(Shown::Number(number)),
        ValueRef::Blob(_) => Some(Shown::Text(String::new())),
    })
}
