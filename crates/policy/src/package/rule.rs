//! Rule files: what a rule is called, what it decides, and its dated versions.

use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::{Placed, Reader};
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;

/// 规则种类 · the form of a rule's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// Pass or fail.
    PassFail,
    /// Yes or no.
    YesNo,
    /// One of the rule's own outcomes.
    Choice,
    /// A number with a unit.
    Quantity,
    /// A date or never.
    Date,
    /// Those of the rule's own outcomes that are open.
    Set,
    /// Several named fields.
    Record,
}

impl RuleKind {
    const WORDS: [(&'static str, Self); 7] = [
        ("pass_fail", Self::PassFail),
        ("yes_no", Self::YesNo),
        ("choice", Self::Choice),
        ("quantity", Self::Quantity),
        ("date", Self::Date),
        ("set", Self::Set),
        ("record", Self::Record),
    ];

    /// The word used in files and outputs.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// 结果 · one of a rule's own outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeCode {
    /// The code.
    pub code: String,
    /// What it means.
    pub title: Text,
    /// `good`, `bad`, `warn` or `neutral`: how a page colours it.
    pub tone: String,
}

/// A rule file as one layer wrote it.
#[derive(Clone, Debug)]
pub(crate) struct RuleFile {
    pub(crate) path: String,
    pub(crate) head: Option<Head>,
    pub(crate) amends: Option<Placed>,
    pub(crate) versions: Vec<Version>,
    pub(crate) file: Arc<Source>,
    pub(crate) span: Span,
}

/// What a rule is, said once by the layer that introduces it.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) title: Text,
    pub(crate) stage: String,
    pub(crate) owner: Option<Placed>,
    pub(crate) judged_on: Placed,
    pub(crate) kind: RuleKind,
    pub(crate) definition: bool,
    /// A yes asks for action: how a page colours it.
    pub(crate) finding: bool,
    pub(crate) unit: Option<Placed>,
    pub(crate) fields: Vec<FieldHead>,
}

/// One field of a rule's outcome.
#[derive(Clone, Debug)]
pub(crate) struct FieldHead {
    pub(crate) name: String,
    pub(crate) title: Text,
    /// Codes when the field is a choice; empty for dates and the rest.
    pub(crate) codes: Vec<OutcomeCode>,
    pub(crate) date: bool,
    /// The unit of a field of a record that is a number.
    pub(crate) unit: Option<Placed>,
}

/// A rule's text from a date on.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) cites: Vec<Cited>,
    pub(crate) applies: Option<Placed>,
    pub(crate) lets: Vec<Let>,
    pub(crate) body: Vec<(Placed, Placed)>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) at_most: bool,
    pub(crate) note: Option<Text>,
    pub(crate) from_note: Option<Text>,
    pub(crate) illustrative: Option<Text>,
    pub(crate) lapsed: Option<Text>,
    pub(crate) span: Span,
}

/// A named intermediate value.
#[derive(Clone, Debug)]
pub(crate) struct Let {
    pub(crate) name: Placed,
    pub(crate) title: Option<Text>,
    pub(crate) value: Placed,
}

/// A labelled exception to the base rule.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    pub(crate) label: Placed,
    pub(crate) title: Text,
    pub(crate) when: Placed,
    pub(crate) body: Vec<(Placed, Placed)>,
    pub(crate) cites: Vec<Cited>,
    pub(crate) over: Vec<Placed>,
    pub(crate) at_most: bool,
    pub(crate) illustrative: Option<Text>,
}

impl RuleFile {
    pub(crate) fn read(path: &str, root: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 14] = [
            "title",
            "stage",
            "owner",
            "judged_on",
            "kind",
            "definition",
            "finding",
            "unit",
            "outcomes",
            "fields",
            "amends",
            "versions",
            "reviewed",
            "note",
        ];
        if !reader.mapping(root, &KEYS) {
            return None;
        }
        let amends = reader.optional_text(root, "amends");
        let head = if amends.is_some() { None } else { Head::read(root, reader) };
        if amends.is_none() && head.is_none() {
            return None;
        }
        let list = reader.required(root, "versions")?;
        let versions: Vec<Version> =
            list.items().into_iter().filter_map(|node| Version::read(node, reader)).collect();
        for pair in versions.windows(2) {
            if pair[1].from <= pair[0].from {
                reader.fault("P014", pair[1].span);
            }
        }
        if list.items().is_empty() {
            reader.fault("P015", list.span);
        }
        let file = Arc::clone(&reader.file);
        Some(Self { path: path.to_owned(), head, amends, versions, file, span: root.span })
    }
}

impl Head {
    fn read(root: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let title = reader.required_bilingual(root, "title");
        let stage = reader.required_text(root, "stage");
        let judged_on = reader.required_text(root, "judged_on");
        let kind_word = reader.required_text(root, "kind");
        let (stage, judged_on, kind_word) = (stage?, judged_on?, kind_word?);
        reader.one_of(&stage, &["diagnosis", "planning", "supply", "supervision"]);
        let words: Vec<&str> = RuleKind::WORDS.iter().map(|(word, _)| *word).collect();
        reader.one_of(&kind_word, &words);
        let kind = RuleKind::WORDS.iter().find(|(word, _)| *word == kind_word.text).map(|(_, k)| *k)?;
        Some(Self {
            title,
            stage: stage.text,
            owner: reader.optional_text(root, "owner"),
            judged_on,
            kind,
            definition: reader.flag(root, "definition"),
            finding: reader.flag(root, "finding"),
            unit: reader.optional_text(root, "unit"),
            fields: fields(kind, root, reader),
        })
    }
}

fn fields(kind: RuleKind, root: &Node, reader: &mut Reader<'_>) -> Vec<FieldHead> {
    let single =
        |codes| FieldHead { name: String::new(), title: Text::default(), codes, date: false, unit: None };
    match kind {
        RuleKind::PassFail | RuleKind::YesNo | RuleKind::Quantity => vec![single(Vec::new())],
        RuleKind::Date => vec![FieldHead { date: true, ..single(Vec::new()) }],
        RuleKind::Choice => {
            let codes = reader.required(root, "outcomes").map(|n| codes(n, reader)).unwrap_or_default();
            vec![single(codes)]
        }
        RuleKind::Set => {
            let codes = reader.required(root, "outcomes").map(|n| codes(n, reader)).unwrap_or_default();
            codes
                .into_iter()
                .map(|code| FieldHead {
                    name: code.code.clone(),
                    title: code.title.clone(),
                    codes: vec![code],
                    date: false,
                    unit: None,
                })
                .collect()
        }
        RuleKind::Record => reader
            .required(root, "fields")
            .into_iter()
            .flat_map(Node::entries)
            .map(|(key, value)| FieldHead {
                name: key.text().unwrap_or_default().to_owned(),
                title: reader.required_bilingual(value, "title"),
                codes: value.get("outcomes").map(|n| codes(n, reader)).unwrap_or_default(),
                date: reader.flag(value, "date"),
                unit: reader.optional_text(value, "unit"),
            })
            .collect(),
    }
}

fn codes(node: &Node, reader: &mut Reader<'_>) -> Vec<OutcomeCode> {
    node.entries()
        .map(|(key, value)| {
            let tone = reader.optional_text(value, "tone");
            if let Some(tone) = &tone {
                reader.one_of(tone, &["good", "bad", "warn", "neutral"]);
            }
            OutcomeCode {
                code: key.text().unwrap_or_default().to_owned(),
                title: reader.bilingual(value),
                tone: tone.map_or_else(|| "neutral".to_owned(), |p| p.text),
            }
        })
        .collect()
}

impl Version {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        const KEYS: [&str; 15] = [
            "from",
            "until",
            "cite",
            "applies",
            "let",
            "is",
            "holds",
            "members",
            "fields",
            "exceptions",
            "bound",
            "note",
            "from_note",
            "illustrative",
            "lapsed",
        ];
        if !reader.mapping(node, &KEYS) {
            return None;
        }
        let from = reader.required(node, "from")?;
        let from = reader.date(from)?;
        let until = node.get("until").filter(|n| !n.is_null()).and_then(|n| reader.date(n));
        let lapsed = reader.optional_bilingual(node, "lapsed");
        let body = body(node, reader);
        if body.is_empty() && lapsed.is_none() {
            reader.fault("P016", node.span);
        }
        Some(Self {
            from,
            until,
            cites: citations(node, reader),
            applies: reader.optional_text(node, "applies"),
            lets: lets(node, reader),
            body,
            exceptions: exceptions(node, reader),
            at_most: bound(node, reader),
            note: reader.optional_bilingual(node, "note"),
            from_note: reader.optional_bilingual(node, "from_note"),
            illustrative: reader.optional_bilingual(node, "illustrative"),
            lapsed,
            span: node.span,
        })
    }
}

/// Whether the amount is a ceiling, not a sum due.
fn bound(node: &Node, reader: &mut Reader<'_>) -> bool {
    let written = reader.optional_text(node, "bound");
    written.is_some_and(|written| reader.one_of(&written, &["at_most"]))
}

/// `is:` or `holds:` for one value, `members:` or `fields:` for several.
fn body(node: &Node, reader: &mut Reader<'_>) -> Vec<(Placed, Placed)> {
    if let Some(value) = node.get("is").or_else(|| node.get("holds")) {
        let name = Placed { text: String::new(), span: value.span };
        return reader.placed(value).map(|value| (name, value)).into_iter().collect();
    }
    let several = node.get("members").or_else(|| node.get("fields"));
    several
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(|(key, value)| Some((reader.placed(key)?, reader.placed(value)?)))
        .collect()
}

fn lets(node: &Node, reader: &mut Reader<'_>) -> Vec<Let> {
    let mut out = Vec::new();
    for (key, value) in node.get("let").into_iter().flat_map(Node::entries) {
        let Some(name) = reader.placed(key) else { continue };
        if let Some(text) = reader.placed(value) {
            out.push(Let { name, title: None, value: text });
            continue;
        }
        reader.mapping(value, &["title", "is"]);
        let title = reader.optional_bilingual(value, "title");
        if let Some(text) = reader.required_text(value, "is") {
            out.push(Let { name, title, value: text });
        }
    }
    out
}

fn exceptions(node: &Node, reader: &mut Reader<'_>) -> Vec<Exception> {
    const KEYS: [&str; 11] = [
        "label",
        "title",
        "when",
        "is",
        "holds",
        "members",
        "fields",
        "bound",
        "cite",
        "over",
        "illustrative",
    ];
    let mut out = Vec::new();
    for item in node.get("exceptions").map(Node::items).unwrap_or_default() {
        if !reader.mapping(item, &KEYS) {
            continue;
        }
        let (label, when) = (reader.required_text(item, "label"), reader.required_text(item, "when"));
        let (Some(label), Some(when)) = (label, when) else { continue };
        let body = body(item, reader);
        if body.is_empty() {
            reader.fault("P016", item.span);
        }
        let bound = bound(item, reader);
        let over = item.get("over").map(Node::items).unwrap_or_default();
        out.push(Exception {
            label,
            title: reader.required_bilingual(item, "title"),
            when,
            body,
            cites: citations(item, reader),
            over: over.into_iter().filter_map(|n| reader.placed(n)).collect(),
            at_most: bound,
            illustrative: reader.optional_bilingual(item, "illustrative"),
        });
    }
    out
}
