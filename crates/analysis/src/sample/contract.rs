//! The contract of a sample parcel: who, what, for how long, at what price, and by when.
//!
//! **Invariant:** absent facts are absent at the rates of the notices; nothing is stated as empty.

use jiff::civil::{Date, date};

use super::draws::{Draws, Purpose};
use super::events::{CONTRACT, Facts, NATURAL_RESOURCES, SampleEvent};
use super::fitted::Fitted;
use super::life::months_after;
use super::names::Names;
use super::table::Normal;

/// Agreed days, whether or not the contract states them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) signed: Date,
    pub(super) deliver: Date,
    pub(super) start: Date,
    pub(super) complete: Date,
    pub(super) produce: Date,
    pub(super) full_capacity: Date,
}

/// What later events need to know of the contract.
#[derive(Clone, Debug)]
pub(super) struct Contract {
    pub(super) due: Due,
    pub(super) area: f64,
    pub(super) construction_area_due: f64,
    pub(super) investment_total: f64,
    pub(super) output_agreed: f64,
    pub(super) plot_ratio: f64,
    pub(super) existing_manufacturer: bool,
}

/// Where a parcel lies, as the contract says it.
pub(super) struct Place {
    pub(super) index: u32,
    /// Number of parcels of the city.
    pub(super) of: u32,
    pub(super) district: &'static str,
    pub(super) park: Option<&'static str>,
    pub(super) area: f64,
}

/// Signs the contract.
pub(super) fn sign(draws: &Draws, fitted: &Fitted, names: &Names, place: &Place) -> (Contract, SampleEvent) {
    let due = due(draws, fitted);
    let mut facts = Facts::with_capacity(40);
    identity(draws, names, place, due.signed, &mut facts);
    let industry = fitted.industry.pick(draws, Purpose::Industry, 0);
    facts.text("industry", industry);
    let class = fitted.project_class.pick(draws, Purpose::ProjectClass, 0);
    facts.text("project_class", class);
    let existing = draws.chance(Purpose::Existing, 0, fitted.existing_manufacturer);
    facts.yes_no("existing_manufacturer", existing);
    facts.hundredths("area", place.area);
    supply(draws, fitted, place, due.signed, &mut facts);
    let plot_ratio = plot_ratio(draws, fitted, &mut facts);
    agreed_days(draws, fitted, &due, &mut facts);
    let contract = undertakings(draws, fitted, place, due, plot_ratio, existing, &mut facts);
    let event =
        SampleEvent { kind: CONTRACT, happened_on: due.signed, actor: NATURAL_RESOURCES, facts: facts.0 };
    (contract, event)
}

fn due(draws: &Draws, fitted: &Fitted) -> Due {
    let year = fitted.signed_year.pick(draws, Purpose::SignedYear, 0) as i16;
    let first = date(year, 1, 1);
    // The last year ends before the inspection.
    let months = if year == super::events::AS_OF.year() { 5.5 } else { 11.95 };
    let signed = months_after(first, draws.between(Purpose::SignedDay, 0, 0.0, months));
    let pick = |table: &super::table::Weighted<f64>, index: u32| table.pick(draws, Purpose::BuildDue, index);
    let deliver = months_after(signed, pick(&fitted.sign_to_deliver, 0));
    let start = months_after(deliver, pick(&fitted.deliver_to_start, 1));
    let complete = months_after(start, pick(&fitted.start_to_complete, 2));
    let produce = months_after(complete, pick(&fitted.complete_to_produce, 3));
    let full_capacity = months_after(produce, pick(&fitted.produce_to_full, 4));
    Due { signed, deliver, start, complete, produce, full_capacity }
}

fn identity(draws: &Draws, names: &Names, place: &Place, signed: Date, facts: &mut Facts) {
    let number = place.index + 1;
    // Fewer holders than parcels: some hold several, as in any city.
    let holders = f64::from(place.of) * 0.8;
    let holder = (draws.uniform(Purpose::Holder, 0) * holders) as u32 + 1;
    let street = draws.between(Purpose::Street, 0, 0.0, names.streets.len() as f64) as usize;
    let street = names.streets[street.min(names.streets.len() - 1)];
    facts.text("supervision_no", format!("SAMPLE{}B{number:07}", signed.year()));
    facts.text("project_name", format!("{}{number:07}", names.project));
    let location = format!("{}{}{street}{number}{}", names.city, place.district, names.plot);
    facts.text("location", location);
    facts.text("holder", format!("{}{holder:07}", names.holder));
    // Eighteen characters like the real code, and plainly none.
    facts.text("holder_id", format!("SAMPLE{holder:012}"));
    facts.text("city", names.city);
    facts.text("district", place.district);
    if let Some(park) = place.park {
        facts.text("park", park);
    }
}

fn supply(draws: &Draws, fitted: &Fitted, place: &Place, signed: Date, facts: &mut Facts) {
    let year = signed.year();
    let land_use = fitted.land_use[usize::from(year >= 2014)].pick(draws, Purpose::LandUse, 0);
    facts.text("land_use", land_use);
    let mode = fitted.supply_mode[usize::from(year >= 2018)].pick(draws, Purpose::SupplyMode, 0);
    let negotiated = mode == "negotiated";
    let source = fitted.land_source[usize::from(negotiated)].pick(draws, Purpose::LandSource, 0);
    facts.text("land_source", source);
    facts.text("supply_mode", mode);
    facts.date("signed_on", Some(signed));
    let terms = match (mode, year) {
        ("lease", _) => &fitted.term_lease,
        ("lease_then_grant", _) => &fitted.term_lease_then_grant,
        (_, ..=2014) => &fitted.term[0],
        (_, ..=2017) => &fitted.term[1],
        _ => &fitted.term[2],
    };
    facts.text("term_years", terms.pick(draws, Purpose::Term, 0));
    let unit = if negotiated { fitted.price_negotiated } else { fitted.price_listing };
    // Notices give the price in ten thousand with two to four decimals: whole hundreds here.
    let price = (lognormal(draws, Purpose::Price, 0, unit) * place.area / 100.0).round() * 100.0;
    if matches!(mode, "lease" | "lease_then_grant") {
        facts.whole("annual_rent", price * fitted.rent_rate);
    } else {
        facts.whole("price", price);
    }
}

/// A lognormal cut off at 2.33 deviations, one in a hundred on each side.
pub(super) fn lognormal(draws: &Draws, purpose: Purpose, index: u32, of: Normal) -> f64 {
    (of.mean + of.deviation * draws.normal(purpose, index, 2.33)).exp()
}

/// States the limits where notices do, and returns the ratio that will be built.
fn plot_ratio(draws: &Draws, fitted: &Fitted, facts: &mut Facts) -> f64 {
    let low = fitted.far_min.pick(draws, Purpose::PlotRatio, 0);
    let high = fitted.far_max.pick(draws, Purpose::PlotRatio, 1).max(low);
    if !draws.chance(Purpose::Missing, 0, fitted.missing.far_min) {
        facts.hundredths("far_min", low);
    }
    if !draws.chance(Purpose::Missing, 1, fitted.missing.far_max) {
        facts.hundredths("far_max", high);
    }
    let share = draws.uniform(Purpose::PlotRatio, 2);
    (low + (high.min(3.5) - low).max(0.0) * share * share).max(0.4)
}

fn agreed_days(draws: &Draws, fitted: &Fitted, due: &Due, facts: &mut Facts) {
    if !draws.chance(Purpose::Missing, 2, fitted.missing.deliver_due) {
        facts.date("deliver_due_on", Some(due.deliver));
    }
    if !draws.chance(Purpose::Missing, 3, fitted.missing.start_due) {
        facts.date("start_due_on", Some(due.start));
        facts.date("complete_due_on", Some(due.complete));
    } else if draws.chance(Purpose::Missing, 4, fitted.start_not_agreed) {
        facts.date("start_due_on", None);
        facts.date("complete_due_on", None);
    }
    facts.date("produce_due_on", Some(due.produce));
    facts.date("full_capacity_due_on", Some(due.full_capacity));
}

fn undertakings(
    draws: &Draws,
    fitted: &Fitted,
    place: &Place,
    due: Due,
    plot_ratio: f64,
    existing_manufacturer: bool,
    facts: &mut Facts,
) -> Contract {
    let area = place.area;
    // Whole hundreds of thousands: undertakings are round numbers.
    let round = |value: f64| (value / 1e5).round().max(1.0) * 1e5;
    let investment_total = round(area * lognormal(draws, Purpose::Investment, 0, fitted.invest_per_m2));
    let output_agreed = round(area * lognormal(draws, Purpose::Agreed, 0, fitted.output_per_m2));
    let tax_agreed = (output_agreed * draws.between(Purpose::Agreed, 1, 0.02, 0.07)).round();
    let due_share = draws.between(Purpose::Agreed, 2, 0.85, 1.0);
    let construction_area_due = (area * due_share * 100.0).round() / 100.0;
    facts.whole("investment_total", investment_total);
    facts.hundredths("construction_area_due", construction_area_due);
    facts.whole("output_agreed", output_agreed);
    facts.whole("tax_agreed", tax_agreed);
    Contract {
        due,
        area,
        construction_area_due,
        investment_total,
        output_agreed,
        plot_ratio,
        existing_manufacturer,
    }
}
