//! Screening of a project: every standard with its value, bar and margin, the lists of each layer, the
//! applicant's credit, and what is missing from whom.

use std::collections::BTreeMap;

use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain;
use landcycle_policy::program::explain::equation::{self, Equation};
use landcycle_policy::text::Text;

use super::answer::{Answer, answer};
use super::{Given, Matter};
use crate::portfolio;
use crate::say::{Failure, words};

/// 预审 · what a screening says.
#[derive(Debug)]
pub(crate) struct Screened {
    /// The desk's verdicts, the main one first.
    pub(crate) verdicts: Vec<Answer>,
    /// Every standard.
    pub(crate) standards: Vec<Standing>,
    /// The lists of each layer, the nation first.
    pub(crate) lists: Vec<(Text, Answer)>,
    /// What the rules say of the applicant; empty where nothing is known of it.
    pub(crate) applicant: Vec<Answer>,
    /// Missing facts by the department that owes them.
    pub(crate) missing: BTreeMap<String, Vec<usize>>,
}

/// 达标情况 · a project against one standard.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Whether it is met.
    pub(crate) met: Answer,
    /// What is undertaken, in words.
    pub(crate) value: Text,
    /// What is asked for, in words.
    pub(crate) bar: Answer,
    /// The comparison with its numbers, where there is one.
    pub(crate) equation: Option<Equation>,
    /// By what share it is exceeded, where a rule says so.
    pub(crate) margin: Option<Answer>,
}

/// Screens a project.
pub(crate) fn screen(
    library: &Library,
    matter: &Matter,
    desk_name: &str,
    applicant: &Given,
) -> Result<Screened, Failure> {
    let desk = &matter.desk(desk_name)?.desk;
    let verdicts: Vec<Answer> =
        desk.results.iter().map(|rule| answer(library, matter, rule)).collect::<Result<_, _>>()?;
    let mut standards = Vec::new();
    for standard in &desk.standards {
        standards.push(Standing {
            met: answer(library, matter, &standard.met)?,
            value: value(library, matter, &standard.value)?,
            bar: answer(library, matter, &standard.bar)?,
            equation: compared(library, matter, &standard.met)?,
            margin: standard.margin.as_ref().map(|rule| answer(library, matter, rule)).transpose()?,
        });
    }
    let mut lists = Vec::new();
    if let Some(rule) = &desk.lists {
        for package in matter.law().chain.iter().rev() {
            let layer = Matter::new(library, matter.facts.clone(), Some(&package.id), matter.day)?;
            lists.push((package.title.clone(), answer(library, &layer, rule)?));
        }
    }
    let applicant = of_applicant(library, matter, applicant)?;
    let told = verdicts.iter().chain(standards.iter().map(|standing| &standing.met)).chain(&applicant);
    let mut missing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for fact in told.flat_map(|answer| &answer.missing) {
        let owed = missing.entry(library.vocabulary.facts()[*fact].owner.clone()).or_default();
        if !owed.contains(fact) {
            owed.push(*fact);
        }
    }
    Ok(Screened { verdicts, standards, lists, applicant, missing })
}

/// What is undertaken: the outcome of a rule, or a fact as it was given.
fn value(library: &Library, matter: &Matter, name: &str) -> Result<Text, Failure> {
    if matter.law().rule(name).is_some() {
        return Ok(answer(library, matter, name)?.shown);
    }
    let fact = library.vocabulary.fact(name);
    let given = matter.facts.get(name).zip(fact).map(|(text, fact)| library.vocabulary.display(fact, text));
    Ok(given.unwrap_or_else(|| words("outcome_unknown")))
}

/// The comparison of two quantities in a test.
fn compared(library: &Library, matter: &Matter, rule: &str) -> Result<Option<Equation>, Failure> {
    let law = matter.law();
    let Some((at, _)) = law.rule(rule) else { return Ok(None) };
    let step = explain::explain(law, &library.vocabulary, &matter.batch.facts, 0, at, matter.day)
        .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
    let all = equation::equations(&step);
    let of_sides = all.iter().find(|equation| equation.sides.is_some()).cloned();
    Ok(of_sides.or_else(|| all.into_iter().last()))
}

/// What the rules on firms say of the applicant, under the same law.
fn of_applicant(library: &Library, matter: &Matter, applicant: &Given) -> Result<Vec<Answer>, Failure> {
    if applicant.is_empty() {
        return Ok(Vec::new());
    }
    let subject = portfolio::subject(library, applicant);
    let firm = Matter::new(library, applicant.clone(), Some(&matter.law().package().id), matter.day)?;
    let law = matter.law();
    let judged: Vec<&str> = law
        .of_subject(subject)
        .filter(|(_, rule)| !rule.definition)
        .map(|(_, rule)| rule.name.as_str())
        .collect();
    judged.into_iter().map(|rule| answer(library, &firm, rule)).collect()
}
