//! Duties: who owes what by when, from the duties of the law and the facts of a case.

mod calendar;
mod portfolio;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use landcycle_ledger::life::Stage;
use landcycle_policy::calendar::{NEVER, iso};
use landcycle_policy::law::Law;
use landcycle_policy::law::conduct::LawfulDuty;
use landcycle_policy::package::duty::Due;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Machine, Program};
use landcycle_policy::text::{Language, Text};
use landcycle_policy::vocabulary::MISSING;
use serde_json::{Value, json};

pub(crate) use self::calendar::calendar;
pub(crate) use self::portfolio::{Line, Wanted, lines};
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
    /// The duty's name.
    pub(crate) name: String,
    /// Its title.
    pub(crate) title: Text,
    /// Who owes it: a department, or the holder where empty.
    pub(crate) by: String,
    /// Who that is.
    pub(crate) by_title: Text,
    /// The department that sees to it.
    pub(crate) owner: String,
    /// The day by which it is owed.
    pub(crate) due: Option<i64>,
    /// The day on which it was done.
    pub(crate) done: Option<i64>,
    /// How it stands.
    pub(crate) state: State,
    /// Days overdue, or late; negative while its day has not come.
    pub(crate) days: i64,
    /// Facts without which its day cannot be told, by name.
    pub(crate) missing: Vec<String>,
    /// The law it rests on, the duty's own first.
    pub(crate) cites: Vec<String>,
    /// The weakest grade of that, as a word.
    pub(crate) grade: &'static str,
}

/// The duties of one case.
pub(crate) fn of_case(library: &Library, batch: &Batch, row: usize, day: i64) -> Result<Vec<Owed>, Failure> {
    let mut clerk = Clerk::new(library, Arc::clone(&batch.law), day);
    clerk.owed(&batch.facts, row)
}

/// Works out the duties of cases under one law on one day.
pub(crate) struct Clerk<'l> {
    library: &'l Library,
    law: Arc<Law>,
    day: i64,
    near: i64,
    escalate: i64,
    programs: HashMap<i64, Arc<Program>>,
    rules: BTreeSet<usize>,
}

/// Parameters that say when a duty is near, and when it is escalated.
const NEAR: &str = "supervision/reminder_days";
const ESCALATE: &str = "supervision/escalation_days";
/// The subject whose life has duties.
const PARCEL: usize = 0;

impl<'l> Clerk<'l> {
    /// A clerk for a law and a day.
    pub(crate) fn new(library: &'l Library, law: Arc<Law>, day: i64) -> Self {
        let rules = law.duties.values().filter_map(|duty| match &duty.duty.due {
            Due::Rule(name, _) => law.rule(name).map(|(at, _)| at),
            Due::Fact(_) => None,
        });
        let rules = rules.collect();
        let number = |path: &str| {
            let mut layers = law.parameters.get(path).into_iter().flatten();
            let set = layers.find_map(|(_, parameter)| parameter.on(day)?.value);
            set.map_or(0, |value| (value.num() / value.den()) as i64)
        };
        let (near, escalate) = (number(NEAR), number(ESCALATE));
        Self { library, law, day, near, escalate, programs: HashMap::new(), rules }
    }

    fn program(&mut self, day: i64) -> Result<Arc<Program>, Failure> {
        if let Some(program) = self.programs.get(&day) {
            return Ok(Arc::clone(program));
        }
        let made = Program::of_rules(&self.law, &self.library.vocabulary, day, false, &self.rules);
        let made = made.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
        let made = Arc::new(made);
        self.programs.insert(day, Arc::clone(&made));
        Ok(made)
    }

    /// The determinations of the rules that give days, as of a day.
    fn days(
        &mut self,
        facts: &Facts,
        row: usize,
        day: i64,
    ) -> Result<BTreeMap<usize, Determination>, Failure> {
        let program = self.program(day)?;
        let mut outcomes = Outcomes::new(&program, 1);
        Machine::new(&program).run(&program, facts, row, 1, &mut outcomes);
        let law = Arc::clone(&self.law);
        let mut decoder = Decoder::new(&law, &program);
        Ok(self.rules.iter().filter_map(|rule| Some((*rule, decoder.read(&outcomes, *rule, 0)?))).collect())
    }

    /// The duties of a row: those that have arisen, done or not.
    pub(crate) fn owed(&mut self, facts: &Facts, row: usize) -> Result<Vec<Owed>, Failure> {
        let today = self.days(facts, row, self.day)?;
        let law = Arc::clone(&self.law);
        let ended = self.stage(facts, row) == Stage::Ended;
        let mut owed = Vec::new();
        for lawful in law.duties.values() {
            let duty = &lawful.duty;
            let after = duty.after.as_ref().map(|name| self.date(facts, row, name));
            // What has not begun is not owed.
            let after = match after {
                Some(Some(day)) if day < NEVER && day <= self.day => Some(day),
                Some(_) => continue,
                None => None,
            };
            let done = self.date(facts, row, &duty.done);
            let happened = done.filter(|done| *done < NEVER && after.is_none_or(|after| *done >= after));
            let found = match &duty.due {
                Due::Fact(name) => self.agreed(facts, row, name),
                Due::Rule(name, field) => {
                    let Some((at, _)) = law.rule(name) else { continue };
                    if duty.recurring {
                        self.next_round(facts, row, (at, field), (happened, after))?
                    } else {
                        read(&law, today.get(&at), at, field)
                    }
                }
            };
            let Some(found) = found else { continue };
            // A duty that comes again is never done for good.
            let done = if duty.recurring { None } else { happened };
            let known_undone = done.is_none() && self.date(facts, row, &duty.done).is_some();
            let one = self.stand(lawful, found, done, duty.recurring || known_undone);
            // Of a right that has ended nothing is owed any more but what its end itself asks for.
            if ended && one.state.is_open() && !self.arises_at_end(facts, row, lawful) {
                continue;
            }
            owed.push(one);
        }
        owed.sort_by(|a, b| (a.due.unwrap_or(NEVER), &a.name).cmp(&(b.due.unwrap_or(NEVER), &b.name)));
        Ok(owed)
    }

    /// The next day of a duty that comes again, as the rule sees it from the day of the last fulfilment,
    /// or from its beginning. What was fulfilled on that day or later is not owed again.
    fn next_round(
        &mut self,
        facts: &Facts,
        row: usize,
        (rule, field): (usize, &str),
        (happened, after): (Option<i64>, Option<i64>),
    ) -> Result<Option<Day>, Failure> {
        let law = Arc::clone(&self.law);
        let Some(seen_from) = happened.or(after) else { return Ok(None) };
        let found = read(&law, self.days(facts, row, seen_from)?.get(&rule), rule, field);
        let met = |found: &Option<Day>| {
            let due = found.as_ref().and_then(|day| day.at);
            due.zip(happened).is_some_and(|(due, happened)| due <= happened)
        };
        if !met(&found) {
            return Ok(found);
        }
        let later = read(&law, self.days(facts, row, seen_from + 1)?.get(&rule), rule, field);
        Ok(later.filter(|day| day.at.is_none_or(|due| due > seen_from)))
    }

    fn arises_at_end(&self, facts: &Facts, row: usize, lawful: &LawfulDuty) -> bool {
        let end = Stage::ENDS
            .iter()
            .filter_map(|name| self.date(facts, row, name))
            .filter(|day| *day < NEVER)
            .min();
        let after = lawful.duty.after.as_ref().and_then(|name| self.date(facts, row, name));
        after.zip(end).is_some_and(|(after, end)| after >= end)
    }

    fn stage(&self, facts: &Facts, row: usize) -> Stage {
        let fact = |name: &str| match self.date(facts, row, name) {
            None => None,
            Some(NEVER) => Some("none"),
            Some(_) => Some("known"),
        };
        landcycle_ledger::life::Standing::of(&fact).stage
    }

    /// The lane of a date fact; none where it is unknown.
    fn date(&self, facts: &Facts, row: usize, name: &str) -> Option<i64> {
        let index = self.library.vocabulary.index(name)?;
        Some(facts.lane(row, index)).filter(|lane| *lane != MISSING)
    }

    /// An agreed day; nothing where it is known that none was agreed.
    fn agreed(&self, facts: &Facts, row: usize, name: &str) -> Option<Day> {
        match self.date(facts, row, name) {
            Some(NEVER) => None,
            Some(day) => Some(Day { at: Some(day), missing: Vec::new(), cites: Vec::new(), grade: None }),
            None => {
                let index = self.library.vocabulary.index(name)?;
                Some(Day { at: None, missing: vec![index], cites: Vec::new(), grade: None })
            }
        }
    }

    fn stand(&self, lawful: &LawfulDuty, found: Day, done: Option<i64>, undone_known: bool) -> Owed {
        let duty = &lawful.duty;
        let vocabulary = &self.library.vocabulary;
        let (state, days) = match (found.at, done) {
            (None, _) => (State::Unknown, 0),
            (Some(due), Some(done)) if done <= due => (State::Met, done - due),
            (Some(due), Some(done)) => (State::Late, done - due),
            (Some(due), None) => {
                let over = self.day - due;
                let state = if over > 0 && !undone_known {
                    State::Unreported
                } else if over > self.escalate {
                    State::Escalated
                } else if over > 0 {
                    State::Overdue
                } else if over >= -self.near {
                    State::Near
                } else {
                    State::Ahead
                };
                (state, over)
            }
        };
        let own = lawful.cites.iter().map(|cite| cite.id.clone());
        let mut cites: Vec<String> = own.collect();
        for cite in found.cites {
            if !cites.contains(&cite) {
                cites.push(cite);
            }
        }
        let own = lawful.cites.iter().map(|cite| cite.article().grade).max();
        let grade = own.max(found.grade).map_or("illustrative", |grade| grade.word());
        let by_title = if duty.by.is_empty() { words("holder") } else { vocabulary.department(&duty.by) };
        Owed {
            name: duty.name.clone(),
            title: duty.title.clone(),
            by: duty.by.clone(),
            by_title,
            owner: duty.owner.clone(),
            due: found.at,
            done,
            state,
            days,
            missing: found.missing.iter().map(|at| vocabulary.facts()[*at].name.clone()).collect(),
            cites,
            grade,
        }
    }
}

/// A day that a duty is due on, or what is missing to tell it.
struct Day {
    at: Option<i64>,
    missing: Vec<usize>,
    cites: Vec<String>,
    grade: Option<landcycle_policy::package::document::Grade>,
}

/// The day that a rule gives; nothing where it gives none.
fn read(law: &Law, found: Option<&Determination>, rule: usize, field: &str) -> Option<Day> {
    let found = found?;
    let rule = &law.rules[rule];
    let at = rule.fields.iter().position(|known| known.name == field)?;
    let day = match &found.outcome {
        Outcome::Unknown if found.missing.is_empty() => return None,
        Outcome::Unknown => None,
        Outcome::Value(OutcomeValue::Record(values)) => match values.get(at) {
            Some(OutcomeValue::Day(day)) if *day < NEVER => Some(*day),
            _ => return None,
        },
        Outcome::Value(OutcomeValue::Day(day)) if *day < NEVER => Some(*day),
        Outcome::NotApplicable | Outcome::Value(_) => return None,
    };
    let basis = &found.basis;
    Some(Day {
        at: day,
        missing: found.missing.clone(),
        cites: basis.cites.clone(),
        grade: Some(basis.grade),
    })
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
    pub(crate) fn line(&self, language: Language) -> String {
        let due = if self.due.is_some() { self.due_text() } else { "????-??-??".to_owned() };
        let (title, by, said) = (self.title.get(language), self.by_title.get(language), self.said());
        let missing =
            if self.missing.is_empty() { String::new() } else { format!(" ? {}", self.missing.join(", ")) };
        format!("→ {due} {title} · {by} · {}{missing} ({})", said.get(language), self.cites.join(", "))
    }

    /// For other programs and the page.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let vocabulary = &library.vocabulary;
        let missing: Vec<Value> = self
            .missing
            .iter()
            .filter_map(|name| vocabulary.fact(name))
            .map(|fact| {
                let owner = text_json(&vocabulary.department(&fact.owner));
                json!({"name": fact.name, "title": text_json(&fact.title), "owner": owner})
            })
            .collect();
        let cites: Vec<Value> = self.cites.iter().map(|cite| cite_json(library, cite)).collect();
        json!({
            "duty": self.name, "title": text_json(&self.title),
            "by": {"id": if self.by.is_empty() { "holder" } else { &self.by }, "title": text_json(&self.by_title)},
            "owner": {"id": self.owner, "title": text_json(&vocabulary.department(&self.owner))},
            "due": self.due.map(iso), "done": self.done.map(iso),
            "state": self.state.name(), "said": text_json(&self.said()), "days": self.days,
            "missing": missing, "cites": cites, "grade": self.grade,
        })
    }
}
