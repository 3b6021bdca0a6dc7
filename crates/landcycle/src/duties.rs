//! Duties: who owes what by when, from the duties of the law and the facts of a case.

mod calendar;
mod clerk;
mod portfolio;
mod roll;

use std::sync::Arc;

use landcycle_policy::calendar::iso;
use landcycle_policy::package::duty::Duty;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

pub(crate) use self::calendar::calendar;
use self::clerk::Clerk;
pub(crate) use self::portfolio::{Line, Wanted, lines};
pub(crate) use self::roll::{Roll, Slip};
use crate::cli::tree::{cite_json, text_json};
use crate::portfolio::Batch;
use crate::say::{Failure, filled, words};

/// 履行情况 · how a duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Long overdue: the lead department is told.
    Escalated,
    /// Its day has passed and it is known not to be done.
    Overdue,
    /// Its day has passed and nobody has reported whether it was done.
    Unreported,
    /// Its day is near.
    Near,
    /// Its day has not come.
    Ahead,
    /// By when it is owed cannot be said without more facts.
    Unknown,
    /// Done after its day.
    Late,
    /// Done in time.
    Met,
}

impl State {
    /// All states, the most pressing first.
    pub(crate) const ALL: [Self; 8] = [
        Self::Escalated,
        Self::Overdue,
        Self::Unreported,
        Self::Near,
        Self::Ahead,
        Self::Unknown,
        Self::Late,
        Self::Met,
    ];

    /// Its name in data and outputs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Escalated => "escalated",
            Self::Overdue => "overdue",
            Self::Unreported => "unreported",
            Self::Near => "near",
            Self::Ahead => "ahead",
            Self::Unknown => "unknown",
            Self::Late => "late",
            Self::Met => "met",
        }
    }

    /// What people call it.
    pub(crate) fn title(self) -> Text {
        words(&format!("duty_{}", self.name()))
    }

    /// Whether something is still to be done.
    pub(crate) fn is_open(self) -> bool {
        !matches!(self, Self::Late | Self::Met)
    }
}

/// 所负义务 · a duty of one case on a day.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    /// What is owed, by whom, and who sees to it.
    pub(crate) duty: Arc<Duty>,
    /// Who owes it, in words.
    pub(crate) by_title: Arc<Text>,
    /// The day by which it is owed.
    pub(crate) due: Option<i64>,
    /// The day on which it was done.
    pub(crate) done: Option<i64>,
    /// How it stands.
    pub(crate) state: State,
    /// Days overdue, or late; negative while its day has not come.
    pub(crate) days: i64,
    /// Facts without which its day cannot be told, by index.
    pub(crate) missing: Vec<usize>,
    /// The law it rests on, the duty's own first.
    pub(crate) cites: Arc<Vec<String>>,
    /// The weakest grade of that, as a word.
    pub(crate) grade: &'static str,
}

/// The duties of one case.
pub(crate) fn of_case(library: &Library, batch: &Batch, row: usize, day: i64) -> Result<Vec<Owed>, Failure> {
    let mut clerk = Clerk::new(library, &batch.law, day, |_| true)?;
    Ok(clerk.owed(&batch.facts, row..row + 1).pop().unwrap_or_default())
}

impl Owed {
    /// The day by which it is owed, as text.
    pub(crate) fn due_text(&self) -> String {
        self.due.map(iso).unwrap_or_default()
    }

    /// How it stands, in words.
    pub(crate) fn said(&self) -> Text {
        let days = self.days.abs().to_string();
        match self.state {
            State::Met | State::Unknown => self.state.title(),
            state => filled(&format!("duty_{}_days", state.name()), &[("days", &days)]),
        }
    }

    /// One line of text.
    pub(crate) fn line(&self, library: &Library, language: Language) -> String {
        let due = if self.due.is_some() { self.due_text() } else { "????-??-??".to_owned() };
        let (title, by, said) = (self.duty.title.get(language), self.by_title.get(language), self.said());
        let facts = library.vocabulary.facts();
        let missing: Vec<&str> = self.missing.iter().map(|at| facts[*at].name.as_str()).collect();
        let missing = if missing.is_empty() { String::new() } else { format!(" ? {}", missing.join(", ")) };
        format!("→ {due} {title} · {by} · {}{missing} ({})", said.get(language), self.cites.join(", "))
    }

    /// For other programs and the page.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let vocabulary = &library.vocabulary;
        let facts = self.missing.iter().map(|at| &vocabulary.facts()[*at]);
        let missing: Vec<Value> = facts
            .map(|fact| {
                let owner = text_json(&vocabulary.department(&fact.owner));
                json!({"name": fact.name, "title": text_json(&fact.title), "owner": owner})
            })
            .collect();
        let cites: Vec<Value> = self.cites.iter().map(|cite| cite_json(library, cite)).collect();
        let Duty { name, title, by, owner, .. } = &*self.duty;
        json!({
            "duty": name, "title": text_json(title),
            "by": {"id": if by.is_empty() { "holder" } else { by }, "title": text_json(&self.by_title)},
            "owner": {"id": owner, "title": text_json(&vocabulary.department(owner))},
            "due": self.due.map(iso), "done": self.done.map(iso),
            "state": self.state.name(), "said": text_json(&self.said()), "days": self.days,
            "missing": missing, "cites": cites, "grade": self.grade,
        })
    }
}
