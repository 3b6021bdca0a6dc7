//! Following the chain through stored rows, and the words in which a store keeps where it ends.

use crate::admit::Head;
use crate::chain::{Covered, Digest, NotADigest};
use crate::columns::{Columns, text};
use crate::error::LedgerError;
use crate::ledger::{Fault, What};

/// Name under which a store keeps where its chain was left: `<seq> <digest>`.
pub(crate) const HEAD_NAME: &str = "ledger.head";
/// Name under which a store keeps its version.
pub(crate) const VERSION_NAME: &str = "ledger.version";

/// Finds events that are not filed under the first event of their case.
pub(crate) const MISFILED: &str = "SELECT seq FROM event WHERE first_seq > seq OR first_seq IS DISTINCT FROM \
             (SELECT first.seq FROM event AS first \
              WHERE first.case_id = event.case_id AND first.seq = first.first_seq) \
             ORDER BY seq LIMIT 1";

/// The head after the event in a row of [`crate::columns::EVENT`], or what is wrong with it.
pub(crate) fn follow(row: &impl Columns, head: Head) -> Result<Head, What> {
    let seq = row.integer(0).map_err(What::Unreadable)?;
    let Some(seq) = seq.filter(|seq| *seq == head.seq + 1) else {
        return Err(What::Missing);
    };
    let text = |index| {
        text(row, seq, index).map_err(|error| match error {
            LedgerError::Unreadable { what, .. } => What::Unreadable(what),
            other => What::Unreadable(other.to_string()),
        })
    };
    let digest = |index| -> Result<Digest, What> {
        text(index)?.parse().map_err(|error: NotADigest| What::Unreadable(error.to_string()))
    };
    let package = row.text(8).map_err(What::Unreadable)?;
    if package == Some("") {
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
        package,
        corrects: row.integer(9).map_err(What::Unreadable)?,
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

/// How a store writes where its chain was left.
pub(crate) fn head_text(head: Head) -> String {
    format!("{} {}", head.seq, head.digest)
}

/// The last event of a store, from its row, if that is where the store was left: nothing is built on
/// a store that lost events.
pub(crate) fn sound_head(last: Option<(i64, &str)>, left: &str) -> Result<Head, LedgerError> {
    let head = match last {
        None => Head::START,
        Some((seq, digest)) => {
            let unreadable = |error: NotADigest| LedgerError::Unreadable { seq, what: error.to_string() };
            Head { seq, digest: digest.parse().map_err(unreadable)? }
        }
    };
    if left == head_text(head) {
        return Ok(head);
    }
    Err(LedgerError::HeadMoved { expected: left_at(left), found: head.seq })
}

/// The fault of a store whose chain is sound and does not end where it was left.
pub(crate) fn end_fault(head: Head, left: &str) -> Option<Fault> {
    let fault = || Fault { seq: head.seq, what: What::Head { left_at: left_at(left) } };
    (left != head_text(head)).then(fault)
}

fn left_at(left: &str) -> i64 {
    left.split_once(' ').and_then(|(seq, _)| seq.parse().ok()).unwrap_or_default()
}
