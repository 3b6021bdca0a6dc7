//! Tables: which row is found, from which edition, and what is said where there is none.

use landcycle_policy::calendar::parse_iso;
use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, Outcomes};
use landcycle_policy::program::{Machine, Program, explain};

use crate::packages::with;

/// The good package with a rule of the given kind and result.
fn library(kind: &str, result: &str) -> Library {
    let rule = format!(
        "title: {{zh: 试, en: Probe}}\nstage: supply\njudged_on: signed_on\nkind: {kind}\nversions:\n  \
         - from: 2012-07-01\n    until: 2024-01-01\n    cite: demo-order#art-1\n    is: {result}\n"
    );
    let file = Source { path: "base/rules/supply/probe.yaml".into(), text: rule };
    let (library, faults) = Library::read(with(vec![file]));
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    library
}

fn determined(library: &Library, given: &[(&str, &str)]) -> (Determination, String) {
    let law = library.law("base").expect("the law");
    let mut facts = Facts::new(&library.vocabulary);
    let row = facts.push();
    for (name, text) in given {
        let index = library.vocabulary.index(name).expect("a fact");
        let canonical = library.vocabulary.canonical(&library.vocabulary.facts()[index], text, None);
        let canonical = canonical.expect("a value");
        facts.set_text(row, index, &canonical, &library.vocabulary, &library.symbols).expect("a lane");
    }
    let as_of = parse_iso("2026-01-01").expect("a date");
    let program = Program::compile(law, &library.vocabulary, as_of, false).expect("a program");
    let mut machine = Machine::with_block(&program, 1);
    let mut outcomes = Outcomes::new(&program, 1);
    machine.run(&program, &facts, 0, 1, &mut outcomes);
    let (rule_at, rule) = law.rule("probe").expect("the rule");
    let found = Decoder::new(law, &program).read(&outcomes, rule_at, 0).expect("a determination");
    let told = explain::explain(law, &library.vocabulary, &facts, row, rule_at, as_of).expect("a tree");
    let word = match &found.outcome {
        Outcome::Value(value) => value.words(rule).line(),
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotApplicable => "not_applicable".to_owned(),
    };
    // What is explained is what was determined.
    assert_eq!(told.raw().is_empty(), !matches!(found.outcome, Outcome::Value(_)), "{told:?}");
    (found, word)
}

const PRICE: &str = "$supply.price_floor.per_area[industry, supply_mode] * 3 m2";

fn price(industry: &str, mode: &str, signed_on: &str) -> (Determination, String) {
    let library = library("quantity\nunit: 元", PRICE);
    determined(&library, &[("industry", industry), ("supply_mode", mode), ("signed_on", signed_on)])
}

#[test]
fn the_longest_beginning_with_a_row_is_taken() {
    for (industry, expected) in [
        ("C", "300.00"),
        ("C1", "300.00"),
        ("C39", "601.50"),
        ("C3999", "601.50"),
        ("C391", "900.00"),
        ("C3913", "900.00"),
    ] {
        assert_eq!(price(industry, "listing", "2015-01-01").1, expected, "{industry}");
    }
}

#[test]
fn a_third_in_a_cell_is_a_third() {
    assert_eq!(price("C3913", "tender", "2015-01-01").1, "1.00");
    assert_eq!(price("C395", "tender", "2015-01-01").1, "1.00");
}

#[test]
fn the_edition_of_the_judged_day_is_taken_with_its_grade() {
    let (found, word) = price("C391", "listing", "2019-12-31");
    assert_eq!((word.as_str(), found.basis.grade), ("900.00", Grade::Illustrative));
    assert_eq!(price("C391", "listing", "2020-01-01").1, "450.00");
    assert_eq!(price("C391", "listing", "2023-12-31").1, "450.00");
    assert_eq!(price("C391", "listing", "2024-01-01").1, "not_applicable");
    assert!(found.basis.cites.contains(&"demo-order#art-1".to_owned()));
}

#[test]
fn without_a_row_the_outcome_is_unknown_for_a_stated_reason() {
    for (industry, mode) in [("D44", "listing"), ("C", "lease"), ("", "listing")] {
        let library = library("quantity\nunit: 元", PRICE);
        let mut given = vec![("supply_mode", mode), ("signed_on", "2015-01-01")];
        if !industry.is_empty() {
            given.push(("industry", industry));
        }
        let (found, word) = determined(&library, &given);
        assert_eq!(word, "unknown");
        // A key that nobody reported is a missing fact; a row that the law does not have is not.
        assert_eq!(found.missing.is_empty(), !industry.is_empty());
        assert_eq!(found.reason.is_some(), !industry.is_empty());
    }
}

#[test]
fn a_column_of_codes_is_compared_with_codes() {
    let is = "$supply.price_floor.counts_as[industry, supply_mode] = government";
    let library = library("yes_no", is);
    let word = |industry: &str| {
        let given = [("industry", industry), ("supply_mode", "listing"), ("signed_on", "2015-01-01")];
        determined(&library, &given).1
    };
    assert_eq!((word("C39"), word("C1"), word("C391")), ("yes".into(), "no".into(), "unknown".into()));
}

#[test]
fn numbers_find_their_band() {
    let table = "title: {zh: 表, en: Table}\nkeys:\n  area: {fact: area, match: at_least}\ncolumns:\n  \
                 factor: {unit: ratio, zh: 系数, en: Factor}\neditions:\n  - from: 2012-07-01\n    rows: bands.csv\n    \
                 cite: demo-order#art-1\n";
    let rows = "area,factor\n1000,0.9\n2000/3,0.5\n5000.5,1.25\n";
    let rule = "title: {zh: 试, en: Probe}\nstage: supply\njudged_on: signed_on\nkind: quantity\nunit: ratio\n\
                versions:\n  - from: 2012-07-01\n    cite: demo-order#art-1\n    is: $supply.bands.factor[area]\n";
    let file = |path: &str, text: &str| Source { path: format!("base/{path}"), text: text.into() };
    let (library, faults) = Library::read(with(vec![
        file("tables/supply/bands.yaml", table),
        file("tables/supply/bands.csv", rows),
        file("rules/supply/probe.yaml", rule),
    ]));
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    for (area, expected) in [
        ("666.6666", "unknown"),
        ("1 亩", "0.50"),
        ("999.9999", "0.50"),
        ("1000", "0.90"),
        ("5000.4999", "0.90"),
        ("5000.5", "1.25"),
        ("1000000", "1.25"),
    ] {
        let (_, word) = determined(&library, &[("area", area), ("signed_on", "2015-01-01")]);
        assert_eq!(word, expected, "{area}");
    }
}

#[test]
fn rows_belong_to_the_digest() {
    let digest = |over: Vec<Source>| Library::read(with(over)).0.law("base").expect("the law").digest.clone();
    let path = "base/tables/supply/price_floor_2012.csv";
    let text = "industry,supply_mode,per_area,counts_as\nC,listing,101,holder\n";
    assert_ne!(digest(Vec::new()), digest(vec![Source { path: path.into(), text: text.into() }]));
}

#[test]
fn rows_saved_by_a_spreadsheet_are_read() {
    let path = "base/tables/supply/price_floor_2012.csv";
    let text = "\u{feff}supply_mode,industry,counts_as,per_area\r\n挂牌,\"C39\",政府,200.5\r\n\r\n";
    let (library, faults) = Library::read(with(vec![Source { path: path.into(), text: text.into() }]));
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    let table = &library.packages["base"].tables["supply/price_floor"];
    assert_eq!(table.header(), ["industry", "supply_mode", "per_area", "counts_as"]);
}
