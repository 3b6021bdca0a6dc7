//! What was supplied against a plan: from the ledger, as of a day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use landcycle_analysis::plan::{Actual, Pace, Period, Schedule, Supplied, pace, schedule};
use landcycle_ledger::{FoldedCase, Store};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;

use super::{Checked, DISTRICT, FROM, INDUSTRIAL, Plan, Revision, SOURCE, UNTIL, check, codes};
use crate::clock;
use crate::say::Failure;
use crate::store;

/// Square metres of a hectare.
const HECTARE: i128 = 10_000;
/// The facts that tracking tells the rules.
const SUPPLIED: &str = "supplied_to_date";
const SUPPLIED_UNTIL: &str = "supplied_until";
const LEVEL: &str = "plan_level";
const DISTRICT_PLAN: &str = "district_plan";

/// 执行情况 · a plan beside what was supplied.
#[derive(Debug)]
pub(crate) struct Tracked {
    /// The plan's days.
    pub(crate) period: Period,
    /// What the store knows.
    pub(crate) actual: Actual,
    /// What is planned of industrial land, month by month.
    pub(crate) schedule: Schedule,
    /// Supplied in the period by the store and beside it, where that is known.
    pub(crate) supplied: Option<Exact>,
    /// The plan with what was supplied, judged on the day.
    pub(crate) checked: Checked,
    /// Parcels of the place whose day of signing is not known: some may belong to the period.
    pub(crate) undated: usize,
    /// How far the year may get.
    pub(crate) forecast: Forecast,
    /// Planned by source and by district, of industrial land.
    pub(crate) planned: BTreeMap<&'static str, BTreeMap<String, Exact>>,
}

/// 年末预测 · the interval of industrial land, and the past years that it rests on.
#[derive(Debug)]
pub(crate) struct Forecast {
    /// The interval, or why there is none.
    pub(crate) pace: Option<Pace>,
    /// The past years.
    pub(crate) past: Vec<landcycle_analysis::plan::PastYear>,
}

/// Tracks a plan by all parcels of the store. `elsewhere` is what was supplied in the period and is not in the store, in hectares:
/// a store holds land for industry alone.
pub(crate) fn track(
    library: &Library,
    ledger: &Store,
    revision: &Revision,
    as_of: Date,
    elsewhere: Option<Exact>,
    coverage: Option<Exact>,
) -> Result<Tracked, Failure> {
    track_seen(library, ledger, revision, as_of, (elsewhere, coverage), &|_| true)
}

/// Tracks a plan by the parcels that somebody may see.
pub(crate) fn track_seen(
    library: &Library,
    ledger: &Store,
    revision: &Revision,
    as_of: Date,
    (elsewhere, coverage): (Option<Exact>, Option<Exact>),
    sees: &(dyn Fn(&FoldedCase<'_>) -> bool + Sync),
) -> Result<Tracked, Failure> {
    let plan = &revision.plan;
    let (Some(from), Some(until)) = (plan.day(FROM), plan.day(UNTIL)) else {
        return Err(Failure::new("plan_no_period", &[]));
    };
    let period = Period { from, until };
    let (actual, undated) = count(library, ledger, revision, (period, as_of), sees)?;
    let lines: Vec<_> = plan
        .lines()
        .into_iter()
        .filter(|line| line.used_for.as_deref().is_none_or(|used| used == INDUSTRIAL))
        .collect();
    let sums = |named: &dyn Fn(&landcycle_analysis::plan::Line) -> Option<String>| {
        let mut sums: BTreeMap<String, Exact> = BTreeMap::new();
        for (name, area) in lines.iter().filter_map(|line| Some((named(line)?, line.area?))) {
            let sum = sums.entry(name).or_default();
            *sum = sum.plus(area).unwrap_or(*sum);
        }
        sums
    };
    let planned = BTreeMap::from([
        (SOURCE, sums(&|line| line.source.clone())),
        (DISTRICT, sums(&|line| line.district.clone())),
    ]);
    let supplied = supplied(library, plan, &actual, elsewhere);
    let mut told = plan.clone();
    told.facts.insert(SUPPLIED_UNTIL.to_owned(), actual.until().to_string());
    // What the office stated by hand gives way to what is counted.
    told.facts.remove(SUPPLIED);
    if let Some(supplied) = supplied {
        told.facts.insert(SUPPLIED.to_owned(), supplied.to_string());
    }
    let package = Some(revision.package.as_str()).filter(|package| library.law(package).is_some());
    let checked = check(library, &told, package, clock::day_number(as_of))?;
    let past = actual.past();
    let forecast = Forecast { pace: actual.known().map(|known| pace(known, &past, coverage)), past };
    let schedule = schedule(&lines);
    Ok(Tracked { period, actual, schedule, supplied, checked, undated, forecast, planned })
}

/// What was supplied in all: of the uses that a store does not hold, nothing where the plan plans
/// nothing, or what the office says.
fn supplied(library: &Library, plan: &Plan, actual: &Actual, elsewhere: Option<Exact>) -> Option<Exact> {
    let others = codes(library, super::USE).into_iter().filter(|(code, _)| code != INDUSTRIAL);
    let none = others.into_iter().all(|(code, _)| plan.area(&code) == Some(Exact::ZERO));
    let elsewhere = elsewhere.or(none.then_some(Exact::ZERO))?;
    let all = actual.known()?.plus(elsewhere)?;
    // Facts keep ten-thousandths of a hectare, the square metre.
    Exact::parse(&all.rounded(4))
}

/// Counts the parcels of the plan's place.
fn count(
    library: &Library,
    ledger: &Store,
    revision: &Revision,
    (period, as_of): (Period, Date),
    sees: &(dyn Fn(&FoldedCase<'_>) -> bool + Sync),
) -> Result<(Actual, usize), Failure> {
    let vocabulary = &library.vocabulary;
    let occurrence = |name: &str| store::is_occurrence(vocabulary, name);
    let source = vocabulary.fact(SOURCE);
    let of_district = revision.plan.facts.get(LEVEL).is_some_and(|level| level == DISTRICT_PLAN);
    let district = revision.plan.facts.get(DISTRICT).filter(|_| of_district);
    let mut actual = Actual::new(period, as_of);
    let mut undated = 0;
    let visit = |case: &FoldedCase<'_>| {
        let value =
            |name: &str| case.get(name).map(|fact| fact.value.as_ref()).filter(|text| !text.is_empty());
        let lies = value(DISTRICT).unwrap_or_default();
        if district.is_some_and(|district| district != lies) || !sees(case) {
            return;
        }
        let package = library.package_for(value).and_then(|package| library.law(&package.id));
        if !package.is_some_and(|law| law.chain.iter().any(|layer| layer.id == revision.package)) {
            return;
        }
        let Some(signed) = value("signed_on") else {
            undated += 1;
            return;
        };
        let Ok(signed_on) = signed.parse::<Date>() else { return };
        let area = value("area").and_then(Exact::parse).and_then(|area| area.over(Exact::whole(HECTARE)));
        let known = value("land_source").zip(source);
        let source = known.and_then(|(text, fact)| vocabulary.canonical(fact, text, None).ok());
        let source = source.unwrap_or_default();
        actual.add(&Supplied { case_id: case.case_id, signed_on, source: &source, district: lies, area });
    };
    ledger
        .fold_in_parts((as_of, None), &occurrence, vec![visit])
        .map_err(|error| store::failure(ledger.name(), &error))?;
    Ok((actual, undated))
}
