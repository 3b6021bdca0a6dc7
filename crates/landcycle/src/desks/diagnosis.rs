//! Diagnosis of a city from its own figures: the indicators of a desk with a source's figures beside
//! them, and figures that are summed over the parcels of a store.

use std::collections::BTreeSet;

use landcycle_ledger::Store;
use landcycle_policy::exact::Exact;
use landcycle_policy::package::desk::{Beside, Sum};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Determination, Outcome, Words};
use landcycle_policy::vocabulary::{Fact, FactKind};

use super::Given;
use crate::assessment;
use crate::portfolio::Batch;
use crate::say::Failure;
use crate::{clock, store};

/// 汇总结果 · a sum over parcels.
#[derive(Clone, Debug)]
pub(crate) struct Summed {
    /// The fact that it makes.
    pub(crate) fact: String,
    /// The sum over parcels that count, in the fact's unit.
    pub(crate) counted: Exact,
    /// Over parcels of which it is not known whether they count. While there are any the fact is unknown.
    pub(crate) open: Exact,
    /// How many parcels count, do not, and are open.
    pub(crate) parcels: [usize; 3],
}

/// The figure of a source beside a rule.
pub(crate) fn beside<'d>(all: &'d [Beside], rule: &str) -> Option<(usize, &'d Beside)> {
    all.iter().enumerate().find(|(_, beside)| beside.rule == rule)
}

/// Sums over the parcels of a store as of a day.
pub(crate) fn sums(
    library: &Library,
    ledger: &Store,
    (package, desk): (&str, &str),
    as_of: jiff::civil::Date,
) -> Result<Vec<Summed>, Failure> {
    let law = library.law(package).ok_or_else(|| crate::cli::no_package(library, package))?;
    let Some(lawful) = law.desks.get(desk) else { return Ok(Vec::new()) };
    let batches = store::batches(ledger, library, None, as_of, None)?;
    let day = clock::day_number(as_of);
    lawful.desk.sums.iter().map(|sum| one(library, &batches, sum, day)).collect()
}

/// Facts of which the sum is known.
pub(crate) fn known(sums: &[Summed]) -> Given {
    let known = sums.iter().filter(|sum| sum.open == Exact::ZERO);
    known.map(|sum| (sum.fact.clone(), sum.counted.to_string())).collect()
}

fn one(library: &Library, batches: &[Batch], sum: &Sum, day: i64) -> Result<Summed, Failure> {
    let vocabulary = &library.vocabulary;
    let named = |name: &str| vocabulary.fact(name).zip(vocabulary.index(name));
    let mut summed =
        Summed { fact: sum.fact.clone(), counted: Exact::ZERO, open: Exact::ZERO, parcels: [0; 3] };
    let (Some((made, _)), Some((of, of_at)), Some((_, since))) =
        (named(&sum.fact), named(&sum.of), named(&sum.since))
    else {
        return Ok(summed);
    };
    let per = steps(of, made);
    for batch in batches {
        let mut add = |row: usize, counts: Option<bool>| {
            let (lane, begun) = (batch.facts.lane(row, of_at), batch.facts.lane(row, since));
            let missing = landcycle_policy::vocabulary::MISSING;
            if begun == missing || begun > day {
                return Some(());
            }
            let size = if lane == missing { None } else { Exact::whole(i128::from(lane)).times(per) };
            let place = match counts {
                Some(true) => 0,
                Some(false) => 1,
                None => 2,
            };
            summed.parcels[place] += 1;
            let to = match place {
                0 => &mut summed.counted,
                2 => &mut summed.open,
                _ => return Some(()),
            };
            *to = to.plus(size.unwrap_or_default())?;
            Some(())
        };
        let too_large = || Failure::new("schedule_too_large", &[]);
        let Some(name) = &sum.rule else {
            for row in 0..batch.cases.len() {
                add(row, Some(true)).ok_or_else(too_large)?;
            }
            continue;
        };
        let Some((rule, _)) = batch.law.rule(name) else { continue };
        let wanted = BTreeSet::from([rule]);
        let threads = assessment::default_threads();
        assessment::assess(library, batch, day, Some(&wanted), threads, &mut |found| {
            add(found.row, counts(sum, &found.determination, batch)).ok_or_else(too_large)
        })?;
    }
    Ok(summed)
}

/// Whether a parcel counts; none where that is not known.
fn counts(sum: &Sum, found: &Determination, batch: &Batch) -> Option<bool> {
    let value = match &found.outcome {
        Outcome::Unknown => return None,
        Outcome::NotApplicable => return Some(false),
        Outcome::Value(value) => value,
    };
    let wanted = |code: &str| sum.codes.iter().any(|known| known == code);
    Some(match value.words(&batch.law.rules[found.rule]) {
        Words::One(code) => wanted(&code),
        Words::Many(codes) => codes.iter().any(|code| wanted(code)),
        Words::Fields(fields) => fields.iter().any(|(name, code)| sum.fields.contains(name) && wanted(code)),
    })
}

/// What a step of one quantity is in the unit of another.
fn steps(of: &Fact, made: &Fact) -> Exact {
    match (&of.kind, &made.kind) {
        (FactKind::Number { quantum, unit, .. }, FactKind::Number { unit: to, .. }) => {
            unit.factor.over(to.factor).and_then(|factor| factor.times(*quantum)).unwrap_or_default()
        }
        _ => Exact::ZERO,
    }
}
