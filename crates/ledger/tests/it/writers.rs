//! Many writers at once: nothing is lost, nothing is doubled, one chain.

use std::collections::HashMap;

use landcycle_ledger::{Address, Entry, Ledger, LedgerError, NewEvent, PostgresLedger};

use crate::invented::{all_events, event, postgres};

const WRITERS: usize = 50;
const DECISIONS: usize = 20;
/// Fewer than writers, so that they meet.
const CASES: usize = 7;

/// Appends one event upon what the case is now, until nobody came between; gives how often it took.
/// The event says how many its case had, so a decision upon an older state would show.
fn decide(ledger: &mut dyn Ledger, case: &str, key: &str) -> usize {
    for attempt in 1.. {
        let there = ledger.events_of(case).expect("readable");
        if there.iter().any(|event| event.key == key) {
            // Recorded although its answer got lost.
            return attempt;
        }
        let counted = there.len().to_string();
        let told = NewEvent { origin: String::new(), ..event(key, case, 1, [("price", counted.as_str())]) };
        let expected = Entry::Expect { case_id: case.into(), last_seq: there.last().map(|event| event.seq) };
        let batch: [Result<Entry, _>; 2] = [Ok(expected), Ok(told.into())];
        match ledger.append(&mut batch.into_iter()) {
            Ok(appended) => {
                assert_eq!(appended.added, 1);
                return attempt;
            }
            Err(error) => assert!(matches!(error, LedgerError::ChangedMeanwhile { .. }), "{error}"),
        }
    }
    0
}

#[test]
fn fifty_writers_lose_nothing_and_double_nothing() {
    let ledger = postgres();
    let address: &Address = ledger.address();
    let attempts: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut own = PostgresLedger::open(address).expect("opened");
                    let decided = (0..DECISIONS).map(|number| {
                        let case = format!("case {}", (writer + number * 3) % CASES);
                        let attempts = decide(&mut own, &case, &format!("{writer}/{number}"));
                        // As after a lost answer: the same event again adds nothing.
                        decide(&mut own, &case, &format!("{writer}/{number}"));
                        attempts
                    });
                    decided.sum::<usize>()
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).sum()
    });
    assert!(attempts > WRITERS * DECISIONS, "they never met, so nothing was tested");
    let events = all_events(&ledger);
    assert_eq!(events.len(), WRITERS * DECISIONS);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for event in &events {
        let count = counts.entry(event.case_id.as_str()).or_default();
        assert_eq!(
            event.body.get("price").as_deref(),
            Some(count.to_string().as_str()),
            "decided upon an older state"
        );
        *count += 1;
    }
    let verified = ledger.verify().expect("readable");
    assert_eq!((verified.events as usize, verified.fault), (WRITERS * DECISIONS, None));
}
