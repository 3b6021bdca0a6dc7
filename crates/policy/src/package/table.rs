//! Tables: values of the law by keys, in dated editions. A YAML file says what the columns are and
//! who says so; a CSV file beside it has the rows, so that a table is edited where tables are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::parameter::{Cited, citations};
use super::reader::{Placed, Reader, nearest};
use super::rows::{self, Row};
use crate::expression::typed::{Domain, Ty};
use crate::fault::{Fault, Source};
use crate::node::{Node, Span};
use crate::program::KEYS_MAX;
use crate::text::Text;
use crate::unit::Unit;
use crate::vocabulary::{FactKind, Vocabulary};

/// 表 · values that a layer of law sets by keys, with their editions.
#[derive(Clone, Debug)]
pub struct Table {
    /// Path within the package, such as `supply/industry_standards`.
    pub path: String,
    /// What it is.
    pub title: Text,
    /// The columns that pick a row.
    pub keys: Vec<Key>,
    /// The columns with values.
    pub columns: Vec<Column>,
    /// Editions by date, ascending.
    pub editions: Vec<Edition>,
    /// The day on which a person last compared it with its source.
    pub reviewed: Option<String>,
    /// The file.
    pub file: Arc<Source>,
    pub(crate) columns_span: Span,
}

/// 键 · a column that picks a row by a fact's value.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its header.
    pub name: String,
    /// The fact whose values it has, by its index in the vocabulary.
    pub fact: usize,
    /// How a value finds its row.
    pub matching: Matching,
}

/// 匹配方式 · how a value finds its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// The same value.
    Exact,
    /// The longest code with which the value's code begins and that has a row for the other keys:
    /// `C39` for `C3913`.
    Prefix,
    /// The greatest number that the value reaches and that has a row for the other keys.
    AtLeast,
}

/// 列 · a column with values.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// What it is.
    pub title: Text,
    /// Its unit as written, or the fact whose values it has.
    pub unit_text: String,
    pub(crate) kind: ColumnKind,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Numbers in a unit.
    Number(Unit),
    /// Values of a fact: codes of a closed list, or yes and no.
    Fact(usize),
}

/// 版次 · the rows from a date on.
#[derive(Clone, Debug)]
pub struct Edition {
    /// First day on which it holds.
    pub from: i64,
    /// Why this day, where the source does not say.
    pub from_note: Option<Text>,
    /// Citations.
    pub cites: Vec<Cited>,
    /// Why its values are stand-ins, if they are.
    pub illustrative: Option<Text>,
    /// The file of its rows; none where the law stops giving a table.
    pub source: Option<Arc<Source>>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

impl Column {
    /// The type of an expression that reads the column.
    pub(crate) fn ty(&self, vocabulary: &Vocabulary) -> Ty {
        match self.kind {
            ColumnKind::Number(unit) => Ty::Number(unit),
            ColumnKind::Fact(fact) => fact_type(fact, vocabulary),
        }
    }
}

/// The type of a fact's values in an expression.
pub(crate) fn fact_type(fact: usize, vocabulary: &Vocabulary) -> Ty {
    match &vocabulary.facts()[fact].kind {
        FactKind::Number { unit, .. } => Ty::Number(*unit),
        FactKind::Date { .. } => Ty::Date,
        FactKind::Code(_) => Ty::Code(Domain::Fact(fact)),
        FactKind::OpenCode | FactKind::Text => Ty::Code(Domain::Open),
        FactKind::YesNo => Ty::Bool,
    }
}

impl Table {
    /// The edition in force on a day.
    pub fn on(&self, day: i64) -> Option<&Edition> {
        self.editions.iter().rev().find(|edition| edition.from <= day)
    }

    /// The header of the rows: keys, then columns.
    pub fn header(&self) -> Vec<&str> {
        let keys = self.keys.iter().map(|key| key.name.as_str());
        keys.chain(self.columns.iter().map(|column| column.name.as_str())).collect()
    }

    /// The texts of an edition's rows, in the order of the header.
    pub fn texts(edition: &Edition) -> impl Iterator<Item = Vec<&str>> {
        edition.rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| cell.text.as_str());
            row.keys.iter().map(String::as_str).chain(cells).collect()
        })
    }

    pub(crate) fn read(
        path: &str,
        root: &Node,
        files: &[Arc<Source>],
        vocabulary: &Vocabulary,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        if !reader.mapping(root, &["title", "keys", "columns", "editions", "reviewed", "note"]) {
            return None;
        }
        let title = reader.required_bilingual(root, "title");
        let before = reader.faults.len();
        let keys_node = reader.required(root, "keys")?;
        let columns_node = reader.required(root, "columns")?;
        let keys: Vec<Key> =
            keys_node.entries().filter_map(|(name, node)| key(name, node, vocabulary, reader)).collect();
        let columns: Vec<Column> = columns_node
            .entries()
            .filter_map(|(name, node)| column(name, node, vocabulary, reader))
            .collect();
        for (list, node, word) in [(keys.len(), keys_node, "keys"), (columns.len(), columns_node, "columns")]
        {
            if list == 0 && reader.faults.len() == before {
                reader.complain("P005", node.span, "key", word);
            }
        }
        if keys.iter().filter(|key| key.matching != Matching::Exact).count() > 1 {
            reader.fault("P112", keys_node.span);
        }
        if keys.len() > KEYS_MAX {
            reader.complain("P113", keys_node.span, "most", KEYS_MAX);
        }
        // Rows cannot be held against columns that are themselves at fault.
        if reader.faults.len() > before {
            return None;
        }
        let mut table = Self {
            path: path.to_owned(),
            title,
            keys,
            columns,
            editions: Vec::new(),
            reviewed: reader.optional_text(root, "reviewed").map(|p| p.text),
            file: Arc::clone(&reader.file),
            columns_span: columns_node.span,
        };
        let list = reader.required(root, "editions")?;
        for node in list.items() {
            let edition = table.edition(node, files, vocabulary, reader)?;
            if table.editions.last().is_some_and(|last| edition.from <= last.from) {
                reader.fault("P014", node.span);
            }
            table.editions.push(edition);
        }
        if table.editions.is_empty() {
            reader.fault("P015", list.span);
            return None;
        }
        Some(table)
    }

    fn edition(
        &self,
        node: &Node,
        files: &[Arc<Source>],
        vocabulary: &Vocabulary,
        reader: &mut Reader<'_>,
    ) -> Option<Edition> {
        if !reader.mapping(node, &["from", "from_note", "rows", "cite", "illustrative", "note"]) {
            return None;
        }
        let from = reader.required(node, "from")?;
        let from = reader.date(from)?;
        let cites = citations(node, reader);
        let illustrative = reader.optional_bilingual(node, "illustrative");
        let from_note = reader.optional_bilingual(node, "from_note");
        let rows = reader.required(node, "rows")?;
        if rows.is_null() {
            return Some(Edition { from, from_note, cites, illustrative, source: None, rows: Vec::new() });
        }
        let named = reader.placed(rows)?;
        let source = self.beside(&named, files, reader)?;
        let rows = rows::read(self, &source, vocabulary, reader.faults)?;
        Some(Edition { from, from_note, cites, illustrative, source: Some(source), rows })
    }

    /// The CSV file that lies beside this one.
    fn beside(&self, named: &Placed, files: &[Arc<Source>], reader: &mut Reader<'_>) -> Option<Arc<Source>> {
        let folder = self.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = format!("{folder}/{}", named.text);
        let found = files.iter().find(|file| file.path == path).cloned();
        if found.is_none() {
            let rows = files.iter().filter(|file| file.has_ending("csv"));
            let here = rows.filter_map(|file| file.path.strip_prefix(&format!("{folder}/")));
            let near = nearest(&named.text, here).unwrap_or("–");
            let fault = Fault::new("P100", &self.file, named.span).with("file", &named.text);
            reader.push(fault.with("near", near).with("folder", folder));
        }
        found
    }
}

fn key(name: &Node, node: &Node, vocabulary: &Vocabulary, reader: &mut Reader<'_>) -> Option<Key> {
    let name = reader.placed(name)?;
    if !reader.mapping(node, &["fact", "match"]) {
        return None;
    }
    let written = reader.required_text(node, "fact")?;
    let fact = fact(&written, vocabulary, reader)?;
    let kind = &vocabulary.facts()[fact].kind;
    let matching = match reader.optional_text(node, "match") {
        None => Matching::Exact,
        Some(word) => {
            let fits: &[&str] = match kind {
                FactKind::OpenCode => &["exact", "prefix"],
                FactKind::Number { .. } => &["exact", "at_least"],
                _ => &["exact"],
            };
            if !reader.one_of(&word, fits) {
                return None;
            }
            match word.text.as_str() {
                "prefix" => Matching::Prefix,
                "at_least" => Matching::AtLeast,
                _ => Matching::Exact,
            }
        }
    };
    if matches!(kind, FactKind::Date { .. } | FactKind::Text) {
        reader.complain("P101", written.span, "name", &written.text);
        return None;
    }
    Some(Key { name: name.text, fact, matching })
}

fn column(name: &Node, node: &Node, vocabulary: &Vocabulary, reader: &mut Reader<'_>) -> Option<Column> {
    let name = reader.placed(name)?;
    if !reader.mapping(node, &["zh", "en", "unit", "fact"]) {
        return None;
    }
    let title = reader.bilingual(node);
    if let Some(written) = reader.optional_text(node, "fact") {
        let fact = fact(&written, vocabulary, reader)?;
        if !matches!(vocabulary.facts()[fact].kind, FactKind::Code(_) | FactKind::YesNo) {
            reader.complain("P102", written.span, "name", &written.text);
            return None;
        }
        return Some(Column {
            name: name.text,
            title,
            unit_text: written.text,
            kind: ColumnKind::Fact(fact),
        });
    }
    let written = reader.required_text(node, "unit")?;
    let Some(unit) = vocabulary.units.parse(&written.text) else {
        reader.complain("P012", written.span, "unit", &written.text);
        return None;
    };
    Some(Column { name: name.text, title, unit_text: written.text, kind: ColumnKind::Number(unit) })
}

fn fact(written: &Placed, vocabulary: &Vocabulary, reader: &mut Reader<'_>) -> Option<usize> {
    let index = vocabulary.index(&written.text);
    if index.is_none() {
        let known = vocabulary.facts().iter().map(|f| f.name.as_str());
        let near = nearest(&written.text, known).unwrap_or("–");
        let fault = Fault::new("P034", &reader.file, written.span).with("name", &written.text);
        reader.push(fault.with("near", near));
    }
    index
}

/// Whether two tables can stand for each other: the same keys and columns, in any order of columns.
pub(crate) fn same_shape(one: &Table, other: &Table) -> bool {
    let keys = |table: &Table| -> Vec<(usize, Matching)> {
        table.keys.iter().map(|key| (key.fact, key.matching)).collect()
    };
    let columns = |table: &Table| -> BTreeMap<String, ColumnKind> {
        table.columns.iter().map(|column| (column.name.clone(), column.kind)).collect()
    };
    keys(one) == keys(other) && columns(one) == columns(other)
}
