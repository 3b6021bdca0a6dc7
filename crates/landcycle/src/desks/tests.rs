//! Desks over the packages: a price is its factors multiplied, a change found is the largest that passes.

use std::sync::LazyLock;

use landcycle_policy::exact::Exact;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use proptest::prelude::*;

use super::answer::{Answer, answer};
use super::mix::{self, Floor, Room};
use super::project::Project;
use super::screen::screen;
use super::{Matter, forms};
use crate::{clock, packages};

const PROJECT: &str = include_str!("../../../../examples/projects/robotics-beijing.yaml");

/// Read once: it is the same for every case that is tried.
fn library() -> &'static Library {
    static LIBRARY: LazyLock<Library> =
        LazyLock::new(|| packages::sound(None).map_err(|failure| failure.message).expect("sound packages"));
    &LIBRARY
}

fn project(library: &Library, text: &str) -> Project {
    Project::parse(library, "project.yaml", text).map_err(|failure| failure.message).expect("a project")
}

fn matter(library: &Library, project: &Project) -> Matter {
    let day = clock::day_number(project.as_of.expect("a day"));
    Matter::new(library, project.facts.clone(), project.package.as_deref(), day)
        .map_err(|failure| failure.message)
        .expect("a matter")
}

fn of(library: &Library, matter: &Matter, rule: &str) -> Answer {
    answer(library, matter, rule).map_err(|failure| failure.message).expect("an answer")
}

#[test]
fn a_price_has_a_line_for_every_factor_and_shows_its_stand_ins() {
    let library = library();
    let matter = matter(library, &project(library, PROJECT));
    let price = of(library, &matter, "floor_price");
    // 20,000 m² × 1,300 yuan × 2.0 × 1.05 × 0.6826, by hand.
    assert_eq!(price.raw, "37269960");
    let figures: Vec<&str> = price.lines.iter().map(|line| line.raw.as_str()).collect();
    assert_eq!(figures, ["37269960", "54600000", "1300", "2", "1.05", "0.6826"]);
    assert_eq!(price.grade, Some(Grade::Illustrative));
    for line in &price.lines {
        assert!(!line.cites.is_empty(), "{} has no citation", line.title.en);
        let stand_ins = line.uses.iter().filter(|used| used.illustrative.is_some());
        for used in stand_ins {
            assert_eq!(used.grade, Some(Grade::Illustrative), "{}", used.title.en);
        }
    }
}

#[test]
fn the_forms_differ_by_their_facts_alone() {
    let library = library();
    let matter = matter(library, &project(library, PROJECT));
    let compared = forms::compare(library, &matter, "price").map_err(|f| f.message).expect("forms");
    assert_eq!(compared.len(), 6);
    let value = |form: usize, rule: &str| {
        let answer = compared[form].answers.iter().find(|answer| answer.rule == rule).expect("an answer");
        answer.raw.clone()
    };
    // The grant of 20 years is the project as it stands.
    assert_eq!(value(2, "first_payment"), of(library, &matter, "floor_price").raw);
    // A lease of 5 years ends before the 12 that are planned.
    assert_eq!((value(3, "years_covered").as_str(), value(4, "years_covered").as_str()), ("5", "12"));
    assert_eq!(
        value(3, "firm_yearly_cost"),
        value(3, "first_payment"),
        "an even rent is its own yearly cost"
    );
    assert_eq!(value(4, "tenure_term"), "fail", "a lease of 20 years is beyond the city's limit");
}

#[test]
fn a_screening_says_value_bar_margin_and_what_is_missing() {
    let library = library();
    let project = project(library, PROJECT);
    let mut matter = matter(library, &project);
    let screened =
        screen(library, &matter, "screen", &project.applicant).map_err(|f| f.message).expect("screened");
    let met: Vec<&str> = screened.standards.iter().map(|standing| standing.met.raw.as_str()).collect();
    assert_eq!(met, ["yes", "yes", "yes", "no", "yes", "yes"]);
    let tax = &screened.standards[3];
    assert_eq!((tax.value.zh.as_str(), tax.bar.shown.zh.as_str()), ("26.67 万元/亩/年", "30 万元/亩/年"));
    assert_eq!(tax.margin.as_ref().map(|margin| margin.raw.as_str()), Some("-0.1111"));
    assert_eq!(screened.verdicts[0].raw, "fail");
    let layers: Vec<&str> = screened.lists.iter().map(|(_, told)| told.raw.as_str()).collect();
    assert_eq!(layers, ["neutral", "positive"], "the nation's list, then the city's");
    // With the tax at its standard the unknown credit alone stands in the way, and is not presumed.
    let enough = Vec::from([("tax_agreed".to_owned(), "9000000".to_owned())]);
    matter = matter
        .with(library, enough.iter().map(|(name, value)| (name, value)))
        .map_err(|f| f.message)
        .expect("a matter");
    let screened =
        screen(library, &matter, "screen", &project.applicant).map_err(|f| f.message).expect("screened");
    assert_eq!(screened.verdicts[0].raw, "");
    let owed: Vec<&str> = screened
        .missing
        .values()
        .flatten()
        .map(|fact| library.vocabulary.facts()[*fact].name.as_str())
        .collect();
    assert_eq!(owed, ["credit_status"]);
}

#[test]
fn an_opinion_says_no_as_well_as_yes() {
    let library = library();
    let matter = matter(library, &project(library, PROJECT));
    let bytes =
        crate::cli::desk::report(library, None, &matter, "screen", &std::collections::BTreeMap::new());
    let bytes = bytes.map_err(|failure| failure.message).expect("a paper");
    let said = crate::papers::words_in(&bytes).map_err(|failure| failure.message).expect("words");
    assert!(said.contains("产业准入：不符合") && said.contains("【待补：信用状态"), "{said}");
}

fn floors(areas: [i128; 3]) -> Vec<Floor> {
    let uses = ["production", "living_support", "office_support"];
    let area = |hundredths| Exact::new(hundredths, 100).expect("an area");
    uses.into_iter()
        .zip(areas)
        .map(|(used, hundredths)| Floor { name: String::new(), used: used.into(), area: area(hundredths) })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The share is known here as the text has it (15 %), so that the search is held against plain sums.
    #[test]
    fn the_largest_change_is_where_the_share_is_reached(areas in [1_i128..9_000_000, 0_i128..900_000, 0_i128..900_000]) {
        let library = library();
        let matter = matter(library, &project(library, PROJECT));
        let tested = mix::test(library, &matter, "mix", &floors(areas)).map_err(|f| f.message).expect("tested");
        let [production, living, office] = areas;
        let (support, total) = (living + office, production + living + office);
        let passes = 100 * support <= 15 * total;
        prop_assert_eq!(tested.answers[0].raw.as_str(), if passes { "pass" } else { "fail" });
        let turned = tested.changes.iter().find(|change| {
            change.from.as_ref().is_some_and(|from| from.en == "Production") && change.to.en == "Living support"
        });
        let room = turned.expect("production can be turned").room;
        let most = 15 * total / 100 - support;
        let expected = match passes {
            true if most >= production => Room::Any,
            true => Room::AtMost(Exact::new(most, 100).expect("an area")),
            false => Room::None,
        };
        prop_assert_eq!(room, expected);
    }
}
