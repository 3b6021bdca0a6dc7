//! A tracked plan as tables, as JSON and as a workbook.

use comfy_table::{Cell, CellAlignment, Table, presets};
use jiff::civil::Date;
use landcycle_analysis::plan::Pace;
use landcycle_policy::exact::{Exact, grouped};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Value, json};

use super::{DISTRICT, INDUSTRIAL, Revision, SOURCE, Tracked, Verdict, codes, print};
use crate::cli::tree::text_json;
use crate::say::{filled, filled_with, words};

/// The rules whose outcomes say how far a plan is carried out, where a law has them.
const SHARE: &str = "plan_carried_out";
const POINT: &str = "plan_forecast";
const YEARS: &str = "years_of_supply";

/// What is told of a tracked plan.
pub(crate) struct Told<'t> {
    pub(crate) library: &'t Library,
    pub(crate) id: &'t str,
    pub(crate) revision: &'t Revision,
    pub(crate) found: &'t Tracked,
}

/// A month of the plan: planned and supplied, alone and so far; what is ahead is not supplied yet.
struct Month {
    name: String,
    planned: Exact,
    planned_so_far: Exact,
    supplied: Option<Exact>,
    supplied_so_far: Option<Exact>,
}

/// A heading and rows of numbers.
struct Grid {
    title: Text,
    heading: Vec<Text>,
    rows: Vec<(String, Vec<Option<Exact>>)>,
}

impl Told<'_> {
    fn months(&self) -> Vec<Month> {
        let (period, until) = (self.found.period, self.found.actual.until());
        let mut months = Vec::new();
        let (mut planned_so_far, mut supplied_so_far) = (Exact::ZERO, Exact::ZERO);
        let mut first = Date::new(period.from.year(), period.from.month(), 1).ok();
        while let Some(day) = first.filter(|day| *day <= period.until) {
            let planned =
                u8::try_from(day.month()).ok().and_then(|month| self.found.schedule.months.get(&month));
            let planned = planned.copied().unwrap_or_default();
            let supplied = self.found.actual.months.get(&(day.year(), day.month())).copied();
            let supplied = (day <= until).then(|| supplied.unwrap_or_default());
            planned_so_far = planned_so_far.plus(planned).unwrap_or(planned_so_far);
            supplied_so_far = supplied_so_far.plus(supplied.unwrap_or_default()).unwrap_or(supplied_so_far);
            months.push(Month {
                name: format!("{:04}-{:02}", day.year(), day.month()),
                planned,
                planned_so_far,
                supplied,
                supplied_so_far: supplied.map(|_| supplied_so_far),
            });
            first = day.checked_add(jiff::Span::new().months(1)).ok();
        }
        months
    }

    /// Planned and supplied by the codes of a dimension, each with what it is called.
    fn shares(&self, dimension: &str) -> Vec<(String, Text, [Option<Exact>; 2])> {
        let planned = &self.found.planned[dimension];
        let supplied =
            if dimension == SOURCE { &self.found.actual.sources } else { &self.found.actual.districts };
        let titles = codes(self.library, dimension);
        let mut names: Vec<&String> = planned.keys().chain(supplied.keys()).collect();
        names.sort();
        names.dedup();
        let one = |name: &String| {
            let title = titles.iter().find(|(code, _)| code == name).map(|(_, title)| title.clone());
            let title = match title {
                Some(title) => title,
                None if name.is_empty() => words("plan_not_known"),
                None => Text::same(name),
            };
            let numbers = [planned.get(name).copied(), Some(supplied.get(name).copied().unwrap_or_default())];
            (name.clone(), title, numbers)
        };
        names.into_iter().map(one).collect()
    }

    fn by(&self, dimension: &str, language: Language) -> Grid {
        let rows = self.shares(dimension).into_iter();
        let rows = rows.map(|(_, title, numbers)| (title.get(language).to_owned(), numbers.to_vec()));
        let title =
            self.library.vocabulary.fact(dimension).map(|fact| fact.title.clone()).unwrap_or_default();
        Grid {
            heading: vec![title.clone(), words("plan_planned"), words("plan_supplied")],
            rows: rows.collect(),
            title,
        }
    }

    fn grids(&self, language: Language) -> Vec<Grid> {
        let row = |month: Month| {
            let numbers =
                [Some(month.planned), Some(month.planned_so_far), month.supplied, month.supplied_so_far];
            (month.name, numbers.to_vec())
        };
        let keys = ["plan_planned", "plan_planned_so_far", "plan_supplied", "plan_supplied_so_far"];
        let heading = std::iter::once("plan_month").chain(keys).map(words).collect();
        let months = Grid {
            title: words("plan_by_month"),
            heading,
            rows: self.months().into_iter().map(row).collect(),
        };
        vec![months, self.by(SOURCE, language), self.by(DISTRICT, language)]
    }

    /// What is to be known beside the tables.
    fn remarks(&self) -> Vec<Text> {
        let found = self.found;
        let mut remarks = Vec::new();
        let area = |area: Exact| Text::same(grouped(area));
        if found.schedule.open > Exact::ZERO {
            remarks.push(filled_with("plan_unscheduled", &[("area", area(found.schedule.open))]));
        }
        if !found.actual.without_area.is_empty() {
            let cases: Vec<&str> = found.actual.without_area.iter().take(10).map(String::as_str).collect();
            let values =
                [("count", found.actual.without_area.len().to_string()), ("cases", cases.join(", "))];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, text)| (*name, text.as_str())).collect();
            remarks.push(filled("plan_without_area", &values));
        }
        if found.undated > 0 {
            remarks.push(filled("plan_undated", &[("count", &found.undated.to_string())]));
        }
        if found.supplied.is_none() && found.actual.known().is_some() {
            remarks.push(words("plan_elsewhere_open"));
        }
        remarks.push(self.forecast());
        remarks
    }

    /// The interval in words, with its method and the data that it rests on.
    fn forecast(&self) -> Text {
        let years: Vec<String> = self
            .found
            .forecast
            .past
            .iter()
            .filter(|year| year.until > Exact::ZERO)
            .map(|year| year.year.to_string())
            .collect();
        let number = |number: Exact| Text::same(grouped_short(number));
        match self.found.forecast.pace {
            Some(Pace::Known(interval)) => {
                let hundred = interval.coverage.times(Exact::whole(100)).unwrap_or(interval.coverage);
                let values = [
                    ("low", number(interval.low)),
                    ("high", number(interval.high)),
                    ("coverage", Text::same(hundred.rounded(1))),
                    ("count", Text::same(interval.years.to_string())),
                    ("years", Text::same(years.join(", "))),
                ];
                filled_with("plan_interval", &values)
            }
            Some(Pace::TooShort { have, need }) => {
                let values = [("have", have.to_string()), ("need", need.to_string())];
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(name, text)| (*name, text.as_str())).collect();
                filled("plan_history_short", &values)
            }
            Some(Pace::NothingYet) => words("plan_nothing_yet"),
            Some(Pace::TooLarge) | None => words("plan_no_interval"),
        }
    }

    fn head(&self) -> Text {
        let found = self.found;
        let values = [
            ("plan", Text::same(self.id)),
            ("package", found.checked.law.package().title.clone()),
            ("adopted", Text::same(self.revision.event.happened_on.to_string())),
            ("until", Text::same(found.actual.until().to_string())),
            ("parcels", Text::same(found.actual.parcels.to_string())),
            ("total", Text::same(grouped(found.actual.total))),
        ];
        filled_with("plan_tracked", &values)
    }

    /// Tables for people.
    pub(crate) fn text(&self, language: Language) -> String {
        let mut parts = vec![self.head().get(language).to_owned()];
        for grid in self.grids(language).into_iter().filter(|grid| !grid.rows.is_empty()) {
            let mut table = Table::new();
            table.load_style(presets::UTF8_FULL_CONDENSED);
            table.set_header(grid.heading.iter().map(|heading| heading.get(language).to_owned()));
            for (name, numbers) in &grid.rows {
                let cells = numbers.iter().map(|number| {
                    let text = number.map_or_else(String::new, grouped);
                    Cell::new(text).set_alignment(CellAlignment::Right)
                });
                table.add_row(std::iter::once(Cell::new(name)).chain(cells));
            }
            parts.push(format!("{}\n{table}", grid.title.get(language)));
        }
        let mut lines = Vec::new();
        for one in [SHARE, POINT, YEARS].into_iter().filter_map(|rule| self.found.checked.named(rule)) {
            let (plan, checked) = (&self.revision.plan, &self.found.checked);
            lines.extend(print::constraint(self.library, plan, checked, one, true, language));
        }
        parts.push(lines.join("\n"));
        parts.push(
            self.remarks()
                .iter()
                .map(|text| format!("  · {}", text.get(language)))
                .collect::<Vec<_>>()
                .join("\n"),
        );
        parts.join("\n\n")
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        let found = self.found;
        let number = |number: Option<Exact>| number.map(|number| number.to_string());
        let shares = |dimension: &str| {
            let row = |(code, title, numbers): (String, Text, [Option<Exact>; 2])| {
                json!({
                    "code": code, "name": title.zh, "title": text_json(&title),
                    "planned": number(numbers[0]), "supplied": number(numbers[1]),
                })
            };
            self.shares(dimension).into_iter().map(row).collect::<Vec<_>>()
        };
        let interval = match found.forecast.pace {
            Some(Pace::Known(interval)) => json!({
                "low": interval.low.to_string(),
                "high": interval.high.to_string(),
                "coverage": interval.coverage.to_string(),
                "years": interval.years,
            }),
            _ => Value::Null,
        };
        let forecast = self.forecast();
        let constraints = found.checked.constraints.iter();
        json!({
            "plan": self.id,
            "revision": self.revision.event.seq,
            "use": INDUSTRIAL,
            "from": found.period.from.to_string(),
            "until": found.period.until.to_string(),
            "counted_until": found.actual.until().to_string(),
            "parcels": found.actual.parcels,
            "supplied": number(found.actual.known()),
            "supplied_in_all": number(found.supplied),
            "without_area": found.actual.without_area,
            "undated": found.undated,
            "unscheduled": found.schedule.open.to_string(),
            "months": self.months().iter().map(|month| json!({
                "month": month.name,
                "planned": month.planned.to_string(),
                "planned_so_far": month.planned_so_far.to_string(),
                "supplied": number(month.supplied),
                "supplied_so_far": number(month.supplied_so_far),
            })).collect::<Vec<_>>(),
            "sources": shares(SOURCE),
            "districts": shares(DISTRICT),
            "past_years": found.forecast.past.iter().map(|year| json!({
                "year": year.year,
                "until": year.until.to_string(),
                "whole": year.whole.to_string(),
            })).collect::<Vec<_>>(),
            "interval": interval,
            "forecast": text_json(&forecast),
            "remarks": self.remarks().iter().map(text_json).collect::<Vec<_>>(),
            "constraints": constraints
                .filter(|one| one.verdict != Verdict::NotApplicable)
                .map(|one| print::constraint_json(self.library, &self.revision.plan, &found.checked, one))
                .collect::<Vec<_>>(),
        })
    }

    /// A sheet for each table, and one for what stands beside them.
    pub(crate) fn workbook(&self, language: Language) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        for grid in self.grids(language) {
            let sheet = book.add_worksheet();
            sheet.set_name(grid.title.get(language))?.set_freeze_panes(1, 0)?;
            for (at, heading) in grid.heading.iter().enumerate() {
                sheet.write_string_with_format(0, at as u16, heading.get(language), &bold)?;
                sheet.set_column_width(at as u16, 18)?;
            }
            for (at, (name, numbers)) in grid.rows.iter().enumerate() {
                let row = at as u32 + 1;
                sheet.write_string(row, 0, name)?;
                for (column, number) in numbers.iter().enumerate() {
                    // The only floats: a spreadsheet has no other numbers.
                    if let Some(number) = number.and_then(|number| number.rounded(4).parse::<f64>().ok()) {
                        sheet.write_number(row, column as u16 + 1, number)?;
                    }
                }
            }
        }
        let sheet = book.add_worksheet();
        sheet.set_name(words("plan_notes").get(language))?;
        let text = self.text(language);
        let lines = text.lines().filter(|line| !line.contains(['│', '┌', '└', '╞', '├']));
        for (at, line) in lines.enumerate() {
            sheet.write_string(at as u32, 0, line)?;
        }
        book.save_to_buffer()
    }
}

/// A number with two decimals, for ends of an interval: their digits say less than they show.
fn grouped_short(number: Exact) -> String {
    Exact::parse(&number.rounded(2)).map_or_else(|| number.to_string(), grouped)
}
