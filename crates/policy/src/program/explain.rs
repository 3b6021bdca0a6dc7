//! Why an outcome is what it is: the same program run on one case with every value kept, read back
//! along the expressions that people wrote.
//!
//! What is told of a step whatever the case is made once and shared; a case adds states and values,
//! which become words only when they are read.

pub mod equation;
mod told;
mod value;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use self::told::{ParameterUse, StepKind, Told};
pub use self::value::State;
use self::value::{Speaker, Value};
use super::compile::{CompileFault, by_priority};
use super::facts::Facts;
use super::machine::{Machine, Registers};
use super::op::{FieldOut, Lane, Part, Program, Reg};
use super::outcome::Outcomes;
use crate::expression::typed::{Ty, Typed, TypedKind};
use crate::law::{JudgedOn, Law, Rule, Segment, Version, Written};
use crate::messages::words;
use crate::package::rule::RuleKind;
use crate::text::Text;
use crate::vocabulary::Vocabulary;

/// 说明 · one step of an explanation.
#[derive(Clone, Debug)]
pub struct Step<'l> {
    /// What is told of it whatever the case.
    pub told: Arc<Told>,
    /// Known or not, and why.
    pub state: State,
    /// Missing facts of this step, by index.
    pub missing: Vec<usize>,
    /// What it was made from.
    pub children: Vec<Step<'l>>,
    /// It stands somewhere else in the tree already.
    again: bool,
    /// A remark on its part in the tree, by its key in the catalogue.
    remark: Option<&'static str>,
    /// The expression that it stands for, if it stands for one.
    typed: Option<&'l Typed>,
    value: Value<'l>,
    speaker: Speaker<'l>,
}

impl Step<'_> {
    /// What kind of step; a rule told before is a reference.
    pub fn kind(&self) -> StepKind {
        if self.again && self.told.kind == StepKind::Rule { StepKind::Reference } else { self.told.kind }
    }

    /// The value in the output's words; empty when not known.
    pub fn raw(&self) -> String {
        self.value.raw(self.speaker)
    }

    /// The value for people.
    pub fn display(&self) -> Text {
        self.value.display(self.speaker)
    }

    /// Whether it only says which day picks the law, or whether the law speaks to the case.
    pub fn is_threshold(&self) -> bool {
        matches!(self.remark, Some("explain.picks_law" | "explain.applies"))
    }

    /// Whether it was told before, further up in the tree.
    pub fn is_again(&self) -> bool {
        self.again
    }

    /// A remark: on its part in the tree, or of the rule's authors.
    pub fn note(&self) -> Option<Text> {
        self.remark.map(words).or_else(|| self.told.note.clone())
    }
}

/// Explains the outcome of a rule for the case in row `row`.
pub fn explain<'l>(
    law: &'l Law,
    vocabulary: &'l Vocabulary,
    facts: &Facts,
    row: usize,
    rule: usize,
    as_of: i64,
) -> Result<Step<'l>, (String, CompileFault)> {
    Ok(Explainer::new(law, vocabulary, rule, as_of)?.explain(facts, row))
}

/// 说明者 · a rule compiled with every intermediate value kept, to explain case after case.
#[derive(Debug)]
pub struct Explainer<'l> {
    speaker: Speaker<'l>,
    rule: usize,
    as_of: i64,
    program: Program,
    machine: Machine,
    outcomes: Outcomes,
    known: Known,
}

/// A thing of the law by its address, and what of it: a thing may begin where its first part does.
type Key = (usize, Aspect);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Aspect {
    Itself,
    /// A rule on a day before its first law.
    Before,
    /// The day of a rule that picks the law.
    Judged,
    /// An expression as read in a segment.
    Segment(usize),
}

/// What has been told of places in the law.
type Known = HashMap<Key, (Arc<Told>, Option<FieldOut>)>;

impl<'l> Explainer<'l> {
    /// Compiles a rule, by its index in the law, with those that it uses.
    pub fn new(
        law: &'l Law,
        vocabulary: &'l Vocabulary,
        rule: usize,
        as_of: i64,
    ) -> Result<Self, (String, CompileFault)> {
        let program = Program::of_rules(law, vocabulary, as_of, true, &BTreeSet::from([rule]))?;
        let (machine, outcomes) = (Machine::with_block(&program, 1), Outcomes::new(&program, 1));
        let speaker = Speaker { law, vocabulary };
        Ok(Self { speaker, rule, as_of, program, machine, outcomes, known: Known::new() })
    }

    /// The tree of the case in a row.
    pub fn explain(&mut self, facts: &Facts, row: usize) -> Step<'l> {
        self.machine.run(&self.program, facts, row, 1, &mut self.outcomes);
        let holds = |part: &Part| part.rules.iter().any(|out| out.rule == self.rule);
        let part_at = self.program.parts.iter().position(holds).unwrap_or(0);
        let mut teller = Teller {
            speaker: self.speaker,
            part: &self.program.parts[part_at],
            registers: self.machine.registers(part_at),
            as_of: self.as_of,
            known: &mut self.known,
            told_rules: BTreeSet::new(),
            told_lets: BTreeSet::new(),
        };
        teller.rule(self.rule, None)
    }
}

struct Teller<'t, 'l> {
    speaker: Speaker<'l>,
    part: &'t Part,
    registers: &'t Registers,
    as_of: i64,
    known: &'t mut Known,
    told_rules: BTreeSet<usize>,
    told_lets: BTreeSet<(usize, usize, usize)>,
}

/// Where an expression stands: rule, segment, number of the expression.
#[derive(Clone, Copy)]
struct Place<'l> {
    rule: usize,
    segment_at: usize,
    segment: &'l Segment,
    version: &'l Version,
    index: usize,
    text: &'l str,
}

impl<'l> Teller<'_, 'l> {
    fn step(&self, told: Arc<Told>) -> Step<'l> {
        Step {
            told,
            state: State::Known,
            missing: Vec::new(),
            children: Vec::new(),
            again: false,
            remark: None,
            typed: None,
            value: Value::Nothing,
            speaker: self.speaker,
        }
    }

    /// What is told of the thing at an address of the law, made when it is met first.
    fn known<T>(&mut self, thing: &T, aspect: Aspect, make: impl FnOnce() -> Told) -> Arc<Told> {
        let key = (std::ptr::from_ref(thing) as usize, aspect);
        let made = self.known.entry(key).or_insert_with(|| (make().shared(), None));
        Arc::clone(&made.0)
    }

    fn missing(&self, lacks: u64) -> Vec<usize> {
        if lacks == 0 {
            return Vec::new();
        }
        let facts = self.part.facts.iter().enumerate();
        facts.filter(|(slot, _)| lacks & (1 << slot) != 0).map(|(_, fact)| *fact).collect()
    }

    /// Writes a lane's value or what it lacks into a step.
    fn put(&self, step: &mut Step<'l>, out: FieldOut, ty: &'l Ty) {
        let (lane, lacks) = self.registers.first(out.register);
        step.missing = self.missing(lacks);
        (step.state, step.value) = if lacks == 0 {
            (State::Known, Value::Lane { lane, quantum: out.quantum, ty })
        } else {
            Value::lacking(lacks, !step.missing.is_empty())
        };
    }

    /// A rule, in the words of whoever uses it or in its own.
    fn rule(&mut self, at: usize, told: Option<Arc<Told>>) -> Step<'l> {
        let rule = &self.speaker.law.rules[at];
        let told = told.unwrap_or_else(|| self.known(rule, Aspect::Itself, || Told::rule(rule)));
        let mut step = self.step(told);
        let Some(out) = self.part.rules.iter().find(|r| r.rule == at) else { return step };
        if rule.fields.len() == 1
            && let Some(field) = out.fields.first()
        {
            self.put(&mut step, *field, &rule.fields[0].ty);
            if rule.kind == RuleKind::PassFail && step.state == State::Known {
                step.value = Value::Passed(step.value.is_yes());
            }
        }
        if !self.told_rules.insert(at) {
            step.again = true;
            step.remark = Some("explain.told_above");
            return step;
        }
        let (path, _) = self.registers.first(Reg::Narrow(Lane { at: out.path, lacks: None }));
        let segment_at = usize::try_from(path >> 16).ok();
        let Some(segment_at) = segment_at.filter(|at| *at < rule.segments.len()) else {
            step.children.push(self.before(rule));
            return step;
        };
        step.children.push(self.version(at, rule, segment_at, path as i64, out.fields.as_slice()));
        step
    }

    /// No law encoded on the judged date.
    fn before(&mut self, rule: &'l Rule) -> Step<'l> {
        let told = self.known(rule, Aspect::Before, || Told::before(rule));
        let mut step = self.step(told);
        step.state = State::NotApplicable;
        step.value = Value::Words("explain.not_applicable");
        step.children.extend(self.judged(rule));
        step
    }

    fn judged(&mut self, rule: &'l Rule) -> Option<Step<'l>> {
        let mut step = match rule.judged_on {
            JudgedOn::AsOf => {
                let make = || Told::new(StepKind::Literal, words("explain.as_of"));
                let told = self.known(rule, Aspect::Judged, make);
                let mut step = self.step(told);
                step.value = Value::Day(self.as_of);
                step
            }
            JudgedOn::Fact(fact) => self.fact(fact)?,
        };
        step.remark = Some("explain.picks_law");
        Some(step)
    }

    fn fact(&mut self, fact: usize) -> Option<Step<'l>> {
        let slot = self.part.facts.iter().position(|f| *f == fact)?;
        let lacks = self.part.missing.get(slot).copied();
        let named = &self.speaker.vocabulary.facts()[fact];
        let told = self.known(named, Aspect::Itself, || Told::fact(fact, named));
        let mut step = self.step(told);
        let (lane, lacks) = self.registers.first(Reg::Narrow(Lane { at: slot, lacks }));
        if lacks == 0 {
            step.value = Value::Fact { fact, lane: lane as i64 };
        } else {
            step.state = State::Unknown;
            step.missing = vec![fact];
            step.value = Value::Words("explain.unknown");
        }
        Some(step)
    }

    fn version(
        &mut self,
        rule_at: usize,
        rule: &'l Rule,
        segment_at: usize,
        path: i64,
        fields: &[FieldOut],
    ) -> Step<'l> {
        let law = self.speaker.law;
        let segment = &rule.segments[segment_at];
        let version = &rule.versions[segment.version];
        let told = self.known(segment, Aspect::Itself, || Told::version(law, rule, segment, version));
        let mut step = self.step(told);
        step.children.extend(self.judged(rule));
        let place = |index, written: &'l Written| Place {
            rule: rule_at,
            segment_at,
            segment,
            version,
            index,
            text: &written.text,
        };
        if let Some(written) = &version.applies {
            let mut applies = self.expression(&written.typed, place(0, written), &mut Vec::new());
            applies.remark = Some("explain.applies");
            step.children.push(applies);
        }
        for (at, written) in version.body.iter().enumerate() {
            let body =
                self.expression(&written.typed, place(version.body_index(at), written), &mut Vec::new());
            let field = &rule.fields[at];
            if field.name.is_empty() {
                step.children.push(body);
                continue;
            }
            let told =
                self.known(field, Aspect::Itself, || Told::new(StepKind::Operation, field.title.clone()));
            let mut wrapped = self.step(told);
            if let Some(out) = fields.get(at) {
                self.put(&mut wrapped, *out, &field.ty);
            }
            wrapped.children.push(body);
            step.children.push(wrapped);
        }
        for at in by_priority(version) {
            let exception = &version.exceptions[at];
            let told = self.known(exception, Aspect::Itself, || Told::exception(exception));
            let mut shown = self.step(told);
            let first = version.when_index(at);
            let when = self.expression(&exception.when.typed, place(first, &exception.when), &mut Vec::new());
            (shown.state, shown.missing) = (when.state, when.missing.clone());
            let applied = path & (1 << at) != 0;
            shown.value = Value::Applied { applied, known: when.state == State::Known };
            shown.children.push(when);
            if applied {
                for (field, written) in exception.body.iter().enumerate() {
                    let Some(written) = written else { continue };
                    let place = place(first + 1 + field, written);
                    shown.children.push(self.expression(&written.typed, place, &mut Vec::new()));
                }
            }
            step.children.push(shown);
        }
        step
    }

    /// What is told of an expression, and where its value stands.
    fn place(&mut self, typed: &'l Typed, place: Place<'l>, path: &[u8]) -> (Arc<Told>, Option<FieldOut>) {
        let key = (std::ptr::from_ref(typed) as usize, Aspect::Segment(place.segment_at));
        if let Some((told, out)) = self.known.get(&key) {
            return (Arc::clone(told), *out);
        }
        let law = self.speaker.law;
        let text = place.text.get(typed.at.clone()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let out = self.part.trace.get(&(place.rule, place.segment_at, place.index, path.to_vec())).copied();
        let told = match &typed.kind {
            TypedKind::Rule(id, _) => Told::reference(law, id, text),
            TypedKind::Let(at) => Told::definition(place.version, *at),
            _ => Told::expression(law, place.segment, typed, text),
        };
        let told = told.shared();
        self.known.insert(key, (Arc::clone(&told), out));
        (told, out)
    }

    fn expression(&mut self, typed: &'l Typed, place: Place<'l>, path: &mut Vec<u8>) -> Step<'l> {
        if let TypedKind::Fact(fact) = &typed.kind
            && let Some(step) = self.fact(*fact)
        {
            return Step { typed: Some(typed), ..step };
        }
        let (told, out) = self.place(typed, place, path);
        match &typed.kind {
            TypedKind::Rule(id, _) => {
                return Step { typed: Some(typed), ..self.reference(id, typed, told, out) };
            }
            TypedKind::Let(at) => return Step { typed: Some(typed), ..self.definition(*at, told, place) },
            _ => {}
        }
        let mut step = Step { typed: Some(typed), ..self.step(told) };
        match out {
            Some(out) => self.put(&mut step, out, &typed.ty),
            None => step.value = Value::Words("explain.by_multiplying"),
        }
        step.children = self.children(typed, place, path);
        if out.is_none() {
            let missing: BTreeSet<usize> =
                step.children.iter().flat_map(|c| c.missing.iter().copied()).collect();
            step.state = if missing.is_empty() { State::Known } else { State::Unknown };
            step.missing = missing.into_iter().collect();
        }
        step
    }

    /// The parts of an expression; of a case only the way that was taken, with what led there.
    fn children(&mut self, typed: &'l Typed, place: Place<'l>, path: &mut Vec<u8>) -> Vec<Step<'l>> {
        let parts = typed.children();
        let mut steps = Vec::with_capacity(parts.len());
        let case = matches!(typed.kind, TypedKind::Case(..));
        let last = parts.len().saturating_sub(1);
        let (mut taken, mut open) = (false, false);
        for (at, part) in parts.into_iter().enumerate() {
            if case && at % 2 == 1 && at != last && !taken && !open {
                continue;
            }
            path.push(at as u8);
            let step = self.expression(part, place, path);
            path.pop();
            if case && at % 2 == 0 && at != last {
                taken = step.state == State::Known && step.value.is_yes();
                open |= step.state != State::Known;
            }
            steps.push(step);
            if case && taken && at % 2 == 1 && !open {
                break;
            }
        }
        steps
    }

    fn reference(&mut self, id: &str, typed: &'l Typed, told: Arc<Told>, out: Option<FieldOut>) -> Step<'l> {
        let Some((at, _)) = self.speaker.law.rule(id) else { return self.step(told) };
        let mut step = self.rule(at, Some(told));
        if let Some(out) = out {
            self.put(&mut step, out, &typed.ty);
        }
        step
    }

    fn definition(&mut self, at: usize, told: Arc<Told>, place: Place<'l>) -> Step<'l> {
        let (_, _, written) = &place.version.lets[at];
        let index = place.version.let_index(at);
        let mut step = self.step(told);
        let place = Place { index, text: &written.text, ..place };
        // The value of a definition is that of its expression.
        let whole = match &written.typed.kind {
            TypedKind::Fact(_) => None,
            _ => self.place(&written.typed, place, &[]).1,
        };
        let whole = whole
            .or_else(|| self.part.trace.get(&(place.rule, place.segment_at, index, Vec::new())).copied());
        if let Some(out) = whole {
            self.put(&mut step, out, &written.typed.ty);
        }
        if self.told_lets.insert((place.rule, place.segment_at, at)) {
            step.children.push(self.expression(&written.typed, place, &mut Vec::new()));
        } else {
            step.remark = Some("explain.told_above");
        }
        step
    }
}
