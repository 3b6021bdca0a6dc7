//! Reading a plan's workbook: every fault of every sheet with its place, or the plan with its sums.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::Fact;

use super::record::ADOPTED_ON;
use super::sums::{Places, add_up, added};
use super::{BOTH, MONTH, Plan, QUARTER, Row, Sheet, listed};
use crate::cells::{self, Numbers};
use crate::say::{Failure, filled, filled_with, words};
use crate::tabular::{Fault, ReadOptions, Row as Line, Table};

/// Faults that are shown; the rest is counted.
const SHOWN: usize = 20;

/// 错误 · what is wrong with a plan as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The sheet.
    pub(crate) sheet: Sheet,
    /// Its row, where one is at fault.
    pub(crate) row: Option<u64>,
    /// The fact, where one is at fault.
    pub(crate) fact: Option<String>,
    /// What is wrong, after its place in the file if there is one.
    pub(crate) text: Text,
}

/// Why a file is no plan.
#[derive(Debug)]
pub(crate) enum NotRead {
    /// It cannot be read at all.
    File(Failure),
    /// Cells of it are wrong: all of them.
    Cells(Vec<Wrong>),
}

impl From<Failure> for NotRead {
    fn from(failure: Failure) -> Self {
        Self::File(failure)
    }
}

impl From<NotRead> for Failure {
    fn from(not_read: NotRead) -> Self {
        match not_read {
            NotRead::File(failure) => failure,
            NotRead::Cells(wrong) => told(&wrong),
        }
    }
}

/// All that is wrong, the first of it one by one.
pub(crate) fn told(wrong: &[Wrong]) -> Failure {
    let count = wrong.len();
    let mut faults: Vec<Text> = wrong.iter().take(SHOWN).map(|wrong| wrong.text.clone()).collect();
    if count > SHOWN {
        faults.push(filled("more_refused", &[("more", &(count - SHOWN).to_string())]));
    }
    faults.push(filled("plan_refused", &[("faults", &count.to_string())]));
    let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
    Failure::text(Text { zh: join(|text| &text.zh), en: join(|text| &text.en) })
}

/// Reads a plan, or tells all that is wrong with its workbook.
pub(crate) fn read(library: &Library, path: &Path) -> Result<Plan, NotRead> {
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
    complete(library, plan, &places, faults)
}

/// The lines of supply alone, from a file of one table: CSV.
pub(crate) fn lines(library: &Library, path: &Path) -> Result<Vec<Row>, NotRead> {
    let mut table = Table::open(path, &ReadOptions::default()).map_err(|error| cells::failure(&error))?;
    let mut faults = Vec::new();
    let rows = horizontal(library, &mut table, Sheet::Lines, &mut faults)?;
    if faults.is_empty() { Ok(rows) } else { Err(NotRead::Cells(faults)) }
}

/// 草稿 · a plan as people write it on a form: texts by fact, rows by sheet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// Facts of the plan.
    pub(crate) facts: BTreeMap<String, String>,
    /// Facts of the zone lines.
    pub(crate) zone: BTreeMap<String, String>,
    /// Rows of the other sheets.
    pub(crate) sheets: BTreeMap<Sheet, Vec<BTreeMap<String, String>>>,
}

/// Reads a draft as a workbook is read. Rows are numbered as in a workbook, from 2.
pub(crate) fn draft(library: &Library, draft: &Draft) -> Result<Plan, Vec<Wrong>> {
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    let mut places = Places::new();
    let written = |sheet: Sheet, texts: &BTreeMap<String, String>, faults: &mut Vec<Wrong>| {
        let allowed: BTreeSet<&str> = listed(library, sheet).iter().map(|fact| fact.name.as_str()).collect();
        values(library, sheet, None, texts, &|name| allowed.contains(name), faults)
    };
    plan.facts = written(Sheet::Summary, &draft.facts, &mut faults);
    plan.zone = written(Sheet::Zone, &draft.zone, &mut faults);
    places.extend(plan.facts.keys().map(|name| (name.clone(), Default::default())));
    for (sheet, rows) in &draft.sheets {
        let mut read = Vec::new();
        for (at, texts) in rows.iter().enumerate() {
            let row = at as u64 + 2;
            let known = |name: &str| sheet.columns().contains(&name);
            let one = Row { row, values: values(library, *sheet, Some(row), texts, &known, &mut faults) };
            read.extend(agreeing(one, *sheet, &words("plan_month_quarter"), &mut faults));
        }
        plan.sheets.insert(*sheet, read);
    }
    complete(library, plan, &places, faults).map_err(|not_read| match not_read {
        NotRead::Cells(wrong) => wrong,
        NotRead::File(failure) => {
            vec![Wrong { sheet: Sheet::Summary, row: None, fact: None, text: failure.message }]
        }
    })
}

/// A plan as a form is filled with it: without what its rows add up to, and without the day of its adopting,
/// which is said when it is adopted.
pub(crate) fn written(library: &Library, plan: &Plan) -> Draft {
    let summed = added(library, plan);
    let own = |name: &String| !summed.contains(name) && name != ADOPTED_ON;
    let facts = plan.facts.iter().filter(|(name, _)| own(name));
    let rows = |rows: &Vec<Row>| rows.iter().map(|row| row.values.clone()).collect();
    Draft {
        facts: facts.map(|(name, text)| (name.clone(), text.clone())).collect(),
        zone: plan.zone.clone(),
        sheets: plan.sheets.iter().map(|(sheet, all)| (*sheet, rows(all))).collect(),
    }
}

/// The canonical values of a row or a form.
fn values(
    library: &Library,
    sheet: Sheet,
    row: Option<u64>,
    texts: &BTreeMap<String, String>,
    known: &dyn Fn(&str) -> bool,
    faults: &mut Vec<Wrong>,
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, text) in texts {
        let fact = library.vocabulary.fact(name).filter(|_| known(name));
        let read = match fact {
            Some(fact) => cells::value(library, fact, text, None, Numbers::WithUnits),
            None => Err(filled_with("plan_no_item", &[("item", Text::same(name)), ("sheet", sheet.title())])),
        };
        match read {
            Ok(value) if value.is_empty() => {}
            Ok(value) => {
                found.insert(name.clone(), value);
            }
            Err(text) => faults.push(Wrong { sheet, row, fact: Some(name.clone()), text }),
        }
    }
    found
}

/// A row whose month and quarter agree; a row that says nothing is none.
fn agreeing(read: Row, sheet: Sheet, why: &Text, faults: &mut Vec<Wrong>) -> Option<Row> {
    let (month, quarter): (Option<u8>, Option<u8>) = (read.number(MONTH), read.number(QUARTER));
    if month.zip(quarter).is_some_and(|(month, quarter)| month.div_ceil(3) != quarter) {
        let fact = Some(QUARTER.to_owned());
        faults.push(Wrong { sheet, row: Some(read.row), fact, text: why.clone() });
    }
    (!read.values.is_empty()).then_some(read)
}

/// A plan with its sums, or all that is wrong with it.
fn complete(
    library: &Library,
    mut plan: Plan,
    places: &Places,
    mut faults: Vec<Wrong>,
) -> Result<Plan, NotRead> {
    add_up(library, &mut plan, places, &mut faults);
    if !faults.is_empty() {
        return Err(NotRead::Cells(faults));
    }
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
    Ok(plan)
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
fn next(table: &mut Table, sheet: Sheet, faults: &mut Vec<Wrong>) -> Result<Option<Line>, Failure> {
    loop {
        return match table.next() {
            None => Ok(None),
            Some(Ok(row)) => Ok(Some(row)),
            Some(Err(error)) if matches!(error.fault(), Fault::NoRows) => Ok(None),
            Some(Err(error)) if error.fault().concerns_one_row() => {
                faults.push(Wrong { sheet, row: None, fact: None, text: cells::reason(&error) });
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
    faults: &mut Vec<Wrong>,
    places: &mut Places,
) -> Result<BTreeMap<String, String>, Failure> {
    let allowed: BTreeSet<&str> = listed(library, sheet).iter().map(|fact| fact.name.as_str()).collect();
    let mut found = BTreeMap::new();
    let wrong = |row: u64, fact: Option<&str>, text: Text| Wrong {
        sheet,
        row: Some(row),
        fact: fact.map(str::to_owned),
        text,
    };
    while let Some(row) = next(table, sheet, faults)? {
        let (item, value) = (row.get(0).trim(), row.get(1).trim());
        if value.is_empty() {
            continue;
        }
        let Some(fact) = named(library, item).filter(|fact| allowed.contains(fact.name.as_str())) else {
            let why = filled_with("plan_no_item", &[("item", Text::same(item)), ("sheet", sheet.title())]);
            faults.push(wrong(row.line, None, cells::at(table, row.line, Some(0), &why)));
            continue;
        };
        match cells::value(library, fact, value, None, Numbers::WithUnits) {
            Ok(read) => {
                let place = cells::at(table, row.line, Some(1), &Text::default());
                if found.insert(fact.name.clone(), read).is_some() {
                    let why = filled_with("plan_item_twice", &[("item", fact.title.clone())]);
                    let text = cells::at(table, row.line, Some(0), &why);
                    faults.push(wrong(row.line, Some(&fact.name), text));
                }
                places.insert(fact.name.clone(), (Some(row.line), place));
            }
            Err(why) => {
                let text = cells::at(table, row.line, Some(1), &why);
                faults.push(wrong(row.line, Some(&fact.name), text));
            }
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
    faults: &mut Vec<Wrong>,
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
    while let Some(row) = next(table, sheet, faults)? {
        let mut values = BTreeMap::new();
        for (at, fact, unit) in &columns {
            match cells::value(library, fact, row.get(*at), unit.as_deref(), Numbers::WithUnits) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => {
                    values.insert(fact.name.clone(), value);
                }
                Err(why) => {
                    let text = cells::at(table, row.line, Some(*at), &why);
                    let fact = Some(fact.name.clone());
                    faults.push(Wrong { sheet, row: Some(row.line), fact, text });
                }
            }
        }
        let why = cells::at(table, row.line, None, &words("plan_month_quarter"));
        rows.extend(agreeing(Row { row: row.line, values }, sheet, &why, faults));
    }
    Ok(rows)
}
