//! Filling an empty store: indexes and guards are laid aside, and made again over what was written.
//!
//! An index that is written in no order, row by row, and the undoing of single statements that a
//! guard asks for cost more than the rows themselves. All this happens inside the transaction of
//! the append: whatever stops it, the store is as it was, indexes and guards included.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use crate::event::Event;

/// Events after which the indexes come back: until then, keys and cases are kept in memory.
const MOST_EVENTS: usize = 1_000_000;

/// Small, seldom written, and asked for while a store is being filled.
const STAYS: &str = "event_corrects";

/// A store that was empty when the batch began.
pub(super) struct Fresh {
    /// How the store writes what was laid aside.
    aside: Vec<String>,
    keys: HashMap<String, i64>,
    cases: HashMap<String, Filed>,
}

/// The events of a case that frame the others.
#[derive(Clone, Copy)]
struct Filed {
    first: i64,
    last: i64,
}

impl Fresh {
    /// Lays aside what stands on the table of events, as far as this module stands in for it.
    pub(super) fn begin(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'event' AND name <> ?1 \
             AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
        )?;
        let found = statement.query_map(params![STAYS], |row| {
            let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((format!("DROP {kind} \"{}\"", name.replace('"', "\"\"")), sql))
        })?;
        let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
        for (drop, _) in &found {
            connection.execute(drop, [])?;
        }
        let aside = found.into_iter().map(|(_, sql)| sql).collect();
        Ok(Self { aside, keys: HashMap::new(), cases: HashMap::new() })
    }

    /// The event with a key.
    pub(super) fn by_key(&self, key: &str) -> Option<i64> {
        self.keys.get(key).copied()
    }

    /// Remembers an event; gives the first one of its case.
    pub(super) fn file(&mut self, event: &Event) -> i64 {
        self.keys.insert(event.key.clone(), event.seq);
        if let Some(filed) = self.cases.get_mut(&event.case_id) {
            filed.last = event.seq;
            return filed.first;
        }
        self.cases.insert(event.case_id.clone(), Filed { first: event.seq, last: event.seq });
        event.seq
    }

    /// The last event of a case.
    pub(super) fn last_of(&self, case_id: &str) -> Option<i64> {
        self.cases.get(case_id).map(|filed| filed.last)
    }

    /// Whether there is more than should be kept in memory.
    pub(super) fn is_full(&self) -> bool {
        self.keys.len() >= MOST_EVENTS
    }

    /// Makes again what was laid aside.
    pub(super) fn finish(self, connection: &Connection) -> rusqlite::Result<()> {
        self.aside.iter().try_for_each(|sql| connection.execute(sql, []).map(|_| ()))
    }
}
