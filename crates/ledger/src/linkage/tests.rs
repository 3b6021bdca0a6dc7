//! Orders and what comes of them, in memory.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::{Entry, Ledger, LedgerError, MemoryLedger};

const TODAY: Date = date(2026, 11, 25);

fn clerk() -> Clerk<'static> {
    let now = "2026-11-25T08:00:00Z".parse().expect("a moment");
    Clerk { by: "示例市规划和自然资源局", now, today: TODAY }
}

fn place(name: &str) -> Place {
    Place::parse(name).expect("a place")
}

fn area(text: &str) -> Area {
    Area::parse(text).expect("an area")
}

/// A law of these tests: a hectare for a hectare where land lies outside and is verified, half up.
fn judge(question: &Question<'_>) -> Result<Verdict, String> {
    match &question.about {
        About::Credit { land, verified: Some(true), .. } if land.outside == Some(true) => {
            Ok(Verdict { credit: land.area, ..Verdict::default() })
        }
        About::Credit { now: true, .. } => Err("no credit".to_owned()),
        About::Use { used, .. } if used.in_park != Some(true) => Err("not in a park".to_owned()),
        About::Use { used, shares: Some(scheme), .. } => {
            let giving = scheme.parts.iter().find(|(party, _)| party == scheme.giving.as_str());
            let share = giving.map_or(0, |(_, share)| share.smallest());
            let revenue = used.revenue.ok_or("no revenue")?.smallest();
            let transfer = (2 * revenue * share + 1_000_000).div_euclid(2_000_000);
            Ok(Verdict { transfer: Money::of_smallest(transfer), ..Verdict::default() })
        }
        _ => Ok(Verdict::default()),
    }
}

fn try_order(ledger: &mut dyn Ledger, book: &str, key: &str, act: Act) -> Result<Vec<Done>, String> {
    let order = Order { key: Some(key.to_owned()), on: date(2026, 1, 1), origin: "test".into(), act };
    try_orders(ledger, book, &[order])
}

fn try_orders(ledger: &mut dyn Ledger, book: &str, orders: &[Order]) -> Result<Vec<Done>, String> {
    record(ledger, book, orders, clerk(), &mut judge, false).map_err(|not_done| match not_done {
        NotDone::Refused { refusal, .. } => refusal.code().to_owned(),
        NotDone::Law { why, .. } => why,
        other => format!("{other:?}"),
    })
}

fn open() -> Act {
    Act::Open { title: "示例".into(), package: "national".into() }
}

fn give_up(parcel: &str, part: &str, of: &str, parcel_area: &str) -> Act {
    Act::GiveUp(GivenUp {
        place: place("甲区/一镇"),
        parcel: parcel.into(),
        part: part.into(),
        area: area(of),
        parcel_area: area(parcel_area),
        outside: Some(true),
    })
}

fn credit(land: &str) -> Act {
    Act::Credit { land: land.into(), verified: Some(true) }
}

fn shares(of: Shared, receiving: Option<&str>, parts: &[(&str, &str)]) -> Act {
    let share = |text| Share::parse(text).expect("a share");
    Act::Share(Scheme {
        of,
        giving: place("甲区/一镇"),
        receiving: receiving.map(place),
        parts: parts.iter().map(|(party, text)| ((*party).to_owned(), share(text))).collect(),
        document: "示例文件".into(),
    })
}

fn use_of(holder: &str, giving: Option<&str>, of: &str, revenue: Option<&str>) -> Act {
    Act::Use {
        place: place(holder),
        giving: giving.map(place),
        project: "示例项目".into(),
        area: area(of),
        in_park: Some(true),
        revenue: revenue.map(|text| Money::parse(text).expect("money")),
    }
}

fn moved(from: &str, to: &str, of: &str) -> Act {
    Act::Move { from: place(from), to: place(to), giving: None, area: area(of) }
}

fn paid(payer: &str, payee: &str, amount: &str) -> Act {
    let amount = Money::parse(amount).expect("money");
    Act::Pay { payer: place(payer), payee: payee.into(), amount }
}

fn undo(of: &str) -> Act {
    Act::Reverse { of: of.into(), reason: "误录".into() }
}

fn book_of(ledger: &dyn Ledger, book: &str) -> Book {
    read::<String>(ledger, book).expect("readable").expect("a book")
}

/// A book with ten hectares of credit of 一镇, and shares with 乙区.
fn begun() -> MemoryLedger {
    let mut ledger = MemoryLedger::new();
    let parts = [("甲区/一镇", "0.333333"), ("乙区", "0.566667"), ("市级统筹", "0.1")];
    let orders = [
        ("o", open()),
        ("s", shares(Shared::Benefit, Some("乙区"), &parts)),
        ("g", give_up("P-1", "", "10", "12")),
        ("c", credit("g")),
    ];
    for (key, act) in orders {
        try_order(&mut ledger, "b", key, act).expect(key);
    }
    ledger
}

/// What is on an account, as `unit.text`.
fn on(book: &Book, account: &str) -> String {
    let found = book.balances().find(|(known, _)| known.to_string() == account);
    found.map_or_else(|| "none".to_owned(), |(account, balance)| account.unit().text(balance))
}

#[test]
fn credit_goes_from_land_given_up_to_supply_and_the_benefit_comes_back() {
    let mut ledger = begun();
    try_order(&mut ledger, "b", "m", moved("甲区/一镇", "乙区", "4")).expect("moved");
    try_order(&mut ledger, "b", "u", use_of("乙区", None, "2.5", Some("100.01"))).expect("used");
    let book = book_of(&ledger, "b");
    let wanted = [
        ("outside", "-10"),
        ("pending:甲区/一镇", "0"),
        ("credit:甲区/一镇<甲区/一镇", "6"),
        ("credit:乙区<甲区/一镇", "1.5"),
        ("used:示例项目", "2.5"),
        ("revenue:乙区", "-100.01"),
        ("owed:乙区>甲区/一镇", "33.34"),
        ("owed:乙区>市级统筹", "10"),
        ("kept:乙区", "56.67"),
    ];
    for (account, balance) in wanted {
        assert_eq!(on(&book, account), balance, "{account}");
    }
    assert_eq!(try_order(&mut ledger, "b", "p", paid("乙区", "市级统筹", "10.01")), Err("L16".into()));
    try_order(&mut ledger, "b", "p", paid("乙区", "市级统筹", "10")).expect("paid");
    assert_eq!(on(&book_of(&ledger, "b"), "owed:乙区>市级统筹"), "0");
    // What was paid stands in the way of undoing what it was paid for.
    assert_eq!(try_order(&mut ledger, "b", "r", undo("u")), Err("L16".into()));
    try_order(&mut ledger, "b", "r1", undo("p")).expect("undone");
    try_order(&mut ledger, "b", "r2", undo("u")).expect("undone");
    let book = book_of(&ledger, "b");
    assert_eq!((on(&book, "credit:乙区<甲区/一镇"), on(&book, "kept:乙区")), ("4".into(), "0".into()));
}

#[test]
fn no_hectare_is_given_up_twice_in_one_book_or_two() {
    let mut ledger = begun();
    let try_act = |ledger: &mut MemoryLedger, book: &str, key: &str, act| try_order(ledger, book, key, act);
    assert_eq!(try_act(&mut ledger, "b", "g2", give_up("P-1", "", "1", "12")), Err("L09".into()));
    assert_eq!(try_act(&mut ledger, "b", "g2", give_up("P-1", "北", "2.0001", "12")), Err("L10".into()));
    assert_eq!(try_act(&mut ledger, "b", "g2", give_up("P-1", "北", "3", "13")), Err("L08".into()));
    try_act(&mut ledger, "other", "o", open()).expect("opened");
    assert_eq!(try_act(&mut ledger, "other", "g", give_up("P-1", "北", "2.0001", "12")), Err("L10".into()));
    try_act(&mut ledger, "other", "g", give_up("P-1", "北", "2", "12")).expect("the rest of it");
    assert_eq!(try_act(&mut ledger, "b", "g3", give_up("P-1", "南", "0.0001", "12")), Err("L10".into()));
    assert_eq!(books(&ledger).expect("readable"), ["b", "other"]);
    // What was undone can be given up again.
    try_act(&mut ledger, "other", "r", undo("g")).expect("undone");
    try_act(&mut ledger, "b", "g3", give_up("P-1", "南", "2", "12")).expect("given up");
}

#[test]
fn what_rests_on_another_is_undone_first() {
    let mut ledger = begun();
    assert_eq!(try_order(&mut ledger, "b", "r", undo("g")), Err("L19".into()));
    try_order(&mut ledger, "b", "m", moved("甲区/一镇", "乙区", "4")).expect("moved");
    assert_eq!(try_order(&mut ledger, "b", "r", undo("s")), Err("L19".into()));
    assert_eq!(try_order(&mut ledger, "b", "r", undo("c")), Err("L16".into()));
    assert_eq!(try_order(&mut ledger, "b", "r", undo("o")), Err("L18".into()));
    try_order(&mut ledger, "b", "r", undo("m")).expect("undone");
    assert_eq!(try_order(&mut ledger, "b", "r1", undo("m")), Err("L18".into()));
    assert_eq!(try_order(&mut ledger, "b", "r1", undo("r")), Err("L18".into()));
    try_order(&mut ledger, "b", "r1", undo("c")).expect("undone");
    // The number is that of an operation which was undone: it is not there, and not free.
    assert_eq!(try_order(&mut ledger, "b", "c", credit("g")), Err("L04".into()));
    try_order(&mut ledger, "b", "c2", credit("g")).expect("credited anew");
    assert_eq!(try_order(&mut ledger, "b", "c3", credit("g")), Err("L11".into()));
}

#[test]
fn orders_are_refused_for_one_reason_each() {
    let mut ledger = begun();
    try_order(&mut ledger, "b", "m", moved("甲区/一镇", "乙区", "4")).expect("moved");
    let far = shares(Shared::Benefit, Some("乙区"), &[("甲区/一镇", "0.7"), ("乙区", "0.4")]);
    let twice = shares(Shared::Benefit, Some("乙区"), &[("乙区", "0.4"), ("乙区", "0.6")]);
    let short = shares(Shared::Credit, None, &[("甲区/一镇", "0.7")]);
    let orders = [
        (open(), "L02"),
        (far, "L12"),
        (twice, "L12"),
        (short, "L12"),
        (give_up("", "", "1", "1"), "L06"),
        (give_up("P\n", "", "1", "1"), "L06"),
        (give_up("P", "", "0", "1"), "L07"),
        (give_up("P", "", "1.0001", "1"), "L10"),
        (credit("c"), "L11"),
        (moved("乙区", "乙区", "1"), "L13"),
        (moved("甲区/一镇", "丙区", "1"), "L15"),
        (moved("甲区/一镇", "乙区", "6.0001"), "L16"),
        (use_of("丙区", None, "0.0001", None), "L16"),
        (use_of("丙区", Some("甲区/一镇"), "1", None), "L15"),
        (use_of("乙区", None, "4.0001", Some("1")), "L16"),
        (use_of("乙区", None, "1", None), "no revenue"),
        (undo("x"), "L17"),
    ];
    for (act, code) in orders {
        assert_eq!(try_order(&mut ledger, "b", "new", act.clone()), Err(code.to_owned()), "{act:?}");
    }
    assert_eq!(try_order(&mut ledger, "none", "new", undo("x")), Err("L01".into()));
    let dated = |on, act| [Order { key: None, on, origin: "test".into(), act }];
    let ahead = dated(date(2026, 11, 26), moved("甲区/一镇", "乙区", "1"));
    assert_eq!(try_orders(&mut ledger, "b", &ahead), Err("L03".into()));
    let back = dated(date(2025, 12, 31), moved("甲区/一镇", "乙区", "1"));
    assert_eq!(try_orders(&mut ledger, "b", &back), Err("L05".into()));
    assert_eq!(ledger.size().expect("a size").events, 6, "nothing of it was recorded");
}

#[test]
fn a_repetition_adds_nothing_and_a_number_means_one_thing() {
    let mut ledger = begun();
    let first = try_order(&mut ledger, "b", "u", use_of("甲区/一镇", None, "1", None)).expect("used");
    let again = try_order(&mut ledger, "b", "u", use_of("甲区/一镇", None, "1", None)).expect("there");
    assert_eq!((first[0].there, again[0].there), (false, true));
    assert_eq!(try_order(&mut ledger, "b", "u", use_of("甲区/一镇", None, "2", None)), Err("L04".into()));
    assert_eq!(on(&book_of(&ledger, "b"), "used:示例项目"), "1");
}

#[test]
fn a_batch_is_recorded_whole_or_not_at_all() {
    let mut ledger = begun();
    let order =
        |key: &str, act| Order { key: Some(key.into()), on: date(2026, 2, 1), origin: "test".into(), act };
    let good = order("u1", use_of("甲区/一镇", None, "6", None));
    let bad = order("u2", use_of("甲区/一镇", None, "4.0001", None));
    let before = ledger.size().expect("a size");
    let refused = record(&mut ledger, "b", &[good.clone(), bad], clerk(), &mut judge, false);
    assert!(matches!(refused, Err(NotDone::Refused { at: 1, refusal: Refusal::NotEnough { .. } })));
    assert_eq!(ledger.size().expect("a size"), before);
    let fits = order("u2", use_of("甲区/一镇", None, "4", None));
    let dry = record(&mut ledger, "b", &[good.clone(), fits.clone()], clerk(), &mut judge, true);
    assert_eq!((dry.expect("possible").len(), ledger.size().expect("a size")), (2, before));
    try_orders(&mut ledger, "b", &[good, fits]).expect("recorded");
}

#[test]
fn credit_is_allotted_by_published_shares_to_the_square_metre() {
    let mut ledger = MemoryLedger::new();
    let parts = [("甲区/一镇", "0.5"), ("甲区", "0.333333"), ("甲区/二镇", "0.166667")];
    try_order(&mut ledger, "b", "o", open()).expect("opened");
    try_order(&mut ledger, "b", "s", shares(Shared::Credit, None, &parts)).expect("published");
    try_order(&mut ledger, "b", "g", give_up("P", "", "1.0001", "1.0001")).expect("given up");
    try_order(&mut ledger, "b", "c", credit("g")).expect("credited");
    let book = book_of(&ledger, "b");
    assert_eq!(on(&book, "credit:甲区<甲区/一镇"), "0.3333");
    assert_eq!(on(&book, "credit:甲区/二镇<甲区/一镇"), "0.1666");
    assert_eq!(on(&book, "credit:甲区/一镇<甲区/一镇"), "0.5002");
}

#[test]
fn an_event_that_was_not_decided_here_is_found_by_reading() {
    let mut ledger = begun();
    let event = |event: crate::Event, body| crate::NewEvent {
        case_id: event.case_id,
        kind: event.kind,
        happened_on: event.happened_on,
        recorded_at: event.recorded_at,
        actor: event.actor,
        origin: event.origin,
        key: "forged".into(),
        package: event.package,
        corrects: None,
        body,
    };
    let last = ledger.events_of(&case_of("b")).expect("readable").pop().expect("an event");
    // The same credit again, under another number.
    let mut facts: Vec<(String, String)> =
        last.body.facts().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    facts.iter_mut().filter(|(name, _)| name == "key").for_each(|(_, value)| *value = "forged".into());
    let forged = event(last, crate::Body::new(facts).expect("a body"));
    ledger.append(&mut [Ok(Entry::from(forged))].into_iter()).expect("the ledger takes any event");
    let read = read::<String>(&ledger, "b");
    assert!(matches!(read, Err(NotDone::Broken { seq: 6, why: Broken::NoOperation(_), .. })), "{read:?}");
}

/// Any order over a few places, parcels and numbers, most of them impossible.
fn any_act() -> impl Strategy<Value = Act> {
    let places = || prop::sample::select(vec!["甲区", "甲区/一镇", "乙区", "乙区/三镇"]).prop_map(place);
    let areas = || (1_i128..60_000).prop_map(Area::of_smallest);
    let keys = || (0_usize..40).prop_map(|number| format!("k{number}"));
    let parts = (0_i128..=1_000_000, 0_i128..=1_000_000);
    prop_oneof![
        3 => (places(), 0_u8..6, 0_u8..4, areas()).prop_map(|(place, parcel, part, area)| {
            let (parcel, part) = (format!("P{parcel}"), format!("{part}"));
            let parcel_area = Area::of_smallest(100_000);
            Act::GiveUp(GivenUp { place, parcel, part, area, parcel_area, outside: Some(true) })
        }),
        4 => keys().prop_map(|land| credit(&land)),
        2 => (places(), places(), parts).prop_map(|(giving, receiving, (one, other))| {
            let (one, other) = (one.min(other), one.max(other));
            let parts = [
                (giving.to_string(), one),
                (receiving.to_string(), other - one),
                ("市级统筹".to_owned(), 1_000_000 - other),
            ];
            let parts = parts.into_iter().filter(|(_, share)| *share > 0);
            let parts = parts.map(|(party, share)| (party, Share::of_smallest(share))).collect();
            let receiving = Some(receiving);
            Act::Share(Scheme { of: Shared::Benefit, giving, receiving, parts, document: "d".into() })
        }),
        4 => (places(), places(), areas())
            .prop_map(|(from, to, area)| Act::Move { from, to, giving: None, area }),
        4 => (places(), prop::option::of(places()), areas(), 0_i128..1_000_000).prop_map(
            |(place, giving, area, revenue)| {
                let revenue = Some(Money::of_smallest(revenue));
                Act::Use { place, giving, project: "项目".into(), area, in_park: Some(true), revenue }
            }
        ),
        2 => (places(), places(), 1_i128..200_000).prop_map(|(payer, payee, amount)| Act::Pay {
            payer,
            payee: payee.to_string(),
            amount: Money::of_smallest(amount),
        }),
        2 => keys().prop_map(|of| undo(&of)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_orders_conserve_hectares_and_yuan(acts in prop::collection::vec(any_act(), 1..80)) {
        let mut book = Book::default();
        let opened = Deed::Opened { title: "b".into(), package: "national".into() };
        book.evolve("o", date(2026, 1, 1), opened).expect("opened");
        let mut twin = book.clone();
        let mut taken = 0;
        for (at, act) in acts.into_iter().enumerate() {
            let order = Order { key: None, on: date(2026, 1, 1), origin: "test".into(), act };
            let before = book.clone();
            let drafted = draft(Some(&book), &order, &|_| None, TODAY);
            let deed = drafted.ok().and_then(|draft| {
                let verdict = judge(&draft.question(Some(&book), &order)).ok()?;
                draft.settle(&verdict).ok()
            });
            let Some(deed) = deed else { continue };
            // What is decided is taken: deciding and reading agree.
            let key = format!("k{at}");
            let postings = book.evolve(&key, order.on, deed.clone());
            let postings = postings.map_err(|broken| TestCaseError::fail(format!("{broken}: {deed:?}")))?;
            taken += 1;
            for unit in Unit::ALL {
                prop_assert_eq!(total(&postings, unit), 0);
                let sum: i128 = book.balances().filter(|(a, _)| a.unit() == unit).map(|(_, b)| b).sum();
                prop_assert_eq!(sum, 0);
            }
            for (account, balance) in book.balances() {
                prop_assert!(account.admits(balance), "{} {}", account, balance);
            }
            for (parcel, land) in book.land() {
                prop_assert!(land.given_up() <= land.area || land.parts.is_empty(), "{}", parcel);
            }
            // All credit ever used comes from land: no rate but one for one here.
            let given: i128 = book.land().values().map(|land| land.given_up().smallest()).sum();
            prop_assert_eq!(-book.balance(&Account::Outside), given);
            // The texts of an event say the same.
            let body = book::body(&key, &deed, &postings, None).expect("a body");
            let read = Deed::read(&deed.kind(), &body).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&read, &deed);
            twin.evolve(&key, order.on, read).expect("the same");
            prop_assert_eq!(&twin, &book);
            prop_assert_ne!(&before, &book);
        }
        prop_assert!(taken <= 80);
    }

    #[test]
    fn benefit_is_divided_to_the_fen(
        revenue in 0_i128..10_i128.pow(16), one in 0_i128..=1_000_000, other in 0_i128..=1_000_000,
    ) {
        let (one, other) = (one.min(other), one.max(other));
        let all = [("甲区/一镇", one), ("市级统筹", other - one), ("乙区", 1_000_000 - other)];
        let scheme = Scheme {
            of: Shared::Benefit,
            giving: place("甲区/一镇"),
            receiving: Some(place("乙区")),
            parts: all.into_iter().map(|(party, share)| (party.into(), Share::of_smallest(share))).collect(),
            document: "d".into(),
        };
        let transfer = (2 * revenue * one + 1_000_000).div_euclid(2_000_000);
        let parts = decide::allot_benefit(
            &scheme, &place("乙区"), Money::of_smallest(revenue), Money::of_smallest(transfer),
        );
        let owed: Money = parts.expect("divided").iter().map(|(_, amount)| *amount).sum();
        let kept = revenue - owed.smallest();
        prop_assert!(kept >= 0);
        // What remains with the receiving place is its share, but for less than two fen.
        let share = revenue * (1_000_000 - other);
        prop_assert!((kept * 1_000_000 - share).abs() < 2 * 1_000_000, "{} {}", kept, share);
    }
}

#[test]
fn a_store_that_fails_is_told() {
    let refused = try_order(&mut MemoryLedger::new(), "b", "k", undo("x"));
    assert_eq!(refused, Err("L01".into()));
    let error = NotDone::<String>::from(LedgerError::OutcomeUnknown);
    assert!(matches!(error, NotDone::Store(LedgerError::OutcomeUnknown)));
}

#[test]
fn what_must_hold_is_looked_at_anew() {
    let mut ledger = begun();
    try_order(&mut ledger, "other", "o", open()).expect("opened");
    let findings = check(&ledger).expect("readable");
    assert_eq!(findings.len(), Invariant::ALL.len());
    for finding in &findings {
        assert!(finding.looked_at > 0 && finding.faults.is_empty(), "{finding:?}");
    }
}

#[test]
fn a_book_is_shown_as_it_was_on_a_day() {
    let mut ledger = begun();
    let act = use_of("甲区/一镇", None, "1", None);
    let later = [Order { key: None, on: date(2026, 3, 1), origin: "test".into(), act }];
    try_orders(&mut ledger, "b", &later).expect("used");
    let book = book_of(&ledger, "b");
    assert_eq!(book.as_of(date(2025, 12, 31)), None);
    let before = book.as_of(date(2026, 2, 28)).expect("open");
    assert_eq!(
        (on(&before, "credit:甲区/一镇<甲区/一镇"), on(&before, "used:示例项目")),
        ("10".into(), "none".into())
    );
    assert_eq!(book.as_of(date(2026, 3, 1)).as_ref(), Some(&book));
}
