//! Measures the evaluator on the first rules: invented cases in memory, judged under the national
//! law. The same cases and the outcomes are written as `NumPy` arrays, so that peers judge the very
//! same cases and their answers can be held against these.
//!
//! `landcycle-bench-evaluator POLICIES FOLDER [ROWS]`, or `landcycle-bench-evaluator w1 POLICIES FOLDER
//! [outcomes]` for the workload W1.

#![expect(clippy::print_stdout, reason = "it prints its measurements")]

mod cases;
mod clock;
mod numpy;
mod w1;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use landcycle_policy::calendar::day_of;
use landcycle_policy::fault::Source;
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::program::outcome::{Decoder, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Machine, Program};
use serde_json::json;

use crate::clock::{median, timed};

type Failure = Box<dyn Error>;

/// Rows evaluated before the next thread's share begins, as the command line does.
const CHUNK: usize = 16 * 1024;
const RUNS: usize = 9;
/// The rules that are measured, whatever else the law has.
const RULES: [&str; 8] = [
    "idle_land",
    "idle_land_fee",
    "idle_land_takeback",
    "idle_land_disposal",
    "tenure_term",
    "functional_mix",
    "service_floor_area",
    "evaluation_due",
];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, policies, folder, rest @ ..] = arguments.as_slice()
        && first == "w1"
    {
        return w1::run(Path::new(policies), Path::new(folder), !rest.is_empty());
    }
    let [_, policies, folder, rest @ ..] = arguments.as_slice() else {
        return Err("landcycle-bench-evaluator POLICIES FOLDER [ROWS]".into());
    };
    let rows = rest.first().map_or(Ok(1_000_000), |rows| rows.parse())?;
    let folder = Path::new(folder);
    let library = read(Path::new(policies))?;
    let law = library.law("national").ok_or("there is no national law")?;
    let as_of = day_of(2024, 6, 30);
    let facts = cases::invent(&library.vocabulary, rows, folder)?;

    let wanted: BTreeSet<usize> = RULES.iter().filter_map(|name| law.rule(name)).map(|(at, _)| at).collect();
    if wanted.len() != RULES.len() {
        return Err("a measured rule is not in the law".into());
    }
    let compile = || Program::of_rules(law, &library.vocabulary, as_of, false, &wanted);
    let compiled: Vec<f64> = (0..RUNS).map(|_| timed(compile).0.wall).collect();
    let program = compile().map_err(|(rule, fault)| format!("{rule}: {fault:?}"))?;
    let mut prints = Vec::new();
    for threads in [1, 2] {
        prints.push(measure(&program, &facts, threads));
    }
    in_chunks(&program, &facts);
    let whole = outcomes(&program, &facts, rows);
    prints.push(whole.fingerprint(rows));
    prints.push(one_by_one(&program, &facts, rows));
    let same = prints.windows(2).all(|pair| pair[0] == pair[1]);
    write(law, &program, &whole, rows, folder)?;
    let latency = one_case(law, &program, &facts, rows.min(2_000));
    println!(
        "{}",
        json!({
            "engine": "landcycle, compile", "median_ms": median(compiled) * 1e3,
            "instructions": program.instructions(),
        })
    );
    println!("{}", json!({"engine": "landcycle, one case", "median_us": latency * 1e6}));
    println!("{}", json!({"engine": "landcycle", "same_bits": same, "ways": prints.len()}));
    if same { Ok(()) } else { Err("the ways of running differ".into()) }
}

/// The packages of a folder, without fault.
fn read(folder: &Path) -> Result<Library, Failure> {
    let mut sources = Vec::new();
    collect(folder, folder, &mut sources)?;
    let (library, faults) = Library::read(sources);
    if faults.is_empty() { Ok(library) } else { Err(format!("{} faults", faults.len()).into()) }
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, sources)?;
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "csv") {
            let below = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            sources.push(Source { path: below, text: std::fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

/// Every outcome of every row, in memory at once.
fn outcomes(program: &Program, facts: &Facts, rows: usize) -> Outcomes {
    let mut out = Outcomes::new(program, rows);
    Machine::new(program).run(program, facts, 0, rows, &mut out);
    out
}

/// Times the evaluation of all rows into memory; returns the fingerprint of the outcomes.
fn measure(program: &Program, facts: &Facts, threads: usize) -> u64 {
    let rows = facts.len();
    let share = rows.div_ceil(threads).next_multiple_of(CHUNK);
    let spans: Vec<(usize, usize)> = (0..threads)
        .map(|at| (at * share, share.min(rows.saturating_sub(at * share))))
        .filter(|(_, n)| *n > 0)
        .collect();
    let mut machines: Vec<Machine> = spans.iter().map(|_| Machine::new(program)).collect();
    let mut outs: Vec<Outcomes> = spans.iter().map(|(_, n)| Outcomes::new(program, *n)).collect();
    let mut run = || {
        std::thread::scope(|scope| {
            for ((machine, out), (start, n)) in machines.iter_mut().zip(&mut outs).zip(&spans) {
                scope.spawn(move || machine.run(program, facts, *start, *n, out));
            }
        });
    };
    let threads = format!("landcycle, {threads} thread{}", if threads == 1 { "" } else { "s" });
    report(&threads, rows, &mut run);
    // Rows in the order of the portfolio, whoever evaluated them.
    Outcomes::fingerprint_of(&outs, &spans.iter().map(|(_, n)| *n).collect::<Vec<_>>())
}

/// Times the evaluation as the program itself does it: into the same room again and again, from which
/// outcomes are read before the next rows come.
fn in_chunks(program: &Program, facts: &Facts) {
    let rows = facts.len();
    let mut machine = Machine::new(program);
    let mut out = Outcomes::new(program, CHUNK);
    let mut run = || {
        for start in (0..rows).step_by(CHUNK) {
            machine.run(program, facts, start, CHUNK.min(rows - start), &mut out);
        }
    };
    report("landcycle, in chunks, 1 thread", rows, &mut run);
}

/// Runs once to warm up, then times the evaluation of `rows` rows and prints the line of `engine`.
fn report(engine: &str, rows: usize, run: &mut impl FnMut()) {
    run();
    clock::forget_peak();
    // The system counts processor time in hundredths of a second: that of all runs is divided.
    let (all, walls) = timed(|| (0..RUNS).map(|_| timed(&mut *run).0.wall).collect::<Vec<f64>>());
    let (wall, cpu) = (median(walls), all.cpu / RUNS as f64);
    println!(
        "{}",
        json!({
            "engine": engine, "rows": rows, "wall_s": wall, "cpu_s": cpu,
            "rows_per_s": rows as f64 / wall, "rows_per_cpu_s": rows as f64 / cpu,
            "peak_mib": clock::peak_mib(),
        })
    );
}

/// The outcomes of every row evaluated as a block of one.
fn one_by_one(program: &Program, facts: &Facts, rows: usize) -> u64 {
    let mut machine = Machine::with_block(program, 1);
    let mut out = Outcomes::new(program, rows);
    machine.run(program, facts, 0, rows, &mut out);
    out.fingerprint(rows)
}

/// Seconds for one case, hot: evaluation and the reading of every determination.
fn one_case(law: &Law, program: &Program, facts: &Facts, rows: usize) -> f64 {
    let mut machine = Machine::with_block(program, 1);
    let mut out = Outcomes::new(program, 1);
    let mut decoder = Decoder::new(law, program);
    let listed: Vec<usize> = law.listed().map(|(at, _)| at).filter(|at| program.has(*at)).collect();
    let mut times = Vec::new();
    for round in 0..5 {
        for row in 0..rows {
            let (time, read) = timed(|| {
                machine.run(program, facts, row, 1, &mut out);
                listed.iter().filter_map(|rule| decoder.read(&out, *rule, 0)).count()
            });
            assert_eq!(read, listed.len(), "every rule has a determination");
            if round > 0 {
                times.push(time.wall);
            }
        }
    }
    median(times)
}

/// Writes what each rule decided, as numbers that peers can compare.
fn write(law: &Law, program: &Program, out: &Outcomes, rows: usize, folder: &Path) -> Result<(), Failure> {
    let mut decoder = Decoder::new(law, program);
    for (at, rule) in law.listed().filter(|(at, _)| program.has(*at)) {
        let mut values = vec![0_i64; rows];
        for (row, value) in values.iter_mut().enumerate() {
            let found = decoder.read(out, at, row).ok_or("a rule without determination")?;
            *value = match found.outcome {
                Outcome::Unknown => -1,
                Outcome::NotApplicable => -2,
                Outcome::Value(value) => number(&value)?,
            };
        }
        numpy::write(&folder.join(format!("out_{}.npy", rule.name)), &values)?;
    }
    Ok(())
}

/// Flags as 0 and 1, choices by index, money in hundredths, sets as bits, records as index of the
/// stage times 2³² plus the day.
fn number(value: &OutcomeValue) -> Result<i64, Failure> {
    Ok(match value {
        OutcomeValue::Flag(flag) => i64::from(*flag),
        OutcomeValue::Choice(at) => *at as i64,
        OutcomeValue::Day(day) => *day,
        OutcomeValue::Amount(amount) => {
            let hundredths = amount.num() * 100;
            if hundredths % amount.den() != 0 {
                return Err("an amount finer than the fen".into());
            }
            i64::try_from(hundredths / amount.den())?
        }
        OutcomeValue::Members(members) => members.iter().map(|at| 1 << at).sum(),
        OutcomeValue::Record(fields) => {
            let parts: Vec<i64> = fields.iter().map(number).collect::<Result<_, _>>()?;
            parts.iter().fold(0, |all, part| (all << 32) + part)
        }
    })
}
