//! The dated events of a sample parcel, with facts as canonical text.
//!
//! **Invariant:** no event is dated after `AS_OF`; numbers carry no needless zeros.

use jiff::civil::Date;

/// The day on which the sample city was last inspected.
pub const AS_OF: Date = jiff::civil::date(2026, 6, 30);

/// What a date fact says when the thing has not happened or was not agreed.
pub(super) const NONE: &str = "none";

/// Kinds of event and the departments that report them.
pub(super) const CONTRACT: &str = "contract.signed/1";
pub(super) const PROGRESS: &str = "progress.reported/1";
pub(super) const YIELD: &str = "yield.reported/1";
pub(super) const INSPECTION: &str = "inspection.made/1";
pub(super) const NATURAL_RESOURCES: &str = "natural_resources";
pub(super) const ECONOMY: &str = "economy";
pub(super) const STATISTICS: &str = "statistics";

/// A fact's name and its canonical text.
pub type Fact = (&'static str, String);

/// Something that happened to a parcel, and what was said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleEvent {
    /// Kind and version, such as `contract.signed/1`.
    pub kind: &'static str,
    /// The day it happened.
    pub happened_on: Date,
    /// Id of the department that reported it.
    pub actor: &'static str,
    /// Facts stated, in a fixed order.
    pub facts: Vec<Fact>,
}

/// A list of facts under construction.
pub(super) struct Facts(pub(super) Vec<Fact>);

impl Facts {
    pub(super) fn with_capacity(number: usize) -> Self {
        Self(Vec::with_capacity(number))
    }

    pub(super) fn text(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    pub(super) fn date(&mut self, name: &'static str, value: Option<Date>) {
        self.0.push((name, value.map_or_else(|| NONE.to_owned(), iso)));
    }

    pub(super) fn yes_no(&mut self, name: &'static str, value: bool) {
        self.text(name, if value { "yes" } else { "no" });
    }

    /// A whole number.
    pub(super) fn whole(&mut self, name: &'static str, value: f64) {
        self.0.push((name, (value.round() as i64).to_string()));
    }

    /// A number with at most two decimals.
    pub(super) fn hundredths(&mut self, name: &'static str, value: f64) {
        self.0.push((name, hundredths((value * 100.0).round() as i64)));
    }

    /// Leaves a fact out again, as an office that was not told would.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.retain(|(known, _)| *known != name);
    }
}

/// Built from integers: formatting a date through a formatter is the slowest part of a parcel.
fn iso(date: Date) -> String {
    let digit = |value: i32| char::from(b'0' + (value % 10) as u8);
    let (year, month, day) = (i32::from(date.year()), date.month() as i32, date.day() as i32);
    let mut text = String::with_capacity(10);
    text.extend([year / 1000, year / 100, year / 10, year].map(digit));
    text.extend(['-', digit(month / 10), digit(month), '-', digit(day / 10), digit(day)]);
    text
}

fn hundredths(value: i64) -> String {
    let (whole, rest) = (value / 100, value % 100);
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{AS_OF, hundredths, iso};

    #[test]
    fn values_are_written_canonically() {
        assert_eq!(iso(AS_OF), "2026-06-30");
        let written = [100, 250, 205, 7].map(hundredths);
        assert_eq!(written, ["1", "2.5", "2.05", "0.07"]);
    }
}
