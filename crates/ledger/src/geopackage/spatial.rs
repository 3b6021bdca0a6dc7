//! The SQL functions that the standard R-tree triggers call. They read the envelope from a blob's
//! header, so the index costs an import next to nothing.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error};

use crate::geometry::{Envelope, envelope_of};

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("ST_IsEmpty", 1, flags, |context| Ok(envelope(context)?.is_none()))?;
    // The order of an envelope in a GeoPackage's header.
    for (index, name) in ["ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"].into_iter().enumerate() {
        connection.create_scalar_function(name, 1, flags, move |context| {
            Ok(envelope(context)?.map(|envelope| envelope[index]))
        })?;
    }
    Ok(())
}

fn envelope(context: &Context<'_>) -> rusqlite::Result<Option<Envelope>> {
    match context.get_raw(0).as_blob_or_null() {
        Ok(None) => Ok(None),
        Ok(Some(blob)) => envelope_of(blob).map_err(|error| Error::UserFunctionError(Box::new(error))),
        Err(error) => Err(Error::UserFunctionError(Box::new(error))),
    }
}
