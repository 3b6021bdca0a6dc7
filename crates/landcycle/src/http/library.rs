//! Documents and parameters over HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query as Pairs, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::caller::Caller;
use super::problem::Problem;
use super::query;
use super::tables::{self, Column, Table};
use super::{App, apart};
use crate::cli::policy::{document_head_json, document_json, parameter_json, table_json};

/// Every document.
pub(super) async fn documents(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    let packages = app.library.packages.values();
    let list: Vec<Value> =
        packages.flat_map(|p| p.documents.iter().map(|d| document_head_json(&p.id, d))).collect();
    let Some(wanted) = tables::wanted(&pairs, &caller)? else { return Ok(Json(list).into_response()) };
    let columns = vec![
        Column::text("table_id", "/id"),
        Column::text("table_title", "/title"),
        Column::text("table_number", "/number"),
        Column::text("table_issuer", "/issuer"),
        Column::text("table_rank", "/rank"),
        Column::date("table_issued", "/issued"),
        Column::date("table_from", "/in_force/from"),
        Column::date("table_until", "/in_force/until"),
        Column::text("table_status", "/status"),
        Column::text("table_grade", "/grade"),
        Column::text("head_package", "/package"),
        Column::date("table_reviewed", "/reviewed"),
    ];
    apart(move || {
        let day = app.asked_day(&pairs)?;
        let table = Table { name: "table_documents", columns, about: app.about(&pairs, day)?, day };
        wanted.answer(&table, list)
    })
    .await
}

/// One document with its articles.
pub(super) async fn document(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (package, document) = app.library.document(&id).ok_or_else(|| Problem::absent(&id))?;
    Ok(Json(document_json(&package.id, document)))
}

/// Every parameter and table with the value of the usual assessment date: one that is set for later does not
/// hold yet.
pub(super) async fn parameters(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let list = parameters_of(&app);
        let Some(wanted) = tables::wanted(&pairs, &caller)? else { return Ok(Json(list).into_response()) };
        let columns = vec![
            Column::text("table_id", "/id"),
            Column::text("table_title", "/title"),
            Column::text("table_value", "/current"),
            Column::text("table_unit", "/unit"),
            Column::text("table_grade", "/grade"),
            Column::text("head_package", "/package"),
        ];
        let day = app.asked_day(&pairs)?;
        let table = Table { name: "table_parameters", columns, about: app.about(&pairs, day)?, day };
        wanted.answer(&table, list)
    })
    .await
}

fn parameters_of(app: &App) -> Vec<Value> {
    let today = app.usual_day().to_string();
    let mut list = Vec::new();
    for package in app.library.packages.values() {
        let parameters = package.parameters.values().map(|p| parameter_json(&app.library, &package.id, p));
        let tables = package.tables.values().map(|table| table_json(&app.library, &package.id, table));
        for whole in parameters.chain(tables) {
            let values = whole["values"].as_array().map_or(&[][..], Vec::as_slice);
            let begun =
                values.iter().rfind(|v| v["from"].as_str().is_some_and(|from| from <= today.as_str()));
            let current = begun.unwrap_or(&Value::Null);
            list.push(json!({
                "id": whole["id"], "title": whole["title"], "unit": whole["unit"], "package": package.id,
                "current": if current["value"].is_null() { Value::Null } else { current["display"].clone() },
                "grade": current["grade"],
            }));
        }
    }
    list
}

/// One parameter with its history, or one table with its editions.
pub(super) async fn parameter(
    State(app): State<Arc<App>>,
    Path((package, stage, name)): Path<(String, String, String)>,
) -> Result<Json<Value>, Problem> {
    let path = format!("{stage}/{name}");
    let absent = || Problem::absent(&format!("{package}/{path}"));
    let known = app.library.packages.get(&package).ok_or_else(absent)?;
    if let Some(table) = known.tables.get(&path) {
        return Ok(Json(table_json(&app.library, &package, table)));
    }
    let found = known.parameters.get(&path).ok_or_else(absent)?;
    Ok(Json(parameter_json(&app.library, &package, found)))
}
