//! Reports of progress and the inspection: what the offices were told, and what they saw.
//!
//! **Invariant:** a report states what had happened by its own day; only an inspection says `none`.

use super::contract::{Contract, lognormal};
use super::draws::{Draws, Purpose};
use super::events::{AS_OF, ECONOMY, Facts, INSPECTION, NATURAL_RESOURCES, PROGRESS, SampleEvent};
use super::fitted::Fitted;
use super::life::Life;

/// One report for each step taken.
pub(super) fn reports(
    draws: &Draws,
    fitted: &Fitted,
    contract: &Contract,
    life: &Life,
    events: &mut Vec<SampleEvent>,
) {
    let steps = [
        ("delivered_on", life.delivered, NATURAL_RESOURCES),
        ("started_on", life.started, NATURAL_RESOURCES),
        ("completed_on", life.completed, NATURAL_RESOURCES),
        ("produced_on", life.produced, ECONOMY),
        ("full_capacity_on", life.full_capacity, ECONOMY),
    ];
    for (name, on, actor) in steps {
        let Some(on) = on else { continue };
        let completed = name == "completed_on";
        let mut facts = Facts::with_capacity(if completed { 9 } else { 1 });
        facts.date(name, Some(on));
        if completed && !draws.chance(Purpose::Missing, 20, fitted.missing.floor_areas) {
            floor_areas(draws, fitted, contract, &mut facts);
        }
        events.push(SampleEvent { kind: PROGRESS, happened_on: on, actor, facts: facts.0 });
    }
}

fn floor_areas(draws: &Draws, fitted: &Fitted, contract: &Contract, facts: &mut Facts) {
    let floor = contract.area * contract.plot_ratio;
    let support = floor * lognormal(draws, Purpose::Mix, 0, fitted.support_share).min(0.6);
    let other = lognormal(draws, Purpose::Mix, 1, fitted.other_industry_share).min(0.6);
    facts.hundredths("far", contract.plot_ratio);
    facts.hundredths("floor_area", floor);
    facts.hundredths("other_industry_floor_area", floor * other);
    facts.hundredths("living_support_floor_area", support * fitted.living_share);
    facts.hundredths("support_floor_area", support);
    if contract.existing_manufacturer {
        let original = floor * draws.between(Purpose::Service, 0, 0.75, 1.0);
        let service = original * draws.between(Purpose::Service, 1, 0.0, 0.19);
        facts.hundredths("original_floor_area", original);
        facts.hundredths("service_floor_area", service);
    }
}

/// The inspection on the sample's last day; some parcels have none.
pub(super) fn inspection(
    draws: &Draws,
    fitted: &Fitted,
    contract: &Contract,
    life: &Life,
) -> Option<SampleEvent> {
    if !draws.chance(Purpose::Missing, 40, fitted.missing.inspected) {
        return None;
    }
    let mut facts = Facts::with_capacity(14);
    facts.date("delivered_on", life.delivered);
    facts.date("started_on", life.started);
    facts.date("suspended_on", life.suspended);
    facts.date("completed_on", life.completed);
    facts.date("produced_on", life.produced);
    facts.date("full_capacity_on", life.full_capacity);
    facts.hundredths("construction_area_started", contract.construction_area_due * life.begun);
    facts.whole("investment_paid", contract.investment_total * life.paid);
    facts.yes_no("price_paid_in_full", draws.chance(Purpose::Standing, 0, 0.93));
    facts.yes_no("project_funds_ready", draws.chance(Purpose::Standing, 1, 0.8));
    if let Some(cause) = life.cause {
        facts.text("idle_cause", cause.code);
        if let Some(detail) = cause.detail {
            facts.text("idle_cause_detail", detail);
        }
    }
    for (number, name) in FORGETTABLE.iter().enumerate() {
        if draws.chance(Purpose::Missing, 41 + number as u32, fitted.missing.inspection_fact) {
            facts.forget(name);
        }
    }
    Some(SampleEvent { kind: INSPECTION, happened_on: AS_OF, actor: NATURAL_RESOURCES, facts: facts.0 })
}

/// What an inspector sometimes does not find out.
const FORGETTABLE: [&str; 6] = [
    "started_on",
    "suspended_on",
    "produced_on",
    "full_capacity_on",
    "construction_area_started",
    "investment_paid",
];
