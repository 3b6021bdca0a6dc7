//! Civil days as numbers, and calendar arithmetic as the Civil Code counts: a period of months or
//! years ends on the corresponding day, or on the month's last day where there is none.
//!
//! **Invariant:** a day is the number of days since 1970-01-01; no clock and no time zone here.

/// "Not happened" and "not agreed": later than every day, so that `x <= day` is false and
/// `x > day` is true, which is what the law means by "has not started".
pub const NEVER: i64 = i32::MAX as i64;

const DAYS_PER_ERA: i64 = 146_097;

/// The day number of a proleptic Gregorian date (algorithm by H. Hinnant, public domain).
#[inline]
pub const fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - 719_468
}

/// Year, month and day of a day number.
#[inline]
pub fn civil_of(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(DAYS_PER_ERA);
    let doe = z.rem_euclid(DAYS_PER_ERA);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

/// Days in a month.
#[inline]
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The corresponding day `months` later, or that month's last day. `NEVER` stays `NEVER`.
#[inline]
pub fn plus_months(days: i64, months: i64) -> i64 {
    if days >= NEVER {
        return NEVER;
    }
    let (year, month, day) = civil_of(days);
    let total = year * 12 + month - 1 + months;
    let (y, m) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    day_of(y, m, day.min(days_in_month(y, m)))
}

/// Days from this one on, and before [`EVEN_DAYS`] more, lie where every fourth year is a leap year
/// (2000 is one), so that the calendar is a single division.
const EVEN_FROM: i64 = day_of(1900, 3, 1);
/// How many days those are: up to 28 February 2100.
const EVEN_DAYS: u64 = (day_of(2100, 3, 1) - EVEN_FROM) as u64;

/// A day of that span, counted from its first.
#[inline]
pub(crate) fn even(day: i64) -> u64 {
    day.wrapping_sub(EVEN_FROM) as u64
}

/// Whether a count of days is one of that span.
#[inline]
pub(crate) fn is_even(days: u64) -> bool {
    days < EVEN_DAYS
}

/// The day of such a count.
#[inline]
pub(crate) fn from_even(days: u64) -> i64 {
    days as i64 + EVEN_FROM
}

/// The year of such a count: years begin on 1 March, so that a leap day is the last of its year.
/// Dividing by the 1461 days of four years is multiplying, exactly for all counts of the span.
#[inline]
pub(crate) fn even_year(days: u64) -> u64 {
    ((4 * (days & 0x3_ffff) + 3) * 2_939_745) >> 32
}

/// The corresponding day so many years later, or that month's last; no day of the span where the
/// result lies outside it.
#[inline]
pub(crate) fn even_plus_years(days: u64, years: i64) -> u64 {
    let year = even_year(days);
    let of_year = days.wrapping_sub((year * 1461) >> 2);
    let target = (year as i64).wrapping_add(years) as u64;
    let leap = u64::from(target & 3 == 3);
    // A year before the span becomes a number far beyond it.
    (target.wrapping_mul(1461) >> 2).wrapping_add(of_year.min(364 + leap))
}

/// The first `start + k × months` (k ≥ 1) that is not before `not_before`.
#[inline]
pub fn next_every(start: i64, months: i64, not_before: i64) -> i64 {
    if start >= NEVER || months <= 0 {
        return NEVER;
    }
    if let Some(day) = next_every_years(start, months, not_before) {
        return day;
    }
    let (y0, m0, _) = civil_of(start);
    let (y1, m1, _) = civil_of(not_before);
    let apart = (y1 * 12 + m1) - (y0 * 12 + m0);
    let mut k = (apart / months).max(1);
    if plus_months(start, k * months) < not_before {
        k += 1;
    }
    plus_months(start, k * months)
}

/// The same for whole years within the even span.
#[inline]
fn next_every_years(start: i64, months: i64, not_before: i64) -> Option<i64> {
    let (years, first, earliest) = (months / 12, even(start), even(not_before));
    if months % 12 != 0 || !is_even(first) || !is_even(earliest) {
        return None;
    }
    let apart = even_year(earliest) as i64 - even_year(first) as i64;
    // An anniversary of an earlier year is earlier, so it is this one or the next.
    let k = (apart / years).max(1);
    let found = even_plus_years(first, k * years);
    let found = if found < earliest { even_plus_years(first, (k + 1) * years) } else { found };
    is_even(found).then(|| from_even(found))
}

/// Reads an ISO date `YYYY-MM-DD`; `None` when it is not one or the day does not exist.
pub fn parse_iso(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        bytes
            .get(range)?
            .iter()
            .try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let real = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    (real && year >= 1).then(|| day_of(year, month, day))
}

/// The ISO form of a day, `none` for [`NEVER`].
pub fn iso(days: i64) -> String {
    if days >= NEVER {
        return "none".to_owned();
    }
    let (year, month, day) = civil_of(days);
    format!("{year:04}-{month:02}-{day:02}")
}
