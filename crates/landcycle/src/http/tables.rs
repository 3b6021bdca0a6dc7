//! 导出 · any table as a workbook or CSV: typed cells under headings in the reader's language with their
//! units, and a sheet that says which store, day and filters it is of. Rows are those of the JSON answer,
//! so that both say the same.
//!
//! **Invariant:** what was typed by anybody is never a formula. In a workbook it is a text cell; in CSV a
//! leading sign that a spreadsheet would calculate gets an apostrophe before it.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use landcycle_policy::vocabulary::FactKind;
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::App;
use super::bodies;
use super::caller::Caller;
use super::problem::Problem;
use super::query::{self, Pairs};
use crate::say::{Failure, listed, words};
use crate::{clock, store};

/// Rows that a sheet holds below its heading.
const ROWS: u32 = 1_048_575;
/// Characters that a cell holds.
const CHARACTERS: usize = 32_767;
/// Digits that a spreadsheet's numbers keep; a number with more stays text, so that nothing is lost.
const DIGITS: usize = 15;
/// Signs with which a spreadsheet begins a formula.
const CALCULATED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Parameters that are no filter of the rows.
const NO_FILTERS: [&str; 5] = ["format", "lang", "offset", "limit", "as_of"];
/// Widths of columns in characters.
const WIDTHS: [f64; 3] = [24.0, 15.0, 12.0];

/// What a file is to be, and in which language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    workbook: bool,
    /// The language of headings and words.
    pub(super) language: Language,
}

/// The kind of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Date,
}

/// 列 · a heading and where its values are in a row.
pub(super) struct Column {
    title: Text,
    unit: Option<Text>,
    kind: Kind,
    pointer: String,
}

impl Column {
    fn new(title: Text, kind: Kind, pointer: impl Into<String>) -> Self {
        Self { title, unit: None, kind, pointer: pointer.into() }
    }

    /// A column of words; its heading is in the catalogue.
    pub(super) fn text(title: &str, pointer: &str) -> Self {
        Self::new(words(title), Kind::Text, pointer)
    }

    /// A column of numbers.
    pub(super) fn number(title: &str, pointer: &str) -> Self {
        Self::new(words(title), Kind::Number, pointer)
    }

    /// A column of days.
    pub(super) fn date(title: &str, pointer: &str) -> Self {
        Self::new(words(title), Kind::Date, pointer)
    }

    /// A column of a fact, with its title, kind and unit from the vocabulary.
    pub(super) fn fact(library: &Library, name: &str, pointer: &str) -> Self {
        let Some(fact) = library.vocabulary.fact(name) else { return Self::text(name, pointer) };
        let (kind, unit) = match &fact.kind {
            FactKind::Number { unit, .. } => (Kind::Number, Some(library.vocabulary.units.display(*unit))),
            FactKind::Date { .. } => (Kind::Date, None),
            _ => (Kind::Text, None),
        };
        let unit = unit.filter(|unit| !unit.zh.is_empty());
        Self { unit, ..Self::new(fact.title.clone(), kind, pointer) }
    }

    /// A column with a title of its own; numbers with their unit, or words.
    pub(super) fn titled(title: Text, unit: Option<Text>, number: bool, pointer: String) -> Self {
        let unit = unit.filter(|unit| !unit.zh.is_empty());
        Self { unit, ..Self::new(title, if number { Kind::Number } else { Kind::Text }, pointer) }
    }

    fn heading(&self, language: Language) -> String {
        let title = self.title.get(language);
        match &self.unit {
            Some(unit) => format!("{title} [{}]", unit.get(language)),
            None => title.to_owned(),
        }
    }

    fn cell(&self, row: &Value, language: Language) -> Cell {
        let text = said(row.pointer(&self.pointer).unwrap_or(&Value::Null), language);
        match self.kind {
            _ if text.is_empty() => Cell::Nothing,
            Kind::Number => number(&text).map_or(Cell::Text(text.clone()), |value| Cell::Number(value, text)),
            Kind::Date => text.parse().map_or(Cell::Text(text), Cell::Day),
            Kind::Text => Cell::Text(text),
        }
    }
}

/// 单元格 · a typed cell.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Nothing,
    Text(String),
    /// A number, and its exact digits.
    Number(f64, String),
    Day(Date),
}

/// A number that a spreadsheet keeps to its last digit.
fn number(text: &str) -> Option<f64> {
    Exact::parse(text).filter(|_| !text.contains('/'))?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.parse().ok().filter(|_| digits <= DIGITS)
}

/// What a value says in a language; lists are joined.
fn said(value: &Value, language: Language) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => words(if *flag { "flag_yes" } else { "flag_no" }).get(language).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let texts: Vec<Text> = items.iter().map(|item| Text::same(said(item, language))).collect();
            listed(&texts).get(language).to_owned()
        }
        Value::Object(_) => {
            let key = if language == Language::En { "en" } else { "zh" };
            let own = |name: &str| value.get(name).map(|part| said(part, language));
            own(key).or_else(|| own("title")).or_else(|| own("id")).unwrap_or_default()
        }
    }
}

/// 表 · what a file holds.
pub(super) struct Table {
    /// The name of the file and of its sheet, in the catalogue.
    pub(super) name: &'static str,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// What the second sheet says.
    pub(super) about: Vec<(Text, Text)>,
    /// The day it is of.
    pub(super) day: Date,
}

/// What was asked for; nothing where the answer is to be JSON. Who may read a list may not take it along
/// without the right to export.
pub(super) fn wanted(pairs: &Pairs, caller: &Caller) -> Result<Option<Wanted>, Problem> {
    let Some(format) = pairs.get("format").filter(|format| !format.is_empty()) else { return Ok(None) };
    let workbook = match format.as_str() {
        "json" => return Ok(None),
        "xlsx" => true,
        "csv" => false,
        _ => return Err(Problem::query("format", format, "xlsx, csv, json")),
    };
    if !caller.may("export") {
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", "export")]));
    }
    let language =
        if pairs.get("lang").is_some_and(|lang| lang == "en") { Language::En } else { Language::Zh };
    Ok(Some(Wanted { workbook, language }))
}

impl App {
    /// What the second sheet says of a table of this store: which store, which day, which filters, which
    /// packages, and what is invented or stands in.
    pub(super) fn about(&self, pairs: &Pairs, day: Date) -> Result<Vec<(Text, Text)>, Problem> {
        let book = self.book(day)?;
        let mut about = vec![
            (words("table_store"), Text::same(store::short_name(&self.store).unwrap_or_default())),
            (words("table_day"), Text::same(day.to_string())),
            (words("table_made"), Text::same(clock::now().to_string())),
        ];
        for (name, value) in
            pairs.iter().filter(|(name, value)| !NO_FILTERS.contains(&name.as_str()) && !value.is_empty())
        {
            about.push((words("table_filter"), Text::same(format!("{name} = {value}"))));
        }
        for (law, _) in &book.packages {
            about.push((words("table_package"), Text::same(law.digest.as_str())));
            if law.package().illustrative {
                about.push((words("table_mark"), law.package().title.clone()));
            }
        }
        if let Some(banner) = self.banner() {
            about.push((words("table_mark"), banner));
        }
        about.push((words("table_mark"), words("table_stand_in")));
        Ok(about)
    }

    /// The day that a query names, or the usual one.
    pub(super) fn asked_day(&self, pairs: &Pairs) -> Result<Date, Problem> {
        Ok(query::day(pairs)?.unwrap_or_else(|| self.usual_day()))
    }
}

impl Wanted {
    /// The file of a table with its rows.
    pub(super) fn answer(
        self,
        table: &Table,
        rows: impl IntoIterator<Item = Value>,
    ) -> Result<Response, Problem> {
        let (kind, end, bytes) = if self.workbook {
            (bodies::XLSX, "xlsx", workbook(table, rows, self.language).map_err(|error| failed(&error))?)
        } else {
            (bodies::CSV, "csv", text(table, rows, self.language).map_err(|error| failed(&error))?)
        };
        let name = words(table.name).en.to_lowercase().replace(' ', "-");
        Ok(bodies::file(kind, &format!("landcycle-{name}-{}.{end}", table.day), bytes))
    }
}

pub(super) fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::from(Failure::new("table_failed", &[("why", &error.to_string())]))
}

/// A workbook of a table: as many sheets as its rows need, then what it is of.
fn workbook(
    table: &Table,
    rows: impl IntoIterator<Item = Value>,
    language: Language,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Look::new().set_bold().set_text_wrap();
    let date = Look::new().set_num_format("yyyy-mm-dd");
    let title = words(table.name).get(language).to_owned();
    begin(book.add_worksheet_with_low_memory()?, table, &title, (language, &bold))?;
    let (mut at, mut sheets) = (1, 1);
    for row in rows {
        if at > ROWS {
            sheets += 1;
            let name = format!("{title} {sheets}");
            begin(book.add_worksheet_with_low_memory()?, table, &name, (language, &bold))?;
            at = 1;
        }
        let sheet = book.worksheet_from_index(sheets - 1)?;
        for (column, of) in table.columns.iter().enumerate() {
            put(sheet, (at, column as u16), of.cell(&row, language), &date)?;
        }
        at += 1;
    }
    let sheet = book.add_worksheet();
    sheet.set_name(words("table_about").get(language))?.set_column_width(0, 24)?.set_column_width(1, 100)?;
    for (row, (what, value)) in table.about.iter().enumerate() {
        sheet.write_string_with_format(row as u32, 0, what.get(language), &bold)?;
        sheet.write_string(row as u32, 1, shortened(value.get(language)))?;
    }
    // In memory: the packer talks to standard error when its file ends early.
    book.save_to_buffer()
}

fn begin(
    sheet: &mut Worksheet,
    table: &Table,
    name: &str,
    (language, bold): (Language, &Look),
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(1, 1)?;
    for (column, of) in table.columns.iter().enumerate() {
        sheet.set_column_width(column as u16, WIDTHS[of.kind as usize])?;
    }
    for (column, of) in table.columns.iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, of.heading(language), bold)?;
    }
    Ok(())
}

fn put(sheet: &mut Worksheet, (row, column): (u32, u16), cell: Cell, date: &Look) -> Result<(), XlsxError> {
    match cell {
        Cell::Nothing => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, shortened(&text))?;
        }
        Cell::Number(value, _) => {
            sheet.write_number(row, column, value)?;
        }
        Cell::Day(day) => {
            match ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8) {
                Ok(moment) => {
                    sheet.write_datetime_with_format(row, column, &moment, date)?;
                }
                // Before the calendar of spreadsheets begins.
                Err(_) => {
                    sheet.write_string(row, column, day.to_string())?;
                }
            }
        }
    }
    Ok(())
}

fn shortened(text: &str) -> String {
    if text.encode_utf16().count() <= CHARACTERS {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(CHARACTERS / 2).collect();
    kept.push('…');
    kept
}

/// CSV with the mark by which spreadsheets know UTF-8.
fn text(
    table: &Table,
    rows: impl IntoIterator<Item = Value>,
    language: Language,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    writer.write_record(table.columns.iter().map(|column| column.heading(language)))?;
    for row in rows {
        writer.write_record(table.columns.iter().map(|column| match column.cell(&row, language) {
            Cell::Nothing => String::new(),
            Cell::Text(text) => guarded(text),
            Cell::Number(_, digits) => digits,
            Cell::Day(day) => day.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A text that no spreadsheet calculates.
pub(super) fn guarded(text: String) -> String {
    if text.starts_with(CALCULATED) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    //! What a cell is, and what it can never be.

    use landcycle_policy::text::Language;
    use serde_json::json;

    use super::{Cell, Column, guarded, text, workbook};

    fn table() -> super::Table {
        let columns = vec![
            Column::text("work_case", "/name"),
            Column::number("work_due", "/sum"),
            Column::date("work_due", "/day"),
        ];
        let day = jiff::civil::date(2024, 6, 30);
        super::Table { name: "table_cases", columns, about: Vec::new(), day }
    }

    #[test]
    fn what_looks_like_a_formula_stays_text() {
        for evil in ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(guarded(evil.to_owned()), format!("'{evil}"));
            let row = json!({"name": evil, "sum": evil, "day": evil});
            let cells: Vec<Cell> = table().columns.iter().map(|c| c.cell(&row, Language::Zh)).collect();
            assert_eq!(cells[0], Cell::Text(evil.to_owned()));
            assert_eq!(cells[2], Cell::Text(evil.to_owned()));
            let csv = text(&table(), [row.clone()], Language::En).expect("CSV");
            let csv = String::from_utf8(csv).expect("UTF-8");
            let cell = csv.lines().nth(1).unwrap_or_default().trim_start_matches('"');
            assert!(cell.starts_with('\''), "{csv}");
            let book = workbook(&table(), [row], Language::En).expect("a workbook");
            let mut sheet = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a zip");
            let mut part = sheet.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
            let mut xml = String::new();
            std::io::Read::read_to_string(&mut part, &mut xml).expect("XML");
            assert!(!xml.contains("<f>"), "{xml}");
        }
    }

    #[test]
    fn numbers_are_numbers_while_nothing_is_lost() {
        let cell = |text: &str| table().columns[1].cell(&json!({"sum": text}), Language::Zh);
        assert_eq!(cell("-12.50"), Cell::Number(-12.5, "-12.50".into()));
        assert_eq!(cell("10000/3"), Cell::Text("10000/3".into()));
        assert_eq!(cell("1234567890123456"), Cell::Text("1234567890123456".into()));
        assert_eq!(cell(""), Cell::Nothing);
        let day = table().columns[2].cell(&json!({"day": "2024-02-29"}), Language::Zh);
        assert_eq!(day, Cell::Day(jiff::civil::date(2024, 2, 29)));
    }
}
