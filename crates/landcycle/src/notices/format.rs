//! The format of a notice, read from the vocabulary: which header is which fact, in which unit, and
//! which values mean nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use landcycle_policy::exact::Exact;
use landcycle_policy::node::Node;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use crate::say::Failure;

/// 公告格式 · how the columns of a notice are read.
#[derive(Debug)]
pub(crate) struct NoticeFormat {
    /// Known headers, spaces removed.
    pub(crate) headers: BTreeMap<String, Column>,
    /// Facts without which a notice is nothing.
    pub(crate) required: Vec<String>,
    /// Texts that mean "missing".
    pub(crate) missing: HashSet<String>,
    /// Facts of which zero means none.
    pub(crate) zero_is_none: BTreeSet<String>,
    /// Facts written as ordinals in words (八级).
    pub(crate) ordinals: BTreeSet<String>,
    /// Facts that are another one where a code says so.
    pub(crate) instead: Vec<Instead>,
    /// Facts that tell two notices under one number apart.
    pub(crate) identity: Vec<String>,
    /// The fact whose date is the day of the event.
    pub(crate) happened_on: String,
    /// Values that are kept and pointed out.
    pub(crate) unusual: Vec<Unusual>,
}

/// What a header stands for.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// A fact, and the unit of its numbers.
    Fact { name: String, unit: Option<String> },
    /// Left aside, for a reason.
    Ignored(Text),
}

/// A column that means another fact in some rows.
#[derive(Debug)]
pub(crate) struct Instead {
    pub(crate) fact: String,
    pub(crate) is: String,
    /// The fact that decides, and the values for which it does.
    pub(crate) when: (String, Vec<String>),
}

/// A value worth a second look.
#[derive(Debug)]
pub(crate) struct Unusual {
    pub(crate) fact: String,
    pub(crate) above: Option<Exact>,
    pub(crate) at_most: Option<Exact>,
    pub(crate) why: Text,
}

impl NoticeFormat {
    /// Reads a format file of the vocabulary.
    pub(crate) fn read(library: &Library, path: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::new("bad_format", &[("file", path), ("why", why)]);
        let file = library.vocabulary_file(path).ok_or_else(|| wrong("missing"))?;
        let root = Node::parse(&file.text).map_err(|broken| wrong(&broken.why))?;
        let list = |key: &str| -> Vec<String> {
            let items = root.get(key).map(Node::items).unwrap_or_default();
            items.into_iter().filter_map(Node::text).map(str::to_owned).collect()
        };
        let mut headers = BTreeMap::new();
        let mut required = Vec::new();
        for column in root.get("columns").map(Node::items).unwrap_or_default() {
            let meaning = match column.get("fact").and_then(Node::text) {
                Some(name) => {
                    if library.vocabulary.fact(name).is_none() {
                        return Err(wrong(name));
                    }
                    if column.get("required").and_then(Node::text) == Some("true") {
                        required.push(name.to_owned());
                    }
                    let unit = column.get("unit").and_then(Node::text).map(str::to_owned);
                    Column::Fact { name: name.to_owned(), unit }
                }
                None => Column::Ignored(column.get("why").map(text).unwrap_or_default()),
            };
            for header in column.get("headers").map(Node::items).unwrap_or_default() {
                headers.insert(normal(header.text().unwrap_or_default()), meaning.clone());
            }
        }
        let unusual = root.get("unusual").map(Node::items).unwrap_or_default();
        let unusual = unusual.into_iter().map(|node| Unusual {
            fact: node.get("fact").and_then(Node::text).unwrap_or_default().to_owned(),
            above: node.get("above").and_then(Node::text).and_then(Exact::parse),
            at_most: node.get("at_most").and_then(Node::text).and_then(Exact::parse),
            why: node.get("why").map(text).unwrap_or_default(),
        });
        Ok(Self {
            headers,
            required,
            missing: list("missing_values").into_iter().collect(),
            zero_is_none: list("zero_is_none").into_iter().collect(),
            ordinals: list("ordinals").into_iter().collect(),
            instead: instead(&root),
            identity: list("identity"),
            happened_on: root.get("happened_on").and_then(Node::text).unwrap_or_default().to_owned(),
            unusual: unusual.collect(),
        })
    }

    /// What a header stands for. A unit written in the header wins over the usual one.
    pub(crate) fn column(
        &self,
        library: &Library,
        raw: &str,
        name: &str,
        unit: Option<&str>,
    ) -> Option<Column> {
        if let Some(column) = self.headers.get(&normal(raw)) {
            return Some(column.clone());
        }
        let with_unit = |column: &Column| match (column, unit) {
            (Column::Fact { name, .. }, Some(unit)) => {
                Column::Fact { name: name.clone(), unit: Some(unit.to_owned()) }
            }
            (other, _) => other.clone(),
        };
        if let Some(fact) = library.vocabulary.by_header(name) {
            return Some(Column::Fact { name: fact.name.clone(), unit: unit.map(str::to_owned) });
        }
        self.headers.get(&normal(name)).map(with_unit)
    }
}

fn instead(root: &Node) -> Vec<Instead> {
    let word = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default().to_owned();
    let read = |node: &Node| {
        let (fact, values) = node.get("when")?.entries().next()?;
        let values = values.items().into_iter().filter_map(Node::text).map(str::to_owned).collect();
        let when = (word(Some(fact)), values);
        Some(Instead { fact: word(node.get("fact")), is: word(node.get("is")), when })
    };
    root.get("instead").map(Node::items).unwrap_or_default().into_iter().filter_map(read).collect()
}

fn text(node: &Node) -> Text {
    let form = |language: &str| node.get(language).and_then(Node::text).unwrap_or_default().to_owned();
    Text { zh: form("zh"), en: form("en") }
}

fn normal(header: &str) -> String {
    header.chars().filter(|c| !c.is_whitespace()).collect()
}
