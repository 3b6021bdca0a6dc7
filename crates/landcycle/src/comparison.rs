//! Two laws over the same cases: which outcomes change, from what to what, by how much.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use landcycle_policy::exact::Exact;
use landcycle_policy::law::Law;
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::raw::{RawOutcomes, State};
use landcycle_policy::program::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes};
use landcycle_policy::program::{Machine, Program};

use crate::portfolio::Batch;
use crate::say::Failure;

/// Rows evaluated at a time.
const CHUNK: usize = 16 * 1024;

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
    /// Right less left, of amounts that both sides know.
    pub(crate) difference: Option<Exact>,
}

/// What the comparison of a rule comes to, in all or in a group of cases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) cases: u64,
    pub(crate) changed: u64,
    /// How often each outcome became another.
    pub(crate) moves: BTreeMap<(String, String), u64>,
    /// Sums of amounts, over the cases in which a side knows one.
    pub(crate) left: Exact,
    pub(crate) right: Exact,
    /// Cases in which a side knows no amount.
    pub(crate) open: u64,
    /// Right less left over the cases in which both know one.
    pub(crate) difference: Exact,
    /// A stand-in bears on some outcome.
    pub(crate) illustrative: bool,
}

/// All that is told of a rule.
#[derive(Debug, Default)]
pub(crate) struct RuleReport {
    pub(crate) totals: Totals,
    pub(crate) by_district: BTreeMap<String, Totals>,
    pub(crate) by_industry: BTreeMap<String, Totals>,
    /// Parts of the law that differ and bear on a change: left, right.
    pub(crate) grounds: BTreeMap<(String, String), (Option<Ground>, Option<Ground>)>,
}

/// What was found, by the name of the rule.
pub(crate) type Report = BTreeMap<String, RuleReport>;

/// Compares two sides over a batch; every changed outcome goes to `sink`.
pub(crate) fn compare(
    library: &Library,
    batch: &Batch,
    (left, right): (&Side, &Side),
    wanted: &[String],
    report: &mut Report,
    sink: &mut dyn FnMut(Changed<'_>, &Side, &Side) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let pairs = pairs(batch, left, right, wanted);
    let program = |side: &Side, rules: BTreeSet<usize>| {
        Program::of_rules(&side.law, &library.vocabulary, side.as_of, false, &rules)
            .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))
    };
    let lefts = program(left, pairs.iter().map(|pair| pair.0).collect())?;
    let rights = program(right, pairs.iter().map(|pair| pair.1).collect())?;
    let rows = CHUNK.min(batch.cases.len().max(1));
    let (mut one, mut other) = (Machine::new(&lefts), Machine::new(&rights));
    let (mut out, mut outs) = (Outcomes::new(&lefts, rows), Outcomes::new(&rights, rows));
    let (mut decoder, mut decoders) = (Decoder::new(&left.law, &lefts), Decoder::new(&right.law, &rights));
    let mut bases: HashSet<(usize, Vec<i64>, Vec<i64>)> = HashSet::new();
    for start in (0..batch.cases.len()).step_by(CHUNK) {
        let n = CHUNK.min(batch.cases.len() - start);
        std::thread::scope(|scope| {
            scope.spawn(|| one.run(&lefts, &batch.facts, start, n, &mut out));
            other.run(&rights, &batch.facts, start, n, &mut outs);
        });
        for (l, r) in &pairs {
            let rule = &left.law.rules[*l];
            let (Some(raw), Some(raws)) = (out.raw(*l), outs.raw(*r)) else { continue };
            let told = report.entry(rule.name.clone()).or_default();
            let amounts = rule.kind == RuleKind::Quantity;
            sums(&mut told.totals, &raw, &raws, n, amounts);
            for at in 0..n {
                if same(&raw, &raws, at, rule.fields.len()) {
                    continue;
                }
                let found = decoder.read(&out, *l, at).zip(decoders.read(&outs, *r, at));
                let Some((a, b)) = found else { continue };
                let row = start + at;
                let difference = amount(&a).zip(amount(&b)).and_then(|(a, b)| b.minus(a));
                let change = Changed { case_id: &batch.cases[row], rule: *l, left: a, right: b, difference };
                let [district, industry] = batch.groups.get(row).copied().unwrap_or_default();
                let name = |group: u32| batch.names.get(group as usize).cloned().unwrap_or_default();
                note(&mut told.totals, &change, rule, false);
                note(told.by_district.entry(name(district)).or_default(), &change, rule, true);
                note(told.by_industry.entry(name(industry)).or_default(), &change, rule, true);
                let ways = (ways(&out, &left.law, *l, at), ways(&outs, &right.law, *r, at));
                if bases.insert((*l, ways.0.clone(), ways.1.clone())) {
                    differing(told, (&left.law, *l, &ways.0), (&right.law, *r, &ways.1));
                }
                sink(change, left, right)?;
            }
        }
    }
    Ok(())
}

/// The listed rules that both laws have, by index; only the wanted ones, if any are.
fn pairs(batch: &Batch, left: &Side, right: &Side, wanted: &[String]) -> Vec<(usize, usize)> {
    let rules = left.law.of_subject(batch.subject).filter(|(_, rule)| !rule.definition);
    let rules = rules.filter(|(_, rule)| {
        wanted.is_empty() || wanted.iter().any(|name| *name == rule.name || *name == rule.id)
    });
    rules.filter_map(|(at, rule)| Some((at, right.law.rule(&rule.id)?.0))).collect()
}

/// Whether a row has the same outcome on both sides. What is missing does not make two unknowns differ.
fn same(left: &RawOutcomes<'_>, right: &RawOutcomes<'_>, row: usize, fields: usize) -> bool {
    let state = left.state(row);
    if state != right.state(row) {
        return false;
    }
    state != State::Known
        || (0..fields).all(|field| {
            let ((a, step), (b, steps)) = (left.field(field), right.field(field));
            let (a, b) = (a.at(row), b.at(row));
            if step == steps {
                return a == b;
            }
            let value = |lane: i128, step: Exact| Exact::whole(lane).times(step);
            value(a, step) == value(b, steps)
        })
}

/// Counts the cases and adds up amounts.
fn sums(totals: &mut Totals, left: &RawOutcomes<'_>, right: &RawOutcomes<'_>, rows: usize, amounts: bool) {
    totals.cases += rows as u64;
    if !amounts {
        return;
    }
    let ((a, step), (b, steps)) = (left.field(0), right.field(0));
    let (mut sum, mut sums, mut both_left, mut both_right) = (0_i128, 0_i128, 0_i128, 0_i128);
    for row in 0..rows {
        let known = (left.state(row) == State::Known, right.state(row) == State::Known);
        if known.0 {
            sum += a.at(row);
        }
        if known.1 {
            sums += b.at(row);
        }
        if known == (true, true) {
            both_left += a.at(row);
            both_right += b.at(row);
        } else {
            totals.open += 1;
        }
    }
    let value = |lanes: i128, step: Exact| Exact::whole(lanes).times(step).unwrap_or(Exact::ZERO);
    let plus = |one: Exact, other: Exact| one.plus(other).unwrap_or(one);
    totals.left = plus(totals.left, value(sum, step));
    totals.right = plus(totals.right, value(sums, steps));
    let difference = value(both_right, steps).minus(value(both_left, step)).unwrap_or(Exact::ZERO);
    totals.difference = plus(totals.difference, difference);
}

/// Notes a change. The sums of groups are those of their changed cases.
fn note(totals: &mut Totals, change: &Changed<'_>, rule: &landcycle_policy::law::Rule, group: bool) {
    totals.changed += 1;
    let class = |found: &Determination| match &found.outcome {
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::NotApplicable => "not_applicable".to_owned(),
        Outcome::Value(OutcomeValue::Amount(amount)) if *amount == Exact::ZERO => "0".to_owned(),
        Outcome::Value(OutcomeValue::Amount(_)) => "amount".to_owned(),
        Outcome::Value(value) => value.words(rule).line(),
    };
    *totals.moves.entry((class(&change.left), class(&change.right))).or_default() += 1;
    if group {
        let add = |sum: &mut Exact, value: Option<Exact>| {
            *sum = value.and_then(|value| sum.plus(value)).unwrap_or(*sum);
        };
        add(&mut totals.left, amount(&change.left));
        add(&mut totals.right, amount(&change.right));
        add(&mut totals.difference, change.difference);
    }
    let stand_in = |found: &Determination| found.basis.grade.word() == "illustrative";
    totals.illustrative |= stand_in(&change.left) || stand_in(&change.right);
}

fn amount(found: &Determination) -> Option<Exact> {
    match &found.outcome {
        Outcome::Value(OutcomeValue::Amount(amount)) => Some(*amount),
        _ => None,
    }
}

/// The ways that a row took through a rule and those that it uses.
fn ways(outcomes: &Outcomes, law: &Law, rule: usize, row: usize) -> Vec<i64> {
    law.closure(rule).iter().map(|at| outcomes.raw(*at).map_or(-1, |raw| raw.path(row))).collect()
}

/// Notes which versions, parameters and tables are not the same on the two ways.
fn differing(told: &mut RuleReport, left: (&Law, usize, &[i64]), right: (&Law, usize, &[i64])) {
    let grounds = |(law, rule, ways): (&Law, usize, &[i64])| -> BTreeMap<(String, String), Ground> {
        let found = law.closure(rule).into_iter().zip(ways).filter_map(|(at, way)| {
            let segment = law.way(at, *way)?.segment?;
            Some(law.grounds(at, segment))
        });
        let key = |ground: &Ground| (ground.kind.word().to_owned(), ground.path.clone());
        found.flatten().map(|ground| (key(&ground), ground)).collect()
    };
    let (mut lefts, mut rights) = (grounds(left), grounds(right));
    let keys: BTreeSet<(String, String)> = lefts.keys().chain(rights.keys()).cloned().collect();
    for key in keys {
        let (one, other) = (lefts.remove(&key), rights.remove(&key));
        let agree = one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one.says_the_same(other));
        if !agree {
            told.grounds.entry(key).or_insert((one, other));
        }
    }
}
