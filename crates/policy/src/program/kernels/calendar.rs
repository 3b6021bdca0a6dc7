//! Calendar instructions over a block of lanes.
//!
//! Nearly every date of a contract lies where every fourth year is a leap year, and nearly every
//! period is whole years: those rows are computed without a branch, the rest by the calendar.

use super::{Lanes, map, two};
use crate::calendar::{self, NEVER, even, even_plus_years, from_even, is_even};

/// An amount that differs by row: `floor(lane × num / den)`.
pub(crate) type ByRow<'l> = (&'l Lanes<i64>, i64, i64);

/// The bound of a day that is no day of a lane: keeps what rows without a value hold in range.
fn sane(day: i64) -> i64 {
    day.clamp(-1_000_000, NEVER)
}

/// Adds the same number of months to every date.
pub(crate) fn plus_known_months(n: usize, date: &Lanes<i64>, months: i64, out: &mut Lanes<i64>) {
    if months % 12 != 0 {
        map(n, date, out, |day| calendar::plus_months(sane(day), months));
        return;
    }
    let years = months / 12;
    let (dv, dl, ov) = (&date.value[..n], &date.lacks[..n], &mut out.value[..n]);
    let mut outside = false;
    for i in 0..n {
        let days = even(dv[i]);
        let found = even_plus_years(days, years);
        let never = dv[i] >= NEVER;
        ov[i] = if never { NEVER } else { from_even(found) };
        outside |= !never & (dl[i] == 0) & !(is_even(days) & is_even(found));
    }
    if outside {
        for i in 0..n {
            ov[i] = calendar::plus_months(sane(dv[i]), months);
        }
    }
    out.lacks[..n].copy_from_slice(dl);
}

/// Adds to every date its own number of months.
pub(crate) fn plus_months(n: usize, date: &Lanes<i64>, (a, num, den): ByRow<'_>, out: &mut Lanes<i64>) {
    let whole = Whole::new(num, den);
    two(n, date, a, out, |day, lane| {
        let months = whole.of(lane);
        let days = even(day);
        let found = even_plus_years(days, months / 12);
        if months % 12 == 0 && is_even(days) && is_even(found) {
            from_even(found)
        } else {
            calendar::plus_months(sane(day), months)
        }
    });
}

/// Adds the same number of days to every date.
pub(crate) fn plus_known_days(n: usize, date: &Lanes<i64>, days: i64, out: &mut Lanes<i64>) {
    map(n, date, out, |day| if day >= NEVER { NEVER } else { day.saturating_add(days) });
}

/// Adds to every date its own number of days.
pub(crate) fn plus_days(n: usize, date: &Lanes<i64>, (a, num, den): ByRow<'_>, out: &mut Lanes<i64>) {
    let whole = Whole::new(num, den);
    two(n, date, a, out, |day, lane| if day >= NEVER { NEVER } else { day.saturating_add(whole.of(lane)) });
}

/// Days from the second date to the first.
pub(crate) fn days_between(
    n: usize,
    a: &Lanes<i64>,
    b: &Lanes<i64>,
    out: &mut Lanes<i64>,
    undefined: u64,
) {
    two(n, a, b, out, i64::wrapping_sub);
    for i in 0..n {
        // Between a day and "never" there is no number of days.
        let endless = (a.value[i] >= NEVER) | (b.value[i] >= NEVER);
        out.lacks[i] |= if endless { undefined } else { 0 };
    }
}

/// The first anniversary of the first date that is not before the second.
pub(crate) fn next_known(
    n: usize,
    (start, not_before): (&Lanes<i64>, &Lanes<i64>),
    months: i64,
    out: &mut Lanes<i64>,
) {
    for i in 0..n {
        out.lacks[i] = start.lacks[i] | not_before.lacks[i];
        let known = out.lacks[i] == 0;
        out.value[i] =
            if known { calendar::next_every(start.value[i], months, not_before.value[i]) } else { 0 };
    }
}

/// The same with an interval of its own for every row.
pub(crate) fn next(
    n: usize,
    (start, not_before): (&Lanes<i64>, &Lanes<i64>),
    (a, num, den): ByRow<'_>,
    out: &mut Lanes<i64>,
) {
    let whole = Whole::new(num, den);
    for i in 0..n {
        out.lacks[i] = start.lacks[i] | a.lacks[i] | not_before.lacks[i];
        let known = out.lacks[i] == 0;
        let months = whole.of(a.value[i]);
        out.value[i] =
            if known { calendar::next_every(start.value[i], months, not_before.value[i]) } else { 0 };
    }
}

/// `floor(lane × num / den)`, by one short division where it can be.
struct Whole {
    num: i64,
    den: i64,
    /// `den / |num|`, when that is whole and small.
    per_unit: Option<u32>,
}

impl Whole {
    fn new(num: i64, den: i64) -> Self {
        let size = num.abs().max(1);
        let per_unit = (den % size == 0).then(|| u32::try_from(den / size).ok()).flatten();
        Self { num, den, per_unit: per_unit.filter(|_| num != 0) }
    }

    #[inline]
    fn of(&self, lane: i64) -> i64 {
        if let (Some(per_unit), Ok(lane)) = (self.per_unit, u32::try_from(lane)) {
            let units = i64::from(lane / per_unit);
            // Below zero, the part of a unit is dropped downwards.
            let part = i64::from(lane % per_unit != 0);
            return if self.num > 0 { units } else { -units - part };
        }
        let exact = (i128::from(lane) * i128::from(self.num)).div_euclid(i128::from(self.den));
        exact.clamp(-1_000_000, 1_000_000) as i64
    }
}
