//! A YAML file as a tree in which every node knows its place.
//!
//! Read by parser events rather than through serde, for two reasons: a number keeps the exact text
//! that a person wrote (serde's data model would send 0.30 through a binary float), and reading
//! goes on after a fault, so that a person sees all of them at once.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser};

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A YAML node with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a YAML node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A scalar, as text; `plain` when it was written without quotes.
    Scalar {
        /// The text after YAML's own processing.
        text: String,
        /// Written without quotes, so that `null` means nothing.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Node, Node)>),
}

/// Why a file is not YAML that we read.
#[derive(Debug)]
pub struct Broken {
    /// Where reading stopped.
    pub at: Span,
    /// What is wrong, a key below `yaml` of the catalogue.
    pub key: &'static str,
    /// The parser's own words (English), for what the catalogue does not name.
    pub why: String,
}

impl Broken {
    fn new(at: Span, key: &'static str) -> Self {
        Self { at, key, why: String::new() }
    }
}

impl Node {
    /// Reads one YAML document.
    pub fn parse(source: &str) -> Result<Self, Broken> {
        let mut parser = Parser::new_from_str(source);
        let mut open: Vec<(Span, Vec<Self>, bool)> = Vec::new();
        let mut root = None;
        while let Some(event) = parser.next_event() {
            let (event, place) = event.map_err(|error| {
                let key = key_of(error.kind());
                let at = at_byte(source, error.marker().byte_offset(), error.marker().index());
                // Reading stops at the value before; the tab is what a person should see.
                let tab = source.get(at.start..).and_then(|rest| rest.find('\t')).filter(|_| key == "tab");
                let at = tab.map_or(at, |tab| Span { start: at.start + tab, end: at.start + tab + 1 });
                Broken { at, key, why: error.info() }
            })?;
            let range = place.byte_range().unwrap_or(0..0);
            let span = Span { start: range.start, end: range.end };
            let done = match event {
                Event::Scalar(text, style, ..) => Some(Self {
                    span: trim(source, span),
                    kind: Kind::Scalar {
                        text: text.into_owned(),
                        plain: style == granit_parser::ScalarStyle::Plain,
                    },
                }),
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    let map = matches!(event, Event::MappingStart(..));
                    open.push((span, Vec::new(), map));
                    None
                }
                Event::SequenceEnd | Event::MappingEnd => open.pop().map(|(start, items, map)| {
                    let end = items.last().map_or(span.end, |last: &Self| last.span.end);
                    let span = Span { start: start.start, end: end.max(start.start) };
                    Self { span, kind: if map { pairs(items) } else { Kind::List(items) } }
                }),
                Event::Alias(..) => return Err(Broken::new(span, "alias")),
                Event::DocumentStart(..) if root.is_some() => return Err(Broken::new(span, "several")),
                _ => None,
            };
            if let Some(node) = done {
                match open.last_mut() {
                    Some((_, items, _)) => items.push(node),
                    None => root = Some(node),
                }
            }
        }
        root.ok_or_else(|| Broken::new(Span::default(), "empty"))
    }

    /// Keys that stand twice in one mapping, here or below: the second and the first.
    pub fn doubled(&self) -> Vec<(&Self, &Self)> {
        let mut found = Vec::new();
        let mut first: BTreeMap<&str, &Self> = BTreeMap::new();
        for (key, value) in self.entries() {
            if let Some(earlier) = first.get(key.text().unwrap_or_default()) {
                found.push((key, *earlier));
            } else {
                first.insert(key.text().unwrap_or_default(), key);
            }
            found.extend(value.doubled());
        }
        if let Kind::List(items) = &self.kind {
            found.extend(items.iter().flat_map(Self::doubled));
        }
        found
    }

    /// The text of a scalar, `None` for `null`, `~`, an empty plain scalar, lists and maps.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null") => None,
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Scalar { .. }) && self.text().is_none()
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// The pairs of a mapping; nothing for other nodes.
    pub fn entries(&self) -> impl Iterator<Item = (&Self, &Self)> {
        let pairs: &[(Self, Self)] = if let Kind::Map(pairs) = &self.kind { pairs } else { &[] };
        pairs.iter().map(|(key, value)| (key, value))
    }

    /// The items of a list; a scalar or mapping counts as a list of itself, null as none.
    pub fn items(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::List(items) => items.iter().collect(),
            _ if self.is_null() => Vec::new(),
            _ => vec![self],
        }
    }
}

/// What a person did who caused an error of the parser.
fn key_of(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "tab",
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => "bracket",
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => "quote",
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed => "indent",
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => "colon",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "key",
        ErrorKind::UnknownAnchor => "alias",
        ErrorKind::UnexpectedCharacter { .. } => "reserved",
        _ => "other",
    }
}

fn pairs(items: Vec<Node>) -> Kind {
    let mut items = items.into_iter();
    let mut pairs = Vec::new();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        pairs.push((key, value));
    }
    Kind::Map(pairs)
}

fn at_byte(source: &str, byte: Option<usize>, chars: usize) -> Span {
    let start = byte
        .or_else(|| source.char_indices().nth(chars).map(|(at, _)| at))
        .unwrap_or(source.len())
        .min(source.len());
    Span { start, end: start }
}

/// A parser's scalar span may reach over the line's end; the caret should not.
fn trim(source: &str, span: Span) -> Span {
    let text = source.get(span.start..span.end).unwrap_or("");
    Span { start: span.start, end: span.start + text.trim_end().len() }
}

/// The place in the file of byte `offset` of a scalar's processed text.
///
/// Folding and quoting change white space and add marks of escape only, so walking both texts and
/// skipping what only the file has finds the character.
pub(crate) fn place_in_scalar(source: &str, span: Span, text: &str, from: usize, to: usize) -> Span {
    let raw = source.get(span.start..span.end).unwrap_or("");
    let mut cursor = raw
        .char_indices()
        .skip_while(|(_, c)| matches!(c, '|' | '>' | '-' | '"' | '\'') || c.is_whitespace())
        .filter(|(_, c)| !c.is_whitespace());
    let (mut start, mut end) = (None, span.start);
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let Some((raw_at, raw_char)) = cursor.find(|(_, raw)| *raw == c) else { break };
        if at >= from && start.is_none() {
            start = Some(span.start + raw_at);
        }
        if at < to {
            end = span.start + raw_at + raw_char.len_utf8();
        }
    }
    let start = start.unwrap_or(end);
    Span { start, end: end.max(start) }
}
