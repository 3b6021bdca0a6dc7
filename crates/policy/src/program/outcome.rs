//! Outcomes of a block of cases, and their reading as determinations.

pub mod raw;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::raw::Way;
use super::compile::by_priority;
use super::machine::Registers;
use super::op::{Lane, M, N, Part, Program, Reg, W};
use super::twin::Twin;
use super::{CONFLICT, FACTS_MAX, LAPSED, NO_ROW, NOT_APPLICABLE};
use crate::calendar::iso;
use crate::exact::Exact;
use crate::expression::typed::Ty;
use crate::law::{Law, Rule};
use crate::messages::words;
use crate::package::document::Grade;
use crate::package::rule::RuleKind;
use crate::text::Text;

/// 结果列 · the outcomes of up to a given number of rows. What several rules or members share is
/// kept once.
#[derive(Debug)]
pub struct Outcomes {
    parts: Vec<Columns>,
    rules: BTreeMap<usize, RuleColumns>,
}

/// The registers of a part that outcomes are read from, with their values of every row.
#[derive(Debug, Default)]
struct Columns {
    narrow: Vec<(N, Vec<i64>)>,
    wide: Vec<(W, Vec<i128>)>,
    lacks: Vec<(M, Vec<u64>)>,
}

#[derive(Debug)]
struct RuleColumns {
    part: usize,
    fields: Vec<FieldColumn>,
    path: Values,
}

#[derive(Clone, Copy, Debug)]
struct FieldColumn {
    quantum: Exact,
    values: Values,
    lacks: Option<usize>,
}

/// Where the values of a field stand.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// The same for every row.
    Known(i64),
    Narrow(usize),
    Wide(usize),
}

/// The column of a register, made when it is asked for first.
fn column<T: Clone + Default>(columns: &mut Vec<(usize, Vec<T>)>, register: usize, rows: usize) -> usize {
    let found = columns.iter().position(|(known, _)| *known == register);
    found.unwrap_or_else(|| {
        columns.push((register, vec![T::default(); rows]));
        columns.len() - 1
    })
}

impl Columns {
    fn values(&mut self, part: &Part, register: Reg, rows: usize) -> Values {
        match register {
            Reg::Narrow(lane) => match part.narrow_constants.get(&lane.at) {
                Some(value) => Values::Known(*value),
                None => Values::Narrow(column(&mut self.narrow, lane.at, rows)),
            },
            Reg::Wide(lane) => Values::Wide(column(&mut self.wide, lane.at, rows)),
        }
    }

    fn value(&self, values: Values, row: usize) -> i128 {
        match values {
            Values::Known(value) => i128::from(value),
            Values::Narrow(at) => i128::from(self.narrow[at].1[row]),
            Values::Wide(at) => self.wide[at].1[row],
        }
    }

    fn lacks(&self, column: Option<usize>, row: usize) -> u64 {
        column.map_or(0, |at| self.lacks[at].1[row])
    }
}

impl Outcomes {
    /// Room for `rows` rows of every rule. Definitions are kept too: the citations of other rules
    /// follow their path.
    pub fn new(program: &Program, rows: usize) -> Self {
        let mut parts = Vec::new();
        let mut rules = BTreeMap::new();
        for (at, part) in program.parts.iter().enumerate() {
            let mut columns = Columns::default();
            for out in &part.rules {
                let fields = out.fields.iter().map(|field| FieldColumn {
                    quantum: field.quantum,
                    values: columns.values(part, field.register, rows),
                    lacks: field.register.lacks().map(|at| column(&mut columns.lacks, at, rows)),
                });
                let fields = fields.collect();
                let path = columns.values(part, Reg::Narrow(Lane { at: out.path, lacks: None }), rows);
                rules.insert(out.rule, RuleColumns { part: at, fields, path });
            }
            parts.push(columns);
        }
        Self { parts, rules }
    }

    /// Copies a block's outcomes from the registers of a part, or of its twin.
    pub(crate) fn store(
        &mut self,
        part: usize,
        registers: &Registers,
        twin: Option<&Twin>,
        at: usize,
        n: usize,
    ) {
        let columns = &mut self.parts[part];
        for (register, values) in &mut columns.narrow {
            let register = twin.map_or(*register, |twin| twin.narrow(*register));
            values[at..at + n].copy_from_slice(registers.outcome(register, n));
        }
        for (register, values) in &mut columns.wide {
            let register = twin.map_or(*register, |twin| twin.wide(*register));
            values[at..at + n].copy_from_slice(registers.wide_outcome(register, n));
        }
        for (register, lacks) in &mut columns.lacks {
            match twin.map_or(Some(*register), |twin| twin.lacks(*register)) {
                Some(register) => lacks[at..at + n].copy_from_slice(registers.lacking(register, n)),
                None => lacks[at..at + n].fill(0),
            }
        }
    }

    /// The way a case took through a rule: segment and exceptions.
    pub(crate) fn path(&self, rule: usize, row: usize) -> i64 {
        let found = self.rules.get(&rule);
        found.map_or(-1, |columns| self.parts[columns.part].value(columns.path, row) as i64)
    }

    /// A cheap fingerprint of everything, to compare ways of running: same bits, same number.
    pub fn fingerprint(&self, rows: usize) -> u64 {
        Self::fingerprint_of(std::slice::from_ref(self), &[rows])
    }

    /// The fingerprint of outcomes that stand in several, one after the other, with so many rows.
    pub fn fingerprint_of(all: &[Self], rows: &[usize]) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |value: u64| hash = (hash ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(17);
        let rules = all.first().map(|outcomes| &outcomes.rules).into_iter().flatten();
        for (rule, columns) in rules {
            for field in &columns.fields {
                for (outcomes, rows) in all.iter().zip(rows) {
                    let part = &outcomes.parts[columns.part];
                    for row in 0..*rows {
                        let lacks = part.lacks(field.lacks, row);
                        mix(lacks);
                        mix(if lacks == 0 { part.value(field.values, row) as u64 } else { 0 });
                    }
                }
            }
            for (outcomes, rows) in all.iter().zip(rows) {
                (0..*rows).for_each(|row| mix(outcomes.path(*rule, row) as u64));
            }
        }
        hash
    }
}

/// 结论 · the outcome of a rule for a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Decided.
    Value(OutcomeValue),
    /// A fact is missing, or the law gives no answer: see the reason.
    Unknown,
    /// The law does not speak to the case.
    NotApplicable,
}

/// A decided outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomeValue {
    /// Pass, or yes.
    Flag(bool),
    /// One of the rule's outcomes, by its index.
    Choice(usize),
    /// A number in the rule's unit.
    Amount(Exact),
    /// A day; `NEVER` for none.
    Day(i64),
    /// The members of a set, by index.
    Members(Vec<usize>),
    /// The fields of a record.
    Record(Vec<OutcomeValue>),
}

/// 认定 · an outcome with all that it rests on.
#[derive(Clone, Debug)]
pub struct Determination {
    /// Index of the rule in the law.
    pub rule: usize,
    /// The outcome.
    pub outcome: Outcome,
    /// Facts that are missing, by index in the vocabulary.
    pub missing: Vec<usize>,
    /// What it rests on.
    pub basis: Arc<Basis>,
    /// Why there is no outcome although no fact is missing.
    pub reason: Option<Text>,
}

impl Determination {
    /// Whether the amount is a ceiling, not a sum due. Of nothing there is no ceiling.
    pub fn at_most(&self) -> bool {
        let amount =
            matches!(&self.outcome, Outcome::Value(OutcomeValue::Amount(amount)) if *amount != Exact::ZERO);
        amount && self.basis.at_most
    }
}

/// 依据 · the law behind an outcome; shared by all cases that took the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Citations, the rule's own first.
    pub cites: Vec<String>,
    /// The weakest grade of all.
    pub grade: Grade,
    /// First day of the version of the law that was applied.
    pub law_from: Option<i64>,
    /// The amount is a ceiling, not a sum due.
    pub at_most: bool,
}

/// Reads outcomes as determinations; remembers the bases it has made.
#[derive(Debug)]
pub struct Decoder<'l> {
    law: &'l Law,
    facts: Vec<Vec<usize>>,
    uses: Vec<Vec<usize>>,
    bases: BTreeMap<(usize, Vec<i64>), Arc<Basis>>,
}

impl<'l> Decoder<'l> {
    /// A decoder for a law's program.
    pub fn new(law: &'l Law, program: &Program) -> Self {
        let facts = program.parts.iter().map(|part| part.facts.clone()).collect();
        let uses = (0..law.rules.len()).map(|rule| law.closure(rule).split_off(1)).collect();
        Self { law, facts, uses, bases: BTreeMap::new() }
    }

    /// The determination of a rule for a row; `None` when the rule was not compiled.
    pub fn read(&mut self, outcomes: &Outcomes, rule: usize, row: usize) -> Option<Determination> {
        let columns = outcomes.rules.get(&rule)?;
        let part = &outcomes.parts[columns.part];
        let lacks = columns.fields.iter().fold(0, |all, field| all | part.lacks(field.lacks, row));
        let facts = &self.facts[columns.part];
        let mut missing: Vec<usize> = (0..FACTS_MAX.min(facts.len()))
            .filter(|slot| lacks & (1 << slot) != 0)
            .map(|slot| facts[slot])
            .collect();
        // In the order of the vocabulary, whatever else was compiled beside the rule.
        missing.sort_unstable();
        let found = &self.law.rules[rule];
        let version = outcomes.path(rule, row) >> 16;
        let lapsed = usize::try_from(version).ok().and_then(|at| found.segments.get(at));
        let lapsed = lapsed.and_then(|s| found.versions[s.version].lapsed.clone());
        let (outcome, reason) = if lacks == 0 {
            (Outcome::Value(value_of(found, part, columns, row)), None)
        } else if !missing.is_empty() {
            (Outcome::Unknown, None)
        } else if lacks & NOT_APPLICABLE != 0 {
            (Outcome::NotApplicable, None)
        } else {
            (Outcome::Unknown, Some(reason(lacks, lapsed)))
        };
        let basis = self.basis(outcomes, rule, row);
        Some(Determination { rule, outcome, missing, basis, reason })
    }

    /// Of a set, whether one member belongs to it, where that is certain whatever the others do: the set
    /// of it alone, or of nothing.
    pub fn read_member(
        &mut self,
        outcomes: &Outcomes,
        rule: usize,
        member: usize,
        row: usize,
    ) -> Option<Determination> {
        let columns = outcomes.rules.get(&rule)?;
        let part = &outcomes.parts[columns.part];
        let field = columns.fields.get(member)?;
        if part.lacks(field.lacks, row) != 0 {
            return None;
        }
        let members = if part.value(field.values, row) != 0 { vec![member] } else { Vec::new() };
        let outcome = Outcome::Value(OutcomeValue::Members(members));
        let basis = self.basis(outcomes, rule, row);
        Some(Determination { rule, outcome, missing: Vec::new(), basis, reason: None })
    }

    fn basis(&mut self, outcomes: &Outcomes, rule: usize, row: usize) -> Arc<Basis> {
        let own = std::iter::once(rule).chain(self.uses[rule].iter().copied());
        let paths: Vec<i64> = own.map(|at| outcomes.path(at, row)).collect();
        let key = (rule, paths);
        if let Some(basis) = self.bases.get(&key) {
            return Arc::clone(basis);
        }
        let rules = std::iter::once(rule).chain(self.uses[rule].iter().copied());
        let basis = Arc::new(make_basis(self.law, rules.zip(key.1.iter().copied())));
        self.bases.insert(key, Arc::clone(&basis));
        basis
    }
}

fn reason(lacks: u64, lapsed: Option<Text>) -> Text {
    if lacks & LAPSED != 0 {
        return lapsed.unwrap_or_else(|| words("reasons.lapsed"));
    }
    words(reason_key(lacks))
}

/// Why a value is none although no fact is missing and the law has not lapsed.
pub(crate) fn reason_key(lacks: u64) -> &'static str {
    if lacks & CONFLICT != 0 {
        "reasons.conflict"
    } else if lacks & NO_ROW != 0 {
        "reasons.no_row"
    } else {
        "reasons.undefined"
    }
}

fn make_basis(law: &Law, paths: impl Iterator<Item = (usize, i64)>) -> Basis {
    let mut cites: Vec<String> = Vec::new();
    let mut grade = Grade::Text;
    let (mut law_from, mut at_most) = (None, false);
    for (order, (rule, path)) in paths.enumerate() {
        let rule = &law.rules[rule];
        let Some(way) = way_of(rule, path) else { continue };
        // Before the first law there is still a document that says from when it speaks.
        let Some(shown) = rule.segments.get(way.segment.unwrap_or(0)) else { continue };
        let version = &rule.versions[shown.version];
        let mut own: Vec<&str> = version.cites.iter().map(|c| c.id.as_str()).collect();
        grade = grade.max(way.grade);
        own.extend(shown.parameters.values().flat_map(|p| p.cites.iter().map(|c| c.id.as_str())));
        own.extend(shown.tables.values().flat_map(|t| t.cites.iter().map(|c| c.id.as_str())));
        for (bit, exception) in version.exceptions.iter().enumerate() {
            if way.segment.is_some() && path & (1 << bit) != 0 {
                own.extend(exception.cites.iter().map(|c| c.id.as_str()));
            }
        }
        for cite in own {
            if !cites.iter().any(|known| known == cite) {
                cites.push(cite.to_owned());
            }
        }
        if order == 0 {
            law_from = way.segment.map(|_| version.from);
            at_most = way.at_most;
        }
    }
    Basis { cites, grade, law_from, at_most }
}

/// What a way through a rule rests on; that of the first law where none is in force.
fn way_of(rule: &Rule, path: i64) -> Option<Way> {
    let segment = usize::try_from(path >> 16).ok().filter(|at| *at < rule.segments.len());
    let shown = rule.segments.get(segment.unwrap_or(0))?;
    let version = &rule.versions[shown.version];
    let mut grade = rule.segment_grade(shown);
    for (bit, exception) in version.exceptions.iter().enumerate() {
        if segment.is_some() && path & (1 << bit) != 0 {
            let own = exception.cites.iter().map(|c| c.article().grade);
            let stand_in = exception.illustrative.as_ref().map(|_| Grade::Illustrative);
            grade = own.chain(stand_in).fold(grade, Grade::max);
        }
    }
    // The exception that prevails speaks for the amount that it gives.
    let applied = by_priority(version).into_iter().rfind(|at| path & (1 << at) != 0);
    let bound = applied.map_or(version.at_most, |at| version.exceptions[at].at_most);
    Some(Way { segment, grade, at_most: segment.is_some() && bound })
}

fn value_of(rule: &Rule, part: &Columns, columns: &RuleColumns, row: usize) -> OutcomeValue {
    let lane = |at: usize| part.value(columns.fields[at].values, row);
    let single = |at: usize| match &rule.fields[at].ty {
        Ty::Bool => OutcomeValue::Flag(lane(at) != 0),
        Ty::Date => OutcomeValue::Day(lane(at) as i64),
        Ty::Code(_) => OutcomeValue::Choice(lane(at) as usize),
        Ty::Number(_) => {
            let amount = Exact::whole(lane(at)).times(columns.fields[at].quantum);
            OutcomeValue::Amount(amount.unwrap_or(Exact::ZERO))
        }
    };
    match rule.kind {
        RuleKind::Set => OutcomeValue::Members((0..rule.fields.len()).filter(|at| lane(*at) != 0).collect()),
        RuleKind::Record => OutcomeValue::Record((0..rule.fields.len()).map(single).collect()),
        _ => single(0),
    }
}

impl OutcomeValue {
    /// The value in the output's words: a code, `pass`, `yes`, a decimal, a date; sets and records
    /// as their parts (name and word).
    pub fn words(&self, rule: &Rule) -> Words {
        match self {
            Self::Members(members) => {
                Words::Many(members.iter().map(|at| rule.fields[*at].name.clone()).collect())
            }
            Self::Record(values) => Words::Fields(
                rule.fields
                    .iter()
                    .zip(values)
                    .map(|(field, value)| (field.name.clone(), value.word(rule, &field.codes)))
                    .collect(),
            ),
            single => Words::One(single.word(rule, rule.fields.first().map_or(&[], |f| &f.codes))),
        }
    }

    fn word(&self, rule: &Rule, codes: &[crate::package::rule::OutcomeCode]) -> String {
        match self {
            Self::Flag(flag) if rule.kind == RuleKind::PassFail => if *flag { "pass" } else { "fail" }.into(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.into(),
            Self::Choice(at) => codes.get(*at).map(|code| code.code.clone()).unwrap_or_default(),
            Self::Amount(amount) => money_text(*amount),
            Self::Day(day) => iso(*day),
            Self::Members(_) | Self::Record(_) => String::new(),
        }
    }
}

/// An outcome in the output's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// One word.
    One(String),
    /// The members of a set.
    Many(Vec<String>),
    /// Names and words of a record.
    Fields(Vec<(String, String)>),
}

impl Words {
    /// In one line, for tables: members with `+`, fields with a space.
    pub fn line(&self) -> String {
        match self {
            Self::One(word) => word.clone(),
            Self::Many(words) if words.is_empty() => "–".to_owned(),
            Self::Many(words) => words.join("+"),
            Self::Fields(fields) => {
                fields.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// A decimal with at least two places, or the exact fraction.
fn money_text(amount: Exact) -> String {
    let text = amount.to_string();
    match text.split_once('.') {
        Some((_, part)) if part.len() >= 2 => text,
        Some(_) => format!("{text}0"),
        None if text.contains('/') => text,
        None => format!("{text}.00"),
    }
}
