//! Signing in and out, the account of one's own, its password and tokens.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, Extension, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use landcycle_ledger::accounts::Account;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Actor, COOKIE, permissions};
use super::caller::Caller;
use super::problem::Problem;
use super::{App, apart, bodies};
use crate::accounts::{Door, NotIn, fingerprint, password, role};
use crate::cli::account::{json_of, set_password};
use crate::cli::tree::text_json;
use crate::clock;

type Answer = Result<Json<Value>, Problem>;

/// The accounts of a server that has some.
pub(super) fn door(app: &App) -> Result<&Arc<Door>, Problem> {
    app.door.as_ref().ok_or_else(|| Problem::new(StatusCode::CONFLICT, "no_accounts", &[]))
}

/// Who is signed in, and what they may do.
pub(super) async fn session(State(app): State<Arc<App>>, caller: Caller) -> Answer {
    apart(move || {
        let account = match (&app.door, &caller.account) {
            (Some(door), Some(name)) => {
                let found = door.accounts.account(name);
                found.map_err(|error| crate::accounts::failure(&error))?.map(|(account, _)| account)
            }
            _ => None,
        };
        Ok(Json(state(&app, &caller, account.as_ref())))
    })
    .await
}

fn state(app: &App, caller: &Caller, account: Option<&Account>) -> Value {
    let title = account.and_then(|account| role(&account.role)).map(|role| text_json(&role.title));
    let department = caller
        .department
        .as_ref()
        .map(|id| json!({"id": id, "title": text_json(&app.library.vocabulary.department(id))}));
    json!({
        "accounts": app.door.is_some(), "account": account.map(json_of), "role_title": title,
        "department": department, "may": permissions(caller),
    })
}

/// A name and its password.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    name: String,
    password: String,
}

/// Signs in: the browser keeps the session in a cookie that scripts cannot read.
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    asked: Result<Json<SignIn>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    let address = address.map(|Extension(ConnectInfo(address))| address.ip());
    let named = Actor(asked.name.chars().take(64).collect());
    let door = Arc::clone(door(&app)?);
    // Each check fills memory on purpose; a few at once are enough, and the rest wait.
    let Ok(_turn) = app.hashing.acquire().await else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", &[]));
    };
    let opened = apart(move || Ok(door.sign_in((asked.name.trim(), &asked.password), address, clock::now())));
    let opened = match opened.await? {
        Ok(opened) => opened,
        Err(why) => return Ok((Extension(named), refused(why)).into_response()),
    };
    let caller = Caller::of(&opened.account);
    let lasts = opened.ends_at.duration_since(clock::now()).as_secs();
    let cookie = cookie(&app, &opened.secret, lasts);
    let state = Json(state(&app, &caller, Some(&opened.account)));
    Ok((StatusCode::CREATED, Extension(named), [(header::SET_COOKIE, cookie)], state).into_response())
}

fn cookie(app: &App, secret: &str, lasts: i64) -> HeaderValue {
    let secure = if app.secure { "; Secure" } else { "" };
    let text = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lasts}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn refused(why: NotIn) -> Response {
    let wait = |code: &str, seconds: i64| {
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, code, &[("seconds", &seconds.to_string())]);
        let mut response = problem.into_response();
        if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    };
    match why {
        NotIn::Wrong => Problem::new(StatusCode::UNAUTHORIZED, "wrong_password", &[]).into_response(),
        NotIn::Locked(seconds) => wait("account_locked", seconds),
        NotIn::TooOften(seconds) => wait("too_often", seconds),
        NotIn::Failed(failure) => Problem::from(failure).into_response(),
    }
}

/// Signs out.
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gone = cookie(&app, "", 0);
    if let (Some(door), Some(name), Some(secret)) = (&app.door, caller.account, access::session(&headers)) {
        let done = door.accounts.take_back(&name, &fingerprint(&secret));
        done.map_err(|error| crate::accounts::failure(&error))?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// The password of before and the next one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    now: String,
    next: String,
}

/// Changes one's own password; every session and token ends.
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Result<Json<Change>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    let door = Arc::clone(door(&app)?);
    let name = caller.account.unwrap_or_default();
    let Ok(_turn) = app.hashing.acquire().await else {
        return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", &[]));
    };
    apart(move || {
        let found = door.accounts.account(&name).map_err(|error| crate::accounts::failure(&error))?;
        if !password::is(&asked.now, found.as_ref().map(|(_, secret)| secret.as_str())) {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong_password", &[]));
        }
        set_password(&door.accounts, &name, &asked.next).map_err(Problem::unusable)
    })
    .await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&app, "", 0))]).into_response())
}

/// The tokens of one's own account.
pub(super) async fn tokens(State(app): State<Arc<App>>, caller: Caller) -> Answer {
    let door = Arc::clone(door(&app)?);
    let name = caller.account.unwrap_or_default();
    apart(move || {
        let found = door.accounts.tokens(&name).map_err(|error| crate::accounts::failure(&error))?;
        let all = found.iter().map(|pass| token_json(&pass.digest, &pass.label, pass.made_at, pass.ends_at));
        Ok(Json(all.collect()))
    })
    .await
}

fn token_json(digest: &str, label: &str, made_at: Timestamp, ends_at: Timestamp) -> Value {
    json!({
        "id": digest, "label": label, "made_at": made_at.to_string(), "ends_at": ends_at.to_string(),
    })
}

/// What a token is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Label {
    label: String,
}

/// Makes a token for another program; its secret is told this once.
pub(super) async fn make_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Result<Json<Label>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = bodies::form(asked)?;
    let door = Arc::clone(door(&app)?);
    let name = caller.account.unwrap_or_default();
    apart(move || {
        let label: String = asked.label.trim().chars().take(80).collect();
        let (secret, ends_at) = door.token(&name, &label, clock::now())?;
        let mut token = token_json(&fingerprint(&secret), &label, clock::now(), ends_at);
        token["secret"] = json!(secret);
        Ok((StatusCode::CREATED, Json(token)).into_response())
    })
    .await
}

/// Ends a token of one's own.
pub(super) async fn end_token(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let door = Arc::clone(door(&app)?);
    let name = caller.account.unwrap_or_default();
    apart(move || {
        let done = door.accounts.take_back(&name, &id);
        let done = done.map_err(|error| crate::accounts::failure(&error))?;
        if done { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::absent(&id)) }
    })
    .await
}
