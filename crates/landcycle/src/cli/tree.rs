//! An explanation as a tree of text, and as JSON for the page and other programs.

use std::collections::BTreeMap;

use landcycle_ledger::Event;
use landcycle_policy::package::document::Article;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::{State, Step, StepKind};
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use crate::say::words;

/// Where the facts of a case come from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// Event by fact.
    pub(crate) seqs: BTreeMap<String, i64>,
    /// Canonical text by fact, for values that lanes do not hold (open codes).
    pub(crate) texts: BTreeMap<String, String>,
    /// Events by number.
    pub(crate) events: BTreeMap<i64, Event>,
}

impl Sources {
    fn of(&self, fact: &str) -> Option<&Event> {
        self.events.get(self.seqs.get(fact)?)
    }
}

/// The tree as text, for a terminal.
pub(crate) fn text(step: &Step, library: &Library, sources: &Sources, language: Language) -> String {
    let mut lines = Vec::new();
    let writer = Writer { library, sources, language };
    writer.write(step, "", "", &mut lines);
    lines.join("\n")
}

struct Writer<'w> {
    library: &'w Library,
    sources: &'w Sources,
    language: Language,
}

impl Writer<'_> {
    fn write(&self, step: &Step, first: &str, rest: &str, lines: &mut Vec<String>) {
        let title = step.told.title.get(self.language);
        let display = step.display();
        let value = display.get(self.language);
        let shown = matches!(step.kind(), StepKind::Version) && step.state == State::Known;
        let value = if value.is_empty() || shown { String::new() } else { format!(" = {value}") };
        lines.push(format!("{first}{title}{value}"));
        let inner = format!("{rest}{}", if step.children.is_empty() { "    " } else { "│   " });
        for detail in self.details(step) {
            lines.push(format!("{inner}{detail}"));
        }
        for (at, child) in step.children.iter().enumerate() {
            let last = at + 1 == step.children.len();
            let (branch, bar) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
            self.write(child, &format!("{rest}{branch}"), &format!("{rest}{bar}"), lines);
        }
    }

    fn details(&self, step: &Step) -> Vec<String> {
        let mut details = Vec::new();
        let word = |key: &str| words(key).get(self.language).to_owned();
        let written = matches!(step.kind(), StepKind::Operation | StepKind::Parameter | StepKind::Reference);
        if let (true, Some(expression)) = (written, &step.told.expression) {
            details.push(format!("`{expression}`"));
        }
        if let Some(parameter) = &step.told.parameter {
            let layer = parameter.layer.get(self.language);
            details.push(format!("{} {layer} · {} {}", word("set_by"), word("since"), parameter.from));
        }
        for cite in &step.told.cites {
            details.push(format!("▸ {}", cite_line(self.library, cite, self.language)));
        }
        if let Some(grade) = step.told.grade {
            details.push(format!("{} {}", word("grade"), word(&format!("grade_{}", grade.word()))));
        }
        if let Some(fact) = step.told.fact {
            let known = &self.library.vocabulary.facts()[fact];
            let owner = self.library.vocabulary.department(&known.owner);
            match (step.state, self.sources.of(&known.name)) {
                (State::Known, Some(event)) => details.push(format!(
                    "{} {} · {} · {}",
                    word("reported"),
                    event.happened_on,
                    self.library.vocabulary.department(&event.actor).get(self.language),
                    event.origin
                )),
                (State::Known, None) => {}
                _ => details.push(format!("{} {}", word("owed_by"), owner.get(self.language))),
            }
        }
        details.extend(step.note().map(|note| note.get(self.language).to_owned()));
        details
    }
}

/// A citation as people read it: title, number, article, and what the article says.
/// A citation in one line: document, article and what it says.
pub(crate) fn cite_line(library: &Library, cite: &str, language: Language) -> String {
    let (id, key) = cite.split_once('#').unwrap_or((cite, ""));
    let Some((_, document)) = library.document(id) else { return cite.to_owned() };
    let title = document.title.get(language);
    let number = document.number.as_ref().map(|n| format!("（{n}）")).unwrap_or_default();
    let article = document.article(key);
    let says = article.map(|a| a.text.get(language).to_owned()).unwrap_or_default();
    let label = article.map_or_else(|| key_label(key), article_label);
    format!("{title}{number} {}: {says}", label.get(language))
}

/// What an article is called.
pub(crate) fn article_label(article: &Article) -> Text {
    article.label.clone().unwrap_or_else(|| key_label(&article.key))
}

/// What an article key says by itself: `art-14` → 第14条, Article 14.
fn key_label(key: &str) -> Text {
    let form = |word: &str, rest: &str| words(word).fill(&[("n", Text::same(rest))]);
    if let Some(number) = key.strip_prefix("art-") {
        return form("article", number);
    }
    match key.strip_prefix("s-") {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => form("section", number),
        _ if key == "in-force" => words("in_force"),
        _ => Text::same(key.trim_start_matches("s-").replace('-', " ")),
    }
}

/// A citation as JSON.
pub(crate) fn cite_json(library: &Library, cite: &str) -> Value {
    let (id, key) = cite.split_once('#').unwrap_or((cite, ""));
    let Some((_, document)) = library.document(id) else { return json!({"id": cite}) };
    let article = document.article(key);
    json!({
        "id": cite,
        "document": text_json(&document.title),
        "number": document.number,
        "article": text_json(&article.map_or_else(|| key_label(key), article_label)),
        "text": article.map(|a| text_json(&a.text)),
        "grade": article.map_or(document.grade, |a| a.grade).word(),
        "rank": document.rank,
    })
}

/// Both languages as JSON.
pub(crate) fn text_json(text: &Text) -> Value {
    json!({"zh": text.zh, "en": text.en})
}

/// The tree as JSON.
pub(crate) fn json(step: &Step, library: &Library, sources: &Sources) -> Value {
    let facts = library.vocabulary.facts();
    let kind = match step.kind() {
        StepKind::Rule => "rule",
        StepKind::Version => "version",
        StepKind::Exception => "exception",
        StepKind::Definition => "definition",
        StepKind::Operation => "operation",
        StepKind::Fact => "fact",
        StepKind::Parameter => "parameter",
        StepKind::Literal => "literal",
        StepKind::Reference => "reference",
    };
    let state = match step.state {
        State::Known => "known",
        State::Unknown => "unknown",
        State::NotApplicable => "not_applicable",
        State::Undefined => "undefined",
    };
    let fact = step.told.fact.map(|at| &facts[at]);
    let stored = fact.and_then(|f| sources.texts.get(&f.name));
    let raw = step.raw();
    let (raw, display) = match (stored, fact) {
        (Some(text), Some(fact)) if raw.is_empty() && step.state == State::Known => {
            (text.clone(), library.vocabulary.display(fact, text))
        }
        _ => (raw, step.display()),
    };
    let source = fact.and_then(|f| sources.of(&f.name)).map(|event| {
        json!({
            "seq": event.seq,
            "happened_on": event.happened_on.to_string(),
            "recorded_at": event.recorded_at.to_string(),
            "actor_title": text_json(&library.vocabulary.department(&event.actor)),
            "origin": event.origin,
        })
    });
    json!({
        "kind": kind,
        "title": text_json(&step.told.title),
        "expression": step.told.expression,
        "value": {"state": state, "raw": raw, "display": text_json(&display)},
        "cites": step.told.cites.iter().map(|cite| cite_json(library, cite)).collect::<Vec<_>>(),
        "grade": step.told.grade.map(landcycle_policy::package::document::Grade::word),
        "parameter": step.told.parameter.as_ref().map(|p| json!({
            "id": format!("{}/{}", p.package, p.id),
            "layer": text_json(&p.layer),
            "from": p.from,
            "until": Value::Null,
            "unit": p.unit,
        })),
        "source": source,
        "owner": fact.map(|f| text_json(&library.vocabulary.department(&f.owner))),
        "missing": step.missing.iter().map(|f| facts[*f].name.as_str()).collect::<Vec<_>>(),
        "note": step.note().as_ref().map(text_json),
        "children": step.children.iter().map(|c| json(c, library, sources)).collect::<Vec<_>>(),
    })
}
