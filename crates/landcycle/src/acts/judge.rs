//! What the law says to an act: the rules that it requires, run on the case before and after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use landcycle_policy::law::conduct::LawfulAct;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::act::{Requirement, Test};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes, Words};
use landcycle_policy::program::{Machine, Program};

use serde_json::{Value, json};

use super::refusal::{Missing, Refusal};
use crate::portfolio::Sorter;

/// Facts by name, canonical.
pub(crate) type Known = BTreeMap<String, String>;

/// 依据 · what a rule said for an act.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// The rule, by name.
    pub(crate) rule: String,
    /// Its outcome, as a word; `not_applicable` where the law does not speak to it.
    pub(crate) outcome: String,
    /// What it rests on.
    pub(crate) cites: Vec<String>,
    /// The weakest grade of it, as a word.
    pub(crate) grade: String,
}

impl Ground {
    /// For other programs, the page, and the record.
    pub(crate) fn json(&self) -> Value {
        let Self { rule, outcome, cites, grade } = self;
        json!({"rule": rule, "outcome": outcome, "cites": cites, "grade": grade})
    }
}

/// A set without members, as a word.
const NOTHING: &str = "none";

/// Programs kept from act to act.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    programs: HashMap<(String, String, i64), Arc<Program>>,
}

/// Programs kept at most: a rehearsal walks over many days.
const KEPT: usize = 4096;

impl Judge {
    /// Runs what an act requires; every requirement that is not met is a refusal.
    pub(super) fn judge(
        &mut self,
        library: &Library,
        law: &Arc<Law>,
        act: &LawfulAct,
        (before, after): (&Known, &Known),
        day: i64,
    ) -> Result<Vec<Ground>, Vec<Refusal>> {
        if act.act.requires.is_empty() {
            return Ok(Vec::new());
        }
        let failed = |refusal| Err(vec![refusal]);
        let package = law.package().id.clone();
        let key = (law.digest.clone(), act.act.name.clone(), day);
        let program = if let Some(program) = self.programs.get(&key) {
            Arc::clone(program)
        } else {
            let wanted = act.act.requires.iter().filter_map(|wanted| law.rule(&wanted.rule));
            let wanted: BTreeSet<usize> = wanted.map(|(at, _)| at).collect();
            let made = Program::of_rules(law, &library.vocabulary, day, false, &wanted);
            let program = match made {
                Ok(program) => Arc::new(program),
                Err((rule, _)) => return failed(Refusal::not_computable(&rule)),
            };
            if self.programs.len() >= KEPT {
                self.programs.clear();
            }
            self.programs.insert(key, Arc::clone(&program));
            program
        };
        let mut sorter = Sorter::new(library, Some(&package));
        for facts in [before, after] {
            let facts = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            if let Err(bad) = sorter.add("", facts) {
                return failed(Refusal::bad_stored_value(bad.message));
            }
        }
        let Some(batch) = sorter.finish().into_iter().next() else {
            return failed(Refusal::not_computable(&act.act.name));
        };
        let mut outcomes = Outcomes::new(&program, 2);
        Machine::new(&program).run(&program, &batch.facts, 0, 2, &mut outcomes);
        let mut decoder = Decoder::new(law, &program);
        let (mut grounds, mut refusals) = (Vec::new(), Vec::new());
        for wanted in &act.act.requires {
            let Some((at, rule)) = law.rule(&wanted.rule) else { continue };
            let row = usize::from(!wanted.before);
            let Some(found) = decoder.read(&outcomes, at, row) else { continue };
            let facts = if wanted.before { before } else { after };
            // The member or value that is asked for may be named by a fact of the act itself.
            let named = |fact: &String| after.get(fact).map(String::as_str);
            // A set that is not known as a whole may still be known to have the member asked for, or not.
            let member = member(wanted, rule, &named).filter(|_| found.outcome == Outcome::Unknown);
            let found =
                member.and_then(|member| decoder.read_member(&outcomes, at, member, row)).unwrap_or(found);
            match meets(wanted, rule, &found, &named) {
                Some(true) => grounds.push(ground(rule, wanted, &found)),
                Some(false) => refusals.push(Refusal::forbidden(law, rule, wanted, &found)),
                None => {
                    let missing = missing(library, &found, facts);
                    refusals.push(Refusal::undecided(law, rule, wanted, &found, missing));
                }
            }
        }
        if refusals.is_empty() { Ok(grounds) } else { Err(refusals) }
    }
}

/// Whether an outcome is what is asked; `None` where it is unknown. Where the law does not speak to the
/// case nothing stands against the act, unless it must: what is done to a holder needs a law.
fn meets<'v>(
    wanted: &Requirement,
    rule: &Rule,
    found: &Determination,
    named: &dyn Fn(&String) -> Option<&'v str>,
) -> Option<bool> {
    let value = match &found.outcome {
        Outcome::NotApplicable => return Some(!wanted.must_apply),
        Outcome::Unknown => return None,
        Outcome::Value(value) => value,
    };
    let members = || match value {
        OutcomeValue::Members(members) => {
            members.iter().filter_map(|at| rule.fields.get(*at)).map(|field| field.name.as_str()).collect()
        }
        _ => Vec::new(),
    };
    Some(match &wanted.test {
        Test::In(codes) => codes.contains(&word(rule, &wanted.field, value)),
        Test::IsFact(fact) => named(fact) == Some(word(rule, &wanted.field, value).as_str()),
        Test::Empty => members().is_empty(),
        Test::Has(code) => members().contains(&code.as_str()),
        Test::HasFact(fact) => named(fact).is_some_and(|code| members().contains(&code)),
    })
}

/// The member of a set that is asked for.
fn member<'v>(
    wanted: &Requirement,
    rule: &Rule,
    named: &dyn Fn(&String) -> Option<&'v str>,
) -> Option<usize> {
    let code = match &wanted.test {
        Test::Has(code) => code.as_str(),
        Test::HasFact(fact) => named(fact)?,
        Test::In(_) | Test::IsFact(_) | Test::Empty => return None,
    };
    rule.fields.iter().position(|field| field.name == code)
}

/// An outcome as a word of its rule; of a record, that of a field.
pub(super) fn word(rule: &Rule, field: &str, value: &OutcomeValue) -> String {
    match value.words(rule) {
        Words::One(word) => word,
        Words::Many(words) if words.is_empty() => NOTHING.to_owned(),
        Words::Many(words) => words.join(", "),
        Words::Fields(fields) => {
            fields.into_iter().find(|(name, _)| name == field).map(|(_, word)| word).unwrap_or_default()
        }
    }
}

fn ground(rule: &Rule, wanted: &Requirement, found: &Determination) -> Ground {
    let outcome = match &found.outcome {
        Outcome::Value(value) => word(rule, &wanted.field, value),
        _ => "not_applicable".to_owned(),
    };
    Ground {
        rule: rule.name.clone(),
        outcome,
        cites: found.basis.cites.clone(),
        grade: found.basis.grade.word().to_owned(),
    }
}

/// The facts that are missing, with who owes them.
fn missing(library: &Library, found: &Determination, facts: &Known) -> Vec<Missing> {
    let vocabulary = &library.vocabulary;
    let names = found.missing.iter().map(|at| &vocabulary.facts()[*at]);
    let unsaid = names.filter(|fact| !facts.contains_key(&fact.name));
    unsaid
        .map(|fact| Missing {
            name: fact.name.clone(),
            title: fact.title.clone(),
            owner: fact.owner.clone(),
            department: vocabulary.department(&fact.owner),
        })
        .collect()
}
