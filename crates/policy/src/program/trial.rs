//! Trying the cases of packages: does what comes out equal what must, and which branches were seen?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::facts::Facts;
use super::outcome::{Decoder, Determination, Outcome, OutcomeValue, Outcomes, Words};
use super::{Machine, Program};
use crate::calendar::parse_iso;
use crate::exact::Exact;
use crate::fault::Fault;
use crate::law::{JudgedOn, Law, Rule};
use crate::package::case::{Case, Expectation};
use crate::package::library::Library;
use crate::package::reader::nearest;
use crate::package::rule::RuleKind;
use crate::vocabulary::MISSING;

/// 用例结果 · what came of one case.
#[derive(Debug)]
pub struct Trial {
    /// The package in whose folder the case lies.
    pub package: String,
    /// The case.
    pub case: Arc<Case>,
    /// What came out, in the words of expectations.
    pub got: Expectation,
    /// Whether that is what must.
    pub passed: bool,
}

impl Trial {
    /// Line and column of the case in its file.
    pub fn place(&self) -> (usize, usize) {
        Fault::new("P090", &self.case.file, self.case.span).line_column()
    }
}

/// 覆盖 · the branches of a rule, and those that some case went through.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Rule path by package, with its branches: name and whether it was seen.
    pub rules: BTreeMap<(String, String), BTreeMap<String, bool>>,
}

impl Coverage {
    /// Branches seen and branches there are.
    pub fn count(&self) -> (usize, usize) {
        let all = self.rules.values().flat_map(BTreeMap::values);
        let seen = all.clone().filter(|seen| **seen).count();
        (seen, all.count())
    }
}

/// Tries every case of every package.
pub fn run(library: &Library) -> (Vec<Trial>, Coverage, Vec<Fault>) {
    let mut trials = Vec::new();
    let mut faults = Vec::new();
    let mut coverage = Coverage::default();
    for (id, law) in library.laws() {
        branches(law, &mut coverage);
        for case in &law.package().cases {
            match try_case(library, law, case, &mut coverage) {
                Ok((got, passed)) => {
                    trials.push(Trial { package: id.clone(), case: Arc::clone(case), got, passed });
                }
                Err(mut found) => faults.append(&mut found),
            }
        }
    }
    (trials, coverage, faults)
}

/// The branches that a package itself writes: versions, exceptions and outcomes.
fn branches(law: &Law, coverage: &mut Coverage) {
    for rule in law.rules.iter().filter(|rule| !rule.definition) {
        if !law.package().rules.contains_key(&rule.id) {
            continue;
        }
        let entry = coverage.rules.entry((law.package().id.clone(), rule.id.clone())).or_default();
        for version in rule.versions.iter().filter(|v| v.layer == 0) {
            let day = crate::calendar::iso(version.from);
            entry.insert(day.clone(), false);
            for exception in &version.exceptions {
                entry.insert(format!("{day} {}", exception.label), false);
            }
        }
        for word in outcome_words(rule) {
            entry.insert(word, false);
        }
        entry.insert("unknown".into(), false);
    }
}

fn outcome_words(rule: &Rule) -> Vec<String> {
    match rule.kind {
        RuleKind::PassFail => vec!["pass".into(), "fail".into()],
        RuleKind::YesNo => vec!["yes".into(), "no".into()],
        RuleKind::Choice | RuleKind::Set | RuleKind::Record => {
            rule.fields.iter().flat_map(|f| f.codes.iter().map(|c| c.code.clone())).collect()
        }
        RuleKind::Quantity => vec!["zero".into(), "amount".into()],
        RuleKind::Date => Vec::new(),
    }
}

type Tried = Result<(Expectation, bool), Vec<Fault>>;

fn try_case(library: &Library, law: &Law, case: &Case, coverage: &mut Coverage) -> Tried {
    let Some((rule_at, rule)) = law.rule(&case.rule) else {
        return Err(vec![Fault::new("P090", &case.file, case.rule_span).with("rule", &case.rule)]);
    };
    check_expectation(library, rule, case)?;
    let facts = given(library, case)?;
    let judged = match rule.judged_on {
        JudgedOn::Fact(fact) => facts.column(fact, 0, 1).first().copied().filter(|lane| *lane != MISSING),
        JudgedOn::AsOf => None,
    };
    let Some(as_of) = case.as_of.or(judged).or_else(|| parse_iso("2020-01-01")) else {
        return Err(Vec::new());
    };
    let program = Program::compile(law, &library.vocabulary, as_of, false);
    let program = program.map_err(|_| Vec::new())?;
    let mut machine = Machine::with_block(&program, 1);
    let mut outcomes = Outcomes::new(&program, 1);
    machine.run(&program, &facts, 0, 1, &mut outcomes);
    let mut decoder = Decoder::new(law, &program);
    let Some(found) = decoder.read(&outcomes, rule_at, 0) else { return Err(Vec::new()) };
    mark(law, rule, &found, outcomes.path(rule_at, 0), coverage);
    let got = words_of(library, rule, &found);
    let passed = same(&got, &case.expect);
    Ok((got, passed))
}

/// An expectation that no outcome can meet is a slip of the pen, not a case that fails.
fn check_expectation(library: &Library, rule: &Rule, case: &Case) -> Result<(), Vec<Fault>> {
    let codes = |name: &str| -> Vec<String> {
        let field = rule.fields.iter().find(|field| field.name == name);
        field.into_iter().flat_map(|f| f.codes.iter().map(|c| c.code.clone())).collect()
    };
    let strange = |word: &str, words: &[String]| {
        let fault = Fault::new("P094", &case.file, case.expect_span).with("word", word);
        fault.with("words", words.join(", "))
    };
    let unlisted = |word: &String, words: &[String]| !words.is_empty() && !words.contains(word);
    let faults: Vec<Fault> = match &case.expect {
        Expectation::NotApplicable => Vec::new(),
        Expectation::Unknown(names) => {
            let facts = || library.vocabulary.facts().iter().map(|f| f.name.as_str());
            let absent = names.iter().filter(|name| library.vocabulary.index(name).is_none());
            absent
                .map(|name| {
                    let near = nearest(name, facts()).unwrap_or("–");
                    Fault::new("P091", &case.file, case.expect_span).with("name", name).with("near", near)
                })
                .collect()
        }
        Expectation::Value(word) => {
            let words = outcome_words(rule);
            let fits = match rule.kind {
                RuleKind::Quantity => Exact::parse(word).is_some(),
                RuleKind::Date => word == "none" || parse_iso(word).is_some(),
                RuleKind::Set | RuleKind::Record => false,
                _ => words.contains(word),
            };
            if fits { Vec::new() } else { vec![strange(word, &words)] }
        }
        Expectation::Members(words) => {
            let known = outcome_words(rule);
            words.iter().filter(|word| unlisted(word, &known)).map(|word| strange(word, &known)).collect()
        }
        Expectation::Fields(fields) => {
            let names: Vec<String> = rule.fields.iter().map(|f| f.name.clone()).collect();
            let name = fields.iter().filter(|(name, _)| !names.contains(name));
            let value = fields.iter().filter(|(name, word)| unlisted(word, &codes(name)));
            name.map(|(name, _)| strange(name, &names))
                .chain(value.map(|(name, word)| strange(word, &codes(name))))
                .collect()
        }
    };
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn given(library: &Library, case: &Case) -> Result<Facts, Vec<Fault>> {
    let vocabulary = &library.vocabulary;
    let mut facts = Facts::new(vocabulary);
    let row = facts.push();
    let mut faults = Vec::new();
    for ((name, value), span) in case.given.iter().zip(&case.given_spans) {
        let Some(index) = vocabulary.index(name) else {
            let near = nearest(name, vocabulary.facts().iter().map(|f| f.name.as_str())).unwrap_or("–");
            faults.push(Fault::new("P091", &case.file, *span).with("name", name).with("near", near));
            continue;
        };
        let fact = &vocabulary.facts()[index];
        let set = vocabulary
            .canonical(fact, value, None)
            .and_then(|text| facts.set_text(row, index, &text, vocabulary, &library.symbols));
        if let Err(bad) = set {
            faults.push(Fault::new("P092", &case.file, *span).with_text("why", bad.message));
        }
    }
    facts.complete(row, vocabulary);
    if faults.is_empty() { Ok(facts) } else { Err(faults) }
}

fn mark(law: &Law, rule: &Rule, found: &Determination, path: i64, coverage: &mut Coverage) {
    let Some(entry) = coverage.rules.get_mut(&(law.package().id.clone(), rule.id.clone())) else { return };
    let mut see = |branch: String| {
        if let Some(seen) = entry.get_mut(&branch) {
            *seen = true;
        }
    };
    if let Some(segment) = usize::try_from(path >> 16).ok().and_then(|at| rule.segments.get(at)) {
        let version = &rule.versions[segment.version];
        let day = crate::calendar::iso(version.from);
        if version.layer == 0 {
            see(day.clone());
            for (bit, exception) in version.exceptions.iter().enumerate() {
                if path & (1 << bit) != 0 {
                    see(format!("{day} {}", exception.label));
                }
            }
        }
    }
    match &found.outcome {
        Outcome::Value(OutcomeValue::Amount(amount)) => {
            see(if *amount == Exact::ZERO { "zero" } else { "amount" }.into());
        }
        Outcome::Value(value) => match value.words(rule) {
            Words::One(word) => see(word),
            Words::Many(words) => words.into_iter().for_each(see),
            Words::Fields(fields) => fields.into_iter().for_each(|(_, word)| see(word)),
        },
        Outcome::Unknown => see("unknown".into()),
        Outcome::NotApplicable => {}
    }
}

fn words_of(library: &Library, rule: &Rule, found: &Determination) -> Expectation {
    match &found.outcome {
        Outcome::Unknown => Expectation::Unknown(
            found.missing.iter().map(|f| library.vocabulary.facts()[*f].name.clone()).collect(),
        ),
        Outcome::NotApplicable => Expectation::NotApplicable,
        Outcome::Value(value) => match value.words(rule) {
            Words::One(word) => Expectation::Value(word),
            Words::Many(words) => Expectation::Members(words),
            Words::Fields(fields) => Expectation::Fields(fields),
        },
    }
}

fn same(got: &Expectation, expected: &Expectation) -> bool {
    let alike = |a: &str, b: &str| a == b || Exact::parse(a).is_some_and(|x| Exact::parse(b) == Some(x));
    match (got, expected) {
        (Expectation::Value(a), Expectation::Value(b)) => alike(a, b),
        (Expectation::Fields(a), Expectation::Fields(b)) => {
            let pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.into_iter().all(|(a, b)| a.0 == b.0 && alike(&a.1, &b.1))
        }
        (Expectation::Unknown(a), Expectation::Unknown(b))
        | (Expectation::Members(a), Expectation::Members(b)) => {
            a.iter().collect::<BTreeSet<_>>() == b.iter().collect()
        }
        _ => got == expected,
    }
}
