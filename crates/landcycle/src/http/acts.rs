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
use super::tables::{self, Column, Table};
use super::work::Work;
use super::{App, apart, bodies};
use crate::acts::refusal::Code;
use crate::acts::{self, File, NotDone, Request};
use crate::cli::tree::text_json;
use crate::cli::work::line_json;
use crate::duties;
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
    let asked = bodies::form(asked)?;
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
                // Under the key of now it is recorded once, however often it is confirmed.
                let kept = Asked { key: Some(decided.event.key.clone()), ..kept };
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

/// The work list of a department or an area; as a file all its lines.
pub(super) async fn work(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    apart(move || {
        let found = Work::find(&app, &pairs, &caller)?;
        if let Some(wanted) = tables::wanted(&pairs, &caller)? {
            let columns = vec![
                Column::text("work_case", "/case_id"),
                Column::fact(&app.library, "district", "/district"),
                Column::text("work_duty", "/title"),
                Column::text("work_by", "/by"),
                Column::text("table_owner", "/owner"),
                Column::date("work_due", "/due"),
                Column::date("table_done", "/done"),
                Column::text("work_state", "/said"),
                Column::number("table_days_over", "/days"),
                Column::text("table_missing", "/missing"),
                Column::text("table_cites", "/cites"),
                Column::text("table_grade", "/grade"),
            ];
            let (about, day) = (app.about(&pairs, found.on)?, found.on);
            let table = Table { name: "table_work", columns, about, day };
            let lines = found.lines(0, usize::MAX);
            return wanted.answer(&table, lines.map(|line| line_json(&line, &app.library)));
        }
        let offset = query::number(&pairs, "offset", 0, usize::MAX)?;
        let limit = query::number(&pairs, "limit", LINES, LINES)?;
        let shown: Vec<Value> =
            found.lines(offset, limit).map(|line| line_json(&line, &app.library)).collect();
        let departments: Vec<Value> = app
            .library
            .vocabulary
            .departments()
            .map(|(id, title)| json!({"id": id, "title": text_json(title)}))
            .collect();
        Ok(Json(json!({
            "on": found.on.to_string(), "total": found.total(), "counts": found.counts, "lines": shown,
            "departments": departments, "duties": found.duties,
        }))
        .into_response())
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
        let found = Work::find(&app, &pairs, &caller)?;
        let language =
            if pairs.get("lang").is_some_and(|lang| lang == "en") { Language::En } else { Language::Zh };
        let lines: Vec<duties::Line> = found.lines(0, usize::MAX).collect();
        Ok(duties::calendar(&lines, words("calendar_name").get(language), language))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

/// Every refusal with its words: what the guide has a page of.
pub(super) async fn refusals(
    State(app): State<Arc<App>>,
    caller: Caller,
    Pairs(pairs): Pairs<query::Pairs>,
) -> Result<Response, Problem> {
    let of_acts = Code::ALL.iter().map(|code| (code.text(), |part: &str| code.words(part)));
    let told = of_acts.map(|(code, words)| refusal_words(&code, &words));
    let of_listings = crate::listings::refusal::Code::ALL.into_iter();
    let listings = of_listings.map(|code| refusal_words(&code.text(), &|part| code.words(part)));
    let linkage = objection::codes().map(objection::words_json);
    let all: Vec<Value> = told.chain(listings).chain(linkage).collect();
    let Some(wanted) = tables::wanted(&pairs, &caller)? else { return Ok(Json(all).into_response()) };
    let columns = vec![
        Column::text("table_code", "/code"),
        Column::text("table_title", "/title"),
        Column::text("table_detail", "/detail"),
        Column::text("table_remedy", "/remedy"),
        Column::text("table_why", "/why"),
    ];
    apart(move || {
        let day = app.asked_day(&pairs)?;
        let table = Table { name: "table_refusals", columns, about: app.about(&pairs, day)?, day };
        wanted.answer(&table, all)
    })
    .await
}

fn refusal_words(code: &str, words: &dyn Fn(&str) -> landcycle_policy::text::Text) -> Value {
    let part = |part| text_json(&words(part));
    json!({"code": code, "title": part("title"), "detail": part("detail"), "remedy": part("remedy"), "why": part("why")})
}
