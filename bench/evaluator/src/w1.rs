//! The workload W1 of the peers, written as a package: twenty rules over fifteen columns, read from
//! `NumPy` arrays that the peers read too.

use std::path::Path;

use landcycle_policy::calendar::day_of;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Program, explain};
use landcycle_policy::vocabulary::{FactKind, Vocabulary};
use serde_json::json;

use crate::clock::{median, timed};
use crate::{Failure, measure, numpy, one_case, outcomes, read};

/// Cases explained, and evaluated one by one.
const CASES: usize = 500;

/// Measures and writes the outcomes of every rule as 64-bit floats.
pub(crate) fn run(policies: &Path, folder: &Path, write_outcomes: bool) -> Result<(), Failure> {
    let library = read(policies)?;
    let law = library.law("w1").ok_or("there is no package w1")?;
    let as_of = day_of(2026, 6, 1);
    let facts = columns(&library, folder)?;
    let rows = facts.len();
    let program = Program::compile(law, &library.vocabulary, as_of, false)
        .map_err(|(rule, fault)| format!("{rule}: {fault:?}"))?;
    let prints: Vec<u64> = [1, 2].map(|threads| measure(&program, &facts, threads)).to_vec();
    crate::in_chunks(&program, &facts);
    let latency = one_case(law, &program, &facts, rows.min(CASES));
    println!("{}", json!({"engine": "landcycle, one case", "median_us": latency * 1e6}));
    let explained = explained(&library, &facts, as_of, rows.min(CASES))?;
    println!("{}", json!({"engine": "landcycle, one case explained", "median_us": explained * 1e6}));
    println!(
        "{}",
        json!({
            "engine": "landcycle", "same_bits": prints[0] == prints[1], "instructions": program.instructions(),
        })
    );
    if write_outcomes {
        let whole = outcomes(&program, &facts, rows);
        write(law, &program, &whole, rows, folder)?;
    }
    Ok(())
}

/// The columns of the arrays: figures in whole steps of the vocabulary, codes by their number.
fn columns(library: &Library, folder: &Path) -> Result<Facts, Failure> {
    let vocabulary: &Vocabulary = &library.vocabulary;
    let mut facts = Facts::new(vocabulary);
    let mut made = false;
    for (at, fact) in vocabulary.facts().iter().enumerate() {
        let values = numpy::read(&folder.join(format!("in_{}.npy", fact.name)))?;
        if !made {
            for _ in &values {
                facts.push();
            }
            made = true;
        }
        let lanes: Box<dyn Fn(i64) -> i64> = match fact.kind {
            FactKind::OpenCode => {
                let most = values.iter().copied().max().unwrap_or(0);
                let known: Vec<i64> =
                    (0..=most).map(|code| library.symbols.lane(&format!("i{code}"))).collect();
                Box::new(move |code| known[code as usize])
            }
            _ => Box::new(|value| value),
        };
        for (row, value) in values.iter().enumerate() {
            facts.set(row, at, lanes(*value));
        }
    }
    Ok(facts)
}

/// Seconds to evaluate one case and tell all about three of its rules, hot.
fn explained(library: &Library, facts: &Facts, as_of: i64, rows: usize) -> Result<f64, Failure> {
    let law = library.law("w1").ok_or("there is no package w1")?;
    let (rule, _) = law.rule("land_price").ok_or("there is no land price")?;
    let explainer = explain::Explainer::new(law, &library.vocabulary, rule, as_of);
    let mut explainer = explainer.map_err(|(rule, fault)| format!("{rule}: {fault:?}"))?;
    let mut times = Vec::new();
    for round in 0..5 {
        for row in 0..rows {
            let (time, steps) = timed(|| explainer.explain(facts, row).children.len());
            assert!(steps > 0, "an explanation has steps");
            if round > 0 {
                times.push(time.wall);
            }
        }
    }
    Ok(median(times))
}

/// Writes what each rule decided as a float, for the comparison within float's error.
fn write(
    law: &landcycle_policy::law::Law,
    program: &Program,
    out: &Outcomes,
    rows: usize,
    folder: &Path,
) -> Result<(), Failure> {
    let mut decoder = Decoder::new(law, program);
    for (at, rule) in law.listed() {
        let mut values = vec![0_f64; rows];
        for (row, value) in values.iter_mut().enumerate() {
            let found = decoder.read(out, at, row).ok_or("a rule without determination")?;
            *value = match found.outcome {
                Outcome::Value(OutcomeValue::Flag(flag)) => f64::from(u8::from(flag)),
                Outcome::Value(OutcomeValue::Choice(at)) => at as f64,
                Outcome::Value(OutcomeValue::Amount(amount)) => amount.num() as f64 / amount.den() as f64,
                _ => f64::NAN,
            };
        }
        numpy::write_floats(&folder.join(format!("out_{}.npy", rule.name)), &values)?;
    }
    Ok(())
}
