//! Working out duties, in blocks of cases: the rules that give days run over all rows of a block at once.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use landcycle_ledger::life::Stage;
use landcycle_policy::calendar::NEVER;
use landcycle_policy::law::Law;
use landcycle_policy::law::conduct::LawfulDuty;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::duty::{Due, Duty};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Basis, Decoder, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Dated, Machine, Program};
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::MISSING;

use super::{Owed, State};
use crate::say::{Failure, words};

/// Parameters that say when a duty is near, and when it is escalated.
const NEAR: &str = "supervision/reminder_days";
const ESCALATE: &str = "supervision/escalation_days";

/// A duty of the law, and what is the same of it for every case.
struct Kept<'l> {
    lawful: &'l LawfulDuty,
    by_title: Arc<Text>,
    /// The weakest grade of the duty's own law.
    grade: Option<Grade>,
    /// The rule that gives its day, and which of its fields.
    rule: Option<(usize, usize)>,
    done: Option<usize>,
    after: Option<usize>,
    agreed: Option<usize>,
}

/// Works out the duties of cases under one law on one day.
pub(super) struct Clerk<'l> {
    duties: Vec<Kept<'l>>,
    day: i64,
    near: i64,
    escalate: i64,
    program: Program,
    decoder: Decoder<'l>,
    machine: Machine,
    /// The rules of duties that come again, seen from the day of the last fulfilment.
    again: Option<(Dated, Decoder<'l>)>,
    /// The occurrences that end a right, by index.
    ends: Vec<usize>,
    /// Citations by duty and the basis of its day.
    cited: HashMap<(usize, usize), Arc<Vec<String>>>,
}

/// A day that a duty is due on, or what is missing to tell it.
#[derive(Clone)]
struct Day {
    at: Option<i64>,
    missing: Vec<usize>,
    basis: Option<Arc<Basis>>,
}

/// What is known of a duty's beginning and fulfilment.
#[derive(Clone, Copy)]
struct Begun {
    after: Option<i64>,
    /// The last fulfilment that counts.
    happened: Option<i64>,
}

impl<'l> Clerk<'l> {
    /// A clerk for a law and a day, for the duties that are wanted.
    pub(super) fn new(
        library: &'l Library,
        law: &'l Law,
        day: i64,
        wanted: impl Fn(&Duty) -> bool,
    ) -> Result<Self, Failure> {
        let vocabulary = &library.vocabulary;
        let index = |name: &String| vocabulary.index(name);
        let duties = law.duties.values().filter(|lawful| wanted(&lawful.duty)).map(|lawful| {
            let duty = &lawful.duty;
            let by_title = if duty.by.is_empty() { words("holder") } else { vocabulary.department(&duty.by) };
            let (rule, agreed) = match &duty.due {
                Due::Fact(name) => (None, index(name)),
                Due::Rule(name, field) => (place(law, name, field), None),
            };
            Kept {
                lawful,
                by_title: Arc::new(by_title),
                grade: lawful.cites.iter().map(|cite| cite.article().grade).max(),
                rule,
                done: index(&duty.done),
                after: duty.after.as_ref().and_then(index),
                agreed,
            }
        });
        let duties: Vec<Kept<'l>> = duties.collect();
        let rules = |again: bool| -> BTreeSet<usize> {
            let wanted = duties.iter().filter(|kept| kept.lawful.duty.recurring == again);
            wanted.filter_map(|kept| kept.rule).map(|(rule, _)| rule).collect()
        };
        let failed = |(rule, _): (String, _)| Failure::new("not_computable", &[("rule", &rule)]);
        let program = Program::of_rules(law, vocabulary, day, false, &rules(false)).map_err(failed)?;
        let again = rules(true);
        let again = if again.is_empty() {
            None
        } else {
            let dated = Dated::of_rules(law, vocabulary, &again).map_err(failed)?;
            let decoder = Decoder::new(law, dated.program());
            Some((dated, decoder))
        };
        let number = |path: &str| {
            let mut layers = law.parameters.get(path).into_iter().flatten();
            let set = layers.find_map(|(_, parameter)| parameter.on(day)?.value);
            set.map_or(0, |value| (value.num() / value.den()) as i64)
        };
        Ok(Self {
            duties,
            day,
            near: number(NEAR),
            escalate: number(ESCALATE),
            decoder: Decoder::new(law, &program),
            machine: Machine::new(&program),
            program,
            again,
            ends: Stage::ENDS.into_iter().filter_map(|name| vocabulary.index(name)).collect(),
            cited: HashMap::new(),
        })
    }

    /// The duties of some rows: those that have arisen, done or not, the earliest first.
    pub(super) fn owed(&mut self, facts: &Facts, rows: Range<usize>) -> Vec<Vec<Owed>> {
        let mut outcomes = Outcomes::new(&self.program, rows.len());
        self.machine.run(&self.program, facts, rows.start, rows.len(), &mut outcomes);
        let begun: Vec<Vec<Option<Begun>>> = (0..self.duties.len())
            .map(|at| rows.clone().map(|row| self.begun(facts, row, &self.duties[at])).collect())
            .collect();
        let rounds: Vec<Vec<Option<Day>>> =
            (0..self.duties.len()).map(|at| self.next_rounds(facts, &rows, at, &begun[at])).collect();
        let mut all = Vec::with_capacity(rows.len());
        for (offset, row) in rows.enumerate() {
            let end = self.end(facts, row);
            let mut owed = Vec::new();
            for (at, begun) in begun.iter().enumerate() {
                let Some(begun) = begun[offset] else { continue };
                let found = match self.duties[at].rule {
                    None => self.agreed(facts, row, at),
                    Some(_) if self.duties[at].lawful.duty.recurring => rounds[at][offset].clone(),
                    Some(rule) => read(&mut self.decoder, &outcomes, rule, offset),
                };
                let Some(found) = found else { continue };
                let one = self.stand(at, found, begun, known(facts, row, self.duties[at].done).is_some());
                // Of a right that has ended nothing is owed any more but debts, and what its end itself asks for.
                let arises_at_end = |end| begun.after.is_some_and(|after| after >= end);
                let outlives = self.duties[at].lawful.duty.outlives;
                if one.state.is_open() && !outlives && end.is_some_and(|end| !arises_at_end(end)) {
                    continue;
                }
                owed.push(one);
            }
            owed.sort_by(|a: &Owed, b: &Owed| {
                (a.due.unwrap_or(NEVER), &a.duty.name).cmp(&(b.due.unwrap_or(NEVER), &b.duty.name))
            });
            all.push(owed);
        }
        all
    }

    /// Whether a duty has begun; what has not is not owed.
    fn begun(&self, facts: &Facts, row: usize, kept: &Kept<'_>) -> Option<Begun> {
        let after = match &kept.lawful.duty.after {
            Some(_) => {
                Some(known(facts, row, kept.after).filter(|after| *after < NEVER && *after <= self.day)?)
            }
            None => None,
        };
        let done = known(facts, row, kept.done);
        let happened = done.filter(|done| *done < NEVER && after.is_none_or(|after| *done >= after));
        Some(Begun { after, happened })
    }

    /// The next day of a duty that comes again, as the rule sees it from the day of the last fulfilment,
    /// or from its beginning. What was fulfilled on that day or later is not owed again.
    fn next_rounds(
        &mut self,
        facts: &Facts,
        rows: &Range<usize>,
        at: usize,
        begun: &[Option<Begun>],
    ) -> Vec<Option<Day>> {
        let kept = &self.duties[at];
        let (Some(rule), true) = (kept.rule, kept.lawful.duty.recurring) else { return Vec::new() };
        let Some((dated, decoder)) = &mut self.again else { return vec![None; rows.len()] };
        let seen_from = |offset: usize| begun[offset].and_then(|begun| begun.happened.or(begun.after));
        let mut days = vec![None; rows.len()];
        let first: Vec<usize> = (0..rows.len()).filter(|offset| seen_from(*offset).is_some()).collect();
        let case =
            |offset: usize, later: i64| (rows.start + offset, seen_from(offset).unwrap_or_default() + later);
        let cases: Vec<(usize, i64)> = first.iter().map(|offset| case(*offset, 0)).collect();
        let outcomes = dated.judge(facts, &cases);
        let mut met = Vec::new();
        for (place, offset) in first.into_iter().enumerate() {
            let found = read(decoder, &outcomes, rule, place);
            let due = found.as_ref().and_then(|day| day.at);
            let happened = begun[offset].and_then(|begun| begun.happened);
            if due.zip(happened).is_some_and(|(due, happened)| due <= happened) {
                met.push(offset);
            } else {
                days[offset] = found;
            }
        }
        let cases: Vec<(usize, i64)> = met.iter().map(|offset| case(*offset, 1)).collect();
        let outcomes = dated.judge(facts, &cases);
        for (place, offset) in met.into_iter().enumerate() {
            let later = read(decoder, &outcomes, rule, place);
            days[offset] = later.filter(|day| day.at.is_none_or(|due| Some(due) > seen_from(offset)));
        }
        days
    }

    /// The day on which the right of a case ended.
    fn end(&self, facts: &Facts, row: usize) -> Option<i64> {
        let ends = self.ends.iter().filter_map(|at| known(facts, row, Some(*at)));
        ends.filter(|day| *day < NEVER).min()
    }

    /// An agreed day; nothing where it is known that none was agreed.
    fn agreed(&self, facts: &Facts, row: usize, at: usize) -> Option<Day> {
        let index = self.duties[at].agreed?;
        match known(facts, row, Some(index)) {
            Some(NEVER) => None,
            Some(day) => Some(Day { at: Some(day), missing: Vec::new(), basis: None }),
            None => Some(Day { at: None, missing: vec![index], basis: None }),
        }
    }

    fn stand(&mut self, at: usize, found: Day, begun: Begun, done_known: bool) -> Owed {
        let kept = &self.duties[at];
        let duty = &kept.lawful.duty;
        // A duty that comes again is never done for good.
        let done = if duty.recurring { None } else { begun.happened };
        let undone_known = duty.recurring || (done.is_none() && done_known);
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
        let basis = found.basis.as_ref();
        let grade = kept.grade.max(basis.map(|basis| basis.grade));
        // The decoder keeps every basis that it gives, so that its place names it.
        let key = (at, basis.map_or(0, |basis| Arc::as_ptr(basis) as usize));
        let cites = self.cited.entry(key).or_insert_with(|| {
            let mut cites: Vec<String> = kept.lawful.cites.iter().map(|cite| cite.id.clone()).collect();
            for cite in basis.iter().flat_map(|basis| &basis.cites) {
                if !cites.contains(cite) {
                    cites.push(cite.clone());
                }
            }
            Arc::new(cites)
        });
        Owed {
            duty: Arc::clone(duty),
            by_title: Arc::clone(&kept.by_title),
            due: found.at,
            done,
            state,
            days,
            missing: found.missing,
            cites: Arc::clone(cites),
            grade: grade.map_or("illustrative", Grade::word),
        }
    }
}

/// The day that a rule gives; nothing where it gives none.
fn read(
    decoder: &mut Decoder<'_>,
    outcomes: &Outcomes,
    (rule, field): (usize, usize),
    row: usize,
) -> Option<Day> {
    let found = decoder.read(outcomes, rule, row)?;
    let at = match &found.outcome {
        Outcome::Unknown if found.missing.is_empty() => return None,
        Outcome::Unknown => None,
        Outcome::Value(OutcomeValue::Record(values)) => match values.get(field) {
            Some(OutcomeValue::Day(day)) if *day < NEVER => Some(*day),
            _ => return None,
        },
        Outcome::Value(OutcomeValue::Day(day)) if *day < NEVER => Some(*day),
        Outcome::NotApplicable | Outcome::Value(_) => return None,
    };
    Some(Day { at, missing: found.missing, basis: Some(found.basis) })
}

/// The rule that gives a day, by index, and the place of its field.
fn place(law: &Law, name: &str, field: &str) -> Option<(usize, usize)> {
    let (at, rule) = law.rule(name)?;
    let field = rule.fields.iter().position(|known| known.name == field)?;
    Some((at, field))
}

/// The lane of a date fact; none where it is unknown.
fn known(facts: &Facts, row: usize, fact: Option<usize>) -> Option<i64> {
    Some(facts.lane(row, fact?)).filter(|lane| *lane != MISSING)
}
