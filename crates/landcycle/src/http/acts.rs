//! A case as it stands with what can be done to it; acts; work lists and their calendar.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Extension, Path, Query as Pairs, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use landcycle_policy::text::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::Caller;
use super::problem::{MEDIA_TYPE, Problem};
use super::proposals::{Confirmed, propose};
use super::query;
use super::session::body;
use super::{App, apart};
use crate::acts::refusal::Code;
use crate::acts::{self, File, NotDone, Request};
use crate::cli::tree::text_json;
use crate::cli::work::line_json;
use crate::duties::{self, Wanted};
use crate::linkage::objection;
use crate::portfolio::single;
use crate::say::words;
use crate::{clock, findings, store};

type Answer = Result<Json<Value>, Problem>;

/// How a case stands on a day: stage, what is open, findings, duties, and every act with what it asks
/// for or why it is impossible.
pub(super) async fn life(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Answer {
    apart(move || {
        let on = query::day(&pairs)?.unwrap_or_else(|| app.usual_day());
        let failed = |error| Problem::from(store::failure(&app.store, &error));
        let library = &app.library;
        let file = app.with_ledger(|ledger| File::read(ledger, library, &id, (on, None))).map_err(failed)?;
        let acts: Vec<Value> = acts::possibilities(&file, library)
            .iter()
            .map(|act| {
                let mut value = act.json(library);
                value["mine"] = json!(caller.does(&act.lawful.act.owner, &act.lawful.act.stage));
                value["four_eyes"] = json!(app.door.is_some() && act.lawful.act.four_eyes);
                value
            })
            .collect();
        let mut value = json!({
            "case_id": id, "on": on.to_string(), "exists": file.exists,
            "standing": acts::standing_json(file.standing),
            "last_act": file.last_act.map(|day| day.to_string()), "acts": acts,
            "findings": [], "duties": [],
        });
        if !file.facts.is_empty() {
            let batch = single(library, &id, &file.facts)?;
            let day = clock::day_number(on);
            let found = findings::of_case(library, &batch, file.standing.stage, day, &[])?;
            value["findings"] = found.iter().map(findings::Finding::json).collect();
            let owed = duties::of_case(library, &batch, 0, day)?;
            value["duties"] = owed.iter().map(|owed| owed.json(library)).collect();
        }
        Ok(Json(value))
    })
    .await
}

/// What is sent to do an act.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    act: String,
    #[serde(default)]
    on: Option<String>,
    by: String,
    #[serde(default)]
    facts: BTreeMap<String, String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    origin: String,
    /// Decide, and record nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Does an act, or says why not.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    caller: Caller,
    confirmed: Option<Extension<Confirmed>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, Problem> {
    let asked = body(asked)?;
    apart(move || {
        let (now, today) = (clock::now(), clock::today());
        let day = match asked.on.as_deref().filter(|text| !text.is_empty()) {
            None => today,
            Some(text) => {
                let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
                day.ok_or_else(|| Problem::query("on", text, "YYYY-MM-DD"))?
            }
        };
        let proposer = confirmed.as_ref().map(|Extension(Confirmed(proposer))| proposer.as_str());
        let (by, origin) = signed(&caller, proposer, &asked);
        if by.trim().is_empty() {
            return Err(Problem::query("by", "", words("who_acts").zh.as_str()));
        }
        let waits = permitted(&app, &caller, &id, &asked)? && !asked.dry_run && proposer.is_none();
        let kept = Asked { on: Some(day.to_string()), ..asked.clone() };
        let request = Request {
            case: id,
            act: asked.act,
            day,
            given: asked.facts.into_iter().collect(),
            by,
            origin,
            key: asked.key,
        };
        let failed = |error| Problem::from(store::failure(&app.store, &error));
        let mut judge = app.judge.lock().unwrap_or_else(PoisonError::into_inner);
        let library = &app.library;
        let done = if asked.dry_run || waits {
            let file = app
                .with_ledger(|ledger| File::read(ledger, library, &request.case, (day, None)))
                .map_err(failed)?;
            acts::decide(&file, library, &mut judge, &request, (now, today)).map_err(NotDone::Refused)
        } else {
            // A writer of its own: the reader that all share is opened to read alone.
            let mut ledger = store::open(&app.store)?;
            acts::perform(&mut ledger, library, &mut judge, &request, (now, today))
        };
        match done {
            Ok(decided) if waits => {
                let text = serde_json::to_string(&kept).unwrap_or_default();
                let number = propose(&app, &caller, (&request.case, &request.act, &text))?;
                let mut told = decided.json();
                told["proposal"] = json!(number);
                Ok((StatusCode::ACCEPTED, Json(told)).into_response())
            }
            Ok(decided) => {
                let status = if asked.dry_run { StatusCode::OK } else { StatusCode::CREATED };
                Ok((status, Json(decided.json())).into_response())
            }
            Err(NotDone::Store(error)) => Err(failed(error)),
            Err(NotDone::Refused(refusals)) => {
                let refused: Vec<Value> = refusals.iter().map(|refusal| refusal.json(library)).collect();
                let first = refusals.first().map_or(Code::Faulty, |refusal| refusal.code);
                let body = json!({
                    "code": first.text(), "title": text_json(&first.words("title")),
                    "detail": refused.first().map(|refusal| refusal["detail"].clone()),
                    "refused": refused,
                });
                let kind = [(header::CONTENT_TYPE, MEDIA_TYPE)];
                Ok((StatusCode::UNPROCESSABLE_ENTITY, kind, body.to_string()).into_response())
            }
        }
    })
    .await
}

/// Who is written into the record: the department of the account, with the accounts themselves in the
/// origin; or what the office writes where there are no accounts.
fn signed(caller: &Caller, proposer: Option<&str>, asked: &Asked) -> (String, String) {
    let Some(account) = &caller.account else { return (asked.by.clone(), asked.origin.clone()) };
    let by = caller.department.clone().unwrap_or_else(|| account.clone());
    let people = proposer.map_or_else(|| account.clone(), |proposer| format!("{proposer} + {account}"));
    let origin = if asked.origin.is_empty() { people } else { format!("{people}; {}", asked.origin) };
    (by, origin)
}

/// Whether the act waits for a second person; an act of another department or stage, or a new case
/// outside the account's area, is refused.
fn permitted(app: &App, caller: &Caller, case: &str, asked: &Asked) -> Result<bool, Problem> {
    if caller.office {
        return Ok(false);
    }
    let day = app.usual_day().max(clock::today());
    let file = app.with_ledger(|ledger| File::read(ledger, &app.library, case, (day, None)));
    let file = file.map_err(|error| store::failure(&app.store, &error))?;
    let given = |name: &str| asked.facts.get(name).map(String::as_str);
    if !file.exists && !caller.sees(given) {
        return Err(Problem::new(StatusCode::NOT_FOUND, "elsewhere", &[("what", case)]));
    }
    let law = acts::law_of(&app.library, if file.exists { &file.facts } else { &asked.facts });
    // An unknown act is told by the decision, with its code.
    let Some(lawful) = law.as_ref().and_then(|law| law.acts.get(&asked.act)) else { return Ok(false) };
    let act = &lawful.act;
    if !caller.does(&act.owner, &act.stage) {
        let owner = app.library.vocabulary.department(&act.owner);
        let detail = words("problem_not_your_act").fill(&[("act", act.title.clone()), ("owner", owner)]);
        return Err(Problem::said(StatusCode::FORBIDDEN, "not_your_act", detail));
    }
    Ok(act.four_eyes)
}

/// Lines of a work list that one answer holds at most.
const LINES: usize = 500;

/// The work list of a department or an area.
pub(super) async fn work(State(app): State<Arc<App>>, caller: Caller, Pairs(pairs): Pairs<query::Pairs>) -> Answer {
    apart(move || {
        let (lines, on) = lines(&app, &caller, &pairs)?;
        let offset = query::number(&pairs, "offset", 0, usize::MAX)?;
        let limit = query::number(&pairs, "limit", LINES, LINES)?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in &lines {
            *counts.entry(line.owed.state.name()).or_default() += 1;
        }
        let shown: Vec<Value> =
            lines.iter().skip(offset).take(limit).map(|line| line_json(line, &app.library)).collect();
        let departments: Vec<Value> = app
            .library
            .vocabulary
            .departments()
            .map(|(id, title)| json!({"id": id, "title": text_json(title)}))
            .collect();
        Ok(Json(json!({
            "on": on.to_string(), "total": lines.len(), "counts": counts, "lines": shown,
            "departments": departments,
        })))
    })
    .await
}

/// The same as a calendar that office programs subscribe to.
pub(super) async fn calendar(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    let text = apart(move || {
        let (lines, _) = lines(&app, &caller, &pairs)?;
        let language =
            if pairs.get("lang").is_some_and(|lang| lang == "en") { Language::En } else { Language::Zh };
        Ok(duties::calendar(&lines, words("calendar_name").get(language), language))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

fn lines(app: &App, caller: &Caller, pairs: &query::Pairs) -> Result<(Vec<duties::Line>, Date), Problem> {
    let on = query::day(pairs)?.unwrap_or_else(|| app.usual_day());
    let text = |name: &str| pairs.get(name).filter(|text| !text.is_empty()).cloned();
    let department = text("department");
    if let Some(id) = department.as_ref().filter(|id| *id != "holder") {
        let known: Vec<&str> = app.library.vocabulary.departments().map(|(id, _)| id.as_str()).collect();
        if !known.contains(&id.as_str()) {
            return Err(Problem::query("department", id, &known.join(", ")));
        }
    }
    let department = department.map(|id| if id == "holder" { String::new() } else { id });
    let wanted = Wanted { department, district: text("district"), done: text("done").is_some() };
    let batches = app.with_ledger(|ledger| store::batches_within(ledger, &app.library, None, (on, None), &caller.scope()))?;
    Ok((duties::lines(&app.library, &batches, clock::day_number(on), &wanted)?, on))
}

/// Every refusal with its words: what the guide has a page of.
pub(super) async fn refusals() -> Json<Value> {
    let of_acts = Code::ALL.iter().map(|code| (code.text(), |part: &str| code.words(part)));
    let told = of_acts.map(|(code, words)| refusal_words(&code, &words));
    let of_listings = crate::listings::refusal::Code::ALL.into_iter();
    let listings = of_listings.map(|code| refusal_words(&code.text(), &|part| code.words(part)));
    let linkage = objection::codes().map(objection::words_json);
    Json(told.chain(listings).chain(linkage).collect())
}

fn refusal_words(code: &str, words: &dyn Fn(&str) -> landcycle_policy::text::Text) -> Value {
    let part = |part| text_json(&words(part));
    json!({"code": code, "title": part("title"), "detail": part("detail"), "remedy": part("remedy"), "why": part("why")})
}
