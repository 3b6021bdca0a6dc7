//! Counting the changes of one rule by what they are alike in, without reading any of them in words.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use landcycle_policy::calendar::NEVER;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::program::outcome::Outcomes;
use landcycle_policy::program::outcome::raw::{RawOutcomes, State};

use super::report::{RuleReport, Totals};
use super::{Measure, Pair, value_word};
use crate::portfolio::Batch;

/// What outcomes are told as: those of one class are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class {
    Unknown,
    NotApplicable,
    /// A value as its lanes say it; amounts and days by whether they are none.
    Value(i128),
}

/// Changes alike in all that is told of groups.
#[derive(Debug, Default)]
struct Cell {
    changed: u64,
    illustrative: bool,
    sums: Sums,
}

/// Sums of lanes, each in its own side's steps; none once one has grown beyond what is computed.
#[derive(Debug)]
struct Sums {
    /// Where a side knows one.
    sides: [Option<i128>; 2],
    /// Where both do.
    both: [Option<i128>; 2],
}

impl Default for Sums {
    fn default() -> Self {
        Self { sides: [Some(0); 2], both: [Some(0); 2] }
    }
}

impl Sums {
    fn add(&mut self, lanes: [Option<i128>; 2]) {
        let plus = |sum: &mut Option<i128>, lane: i128| *sum = sum.and_then(|sum| sum.checked_add(lane));
        for (sum, lane) in self.sides.iter_mut().zip(lanes) {
            if let Some(lane) = lane {
                plus(sum, lane);
            }
        }
        if let [Some(left), Some(right)] = lanes {
            plus(&mut self.both[0], left);
            plus(&mut self.both[1], right);
        }
    }

    /// Left, right, difference in the rule's unit.
    fn exact(&self, measure: Measure, steps: [Exact; 2]) -> [Option<Exact>; 3] {
        let value = |lanes: Option<i128>, side: usize| Exact::whole(lanes?).times(steps[side]);
        let difference = value(self.both[1], 1).zip(value(self.both[0], 0)).and_then(|(b, a)| b.minus(a));
        match measure {
            Measure::Amount => [value(self.sides[0], 0), value(self.sides[1], 1), difference],
            // A sum of days means nothing.
            Measure::Days | Measure::Nothing => [Some(Exact::ZERO), Some(Exact::ZERO), difference],
        }
    }
}

/// The count of one rule's changes.
pub(super) struct Tally<'c> {
    laws: [&'c Law; 2],
    pair: &'c Pair,
    rules: [&'c Rule; 2],
    measure: Measure,
    cases: u64,
    open: u64,
    sums: Sums,
    steps: [Exact; 2],
    /// From what to what, by their place in `moves`.
    kinds: HashMap<[Class; 2], u32>,
    moves: Vec<(String, String)>,
    /// Records by their lanes.
    records: HashMap<Vec<i128>, i128>,
    /// The ways taken through the rule and those it uses, with whether a stand-in lies on one.
    ways: HashMap<Box<[i64]>, bool>,
    /// The ways of the row before, nearly always those of the next too.
    last: (Vec<i64>, bool),
    cells: HashMap<(u32, [u32; 2]), Cell>,
}

impl<'c> Tally<'c> {
    pub(super) fn new(laws: [&'c Law; 2], pair: &'c Pair) -> Self {
        let rules = [&laws[0].rules[pair.left], &laws[1].rules[pair.right]];
        Self {
            laws,
            pair,
            rules,
            measure: Measure::of(rules[0].kind),
            cases: 0,
            open: 0,
            sums: Sums::default(),
            steps: [Exact::ZERO; 2],
            kinds: HashMap::new(),
            moves: Vec::new(),
            records: HashMap::new(),
            ways: HashMap::new(),
            last: (Vec::new(), false),
            cells: HashMap::new(),
        }
    }

    pub(super) fn pair(&self) -> &'c Pair {
        self.pair
    }

    pub(super) fn name(&self) -> &'c str {
        &self.rules[0].name
    }

    /// Counts rows `start .. start + n`; `changed` hears of every changed one.
    pub(super) fn count(
        &mut self,
        outcomes: [&Outcomes; 2],
        batch: &Batch,
        start: usize,
        n: usize,
        changed: &mut dyn FnMut(usize),
    ) {
        let Some(left) = outcomes[0].raw(self.pair.left) else { return };
        self.cases += n as u64;
        self.steps = [left.field(0).1; 2];
        // Where both laws say the same, the right one was not asked.
        let Some(right) = outcomes[1].raw(self.pair.right).filter(|_| !self.pair.same) else {
            self.count_same(left, n);
            return;
        };
        self.steps[1] = right.field(0).1;
        if left.identical(right, n) {
            self.count_same(left, n);
            return;
        }
        let fields = self.rules[0].fields.len();
        for at in 0..n {
            let lanes = [self.lane(left, at), self.lane(right, at)];
            if self.measure != Measure::Nothing {
                self.sums.add(lanes);
                self.open += u64::from(lanes.contains(&None));
            }
            if same(&left, &right, at, fields) {
                continue;
            }
            let illustrative = self.illustrative(outcomes, at);
            let kind = self.kind([left, right], at);
            let groups = batch.groups.get(start + at).copied().unwrap_or_default();
            let cell = self.cells.entry((kind, groups)).or_default();
            cell.changed += 1;
            cell.illustrative |= illustrative;
            cell.sums.add(lanes);
            changed(at);
        }
    }

    /// Counts rows of which none has changed: the sums of both sides are those of one.
    fn count_same(&mut self, raw: RawOutcomes<'_>, n: usize) {
        if self.measure == Measure::Nothing {
            return;
        }
        let except = (self.measure == Measure::Days).then_some(NEVER);
        let (sum, added) = raw.sum(0, n, except);
        self.open += (n - added) as u64;
        for at in 0..2 {
            let plus = |all: Option<i128>| all?.checked_add(sum?);
            self.sums.sides[at] = plus(self.sums.sides[at]);
            self.sums.both[at] = plus(self.sums.both[at]);
        }
    }

    /// The lane of what is measured; none where there is none.
    fn lane(&self, raw: RawOutcomes<'_>, at: usize) -> Option<i128> {
        let known = self.measure != Measure::Nothing && raw.state(at) == State::Known;
        let lane = known.then(|| raw.field(0).0.at(at))?;
        (self.measure == Measure::Amount || lane != i128::from(NEVER)).then_some(lane)
    }

    /// From what to what, as the place of its words.
    fn kind(&mut self, raws: [RawOutcomes<'_>; 2], at: usize) -> u32 {
        let classes = [0, 1].map(|side| self.class(raws[side], at, self.rules[side]));
        if let Some(kind) = self.kinds.get(&classes) {
            return *kind;
        }
        let [from, to] = [0, 1].map(|side| word(classes[side], raws[side], at, self.rules[side]));
        self.moves.push((from, to));
        let kind = self.moves.len() as u32 - 1;
        self.kinds.insert(classes, kind);
        kind
    }

    fn class(&mut self, raw: RawOutcomes<'_>, at: usize, rule: &Rule) -> Class {
        match raw.state(at) {
            State::Unknown => return Class::Unknown,
            State::NotApplicable => return Class::NotApplicable,
            State::Known => {}
        }
        let lane = |field: usize| raw.field(field).0.at(at);
        Class::Value(match rule.kind {
            RuleKind::Quantity => i128::from(lane(0) != 0),
            RuleKind::Date => i128::from(lane(0) != i128::from(NEVER)),
            RuleKind::Set => {
                (0..rule.fields.len()).fold(0, |all, field| all | (i128::from(lane(field) != 0) << field))
            }
            RuleKind::Record => {
                let lanes: Vec<i128> = (0..rule.fields.len()).map(lane).collect();
                let next = self.records.len() as i128;
                *self.records.entry(lanes).or_insert(next)
            }
            _ => lane(0),
        })
    }

    /// Whether a stand-in lies on a way that the row took; notes the ways.
    fn illustrative(&mut self, outcomes: [&Outcomes; 2], at: usize) -> bool {
        let path = |side: usize, rule: usize| outcomes[side].raw(rule).map_or(-1, |raw| raw.path(at));
        let pair = self.pair;
        let ways = || (0..2).flat_map(|side| pair.closures[side].iter().map(move |rule| path(side, *rule)));
        if self.last.0.iter().copied().eq(ways()) {
            return self.last.1;
        }
        self.last.0.clear();
        self.last.0.extend(ways());
        self.last.1 = if let Some(known) = self.ways.get(self.last.0.as_slice()) {
            *known
        } else {
            let found = self.stand_in(&self.last.0);
            self.ways.insert(self.last.0.as_slice().into(), found);
            found
        };
        self.last.1
    }

    fn stand_in(&self, ways: &[i64]) -> bool {
        let rules = (0..2).flat_map(|side| self.pair.closures[side].iter().map(move |rule| (side, *rule)));
        rules.zip(ways).any(|((side, rule), way)| {
            self.laws[side].way(rule, *way).is_some_and(|way| way.grade == Grade::Illustrative)
        })
    }

    /// All that is told of the rule.
    pub(super) fn finish(self, batch: &Batch) -> RuleReport {
        let mut told = RuleReport { grounds: self.grounds(), ..RuleReport::default() };
        let [left, right, difference] = self.sums.exact(self.measure, self.steps);
        told.totals =
            Totals { cases: self.cases, open: self.open, left, right, difference, ..Totals::default() };
        told.days = self.measure == Measure::Days;
        for ((kind, [district, industry]), cell) in &self.cells {
            let name = |group: u32| batch.names.get(group as usize).cloned().unwrap_or_default();
            let [left, right, difference] = cell.sums.exact(self.measure, self.steps);
            let moves = BTreeMap::from([(self.moves[*kind as usize].clone(), cell.changed)]);
            let (changed, illustrative) = (cell.changed, cell.illustrative);
            let own = Totals { changed, moves, left, right, difference, illustrative, ..Totals::default() };
            told.by_district.entry(name(*district)).or_default().add(&own);
            told.by_industry.entry(name(*industry)).or_default().add(&own);
            // The sums of all cases stand already.
            let zero = Some(Exact::ZERO);
            told.totals.add(&Totals { left: zero, right: zero, difference: zero, ..own });
        }
        told
    }

    /// The versions, parameters and tables that are not the same on the two ways of some change.
    fn grounds(&self) -> BTreeMap<(String, String), (Option<Ground>, Option<Ground>)> {
        let rules: Vec<(usize, usize)> =
            (0..2).flat_map(|side| self.pair.closures[side].iter().map(move |rule| (side, *rule))).collect();
        let segments: BTreeSet<Vec<Option<usize>>> = self
            .ways
            .keys()
            .map(|ways| {
                let segment = |((side, rule), way): (&(usize, usize), &i64)| {
                    self.laws[*side].way(*rule, *way).and_then(|way| way.segment)
                };
                rules.iter().zip(ways).map(segment).collect()
            })
            .collect();
        let mut found = BTreeMap::new();
        for segments in segments {
            let mut sides: [BTreeMap<(String, String), Ground>; 2] = Default::default();
            for ((side, rule), segment) in rules.iter().zip(segments) {
                let grounds = segment.map(|segment| self.laws[*side].grounds(*rule, segment));
                let keyed = grounds.into_iter().flatten();
                sides[*side].extend(keyed.map(|one| ((one.kind.word().to_owned(), one.path.clone()), one)));
            }
            let [mut lefts, mut rights] = sides;
            let keys: BTreeSet<(String, String)> = lefts.keys().chain(rights.keys()).cloned().collect();
            for key in keys {
                let (one, other) = (lefts.remove(&key), rights.remove(&key));
                let agree = one.as_ref().zip(other.as_ref()).is_some_and(|(a, b)| a.says_the_same(b));
                if !agree {
                    found.entry(key).or_insert((one, other));
                }
            }
        }
        found
    }
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

/// What a class is called.
fn word(class: Class, raw: RawOutcomes<'_>, at: usize, rule: &Rule) -> String {
    match class {
        Class::Unknown => "unknown".to_owned(),
        Class::NotApplicable => "not_applicable".to_owned(),
        Class::Value(_) => value_word(&raw.value(rule, at), rule),
    }
}
