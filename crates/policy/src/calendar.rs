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
pub fn day_of(year: i64, month: i64, day: i64) -> i64 {
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

/// The first `start + k × months` (k ≥ 1) that is not before `not_before`.
#[inline]
pub fn next_every(start: i64, months: i64, not_before: i64) -> i64 {
    if start >= NEVER || months <= 0 {
        return NEVER;
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
