//! The form that a department fills in: its own facts as columns, the cases as rows.

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use landcycle_policy::vocabulary::{Fact, FactKind};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, ExcelDateTime, Format, FormatAlign, FormatBorder, Note,
    Workbook, XlsxError,
};

use super::{CASE, DAY};
use crate::say::words;

/// A case as the form shows it.
pub(crate) struct CaseRow {
    /// Its id.
    pub(crate) case: String,
    /// Project and district, so that people know which it is.
    pub(crate) project: String,
    /// District.
    pub(crate) district: String,
}

/// Rows below the cases that are formatted too.
const SPARE: usize = 200;
/// Widths in characters.
const WIDE: f64 = 24.0;
const USUAL: f64 = 18.0;

/// A workbook with the form, and what each column means on a second sheet.
pub(crate) fn form(
    library: &Library,
    facts: &[&Fact],
    cases: &[CaseRow],
    language: Language,
) -> Result<Vec<u8>, XlsxError> {
    let vocabulary = &library.vocabulary;
    let fixed: Vec<&Fact> =
        [CASE, "project_name", "district", DAY].iter().filter_map(|name| vocabulary.fact(name)).collect();
    let mut book = Workbook::new();
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0x1F_3A_5F))
        .set_font_color(Color::White)
        .set_border(FormatBorder::Thin);
    let plain = Format::new().set_num_format("@");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let number = Format::new().set_num_format("#,##0.####");
    let last = (cases.len() + SPARE) as u32;
    let sheet = book.add_worksheet();
    sheet.set_name(words("form_sheet").get(language))?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_row_height(0, 34.0)?;
    for (column, fact) in fixed.iter().chain(facts).enumerate() {
        let column = column as u16;
        sheet.write_string_with_format(0, column, header(library, fact, language), &head)?;
        if let Some(note) = &fact.note {
            sheet.insert_note(0, column, &Note::new(note.get(language)))?;
        }
        let width = if column < 3 { WIDE } else { USUAL };
        sheet.set_column_width(column, width)?;
        match &fact.kind {
            FactKind::Date { .. } => {
                sheet.set_column_format(column, &date)?;
                let first = ExcelDateTime::from_ymd(1980, 1, 1)?;
                let end = ExcelDateTime::from_ymd(2199, 12, 31)?;
                // A warning, not a wall: 未发生 is a value of an occurrence too.
                let rule = DataValidation::new()
                    .allow_date(DataValidationRule::Between(first, end))
                    .set_error_style(rust_xlsxwriter::DataValidationErrorStyle::Warning);
                sheet.add_data_validation(1, column, last, column, &rule)?;
            }
            FactKind::Number { .. } => {
                sheet.set_column_format(column, &number)?;
            }
            FactKind::Code(values) => {
                let titles: Vec<&str> = values.iter().map(|value| value.title.zh.as_str()).collect();
                // A list in the cell holds 255 characters; a longer one stands on the second sheet alone.
                if let Ok(rule) = DataValidation::new().allow_list_strings(&titles) {
                    sheet.add_data_validation(1, column, last, column, &rule)?;
                }
            }
            FactKind::YesNo => {
                let yes_no = [words("flag_yes").zh, words("flag_no").zh];
                let rule = DataValidation::new().allow_list_strings(&yes_no)?;
                sheet.add_data_validation(1, column, last, column, &rule)?;
            }
            FactKind::OpenCode | FactKind::Text => {
                sheet.set_column_format(column, &plain)?;
            }
        }
    }
    for (row, case) in cases.iter().enumerate() {
        let row = row as u32 + 1;
        for (column, text) in [&case.case, &case.project, &case.district].into_iter().enumerate() {
            sheet.write_string(row, column as u16, text)?;
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name(words("form_about").get(language))?;
    let titles = ["form_column", "form_name", "form_kind", "form_note"];
    for (column, title) in titles.into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, words(title).get(language), &head)?;
        sheet.set_column_width(column as u16, WIDE * if column == 3 { 3.0 } else { 1.0 })?;
    }
    for (row, fact) in fixed.iter().chain(facts).enumerate() {
        let row = row as u32 + 1;
        sheet.write_string(row, 0, header(library, fact, language))?;
        sheet.write_string(row, 1, &fact.name)?;
        sheet.write_string(row, 2, kind(fact, language))?;
        sheet.write_string(row, 3, fact.note.as_ref().map_or("", |note| note.get(language)))?;
    }
    book.save_to_buffer()
}

/// The heading of a fact: its term, with the unit in brackets.
fn header(library: &Library, fact: &Fact, language: Language) -> String {
    let title = fact.title.get(language);
    match &fact.kind {
        FactKind::Number { unit, unit_text, .. } if unit_text != "ratio" => {
            let unit = library.vocabulary.units.display(*unit);
            // The symbol of a unit is the same in both headings that the import reads.
            format!("{title} [{}]", unit.zh)
        }
        _ => title.to_owned(),
    }
}

fn kind(fact: &Fact, language: Language) -> String {
    match &fact.kind {
        FactKind::Number { unit_text, .. } => {
            format!("{} {unit_text}", words("glossary_number").get(language))
        }
        FactKind::Date { occurrence } => {
            let key = if *occurrence { "form_occurrence" } else { "glossary_date" };
            words(key).get(language).to_owned()
        }
        FactKind::Code(values) => {
            values.iter().map(|value| value.title.get(language)).collect::<Vec<_>>().join(" / ")
        }
        FactKind::YesNo => words("glossary_yes_no").get(language).to_owned(),
        FactKind::OpenCode => words("glossary_open_code").get(language).to_owned(),
        FactKind::Text => words("glossary_text").get(language).to_owned(),
    }
}
