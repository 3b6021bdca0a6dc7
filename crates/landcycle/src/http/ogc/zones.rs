//! The collection of a layer: the zones of the edition in force, with what the file said of each.

use landcycle_analysis::layers::{ColumnKind, columns};
use landcycle_ledger::{Geometry, Zone};
use landcycle_policy::exact::Exact;
use landcycle_policy::text::Text;
use serde_json::Value;

use super::super::App;
use super::super::problem::Problem;
use super::outlines::Outlines;
use super::table::{Coding, Column, Kept, Kind, Table};
use crate::layers::{self, Edition};
use crate::say::words;

/// What an edition says of all its zones, and a zone of itself, apart from attributes.
const OWN: [(&str, Kind); 10] = [
    ("place", Kind::Number),
    ("zone_id", Kind::Text),
    ("level", Kind::Text),
    ("layer", Kind::Text),
    ("edition", Kind::Number),
    ("kind", Kind::Text),
    ("from", Kind::Day),
    ("until", Kind::Day),
    ("illustrative", Kind::Flag),
    ("approximate", Kind::Flag),
];

/// The zones of an edition.
pub(super) fn table(app: &App, edition: &Edition) -> Result<Table, Problem> {
    let zones = app.with_ledger(|ledger| layers::zones_of(ledger, &ledger.name(), edition))?.zones;
    let attributes: Vec<layers::Attributes> =
        zones.iter().map(|zone| serde_json::from_str(&zone.attributes).unwrap_or_default()).collect();
    let mut outlines = Outlines::default();
    for zone in &zones {
        outlines.push(Geometry::polygons(&zone.geometry));
    }
    let ids = zones.iter().map(|zone| id(edition.number, zone.place).into()).collect();
    let mut found: Vec<Column> = OWN
        .iter()
        .map(|(name, kind)| {
            let codes = match *name {
                "level" => codes(app, "zone_line_level"),
                "kind" => codes(app, "layer_kind"),
                _ => Vec::new(),
            };
            let title = words(&format!("ogc_zone_{name}"));
            let values: Vec<Option<Kept>> = zones.iter().map(|zone| own(name, edition, zone)).collect();
            column((*name).to_owned(), title, *kind, codes, values)
        })
        .collect();
    for told in columns(attributes.iter()) {
        let kind = match told.kind {
            ColumnKind::YesNo => Kind::Flag,
            ColumnKind::Integer | ColumnKind::Real => Kind::Number,
            ColumnKind::Text | ColumnKind::Json => Kind::Text,
        };
        let values: Vec<Option<Kept>> = attributes
            .iter()
            .map(|row| match (row.get(&told.name), kind) {
                (Some(Value::Bool(flag)), Kind::Flag) => Some(Kept::Flag(*flag)),
                (Some(Value::Number(number)), Kind::Number) => exact(number).map(Kept::Number),
                _ => told.text(row).map(|text| Kept::Text(text.into())),
            })
            .collect();
        // An attribute may have the name of what an edition says.
        let mut name = told.name.clone();
        while name.is_empty() || found.iter().any(|column| column.name == name) {
            name.insert_str(0, "attribute_");
        }
        found.push(column(name, Text::same(&told.name), kind, Vec::new(), values));
    }
    let times = zones.iter().map(|_| (edition.from, edition.until)).collect();
    Ok(Table::new(ids, found, outlines, times, None))
}

/// The id of a zone: its edition and its place in it.
fn id(edition: i64, place: i64) -> String {
    format!("{edition}-{place}")
}

/// The edition that the id of a zone names.
pub(super) fn edition_of(id: &str) -> Option<i64> {
    id.split_once('-')?.0.parse().ok()
}

fn codes(app: &App, fact: &str) -> Vec<(String, Text)> {
    layers::codes(&app.library, fact).iter().map(|code| (code.code.clone(), code.title.clone())).collect()
}

fn own(name: &str, edition: &Edition, zone: &Zone) -> Option<Kept> {
    let text = |text: &str| Kept::Text(text.into());
    let number = |number: i64| Kept::Number(Exact::whole(number.into()));
    match name {
        "place" => Some(number(zone.place)),
        "zone_id" => zone.zone_id.as_deref().map(text),
        "level" => zone.level.as_deref().map(text),
        "layer" => Some(text(&edition.name)),
        "edition" => Some(number(edition.number)),
        "kind" => Some(text(&edition.kind)),
        "from" => edition.from.map(Kept::Day),
        "until" => edition.until.map(Kept::Day),
        "illustrative" => Some(Kept::Flag(edition.illustrative)),
        _ => Some(Kept::Flag(edition.approximate)),
    }
}

/// A number of a file as its shortest decimal says it.
fn exact(number: &serde_json::Number) -> Option<Exact> {
    let text = number.to_string();
    Exact::parse(&text).or_else(|| Exact::parse(&format!("{:.12}", number.as_f64()?)))
}

fn column(
    name: String,
    title: Text,
    kind: Kind,
    codes: Vec<(String, Text)>,
    values: Vec<Option<Kept>>,
) -> Column {
    let mut coding = Coding::default();
    for (row, kept) in values.into_iter().enumerate() {
        let Some(kept) = kept else { continue };
        let spelt = format!("{kept:?}");
        coding.put(row, &spelt, || kept);
    }
    Column { name, title, kind, unit: None, fractions: false, codes, source: coding.finish() }
}
