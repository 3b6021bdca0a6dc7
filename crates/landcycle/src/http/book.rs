//! The whole portfolio as of a day, assessed: what the table filters, counts and sorts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use landcycle_ledger::life::Standing;
use landcycle_ledger::{Cut, Ledger, Store};
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use serde_json::{Value, json};

use super::caller::Caller;
use super::outcomes::Shown;
use super::query::Query;
use crate::duties::Roll;
use crate::portfolio::Sorter;
use crate::say::Failure;
use crate::{assessment, clock, store};

/// 台账 · cases with what a table shows of them.
pub(super) struct Book {
    /// The assessment date.
    pub(super) as_of: Date,
    /// Events in the store when this was made.
    pub(super) events: usize,
    /// Rules by name, in the order of their columns.
    pub(super) rules: Vec<String>,
    /// Cases by package, with the law of each.
    pub(super) packages: Vec<(Arc<Law>, usize)>,
    /// The overview of all, once it was asked for.
    pub(super) overview: OnceLock<Value>,
    /// Open duties.
    pub(super) roll: Roll,
    rows: Vec<Row>,
}

/// 台账的一行 · a case with what a table shows of it.
pub(super) struct Row {
    /// The case.
    pub(super) case_id: String,
    /// The package by whose law it is judged.
    pub(super) package: Arc<str>,
    /// Its stage of life and what is open on it.
    pub(super) standing: Standing,
    facts: BTreeMap<&'static str, Arc<str>>,
    outcomes: Vec<Option<Arc<Shown>>>,
}

impl Row {
    /// A fact that a row shows.
    pub(super) fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(AsRef::as_ref)
    }

    /// The outcome of a rule by its column.
    pub(super) fn outcome(&self, column: usize) -> Option<&Shown> {
        self.outcomes.get(column).and_then(|shown| shown.as_deref())
    }
}

/// The facts that a row shows.
const SHOWN: [&str; 11] = [
    "project_name",
    "holder",
    "holder_id",
    "city",
    "district",
    "industry",
    "area",
    "price",
    "signed_on",
    "term_years",
    "credit_status",
];

/// Texts that many cases share are kept once.
#[derive(Default)]
struct Shared(HashMap<String, Arc<str>>);

impl Shared {
    fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = Arc::from(text);
        self.0.insert(text.to_owned(), Arc::clone(&made));
        made
    }
}

impl Book {
    /// Folds and assesses every case.
    pub(super) fn make(
        ledger: &Store,
        library: &Library,
        as_of: Date,
        events: usize,
    ) -> Result<Self, Failure> {
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
        let mut sorter = Sorter::new(library, None);
        let mut shared = Shared::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut places: Vec<Vec<usize>> = Vec::new();
        let mut bad = None;
        let folded = ledger.fold(&cut, &mut |case| {
            let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
            match sorter.add(case.case_id, facts) {
                Ok((batch, _)) => {
                    places.resize_with(places.len().max(batch + 1), Vec::new);
                    places[batch].push(rows.len());
                }
                Err(error) => {
                    bad = bad.take().or(Some(error));
                    return;
                }
            }
            let shown = SHOWN.iter().filter_map(|name| {
                let fact = case.facts.iter().find(|fact| fact.name == *name)?;
                Some((*name, shared.get(&fact.value)))
            });
            let known = |name: &str| case.get(name).map(|fact| fact.value.as_ref());
            rows.push(Row {
                case_id: case.case_id.to_owned(),
                facts: shown.collect(),
                package: Arc::from(""),
                standing: Standing::of(&known),
                outcomes: Vec::new(),
            });
        });
        folded.map_err(|error| store::failure(ledger.name(), &error))?;
        if let Some(bad) = bad {
            return Err(Failure::text(bad.message));
        }
        let batches = sorter.finish();
        let names: BTreeSet<(String, String)> = batches
            .iter()
            .flat_map(|b| {
                let judged = b.law.of_subject(b.subject).filter(|(_, rule)| !rule.definition);
                judged.map(|(_, rule)| (rule.stage.clone(), rule.name.clone()))
            })
            .collect();
        let rules: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
        let mut kinds: HashMap<String, Arc<Shown>> = HashMap::new();
        for (at, batch) in batches.iter().enumerate() {
            let package: Arc<str> = Arc::from(batch.law.package().id.as_str());
            for row in &places[at] {
                rows[*row].package = Arc::clone(&package);
                rows[*row].outcomes = vec![None; rules.len()];
            }
            let columns: Vec<Option<usize>> =
                batch.law.rules.iter().map(|rule| rules.iter().position(|name| *name == rule.name)).collect();
            let threads = assessment::default_threads();
            assessment::assess(library, batch, clock::day_number(as_of), None, threads, &mut |found| {
                let rule = &batch.law.rules[found.determination.rule];
                let shown = Shown::of(&found.determination, rule);
                let key = format!("{} {}", rule.name, shown.json());
                let shown = kinds.entry(key).or_insert_with(|| Arc::new(shown));
                if let Some(column) = columns[found.determination.rule] {
                    rows[places[at][found.row]].outcomes[column] = Some(Arc::clone(shown));
                }
                Ok(())
            })?;
        }
        let roll = Roll::make(library, &batches, &places, clock::day_number(as_of))?;
        let packages = batches.iter().map(|b| (Arc::clone(&b.law), b.cases.len())).collect();
        Ok(Self { as_of, events, rules, packages, overview: OnceLock::new(), roll, rows })
    }

    /// How many cases there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A case by its row, in the order of the fold: its id, package and outcomes by the columns of `rules`.
    pub(super) fn shown(&self, at: usize) -> (&str, &str, &[Option<Arc<Shown>>]) {
        let row = &self.rows[at];
        (&row.case_id, &row.package, &row.outcomes)
    }

    /// Every case that a caller sees, with its row.
    pub(super) fn seen<'b>(&'b self, caller: &'b Caller) -> impl Iterator<Item = (usize, &'b Row)> {
        self.rows.iter().enumerate().filter(|(_, row)| caller.sees(|name| row.fact(name)))
    }

    /// A case by its row.
    pub(super) fn row(&self, at: usize) -> Option<&Row> {
        self.rows.get(at)
    }

    /// The column of a rule.
    pub(super) fn column(&self, rule: &str) -> Option<usize> {
        self.rules.iter().position(|name| name == rule)
    }

    /// The law of a package.
    pub(super) fn law(&self, package: &str) -> Option<&Arc<Law>> {
        self.packages.iter().map(|(law, _)| law).find(|law| law.package().id == package)
    }

    /// Every row that a query finds, in its order, whatever its page.
    pub(super) fn every<'b>(
        &'b self,
        query: &'b Query,
        caller: &'b Caller,
    ) -> impl Iterator<Item = Value> + 'b {
        self.found(query, caller).into_iter().map(|row| self.row_json(row))
    }

    fn found<'b>(&'b self, query: &Query, caller: &'b Caller) -> Vec<&'b Row> {
        let seen = self.seen(caller).map(|(_, row)| row);
        let mut found: Vec<&Row> = seen.filter(|row| self.matches(row, query, Skip::Nothing)).collect();
        query.sort.apply(&mut found, |row, name| match name {
            "case_id" => Some(row.case_id.as_str()),
            _ => row.facts.get(name).map(AsRef::as_ref),
        });
        found
    }

    /// The answer to a query: page of rows, total, counts.
    pub(super) fn answer(&self, query: &Query, caller: &Caller) -> Value {
        let found = self.found(query, caller);
        let page: Vec<Value> =
            found.iter().skip(query.offset).take(query.limit).map(|row| self.row_json(row)).collect();
        json!({"total": found.len(), "facets": self.facets(query, caller), "rows": page})
    }

    fn matches(&self, row: &Row, query: &Query, skip: Skip<'_>) -> bool {
        let fact = |name: &'static str, wanted: &Option<String>| {
            skip == Skip::Fact(name)
                || wanted.as_ref().is_none_or(|wanted| row.facts.get(name).is_some_and(|v| **v == **wanted))
        };
        let outcome = match (&query.rule, &query.outcome) {
            (Some(rule), Some(code)) if skip != Skip::Rule(rule) => self
                .rules
                .iter()
                .position(|name| name == rule)
                .and_then(|at| row.outcomes[at].as_ref())
                .is_some_and(|shown| shown.codes.contains(code)),
            _ => true,
        };
        let package = skip == Skip::Fact("package")
            || query.package.as_ref().is_none_or(|wanted| *row.package == **wanted);
        let text = query.text.as_ref().is_none_or(|text| {
            let has = |value: &str| value.to_lowercase().contains(text);
            has(&row.case_id)
                || ["project_name", "holder", "city", "district"]
                    .iter()
                    .any(|name| row.facts.get(name).is_some_and(|v| has(v)))
        });
        let stage = query.stage.is_none_or(|stage| row.standing.stage == stage);
        let open = query.open.is_none_or(|open| row.standing.conditions.has(open));
        outcome
            && package
            && text
            && stage
            && open
            && fact("city", &query.city)
            && fact("district", &query.district)
    }

    fn facets(&self, query: &Query, caller: &Caller) -> Value {
        let seen: Vec<&Row> = self.seen(caller).map(|(_, row)| row).collect();
        let count = |name: &'static str| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for row in seen.iter().filter(|row| self.matches(row, query, Skip::Fact(name))) {
                let value = if name == "package" { Some(&row.package) } else { row.facts.get(name) };
                if let Some(value) = value {
                    *counts.entry(value).or_default() += 1;
                }
            }
            let mut list: Vec<(&str, usize)> = counts.into_iter().collect();
            list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            let list: Vec<Value> = list.iter().map(|(v, n)| json!({"value": v, "count": n})).collect();
            json!(list)
        };
        let mut outcome = serde_json::Map::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for row in seen.iter().filter(|row| self.matches(row, query, Skip::Rule(rule))) {
                for code in row.outcomes[at].iter().flat_map(|shown| &shown.codes) {
                    *counts.entry(code).or_default() += 1;
                }
            }
            let list: Vec<Value> = counts.iter().map(|(c, n)| json!({"code": c, "count": n})).collect();
            outcome.insert(rule.clone(), json!(list));
        }
        json!({
            "city": count("city"), "district": count("district"), "package": count("package"),
            "outcome": outcome,
        })
    }

    fn row_json(&self, row: &Row) -> Value {
        let fact = |name: &str| row.facts.get(name).map(AsRef::as_ref);
        let quantity = |name: &str, unit: &str| fact(name).map(|value| json!({"value": value, "unit": unit}));
        let outcomes: serde_json::Map<String, Value> = self
            .rules
            .iter()
            .zip(&row.outcomes)
            .filter_map(|(name, shown)| Some((name.clone(), shown.as_ref()?.json())))
            .collect();
        json!({
            "case_id": row.case_id, "project_name": fact("project_name"), "holder": fact("holder"),
            "city": fact("city"), "district": fact("district"), "industry": fact("industry"),
            "area": quantity("area", "m2"), "price": quantity("price", "CNY"),
            "signed_on": fact("signed_on"), "term_years": fact("term_years"),
            "package": &*row.package, "outcomes": outcomes,
        })
    }
}

/// A filter that a count leaves out: its own.
#[derive(Clone, Copy, PartialEq)]
enum Skip<'s> {
    Nothing,
    Fact(&'static str),
    Rule(&'s str),
}
