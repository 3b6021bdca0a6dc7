//! What is told of a step whatever the case: titles, the words of the rule, citations, parameters. Made
//! once for every place in the law and shared by all explanations.

use std::sync::Arc;

use crate::calendar::iso;
use crate::expression::syntax::Comparison;
use crate::expression::typed::{Typed, TypedKind};
use crate::law::{Exception, Law, Rule, Segment, Version};
use crate::messages::words;
use crate::package::document::Grade;
use crate::text::Text;
use crate::vocabulary::Fact;

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

/// What is told of a step whatever the case.
#[derive(Clone, Debug)]
pub struct Told {
    /// What kind of step.
    pub kind: StepKind,
    /// What it is called.
    pub title: Text,
    /// The words of the rule file, when the step is an expression.
    pub expression: Option<String>,
    /// Citations.
    pub cites: Vec<String>,
    /// Grade of the law used in this step itself.
    pub grade: Option<Grade>,
    /// The parameter, when the step is one.
    pub parameter: Option<ParameterUse>,
    /// The fact, by its index in the vocabulary.
    pub fact: Option<usize>,
    /// A remark of the rule's authors.
    pub note: Option<Text>,
}

impl Told {
    pub(super) fn new(kind: StepKind, title: Text) -> Self {
        Self {
            kind,
            title,
            expression: None,
            cites: Vec::new(),
            grade: None,
            parameter: None,
            fact: None,
            note: None,
        }
    }

    pub(super) fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }

    pub(super) fn rule(rule: &Rule) -> Self {
        Self::new(StepKind::Rule, rule.title.clone())
    }

    /// No law encoded on the judged date.
    pub(super) fn before(rule: &Rule) -> Self {
        let mut told = Self::new(StepKind::Version, words("explain.no_law"));
        if let Some(first) = rule.segments.first() {
            let version = &rule.versions[first.version];
            told.cites = version.cites.iter().map(|c| c.id.clone()).collect();
            told.grade = Some(rule.segment_grade(first));
            told.note = Some(words("explain.first_law").fill(&[("day", Text::same(iso(version.from)))]));
        }
        told
    }

    pub(super) fn version(law: &Law, rule: &Rule, segment: &Segment, version: &Version) -> Self {
        let layer = &law.chain[version.layer].title;
        let day = Text::same(iso(version.from));
        let title = words("explain.version").fill(&[("layer", layer.clone()), ("day", day)]);
        let notes = [&version.note, &version.from_note, &version.illustrative, &version.lapsed];
        Self {
            cites: version.cites.iter().map(|c| c.id.clone()).collect(),
            grade: Some(rule.segment_grade(segment)),
            note: joined(notes.into_iter().flatten()),
            ..Self::new(StepKind::Version, title)
        }
    }

    pub(super) fn exception(exception: &Exception) -> Self {
        let title = words("explain.exception").fill(&[("title", exception.title.clone())]);
        Self {
            cites: exception.cites.iter().map(|c| c.id.clone()).collect(),
            note: exception.illustrative.clone(),
            ..Self::new(StepKind::Exception, title)
        }
    }

    pub(super) fn fact(at: usize, fact: &Fact) -> Self {
        Self {
            fact: Some(at),
            expression: Some(fact.name.clone()),
            ..Self::new(StepKind::Fact, fact.title.clone())
        }
    }

    /// An expression with the words in which it was written.
    pub(super) fn expression(law: &Law, segment: &Segment, typed: &Typed, text: String) -> Self {
        let mut told = match &typed.kind {
            TypedKind::Fact(_) => Self::new(StepKind::Fact, Text::same(text.clone())),
            TypedKind::Constant(_) | TypedKind::Number(_) => {
                Self::new(StepKind::Literal, Text::same(text.clone()))
            }
            TypedKind::AsOf => Self::new(StepKind::Literal, words("explain.as_of")),
            TypedKind::Parameter(name) => return Self::parameter(law, segment, name),
            TypedKind::Table { table, column, .. } => return Self::table(law, segment, table, column),
            other => Self::new(StepKind::Operation, operation(other)),
        };
        told.expression = Some(text);
        told
    }

    fn parameter(law: &Law, segment: &Segment, name: &str) -> Self {
        let layers = law.parameters.get(name);
        let set = segment.parameters.get(name);
        let own = set.and_then(|s| layers?.iter().find(|(layer, _)| *layer == s.layer));
        let Some((set, (_, parameter))) = set.zip(own) else {
            return Self::new(StepKind::Parameter, Text::same(name));
        };
        let package = &law.chain[set.layer];
        Self {
            expression: Some(format!("${}", name.replace('/', "."))),
            cites: set.cites.iter().map(|c| c.id.clone()).collect(),
            grade: Some(set.grade),
            note: set.illustrative.clone(),
            parameter: Some(ParameterUse {
                id: name.to_owned(),
                package: package.id.clone(),
                layer: package.title.clone(),
                from: iso(set.from),
                unit: parameter.unit_text.clone(),
                illustrative: set.illustrative.clone(),
            }),
            ..Self::new(StepKind::Parameter, parameter.title.clone())
        }
    }

    /// A value of a table: its keys follow as the step's parts.
    fn table(law: &Law, segment: &Segment, name: &str, column: &str) -> Self {
        let Some(set) = segment.tables.get(name) else {
            return Self::new(StepKind::Parameter, Text::same(name));
        };
        let found = set.table.columns.iter().find(|c| c.name == column);
        let title = found.map(|c| c.title.clone()).unwrap_or_default();
        let whole = words("explain.in_table").fill(&[("table", set.table.title.clone()), ("column", title)]);
        let (package, edition) = (&law.chain[set.layer], set.edition());
        Self {
            expression: Some(format!("${}.{column}", name.replace('/', "."))),
            cites: set.cites.iter().map(|c| c.id.clone()).collect(),
            grade: Some(set.grade),
            note: edition.illustrative.clone(),
            parameter: Some(ParameterUse {
                id: name.to_owned(),
                package: package.id.clone(),
                layer: package.title.clone(),
                from: iso(edition.from),
                unit: found.map(|c| c.unit_text.clone()).unwrap_or_default(),
                illustrative: edition.illustrative.clone(),
            }),
            ..Self::new(StepKind::Parameter, whole)
        }
    }

    /// A rule where another uses it.
    pub(super) fn reference(law: &Law, id: &str, text: String) -> Self {
        let mut told = match law.rule(id) {
            Some((_, rule)) => Self::rule(rule),
            None => Self::new(StepKind::Reference, Text::same(id)),
        };
        told.expression = Some(text);
        told
    }

    pub(super) fn definition(version: &Version, at: usize) -> Self {
        let (name, title, _) = &version.lets[at];
        let title = title.clone().unwrap_or_else(|| Text::same(name.clone()));
        Self { expression: Some(name.clone()), ..Self::new(StepKind::Definition, title) }
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
