//! The text of a workbook's cells.

use calamine::{CellErrorType, DataRef, ExcelDateTime};

use super::error::Fault;

/// Spreadsheets compute and show 15 significant digits; what a binary number has beyond them is
/// an artefact of the arithmetic (0.1 + 0.2).
const SPREADSHEET_DIGITS: usize = 15;
/// The first number with more digits: of a longer one (a supervision number typed as a number) the
/// last digits are lost.
const FIRST_TOO_LONG: f64 = 1e15;
/// The day after 9999-12-31, where a spreadsheet's calendar ends.
const CALENDAR_END: f64 = 2_958_466.0;
/// The first year of the calendar that other spreadsheets count from.
const YEAR_1904: u16 = 1904;

/// The text of a cell, or why it has none.
pub(super) fn cell_text(value: &DataRef<'_>) -> Result<String, Fault> {
    let error = |value: String| Fault::CellError { value };
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) if number.unsigned_abs() >= FIRST_TOO_LONG as u64 => {
            return Err(Fault::LongNumber { text: number.to_string() });
        }
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => {
            let text = number_text(*number).ok_or_else(|| error(number.to_string()))?;
            if number.abs() >= FIRST_TOO_LONG {
                return Err(Fault::LongNumber { text });
            }
            text
        }
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "yes".to_owned(),
        DataRef::Bool(false) => "no".to_owned(),
        DataRef::DateTime(date) => date_text(*date).map_err(error)?,
        DataRef::DateTimeIso(text) => iso_text(text),
        DataRef::Error(error) => return Err(Fault::CellError { value: error_text(error).to_owned() }),
    })
}

/// The shortest decimal text that reads back as the number, without exponent; fractions are held
/// to the digits a spreadsheet has. `None` for what is no number.
pub(super) fn number_text(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    if number == 0.0 {
        return Some("0".to_owned());
    }
    let shortest = number.to_string();
    let digits = shortest.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if digits <= SPREADSHEET_DIGITS || !shortest.contains('.') {
        return Some(shortest);
    }
    let rounded: f64 = format!("{number:.*e}", SPREADSHEET_DIGITS - 1).parse().ok()?;
    Some(rounded.to_string())
}

fn date_text(date: ExcelDateTime) -> Result<String, String> {
    let serial = date.as_f64();
    if date.is_duration() {
        return number_text(serial).ok_or_else(|| serial.to_string());
    }
    if !(0.0..CALENDAR_END).contains(&serial) {
        return Err(serial.to_string());
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    // Serial 0 of the 1900 calendar is shown by spreadsheets as 1900-01-00; keeping it so lets the
    // date reader recognise an empty value shown as a date.
    let (year, month, day) = if serial < 1.0 && year < YEAR_1904 { (1900, 1, 0) } else { (year, month, day) };
    let date = format!("{year:04}-{month:02}-{day:02}");
    Ok(if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}:{second:02}")
    })
}

/// A date written as ISO text; midnight is left out.
fn iso_text(text: &str) -> String {
    match text.split_once('T') {
        Some((date, time)) if time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.' | b'Z')) => {
            date.to_owned()
        }
        Some((date, time)) => format!("{date} {time}"),
        None => text.to_owned(),
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}
