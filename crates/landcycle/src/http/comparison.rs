//! Two laws over the portfolio: totals by rule, and the changed cases of one rule.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::{Query as Pairs, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::law::{Law, Rule};
use landcycle_policy::package::library::Library;
use serde_json::{Value, json};

use super::caller::Caller;
use super::outcomes::{Shown, class_title};
use super::problem::Problem;
use super::query::{self, number};
use super::tables::{self, Column, Table};
use super::{App, apart};
use crate::cli::tree::text_json;
use crate::comparison::{Comparison, Report, Side, class_word, summary};
use crate::portfolio::Batch;
use crate::say::Failure;
use crate::scope::Scope;
use crate::{assessment, clock, packages, store};

type Answer = Result<Json<Value>, Problem>;

/// A reform that the server was given: the packages with it, and the laws that it changes.
pub(super) struct Reform {
    pub(super) id: String,
    pub(super) library: Library,
    pub(super) laws: BTreeMap<String, Arc<Law>>,
}

impl Reform {
    /// Reads the folder of a reform over the packages.
    pub(super) fn read(library: &Library, folder: &std::path::Path) -> Result<Self, Failure> {
        let (library, id) = packages::with_reform(library, folder)?;
        let (library, laws) = packages::reformed(&library, &id)?;
        Ok(Self { id, library, laws })
    }
}

/// What is compared. No package: each case under the law of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    left: Option<String>,
    right: Option<String>,
    reform: Option<String>,
    days: [Date; 2],
    /// Events in the store, so that a comparison does not outlive them.
    events: usize,
    /// The cases that who asks may see.
    scope: Scope,
}

/// A comparison that has been made.
pub(super) struct Compared {
    asked: Asked,
    batches: Vec<(Batch, Side, Side)>,
    report: Report,
    cases: usize,
}

const NAMES: [&str; 13] = [
    "left",
    "right",
    "reform",
    "as_of",
    "left_as_of",
    "right_as_of",
    "rule",
    "from",
    "to",
    "offset",
    "limit",
    "format",
    "lang",
];
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 1_000;

impl Asked {
    fn read(app: &App, caller: &Caller, pairs: &query::Pairs) -> Result<Self, Problem> {
        // A choice misspelled and dropped would compare something else than was asked for.
        if let Some((name, value)) = pairs.iter().find(|(name, _)| !NAMES.contains(&name.as_str())) {
            return Err(Problem::query(name, value, &NAMES.join(", ")));
        }
        let text = |name: &str| pairs.get(name).filter(|value| !value.is_empty()).cloned();
        let package = |name: &str| match text(name) {
            Some(id) if app.library.law(&id).is_none() => {
                let known: Vec<&str> = app.library.laws().map(|(id, _)| id.as_str()).collect();
                Err(Problem::query(name, &id, &known.join(", ")))
            }
            found => Ok(found),
        };
        let reform = text("reform");
        if let Some(id) = reform.as_ref().filter(|id| app.reforms.iter().all(|reform| reform.id != **id)) {
            let known: Vec<&str> = app.reforms.iter().map(|reform| reform.id.as_str()).collect();
            return Err(Problem::query("reform", id, &known.join(", ")));
        }
        let usual = query::day(pairs)?.unwrap_or_else(|| app.usual_day());
        let day = |name: &str| query::date(pairs, name).map(|day| day.unwrap_or(usual));
        let days = [day("left_as_of")?, day("right_as_of")?];
        let (left, right) = (package("left")?, package("right")?);
        if right.is_some() && reform.is_some() {
            return Err(Problem::query("reform", &reform.unwrap_or_default(), "right | reform"));
        }
        let size = app.with_ledger(Ledger::size).map_err(|error| store::failure(&app.store, &error))?;
        let asked = Self { left, right, reform, days, events: size.events, scope: caller.scope() };
        if asked.reform.is_none() && asked.days[0] == asked.days[1] && asked.right == asked.left {
            let text = asked.right.clone().unwrap_or_default();
            return Err(Problem::query("right", &text, "right ≠ left | reform | right_as_of ≠ left_as_of"));
        }
        Ok(asked)
    }
}

impl App {
    fn compared(&self, asked: Asked) -> Result<Arc<Compared>, Problem> {
        let mut kept = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = kept.as_ref().filter(|made| made.asked == asked) {
            return Ok(Arc::clone(made));
        }
        // Two portfolios would be in memory otherwise.
        *kept = None;
        let made = Arc::new(self.compare(asked)?);
        *kept = Some(Arc::clone(&made));
        Ok(made)
    }

    fn compare(&self, asked: Asked) -> Result<Compared, Problem> {
        let reform = asked.reform.as_ref().and_then(|id| self.reforms.iter().find(|r| r.id == *id));
        let library = reform.map_or(&self.library, |reform| &reform.library);
        let [left_day, right_day] = asked.days.map(clock::day_number);
        // Both sides see the same facts: those of the later day.
        let facts_day = asked.days[0].max(asked.days[1]);
        let left = asked.left.as_deref();
        let batches = self.with_ledger(|ledger| {
            store::batches_within(ledger, &self.library, left, (facts_day, None), &asked.scope)
        })?;
        let sided = batches.into_iter().map(|batch| {
            let right = match (&asked.right, reform) {
                (Some(id), _) => self.library.law(id),
                (None, Some(reform)) => reform.laws.get(&batch.law.package().id),
                (None, None) => None,
            };
            let right = Side { law: Arc::clone(right.unwrap_or(&batch.law)), as_of: right_day };
            let left = Side { law: Arc::clone(&batch.law), as_of: left_day };
            (batch, left, right)
        });
        let batches: Vec<(Batch, Side, Side)> = sided.collect();
        let mut report = Report::new();
        for (batch, left, right) in &batches {
            let comparison = Comparison::new(library, batch, (left, right), &[])?;
            comparison.run(assessment::default_threads(), &mut report, None)?;
        }
        let cases = batches.iter().map(|(batch, ..)| batch.cases.len()).sum();
        Ok(Compared { asked, batches, report, cases })
    }

    /// A rule of that name in the laws compared.
    fn compared_rule<'c>(&'c self, compared: &'c Compared, name: &str) -> Option<&'c Rule> {
        let laws = compared.batches.iter().flat_map(|(_, left, right)| [&left.law, &right.law]);
        laws.into_iter().find_map(|law| Some(law.rule(name)?.1))
    }
}

/// What may be chosen: packages, reforms, the usual day.
pub(super) async fn choices(State(app): State<Arc<App>>) -> Answer {
    apart(move || {
        let packages: Vec<Value> = app
            .library
            .laws()
            .map(|(id, law)| json!({"id": id, "title": text_json(&law.package().title), "layer": law.package().layer}))
            .collect();
        let reforms: Vec<Value> = app
            .reforms
            .iter()
            .filter_map(|reform| {
                let package = reform.library.packages.get(&reform.id)?;
                let over = package.extends.clone();
                Some(json!({"id": reform.id, "title": text_json(&package.title), "extends": over}))
            })
            .collect();
        Ok(Json(json!({"packages": packages, "reforms": reforms, "as_of": app.usual_day().to_string()})))
    })
    .await
}

/// Totals of every rule whose outcomes were compared.
pub(super) async fn totals(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let asked = Asked::read(&app, &caller, &pairs)?;
        let compared = app.compared(asked)?;
        let rules: Vec<Value> = compared
            .report
            .iter()
            .filter_map(|(name, found)| {
                let rule = app.compared_rule(&compared, name)?;
                let mut value = summary(found, &app.library);
                if let Value::Object(object) = &mut value {
                    object.insert("rule".into(), json!(rule.id));
                    object.insert("name".into(), json!(name));
                    object.insert("title".into(), text_json(&rule.title));
                    object.insert("stage".into(), json!(rule.stage));
                    let unit = rule.fields.first().and_then(|field| field.unit.as_ref());
                    object.insert("unit".into(), json!(unit.map(text_json)));
                    let words = found.totals.moves.keys().flat_map(|(from, to)| [from, to]);
                    let titles: BTreeMap<&String, Value> =
                        words.map(|word| (word, text_json(&class_title(rule, word)))).collect();
                    object.insert("titles".into(), json!(titles));
                }
                Some(value)
            })
            .collect();
        let asked = &compared.asked;
        if let Some(wanted) = tables::wanted(&pairs, &caller)? {
            let columns = vec![
                Column::text("head_rule", "/title"),
                Column::text("table_id", "/rule"),
                Column::number("head_cases", "/totals/cases"),
                Column::number("table_changed", "/totals/changed"),
                Column::text("table_unit", "/unit"),
                Column::number("table_left", "/totals/left"),
                Column::number("table_right", "/totals/right"),
                Column::number("table_difference", "/totals/difference"),
                Column::number("table_open", "/totals/open"),
                Column::text("table_stands_in", "/totals/illustrative"),
            ];
            let day = asked.days[1];
            let table = Table { name: "table_compared", columns, about: app.about(&pairs, day)?, day };
            return wanted.answer(&table, rules);
        }
        Ok(Json(json!({
            "left": asked.left, "right": asked.right, "reform": asked.reform,
            "left_as_of": asked.days[0].to_string(), "right_as_of": asked.days[1].to_string(),
            "cases": compared.cases, "rules": rules,
        }))
        .into_response())
    })
    .await
}

/// The changed cases of one rule, in the order of the store; of one move, if it is named.
pub(super) async fn changes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let asked = Asked::read(&app, &caller, &pairs)?;
        let file = tables::wanted(&pairs, &caller)?;
        let page = (number(&pairs, "offset", 0, usize::MAX)?, number(&pairs, "limit", LIMIT, LIMIT_MAX)?);
        let (offset, limit) = if file.is_some() { (0, usize::MAX) } else { page };
        let compared = app.compared(asked)?;
        let name = pairs.get("rule").map(String::as_str).unwrap_or_default();
        if !compared.report.contains_key(name) {
            let known: Vec<&str> = compared.report.keys().map(String::as_str).collect();
            return Err(Problem::query("rule", name, &known.join(", ")));
        }
        let wanted = |key: &str| pairs.get(key).filter(|word| !word.is_empty());
        let (from, to) = (wanted("from"), wanted("to"));
        let reform = compared.asked.reform.as_ref();
        let reform = reform.and_then(|id| app.reforms.iter().find(|reform| reform.id == *id));
        let library = reform.map_or(&app.library, |reform| &reform.library);
        let (mut total, mut rows) = (0, Vec::new());
        let mut scratch = Report::new();
        for (batch, left, right) in &compared.batches {
            let comparison = Comparison::new(library, batch, (left, right), &[name.to_owned()])?;
            let mut put = |change: crate::comparison::Changed<'_>| {
                let (one, other) = (&left.law.rules[change.left.rule], &right.law.rules[change.right.rule]);
                let is = |word: Option<&String>, class: String| word.is_none_or(|word| *word == class);
                if !is(from, class_word(&change.left, one)) || !is(to, class_word(&change.right, other)) {
                    return Ok(());
                }
                if total >= offset && rows.len() < limit {
                    rows.push(json!({
                        "case_id": change.case_id,
                        "left": Shown::of(&change.left, one).json(),
                        "right": Shown::of(&change.right, other).json(),
                        "difference": change.difference.map(|difference| difference.to_string()),
                    }));
                }
                total += 1;
                Ok(())
            };
            comparison.run(assessment::default_threads(), &mut scratch, Some(&mut put))?;
        }
        if let Some(wanted) = file {
            let columns = vec![
                Column::text("work_case", "/case_id"),
                Column::text("table_left", "/left/text"),
                Column::text("table_right", "/right/text"),
                Column::number("table_difference", "/difference"),
                Column::text("table_grade", "/right/grade"),
            ];
            let day = compared.asked.days[1];
            let table = Table { name: "table_changes", columns, about: app.about(&pairs, day)?, day };
            return wanted.answer(&table, rows);
        }
        Ok(Json(json!({"rule": name, "total": total, "offset": offset, "rows": rows})).into_response())
    })
    .await
}
