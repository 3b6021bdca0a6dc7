//! Reading a plan's workbook: every fault of every sheet with its place, or the plan with its sums.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use landcycle_analysis::plan::{Sum, by_code, sums};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::Fact;

use super::{
    AREA, BOTH, CONVERSION, FROM, MONTH, Plan, QUARTER, REDUCTIONS, Row, SOURCE, Sheet, UNTIL, USE, codes,
    listed,
};
use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, filled_with, words};
use crate::tabular::{Fault, ReadOptions, Row as Line, Table};

/// Faults that are shown; the rest is counted.
const SHOWN: usize = 20;

/// Where facts were stated, by name.
type Places = BTreeMap<String, Text>;

/// Reads a plan, or tells all that is wrong with its workbook.
pub(crate) fn read(library: &Library, path: &Path) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    let mut places = Places::new();
    for sheet in Sheet::ALL {
        let Some(mut table) = open(path, sheet)? else { continue };
        match sheet {
            Sheet::Summary => {
                plan.facts = vertical(library, &mut table, sheet, &mut faults, &mut places)?;
            }
            Sheet::Zone => {
                plan.zone = vertical(library, &mut table, sheet, &mut faults, &mut Places::new())?;
            }
            _ => {
                let rows = horizontal(library, &mut table, sheet, &mut faults)?;
                plan.sheets.insert(sheet, rows);
            }
        }
    }
    add_up(library, &mut plan, &places, &mut faults);
    if faults.is_empty() {
        // The place of a zone is the plan's, where nothing else is said; without more there is no zone.
        let place = |name: &&str| ["city", super::DISTRICT].contains(name);
        if plan.zone.keys().any(|name| !place(&name.as_str())) {
            for name in ["city", super::DISTRICT] {
                if let Some(value) = plan.facts.get(name) {
                    plan.zone.entry(name.to_owned()).or_insert_with(|| value.clone());
                }
            }
        } else {
            plan.zone.clear();
        }
        return Ok(plan);
    }
    let count = faults.len();
    faults.truncate(SHOWN);
    if count > SHOWN {
        faults.push(filled("more_refused", &[("more", &(count - SHOWN).to_string())]));
    }
    faults.push(filled("plan_refused", &[("faults", &count.to_string())]));
    let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
    Err(Failure::text(Text { zh: join(|text| &text.zh), en: join(|text| &text.en) }))
}

/// Opens a sheet by its name in either language or both. Only the summary must be there.
fn open(path: &Path, sheet: Sheet) -> Result<Option<Table>, Failure> {
    let title = sheet.title();
    for name in [sheet.name(), title.zh, title.en] {
        let options = ReadOptions { sheet: Some(name), ..ReadOptions::default() };
        match Table::open(path, &options) {
            Ok(table) => return Ok(Some(table)),
            Err(error) => match error.fault() {
                Fault::NoSuchSheet { .. } => {}
                Fault::NoHeader if sheet != Sheet::Summary => return Ok(None),
                _ => return Err(cells::failure(&error)),
            },
        }
    }
    if sheet == Sheet::Summary {
        let file = path.display().to_string();
        return Err(Failure::new("plan_no_summary", &[("file", &file), ("sheet", &sheet.name())]));
    }
    Ok(None)
}

/// The fact under a heading, which may be in both languages.
fn named<'l>(library: &'l Library, heading: &str) -> Option<&'l Fact> {
    let vocabulary = &library.vocabulary;
    let parts = heading.split(BOTH);
    std::iter::once(heading).chain(parts).find_map(|part| vocabulary.by_header(part.trim()))
}

/// The next row that can be read; what is wrong with others is told. A sheet without rows says nothing.
fn next(table: &mut Table, faults: &mut Vec<Text>) -> Result<Option<Line>, Failure> {
    loop {
        return match table.next() {
            None => Ok(None),
            Some(Ok(row)) => Ok(Some(row)),
            Some(Err(error)) if matches!(error.fault(), Fault::NoRows) => Ok(None),
            Some(Err(error)) if error.fault().concerns_one_row() => {
                faults.push(cells::reason(&error));
                continue;
            }
            Some(Err(error)) => Err(cells::failure(&error)),
        };
    }
}

/// Facts one a row.
fn vertical(
    library: &Library,
    table: &mut Table,
    sheet: Sheet,
    faults: &mut Vec<Text>,
    places: &mut Places,
) -> Result<BTreeMap<String, String>, Failure> {
    let allowed: BTreeSet<&str> = listed(library, sheet).iter().map(|fact| fact.name.as_str()).collect();
    let mut found = BTreeMap::new();
    while let Some(row) = next(table, faults)? {
        let (item, value) = (row.get(0).trim(), row.get(1).trim());
        if value.is_empty() {
            continue;
        }
        let Some(fact) = named(library, item).filter(|fact| allowed.contains(fact.name.as_str())) else {
            let why = filled_with("plan_no_item", &[("item", Text::same(item)), ("sheet", sheet.title())]);
            faults.push(cells::at(table, row.line, Some(0), &why));
            continue;
        };
        match cells::value(library, fact, value, None, Numbers::WithUnits) {
            Ok(read) => {
                let place = cells::at(table, row.line, Some(1), &Text::default());
                if found.insert(fact.name.clone(), read).is_some() {
                    let why = filled_with("plan_item_twice", &[("item", fact.title.clone())]);
                    faults.push(cells::at(table, row.line, Some(0), &why));
                }
                places.insert(fact.name.clone(), place);
            }
            Err(why) => faults.push(cells::at(table, row.line, Some(1), &why)),
        }
    }
    found.retain(|_, value| !value.is_empty());
    Ok(found)
}

/// One row, one line.
fn horizontal(
    library: &Library,
    table: &mut Table,
    sheet: Sheet,
    faults: &mut Vec<Text>,
) -> Result<Vec<Row>, Failure> {
    let file = table.origin().file.clone();
    let mut columns = Vec::new();
    let mut seen = BTreeMap::new();
    let mut unknown = Vec::new();
    for header in table.header() {
        let fact = named(library, &header.name).or_else(|| named(library, &header.raw));
        let Some(fact) = fact.filter(|fact| sheet.columns().contains(&fact.name.as_str())) else {
            unknown.push(header.raw.clone());
            continue;
        };
        cells::check_unit(library, fact, header.unit.as_deref(), header, &file)?;
        cells::once(&mut seen, fact, header, &file)?;
        columns.push((columns.len(), fact, header.unit.clone()));
    }
    if !unknown.is_empty() {
        return Err(cells::unknown_headers(&file, &unknown, columns.len()));
    }
    let mut rows = Vec::new();
    while let Some(row) = next(table, faults)? {
        let mut values = BTreeMap::new();
        for (at, fact, unit) in &columns {
            match cells::value(library, fact, row.get(*at), unit.as_deref(), Numbers::WithUnits) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    values.insert(fact.name.clone(), value);
                }
                Err(why) => faults.push(cells::at(table, row.line, Some(*at), &why)),
            }
        }
        let read = Row { row: row.line, values };
        let (month, quarter): (Option<u8>, Option<u8>) = (read.number(MONTH), read.number(QUARTER));
        if month.zip(quarter).is_some_and(|(month, quarter)| month.div_ceil(3) != quarter) {
            faults.push(cells::at(table, row.line, None, &words("plan_month_quarter")));
        }
        if !read.values.is_empty() {
            rows.push(read);
        }
    }
    Ok(rows)
}

/// Adds up the lines, and refuses a summary that states another number.
fn add_up(library: &Library, plan: &mut Plan, places: &Places, faults: &mut Vec<Text>) {
    let lines = plan.lines();
    let of = |fact: &str| codes(library, fact).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    let (uses, sources, conversions) = (of(USE), of(SOURCE), of(CONVERSION));
    let mut found: Vec<(Sheet, String, Sum)> =
        sums(&lines, uses.iter().map(String::as_str), sources.iter().map(String::as_str))
            .into_iter()
            .map(|(name, sum)| (Sheet::Lines, name, sum))
            .collect();
    let renewal = plan.rows(Sheet::Renewal);
    let converted: Vec<_> = renewal
        .iter()
        .map(|row| landcycle_analysis::plan::Line {
            row: row.row,
            used_for: row.text(CONVERSION),
            area: row.area(AREA),
            ..Default::default()
        })
        .collect();
    let by_conversion =
        by_code(&converted, conversions.iter().map(String::as_str), |line| line.used_for.as_deref());
    found.extend(by_conversion.into_iter().flatten().map(|(name, sum)| (Sheet::Renewal, name, sum)));
    for fact in REDUCTIONS {
        let rows = plan.rows(Sheet::Reduction);
        if rows.iter().all(|row| row.area(fact).is_none()) {
            continue;
        }
        let open: Vec<u64> = rows.iter().filter(|row| row.area(fact).is_none()).map(|row| row.row).collect();
        let sum = rows.iter().filter_map(|row| row.area(fact)).try_fold(Exact::ZERO, Exact::plus);
        let sum = match sum {
            Some(sum) if open.is_empty() => Sum::Known(sum),
            _ => Sum::Unknown(open),
        };
        found.push((Sheet::Reduction, fact.to_owned(), sum));
    }
    for (sheet, name, sum) in found {
        let stated = plan.area(&name);
        match (sum, stated) {
            (Sum::Known(sum), Some(stated)) if sum != stated => {
                let title = library.vocabulary.fact(&name).map(|fact| fact.title.clone()).unwrap_or_default();
                let values = [
                    ("fact", title),
                    ("stated", Text::same(stated.to_string())),
                    ("sum", Text::same(sum.to_string())),
                    ("sheet", sheet.title()),
                ];
                let why = filled_with("plan_stated_otherwise", &values);
                let place = places.get(&name).cloned().unwrap_or_default();
                faults.push(Text {
                    zh: format!("{}{}", place.zh, why.zh),
                    en: format!("{}{}", place.en, why.en),
                });
            }
            (Sum::Known(sum), _) => {
                plan.facts.insert(name, sum.to_string());
            }
            (Sum::Unknown(rows), None) => {
                plan.open.insert(name, rows);
            }
            (Sum::Unknown(_), Some(_)) => {}
        }
    }
    months_within(plan, faults);
}

/// The months of the lines lie in the plan's period.
fn months_within(plan: &Plan, faults: &mut Vec<Text>) {
    let (Some(from), Some(until)) = (plan.day(FROM), plan.day(UNTIL)) else { return };
    if until < from {
        let values = [("from", from.to_string()), ("until", until.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        faults.push(filled("plan_ends_before", &values));
    }
}
