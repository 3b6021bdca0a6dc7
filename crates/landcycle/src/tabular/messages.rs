//! The catalogue of what the table reader says, in Chinese and in English.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A language the messages are available in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Language {
    fn suffix(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }
}

/// The text stored under `key`; the key itself when there is none, so that a gap shows instead of
/// hiding the fault it belongs to (a test keeps the catalogue complete).
pub(super) fn text(key: &str, language: Language) -> String {
    let full = format!("{key}.{}", language.suffix());
    catalogue().get(full.as_str()).map_or(full.clone(), |text| (*text).to_owned())
}

/// The text stored under `key` with its `{placeholders}` filled in.
pub(super) fn fill(key: &str, language: Language, values: &[(&str, String)]) -> String {
    let template = text(key, language);
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template.as_str();
    // One pass: a value that itself contains braces is never filled in again.
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else {
            break;
        };
        filled.push_str(&rest[..open]);
        let name = &rest[open + 1..open + length];
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => filled.push_str(&rest[open..=open + length]),
        }
        rest = &rest[open + length + 1..];
    }
    filled.push_str(rest);
    filled
}

/// Every text by its full key (`T003.zh`, `T003.help.en`, ...).
pub(super) fn catalogue() -> &'static HashMap<&'static str, &'static str> {
    static CATALOGUE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        include_str!("messages.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, text)| (key.trim(), unquoted(text.trim())))
            .collect()
    })
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text)
}
