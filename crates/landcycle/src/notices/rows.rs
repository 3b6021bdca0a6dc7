//! From a row of a notice to an event and its parcel.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use landcycle_ledger::{Body, Entry, GeoPackageLedger, Ledger, LedgerError, NewEvent, ParcelRow};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};
use sha2::{Digest, Sha256};

use super::format::{Column, NoticeFormat};
use crate::clock;
use crate::say::{Failure, filled, words};
use crate::tabular::{self, Row, Table, TabularError};

/// Why there is no event.
pub(super) enum Refused {
    /// This row is refused; others may be good.
    Row(Text),
    /// The file cannot be read on.
    File(Failure),
}

/// A row that became an event.
pub(super) struct Good {
    pub(super) event: Entry,
    pub(super) parcel: Entry,
    pub(super) unusual: Vec<Text>,
}

/// The cases of a store and what tells them apart.
#[derive(Default)]
pub(super) struct KnownCases(BTreeMap<String, String>);

impl KnownCases {
    pub(super) fn of(ledger: &GeoPackageLedger) -> Result<Self, LedgerError> {
        let mut known = BTreeMap::new();
        for case in ledger.cases()? {
            if let Some(parcel) = ledger.parcel(&case)? {
                let parts = [parcel.supervision_no, parcel.project_name, parcel.location];
                known.insert(case, identity(parts.iter().map(|p| p.as_deref().unwrap_or(""))));
            }
        }
        Ok(Self(known))
    }
}

fn identity<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    parts.collect::<Vec<_>>().join("\u{1f}")
}

/// Reads the rows of a file of notices.
pub(super) struct Reader<'r> {
    library: &'r Library,
    format: &'r NoticeFormat,
    table: Table,
    columns: Vec<Option<(usize, Option<String>)>>,
    pub(super) ignored: Vec<(String, Text)>,
    pub(super) known: KnownCases,
    recorded_at: Timestamp,
    /// Words like 八级 → 8, from the catalogue.
    digits: String,
}

impl<'r> Reader<'r> {
    /// Understands the heading, or says which headers are wrong.
    pub(super) fn new(library: &'r Library, format: &'r NoticeFormat, table: Table) -> Result<Self, Failure> {
        let mut columns = Vec::new();
        let mut ignored = Vec::new();
        let mut unknown = Vec::new();
        let mut facts: BTreeSet<String> = BTreeSet::new();
        for header in table.header() {
            match format.column(library, &header.raw, &header.name, header.unit.as_deref()) {
                Some(Column::Fact { name, unit }) => {
                    check_unit(library, &name, unit.as_deref(), &header.raw)?;
                    let index = library.vocabulary.index(&name).filter(|_| facts.insert(name));
                    columns.push(index.map(|index| (index, unit)));
                }
                Some(Column::Ignored(why)) => {
                    ignored.push((header.raw.clone(), why));
                    columns.push(None);
                }
                None => {
                    unknown.push(header.raw.clone());
                    columns.push(None);
                }
            }
        }
        let file = table.origin().file.clone();
        if !unknown.is_empty() {
            let list = unknown.join(", ");
            return Err(Failure::new("unknown_headers", &[("file", &file), ("headers", &list)]));
        }
        let lacking: Vec<&str> =
            format.required.iter().filter(|name| !facts.contains(*name)).map(String::as_str).collect();
        if !lacking.is_empty() {
            let titles: Vec<String> = lacking
                .iter()
                .filter_map(|name| library.vocabulary.fact(name))
                .map(|fact| format!("{} ({})", fact.title.zh, fact.name))
                .collect();
            let list = titles.join(", ");
            return Err(Failure::new("lacking_headers", &[("file", &file), ("headers", &list)]));
        }
        let digits = words("ordinal_digits").zh;
        let (known, recorded_at) = (KnownCases::default(), clock::now());
        Ok(Self { library, format, table, columns, ignored, known, recorded_at, digits })
    }

    /// The next row; `None` at the end of the file.
    pub(super) fn next_row(&mut self) -> Option<Result<Good, Refused>> {
        let row = match self.table.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(Refused::File(failure(&error)))),
        };
        Some(self.read(&row).map_err(Refused::Row))
    }

    fn read(&mut self, row: &Row) -> Result<Good, Text> {
        let mut facts: BTreeMap<String, String> = BTreeMap::new();
        for (at, column) in self.columns.iter().enumerate() {
            let Some((index, unit)) = column else { continue };
            let fact = &self.library.vocabulary.facts()[*index];
            let value =
                self.value(fact, row.get(at), unit.as_deref()).map_err(|why| self.place(row, at, &why))?;
            if !value.is_empty() {
                facts.insert(fact.name.clone(), value);
            }
        }
        for name in &self.format.required {
            if !facts.contains_key(name) {
                let title = self.library.vocabulary.fact(name).map(|f| f.title.clone()).unwrap_or_default();
                let why = words("required_empty").fill(&[("fact", title), ("name", Text::same(name))]);
                return Err(self.line(row, &why));
            }
        }
        let happened_on = facts.get(&self.format.happened_on).and_then(|day| day.parse().ok());
        let Some(happened_on) = happened_on else {
            return Err(self.line(row, &filled("no_day", &[("name", &self.format.happened_on)])));
        };
        let case_id = self.case_id(&facts);
        let unusual = self.unusual(&facts);
        let body = Body::new(facts.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .map_err(|error| self.line(row, &Text::same(error.to_string())))?;
        let parcel = parcel(&case_id, &facts);
        let origin = self.origin(row);
        let event = NewEvent {
            key: format!("notice:{}", digest(&[&case_id, body.as_str()])),
            case_id,
            kind: "notice.published/1".into(),
            happened_on,
            recorded_at: self.recorded_at,
            actor: "natural_resources".into(),
            origin,
            package: None,
            corrects: None,
            body,
        };
        Ok(Good { event: event.into(), parcel: parcel.into(), unusual })
    }

    fn value(&self, fact: &Fact, text: &str, unit: Option<&str>) -> Result<String, Text> {
        let text = text.trim();
        if self.format.missing.contains(text) {
            return Ok(String::new());
        }
        let vocabulary = &self.library.vocabulary;
        if self.format.ordinals.contains(&fact.name) {
            return Ok(ordinal(text, &self.digits).map_or_else(String::new, |n| n.to_string()));
        }
        let ready = match fact.kind {
            FactKind::Number { .. } => {
                tabular::numbers::parse(text).map_err(|fault| value_words(fact, &fault.text, "bad_number"))?
            }
            FactKind::Date { .. } if text != "none" => {
                let day = tabular::dates::parse(text);
                let day = day.map_err(|fault| value_words(fact, &fault.text, "bad_date"))?;
                format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
            }
            _ => text.to_owned(),
        };
        let value = vocabulary.canonical(fact, &ready, unit).map_err(|bad| bad.message)?;
        let zero = self.format.zero_is_none.contains(&fact.name);
        Ok(if zero && Exact::parse(&value) == Some(Exact::ZERO) { String::new() } else { value })
    }

    /// The supervision number; where two different notices bear one number, the second gets a mark
    /// made of what tells them apart, the same whenever the file is read.
    fn case_id(&mut self, facts: &BTreeMap<String, String>) -> String {
        let get = |name: &str| facts.get(name).map_or("", String::as_str);
        let own = identity(self.format.identity.iter().map(|name| get(name)));
        let number = get(self.format.identity.first().map_or("", String::as_str)).to_owned();
        let mark = digest(&[&own]);
        let marked = format!("{number}~{}", mark.get(..8).unwrap_or(&mark));
        match self.known.0.get(&number) {
            Some(other) if *other != own => {
                self.known.0.insert(marked.clone(), own);
                marked
            }
            Some(_) => number,
            None => {
                self.known.0.insert(number.clone(), own);
                number
            }
        }
    }

    fn unusual(&self, facts: &BTreeMap<String, String>) -> Vec<Text> {
        self.format
            .unusual
            .iter()
            .filter(|rule| {
                let value = facts.get(&rule.fact).and_then(|v| Exact::parse(v));
                value.is_some_and(|v| {
                    rule.above.is_some_and(|limit| v > limit) || rule.at_most.is_some_and(|limit| v <= limit)
                })
            })
            .map(|rule| rule.why.clone())
            .collect()
    }

    fn origin(&self, row: &Row) -> String {
        let place = self.table.origin();
        let sheet = place.sheet.as_ref().map(|s| format!("!{s}")).unwrap_or_default();
        format!("{}{sheet}:{}", place.file, row.line)
    }

    fn line(&self, row: &Row, why: &Text) -> Text {
        let line = row.line.to_string();
        words("at_row").fill(&[
            ("file", Text::same(&self.table.origin().file)),
            ("row", Text::same(line)),
            ("why", why.clone()),
        ])
    }

    fn place(&self, row: &Row, at: usize, why: &Text) -> Text {
        let header = self.table.header().get(at).map(|h| h.raw.clone()).unwrap_or_default();
        words("at_cell").fill(&[
            ("file", Text::same(&self.table.origin().file)),
            ("row", Text::same(row.line.to_string())),
            ("column", Text::same(header)),
            ("why", why.clone()),
        ])
    }
}

fn check_unit(library: &Library, name: &str, unit: Option<&str>, header: &str) -> Result<(), Failure> {
    let (Some(unit), Some(fact)) = (unit, library.vocabulary.fact(name)) else { return Ok(()) };
    let fits = match &fact.kind {
        FactKind::Number { unit: own, .. } => {
            library.vocabulary.units.parse(unit).is_some_and(|u| u.same_dimension(*own))
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let expected = match &fact.kind {
        FactKind::Number { unit_text, .. } => unit_text.clone(),
        _ => "–".into(),
    };
    Err(Failure::new("wrong_unit", &[("header", header), ("unit", unit), ("expected", &expected)]))
}

fn value_words(fact: &Fact, text: &str, key: &str) -> Text {
    words(key).fill(&[
        ("fact", fact.title.clone()),
        ("name", Text::same(&fact.name)),
        ("text", Text::same(text)),
    ])
}

/// 八级, 十三等级, 8级, 8 → 8. Words without a number (未评估地区) mean missing.
fn ordinal(text: &str, digits: &str) -> Option<u32> {
    let mut value: Option<u32> = None;
    for c in text.chars() {
        let digit = c.to_digit(10).or_else(|| digits.chars().position(|d| d == c).map(|p| p as u32));
        match digit {
            // The tenth word of the list is the word for ten.
            Some(10) => value = Some(value.unwrap_or(1) * 10),
            Some(d) => {
                value = Some(match value {
                    Some(v) if v % 10 == 0 && v > 0 && !c.is_ascii_digit() => v + d,
                    Some(v) => v * 10 + d,
                    None => d,
                });
            }
            None => break,
        }
    }
    value
}

fn parcel(case_id: &str, facts: &BTreeMap<String, String>) -> ParcelRow {
    let get = |name: &str| facts.get(name).cloned();
    ParcelRow {
        case_id: case_id.to_owned(),
        parcel_no: get("parcel_no"),
        supervision_no: get("supervision_no"),
        project_name: get("project_name"),
        location: get("location"),
        holder: get("holder"),
        city: get("city"),
        district: get("district"),
        park: get("park"),
        industry: get("industry"),
        // For showing on a map only; rules read the exact text.
        area_m2: get("area").and_then(|area| area.parse().ok()),
        signed_on: get("signed_on").and_then(|day| day.parse().ok()),
        geometry: None,
    }
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A reading error in words for people.
pub(crate) fn failure(error: &TabularError) -> Failure {
    let both = |language: tabular::Language| {
        let help = error.help(language);
        format!("{} {}\n{help}", error.code(), error.message(language))
    };
    Failure::text(Text { zh: both(tabular::Language::Zh), en: both(tabular::Language::En) })
}
