//! Words and signs of an expression.

use super::syntax::{Range, SyntaxError};
use crate::calendar;
use crate::exact::Exact;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(Exact),
    Date(i64),
    Word(String),
    Quoted(String),
    Parameter(String),
    Rule(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 18] =
    ["<=", ">=", "<>", "!=", "==", "<", ">", "=", "+", "-", "*", "/", "(", ")", "[", "]", ",", "."];

pub(crate) fn tokens(text: &str) -> Result<Vec<(Token, Range)>, SyntaxError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if let Some(length) = no_such_day(rest) {
            let found = rest.get(..length).unwrap_or_default().to_owned();
            return Err(SyntaxError { at: at..at + length, code: "P024", found, expected: "anything" });
        }
        let (token, length) = token(rest, first).ok_or_else(|| SyntaxError {
            at: at..at + first.len_utf8(),
            code: "P020",
            found: first.to_string(),
            expected: "anything",
        })?;
        out.push((token, at..at + length));
        at += length;
    }
    out.push((Token::End, text.len()..text.len()));
    Ok(out)
}

fn token(rest: &str, first: char) -> Option<(Token, usize)> {
    if first.is_ascii_digit() {
        if let Some(day) = rest.get(..10).and_then(calendar::parse_iso) {
            return Some((Token::Date(day), 10));
        }
        let length = span_of(rest, |c| c.is_ascii_digit() || c == '.');
        return Some((Token::Number(Exact::parse(rest.get(..length)?)?), length));
    }
    if is_word(first) {
        let length = span_of(rest, |c| is_word(c) || c.is_ascii_digit());
        return Some((Token::Word(rest.get(..length)?.to_owned()), length));
    }
    if first == '$' || first == '@' {
        let tail = rest.get(1..)?;
        let allowed = |c: char| is_word(c) || c.is_ascii_digit() || c == '/' || (first == '$' && c == '.');
        let length = span_of(tail, allowed);
        let name = tail.get(..length).filter(|name| !name.is_empty())?.to_owned();
        let token = if first == '$' { Token::Parameter(name) } else { Token::Rule(name) };
        return Some((token, length + 1));
    }
    if first == '"' {
        let tail = rest.get(1..)?;
        let length = tail.find('"')?;
        return Some((Token::Quoted(tail.get(..length)?.to_owned()), length + 2));
    }
    let unified = match first {
        '≤' => Some("<="),
        '≥' => Some(">="),
        '≠' => Some("!="),
        '×' => Some("*"),
        '÷' => Some("/"),
        _ => None,
    };
    if let Some(sign) = unified {
        return Some((Token::Sign(sign), first.len_utf8()));
    }
    SIGNS.iter().find(|sign| rest.starts_with(**sign)).map(|sign| (Token::Sign(sign), sign.len()))
}

/// The length of what is meant as a date and is none, such as `2026-02-30` or `2026-2-3`: read as
/// a subtraction, it would be reported as something the author never thought of.
fn no_such_day(rest: &str) -> Option<usize> {
    let length = span_of(rest, |c| c.is_ascii_digit() || c == '-');
    let written = rest.get(..length)?;
    let parts: Vec<usize> = written.split('-').map(str::len).collect();
    let dated = matches!(parts.as_slice(), [4, 1..=2, 1..=2]);
    (dated && calendar::parse_iso(written).is_none()).then_some(length)
}

/// Letters of any script, and the raised and squared signs that people paste for units of area.
fn is_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '²' | '³' | '\u{3300}'..='\u{33ff}')
}

fn span_of(text: &str, keep: impl Fn(char) -> bool) -> usize {
    text.char_indices().find(|(_, c)| !keep(*c)).map_or(text.len(), |(at, _)| at)
}
