//! Listings in real stores: what is sealed stays unread, what is ranked can be computed again, and the
//! order of hands changes nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use jiff::{Timestamp, tz};
use landcycle_ledger::listing::{Key, Listing, case_of};
use landcycle_ledger::{GeoPackageLedger, Ledger, MemoryLedger};
use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use proptest::prelude::*;

use super::form::{Bid, Draft};
use super::refusal::Code;
use super::result::result;
use super::{Asked, NotDone, Wanted, perform, public, read, rehearse};
use crate::cluster::Cluster;
use crate::packages;
use crate::store::{self, Writing};

const CLOSES: Date = date(2026, 12, 20);
const ENDS: Date = date(2026, 12, 23);
const AFTER: Date = date(2026, 12, 24);

const NOTICE: &str = "
listing: L-1
parcel: 示例地块
package: national
closes_on: 2026-12-20
opening_ends_on: 2026-12-23
facts:
  listing_area: 30 亩
  investment_required: 6000 万元
  output_required: 10000 万元/年
  tax_required: 450 万元/年
  energy_required: 1000 tce/年
";

static LIBRARY: LazyLock<Library> =
    LazyLock::new(|| packages::sound(None).map_err(|failure| failure.message).expect("sound packages"));

fn library() -> &'static Library {
    &LIBRARY
}

fn draft(text: &str, library: &Library) -> Draft {
    Draft::read("notice.yaml", text, library).map_err(|failure| failure.message).expect("a notice")
}

/// A moment of a day in China.
fn at(day: Date, hour: i8) -> Timestamp {
    tz::Offset::constant(8).to_timestamp(day.at(hour, 0, 0, 0)).expect("a moment")
}

fn noon(day: Date) -> (Timestamp, Date) {
    (at(day, 12), day)
}

fn asked(wanted: Wanted) -> Asked {
    Asked { listing: "L-1".to_owned(), wanted, by: "tester".to_owned(), origin: "test".to_owned() }
}

fn done(
    ledger: &mut dyn Ledger,
    library: &Library,
    wanted: Wanted,
    moment: (Timestamp, Date),
) -> Result<Listing, Code> {
    perform(ledger, library, &asked(wanted), moment).map_err(|error| match error {
        NotDone::Refused(refusal) => {
            assert!(!refusal.detail.en.contains('{') && !refusal.remedy.en.contains('{'), "{refusal:?}");
            refusal.code
        }
        other => unreachable!("{other:?}"),
    })
}

fn published(ledger: &mut dyn Ledger, library: &Library) {
    done(ledger, library, Wanted::Publish(draft(NOTICE, library)), noon(date(2026, 12, 1)))
        .expect("published");
}

/// A bid of a bidder: investment, output and tax in 万元, energy in tce.
fn key(bidder: &str, figures: [&str; 4], salt: u8) -> Key {
    let names = ["investment_committed", "output_committed", "tax_committed", "energy_committed"];
    let amount = |at: usize, figure: &str| if at < 3 { format!("{figure}0000") } else { figure.to_owned() };
    let figures = names.iter().zip(figures).enumerate();
    let figures = figures.filter(|(_, (_, figure))| !figure.is_empty());
    let figures: BTreeMap<String, String> =
        figures.map(|(at, (name, figure))| ((*name).to_owned(), amount(at, figure))).collect();
    Key::new("L-1", bidder, figures, [salt; 32]).expect("a key")
}

/// Whether bytes stand anywhere in the files of a folder.
fn holds(folder: &Path, needle: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut read = 0;
    let found = files.filter(|entry| {
        let bytes = std::fs::read(entry.path()).expect("read");
        read += bytes.len();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    });
    let found = found.count() > 0;
    assert!(read > 10_000, "there is a store to search");
    found
}

#[test]
fn before_the_opening_no_byte_of_a_bid_is_in_the_store_or_in_what_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.gpkg");
    let library = library();
    let mut ledger = GeoPackageLedger::create(&path).expect("a store");
    published(&mut ledger, library);
    // Figures that occur nowhere else, as they are kept, as people write them, and the random bytes.
    let key = key("甲公司", ["7312345", "12987654", "548769", "1087"], 0xA7);
    let traces = ["73123450000", "7312345", "12987654", "548769", "a7a7a7a7", "tax_committed=", "548,769"];
    let listing = done(&mut ledger, library, Wanted::Seal(key.seal()), noon(CLOSES)).expect("sealed");
    assert_eq!(
        done(&mut ledger, library, Wanted::Open(key.clone()), noon(CLOSES)).expect_err("early"),
        Code::NotClosed
    );
    let told = format!(
        "{:?}\n{}\n{:?}",
        ledger.events_of(&case_of("L-1")).expect("events"),
        public::file(&result(&listing, library).map_err(|f| f.message).expect("a result"), &listing),
        listing.bids[0].facts(&listing.notice, CLOSES),
    );
    for trace in traces {
        assert!(!holds(folder.path(), trace), "{trace} is in the files with the write-ahead log");
        assert!(!told.contains(trace), "{trace} is told");
    }
    assert!(holds(folder.path(), &key.seal().digest.to_string()), "the digest is there");
    // The store is closed and the log written back: still nothing.
    drop(ledger);
    assert!(traces.iter().all(|trace| !holds(folder.path(), trace)));
    // After the opening the figures are there, so the search could have found them.
    let mut ledger = GeoPackageLedger::open(&path).expect("a store");
    done(&mut ledger, library, Wanted::Open(key), noon(ENDS)).expect("opened");
    assert!(holds(folder.path(), "73123450000") && holds(folder.path(), "a7a7a7a7"));
}

#[test]
fn late_withdrawn_replaced_defective_and_closed_bids_are_told_apart_and_the_rest_is_ranked() {
    let library = library();
    let mut ledger = MemoryLedger::new();
    published(&mut ledger, library);
    let good = ["7000", "12000", "500", "1100"];
    let mut salt = 0;
    let mut next = |bidder: &str, figures: [&str; 4]| {
        salt += 1;
        key(bidder, figures, salt)
    };
    let (first, second, third) =
        (next("甲", good), next("乙", good), next("丙", ["6000", "10000", "450", "1000"]));
    let (old, new) =
        (next("丁", ["9000", "20000", "900", "1000"]), next("丁", ["6000", "10000", "451", "1000"]));
    let (withdrawn, late) = (next("戊", good), next("己", good));
    let (short, lacking, closed) = (
        next("庚", ["6000", "10000", "449", "1000"]),
        next("辛", ["6000", "", "450", "1000"]),
        next("壬", good),
    );
    let seals = [
        (&second, 9),
        (&first, 10),
        (&third, 11),
        (&old, 11),
        (&withdrawn, 12),
        (&short, 13),
        (&lacking, 13),
    ];
    for (key, hour) in seals {
        done(&mut ledger, library, Wanted::Seal(key.seal()), (at(CLOSES, hour), CLOSES)).expect("sealed");
    }
    for key in [&new, &closed] {
        done(&mut ledger, library, Wanted::Seal(key.seal()), (at(CLOSES, 15), CLOSES)).expect("sealed");
    }
    done(&mut ledger, library, Wanted::Withdraw("戊".to_owned()), (at(CLOSES, 20), CLOSES))
        .expect("withdrawn");
    done(&mut ledger, library, Wanted::Seal(late.seal()), (at(date(2026, 12, 21), 0), date(2026, 12, 21)))
        .expect("on record as late");
    let mut open = |key: &Key| done(&mut ledger, library, Wanted::Open(key.clone()), noon(ENDS)).map(|_| ());
    for key in [&first, &second, &third, &new, &short, &lacking] {
        open(key).expect("opened");
        open(key).expect("opened again: nothing new");
    }
    for key in [&old, &withdrawn, &late] {
        assert_eq!(open(key), Err(Code::NotAdmitted));
    }
    assert_eq!(open(&key("癸", good, 200)), Err(Code::NoSeal));
    assert_eq!(done(&mut ledger, library, Wanted::Rank, noon(ENDS)).expect_err("runs"), Code::OpeningRuns);
    assert_eq!(done(&mut ledger, library, Wanted::Award, noon(AFTER)).expect_err("early"), Code::NotRanked);
    let listing = done(&mut ledger, library, Wanted::Rank, noon(AFTER)).expect("ranked");
    let found = result(&listing, library).map_err(|f| f.message).expect("a result");
    assert_eq!(listing.ranked, Some(found.digest().to_string()));
    let ranks: Vec<(usize, &str)> =
        found.ranking.places.iter().map(|place| (place.rank, place.bidder.as_str())).collect();
    // 甲 and 乙 state the same; 乙 came an hour before.
    assert_eq!(ranks, [(1, "乙"), (2, "甲"), (3, "丁"), (4, "丙")]);
    let outcome = |key: &Key| {
        let digest = key.seal().digest.to_string();
        let bids = found.public["bids"].as_array().expect("bids");
        let bid = bids.iter().find(|bid| bid["digest"] == digest.as_str()).expect("the bid");
        assert_eq!(bid["outcome"]["grade"], "illustrative");
        assert!(bid["outcome"]["cites"][0].as_str().expect("a citation").contains('#'));
        bid["outcome"]["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(outcome(&old), "replaced");
    assert_eq!(outcome(&withdrawn), "withdrawn");
    assert_eq!(outcome(&late), "late");
    assert_eq!(outcome(&short), "below_tax");
    assert_eq!(outcome(&lacking), "incomplete");
    assert_eq!(outcome(&closed), "not_opened");
    assert_eq!(
        done(&mut ledger, library, Wanted::Seal(key("癸", good, 201).seal()), noon(AFTER)).expect_err("over"),
        Code::OpeningOver
    );
    let ended = done(&mut ledger, library, Wanted::Award, noon(AFTER)).expect("awarded");
    let file = public::file(&found, &ended);
    assert_eq!(file["end"]["awarded"], "乙");
    assert_eq!(
        done(&mut ledger, library, Wanted::Fail("x".to_owned()), noon(AFTER)).expect_err("over"),
        Code::Ended
    );
    assert!(ledger.verify().expect("verified").fault.is_none());
    recomputes(&file.to_string(), library);
}

/// A published file is computed again to the last digit, and a changed digit of it is seen.
fn recomputes(text: &str, library: &Library) {
    let differences = |text: &str| {
        let found = public::recompute("result.json", text, library);
        found.map(|found| found.differences).map_err(|failure| failure.message.en)
    };
    assert_eq!(differences(text), Ok(Vec::new()));
    let changed = text.replacen("tax_committed=5000000", "tax_committed=5000001", 1);
    assert!(differences(&changed).expect_err("no key").contains("digest"), "the key does not fit");
    let moved = text.replacen("\"value\":\"1.14687\"", "\"value\":\"1.14688\"", 1);
    assert_ne!(moved, text);
    let found = differences(&moved).expect("computed");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.ends_with("/order/fields/0/value"), "{found:?}");
    let rest = text.replacen("\"code\":\"late\"", "\"code\":\"valid\"", 1);
    assert!(differences(&rest).is_ok_and(|found| found.len() == 1));
}

#[test]
fn a_notice_that_gives_no_order_is_not_published() {
    let library = library();
    let mut ledger = MemoryLedger::new();
    let mut refused = |from: &str, to: &str, day: Date| {
        let text = NOTICE.replace(from, to);
        done(&mut ledger, library, Wanted::Publish(draft(&text, library)), noon(day)).expect_err("refused")
    };
    let day = date(2026, 12, 1);
    assert_eq!(refused("  energy_required: 1000 tce/年\n", "", day), Code::NoticeLacks);
    assert_eq!(refused("tax_required: 450", "tax_required: 0", day), Code::NoOrder);
    assert_eq!(refused("listing_area: 30 亩", "listing_area: 0 亩", day), Code::NoOrder);
    assert_eq!(refused("2026-12-23", "2026-12-20", day), Code::Days);
    assert_eq!(refused("L-1", "L-1", date(2026, 12, 21)), Code::Days);
    let rank = done(&mut ledger, library, Wanted::Rank, noon(day)).expect_err("refused");
    assert_eq!(rank, Code::NoListing);
    published(&mut ledger, library);
    let again = Wanted::Publish(draft(NOTICE, library));
    assert_eq!(done(&mut ledger, library, again, noon(day)).expect_err("refused"), Code::ListingThere);
}

#[test]
fn the_method_stays_that_of_the_notice() {
    let library = library();
    let mut ledger = MemoryLedger::new();
    published(&mut ledger, library);
    let files = library.sources("national").into_iter().map(|source| {
        let mut text = source.text.clone();
        if source.path.ends_with("supply/bid_weight_tax.yaml") {
            text = text.replace("value: 0.4", "value: 0.9");
        }
        Source { path: source.path.clone(), text }
    });
    let (changed, _) = Library::read(files.collect());
    let bid = key("甲", ["7000", "12000", "500", "1100"], 1);
    done(&mut ledger, &changed, Wanted::Seal(bid.seal()), noon(CLOSES)).expect("sealed");
    done(&mut ledger, &changed, Wanted::Open(bid), noon(ENDS)).expect("opened");
    let listing = done(&mut ledger, &changed, Wanted::Rank, noon(AFTER)).expect("ranked");
    let found = result(&listing, library).map_err(|f| f.message).expect("a result");
    assert_eq!(listing.ranked, Some(found.digest().to_string()), "ranked by the law of the notice");
    // By other packages the file differs, and it is told that the packages do.
    let file = public::file(&found, &listing).to_string();
    let again = public::recompute("result.json", &file, &changed).map_err(|f| f.message).expect("computed");
    assert!(again.differences.iter().any(|(place, ..)| place == "/package"), "{:?}", again.differences);
}

#[test]
fn hands_at_the_same_time_are_all_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.gpkg");
    let library = library();
    let mut ledger = GeoPackageLedger::create(&path).expect("a store");
    published(&mut ledger, library);
    std::thread::scope(|scope| {
        for hand in 0..4_u8 {
            let path = &path;
            scope.spawn(move || {
                let mut ledger = GeoPackageLedger::open(path).expect("a store");
                for at in 0..4_u8 {
                    let bid = key(&format!("B{hand}"), ["7000", "12000", "500", "1100"], hand * 16 + at);
                    done(&mut ledger, library, Wanted::Seal(bid.seal()), noon(CLOSES)).expect("sealed");
                }
            });
        }
    });
    let ledger = GeoPackageLedger::open(&path).expect("a store");
    let Ok(Some(listing)) = read(&ledger, "L-1") else { unreachable!("a listing") };
    assert_eq!(listing.bids.len(), 16);
    assert_eq!(listing.bids.iter().filter(|bid| bid.next_received_at.is_none()).count(), 4);
    assert!(ledger.verify().expect("verified").fault.is_none());
}

/// The same on a server, with windows that write at once.
#[test]
fn a_server_holds_digests_until_the_opening_and_gives_the_same_result_as_a_file() {
    let server = Cluster::shared().database();
    drop(Writing::create(Path::new(&server)).map_err(|f| f.message).expect("a store"));
    let open = || store::open(Path::new(&server)).map_err(|f| f.message).expect("a store");
    let (mut ledger, mut file) = (open(), MemoryLedger::new());
    published(&mut ledger, library());
    published(&mut file, library());
    let keys: Vec<Key> = (0..4_u8)
        .map(|at| key(&format!("B{at}"), [&format!("731234{at}"), "12987654", "548769", "1087"], 0xA0 + at))
        .collect();
    std::thread::scope(|scope| {
        for key in &keys {
            let open = &open;
            scope.spawn(move || {
                done(&mut open(), library(), Wanted::Seal(key.seal()), noon(CLOSES)).expect("sealed");
            });
        }
    });
    let held =
        format!("{:?} {:?}", ledger.events_after(0, 99).expect("events"), ledger.parcels_after(None, 99));
    for trace in ["731234", "12987654", "548769", "a0a0a0a0", "tax_committed="] {
        assert!(!held.contains(trace), "{trace}");
    }
    for key in &keys {
        done(&mut file, library(), Wanted::Seal(key.seal()), noon(CLOSES)).expect("sealed");
        for ledger in [&mut ledger as &mut dyn Ledger, &mut file] {
            done(ledger, library(), Wanted::Open(key.clone()), noon(ENDS)).expect("opened");
        }
    }
    let ranked = [&mut ledger as &mut dyn Ledger, &mut file]
        .map(|ledger| done(ledger, library(), Wanted::Rank, noon(AFTER)).expect("ranked").ranked);
    assert_eq!(ranked[0], ranked[1]);
    assert!(ledger.verify().expect("verified").fault.is_none());
}

#[test]
fn the_written_listing_goes_as_it_is_written() {
    let library = library();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/listing");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("read");
    let went = rehearse::run("rehearsal.yaml", &read("rehearsal.yaml"), library, Language::En);
    let went = went.map_err(|failure| failure.message).expect("it runs");
    assert!(went.astray.is_empty(), "{:?}", went.astray);
    let file = went.public.expect("a result").to_string();
    let again = public::recompute("result.json", &file, library).map_err(|f| f.message).expect("computed");
    assert!(again.differences.is_empty(), "{:?}", again.differences);
    let notice =
        Draft::read("notice.yaml", &read("notice.yaml"), library).map_err(|f| f.message).expect("a notice");
    let bid = Bid::read("bid.yaml", &read("bid.yaml"), library).map_err(|f| f.message).expect("a bid");
    assert_eq!(bid.listing, notice.listing);
}

#[test]
fn a_faulty_form_is_told_with_its_line() {
    let library = library();
    let said = |text: &str| {
        Draft::read("n.yaml", text, library)
            .map(|_| ())
            .map_err(|failure| failure.message.en)
            .expect_err("faulty")
    };
    assert!(said(&NOTICE.replace("closes_on:", "close_on:")).contains("line 5"));
    assert!(said(&NOTICE.replace("2026-12-20", "20.12.2026")).contains("line 5"));
    assert!(said(&NOTICE.replace("tax_required", "tax_requird")).contains("tax_required"));
    assert!(said(&NOTICE.replace("450 万元/年", "450 亩")).contains("line 11"));
    assert!(said(&NOTICE.replace("package: national", "package: nowhere")).contains("national"));
    assert!(said("- a\n").contains("line 1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Bids that are received in the same moment rank the same in whatever order they come, and so does
    /// the whole public file.
    #[test]
    fn the_ranking_does_not_depend_on_the_order_of_hands(
        taxes in prop::collection::vec(450_u32..454, 3..7),
        order in prop::collection::vec(any::<u32>(), 7),
    ) {
        let library = library();
        let keys: Vec<Key> = taxes.iter().enumerate()
            .map(|(at, tax)| key(&format!("B{at}"), ["6000", "10000", &tax.to_string(), "1000"], at as u8))
            .collect();
        let file = |hands: &[usize]| {
            let mut ledger = MemoryLedger::new();
            published(&mut ledger, library);
            for at in hands {
                done(&mut ledger, library, Wanted::Seal(keys[*at].seal()), noon(CLOSES)).expect("sealed");
            }
            for at in hands.iter().rev() {
                done(&mut ledger, library, Wanted::Open(keys[*at].clone()), noon(ENDS)).expect("opened");
            }
            let listing = done(&mut ledger, library, Wanted::Rank, noon(AFTER)).expect("ranked");
            let found = result(&listing, library).map_err(|f| f.message).expect("a result");
            public::file(&found, &listing)
        };
        let straight: Vec<usize> = (0..keys.len()).collect();
        let mut mixed = straight.clone();
        mixed.sort_by_key(|at| order[*at]);
        let (one, other) = (file(&straight), file(&mixed));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one["ranking"].as_array().map(Vec::len), Some(keys.len()));
    }
}
