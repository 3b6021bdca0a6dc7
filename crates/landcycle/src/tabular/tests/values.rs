//! Dates and numbers.

use proptest::prelude::*;

use super::super::cell::number_text;
use super::super::error::ValueFaultKind::{
    AmbiguousDate, ImpossibleDate, IncompleteDate, NotADate, NotANumber, PlaceholderDate, SerialDate,
    TooManyDigits, UnclearComma,
};
use super::super::{dates, numbers};

#[test]
fn the_spellings_of_a_date_mean_the_same_day() {
    for text in [
        "2012-01-05",
        "2012/1/5",
        "2012.1.5",
        "2012年1月5日",
        "2012年01月05号",
        "20120105",
        "2012-01-05 00:00:00",
        "2012/1/5 0:00",
        "2012-01-05T08:30:00",
        "2012-01-05T00:00:00.000Z",
        " 2012 年 1 月 5 日 ",
        "2012年1月5日 10:00",
        "２０１２年１月５日",
        "２０１２－０１－０５",
        "2012／1／5",
    ] {
        let day = dates::parse(text).map(|day| day.to_string());
        assert_eq!(day.as_deref(), Ok("2012-01-05"), "{text}");
    }
}

#[test]
fn days_the_calendar_lacks_are_impossible() {
    for text in
        ["2012年2月30日", "2013-02-29", "1900-02-29", "2012-13-01", "2012-00-10", "20121131", "2012-1-0"]
    {
        assert_eq!(dates::parse(text).map_err(|fault| fault.kind), Err(ImpossibleDate), "{text}");
    }
    assert!(dates::parse("2000-02-29").is_ok());
    assert!(dates::parse("2012年2月29日").is_ok());
}

#[test]
fn empty_values_in_the_guise_of_dates_are_told() {
    for text in [
        "1900-01-01",
        "1900/1/1 0:00",
        "1900.1.1",
        "19000101",
        "1900/1/0",
        "1900年1月1日",
        "1899-12-30",
        "0001-01-01",
        "0000-00-00",
        "9999-12-31",
    ] {
        assert_eq!(dates::parse(text).map_err(|fault| fault.kind), Err(PlaceholderDate), "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for text in [
        "",
        "none",
        "2012-01-05-06",
        "2012-01-05 25:00",
        "2012-01-05 x",
        "2012-1-5日",
        "约2012年",
        "2012--5",
        "2012年1月5日6日",
        "-2012-1-5",
        "2012-01-05T",
    ] {
        let kind = dates::parse(text).map_err(|fault| fault.kind);
        if text == "2012-01-05T" {
            assert!(kind.is_ok());
        } else {
            assert_eq!(kind, Err(NotADate), "{text}");
        }
    }
    for text in ["2012", "2012-01", "2012年", "2012年1月", "201201"] {
        assert_eq!(dates::parse(text).map_err(|fault| fault.kind), Err(IncompleteDate), "{text}");
    }
    for text in ["5/1/2012", "2/3/2015", "12-1-5", "15.02.03"] {
        assert_eq!(dates::parse(text).map_err(|fault| fault.kind), Err(AmbiguousDate), "{text}");
    }
    for text in ["41000", "41699", "41699.5"] {
        assert_eq!(dates::parse(text).map_err(|fault| fault.kind), Err(SerialDate), "{text}");
    }
}

#[test]
fn numbers_become_canonical_decimals() {
    for (text, expected) in [
        ("1,234.5", "1234.5"),
        ("1,234,567", "1234567"),
        ("１２３．５", "123.5"),
        ("１，２３４", "1234"),
        ("+5", "5"),
        ("-0.50", "-0.5"),
        ("－3", "-3"),
        ("−3", "-3"),
        ("1.2E+5", "120000"),
        ("1.2e-3", "0.0012"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.000", "0"),
        ("-0", "0"),
        (" 12 ", "12"),
        ("0e999999999999", "0"),
        ("123456789012345678901234567890.123", "123456789012345678901234567890.123"),
        ("12.5E1", "125"),
        ("100E-1", "10"),
    ] {
        assert_eq!(numbers::parse(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "NaN", "inf", "-", ".", "+", "e5", "1e", "1e+", "12亩", "1.2.3", "--1", "+-1", "0x10", "15%",
        "1 234", "三", "1.2,3", "(5)", "1e5.5", "1,2a3",
    ] {
        assert_eq!(numbers::parse(text).map_err(|fault| fault.kind), Err(NotANumber), "{text}");
    }
    for text in ["1,23", "12,34,567", "1234,567", ",123", "1,,234", "0,5"] {
        assert_eq!(numbers::parse(text).map_err(|fault| fault.kind), Err(UnclearComma), "{text}");
    }
    for text in ["1e401", "1e-401", "9e999999999999999999", "1e-999999999999999999999"] {
        assert_eq!(numbers::parse(text).map_err(|fault| fault.kind), Err(TooManyDigits), "{text}");
    }
}

#[test]
fn binary_numbers_show_as_the_spreadsheet_shows_them() {
    for (number, expected) in [
        (0.1 + 0.2, "0.3"),
        (1234.56, "1234.56"),
        (6.4573, "6.4573"),
        (1e21, "1000000000000000000000"),
        (1e-7, "0.0000001"),
        (-0.0, "0"),
        (3.0, "3"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (1.0 / 3.0, "0.333333333333333"),
        (542.415_6 * 10_000.0, "5424156"),
    ] {
        assert_eq!(number_text(number).as_deref(), Some(expected));
    }
    assert_eq!(number_text(f64::NAN), None);
    assert_eq!(number_text(f64::INFINITY), None);
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,40}") {
        let _ = dates::parse(&text);
        let _ = numbers::parse(&text);
    }

    #[test]
    fn near_dates_and_numbers_are_parsed_or_refused(text in "[0-9０-９年月日号TZe:+,./ -]{0,24}") {
        let _ = dates::parse(&text);
        if let Ok(canonical) = numbers::parse(&text) {
            prop_assert_eq!(numbers::parse(&canonical), Ok(canonical.clone()));
        }
    }

    #[test]
    fn a_number_written_out_keeps_its_value(digits in -1_000_000_000_000_i64..1_000_000_000_000, exponent in -20_i32..20) {
        let text = format!("{digits}e{exponent}");
        let canonical = numbers::parse(&text).expect("a number");
        prop_assert_eq!(canonical.parse::<f64>().ok(), text.parse::<f64>().ok());
    }

    #[test]
    fn every_real_day_is_read_back(year in 1949_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
        let text = format!("{year}年{month}月{day}日");
        let found = dates::parse(&text).expect("a day");
        prop_assert_eq!((found.year, found.month, found.day), (year, month, day));
    }
}
