//! Tests that the city's figures are those of the fitted table, and that every branch occurs.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::events::AS_OF;
use super::fitted::Fitted;
use super::table::{Normal, Weighted};
use super::{SampleCity, SampleParcel};

const PARCELS: u32 = 30_000;

/// A parcel's facts, the latest word on each.
struct Known(BTreeMap<&'static str, String>);

impl Known {
    fn of(parcel: SampleParcel) -> Self {
        Self(parcel.events.into_iter().flat_map(|event| event.facts).collect())
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str) -> f64 {
        self.text(name).parse().expect("the fact is stated and a number")
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.text(name).parse().ok()
    }

    fn year(&self) -> i16 {
        self.date("signed_on").expect("every contract is signed").year()
    }
}

fn city() -> Vec<Known> {
    let city = SampleCity::plan(PARCELS, 1).expect("the city can be planned");
    city.parcels().map(Known::of).collect()
}

fn close_to_normal(what: &str, values: impl Iterator<Item = f64>, fitted: Normal, within: f64) {
    let logs: Vec<f64> = values.map(f64::ln).collect();
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let spread = logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>();
    let deviation = (spread / (logs.len() - 1) as f64).sqrt();
    assert!((mean - fitted.mean).abs() < within, "{what}: mean {mean} against {fitted:?}");
    assert!((deviation - fitted.deviation).abs() < within, "{what}: deviation {deviation}");
}

fn close_to_shares<'a, T: Copy + ToString>(
    what: &str,
    values: impl Iterator<Item = &'a str>,
    fitted: &Weighted<T>,
) {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    let mut all = 0.0;
    for value in values {
        *counts.entry(value.to_owned()).or_default() += 1.0;
        all += 1.0;
    }
    for (value, share) in fitted.shares() {
        let seen = counts.get(&value.to_string()).copied().unwrap_or_default() / all;
        let within = 4.0 * (share * (1.0 - share) / all).sqrt() + 1.0 / all;
        assert!((seen - share).abs() < within, "{what} {}: {seen}, {share}", value.to_string());
    }
}

#[test]
fn the_figures_are_those_of_the_table() {
    let fitted = Fitted::read().expect("the table can be read");
    let city = city();
    // The tail of superblocks is short, so sizes are held to a tenth.
    close_to_normal("area", city.iter().map(|known| known.number("area")), fitted.area, 0.10);
    for (mode, price) in [("listing", fitted.price_listing), ("negotiated", fitted.price_negotiated)] {
        let unit = city
            .iter()
            .filter(|known| known.text("supply_mode") == mode)
            .map(|known| known.number("price") / known.number("area"));
        close_to_normal(mode, unit, price, 0.05);
    }
    let all = |name| city.iter().map(move |known| known.text(name));
    let some = |name| all(name).filter(|text| !text.is_empty());
    close_to_shares("industry", all("industry"), &fitted.industry);
    close_to_shares("far_min", some("far_min"), &fitted.far_min);
    let early = |known: &&Known| known.year() < 2018;
    let modes = city.iter().filter(early).map(|known| known.text("supply_mode"));
    close_to_shares("supply mode", modes, &fitted.supply_mode[0]);
    for (years, terms) in [(2008..=2014, &fitted.term[0]), (2015..=2017, &fitted.term[1])] {
        let signed = city.iter().filter(|known| years.contains(&known.year()));
        close_to_shares("term", signed.map(|known| known.text("term_years")), terms);
    }
    for (name, rate) in [
        ("far_min", fitted.missing.far_min),
        ("far_max", fitted.missing.far_max),
        ("deliver_due_on", fitted.missing.deliver_due),
    ] {
        let seen = all(name).filter(|text| text.is_empty()).count() as f64 / city.len() as f64;
        assert!((seen - rate).abs() < 0.012, "{name}: {seen} missing");
    }
}

#[test]
fn the_months_between_agreed_days_are_those_of_the_table() {
    let fitted = Fitted::read().expect("the table can be read");
    let city = city();
    let months = |from: &str, to: &str| -> Vec<String> {
        let between = |known: &Known| {
            let (from, to) = (known.date(from)?, known.date(to)?);
            let days = f64::from(from.until(to).ok()?.get_days());
            Some((days / 30.4375).round().to_string())
        };
        city.iter().filter_map(between).collect()
    };
    for (from, to, table) in [
        ("deliver_due_on", "start_due_on", &fitted.deliver_to_start),
        ("start_due_on", "complete_due_on", &fitted.start_to_complete),
    ] {
        let seen = months(from, to);
        close_to_shares(to, seen.iter().map(String::as_str), table);
    }
}

#[test]
fn every_branch_occurs() {
    let city = city();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for known in &city {
        for branch in branches(known) {
            *counts.entry(branch).or_default() += 1;
        }
    }
    for branch in BRANCHES {
        let count = counts.get(branch).copied().unwrap_or_default();
        assert!(count >= PARCELS / 1_000, "{branch}: {count}");
    }
}

const BRANCHES: [&str; 21] = [
    "start on time",
    "start late",
    "not started for one year",
    "not started for two years",
    "started unknown",
    "start not agreed",
    "start due unknown",
    "suspended for one year with little done",
    "suspended for one year with enough done",
    "suspended for less than a year",
    "idle by government",
    "idle by force majeure",
    "idle for no cause noted",
    "leased",
    "leased for longer than fifteen years",
    "long term after 2018",
    "long term after 2018 for a key project",
    "support above fifteen per cent",
    "support above thirty per cent",
    "at full capacity",
    "service area above fifteen per cent",
];

fn branches(known: &Known) -> Vec<&'static str> {
    let mut seen = Vec::new();
    let mut note = |when: bool, branch: &'static str| seen.extend(when.then_some(branch));
    let days = |from: Date| AS_OF.since(from).map_or(0, |span| span.get_days());
    let due = known.date("start_due_on");
    let started = known.date("started_on");
    if let (Some(due), Some(started)) = (due, started) {
        note(started <= due, "start on time");
        note(started > due, "start late");
    }
    let waiting = due.filter(|_| known.text("started_on") == "none").map_or(0, days);
    note((366..730).contains(&waiting), "not started for one year");
    note(waiting > 731, "not started for two years");
    note(known.text("started_on").is_empty(), "started unknown");
    note(known.text("start_due_on") == "none", "start not agreed");
    note(known.text("start_due_on").is_empty(), "start due unknown");
    let stopped = known.date("suspended_on").map(days);
    let known_works =
        known.0.contains_key("construction_area_started") && known.0.contains_key("investment_paid");
    if let (Some(stopped), true) = (stopped, known_works) {
        let little = known.number("construction_area_started") * 3.0 < known.number("construction_area_due")
            || known.number("investment_paid") * 4.0 < known.number("investment_total");
        note(stopped > 366 && little, "suspended for one year with little done");
        note(stopped > 366 && !little, "suspended for one year with enough done");
        note(stopped < 365, "suspended for less than a year");
    }
    let idle = waiting > 366 || stopped.is_some_and(|days| days > 366);
    note(known.text("idle_cause") == "government", "idle by government");
    note(known.text("idle_cause") == "force_majeure", "idle by force majeure");
    note(idle && known.text("idle_cause").is_empty(), "idle for no cause noted");
    let term = known.number("term_years");
    let lease = known.text("supply_mode") == "lease";
    note(lease, "leased");
    note(lease && term > 15.0, "leased for longer than fifteen years");
    let long = known.year() >= 2018 && term > 20.0 && !lease;
    note(long, "long term after 2018");
    note(long && known.text("project_class") == "key", "long term after 2018 for a key project");
    if known.0.contains_key("floor_area") {
        let share = known.number("support_floor_area") / known.number("floor_area");
        note(share > 0.15, "support above fifteen per cent");
        note(share > 0.30, "support above thirty per cent");
    }
    note(known.date("full_capacity_on").is_some(), "at full capacity");
    if known.0.contains_key("original_floor_area") {
        let share = known.number("service_floor_area") / known.number("original_floor_area");
        note(share > 0.15, "service area above fifteen per cent");
    }
    seen
}
