//! Checking one version of a rule: its names, types, citations and exceptions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::Builder;
use super::{Citation, Exception, Field, Version, Written};
use crate::expression::check::{Checker, RuleValue, Scope, TableColumn, Trouble};
use crate::expression::parser;
use crate::expression::typed::Ty;
use crate::fault::{Fault, Source};
use crate::messages::words;
use crate::node::place_in_scalar;
use crate::package::reader::{Placed, nearest};
use crate::package::rule::{self, RuleFile};
use crate::package::table::fact_type;
use crate::text::Text;
use crate::vocabulary::{Symbols, Vocabulary};

/// Names given by `let`, with their type when what they stand for is sound.
type Names = [(String, Option<Ty>)];

/// The names that the expressions of one version may use.
struct VersionScope<'s, 'b> {
    builder: &'s Builder<'b>,
    lets: &'s Names,
}

impl Scope for VersionScope<'_, '_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.builder.vocabulary
    }

    fn named(&self, name: &str) -> Option<(usize, Ty)> {
        let at = self.lets.iter().position(|(known, _)| known == name)?;
        let sound = self.lets[..at].iter().filter(|(_, ty)| ty.is_some()).count();
        Some((sound, self.lets[at].1.clone()?))
    }

    fn unsound(&self, name: &str) -> bool {
        self.lets.iter().any(|(known, ty)| known == name && ty.is_none())
    }

    fn parameter(&self, path: &str) -> Option<Ty> {
        let layers = self.builder.parameters.get(path)?;
        layers.last().map(|(_, parameter)| Ty::Number(parameter.unit))
    }

    fn table(&self, path: &str) -> Option<TableColumn> {
        let (table, column) = path.rsplit_once('/')?;
        let (_, found) = self.builder.tables.get(table)?.last()?;
        let column = found.columns.iter().find(|c| c.name == column)?;
        let vocabulary = self.builder.vocabulary;
        let key_type = |fact: usize| fact_type(fact, vocabulary);
        Some(TableColumn {
            table: found.path.clone(),
            column: column.name.clone(),
            ty: column.ty(vocabulary),
            keys: found.keys.iter().map(|key| (key.name.clone(), key_type(key.fact))).collect(),
        })
    }

    fn rule(&self, name: &str, field: Option<&str>) -> Option<RuleValue> {
        self.builder.rule_value(name, field)
    }

    fn rule_codes(&self, rule: &str, field: &str) -> Vec<String> {
        let found = self.builder.heads.get(rule);
        let field = found.and_then(|rule| rule.fields.iter().find(|f| f.name == field));
        field.into_iter().flat_map(|f| &f.codes).map(|c| c.code.clone()).collect()
    }

    fn all_names(&self) -> Vec<String> {
        let lets = self.lets.iter().map(|(name, _)| name.clone());
        lets.chain(self.builder.vocabulary.facts().iter().map(|f| f.name.clone())).collect()
    }

    fn all_parameters(&self) -> Vec<String> {
        let columns = self.builder.tables.iter().filter_map(|(path, layers)| Some((path, layers.last()?)));
        let columns = columns
            .flat_map(|(path, (_, table))| table.columns.iter().map(move |c| format!("{path}/{}", c.name)));
        let parameters = self.builder.parameters.keys().cloned();
        parameters.chain(columns).map(|path| path.replace('/', ".")).collect()
    }

    fn all_rules(&self) -> Vec<String> {
        let field = |rule: &str, field: &str| match field {
            "" => rule.to_owned(),
            field => format!("{rule}.{field}"),
        };
        let heads = self.builder.heads.values();
        heads.flat_map(|h| h.fields.iter().map(move |f| field(&h.name, &f.name))).collect()
    }
}

impl Builder<'_> {
    pub(super) fn versions(&mut self, path: &str, layer: usize, file: &RuleFile) -> Vec<Version> {
        let Some(fields) = self.heads.get(path).map(|head| head.fields.clone()) else { return Vec::new() };
        file.versions.iter().map(|version| self.version(layer, version, &fields, file)).collect()
    }

    fn version(&mut self, layer: usize, raw: &rule::Version, fields: &[Field], file: &RuleFile) -> Version {
        let cites = self.citations(&raw.cites, &file.file);
        let mut names: Vec<(String, Option<Ty>)> = Vec::new();
        let mut lets = Vec::new();
        for item in &raw.lets {
            self.check_let_name(&item.name, &names, &file.file);
            let written = self.written(&item.value, None, &names, &file.file);
            names.push((item.name.text.clone(), written.as_ref().map(|w| w.typed.ty.clone())));
            lets.extend(written.map(|written| (item.name.text.clone(), item.title.clone(), written)));
        }
        let applies = raw.applies.as_ref();
        let applies = applies.and_then(|p| self.written(p, Some(&Ty::Bool), &names, &file.file));
        let body = if raw.lapsed.is_some() {
            Vec::new()
        } else {
            let found = self.body(&raw.body, fields, &names, file);
            let named = |field: &Field| raw.body.iter().any(|(name, _)| name.text == field.name);
            let absent: Vec<&str> = fields.iter().filter(|f| !named(f)).map(|f| called(&f.name)).collect();
            let strange = raw.body.iter().any(|(name, _)| fields.iter().all(|f| f.name != name.text));
            if !absent.is_empty() && !raw.body.is_empty() && !strange {
                let fault = Fault::new("P067", &file.file, raw.span).with("fields", absent.join(", "));
                self.faults.push(fault);
            }
            found.into_iter().flatten().collect()
        };
        Version {
            layer,
            from: raw.from,
            until: raw.until,
            cites,
            applies,
            lets,
            body,
            exceptions: self.exceptions(raw, fields, &names, file),
            at_most: raw.at_most,
            note: raw.note.clone(),
            from_note: raw.from_note.clone(),
            illustrative: raw.illustrative.clone(),
            lapsed: raw.lapsed.clone(),
        }
    }

    fn check_let_name(&mut self, name: &Placed, names: &Names, file: &Arc<Source>) {
        let taken = name.text == "as_of"
            || self.vocabulary.index(&name.text).is_some()
            || names.iter().any(|(known, _)| *known == name.text);
        if taken {
            self.faults.push(Fault::new("P068", file, name.span).with("name", &name.text));
        }
    }

    fn citations(&mut self, cites: &[crate::package::parameter::Cited], file: &Arc<Source>) -> Vec<Citation> {
        cites.iter().filter_map(|cited| self.cited(cited, file)).collect()
    }

    fn body(
        &mut self,
        raw: &[(Placed, Placed)],
        fields: &[Field],
        names: &Names,
        file: &RuleFile,
    ) -> Vec<Option<Written>> {
        for (name, _) in raw {
            if !fields.iter().any(|field| field.name == name.text) {
                let known: Vec<&str> = fields.iter().map(|field| called(&field.name)).collect();
                let near = nearest(&name.text, known.iter().copied()).unwrap_or("–");
                let fault = Fault::new("P069", &file.file, name.span).with("field", called(&name.text));
                self.faults.push(fault.with("near", near).with("fields", known.join(", ")));
            }
        }
        fields
            .iter()
            .map(|field| {
                let (_, value) = raw.iter().find(|(name, _)| name.text == field.name)?;
                let expected = Some(&field.ty).filter(|_| !self.unitless.contains(&file.path));
                self.written(value, expected, names, &file.file)
            })
            .collect()
    }

    fn exceptions(
        &mut self,
        raw: &rule::Version,
        fields: &[Field],
        names: &Names,
        file: &RuleFile,
    ) -> Vec<Exception> {
        let labels = self.labels(raw, file);
        let mut ranked = labels.len() == raw.exceptions.len();
        let mut out = Vec::new();
        for (at, exception) in raw.exceptions.iter().enumerate() {
            let when = self.written(&exception.when, Some(&Ty::Bool), names, &file.file);
            let body = self.body(&exception.body, fields, names, file);
            let cites = self.citations(&exception.cites, &file.file);
            let mut over = Vec::new();
            for label in &exception.over {
                match labels.get(label.text.as_str()) {
                    Some(other) if *other != at => over.push(*other),
                    _ => {
                        ranked = false;
                        let others = labels.keys().copied().filter(|l| *l != exception.label.text);
                        let near = nearest(&label.text, others).unwrap_or("–");
                        let fault = Fault::new("P070", &file.file, label.span).with("name", &label.text);
                        self.faults.push(fault.with("near", near));
                    }
                }
            }
            let Some(when) = when else { continue };
            self.check_reachable(&when, exception, file);
            out.push(Exception {
                label: exception.label.text.clone(),
                title: exception.title.clone(),
                when,
                body,
                cites,
                over,
                at_most: exception.at_most,
                illustrative: exception.illustrative.clone(),
            });
        }
        if ranked && out.len() == raw.exceptions.len() {
            self.check_overlaps(&out, raw, file);
        }
        out
    }

    /// Exceptions by label.
    fn labels<'r>(&mut self, raw: &'r rule::Version, file: &RuleFile) -> BTreeMap<&'r str, usize> {
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, exception) in raw.exceptions.iter().enumerate() {
            let label = &exception.label;
            if let Some(first) = labels.get(label.text.as_str()) {
                let fault = Fault::new("P010", &file.file, label.span).with("name", &label.text);
                self.faults.push(fault.also(&file.file, raw.exceptions[*first].label.span));
            } else {
                labels.insert(&label.text, at);
            }
        }
        labels
    }

    fn check_reachable(&mut self, when: &Written, raw: &rule::Exception, file: &RuleFile) {
        if !super::overlap::possible(&[&when.typed], self.vocabulary) {
            let fault = Fault::new("P071", &file.file, raw.when.span).with("label", &raw.label.text);
            self.faults.push(fault);
        }
    }

    /// Two exceptions that can both hold need a stated priority.
    fn check_overlaps(&mut self, exceptions: &[Exception], raw: &rule::Version, file: &RuleFile) {
        for (at, one) in exceptions.iter().enumerate() {
            for (other_at, other) in exceptions.iter().enumerate().skip(at + 1) {
                let ranked = one.over.contains(&other_at) || other.over.contains(&at);
                if ranked || !super::overlap::possible(&[&one.when.typed, &other.when.typed], self.vocabulary)
                {
                    continue;
                }
                let fault = Fault::new("P072", &file.file, raw.exceptions[other_at].label.span)
                    .with("one", &one.label)
                    .with("other", &other.label);
                self.faults.push(fault.also(&file.file, raw.exceptions[at].label.span));
            }
        }
    }

    /// Parses and checks one expression; its troubles become faults at their place in the file.
    fn written(
        &mut self,
        placed: &Placed,
        expected: Option<&Ty>,
        names: &Names,
        file: &Arc<Source>,
    ) -> Option<Written> {
        let expr = match parser::parse(&placed.text) {
            Ok(expr) => expr,
            Err(error) => {
                let span =
                    place_in_scalar(&file.text, placed.span, &placed.text, error.at.start, error.at.end);
                let expected = words(&format!("syntax.{}", error.expected));
                let fault = Fault::new(error.code, file, span)
                    .with("found", &error.found)
                    .with_text("expected", expected);
                self.faults.push(fault);
                return None;
            }
        };
        let mut symbols: Symbols = std::mem::take(self.symbols);
        let scope = VersionScope { builder: self, lets: names };
        let mut checker = Checker { scope: &scope, symbols: &mut symbols, troubles: Vec::new() };
        let typed = match expected {
            Some(ty) => checker.expect(&expr, ty),
            None => checker.check(&expr, None),
        };
        let troubles = std::mem::take(&mut checker.troubles);
        *self.symbols = symbols;
        for trouble in troubles {
            self.faults.push(trouble_fault(trouble, placed, file));
        }
        Some(Written { text: placed.text.clone(), typed: typed? })
    }
}

fn trouble_fault(trouble: Trouble, placed: &Placed, file: &Arc<Source>) -> Fault {
    let span = place_in_scalar(&file.text, placed.span, &placed.text, trouble.at.start, trouble.at.end);
    trouble.args.into_iter().fold(Fault::new(trouble.code, file, span), |fault, (name, value): (_, Text)| {
        fault.with_text(name, value)
    })
}

/// What a field is called in messages: the one value of most rules is written under `is`.
fn called(name: &str) -> &str {
    if name.is_empty() { "is" } else { name }
}
