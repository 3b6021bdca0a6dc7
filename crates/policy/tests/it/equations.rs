//! Comparisons as equations: what people read of the packages of the repository.

use landcycle_policy::calendar::parse_iso;
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::Explainer;
use landcycle_policy::program::explain::equation::{Equation, equations};
use landcycle_policy::program::facts::Facts;
use proptest::prelude::*;

use crate::packages::{folder, read};

fn library() -> Library {
    Library::read(read(&folder().join("../../../policies"))).0
}

fn told(library: &Library, package: &str, rule: &str, given: &[(&str, &str)]) -> Vec<Equation> {
    let (law, vocabulary) = (library.law(package).expect("the law"), &library.vocabulary);
    let mut facts = Facts::new(vocabulary);
    let row = facts.push();
    for (name, text) in given {
        let index = vocabulary.index(name).expect("a fact");
        let canonical = vocabulary.canonical(&vocabulary.facts()[index], text, None).expect("a value");
        facts.set_text(row, index, &canonical, vocabulary, &library.symbols).expect("a lane");
    }
    let (at, _) = law.rule(rule).expect("the rule");
    let as_of = parse_iso("2022-06-30").expect("a date");
    let mut explainer =
        Explainer::new(law, vocabulary, at, as_of).map_err(|(rule, _)| rule).expect("a program");
    equations(&explainer.explain(&facts, row))
}

fn lines(library: &Library, package: &str, rule: &str, given: &[(&str, &str)]) -> Vec<(String, String)> {
    told(library, package, rule, given).into_iter().map(|one| (one.text.zh, one.text.en)).collect()
}

#[test]
fn sums_and_shares_are_told_with_their_numbers_and_the_distance_to_the_bar() {
    let library = library();
    let one =
        |package: &str, rule: &str, given: &[(&str, &str)]| lines(&library, package, rule, given).remove(0);
    let plan =
        [("plan_total", "1000"), ("plan_new", "412"), ("plan_stock", "580"), ("plan_from", "2021-01-01")];
    assert_eq!(
        one("national", "plan_by_source", &plan),
        (
            "计划新增建设用地 412 公顷 + 计划存量建设用地 580 公顷 = 992 公顷 ≠ 1,000 公顷（计划供应总量），差 8 公顷".to_owned(),
            "Planned supply from new land 412 ha + Planned supply from stock land 580 ha = 992 ha ≠ 1,000 ha \
             (Planned supply in total): off by 8 ha"
                .to_owned()
        )
    );
    assert_eq!(
        one("beijing", "stock_share", &plan),
        (
            "计划存量建设用地 580 公顷 ÷ 计划供应总量 1,000 公顷 = 58 % < 60 %（存量用地占供应计划的下限，\
             bj-supply-plan-2021#stock-share），至少还差 20 公顷（计划供应总量不变时）"
                .to_owned(),
            "Planned supply from stock land 580 ha ÷ Planned supply in total 1,000 ha = 58 % < 60 % (Floor of stock \
             land in the supply plan, bj-supply-plan-2021#stock-share): short by at least 20 ha (with the same \
             Planned supply in total)"
                .to_owned()
        )
    );
    // A share that is rounded does not look like its bar.
    let near = [("plan_total", "1000000"), ("plan_stock", "599999.9999"), ("plan_from", "2021-01-01")];
    let (zh, _) = one("beijing", "stock_share", &near);
    assert!(zh.contains("≈ 59.99999999 % < 60 %") && zh.contains("0.0001 公顷"), "{zh}");
    // What is not known stands in its place.
    let (zh, en) = one("beijing", "stock_share", &[("plan_total", "1000"), ("plan_from", "2021-01-01")]);
    assert!(zh.starts_with("计划存量建设用地 待补充 ÷ ") && zh.contains("≥?"), "{zh}");
    assert!(en.contains("Unknown"), "{en}");
}

#[test]
fn a_cap_that_is_passed_is_told_by_how_much() {
    let library = library();
    let given = [("plan_from", "2022-01-01"), ("renewal_plan_m0", "35.5"), ("renewal_m0_cap", "30")];
    let found = told(&library, "shenzhen", "renewal_m0_cap", &given).remove(0);
    assert_eq!(found.holds, Some(false));
    let sides = found.sides.expect("sides");
    assert_eq!((sides.wanted, sides.actual), ("≤", ">"));
    assert_eq!(found.margin.expect("a margin").amount, Exact::parse("5.5").expect("a number"));
    assert!(found.text.zh.ends_with("至少超出 5.5 公顷"), "{}", found.text.zh);
}

#[test]
fn every_condition_of_several_is_told() {
    let library = library();
    let given = [
        ("plan_from", "2022-01-01"),
        ("plan_published_on", "2022-03-01"),
        ("renewal_plan_published_on", "2022-03-04"),
    ];
    let found = told(&library, "shenzhen", "plans_published_together", &given);
    let holds: Vec<Option<bool>> = found.iter().map(|one| one.holds).collect();
    assert_eq!(holds, [Some(true), Some(false), None]);
    assert!(found[1].text.zh.contains("2022-03-04 ≠ 2022-03-01") && found[1].text.zh.contains("差 3 天"));
    let members = lines(
        &library,
        "national",
        "plan_contents",
        &[("plan_adopted_on", "2022-03-01"), ("published_total", "yes"), ("published_uses", "no")],
    );
    assert_eq!(members.len(), 5);
    assert_eq!(members[4].0, "用途：是否公布供应用途：否");
}

#[test]
fn a_quantity_is_told_with_its_working() {
    let library = library();
    let given = [("zone_increment_area", "60"), ("zone_supply_per_year", "5.6")];
    let found = told(&library, "national", "years_of_supply", &given).remove(0);
    assert!(!found.condition);
    assert!(found.text.zh.ends_with("≈ 10.7 年"), "{}", found.text.zh);
}

/// No rule of any package is without words, whatever is known of the case; and nothing panics.
#[test]
fn every_rule_of_every_package_has_equations() {
    let library = library();
    let vocabulary = &library.vocabulary;
    let as_of = parse_iso("2022-06-30").expect("a date");
    let mut told = 0;
    for (_, law) in library.laws() {
        for (at, rule) in law.listed() {
            let mut facts = Facts::new(vocabulary);
            let row = facts.push();
            let mut explainer =
                Explainer::new(law, vocabulary, at, as_of).map_err(|(rule, _)| rule).expect("a program");
            for one in equations(&explainer.explain(&facts, row)) {
                assert!(!one.text.zh.is_empty() && !one.text.en.is_empty(), "{}", rule.id);
                told += 1;
            }
        }
    }
    assert!(told > 100, "{told}");
}

proptest! {
    /// The margin of a share is what the part needs, to the last digit: with it added the test is passed,
    /// with a ten-thousandth of a hectare less it is not.
    #[test]
    fn the_margin_of_a_share_is_exact(total in 1_u32..100_000_000, stock in 0_u32..100_000_000) {
        let library = LIBRARY.get_or_init(library);
        let area = |units: u32| Exact::new(i128::from(units), 10_000).expect("a number").to_string();
        let given = [("plan_total", area(total)), ("plan_stock", area(stock)), ("plan_from", "2021-01-01".into())];
        let given: Vec<(&str, &str)> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let found = told(library, "beijing", "stock_share", &given).remove(0);
        let margin = found.margin.expect("a margin");
        let (x, y) = (i128::from(stock), i128::from(total));
        prop_assert_eq!(found.holds, Some(10 * x >= 6 * y));
        let units = margin.amount.times(Exact::whole(10_000)).expect("a number");
        prop_assert_eq!(units, Exact::new((6 * y - 10 * x).abs(), 10).expect("a number"));
    }
}

static LIBRARY: std::sync::OnceLock<Library> = std::sync::OnceLock::new();
