//! Putting a law together from a chain of packages, collecting every fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::segments::find;
use super::{Citation, Field, JudgedOn, Law, Rule, Version};
use crate::expression::check::RuleValue;
use crate::expression::typed::{Domain, Ty, TypedKind};
use crate::fault::{Fault, Source};
use crate::node::Span;
use crate::package::library::Package;
use crate::package::parameter::{Cited, Parameter};
use crate::package::reader::{Placed, nearest};
use crate::package::rule::{FieldHead, Head, RuleFile, RuleKind};
use crate::package::table::{self, Matching, Table};
use crate::unit::Unit;
use crate::vocabulary::{FactKind, Symbols, Vocabulary};

pub(super) struct Builder<'b> {
    pub(super) chain: &'b [Arc<Package>],
    pub(super) vocabulary: &'b Vocabulary,
    pub(super) symbols: &'b mut Symbols,
    pub(super) faults: &'b mut Vec<Fault>,
    pub(super) parameters: BTreeMap<String, Vec<(usize, Arc<Parameter>)>>,
    pub(super) tables: BTreeMap<String, Vec<(usize, Arc<Table>)>>,
    /// Heads of all rules by path, with the fields as other rules see them.
    pub(super) heads: BTreeMap<String, RuleHead>,
    /// Rules whose own unit is at fault, so that no value can be held against it.
    pub(super) unitless: BTreeSet<String>,
}

/// What other rules need to know of a rule.
pub(super) struct RuleHead {
    pub(super) name: String,
    pub(super) head: Head,
    pub(super) fields: Vec<Field>,
    pub(super) file: Arc<Source>,
    pub(super) span: Span,
}

impl Law {
    pub(crate) fn build(
        chain: &[Arc<Package>],
        digest: &str,
        vocabulary: &Vocabulary,
        symbols: &mut Symbols,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut builder = Builder {
            chain,
            vocabulary,
            symbols,
            faults,
            parameters: BTreeMap::new(),
            tables: BTreeMap::new(),
            heads: BTreeMap::new(),
            unitless: BTreeSet::new(),
        };
        builder.collect_parameters();
        builder.collect_tables();
        builder.check_layers();
        builder.collect_heads();
        let rules = builder.rules();
        let mut rules = builder.in_order(rules);
        builder.subjects(&mut rules);
        let acts = Arc::new(builder.acts(&rules));
        let duties = Arc::new(builder.duties(&rules));
        let desks = Arc::new(builder.desks(&rules));
        let rules = rules.into();
        let parameters = std::mem::take(&mut builder.parameters);
        let tables = std::mem::take(&mut builder.tables);
        let digest = format!("{}@sha256:{digest}", chain[0].id);
        let symbols = Arc::default();
        Self { chain: chain.to_vec(), digest, rules, parameters, tables, acts, duties, desks, symbols }
    }
}

impl Builder<'_> {
    fn collect_parameters(&mut self) {
        for (layer, package) in self.chain.iter().enumerate() {
            for (path, parameter) in &package.parameters {
                let entry = self.parameters.entry(path.clone()).or_default();
                entry.push((layer, Arc::clone(parameter)));
                for dated in &parameter.values {
                    for cited in &dated.cites {
                        self.cited(cited, &parameter.file);
                    }
                }
            }
        }
    }

    fn collect_tables(&mut self) {
        for (layer, package) in self.chain.iter().enumerate() {
            for (path, found) in &package.tables {
                for edition in &found.editions {
                    for cited in &edition.cites {
                        self.cited(cited, &found.file);
                    }
                    self.intern_keys(found, edition);
                }
                self.tables.entry(path.clone()).or_default().push((layer, Arc::clone(found)));
            }
        }
        for layers in self.tables.values() {
            let Some((_, upper)) = layers.last() else { continue };
            for (_, lower) in &layers[..layers.len() - 1] {
                if !table::same_shape(lower, upper) {
                    let fault = Fault::new("P110", &lower.file, lower.columns_span);
                    let fault = fault.with("name", &lower.path).with("header", upper.header().join(","));
                    self.faults.push(fault.also(&upper.file, upper.columns_span));
                }
            }
        }
    }

    /// Rows are found by the lanes of their codes, so every code of a key has one.
    fn intern_keys(&mut self, found: &Table, edition: &table::Edition) {
        for (at, key) in found.keys.iter().enumerate() {
            if !matches!(self.vocabulary.facts()[key.fact].kind, FactKind::OpenCode) {
                continue;
            }
            for row in &edition.rows {
                match key.matching {
                    Matching::Prefix => self.symbols.intern_prefix(&row.keys[at]),
                    _ => self.symbols.intern(&row.keys[at]),
                };
            }
        }
    }

    /// The article of a citation, or a fault.
    pub(super) fn cited(&mut self, cited: &Cited, file: &Arc<Source>) -> Option<Citation> {
        let found = find(self.chain, cited);
        if found.is_none() {
            let known: Vec<String> = self
                .chain
                .iter()
                .flat_map(|p| &p.documents)
                .flat_map(|d| d.articles.iter().map(|a| format!("{}#{}", d.id, a.key)))
                .collect();
            let near = nearest(&cited.id, known.iter().map(String::as_str)).unwrap_or("–");
            let fault = Fault::new("P060", file, cited.span).with("cite", &cited.id).with("near", near);
            self.faults.push(fault);
        }
        found
    }

    fn collect_heads(&mut self) {
        let chain = self.chain;
        let mut names: BTreeMap<String, Arc<Source>> = BTreeMap::new();
        for package in chain.iter().rev() {
            for (path, file) in &package.rules {
                self.collect_head(path, file, &mut names);
            }
        }
    }

    fn collect_head(&mut self, path: &str, file: &Arc<RuleFile>, names: &mut BTreeMap<String, Arc<Source>>) {
        match (&file.head, &file.amends, self.heads.contains_key(path)) {
            (Some(head), _, false) => {
                let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                if let Some(first) = names.insert(name.clone(), Arc::clone(&file.file)) {
                    let fault = Fault::new("P061", &file.file, file.span).with("name", &name);
                    self.faults.push(fault.with("other", &first.path));
                }
                if path.split('/').next() != Some(head.stage.as_str()) {
                    let fault = Fault::new("P062", &file.file, file.span);
                    self.faults.push(fault.with("path", path).with("stage", &head.stage));
                }
                let fields = self.fields(path, head, file);
                let head = RuleHead {
                    name,
                    head: head.clone(),
                    fields,
                    file: Arc::clone(&file.file),
                    span: file.span,
                };
                self.heads.insert(path.to_owned(), head);
            }
            (Some(_), _, true) => {
                self.faults.push(Fault::new("P063", &file.file, file.span).with("path", path));
            }
            (None, Some(amends), true) => self.check_amends(amends, path, file),
            (None, Some(amends), false) => {
                let fault = Fault::new("P064", &file.file, amends.span).with("path", path);
                self.faults.push(fault.with("package", &amends.text));
            }
            (None, None, _) => {}
        }
    }

    fn check_amends(&mut self, amends: &Placed, path: &str, file: &Arc<RuleFile>) {
        let real = self.chain.iter().any(|p| p.id == amends.text && p.rules.contains_key(path));
        if !real {
            let fault = Fault::new("P064", &file.file, amends.span).with("path", path);
            self.faults.push(fault.with("package", &amends.text));
        }
    }

    fn fields(&mut self, path: &str, head: &Head, file: &RuleFile) -> Vec<Field> {
        let quantity = match (head.kind, &head.unit) {
            (RuleKind::Quantity, Some(unit)) => self.unit_of(path, unit, file),
            (RuleKind::Quantity, None) => {
                self.unitless.insert(path.to_owned());
                let at = Span { start: file.span.start, end: file.span.start };
                self.faults.push(Fault::new("P004", &file.file, at).with("key", "unit"));
                Unit::RATIO
            }
            _ => Unit::RATIO,
        };
        let own: Vec<Option<Unit>> = head
            .fields
            .iter()
            .map(|field| field.unit.as_ref().map(|unit| self.unit_of(path, unit, file)))
            .collect();
        let ty = |field: &FieldHead, own: Option<Unit>| match (head.kind, own) {
            (RuleKind::PassFail | RuleKind::YesNo | RuleKind::Set, _) => Ty::Bool,
            (RuleKind::Quantity, _) => Ty::Number(quantity),
            (RuleKind::Record, Some(unit)) => Ty::Number(unit),
            _ if field.date => Ty::Date,
            _ => Ty::Code(Domain::Rule(path.to_owned(), field.name.clone())),
        };
        let fields = head.fields.iter().zip(own);
        fields
            .map(|(field, own)| Field {
                name: field.name.clone(),
                title: field.title.clone(),
                codes: field.codes.clone(),
                unit: match ty(field, own) {
                    Ty::Number(unit) => Some(self.vocabulary.units.display(unit)),
                    _ => None,
                },
                ty: ty(field, own),
            })
            .collect()
    }

    /// A unit as it is written; one that nobody knows is a fault, and numbers are then not compared with it.
    fn unit_of(&mut self, path: &str, written: &Placed, file: &RuleFile) -> Unit {
        self.vocabulary.units.parse(&written.text).unwrap_or_else(|| {
            self.unitless.insert(path.to_owned());
            let fault = Fault::new("P012", &file.file, written.span).with("unit", &written.text);
            self.faults.push(fault);
            Unit::RATIO
        })
    }

    fn rules(&mut self) -> Vec<Rule> {
        let paths: Vec<String> = self.heads.keys().cloned().collect();
        let mut rules = Vec::new();
        for path in paths {
            let chain = self.chain;
            let mut versions: Vec<Version> = Vec::new();
            for (layer, package) in chain.iter().enumerate() {
                if let Some(file) = package.rules.get(&path) {
                    versions.extend(self.versions(&path, layer, file));
                }
            }
            let Some(file) = chain.iter().rev().find_map(|p| p.rules.get(&path)) else { continue };
            let judged_on = self.judged_on(&path);
            self.check_owner(&path);
            let segments = self.segments(&versions, file);
            let Some(found) = self.heads.get(&path) else { continue };
            rules.push(Rule {
                id: path.clone(),
                name: found.name.clone(),
                title: found.head.title.clone(),
                stage: found.head.stage.clone(),
                owner: found.head.owner.as_ref().map(|o| o.text.clone()).unwrap_or_default(),
                judged_on: judged_on.unwrap_or(JudgedOn::AsOf),
                kind: found.head.kind,
                definition: found.head.definition,
                finding: found.head.finding,
                fields: found.fields.clone(),
                subject: None,
                versions,
                segments,
            });
        }
        rules
    }

    fn judged_on(&mut self, path: &str) -> Option<JudgedOn> {
        let found = self.heads.get(path)?;
        let name = &found.head.judged_on;
        if name.text == "as_of" {
            return Some(JudgedOn::AsOf);
        }
        let index = self.vocabulary.index(&name.text);
        let dated = index.filter(|at| matches!(self.vocabulary.facts()[*at].kind, FactKind::Date { .. }));
        if dated.is_none() {
            let fault = Fault::new("P065", &found.file, name.span).with("name", &name.text);
            self.faults.push(fault);
        }
        dated.map(JudgedOn::Fact)
    }

    fn check_owner(&mut self, path: &str) {
        let Some(found) = self.heads.get(path) else { return };
        match &found.head.owner {
            Some(owner) if self.vocabulary.departments().all(|(id, _)| *id != owner.text) => {
                let fault = Fault::new("P011", &found.file, owner.span).with("name", &owner.text);
                self.faults.push(fault);
            }
            _ => {}
        }
    }

    /// Rules after those whose values they use; a circle is a fault.
    fn in_order(&mut self, rules: Vec<Rule>) -> Vec<Rule> {
        let uses: BTreeMap<String, BTreeSet<String>> =
            rules.iter().map(|rule| (rule.id.clone(), rule.uses())).collect();
        let mut rest: Vec<Rule> = rules;
        let mut ordered: Vec<Rule> = Vec::new();
        while !rest.is_empty() {
            let ready = rest
                .iter()
                .position(|rule| uses[&rule.id].iter().all(|id| ordered.iter().any(|done| done.id == *id)));
            let Some(ready) = ready else {
                self.report_circle(&rest, &uses);
                break;
            };
            ordered.push(rest.remove(ready));
        }
        ordered
    }

    /// What each rule judges, from the facts that it and the rules it uses read. Rules come after those
    /// that they use.
    fn subjects(&mut self, rules: &mut [Rule]) {
        let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for rule in rules {
            let mut read: BTreeSet<usize> = BTreeSet::new();
            read.extend(rule.uses().iter().filter_map(|id| *known.get(id)?));
            let facts = self.vocabulary.facts();
            if let JudgedOn::Fact(fact) = rule.judged_on {
                read.extend(facts[fact].subject);
            }
            for written in rule.versions.iter().flat_map(Version::expressions) {
                written.typed.walk(&mut |typed| {
                    if let TypedKind::Fact(fact) = typed.kind {
                        read.extend(facts[fact].subject);
                    }
                });
            }
            let mut names = read.iter().map(|at| &self.vocabulary.subjects()[*at].title);
            if let (Some(one), Some(other), Some(found)) =
                (names.next(), names.next(), self.heads.get(&rule.id))
            {
                let fault = Fault::new("P073", &found.file, found.span).with("rule", &rule.id);
                let fault = fault.with_text("one", one.clone());
                self.faults.push(fault.with_text("other", other.clone()));
            }
            rule.subject = read.first().copied();
            known.insert(rule.id.clone(), rule.subject);
        }
    }

    /// Follows the uses from any rule that waits until one comes again.
    fn report_circle(&mut self, rest: &[Rule], uses: &BTreeMap<String, BTreeSet<String>>) {
        let waits = |id: &String| rest.iter().any(|rule| rule.id == *id);
        let mut way: Vec<&String> = rest.first().map(|rule| &rule.id).into_iter().collect();
        while let Some(next) = way.last().and_then(|id| uses[*id].iter().find(|id| waits(id))) {
            if let Some(start) = way.iter().position(|id| *id == next) {
                way.drain(..start);
                break;
            }
            way.push(next);
        }
        // The same circle is found from every package above it: told from its first rule, it is one fault.
        let first = (0..way.len()).min_by_key(|at| way[*at]).unwrap_or(0);
        way.rotate_left(first);
        let Some(found) = way.first().and_then(|id| self.heads.get(*id)) else { return };
        let told: Vec<&str> = way.iter().chain(way.first()).map(|id| id.as_str()).collect();
        let fault = Fault::new("P066", &found.file, found.span).with("rules", told.join(" → "));
        let second = way.get(1).and_then(|id| self.heads.get(*id));
        self.faults.push(match second {
            Some(second) => fault.also(&second.file, second.span),
            None => fault,
        });
    }

    /// The value of a rule by name or path, as another rule may use it.
    pub(super) fn rule_value(&self, name: &str, field: Option<&str>) -> Option<RuleValue> {
        let (id, found) = self.heads.iter().find(|(id, head)| *id == name || head.name == name)?;
        let at = found.fields.iter().position(|f| f.name == field.unwrap_or(""))?;
        Some(RuleValue { id: id.clone(), field: at, ty: found.fields[at].ty.clone() })
    }
}

impl Rule {
    /// The rules whose values this one uses.
    pub(crate) fn uses(&self) -> BTreeSet<String> {
        let mut uses = BTreeSet::new();
        for written in self.versions.iter().flat_map(Version::expressions) {
            written.typed.walk(&mut |typed| {
                if let TypedKind::Rule(id, _) = &typed.kind {
                    uses.insert(id.clone());
                }
            });
        }
        uses
    }
}
