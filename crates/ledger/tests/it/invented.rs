//! Invented events and parcels that the other tests build on.

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use landcycle_ledger::{
    Address, Body, Cut, Entry, Event, FoldedCase, GeoPackageLedger, Geometry, Ledger, LedgerError, NewEvent,
    ParcelRow, PostgresLedger, entries,
};

use crate::cluster::Cluster;

/// An empty store in a database of its own.
pub(crate) fn postgres() -> PostgresLedger {
    let address = Address::parse(&Cluster::shared().database()).expect("an address");
    PostgresLedger::create(&address).expect("a store")
}

/// The moment `seconds` after an arbitrary start.
pub(crate) fn moment(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_secs(seconds)
}

pub(crate) fn body<'a>(facts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Body {
    Body::new(facts).expect("sound facts")
}

/// An event of a case on a day of January 2020, recorded at `moment(0)`.
pub(crate) fn event<'a>(
    key: &str,
    case_id: &str,
    day: i8,
    facts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> NewEvent {
    NewEvent {
        case_id: case_id.into(),
        kind: "progress.reported/1".into(),
        happened_on: january(day),
        recorded_at: moment(0),
        actor: "示例市自然资源局".into(),
        origin: format!("示例.xlsx, 表1, row {key}"),
        key: key.into(),
        package: None,
        corrects: None,
        body: body(facts),
    }
}

pub(crate) fn correction<'a>(
    key: &str,
    case_id: &str,
    corrects: i64,
    facts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> NewEvent {
    NewEvent { kind: "event.corrected/1".into(), corrects: Some(corrects), ..event(key, case_id, 31, facts) }
}

pub(crate) fn january(day: i8) -> Date {
    date(2020, 1, day)
}

pub(crate) fn append(
    ledger: &mut dyn Ledger,
    items: impl IntoIterator<Item = impl Into<Entry>>,
) -> Result<(usize, usize), LedgerError> {
    let appended = ledger.append(&mut entries(items))?;
    Ok((appended.added, appended.already_there))
}

pub(crate) fn all_events(ledger: &dyn Ledger) -> Vec<Event> {
    let size = ledger.size().expect("a size");
    let read = |seq| ledger.event(seq as i64).expect("readable").expect("an event");
    (1..=size.events).map(read).collect()
}

/// A fact at a cut: case, name, value, event, day.
pub(crate) type Fact = (String, String, String, i64, Date);

fn told(case: &FoldedCase<'_>, facts: &mut Vec<Fact>) {
    facts.extend(case.facts.iter().map(|fact| {
        let (name, value) = (fact.name.to_owned(), fact.value.clone().into_owned());
        (case.case_id.to_owned(), name, value, fact.seq, fact.happened_on)
    }));
}

/// All facts on a day. `started_on` is an occurrence.
pub(crate) fn facts(ledger: &dyn Ledger, day: i8, known_at: Option<Timestamp>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let is_occurrence = |name: &str| name == "started_on";
    let cut = Cut { as_of: january(day), known_at, is_occurrence: &is_occurrence };
    ledger.fold(&cut, &mut |case| told(case, &mut facts)).expect("a readable ledger");
    facts
}

/// The same, read from a file in parts at once.
pub(crate) fn facts_in_parts(
    ledger: &GeoPackageLedger,
    day: i8,
    known_at: Option<Timestamp>,
    parts: usize,
) -> Vec<Fact> {
    let mut facts = vec![Vec::new(); parts];
    let visitors = facts.iter_mut().map(|facts| |case: &FoldedCase<'_>| told(case, facts));
    let cut = (january(day), known_at);
    let read = ledger.fold_in_parts(cut, &|name| name == "started_on", visitors.collect());
    read.map(|_| ()).expect("a readable ledger");
    facts.concat()
}

/// The same, read from a server in parts at once.
pub(crate) fn postgres_facts_in_parts(
    ledger: &PostgresLedger,
    day: i8,
    known_at: Option<Timestamp>,
    parts: usize,
) -> Vec<Fact> {
    let mut facts = vec![Vec::new(); parts];
    let visitors = facts.iter_mut().map(|facts| |case: &FoldedCase<'_>| told(case, facts));
    let cut = (january(day), known_at);
    let read = ledger.fold_in_parts(cut, &|name| name == "started_on", visitors.collect());
    read.map(|_| ()).expect("a readable ledger");
    facts.concat()
}

/// The value of one fact of a case on a day.
pub(crate) fn value(ledger: &dyn Ledger, case_id: &str, name: &str, day: i8) -> Option<String> {
    let found = facts(ledger, day, None);
    found.into_iter().find(|fact| fact.0 == case_id && fact.1 == name).map(|fact| fact.2)
}

/// A parcel of two polygons, the first with a hole, south-west corner at (`lon`, `lat`).
pub(crate) fn parcel(case_id: &str, lon: f64, lat: f64) -> ParcelRow {
    let square = |from: f64, size: f64| {
        let (x, y) = (lon + from, lat + from);
        vec![(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
    };
    let polygons = vec![vec![square(0.0, 0.01), square(0.002, 0.004)], vec![square(0.02, 0.01)]];
    ParcelRow {
        case_id: case_id.into(),
        project_name: Some("示例厂房项目".into()),
        holder: Some("Example Robotics 有限公司".into()),
        city: Some("示例市".into()),
        area_m2: Some(20_000.0),
        signed_on: Some(january(1)),
        geometry: Some(Geometry::multi(polygons).expect("a sound outline")),
        ..ParcelRow::default()
    }
}
