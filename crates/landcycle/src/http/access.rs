//! 访问 · who may ask for what: decided for every route from its `x-access` in the contract, and recorded.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, OriginalUri, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use landcycle_ledger::accounts::{NewVisit, PassKind};
use landcycle_ledger::is_record;
use serde_json::Value;

use super::caller::{Caller, SIGNED_IN};
use super::problem::Problem;
use super::{App, apart, contract};
use crate::accounts::{Credentials, Door, roles};
use crate::acts::File;
use crate::{clock, store};

/// The cookie of a session.
pub(super) const COOKIE: &str = "landcycle";
/// Characters of an address that are recorded.
const ADDRESS: usize = 2_000;

/// The account that an answer is recorded under when it is not the one that asked: who just signed in.
#[derive(Clone, Debug)]
pub(super) struct Actor(pub(super) String);

/// What the contract says of a route.
struct Rule {
    operation: String,
    needs: String,
    /// The case named in the address must be one the caller sees.
    of_case: bool,
    /// Not worth a line of the record: tiles, the state of the page itself.
    quiet: bool,
}

impl Rule {
    fn of(method: &Method, path: &str, collection: Option<&str>) -> Option<Self> {
        let method = if *method == Method::HEAD { "get" } else { method.as_str() };
        let operation = contract::operation(method, path)?;
        let access = &operation["x-access"];
        Some(Self {
            operation: operation["operationId"].as_str()?.to_owned(),
            needs: needs(access, collection)?.to_owned(),
            of_case: access["scope"] == "case",
            quiet: access["quiet"].as_bool().unwrap_or(false),
        })
    }
}

/// The permission that a route needs; of a collection of features it may depend on which it is.
pub(super) fn needs<'c>(access: &'c Value, collection: Option<&str>) -> Option<&'c str> {
    let needs = &access["needs"];
    needs.as_str().or_else(|| needs.get(collection?).or_else(|| needs.get("*"))?.as_str())
}

/// Lets a request through to its handler, with its caller, or refuses it. A route that the contract
/// does not know is open to nobody.
pub(super) async fn enforce(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let params = RawPathParams::from_request_parts(&mut parts, &()).await.ok();
    let param = |wanted: &str| {
        let mut all = params.iter().flatten();
        all.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
    };
    let (case, collection) = (param("id"), param("collection"));
    let Some(rule) = Rule::of(&parts.method, &path, collection.as_deref()) else {
        let known = contract::methods(&path);
        if !known.is_empty() {
            return not_so(&known);
        }
        return Problem::new(StatusCode::FORBIDDEN, "no_access_rule", &[("path", &path)]).into_response();
    };
    let changes = !parts.method.is_safe();
    if changes && let Err(problem) = same_origin(&parts.headers) {
        return problem.into_response();
    }
    let case = case.filter(|_| rule.of_case);
    if let Some(record) = case.as_deref().filter(|case| is_record(case)) {
        // Plans, listings and books share the chain with parcels, and have pages and rights of their own.
        return Problem::absent(record).into_response();
    }
    let shown = credentials(&parts.headers);
    let rule = Arc::new(rule);
    let admitted = {
        let (app, rule, case) = (Arc::clone(&app), Arc::clone(&rule), case.clone());
        apart(move || Ok(admit(&app, &rule, case.as_deref(), shown.as_ref(), changes))).await
    };
    let uri = parts
        .extensions
        .get::<OriginalUri>()
        .map_or_else(|| parts.uri.clone(), |OriginalUri(uri)| uri.clone());
    let (mut account, admitted) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => (String::new(), Err(problem)),
    };
    let mut response = match admitted {
        Err(problem) => problem.into_response(),
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
    };
    if response.status() == StatusCode::UNAUTHORIZED && path.starts_with("/ogc") {
        // Programs ask for a name and a token then; on the page a browser would ask in its own words.
        let realm = HeaderValue::from_static("Basic realm=\"landcycle\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    }
    if let Some(Actor(name)) = response.extensions().get::<Actor>() {
        account.clone_from(name);
    }
    let read_by_nobody = rule.needs == "public" && account.is_empty() && !changes;
    if app.door.is_none() || rule.quiet || read_by_nobody {
        return response;
    }
    let visit = NewVisit {
        at: clock::now(),
        account,
        operation: rule.operation.clone(),
        path: address(&uri),
        subject: case.unwrap_or_default(),
        status: response.status().as_u16(),
    };
    match apart(move || record(&app, &visit)).await {
        // What could not be recorded is not shown; what was done is done, and in the ledger.
        Err(problem) if !changes => problem.into_response(),
        _ => response,
    }
}

/// A method that the contract has not for an address which it has with others.
fn not_so(known: &[String]) -> Response {
    let mut response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "refused", &[]).into_response();
    if let Ok(value) = HeaderValue::from_str(&known.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

fn record(app: &App, visit: &NewVisit) -> Result<(), Problem> {
    let Some(door) = &app.door else { return Ok(()) };
    door.accounts.record(visit).map_err(|error| Problem::from(crate::accounts::failure(&error)))
}

fn address(uri: &Uri) -> String {
    uri.path_and_query().map_or("", |all| all.as_str()).chars().take(ADDRESS).collect()
}

/// The account that asks, and whether the route is its to ask for. A refusal is recorded under it too.
fn admit(
    app: &App,
    rule: &Rule,
    case: Option<&str>,
    shown: Option<&Credentials>,
    changes: bool,
) -> (String, Result<Caller, Problem>) {
    let caller = match &app.door {
        None => Ok(Caller::office()),
        Some(door) => from_account(door, shown, changes),
    };
    match caller {
        Err(problem) => (String::new(), Err(problem)),
        Ok(caller) => {
            let account = caller.account.clone().unwrap_or_default();
            (account, allowed(app, rule, case, &caller).map(|()| caller))
        }
    }
}

fn allowed(app: &App, rule: &Rule, case: Option<&str>, caller: &Caller) -> Result<(), Problem> {
    if !caller.may(&rule.needs) {
        return Err(if caller.account.is_none() {
            Problem::new(StatusCode::UNAUTHORIZED, "sign_in", &[])
        } else {
            Problem::new(StatusCode::FORBIDDEN, "not_allowed", &[("needs", &rule.needs)])
        });
    }
    match case.filter(|_| !caller.sees_all()) {
        Some(case) => in_scope(app, caller, case),
        None => Ok(()),
    }
}

fn from_account(door: &Door, shown: Option<&Credentials>, changes: bool) -> Result<Caller, Problem> {
    let Some(shown) = shown else { return Ok(Caller::default()) };
    let Some((account, pass)) = door.shown(shown, clock::now())? else {
        return match shown {
            // A browser whose session has ended reads what is public, and signs in for the rest.
            Credentials::Session(_) => Ok(Caller::default()),
            Credentials::Token(..) => Err(Problem::new(StatusCode::UNAUTHORIZED, "sign_in", &[])),
        };
    };
    if changes && pass.kind == PassKind::Token {
        return Err(Problem::new(StatusCode::FORBIDDEN, "read_only_token", &[]));
    }
    Ok(Caller::of(&account))
}

/// A case that is there must be one the caller sees, by what is known of it now. One that is not there
/// yet is the handler's: it says so, or makes it.
fn in_scope(app: &App, caller: &Caller, case: &str) -> Result<(), Problem> {
    let day = app.usual_day().max(clock::today());
    let file = app.with_ledger(|ledger| File::read(ledger, &app.library, case, (day, None)));
    let file = file.map_err(|error| Problem::from(store::failure(&app.store, &error)))?;
    if !file.exists || caller.sees(|name| file.facts.get(name).map(String::as_str)) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::NOT_FOUND, "elsewhere", &[("what", case)]))
}

/// What a request shows: a token that a program sends, or the cookie of a browser.
fn credentials(headers: &HeaderMap) -> Option<Credentials> {
    if let Some(value) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        if let Some(token) = value.strip_prefix("Bearer ") {
            return Some(Credentials::Token(None, token.trim().to_owned()));
        }
        let pair = value.strip_prefix("Basic ").and_then(|text| Base64::decode_vec(text.trim()).ok());
        let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
        let (name, token) = pair.as_deref().and_then(|pair| pair.split_once(':')).unwrap_or_default();
        return Some(Credentials::Token(Some(name.to_owned()), token.to_owned()));
    }
    session(headers).map(Credentials::Session)
}

/// The cookie of a session.
pub(super) fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// A page of another origin may not act in the name of the person who has this one open. Programs
/// that are no browsers send no origin, and no cookie that a browser would send by itself.
fn same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let wrong =
        |origin: &str| Err(Problem::new(StatusCode::FORBIDDEN, "wrong_origin", &[("origin", origin)]));
    let host = text(header::HOST).unwrap_or_default();
    match text(header::ORIGIN) {
        Some(origin) => {
            let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            if rest == Some(host) { Ok(()) } else { wrong(origin) }
        }
        None if session(headers).is_some() => wrong("?"),
        None => match headers.get("sec-fetch-site").and_then(|site| site.to_str().ok()) {
            None | Some("same-origin") => Ok(()),
            Some(site) => wrong(site),
        },
    }
}

/// What a caller may do, for the page: of what any role may.
pub(super) fn permissions(caller: &Caller) -> Value {
    let all = roles().values().flat_map(|role| &role.may).map(String::as_str).chain(["public", SIGNED_IN]);
    let may: BTreeSet<&str> = all.filter(|what| caller.may(what)).collect();
    may.into_iter().collect()
}

#[cfg(test)]
mod tests;
