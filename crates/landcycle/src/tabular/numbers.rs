//! Exact decimal numbers as offices write them.

use super::error::{ValueFault, ValueFaultKind};

/// The most digits a number may have when written out; it bounds what an exponent can demand.
pub(super) const MAX_DIGITS: usize = 400;

const IDEOGRAPHIC_FULL_STOP_FORM: char = '\u{FF0E}';
const FULL_WIDTH_COMMA: char = '\u{FF0C}';
const FULL_WIDTH_PLUS: char = '\u{FF0B}';
const FULL_WIDTH_MINUS: char = '\u{FF0D}';
const MINUS_SIGN: char = '\u{2212}';
const FULL_WIDTH_E: [char; 2] = ['\u{FF25}', '\u{FF45}'];

/// The canonical decimal text of a number: no sign but `-`, no separators, no exponent, no
/// needless zeros. Nothing is rounded.
pub(crate) fn parse(text: &str) -> Result<String, ValueFault> {
    if is_canonical(text) {
        return Ok(text.to_owned());
    }
    let fault = |kind| ValueFault::new(kind, text);
    let plain: String = text.trim().chars().map(half_width).collect();
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, parse_exponent(exponent).ok_or_else(|| fault(ValueFaultKind::NotANumber))?)
        }
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = without_separators(whole).map_err(fault)?;
    if whole.len() + fraction.len() == 0
        || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return Err(fault(ValueFaultKind::NotANumber));
    }
    place_point(negative, &whole, fraction, exponent).ok_or_else(|| fault(ValueFaultKind::TooManyDigits))
}

/// Whether a text is a short number in the very form that reading gives it.
fn is_canonical(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() < MAX_DIGITS
        && digits(whole)
        && digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && !fraction.ends_with('0')
}

/// Full-width forms come from Chinese input methods; they mean the same.
pub(super) fn half_width(character: char) -> char {
    match character {
        '\u{FF10}'..='\u{FF19}' => char::from(b'0' + (character as u32 - 0xFF10) as u8),
        IDEOGRAPHIC_FULL_STOP_FORM => '.',
        FULL_WIDTH_COMMA => ',',
        FULL_WIDTH_PLUS => '+',
        FULL_WIDTH_MINUS | MINUS_SIGN => '-',
        other if FULL_WIDTH_E.contains(&other) => 'E',
        other => other,
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A saturated exponent is far beyond MAX_DIGITS and refused there.
    let size = digits.parse::<i64>().unwrap_or(i64::from(i32::MAX));
    let size = size.min(i64::from(i32::MAX));
    Some(if text.starts_with('-') { -size } else { size })
}

fn without_separators(whole: &str) -> Result<String, ValueFaultKind> {
    if !whole.contains(',') {
        return Ok(whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let digits_only = whole.bytes().all(|byte| byte == b',' || byte.is_ascii_digit());
    if !digits_only {
        return Err(ValueFaultKind::NotANumber);
    }
    if !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
        return Err(ValueFaultKind::UnclearComma);
    }
    Ok(whole.replace(',', ""))
}

fn place_point(negative: bool, whole: &str, fraction: &str, exponent: i64) -> Option<String> {
    let joined = format!("{whole}{fraction}");
    let leading = joined.len() - joined.trim_start_matches('0').len();
    let digits = joined.trim_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    // Digits before the point, once the needless zeros in front are gone.
    let point = whole.len() as i64 - leading as i64 + exponent;
    let length = digits.len() as i64;
    if (length.max(point) - point.min(0)) > MAX_DIGITS as i64 {
        return None;
    }
    let zeros = |count: i64| "0".repeat(count as usize);
    let unsigned = if point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{digits}{}", zeros(point - length))
    } else {
        let (before, after) = digits.split_at(point as usize);
        format!("{before}.{after}")
    };
    Some(if negative { format!("-{unsigned}") } else { unsigned })
}
