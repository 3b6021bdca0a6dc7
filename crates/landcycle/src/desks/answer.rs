//! What a rule answers for a project, with a line for each rule that the answer is made from.

use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::{self, State, Step, StepKind};
use landcycle_policy::text::Text;

use super::Matter;
use crate::cli::tree;
use crate::say::Failure;

/// 答复 · the outcome of a rule, and how it came about.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The rule, by name.
    pub(crate) rule: String,
    /// What it is called.
    pub(crate) title: Text,
    /// The department that owns it.
    pub(crate) owner: String,
    /// The outcome in words.
    pub(crate) shown: Text,
    /// The outcome for programs; empty where there is none.
    pub(crate) raw: String,
    /// Known or not, and why.
    pub(crate) state: State,
    /// The weakest grade in it.
    pub(crate) grade: Option<Grade>,
    /// Citations of the version that answered.
    pub(crate) cites: Vec<String>,
    /// Facts that it lacks, by index.
    pub(crate) missing: Vec<usize>,
    /// What it is made from, the outermost first; its own line leads.
    pub(crate) lines: Vec<Line>,
    /// The whole explanation.
    pub(crate) tree: serde_json::Value,
}

/// 行 · one rule in an answer.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// How deep it stands.
    pub(crate) depth: usize,
    /// What it is called.
    pub(crate) title: Text,
    /// The words of the rule.
    pub(crate) formula: String,
    /// Its value in words.
    pub(crate) shown: Text,
    /// Its value for programs.
    pub(crate) raw: String,
    /// Known or not, and why.
    pub(crate) state: State,
    /// The package whose words it has, with their first day.
    pub(crate) version: Text,
    /// Citations.
    pub(crate) cites: Vec<String>,
    /// Grade of the law in it.
    pub(crate) grade: Option<Grade>,
    /// How the law was read, and why it is a stand-in, if so.
    pub(crate) note: Option<Text>,
    /// Facts and numbers of the law that it reads itself.
    pub(crate) uses: Vec<Use>,
}

/// 取值 · a fact or a number of the law in a line.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// What it is called.
    pub(crate) title: Text,
    /// Its value in words.
    pub(crate) shown: Text,
    /// The fact, by its index; a number of the law has none.
    pub(crate) fact: Option<usize>,
    /// The layer that set the number, and since when.
    pub(crate) set_by: Option<(Text, String)>,
    /// Citations.
    pub(crate) cites: Vec<String>,
    /// Its grade.
    pub(crate) grade: Option<Grade>,
    /// Why it is a stand-in, if so.
    pub(crate) illustrative: Option<Text>,
}

/// The answer of a rule, by its name.
pub(crate) fn answer(library: &Library, matter: &Matter, name: &str) -> Result<Answer, Failure> {
    let law = matter.law();
    let no_rule = || Failure::new("no_rule_known", &[("rule", name), ("known", "")]);
    let (at, rule) = law.rule(name).ok_or_else(no_rule)?;
    let step = explain::explain(law, &library.vocabulary, &matter.batch.facts, 0, at, matter.day)
        .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
    let mut lines = Vec::new();
    gather(&step, 0, &mut lines);
    for used in lines.iter_mut().flat_map(|line: &mut Line| &mut line.uses) {
        spell(used, library, matter);
    }
    let weakest =
        lines.iter().flat_map(|line| line.grade.into_iter().chain(line.uses.iter().filter_map(|u| u.grade)));
    Ok(Answer {
        rule: rule.name.clone(),
        title: rule.title.clone(),
        owner: rule.owner.clone(),
        shown: step.display(),
        raw: step.raw(),
        state: step.state,
        grade: weakest.max(),
        cites: lines.first().map(|line| line.cites.clone()).unwrap_or_default(),
        missing: step.missing.clone(),
        lines,
        tree: tree::json(&step, library, &tree::Sources::default()),
    })
}

/// Lanes do not hold the texts of open codes: they are told as they were given.
fn spell(used: &mut Use, library: &Library, matter: &Matter) {
    let Some(fact) = used.fact.map(|fact| &library.vocabulary.facts()[fact]) else { return };
    if let (true, Some(text)) = (used.shown.zh.is_empty(), matter.facts.get(&fact.name)) {
        used.shown = library.vocabulary.display(fact, text);
    }
}

/// The rules in a tree, each once and under the one that reads it. A rule that only passes another on
/// has no line of its own.
fn gather(step: &Step<'_>, depth: usize, lines: &mut Vec<Line>) {
    let version = step.children.iter().find(|child| child.kind() == StepKind::Version);
    let Some(version) = version else {
        if depth == 0 {
            lines.push(line(step, None, depth));
        }
        return;
    };
    let bodies = bodies(version);
    let passed_on = match bodies.as_slice() {
        [only] if depth > 0 && only.kind() == StepKind::Rule && !only.children.is_empty() => Some(*only),
        _ => None,
    };
    if let Some(inner) = passed_on {
        return gather(inner, depth, lines);
    }
    let mut own = line(step, Some(version), depth);
    for body in &bodies {
        uses(body, &mut own.uses);
    }
    own.formula =
        bodies.iter().filter_map(|body| body.told.expression.clone()).collect::<Vec<_>>().join("; ");
    let at = lines.len();
    lines.push(own);
    for body in bodies {
        inner(body, depth + 1, lines);
    }
    // What is computed is known no better than the weakest that it is computed from.
    let made_of = lines[at..].iter();
    let grades =
        made_of.flat_map(|line| line.grade.into_iter().chain(line.uses.iter().filter_map(|u| u.grade)));
    lines[at].grade = grades.max();
}

/// What a version computes: its body, or that of the exception that applies.
fn bodies<'s, 'l>(version: &'s Step<'l>) -> Vec<&'s Step<'l>> {
    let applied = version
        .children
        .iter()
        .rfind(|step| step.kind() == StepKind::Exception && step.raw() == "yes" && step.children.len() > 1);
    if let Some(exception) = applied {
        return exception.children.iter().skip(1).collect();
    }
    let body = |step: &&Step<'_>| step.kind() != StepKind::Exception && !step.is_threshold();
    version.children.iter().filter(body).collect()
}

fn line(step: &Step<'_>, version: Option<&Step<'_>>, depth: usize) -> Line {
    Line {
        depth,
        title: step.told.title.clone(),
        formula: String::new(),
        shown: step.display(),
        raw: step.raw(),
        state: step.state,
        version: version.map(|version| version.told.title.clone()).unwrap_or_default(),
        cites: version.map(|version| version.told.cites.clone()).unwrap_or_default(),
        grade: version.and_then(|version| version.told.grade),
        note: version.and_then(Step::note),
        uses: Vec::new(),
    }
}

fn is_rule(step: &Step<'_>) -> bool {
    matches!(step.told.kind, StepKind::Rule)
}

/// Rules within an expression.
fn inner(step: &Step<'_>, depth: usize, lines: &mut Vec<Line>) {
    if is_rule(step) {
        if !step.is_again() {
            gather(step, depth, lines);
        }
        return;
    }
    step.children.iter().for_each(|child| inner(child, depth, lines));
}

/// Facts and numbers of the law within an expression, not those of the rules in it.
fn uses(step: &Step<'_>, found: &mut Vec<Use>) {
    if is_rule(step) {
        return;
    }
    if matches!(step.kind(), StepKind::Fact | StepKind::Parameter) {
        let of_law = step.told.parameter.as_ref();
        let one = Use {
            title: step.told.title.clone(),
            shown: step.display(),
            fact: step.told.fact,
            set_by: of_law.map(|set| (set.layer.clone(), set.from.clone())),
            cites: step.told.cites.clone(),
            grade: of_law.and(step.told.grade),
            illustrative: of_law.and_then(|set| set.illustrative.clone()),
        };
        if !found.iter().any(|known| known.title == one.title && known.shown == one.shown) {
            found.push(one);
        }
    }
    step.children.iter().for_each(|child| uses(child, found));
}
