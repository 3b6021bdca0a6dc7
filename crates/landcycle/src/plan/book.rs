//! The workbook that an office fills in: sheets with headings in both languages, what may be chosen as
//! lists to choose from, what the lines add up to left open. A plan may be filled in already.

use std::collections::BTreeSet;

use landcycle_policy::package::library::Library;
use landcycle_policy::vocabulary::{Fact, FactKind};
use rust_xlsxwriter::{DataValidation, Format, Workbook, Worksheet, XlsxError};

use super::sums::added;
use super::{BOTH, FROM, Plan, Sheet, UNTIL, codes, heading, listed};
use crate::say::words;

/// Rows of a sheet that offer lists to choose from.
const OFFERED: u32 = 2_000;
/// Characters that a list of choices may have in a workbook.
const LIST_MOST: usize = 255;

/// What is known of a plan before it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefilled {
    /// The city as its package knows it.
    pub(crate) city: Option<String>,
    /// The year.
    pub(crate) year: i16,
}

/// The template, packed, with a plan in it where there is one. What its lines add up to stays open, so that
/// who changes a line has no sum to mend.
pub(crate) fn template(
    library: &Library,
    known: &Prefilled,
    plan: Option<&Plan>,
) -> Result<Vec<u8>, XlsxError> {
    let summed = plan.map(|plan| added(library, plan)).unwrap_or_default();
    let stated = |sheet: Sheet, fact: &Fact| {
        let plan = plan?;
        let facts = if sheet == Sheet::Zone { &plan.zone } else { &plan.facts };
        facts.get(&fact.name).filter(|_| sheet == Sheet::Zone || !summed.contains(&fact.name)).cloned()
    };
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_text_wrap();
    for sheet in Sheet::ALL {
        let page = book.add_worksheet();
        page.set_name(sheet.name())?.set_freeze_panes(1, 0)?;
        if sheet.columns().is_empty() {
            vertical(page, (library, sheet), known, &stated, &bold)?;
            continue;
        }
        for (at, name) in sheet.columns().iter().enumerate() {
            let Some(fact) = library.vocabulary.fact(name) else { continue };
            let column = at as u16;
            page.write_string_with_format(0, column, unit_heading(fact), &bold)?;
            page.set_column_width(column, 20)?;
            choices(page, fact, (1, OFFERED), column)?;
            for (row, line) in plan.iter().flat_map(|plan| plan.rows(sheet)).enumerate() {
                if let Some(text) = line.values.get(*name) {
                    put(page, (row as u32 + 1, column), fact, text)?;
                }
            }
        }
    }
    book.save_to_buffer()
}

/// A value as an office writes it: codes by their names, numbers as numbers where a sheet can hold them.
fn put(page: &mut Worksheet, (row, column): (u32, u16), fact: &Fact, text: &str) -> Result<(), XlsxError> {
    /// Digits that a number of a spreadsheet keeps.
    const DIGITS: usize = 15;
    match &fact.kind {
        FactKind::Number { .. } if text.len() <= DIGITS => {
            // The only floats: a spreadsheet has no other numbers.
            if let Ok(number) = text.parse::<f64>() {
                page.write_number(row, column, number)?;
                return Ok(());
            }
            page.write_string(row, column, text)?;
        }
        FactKind::Code(values) => {
            let title = values.iter().find(|value| value.code == text).map(|value| value.title.zh.as_str());
            page.write_string(row, column, title.unwrap_or(text))?;
        }
        FactKind::YesNo => {
            let said = words("plan_yes_no").zh;
            let (yes, no) = said.split_once('|').unwrap_or((&said, ""));
            page.write_string(row, column, if text == "yes" { yes } else { no })?;
        }
        _ => {
            page.write_string(row, column, text)?;
        }
    }
    Ok(())
}

/// What the words of a plan's facts add up to by themselves: by use, source, conversion, district.
pub(crate) fn may_be_summed(library: &Library) -> BTreeSet<String> {
    [super::USE, super::SOURCE, super::CONVERSION]
        .into_iter()
        .flat_map(|fact| codes(library, fact).into_iter().map(|(code, _)| code))
        .chain([landcycle_analysis::plan::TOTAL_BY_DISTRICT, "plan_industrial_key"].map(str::to_owned))
        .chain(super::REDUCTIONS.map(str::to_owned))
        .collect()
}

/// A heading with the unit in brackets.
fn unit_heading(fact: &Fact) -> String {
    match &fact.kind {
        FactKind::Number { unit_text, .. } if unit_text != "ratio" => {
            format!("{} [{unit_text}]", heading(fact))
        }
        _ => heading(fact),
    }
}

/// Facts one a row: what is called how, its value, its unit or choices, a remark.
fn vertical(
    page: &mut Worksheet,
    (library, sheet): (&Library, Sheet),
    known: &Prefilled,
    stated: &dyn Fn(Sheet, &Fact) -> Option<String>,
    bold: &Format,
) -> Result<(), XlsxError> {
    let headings = ["plan_column_item", "plan_column_value", "plan_column_unit", "plan_column_note"];
    for (at, key) in headings.into_iter().enumerate() {
        let title = words(key);
        page.write_string_with_format(0, at as u16, format!("{}{BOTH}{}", title.zh, title.en), bold)?;
        page.set_column_width(at as u16, [52, 24, 24, 64][at])?;
    }
    let both = |key: &str| {
        let text = words(key);
        format!("{}{BOTH}{}", text.zh, text.en)
    };
    let summed = may_be_summed(library);
    for (at, fact) in listed(library, sheet).into_iter().enumerate() {
        let row = at as u32 + 1;
        page.write_string(row, 0, heading(fact))?;
        let value = match fact.name.as_str() {
            "city" => known.city.clone(),
            FROM => Some(format!("{:04}-01-01", known.year)),
            UNTIL => Some(format!("{:04}-12-31", known.year)),
            _ => None,
        };
        if let Some(value) = stated(sheet, fact).or(value.filter(|_| sheet == Sheet::Summary)) {
            put(page, (row, 1), fact, &value)?;
        }
        let unit = match &fact.kind {
            FactKind::Number { unit_text, .. } => unit_text.clone(),
            FactKind::Date { .. } => both("plan_form_date"),
            FactKind::YesNo => both("plan_form_yes_no"),
            FactKind::Code(values) => {
                values.iter().map(|value| value.title.zh.as_str()).collect::<Vec<_>>().join(" / ")
            }
            _ => String::new(),
        };
        page.write_string(row, 2, unit)?;
        let mut remark = fact.note.as_ref().map(|note| format!("{}{BOTH}{}", note.zh, note.en));
        if summed.contains(&fact.name) {
            remark = Some(both("plan_summed"));
        }
        page.write_string(row, 3, remark.unwrap_or_default())?;
        choices(page, fact, (row, row), 1)?;
    }
    Ok(())
}

/// Offers the codes of a fact, or yes and no.
fn choices(page: &mut Worksheet, fact: &Fact, rows: (u32, u32), column: u16) -> Result<(), XlsxError> {
    let offered: Vec<String> = match &fact.kind {
        FactKind::Code(values) => values.iter().map(|value| value.title.zh.clone()).collect(),
        FactKind::YesNo => words("plan_yes_no").zh.split('|').map(str::to_owned).collect(),
        _ => return Ok(()),
    };
    let length: usize = offered.iter().map(|choice| choice.chars().count() + 1).sum();
    if length < LIST_MOST {
        let list = DataValidation::new().allow_list_strings(&offered)?;
        page.add_data_validation(rows.0, column, rows.1, column, &list)?;
    }
    Ok(())
}
