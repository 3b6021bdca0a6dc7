//! Policy cases: examples beside the rules that say what must come out.

use std::sync::Arc;

use super::reader::{Placed, Reader};
use crate::fault::Source;
use crate::node::{Kind, Node, Span};
use crate::text::Text;

/// 用例 · one example of a rule.
#[derive(Clone, Debug)]
pub struct Case {
    /// The rule's path.
    pub rule: String,
    /// What the example shows.
    pub name: Text,
    /// The assessment date, `YYYY-MM-DD`.
    pub as_of: Option<i64>,
    /// Facts as written: name and value.
    pub given: Vec<(String, String)>,
    /// What must come out.
    pub expect: Expectation,
    /// The file.
    pub file: Arc<Source>,
    /// The place of the case in its file.
    pub span: Span,
    pub(crate) rule_span: Span,
    pub(crate) expect_span: Span,
    pub(crate) given_spans: Vec<Span>,
}

/// What a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// A value, in the output's words.
    Value(String),
    /// The members of a set.
    Members(Vec<String>),
    /// The fields of a record.
    Fields(Vec<(String, String)>),
    /// Unknown, with exactly these missing facts.
    Unknown(Vec<String>),
    /// The law does not speak to it.
    NotApplicable,
}

impl Case {
    pub(crate) fn read_file(root: &Node, reader: &mut Reader<'_>) -> Vec<Self> {
        if !reader.mapping(root, &["rule", "cases"]) {
            return Vec::new();
        }
        let Some(rule) = reader.required_text(root, "rule") else { return Vec::new() };
        let list = root.get("cases").map(Node::items).unwrap_or_default();
        list.into_iter().filter_map(|node| Self::read(&rule, node, reader)).collect()
    }

    fn read(rule: &Placed, node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.mapping(node, &["name", "as_of", "given", "expect"]);
        let name = reader.required(node, "name")?;
        let name = match name.text() {
            Some(text) => Text::same(text),
            None => reader.bilingual(name),
        };
        let as_of = node.get("as_of").and_then(|n| reader.date(n));
        let expect = reader.required(node, "expect")?;
        let pairs: Vec<(&Node, &Node)> = node.get("given").into_iter().flat_map(Node::entries).collect();
        let text = |n: &Node| n.text().unwrap_or_default().to_owned();
        Some(Self {
            rule: rule.text.clone(),
            name,
            as_of,
            given: pairs.iter().map(|(key, value)| (text(key), text(value))).collect(),
            expect: expectation(expect),
            file: Arc::clone(&reader.file),
            span: node.span,
            rule_span: rule.span,
            expect_span: expect.span,
            given_spans: pairs
                .iter()
                .map(|(key, value)| Span { start: key.span.start, end: value.span.end })
                .collect(),
        })
    }
}

fn expectation(node: &Node) -> Expectation {
    let text = |n: &Node| n.text().unwrap_or_default().to_owned();
    if let Some(missing) = node.get("unknown") {
        return Expectation::Unknown(missing.items().into_iter().map(text).collect());
    }
    match &node.kind {
        Kind::Map(_) => Expectation::Fields(node.entries().map(|(k, v)| (text(k), text(v))).collect()),
        Kind::List(items) => Expectation::Members(items.iter().map(text).collect()),
        Kind::Scalar { .. } if node.text() == Some("not_applicable") => Expectation::NotApplicable,
        Kind::Scalar { .. } => Expectation::Value(text(node)),
    }
}
