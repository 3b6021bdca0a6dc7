//! Whatever is appended, all stores say the same: digests, refusals, facts; and they can be moved.

use landcycle_ledger::{
    Address, Entry, Event, GeoPackageLedger, Ledger, LedgerError, MemoryLedger, NewEvent, ParcelRow,
    PostgresLedger, SourceError, What, transfer,
};
use proptest::prelude::*;

use crate::cluster::Cluster;
use crate::invented::{
    all_events, append, correction, event, facts, moment, parcel, postgres, postgres_facts_in_parts,
};

/// What a batch may hold, sound and unsound, over few cases and keys so that they often meet.
fn any_entry() -> impl Strategy<Value = Result<Entry, String>> {
    let case = || prop::sample::select(&["A", "B", "C", "案"][..]);
    let values = prop::sample::select(&["", "none", "5", "2020-01-05", "示例\"\\"][..]);
    let names = prop::sample::select(&["holder", "price", "started_on"][..]);
    let told = (0..14_u8, case(), 1..=8_i8, prop::collection::btree_map(names, values, 0..=2), 0..3_i64)
        .prop_map(|(key, case, day, facts, recorded)| NewEvent {
            recorded_at: moment(recorded),
            ..event(&key.to_string(), case, day, facts)
        });
    let corrected =
        (14..20_u8, case(), 0..9_i64, 0..3_i64).prop_map(|(key, case, corrects, recorded)| NewEvent {
            recorded_at: moment(recorded),
            ..correction(&key.to_string(), case, corrects, [("price", "9")])
        });
    let row = (case(), prop::option::of("[a-z]{0,3}"), any::<bool>()).prop_map(|(case, holder, outlined)| {
        let outline = outlined.then(|| parcel(case, 120.0, 30.0).geometry).flatten();
        ParcelRow { case_id: case.into(), holder, geometry: outline, ..ParcelRow::default() }
    });
    let expected = (case(), prop::option::of(1..6_i64));
    prop_oneof![
        12 => told.prop_map(|event| Ok(event.into())),
        3 => corrected.prop_map(|event| Ok(event.into())),
        3 => row.prop_map(|row| Ok(row.into())),
        1 => expected.prop_map(|(case, last_seq)| Ok(Entry::Expect { case_id: case.into(), last_seq })),
        1 => Just(Err("row 7: no such unit".to_owned())),
        1 => Just(Ok(NewEvent { actor: String::new(), ..event("x", "A", 1, []) }.into())),
        1 => Just(Ok(NewEvent { key: "a\0b".into(), ..event("x", "A\0", 1, []) }.into())),
        1 => Just(Ok(ParcelRow { case_id: "A".into(), city: Some("\0".into()), ..ParcelRow::default() }.into())),
        1 => Just(Ok(NewEvent { key: "k".repeat(2_001), ..event("x", "A", 1, []) }.into())),
    ]
}

/// What came of a batch, in words.
fn outcome(ledger: &mut dyn Ledger, batch: &[Result<Entry, String>]) -> String {
    let mut batch = batch.iter().cloned().map(|entry| entry.map_err(SourceError::from));
    match ledger.append(&mut batch) {
        Ok(appended) => format!("{appended:?}"),
        Err(error) => error.to_string(),
    }
}

/// Stores on the server, a schema for each history: a database takes longer to make.
struct Schemas(std::cell::Cell<usize>);

impl Schemas {
    fn next(&self, database: &str) -> PostgresLedger {
        self.0.set(self.0.get() + 1);
        let url = format!("{database}?options=-csearch_path%3Dhistory_{}", self.0.get());
        PostgresLedger::create(&Address::parse(&url).expect("an address")).expect("a store")
    }
}

/// All that a ledger says, so that two can be compared.
fn said(ledger: &dyn Ledger) -> impl PartialEq + std::fmt::Debug + use<> {
    let parcels = ledger.parcels_after(None, 99).expect("readable");
    let meta = ledger.all_meta().expect("readable");
    let cases = ledger.cases().expect("readable");
    let dossiers: Vec<Vec<Event>> =
        cases.iter().map(|case| ledger.events_of(case).expect("readable")).collect();
    (all_events(ledger), ledger.verify().expect("readable"), parcels, meta, cases, dossiers)
}

#[test]
fn all_stores_give_the_same_digests_folds_and_refusals_for_any_batches() {
    let database = Cluster::shared().database();
    let schemas = Schemas(std::cell::Cell::new(0));
    let batches = prop::collection::vec(prop::collection::vec(any_entry(), 0..7), 1..6);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
    let checked = runner.run(&batches, |batches| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut memory = MemoryLedger::new();
        let mut file = GeoPackageLedger::create(folder.path().join("a.gpkg")).expect("a store");
        let mut server = schemas.next(&database);
        for batch in &batches {
            let expected = outcome(&mut memory, batch);
            prop_assert_eq!(&outcome(&mut file, batch), &expected);
            prop_assert_eq!(&outcome(&mut server, batch), &expected);
        }
        prop_assert_eq!(said(&file), said(&memory));
        prop_assert_eq!(said(&server), said(&memory));
        for known_at in [None, Some(moment(0)), Some(moment(1))] {
            for day in [1, 4, 8, 31] {
                let expected = facts(&memory, day, known_at);
                prop_assert_eq!(&facts(&file, day, known_at), &expected);
                prop_assert_eq!(&facts(&server, day, known_at), &expected);
            }
            for parts in [1, 3] {
                prop_assert_eq!(
                    &postgres_facts_in_parts(&server, 8, known_at, parts),
                    &facts(&memory, 8, known_at)
                );
            }
        }
        Ok(())
    });
    assert!(checked.is_ok(), "{checked:?}");
}

/// A batch of more than is read ahead at once, that meets itself across the borders.
#[test]
fn a_large_batch_is_judged_as_if_it_were_read_one_by_one() {
    let mut server = postgres();
    let mut memory = MemoryLedger::new();
    let told = |number: usize| -> Entry {
        let case = format!("case {}", number % 700);
        let key = (number % 4_500).to_string();
        match number % 9 {
            0 => ParcelRow { holder: Some(number.to_string()), ..parcel(&case, 120.0, 30.0) }.into(),
            1 if number > 2_500 => correction(&format!("c{number}"), "case 1", 2, []).into(),
            _ => NewEvent { case_id: format!("case {}", number % 4_500 % 700), ..event(&key, "", 1, []) }
                .into(),
        }
    };
    let batch: Vec<Result<Entry, String>> = (1..=2_500).map(|number| Ok(told(number))).collect();
    assert_eq!(outcome(&mut server, &batch), outcome(&mut memory, &batch));
    let batch: Vec<Result<Entry, String>> = (1..=7_000).map(|number| Ok(told(number))).collect();
    let refused = outcome(&mut memory, &batch);
    assert!(refused.contains("corrects event 2"), "{refused}");
    assert_eq!(outcome(&mut server, &batch), refused);
    let sound = |number: &usize| number % 9 != 1;
    let batch: Vec<Result<Entry, String>> =
        (1..=7_000).filter(sound).map(|number| Ok(told(number))).collect();
    let expected = outcome(&mut memory, &batch);
    assert!(expected.starts_with("Appended"), "{expected}");
    assert_eq!(outcome(&mut server, &batch), expected);
    assert_eq!(server.verify().expect("readable"), memory.verify().expect("readable"));
    assert_eq!(
        server.parcels_after(None, 999).expect("rows"),
        memory.parcels_after(None, 999).expect("rows")
    );
    assert_eq!(facts(&server, 31, None), facts(&memory, 31, None));
}

/// A store with corrections, rows and something to say.
fn filled(ledger: &mut dyn Ledger) {
    let batch: [Entry; 6] = [
        event("1", "A", 1, [("price", "5"), ("holder", "\"\\\n甲")]).into(),
        NewEvent { package: Some("p".into()), recorded_at: moment(70), ..event("2", "B", 2, []) }.into(),
        NewEvent { recorded_at: moment(71), ..correction("3", "A", 1, [("price", "7")]) }.into(),
        parcel("A", 120.0, 30.0).into(),
        parcel("without an event", 121.0, 31.0).into(),
        ParcelRow { case_id: "B".into(), ..ParcelRow::default() }.into(),
    ];
    append(ledger, batch).expect("appended");
    // More than one page.
    append(ledger, (0..1_200).map(|n| event(&format!("n{n}"), &format!("case {}", n % 500), 3, [])))
        .expect("appended");
    append(ledger, (0..700).map(|n| ParcelRow { case_id: format!("row {n}"), ..ParcelRow::default() }))
        .expect("rows");
    ledger.set_meta("sample", "虚构数据").expect("set");
}

fn each_store() -> Vec<(Box<dyn Ledger>, Option<tempfile::TempDir>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = GeoPackageLedger::create(folder.path().join("a.gpkg")).expect("a store");
    vec![(Box::new(MemoryLedger::new()), None), (Box::new(file), Some(folder)), (Box::new(postgres()), None)]
}

#[test]
fn a_store_is_carried_whole_into_an_empty_one_of_any_kind() {
    for (mut from, _folder) in each_store() {
        filled(&mut *from);
        let head = from.verify().expect("readable").head;
        for (mut to, _folder) in each_store() {
            let mut steps = Vec::new();
            let moved = transfer(&*from, &mut *to, &mut |events| steps.push(events)).expect("moved");
            assert_eq!((moved.events, moved.parcels, moved.verification.head), (1_203, 703, head));
            assert_eq!(steps, (1..=1_203).collect::<Vec<_>>());
            assert_eq!(said(&*to), said(&*from));
            assert_eq!(facts(&*to, 31, None), facts(&*from, 31, None));
            // Keys came along, and both go on alike.
            let again = append(&mut *to, [event("n7", "case 7", 3, []), event("new", "Z", 4, [])]);
            assert_eq!(again.expect("appended"), (1, 1));
            // What holds something is not filled, whatever it is that it holds.
            let before = all_events(&*to);
            let refusal = transfer(&*from, &mut *to, &mut |_| {}).expect_err("refused");
            assert!(matches!(refusal, LedgerError::NotEmpty(_)), "{refusal}");
            assert_eq!(all_events(&*to), before);
        }
    }
    for (mut to, _folder) in each_store() {
        to.set_meta("sample", "x").expect("set");
        let refusal = transfer(&MemoryLedger::new(), &mut *to, &mut |_| {}).expect_err("refused");
        assert!(matches!(refusal, LedgerError::NotEmpty(_)), "{refusal}");
    }
    for (mut to, _folder) in each_store() {
        let moved = transfer(&MemoryLedger::new(), &mut *to, &mut |_| {}).expect("nothing to move");
        assert_eq!((moved.events, moved.verification.fault), (0, None));
    }
}

#[test]
fn a_store_that_is_not_sound_is_not_carried() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.gpkg");
    let mut file = GeoPackageLedger::create(&path).expect("a store");
    filled(&mut file);
    file.close().expect("closed");
    let raw = rusqlite::Connection::open(&path).expect("a file");
    raw.execute_batch("DROP TRIGGER event_is_never_changed; UPDATE event SET actor = 'x' WHERE seq = 900")
        .expect("changed");
    drop(raw);
    let file = GeoPackageLedger::open(&path).expect("a store");
    for (mut to, _folder) in each_store() {
        let refusal = transfer(&file, &mut *to, &mut |_| {}).expect_err("refused");
        let fault = match refusal {
            LedgerError::Unsound(fault) => Some((fault.seq, fault.what)),
            _ => None,
        };
        assert_eq!(fault, Some((900, What::Content)));
        assert_eq!(
            (to.size().expect("a size").events, to.parcels_after(None, 9).expect("rows")),
            (0, vec![])
        );
        filled(&mut *to);
    }
}

fn any_history() -> impl Strategy<Value = Vec<Vec<(u8, i8, u8, bool)>>> {
    let told = (0..3_u8, 1..=8_i8, 0..5_u8, any::<bool>());
    prop::collection::vec(prop::collection::vec(told, 0..4), 1..6)
}

/// Time travel: what was folded when a batch had been recorded is what is folded later as known then.
#[test]
fn what_was_known_at_a_moment_stays_what_it_was() {
    let database = Cluster::shared().database();
    let schemas = Schemas(std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let checked = runner.run(&any_history(), |history| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = GeoPackageLedger::create(folder.path().join("a.gpkg")).expect("a store");
        let stores: [Box<dyn Ledger>; 3] =
            [Box::new(MemoryLedger::new()), Box::new(file), Box::new(schemas.next(&database))];
        for mut ledger in stores {
            let mut then = Vec::new();
            let mut number = 0;
            for (at, batch) in history.iter().enumerate() {
                let at = moment(at as i64 * 10);
                for &(case, day, value, corrects) in batch {
                    number += 1;
                    let case = format!("case {case}");
                    let target = ledger.events_of(&case).expect("readable").last().map(|event| event.seq);
                    let value = ["", "none", "2020-01-03", "5", "2020-01-07"][usize::from(value)];
                    let facts = [("started_on", value), ("price", "1")];
                    let told = match target.filter(|_| corrects) {
                        Some(seq)
                            if !all_events(&*ledger).iter().any(|event| event.corrects == Some(seq)) =>
                        {
                            correction(&number.to_string(), &case, seq, facts)
                        }
                        _ => event(&number.to_string(), &case, day, facts),
                    };
                    append(&mut *ledger, [NewEvent { recorded_at: at, ..told }]).expect("appended");
                }
                then.push((at, [2, 5, 8].map(|day| facts(&*ledger, day, None))));
            }
            for (at, stored) in &then {
                let folded = [2, 5, 8].map(|day| facts(&*ledger, day, Some(*at)));
                prop_assert_eq!(&folded, stored);
            }
        }
        Ok(())
    });
    assert!(checked.is_ok(), "{checked:?}");
}
