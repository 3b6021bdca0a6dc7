//! The same results one row at a time and in blocks of any size, and dates that are the calendar's.

use landcycle_policy::calendar::{NEVER, iso, next_every, plus_months};
use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Outcome, Outcomes};
use landcycle_policy::program::{Dated, Machine, Program};
use landcycle_policy::vocabulary::MISSING;
use proptest::prelude::*;

use crate::packages::with;

/// The good package with rules that use every kind of instruction.
fn library() -> Library {
    let rule = |name: &str, kind: &str, is: &str| Source {
        path: format!("base/rules/supply/{name}.yaml"),
        text: format!(
            "title: {{zh: 试, en: Probe}}\nstage: supply\njudged_on: as_of\nkind: {kind}\nversions:\n  \
             - from: 2012-07-01\n    cite: demo-order#art-1\n    is: >\n      {is}\n"
        ),
    };
    let (library, faults) = Library::read(with(vec![
        rule("years", "date", "signed_on + 7 years"),
        rule("earlier", "date", "signed_on - 150 years"),
        rule("own_term", "date", "signed_on + term_years"),
        rule("every", "date", "next_every(signed_on, 3 years, start_due_on)"),
        rule("days", "date", "signed_on + 40 days"),
        rule("apart", "yes_no", "start_due_on - signed_on > 365 days"),
        rule("latest", "date", "max(signed_on, start_due_on, started_on)"),
        rule(
            "share",
            "yes_no",
            "support_floor_area / floor_area <= 1/3 and not (area > 5000 m2 or in_key_area)",
        ),
        rule(
            "sum",
            "quantity\nunit: 元",
            "case when supply_mode in [listing, tender] then price * 3 else price / 4 end",
        ),
        rule("late", "yes_no", "as_of >= signed_on + 2 years"),
        rule(
            "early",
            "yes_no",
            "not (started_on + 1.5 years > 2024-02-29) or start_due_on - 1 year < 2024-02-29",
        ),
        rule("wide", "yes_no", "price * area * 1000 > price * floor_area * 999"),
    ]));
    assert!(faults.is_empty(), "{:?}", faults.iter().map(Fault::message).collect::<Vec<_>>());
    library
}

const NAMES: [&str; 11] = [
    "signed_on",
    "start_due_on",
    "started_on",
    "term_years",
    "area",
    "floor_area",
    "support_floor_area",
    "price",
    "in_key_area",
    "supply_mode",
    "idle_cause",
];

/// A lane of each fact; dates crowd around the ends of the two centuries with even leap years.
fn row() -> impl Strategy<Value = [i64; NAMES.len()]> {
    let day = || {
        prop_oneof![
            1 => Just(MISSING),
            1 => Just(NEVER),
            4 => -26_000_i64..-25_000,
            4 => 47_000_i64..48_500,
            8 => 5_000_i64..25_000,
        ]
    };
    let number = |most: i64| prop_oneof![1 => Just(MISSING), 1 => Just(0), 9 => 0..most];
    let code = |most: i64| prop_oneof![1 => Just(MISSING), 6 => 0..most];
    let term = prop_oneof![1 => Just(MISSING), 6 => (0_i64..240).prop_map(|months| months * 10_000 / 12)];
    let areas = (number(30_000_000_000), number(30_000_000_000), number(30_000_000_000));
    let rest = (number(100_000_000_000), code(2), code(3), code(3));
    (day(), day(), day(), term, areas, rest).prop_map(|(signed, due, started, term, areas, rest)| {
        [signed, due, started, term, areas.0, areas.1, areas.2, rest.0, rest.1, rest.2, rest.3]
    })
}

fn facts(library: &Library, rows: &[[i64; NAMES.len()]]) -> Facts {
    let mut facts = Facts::new(&library.vocabulary);
    let places = NAMES.map(|name| library.vocabulary.index(name).expect("a fact"));
    for values in rows {
        let row = facts.push();
        for (place, value) in places.iter().zip(values) {
            // What is missing at the end of a column leaves the column short.
            if *value != MISSING {
                facts.set(row, *place, *value);
            }
        }
    }
    facts
}

fn run(program: &Program, facts: &Facts, block: usize) -> Outcomes {
    let mut outcomes = Outcomes::new(program, facts.len());
    Machine::with_block(program, block).run(program, facts, 0, facts.len(), &mut outcomes);
    outcomes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_and_blocks_agree_and_days_are_the_calendars(rows in prop::collection::vec(row(), 1..300)) {
        let library = library();
        let law = library.law("base").expect("the law");
        let facts = facts(&library, &rows);
        let program = Program::compile(law, &library.vocabulary, 20_000, false).expect("a program");
        let kept = Program::compile(law, &library.vocabulary, 20_000, true).expect("a program");
        let outcomes = run(&program, &facts, 1);
        for block in [2, 7, 64, 256] {
            let print = run(&program, &facts, block).fingerprint(rows.len());
            prop_assert_eq!(print, outcomes.fingerprint(rows.len()), "blocks of {}", block);
        }
        prop_assert_eq!(run(&kept, &facts, 1).fingerprint(rows.len()), outcomes.fingerprint(rows.len()));
        let mut decoder = Decoder::new(law, &program);
        let mut word = |rule: &str, at: usize| {
            let (index, rule) = law.rule(rule).expect("a rule");
            match decoder.read(&outcomes, index, at).expect("a determination").outcome {
                Outcome::Value(value) => value.words(rule).line(),
                other => format!("{other:?}"),
            }
        };
        for (at, values) in rows.iter().enumerate() {
            let (signed, due) = (values[0], values[1]);
            if signed == MISSING {
                prop_assert_eq!(word("years", at), "Unknown");
                continue;
            }
            prop_assert_eq!(word("years", at), iso(plus_months(signed, 84)));
            prop_assert_eq!(word("earlier", at), iso(plus_months(signed, -1_800)));
            let late = if 20_000 >= plus_months(signed, 24) { "yes" } else { "no" };
            prop_assert_eq!(word("late", at), late);
            if due != MISSING && due != NEVER {
                prop_assert_eq!(word("every", at), iso(next_every(signed, 36, due)));
            }
        }
    }

    /// A row judged on a day of its own has the outcome of a program for that day, before the law as well.
    #[test]
    fn rows_with_their_own_days_are_judged_as_on_those_days(
        rows in prop::collection::vec((row(), 15_000_i64..22_000), 1..40),
    ) {
        let library = library();
        let law = library.law("base").expect("the law");
        let values: Vec<[i64; NAMES.len()]> = rows.iter().map(|(values, _)| *values).collect();
        let facts = facts(&library, &values);
        let days: Vec<(usize, i64)> = rows.iter().map(|(_, day)| *day).enumerate().rev().collect();
        let all = (0..law.rules.len()).collect();
        let mut dated = Dated::of_rules(law, &library.vocabulary, &all).expect("a program");
        let own = dated.judge(&facts, &days);
        let mut dated = Decoder::new(law, dated.program());
        for (at, (row, day)) in days.iter().enumerate() {
            let program = Program::compile(law, &library.vocabulary, *day, false).expect("a program");
            let outcomes = run(&program, &facts, 256);
            let mut decoder = Decoder::new(law, &program);
            for rule in 0..law.rules.len() {
                let told = |found| format!("{found:?}");
                let (own, found) = (dated.read(&own, rule, at), decoder.read(&outcomes, rule, *row));
                prop_assert_eq!(told(own), told(found), "{} on {}", law.rules[rule].id, iso(*day));
            }
        }
    }
}
