//! Accounts as their administrator keeps them, and the record of visits as an auditor reads it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::accounts::{Account, Asked, Visit};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::session::door;
use super::{App, apart, bodies, query};
use crate::accounts::{check, roles};
use crate::cli::account::{add_account, json_of, set_password};
use crate::cli::tree::text_json;
use crate::clock;

type Answer = Result<Json<Value>, Problem>;

/// Accounts, and the roles and departments that an account may have.
pub(super) async fn accounts(State(app): State<Arc<App>>) -> Answer {
    let door = Arc::clone(door(&app)?);
    apart(move || {
        let all = door.accounts.accounts().map_err(|error| crate::accounts::failure(&error))?;
        let roles: Vec<Value> = roles()
            .iter()
            .map(|(id, role)| {
                json!({"id": id, "title": text_json(&role.title), "needs": role.needs, "may": role.may})
            })
            .collect();
        let departments: Vec<Value> = app
            .library
            .vocabulary
            .departments()
            .map(|(id, title)| json!({"id": id, "title": text_json(title)}))
            .collect();
        Ok(Json(json!({
            "accounts": all.iter().map(json_of).collect::<Vec<_>>(), "roles": roles,
            "departments": departments,
        })))
    })
    .await
}

/// An account as it is written by its administrator.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    role: String,
    #[serde(default)]
    department: Option<String>,
    #[serde(default)]
    districts: BTreeSet<String>,
    #[serde(default)]
    holder: Option<String>,
    #[serde(default)]
    disabled: bool,
    /// A first or another password; with none the password stays.
    #[serde(default)]
    password: Option<String>,
}

impl Written {
    fn account(&self, app: &App, name: &str) -> Result<Account, Problem> {
        let given =
            |text: &Option<String>| text.as_ref().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        let department = given(&self.department);
        let known: Vec<&str> = app.library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
        if let Some(id) = department.as_ref().filter(|id| !known.contains(&id.as_str())) {
            return Err(Problem::query("department", id, &known.join(", ")));
        }
        let account = Account {
            name: name.trim().to_owned(),
            title: self.title.trim().to_owned(),
            role: self.role.clone(),
            department,
            holder: given(&self.holder),
            districts: self.districts.iter().map(|d| d.trim().to_owned()).filter(|d| !d.is_empty()).collect(),
            disabled: self.disabled,
            locked_until: None,
            made_at: clock::now(),
        };
        check(&account).map_err(Problem::unusable)?;
        Ok(account)
    }
}

/// Adds an account.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    asked: Result<Json<Written>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    let door = Arc::clone(door(&app)?);
    apart(move || {
        let account = asked.account(&app, &asked.name)?;
        let word = asked.password.as_deref().unwrap_or_default();
        add_account(&door.accounts, &account, word).map_err(Problem::unusable)?;
        Ok((StatusCode::CREATED, Json(json_of(&account))).into_response())
    })
    .await
}

/// Writes what an account is allowed anew, and gives it another password if one is sent.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    asked: Result<Json<Written>, JsonRejection>,
) -> Answer {
    let asked = bodies::form(asked)?;
    let door = Arc::clone(door(&app)?);
    apart(move || {
        let failed = |error| Problem::from(crate::accounts::failure(&error));
        let Some((there, _)) = door.accounts.account(&name).map_err(failed)? else {
            return Err(Problem::absent(&name));
        };
        let account = Account { made_at: there.made_at, ..asked.account(&app, &name)? };
        if let Some(word) = asked.password.as_deref().filter(|word| !word.is_empty()) {
            set_password(&door.accounts, &name, word).map_err(Problem::unusable)?;
        }
        door.accounts.change(&account).map_err(failed)?;
        Ok(Json(json_of(&account)))
    })
    .await
}

const LINES: usize = 100;
const LINES_MAX: usize = 1_000;
const NAMES: [&str; 7] = ["account", "case", "operation", "from", "until", "offset", "limit"];

/// The record of visits, and whether it is sound.
pub(super) async fn visits(State(app): State<Arc<App>>, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    let door = Arc::clone(door(&app)?);
    apart(move || {
        if let Some((name, value)) = pairs.iter().find(|(name, _)| !NAMES.contains(&name.as_str())) {
            return Err(Problem::query(name, value, &NAMES.join(", ")));
        }
        let text = |name: &str| pairs.get(name).filter(|text| !text.is_empty()).cloned();
        let midnight = |day: Date| {
            let moment = day.at(0, 0, 0, 0);
            jiff::tz::Offset::constant(8).to_timestamp(moment).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let until = query::date(&pairs, "until")?.map(|day| midnight(day.tomorrow().unwrap_or(day)));
        let asked = Asked {
            account: text("account"),
            subject: text("case"),
            operation: text("operation"),
            from: query::date(&pairs, "from")?.map(midnight),
            until,
        };
        let offset = query::number(&pairs, "offset", 0, 1_000_000_000)?;
        let limit = query::number(&pairs, "limit", LINES, LINES_MAX)?;
        let failed = |error| Problem::from(crate::accounts::failure(&error));
        let (total, lines) = door.accounts.visits(&asked, (offset, limit)).map_err(failed)?;
        Ok(Json(json!({"total": total, "rows": lines.iter().map(visit_json).collect::<Vec<_>>()})))
    })
    .await
}

fn visit_json(visit: &Visit) -> Value {
    let what = &visit.what;
    json!({
        "seq": visit.seq, "at": what.at.to_string(), "account": what.account,
        "operation": what.operation, "summary": text_json(&super::contract::summary(&what.operation)),
        "path": what.path, "case_id": what.subject, "status": what.status, "digest": visit.digest,
    })
}

/// Whether every line of the record follows from the one before it.
pub(super) async fn verify(State(app): State<Arc<App>>) -> Answer {
    let door = Arc::clone(door(&app)?);
    apart(move || {
        let (lines, broken_at) = match door.accounts.verify_visits() {
            Ok(lines) => (Some(lines), None),
            Err(landcycle_ledger::accounts::AccountsError::Broken(seq)) => (None, Some(seq)),
            Err(error) => return Err(crate::accounts::failure(&error).into()),
        };
        Ok(Json(json!({"lines": lines, "broken_at": broken_at})))
    })
    .await
}
