//! Measures a province's worth of notices, or of lives: append, fold, append again, verify.
//!
//! `cargo run -p landcycle-ledger --release --example bulk [-- CASES [EVENTS [STORE]]]`, where EVENTS is
//! how many each case has (the notice, then what happens to all cases in turn), and STORE a file to
//! make, an address `postgresql://…` of a database without a store, or `memory`: the fold alone.

#![expect(clippy::print_stdout, reason = "it prints its measurements")]

use std::error::Error;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use landcycle_ledger::{
    Address, Body, BodyError, Cut, Entry, FoldedCase, Ledger, MemoryLedger, NewEvent, ParcelRow, Place,
    SourceError, Store,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(141_000), |count| count.parse())?;
    let each: usize = arguments.next().map_or(Ok(1), |each| each.parse())?;
    let folder = tempfile::tempdir()?;
    let place = match arguments.next() {
        Some(text) if text == "memory" => return in_memory(count, each),
        Some(text) if Address::is_meant(&text) => Place::Server(Address::parse(&text)?),
        Some(path) => Place::File(path.into()),
        None => Place::File(folder.path().join("bulk.gpkg")),
    };

    let clock = Instant::now();
    let mut ledger = Store::create(&place)?;
    let appended = ledger.append(&mut notices(count).chain(lives(count, each)))?;
    ledger.close()?;
    println!("append {:>6} events   {:.3} s", appended.added, seconds(clock));
    if let Place::File(path) = &place {
        println!("       {:>6} MB", std::fs::metadata(path)?.len() >> 20);
    }

    let mut ledger = Store::open(&place)?;
    fold(&ledger)?;

    for _ in 0..3 {
        let clock = Instant::now();
        let mut counts = [0; 2];
        let visitors = counts.iter_mut().map(|count| |_: &FoldedCase<'_>| *count += 1).collect();
        ledger.fold_in_parts((date(2026, 11, 23), None), &|_| false, visitors).map(|_| ())?;
        let cases: usize = counts.iter().sum();
        println!("halves {cases:>6} cases    {:.3} s", seconds(clock));
    }

    let clock = Instant::now();
    let again = ledger.append(&mut notices(count).chain(lives(count, each)))?;
    println!("again  {:>6} there    {:.3} s, {} added", again.already_there, seconds(clock), again.added);

    let clock = Instant::now();
    let verified = ledger.verify()?;
    println!("verify {:>6} events   {:.3} s, fault: {:?}", verified.events, seconds(clock), verified.fault);
    Ok(())
}

/// The fold without a store's reading: every event lies in memory.
fn in_memory(count: usize, each: usize) -> Result<(), Box<dyn Error>> {
    let clock = Instant::now();
    let mut ledger = MemoryLedger::new();
    let appended = ledger.append(&mut notices(count).chain(lives(count, each)))?;
    println!("append {:>6} events   {:.3} s", appended.added, seconds(clock));
    fold(&ledger)
}

/// Folds everything three times.
fn fold(ledger: &dyn Ledger) -> Result<(), Box<dyn Error>> {
    for _ in 0..3 {
        let clock = Instant::now();
        let (mut cases, mut facts) = (0, 0);
        let is_occurrence = |name: &str| name == "started_on" || name == "delivered_on";
        let cut = Cut { as_of: date(2026, 11, 23), known_at: None, is_occurrence: &is_occurrence };
        ledger.fold(&cut, &mut |case| {
            cases += 1;
            facts += case.facts.len();
        })?;
        println!("fold   {cases:>6} cases    {:.3} s, {facts} facts", seconds(clock));
    }
    Ok(())
}

fn seconds(clock: Instant) -> f64 {
    clock.elapsed().as_secs_f64()
}

/// Invented notices, each with its parcel's row.
fn notices(count: usize) -> impl Iterator<Item = Result<Entry, SourceError>> {
    (0..count).flat_map(|number| match notice(number) {
        Ok(event) => [Ok(Entry::Parcel(row(&event))), Ok(Entry::Event(event))],
        Err(error) => [Err(error.clone().into()), Err(error.into())],
    })
}

/// What happens to the cases after their notices, to all of them in turn: works and yearly yields.
fn lives(count: usize, each: usize) -> impl Iterator<Item = Result<Entry, SourceError>> {
    (1..each).flat_map(move |at| {
        (0..count).map(move |number| Ok(Entry::Event(happening(number, at).map_err(SourceError::from)?)))
    })
}

/// The event `at` of a life.
fn happening(number: usize, at: usize) -> Result<NewEvent, BodyError> {
    let notice = notice(number)?;
    let on = plus(notice.happened_on, at as i16);
    let day = on.to_string();
    let body = match at {
        1 => Body::new([("delivered_on", day)]),
        2 => Body::new([("started_on", day), ("investment_paid", format!("{}", number * 31 % 9_000_000))]),
        3 => Body::new([("completed_on", day)]),
        4 => Body::new([("produced_on", day), ("fixed_investment", format!("{}", number * 17 % 90_000_000))]),
        _ => Body::new([
            ("output", format!("{}.{:02}", number * 13 % 70_000_000, at)),
            ("tax", format!("{}.{:02}", number * 7 % 3_000_000, at)),
            ("employees", format!("{}", number % 900)),
        ]),
    }?;
    Ok(NewEvent {
        kind: format!("happened/{at}"),
        happened_on: on,
        key: format!("{}:{at}", notice.key),
        body,
        ..notice
    })
}

fn notice(number: usize) -> Result<NewEvent, BodyError> {
    let year = 2007 + (number % 15) as i16;
    let signed_on = date(year, 1 + (number % 12) as i8, 1 + (number % 28) as i8);
    let body = Body::new([
        ("supervision_no", format!("3205{number:014}")),
        ("project_name", format!("Example workshop and ancillary buildings no. {number}")),
        ("location", format!("Example City, East District, Industry Road {}", number % 900)),
        ("holder", format!("Example {} Technology Company Limited", number % 5000)),
        ("city", "example-city".to_owned()),
        ("district", format!("district-{}", number % 12)),
        ("industry", format!("C{}", 13 + number % 30)),
        ("area", format!("{}.{:02}", 5000 + number % 90_000, number % 100)),
        ("land_use", "industrial".to_owned()),
        ("land_source", "new".to_owned()),
        ("land_grade", (1 + number % 9).to_string()),
        ("supply_mode", "listing".to_owned()),
        ("signed_on", signed_on.to_string()),
        ("term_years", "50".to_owned()),
        ("price", format!("{}.50", 1_000_000 + number * 7)),
        ("far_min", "1.2".to_owned()),
        ("start_due_on", plus(signed_on, 1).to_string()),
        ("complete_due_on", plus(signed_on, 3).to_string()),
    ])?;
    Ok(NewEvent {
        case_id: format!("{:08x}", number.wrapping_mul(2_654_435_761) & 0xffff_ffff),
        kind: "notice.published/1".to_owned(),
        happened_on: signed_on,
        recorded_at: Timestamp::UNIX_EPOCH,
        actor: "import".to_owned(),
        origin: format!("notices.csv, row {}", number + 2),
        key: format!("notice:{:08x}", number.wrapping_mul(2_246_822_519) & 0xffff_ffff),
        package: None,
        corrects: None,
        body,
    })
}

fn plus(day: Date, years: i16) -> Date {
    Date::new(day.year() + years, day.month(), day.day().min(28)).unwrap_or(day)
}

fn row(event: &NewEvent) -> ParcelRow {
    let text = |name: &str| event.body.get(name).map(std::borrow::Cow::into_owned);
    ParcelRow {
        case_id: event.case_id.clone(),
        supervision_no: text("supervision_no"),
        project_name: text("project_name"),
        location: text("location"),
        holder: text("holder"),
        city: text("city"),
        district: text("district"),
        industry: text("industry"),
        area_m2: text("area").and_then(|area| area.parse().ok()),
        signed_on: Some(event.happened_on),
        ..ParcelRow::default()
    }
}
