//! Keys, seals, the steps of a listing and the draw.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Timestamp, tz};
use proptest::prelude::*;

use super::{Bar, End, Key, KeyError, LOT_BITS, Listing, Notice, Said, Seal, Step, case_of, lot, seed};
use crate::{Entry, Ledger, MemoryLedger, NewEvent};

const CLOSES: Date = date(2026, 12, 20);
const OPENS_UNTIL: Date = date(2026, 12, 23);

fn notice() -> Notice {
    Notice {
        listing: "L-1".to_owned(),
        parcel: "P-1".to_owned(),
        closes_on: CLOSES,
        opening_ends_on: OPENS_UNTIL,
        facts: BTreeMap::from([("tax_required".to_owned(), "4500000".to_owned())]),
        asks: vec!["tax_committed".to_owned()],
    }
}

fn key(bidder: &str, tax: &str, salt: u8) -> Key {
    let figures = BTreeMap::from([("tax_committed".to_owned(), tax.to_owned())]);
    Key::new("L-1", bidder, figures, [salt; 32]).expect("a key")
}

fn noon(day: Date) -> Timestamp {
    tz::Offset::constant(8).to_timestamp(day.at(12, 0, 0, 0)).expect("a moment")
}

/// The listing after what was said, each on a day.
fn after(said: &[(Date, Said)]) -> Listing {
    let mut ledger = MemoryLedger::new();
    let case = case_of("L-1");
    for (at, (day, said)) in [(date(2026, 12, 1), Said::Published(notice()))].iter().chain(said).enumerate() {
        let event = NewEvent {
            case_id: case.clone(),
            kind: said.kind().to_owned(),
            happened_on: *day,
            recorded_at: noon(*day),
            actor: "test".to_owned(),
            origin: String::new(),
            key: said.key("L-1", at as i64),
            package: Some("national@sha256:0".to_owned()),
            corrects: None,
            body: said.body().expect("a body"),
        };
        ledger.append(&mut [Ok(Entry::Event(event))].into_iter()).expect("recorded");
    }
    Listing::of(&ledger.events_of(&case).expect("events")).expect("readable").expect("a listing")
}

#[test]
fn a_seal_is_what_sha256sum_gives_of_the_key() {
    let key = key("甲", "5000000", 7);
    let text =
        format!("landcycle bid 1\nlisting=L-1\nbidder=甲\ntax_committed=5000000\nsalt={}\n", "07".repeat(32));
    assert_eq!(key.text(), text);
    // Computed by `sha256sum` of the same bytes.
    let digest = "7e0c239b222ac5065428f554efbf35cf0e440e8a617794e77413ec8012b724d5";
    assert_eq!(key.seal().digest.to_string(), digest);
    assert_eq!(Key::parse(&text), Ok(key.clone()));
    assert_eq!(Seal::parse(&key.seal().text()), Ok(key.seal()));
}

#[test]
fn another_spelling_of_a_key_is_refused_with_its_line() {
    let text = key("甲", "5000000", 7).text();
    let line = |text: &str| Key::parse(text).expect_err("refused").line;
    assert_eq!(line(&text.replace("bid 1", "bid 2")), 1);
    assert_eq!(line(&text.replace("bidder=甲", "bidder= 甲")), 3);
    assert_eq!(line(&text.replace("salt=07", "salt=0A")), 5);
    assert_eq!(line(text.trim_end()), 6);
    assert_eq!(line(&text.replace('\n', "\r\n")), 1);
    assert_eq!(line(&text.replace("listing=L-1\nbidder=甲\n", "bidder=甲\nlisting=L-1\n")), 2);
    assert_eq!(line(&text.replace("listing=L-1\n", "")), 5);
    assert_eq!(line(&format!("{text}salt=00\n")), 6);
    assert_eq!(line(""), 1);
}

#[test]
fn what_cannot_stand_in_a_line_makes_no_key() {
    let none = BTreeMap::new;
    for (listing, bidder) in [("", "甲"), ("L", ""), ("L=1", "甲"), ("L", "甲\nsalt=00"), ("L", " 甲")] {
        assert_eq!(Key::new(listing, bidder, none(), [0; 32]), Err(KeyError { line: 0 }));
    }
    let reserved = BTreeMap::from([("salt".to_owned(), "1".to_owned())]);
    assert!(Key::new("L", "甲", reserved, [0; 32]).is_err());
}

#[test]
fn before_the_deadline_nothing_is_opened_and_after_it_nothing_is_taken_in_time() {
    let key = key("甲", "5000000", 7);
    let seal = key.seal();
    let listing = after(&[(CLOSES, Said::Sealed(seal.clone()))]);
    assert_eq!(listing.admits(Step::Open(&key), CLOSES), Err(Bar::NotClosed));
    assert_eq!(listing.admits(Step::Open(&key), date(2026, 12, 21)), Ok(()));
    assert_eq!(listing.admits(Step::Open(&key), OPENS_UNTIL), Ok(()));
    assert_eq!(listing.admits(Step::Open(&key), date(2026, 12, 24)), Err(Bar::OpeningOver));
    assert_eq!(listing.admits(Step::Seal(&seal), OPENS_UNTIL), Ok(()));
    assert_eq!(listing.admits(Step::Seal(&seal), date(2026, 12, 24)), Err(Bar::OpeningOver));
    assert_eq!(listing.admits(Step::Rank, OPENS_UNTIL), Err(Bar::OpeningRuns));
    assert_eq!(listing.admits(Step::Rank, date(2026, 12, 24)), Ok(()));
    assert_eq!(listing.admits(Step::Award, date(2026, 12, 24)), Err(Bar::NotRanked));
}

#[test]
fn only_the_key_that_was_sealed_opens_a_bid() {
    let key1 = key("甲", "5000000", 7);
    let listing = after(&[(CLOSES, Said::Sealed(key1.seal()))]);
    for other in [key("甲", "5000001", 7), key("甲", "5000000", 8), key("乙", "5000000", 7)] {
        assert_eq!(listing.admits(Step::Open(&other), OPENS_UNTIL), Err(Bar::NoSeal));
    }
    // A digest that another bidder copies is not taken, so it opens nothing either.
    let copied = Seal { bidder: "乙".to_owned(), ..key1.seal() };
    assert_eq!(listing.admits(Step::Seal(&copied), CLOSES), Err(Bar::Copied));
    let elsewhere = Seal { listing: "L-2".to_owned(), ..key1.seal() };
    assert_eq!(listing.admits(Step::Seal(&elsewhere), CLOSES), Err(Bar::OtherListing));
}

#[test]
fn a_bid_knows_what_came_after_it() {
    let (first, second) = (key("甲", "1", 1), key("甲", "2", 2));
    let said = [
        (date(2026, 12, 10), Said::Sealed(first.seal())),
        (date(2026, 12, 11), Said::Sealed(second.seal())),
        (date(2026, 12, 12), Said::Withdrawn { bidder: "甲".to_owned() }),
    ];
    let listing = after(&said);
    let facts = listing.bids[0].facts(&listing.notice, date(2026, 12, 12));
    assert_eq!(facts["bid_next_received_on"], "2026-12-11");
    assert_eq!(facts["bid_withdrawn_on"], "2026-12-12");
    assert!(!facts.contains_key("bid_opened_on"), "it may still be opened");
    let later = listing.bids[1].facts(&listing.notice, date(2026, 12, 24));
    assert_eq!((later["bid_next_received_on"].as_str(), later["bid_opened_on"].as_str()), ("none", "none"));
    let withdraw = Step::Withdraw { bidder: "甲" };
    assert_eq!(listing.admits(withdraw, date(2026, 12, 13)), Err(Bar::NothingToWithdraw));
    assert_eq!(listing.admits(Step::Seal(&second.seal()), date(2026, 12, 13)), Err(Bar::Copied));
    assert_eq!(listing.admits(Step::Seal(&key("甲", "3", 3).seal()), date(2026, 12, 13)), Ok(()));
}

#[test]
fn what_is_opened_is_complete_when_it_states_all_that_is_asked() {
    let key = key("甲", "5000000", 7);
    let said = [(CLOSES, Said::Sealed(key.seal())), (OPENS_UNTIL, Said::Opened(key))];
    let listing = after(&said);
    let facts = listing.bids[0].facts(&listing.notice, OPENS_UNTIL);
    assert_eq!((facts["bid_complete"].as_str(), facts["tax_committed"].as_str()), ("yes", "5000000"));
    // Noon of the last day: twelve hours before the deadline.
    assert_eq!(facts["bid_lead"], "43200000");
    let withdraw = Step::Withdraw { bidder: "甲" };
    assert_eq!(listing.admits(withdraw, OPENS_UNTIL), Err(Bar::Opened));
    let asked = Notice { asks: vec!["energy_committed".to_owned()], ..notice() };
    assert_eq!(listing.bids[0].facts(&asked, OPENS_UNTIL)["bid_complete"], "no");
}

#[test]
fn nothing_follows_an_end() {
    let failed = Said::Ended(End::Failed { reason: "none".to_owned() });
    let listing = after(&[(date(2026, 12, 24), failed)]);
    for step in [Step::Rank, Step::Award, Step::Fail, Step::Withdraw { bidder: "甲" }] {
        assert_eq!(listing.admits(step, date(2026, 12, 25)), Err(Bar::Ended));
    }
}

proptest! {
    #[test]
    fn a_changed_character_of_a_key_breaks_the_digest(
        tax in "[1-9][0-9]{0,12}", salt in any::<[u8; 32]>(), at in any::<prop::sample::Index>(), digit in 0_u8..10,
    ) {
        let figures = BTreeMap::from([("tax_committed".to_owned(), tax)]);
        let key = Key::new("L-1", "甲", figures, salt).expect("a key");
        let text = key.text();
        let places: Vec<usize> = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let place = *at.get(&places);
        let mut bytes = text.clone().into_bytes();
        bytes[place] = b'0' + digit;
        let changed = String::from_utf8(bytes).expect("text");
        prop_assume!(changed != text);
        // It is no key any more, or one of another digest.
        if let Ok(other) = Key::parse(&changed) {
            prop_assert_ne!(other.seal().digest, key.seal().digest);
        }
    }

    #[test]
    fn the_draw_does_not_depend_on_the_order_of_bids(salts in prop::collection::vec(any::<u8>(), 1..9)) {
        let keys: Vec<Key> = salts.iter().map(|salt| key("甲", "1", *salt)).collect();
        let forward = seed(keys.iter());
        prop_assert_eq!(forward, seed(keys.iter().rev()));
        for key in &keys {
            prop_assert!(lot(forward, key.seal().digest) < 1 << LOT_BITS);
        }
    }
}
