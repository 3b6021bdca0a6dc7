//! Findings: outcomes that ask for action, open as long as the facts make them so. Which outcomes do is
//! said by the rules, by the tone of each.

use std::collections::BTreeSet;

use landcycle_ledger::life::Stage;
use landcycle_policy::law::Rule;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue};
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use crate::assessment;
use crate::cli::tree::text_json;
use crate::http::outcomes;
use crate::portfolio::Batch;
use crate::say::{self, Failure, words};

/// 查明事项 · an outcome that is told of a case.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The rule, by name.
    pub(crate) rule: String,
    /// Its title.
    pub(crate) title: Text,
    /// What it says.
    pub(crate) outcome: Text,
    /// `bad`, `warn`, or empty where it asks for nothing.
    pub(crate) tone: &'static str,
    /// What it rests on.
    pub(crate) cites: Vec<String>,
    /// The weakest grade of that, as a word.
    pub(crate) grade: &'static str,
}

/// The stage whose outcomes are findings on a life.
pub(crate) const STAGE: &str = "supervision";

/// The findings on a case, and the outcomes of rules asked for by name, in the order of the rules. On a
/// right that has ended nothing is open any more.
pub(crate) fn of_case(
    library: &Library,
    batch: &Batch,
    stage: Stage,
    day: i64,
    asked: &[String],
) -> Result<Vec<Finding>, Failure> {
    let law = &batch.law;
    let wanted = law.of_subject(batch.subject).filter(|(_, rule)| {
        let finding = !rule.definition && rule.stage == STAGE && stage != Stage::Ended;
        finding || asked.contains(&rule.name)
    });
    let wanted: BTreeSet<usize> = wanted.map(|(at, _)| at).collect();
    let mut findings = Vec::new();
    assessment::assess(library, batch, day, Some(&wanted), 1, &mut |found| {
        let rule = &law.rules[found.determination.rule];
        let tone = tone(rule, &found.determination);
        if tone.is_empty() && !asked.contains(&rule.name) {
            return Ok(());
        }
        findings.push(Finding {
            rule: rule.name.clone(),
            title: rule.title.clone(),
            outcome: told(library, rule, &found.determination),
            tone,
            cites: found.determination.basis.cites.clone(),
            grade: found.determination.basis.grade.word(),
        });
        Ok(())
    })?;
    Ok(findings)
}

/// An outcome in words; of an unknown one what is missing.
fn told(library: &Library, rule: &Rule, found: &Determination) -> Text {
    let mut text = outcomes::text(&found.outcome, rule);
    if !found.missing.is_empty() {
        let facts = found.missing.iter().map(|at| &library.vocabulary.facts()[*at]);
        let names: Vec<Text> = facts.map(|fact| fact.title.clone()).collect();
        let lacking = words("findings_lack").fill(&[("facts", say::listed(&names))]);
        text = Text { zh: text.zh + &lacking.zh, en: text.en + &lacking.en };
    }
    text
}

/// How an outcome asks for action; empty where it does not.
pub(crate) fn tone(rule: &Rule, found: &Determination) -> &'static str {
    let Outcome::Value(value) = &found.outcome else { return "" };
    tone_of(rule, value)
}

/// How a decided outcome asks for action; empty where it does not.
pub(crate) fn tone_of(rule: &Rule, value: &OutcomeValue) -> &'static str {
    let strongest = |tones: &mut dyn Iterator<Item = &str>| {
        let mut strongest = "";
        for tone in tones {
            match tone {
                "bad" => return "bad",
                "warn" => strongest = "warn",
                _ => {}
            }
        }
        strongest
    };
    let code = |field: usize, at: usize| {
        let field = rule.fields.get(field);
        field.and_then(|field| field.codes.get(at)).map(|code| code.tone.as_str())
    };
    match (rule.kind, value) {
        (RuleKind::PassFail, OutcomeValue::Flag(false)) => "bad",
        (RuleKind::YesNo, OutcomeValue::Flag(true)) if rule.finding => "bad",
        (_, OutcomeValue::Choice(at)) => strongest(&mut code(0, *at).into_iter()),
        (_, OutcomeValue::Members(members)) => strongest(&mut members.iter().filter_map(|at| code(*at, 0))),
        (_, OutcomeValue::Record(values)) => {
            let codes = values.iter().enumerate().filter_map(|(field, value)| match value {
                OutcomeValue::Choice(at) => code(field, *at),
                _ => None,
            });
            strongest(&mut codes.into_iter())
        }
        _ => "",
    }
}

impl Finding {
    /// One line of text.
    pub(crate) fn line(&self, language: Language) -> String {
        let mark = match self.tone {
            "bad" => "!",
            "warn" => "△",
            _ => "·",
        };
        let grade = words(&format!("grade_{}", self.grade));
        let (title, outcome) = (self.title.get(language), self.outcome.get(language));
        format!("{mark} {title}: {outcome} ({}; {})", self.cites.join(", "), grade.get(language))
    }

    /// For other programs and the page.
    pub(crate) fn json(&self) -> Value {
        json!({
            "rule": self.rule, "title": text_json(&self.title), "outcome": text_json(&self.outcome),
            "tone": self.tone, "cites": self.cites, "grade": self.grade,
        })
    }
}
