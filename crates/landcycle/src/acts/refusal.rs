//! Refusals: an ordered list of codes, each with its words, its remedy and a page of the guide.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use landcycle_ledger::life::{Act, Bar, Stage};
use landcycle_policy::law::conduct::LawfulAct;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::act::Requirement;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue};
use landcycle_policy::text::{Language, Text};
use landcycle_policy::vocabulary::{Fact, Vocabulary};
use serde_json::{Value, json};

use super::judge::word;
use crate::cli::tree::{cite_json, cite_line, text_json};
use crate::say::{self, refusals, words};

/// 拒绝代码 · why an act is refused, in the order in which it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    /// There is no such act.
    NoAct,
    /// There is no such case.
    NoCase,
    /// The case is there already.
    CaseThere,
    /// The case was imported and not taken over.
    NotKept,
    /// Not in this stage.
    Stage,
    /// Something has to be open first.
    Needs,
    /// Something that is open stands in the way.
    Open,
    /// The day has not come.
    Ahead,
    /// The day lies before the last act.
    BeforeLast,
    /// A fact that is not the act's.
    NotOfAct,
    /// A value that cannot be used.
    BadValue,
    /// A fact that must be given is not.
    Asked,
    /// The law forbids it.
    Forbidden,
    /// The law cannot say without more facts.
    Undecided,
    /// Others changed the case meanwhile.
    Busy,
    /// The record or the packages are faulty.
    Faulty,
}

impl Code {
    /// All codes, in their order.
    pub(crate) const ALL: [Self; 16] = [
        Self::NoAct,
        Self::NoCase,
        Self::CaseThere,
        Self::NotKept,
        Self::Stage,
        Self::Needs,
        Self::Open,
        Self::Ahead,
        Self::BeforeLast,
        Self::NotOfAct,
        Self::BadValue,
        Self::Asked,
        Self::Forbidden,
        Self::Undecided,
        Self::Busy,
        Self::Faulty,
    ];

    /// `A01` …
    pub(crate) fn text(self) -> String {
        format!("A{:02}", self as usize + 1)
    }

    /// One part of its words.
    pub(crate) fn words(self, part: &str) -> Text {
        WORDS.get(&format!("{}.{part}", self.text())).cloned().unwrap_or_default()
    }
}

static WORDS: LazyLock<BTreeMap<String, Text>> = LazyLock::new(|| refusals(include_str!("refusals.yaml")));

/// 所缺事实 · a fact that is missing, and who owes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Its name.
    pub(crate) name: String,
    /// What people call it.
    pub(crate) title: Text,
    /// The department's id.
    pub(crate) owner: String,
    /// The department.
    pub(crate) department: Text,
}

/// 拒绝 · one reason against an act.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// Its code.
    pub(crate) code: Code,
    /// What is wrong.
    pub(crate) detail: Text,
    /// What to do.
    pub(crate) remedy: Text,
    /// The law it rests on.
    pub(crate) cites: Vec<String>,
    /// The rule that speaks against it, by name.
    pub(crate) rule: Option<String>,
    /// Facts that are missing.
    pub(crate) missing: Vec<Missing>,
}

impl Refusal {
    fn new(code: Code, cites: Vec<String>, values: &[(&str, Text)]) -> Self {
        Self {
            code,
            detail: code.words("detail").fill(values),
            remedy: code.words("remedy").fill(values),
            cites,
            rule: None,
            missing: Vec::new(),
        }
    }

    /// Of an act that the law knows: its title fills `{act}`, its citations go along.
    fn of(code: Code, lawful: &LawfulAct, values: &[(&str, Text)]) -> Self {
        let title = &lawful.act.title;
        let act = Text { zh: title.zh.clone(), en: lower(&title.en) };
        let values: Vec<(&str, Text)> = [("act", act)].into_iter().chain(values.iter().cloned()).collect();
        Self::new(code, lawful.cites.iter().map(|cite| cite.id.clone()).collect(), &values)
    }

    pub(super) fn no_act(name: &str) -> Self {
        let near = nearest(name, Act::all().map(Act::name));
        let values = [("act", Text::same(name)), ("near", Text::same(near))];
        Self::new(Code::NoAct, Vec::new(), &values)
    }

    pub(super) fn no_case(lawful: &LawfulAct) -> Self {
        Self::of(Code::NoCase, lawful, &[])
    }

    pub(super) fn case_there(lawful: &LawfulAct) -> Self {
        Self::of(Code::CaseThere, lawful, &[])
    }

    pub(super) fn barred(lawful: &LawfulAct, bar: Bar) -> Self {
        match bar {
            Bar::NotKept => Self::of(Code::NotKept, lawful, &[]),
            Bar::Stage(stage) => {
                let act = Act::named(&lawful.act.name);
                let stages = act.map(Act::stages).unwrap_or_default();
                let values = [("stages", listed(stages)), ("stage", stage_title(stage))];
                Self::of(Code::Stage, lawful, &values)
            }
            Bar::Needs(condition) => {
                let needs = words(&format!("condition_{}", condition.name()));
                Self::of(Code::Needs, lawful, &[("needs", needs)])
            }
            Bar::Open(condition) => {
                let open = words(&format!("condition_{}", condition.name()));
                Self::of(Code::Open, lawful, &[("open", open)])
            }
        }
    }

    pub(super) fn ahead(lawful: &LawfulAct, day: Date, today: Date) -> Self {
        let values = [("day", Text::same(day.to_string())), ("today", Text::same(today.to_string()))];
        Self::of(Code::Ahead, lawful, &values)
    }

    pub(super) fn before_last(lawful: &LawfulAct, day: Date, last: Date) -> Self {
        let values = [("day", Text::same(day.to_string())), ("last", Text::same(last.to_string()))];
        Self::of(Code::BeforeLast, lawful, &values)
    }

    pub(super) fn not_of_act(lawful: &LawfulAct, vocabulary: &Vocabulary, header: &str) -> Self {
        let act = &lawful.act;
        let facts = act.asks.iter().chain(&act.takes);
        let each: Vec<Text> = facts
            .filter_map(|name| vocabulary.fact(name))
            .map(|fact| {
                words("fact_named").fill(&[("fact", fact.title.clone()), ("name", Text::same(&fact.name))])
            })
            .collect();
        let facts = if each.is_empty() { words("none_at_all") } else { say::listed(&each) };
        Self::of(Code::NotOfAct, lawful, &[("fact", Text::same(header)), ("facts", facts)])
    }

    pub(super) fn bad_value(lawful: &LawfulAct, fact: &Fact, why: Text) -> Self {
        Self::of(Code::BadValue, lawful, &[("fact", fact.title.clone()), ("why", why)])
    }

    pub(super) fn asked(lawful: &LawfulAct, fact: &Fact, vocabulary: &Vocabulary) -> Self {
        let values = [
            ("fact", fact.title.clone()),
            ("name", Text::same(&fact.name)),
            ("owner", vocabulary.department(&fact.owner)),
        ];
        Self { missing: vec![missing(fact, vocabulary)], ..Self::of(Code::Asked, lawful, &values) }
    }

    pub(super) fn forbidden(law: &Law, rule: &Rule, wanted: &Requirement, found: &Determination) -> Self {
        let outcome = match &found.outcome {
            Outcome::Value(value) => said(rule, &wanted.field, value),
            _ => words("outcome_not_applicable"),
        };
        Self::by_rule(Code::Forbidden, law, rule, (wanted, found), &[("outcome", outcome)])
    }

    pub(super) fn undecided(
        law: &Law,
        rule: &Rule,
        wanted: &Requirement,
        found: &Determination,
        missing: Vec<Missing>,
    ) -> Self {
        let owed = missing
            .iter()
            .map(|m| words("fact_of").fill(&[("fact", m.title.clone()), ("owner", m.department.clone())]));
        let mut told = say::listed(&owed.collect::<Vec<_>>());
        if let (true, Some(reason)) = (missing.is_empty(), &found.reason) {
            told = reason.clone();
        }
        let refusal = Self::by_rule(Code::Undecided, law, rule, (wanted, found), &[("missing", told)]);
        Self { missing, ..refusal }
    }

    fn by_rule(
        code: Code,
        law: &Law,
        rule: &Rule,
        (wanted, found): (&Requirement, &Determination),
        values: &[(&str, Text)],
    ) -> Self {
        let act = law
            .acts
            .values()
            .find(|lawful| lawful.act.requires.iter().any(|requirement| std::ptr::eq(requirement, wanted)));
        let own = [("rule", rule.title.clone()), ("help", wanted.help.clone())];
        let values: Vec<(&str, Text)> = own.into_iter().chain(values.iter().cloned()).collect();
        let mut refusal = match act {
            Some(act) => Self::of(code, act, &values),
            None => Self::new(code, Vec::new(), &values),
        };
        // The rule's own clauses come first: they are what speaks against the act.
        let mut cites = found.basis.cites.clone();
        cites.extend(std::mem::take(&mut refusal.cites));
        let mut seen = std::collections::BTreeSet::new();
        cites.retain(|cite| seen.insert(cite.clone()));
        refusal.cites = cites;
        refusal.rule = Some(rule.name.clone());
        refusal
    }

    pub(super) fn busy(case: &str) -> Self {
        Self::new(Code::Busy, Vec::new(), &[("case", Text::same(case))])
    }

    pub(super) fn not_computable(rule: &str) -> Self {
        let why = say::filled("not_computable", &[("rule", rule)]);
        Self::new(Code::Faulty, Vec::new(), &[("why", why)])
    }

    pub(super) fn bad_stored_value(why: Text) -> Self {
        Self::new(Code::Faulty, Vec::new(), &[("why", why)])
    }

    pub(super) fn bad_body(why: &str) -> Self {
        Self::new(Code::Faulty, Vec::new(), &[("why", Text::same(why))])
    }

    /// For other programs and the page.
    pub(crate) fn json(&self, library: &Library) -> Value {
        let cites: Vec<Value> = self.cites.iter().map(|cite| cite_json(library, cite)).collect();
        let missing: Vec<Value> = self
            .missing
            .iter()
            .map(|m| {
                let department = json!({"id": m.owner, "title": text_json(&m.department)});
                json!({"fact": m.name, "title": text_json(&m.title), "owner": department})
            })
            .collect();
        json!({
            "code": self.code.text(), "title": text_json(&self.code.words("title")),
            "detail": text_json(&self.detail), "remedy": text_json(&self.remedy),
            "rule": self.rule, "cites": cites, "missing": missing,
        })
    }
}

fn missing(fact: &Fact, vocabulary: &Vocabulary) -> Missing {
    Missing {
        name: fact.name.clone(),
        title: fact.title.clone(),
        owner: fact.owner.clone(),
        department: vocabulary.department(&fact.owner),
    }
}

/// What a stage is called.
pub(crate) fn stage_title(stage: Stage) -> Text {
    words(&format!("stage_{}", stage.name()))
}

fn listed(stages: &[Stage]) -> Text {
    let titles: Vec<Text> = stages.iter().map(|stage| stage_title(*stage)).collect();
    say::listed(&titles)
}

/// An outcome in words.
fn said(rule: &Rule, field: &str, value: &OutcomeValue) -> Text {
    let code = word(rule, field, value);
    if let OutcomeValue::Flag(_) = value {
        return words(&format!("flag_{code}"));
    }
    let at = rule.fields.iter().position(|known| known.name == field).unwrap_or(0);
    let titled = |code: &str| {
        let codes = rule.fields.iter().flat_map(|field| &field.codes).chain(&rule.fields[at].codes);
        codes.filter(|known| known.code == code).map(|known| known.title.clone()).next()
    };
    if let OutcomeValue::Members(members) = value {
        if members.is_empty() {
            return words("none_at_all");
        }
        let titles: Vec<Text> = code.split(", ").filter_map(titled).collect();
        return say::listed(&titles);
    }
    titled(&code).unwrap_or_else(|| Text::same(&code))
}

/// English titles begin a sentence; within one they do not.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Refusals for a person at a terminal: code, what is wrong, the clauses, what to do.
pub(crate) fn report(refusals: &[Refusal], library: &Library) -> Text {
    let one = |refusal: &Refusal, language: Language| {
        let mut lines = vec![format!("{} {}", refusal.code.text(), refusal.detail.get(language))];
        lines.extend(refusal.cites.iter().map(|cite| format!("  ▸ {}", cite_line(library, cite, language))));
        lines.push(format!("  → {}", refusal.remedy.get(language)));
        lines.join("\n")
    };
    let all = |language| refusals.iter().map(|r| one(r, language)).collect::<Vec<_>>().join("\n");
    Text { zh: all(Language::Zh), en: all(Language::En) }
}

/// The page of the guide on a refusal.
pub(crate) fn page(code: Code) -> String {
    let text = code.text();
    let part = |part: &str| code.words(part);
    let (title, detail, why, remedy) = (part("title"), part("detail"), part("why"), part("remedy"));
    format!(
        "# {text} · {} · {}\n\n> {}\n>\n> {}\n\n{}\n\n{}\n\n**{}** {}\n\n**{}** {}\n",
        title.zh,
        title.en,
        detail.zh,
        detail.en,
        why.zh,
        why.en,
        words("to_do").zh,
        remedy.zh,
        words("to_do").en,
        remedy.en,
    )
}

/// The known name that shares most of its beginning with one that is not known.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> &'n str {
    let shared = |known: &&str| known.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
    known.max_by_key(shared).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    //! Every refusal has its words.

    use super::Code;

    #[test]
    fn every_code_has_all_its_words_in_both_languages() {
        for code in Code::ALL {
            for part in ["title", "detail", "remedy", "why"] {
                let words = code.words(part);
                assert!(!words.zh.is_empty() && !words.en.is_empty(), "{} {part}", code.text());
            }
        }
    }
}
