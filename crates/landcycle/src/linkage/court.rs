//! What the law says to an operation of a book: the rules of linkage, run on what the book asks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use landcycle_ledger::linkage::{About, Fixed, GivenUp, Question, Scheme, Share, Use, Verdict};
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, Outcomes, Words};
use landcycle_policy::program::{Machine, Program};
use serde_json::Value;

use super::objection::Objection;
use crate::acts::Ground;
use crate::clock;
use crate::portfolio::Sorter;

/// The rules that a book asks.
const CREDIT: &str = "linkage_credit";
const USE: &str = "linkage_use";
const SHARES: &str = "linkage_shares";
const TRANSFER: &str = "linkage_transfer";
/// What the facts of a question are said of.
const SUBJECT: &str = "linkage";
/// The fact whose day picks the law.
const DAY: &str = "credit_used_on";

/// Facts by name, canonical.
type Facts = BTreeMap<&'static str, String>;
type Said<T> = Result<T, Box<Objection>>;

/// The law at work on questions of a book.
pub(crate) struct Court<'l> {
    library: &'l Library,
    programs: HashMap<(String, i64, &'static [&'static str]), Arc<Program>>,
}

/// What a rule found.
struct Found {
    name: &'static str,
    determination: Determination,
    outcome: Option<String>,
}

impl<'l> Court<'l> {
    pub(crate) fn new(library: &'l Library) -> Self {
        Self { library, programs: HashMap::new() }
    }

    /// What the law answers, or what it objects.
    pub(crate) fn judge(&mut self, question: &Question<'_>) -> Said<Verdict> {
        let (rules, facts): (&'static [&'static str], Facts) = match &question.about {
            About::Nothing => return Ok(Verdict::default()),
            About::Shares(scheme) => (&[SHARES], of_shares(scheme)),
            About::Credit { land, verified, .. } => (&[CREDIT], of_land(land, *verified)),
            About::Use { used, available, shares } => {
                let mut facts = of_use(used);
                facts.insert("credit_available", available.to_string());
                if let Some(scheme) = shares {
                    facts.extend(of_shares(scheme));
                    (&[USE, SHARES, TRANSFER], facts)
                } else {
                    (&[USE], facts)
                }
            }
        };
        let library = self.library;
        let law = library.law(question.package);
        let law = law.ok_or_else(|| Box::new(Objection::no_package(question.package, &[])))?;
        let found = self.find(law, question, rules, facts)?;
        let mut verdict = Verdict { package: Some(law.digest.clone()), ..Verdict::default() };
        let mut grounds = Vec::new();
        let waits = matches!(question.about, About::Credit { now: false, .. });
        for found in &found {
            let Some(outcome) = &found.outcome else {
                // Land may be recorded before the law can say what it yields.
                if waits {
                    continue;
                }
                return Err(Box::new(self.silent(law, found)));
            };
            match found.name {
                CREDIT => verdict.credit = amount(found, outcome)?,
                TRANSFER => verdict.transfer = amount(found, outcome)?,
                _ if outcome == "pass" => {}
                _ => return Err(Box::new(self.forbidden(law, found, outcome))),
            }
            if found.name == CREDIT && verdict.credit <= Fixed::ZERO {
                return Err(Box::new(self.forbidden(law, found, outcome)));
            }
            grounds.push(ground(found, outcome).json());
        }
        if !grounds.is_empty() {
            verdict.grounds = Some(Value::Array(grounds).to_string());
        }
        Ok(verdict)
    }

    fn find(
        &mut self,
        law: &Arc<Law>,
        question: &Question<'_>,
        rules: &'static [&'static str],
        mut facts: Facts,
    ) -> Said<Vec<Found>> {
        let library = self.library;
        let faulty = |why: &str| Box::new(Objection::not_computable(why));
        facts.insert(DAY, question.on.to_string());
        let day = clock::day_number(question.on);
        let wanted: Option<BTreeSet<usize>> = rules.iter().map(|name| Some(law.rule(name)?.0)).collect();
        let wanted = wanted.ok_or_else(|| faulty(&rules.join(", ")))?;
        let key = (law.digest.clone(), day, rules);
        let program = if let Some(program) = self.programs.get(&key) {
            Arc::clone(program)
        } else {
            let made = Program::of_rules(law, &library.vocabulary, day, false, &wanted);
            let made = Arc::new(made.map_err(|(rule, _)| faulty(&rule))?);
            self.programs.insert(key, Arc::clone(&made));
            made
        };
        let subjects = library.vocabulary.subjects();
        let subject = subjects.iter().position(|subject| subject.id == SUBJECT).unwrap_or_default();
        let mut sorter = Sorter::new(library, Some(question.package)).of(subject);
        let pairs = facts.iter().map(|(name, value)| (*name, value.as_str()));
        sorter.add("", pairs).map_err(|bad| Box::new(Objection::faulty(bad.message)))?;
        let batch = sorter.finish().into_iter().next().ok_or_else(|| faulty(question.package))?;
        let mut outcomes = Outcomes::new(&program, 1);
        Machine::new(&program).run(&program, &batch.facts, 0, 1, &mut outcomes);
        let mut decoder = Decoder::new(law, &program);
        let mut found = Vec::new();
        for name in rules {
            let (at, rule) = law.rule(name).ok_or_else(|| faulty(name))?;
            let determination = decoder.read(&outcomes, at, 0).ok_or_else(|| faulty(name))?;
            let outcome = word(rule, &determination);
            found.push(Found { name, determination, outcome });
        }
        Ok(found)
    }

    /// The law does not say yes: facts are missing, or it does not speak to the day.
    fn silent(&self, law: &Law, found: &Found) -> Objection {
        let rule = law.rule(found.name).map(|(_, rule)| rule.title.clone()).unwrap_or_default();
        match found.determination.outcome {
            Outcome::Unknown => Objection::undecided(self.library, rule, &found.determination),
            _ => Objection::no_law(rule, &found.determination),
        }
    }

    fn forbidden(&self, law: &Law, found: &Found, outcome: &str) -> Objection {
        let rule = law.rule(found.name).map(|(_, rule)| rule.title.clone()).unwrap_or_default();
        Objection::forbidden(rule, outcome, &found.determination)
    }
}

fn of_shares(scheme: &Scheme) -> Facts {
    let of = |party: &str| -> Share {
        scheme.parts.iter().filter(|(name, _)| name == party).map(|(_, share)| *share).sum()
    };
    let giving = of(scheme.giving.as_str());
    let receiving = scheme.receiving.as_ref().map(|place| of(place.as_str())).unwrap_or_default();
    let all: Share = scheme.parts.iter().map(|(_, share)| *share).sum();
    let other = all - giving - receiving;
    BTreeMap::from([
        ("benefit_share_giving", giving.to_string()),
        ("benefit_share_receiving", receiving.to_string()),
        ("benefit_share_other", other.to_string()),
    ])
}

fn of_land(land: &GivenUp, verified: Option<bool>) -> Facts {
    let mut facts = BTreeMap::from([("exit_area", land.area.to_string())]);
    facts.extend(land.outside.map(|outside| ("exit_outside_boundary", yes_no(outside))));
    facts.extend(verified.map(|verified| ("exit_verified", yes_no(verified))));
    facts
}

fn of_use(used: &Use) -> Facts {
    let mut facts = BTreeMap::from([("linked_area", used.area.to_string())]);
    facts.extend(used.in_park.map(|in_park| ("supplied_in_park", yes_no(in_park))));
    facts.extend(used.revenue.map(|revenue| ("linked_revenue", revenue.to_string())));
    facts
}

fn yes_no(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}

/// A decided outcome as a word.
fn word(rule: &Rule, found: &Determination) -> Option<String> {
    match &found.outcome {
        Outcome::Value(value) => match value.words(rule) {
            Words::One(word) => Some(word),
            words => Some(words.line()),
        },
        _ => None,
    }
}

/// An amount of the law in the smallest unit of a book; a rule that rounds less finely is at fault.
fn amount<const PLACES: u32>(found: &Found, outcome: &str) -> Said<Fixed<PLACES>> {
    Fixed::parse(outcome).ok_or_else(|| Box::new(Objection::not_computable(found.name)))
}

fn ground(found: &Found, outcome: &str) -> Ground {
    let basis = &found.determination.basis;
    Ground {
        rule: found.name.to_owned(),
        outcome: outcome.to_owned(),
        cites: basis.cites.clone(),
        grade: basis.grade.word().to_owned(),
    }
}
