//! Calendar instructions over a block of lanes.
//!
//! Nearly every date of a contract lies where every fourth year is a leap year, and nearly every
//! period is whole years: those rows are computed without a branch, the rest by the calendar.

use super::{map, zip};
use crate::calendar::{self, NEVER, even, even_plus_years, from_even, is_even};
use crate::vocabulary::MISSING;

/// An amount that differs by row: `floor(lane × num / den)`.
pub(crate) type ByRow<'l> = (&'l [i64], i64, i64);

/// Keeps what rows without a value hold within the calendar.
fn sane(day: i64) -> i64 {
    day.clamp(-1_000_000, NEVER)
}

/// Adds the same number of months to every date.
pub(crate) fn plus_known_months(dates: &[i64], months: i64, out: &mut [i64]) {
    if months % 12 != 0 {
        map(dates, out, |day| calendar::plus_months(sane(day), months));
        return;
    }
    let years = months / 12;
    let mut outside = false;
    for (out, day) in out.iter_mut().zip(dates) {
        let days = even(*day);
        let found = even_plus_years(days, years);
        let (never, missing) = (*day >= NEVER, *day == MISSING);
        let same = never | missing;
        *out = if same { *day } else { from_even(found) };
        outside |= !same & !(is_even(days) & is_even(found));
    }
    if outside {
        let shifted = |day| calendar::plus_months(sane(day), months);
        map(dates, out, |day| if day == MISSING { MISSING } else { shifted(day) });
    }
}

/// Adds to every date its own number of months.
pub(crate) fn plus_months(dates: &[i64], (amounts, num, den): ByRow<'_>, out: &mut [i64]) {
    let whole = Whole::new(num, den);
    zip(dates, amounts, out, |day, lane| {
        // A row without a value goes on without one, so that it is told from a day far off.
        if day == MISSING || lane == MISSING {
            return MISSING;
        }
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
pub(crate) fn plus_known_days(dates: &[i64], days: i64, out: &mut [i64]) {
    map(dates, out, |day| if day >= NEVER { NEVER } else { day.saturating_add(days) });
}

/// Adds to every date its own number of days.
pub(crate) fn plus_days(dates: &[i64], (amounts, num, den): ByRow<'_>, out: &mut [i64]) {
    let whole = Whole::new(num, den);
    zip(
        dates,
        amounts,
        out,
        |day, lane| {
            if day >= NEVER { NEVER } else { day.saturating_add(whole.of(lane)) }
        },
    );
}

/// Between a day and "never" there is no number of days.
pub(crate) fn endless((a, b): (&[i64], &[i64]), lacks: &[u64], out: &mut [u64], undefined: u64) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = lacks[i] | if (a[i] >= NEVER) | (b[i] >= NEVER) { undefined } else { 0 };
    }
}

/// The first anniversary of the first date that is not before the second.
pub(crate) fn next_known((starts, earliest): (&[i64], &[i64]), months: i64, out: &mut [i64]) {
    zip(starts, earliest, out, |start, day| calendar::next_every(sane(start), months, sane(day)));
}

/// The same with an interval of its own for every row.
pub(crate) fn next((starts, earliest): (&[i64], &[i64]), (amounts, num, den): ByRow<'_>, out: &mut [i64]) {
    let whole = Whole::new(num, den);
    for (i, out) in out.iter_mut().enumerate() {
        *out = calendar::next_every(sane(starts[i]), whole.of(amounts[i]), sane(earliest[i]));
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
