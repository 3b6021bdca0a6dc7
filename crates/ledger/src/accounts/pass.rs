//! What is shown instead of a password: a browser's session, another program's token.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use super::account::find;
use super::{Account, Accounts, AccountsError, moment, seconds};

/// 凭据种类 · who shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassKind {
    /// A browser, until it is left alone for a while.
    Session,
    /// Another program, which may read only.
    Token,
}

impl PassKind {
    fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
        }
    }
}

/// 凭据 · a session or token, without what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The digest by which it is found.
    pub digest: String,
    /// Who shows it.
    pub kind: PassKind,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last shown, to the minute.
    pub seen_at: Timestamp,
    /// When it ends whatever happens.
    pub ends_at: Timestamp,
}

/// The day of last use need not be written for every request.
const SEEN_STEP: i64 = 60;

impl Accounts {
    /// Keeps a new session or token of an account, by the digest of its secret.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn give(
        &self,
        account: &str,
        (digest, kind, label): (&str, PassKind, &str),
        (now, ends_at): (Timestamp, Timestamp),
    ) -> Result<(), AccountsError> {
        let connection = self.lock();
        connection.execute("DELETE FROM pass WHERE ends_at <= ?1", [seconds(now)])?;
        connection.execute(
            "INSERT INTO pass (digest, account, kind, label, made_at, seen_at, ends_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
            params![digest, account, kind.word(), label, seconds(now), seconds(ends_at)],
        )?;
        Ok(())
    }

    /// The account that shows a session or token, if it still holds: not ended, not left alone for
    /// longer than `idle` (a session), and its account not disabled.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn shown(
        &self,
        digest: &str,
        now: Timestamp,
        idle: SignedDuration,
    ) -> Result<Option<(Account, Pass)>, AccountsError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT account, kind, label, made_at, seen_at, ends_at FROM pass WHERE digest = ?1",
        )?;
        let found = statement.query_row([digest], |row| {
            let kind: String = row.get(1)?;
            let kind = if kind == "token" { PassKind::Token } else { PassKind::Session };
            let digest = digest.to_owned();
            let (label, at) = (row.get(2)?, |column| row.get(column).map(moment));
            let pass = Pass { digest, kind, label, made_at: at(3)?, seen_at: at(4)?, ends_at: at(5)? };
            Ok((row.get::<_, String>(0)?, pass))
        });
        let Some((name, pass)) = found.optional()? else { return Ok(None) };
        let left = now.duration_since(pass.seen_at) > idle && pass.kind == PassKind::Session;
        if now >= pass.ends_at || left {
            connection.execute("DELETE FROM pass WHERE digest = ?1", [digest])?;
            return Ok(None);
        }
        if seconds(now) - seconds(pass.seen_at) >= SEEN_STEP {
            connection
                .execute("UPDATE pass SET seen_at = ?2 WHERE digest = ?1", params![digest, seconds(now)])?;
        }
        let account = find(&connection, &name)?.filter(|(account, _)| !account.disabled);
        Ok(account.map(|(account, _)| (account, pass)))
    }

    /// Ends a session or token.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn take_back(&self, account: &str, digest: &str) -> Result<bool, AccountsError> {
        let connection = self.lock();
        let done = connection
            .execute("DELETE FROM pass WHERE digest = ?1 AND account = ?2", params![digest, account])?;
        Ok(done > 0)
    }

    /// The tokens of an account, the latest first.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn tokens(&self, account: &str) -> Result<Vec<Pass>, AccountsError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT digest, label, made_at, seen_at, ends_at FROM pass
             WHERE account = ?1 AND kind = 'token' ORDER BY made_at DESC, digest",
        )?;
        let found = statement.query_map([account], |row| {
            let at = |column| row.get(column).map(moment);
            let (digest, label) = (row.get(0)?, row.get(1)?);
            Ok(Pass {
                digest,
                kind: PassKind::Token,
                label,
                made_at: at(2)?,
                seen_at: at(3)?,
                ends_at: at(4)?,
            })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }
}
