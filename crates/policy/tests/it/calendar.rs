//! Calendar arithmetic against an independent calendar.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use landcycle_policy::calendar::{NEVER, civil_of, day_of, iso, next_every, parse_iso, plus_months};
use proptest::prelude::*;

fn number(day: Date) -> i64 {
    let since = day.since(date(1970, 1, 1)).expect("two days have a difference");
    i64::from(since.get_days())
}

/// Any day that a contract may name.
fn day() -> impl Strategy<Value = Date> {
    (0_i64..120_000).prop_map(|n| date(1850, 1, 1).checked_add(n.days()).expect("a day of the calendar"))
}

proptest! {
    #[test]
    fn days_are_numbered_as_the_calendar_does(day in day()) {
        let n = number(day);
        let (year, month, of_month) = (i64::from(day.year()), i64::from(day.month()), i64::from(day.day()));
        prop_assert_eq!(day_of(year, month, of_month), n);
        prop_assert_eq!(civil_of(n), (year, month, of_month));
        prop_assert_eq!(iso(n), day.to_string());
        prop_assert_eq!(parse_iso(&day.to_string()), Some(n));
    }

    #[test]
    fn months_later_is_the_corresponding_or_the_last_day(day in day(), months in -600_i64..1_200) {
        let expected = day.checked_add(months.months()).expect("a day of the calendar");
        prop_assert_eq!(plus_months(number(day), months), number(expected));
    }

    #[test]
    fn the_next_periodic_day_is_the_first(start in day(), months in 1_i64..121, ahead in -4_000_i64..40_000) {
        let (start, not_before) = (number(start), number(start) + ahead);
        let found = next_every(start, months, not_before);
        let slow = (1..2_000).map(|k| plus_months(start, k * months)).find(|day| *day >= not_before);
        prop_assert_eq!(Some(found), slow);
    }

    #[test]
    fn only_days_that_exist_are_read(year in 0_u32..10_000, month in 0_u32..14, of_month in 0_u32..33) {
        let text = format!("{year:04}-{month:02}-{of_month:02}");
        // The year 0 is none in law, though ISO has it.
        let expected = text.parse::<Date>().ok().filter(|d| d.year() >= 1).map(number);
        prop_assert_eq!(parse_iso(&text), expected);
    }

    #[test]
    fn no_other_text_is_a_date(text in "[0-9年月日/ -]{0,12}") {
        if parse_iso(&text).is_some() {
            prop_assert_eq!(iso(parse_iso(&text).unwrap_or(0)), text);
        }
    }
}

#[test]
fn the_corresponding_day_as_the_civil_code_counts() {
    let plus = |text: &str, months| iso(plus_months(parse_iso(text).expect("a date"), months));
    assert_eq!(plus("2024-02-29", 12), "2025-02-28");
    assert_eq!(plus("2024-02-29", 48), "2028-02-29");
    assert_eq!(plus("2023-01-31", 1), "2023-02-28");
    assert_eq!(plus("2023-03-31", -1), "2023-02-28");
    assert_eq!(plus("2012-12-31", 240), "2032-12-31");
}

#[test]
fn never_stays_never() {
    assert_eq!(plus_months(NEVER, 12), NEVER);
    assert_eq!(next_every(NEVER, 60, 0), NEVER);
    assert_eq!(next_every(0, 0, 0), NEVER);
    assert_eq!(iso(NEVER), "none");
}
