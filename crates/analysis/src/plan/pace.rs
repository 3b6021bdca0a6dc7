//! How far a year of supply may get, from the city's own past years.
//!
//! **Method.** Of each past year there is the growth from this day to the year's end: what was supplied
//! in all, over what was supplied until the same day. If this year is like any of them (exchangeable),
//! its own growth is as likely to take each of the n + 1 places among theirs; so it lies between the
//! k-th smallest and the k-th largest of the n with a chance of (n + 1 − 2k) / (n + 1), whatever the
//! distribution. The interval is what was supplied so far times these two. No spread is assumed, no
//! number drawn, nothing is rounded.
//!
//! Years in which nothing was supplied until that day have no growth and are left out; so are years
//! without supply. A year in which nothing is supplied yet has no interval.

use landcycle_policy::exact::Exact;

/// Fewer past years give an interval that misses more often than it holds.
pub const LEAST_YEARS: usize = 3;

/// 往年 · a past year of supply, in hectares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastYear {
    /// Which.
    pub year: i16,
    /// Supplied until the same day of the year, that day included.
    pub until: Exact,
    /// Supplied in all of it.
    pub whole: Exact,
}

/// 区间 · where a year's supply may end, in hectares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Lower end.
    pub low: Exact,
    /// Upper end.
    pub high: Exact,
    /// Past years that it rests on.
    pub years: usize,
    /// How often such an interval holds the year's end, at least.
    pub coverage: Exact,
}

/// 预测 · an interval, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// An interval.
    Known(Interval),
    /// Too few past years.
    TooShort {
        /// Those there are.
        have: usize,
        /// Those needed.
        need: usize,
    },
    /// Nothing is supplied yet.
    NothingYet,
    /// The numbers are too large to be computed with exactly.
    TooLarge,
}

/// The interval in which the year's supply ends. `coverage` asks for the narrowest that holds at least
/// so often; otherwise it is the widest.
pub fn pace(supplied: Exact, past: &[PastYear], coverage: Option<Exact>) -> Pace {
    if supplied <= Exact::ZERO {
        return Pace::NothingYet;
    }
    let grown = past.iter().filter(|year| year.until > Exact::ZERO);
    let Some(mut growth) = grown.map(|year| year.whole.over(year.until)).collect::<Option<Vec<Exact>>>()
    else {
        return Pace::TooLarge;
    };
    growth.sort();
    let have = growth.len();
    let need = coverage.map_or(LEAST_YEARS, years_for).max(LEAST_YEARS);
    if have < need {
        return Pace::TooShort { have, need };
    }
    let cut = coverage
        .map_or(1, |least| (1..=have.div_ceil(2)).rev().find(|cut| chance(have, *cut) >= least).unwrap_or(1));
    let ends = supplied.times(growth[cut - 1]).zip(supplied.times(growth[have - cut]));
    match ends {
        Some((low, high)) => Pace::Known(Interval { low, high, years: have, coverage: chance(have, cut) }),
        None => Pace::TooLarge,
    }
}

/// How often an interval between the `cut`-th smallest and largest of `years` holds the next.
fn chance(years: usize, cut: usize) -> Exact {
    let places = years as i128 + 1;
    Exact::new(places - 2 * cut as i128, places).unwrap_or(Exact::ZERO)
}

/// The past years that an interval of such a coverage needs.
fn years_for(coverage: Exact) -> usize {
    const MOST: usize = 10_000;
    (1..MOST).find(|years| chance(*years, 1) >= coverage).unwrap_or(MOST)
}

#[cfg(test)]
mod tests {
    //! The interval, and how often it holds.

    use super::{Interval, Pace, PastYear, pace};
    use landcycle_policy::exact::Exact;

    fn year(until: i128, whole: i128) -> PastYear {
        PastYear { year: 2000, until: Exact::whole(until), whole: Exact::whole(whole) }
    }

    #[test]
    fn the_interval_spans_the_growth_of_past_years() {
        let past = [year(50, 100), year(40, 100), year(60, 90)];
        let Pace::Known(found) = pace(Exact::whole(30), &past, None) else { panic!("no interval") };
        let coverage = Exact::new(1, 2).expect("a number");
        let expected = Interval { low: Exact::whole(45), high: Exact::whole(75), years: 3, coverage };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_short_history_gives_no_interval() {
        let past = [year(50, 100), year(0, 80), year(60, 90)];
        assert_eq!(pace(Exact::whole(30), &past, None), Pace::TooShort { have: 2, need: 3 });
        assert_eq!(pace(Exact::ZERO, &past, None), Pace::NothingYet);
        let past = vec![year(1, 2); 8];
        let wanted = Exact::parse("0.8").expect("a number");
        assert_eq!(pace(Exact::ONE, &past, Some(wanted)), Pace::TooShort { have: 8, need: 9 });
        let past = vec![year(1, 2); 20];
        let Pace::Known(found) = pace(Exact::ONE, &past, Some(wanted)) else { panic!("no interval") };
        assert_eq!(found.coverage, Exact::new(17, 21).expect("a number"));
    }

    /// A generator of the numbers of a linear congruence: the same in every run.
    struct Draws(u64);

    impl Draws {
        /// From 0 to below `most`.
        fn below(&mut self, most: u64) -> i128 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i128::from((self.0 >> 33) % most)
        }

        /// A lumpy year: a level of its own, few large parcels among many months without one.
        fn year(&mut self) -> PastYear {
            let level = 1 + self.below(20);
            let months: Vec<i128> =
                (0..12).map(|_| if self.below(3) == 0 { level * (1 + self.below(50)) } else { 0 }).collect();
            year(months[..6].iter().sum(), months.iter().sum())
        }
    }

    /// By simulation: over many histories that are like the year to come, the interval holds as often as
    /// it says. Ties can only make it hold more often.
    #[test]
    fn the_interval_holds_as_often_as_it_says() {
        let mut draws = Draws(20_260_101);
        for (years, wanted) in [(3, None), (9, None), (9, Exact::parse("0.6")), (19, Exact::parse("0.8"))] {
            let (mut held, mut told, mut promised) = (0.0, 0.0, 0.0);
            while told < 20_000.0 {
                let past: Vec<PastYear> = std::iter::repeat_with(|| draws.year())
                    .filter(|year| year.until > Exact::ZERO)
                    .take(years)
                    .collect();
                let next = draws.year();
                let Pace::Known(found) = pace(next.until, &past, wanted) else { continue };
                told += 1.0;
                promised = found.coverage.num() as f64 / found.coverage.den() as f64;
                held += f64::from(u8::from(found.low <= next.whole && next.whole <= found.high));
            }
            let share: f64 = held / told;
            assert!(share > promised - 0.01 && share < promised + 0.03, "{years}: {share} for {promised}");
        }
    }
}
