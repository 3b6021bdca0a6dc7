//! What the law says of acts, duties and desks: each from the lowest layer that writes it, with the names in
//! it resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::Builder;
use super::{Citation, Rule};
use crate::fault::{Fault, Source};
use crate::node::Span;
use crate::package::act::{Act, Test};
use crate::package::desk::Desk;
use crate::package::duty::{Due, Duty};
use crate::package::parameter::Cited;
use crate::package::reader::nearest;
use crate::package::rule::RuleKind;
use crate::vocabulary::FactKind;

/// 行为规范 · an act under a law.
#[derive(Clone, Debug)]
pub struct LawfulAct {
    /// What the act is.
    pub act: Arc<Act>,
    /// The law that it rests on.
    pub cites: Vec<Citation>,
    /// Index in the law's chain of the package that wrote it.
    pub layer: usize,
}

/// 法定义务 · a duty under a law.
#[derive(Clone, Debug)]
pub struct LawfulDuty {
    /// What is owed.
    pub duty: Arc<Duty>,
    /// The law that it rests on.
    pub cites: Vec<Citation>,
    /// Index in the law's chain of the package that wrote it.
    pub layer: usize,
}

/// 工作台 · a desk under a law.
#[derive(Clone, Debug)]
pub struct LawfulDesk {
    /// What is worked on.
    pub desk: Arc<Desk>,
    /// The law that it rests on.
    pub cites: Vec<Citation>,
    /// The law of each form.
    pub form_cites: Vec<Vec<Citation>>,
    /// Where each figure beside an answer is from.
    pub beside_cites: Vec<Vec<Citation>>,
    /// Index in the law's chain of the package that wrote it.
    pub layer: usize,
}

impl Builder<'_> {
    pub(super) fn acts(&mut self, rules: &[Rule]) -> BTreeMap<String, LawfulAct> {
        let mut acts = BTreeMap::new();
        let chain = self.chain;
        for (layer, package) in chain.iter().enumerate() {
            for act in &package.acts {
                if acts.contains_key(&act.name) {
                    continue;
                }
                self.check_act(act, rules);
                let cites = self.all_cited(&act.cites, &act.file);
                acts.insert(act.name.clone(), LawfulAct { act: Arc::clone(act), cites, layer });
            }
        }
        acts
    }

    pub(super) fn duties(&mut self, rules: &[Rule]) -> BTreeMap<String, LawfulDuty> {
        let mut duties = BTreeMap::new();
        let chain = self.chain;
        for (layer, package) in chain.iter().enumerate() {
            for duty in &package.duties {
                if duties.contains_key(&duty.name) {
                    continue;
                }
                self.check_duty(duty, rules);
                let cites = self.all_cited(&duty.cites, &duty.file);
                duties.insert(duty.name.clone(), LawfulDuty { duty: Arc::clone(duty), cites, layer });
            }
        }
        duties
    }

    pub(super) fn desks(&mut self, rules: &[Rule]) -> BTreeMap<String, LawfulDesk> {
        let mut desks = BTreeMap::new();
        let chain = self.chain;
        for (layer, package) in chain.iter().enumerate() {
            for desk in &package.desks {
                if desks.contains_key(&desk.name) {
                    continue;
                }
                self.check_desk(desk, rules);
                let cites = self.all_cited(&desk.cites, &desk.file);
                let forms = desk.forms.iter().map(|form| self.all_cited(&form.cites, &desk.file));
                let form_cites = forms.collect();
                let beside = desk.beside.iter().map(|beside| self.all_cited(&beside.cites, &desk.file));
                let beside_cites = beside.collect();
                desks.insert(
                    desk.name.clone(),
                    LawfulDesk { desk: Arc::clone(desk), cites, form_cites, beside_cites, layer },
                );
            }
        }
        desks
    }

    fn check_desk(&mut self, desk: &Desk, rules: &[Rule]) {
        self.check_department(&desk.owner, &desk.file, desk.owner_span);
        for (name, span) in &desk.fact_spans {
            self.check_fact(name, &desk.file, *span);
        }
        for (name, span) in &desk.rule_spans {
            if rules.iter().all(|rule| rule.name != *name) {
                self.no_rule(name, rules, &desk.file, *span);
            }
        }
        for (name, span) in &desk.either_spans {
            if rules.iter().all(|rule| rule.name != *name) {
                self.check_fact(name, &desk.file, *span);
            }
        }
        for (name, value) in desk.forms.iter().flat_map(|form| &form.given) {
            let Some(fact) = self.vocabulary.fact(name) else { continue };
            if let Err(bad) = self.vocabulary.canonical(fact, value, None) {
                let span = desk.fact_spans.iter().find(|(fact, _)| fact == name).map(|(_, span)| *span);
                let fault = Fault::new("P120", &desk.file, span.unwrap_or_default()).with("name", name);
                self.faults.push(fault.with_text("why", bad.message));
            }
        }
    }

    fn all_cited(&mut self, cites: &[Cited], file: &Arc<Source>) -> Vec<Citation> {
        cites.iter().filter_map(|cited| self.cited(cited, file)).collect()
    }

    fn check_act(&mut self, act: &Act, rules: &[Rule]) {
        self.check_department(&act.owner, &act.file, act.owner_span);
        let mut seen = BTreeSet::new();
        for (name, span) in &act.fact_spans {
            self.check_fact(name, &act.file, *span);
            if !seen.insert(name) {
                self.faults.push(Fault::new("P010", &act.file, *span).with("name", name));
            }
        }
        for (name, span) in &act.copied_spans {
            self.check_date(name, &act.file, *span);
        }
        for (name, value) in &act.sets {
            let Some(fact) = self.vocabulary.fact(name) else { continue };
            if let Err(bad) = self.vocabulary.canonical(fact, value, None) {
                let span = act.fact_spans.iter().find(|(fact, _)| fact == name).map(|(_, span)| *span);
                let fault = Fault::new("P120", &act.file, span.unwrap_or_default()).with("name", name);
                self.faults.push(fault.with_text("why", bad.message));
            }
        }
        for requirement in &act.requires {
            let found = rules.iter().find(|rule| rule.name == requirement.rule);
            let Some(rule) = found else {
                self.no_rule(&requirement.rule, rules, &act.file, requirement.rule_span);
                continue;
            };
            let field = rule.fields.iter().position(|field| field.name == requirement.field);
            let codes: Vec<String> = match (rule.kind, field) {
                (RuleKind::YesNo, Some(_)) => vec!["yes".into(), "no".into()],
                (RuleKind::PassFail, Some(_)) => vec!["pass".into(), "fail".into()],
                (RuleKind::Choice | RuleKind::Record, Some(at)) => {
                    rule.fields[at].codes.iter().map(|code| code.code.clone()).collect()
                }
                (RuleKind::Set, _) => rule.fields.iter().map(|field| field.name.clone()).collect(),
                _ => Vec::new(),
            };
            let set = rule.kind == RuleKind::Set;
            let wanted: Vec<&String> = match &requirement.test {
                Test::In(wanted) if !set => wanted.iter().collect(),
                Test::IsFact(fact) if !set => {
                    self.check_fact(fact, &act.file, requirement.test_span);
                    Vec::new()
                }
                Test::Has(wanted) if set => vec![wanted],
                Test::Empty if set => Vec::new(),
                Test::HasFact(fact) if set => {
                    self.check_fact(fact, &act.file, requirement.test_span);
                    Vec::new()
                }
                _ => {
                    let fault = Fault::new("P121", &act.file, requirement.test_span);
                    self.faults.push(fault.with("rule", &rule.name).with("kind", rule.kind.word()));
                    continue;
                }
            };
            for code in wanted {
                if !codes.contains(code) {
                    let near = nearest(code, codes.iter().map(String::as_str)).unwrap_or("–");
                    let fault = Fault::new("P122", &act.file, requirement.test_span).with("code", code);
                    let fault = fault.with("rule", &rule.name).with("near", near);
                    self.faults.push(fault.with("codes", codes.join(", ")));
                }
            }
        }
    }

    fn check_duty(&mut self, duty: &Duty, rules: &[Rule]) {
        let [owner, due, done, after] = &duty.spans;
        self.check_department(&owner.0, &duty.file, owner.1);
        if !duty.by.is_empty() {
            self.check_department(&duty.by, &duty.file, owner.1);
        }
        self.check_date(&done.0, &duty.file, done.1);
        if duty.after.is_some() {
            self.check_date(&after.0, &duty.file, after.1);
        }
        match &duty.due {
            Due::Fact(name) => self.check_date(name, &duty.file, due.1),
            Due::Rule(name, field) => {
                let Some(rule) = rules.iter().find(|rule| rule.name == *name) else {
                    self.no_rule(name, rules, &duty.file, due.1);
                    return;
                };
                let dated = rule.fields.iter().any(|known| known.name == *field && known.is_date());
                if !dated {
                    let fault = Fault::new("P121", &duty.file, due.1).with("rule", name);
                    self.faults.push(fault.with("kind", rule.kind.word()));
                }
            }
        }
    }

    fn check_department(&mut self, id: &str, file: &Arc<Source>, span: Span) {
        if self.vocabulary.departments().all(|(known, _)| known != id) {
            self.faults.push(Fault::new("P011", file, span).with("name", id));
        }
    }

    fn check_fact(&mut self, name: &str, file: &Arc<Source>, span: Span) -> bool {
        let found = self.vocabulary.fact(name).is_some();
        if !found {
            let known = self.vocabulary.facts().iter().map(|fact| fact.name.as_str());
            let near = nearest(name, known).unwrap_or("–");
            self.faults.push(Fault::new("P034", file, span).with("name", name).with("near", near));
        }
        found
    }

    fn check_date(&mut self, name: &str, file: &Arc<Source>, span: Span) {
        let dated = |name: &str| {
            self.vocabulary.fact(name).is_some_and(|fact| matches!(fact.kind, FactKind::Date { .. }))
        };
        if !dated(name) && self.check_fact(name, file, span) {
            self.faults.push(Fault::new("P065", file, span).with("name", name));
        }
    }

    fn no_rule(&mut self, name: &str, rules: &[Rule], file: &Arc<Source>, span: Span) {
        let near = nearest(name, rules.iter().map(|rule| rule.name.as_str())).unwrap_or("–");
        self.faults.push(Fault::new("P037", file, span).with("name", name).with("near", near));
    }
}
