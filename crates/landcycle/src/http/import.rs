//! 导入 · files that people send: notices of the land market, and reports of departments. A file is first
//! looked at, then imported, by the same functions as the commands use. What arrives goes through a
//! temporary file that is gone when the answer is given.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use super::bodies::{self, Upload};
use super::caller::Caller;
use super::problem::Problem;
use super::query;
use super::tables::failed;
use super::{App, apart};
use crate::cli::tree::text_json;
use crate::notices::faulty::{FaultyRow, workbook};
use crate::notices::preview::{Change, Mapped, Preview, Sampled, preview};
use crate::notices::{self, Area, Options};
use crate::reports::{self, CaseRow, Filing};
use crate::say::Failure;
use crate::{clock, store};

/// Faulty rows that one answer tells cell by cell; the file of them has them all.
const FAULTY: usize = 200;

/// The routes of imports and reports.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/import/notices", post(notices))
        .route("/import/notices/faults", post(faults))
        .route("/reports", get(departments).post(report))
        .route("/reports/form", get(form))
}

/// A fault of a file, or of what it says: for its sender to mend.
fn refused(failure: Failure) -> Problem {
    Problem::said(StatusCode::UNPROCESSABLE_ENTITY, "file", failure.message)
}

fn flag(pairs: &query::Pairs, name: &str) -> bool {
    pairs.get(name).is_some_and(|value| !value.is_empty())
}

fn language(pairs: &query::Pairs) -> Language {
    if pairs.get("lang").is_some_and(|lang| lang == "en") { Language::En } else { Language::Zh }
}

/// Refuses parameters that nobody reads: a choice misspelled and dropped would do something else.
fn known(pairs: &query::Pairs, names: &[&str]) -> Result<(), Problem> {
    match pairs.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        Some((name, value)) => Err(Problem::query(name, value, &names.join(", "))),
        None => Ok(()),
    }
}

impl App {
    /// The cases that a caller does not see.
    fn barred(&self, caller: &Caller) -> Result<HashSet<String>, Problem> {
        if caller.sees_all() {
            return Ok(HashSet::new());
        }
        let book = self.book(self.usual_day())?;
        let seen: HashSet<usize> = book.seen(caller).map(|(at, _)| at).collect();
        let everybody = Caller::office();
        let all = book.seen(&everybody).filter(|(at, _)| !seen.contains(at));
        Ok(all.map(|(_, row)| row.case_id.clone()).collect())
    }

    fn options(&self, pairs: &query::Pairs, caller: &Caller) -> Result<Options, Problem> {
        let sheet = pairs.get("sheet").filter(|sheet| !sheet.is_empty()).cloned();
        let area = Area { districts: caller.districts.clone(), barred: self.barred(caller)? };
        Ok(Options { sheet, keep_good: flag(pairs, "keep_good"), area })
    }
}

/// Looks at a file of notices, or imports it.
async fn notices(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
    body: Body,
) -> Result<Response, Problem> {
    known(&pairs, &["name", "sheet", "keep_good", "dry_run", "lang"])?;
    let sent = Upload::take(body, pairs.get("name").map(String::as_str)).await?;
    apart(move || {
        let options = app.options(&pairs, &caller)?;
        let library = &app.library;
        let found = preview(library, sent.path(), &app.store, &options, clock::today()).map_err(refused)?;
        let good = found.report.refused_count == 0 || options.keep_good && !found.report.nothing_good();
        let mut told = preview_json(&app, sent.name(), &found);
        if flag(&pairs, "dry_run") || !good {
            return Ok(Json(told).into_response());
        }
        let report = notices::import(library, sent.path(), &app.store, &options, &|_| {}).map_err(refused)?;
        // Somebody else may have recorded in between: what was recorded counts, not what was expected.
        if report.refused_count == 0 || options.keep_good {
            told["recorded"] = json!({"added": report.added, "already_there": report.already_there});
        }
        Ok((StatusCode::CREATED, Json(told)).into_response())
    })
    .await
}

/// The faulty rows of a file of notices as a workbook, each with what is wrong in it.
async fn faults(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
    body: Body,
) -> Result<Response, Problem> {
    known(&pairs, &["name", "sheet", "keep_good", "lang"])?;
    let sent = Upload::take(body, pairs.get("name").map(String::as_str)).await?;
    apart(move || {
        let options = app.options(&pairs, &caller)?;
        let found =
            preview(&app.library, sent.path(), &app.store, &options, clock::today()).map_err(refused)?;
        let headers: Vec<String> = found.columns.iter().map(|column| column.header.clone()).collect();
        let made =
            workbook(&headers, &found.report.faulty, language(&pairs)).map_err(|error| failed(&error))?;
        Ok(bodies::file(bodies::XLSX, "faulty-rows.xlsx", made))
    })
    .await
}

fn preview_json(app: &App, name: &str, found: &Preview) -> Value {
    let report = &found.report;
    let count = |change: Change| found.cases.get(&change).copied().unwrap_or_default();
    let unusual: Vec<Value> =
        report.unusual.iter().map(|(why, rows)| json!({"why": text_json(why), "rows": rows})).collect();
    json!({
        "file": name, "sheet": found.sheet, "encoding": found.encoding, "rows": report.rows,
        "added": report.added, "already_there": report.already_there, "refused": report.refused_count,
        "cases": {
            "new": count(Change::New), "changed": count(Change::Changed), "same": count(Change::Same),
        },
        "columns": found.columns.iter().map(|column| column_json(app, column)).collect::<Vec<_>>(),
        "unusual": unusual, "notes": report.notes.iter().take(FAULTY).map(text_json).collect::<Vec<_>>(),
        "sample": found.sample.iter().map(|row| sample_json(app, row)).collect::<Vec<_>>(),
        "faulty": report.faulty.iter().take(FAULTY).map(faulty_json).collect::<Vec<_>>(),
        "recorded": null,
    })
}

fn column_json(app: &App, column: &Mapped) -> Value {
    let fact = column.fact.as_ref().and_then(|name| app.library.vocabulary.fact(name));
    json!({
        "column": column.column, "header": column.header, "fact": column.fact, "unit": column.unit,
        "title": fact.map(|fact| text_json(&fact.title)), "why": column.why.as_ref().map(text_json),
    })
}

fn sample_json(app: &App, row: &Sampled) -> Value {
    let vocabulary = &app.library.vocabulary;
    let each = row.facts.iter().map(|(name, before, after)| {
        let fact = vocabulary.fact(name);
        let title = fact.map_or_else(|| Text::same(name), |fact| fact.title.clone());
        let shown =
            |value: &str| fact.map_or_else(|| Text::same(value), |fact| vocabulary.display(fact, value));
        json!({
            "name": name, "title": text_json(&title), "after": text_json(&shown(after)),
            "before": before.as_ref().map(|before| text_json(&shown(before))),
        })
    });
    json!({
        "row": row.line, "case_id": row.case, "change": row.change.name(), "facts": each.collect::<Vec<_>>(),
    })
}

fn faulty_json(row: &FaultyRow) -> Value {
    let cells = row.faults.iter().map(|fault| {
        json!({
            "column": fault.column, "header": fault.header, "value": fault.value, "why": text_json(&fault.why),
        })
    });
    json!({"row": row.line, "cells": cells.collect::<Vec<_>>()})
}

/// The departments that report, each with its own facts; of an account with a department that one alone.
async fn departments(State(app): State<Arc<App>>, caller: Caller) -> Json<Value> {
    let vocabulary = &app.library.vocabulary;
    let own = |id: &str| caller.department.as_deref().is_none_or(|own| own == id);
    let each = vocabulary.departments().filter(|(id, _)| own(id)).map(|(id, title)| {
        let facts = reports::own_facts(&app.library, id);
        let facts: Vec<Value> =
            facts.iter().map(|fact| json!({"name": fact.name, "title": text_json(&fact.title)})).collect();
        json!({"id": id, "title": text_json(title), "facts": facts})
    });
    Json(each.collect())
}

/// The department that a query names: one's own, if one has one.
fn department(app: &App, pairs: &query::Pairs, caller: &Caller) -> Result<String, Problem> {
    let id = pairs.get("department").map(String::as_str).filter(|id| !id.is_empty());
    let id = id.or(caller.department.as_deref()).unwrap_or_default();
    if caller.department.as_deref().is_some_and(|own| own != id) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", id)]));
    }
    let known: Vec<&str> = app.library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
    if !known.contains(&id) {
        return Err(Problem::query("department", id, &known.join(", ")));
    }
    Ok(id.to_owned())
}

/// The form of a department: its own facts, the cases that the caller sees.
async fn form(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    known(&pairs, &["department", "district", "lang"])?;
    apart(move || {
        let department = department(&app, &pairs, &caller)?;
        let district = pairs.get("district").filter(|district| !district.is_empty());
        let book = app.book(app.usual_day())?;
        let rows = book.seen(&caller).map(|(_, row)| row);
        let rows = rows.filter(|row| district.is_none_or(|wanted| row.fact("district") == Some(wanted)));
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let cases: Vec<CaseRow> = rows
            .map(|row| CaseRow {
                case: row.case_id.clone(),
                project: text(row.fact("project_name")),
                district: text(row.fact("district")),
            })
            .collect();
        let facts = reports::own_facts(&app.library, &department);
        let made = reports::form(&app.library, &facts, &cases, language(&pairs));
        Ok(bodies::file(
            bodies::XLSX,
            &format!("report-{department}.xlsx"),
            made.map_err(|error| failed(&error))?,
        ))
    })
    .await
}

/// Files the form of a department that was filled in, or says what filing it would do.
async fn report(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
    body: Body,
) -> Result<Response, Problem> {
    known(&pairs, &["name", "department", "by", "correct", "dry_run", "sheet", "lang"])?;
    let sent = Upload::take(body, pairs.get("name").map(String::as_str)).await?;
    apart(move || {
        let department = department(&app, &pairs, &caller)?;
        let written = pairs.get("by").map(|by| by.trim()).unwrap_or_default();
        let by = caller.name(written);
        if by.is_empty() {
            return Err(Problem::query("by", "", crate::say::words("who_acts").zh.as_str()));
        }
        let dry_run = flag(&pairs, "dry_run");
        let filing = Filing {
            department: &department,
            by,
            now: clock::now(),
            today: clock::today(),
            correct: flag(&pairs, "correct"),
            sheet: pairs.get("sheet").filter(|sheet| !sheet.is_empty()).cloned(),
            barred: app.barred(&caller)?,
            dry_run,
        };
        let mut ledger = if dry_run { store::open_to_read(&app.store)? } else { store::open(&app.store)? };
        let filed =
            reports::file(&app.library, &mut ledger, &app.store, sent.path(), &filing).map_err(refused)?;
        let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
        let told = json!({
            "file": sent.name(), "recorded": !dry_run, "added": filed.added, "already_there": filed.there,
            "corrected": filed.corrected,
        });
        Ok((status, Json(told)).into_response())
    })
    .await
}
