//! 总览 · what matters this week over the three stages of industrial land: cases by stage of life, duties,
//! findings, idle land, grades, exits, plan and papers, each with the rule it comes from and the filter
//! that lists what is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query as Pairs, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use landcycle_ledger::life::{Act, Condition, Stage};
use landcycle_policy::exact::Exact;
use serde_json::{Value, json};

use super::board::{self, Step, procedures};
use super::book::Book;
use super::caller::Caller;
use super::problem::Problem;
use super::query;
use super::tables::{self, Column, Table};
use super::tally::{Tally, law_with};
use super::work::line;
use super::{App, apart, supervision};
use crate::acts::refusal::stage_title;
use crate::cli::tree::text_json;
use crate::cli::work::line_json;
use crate::desks::answer::answer;
use crate::desks::{Matter, diagnosis, json as desk_json};
use crate::duties::State as Duty;
use crate::say::words;
use crate::{clock, plan};

/// Days ahead that are counted: the week and the month.
const AHEAD: [i64; 2] = [7, 30];
/// The most pressing lines that are shown.
const LINES: usize = 8;
/// What is open while a right is on its way to its end.
const EXITS: [Condition; 4] =
    [Condition::Rectifying, Condition::TakebackDecided, Condition::BuyBackAgreed, Condition::SwapAgreed];
/// The desk of indicators; its name stands in the packages.
const DIAGNOSIS: &str = "diagnosis";

/// The routes of the overview and of the desks of supervision.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/overview", get(overview))
        .route("/overview/diagnosis", get(diagnosed))
        .merge(supervision::routes())
}

/// The overview of what a caller sees.
async fn overview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let book = app.book(app.asked_day(&pairs)?)?;
        let told = match book.overview.get() {
            Some(told) if caller.sees_all() => told.clone(),
            _ => {
                let told = app.overview(&book, &caller)?;
                if caller.sees_all() {
                    let _ = book.overview.set(told.clone());
                }
                told
            }
        };
        let Some(wanted) = tables::wanted(&pairs, &caller)? else { return Ok(Json(told).into_response()) };
        let columns = vec![
            Column::text("table_part", "/part"),
            Column::text("table_title", "/title"),
            Column::number("table_count", "/count"),
            Column::text("table_cites", "/cites"),
        ];
        let (about, day) = (app.about(&pairs, book.as_of)?, book.as_of);
        wanted.answer(&Table { name: "table_overview", columns, about, day }, lines(&told))
    })
    .await
}

/// The numbers of an overview one below the other, for a file.
fn lines(told: &Value) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut put = |part: &Value, title: &Value, count: &Value, cites: &Value| {
        lines.push(json!({"part": part, "title": title, "count": count, "cites": cites}));
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let part = |key: &str| text_json(&words(key));
    for (key, name) in
        [("overview_stages", "stages"), ("overview_exits", "exits"), ("overview_papers", "papers")]
    {
        for one in list(&told[name]) {
            put(&part(key), &one["title"], &one["count"], &Value::Null);
        }
    }
    for one in list(&told["duties"]["states"]) {
        put(&part("overview_duties"), &one["title"], &one["count"], &Value::Null);
    }
    for one in list(&told["idle"]["steps"]) {
        put(&part("overview_idle"), &one["title"], &one["count"], &told["idle"]["rule"]["cites"]);
    }
    for rule in list(&told["rules"]) {
        for one in list(&rule["outcomes"]) {
            put(&rule["title"], &one["title"], &one["count"], &rule["cites"]);
        }
    }
    lines
}

impl App {
    fn overview(&self, book: &Book, caller: &Caller) -> Result<Value, Problem> {
        let tally = Tally::of(book, caller);
        let stages: Vec<Value> = Stage::ALL
            .into_iter()
            .map(|stage| json!({"name": stage.name(), "title": text_json(&stage_title(stage)), "count": tally.stage(stage)}))
            .collect();
        let open = |condition: Condition| {
            let title = text_json(&words(&format!("condition_{}", condition.name())));
            json!({"name": condition.name(), "title": title, "count": tally.open(condition)})
        };
        let rules: Vec<Value> = book
            .rules
            .iter()
            .filter_map(|name| {
                let (_, _, rule) = law_with(book, name)?;
                let outcomes = tally.outcomes(book, rule);
                let mut head = self.rule_head(book, name);
                head["outcomes"] = json!(outcomes);
                Some(head)
            })
            .collect();
        let packages: Vec<Value> = book
            .packages
            .iter()
            .map(|(law, _)| {
                let package = law.package();
                json!({
                    "id": package.id, "title": text_json(&package.title), "digest": law.digest,
                    "illustrative": package.illustrative,
                })
            })
            .collect();
        let (steps, papers) = in_course(book, caller);
        Ok(json!({
            "on": book.as_of.to_string(), "cases": tally.cases, "packages": packages, "stages": stages,
            "duties": self.duties_json(book, caller), "rules": rules,
            "idle": {"rule": self.rule_head(book, board::IDLE), "steps": steps},
            "exits": EXITS.map(open), "kept": tally.open(Condition::Kept), "papers": papers,
            "plan": self.plan_json(book, caller)?,
        }))
    }

    /// Duties by state, by what comes up, by department; and those that press most.
    fn duties_json(&self, book: &Book, caller: &Caller) -> Value {
        let all = caller.sees_all();
        let mut states: BTreeMap<Duty, usize> = BTreeMap::new();
        let mut ahead = [0_usize; AHEAD.len()];
        let mut owners: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        let mut most = Vec::new();
        for slip in book.roll.slips() {
            let Some(row) = book.row(slip.row as usize) else { continue };
            if !all && !caller.sees(|name| row.fact(name)) {
                continue;
            }
            *states.entry(slip.state).or_default() += 1;
            let of = owners.entry(book.roll.kind(slip).duty.owner.as_str()).or_default();
            match slip.state {
                Duty::Escalated => of[0] += 1,
                Duty::Overdue | Duty::Unreported => of[1] += 1,
                _ => {}
            }
            for (days, count) in AHEAD.iter().zip(&mut ahead) {
                *count += usize::from(slip.days_left().is_some_and(|left| (0..=*days).contains(&left)));
            }
            of[2] += usize::from(slip.days_left().is_some_and(|left| (0..=AHEAD[1]).contains(&left)));
            if most.len() < LINES {
                most.push(line_json(&line(book, slip, row), &self.library));
            }
        }
        let states: Vec<Value> = Duty::ALL
            .into_iter()
            .filter(|state| state.is_open())
            .map(|state| {
                let count = states.get(&state).copied().unwrap_or_default();
                json!({"name": state.name(), "title": text_json(&state.title()), "count": count})
            })
            .collect();
        let ahead: Vec<Value> =
            AHEAD.iter().zip(ahead).map(|(days, count)| json!({"days": days, "count": count})).collect();
        let owners: Vec<Value> = owners
            .into_iter()
            .map(|(id, [escalated, overdue, ahead])| {
                let title = text_json(&self.library.vocabulary.department(id));
                json!({"id": id, "title": title, "escalated": escalated, "overdue": overdue, "ahead": ahead})
            })
            .collect();
        json!({"states": states, "ahead": ahead, "owners": owners, "most": most})
    }

    /// The plan in whose period the day lies, with what was supplied; none where no plan is in the store.
    fn plan_json(&self, book: &Book, caller: &Caller) -> Result<Value, Problem> {
        // A plan is of a whole place; part of its parcels would say nothing of it.
        if !caller.sees_all() || !caller.may("plan.read") {
            return Ok(Value::Null);
        }
        let plans = self.with_ledger(|ledger| plan::list(&self.library, ledger))?;
        for (id, revisions) in plans {
            let Some(revision) = revisions.into_iter().rev().find(|one| one.event.happened_on <= book.as_of)
            else {
                continue;
            };
            let Ok(found) = self
                .with_ledger(|ledger| plan::track(&self.library, ledger, &revision, book.as_of, None, None))
            else {
                continue;
            };
            if book.as_of < found.period.from || found.period.until < book.as_of {
                continue;
            }
            let months = found.schedule.months.values().copied();
            let planned = months.chain([found.schedule.open]).try_fold(Exact::ZERO, Exact::plus);
            return Ok(json!({
                "id": id, "from": found.period.from.to_string(), "until": found.period.until.to_string(),
                "planned": planned.map(|planned| planned.to_string()),
                "supplied": found.actual.known().map(|supplied| supplied.to_string()),
                "without_area": found.actual.without_area.len(),
            }));
        }
        Ok(Value::Null)
    }
}

/// Cases by step of the idle-land procedure, and papers that wait to be made.
fn in_course(book: &Book, caller: &Caller) -> (Vec<Value>, Vec<Value>) {
    let procedures = procedures(book);
    let mut steps: BTreeMap<Step, usize> = BTreeMap::new();
    let mut papers: BTreeMap<&str, (Value, usize)> = BTreeMap::new();
    for (_, row) in book.seen(caller) {
        let Some(step) = Step::of(row.standing, board::is_idle(book, row)) else { continue };
        *steps.entry(step).or_default() += 1;
        let Some(procedure) = procedures.get(&*row.package).filter(|_| step != Step::Found) else { continue };
        let next: Vec<Act> = procedure.next(row.standing);
        for paper in procedure.papers(book, row, &next) {
            let title = || (text_json(&paper.title), 0);
            papers.entry(paper.id.as_str()).or_insert_with(title).1 += 1;
        }
    }
    let steps = Step::ALL.into_iter().map(|step| {
        let mut told = step.json();
        told["count"] = json!(steps.get(&step).copied().unwrap_or_default());
        told
    });
    let papers =
        papers.into_iter().map(|(id, (title, count))| json!({"name": id, "title": title, "count": count}));
    (steps.collect(), papers.collect())
}

/// The indicators of misallocation, as far as the store knows the figures, beside those of the source.
async fn diagnosed(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let day = app.asked_day(&pairs)?;
        let book = app.book(day)?;
        let most = book.packages.iter().max_by_key(|(_, cases)| *cases);
        let Some((law, _)) = most.filter(|(law, _)| law.desks.contains_key(DIAGNOSIS)) else {
            return Ok(Json(json!({"package": null, "summed": [], "answers": []})).into_response());
        };
        let library = &app.library;
        let package = law.package().id.as_str();
        // Sums over a part of the parcels would be sums of something else.
        let sums = if caller.sees_all() {
            app.with_ledger(|ledger| diagnosis::sums(library, ledger, (package, DIAGNOSIS), day))?
        } else {
            Vec::new()
        };
        let known = diagnosis::known(&sums);
        let summed: Vec<Value> = sums
            .iter()
            .filter_map(|sum| {
                let fact = library.vocabulary.fact(&sum.fact)?;
                let [counted, _, open] = sum.parcels;
                Some(json!({
                    "name": sum.fact, "title": text_json(&fact.title), "counted": counted, "open": open,
                    "display": text_json(&library.vocabulary.display(fact, &sum.counted.to_string())),
                }))
            })
            .collect();
        let matter = Matter::new(library, known, Some(package), clock::day_number(day))?;
        let lawful = matter.desk(DIAGNOSIS)?;
        let answers = lawful.desk.results.iter().map(|rule| answer(library, &matter, rule));
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        let told = desk_json::diagnosed(library, lawful, &answers);
        Ok(Json(json!({"package": package, "summed": summed, "answers": told})).into_response())
    })
    .await
}
