//! A yearly supply plan in numbers: what its lines add up to, what was supplied against it, and how far
//! the year may get. What the numbers have to satisfy is law, and not judged here.

mod actual;
mod lines;
mod pace;

pub use actual::{Actual, Period, Supplied};
pub use lines::{Line, SPACE_KEY, Schedule, Sum, TOTAL_BY_DISTRICT, by_code, schedule, sums};
pub use pace::{Interval, LEAST_YEARS, Pace, PastYear, pace};
