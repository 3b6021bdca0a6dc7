//! Facts, outcomes and numbers of the law as a paper says them: in Chinese, in the forms of official
//! papers.

use std::collections::BTreeSet;

use landcycle_policy::calendar::{NEVER, civil_of, parse_iso};
use landcycle_policy::exact::Exact;
use landcycle_policy::exact::grouped;
use landcycle_policy::law::Rule;
use landcycle_policy::package::document::Article;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::OutcomeValue;
use landcycle_policy::text::Text;
use landcycle_policy::unit::Unit;
use landcycle_policy::vocabulary::{Fact, FactKind, Vocabulary};

use super::amounts::{capitals, money, ordinal};
use super::book::Value;
use crate::say::{filled, words};

/// Money and area among the dimensions of the vocabulary.
const MONEY: usize = 0;
const AREA: usize = 1;
/// Times, by which shares may be counted.
const YEAR: usize = 2;
const DAY: usize = 3;
/// The square metres of a hectare.
const HECTARE: i128 = 10_000;

/// What a number measures, as far as it has forms of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    Money,
    Area,
    Ratio,
    Other,
}

impl Measure {
    /// That of a unit.
    pub(super) fn of(unit: Unit) -> Self {
        if unit == Unit::base(MONEY) {
            Self::Money
        } else if unit == Unit::base(AREA) {
            Self::Area
        } else if is_share(unit) {
            Self::Ratio
        } else {
            Self::Other
        }
    }

    /// The forms of its numbers.
    pub(super) fn forms(self) -> &'static [&'static str] {
        match self {
            Self::Money => &["number", "upper", "full"],
            Self::Area => &["number", "ha"],
            Self::Ratio => &["number", "percent"],
            Self::Other => &["number"],
        }
    }
}

/// Whether numbers of a unit are shares, of something or of it in a time.
fn is_share(unit: Unit) -> bool {
    let mut times = unit.dimension;
    for time in [YEAR, DAY] {
        times[time] = times[time].max(0);
    }
    times == Unit::RATIO.dimension
}

/// A number in all its forms; `unit` is what stands behind it.
pub(super) fn number(amount: Exact, measure: Measure, unit: &str) -> Value {
    let plain = if measure == Measure::Money { money(amount) } else { grouped(amount) };
    let usual = format!("{plain}{unit}");
    let value = Value { holds: amount != Exact::ZERO, ..Value::text(usual.clone()) }.with("number", plain);
    match measure {
        Measure::Money => match capitals(amount) {
            Some(upper) => {
                let full = filled("paper_money_full", &[("sum", &usual), ("upper", &upper)]).zh;
                value.with("upper", upper).with("full", full)
            }
            None => value.with("full", usual),
        },
        Measure::Area => {
            let hectares = amount.over(Exact::whole(HECTARE)).map(grouped).unwrap_or_default();
            value.with("ha", format!("{hectares}{}", words("paper_hectares").zh))
        }
        Measure::Ratio => {
            let percent = amount.times(Exact::whole(100)).map(grouped).unwrap_or_default();
            value.with("percent", format!("{percent}%"))
        }
        Measure::Other => value,
    }
}

/// A day as papers write it.
pub(super) fn day(day: i64) -> String {
    let (year, month, day) = civil_of(day);
    let found = [("year", year.to_string()), ("month", month.to_string()), ("day", day.to_string())];
    filled("paper_day", &found.each_ref().map(|(name, part)| (*name, part.as_str()))).zh
}

/// A value of a fact, from its canonical text.
pub(super) fn fact(vocabulary: &Vocabulary, fact: &Fact, text: &str) -> Value {
    let shown = || vocabulary.display(fact, text).zh;
    match &fact.kind {
        FactKind::Number { unit, unit_text, .. } => match Exact::parse(text) {
            Some(amount) => number(amount, Measure::of(*unit), &behind(vocabulary, *unit, unit_text)),
            None => Value::text(text),
        },
        FactKind::Date { .. } => match parse_iso(text) {
            Some(on) => Value::text(day(on)),
            None => Value { holds: false, ..Value::text(shown()) },
        },
        FactKind::YesNo => {
            Value { holds: text == "yes", words: vec![text.to_owned()], ..Value::text(shown()) }
        }
        FactKind::Code(_) => Value { words: vec![text.to_owned()], ..Value::text(shown()) },
        FactKind::OpenCode | FactKind::Text => Value { words: vec![text.to_owned()], ..Value::text(text) },
    }
}

/// What stands behind numbers of a unit, in the order in which the vocabulary writes it.
pub(super) fn behind(vocabulary: &Vocabulary, unit: Unit, written: &str) -> String {
    if unit.same_dimension(Unit::RATIO) {
        return String::new();
    }
    let parts: Option<Vec<&str>> = written
        .split('/')
        .map(|part| vocabulary.units.symbol(part).map(|unit| unit.display.zh.as_str()))
        .collect();
    parts.map_or_else(|| vocabulary.units.display(unit).zh, |parts| parts.join("/"))
}

/// The forms of a fact.
pub(super) fn fact_forms(fact: &Fact) -> BTreeSet<&'static str> {
    let own: &[&str] = match &fact.kind {
        FactKind::Number { unit, .. } => Measure::of(*unit).forms(),
        _ => &[],
    };
    own.iter().copied().collect()
}

/// An outcome, or a field of it.
pub(super) fn outcome(rule: &Rule, field: Option<usize>, value: &OutcomeValue) -> Value {
    let at = field.unwrap_or(0);
    let codes = rule.fields.get(at).map_or(&[][..], |field| field.codes.as_slice());
    match value {
        OutcomeValue::Record(values) => match values.get(at) {
            Some(inner) => outcome(rule, Some(at), inner),
            None => Value::default(),
        },
        OutcomeValue::Flag(flag) => {
            let pass = rule.kind.word() == "pass_fail";
            let word = match (pass, flag) {
                (true, true) => "pass",
                (true, false) => "fail",
                (false, true) => "yes",
                (false, false) => "no",
            };
            let shown = words(&format!("outcome_{word}")).zh;
            Value { holds: *flag, words: vec![word.to_owned()], ..Value::text(shown) }
        }
        OutcomeValue::Choice(code) => codes.get(*code).map_or_else(Value::default, |code| Value {
            words: vec![code.code.clone()],
            ..Value::text(code.title.zh.clone())
        }),
        OutcomeValue::Amount(amount) => {
            let unit = rule.fields.get(at).and_then(|field| field.unit.clone()).unwrap_or_default();
            let value = number(*amount, measure(rule, at), &unit.zh);
            let sign = if *amount > Exact::ZERO { vec!["positive".to_owned()] } else { Vec::new() };
            Value { words: sign, ..value }
        }
        OutcomeValue::Day(NEVER) => Value { holds: false, ..Value::text(words("outcome_no_day").zh) },
        OutcomeValue::Day(on) => Value { words: vec!["day".to_owned()], ..Value::text(day(*on)) },
        OutcomeValue::Members(members) => {
            let fields = || members.iter().filter_map(|at| rule.fields.get(*at));
            let titles: Vec<&str> = fields().map(|field| field.title.zh.as_str()).collect();
            let shown = if titles.is_empty() {
                words("outcome_empty").zh
            } else {
                titles.join(&words("list_gap").zh)
            };
            let codes = fields().map(|field| field.name.clone()).collect();
            Value { holds: !titles.is_empty(), words: codes, ..Value::text(shown) }
        }
    }
}

/// What the number of a rule's field measures.
pub(super) fn measure(rule: &Rule, field: usize) -> Measure {
    let Some(found) = rule.fields.get(field) else { return Measure::Other };
    match &found.unit {
        _ if found.is_money() => Measure::Money,
        _ if found.is_area() => Measure::Area,
        Some(unit) if unit.zh.is_empty() => Measure::Ratio,
        _ => Measure::Other,
    }
}

/// The forms of an outcome.
pub(super) fn outcome_forms(rule: &Rule, field: Option<usize>) -> BTreeSet<&'static str> {
    let number = rule.kind.word() == "quantity";
    let own: &[&str] = if number { measure(rule, field.unwrap_or(0)).forms() } else { &[] };
    own.iter().copied().chain(["cite", "title"]).collect()
}

/// Citations as a paper writes them: 《…》（…号）第…条.
pub(super) fn cites(library: &Library, cites: &[String]) -> String {
    let mut said: Vec<(String, Vec<(u32, String)>)> = Vec::new();
    for cite in cites {
        let (id, key) = cite.split_once('#').unwrap_or((cite, ""));
        let Some((_, document)) = library.document(id) else { continue };
        let number = document.number.as_ref();
        let number = number.map(|n| filled("paper_number", &[("number", n)]).zh).unwrap_or_default();
        let head = filled("paper_title", &[("title", &document.title.zh), ("number", &number)]).zh;
        let article = document.article(key).map_or_else(|| key.to_owned(), |article| label(article).zh);
        let article = (number_of(key).unwrap_or(u32::MAX), article);
        match said.iter_mut().find(|(known, _)| *known == head) {
            Some((_, articles)) => articles.push(article),
            None => said.push((head, vec![article])),
        }
    }
    // The documents in the order of weight, the articles of each as they are numbered.
    for (_, articles) in &mut said {
        articles.sort_by_key(|(number, _)| *number);
    }
    let gap = words("list_gap").zh;
    let one = |(head, articles): (String, Vec<(u32, String)>)| {
        let articles: Vec<String> = articles.into_iter().map(|(_, article)| article).collect();
        format!("{head}{}", articles.join(&gap))
    };
    said.into_iter().map(one).collect::<Vec<_>>().join(&words("paper_semicolon").zh)
}

/// The number of an article.
fn number_of(key: &str) -> Option<u32> {
    key.strip_prefix("art-").and_then(|number| number.parse().ok())
}

/// What an article is called in a paper: 第十四条.
fn label(article: &Article) -> Text {
    match number_of(&article.key) {
        Some(number) if article.label.is_none() => filled("article", &[("n", &ordinal(u128::from(number)))]),
        _ => crate::cli::tree::article_label(article),
    }
}
