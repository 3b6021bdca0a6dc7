//! Definitions of papers (文书): what a notice, decision or agreement says, where each content comes
//! from, and which article asks for it. The words and the look are a template beside the definition,
//! which this crate does not open.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::parameter::Cited;
use super::reader::{Placed, Reader, nearest};
use crate::fault::{Fault, Source};
use crate::law::{Law, Rule};
use crate::node::{Kind, Node, Span};
use crate::package::rule::RuleKind;
use crate::text::Text;
use crate::vocabulary::Vocabulary;

/// 文书 · a paper that an office issues or signs.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its id, the name of its file.
    pub id: String,
    /// Title.
    pub title: Text,
    /// `planning`, `supply` or `supervision`.
    pub stage: String,
    /// The department that issues it, and that owes what an office enters.
    pub owner: String,
    /// What it is issued under.
    pub cites: Vec<Cited>,
    /// What must hold of the case, or the paper is not for it.
    pub fits: Vec<Fit>,
    /// What it says, in the order of the file.
    pub contents: Vec<Content>,
    /// A remark for those who issue it.
    pub note: Option<Text>,
    /// The file.
    pub file: Arc<Source>,
    owner_span: Span,
}

/// 适用条件 · an outcome that a rule must have for the paper to fit a case.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The rule, or the field of one.
    pub of: Outcome,
    /// Any of these words: a code, `yes`, `pass`, a member of a set; `positive` for an amount.
    pub words: Vec<String>,
    span: Span,
}

/// A rule's outcome, or a field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The rule, by its name.
    pub rule: String,
    /// The field of a record.
    pub field: Option<String>,
}

/// 内容 · one thing that a paper says.
#[derive(Clone, Debug)]
pub struct Content {
    /// The name by which a template calls it.
    pub name: String,
    /// What it is called; none where the fact, rule or parameter is called so.
    pub title: Option<Text>,
    /// Where it comes from.
    pub source: From,
    /// The articles that ask for it; a template without it is then refused.
    pub asked: Vec<Asked>,
    /// The paper may be issued without it.
    pub optional: bool,
    /// It must be so before the paper is issued: a day on which something happened, a yes.
    pub must: bool,
    /// A remark.
    pub note: Option<Text>,
    span: Span,
}

/// An article that asks for a content, with the number of the item.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The article.
    pub cite: Cited,
    /// The item of its list.
    pub item: Option<String>,
}

/// 来源 · where a content comes from.
#[derive(Clone, Debug)]
pub enum From {
    /// A fact of the case.
    Fact(String),
    /// The outcome of a rule.
    Rule(Outcome),
    /// A number of the law on the assessment date.
    Parameter(String),
    /// What the office enters when it issues the paper.
    Office(Entry),
    /// The assessment date.
    Day,
    /// The template's own words: the mark stands where they begin.
    Words,
    /// One after the other.
    Items(Vec<From>),
    /// The members of a set that hold.
    Members(String),
    /// The rows of a table.
    Rows(String),
}

/// 填写方式 · the form of what an office enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Any words.
    Text,
    /// A day.
    Date,
    /// A sum of money in yuan.
    Money,
    /// A number.
    Number,
    /// Several lines.
    List,
}

/// The first words of a source that take a name.
const NAMED: [&str; 5] = ["fact", "rule", "parameter", "members", "rows"];
/// What an office enters.
const ENTRIES: [(&str, Entry); 5] = [
    ("text", Entry::Text),
    ("date", Entry::Date),
    ("money", Entry::Money),
    ("number", Entry::Number),
    ("list", Entry::List),
];

impl From {
    /// Whether it is one after the other, so that a template repeats a row for each.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Items(_) | Self::Members(_) | Self::Rows(_) | Self::Office(Entry::List))
    }

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(node.kind, Kind::List(_)) {
            let items = node.items().into_iter().filter_map(|item| Self::read(item, reader));
            return Some(Self::Items(items.collect()));
        }
        let placed = reader.placed(node)?;
        let (word, name) = placed.text.split_once(' ').unwrap_or((placed.text.as_str(), ""));
        let name = name.trim();
        let entry = ENTRIES.iter().find(|(known, _)| *known == name).map(|(_, entry)| *entry);
        let named = !name.is_empty();
        let found = match word {
            "fact" if named => Some(Self::Fact(name.to_owned())),
            "rule" if named => Some(Self::Rule(Outcome::read(name))),
            "parameter" if named => Some(Self::Parameter(name.trim_start_matches('$').replace('.', "/"))),
            "members" if named => Some(Self::Members(name.to_owned())),
            "rows" if named => Some(Self::Rows(name.trim_start_matches('$').replace('.', "/"))),
            "office" => entry.map(Self::Office),
            "day" if !named => Some(Self::Day),
            "words" if !named => Some(Self::Words),
            _ => None,
        };
        if found.is_none() {
            let named = NAMED.map(|word| format!("{word} …"));
            let entries = ENTRIES.map(|(entry, _)| format!("office {entry}"));
            let known = named.into_iter().chain(entries).chain(["day".to_owned(), "words".to_owned()]);
            let known: Vec<String> = known.collect();
            let fault = Fault::new("P008", &reader.file, placed.span).with("text", &placed.text);
            reader.push(fault.with("words", known.join(", ")));
        }
        found
    }
}

impl Outcome {
    fn read(text: &str) -> Self {
        let text = text.trim_start_matches('@');
        match text.split_once('.') {
            Some((rule, field)) => Self { rule: rule.to_owned(), field: Some(field.to_owned()) },
            None => Self { rule: text.to_owned(), field: None },
        }
    }

    /// As people write it.
    pub fn written(&self) -> String {
        self.field.as_ref().map_or_else(|| self.rule.clone(), |field| format!("{}.{field}", self.rule))
    }
}

impl Paper {
    /// A content by the name that a template calls it.
    pub fn content(&self, name: &str) -> Option<&Content> {
        self.contents.iter().find(|content| content.name == name)
    }

    pub(crate) fn read(id: &str, root: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(root, &["title", "stage", "owner", "cite", "fits", "contents", "note", "reviewed"])
        {
            return None;
        }
        let stage = reader.required_text(root, "stage")?;
        reader.one_of(&stage, &["planning", "supply", "supervision"]);
        let owner = reader.required_text(root, "owner")?;
        let cites = super::parameter::citations(root, reader);
        let fits = root.get("fits").map(Node::items).unwrap_or_default();
        let fits = fits.into_iter().filter_map(|node| Fit::read(node, reader)).collect();
        let listed = reader.required(root, "contents")?;
        let contents: Vec<Content> =
            listed.items().into_iter().filter_map(|node| Content::read(node, reader)).collect();
        let mut seen = BTreeSet::new();
        for content in &contents {
            if !seen.insert(content.name.clone()) {
                reader.complain("P010", content.span, "name", &content.name);
            }
        }
        Some(Self {
            id: id.to_owned(),
            title: reader.required_bilingual(root, "title"),
            stage: stage.text,
            owner: owner.text,
            cites,
            fits,
            contents,
            note: reader.optional_bilingual(root, "note"),
            file: Arc::clone(&reader.file),
            owner_span: owner.span,
        })
    }

    /// What the vocabulary and the law do not have of that which the paper names.
    pub(crate) fn check(&self, law: &Law, vocabulary: &Vocabulary, faults: &mut Vec<Fault>) {
        if vocabulary.departments().all(|(id, _)| *id != self.owner) {
            faults.push(Fault::new("P011", &self.file, self.owner_span).with("name", &self.owner));
        }
        let asked = self.contents.iter().flat_map(|content| content.asked.iter().map(|asked| &asked.cite));
        let there = |cite: &Cited| law.chain.iter().any(|package| package.article(cite).is_some());
        for cite in self.cites.iter().chain(asked).filter(|cite| !there(cite)) {
            let fault = Fault::new("P060", &self.file, cite.span).with("cite", &cite.id);
            faults.push(fault.with("near", "–"));
        }
        for fit in &self.fits {
            self.check_fit(fit, law, faults);
        }
        for content in &self.contents {
            self.check_source(&content.source, content.span, law, vocabulary, faults);
        }
    }

    fn check_fit(&self, fit: &Fit, law: &Law, faults: &mut Vec<Fault>) {
        let Some(known) = self.outcome(&fit.of, fit.span, law, faults).map(words_of) else { return };
        for word in fit.words.iter().filter(|word| !known.contains(word)) {
            let fault = Fault::new("P008", &self.file, fit.span).with("text", word);
            faults.push(fault.with("words", known.join(", ")));
        }
    }

    fn check_source(
        &self,
        source: &From,
        span: Span,
        law: &Law,
        vocabulary: &Vocabulary,
        faults: &mut Vec<Fault>,
    ) {
        let mut absent = |code, name: &str, near: Option<&str>| {
            let fault = Fault::new(code, &self.file, span).with("name", name);
            faults.push(fault.with("near", near.unwrap_or("–")));
        };
        match source {
            From::Fact(name) if vocabulary.fact(name).is_none() => {
                absent("P034", name, nearest(name, vocabulary.facts().iter().map(|f| f.name.as_str())));
            }
            From::Parameter(path) if !law.parameters.contains_key(path) => {
                absent("P036", path, nearest(path, law.parameters.keys().map(String::as_str)));
            }
            From::Rows(path) if !law.tables.contains_key(path) => {
                absent("P036", path, nearest(path, law.tables.keys().map(String::as_str)));
            }
            From::Rule(of) => drop(self.outcome(of, span, law, faults)),
            From::Members(rule) => {
                let of = Outcome { rule: rule.clone(), field: None };
                let is_set = |(rule, _): (&Rule, Option<usize>)| rule.kind == RuleKind::Set;
                let found = self.outcome(&of, span, law, faults);
                if found.is_some_and(|found| !is_set(found)) {
                    faults.push(Fault::new("P037", &self.file, span).with("name", rule).with("near", "–"));
                }
            }
            From::Items(items) => {
                for item in items {
                    self.check_source(item, span, law, vocabulary, faults);
                }
            }
            // Known, or of no law.
            _ => {}
        }
    }

    /// The rule and the field that an outcome names.
    fn outcome<'l>(
        &self,
        of: &Outcome,
        span: Span,
        law: &'l Law,
        faults: &mut Vec<Fault>,
    ) -> Option<(&'l Rule, Option<usize>)> {
        let found = law.rule(&of.rule).map(|(_, rule)| rule);
        let field = |rule: &'l Rule| match (&of.field, rule.kind) {
            (Some(name), _) => rule.fields.iter().position(|field| field.name == *name).map(Some),
            // A record says several things; a paper says which.
            (None, RuleKind::Record) => None,
            (None, _) => Some(None),
        };
        let good = found.and_then(|rule| Some((rule, field(rule)?)));
        if good.is_none() {
            let near = nearest(&of.rule, law.rules.iter().map(|rule| rule.name.as_str()));
            let near = near.filter(|near| *near != of.rule);
            let fault = Fault::new("P037", &self.file, span).with("name", of.written());
            faults.push(fault.with("near", near.unwrap_or("–")));
        }
        good
    }
}

/// The words that an outcome can have.
fn words_of((rule, field): (&Rule, Option<usize>)) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match rule.kind {
        RuleKind::PassFail => words(&["pass", "fail"]),
        RuleKind::YesNo => words(&["yes", "no"]),
        RuleKind::Quantity => words(&["positive"]),
        RuleKind::Date => words(&["day"]),
        RuleKind::Set => rule.fields.iter().map(|field| field.name.clone()).collect(),
        RuleKind::Choice | RuleKind::Record => {
            let codes = rule.fields.get(field.unwrap_or(0)).map_or(&[][..], |field| field.codes.as_slice());
            codes.iter().map(|code| code.code.clone()).collect()
        }
    }
}

impl Fit {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(node, &["rule", "in"]) {
            return None;
        }
        let of = Outcome::read(&reader.required_text(node, "rule")?.text);
        let words = reader.required(node, "in")?.items();
        let words = words.into_iter().filter_map(Node::text).map(str::to_owned).collect();
        Some(Self { of, words, span: node.span })
    }
}

impl Content {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(node, &["name", "title", "from", "asked", "optional", "must", "note"]) {
            return None;
        }
        let name: Placed = reader.required_text(node, "name")?;
        let source = From::read(reader.required(node, "from")?, reader)?;
        // A fact, rule or parameter has a name of its own.
        let own = matches!(source, From::Fact(_) | From::Rule(_) | From::Parameter(_));
        let title = if own && node.get("title").is_none() {
            None
        } else {
            Some(reader.required_bilingual(node, "title"))
        };
        let asked = node.get("asked").map(Node::items).unwrap_or_default();
        Some(Self {
            title,
            source,
            asked: asked.into_iter().filter_map(|node| Asked::read(node, reader)).collect(),
            optional: reader.flag(node, "optional"),
            must: reader.flag(node, "must"),
            note: reader.optional_bilingual(node, "note"),
            span: name.span,
            name: name.text,
        })
    }
}

impl Asked {
    /// `order-1#art-6`, or `order-1#art-6 5` with the number of the item.
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let placed = reader.placed(node)?;
        let (id, item) = match placed.text.split_once(' ') {
            Some((id, item)) => (id.to_owned(), Some(item.trim().to_owned())),
            None => (placed.text, None),
        };
        Some(Self { cite: Cited { id, span: placed.span }, item })
    }
}
