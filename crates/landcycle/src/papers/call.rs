//! What a template calls for: `{{name}}`, `{{name.form}}`, and the tests `{{?name}}`, `{{?name=word|word}}`
//! and `{{!name}}` at the start of a paragraph.

use std::ops::Range;

/// What opens and closes a call.
const OPEN: &str = "{{";
const CLOSE: &str = "}}";
/// The same as an input method for Chinese writes them.
const WIDE: [char; 2] = ['\u{ff5b}', '\u{ff5d}'];

/// 占位 · a call with its place in the text of its paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Bytes of the paragraph's text.
    pub(super) place: Range<usize>,
    /// What is called.
    pub(super) name: String,
    /// In which form, or which field of a list.
    pub(super) form: String,
    /// Whether the paragraph stays at all; none for a value.
    pub(super) test: Option<Test>,
}

/// A test at the start of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Test {
    /// The paragraph stays where this is the answer.
    pub(super) wanted: bool,
    /// The words of which the value must have one; empty where it need only be there.
    pub(super) words: Vec<String>,
}

/// What is wrong with the braces of a paragraph: a key of the catalogue, and the words concerned.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) key: &'static str,
    pub(super) words: String,
}

impl Call {
    /// As a template writes it.
    pub(super) fn written(&self) -> String {
        if self.form.is_empty() { self.name.clone() } else { format!("{}.{}", self.name, self.form) }
    }
}

/// The calls of a paragraph's text.
pub(super) fn find(text: &str) -> Result<Vec<Call>, Broken> {
    let mut calls = Vec::new();
    let mut at = 0;
    let broken = |key, words: &str| Err(Broken { key, words: words.chars().take(40).collect() });
    let wide: Vec<usize> = text.match_indices(WIDE).map(|(at, _)| at).collect();
    if let Some(pair) = wide.windows(2).find(|pair| pair[1] == pair[0] + WIDE[0].len_utf8()) {
        return broken("paper_wide_braces", &text[pair[0]..]);
    }
    while let Some(open) = text[at..].find(OPEN).map(|found| at + found) {
        let inner = open + OPEN.len();
        if text[at..open].contains(CLOSE) {
            break;
        }
        let Some(close) = text[inner..].find(CLOSE).map(|found| inner + found) else {
            return broken("paper_open_brace", &text[open..]);
        };
        // Another opening before the closing: this one was never closed.
        if text[inner..close].contains(OPEN) {
            return broken("paper_open_brace", &text[open..]);
        }
        let end = close + CLOSE.len();
        match parse(&text[inner..close], open..end) {
            Some(call) => calls.push(call),
            None => return broken("paper_bad_call", &text[open..end]),
        }
        at = end;
    }
    if let Some(stray) = text[at..].find(CLOSE) {
        let from = text[..at + stray].char_indices().rev().take(12).last().map_or(at, |(from, _)| from);
        return broken("paper_close_brace", &text[from..]);
    }
    // A test decides on the whole paragraph, so that it stands before all else.
    let mut start = 0;
    for call in calls.iter().filter(|call| call.test.is_some()) {
        if !text[start..call.place.start].trim().is_empty() {
            return broken("paper_late_test", &text[call.place.clone()]);
        }
        start = call.place.end;
    }
    Ok(calls)
}

fn parse(inner: &str, place: Range<usize>) -> Option<Call> {
    let inner = inner.trim();
    let (test, rest) = match inner.chars().next()? {
        '?' | '\u{ff1f}' => (Some(true), &inner[inner.chars().next()?.len_utf8()..]),
        '!' | '\u{ff01}' => (Some(false), &inner[inner.chars().next()?.len_utf8()..]),
        _ => (None, inner),
    };
    let (named, words) = match (test, rest.split_once('=')) {
        (Some(_), Some((named, words))) => (named, words.split('|').map(|w| w.trim().to_owned()).collect()),
        (None, Some(_)) => return None,
        (_, None) => (rest, Vec::new()),
    };
    let (name, form) = named.trim().split_once('.').unwrap_or((named.trim(), ""));
    let good = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let well_formed = good(name) && (form.is_empty() || good(form)) && words.iter().all(|word| good(word));
    // A point with nothing after it was meant for something.
    let whole = !named.trim().ends_with('.');
    (well_formed && whole).then(|| Call {
        place,
        name: name.to_owned(),
        form: form.to_owned(),
        test: test.map(|wanted| Test { wanted, words }),
    })
}

#[cfg(test)]
mod tests {
    //! Calls as people write them.

    use super::{Call, find};

    fn said(text: &str) -> Vec<String> {
        match find(text) {
            Ok(calls) => calls.iter().map(Call::written).collect(),
            Err(broken) => vec![format!("{}: {}", broken.key, broken.words)],
        }
    }

    #[test]
    fn calls_are_found_with_forms_and_tests() {
        assert_eq!(said("缴纳{{fee}}（{{ fee.upper }}）"), ["fee", "fee.upper"]);
        let calls = find(" {{?idle_land=stalled|none}}{{!agreed}}文字").expect("calls");
        assert_eq!(calls[0].test.as_ref().expect("a test").words, ["stalled", "none"]);
        assert!(!calls[1].test.as_ref().expect("a test").wanted);
    }

    #[test]
    fn broken_braces_are_told_with_their_words() {
        assert_eq!(said("缴纳{{fee元"), ["paper_open_brace: {{fee元"]);
        assert_eq!(said("{{a {{b}}"), ["paper_open_brace: {{a {{b}}"]);
        assert_eq!(said("fee}}元"), ["paper_close_brace: fee}}元"]);
        assert_eq!(said("{{a}} b}}")[0], "paper_close_brace: {{a}} b}}");
        assert_eq!(said("{{费用}}"), ["paper_bad_call: {{费用}}"]);
        assert_eq!(said("{{fee.}}"), ["paper_bad_call: {{fee.}}"]);
        assert_eq!(said("｛｛fee｝｝"), ["paper_wide_braces: ｛｛fee｝｝"]);
        assert_eq!(said("文字{{?fee}}"), ["paper_late_test: {{?fee}}"]);
        assert!(said("{ } {a} 没有").is_empty());
    }
}
