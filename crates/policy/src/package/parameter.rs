//! Dated parameters: one quantity, one file, one record per date.

use std::sync::Arc;

use super::reader::{Placed, Reader};
use crate::exact::Exact;
use crate::fault::Source;
use crate::node::{Node, Span};
use crate::text::Text;
use crate::unit::{Unit, Units};

/// 参数 · a quantity that a layer of law sets, with its history.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Path within the package, such as `supply/term_years_max`.
    pub path: String,
    /// What it is.
    pub title: Text,
    /// Its unit.
    pub unit: Unit,
    /// The unit as written.
    pub unit_text: String,
    pub(crate) unit_span: Span,
    /// What lower layers may do with it.
    pub lower_layers: LowerLayers,
    /// Values by date, ascending.
    pub values: Vec<Dated>,
    /// The day on which a person last compared it with its source.
    pub reviewed: Option<String>,
    /// The file.
    pub file: Arc<Source>,
}

/// 下级可否调整 · what a lower layer (city, district, park) may do with an upper layer's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowerLayers {
    /// Set any value.
    Free,
    /// Only a value that is not greater.
    MayLower,
    /// Only a value that is not smaller.
    MayRaise,
    /// None at all.
    Fixed,
}

/// A value from a date on.
#[derive(Clone, Debug)]
pub struct Dated {
    /// First day on which it holds.
    pub from: i64,
    /// Why this day, where the source does not say.
    pub from_note: Option<Text>,
    /// The value; `None` where the law stops giving one.
    pub value: Option<Exact>,
    /// Citations.
    pub cites: Vec<Cited>,
    /// Why the value is a stand-in, if it is.
    pub illustrative: Option<Text>,
    pub(crate) span: Span,
}

/// A citation as written, `document#article`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The whole id.
    pub id: String,
    pub(crate) span: Span,
}

impl Parameter {
    /// The record in force on a day.
    pub fn on(&self, day: i64) -> Option<&Dated> {
        self.values.iter().rev().find(|dated| dated.from <= day)
    }

    pub(crate) fn read(path: &str, root: &Node, units: &Units, reader: &mut Reader<'_>) -> Option<Self> {
        if !reader.mapping(root, &["title", "unit", "lower_layers", "values", "reviewed", "note"]) {
            return None;
        }
        let title = reader.required_bilingual(root, "title");
        let written = reader.required_text(root, "unit")?;
        let Some(unit) = units.parse(&written.text) else {
            reader.complain("P012", written.span, "unit", &written.text);
            return None;
        };
        let lower_layers = match reader.optional_text(root, "lower_layers") {
            None => LowerLayers::Free,
            Some(found) => {
                reader.one_of(&found, &["free", "may_lower", "may_raise", "fixed"]);
                lower(&found)
            }
        };
        let list = reader.required(root, "values")?;
        let values: Vec<Dated> = list.items().into_iter().filter_map(|n| dated(n, reader)).collect();
        for pair in values.windows(2) {
            if pair[1].from <= pair[0].from {
                reader.fault("P014", pair[1].span);
            }
        }
        if list.items().is_empty() {
            reader.fault("P015", list.span);
        }
        // With a record short, every rule that uses it would be told of a gap that is none.
        if values.is_empty() || values.len() < list.items().len() {
            return None;
        }
        Some(Self {
            path: path.to_owned(),
            title,
            unit,
            unit_text: written.text,
            unit_span: written.span,
            lower_layers,
            values,
            reviewed: reader.optional_text(root, "reviewed").map(|p| p.text),
            file: Arc::clone(&reader.file),
        })
    }
}

fn lower(found: &Placed) -> LowerLayers {
    match found.text.as_str() {
        "may_lower" => LowerLayers::MayLower,
        "may_raise" => LowerLayers::MayRaise,
        "fixed" => LowerLayers::Fixed,
        _ => LowerLayers::Free,
    }
}

fn dated(node: &Node, reader: &mut Reader<'_>) -> Option<Dated> {
    if !reader.mapping(node, &["from", "from_note", "value", "cite", "illustrative", "note"]) {
        return None;
    }
    let from = reader.required(node, "from")?;
    let from = reader.date(from)?;
    let value = reader.required(node, "value")?;
    let value = if value.is_null() { None } else { Some(reader.exact(value)?) };
    let cites = citations(node, reader);
    let illustrative = reader.optional_bilingual(node, "illustrative");
    let from_note = reader.optional_bilingual(node, "from_note");
    Some(Dated { from, from_note, value, cites, illustrative, span: node.span })
}

/// The citations under `cite`; at least one is demanded.
pub(crate) fn citations(node: &Node, reader: &mut Reader<'_>) -> Vec<Cited> {
    let Some(list) = reader.required(node, "cite") else { return Vec::new() };
    let cites: Vec<Cited> = list
        .items()
        .into_iter()
        .filter_map(|item| reader.placed(item))
        .map(|placed| Cited { id: placed.text, span: placed.span })
        .collect();
    if cites.is_empty() {
        reader.complain("P005", list.span, "key", "cite");
    }
    cites
}
