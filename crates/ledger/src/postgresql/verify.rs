//! Verification: the chain, the filing by case and where the chain was left, of one state of the store.

use postgres::Client;

use super::read::{meta, snapshot, walk};
use crate::admit::Head;
use crate::columns::EVENT;
use crate::error::LedgerError;
use crate::follow::{HEAD_NAME, MISFILED, end_fault, follow};
use crate::ledger::{Fault, Verification, What};

pub(super) fn verify(client: &mut Client) -> Result<Verification, LedgerError> {
    let mut transaction = snapshot(client)?;
    let (mut head, mut fault) = (Head::START, None);
    walk(&mut transaction, &format!("{EVENT} ORDER BY seq"), &[], &mut |row| {
        if fault.is_none() {
            match follow(row, head) {
                Ok(next) => head = next,
                Err(what) => fault = Some(Fault { seq: head.seq + 1, what }),
            }
        }
        Ok(())
    })?;
    if fault.is_none()
        && let Some(row) = transaction.query_typed_opt(MISFILED, &[])?
    {
        fault = Some(Fault { seq: row.try_get(0)?, what: What::Filing });
    }
    if fault.is_none() {
        let left = meta(&mut transaction, HEAD_NAME)?.unwrap_or_default();
        fault = end_fault(head, &left);
    }
    Ok(Verification { events: head.seq, head: head.digest, fault })
}
