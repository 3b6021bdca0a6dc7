//! Outcomes as the page filters, counts and shows them.

use landcycle_policy::exact::grouped;
use landcycle_policy::law::{Field, Rule};
use landcycle_policy::package::rule::{OutcomeCode, RuleKind};
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue, Words};
use landcycle_policy::text::Text;
use serde_json::{Value, json};

use crate::assessment::bound;
use crate::cli::output::outcome_json;
use crate::cli::tree::text_json;
use crate::say::words;

/// An outcome of one case, as a row shows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    /// The codes by which it is filtered and counted: of a set, one for each member.
    pub(super) codes: Vec<String>,
    text: Text,
    raw: Value,
    grade: &'static str,
    missing: usize,
    bound: Option<&'static str>,
    /// In one word or line, as tables have it.
    line: String,
    /// How it asks for action; empty where it does not.
    tone: &'static str,
}

impl Shown {
    pub(super) fn of(determination: &Determination, rule: &Rule) -> Self {
        let basis = &determination.basis;
        Self {
            codes: codes(&determination.outcome, rule),
            text: text(&determination.outcome, rule),
            raw: outcome_json(&determination.outcome, rule),
            grade: basis.grade.word(),
            missing: determination.missing.len(),
            bound: bound(determination),
            line: line(&determination.outcome, rule),
            tone: crate::findings::tone(rule, determination),
        }
    }

    /// In one word or line: a code, an amount, a date, `unknown` or `not_applicable`.
    pub(super) fn line(&self) -> &str {
        &self.line
    }

    /// In words.
    pub(super) fn text(&self) -> &Text {
        &self.text
    }

    /// The weakest grade of what it rests on.
    pub(super) fn grade(&self) -> &'static str {
        self.grade
    }

    /// `bad`, `warn`, or empty where it asks for nothing.
    pub(super) fn tone(&self) -> &'static str {
        self.tone
    }

    /// Whether it says one of some words, or the field of a record does; none where it is not known.
    pub(super) fn says(&self, field: Option<&str>, wanted: &[String]) -> Option<bool> {
        let raw = field.map_or(&self.raw, |field| &self.raw[field]);
        if self.codes.iter().any(|code| code == "unknown") {
            return None;
        }
        let is = |value: &Value| value.as_str().is_some_and(|word| wanted.iter().any(|one| one == word));
        Some(raw.as_array().map_or_else(|| is(raw), |members| members.iter().any(is)))
    }

    pub(super) fn json(&self) -> Value {
        let mut value = json!({
            "code": self.codes.first(), "text": text_json(&self.text), "raw": self.raw,
            "grade": self.grade, "missing": self.missing,
        });
        if let (Some(bound), Value::Object(object)) = (self.bound, &mut value) {
            object.insert("bound".into(), json!(bound));
        }
        value
    }
}

/// An outcome in one word or line.
pub(crate) fn line(outcome: &Outcome, rule: &Rule) -> String {
    match outcome {
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotApplicable => "not_applicable".to_owned(),
        Outcome::Value(value) => value.words(rule).line(),
    }
}

/// The codes by which an outcome is filtered and counted.
pub(super) fn codes(outcome: &Outcome, rule: &Rule) -> Vec<String> {
    let one = |code: &str| vec![code.to_owned()];
    match outcome {
        Outcome::Unknown => one("unknown"),
        Outcome::NotApplicable => one("not_applicable"),
        Outcome::Value(value) => match (rule.kind, value.words(rule)) {
            (RuleKind::Quantity, Words::One(word)) if word == "0.00" => one("zero"),
            (RuleKind::Quantity | RuleKind::Date, _) => one("value"),
            (_, Words::One(word)) => vec![word],
            (_, Words::Many(words)) if words.is_empty() => one("empty"),
            (_, Words::Many(words)) => words,
            (_, Words::Fields(fields)) => fields.into_iter().take(1).map(|(_, word)| word).collect(),
        },
    }
}

/// An outcome in words.
pub(crate) fn text(outcome: &Outcome, rule: &Rule) -> Text {
    let value = match outcome {
        Outcome::Unknown => return words("outcome_unknown"),
        Outcome::NotApplicable => return words("outcome_not_applicable"),
        Outcome::Value(value) => value,
    };
    let title = |field: usize, code: &str| {
        let codes = rule.fields.get(field).map_or(&[][..], |f| &f.codes);
        codes.iter().find(|c| c.code == code).map_or_else(|| Text::same(code), |c| c.title.clone())
    };
    match (value, value.words(rule)) {
        (OutcomeValue::Amount(amount), _) => {
            let number = grouped(*amount);
            let unit = rule.fields.first().and_then(|field| field.unit.clone()).unwrap_or_default();
            let join = |unit: &str| format!("{number} {unit}").trim_end().to_owned();
            Text { zh: join(&unit.zh), en: join(&unit.en) }
        }
        (OutcomeValue::Flag(_), Words::One(word)) => words(&format!("outcome_{word}")),
        (_, Words::One(word)) => title(0, &word),
        (_, Words::Many(members)) if members.is_empty() => words("outcome_empty"),
        (_, Words::Many(members)) => {
            let titles: Vec<Text> = members
                .iter()
                .filter_map(|m| rule.fields.iter().find(|f| f.name == *m))
                .map(|field| field.title.clone())
                .collect();
            let gap = words("list_gap");
            join(&titles, &gap.zh, &gap.en)
        }
        (_, Words::Fields(fields)) => {
            let parts: Vec<Text> = fields
                .iter()
                .enumerate()
                .filter(|(_, (_, word))| word != "none")
                .map(|(at, (_, word))| title(at, word))
                .collect();
            join(&parts, " ", " ")
        }
    }
}

/// What a class of outcomes is called that a comparison tells of.
pub(super) fn class_title(rule: &Rule, class: &str) -> Text {
    let code = match (rule.kind, class) {
        (_, "unknown" | "not_applicable" | "pass" | "fail" | "yes" | "no") => class,
        (RuleKind::Quantity, "0") => "zero",
        (RuleKind::Quantity, _) | (RuleKind::Date, "date") => "value",
        (RuleKind::Date, _) => "no_day",
        (RuleKind::Set, "–") => "empty",
        _ => "",
    };
    if !code.is_empty() {
        return words(&format!("outcome_{code}"));
    }
    let codes = rule.fields.iter().flat_map(|field| &field.codes);
    let title = |word: &str| codes.clone().find(|known| known.code == word).map(|known| known.title.clone());
    let parts = class.split(['+', ' ']).map(|word| title(word).unwrap_or_else(|| Text::same(word)));
    let gap = words("list_gap");
    join(&parts.collect::<Vec<_>>(), &gap.zh, &gap.en)
}

fn join(parts: &[Text], zh: &str, en: &str) -> Text {
    let all = |form: fn(&Text) -> &str, gap: &str| parts.iter().map(form).collect::<Vec<_>>().join(gap);
    Text { zh: all(|t| &t.zh, zh), en: all(|t| &t.en, en) }
}

/// What a rule may come to, for legends and filters: code, title, tone.
pub(super) fn possible(rule: &Rule) -> Value {
    let one = |code: &str, tone: &str| json!({"code": code, "title": text_json(&words(&format!("outcome_{code}"))), "tone": tone});
    let mut list: Vec<Value> = match rule.kind {
        RuleKind::PassFail => vec![one("pass", "good"), one("fail", "bad")],
        RuleKind::YesNo if rule.finding => vec![one("yes", "bad"), one("no", "good")],
        RuleKind::YesNo => vec![one("yes", "neutral"), one("no", "neutral")],
        RuleKind::Quantity => {
            // A sum of money asks for attention; a share or a number of days is neither good nor bad.
            let money = rule.fields.first().is_some_and(Field::is_money);
            vec![one("zero", "neutral"), one("value", if money { "warn" } else { "neutral" })]
        }
        RuleKind::Date => vec![one("value", "neutral")],
        RuleKind::Set => std::iter::once(one("empty", "good"))
            .chain(rule.fields.iter().flat_map(|field| &field.codes).map(listed))
            .collect(),
        RuleKind::Choice | RuleKind::Record => {
            rule.fields.first().into_iter().flat_map(|field| &field.codes).map(listed).collect()
        }
    };
    list.push(one("unknown", "neutral"));
    list.push(one("not_applicable", "neutral"));
    json!(list)
}

/// One of a rule's own outcomes.
fn listed(code: &OutcomeCode) -> Value {
    json!({"code": code.code, "title": text_json(&code.title), "tone": code.tone})
}
