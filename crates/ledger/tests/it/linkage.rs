//! The book of linkage under many writers at once, in a file and on a server: what is recorded is what
//! one writer after the other could have recorded, and no hectare or yuan appears or is lost.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use jiff::civil::date;
use landcycle_ledger::linkage::{
    About, Account, Act, Area, Book, Clerk, Deed, Done, GivenUp, Invariant, Money, NotDone, Order, Place,
    Question, Scheme, Share, Shared, Unit, Verdict, books, check, read, record,
};
use landcycle_ledger::{Address, Apart, GeoPackageLedger, Ledger, MemoryLedger, PostgresLedger};

use crate::cluster::Cluster;
use crate::invented::moment;

const BOOK: &str = "b";
const PLACES: [&str; 3] = ["甲区/一镇", "甲区/二镇", "乙区"];
/// Tells the test below, run as a child, which store to write to, and as whom.
const STORE: &str = "LANDCYCLE_TEST_LINKS_IN";
const NAME: &str = "LANDCYCLE_TEST_LINKS_AS";

fn open(store: &str) -> Box<dyn Ledger> {
    if Address::is_meant(store) {
        Box::new(PostgresLedger::open(&Address::parse(store).expect("an address")).expect("opened"))
    } else {
        Box::new(GeoPackageLedger::open(store).expect("opened"))
    }
}

/// Numbers without a pattern, the same for the same writer.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn place(name: &str) -> Place {
    Place::parse(name).expect("a place")
}

/// A law of these tests: a hectare for a hectare, the share of the revenue rounded half up.
fn judge(question: &Question<'_>) -> Result<Verdict, String> {
    match &question.about {
        About::Credit { land, verified: Some(true), .. } => {
            Ok(Verdict { credit: land.area, ..Verdict::default() })
        }
        About::Credit { now: true, .. } => Err("not verified".to_owned()),
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

fn perform(ledger: &mut dyn Ledger, book: &str, key: &str, act: Act) -> Result<Vec<Done>, NotDone<String>> {
    let order = Order { key: Some(key.to_owned()), on: date(2026, 1, 1), origin: "test".into(), act };
    let clerk = Clerk { by: "示例市", now: moment(0), today: date(2026, 11, 25) };
    record(ledger, book, &[order], clerk, &mut judge, false)
}

fn opened() -> Act {
    Act::Open { title: "示例".into(), package: "national".into() }
}

fn land(parcel: &str, part: &str, area: i128, parcel_area: i128) -> Act {
    Act::GiveUp(GivenUp {
        place: place(PLACES[0]),
        parcel: parcel.into(),
        part: part.into(),
        area: Area::of_smallest(area),
        parcel_area: Area::of_smallest(parcel_area),
        outside: Some(true),
    })
}

fn use_of(holder: &str, area: i128, revenue: i128) -> Act {
    Act::Use {
        place: place(holder),
        giving: Some(place(PLACES[0])),
        project: "示例项目".into(),
        area: Area::of_smallest(area),
        in_park: Some(true),
        revenue: Some(Money::of_smallest(revenue)),
    }
}

/// A book whose first place has `credit` square metres of credit, with shares for the others.
fn begin(ledger: &mut dyn Ledger, credit: i128) {
    perform(ledger, BOOK, "o", opened()).expect("opened");
    for (number, receiving) in PLACES[1..].iter().enumerate() {
        let thirds = [333_333, 333_333, 333_334].map(Share::of_smallest);
        let parties = [PLACES[0], receiving, "市级统筹"].map(str::to_owned);
        let scheme = Scheme {
            of: Shared::Benefit,
            giving: place(PLACES[0]),
            receiving: Some(place(receiving)),
            parts: parties.into_iter().zip(thirds).collect(),
            document: "示例文件".into(),
        };
        perform(ledger, BOOK, &format!("s{number}"), Act::Share(scheme)).expect("published");
    }
    perform(ledger, BOOK, "g", land("P-0", "", credit, credit)).expect("given up");
    let verified = Act::Credit { land: "g".into(), verified: Some(true) };
    perform(ledger, BOOK, "c", verified).expect("credited");
}

fn balance(book: &Book, account: &str) -> i128 {
    book.balances().find(|(known, _)| known.to_string() == account).map_or(0, |(_, balance)| balance)
}

/// Any act, over few places and the same parcels for all writers, so that they are in each other's way.
fn any_act(random: &mut Random, name: &str) -> Act {
    let two = (random.below(3) as usize, random.below(3) as usize);
    let (one, other) = (place(PLACES[two.0]), place(PLACES[two.1]));
    let area = Area::of_smallest(1 + i128::from(random.below(900)));
    let number = random.below(12);
    match random.below(12) {
        0 | 1 => {
            land(&format!("P-{}", 1 + random.below(4)), &random.below(9).to_string(), area.smallest(), 1_500)
        }
        2 | 3 => Act::Credit { land: format!("{name}/{number}"), verified: Some(true) },
        4..=6 => Act::Move { from: one, to: other, giving: Some(place(PLACES[0])), area },
        7..=9 => use_of(PLACES[two.0], area.smallest(), i128::from(random.below(1_000_000))),
        10 => {
            let amount = Money::of_smallest(1 + i128::from(random.below(100_000)));
            Act::Pay { payer: one, payee: "市级统筹".into(), amount }
        }
        _ => Act::Reverse { of: format!("{name}/{number}"), reason: "误录".into() },
    }
}

/// Does what comes to a writer's mind; gives what was taken, by number, and how much was refused.
fn write_at_random(ledger: &mut dyn Ledger, book: &str, name: &str, orders: u64) -> (Vec<String>, usize) {
    let seed = name.bytes().fold(7, |sum: u64, byte| sum * 31 + u64::from(byte));
    let mut random = Random(seed);
    let (mut taken, mut refused) = (Vec::new(), 0);
    for number in 0..orders {
        let act = any_act(&mut random, name);
        let key = format!("{name}/{number}");
        match perform(ledger, book, &key, act.clone()) {
            Ok(_) => {
                // As after a lost answer: the same again adds nothing.
                let again = perform(ledger, book, &key, act).expect("there");
                assert!(again.iter().all(|done| done.there), "{key}");
                taken.push(key);
            }
            Err(NotDone::Refused { .. } | NotDone::Law { .. }) => refused += 1,
            Err(other) => assert!(matches!(other, NotDone::Refused { .. }), "{name}: {other:?}"),
        }
    }
    (taken, refused)
}

/// Everything that was taken is there once and nothing else; every invariant holds; and a book in
/// memory that takes the same deeds one after the other is the same book.
fn holds(ledger: &dyn Ledger, taken: &[String]) -> Book {
    let book = read::<String>(ledger, BOOK).expect("readable").expect("a book");
    for key in taken {
        assert!(book.line(key).is_some(), "{key} was taken");
    }
    let mut again = Book::default();
    for line in book.lines() {
        let postings = again.evolve(&line.key, line.on, line.deed.clone()).expect("it follows");
        assert_eq!(postings, line.postings);
    }
    assert_eq!(again, book);
    for unit in Unit::ALL {
        assert_eq!(book.sum(unit), 0);
    }
    let findings = check(ledger).expect("readable");
    for finding in findings {
        assert!(finding.faults.is_empty() && finding.looked_at > 0, "{finding:?}");
    }
    assert_eq!(ledger.verify().expect("readable").fault, None);
    book
}

/// Many writers spend one balance in bites that do not divide it: as many get one as fit.
fn one_balance_is_spent_once(store: &str) {
    const WRITERS: i128 = 8;
    const EACH: i128 = 6;
    const BITE: i128 = 700;
    const CREDIT: i128 = 20_000;
    begin(&mut *open(store), CREDIT);
    let spent: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut own = open(store);
                    let uses = (0..EACH).filter(|number| {
                        let key = format!("{writer}/{number}");
                        match perform(&mut *own, BOOK, &key, use_of(PLACES[0], BITE, 100)) {
                            Ok(_) => true,
                            Err(NotDone::Refused { refusal, .. }) => {
                                assert_eq!(refusal.code(), "L16");
                                false
                            }
                            Err(other) => {
                                assert!(matches!(other, NotDone::Refused { .. }), "{other:?}");
                                false
                            }
                        }
                    });
                    uses.count()
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).sum()
    });
    const { assert!(WRITERS * EACH * BITE > CREDIT, "there was too little for all") };
    assert_eq!(spent as i128, CREDIT / BITE, "as many as fit");
    let book = holds(&*open(store), &[]);
    assert_eq!(balance(&book, "credit:甲区/一镇<甲区/一镇"), CREDIT % BITE);
    assert_eq!(balance(&book, "used:示例项目"), CREDIT / BITE * BITE);
}

/// Writers give up parts of one parcel in several books: together no more than it has.
fn no_hectare_is_in_two_books(store: &str) {
    const BOOKS: usize = 4;
    let taken: i128 = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..BOOKS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut own = open(store);
                    let book = format!("book {writer}");
                    perform(&mut *own, &book, "o", opened()).expect("opened");
                    let parts = (0..12).filter(|number| {
                        let part = land("P-shared", &number.to_string(), 30, 1_000);
                        perform(&mut *own, &book, &format!("g{number}"), part).is_ok()
                    });
                    30 * parts.count() as i128
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).sum()
    });
    assert_eq!(taken, 990, "all that fits, and no part more");
    let ledger = open(store);
    assert_eq!(books(&*ledger).expect("readable").len(), BOOKS);
    let land_once = check(&*ledger).expect("readable").swap_remove(Invariant::LandOnce as usize);
    assert!(land_once.faults.is_empty(), "{land_once:?}");
}

fn random_writers_in_threads(store: &str, writers: usize, orders: u64) {
    begin(&mut *open(store), 20_000);
    let all: Vec<(Vec<String>, usize)> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..writers)
            .map(|writer| {
                scope.spawn(move || write_at_random(&mut *open(store), BOOK, &format!("w{writer}"), orders))
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("a writer")).collect()
    });
    let taken: Vec<String> = all.iter().flat_map(|(taken, _)| taken.clone()).collect();
    let refused: usize = all.iter().map(|(_, refused)| refused).sum();
    let book = holds(&*open(store), &taken);
    // The opening, two shares, the land and its credit stand before.
    assert_eq!(book.lines().len(), 5 + taken.len(), "what was refused left nothing");
    something_of_everything(&book);
    assert!(refused > 0, "nothing was refused, so nothing was tested");
}

fn something_of_everything(book: &Book) {
    for name in ["given_up", "credited", "moved", "used", "paid", "reversed"] {
        let many = book.lines().iter().filter(|line| line.deed.name() == name).count();
        assert!(many > 1, "{name}: {many}");
    }
    let uses =
        book.lines().iter().filter(|line| matches!(line.deed, Deed::Used(_)) && line.undone_by.is_none());
    let used: i128 = uses.map(|line| line.postings[1].amount).sum();
    assert_eq!(book.balance(&Account::Used("示例项目".into())), used);
}

fn file() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.gpkg");
    GeoPackageLedger::create(&path).expect("a store").close().expect("closed");
    let store = path.to_str().expect("text").to_owned();
    (folder, store)
}

fn server() -> String {
    let store = Cluster::shared().database();
    drop(PostgresLedger::create(&Address::parse(&store).expect("an address")).expect("a store"));
    store
}

#[test]
fn one_balance_is_spent_once_in_a_file() {
    let (_folder, store) = file();
    one_balance_is_spent_once(&store);
}

#[test]
fn one_balance_is_spent_once_on_a_server() {
    one_balance_is_spent_once(&server());
}

#[test]
fn no_hectare_is_in_two_books_of_a_file() {
    let (_folder, store) = file();
    no_hectare_is_in_two_books(&store);
}

#[test]
fn no_hectare_is_in_two_books_of_a_server() {
    no_hectare_is_in_two_books(&server());
}

#[test]
fn random_writers_of_a_file_conserve_everything() {
    let (_folder, store) = file();
    random_writers_in_threads(&store, 6, 60);
}

#[test]
fn random_writers_of_a_server_conserve_everything() {
    random_writers_in_threads(&server(), 10, 60);
}

/// Both stores and memory give the same book, down to the digests, for the same orders.
#[test]
fn all_stores_keep_the_same_book() {
    let (_folder, path) = file();
    let mut stores: Vec<Box<dyn Ledger>> = vec![Box::new(MemoryLedger::new()), open(&path), open(&server())];
    let heads: Vec<_> = stores
        .iter_mut()
        .map(|ledger| {
            begin(&mut **ledger, 20_000);
            let (taken, _) = write_at_random(&mut **ledger, BOOK, "w", 150);
            holds(&**ledger, &taken);
            ledger.verify().expect("readable").head
        })
        .collect();
    assert!(heads.windows(2).all(|pair| pair[0] == pair[1]), "{heads:?}");
}

/// A book is no parcel: the layer of parcels lacks nothing.
#[test]
fn a_book_is_not_missed_among_the_parcels() {
    let (_folder, path) = file();
    let mut ledger = GeoPackageLedger::open(&path).expect("opened");
    begin(&mut ledger, 10);
    assert_eq!(ledger.parcels_apart().expect("readable"), Apart::default());
    let mut ledger = PostgresLedger::open(&Address::parse(&server()).expect("an address")).expect("opened");
    begin(&mut ledger, 10);
    assert_eq!(ledger.parcels_apart().expect("readable"), Apart::default());
}

#[test]
fn child_that_links_at_random() {
    let (Some(store), Some(name)) = (std::env::var_os(STORE), std::env::var_os(NAME)) else { return };
    let (store, name) = (store.into_string().expect("text"), name.into_string().expect("text"));
    let (taken, refused) = write_at_random(&mut *open(&store), BOOK, &name, 60);
    let mut out = std::io::stdout();
    // Alone on lines: the test harness says things of its own.
    for key in &taken {
        writeln!(out, "\ntaken {key}").expect("told");
    }
    writeln!(out, "\nrefused {refused}").expect("told");
}

fn child(store: &str, name: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "linkage::child_that_links_at_random", "--nocapture"])
        .env(STORE, store)
        .env(NAME, name)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a child")
}

/// The same from several programs.
fn random_writers_in_programs(store: &str) {
    begin(&mut *open(store), 20_000);
    let mut children: Vec<Child> = (0..4).map(|number| child(store, &format!("p{number}"))).collect();
    let mut taken = Vec::new();
    for child in &mut children {
        let told = BufReader::new(child.stdout.take().expect("its output"));
        let lines: Vec<String> = told.lines().map(|line| line.expect("text")).collect();
        assert!(child.wait().expect("it ended").success());
        assert!(lines.iter().any(|line| line.starts_with("refused ")), "it came to its end");
        taken.extend(lines.iter().filter_map(|line| line.strip_prefix("taken ").map(str::to_owned)));
    }
    let book = holds(&*open(store), &taken);
    assert_eq!(book.lines().len(), 5 + taken.len(), "what was refused left nothing");
    something_of_everything(&book);
}

#[test]
fn random_programs_on_a_file_conserve_everything() {
    let (_folder, store) = file();
    random_writers_in_programs(&store);
}

#[test]
fn random_programs_on_a_server_conserve_everything() {
    random_writers_in_programs(&server());
}
