//! From headings and cells to facts: the reading that notices and files of facts share.

use std::collections::BTreeMap;

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};

use crate::say::{Failure, filled, words};
use crate::tabular::{self, Header, Table, TabularError, ValueFaultKind, shortened};

/// Digits beyond which a number is no quantity of anything, and not worth repeating.
const MOST_DIGITS: usize = 40;
/// Unknown headings that are named; of a wrong file there may be a thousand.
const HEADINGS_NAMED: usize = 20;

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Digits; the unit belongs to the heading.
    Plain,
    /// Also with a unit behind them (15 亩), and as fractions (10000/3).
    WithUnits,
}

/// The canonical text of a cell; empty when the cell says nothing.
pub(crate) fn value(
    library: &Library,
    fact: &Fact,
    text: &str,
    unit: Option<&str>,
    numbers: Numbers,
) -> Result<String, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    let vocabulary = &library.vocabulary;
    let ready = match fact.kind {
        FactKind::Number { .. } => match tabular::numbers::parse(text) {
            Ok(number) if number.len() > MOST_DIGITS => {
                let digits = number.len().to_string();
                return Err(filled("number_too_long", &[("text", &shortened(text)), ("digits", &digits)]));
            }
            Ok(number) => number,
            Err(_) if numbers == Numbers::WithUnits => text.to_owned(),
            Err(fault) => return Err(both(|language| fault.said(language))),
        },
        // What has not happened or was not agreed has several spellings, which the vocabulary knows.
        FactKind::Date { .. } if vocabulary.says_none(text) => return Ok("none".to_owned()),
        FactKind::Date { .. } => match tabular::dates::parse(text) {
            Ok(day) => day.to_string(),
            // A program's way to leave a date out.
            Err(fault) if fault.kind == ValueFaultKind::PlaceholderDate => return Ok(String::new()),
            Err(fault) => return Err(both(|language| fault.said(language))),
        },
        _ => text.to_owned(),
    };
    vocabulary.canonical(fact, &ready, unit).map_err(|bad| {
        let cut = shortened(&ready);
        Text { zh: bad.message.zh.replace(&ready, &cut), en: bad.message.en.replace(&ready, &cut) }
    })
}

/// Refuses a second column for a fact: which of two values is meant is not for a program to say.
pub(crate) fn once(
    seen: &mut BTreeMap<String, String>,
    fact: &Fact,
    header: &Header,
    file: &str,
) -> Result<(), Failure> {
    let Some(first) = seen.insert(fact.name.clone(), header.raw.clone()) else { return Ok(()) };
    Err(Failure::text(words("two_columns").fill(&[
        ("file", Text::same(file)),
        ("first", Text::same(first)),
        ("second", Text::same(&header.raw)),
        ("fact", fact.title.clone()),
        ("name", Text::same(&fact.name)),
    ])))
}

/// Refuses a unit that the numbers of a fact cannot have.
pub(crate) fn check_unit(
    library: &Library,
    fact: &Fact,
    unit: Option<&str>,
    header: &Header,
    file: &str,
) -> Result<(), Failure> {
    let Some(unit) = unit else { return Ok(()) };
    let column = header.column.to_string();
    let place = [("file", file), ("column", &column), ("header", &header.raw), ("unit", unit)];
    match &fact.kind {
        FactKind::Number { unit: own, unit_text, .. } => {
            if library.vocabulary.units.parse(unit).is_some_and(|unit| unit.same_dimension(*own)) {
                return Ok(());
            }
            let expected = [("expected", unit_text.as_str())];
            Err(Failure::new("wrong_unit", &[&place[..], &expected[..]].concat()))
        }
        _ => Err(Failure::new("no_unit", &place)),
    }
}

/// Headings that the vocabulary does not know; when it knows none, a title may stand above them.
pub(crate) fn unknown_headers(file: &str, unknown: &[String], known: usize) -> Failure {
    let named: Vec<String> = unknown.iter().take(HEADINGS_NAMED).map(|header| shortened(header)).collect();
    let rest = if unknown.len() > HEADINGS_NAMED { " …" } else { "" };
    let list = format!("{}{rest}", named.join(", "));
    let mut message = filled("unknown_headers", &[("file", file), ("headers", &list)]);
    if known == 0 {
        let hint = words("title_above");
        message = Text { zh: message.zh + &hint.zh, en: format!("{} {}", message.en, hint.en) };
    }
    Failure::text(message)
}

/// What is wrong with a row, or with one of its cells, after its place.
pub(crate) fn at(table: &Table, line: u64, index: Option<usize>, why: &Text) -> Text {
    let place = table.place_of(line, index);
    Text {
        zh: place.before(&why.zh, tabular::Language::Zh),
        en: place.before(&why.en, tabular::Language::En),
    }
}

/// Everything that is wrong with a row that could not be read, each fault after its place.
pub(crate) fn reasons(error: &TabularError) -> Vec<Text> {
    error.all().map(reason).collect()
}

/// What is wrong, without its place, and what to do.
pub(crate) fn what(error: &TabularError) -> Text {
    both(|language| format!("{} {}", error.what(language), error.help(language)))
}

/// A reading error in words for people.
pub(crate) fn failure(error: &TabularError) -> Failure {
    Failure::text(reason(error))
}

/// The words of a reading error.
pub(crate) fn reason(error: &TabularError) -> Text {
    both(|language| format!("{} {}\n{}", error.code(), error.message(language), error.help(language)))
}

fn both(say: impl Fn(tabular::Language) -> String) -> Text {
    Text { zh: say(tabular::Language::Zh), en: say(tabular::Language::En) }
}
