//! Who saw and did what: a record that only grows, each line chained to the one before it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use super::{Accounts, AccountsError, moment, seconds};

/// 访问 · a request as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVisit {
    /// When.
    pub at: Timestamp,
    /// The account; empty for somebody who was not signed in.
    pub account: String,
    /// What was asked for, as the contract of the API names it.
    pub operation: String,
    /// The address with its query.
    pub path: String,
    /// The case it concerned; empty for none.
    pub subject: String,
    /// What was answered, as a status of HTTP.
    pub status: u16,
}

/// 访问记录 · a line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its place.
    pub seq: i64,
    /// What was recorded.
    pub what: NewVisit,
    /// The digest over it and all lines before it.
    pub digest: String,
}

/// 查询 · which lines are asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Of this account.
    pub account: Option<String>,
    /// On this case.
    pub subject: Option<String>,
    /// Of this operation.
    pub operation: Option<String>,
    /// At or after this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

const WHERE: &str = "WHERE (?1 IS NULL OR account = ?1) AND (?2 IS NULL OR subject = ?2)
    AND (?3 IS NULL OR operation = ?3) AND (?4 IS NULL OR at >= ?4) AND (?5 IS NULL OR at < ?5)";
const COLUMNS: &str = "seq, at, account, operation, path, subject, status, digest";

impl Accounts {
    /// Adds a line to the record.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn record(&self, visit: &NewVisit) -> Result<(), AccountsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let last = transaction
            .prepare_cached("SELECT seq, digest FROM visit ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
            .optional()?;
        let (seq, before) = last.map_or_else(|| (1, String::new()), |(seq, digest)| (seq + 1, digest));
        let NewVisit { at, account, operation, path, subject, status } = visit;
        let digest = chained(&before, seq, visit);
        transaction
            .prepare_cached(
                "INSERT INTO visit (seq, at, account, operation, path, subject, status, digest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![seq, seconds(*at), account, operation, path, subject, status, digest])?;
        Ok(transaction.commit()?)
    }

    /// Lines of the record, the latest first, and how many there are.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn visits(
        &self,
        asked: &Asked,
        (offset, limit): (usize, usize),
    ) -> Result<(usize, Vec<Visit>), AccountsError> {
        let connection = self.lock();
        let Asked { account, subject, operation, from, until } = asked;
        let (from, until) = (from.map(seconds), until.map(seconds));
        let total: i64 = connection.query_row(
            &format!("SELECT count(*) FROM visit {WHERE}"),
            params![account, subject, operation, from, until],
            |row| row.get(0),
        )?;
        let (skip, most) =
            (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let sql = format!("SELECT {COLUMNS} FROM visit {WHERE} ORDER BY seq DESC LIMIT ?7 OFFSET ?6");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params![account, subject, operation, from, until, skip, most], read)?;
        Ok((usize::try_from(total).unwrap_or(0), rows.collect::<Result<_, _>>()?))
    }

    /// Checks that no line was changed, added between or taken out: how many there are.
    ///
    /// # Errors
    /// At the first line that does not follow from the one before it.
    pub fn verify_visits(&self) -> Result<usize, AccountsError> {
        let connection = self.lock();
        let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM visit ORDER BY seq"))?;
        let mut rows = statement.query([])?;
        let (mut before, mut count) = (String::new(), 0);
        while let Some(row) = rows.next()? {
            let visit = read(row)?;
            count += 1;
            let follows = i64::try_from(count).is_ok_and(|count| count == visit.seq);
            if !follows || chained(&before, visit.seq, &visit.what) != visit.digest {
                return Err(AccountsError::Broken(visit.seq));
            }
            before = visit.digest;
        }
        Ok(count)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Visit> {
    let what = NewVisit {
        at: moment(row.get(1)?),
        account: row.get(2)?,
        operation: row.get(3)?,
        path: row.get(4)?,
        subject: row.get(5)?,
        status: row.get(6)?,
    };
    Ok(Visit { seq: row.get(0)?, what, digest: row.get(7)? })
}

/// Every part with its length before it, so that no two lines have the same bytes.
fn chained(before: &str, seq: i64, visit: &NewVisit) -> String {
    let NewVisit { at, account, operation, path, subject, status } = visit;
    let (seq, at, status) = (seq.to_string(), seconds(*at).to_string(), status.to_string());
    let mut hasher = Sha256::new();
    for part in [before, &seq, &at, account, operation, path, subject, &status] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
