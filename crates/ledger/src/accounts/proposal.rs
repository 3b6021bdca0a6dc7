//! Decisions that take money or land: one person proposes, another confirms.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Accounts, AccountsError, moment, seconds};

/// 复核状态 · how a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    /// It waits for a second person.
    Open,
    /// A second person confirmed it, and it was done.
    Confirmed,
    /// A second person sent it back.
    Returned,
    /// Its own author took it back.
    Withdrawn,
}

impl ProposalState {
    const ALL: [Self; 4] = [Self::Open, Self::Confirmed, Self::Returned, Self::Withdrawn];

    /// Its name in data.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// 待复核事项 · an act that one person proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its number.
    pub id: i64,
    /// When it was proposed.
    pub at: Timestamp,
    /// The account that proposed it.
    pub by: String,
    /// The case.
    pub subject: String,
    /// The act.
    pub act: String,
    /// The whole request, as JSON.
    pub body: String,
    /// How it stands.
    pub state: ProposalState,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The account that decided it.
    pub decided_by: Option<String>,
    /// What was said to it.
    pub note: String,
}

const COLUMNS: &str = "id, at, by, subject, act, body, state, decided_at, decided_by, note";

impl Accounts {
    /// Keeps a proposal: its number. The same one that already waits is not kept twice.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn propose(
        &self,
        by: &str,
        (subject, act, body): (&str, &str, &str),
        now: Timestamp,
    ) -> Result<i64, AccountsError> {
        let connection = self.lock();
        let there = connection
            .query_row(
                "SELECT id FROM proposal WHERE state = 'open' AND subject = ?1 AND act = ?2 AND body = ?3",
                params![subject, act, body],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(id) = there {
            return Ok(id);
        }
        connection.execute(
            "INSERT INTO proposal (at, by, subject, act, body, state) VALUES (?1, ?2, ?3, ?4, ?5, 'open')",
            params![seconds(now), by, subject, act, body],
        )?;
        Ok(connection.last_insert_rowid())
    }

    /// A proposal by its number.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn proposal(&self, id: i64) -> Result<Option<Proposal>, AccountsError> {
        one(&self.lock(), id)
    }

    /// Proposals of a state, or all, the latest first.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn proposals(&self, state: Option<ProposalState>) -> Result<Vec<Proposal>, AccountsError> {
        let connection = self.lock();
        let sql = format!(
            "SELECT {COLUMNS} FROM proposal WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT 1000"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let found = statement.query_map([state.map(ProposalState::word)], read)?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Decides an open proposal; false if it is no longer open.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn close_proposal(
        &self,
        id: i64,
        (state, by, note): (ProposalState, &str, &str),
        now: Timestamp,
    ) -> Result<bool, AccountsError> {
        let connection = self.lock();
        let done = connection.execute(
            "UPDATE proposal SET state = ?2, decided_by = ?3, decided_at = ?4, note = ?5
             WHERE id = ?1 AND state = 'open'",
            params![id, state.word(), by, seconds(now), note],
        )?;
        Ok(done > 0)
    }
}

fn one(connection: &Connection, id: i64) -> Result<Option<Proposal>, AccountsError> {
    let sql = format!("SELECT {COLUMNS} FROM proposal WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Proposal> {
    let state: String = row.get(6)?;
    Ok(Proposal {
        id: row.get(0)?,
        at: moment(row.get(1)?),
        by: row.get(2)?,
        subject: row.get(3)?,
        act: row.get(4)?,
        body: row.get(5)?,
        state: ProposalState::named(&state).unwrap_or(ProposalState::Withdrawn),
        decided_at: row.get::<_, Option<i64>>(7)?.map(moment),
        decided_by: row.get(8)?,
        note: row.get(9)?,
    })
}
