//! A yearly supply plan (供应计划): a workbook that an office fills in, judged by every rule of its place
//! before it is adopted, kept in the store with its revisions, and tracked against what is supplied.
//!
//! **Invariant:** what the plan must satisfy is said by the packages alone; here lines are added up, and
//! what they leave open stays unknown.

mod book;
mod check;
mod paper;
pub(crate) mod print;
mod read;
mod record;
mod sums;
pub(crate) mod told;
mod track;

use std::collections::BTreeMap;

use landcycle_analysis::plan::Line;
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};

pub(crate) use self::book::{Prefilled, may_be_summed, template};
pub(crate) use self::check::{Checked, Constraint, Verdict, batch, check};
pub(crate) use self::paper::{Office, paper};
pub(crate) use self::read::{Draft, NotRead, Wrong, draft, lines, read, told as faults, written};
#[cfg(test)]
pub(crate) use self::record::adopt;
pub(crate) use self::record::{Adoption, Revision, check_and_adopt, is_id, list, load};
pub(crate) use self::track::{Tracked, track, track_seen};
use crate::say::words;

/// The use that parcels of a store have: it holds land for industry alone.
pub(crate) const INDUSTRIAL: &str = "plan_industrial";
/// The facts by which lines are told apart, with their codes the facts that they add to.
pub(crate) const USE: &str = "line_use";
pub(crate) const SOURCE: &str = "line_source";
const CONVERSION: &str = "line_conversion";
const SPACE: &str = "line_space";
const MONTH: &str = "line_month";
const QUARTER: &str = "line_quarter";
const AREA: &str = "line_area";
const PARCEL: &str = "line_parcel";
pub(crate) const DISTRICT: &str = "district";
/// First and last day.
pub(crate) const FROM: &str = "plan_from";
pub(crate) const UNTIL: &str = "plan_until";
/// What a sheet of the reduction states, summed over districts.
const REDUCTIONS: [&str; 2] = ["reduction_target", "reduction_planned"];
/// Between the two languages of a heading.
const BOTH: &str = " · ";

/// 工作表 · the sheets of a plan's workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sheet {
    /// Facts of the plan, one a row.
    Summary,
    /// Lines by use, source, space, district and month.
    Lines,
    /// Low-efficiency land to be given up, by district.
    Reduction,
    /// The renewal plan.
    Renewal,
    /// The consolidation plan.
    Consolidation,
    /// Facts of the zone lines, one a row.
    Zone,
}

impl Sheet {
    /// All, in the order of the workbook.
    pub(crate) const ALL: [Self; 6] =
        [Self::Summary, Self::Lines, Self::Reduction, Self::Renewal, Self::Consolidation, Self::Zone];

    /// Its word in records and messages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Lines => "lines",
            Self::Reduction => "reduction",
            Self::Renewal => "renewal",
            Self::Consolidation => "consolidation",
            Self::Zone => "zone",
        }
    }

    /// What it is called.
    pub(crate) fn title(self) -> Text {
        words(&format!("plan_sheet_{}", self.word()))
    }

    /// The name that the template gives it, in both languages.
    fn name(self) -> String {
        let title = self.title();
        format!("{} {}", title.zh, title.en)
    }

    /// The subject whose facts it lists one a row, if it does.
    fn subject(self) -> Option<&'static str> {
        match self {
            Self::Summary => Some("plan"),
            Self::Zone => Some("zone"),
            _ => None,
        }
    }

    /// The facts of its columns.
    pub(crate) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Summary | Self::Zone => &[],
            Self::Lines => {
                &[USE, SOURCE, SPACE, DISTRICT, MONTH, QUARTER, AREA, PARCEL, "line_project", "line_note"]
            }
            Self::Reduction => &[DISTRICT, "reduction_target", "reduction_planned", "line_note"],
            Self::Renewal => &[CONVERSION, DISTRICT, "line_project", AREA, "line_note"],
            Self::Consolidation => &[DISTRICT, "line_project", AREA, "line_note"],
        }
    }
}

/// A row of a sheet: where it stands, and its values as canonical texts by fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its row in the sheet.
    pub(crate) row: u64,
    /// Values by fact; what is empty is not there.
    pub(crate) values: BTreeMap<String, String>,
}

impl Row {
    fn text(&self, fact: &str) -> Option<String> {
        self.values.get(fact).cloned()
    }

    fn number<N: std::str::FromStr>(&self, fact: &str) -> Option<N> {
        self.values.get(fact)?.parse().ok()
    }

    /// Area in hectares.
    pub(crate) fn area(&self, fact: &str) -> Option<Exact> {
        self.values.get(fact).and_then(|text| Exact::parse(text))
    }

    fn line(&self) -> Line {
        Line {
            row: self.row,
            used_for: self.text(USE),
            source: self.text(SOURCE),
            space: self.text(SPACE),
            district: self.text(DISTRICT),
            month: self.number(MONTH),
            quarter: self.number(QUARTER),
            area: self.area(AREA),
            parcel: self.text(PARCEL),
        }
    }
}

/// 计划 · a plan as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What the summary states and the lines add up to, canonical, by fact.
    pub(crate) facts: BTreeMap<String, String>,
    /// What is stated of the zone lines.
    pub(crate) zone: BTreeMap<String, String>,
    /// The rows of the other sheets.
    pub(crate) sheets: BTreeMap<Sheet, Vec<Row>>,
    /// Sums that are not known, with the rows that leave them open.
    pub(crate) open: BTreeMap<String, Vec<u64>>,
}

impl Plan {
    /// The rows of a sheet.
    pub(crate) fn rows(&self, sheet: Sheet) -> &[Row] {
        self.sheets.get(&sheet).map_or(&[], Vec::as_slice)
    }

    /// The lines of supply.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.rows(Sheet::Lines).iter().map(Row::line).collect()
    }

    /// A fact of the plan in hectares.
    pub(crate) fn area(&self, fact: &str) -> Option<Exact> {
        self.facts.get(fact).and_then(|text| Exact::parse(text))
    }

    /// A day of the plan.
    pub(crate) fn day(&self, fact: &str) -> Option<jiff::civil::Date> {
        self.facts.get(fact)?.parse().ok()
    }
}

/// The city of a package, as the package spells it.
pub(crate) fn city_of(library: &Library, package: &str) -> Option<String> {
    let places = library.packages.get(package)?.places.iter().flatten();
    places.filter(|(fact, _)| fact == "city").flat_map(|(_, values)| values).next().cloned()
}

/// The codes of a fact.
pub(crate) fn codes(library: &Library, fact: &str) -> Vec<(String, Text)> {
    match library.vocabulary.fact(fact).map(|fact| &fact.kind) {
        Some(FactKind::Code(values)) => {
            values.iter().map(|value| (value.code.clone(), value.title.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// The facts that a sheet lists one a row: those of its subject, and where the plan is of.
pub(crate) fn listed(library: &Library, sheet: Sheet) -> Vec<&Fact> {
    let vocabulary = &library.vocabulary;
    let subject = sheet.subject();
    let at = vocabulary.subjects().iter().position(|known| Some(known.id.as_str()) == subject);
    let place = ["city", DISTRICT].into_iter().filter_map(|name| vocabulary.fact(name));
    let own = vocabulary.facts().iter().filter(|fact| at.is_some() && fact.subject == at);
    place.chain(own).collect()
}

/// A heading in both languages.
fn heading(fact: &Fact) -> String {
    format!("{}{BOTH}{}", fact.title.zh, fact.title.en)
}
