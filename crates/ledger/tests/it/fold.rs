//! Folding, against sentences and against a plainer statement of the same rule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use landcycle_ledger::{Cut, GeoPackageLedger, Ledger, MemoryLedger, NewEvent};
use proptest::prelude::*;

use crate::invented::{Fact, append, correction, event, facts, facts_in_parts, january, moment, value};

fn ledger(batch: impl IntoIterator<Item = NewEvent>) -> MemoryLedger {
    let mut ledger = MemoryLedger::new();
    append(&mut ledger, batch).expect("appended");
    ledger
}

/// The value of a fact of the case A on each of some days.
fn on_days(ledger: &dyn Ledger, name: &str, days: &[i8]) -> Vec<Option<String>> {
    days.iter().map(|&day| value(ledger, "A", name, day)).collect()
}

fn texts(values: &[Option<String>]) -> Vec<Option<&str>> {
    values.iter().map(Option::as_deref).collect()
}

#[test]
fn a_later_value_replaces_an_earlier_one_and_an_empty_one_withdraws_it() {
    let ledger = ledger([
        event("late filing", "A", 9, [("price", "")]),
        event("first", "A", 3, [("price", "5"), ("area", "1")]),
        event("same day", "A", 3, [("price", "6")]),
    ]);
    let price = on_days(&ledger, "price", &[2, 3, 8, 9, 31]);
    assert_eq!(texts(&price), [None, Some("6"), Some("6"), None, None]);
    assert_eq!(value(&ledger, "A", "area", 31).as_deref(), Some("1"));
    assert_eq!(facts(&ledger, 3, None)[0], ("A".into(), "area".into(), "1".into(), 2, january(3)));
}

#[test]
fn not_happened_says_nothing_about_later_days() {
    let ledger = ledger([event("inspection", "A", 5, [("started_on", "none"), ("start_due_on", "none")])]);
    assert_eq!(texts(&on_days(&ledger, "started_on", &[4, 5, 6])), [None, Some("none"), None]);
    // Of an agreed date, `none` means "not agreed", and that stays so.
    assert_eq!(texts(&on_days(&ledger, "start_due_on", &[4, 5, 6])), [None, Some("none"), Some("none")]);
}

#[test]
fn not_happened_after_a_date_withdraws_the_date() {
    let ledger = ledger([
        event("report", "A", 5, [("started_on", "2020-01-04")]),
        event("inspection", "A", 8, [("started_on", "none")]),
    ]);
    let started = on_days(&ledger, "started_on", &[5, 7, 8, 9]);
    assert_eq!(texts(&started), [Some("2020-01-04"), Some("2020-01-04"), Some("none"), None]);
}

#[test]
fn an_occurrence_still_to_come_is_unknown_and_an_agreed_date_to_come_is_known() {
    let ledger = ledger([
        event("1", "A", 2, [("started_on", "2020-01-01")]),
        event("2", "A", 3, [("started_on", "2020-01-06"), ("start_due_on", "2021-01-01")]),
    ]);
    let started = on_days(&ledger, "started_on", &[2, 3, 5, 6]);
    assert_eq!(texts(&started), [Some("2020-01-01"), None, None, Some("2020-01-06")]);
    assert_eq!(value(&ledger, "A", "start_due_on", 3).as_deref(), Some("2021-01-01"));
}

#[test]
fn a_correction_takes_the_day_and_place_of_what_it_corrects_once_it_is_known() {
    let ledger = ledger([
        event("1", "A", 3, [("price", "5"), ("holder", "x")]),
        event("2", "A", 3, [("area", "1")]),
        NewEvent { recorded_at: moment(60), ..correction("3", "A", 1, [("price", "6"), ("area", "9")]) },
        NewEvent { recorded_at: moment(120), ..correction("4", "A", 3, [("price", "7")]) },
    ]);
    let known = |seconds| -> Vec<(String, String, i64)> {
        let known = facts(&ledger, 3, Some(moment(seconds)));
        known.into_iter().map(|(_, name, value, seq, _)| (name, value, seq)).collect()
    };
    let fact = |name: &str, value: &str, seq| (name.to_owned(), value.to_owned(), seq);
    assert_eq!(known(0), [fact("area", "1", 2), fact("holder", "x", 1), fact("price", "5", 1)]);
    // Event 2 is of the same day and comes after event 1, hence after its correction too.
    assert_eq!(known(60), [fact("area", "1", 2), fact("price", "6", 3)]);
    assert_eq!(known(120), [fact("area", "1", 2), fact("price", "7", 4)]);
    assert_eq!(facts(&ledger, 2, None), []);
}

#[test]
fn a_case_is_shown_only_where_something_had_happened_and_was_known() {
    let ledger = ledger([event("1", "A", 3, []), event("2", "B", 5, [])]);
    let cases = |day, known_at| {
        let mut cases = Vec::new();
        let cut = Cut { as_of: january(day), known_at, is_occurrence: &|_| false };
        ledger.fold(&cut, &mut |case| cases.push(case.case_id.to_owned())).expect("readable");
        let one = ledger.fold_case("B", &cut, &mut |_| {}).expect("readable");
        assert_eq!(one, cases.contains(&"B".to_owned()));
        cases
    };
    assert_eq!(cases(2, None), Vec::<String>::new());
    assert_eq!(cases(3, None), ["A"]);
    assert_eq!(cases(5, None), ["A", "B"]);
    assert_eq!(cases(5, Some(moment(-1))), Vec::<String>::new());
}

/// The rule said another way: the last event that speaks of a fact decides it.
fn plainly(told: &[NewEvent], day: i8, known_at: Option<Timestamp>) -> Vec<Fact> {
    let known = |event: &NewEvent| known_at.is_none_or(|at| event.recorded_at <= at);
    let as_of = january(day);
    let mut speaks: Vec<(usize, jiff::civil::Date, usize)> = Vec::new();
    for (root, event) in told.iter().enumerate() {
        if event.corrects.is_some() || !known(event) || event.happened_on > as_of {
            continue;
        }
        let mut last = root;
        for (index, later) in told.iter().enumerate() {
            if later.corrects == Some(last as i64 + 1) && known(later) {
                last = index;
            }
        }
        speaks.push((last, event.happened_on, root));
    }
    speaks.sort_by_key(|&(_, day, root)| (day, root));
    let mut last_word: BTreeMap<(String, String), (String, usize, jiff::civil::Date)> = BTreeMap::new();
    for (index, day, _) in speaks {
        for (name, value) in told[index].body.facts() {
            let case_id = told[index].case_id.clone();
            last_word.insert((case_id, name.to_owned()), (value.into_owned(), index, day));
        }
    }
    let as_of_text = as_of.to_string();
    last_word.retain(|(_, name), (value, _, day)| match (name.as_str(), value.as_str()) {
        (_, "") => false,
        ("started_on", "none") => *day == as_of,
        ("started_on", date) => date <= as_of_text.as_str(),
        _ => true,
    });
    let facts = last_word.into_iter();
    facts.map(|((case, name), (value, index, day))| (case, name, value, index as i64 + 1, day)).collect()
}

fn any_event(number: usize) -> impl Strategy<Value = NewEvent> {
    let values = || prop::sample::select(&["", "none", "2020-01-02", "2020-01-05", "2020-01-07"][..]);
    let facts = prop::collection::btree_map(
        prop::sample::select(&["area", "price", "started_on"][..]),
        values(),
        0..=3,
    );
    (1..=8_i8, 0..3_i64, prop::sample::select(&["A", "B"][..]), facts).prop_map(
        move |(day, recorded, case_id, facts)| NewEvent {
            recorded_at: moment(recorded),
            ..event(&number.to_string(), case_id, day, facts)
        },
    )
}

/// Up to a dozen events, some turned into corrections of earlier ones.
fn any_history() -> impl Strategy<Value = Vec<NewEvent>> {
    let events: Vec<_> = (0..12).map(any_event).collect();
    let targets = prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 12);
    (events, targets, 1..=12_usize).prop_map(|(mut events, targets, length)| {
        events.truncate(length);
        for index in 1..events.len() {
            let Some(target) = targets[index].map(|target| target.index(index)) else {
                continue;
            };
            let corrected = Some(target as i64 + 1);
            if events.iter().any(|event| event.corrects == corrected) {
                continue;
            }
            let recorded_at = events[index].recorded_at.max(events[target].recorded_at);
            let case_id = events[target].case_id.clone();
            let kind = "event.corrected/1".to_owned();
            let event = events[index].clone();
            events[index] = NewEvent { case_id, kind, recorded_at, corrects: corrected, ..event };
        }
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_ledger_folds_as_the_plain_rule_says(history in any_history(), split in 0..12_usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = GeoPackageLedger::create(folder.path().join("a.gpkg")).expect("a store");
        // In two batches, the second of which repeats the first: replay changes nothing.
        let first = history.iter().take(split).cloned();
        append(&mut file, first).expect("appended");
        append(&mut file, history.clone()).expect("appended");
        let memory = ledger(history.clone());
        for day in 1..=9 {
            for known_at in [None, Some(moment(0)), Some(moment(1))] {
                let mut expected = plainly(&history, day, known_at);
                expected.sort();
                let mut from_memory = facts(&memory, day, known_at);
                let from_file = facts(&file, day, known_at);
                prop_assert_eq!(&from_file, &from_memory);
                for parts in 1..=3 {
                    prop_assert_eq!(&facts_in_parts(&file, day, known_at, parts), &from_memory);
                }
                from_memory.sort();
                prop_assert_eq!(from_memory, expected);
            }
        }
    }
}
