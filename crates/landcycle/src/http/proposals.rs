//! 复核 · decisions that take money or land: what one person proposed waits here for another.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use landcycle_ledger::accounts::{Proposal, ProposalState};
use landcycle_policy::text::Text;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::caller::Caller;
use super::problem::Problem;
use super::session::door;
use super::{App, apart, bodies, query};
use crate::acts::{File, law_of};
use crate::cli::tree::text_json;
use crate::say::words;
use crate::{clock, store};

/// Marks a request that a second person confirmed: who proposed it.
#[derive(Clone, Debug)]
pub(super) struct Confirmed(pub(super) String);

/// Keeps an act that needs a second person; what is answered for it.
pub(super) fn propose(
    app: &App,
    caller: &Caller,
    (case, act, request): (&str, &str, &str),
) -> Result<i64, Problem> {
    let door = door(app)?;
    let by = caller.account.clone().unwrap_or_default();
    let kept = door.accounts.propose(&by, (case, act, request), clock::now());
    kept.map_err(|error| crate::accounts::failure(&error).into())
}

/// What waits, and what was decided.
pub(super) async fn proposals(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Json<Value>, Problem> {
    apart(move || {
        let state = match pairs.get("state").filter(|text| !text.is_empty()) {
            None => None,
            Some(word) => Some(
                ProposalState::named(word)
                    .ok_or_else(|| Problem::query("state", word, "open, confirmed, returned, withdrawn"))?,
            ),
        };
        let Some(door) = &app.door else { return Ok(Json(json!([]))) };
        let found = door.accounts.proposals(state).map_err(|error| crate::accounts::failure(&error))?;
        let mut all = Vec::new();
        for proposal in &found {
            if let Some(told) = told(&app, &caller, proposal)? {
                all.push(told);
            }
        }
        Ok(Json(json!(all)))
    })
    .await
}

/// A proposal as its page shows it, if its case is one the caller sees.
fn told(app: &App, caller: &Caller, proposal: &Proposal) -> Result<Option<Value>, Problem> {
    let day = app.usual_day().max(clock::today());
    let file = app.with_ledger(|ledger| File::read(ledger, &app.library, &proposal.subject, (day, None)));
    let file = file.map_err(|error| store::failure(&app.store, &error))?;
    if file.exists && !caller.sees(|name| file.facts.get(name).map(String::as_str)) {
        return Ok(None);
    }
    let law = law_of(&app.library, &file.facts);
    let lawful = law.as_ref().and_then(|law| law.acts.get(&proposal.act));
    let owner = lawful.map_or("", |lawful| lawful.act.owner.as_str());
    let stage = lawful.map_or("", |lawful| lawful.act.stage.as_str());
    let title = lawful.map(|lawful| text_json(&lawful.act.title));
    let own = caller.account.as_deref() == Some(proposal.by.as_str());
    let body: Value = serde_json::from_str(&proposal.body).unwrap_or_default();
    let vocabulary = &app.library.vocabulary;
    let facts = body["facts"].as_object().into_iter().flatten().filter_map(|(name, text)| {
        let fact = vocabulary.fact(name)?;
        let text = text.as_str().filter(|text| !text.is_empty())?;
        Some(json!({
            "name": name, "title": text_json(&fact.title), "display": text_json(&vocabulary.display(fact, text)),
        }))
    });
    let open = proposal.state == ProposalState::Open;
    Ok(Some(json!({
        "id": proposal.id, "at": proposal.at.to_string(), "by": proposal.by, "case_id": proposal.subject,
        "act": proposal.act, "title": title, "on": body["on"], "facts": facts.collect::<Vec<_>>(),
        "owner": text_json(&vocabulary.department(owner)), "state": proposal.state.word(),
        "decided_at": proposal.decided_at.map(|at| at.to_string()), "decided_by": proposal.decided_by,
        "note": proposal.note,
        "may_confirm": open && !own && caller.does(owner, stage), "may_withdraw": open && own,
    })))
}

/// What a second person says to a proposal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Word {
    decision: Decision,
    #[serde(default)]
    note: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Decision {
    Confirm,
    Return,
    Withdraw,
}

/// Confirms a proposal, whereupon it is done; sends it back; or takes one's own back.
pub(super) async fn decide_proposal(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Path(number): Path<String>,
    asked: Result<Json<Word>, JsonRejection>,
) -> Result<Response, Problem> {
    let word = bodies::form(asked)?;
    let id: i64 = number.parse().map_err(|_| Problem::absent(&number))?;
    let closed = || Problem::new(StatusCode::CONFLICT, "proposal_closed", &[]);
    // One decision at a time, so that what one sends back another does not confirm meanwhile.
    let _turn = app.deciding.lock().await;
    let proposal = {
        let (app, caller, decision) = (Arc::clone(&app), caller.clone(), word.decision);
        apart(move || {
            let found = door(&app)?.accounts.proposal(id);
            let found = found.map_err(|error| crate::accounts::failure(&error))?;
            let proposal = found.ok_or_else(|| Problem::absent(&number))?;
            let Some(shown) = told(&app, &caller, &proposal)? else { return Err(Problem::absent(&number)) };
            if proposal.state != ProposalState::Open {
                return Err(closed());
            }
            let own = caller.account.as_deref() == Some(proposal.by.as_str());
            let allowed = match decision {
                Decision::Withdraw => shown["may_withdraw"] == true,
                Decision::Confirm | Decision::Return => shown["may_confirm"] == true,
            };
            match (allowed, own) {
                (true, _) => Ok(proposal),
                (false, true) => Err(Problem::new(StatusCode::FORBIDDEN, "same_person", &[])),
                (false, false) => {
                    let both = |key: &str| {
                        let form = |form: &str| shown[key][form].as_str().unwrap_or_default().to_owned();
                        Text { zh: form("zh"), en: form("en") }
                    };
                    let values = [("act", both("title")), ("owner", both("owner"))];
                    let detail = words("problem_not_your_act").fill(&values);
                    Err(Problem::said(StatusCode::FORBIDDEN, "not_your_act", detail))
                }
            }
        })
        .await?
    };
    let by = caller.account.clone().unwrap_or_default();
    let state = match word.decision {
        Decision::Confirm => ProposalState::Confirmed,
        Decision::Return => ProposalState::Returned,
        Decision::Withdraw => ProposalState::Withdrawn,
    };
    let mut response = StatusCode::NO_CONTENT.into_response();
    if word.decision == Decision::Confirm {
        // Done first: what a crash leaves open is done by its key once, however often it is confirmed.
        response = replay(&app, &headers, &proposal).await;
        if !response.status().is_success() {
            return Ok(response);
        }
    }
    let done = door(&app)?.accounts.close_proposal(id, (state, &by, &word.note), clock::now());
    if done.map_err(|error| crate::accounts::failure(&error))? { Ok(response) } else { Err(closed()) }
}

/// Sends the act as it was proposed through every check again, in the name of who confirms it.
async fn replay(app: &Arc<App>, headers: &HeaderMap, proposal: &Proposal) -> Response {
    let case: String = proposal.subject.bytes().map(encoded).collect();
    let mut request = Request::post(format!("/api/cases/{case}/acts"));
    for name in [header::HOST, header::ORIGIN, header::COOKIE] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let request = request
        .header(header::CONTENT_TYPE, "application/json")
        .extension(Confirmed(proposal.by.clone()))
        .body(Body::from(proposal.body.clone()));
    match request {
        Ok(request) => match super::router(Arc::clone(app)).oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
        Err(_) => Problem::absent(&proposal.subject).into_response(),
    }
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
