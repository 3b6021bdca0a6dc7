//! Making and opening a store, and refusing what this program must not touch.

use postgres::error::SqlState;
use postgres::types::Type;
use postgres::{Client, GenericClient, Transaction};

use super::connections::{Access, Connections};
use super::failure::{self, ServerError};
use super::{Address, PostgresLedger, write};
use crate::admit::Head;
use crate::error::LedgerError;
use crate::follow::{HEAD_NAME, VERSION_NAME, head_text};
use crate::migrate::{Step, lacking};

/// Held while a store is made or brought forward; any number will do, if it is always the same.
const MAKING: i64 = 0x6c61_6e64_6d61_6b65;

pub(super) fn create(address: &Address, steps: &[Step]) -> Result<PostgresLedger, LedgerError> {
    let making = Connections::new(address.clone(), Access::ReadWrite);
    making.with(|client| make(client, address, steps))?;
    // The connection above may not have known where PostGIS is.
    Ok(PostgresLedger { connections: Connections::new(address.clone(), Access::ReadWrite) })
}

/// Schema, `PostGIS` and tables in one transaction: a refusal leaves the database as it was.
fn make(client: &mut Client, address: &Address, steps: &[Step]) -> Result<(), LedgerError> {
    let mut transaction = client.transaction()?;
    transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&MAKING, Type::INT8)])?;
    match found(&mut transaction, address)? {
        Found::Store(_) => return Err(LedgerError::Exists(address.to_string())),
        Found::Other => return Err(LedgerError::NotAStore(address.to_string())),
        Found::Nothing { schema_there } => {
            if !schema_there {
                let sql = format!("CREATE SCHEMA {}", address.schema());
                transaction.batch_execute(&sql).map_err(|error| lacks_right(address, error))?;
            }
        }
    }
    let postgis = postgis(&mut transaction, address)?;
    transaction.batch_execute(&format!("SET LOCAL search_path TO {}, {postgis}", address.schema()))?;
    take(&mut transaction, steps).map_err(|error| lacks_right(address, error))?;
    write::put_meta(&mut transaction, HEAD_NAME, &head_text(Head::START))?;
    Ok(transaction.commit()?)
}

/// Makes sure of `PostGIS`; gives its schema.
fn postgis(transaction: &mut Transaction<'_>, address: &Address) -> Result<String, LedgerError> {
    const WHERE: &str = "SELECT quote_ident(nspname) FROM pg_extension \
                         JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'postgis'";
    if let Some(row) = transaction.query_typed_opt(WHERE, &[])? {
        return Ok(row.try_get(0)?);
    }
    let refused = |error: postgres::Error| {
        if error.code().is_none() {
            return error.into();
        }
        address.refused(ServerError::PostGis(failure::words(&error)))
    };
    // Beside the store, where other stores of the database find it too.
    transaction.batch_execute("CREATE EXTENSION postgis SCHEMA public").map_err(refused)?;
    Ok("public".to_owned())
}

/// Opens a store; an older one is brought forward first, also when it is only to be read.
pub(super) fn open(address: &Address, access: Access, steps: &[Step]) -> Result<PostgresLedger, LedgerError> {
    let connections = Connections::new(address.clone(), access);
    let version = connections.with(|client| version(client, address))?;
    if !lacking(&address.to_string(), steps, version)?.is_empty() {
        let forward = Connections::new(address.clone(), Access::ReadWrite);
        forward.with(|client| {
            let mut transaction = client.transaction()?;
            transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&MAKING, Type::INT8)])?;
            write::hold(&mut transaction)?;
            // Asked again: another program may have done it meanwhile.
            let found = self::version(&mut transaction, address)?;
            let lacks = lacking(&address.to_string(), steps, found)?;
            take(&mut transaction, lacks).map_err(|error| lacks_right(address, error))?;
            Ok(transaction.commit()?)
        })?;
    }
    Ok(PostgresLedger { connections })
}

fn take(transaction: &mut Transaction<'_>, steps: &[Step]) -> Result<(), postgres::Error> {
    for step in steps {
        transaction.batch_execute(step.sql)?;
        write::put_meta(transaction, VERSION_NAME, &step.to.to_string())?;
    }
    Ok(())
}

fn lacks_right(address: &Address, error: postgres::Error) -> LedgerError {
    if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return address.refused(ServerError::Rights(failure::words(&error)));
    }
    error.into()
}

/// What the schema of an address holds.
enum Found {
    Store(i64),
    Nothing { schema_there: bool },
    Other,
}

fn found(client: &mut impl GenericClient, address: &Address) -> Result<Found, LedgerError> {
    const WHAT: &str = "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1), \
         EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
                 WHERE nspname = $1 AND relname IN ('event', 'parcel')), \
         EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
                 WHERE nspname = $1 AND relname = 'meta')";
    let row = client.query_typed_one(WHAT, &[(&address.schema(), Type::TEXT)])?;
    let (schema_there, tables, meta): (bool, bool, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    match (tables, meta) {
        (false, false) => Ok(Found::Nothing { schema_there }),
        (true, true) => {
            let sql = format!("SELECT value FROM {}.meta WHERE name = $1", address.schema());
            let told = client.query_typed_opt(&sql, &[(&VERSION_NAME, Type::TEXT)]);
            let told = match told {
                Ok(told) => told,
                // A table of this name, and not of this form.
                Err(error) if error.code() == Some(&SqlState::UNDEFINED_COLUMN) => return Ok(Found::Other),
                Err(error) => return Err(lacks_right(address, error)),
            };
            let version =
                told.and_then(|row| row.try_get::<_, String>(0).ok()).and_then(|told| told.parse().ok());
            Ok(version.map_or(Found::Other, Found::Store))
        }
        _ => Ok(Found::Other),
    }
}

/// The version of the store; refuses a schema of something else.
fn version(client: &mut impl GenericClient, address: &Address) -> Result<i64, LedgerError> {
    match found(client, address)? {
        Found::Store(version) => Ok(version),
        Found::Nothing { .. } => Err(LedgerError::Missing(address.to_string())),
        Found::Other => Err(LedgerError::NotAStore(address.to_string())),
    }
}
