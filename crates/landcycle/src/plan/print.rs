//! A checked plan as text and as JSON.

use jiff::civil::Date;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::equation::Equation;
use landcycle_policy::program::outcome::{Outcome, Words};
use landcycle_policy::text::{Language, Text};
use landcycle_policy::vocabulary::Fact;
use serde_json::{Value, json};

use crate::cli::tree::{cite_json, cite_line, text_json};
use crate::plan::{Checked, Constraint, Plan, Revision, Verdict};
use crate::say::{filled, filled_with, words};

/// The order in which verdicts are told.
const TOLD: [Verdict; 5] =
    [Verdict::Fails, Verdict::Unknown, Verdict::Holds, Verdict::Indicator, Verdict::NotApplicable];

/// A plan with all that was found, for people.
pub(crate) fn text(
    library: &Library,
    plan: &Plan,
    checked: &Checked,
    as_of: Date,
    all: bool,
    language: Language,
) -> String {
    let mut lines = Vec::new();
    let package = checked.law.package();
    let values = [
        ("package", package.title.clone()),
        ("day", Text::same(as_of.to_string())),
        ("verdict", words(&format!("plan_whole_{}", checked.verdict().word()))),
    ];
    lines.push(filled_with("plan_checked", &values).get(language).to_owned());
    for verdict in TOLD {
        let found: Vec<&Constraint> = checked.of(verdict).collect();
        if found.is_empty() {
            continue;
        }
        lines.push(String::new());
        let count = found.len().to_string();
        let title = filled(&format!("plan_{}", verdict.word()), &[("count", &count)]);
        lines.push(title.get(language).to_owned());
        let full = all || matches!(verdict, Verdict::Fails | Verdict::Unknown | Verdict::Indicator);
        for one in found {
            lines.extend(constraint(library, plan, checked, one, full, language));
        }
    }
    lines.join("\n")
}

/// What a constraint says, and why.
pub(crate) fn constraint(
    library: &Library,
    plan: &Plan,
    checked: &Checked,
    one: &Constraint,
    full: bool,
    language: Language,
) -> Vec<String> {
    let rule = &checked.law.rules[one.rule];
    let mark = match one.verdict {
        Verdict::Fails => "✗",
        Verdict::Unknown => "?",
        Verdict::Holds => "✓",
        Verdict::Indicator => "·",
        Verdict::NotApplicable => "–",
    };
    let mut lines = vec![format!("  {mark} {} ({})", rule.title.get(language), rule.name)];
    if !full {
        return lines;
    }
    if one.verdict == Verdict::NotApplicable {
        lines.push(format!("      {}", words("plan_silent").get(language)));
    }
    let facts = library.vocabulary.facts();
    for equation in one.telling() {
        lines.push(format!("      {}", equation.text.get(language)));
    }
    for fact in &one.determination.missing {
        let fact = &facts[*fact];
        let values = [("fact", fact.title.clone()), ("owner", library.vocabulary.department(&fact.owner))];
        let mut text = filled_with("plan_owed", &values).get(language).to_owned();
        if let Some(rows) = plan.open.get(&fact.name) {
            let rows: Vec<String> = rows.iter().map(u64::to_string).collect();
            text += filled("plan_left_open", &[("rows", &rows.join(", "))]).get(language);
        }
        lines.push(format!("      {text}"));
    }
    lines.extend(one.determination.reason.as_ref().map(|why| format!("      {}", why.get(language))));
    for cite in &one.determination.basis.cites {
        lines.push(format!("      ▸ {}", cite_line(library, cite, language)));
    }
    let grade = one.determination.basis.grade;
    if grade != Grade::Text {
        let (label, word) = (words("grade"), words(&format!("grade_{}", grade.word())));
        lines.push(format!("      {} {}", label.get(language), word.get(language)));
    }
    if one.verdict == Verdict::Fails {
        let key = if one.binds() { "plan_is_binding" } else { "plan_is_advice" };
        lines.push(format!("      {}", words(key).get(language)));
    }
    lines
}

/// The same for programs.
pub(crate) fn json(library: &Library, plan: &Plan, checked: &Checked, as_of: Date) -> Value {
    json!({
        "package": checked.law.package().id,
        "law": checked.law.digest,
        "as_of": as_of.to_string(),
        "verdict": checked.verdict().word(),
        "facts": plan.facts,
        "zone": plan.zone,
        "left_open": plan.open,
        "constraints": checked.constraints.iter().map(|one| constraint_json(library, plan, checked, one)).collect::<Vec<_>>(),
    })
}

pub(crate) fn constraint_json(library: &Library, plan: &Plan, checked: &Checked, one: &Constraint) -> Value {
    let rule = &checked.law.rules[one.rule];
    let facts = library.vocabulary.facts();
    let outcome = match &one.determination.outcome {
        Outcome::Unknown => json!("unknown"),
        Outcome::NotApplicable => json!("not_applicable"),
        Outcome::Value(value) => match value.words(rule) {
            Words::One(word) => json!(word),
            Words::Many(words) => json!(words),
            Words::Fields(fields) => fields.into_iter().map(|(name, word)| (name, json!(word))).collect(),
        },
    };
    let basis = &one.determination.basis;
    json!({
        "rule": rule.name,
        "title": text_json(&rule.title),
        "verdict": one.verdict.word(),
        "binding": one.binds(),
        "outcome": outcome,
        "equations": one.equations.iter().map(|one| equation_json(library, one)).collect::<Vec<_>>(),
        "asks": one.asks,
        "telling": telling(one),
        "missing": one.determination.missing.iter().map(|fact| facts[*fact].name.as_str()).collect::<Vec<_>>(),
        "owed": one.determination.missing.iter().map(|fact| owed(library, plan, &facts[*fact])).collect::<Vec<_>>(),
        "reason": one.determination.reason.as_ref().map(text_json),
        "cites": basis.cites.iter().map(|cite| cite_json(library, cite)).collect::<Vec<_>>(),
        "grade": basis.grade.word(),
    })
}

/// Which of the equations show why it is as it is.
fn telling(one: &Constraint) -> Vec<usize> {
    let chosen = one.telling();
    let shown = |equation: &Equation| chosen.iter().any(|chosen| std::ptr::eq(*chosen, equation));
    one.equations.iter().enumerate().filter(|(_, equation)| shown(equation)).map(|(at, _)| at).collect()
}

/// A fact that is missing: who owes it, and the rows that leave it open.
fn owed(library: &Library, plan: &Plan, fact: &Fact) -> Value {
    json!({
        "name": fact.name, "title": text_json(&fact.title),
        "owner": text_json(&library.vocabulary.department(&fact.owner)),
        "rows": plan.open.get(&fact.name).cloned().unwrap_or_default(),
    })
}

/// An equation for programs: its words, its sides and the distance to the bar.
fn equation_json(library: &Library, equation: &Equation) -> Value {
    let facts = library.vocabulary.facts();
    json!({
        "text": text_json(&equation.text),
        "holds": equation.holds,
        "condition": equation.condition,
        "left": equation.sides.as_ref().map(|sides| sides.left.to_string()),
        "wanted": equation.sides.as_ref().map(|sides| sides.wanted),
        "actual": equation.sides.as_ref().map(|sides| sides.actual),
        "right": equation.sides.as_ref().map(|sides| sides.right.to_string()),
        "unit": equation.sides.as_ref().map(|sides| text_json(&sides.unit)),
        "margin": equation.margin.as_ref().map(|margin| json!({
            "amount": margin.amount.to_string(),
            "unit": text_json(&margin.unit),
            "unchanged": margin.unchanged.as_ref().map(text_json),
            "text": text_json(&margin.text),
        })),
        "cites": equation.cites,
        "missing": equation.missing.iter().map(|fact| facts[*fact].name.as_str()).collect::<Vec<_>>(),
    })
}

/// A plan of a store with its versions, one a line.
pub(crate) fn revisions(library: &Library, id: &str, revisions: &[Revision], language: Language) -> String {
    let total = |revision: &Revision| {
        let fact = library.vocabulary.fact("plan_total")?;
        let text = revision.plan.facts.get("plan_total")?;
        Some(library.vocabulary.display(fact, text))
    };
    let lines = revisions.iter().map(|revision| {
        let event = &revision.event;
        let values = [
            ("plan", Text::same(id)),
            ("seq", Text::same(event.seq.to_string())),
            ("day", Text::same(event.happened_on.to_string())),
            ("by", Text::same(event.actor.clone())),
            ("total", total(revision).unwrap_or_else(|| words("plan_total_open"))),
        ];
        let mut line = filled_with("plan_listed", &values).get(language).to_owned();
        if let Some((reason, rules)) = revision.despite() {
            line += filled("plan_listed_despite", &[("reason", &reason), ("rules", &rules)]).get(language);
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}
