//! Why an outcome is what it is: the same program run on one case with every value kept, read back
//! along the expressions that people wrote.

use std::collections::BTreeSet;

use super::compile::{CompileFault, by_priority};
use super::facts::Facts;
use super::machine::{Machine, Registers};
use super::op::{FieldOut, Lane, Part, Program, Reg};
use super::outcome::{Outcomes, reason_key};
use super::{LAPSED, NOT_APPLICABLE};
use crate::calendar::{NEVER, iso};
use crate::exact::Exact;
use crate::expression::syntax::Comparison;
use crate::expression::typed::{Domain, Ty, Typed, TypedKind};
use crate::law::{JudgedOn, Law, Rule, Segment, Version, Written};
use crate::messages::words;
use crate::package::document::Grade;
use crate::package::rule::RuleKind;
use crate::text::Text;
use crate::vocabulary::{FactKind, Vocabulary, grouped};

/// 说明 · one step of an explanation.
#[derive(Clone, Debug)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// What it is called.
    pub title: Text,
    /// The words of the rule file, when the step is an expression.
    pub expression: Option<String>,
    /// Known or not, and why.
    pub state: State,
    /// The value in the output's words; empty when not known.
    pub raw: String,
    /// The value for people.
    pub display: Text,
    /// Citations.
    pub cites: Vec<String>,
    /// Grade of the law used in this step itself.
    pub grade: Option<Grade>,
    /// The parameter, when the step is one.
    pub parameter: Option<ParameterUse>,
    /// The fact, by its index in the vocabulary.
    pub fact: Option<usize>,
    /// Missing facts of this step, by index.
    pub missing: Vec<usize>,
    /// A remark of the rule's authors.
    pub note: Option<Text>,
    /// What it was made from.
    pub children: Vec<Step>,
}

/// Kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A rule and its outcome.
    Rule,
    /// The version of the law that the judged date picked.
    Version,
    /// A labelled exception.
    Exception,
    /// A value named by the rule.
    Definition,
    /// An operation.
    Operation,
    /// A fact of the case.
    Fact,
    /// A number of the law.
    Parameter,
    /// A constant of the rule's text.
    Literal,
    /// Something explained elsewhere in the tree.
    Reference,
}

/// Whether a step has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has.
    Known,
    /// Facts are missing, or the law gives no answer.
    Unknown,
    /// The law does not speak to the case.
    NotApplicable,
    /// The arithmetic has no result, exceptions conflict, or the law has lapsed.
    Undefined,
}

/// A number of the law as used.
#[derive(Clone, Debug)]
pub struct ParameterUse {
    /// Path.
    pub id: String,
    /// The package that set it.
    pub package: String,
    /// Its title.
    pub layer: Text,
    /// First day of the value.
    pub from: String,
    /// The unit as written.
    pub unit: String,
    /// Why it is a stand-in, if so.
    pub illustrative: Option<Text>,
}

/// Explains the outcome of a rule for the case in row `row`.
pub fn explain(
    law: &Law,
    vocabulary: &Vocabulary,
    facts: &Facts,
    row: usize,
    rule: usize,
    as_of: i64,
) -> Result<Step, (String, CompileFault)> {
    Ok(Explainer::new(law, vocabulary, rule, as_of)?.explain(facts, row))
}

/// 说明者 · a rule compiled with every intermediate value kept, to explain case after case.
#[derive(Debug)]
pub struct Explainer<'l> {
    law: &'l Law,
    vocabulary: &'l Vocabulary,
    rule: usize,
    as_of: i64,
    program: Program,
    machine: Machine,
    outcomes: Outcomes,
}

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
        Ok(Self { law, vocabulary, rule, as_of, program, machine, outcomes })
    }

    /// The tree of the case in a row.
    pub fn explain(&mut self, facts: &Facts, row: usize) -> Step {
        self.machine.run(&self.program, facts, row, 1, &mut self.outcomes);
        let holds = |part: &Part| part.rules.iter().any(|out| out.rule == self.rule);
        let part_at = self.program.parts.iter().position(holds).unwrap_or(0);
        let mut teller = Teller {
            law: self.law,
            vocabulary: self.vocabulary,
            part: &self.program.parts[part_at],
            registers: self.machine.registers(part_at),
            as_of: self.as_of,
            told_rules: BTreeSet::new(),
            told_lets: BTreeSet::new(),
        };
        teller.rule(self.rule)
    }
}

struct Teller<'t> {
    law: &'t Law,
    vocabulary: &'t Vocabulary,
    part: &'t Part,
    registers: &'t Registers,
    as_of: i64,
    told_rules: BTreeSet<usize>,
    told_lets: BTreeSet<(usize, usize)>,
}

/// Where an expression stands: rule, segment, number of the expression.
#[derive(Clone, Copy)]
struct Place<'p> {
    rule: usize,
    segment_at: usize,
    segment: &'p Segment,
    version: &'p Version,
    index: usize,
    text: &'p str,
}

fn step(kind: StepKind, title: Text) -> Step {
    Step {
        kind,
        title,
        expression: None,
        state: State::Known,
        raw: String::new(),
        display: Text::default(),
        cites: Vec::new(),
        grade: None,
        parameter: None,
        fact: None,
        missing: Vec::new(),
        note: None,
        children: Vec::new(),
    }
}

impl<'t> Teller<'t> {
    fn missing(&self, lacks: u64) -> Vec<usize> {
        let facts = self.part.facts.iter().enumerate();
        facts.filter(|(slot, _)| lacks & (1 << slot) != 0).map(|(_, fact)| *fact).collect()
    }

    /// Writes a lane's value or what it lacks into a step.
    fn put(&self, step: &mut Step, out: FieldOut, ty: &Ty) {
        let (lane, lacks) = self.registers.first(out.register);
        step.missing = self.missing(lacks);
        step.state = match lacks {
            0 => State::Known,
            _ if !step.missing.is_empty() => State::Unknown,
            _ if lacks & NOT_APPLICABLE != 0 => State::NotApplicable,
            _ => State::Undefined,
        };
        if step.state == State::Known {
            (step.raw, step.display) = self.value(lane, out.quantum, ty);
            return;
        }
        step.display = match step.state {
            State::NotApplicable => words("explain.not_applicable"),
            State::Undefined if lacks & LAPSED != 0 => words("reasons.lapsed"),
            State::Undefined => words(reason_key(lacks)),
            State::Known | State::Unknown => words("explain.unknown"),
        };
    }

    fn value(&self, lane: i128, quantum: Exact, ty: &Ty) -> (String, Text) {
        match ty {
            Ty::Bool => {
                let yes = lane != 0;
                (if yes { "yes" } else { "no" }.into(), words(if yes { "values.yes" } else { "values.no" }))
            }
            Ty::Date if lane >= i128::from(NEVER) => ("none".into(), words("explain.never")),
            Ty::Date => (iso(lane as i64), Text::same(iso(lane as i64))),
            Ty::Code(domain) => self.code(domain, lane as usize),
            Ty::Number(unit) => {
                let value = Exact::whole(lane).times(quantum).unwrap_or(Exact::ZERO);
                let name = self.vocabulary.units.display(*unit);
                let join = |unit: &str| format!("{} {unit}", grouped(value)).trim_end().to_owned();
                (value.to_string(), Text { zh: join(&name.zh), en: join(&name.en) })
            }
        }
    }

    fn code(&self, domain: &Domain, at: usize) -> (String, Text) {
        match domain {
            Domain::Fact(fact) => match &self.vocabulary.facts()[*fact].kind {
                FactKind::Code(values) => {
                    values.get(at).map(|v| (v.code.clone(), v.title.clone())).unwrap_or_default()
                }
                _ => Default::default(),
            },
            Domain::Rule(id, field) => {
                let found = self.law.rule(id).and_then(|(_, r)| r.fields.iter().find(|f| f.name == *field));
                let code = found.and_then(|f| f.codes.get(at));
                code.map(|c| (c.code.clone(), c.title.clone())).unwrap_or_default()
            }
            Domain::Open => Default::default(),
        }
    }

    fn rule(&mut self, at: usize) -> Step {
        let rule = &self.law.rules[at];
        let mut told = step(StepKind::Rule, rule.title.clone());
        let Some(out) = self.part.rules.iter().find(|r| r.rule == at) else { return told };
        if rule.fields.len() == 1
            && let Some(field) = out.fields.first()
        {
            self.put(&mut told, *field, &rule.fields[0].ty);
            if rule.kind == RuleKind::PassFail && told.state == State::Known {
                let passed = told.raw == "yes";
                told.raw = String::from(if passed { "pass" } else { "fail" });
                told.display = words(if passed { "values.pass" } else { "values.fail" });
            }
        }
        if !self.told_rules.insert(at) {
            told.kind = StepKind::Reference;
            told.note = Some(words("explain.told_above"));
            return told;
        }
        let (path, _) = self.registers.first(Reg::Narrow(Lane { at: out.path, lacks: None }));
        let segment_at = usize::try_from(path >> 16).ok();
        let Some(segment_at) = segment_at.filter(|at| *at < rule.segments.len()) else {
            told.children.push(self.before(rule));
            return told;
        };
        told.children.push(self.version(at, rule, segment_at, path as i64, out.fields.as_slice()));
        told
    }

    /// No law encoded on the judged date.
    fn before(&self, rule: &Rule) -> Step {
        let mut told = step(StepKind::Version, words("explain.no_law"));
        told.state = State::NotApplicable;
        told.display = words("explain.not_applicable");
        if let Some(first) = rule.segments.first() {
            let version = &rule.versions[first.version];
            told.cites = version.cites.iter().map(|c| c.id.clone()).collect();
            told.note = Some(words("explain.first_law").fill(&[("day", Text::same(iso(version.from)))]));
        }
        told.children.extend(self.judged(rule));
        told
    }

    fn judged(&self, rule: &Rule) -> Option<Step> {
        let mut told = match rule.judged_on {
            JudgedOn::AsOf => {
                let mut told = step(StepKind::Literal, words("explain.as_of"));
                told.raw = iso(self.as_of);
                told.display = Text::same(iso(self.as_of));
                told
            }
            JudgedOn::Fact(fact) => self.fact(fact)?,
        };
        told.note = Some(words("explain.picks_law"));
        Some(told)
    }

    fn fact(&self, fact: usize) -> Option<Step> {
        let slot = self.part.facts.iter().position(|f| *f == fact)?;
        let lacks = self.part.missing.get(slot).copied();
        let known = &self.vocabulary.facts()[fact];
        let mut told = step(StepKind::Fact, known.title.clone());
        told.fact = Some(fact);
        told.expression = Some(known.name.clone());
        let (lane, lacks) = self.registers.first(Reg::Narrow(Lane { at: slot, lacks }));
        if lacks == 0 {
            told.raw = self.vocabulary.text_of(known, lane as i64);
            told.display = self.vocabulary.display(known, &told.raw);
        } else {
            told.state = State::Unknown;
            told.missing = vec![fact];
            told.display = words("explain.unknown");
        }
        Some(told)
    }

    fn version(
        &mut self,
        rule_at: usize,
        rule: &'t Rule,
        segment_at: usize,
        path: i64,
        fields: &[FieldOut],
    ) -> Step {
        let segment = &rule.segments[segment_at];
        let version = &rule.versions[segment.version];
        let layer = &self.law.chain[version.layer].title;
        let day = Text::same(iso(version.from));
        let mut told =
            step(StepKind::Version, words("explain.version").fill(&[("layer", layer.clone()), ("day", day)]));
        told.cites = version.cites.iter().map(|c| c.id.clone()).collect();
        told.grade = Some(rule.segment_grade(segment));
        let notes = [&version.note, &version.from_note, &version.illustrative, &version.lapsed];
        told.note = joined(notes.into_iter().flatten());
        told.children.extend(self.judged(rule));
        let place = |index, written: &'t Written| Place {
            rule: rule_at,
            segment_at,
            segment,
            version,
            index,
            text: &written.text,
        };
        if let Some(written) = &version.applies {
            let mut applies = self.expression(&written.typed, place(0, written), &mut Vec::new());
            applies.note = Some(words("explain.applies"));
            told.children.push(applies);
        }
        for (at, written) in version.body.iter().enumerate() {
            let body =
                self.expression(&written.typed, place(version.body_index(at), written), &mut Vec::new());
            let field = &rule.fields[at];
            if field.name.is_empty() {
                told.children.push(body);
                continue;
            }
            let mut wrapped = step(StepKind::Operation, field.title.clone());
            if let Some(out) = fields.get(at) {
                self.put(&mut wrapped, *out, &field.ty);
            }
            wrapped.children.push(body);
            told.children.push(wrapped);
        }
        for at in by_priority(version) {
            let exception = &version.exceptions[at];
            let mut shown = step(
                StepKind::Exception,
                words("explain.exception").fill(&[("title", exception.title.clone())]),
            );
            shown.cites = exception.cites.iter().map(|c| c.id.clone()).collect();
            let when = self.expression(
                &exception.when.typed,
                place(version.when_index(at), &exception.when),
                &mut Vec::new(),
            );
            (shown.state, shown.missing) = (when.state, when.missing.clone());
            let applied = path & (1 << at) != 0;
            shown.raw = if applied { "yes" } else { "no" }.into();
            shown.display = match when.state {
                State::Known => words(if applied { "explain.applied" } else { "explain.not_applied" }),
                _ => words("explain.unknown"),
            };
            shown.children.push(when);
            told.children.push(shown);
        }
        told
    }

    fn expression(&mut self, typed: &'t Typed, place: Place<'t>, path: &mut Vec<u8>) -> Step {
        let text = place.text.get(typed.at.clone()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let out = self.part.trace.get(&(place.rule, place.segment_at, place.index, path.clone())).copied();
        let mut told = match &typed.kind {
            TypedKind::Fact(fact) => match self.fact(*fact) {
                Some(told) => return told,
                None => step(StepKind::Fact, Text::same(text.clone())),
            },
            TypedKind::Constant(_) | TypedKind::Number(_) => {
                step(StepKind::Literal, Text::same(text.clone()))
            }
            TypedKind::AsOf => step(StepKind::Literal, words("explain.as_of")),
            TypedKind::Parameter(name) => self.parameter(name, place),
            TypedKind::Table { table, column, .. } => self.table(table, column, place),
            TypedKind::Rule(id, _) => return self.reference(id, typed, out, text),
            TypedKind::Let(at) => return self.definition(*at, place),
            other => step(StepKind::Operation, operation(other)),
        };
        if told.kind != StepKind::Parameter {
            told.expression = Some(text);
        }
        if let Some(out) = out {
            self.put(&mut told, out, &typed.ty);
        } else {
            told.display = words("explain.by_multiplying");
        }
        told.children = self.children(typed, place, path);
        if out.is_none() {
            let missing: BTreeSet<usize> = told.children.iter().flat_map(|c| c.missing.clone()).collect();
            told.state = if missing.is_empty() { State::Known } else { State::Unknown };
            told.missing = missing.into_iter().collect();
        }
        told
    }

    /// The parts of an expression; of a case only the way that was taken, with what led there.
    fn children(&mut self, typed: &'t Typed, place: Place<'t>, path: &mut Vec<u8>) -> Vec<Step> {
        let mut told = Vec::new();
        let case = matches!(typed.kind, TypedKind::Case(..));
        let parts = typed.children();
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
                taken = step.state == State::Known && step.raw == "yes";
                open |= step.state != State::Known;
            }
            told.push(step);
            if case && taken && at % 2 == 1 && !open {
                break;
            }
        }
        told
    }

    fn parameter(&self, name: &str, place: Place<'_>) -> Step {
        let layers = self.law.parameters.get(name);
        let set = place.segment.parameters.get(name);
        let own = set.and_then(|s| layers?.iter().find(|(layer, _)| *layer == s.layer));
        let Some((set, (_, parameter))) = set.zip(own) else {
            return step(StepKind::Parameter, Text::same(name));
        };
        let mut told = step(StepKind::Parameter, parameter.title.clone());
        let package = &self.law.chain[set.layer];
        told.expression = Some(format!("${}", name.replace('/', ".")));
        told.cites = set.cites.iter().map(|c| c.id.clone()).collect();
        told.grade = Some(set.grade);
        told.note.clone_from(&set.illustrative);
        told.parameter = Some(ParameterUse {
            id: name.to_owned(),
            package: package.id.clone(),
            layer: package.title.clone(),
            from: iso(set.from),
            unit: parameter.unit_text.clone(),
            illustrative: set.illustrative.clone(),
        });
        told
    }

    /// A value of a table: its keys follow as the step's parts.
    fn table(&self, name: &str, column: &str, place: Place<'_>) -> Step {
        let Some(set) = place.segment.tables.get(name) else {
            return step(StepKind::Parameter, Text::same(name));
        };
        let found = set.table.columns.iter().find(|c| c.name == column);
        let title = found.map(|c| c.title.clone()).unwrap_or_default();
        let whole = words("explain.in_table").fill(&[("table", set.table.title.clone()), ("column", title)]);
        let mut told = step(StepKind::Parameter, whole);
        let (package, edition) = (&self.law.chain[set.layer], set.edition());
        told.expression = Some(format!("${}.{column}", name.replace('/', ".")));
        told.cites = set.cites.iter().map(|c| c.id.clone()).collect();
        told.grade = Some(set.grade);
        told.note.clone_from(&edition.illustrative);
        told.parameter = Some(ParameterUse {
            id: name.to_owned(),
            package: package.id.clone(),
            layer: package.title.clone(),
            from: iso(edition.from),
            unit: found.map(|c| c.unit_text.clone()).unwrap_or_default(),
            illustrative: edition.illustrative.clone(),
        });
        told
    }

    fn reference(&mut self, id: &str, typed: &Typed, out: Option<FieldOut>, text: String) -> Step {
        let Some((at, _)) = self.law.rule(id) else { return step(StepKind::Reference, Text::same(id)) };
        let mut told = self.rule(at);
        if let Some(out) = out {
            self.put(&mut told, out, &typed.ty);
        }
        told.expression = Some(text);
        told
    }

    fn definition(&mut self, at: usize, place: Place<'t>) -> Step {
        let (name, title, written) = &place.version.lets[at];
        let index = place.version.let_index(at);
        let title = title.clone().unwrap_or_else(|| Text::same(name.clone()));
        let key = (place.rule * 1000 + place.segment_at, at);
        let mut told = step(StepKind::Definition, title);
        told.expression = Some(name.clone());
        if let Some(out) = self.part.trace.get(&(place.rule, place.segment_at, index, Vec::new())).copied() {
            self.put(&mut told, out, &written.typed.ty);
        }
        if self.told_lets.insert(key) {
            let place = Place { index, text: &written.text, ..place };
            told.children.push(self.expression(&written.typed, place, &mut Vec::new()));
        } else {
            told.note = Some(words("explain.told_above"));
        }
        told
    }
}

fn joined<'x>(texts: impl Iterator<Item = &'x Text>) -> Option<Text> {
    let mut all: Option<Text> = None;
    for text in texts {
        all = Some(match all {
            None => text.clone(),
            Some(so_far) => {
                Text { zh: format!("{}{}", so_far.zh, text.zh), en: format!("{} {}", so_far.en, text.en) }
            }
        });
    }
    all
}

fn operation(kind: &TypedKind) -> Text {
    let key = match kind {
        TypedKind::Not(_) => "not",
        TypedKind::And(_) => "and",
        TypedKind::Or(_) => "or",
        TypedKind::Compare(op, ..) => match op {
            Comparison::Less => "less",
            Comparison::LessOrEqual => "at_most",
            Comparison::Equal => "equal",
            Comparison::NotEqual => "not_equal",
            Comparison::GreaterOrEqual => "at_least",
            Comparison::Greater => "greater",
        },
        TypedKind::InLanes(..) => "in",
        TypedKind::IsNever(_) => "is_none",
        TypedKind::Arithmetic(..) => "arithmetic",
        TypedKind::Convert(..) => "convert",
        TypedKind::PlusYears { .. } | TypedKind::PlusDays { .. } => "calendar",
        TypedKind::DaysBetween(..) => "days_between",
        TypedKind::NextEvery(..) => "next_every",
        TypedKind::Case(..) => "case",
        TypedKind::Extreme { greatest: true, .. } => "greatest",
        TypedKind::Extreme { .. } => "least",
        TypedKind::Round { .. } => "round",
        TypedKind::Discount { .. } => "discount",
        TypedKind::Count(_) => "count",
        _ => "value",
    };
    words(&format!("explain.op.{key}"))
}
