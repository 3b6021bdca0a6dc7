//! What was supplied in a plan's period, as the ledger knows it, month by month.
//!
//! **Invariant:** a parcel without an area makes the sums that it would count in unknown; it is named,
//! and never counted as nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use landcycle_policy::exact::Exact;

use super::pace::PastYear;

/// 计划期 · the days of a plan, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// 供应 · a parcel that was supplied.
#[derive(Clone, Copy, Debug)]
pub struct Supplied<'s> {
    /// Its case.
    pub case_id: &'s str,
    /// The day on which its contract was signed.
    pub signed_on: Date,
    /// The fact that its source adds to; empty where it is not known.
    pub source: &'s str,
    /// District; empty where it is not known.
    pub district: &'s str,
    /// Area in hectares.
    pub area: Option<Exact>,
}

/// 实际供应 · what was supplied in a period until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actual {
    period: Period,
    until: Date,
    /// By month as year and month, in hectares.
    pub months: BTreeMap<(i16, i8), Exact>,
    /// By source, in hectares.
    pub sources: BTreeMap<String, Exact>,
    /// By district, in hectares.
    pub districts: BTreeMap<String, Exact>,
    /// Parcels.
    pub parcels: usize,
    /// In all, in hectares; a floor where parcels have no area.
    pub total: Exact,
    /// Parcels of the period without an area.
    pub without_area: BTreeSet<String>,
    /// By year: until the same day, and in all.
    years: BTreeMap<i16, (Exact, Exact)>,
    first: Option<Date>,
}

fn add(sum: &mut Exact, area: Exact) {
    // Sums of hectares do not reach the end of the numbers.
    *sum = sum.plus(area).unwrap_or(*sum);
}

impl Actual {
    /// Nothing yet. `until` is the last day that counts, or the period's own.
    pub fn new(period: Period, until: Date) -> Self {
        Self {
            period,
            until: until.min(period.until),
            months: BTreeMap::new(),
            sources: BTreeMap::new(),
            districts: BTreeMap::new(),
            parcels: 0,
            total: Exact::ZERO,
            without_area: BTreeSet::new(),
            years: BTreeMap::new(),
            first: None,
        }
    }

    /// The last day that counts.
    pub fn until(&self) -> Date {
        self.until
    }

    /// Counts a parcel.
    pub fn add(&mut self, parcel: &Supplied<'_>) {
        let day = parcel.signed_on;
        if day > self.until {
            return;
        }
        self.first = Some(self.first.map_or(day, |first| first.min(day)));
        if day < self.period.from {
            if let Some(area) = parcel.area {
                let (until, whole) = self.years.entry(day.year()).or_default();
                add(whole, area);
                if (day.month(), day.day()) <= (self.until.month(), self.until.day()) {
                    add(until, area);
                }
            }
            return;
        }
        self.parcels += 1;
        let Some(area) = parcel.area else {
            self.without_area.insert(parcel.case_id.to_owned());
            return;
        };
        add(&mut self.total, area);
        add(self.months.entry((day.year(), day.month())).or_default(), area);
        add(self.sources.entry(parcel.source.to_owned()).or_default(), area);
        add(self.districts.entry(parcel.district.to_owned()).or_default(), area);
    }

    /// What was supplied, where every parcel has an area.
    pub fn known(&self) -> Option<Exact> {
        self.without_area.is_empty().then_some(self.total)
    }

    /// The past years that are whole: a store may begin within its first year, which is left out.
    /// Years without supply in between count as such.
    pub fn past(&self) -> Vec<PastYear> {
        let Some(first) = self.first else { return Vec::new() };
        (first.year() + 1..self.period.from.year())
            .map(|year| {
                let (until, whole) = self.years.get(&year).copied().unwrap_or_default();
                PastYear { year, until, whole }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    //! Days at the edges, and what is not known.

    use super::{Actual, Period, Supplied};
    use jiff::civil::{Date, date};
    use landcycle_policy::exact::Exact;

    fn count(parcels: &[(Date, Option<i128>)]) -> Actual {
        let period = Period { from: date(2021, 1, 1), until: date(2021, 12, 31) };
        let mut found = Actual::new(period, date(2021, 6, 30));
        for (at, (signed_on, area)) in parcels.iter().enumerate() {
            let case_id = at.to_string();
            let area = area.map(Exact::whole);
            found.add(&Supplied {
                case_id: &case_id,
                signed_on: *signed_on,
                source: "",
                district: "x",
                area,
            });
        }
        found
    }

    #[test]
    fn the_first_and_the_last_day_count() {
        let found = count(&[
            (date(2020, 12, 31), Some(1)),
            (date(2021, 1, 1), Some(2)),
            (date(2021, 6, 30), Some(4)),
            (date(2021, 7, 1), Some(8)),
        ]);
        assert_eq!((found.known(), found.parcels), (Some(Exact::whole(6)), 2));
        assert_eq!(found.months.keys().collect::<Vec<_>>(), [&(2021, 1), &(2021, 6)]);
    }

    #[test]
    fn a_parcel_without_an_area_is_named_and_the_sum_is_not_known() {
        let found = count(&[(date(2021, 1, 1), Some(2)), (date(2021, 2, 1), None)]);
        assert_eq!((found.known(), found.parcels), (None, 2));
        assert_eq!(found.without_area.iter().collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn past_years_are_whole_ones() {
        let found = count(&[
            (date(2017, 5, 1), Some(9)),
            (date(2018, 6, 30), Some(1)),
            (date(2018, 7, 1), Some(2)),
            (date(2020, 1, 1), Some(4)),
        ]);
        let past: Vec<(i16, i128, i128)> =
            found.past().iter().map(|y| (y.year, y.until.num(), y.whole.num())).collect();
        assert_eq!(past, [(2018, 1, 3), (2019, 0, 0), (2020, 4, 4)]);
    }
}
