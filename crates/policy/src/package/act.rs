//! Acts as data: what an official or a firm does to a parcel, the facts that it records and the rules
//! that must allow it. In which state an act is possible at all is structure and not said here.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::{Placed, Reader};
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;

/// 行为 · an act of the life of a parcel, as one layer wrote it.
#[derive(Clone, Debug)]
pub struct Act {
    /// Its name, such as `transfer`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// The department that does or records it.
    pub owner: String,
    /// The law that it rests on.
    pub cites: Vec<Cited>,
    /// The facts that take the day of the act.
    pub days: Vec<String>,
    /// Facts that the act settles by itself, with their values.
    pub sets: Vec<(String, String)>,
    /// Facts that follow from what is given: each takes the first of these dates that is one.
    pub copies: Vec<(String, Vec<String>)>,
    /// Facts that the act takes back: what was said of them belongs to an earlier round.
    pub clears: Vec<String>,
    /// Facts that must be given with it.
    pub asks: Vec<String>,
    /// Facts that may be given with it.
    pub takes: Vec<String>,
    /// What the law must say for the act to stand.
    pub requires: Vec<Requirement>,
    /// The stage of the mechanism that it belongs to: `supply` or `supervision`.
    pub stage: String,
    /// 复核 · It takes money or land: a second person confirms it before it is recorded.
    pub four_eyes: bool,
    /// How the law was read.
    pub note: Option<Text>,
    pub(crate) owner_span: Span,
    pub(crate) fact_spans: Vec<(String, Span)>,
    pub(crate) copied_spans: Vec<(String, Span)>,
    pub(crate) file: Arc<Source>,
}

/// The stages that acts belong to; most come after supply.
const STAGES: [&str; 2] = ["supervision", "supply"];

/// 要求 · the outcome that a rule must have once the act's own facts are there.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The rule, by name.
    pub rule: String,
    /// A field of its outcome; empty for the only one.
    pub field: String,
    /// What the outcome must be.
    pub test: Test,
    /// Judged on the facts as they were, not with those of the act.
    pub before: bool,
    /// The law must speak to the case: without it the act has no ground.
    pub must_apply: bool,
    /// What to do where it is not.
    pub help: Text,
    pub(crate) rule_span: Span,
    pub(crate) test_span: Span,
}

/// 要求的结果 · a test of an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// One of these: `yes`, `no`, `pass`, or codes of the rule.
    In(Vec<String>),
    /// The value of a fact.
    IsFact(String),
    /// A set without members.
    Empty,
    /// A set that has the member of this code.
    Has(String),
    /// A set that has the member whose code is the value of a fact.
    HasFact(String),
}

impl Act {
    /// Every fact that the act may record, its own days first.
    pub fn facts(&self) -> impl Iterator<Item = &str> {
        let sets = self.sets.iter().map(|(name, _)| name.as_str());
        let copies = self.copies.iter().map(|(name, _)| name.as_str());
        let given = self.asks.iter().chain(&self.takes).map(String::as_str);
        self.days.iter().map(String::as_str).chain(sets).chain(copies).chain(given)
    }

    /// The acts of a file.
    pub(crate) fn read_file(root: &Node, reader: &mut Reader<'_>) -> Vec<Self> {
        if !reader.mapping(root, &["acts"]) {
            return Vec::new();
        }
        let Some(acts) = reader.required(root, "acts") else { return Vec::new() };
        acts.entries().filter_map(|(name, node)| Self::read(name, node, reader)).collect()
    }

    fn read(name: &Node, node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 13] = [
            "title",
            "owner",
            "cite",
            "day",
            "sets",
            "copies",
            "clears",
            "asks",
            "takes",
            "requires",
            "note",
            "stage",
            "four_eyes",
        ];
        let name = reader.placed(name)?;
        if !reader.mapping(node, &KEYS) {
            return None;
        }
        let owner = reader.required_text(node, "owner")?;
        let mut fact_spans = Vec::new();
        let mut named = |placed: &Placed| {
            fact_spans.push((placed.text.clone(), placed.span));
            placed.text.clone()
        };
        let mut sets = Vec::new();
        for (fact, value) in node.get("sets").into_iter().flat_map(Node::entries) {
            if let (Some(fact), Some(value)) = (reader.placed(fact), reader.placed(value)) {
                sets.push((named(&fact), value.text));
            }
        }
        let (mut copies, mut copied) = (Vec::new(), Vec::new());
        for (fact, from) in node.get("copies").into_iter().flat_map(Node::entries) {
            let Some(fact) = reader.placed(fact) else { continue };
            let from: Vec<Placed> = from.items().into_iter().filter_map(|item| reader.placed(item)).collect();
            copies.push((named(&fact), from.iter().map(|fact| fact.text.clone()).collect()));
            copied.extend(from.into_iter().map(|fact| (fact.text, fact.span)));
        }
        let mut list = |key: &str| -> Vec<String> {
            let items = node.get(key).map(Node::items).unwrap_or_default();
            items.into_iter().filter_map(|item| reader.placed(item)).map(|fact| named(&fact)).collect()
        };
        let (days, clears) = (list("day"), list("clears"));
        let (asks, takes) = (list("asks"), list("takes"));
        let stage = reader.optional_text(node, "stage").filter(|stage| reader.one_of(stage, &STAGES));
        let stage = stage.map_or_else(|| STAGES[0].to_owned(), |stage| stage.text);
        let four_eyes = reader.flag(node, "four_eyes");
        let requires = node.get("requires").map(Node::items).unwrap_or_default();
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            owner: owner.text,
            cites: citations(node, reader),
            days,
            sets,
            copies,
            clears,
            asks,
            takes,
            requires: requires.into_iter().filter_map(|item| Requirement::read(item, reader)).collect(),
            stage,
            four_eyes,
            note: reader.optional_bilingual(node, "note"),
            owner_span: owner.span,
            fact_spans,
            copied_spans: copied,
            file: Arc::clone(&reader.file),
        })
    }
}

impl Requirement {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(
            node,
            &["rule", "field", "is", "is_fact", "has", "has_fact", "empty", "before", "must_apply", "help"],
        ) {
            return None;
        }
        let rule = reader.required_text(node, "rule")?;
        let field = reader.optional_text(node, "field").map(|field| field.text).unwrap_or_default();
        let help = reader.required_bilingual(node, "help");
        let texts = |list: &Node| -> Vec<String> {
            list.items().into_iter().filter_map(Node::text).map(str::to_owned).collect()
        };
        let (test, span) = if let Some(list) = node.get("is") {
            (Test::In(texts(list)), list.span)
        } else if let Some(fact) = reader.optional_text(node, "is_fact") {
            (Test::IsFact(fact.text), fact.span)
        } else if let Some(code) = reader.optional_text(node, "has") {
            (Test::Has(code.text), code.span)
        } else if let Some(fact) = reader.optional_text(node, "has_fact") {
            (Test::HasFact(fact.text), fact.span)
        } else {
            reader.required(node, "empty")?;
            (Test::Empty, node.span)
        };
        let before = reader.flag(node, "before");
        let must_apply = reader.flag(node, "must_apply");
        Some(Self {
            rule: rule.text,
            field,
            test,
            before,
            must_apply,
            help,
            rule_span: rule.span,
            test_span: span,
        })
    }
}
