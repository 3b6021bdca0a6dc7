//! The fitted and assumed numbers of the sample city, typed.
//!
//! **Invariant:** every number comes from `fitted.txt`, which says how each was come by.

use super::table::{Normal, Table, TableFault, Weighted};

type Codes = Weighted<&'static str>;
type Numbers = Weighted<f64>;

/// One field for each row of `fitted.txt`.
pub(super) struct Fitted {
    pub(super) area: Normal,
    pub(super) price_listing: Normal,
    pub(super) price_negotiated: Normal,
    pub(super) sign_to_deliver: Numbers,
    pub(super) deliver_to_start: Numbers,
    pub(super) start_to_complete: Numbers,
    pub(super) complete_to_produce: Numbers,
    pub(super) produce_to_full: Numbers,
    pub(super) far_min: Numbers,
    pub(super) far_max: Numbers,
    pub(super) missing: Missing,
    pub(super) industry: Codes,
    pub(super) signed_year: Numbers,
    pub(super) supply_mode: [Codes; 2],
    pub(super) land_source: [Codes; 2],
    pub(super) term: [Codes; 3],
    pub(super) term_lease: Codes,
    pub(super) term_lease_then_grant: Codes,
    pub(super) project_class: Codes,
    pub(super) land_use: [Codes; 2],
    pub(super) existing_manufacturer: f64,
    pub(super) start_not_agreed: f64,
    pub(super) rent_rate: f64,
    pub(super) invest_per_m2: Normal,
    pub(super) output_per_m2: Normal,
    pub(super) output_achieved: Normal,
    pub(super) energy_per_wan: Normal,
    pub(super) output_per_job: Normal,
    pub(super) delivery: Codes,
    pub(super) start: Codes,
    pub(super) very_late_mean: f64,
    pub(super) cause_very_late: Codes,
    pub(super) cause_suspended: Codes,
    pub(super) cause_detail: Codes,
    pub(super) suspended: f64,
    pub(super) suspended_mean: f64,
    pub(super) suspended_little: f64,
    pub(super) full_capacity_missed: f64,
    pub(super) support_share: Normal,
    pub(super) other_industry_share: Normal,
    pub(super) living_share: f64,
}

/// How often a fact is absent.
pub(super) struct Missing {
    pub(super) deliver_due: f64,
    pub(super) start_due: f64,
    pub(super) far_min: f64,
    pub(super) far_max: f64,
    pub(super) inspected: f64,
    pub(super) inspection_fact: f64,
    pub(super) floor_areas: f64,
}

impl Fitted {
    pub(super) fn read() -> Result<Self, TableFault> {
        let table = Table::read(include_str!("fitted.txt"));
        Ok(Self {
            area: table.normal("area.log")?,
            price_listing: table.normal("price.listing.log")?,
            price_negotiated: table.normal("price.negotiated.log")?,
            sign_to_deliver: table.numbers("months.sign_to_deliver")?,
            deliver_to_start: table.numbers("months.deliver_to_start")?,
            start_to_complete: table.numbers("months.start_to_complete")?,
            complete_to_produce: table.numbers("months.complete_to_produce")?,
            produce_to_full: table.numbers("months.produce_to_full")?,
            far_min: table.numbers("far_min")?,
            far_max: table.numbers("far_max")?,
            missing: Missing::read(&table)?,
            industry: table.codes("industry")?,
            signed_year: table.numbers("signed_year")?,
            supply_mode: both(&table, ["supply_mode.until_2017", "supply_mode.from_2018"])?,
            land_source: both(&table, ["land_source.listing", "land_source.negotiated"])?,
            term: [
                table.codes("term.2008_2014")?,
                table.codes("term.2015_2017")?,
                table.codes("term.from_2018")?,
            ],
            term_lease: table.codes("term.lease")?,
            term_lease_then_grant: table.codes("term.lease_then_grant")?,
            project_class: table.codes("project_class")?,
            land_use: both(&table, ["land_use.until_2013", "land_use.from_2014"])?,
            existing_manufacturer: table.number("existing_manufacturer")?,
            start_not_agreed: table.number("start_not_agreed")?,
            rent_rate: table.number("rent_rate")?,
            invest_per_m2: table.normal("invest_per_m2.log")?,
            output_per_m2: table.normal("output_per_m2.log")?,
            output_achieved: table.normal("output_achieved.log")?,
            energy_per_wan: table.normal("energy_per_wan.log")?,
            output_per_job: table.normal("output_per_job.log")?,
            delivery: table.codes("delivery")?,
            start: table.codes("start")?,
            very_late_mean: table.number("start.very_late_mean")?,
            cause_very_late: table.codes("cause.very_late")?,
            cause_suspended: table.codes("cause.suspended")?,
            cause_detail: table.codes("cause_detail.government")?,
            suspended: table.number("suspended")?,
            suspended_mean: table.number("suspended.mean")?,
            suspended_little: table.number("suspended.little_done")?,
            full_capacity_missed: table.number("full_capacity_missed")?,
            support_share: table.normal("support_share.log")?,
            other_industry_share: table.normal("other_industry_share.log")?,
            living_share: table.number("living_share")?,
        })
    }
}

impl Missing {
    fn read(table: &Table) -> Result<Self, TableFault> {
        Ok(Self {
            deliver_due: table.number("missing.deliver_due_on")?,
            start_due: table.number("missing.start_due_on")?,
            far_min: table.number("missing.far_min")?,
            far_max: table.number("missing.far_max")?,
            inspected: table.number("inspected")?,
            inspection_fact: table.number("missing.inspection_fact")?,
            floor_areas: table.number("missing.floor_areas")?,
        })
    }
}

fn both(table: &Table, rows: [&'static str; 2]) -> Result<[Codes; 2], TableFault> {
    Ok([table.codes(rows[0])?, table.codes(rows[1])?])
}
