//! What every ledger promises, asked of each implementation.

use landcycle_ledger::{
    Entry, GeoPackageLedger, InvalidEvent, Ledger, LedgerError, MemoryLedger, NewEvent, ParcelRow,
    SourceError, What,
};

use crate::invented::{all_events, append, body, correction, event, facts, moment, parcel};

/// Makes a test of each function, for each store.
macro_rules! each_ledger {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(#[test] fn $name() { super::$name(&mut landcycle_ledger::MemoryLedger::new()); })*
        }
        mod geopackage {
            $(#[test] fn $name() {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("store.gpkg");
                let ledger = landcycle_ledger::GeoPackageLedger::create(path);
                super::$name(&mut ledger.expect("a store"));
            })*
        }
        mod postgresql {
            $(#[test] fn $name() {
                super::$name(&mut crate::invented::postgres());
            })*
        }
    };
}

each_ledger!(
    an_empty_ledger_is_sound,
    events_are_numbered_and_chained,
    events_come_back_as_they_were_told,
    the_same_event_twice_adds_nothing,
    a_key_that_says_something_else_is_refused_with_both_named,
    a_batch_that_fails_leaves_nothing,
    a_batch_that_is_refused_leaves_nothing,
    cases_come_in_the_order_of_their_first_events,
    unsound_events_are_refused,
    corrections_form_a_line_within_a_case,
    a_decision_upon_what_has_changed_meanwhile_is_refused_whole,
    an_expectation_is_asked_at_its_place_in_the_batch,
    a_case_is_found_by_its_names,
    a_parcel_row_is_laid_over_the_one_that_stands,
    meta_is_kept_and_the_ledgers_own_names_are_not_for_callers,
);

fn an_empty_ledger_is_sound(ledger: &mut dyn Ledger) {
    let verified = ledger.verify().expect("readable");
    assert_eq!((verified.events, verified.fault), (0, None));
    assert_eq!(verified.head.to_string(), "0".repeat(64));
    assert_eq!(ledger.cases().expect("cases"), Vec::<String>::new());
    assert_eq!(ledger.event(1).expect("readable"), None);
    assert_eq!(ledger.event(0).expect("readable"), None);
    assert_eq!(ledger.events_of("A").expect("readable"), []);
    assert_eq!(facts(ledger, 31, None), []);
}

fn events_are_numbered_and_chained(ledger: &mut dyn Ledger) {
    append(ledger, [event("1", "A", 1, []), event("2", "B", 1, [])]).expect("appended");
    append(ledger, [event("3", "A", 2, [])]).expect("appended");
    let events = all_events(ledger);
    let seqs: Vec<_> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    for pair in events.windows(2) {
        assert_eq!(pair[1].previous, pair[0].digest);
    }
    assert!(events.iter().all(|event| event.digest == event.expected_digest()));
    let verified = ledger.verify().expect("readable");
    assert_eq!((verified.events, verified.head, verified.fault), (3, events[2].digest, None));
}

fn events_come_back_as_they_were_told(ledger: &mut dyn Ledger) {
    let told = NewEvent {
        package: Some("national@sha256:00".into()),
        recorded_at: "2026-11-23T08:00:00.123987Z".parse().expect("a moment"),
        ..event("k", "档案-1", 7, [("holder", "a \"quoted\"\\ name\n中文"), ("price", "")])
    };
    append(ledger, [told.clone()]).expect("appended");
    let kept = ledger.events_of("档案-1").expect("readable").remove(0);
    assert_eq!(kept.recorded_at.to_string(), "2026-11-23T08:00:00.123Z");
    let again = NewEvent {
        case_id: kept.case_id.clone(),
        kind: kept.kind.clone(),
        happened_on: kept.happened_on,
        recorded_at: told.recorded_at,
        actor: kept.actor.clone(),
        origin: kept.origin.clone(),
        key: kept.key.clone(),
        package: kept.package.clone(),
        corrects: kept.corrects,
        body: kept.body.clone(),
    };
    assert_eq!(again, told);
    assert_eq!(ledger.event(kept.seq).expect("readable"), Some(kept));
}

fn the_same_event_twice_adds_nothing(ledger: &mut dyn Ledger) {
    let told = event("1", "A", 1, [("price", "5")]);
    let later = NewEvent {
        recorded_at: moment(60),
        actor: "someone else".into(),
        origin: "the same notice in another file".into(),
        ..told.clone()
    };
    assert_eq!(append(ledger, [told.clone(), later.clone()]).expect("appended"), (1, 1));
    let before = all_events(ledger);
    assert_eq!(append(ledger, [told, later]).expect("appended"), (0, 2));
    assert_eq!(all_events(ledger), before);
}

fn a_key_that_says_something_else_is_refused_with_both_named(ledger: &mut dyn Ledger) {
    append(ledger, [event("k", "A", 1, [("area", "1"), ("price", "5")])]).expect("appended");
    let other =
        NewEvent { origin: "other.csv, row 9".into(), ..event("k", "A", 1, [("area", "1"), ("price", "6")]) };
    let refusal = append(ledger, [other]).expect_err("refused");
    assert!(matches!(refusal, LedgerError::KeyTaken(_)));
    assert_eq!(
        refusal.to_string(),
        "the key \"k\" belongs to event 1 (from 示例.xlsx, 表1, row k), and other.csv, row 9 says \
         something else under it: price is \"5\" there and \"6\" here; a mistake is corrected by an \
         event of its own"
    );
    let moved = append(ledger, [event("k", "A", 2, [("area", "1"), ("price", "5")])]);
    let refusal = moved.expect_err("refused").to_string();
    assert!(refusal.contains("happened_on is \"2020-01-01\" there and \"2020-01-02\" here"));
}

fn a_batch_that_fails_leaves_nothing(ledger: &mut dyn Ledger) {
    append(ledger, [event("1", "A", 1, [])]).expect("appended");
    let before = (all_events(ledger), ledger.verify().expect("readable"));
    let mut batch = [
        Ok(Entry::from(event("2", "B", 1, []))),
        Ok(Entry::from(parcel("B", 120.0, 30.0))),
        Err(SourceError::from("row 3: no such unit")),
        Ok(Entry::from(event("3", "B", 1, []))),
    ]
    .into_iter();
    let failure = ledger.append(&mut batch).expect_err("failed");
    assert_eq!(failure.to_string(), "nothing was recorded: row 3: no such unit");
    assert_eq!((all_events(ledger), ledger.verify().expect("readable")), before);
    assert_eq!(ledger.cases().expect("cases"), ["A"]);
    assert_eq!(ledger.parcel("B").expect("readable"), None);
    assert_eq!(append(ledger, [event("2", "B", 1, [])]).expect("appended"), (1, 0));
}

fn a_batch_that_is_refused_leaves_nothing(ledger: &mut dyn Ledger) {
    let batch = [event("1", "A", 1, []), event("2", "A", 1, []), event("1", "A", 2, [])];
    assert!(append(ledger, batch).is_err());
    assert_eq!(ledger.size().expect("a size").events, 0);
    assert_eq!(ledger.verify().expect("readable").fault, None::<landcycle_ledger::Fault>);
}

fn cases_come_in_the_order_of_their_first_events(ledger: &mut dyn Ledger) {
    let batch = ["Z", "B", "Z", "A", "B"].iter().enumerate();
    let batch = batch.map(|(n, case)| event(&n.to_string(), case, 9, [("price", "1")]));
    append(ledger, batch).expect("appended");
    assert_eq!(ledger.cases().expect("cases"), ["Z", "B", "A"]);
    let folded: Vec<_> = facts(ledger, 9, None).into_iter().map(|fact| fact.0).collect();
    assert_eq!(folded, ["Z", "B", "A"]);
    let seqs = |case| -> Vec<_> {
        ledger.events_of(case).expect("readable").iter().map(|event| event.seq).collect()
    };
    assert_eq!((seqs("Z"), seqs("B"), seqs("A"), seqs("C")), (vec![1, 3], vec![2, 5], vec![4], vec![]));
    let size = ledger.size().expect("a size");
    assert_eq!((size.cases, size.events), (3, 5));
}

fn unsound_events_are_refused(ledger: &mut dyn Ledger) {
    let sound = || event("k", "A", 1, []);
    let unsound = [
        (NewEvent { case_id: String::new(), ..sound() }, InvalidEvent::Empty("case_id")),
        (NewEvent { actor: String::new(), ..sound() }, InvalidEvent::Empty("actor")),
        (NewEvent { key: String::new(), ..sound() }, InvalidEvent::Empty("key")),
        (NewEvent { package: Some(String::new()), ..sound() }, InvalidEvent::Empty("package")),
        (NewEvent { origin: "a\0b".into(), ..sound() }, InvalidEvent::Nul("origin")),
        (
            NewEvent { kind: "notice.published".into(), ..sound() },
            InvalidEvent::Unversioned("notice.published".into()),
        ),
        (NewEvent { happened_on: jiff::civil::date(-5, 1, 1), ..sound() }, InvalidEvent::Year("happened_on")),
        (NewEvent { recorded_at: jiff::Timestamp::MIN, ..sound() }, InvalidEvent::Year("recorded_at")),
        (NewEvent { corrects: Some(1), ..sound() }, InvalidEvent::Correction),
        (NewEvent { kind: "event.corrected/1".into(), ..sound() }, InvalidEvent::Correction),
    ];
    for (event, expected) in unsound {
        let refusal = append(ledger, [event]).expect_err("refused");
        assert!(matches!(refusal, LedgerError::Invalid { why, .. } if why == expected));
    }
    assert_eq!(ledger.size().expect("a size").events, 0);
}

fn corrections_form_a_line_within_a_case(ledger: &mut dyn Ledger) {
    append(ledger, [event("1", "A", 1, []), event("2", "B", 1, [])]).expect("appended");
    let why = |ledger: &mut dyn Ledger, event| match append(ledger, [event]) {
        Err(LedgerError::Invalid { why, .. }) => Some(why),
        _ => None,
    };
    assert_eq!(why(ledger, correction("c", "A", 9, [])), Some(InvalidEvent::CorrectsNothing(9)));
    let other = InvalidEvent::CorrectsOtherCase { seq: 2, case_id: "B".into() };
    assert_eq!(why(ledger, correction("c", "A", 2, [])), Some(other));
    let early = NewEvent { recorded_at: moment(-1), ..correction("c", "A", 1, []) };
    assert_eq!(why(ledger, early), Some(InvalidEvent::CorrectsTheFuture(1)));
    assert_eq!(why(ledger, correction("c", "A", 1, [])), None);
    let twice = InvalidEvent::CorrectedAlready { seq: 1, by: 3 };
    assert_eq!(why(ledger, correction("d", "A", 1, [])), Some(twice));
    assert_eq!(why(ledger, correction("d", "A", 3, [])), None);
    // The same correction again is the same event, not a second correction.
    assert_eq!(append(ledger, [correction("c", "A", 1, [])]).expect("skipped"), (0, 1));
}

fn expect(case_id: &str, last_seq: Option<i64>) -> Entry {
    Entry::Expect { case_id: case_id.into(), last_seq }
}

fn a_decision_upon_what_has_changed_meanwhile_is_refused_whole(ledger: &mut dyn Ledger) {
    let first: [Entry; 2] = [expect("A", None), event("1", "A", 1, []).into()];
    assert_eq!(append(ledger, first).expect("appended"), (1, 0));
    append(ledger, [event("2", "B", 1, []), event("3", "A", 2, [])]).expect("appended");
    let before = (all_events(ledger), ledger.verify().expect("readable"));
    for expected in [None, Some(1), Some(2), Some(4)] {
        let batch: [Entry; 4] = [
            event("4", "B", 3, []).into(),
            parcel("B", 120.0, 30.0).into(),
            expect("A", expected),
            event("5", "A", 3, []).into(),
        ];
        let refusal = append(ledger, batch).expect_err("refused");
        assert!(refusal.to_string().ends_with("nothing was recorded"), "{refusal}");
        let asked = match refusal {
            LedgerError::ChangedMeanwhile { case_id, expected, found } => Some((case_id, expected, found)),
            _ => None,
        };
        assert_eq!(asked, Some(("A".to_owned(), expected, Some(3))));
    }
    assert_eq!((all_events(ledger), ledger.verify().expect("readable")), before);
    assert_eq!(ledger.parcel("B").expect("readable"), None);
    let refusal = append(ledger, [expect("C", Some(3))]).expect_err("refused").to_string();
    assert!(refusal.contains("event 3 as its last was expected and no event was found"), "{refusal}");
    // What others record of other cases changes nothing.
    let sound: [Entry; 3] = [expect("A", Some(3)), correction("4", "A", 1, []).into(), expect("C", None)];
    assert_eq!(append(ledger, sound).expect("appended"), (1, 0));
    assert_eq!(append(ledger, [expect("A", Some(4)), expect("B", Some(2))]).expect("nothing"), (0, 0));
}

fn an_expectation_is_asked_at_its_place_in_the_batch(ledger: &mut dyn Ledger) {
    let batch: [Entry; 7] = [
        expect("A", None),
        event("1", "A", 1, []).into(),
        expect("A", Some(1)),
        event("2", "B", 1, []).into(),
        event("3", "A", 2, []).into(),
        expect("A", Some(3)),
        expect("B", Some(2)),
    ];
    append(ledger, batch).expect("appended");
    let batch: [Entry; 2] = [event("4", "A", 3, []).into(), expect("A", Some(3))];
    let refusal = append(ledger, batch).expect_err("refused");
    assert!(matches!(refusal, LedgerError::ChangedMeanwhile { found: Some(4), .. }), "{refusal}");
}

fn a_case_is_found_by_its_names(ledger: &mut dyn Ledger) {
    let batch: [Entry; 4] = [
        event("1", "GX-01", 1, []).into(),
        event("2", "GX-02", 1, []).into(),
        parcel("GX-02", 120.0, 30.0).into(),
        ParcelRow { supervision_no: Some("3205X".into()), ..parcel("GX-03", 1.0, 1.0) }.into(),
    ];
    append(ledger, batch).expect("appended");
    let find = |text, limit| ledger.find_cases(text, limit).expect("readable");
    assert_eq!(find("gx-0", 9), ["GX-01", "GX-02"]);
    assert_eq!(find("", 1), ["GX-01"]);
    assert_eq!(find("robotics", 9), ["GX-02"]);
    assert_eq!(find("厂房", 9), ["GX-02"]);
    assert_eq!(find("3205x", 9), Vec::<String>::new(), "a row without an event is no case");
    assert_eq!(find("%", 9), Vec::<String>::new());
    append(ledger, [event("5", "@plan/GX-2026", 1, [])]).expect("appended");
    let found = ledger.find_cases("gx-", 9).expect("readable");
    assert_eq!(found, ["GX-01", "GX-02"], "a record that is no parcel is not found among parcels");
    let size = ledger.size().expect("readable");
    assert_eq!((size.cases, size.events), (2, 3), "and not counted with them");
}

fn a_parcel_row_is_laid_over_the_one_that_stands(ledger: &mut dyn Ledger) {
    let first = parcel("A", 120.0, 30.0);
    append(ledger, [first.clone()]).expect("appended");
    assert_eq!(ledger.parcel("A").expect("readable"), Some(first.clone()));
    let second =
        ParcelRow { case_id: "A".into(), holder: Some("示例二公司".into()), ..ParcelRow::default() };
    append(ledger, [second]).expect("appended");
    let holder = Some("示例二公司".into());
    let expected = ParcelRow { holder: holder.clone(), ..first };
    assert_eq!(ledger.parcel("A").expect("readable"), Some(expected));
    let moved = parcel("A", 121.0, 31.0);
    append(ledger, [moved.clone()]).expect("appended");
    assert_eq!(ledger.parcel("A").expect("readable"), Some(moved));
    assert_eq!(ledger.parcel("B").expect("readable"), None);
}

fn meta_is_kept_and_the_ledgers_own_names_are_not_for_callers(ledger: &mut dyn Ledger) {
    assert_eq!(ledger.meta("sample").expect("readable"), None);
    ledger.set_meta("sample", "invented").expect("set");
    ledger.set_meta("sample", "虚构数据").expect("set");
    assert_eq!(ledger.meta("sample").expect("readable").as_deref(), Some("虚构数据"));
    let refusal = ledger.set_meta("ledger.head", "0").expect_err("refused");
    assert!(matches!(refusal, LedgerError::ReservedName(_)));
}

#[test]
fn both_ledgers_give_the_same_digests_for_the_same_batch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = GeoPackageLedger::create(folder.path().join("a.gpkg")).expect("a store");
    let mut memory = MemoryLedger::new();
    let batch = [
        event("1", "A", 1, [("price", "5"), ("holder", "\"\\\n")]),
        NewEvent { package: Some("p".into()), ..event("2", "B", 2, [("price", "6")]) },
        correction("3", "A", 1, [("price", "7")]),
    ];
    append(&mut file, batch.clone()).expect("appended");
    append(&mut memory, batch).expect("appended");
    assert_eq!(all_events(&file), all_events(&memory));
}

/// The byte form is a promise to those who keep digests elsewhere: this value must never change.
#[test]
fn the_digest_of_a_known_event_is_what_it_was() {
    let mut ledger = MemoryLedger::new();
    let told = NewEvent { body: body([("price", "1000000"), ("area", "20000/3")]), ..event("k", "A", 1, []) };
    append(&mut ledger, [told]).expect("appended");
    let event = ledger.event(1).expect("readable").expect("an event");
    assert_eq!(event.body.as_str(), r#"{"area":"20000/3","price":"1000000"}"#);
    assert_eq!(event.digest.to_string(), KNOWN);
    let fault = ledger.verify().expect("readable").fault.map(|fault| fault.what);
    assert_eq!(fault, None::<What>);
}

const KNOWN: &str = "2c0dca3aa9cbd574e46bbb2dfe696c53ef34ba79e7b910feb23c9cfbd9ed8d19";
