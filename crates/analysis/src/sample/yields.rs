//! Yearly reports of output, revenue, tax, energy, research and jobs.
//!
//! **Invariant:** only years in which the works produced, and the last three at most.

use jiff::civil::date;

use super::contract::{Contract, lognormal};
use super::draws::{Draws, Purpose};
use super::events::{AS_OF, Facts, STATISTICS, SampleEvent, YIELD};
use super::fitted::Fitted;
use super::life::Life;

const YEARS: i16 = 3;

/// Adds a report for each of the last full years of production.
pub(super) fn yields(
    draws: &Draws,
    fitted: &Fitted,
    contract: &Contract,
    life: &Life,
    events: &mut Vec<SampleEvent>,
) {
    let Some(produced) = life.produced else { return };
    let achieved = lognormal(draws, Purpose::Output, 0, fitted.output_achieved);
    let tax_rate = draws.between(Purpose::Output, 1, 0.015, 0.07);
    let research_rate = 0.08 * draws.uniform(Purpose::Output, 2) * draws.uniform(Purpose::Output, 3);
    let energy = lognormal(draws, Purpose::Output, 4, fitted.energy_per_wan);
    let per_job = lognormal(draws, Purpose::Output, 5, fitted.output_per_job);
    for back in (1..=YEARS).rev() {
        let year = AS_OF.year() - back;
        if produced.year() > year {
            continue;
        }
        let ramp = match life.full_capacity {
            Some(full) if full.year() <= year => 1.0,
            _ => 0.55,
        };
        let swing =
            (0.03 * f64::from(YEARS - back) + 0.14 * draws.normal(Purpose::Yearly, back as u32, 2.3)).exp();
        let output = (contract.output_agreed * achieved * ramp * swing).round();
        let revenue = output * draws.between(Purpose::Yearly, 8 + back as u32, 0.9, 1.08);
        let mut facts = Facts::with_capacity(7);
        facts.whole("reporting_year", f64::from(year));
        facts.whole("output", output);
        facts.whole("revenue", revenue);
        facts.whole("tax", revenue * tax_rate);
        facts.hundredths("energy", output / 1e4 * energy);
        facts.whole("rnd_spend", revenue * research_rate);
        facts.whole("jobs", (output / per_job).max(3.0));
        events.push(SampleEvent {
            kind: YIELD,
            happened_on: date(year + 1, 4, 30),
            actor: STATISTICS,
            facts: facts.0,
        });
    }
}
