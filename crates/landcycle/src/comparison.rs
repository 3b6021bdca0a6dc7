//! Two laws over the same cases: which outcomes change, from what to what, by how much.
//!
//! Each thread takes chunks in turn, judges them under both laws and counts; only who asks for the
//! changes one by one pays for their reading, and gets them in the order of chunks, rules and rows.

mod report;
mod tally;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use landcycle_policy::calendar::NEVER;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Machine, Program};

use self::tally::Tally;
use crate::portfolio::Batch;
use crate::say::Failure;

pub(crate) use self::report::{Report, Totals, merge, summary};

/// Rows evaluated at a time where changes are only counted.
const CHUNK: usize = 16 * 1024;
/// And where they are told one by one: bounds what waits to be written.
const TOLD_CHUNK: usize = 2 * 1024;

/// One side: a law and the day of its assessment.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) law: Arc<Law>,
    pub(crate) as_of: i64,
}

/// One outcome that is not the same on both sides.
pub(crate) struct Changed<'c> {
    pub(crate) case_id: &'c str,
    /// Index of the rule in the left law.
    pub(crate) rule: usize,
    pub(crate) left: Determination,
    pub(crate) right: Determination,
    /// Right less left, of amounts or days that both sides know; days in days.
    pub(crate) difference: Option<Exact>,
}

/// A rule that both laws have.
struct Pair {
    left: usize,
    right: usize,
    /// The rule and those it uses, in each law.
    closures: [Vec<usize>; 2],
    /// Both laws say the same of every case.
    same: bool,
}

/// Two laws and the cases that both judge.
pub(crate) struct Comparison<'c> {
    batch: &'c Batch,
    left: &'c Side,
    right: &'c Side,
    pairs: Vec<Pair>,
    programs: [Program; 2],
}

/// Takes changes one by one.
pub(crate) type ChangeSink<'s> = dyn FnMut(Changed<'_>) -> Result<(), Failure> + 's;

impl<'c> Comparison<'c> {
    /// Compiles the rules that both laws have: of the batch's subject, listed, and wanted if any are.
    pub(crate) fn new(
        library: &Library,
        batch: &'c Batch,
        (left, right): (&'c Side, &'c Side),
        wanted: &[String],
    ) -> Result<Self, Failure> {
        let pairs = pairs(batch, left, right, wanted);
        let program = |side: &Side, rules: BTreeSet<usize>| {
            Program::of_rules(&side.law, &library.vocabulary, side.as_of, false, &rules)
                .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))
        };
        let programs = [
            program(left, pairs.iter().map(|pair| pair.left).collect())?,
            program(right, pairs.iter().filter(|pair| !pair.same).map(|pair| pair.right).collect())?,
        ];
        Ok(Self { batch, left, right, pairs, programs })
    }

    /// Counts on `threads` threads into `report`; with a sink, every change goes there too.
    pub(crate) fn run(
        &self,
        threads: usize,
        report: &mut Report,
        sink: Option<&mut ChangeSink<'_>>,
    ) -> Result<(), Failure> {
        let size = if sink.is_some() { TOLD_CHUNK } else { CHUNK };
        let rows = self.batch.cases.len();
        let chunks = rows.div_ceil(size);
        let threads = threads.clamp(1, chunks.max(1));
        let told = sink.is_some();
        std::thread::scope(|scope| {
            let (mut receivers, mut workers) = (Vec::new(), Vec::new());
            for at in 0..threads {
                let (sender, receiver) = sync_channel(1);
                receivers.push(receiver);
                let mine = (at..chunks).step_by(threads).map(move |chunk| chunk * size);
                let work = move || self.work(mine, size, told.then_some(sender));
                workers.push(scope.spawn(work));
            }
            let done = sink.map_or(Ok(()), |sink| forward(&receivers, chunks, sink));
            // Workers that still wait to hand something over see that nobody listens.
            drop(receivers);
            for worker in workers {
                match worker.join() {
                    Ok(own) => merge(report, own),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            done
        })
    }

    /// One thread's share: the chunks that begin at `starts`.
    fn work(
        &self,
        starts: impl Iterator<Item = usize>,
        size: usize,
        told: Option<SyncSender<Vec<Changed<'c>>>>,
    ) -> Report {
        let size = size.min(self.batch.cases.len().max(1));
        let [lefts, rights] = &self.programs;
        let mut machines = [Machine::new(lefts), Machine::new(rights)];
        let mut outcomes = [Outcomes::new(lefts, size), Outcomes::new(rights, size)];
        let mut decoders = [Decoder::new(&self.left.law, lefts), Decoder::new(&self.right.law, rights)];
        let laws = [&*self.left.law, &*self.right.law];
        let mut tallies: Vec<Tally<'_>> = self.pairs.iter().map(|pair| Tally::new(laws, pair)).collect();
        for start in starts {
            let n = size.min(self.batch.cases.len() - start);
            for (at, program) in self.programs.iter().enumerate() {
                machines[at].run(program, &self.batch.facts, start, n, &mut outcomes[at]);
            }
            let mut changes = Vec::new();
            for tally in &mut tallies {
                let pair = tally.pair();
                tally.count([&outcomes[0], &outcomes[1]], self.batch, start, n, &mut |at| {
                    if told.is_some() {
                        changes.extend(self.read(pair, &mut decoders, &outcomes, start, at));
                    }
                });
            }
            if let Some(sender) = &told
                && sender.send(changes).is_err()
            {
                break;
            }
        }
        tallies.into_iter().map(|tally| (tally.name().to_owned(), tally.finish(self.batch))).collect()
    }

    /// A change with all that it rests on.
    fn read(
        &self,
        pair: &Pair,
        decoders: &mut [Decoder<'_>; 2],
        outcomes: &[Outcomes; 2],
        start: usize,
        at: usize,
    ) -> Option<Changed<'c>> {
        let left = decoders[0].read(&outcomes[0], pair.left, at)?;
        let right = decoders[1].read(&outcomes[1], pair.right, at)?;
        let difference = measured(&left).zip(measured(&right)).and_then(|(a, b)| b.minus(a));
        Some(Changed { case_id: &self.batch.cases[start + at], rule: pair.left, left, right, difference })
    }
}

/// Hands the changes of all chunks to the sink, in their order.
fn forward(
    receivers: &[Receiver<Vec<Changed<'_>>>],
    chunks: usize,
    sink: &mut ChangeSink<'_>,
) -> Result<(), Failure> {
    for chunk in 0..chunks {
        // A worker that ended early has panicked; its join tells.
        let Ok(changes) = receivers[chunk % receivers.len()].recv() else { break };
        changes.into_iter().try_for_each(&mut *sink)?;
    }
    Ok(())
}

/// The listed rules that both laws have, by index; only the wanted ones, if any are. Outcomes of two
/// forms (other codes, another unit) cannot be laid side by side.
fn pairs(batch: &Batch, left: &Side, right: &Side, wanted: &[String]) -> Vec<Pair> {
    let rules = left.law.of_subject(batch.subject).filter(|(_, rule)| !rule.definition);
    let rules = rules.filter(|(_, rule)| {
        wanted.is_empty() || wanted.iter().any(|name| *name == rule.name || *name == rule.id)
    });
    let pair = |at: usize, id: &str| {
        let other = right.law.rule(id)?.0;
        let closures = [left.law.closure(at), right.law.closure(other)];
        let same = left.as_of == right.as_of && left.law.same_in(at, &right.law, other);
        let alike = left.law.rules[at].same_form(&right.law.rules[other]);
        alike.then_some(Pair { left: at, right: other, closures, same })
    };
    rules.filter_map(|(at, rule)| pair(at, &rule.id)).collect()
}

/// What an outcome measures: an amount, or a day as its number.
fn measured(found: &Determination) -> Option<Exact> {
    match &found.outcome {
        Outcome::Value(OutcomeValue::Amount(amount)) => Some(*amount),
        Outcome::Value(OutcomeValue::Day(day)) if *day != NEVER => Some(Exact::whole(i128::from(*day))),
        _ => None,
    }
}

/// What a decided outcome is told as: those of one word are not told apart.
pub(crate) fn class_word(found: &Determination, rule: &Rule) -> String {
    match &found.outcome {
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotApplicable => "not_applicable".to_owned(),
        Outcome::Value(value) => value_word(value, rule),
    }
}

/// Amounts by whether they are 0, days by whether there is one, all else by itself.
fn value_word(value: &OutcomeValue, rule: &Rule) -> String {
    match value {
        OutcomeValue::Amount(amount) if *amount == Exact::ZERO => "0".to_owned(),
        OutcomeValue::Amount(_) => "amount".to_owned(),
        OutcomeValue::Day(day) if *day != NEVER => "date".to_owned(),
        value => value.words(rule).line(),
    }
}

/// What the outcomes of a kind of rule measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// Sums of amounts, and their difference.
    Amount,
    /// Only a difference, in days.
    Days,
    Nothing,
}

impl Measure {
    fn of(kind: RuleKind) -> Self {
        match kind {
            RuleKind::Quantity => Self::Amount,
            RuleKind::Date => Self::Days,
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    //! What need not be computed twice, and what can be compared at all.

    use crate::packages;

    #[test]
    fn rules_that_two_cities_take_from_the_nation_are_the_same() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let laws: Vec<_> = library.laws().filter(|(_, law)| law.chain.len() == 2).collect();
        let (one, other) = (laws[0].1, laws[1].1);
        let (mut same, mut changed) = (Vec::new(), Vec::new());
        for (at, rule) in one.listed() {
            let Some((other_at, _)) = other.rule(&rule.id) else { continue };
            let found = if one.same_in(at, other, other_at) { &mut same } else { &mut changed };
            found.push(rule.name.as_str());
        }
        assert!(same.len() > changed.len(), "{} and {}: {changed:?}", same.len(), changed.len());
        assert!(!changed.is_empty());
        // No rule is left out of a comparison of shipped packages.
        for (_, left) in library.laws() {
            for (_, right) in library.laws() {
                for (_, rule) in left.listed() {
                    let other = right.rule(&rule.id);
                    assert!(other.is_none_or(|(_, other)| rule.same_form(other)), "{}", rule.id);
                }
            }
        }
        for law in [one, other] {
            for (at, _) in law.listed() {
                assert!(law.same_in(at, law, at));
            }
        }
    }
}
