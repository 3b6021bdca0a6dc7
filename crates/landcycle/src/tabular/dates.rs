//! Calendar dates as offices write them.

use super::error::{ValueFault, ValueFaultKind};
use super::numbers::half_width;

const YEAR_MARK: char = '\u{5E74}';
const MONTH_MARK: char = '\u{6708}';
const DAY_MARK: char = '\u{65E5}';
/// The spoken form of the day mark, common in letters.
const DAY_MARK_SPOKEN: char = '\u{53F7}';
const FULL_WIDTH_SLASH: char = '\u{FF0F}';
const FULL_WIDTH_COLON: char = '\u{FF1A}';

/// What programs write for "no date": the zero of a type, a spreadsheet's serial 0 and 1, and the
/// last day a type can hold. Taken as real they would make parcels a century old.
const PLACEHOLDERS: [CalendarDay; 7] = [
    CalendarDay::of(0, 0, 0),
    CalendarDay::of(1, 1, 1),
    CalendarDay::of(1899, 12, 30),
    CalendarDay::of(1899, 12, 31),
    CalendarDay::of(1900, 1, 0),
    CalendarDay::of(1900, 1, 1),
    CalendarDay::of(9999, 12, 31),
];

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CalendarDay {
    /// Year, four digits.
    pub(crate) year: i16,
    /// Month, 1 to 12.
    pub(crate) month: i8,
    /// Day of the month, from 1.
    pub(crate) day: i8,
}

impl CalendarDay {
    const fn of(year: i16, month: i8, day: i8) -> Self {
        Self { year, month, day }
    }

    fn exists(self) -> bool {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        self.year >= 1 && (1..=days).contains(&self.day)
    }
}

impl std::fmt::Display for CalendarDay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The day a text names. A time of day may follow; it is checked and dropped.
pub(crate) fn parse(text: &str) -> Result<CalendarDay, ValueFault> {
    if let Some(day) = iso(text) {
        return Ok(day);
    }
    let fault = |kind| ValueFault::new(kind, text);
    let plain: String = text.trim().chars().map(plain_form).collect();
    let (date, time) = split_time(&plain);
    if !time.is_empty() && !is_time(time) {
        return Err(fault(ValueFaultKind::NotADate));
    }
    let parts = split_date(&date).ok_or_else(|| fault(no_date(&date)))?;
    let [year, month, day] = parts;
    if without_year(parts) {
        return Err(fault(ValueFaultKind::AmbiguousDate));
    }
    let year = number(year, 4, 4).ok_or_else(|| fault(no_date(&date)))?;
    let Some(month) = month else {
        return Err(fault(ValueFaultKind::IncompleteDate));
    };
    let month = number(Some(month), 1, 2).ok_or_else(|| fault(ValueFaultKind::NotADate))?;
    let Some(day) = day else {
        return Err(fault(ValueFaultKind::IncompleteDate));
    };
    let day = number(Some(day), 1, 2).ok_or_else(|| fault(ValueFaultKind::NotADate))?;
    let found = CalendarDay::of(year, month as i8, day as i8);
    if PLACEHOLDERS.contains(&found) {
        Err(fault(ValueFaultKind::PlaceholderDate))
    } else if found.exists() {
        Ok(found)
    } else {
        Err(fault(ValueFaultKind::ImpossibleDate))
    }
}

/// The common spelling of a common day; everything else is read with care.
fn iso(text: &str) -> Option<CalendarDay> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else { return None };
    let digits = [y0, y1, y2, y3, m0, m1, d0, d1].map(|byte| byte.wrapping_sub(b'0'));
    let [y0, y1, y2, y3, m0, m1, d0, d1] = digits;
    if digits.iter().any(|digit| *digit > 9) {
        return None;
    }
    let year = [y0, y1, y2, y3].iter().fold(0_i16, |year, digit| year * 10 + i16::from(*digit));
    let day = CalendarDay::of(year, (m0 * 10 + m1) as i8, (d0 * 10 + d1) as i8);
    (day.exists() && !PLACEHOLDERS.contains(&day)).then_some(day)
}

fn plain_form(character: char) -> char {
    match character {
        FULL_WIDTH_SLASH => '/',
        FULL_WIDTH_COLON => ':',
        other if other.is_whitespace() => ' ',
        other => half_width(other),
    }
}

/// The date and the time behind it, which is empty when there is none.
fn split_time(text: &str) -> (String, &str) {
    if text.contains(YEAR_MARK) {
        // Chinese dates are often set with spaces around the marks.
        let end = text.find([DAY_MARK, DAY_MARK_SPOKEN]).map_or(text.len(), |at| at + DAY_MARK.len_utf8());
        return (text[..end].replace(' ', ""), text[end..].trim());
    }
    match text.split_once([' ', 'T']) {
        Some((date, time)) => (date.to_owned(), time.trim()),
        None => (text.to_owned(), ""),
    }
}

fn is_time(text: &str) -> bool {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, fraction),
        None => (text, "0"),
    };
    let parts: Vec<Option<i16>> = clock.split(':').map(|part| number(Some(part), 1, 2)).collect();
    let in_range = |part: Option<&Option<i16>>, limit: i16| {
        part.is_none_or(|value| value.is_some_and(|value| value < limit))
    };
    (2..=3).contains(&parts.len())
        && in_range(parts.first(), 24)
        && in_range(parts.get(1), 60)
        && in_range(parts.get(2), 61)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// Year, month and day as written; what is not written is `None`.
fn split_date(text: &str) -> Option<[Option<&str>; 3]> {
    if let Some((year, rest)) = text.split_once(YEAR_MARK) {
        if rest.is_empty() {
            return Some([Some(year), None, None]);
        }
        let (month, rest) = rest.split_once(MONTH_MARK)?;
        if rest.is_empty() {
            return Some([Some(year), Some(month), None]);
        }
        let day = rest.strip_suffix([DAY_MARK, DAY_MARK_SPOKEN]).unwrap_or(rest);
        return Some([Some(year), Some(month), Some(day)]);
    }
    if let Some(separator) = ['-', '/', '.'].into_iter().find(|mark| text.contains(*mark)) {
        let mut parts = text.split(separator);
        let found = [parts.next(), parts.next(), parts.next()];
        return parts.next().is_none().then_some(found);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match text.len() {
        4 => Some([Some(text), None, None]),
        6 => Some([Some(&text[..4]), Some(&text[4..]), None]),
        8 => Some([Some(&text[..4]), Some(&text[4..6]), Some(&text[6..])]),
        _ => None,
    }
}

/// Three short numbers: any of them may be the year.
fn without_year(parts: [Option<&str>; 3]) -> bool {
    let [first, second, third] = parts;
    number(first, 1, 2).is_some() && number(second, 1, 2).is_some() && number(third, 1, 4).is_some()
}

/// What a text is that is no date: a plain number may be one to a spreadsheet, from 1927 on.
fn no_date(text: &str) -> ValueFaultKind {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let serial = digits && whole.len() == 5 && whole >= "10000";
    if serial { ValueFaultKind::SerialDate } else { ValueFaultKind::NotADate }
}

fn number(text: Option<&str>, shortest: usize, longest: usize) -> Option<i16> {
    let text = text?;
    let fits = (shortest..=longest).contains(&text.len());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if fits && digits { text.parse().ok() } else { None }
}
