//! Duties as data: what somebody owes by a day, who sees to it, and the fact that shows it done.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::Reader;
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;

/// 义务 · something owed by a day.
#[derive(Clone, Debug)]
pub struct Duty {
    /// Its name, such as `start`.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Who owes it: a department, or the holder of the land where empty.
    pub by: String,
    /// The department that sees to it.
    pub owner: String,
    /// The law that it rests on.
    pub cites: Vec<Cited>,
    /// The day by which it is owed.
    pub due: Due,
    /// The occurrence that fulfils it.
    pub done: String,
    /// The occurrence after which it is owed; it counts as fulfilled by what came on that day or later.
    pub after: Option<String>,
    /// It comes again after each fulfilment.
    pub recurring: bool,
    /// It is still owed when the right has ended, as a debt is.
    pub outlives: bool,
    /// How the law was read.
    pub note: Option<Text>,
    pub(crate) spans: [(String, Span); 4],
    pub(crate) file: Arc<Source>,
}

/// 到期日 · where the day by which a duty is owed comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// A date that was agreed.
    Fact(String),
    /// The outcome of a rule: its name, and the field that is a date (empty for the only one).
    Rule(String, String),
}

/// The word for the holder of the land, who is no department.
const HOLDER: &str = "holder";

impl Duty {
    /// The duties of a file.
    pub(crate) fn read_file(root: &Node, reader: &mut Reader<'_>) -> Vec<Self> {
        if !reader.mapping(root, &["duties"]) {
            return Vec::new();
        }
        let Some(duties) = reader.required(root, "duties") else { return Vec::new() };
        duties.entries().filter_map(|(name, node)| Self::read(name, node, reader)).collect()
    }

    fn read(name: &Node, node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 10] =
            ["title", "by", "owner", "cite", "due", "done", "after", "recurring", "outlives", "note"];
        let name = reader.placed(name)?;
        if !reader.mapping(node, &KEYS) {
            return None;
        }
        let (by, owner) = (reader.required_text(node, "by"), reader.required_text(node, "owner"));
        let (due, done) = (reader.required(node, "due"), reader.required_text(node, "done"));
        let (by, owner, due, done) = (by?, owner?, due?, done?);
        reader.mapping(due, &["fact", "rule", "field"]);
        let fact = reader.optional_text(due, "fact");
        let (due, due_span) = if let Some(fact) = fact {
            (Due::Fact(fact.text), fact.span)
        } else {
            let rule = reader.required_text(due, "rule")?;
            let field = reader.optional_text(due, "field").map(|field| field.text).unwrap_or_default();
            (Due::Rule(rule.text, field), rule.span)
        };
        let after = reader.optional_text(node, "after");
        let due_name = match &due {
            Due::Fact(name) | Due::Rule(name, _) => name.clone(),
        };
        let after_span = after.as_ref().map(|after| after.span).unwrap_or_default();
        let after_name = after.as_ref().map(|after| after.text.clone()).unwrap_or_default();
        Some(Self {
            name: name.text,
            title: reader.required_bilingual(node, "title"),
            by: if by.text == HOLDER { String::new() } else { by.text.clone() },
            owner: owner.text.clone(),
            cites: citations(node, reader),
            due,
            done: done.text.clone(),
            after: after.map(|after| after.text),
            recurring: reader.flag(node, "recurring"),
            outlives: reader.flag(node, "outlives"),
            note: reader.optional_bilingual(node, "note"),
            spans: [
                (owner.text, owner.span),
                (due_name, due_span),
                (done.text, done.span),
                (after_name, after_span),
            ],
            file: Arc::clone(&reader.file),
        })
    }
}
