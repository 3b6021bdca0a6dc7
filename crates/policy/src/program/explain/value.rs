//! The value of a step: kept as it is computed, put in words when somebody reads it.

use super::super::outcome::reason_key;
use super::super::{LAPSED, NOT_APPLICABLE};
use crate::calendar::{NEVER, iso};
use crate::exact::Exact;
use crate::exact::grouped;
use crate::expression::typed::{Domain, Ty};
use crate::law::Law;
use crate::messages::words;
use crate::text::Text;
use crate::unit::Unit;
use crate::vocabulary::{FactKind, Vocabulary};

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

/// What gives values their words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speaker<'l> {
    pub(super) law: &'l Law,
    pub(super) vocabulary: &'l Vocabulary,
}

impl Speaker<'_> {
    /// A number that is written already, with its unit.
    pub(super) fn quantity(self, number: &str, unit: Unit) -> Text {
        let name = self.vocabulary.units.display(unit);
        let join = |unit: &str| format!("{number} {unit}").trim_end().to_owned();
        Text { zh: join(&name.zh), en: join(&name.en) }
    }
}

/// A value as it is computed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'l> {
    /// Nothing to say.
    Nothing,
    /// Words of the catalogue in place of a value.
    Words(&'static str),
    /// A lane of a type, in steps of a size.
    Lane { lane: i128, quantum: Exact, ty: &'l Ty },
    /// Whether a test is passed.
    Passed(bool),
    /// Whether an exception applies; its condition may not be known.
    Applied { applied: bool, known: bool },
    /// The lane of a fact, by its index.
    Fact { fact: usize, lane: i64 },
    /// A day.
    Day(i64),
}

impl<'l> Value<'l> {
    /// The state of a lane that lacks something, with the words that stand for its value.
    pub(super) fn lacking(lacks: u64, facts_missing: bool) -> (State, Self) {
        if facts_missing {
            return (State::Unknown, Self::Words("explain.unknown"));
        }
        if lacks & NOT_APPLICABLE != 0 {
            return (State::NotApplicable, Self::Words("explain.not_applicable"));
        }
        let key = if lacks & LAPSED != 0 { "reasons.lapsed" } else { reason_key(lacks) };
        (State::Undefined, Self::Words(key))
    }

    /// Whether it is a yes.
    pub(super) fn is_yes(self) -> bool {
        matches!(self, Self::Lane { lane, ty: Ty::Bool, .. } if lane != 0)
    }

    /// In the output's words; empty where there is no value.
    pub(super) fn raw(self, speaker: Speaker<'l>) -> String {
        let flag = |yes: bool, words: [&str; 2]| words[usize::from(!yes)].to_owned();
        match self {
            Self::Nothing | Self::Words(_) => String::new(),
            Self::Passed(passed) => flag(passed, ["pass", "fail"]),
            Self::Applied { applied, .. } => flag(applied, ["yes", "no"]),
            Self::Day(day) => iso(day),
            Self::Fact { fact, lane } => speaker.vocabulary.text_of(&speaker.vocabulary.facts()[fact], lane),
            Self::Lane { lane, quantum, ty } => match ty {
                Ty::Bool => flag(lane != 0, ["yes", "no"]),
                Ty::Date if lane >= i128::from(NEVER) => "none".to_owned(),
                Ty::Date => iso(lane as i64),
                Ty::Code(domain) => code(speaker, domain, lane as usize).0,
                Ty::Number(_) => amount(lane, quantum).to_string(),
            },
        }
    }

    /// For people.
    pub(super) fn display(self, speaker: Speaker<'l>) -> Text {
        match self {
            Self::Nothing => Text::default(),
            Self::Words(key) => words(key),
            Self::Passed(passed) => words(if passed { "values.pass" } else { "values.fail" }),
            Self::Applied { known: false, .. } => words("explain.unknown"),
            Self::Applied { applied, .. } => {
                words(if applied { "explain.applied" } else { "explain.not_applied" })
            }
            Self::Day(day) => Text::same(iso(day)),
            Self::Fact { fact, .. } => {
                let known = &speaker.vocabulary.facts()[fact];
                speaker.vocabulary.display(known, &self.raw(speaker))
            }
            Self::Lane { lane, quantum, ty } => match ty {
                Ty::Bool => words(if lane != 0 { "values.yes" } else { "values.no" }),
                Ty::Date if lane >= i128::from(NEVER) => words("explain.never"),
                Ty::Date => Text::same(iso(lane as i64)),
                Ty::Code(domain) => code(speaker, domain, lane as usize).1,
                Ty::Number(unit) => speaker.quantity(&grouped(amount(lane, quantum)), *unit),
            },
        }
    }
}

fn amount(lane: i128, quantum: Exact) -> Exact {
    Exact::whole(lane).times(quantum).unwrap_or(Exact::ZERO)
}

/// A code and its title.
fn code(speaker: Speaker<'_>, domain: &Domain, at: usize) -> (String, Text) {
    match domain {
        Domain::Fact(fact) => match &speaker.vocabulary.facts()[*fact].kind {
            FactKind::Code(values) => {
                values.get(at).map(|v| (v.code.clone(), v.title.clone())).unwrap_or_default()
            }
            _ => Default::default(),
        },
        Domain::Rule(id, field) => {
            let rule = speaker.law.rule(id);
            let found = rule.and_then(|(_, r)| r.fields.iter().find(|f| f.name == *field));
            let code = found.and_then(|f| f.codes.get(at));
            code.map(|c| (c.code.clone(), c.title.clone())).unwrap_or_default()
        }
        Domain::Open => Default::default(),
    }
}
