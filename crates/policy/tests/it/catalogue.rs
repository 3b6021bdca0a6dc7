//! The catalogue of words against the code that uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use landcycle_policy::messages::{keys, words};

/// Codes that are raised from a value of another type, and where that happens.
const RAISED_AT: [(&str, &str); 2] = [("P02", "Fault::new(error.code"), ("P08", "Fault::new(fault.code()")];

/// Every source file of the crate, joined.
fn source() -> String {
    let mut text = String::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    text
}

fn collect(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of the source").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, text);
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

/// What stands between `before` and the next quotation mark, wherever `before` stands.
fn quoted_after(text: &str, before: &str) -> BTreeSet<String> {
    let pieces = text.split(before).skip(1);
    pieces.filter_map(|rest| rest.split_once('"').map(|(word, _)| word.to_owned())).collect()
}

fn codes(text: &str, letter: char) -> BTreeSet<String> {
    let is_code = |word: &&str| {
        let digits = word.strip_prefix(letter).unwrap_or_default();
        digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    text.split('"').filter(is_code).map(str::to_owned).collect()
}

/// Codes of faults that the code raises.
pub(crate) fn raised_codes() -> BTreeSet<String> {
    codes(&source(), 'P')
}

/// Every key that the code asks for, literally or as one of a family.
fn asked() -> BTreeSet<String> {
    let text = source();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for code in codes(&text, 'P') {
        asked.insert(format!("faults.{code}.message"));
        asked.insert(format!("faults.{code}.help"));
    }
    asked.extend(codes(&text, 'V').into_iter().map(|code| format!("values.{code}")));
    for before in ["unexpected(\"", "expect_word(\"", "expect_sign(\"", "expected: \""] {
        asked.extend(quoted_after(&text, before).into_iter().map(|word| format!("syntax.{word}")));
    }
    for before in ["Broken::new(span, \"", "Broken::new(Span::default(), \"", "=> \""] {
        asked.extend(quoted_after(&text, before).into_iter().map(|word| format!("yaml.{word}")));
    }
    let families = ["explain", "values", "types", "reasons", "hints"];
    for word in text.split('"') {
        if families.iter().any(|family| word.starts_with(&format!("{family}."))) && !word.contains('{') {
            asked.insert(word.to_owned());
        }
    }
    asked
}

#[test]
fn every_key_that_the_code_asks_for_has_words() {
    let known: BTreeSet<&str> = keys().collect();
    // Any word may follow `=>`: of those, only what the catalogue has below `yaml` is a key.
    let absent: Vec<String> = asked()
        .into_iter()
        .filter(|key| !key.starts_with("yaml.") && !known.contains(key.as_str()))
        .collect();
    assert!(absent.is_empty(), "no words for {absent:?}");
}

#[test]
fn no_key_is_left_over() {
    let asked = asked();
    let text = source();
    let used = |key: &str| {
        asked.contains(key)
            // `explain.op.` takes the name of an operation.
            || key.strip_prefix("explain.op.").is_some_and(|op| text.contains(&format!("\"{op}\"")))
    };
    let over: Vec<&str> = keys().filter(|key| !used(key)).collect();
    assert!(over.is_empty(), "nothing asks for {over:?}");
}

#[test]
fn both_languages_say_something_with_the_same_places() {
    for key in keys() {
        let text = words(key);
        assert!(!text.zh.trim().is_empty() && !text.en.trim().is_empty(), "{key} is empty");
        assert_eq!(places(&text.zh), places(&text.en), "{key} fills other places");
    }
}

/// Every place of a message is filled where its code is raised: its name is passed within a few
/// lines of the code.
#[test]
fn every_place_is_filled() {
    let text = source();
    let mut nearby: BTreeMap<String, String> = BTreeMap::new();
    for code in codes(&text, 'P') {
        let apart = RAISED_AT.iter().filter(|(family, _)| code.starts_with(family)).map(|(_, at)| *at);
        let own = format!("\"{code}\"");
        let raised = apart.chain([own.as_str()]).flat_map(|place| text.match_indices(place));
        for (at, _) in raised {
            let after: String = text[at..].chars().take(700).collect();
            nearby.entry(code.clone()).or_default().push_str(&after);
        }
    }
    for (code, raised) in nearby {
        for part in ["message", "help"] {
            for place in places(&words(&format!("faults.{code}.{part}")).zh) {
                assert!(raised.contains(&format!("\"{place}\"")), "{code} {part}: nothing fills {{{place}}}");
            }
        }
    }
}

fn places(text: &str) -> BTreeSet<String> {
    let inner = |part: &str| part.split_once('}').map(|(inner, _)| inner.to_owned());
    let is_place =
        |word: &String| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.split('{').skip(1).filter_map(inner).filter(is_place).collect()
}
