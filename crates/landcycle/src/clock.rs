//! The only reader of the clock.

use jiff::civil::Date;

/// This moment, for the record.
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Today in China (UTC+8, without summer time), where the law counts its days.
pub(crate) fn today() -> Date {
    day_in_china(now())
}

/// The day of a moment in China.
pub(crate) fn day_in_china(moment: jiff::Timestamp) -> Date {
    jiff::tz::Offset::constant(8).to_datetime(moment).date()
}

/// A civil date as the policy crate's day number.
pub(crate) fn day_number(date: Date) -> i64 {
    landcycle_policy::calendar::day_of(date.year().into(), date.month().into(), date.day().into())
}
