//! From a row of a notice to an event and its parcel.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::{Body, Entry, NewEvent, ParcelRow};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::Fact;

use super::Area;
use super::faulty::FaultyRow;
use super::format::{Column, NoticeFormat};
use super::grade::Grades;
use super::known::{Change, Facts, KIND, Known, Standing, identity, trace};
use crate::cells::{self, Numbers};
use crate::clock;
use crate::say::{Failure, filled, words};
use crate::tabular::{Row, Table, TabularError};

/// Why there is no event.
pub(super) enum Refused {
    /// This row is refused; others may be good.
    Row(FaultyRow),
    /// The file cannot be read on.
    File(Failure),
}

/// A row that became an event.
pub(super) struct Good {
    pub(super) event: Entry,
    pub(super) parcel: Option<Entry>,
    pub(super) unusual: Vec<Text>,
    /// What a person should compare with an earlier row.
    pub(super) note: Option<Text>,
    /// What it would change, for a preview.
    pub(super) change: Change,
    pub(super) case_id: String,
    pub(super) line: u64,
    pub(super) facts: Vec<(String, String)>,
}

/// A column that is read.
struct FactColumn<'r> {
    fact: &'r Fact,
    unit: Option<String>,
    ordinal: bool,
    zero_is_none: bool,
}

/// Reads the rows of a file of notices.
pub(super) struct Reader<'r> {
    library: &'r Library,
    format: &'r NoticeFormat,
    table: Table,
    columns: Vec<Option<FactColumn<'r>>>,
    pub(super) ignored: Vec<(String, Text)>,
    pub(super) known: Known,
    recorded_at: Timestamp,
    grades: Grades,
    /// Where rows may be recorded; nowhere else.
    area: Area,
}

impl<'r> Reader<'r> {
    /// Understands the heading, or says which headers are wrong.
    pub(super) fn new(
        library: &'r Library,
        format: &'r NoticeFormat,
        table: Table,
        area: Area,
    ) -> Result<Self, Failure> {
        let mut columns = Vec::new();
        let mut ignored = Vec::new();
        let mut unknown = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let file = table.origin().file.clone();
        for header in table.header() {
            let column = format.column(library, &header.raw, &header.name, header.unit.as_deref());
            columns.push(None);
            match column {
                Some(Column::Fact { name, unit }) => {
                    let Some(index) = library.vocabulary.index(&name) else { continue };
                    let fact = &library.vocabulary.facts()[index];
                    cells::check_unit(library, fact, unit.as_deref(), header, &file)?;
                    cells::once(&mut seen, fact, header, &file)?;
                    columns.pop();
                    let ordinal = format.ordinals.contains(&name);
                    let zero_is_none = format.zero_is_none.contains(&name);
                    columns.push(Some(FactColumn { fact, unit, ordinal, zero_is_none }));
                }
                Some(Column::Ignored(why)) => ignored.push((header.raw.clone(), why)),
                None => unknown.push(header.raw.clone()),
            }
        }
        if !unknown.is_empty() {
            return Err(cells::unknown_headers(&file, &unknown, seen.len() + ignored.len()));
        }
        let lacking: Vec<String> = format
            .required
            .iter()
            .filter(|name| !seen.contains_key(*name))
            .filter_map(|name| library.vocabulary.fact(name))
            .map(|fact| format!("{} ({})", fact.title.zh, fact.name))
            .collect();
        if !lacking.is_empty() {
            let list = lacking.join(", ");
            return Err(Failure::new("lacking_headers", &[("file", &file), ("headers", &list)]));
        }
        let (known, recorded_at) = (Known::default(), clock::now());
        let grades = Grades::read();
        Ok(Self { library, format, table, columns, ignored, known, recorded_at, grades, area })
    }

    /// The table that is read.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// The fact of each column of the heading, and the unit of its numbers; none where it is left aside.
    pub(super) fn mapping(&self) -> impl Iterator<Item = Option<(&Fact, Option<&str>)>> {
        self.columns.iter().map(|column| column.as_ref().map(|column| (column.fact, column.unit.as_deref())))
    }

    /// The next row; `None` at the end of the file.
    pub(super) fn next_row(&mut self) -> Option<Result<Good, Refused>> {
        let row = match self.table.next()? {
            Ok(row) => row,
            Err(error) if error.fault().concerns_one_row() => {
                return Some(Err(Refused::Row(self.broken(&error))));
            }
            Err(error) => return Some(Err(Refused::File(cells::failure(&error)))),
        };
        Some(self.read(&row).map_err(Refused::Row))
    }

    /// A row some of whose cells cannot be read: what is wrong with the others is told as well.
    fn broken(&self, error: &TabularError) -> FaultyRow {
        let mut faulty = FaultyRow::broken(error);
        if let Some(row) = error.row() {
            let met: Vec<String> = faulty.faults.iter().filter_map(|fault| fault.header.clone()).collect();
            if let Err(rest) = self.facts(row, &met) {
                faulty.faults.extend(rest.faults);
            }
        }
        faulty
    }

    /// The event of a row, or all that is wrong with it.
    fn read(&mut self, row: &Row) -> Result<Good, FaultyRow> {
        let facts = self.facts(row, &[])?;
        let day = facts.get(self.format.happened_on.as_str());
        let happened_on: Option<Date> = day.and_then(|day| day.parse().ok());
        let Some(happened_on) = happened_on else {
            return Err(self.refused(row, &filled("no_day", &[("name", &self.format.happened_on)])));
        };
        let body = Body::new(&facts).map_err(|error| self.refused(row, &Text::same(error.to_string())))?;
        let get = |name: &String| facts.get(name.as_str()).map_or("", String::as_str);
        let number = self.format.identity.first().map_or("", get);
        let case_id = self.known.case_id(number, &identity(self.format.identity.iter().map(get)));
        if let Some(why) = self.area.refuses(&case_id, facts.get("district").map(String::as_str)) {
            return Err(self.refused(row, &why));
        }
        let change = self.known.change(&case_id, happened_on, body.as_str());
        let standing = self.known.stand(&case_id, happened_on, row.line, &facts, body.as_str());
        let (key, latest, other_day) = match standing {
            Standing::Good { key, latest, other_day } => (key, latest, other_day),
            Standing::Contradicts { row: first, facts } => {
                return Err(self.refused(row, &self.contradiction(first, &facts)));
            }
        };
        let note = other_day.map(|(first, before)| {
            let (first, line) = (first.to_string(), row.line.to_string());
            let (before, after) = (before.to_string(), happened_on.to_string());
            let values = [("first", first.as_str()), ("row", &line), ("case", &case_id)];
            let days = [("before", before.as_str()), ("after", &after)];
            self.line(row, &filled("notice_on_two_days", &[&values[..], &days[..]].concat()))
        });
        let unusual = self.unusual(&facts);
        let parcel = latest.then(|| parcel(&case_id, &facts).into());
        let told =
            (case_id.clone(), facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let event = NewEvent {
            key,
            case_id,
            kind: KIND.into(),
            happened_on,
            recorded_at: self.recorded_at,
            actor: "natural_resources".into(),
            origin: self.origin(row),
            package: None,
            corrects: None,
            body,
        };
        let (case_id, facts) = told;
        Ok(Good { event: event.into(), parcel, unusual, note, change, case_id, line: row.line, facts })
    }

    /// The facts of a row, or the faults of all its cells but those that are known to be faulty.
    fn facts(&self, row: &Row, met: &[String]) -> Result<Facts<'r>, FaultyRow> {
        let mut facts = Facts::new();
        let mut found = FaultyRow::of(row);
        let mut faulty = Vec::new();
        for (at, (column, header)) in self.columns.iter().zip(self.table.header()).enumerate() {
            let Some(column) = column else { continue };
            if met.contains(&header.raw) {
                faulty.push(&column.fact.name);
                continue;
            }
            match self.value(column, row.get(at)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    facts.insert(column.fact.name.as_str(), value);
                }
                Err(why) => {
                    found.add(&self.table, Some(at), &why);
                    faulty.push(&column.fact.name);
                }
            }
        }
        for name in &self.format.required {
            if !facts.contains_key(name.as_str()) && !faulty.contains(&name) {
                let title = self.library.vocabulary.fact(name).map(|f| f.title.clone()).unwrap_or_default();
                let why = words("required_empty").fill(&[("fact", title), ("name", Text::same(name))]);
                found.add(&self.table, None, &why);
            }
        }
        for instead in &self.format.instead {
            let (name, values) = &instead.when;
            if facts.get(name.as_str()).is_some_and(|value| values.contains(value))
                && let Some(value) = facts.remove(instead.fact.as_str())
            {
                facts.insert(&instead.is, value);
            }
        }
        if found.faults.is_empty() { Ok(facts) } else { Err(found) }
    }

    fn value(&self, column: &FactColumn<'_>, text: &str) -> Result<String, Text> {
        let text = text.trim();
        if text.is_empty() || self.format.missing.contains(text) {
            return Ok(String::new());
        }
        let mut ready = Cow::Borrowed(text);
        if column.ordinal {
            let grade = self.grades.value(text).ok_or_else(|| {
                let cut = crate::tabular::shortened(text);
                filled("bad_grade", &[("text", &cut)])
            })?;
            ready = Cow::Owned(grade);
        }
        let unit = column.unit.as_deref();
        let value = cells::value(self.library, column.fact, &ready, unit, Numbers::Plain)?;
        Ok(if column.zero_is_none && Exact::parse(&value) == Some(Exact::ZERO) {
            String::new()
        } else {
            value
        })
    }

    fn contradiction(&self, first: u64, differing: &[u64]) -> Text {
        let facts = self.library.vocabulary.facts().iter();
        let titles: Vec<&Text> =
            facts.filter(|fact| differing.contains(&trace(&fact.name))).map(|fact| &fact.title).collect();
        let join =
            |form: fn(&Text) -> &str, gap: &str| titles.iter().map(|t| form(t)).collect::<Vec<_>>().join(gap);
        let gap = words("list_gap");
        let titles = Text { zh: join(|t| &t.zh, &gap.zh), en: join(|t| &t.en, &gap.en) };
        words("notice_contradicted").fill(&[("first", Text::same(first.to_string())), ("facts", titles)])
    }

    fn unusual(&self, facts: &Facts<'_>) -> Vec<Text> {
        self.format
            .unusual
            .iter()
            .filter(|rule| {
                let value = facts.get(rule.fact.as_str()).and_then(|v| Exact::parse(v));
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
        cells::at(&self.table, row.line, None, why)
    }

    /// A row that is refused for one reason.
    fn refused(&self, row: &Row, why: &Text) -> FaultyRow {
        let mut faulty = FaultyRow::of(row);
        faulty.add(&self.table, None, why);
        faulty
    }
}

fn parcel(case_id: &str, facts: &Facts<'_>) -> ParcelRow {
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
