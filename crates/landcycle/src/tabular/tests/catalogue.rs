//! The messages are complete in both languages.

use std::collections::BTreeSet;

use super::super::error::{Cause, Fault, Place, TabularError, ValueFault, ValueFaultKind};
use super::super::messages::{Language, catalogue, fill};

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

fn every_fault() -> Vec<Fault> {
    let text = || "甲".to_owned();
    let value = |kind| Fault::Value(ValueFault::new(kind, "甲"));
    vec![
        Fault::Unreadable(Cause::NotFound),
        Fault::Unreadable(Cause::Denied),
        Fault::Unreadable(Cause::Directory),
        Fault::Unreadable(Cause::Other(text())),
        Fault::GzipDamaged,
        Fault::LineTooLong { limit: 1 },
        Fault::Binary { found: text() },
        Fault::NoSuchSheet { wanted: text(), sheets: vec![text(), text()] },
        Fault::Encoding { encoding: "UTF-8", byte: 3, bytes: text(), guess: None },
        Fault::Encoding { encoding: "UTF-8", byte: 3, bytes: text(), guess: Some("Big5") },
        Fault::DuplicateHeader { name: text(), first: 1, second: 28 },
        Fault::NoHeader,
        Fault::NoRows,
        Fault::TooManyColumns { found: 2, limit: 1 },
        Fault::OpenQuote { limit: None },
        Fault::OpenQuote { limit: Some(1) },
        Fault::WorkbookBroken { detail: text() },
        Fault::CellError { value: text() },
        Fault::ExtraCells { columns: vec![3, 4], width: 2 },
        Fault::StrayText { text: text() },
        Fault::OldExcel,
        Fault::Encrypted,
        Fault::NotAWorkbook,
        Fault::CellTooLong { limit: 1 },
        Fault::TooManyRows { limit: 1 },
        Fault::TooLarge { limit: 1 },
        Fault::SheetOfText { wanted: text() },
        Fault::WebPage,
        Fault::FormulaWithoutValue,
        Fault::CellTwice { column: 2 },
        Fault::LongNumber { text: text() },
        Fault::MergedCells { range: text() },
        value(ValueFaultKind::NotADate),
        value(ValueFaultKind::ImpossibleDate),
        value(ValueFaultKind::PlaceholderDate),
        value(ValueFaultKind::IncompleteDate),
        value(ValueFaultKind::SerialDate),
        value(ValueFaultKind::AmbiguousDate),
        value(ValueFaultKind::NotANumber),
        value(ValueFaultKind::UnclearComma),
        value(ValueFaultKind::TooManyDigits),
    ]
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
    for (key, text) in catalogue() {
        let (stem, language) = key.rsplit_once('.').expect("a key ends in a language");
        let other = if language == "zh" { "en" } else { "zh" };
        let twin = catalogue()
            .get(format!("{stem}.{other}").as_str())
            .unwrap_or_else(|| unreachable!("{stem} has no {other} text"));
        assert_eq!(placeholders(text), placeholders(twin), "{stem}");
        assert!(!text.is_empty(), "{key}");
    }
}

#[test]
fn every_fault_has_a_text_and_help_and_fills_every_placeholder() {
    let place = Place {
        file: "a.xlsx".to_owned(),
        sheet: Some("地块".to_owned()),
        row: Some(7),
        column: Some(28),
        name: Some("面积".to_owned()),
    };
    for fault in every_fault() {
        let error = TabularError::new(fault, place.clone());
        assert!(catalogue().contains_key(format!("{}.zh", error.code()).as_str()));
        assert!(catalogue().contains_key(format!("{}.help.zh", error.code()).as_str()));
        for language in [Language::Zh, Language::En] {
            let message = error.message(language);
            assert!(!message.contains('{'), "{message}");
            assert!(!error.help(language).contains('{'), "{}", error.code());
        }
    }
}

#[test]
fn every_code_in_the_catalogue_belongs_to_a_fault() {
    let known: BTreeSet<&str> = every_fault().iter().map(Fault::code).collect();
    for key in catalogue().keys() {
        let stem = key.split('.').next().unwrap_or_default();
        assert!(!stem.starts_with('T') || known.contains(stem), "{key}");
    }
}

#[test]
fn a_place_reads_naturally() {
    let place = Place {
        file: "a.xlsx".to_owned(),
        sheet: Some("地块".to_owned()),
        row: Some(7),
        column: Some(28),
        name: Some("面积".to_owned()),
    };
    let error = TabularError::new(Fault::CellError { value: "#N/A".to_owned() }, place.clone());
    assert_eq!(
        error.message(Language::Zh),
        "文件“a.xlsx”，工作表“地块”，第7行，第AB列“面积”：单元格的值是错误“#N/A”，不能当作数据。"
    );
    let error = TabularError::new(Fault::NoRows, Place { sheet: None, row: Some(7), ..place });
    assert_eq!(
        error.message(Language::En),
        "file “a.xlsx”, line 7, column 28 “面积”: there is a heading but no row of data."
    );
}

#[test]
fn a_value_with_braces_is_not_filled_in_again() {
    let values = [("text", "{limit}".to_owned()), ("limit", "9".to_owned())];
    assert_eq!(fill("T113", Language::En, &values), "“{limit}” has more than 9 digits when written out.");
}
