//! 监管台 · the desks of supervision over all cases: who is due for evaluation and what grades bring, the
//! idle-land procedure by its steps, and credit by holder. Everything is read from rules, acts and duties
//! of the law; where a package has no rule for something, the answer says so.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Query as Pairs, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use landcycle_ledger::life::{Act, Condition};
use landcycle_policy::vocabulary::FactKind;
use serde_json::{Value, json};

use super::board::{self, Step, is_idle, procedures};
use super::book::{Book, Row};
use super::caller::Caller;
use super::outcomes::Shown;
use super::problem::Problem;
use super::query::{self, number, one_of};
use super::tables::{self, Column, Table};
use super::tally::{add, counted, law_with};
use super::{App, apart};
use crate::acts::{self, File};
use crate::cli::tree::text_json;
use crate::duties::Slip;
use crate::portfolio::single;
use crate::{assessment, clock, store};

/// Rules whose names stand in the vocabulary for other parts to rely on.
const EVALUATED: [&str; 4] = ["evaluation_due", "evaluation_outcome", "stock_grade", "grade_treatment"];
const RATED: [&str; 3] = ["credit_rating", "credit_score", "credit_restrictions"];
/// The fact that tells the credit of a holder in the file of a parcel.
const CREDIT: &str = "credit_status";
/// Characters of an industry's division.
const DIVISION: usize = 3;
/// Rows that one answer holds, usually and at most.
const ROWS: usize = 20;
const ROWS_MAX: usize = 500;

/// The desks of supervision.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/supervision/evaluation", get(evaluation))
        .route("/supervision/idle", get(idle))
        .route("/supervision/credit", get(credit))
}

type Counts = Vec<(String, usize)>;

/// Grades by district and by industry, and what each grade brings.
async fn evaluation(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let book = app.book(app.asked_day(&pairs)?)?;
        let [_, _, grade, treatment] = EVALUATED;
        let rules: serde_json::Map<String, Value> =
            EVALUATED.iter().map(|name| ((*name).to_owned(), app.rule_head(&book, name))).collect();
        let columns = EVALUATED.map(|name| book.column(name));
        let mut totals: [Counts; 4] = Default::default();
        let mut by_district: BTreeMap<String, Counts> = BTreeMap::new();
        let mut by_industry: BTreeMap<String, Counts> = BTreeMap::new();
        let mut brings: BTreeMap<String, Counts> = BTreeMap::new();
        for (_, row) in book.seen(&caller) {
            let shown = columns.map(|column| column.and_then(|column| row.outcome(column)));
            for (counts, shown) in totals.iter_mut().zip(shown) {
                shown.into_iter().flat_map(|shown| &shown.codes).for_each(|code| add(counts, code));
            }
            let Some(code) = shown[2].and_then(|shown| shown.codes.first()) else { continue };
            let place = row.fact("district").unwrap_or_default().to_owned();
            add(by_district.entry(place).or_default(), code);
            let industry: String = row.fact("industry").unwrap_or_default().chars().take(DIVISION).collect();
            add(by_industry.entry(industry).or_default(), code);
            let brought = brings.entry(code.clone()).or_default();
            shown[3].into_iter().flat_map(|shown| &shown.codes).for_each(|code| add(brought, code));
        }
        let told = |name: &str, counts: &Counts| {
            law_with(&book, name).map(|(_, _, rule)| counted(counts, rule)).unwrap_or_default()
        };
        let groups = |groups: &BTreeMap<String, Counts>| -> Vec<Value> {
            let group = |(name, counts): (&String, &Counts)| {
                let total: usize = counts.iter().map(|(_, count)| count).sum();
                json!({"value": name, "total": total, "outcomes": told(grade, counts)})
            };
            groups.iter().map(group).collect()
        };
        let districts = groups(&by_district);
        if let Some(wanted) = tables::wanted(&pairs, &caller)? {
            let of = |part: &str, groups: &[Value]| -> Vec<Value> {
                let each = groups.iter().flat_map(|group| {
                    let outcomes = group["outcomes"].as_array().cloned().unwrap_or_default();
                    outcomes.into_iter().map(|one| {
                        json!({"part": part, "value": group["value"], "title": one["title"], "count": one["count"]})
                    })
                });
                each.collect()
            };
            let rows = [of("district", &districts), of("industry", &groups(&by_industry))].concat();
            let columns = vec![
                Column::text("table_part", "/part"),
                Column::text("table_value", "/value"),
                Column::text("head_outcome", "/title"),
                Column::number("head_cases", "/count"),
            ];
            let (about, day) = (app.about(&pairs, book.as_of)?, book.as_of);
            return wanted.answer(&Table { name: "table_evaluation", columns, about, day }, rows);
        }
        let totals: serde_json::Map<String, Value> = EVALUATED
            .iter()
            .zip(&totals)
            .map(|(name, counts)| ((*name).to_owned(), json!(told(name, counts))))
            .collect();
        let brings: Vec<Value> = brings
            .iter()
            .map(|(code, counts)| json!({"code": code, "members": told(treatment, counts)}))
            .collect();
        Ok(Json(json!({
            "on": book.as_of.to_string(), "rules": rules, "totals": totals,
            "by_district": districts, "by_industry": groups(&by_industry), "brings": brings,
        }))
        .into_response())
    })
    .await
}

/// The idle-land procedure: cases by step, each with what is due, what can be done next and the paper.
async fn idle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let book = app.book(app.asked_day(&pairs)?)?;
        let only = pairs.get("step").filter(|step| !step.is_empty());
        let only = only.map(|step| one_of("step", step, &Step::ALL, Step::name)).transpose()?;
        let offset = number(&pairs, "offset", 0, usize::MAX)?;
        let limit = number(&pairs, "limit", ROWS, ROWS_MAX)?;
        let district = pairs.get("district").filter(|district| !district.is_empty());
        let procedures = procedures(&book);
        let mut steps: BTreeMap<Step, Vec<usize>> = BTreeMap::new();
        for (at, row) in book.seen(&caller) {
            if district.is_some_and(|wanted| row.fact("district") != Some(wanted)) {
                continue;
            }
            if let Some(step) = Step::of(row.standing, is_idle(&book, row)) {
                steps.entry(step).or_default().push(at);
            }
        }
        let duties = duties_of(&book, &procedures);
        // Most pressing first: the roll is in that order.
        for rows in steps.values_mut() {
            rows.sort_by_key(|row| (duties.get(row).map_or(usize::MAX, |slips| slips[0].0), *row));
        }
        let one = |row: usize, step: Step| card(&app, &book, (row, step), (&procedures, &duties));
        if let Some(wanted) = tables::wanted(&pairs, &caller)? {
            let columns = vec![
                Column::text("table_step", "/step/title"),
                Column::text("work_case", "/case_id"),
                Column::fact(&app.library, "project_name", "/project_name"),
                Column::fact(&app.library, "holder", "/holder"),
                Column::fact(&app.library, "district", "/district"),
                Column::text("table_finding", "/finding/text"),
                Column::date("work_due", "/duties/0/due"),
                Column::text("work_duty", "/duties/0/title"),
                Column::text("work_state", "/duties/0/said"),
                Column::text("table_next_acts", "/acts"),
                Column::text("table_papers", "/papers"),
            ];
            let (about, day) = (app.about(&pairs, book.as_of)?, book.as_of);
            let rows = steps.iter().filter(|(step, _)| only.is_none_or(|only| only == **step));
            let rows = rows.flat_map(|(step, rows)| rows.iter().filter_map(|row| one(*row, *step)));
            return wanted.answer(&Table { name: "table_idle", columns, about, day }, rows);
        }
        let told = Step::ALL.into_iter().map(|step| {
            let rows = steps.get(&step).map_or(&[][..], Vec::as_slice);
            let mut told = step.json();
            let shown = only.is_none_or(|only| only == step);
            let page = rows.iter().skip(offset).take(if shown { limit } else { 0 });
            told["count"] = json!(rows.len());
            told["cases"] = page.filter_map(|row| one(*row, step)).collect();
            told
        });
        let steps: Vec<Value> = told.collect();
        Ok(Json(json!({
            "on": book.as_of.to_string(), "rule": app.rule_head(&book, board::IDLE), "steps": steps,
        }))
        .into_response())
    })
    .await
}

type Duties<'b> = HashMap<usize, Vec<(usize, &'b Slip)>>;

/// The open duties of the procedure by case, with their places in the roll.
fn duties_of<'b>(book: &'b Book, procedures: &HashMap<&str, board::Procedure<'_>>) -> Duties<'b> {
    let mut duties: Duties<'b> = HashMap::new();
    for (place, slip) in book.roll.slips().iter().enumerate() {
        let Some(row) = book.row(slip.row as usize) else { continue };
        let Some(procedure) = procedures.get(&*row.package) else { continue };
        if procedure.has_duty(&book.roll.kind(slip).duty.done) {
            duties.entry(slip.row as usize).or_default().push((place, slip));
        }
    }
    duties
}

/// A case on the board.
fn card(
    app: &App,
    book: &Book,
    (at, step): (usize, Step),
    (procedures, duties): (&HashMap<&str, board::Procedure<'_>>, &Duties<'_>),
) -> Option<Value> {
    let row = book.row(at)?;
    let procedure = procedures.get(&*row.package)?;
    let next: Vec<Act> = procedure.next(row.standing);
    let papers = procedure.papers(book, row, &next);
    let papers: Vec<Value> =
        papers.iter().map(|paper| json!({"name": paper.id, "title": text_json(&paper.title)})).collect();
    let owed = duties.get(&at).into_iter().flatten();
    let owed: Vec<Value> = owed.map(|(_, slip)| book.roll.owed(slip).json(&app.library)).collect();
    let finding = book.column(board::IDLE).and_then(|column| row.outcome(column)).map(Shown::json);
    let acts: Vec<Value> = next.iter().map(|act| procedure.act_json(app, *act)).collect();
    Some(json!({
        "case_id": row.case_id, "project_name": row.fact("project_name"), "holder": row.fact("holder"),
        "district": row.fact("district"), "step": step.json(), "finding": finding, "duties": owed,
        "acts": acts.into_iter().filter(|act| !act.is_null()).collect::<Vec<_>>(), "papers": papers,
    }))
}

/// What is known of a holder from the files of its parcels.
#[derive(Default)]
struct Holder {
    parcels: usize,
    /// Parcels by what their files say of its credit; empty where they say nothing.
    credit: Counts,
    /// Parcels on which the idle-land procedure runs.
    idle: usize,
    /// Duties past their day.
    overdue: usize,
}

/// Credit: the files of firms as the law judges them, and holders as the files of their parcels know them.
async fn credit(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let book = app.book(app.asked_day(&pairs)?)?;
        let offset = number(&pairs, "offset", 0, usize::MAX)?;
        let limit = number(&pairs, "limit", ROWS, ROWS_MAX)?;
        let text = |name: &str| pairs.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        let (search, status) = (text("q").map(str::to_lowercase), text("status"));
        let mut holders: BTreeMap<&str, Holder> = BTreeMap::new();
        let mut firms: Vec<&Row> = Vec::new();
        for (_, row) in book.seen(&caller) {
            if row.standing.conditions.has(Condition::CreditFile) {
                firms.push(row);
            }
            let Some(name) = row.fact("holder") else { continue };
            let holder = holders.entry(name).or_default();
            holder.parcels += 1;
            add(&mut holder.credit, row.fact(CREDIT).unwrap_or_default());
            let step = Step::of(row.standing, is_idle(&book, row));
            holder.idle += usize::from(step.is_some());
        }
        for slip in book.roll.slips() {
            use crate::duties::State as Duty;
            let late = matches!(slip.state, Duty::Escalated | Duty::Overdue);
            let row = book.row(slip.row as usize).filter(|_| late && book.roll.kind(slip).duty.by.is_empty());
            if let Some(holder) = row.and_then(|row| holders.get_mut(row.fact("holder")?)) {
                holder.overdue += 1;
            }
        }
        let mut found: Vec<(&str, &Holder)> = holders
            .iter()
            .map(|(name, holder)| (*name, holder))
            .filter(|(name, _)| search.as_ref().is_none_or(|text| name.to_lowercase().contains(text)))
            .filter(|(_, holder)| status.is_none_or(|s| holder.credit.iter().any(|(known, _)| known == s)))
            .collect();
        found.sort_by_key(|(name, holder)| {
            let bad = holder.credit.iter().any(|(code, _)| !code.is_empty() && code != "normal");
            std::cmp::Reverse((bad, holder.idle, holder.overdue, std::cmp::Reverse(*name)))
        });
        let told = |(name, holder): &(&str, &Holder)| {
            json!({
                "holder": name, "parcels": holder.parcels, "idle": holder.idle, "overdue": holder.overdue,
                "credit": statuses(&app, &holder.credit),
            })
        };
        if let Some(wanted) = tables::wanted(&pairs, &caller)? {
            let columns = vec![
                Column::fact(&app.library, "holder", "/holder"),
                Column::number("head_cases", "/parcels"),
                Column::fact(&app.library, CREDIT, "/credit"),
                Column::number("table_idle", "/idle"),
                Column::number("table_overdue", "/overdue"),
            ];
            let (about, day) = (app.about(&pairs, book.as_of)?, book.as_of);
            let table = Table { name: "table_credit", columns, about, day };
            return wanted.answer(&table, found.iter().map(told));
        }
        let rules: serde_json::Map<String, Value> =
            RATED.iter().map(|name| ((*name).to_owned(), app.rule_head(&book, name))).collect();
        let rows: Vec<Value> = found.iter().skip(offset).take(limit).map(told).collect();
        let files = firms.len();
        let firms = firms.into_iter().take(ROWS_MAX).map(|row| app.firm(&book, row));
        let firms = firms.collect::<Result<Vec<_>, _>>()?;
        let all: Counts = holders.values().fold(Counts::new(), |mut all, holder| {
            holder.credit.iter().for_each(|(code, _)| add(&mut all, code));
            all
        });
        Ok(Json(json!({
            "on": book.as_of.to_string(), "rules": rules, "files": files, "firms": firms,
            "total": found.len(), "statuses": statuses(&app, &all), "holders": rows,
        }))
        .into_response())
    })
    .await
}

/// What files say of credit, in the words of the vocabulary; what they do not say is unknown.
fn statuses(app: &App, counts: &Counts) -> Vec<Value> {
    let kind = app.library.vocabulary.fact(CREDIT).map(|fact| &fact.kind);
    let title = |code: &str| match kind {
        Some(FactKind::Code(values)) => {
            values.iter().find(|value| value.code == code).map(|v| text_json(&v.title))
        }
        _ => None,
    };
    let unknown = text_json(&crate::say::words("outcome_unknown"));
    let each = counts.iter().map(|(code, count)| {
        let title = title(code).unwrap_or_else(|| unknown.clone());
        json!({"code": code, "title": title, "count": count})
    });
    each.collect()
}

impl App {
    /// The credit file of a firm: how it stands, what the law says of it, and what can be done.
    fn firm(&self, book: &Book, row: &Row) -> Result<Value, Problem> {
        let library = &self.library;
        let failed = |error| Problem::from(store::failure(&self.store, &error));
        let on = (book.as_of, None);
        let file =
            self.with_ledger(|ledger| File::read(ledger, library, &row.case_id, on)).map_err(failed)?;
        let batch = single(library, &row.case_id, &file.facts)?;
        let mut outcomes = serde_json::Map::new();
        let day = clock::day_number(book.as_of);
        assessment::assess(library, &batch, day, None, 1, &mut |found| {
            let rule = &batch.law.rules[found.determination.rule];
            let shown = Shown::of(&found.determination, rule).json();
            outcomes.insert(rule.name.clone(), json!({"title": text_json(&rule.title), "outcome": shown}));
            Ok(())
        })?;
        let possible = acts::possibilities(&file, library);
        let acts: Vec<Value> = possible
            .iter()
            .filter(|act| act.refusal.is_none())
            .map(|act| json!({"name": act.name, "title": text_json(&act.title)}))
            .collect();
        Ok(json!({
            "case_id": row.case_id, "standing": acts::standing_json(file.standing), "outcomes": outcomes,
            "acts": acts,
        }))
    }
}
