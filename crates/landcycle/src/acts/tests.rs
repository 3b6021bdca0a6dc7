//! Acts in a real store: once, in their order, and to the same bytes under a law that has changed since.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use landcycle_ledger::{GeoPackageLedger, Ledger};
use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;

use super::refusal::Code;
use super::replay::replay;
use super::{Decided, File, Judge, NotDone, Request, perform};
use crate::packages;

fn library() -> Library {
    packages::sound(None).map_err(|failure| failure.message).expect("sound packages")
}

fn request(act: &str, day: Date, facts: &[(&str, &str)]) -> Request {
    let given = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Request {
        case: "T-1".into(),
        act: act.into(),
        day,
        given: given.collect(),
        by: "tester".into(),
        origin: "test".into(),
        key: None,
    }
}

const TODAY: Date = date(2026, 1, 15);

fn now() -> Timestamp {
    "2026-01-15T08:00:00Z".parse().expect("a moment")
}

fn done(ledger: &mut dyn Ledger, library: &Library, request: &Request) -> Result<Decided, Vec<Code>> {
    match perform(ledger, library, &mut Judge::default(), request, (now(), TODAY)) {
        Ok(decided) => Ok(decided),
        Err(NotDone::Refused(refusals)) => Err(refusals.iter().map(|refusal| refusal.code).collect()),
        Err(NotDone::Store(error)) => unreachable!("{error}"),
    }
}

/// A parcel that is contracted and delivered.
fn contracted(ledger: &mut dyn Ledger, library: &Library) {
    let steps = [
        request("reserve", date(2018, 1, 10), &[("area", "20000"), ("city", "示例市")]),
        request("offer", date(2018, 2, 1), &[("supply_mode", "listing")]),
        request("sign", date(2018, 3, 15), &[("holder", "虚构企业"), ("term_years", "20"), ("price", "100")]),
        request("deliver", date(2018, 6, 1), &[]),
    ];
    for step in &steps {
        done(ledger, library, step).expect("done");
    }
}

#[test]
fn a_repeated_request_is_one_act() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = GeoPackageLedger::create(folder.path().join("s.gpkg")).expect("a store");
    let library = library();
    contracted(&mut ledger, &library);
    let start = Request { key: Some("form-1".into()), ..request("start", date(2018, 12, 1), &[]) };
    done(&mut ledger, &library, &start).expect("done");
    done(&mut ledger, &library, &start).expect("the same again");
    assert_eq!(ledger.events_of("T-1").expect("events").len(), 5);
    // An act that is possible again is still the same one under its key, and another with other facts.
    let facts = [("investment_paid", "5 万元")];
    let look = Request { key: Some("form-3".into()), ..request("inspect", date(2018, 12, 2), &facts) };
    for _ in 0..2 {
        done(&mut ledger, &library, &look).expect("done");
    }
    assert_eq!(ledger.events_of("T-1").expect("events").len(), 6);
    let other = Request { key: Some("form-2".into()), ..start };
    assert_eq!(done(&mut ledger, &library, &other).expect_err("refused"), [Code::Stage]);
    assert!(ledger.verify().expect("verified").fault.is_none());
}

#[test]
fn acts_keep_the_order_of_their_days() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = GeoPackageLedger::create(folder.path().join("s.gpkg")).expect("a store");
    let library = library();
    contracted(&mut ledger, &library);
    let early = request("inspect", date(2018, 5, 31), &[]);
    assert_eq!(done(&mut ledger, &library, &early).expect_err("refused"), [Code::BeforeLast]);
    let ahead = request("start", date(2026, 1, 16), &[]);
    assert_eq!(done(&mut ledger, &library, &ahead).expect_err("refused"), [Code::Ahead]);
}

/// The same packages with one text changed.
fn changed(library: &Library, path: &str, from: &str, to: &str) -> Library {
    let files = library.sources("national").into_iter().map(|source| {
        let mut text = source.text.clone();
        if source.path == path {
            assert!(text.contains(from), "{path}");
            text = text.replace(from, to);
        }
        Source { path: source.path.clone(), text }
    });
    Library::read(files.collect()).0
}

#[test]
fn a_decision_replays_to_the_same_bytes_after_the_law_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = GeoPackageLedger::create(folder.path().join("s.gpkg")).expect("a store");
    let library = library();
    // A place that no city's package is for, so that the nation's law decides.
    contracted_elsewhere(&mut ledger, &library);
    let act = ledger.events_of("T-1").expect("events").into_iter().find(|event| event.kind == "act.sign/1");
    let act = act.expect("the signing");
    let then = replay(&ledger, &library, &act).map_err(|failure| failure.message).expect("replayed");
    assert!(then.rules > 0 && then.there == then.again, "{then:?}");
    let path = "national/parameters/supply/term_years_max.yaml";
    let later = changed(&library, path, "value: 50", "value: 10");
    let again = replay(&ledger, &later, &act).map_err(|failure| failure.message).expect("replayed");
    assert_eq!(again.there, again.again);
    // Under the changed law itself the same act is refused.
    let mut fresh = landcycle_ledger::MemoryLedger::new();
    for step in elsewhere().iter().take(2) {
        done(&mut fresh, &later, step).expect("done");
    }
    assert_eq!(done(&mut fresh, &later, &elsewhere()[2]).expect_err("refused"), [Code::Forbidden]);
    // What is recorded later, by a clock that is behind, was not known then.
    let mut late = landcycle_ledger::NewEvent {
        case_id: "T-1".into(),
        kind: "report.filed/1".into(),
        happened_on: date(2018, 3, 1),
        recorded_at: act.recorded_at,
        actor: "late".into(),
        origin: String::new(),
        key: "late".into(),
        package: None,
        corrects: None,
        body: landcycle_ledger::Body::new([("term_years", "90")]).expect("a body"),
    };
    late.recorded_at -= jiff::SignedDuration::from_secs(60);
    ledger.append(&mut landcycle_ledger::entries([late])).expect("appended");
    let again = replay(&ledger, &later, &act).map_err(|failure| failure.message).expect("replayed");
    assert_eq!(again.there, again.again);
    // A package that was changed in the store is found out.
    let name = format!("package:{}", act.package.clone().expect("a package"));
    let kept = ledger.meta(&name).expect("read").expect("kept");
    ledger.set_meta(&name, &kept.replace("value: 50", "value: 60")).expect("set");
    let broken = replay(&ledger, &later, &act).expect_err("changed");
    assert!(broken.message.en.contains("was changed"), "{}", broken.message.en);
}

fn elsewhere() -> [Request; 3] {
    [
        request("reserve", date(2018, 1, 10), &[("area", "20000"), ("city", "别处")]),
        request("offer", date(2018, 2, 1), &[("supply_mode", "listing")]),
        request("sign", date(2018, 3, 15), &[("holder", "虚构企业"), ("term_years", "20"), ("price", "100")]),
    ]
}

fn contracted_elsewhere(ledger: &mut dyn Ledger, library: &Library) {
    for step in &elsewhere() {
        done(ledger, library, step).expect("done");
    }
}

#[test]
fn the_file_of_any_day_is_as_it_was_known_on_any_day() {
    let mut ledger = landcycle_ledger::MemoryLedger::new();
    let library = library();
    contracted(&mut ledger, &library);
    let stage = |as_of: Date, known_at: Option<Timestamp>| {
        let file = File::read(&ledger, &library, "T-1", (as_of, known_at)).expect("read");
        file.standing.stage.name()
    };
    assert_eq!(stage(date(2018, 1, 31), None), "reserved");
    assert_eq!(stage(date(2018, 3, 14), None), "offered");
    assert_eq!(stage(date(2018, 3, 15), None), "contracted");
    let before: Timestamp = "2026-01-15T07:59:59Z".parse().expect("a moment");
    assert_eq!(stage(date(2018, 3, 15), Some(before)), "unplaced");
}
