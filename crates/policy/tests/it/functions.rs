//! Rounding, counting and discounting: the exact result, and what is said where there is none.

use landcycle_policy::calendar::parse_iso;
use landcycle_policy::exact::Exact;
use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Outcome, Outcomes};
use landcycle_policy::program::{Machine, Program, explain};
use proptest::prelude::*;

use crate::packages::with;

fn library(unit: &str, result: &str) -> Library {
    let rule = format!(
        "title: {{zh: 试, en: Probe}}\nstage: supply\njudged_on: as_of\nkind: quantity\nunit: {unit}\nversions:\n  \
         - from: 2012-07-01\n    cite: demo-order#art-1\n    is: {result}\n"
    );
    let file = Source { path: "base/rules/supply/probe.yaml".into(), text: rule };
    let (library, faults) = Library::read(with(vec![file]));
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    library
}

/// The outcome in a word, and what is missing.
fn word(library: &Library, given: &[(&str, &str)]) -> (String, Vec<String>) {
    let (law, vocabulary) = (library.law("base").expect("the law"), &library.vocabulary);
    let mut facts = Facts::new(vocabulary);
    let row = facts.push();
    for (name, text) in given {
        let index = vocabulary.index(name).expect("a fact");
        let canonical = vocabulary.canonical(&vocabulary.facts()[index], text, None).expect("a value");
        facts.set_text(row, index, &canonical, vocabulary, &library.symbols).expect("a lane");
    }
    let as_of = parse_iso("2026-01-01").expect("a date");
    let program = Program::compile(law, vocabulary, as_of, false).expect("a program");
    let mut machine = Machine::with_block(&program, 1);
    let mut outcomes = Outcomes::new(&program, 1);
    machine.run(&program, &facts, 0, 1, &mut outcomes);
    let (rule_at, rule) = law.rule("probe").expect("the rule");
    let found = Decoder::new(law, &program).read(&outcomes, rule_at, 0).expect("a determination");
    let told = explain::explain(law, vocabulary, &facts, row, rule_at, as_of).expect("a tree");
    let word = match &found.outcome {
        Outcome::Value(value) => value.words(rule).line(),
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotApplicable => "not_applicable".to_owned(),
    };
    assert_eq!(told.raw().is_empty(), word == "unknown", "what is explained is what was determined");
    (word, found.missing.iter().map(|fact| vocabulary.facts()[*fact].name.clone()).collect())
}

#[test]
fn a_quotient_is_rounded_to_the_step_half_away_from_zero() {
    let probe = library("元/m2", "round(price / area, 0.01 \"元/m2\")");
    let per_area = |price: &str, area: &str| word(&probe, &[("price", price), ("area", area)]).0;
    assert_eq!(per_area("100", "3"), "33.33");
    assert_eq!(per_area("200", "3"), "66.67");
    assert_eq!(per_area("0.01", "2"), "0.01");
    assert_eq!(per_area("0", "7"), "0.00");
    // 亩 has thirds of a square metre; nothing is lost on the way.
    assert_eq!(per_area("1000", "1 亩"), "1.50");
    assert_eq!(per_area("1", "0"), "unknown");
    assert_eq!(word(&probe, &[("price", "1")]), ("unknown".into(), vec!["area".into()]));
}

#[test]
fn rounding_a_plain_product_keeps_what_is_exact() {
    let probe = library("元", "round(price * 0.15, 0.01 元)");
    assert_eq!(word(&probe, &[("price", "0.10")]).0, "0.02");
    assert_eq!(word(&probe, &[("price", "0.09")]).0, "0.01");
    assert_eq!(word(&probe, &[("price", "123456789.00")]).0, "18518518.35");
}

#[test]
fn a_sum_of_rounded_quotients_goes_on() {
    let probe =
        library("ratio", "round(price / (area * 1 \"元/m2\"), 0.001) + round(area / floor_area, 0.001)");
    assert_eq!(word(&probe, &[("price", "1"), ("area", "3"), ("floor_area", "7")]).0, "0.762");
}

#[test]
fn quotients_are_summed_before_they_are_rounded() {
    let probe = library("ratio", "round(1 - area / floor_area + area / support_floor_area, 0.0001)");
    let sum = |area: &str, floor: &str, support: &str| {
        word(&probe, &[("area", area), ("floor_area", floor), ("support_floor_area", support)]).0
    };
    // 1 - 1/3 + 1/7 = 17/21 = 0.809 52…
    assert_eq!(sum("1", "3", "7"), "0.8095");
    assert_eq!(sum("5", "1", "5"), "-3.00");
    assert_eq!(sum("1", "0", "7"), "unknown");
}

#[test]
fn conditions_are_counted() {
    let probe = library("ratio", "count(in_key_area, area > 10 m2, supply_mode = lease)");
    let all = [("in_key_area", "yes"), ("area", "11"), ("supply_mode", "lease")];
    assert_eq!(word(&probe, &all).0, "3.00");
    assert_eq!(word(&probe, &[("in_key_area", "no"), ("area", "10"), ("supply_mode", "listing")]).0, "0.00");
    let (outcome, missing) = word(&probe, &[("area", "11"), ("supply_mode", "lease")]);
    assert_eq!((outcome.as_str(), missing), ("unknown", vec!["in_key_area".to_owned()]));
}

#[test]
fn years_to_come_are_discounted() {
    let probe = library(
        "元",
        "round(price * (1 - discount(0.05, term_years)) / (1 - discount(0.05, 50 年)), 0.01 元)",
    );
    let worth = |years: &str| word(&probe, &[("price", "1000000"), ("term_years", years)]).0;
    // (1 - 1.05^-20) / (1 - 1.05^-50) = 0.682 639 199…
    assert_eq!(worth("20"), "682639.20");
    assert_eq!(worth("50"), "1000000.00");
    assert_eq!(worth("0"), "0.00");
}

proptest! {
    /// Against fractions: the rounded quotient times the step is within half a step of the quotient.
    #[test]
    fn rounding_is_to_the_nearest(price in 0_u64..9_999_999_999, area in 1_u64..999_999_999) {
        let probe = library("元/m2", "round(price / area, 0.001 \"元/m2\")");
        let (written, given) = (format!("{}.{:02}", price / 100, price % 100), format!("{area}"));
        let got = Exact::parse(&word(&probe, &[("price", &written), ("area", &given)]).0).expect("a number");
        let thousandths = i128::from(price) * 10;
        let (whole, rest) = (thousandths / i128::from(area), thousandths % i128::from(area));
        let nearest = whole + i128::from(2 * rest >= i128::from(area));
        prop_assert_eq!(Some(got), Exact::new(nearest, 1000));
    }
}

/// A rule that says several things may say numbers, each in a unit of its own.
#[test]
fn a_record_has_numbers_in_units_of_their_own() {
    let read = |size: &str| {
        let text = format!(
            "title: {{zh: 试, en: Probe}}\nstage: supply\njudged_on: as_of\nkind: record\nfields:\n  \
             size: {{title: {{zh: 大小, en: Size}}, unit: 亩}}\n  \
             share: {{title: {{zh: 份额, en: Share}}, unit: ratio}}\nversions:\n  - from: 2012-07-01\n    \
             cite: demo-order#art-1\n    fields:\n      size: {size}\n      \
             share: round(floor_area / area, 0.01)\n"
        );
        Library::read(with(vec![Source { path: "base/rules/supply/probe.yaml".into(), text }]))
    };
    let (library, faults) = read("area to 亩");
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    let (law, vocabulary) = (library.law("base").expect("the law"), &library.vocabulary);
    let units: Vec<String> = law
        .rule("probe")
        .map(|(_, rule)| {
            rule.fields.iter().filter_map(|field| Some(field.unit.as_ref()?.zh.clone())).collect()
        })
        .expect("the rule");
    assert_eq!(units, ["亩", ""]);
    let mut facts = Facts::new(vocabulary);
    let row = facts.push();
    for (name, text) in [("area", "20000"), ("floor_area", "30000")] {
        let index = vocabulary.index(name).expect("a fact");
        facts.set_text(row, index, text, vocabulary, &library.symbols).expect("a lane");
    }
    let as_of = parse_iso("2026-01-01").expect("a date");
    let program = Program::compile(law, vocabulary, as_of, false).expect("a program");
    let mut outcomes = Outcomes::new(&program, 1);
    Machine::with_block(&program, 1).run(&program, &facts, 0, 1, &mut outcomes);
    let (at, rule) = law.rule("probe").expect("the rule");
    let found = Decoder::new(law, &program).read(&outcomes, at, 0).expect("a determination");
    let Outcome::Value(value) = found.outcome else { unreachable!("known") };
    assert_eq!(value.words(rule).line(), "30.00 1.50");
    // A number that is not of the field's unit is a fault.
    assert!(!read("price").1.is_empty());
}
