//! The day before, of and after every change of every law: one text holds, or a gap that the law states.

use landcycle_policy::calendar::iso;
use landcycle_policy::law::JudgedOn;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Outcome, Outcomes};
use landcycle_policy::program::{Machine, Program};

use crate::packages::{folder, read};

#[test]
fn no_day_has_two_texts_and_every_gap_is_stated() {
    let (library, faults) = Library::read(read(&folder().join("../../../policies")));
    assert!(faults.is_empty(), "the packages have {} faults", faults.len());
    let mut days_looked_at = 0;
    for (package, law) in library.laws() {
        for rule in law.rules.iter() {
            for day in rule.turning_days().into_iter().flat_map(|day| [day - 1, day, day + 1]) {
                days_looked_at += 1;
                let texts = rule.texts_on(day);
                let place = format!("{package} {} on {}", rule.id, iso(day));
                assert!(texts <= 1, "{place}: {texts} texts hold");
                let begun = rule.history().any(|past| past.from <= day);
                let ended =
                    rule.history().any(|past| past.from <= day && past.until.is_some_and(|end| end <= day));
                assert!(texts == 1 || !begun || ended, "{place}: no text holds, and none says that it ended");
            }
        }
    }
    assert!(days_looked_at > 500, "only {days_looked_at} days were looked at");
}

/// What the evaluator says on such a day is what the texts say: nothing where no text holds.
#[test]
fn the_evaluator_is_silent_exactly_where_the_law_is() {
    let (library, _) = Library::read(read(&folder().join("../../../policies")));
    let law = library.law("shanghai").expect("a law of a city");
    let mut facts = Facts::new(&library.vocabulary);
    facts.push();
    for (at, rule) in law.rules.iter().enumerate().filter(|(_, rule)| rule.judged_on == JudgedOn::AsOf) {
        for day in rule.turning_days().into_iter().flat_map(|day| [day - 1, day]) {
            let program =
                Program::of_rules(law, &library.vocabulary, day, false, &[at].into()).expect("a program");
            let mut outcomes = Outcomes::new(&program, 1);
            Machine::with_block(&program, 1).run(&program, &facts, 0, 1, &mut outcomes);
            let found = Decoder::new(law, &program).read(&outcomes, at, 0).expect("a determination");
            if rule.texts_on(day) == 0 {
                assert_eq!(found.outcome, Outcome::NotApplicable, "{} on {}", rule.id, iso(day));
            }
        }
    }
}
