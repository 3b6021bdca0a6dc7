//! Running the law over batches of cases, on one thread or several, with the same result.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcomes};
use landcycle_policy::program::{Machine, Program};

use crate::portfolio::Batch;
use crate::say::Failure;

/// Rows evaluated and read at a time: bounds the memory of outcomes whatever the portfolio's size.
const CHUNK: usize = 16 * 1024;

/// One determination on its way out.
pub(crate) struct Found<'f> {
    /// The batch.
    pub(crate) batch: &'f Batch,
    /// The case's row in it.
    pub(crate) row: usize,
    /// Its id.
    pub(crate) case_id: &'f str,
    /// The determination.
    pub(crate) determination: Determination,
}

/// `at_most` where the law gives a ceiling and not a sum due. Of nothing there is no ceiling: the mark
/// stands with an amount that is not 0, and with nothing else.
pub(crate) fn bound(determination: &Determination) -> Option<&'static str> {
    determination.at_most().then_some("at_most")
}

/// The rules of a batch that are computed: those wanted with what they use, or all of its subject.
fn program(
    library: &Library,
    batch: &Batch,
    as_of: i64,
    wanted: Option<&BTreeSet<usize>>,
) -> Result<Program, Failure> {
    let vocabulary = &library.vocabulary;
    let program = match wanted {
        Some(wanted) => Program::of_rules(&batch.law, vocabulary, as_of, false, wanted),
        None => Program::of_subject(&batch.law, vocabulary, as_of, false, batch.subject),
    };
    program.map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))
}

/// Assesses a batch and hands every listed determination, or those of the wanted rules, to `sink`, in the order of rows and rules.
pub(crate) fn assess(
    library: &Library,
    batch: &Batch,
    as_of: i64,
    wanted: Option<&BTreeSet<usize>>,
    threads: usize,
    sink: &mut dyn FnMut(Found<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let program = program(library, batch, as_of, wanted)?;
    let listed: Vec<usize> = match wanted {
        // A definition is told when it is asked for by name.
        Some(wanted) => wanted.iter().copied().collect(),
        None => batch.law.listed().map(|(at, _)| at).filter(|at| program.has(*at)).collect(),
    };
    let mut decoder = Decoder::new(&batch.law, &program);
    // A thread without rows would only cost memory.
    let threads = threads.clamp(1, batch.cases.len().div_ceil(CHUNK).max(1));
    let mut machines: Vec<Machine> = (0..threads).map(|_| Machine::new(&program)).collect();
    let rows = CHUNK.min(batch.cases.len().max(1));
    let mut outcomes: Vec<Outcomes> = (0..threads).map(|_| Outcomes::new(&program, rows)).collect();
    let mut start = 0;
    while start < batch.cases.len() {
        let spans = spans(start, batch.cases.len(), threads);
        std::thread::scope(|scope| {
            for ((machine, outcome), (from, n)) in machines.iter_mut().zip(&mut outcomes).zip(&spans) {
                let program = &program;
                scope.spawn(move || machine.run(program, &batch.facts, *from, *n, outcome));
            }
        });
        for (outcome, (from, n)) in outcomes.iter().zip(&spans) {
            for at in 0..*n {
                for rule in &listed {
                    let Some(determination) = decoder.read(outcome, *rule, at) else { continue };
                    let row = from + at;
                    sink(Found { batch, row, case_id: &batch.cases[row], determination })?;
                }
            }
        }
        start = spans.last().map_or(batch.cases.len(), |(from, n)| from + n);
    }
    Ok(())
}

/// The next chunk of each thread: first row and rows.
fn spans(start: usize, end: usize, threads: usize) -> Vec<(usize, usize)> {
    (0..threads)
        .map(|at| start + at * CHUNK)
        .take_while(|from| *from < end)
        .map(|from| (from, CHUNK.min(end - from)))
        .collect()
}

/// Judges the cases of a batch by some rules, definitions included, on all threads, and reads one value
/// of each case. Every thread reads with a reader of its own.
pub(crate) fn column<T, R>(
    library: &Library,
    batch: &Batch,
    as_of: i64,
    rules: &BTreeSet<usize>,
    reader: &(dyn Fn(&Program) -> R + Sync),
) -> Result<Vec<T>, Failure>
where
    T: Clone + Default + Send,
    R: FnMut(&Outcomes, usize) -> T,
{
    let program = program(library, batch, as_of, Some(rules))?;
    let mut column = vec![T::default(); batch.cases.len()];
    let rows = CHUNK.min(column.len().max(1));
    {
        let chunks = Mutex::new(column.chunks_mut(CHUNK).enumerate());
        let threads = default_threads().clamp(1, batch.cases.len().div_ceil(CHUNK).max(1));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let (mut machine, mut outcomes) = (Machine::new(&program), Outcomes::new(&program, rows));
                    let mut read = reader(&program);
                    loop {
                        let next = chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((at, chunk)) = next else { break };
                        machine.run(&program, &batch.facts, at * CHUNK, chunk.len(), &mut outcomes);
                        chunk.iter_mut().enumerate().for_each(|(row, value)| *value = read(&outcomes, row));
                    }
                });
            }
        });
    }
    Ok(column)
}

/// How many threads to use when the caller does not say.
pub(crate) fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The determination of one rule, definitions included, for the only case of a batch.
pub(crate) fn one(
    library: &Library,
    batch: &Batch,
    as_of: i64,
    rule: usize,
) -> Result<Option<Determination>, Failure> {
    Ok(several(library, batch, 0, as_of, &BTreeSet::from([rule]))?.pop())
}

/// The determinations of some rules, definitions included, for the case in a row.
pub(crate) fn several(
    library: &Library,
    batch: &Batch,
    row: usize,
    as_of: i64,
    rules: &BTreeSet<usize>,
) -> Result<Vec<Determination>, Failure> {
    let program = program(library, batch, as_of, Some(rules))?;
    let mut machine = Machine::with_block(&program, 1);
    let mut outcomes = Outcomes::new(&program, 1);
    machine.run(&program, &batch.facts, row, 1, &mut outcomes);
    let mut decoder = Decoder::new(&batch.law, &program);
    Ok(rules.iter().filter_map(|rule| decoder.read(&outcomes, *rule, 0)).collect())
}

#[cfg(test)]
mod tests {
    //! The mark of a ceiling.

    use std::sync::Arc;

    use landcycle_policy::exact::Exact;
    use landcycle_policy::package::document::Grade;
    use landcycle_policy::program::outcome::{Basis, Determination, Outcome, OutcomeValue};

    use super::bound;

    fn determination(outcome: Outcome, at_most: bool) -> Determination {
        let basis = Basis { cites: Vec::new(), grade: Grade::Text, law_from: None, at_most };
        Determination { rule: 0, outcome, missing: Vec::new(), basis: Arc::new(basis), reason: None }
    }

    #[test]
    fn a_ceiling_is_marked_on_sums_that_are_not_0() {
        let amount = |text: &str| Outcome::Value(OutcomeValue::Amount(Exact::parse(text).expect("a number")));
        assert_eq!(bound(&determination(amount("7"), true)), Some("at_most"));
        for (outcome, at_most) in [
            (amount("7"), false),
            (amount("0"), true),
            (Outcome::Unknown, true),
            (Outcome::NotApplicable, true),
        ] {
            assert_eq!(bound(&determination(outcome, at_most)), None);
        }
    }
}
