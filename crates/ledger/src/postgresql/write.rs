//! Appending: one transaction that holds the store's lock, to where the chain was left.

use postgres::types::Type;
use postgres::{Client, GenericClient, Transaction};

use super::failure::is_lost;
use super::shelf::Server;
use crate::admit::{Head, admit};
use crate::carry::carry;
use crate::chain::Digest;
use crate::error::{LedgerError, SourceError};
use crate::follow::{HEAD_NAME, head_text, sound_head};
use crate::ledger::{Appended, Carried, Entry};

/// Waits for other writers of the store, a minute at most, and sees what they left. A server told
/// not to wait for its disk is told to wait: what was acknowledged survives a power cut.
const HOLD: &str = "SET LOCAL lock_timeout TO '60s'; \
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'; \
    SELECT pg_advisory_xact_lock((x'6c616e64'::bigint << 32) | 'event'::regclass::oid::bigint)";

/// Takes the lock of the store until the transaction ends.
pub(super) fn hold(transaction: &mut Transaction<'_>) -> Result<(), LedgerError> {
    Ok(transaction.batch_execute(HOLD)?)
}

pub(super) fn append(
    client: &mut Client,
    batch: &mut dyn Iterator<Item = Result<Entry, SourceError>>,
) -> Result<Appended, LedgerError> {
    // Any way out of this function but the commit undoes everything.
    let mut transaction = client.transaction()?;
    hold(&mut transaction)?;
    let head = last_head(&mut transaction)?;
    let mut server = Server::new(&mut transaction);
    let admitted = admit(&mut server, head, batch)?;
    server.write()?;
    if admitted.head != head {
        put_meta(&mut transaction, HEAD_NAME, &head_text(admitted.head))?;
    }
    plan_anew(&mut transaction, admitted.appended.added)?;
    commit(transaction)?;
    Ok(admitted.appended)
}

/// Fills an empty store with what another one holds.
pub(super) fn fill(
    client: &mut Client,
    name: &str,
    items: &mut dyn Iterator<Item = Result<Carried, LedgerError>>,
) -> Result<Digest, LedgerError> {
    let mut transaction = client.transaction()?;
    hold(&mut transaction)?;
    let filled = transaction.query_typed_one(
        "SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM parcel) \
         OR EXISTS (SELECT 1 FROM layer_zone) OR EXISTS (SELECT 1 FROM meta WHERE name NOT LIKE 'ledger.%')",
        &[],
    )?;
    if filled.try_get(0)? || last_head(&mut transaction)? != Head::START {
        return Err(LedgerError::NotEmpty(name.to_owned()));
    }
    let mut server = Server::new(&mut transaction);
    let head = carry(&mut server, items)?;
    server.write()?;
    put_meta(&mut transaction, HEAD_NAME, &head_text(head))?;
    plan_anew(&mut transaction, head.seq as usize)?;
    commit(transaction)?;
    Ok(head.digest)
}

/// If the connection breaks while the server commits, nobody can tell whether it did.
fn commit(transaction: Transaction<'_>) -> Result<(), LedgerError> {
    transaction.commit().map_err(
        |error| {
            if is_lost(&error) { LedgerError::OutcomeUnknown } else { error.into() }
        },
    )
}

/// After many events the planner looks at the tables again: its guess of an empty table would have it
/// sort a million events that an index holds in order.
fn plan_anew(transaction: &mut Transaction<'_>, added: usize) -> Result<(), LedgerError> {
    const MANY: usize = 5_000;
    if added >= MANY {
        transaction.batch_execute("ANALYZE event, parcel")?;
    }
    Ok(())
}

/// Where the chain ends.
fn last_head(transaction: &mut Transaction<'_>) -> Result<Head, LedgerError> {
    let sql = "SELECT meta.value, last.seq, last.digest FROM (SELECT 1) AS one \
               LEFT JOIN meta ON meta.name = $1 \
               LEFT JOIN (SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1) AS last ON true";
    let row = transaction.query_typed_one(sql, &[(&HEAD_NAME, Type::TEXT)])?;
    let left: Option<&str> = row.try_get(0)?;
    let seq: Option<i64> = row.try_get(1)?;
    let digest: Option<&str> = row.try_get(2)?;
    sound_head(seq.zip(digest), left.unwrap_or_default())
}

pub(super) fn put_meta(
    client: &mut impl GenericClient,
    name: &str,
    value: &str,
) -> Result<(), postgres::Error> {
    client.execute_typed(
        "INSERT INTO meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[(&name, Type::TEXT), (&value, Type::TEXT)],
    )?;
    Ok(())
}

pub(super) fn set_meta(client: &mut Client, name: &str, value: &str) -> Result<(), LedgerError> {
    Ok(put_meta(client, name, value)?)
}
