//! A plan before every rule of its place, each with its conditions as equations.

use std::collections::BTreeMap;
use std::sync::Arc;

use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::explain::Explainer;
use landcycle_policy::program::explain::equation::{Equation, equations};
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue};

use super::Plan;
use crate::assessment;
use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;

/// 结论类别 · how a rule's outcome weighs on a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The plan does not satisfy it.
    Fails,
    /// Not known.
    Unknown,
    /// The plan satisfies it.
    Holds,
    /// A number, a day, known or not: nothing to satisfy.
    Indicator,
    /// The law does not speak to the plan.
    NotApplicable,
}

impl Verdict {
    /// In the output's words.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Unknown => "unknown",
            Self::Holds => "holds",
            Self::Indicator => "indicator",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// 约束 · a rule, what it says of the plan, and its conditions with their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Constraint {
    /// Index of the rule in the law.
    pub(crate) rule: usize,
    /// How it weighs.
    pub(crate) verdict: Verdict,
    /// It asks something of the plan, and is no number that is only told.
    pub(crate) asks: bool,
    /// The outcome with all that it rests on.
    pub(crate) determination: Determination,
    /// Its conditions.
    pub(crate) equations: Vec<Equation>,
    /// Which of its conditions show that it fails: of a test those that do not hold, of a list of
    /// defects those that do; of a choice, all lead to it.
    failing: Option<bool>,
}

impl Constraint {
    /// Whether it rests on texts of the law alone, as they were read: such a constraint binds whoever
    /// adopts the plan. One that rests on a report of the law, or on a stand-in, may be set aside with a
    /// reason that is recorded.
    pub(crate) fn binds(&self) -> bool {
        self.determination.basis.grade == Grade::Text
    }

    /// The equations that show why it is as it is: of what fails the conditions that do, of what is not
    /// known those that are not; all of anything else.
    pub(crate) fn telling(&self) -> Vec<&Equation> {
        let wanted = match self.verdict {
            Verdict::Fails => self.failing.map(Some),
            Verdict::Unknown => Some(None),
            _ => None,
        };
        let chosen = |holds| self.equations.iter().filter(move |one| one.condition && one.holds == holds);
        match wanted {
            Some(holds) if chosen(holds).next().is_some() => chosen(holds).collect(),
            _ => self.equations.iter().collect(),
        }
    }
}

/// 检查结果 · a plan with all constraints.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The law of its place.
    pub(crate) law: Arc<Law>,
    /// Constraints in the order of the law, those of the zone behind.
    pub(crate) constraints: Vec<Constraint>,
}

impl Checked {
    /// The plan as a whole: what asks something of it fails, or is not known, or holds throughout.
    pub(crate) fn verdict(&self) -> Verdict {
        let asked = self.constraints.iter().filter(|one| one.asks).map(|one| one.verdict);
        asked.filter(|one| *one < Verdict::Holds).min().unwrap_or(Verdict::Holds)
    }

    /// The constraints of a verdict.
    pub(crate) fn of(&self, verdict: Verdict) -> impl Iterator<Item = &Constraint> {
        self.constraints.iter().filter(move |one| one.verdict == verdict)
    }

    /// The outcome of a rule by its name.
    pub(crate) fn named(&self, rule: &str) -> Option<&Constraint> {
        let (at, _) = self.law.rule(rule)?;
        self.constraints.iter().find(|one| one.rule == at)
    }
}

/// Judges a plan, and what is stated of the zone lines, as of a day.
pub(crate) fn check(
    library: &Library,
    plan: &Plan,
    package: Option<&str>,
    as_of: i64,
) -> Result<Checked, Failure> {
    let mut constraints = Vec::new();
    let batch = batch(library, "plan", &plan.facts, package)?;
    judge(library, &batch, as_of, &mut constraints)?;
    if !plan.zone.is_empty() {
        let own = batch.law.package().id.clone();
        let zone = self::batch(library, "zone", &plan.zone, Some(&own))?;
        judge(library, &zone, as_of, &mut constraints)?;
    }
    Ok(Checked { law: Arc::clone(&batch.law), constraints })
}

/// A case of a subject alone.
pub(crate) fn batch(
    library: &Library,
    subject: &str,
    facts: &BTreeMap<String, String>,
    package: Option<&str>,
) -> Result<Batch, Failure> {
    let at = library.vocabulary.subjects().iter().position(|known| known.id == subject).unwrap_or(0);
    let mut sorter = Sorter::new(library, package).of(at);
    let pairs = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    sorter.add(subject, pairs).map_err(|bad| Failure::text(bad.message))?;
    let none = || Failure::new("no_case", &[("case", subject)]);
    sorter.finish().into_iter().next().ok_or_else(none)
}

fn judge(
    library: &Library,
    batch: &Batch,
    as_of: i64,
    constraints: &mut Vec<Constraint>,
) -> Result<(), Failure> {
    let mut found = Vec::new();
    assessment::assess(library, batch, as_of, None, 1, &mut |one| {
        found.push(one.determination);
        Ok(())
    })?;
    for determination in found {
        let at = determination.rule;
        let rule = &batch.law.rules[at];
        let explainer = Explainer::new(&batch.law, &library.vocabulary, at, as_of);
        let mut explainer =
            explainer.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
        let equations = equations(&explainer.explain(&batch.facts, 0));
        let (verdict, asks) = weigh(rule, &determination);
        let failing = match rule.kind {
            RuleKind::PassFail => Some(false),
            RuleKind::Set | RuleKind::YesNo => Some(true),
            _ => None,
        };
        constraints.push(Constraint { rule: at, verdict, asks, determination, equations, failing });
    }
    Ok(())
}

/// How an outcome weighs: by the kind of the rule, and by the tone that its authors gave its outcomes.
fn weigh(rule: &Rule, determination: &Determination) -> (Verdict, bool) {
    let bad = |field: usize, code: usize| {
        let codes = rule.fields.get(field).map(|field| field.codes.as_slice());
        codes.and_then(|codes| codes.get(code)).is_some_and(|code| code.tone == "bad")
    };
    let asks = match rule.kind {
        RuleKind::PassFail | RuleKind::Choice | RuleKind::Set => true,
        RuleKind::YesNo => rule.finding,
        RuleKind::Quantity | RuleKind::Date | RuleKind::Record => false,
    };
    let verdict = match &determination.outcome {
        Outcome::NotApplicable => Verdict::NotApplicable,
        _ if !asks => Verdict::Indicator,
        Outcome::Unknown => Verdict::Unknown,
        Outcome::Value(value) => {
            let fails = match value {
                OutcomeValue::Flag(flag) => *flag == (rule.kind == RuleKind::YesNo),
                OutcomeValue::Choice(at) => bad(0, *at),
                OutcomeValue::Members(members) => members.iter().any(|at| bad(*at, 0)),
                _ => false,
            };
            if fails { Verdict::Fails } else { Verdict::Holds }
        }
    };
    (verdict, asks)
}
