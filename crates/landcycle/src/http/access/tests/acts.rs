//! Who does which act, and which waits for a second person.

use landcycle_ledger::Ledger;
use landcycle_ledger::accounts::Account;
use serde_json::Value;

use super::{OWN, account, guarded};

#[test]
fn an_act_is_done_by_its_department_and_stage_alone() {
    let server = guarded();
    let path = format!("/api/cases/{OWN}/acts");
    let body = r#"{"act":"suspect","by":"tax","dry_run":true}"#;
    let other = Account { department: Some("tax".into()), ..account("clerk", "department") };
    server.door().accounts.add(&other, "x").expect("an account");
    let refused = |name: &str| server.as_account(name, "POST", &path, body).code();
    assert_eq!(refused("clerk"), "not_your_act");
    assert_eq!(refused("supply"), "not_your_act", "another stage");
    assert_eq!(refused("supervisor"), "A04");
    assert_eq!(refused("planner"), "not_allowed");
    let life = server.as_account("clerk", "GET", &format!("/api/cases/{OWN}/life"), "").json();
    let acts = life["acts"].as_array().expect("acts");
    assert!(acts.iter().all(|act| act["mine"] == false) && !acts.is_empty());
}

#[test]
fn a_decision_that_takes_land_waits_for_a_second_person() {
    let server = guarded();
    let path = format!("/api/cases/{OWN}/acts");
    let over = r#"{"act":"take_over","by":"x","on":"2024-05-01"}"#;
    let answer = server.as_account("supply", "POST", &path, over);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let life = server.as_account("supervisor", "GET", &format!("/api/cases/{OWN}/life"), "").json();
    let act =
        life["acts"].as_array().expect("acts").iter().find(|act| act["name"] == "take_for_public_interest");
    let act = act.expect("the act");
    assert_eq!((&act["four_eyes"], &act["mine"]), (&Value::Bool(true), &Value::Bool(true)));
    let facts: serde_json::Map<String, Value> = act["asks"]
        .as_array()
        .expect("what it asks")
        .iter()
        .map(|fact| {
            let value = match fact["kind"].as_str() {
                Some("date") => "2024-01-01".to_owned(),
                Some("number") => "1".to_owned(),
                Some("code") => fact["values"][0]["code"].as_str().unwrap_or_default().to_owned(),
                _ => "text".to_owned(),
            };
            (fact["name"].as_str().unwrap_or_default().to_owned(), Value::String(value))
        })
        .collect();
    let body =
        serde_json::json!({"act": "take_for_public_interest", "by": "x", "on": "2024-06-01", "facts": facts});
    let events = || server.app.with_ledger(|ledger| ledger.size().expect("a size").events);
    let before = events();
    let answer = server.as_account("supervisor", "POST", &path, &body.to_string());
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(events(), before, "nothing is recorded yet");
    let number = answer.json()["proposal"].as_i64().expect("a number");
    let decide = |name: &str, word: &str| {
        let body = format!(r#"{{"decision":"{word}"}}"#);
        server.as_account(name, "POST", &format!("/api/proposals/{number}"), &body)
    };
    assert_eq!(decide("supervisor", "confirm").code(), "same_person");
    assert_eq!(decide("supply", "confirm").code(), "not_your_act");
    let confirmed = decide("second", "confirm");
    assert_eq!(confirmed.status, 201, "{}", confirmed.body);
    assert_eq!(events(), before + 1);
    let file = server.as_account("second", "GET", &format!("/api/cases/{OWN}"), "").json();
    let last = file["events"].as_array().and_then(|events| events.last()).expect("an event").clone();
    assert_eq!(last["origin"], "supervisor + second");
    assert_eq!(decide("second", "confirm").code(), "proposal_closed");
}
