//! Passwords, sessions, tokens, and what is recorded of them.

use base64ct::{Base64, Encoding};

use super::{OTHER_AREA, WORD, guarded};

#[test]
fn a_session_is_opened_by_the_right_password_and_kept_from_scripts() {
    let server = guarded();
    let answer = server.sign_in("supervisor", WORD);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let cookie = answer.head.lines().find(|line| line.starts_with("set-cookie: ")).expect("a cookie");
    for flag in ["httponly", "samesite=strict", "path=/", "max-age="] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let secret = cookie.split('=').nth(1).and_then(|rest| rest.split(';').next()).expect("a secret");
    let session = format!("Cookie: landcycle={secret}\r\n");
    let state = server.send("GET", "/api/session", &session, "").json();
    assert_eq!(state["account"]["name"], "supervisor");
    assert_eq!(server.send("GET", "/api/cases", &session, "").status, 200);
    let out = server.send("DELETE", "/api/session", &format!("{session}Origin: http://localhost\r\n"), "");
    assert_eq!(out.status, 204, "{}", out.body);
    assert_eq!(server.send("GET", "/api/cases", &session, "").status, 401);
    let record = server.door().accounts.visits(&landcycle_ledger::accounts::Asked::default(), (0, 9));
    let (_, lines) = record.expect("the record");
    let told: Vec<(&str, &str, u16)> =
        lines.iter().map(|v| (v.what.account.as_str(), v.what.operation.as_str(), v.what.status)).collect();
    assert_eq!(
        told,
        [
            ("", "cases", 401),
            ("supervisor", "signOut", 204),
            ("supervisor", "cases", 200),
            ("supervisor", "signIn", 201),
        ]
    );
}

#[test]
fn what_was_refused_is_recorded_under_who_asked() {
    let server = guarded();
    assert_eq!(
        server.as_account("firm", "GET", &format!("/api/cases/{OTHER_AREA}?as_of=2024-01-01"), "").status,
        404
    );
    assert_eq!(server.as_account("firm", "GET", "/api/visits", "").status, 403);
    let record = server.door().accounts.visits(&landcycle_ledger::accounts::Asked::default(), (0, 9));
    let (_, lines) = record.expect("the record");
    let told: Vec<(&str, &str, &str, u16)> = lines
        .iter()
        .map(|v| (v.what.account.as_str(), v.what.path.as_str(), v.what.subject.as_str(), v.what.status))
        .collect();
    let asked = format!("/api/cases/{OTHER_AREA}?as_of=2024-01-01");
    assert_eq!(told, [("firm", "/api/visits", "", 403), ("firm", asked.as_str(), OTHER_AREA, 404)]);
}

#[test]
fn wrong_passwords_lock_the_account_and_many_attempts_the_address() {
    let server = guarded();
    for _ in 0..4 {
        let answer = server.sign_in("supply", "wrong");
        assert_eq!((answer.status, answer.code().as_str()), (401, "wrong_password"));
    }
    let answer = server.sign_in("supply", "wrong");
    assert_eq!((answer.status, answer.code().as_str()), (429, "account_locked"));
    assert!(answer.head.contains("retry-after: "), "{}", answer.head);
    assert_eq!(server.sign_in("supply", WORD).code(), "account_locked", "the right one too");
    let strange: Vec<String> = (0..5).map(|_| server.sign_in("nobody", "wrong").code()).collect();
    let own = ["wrong_password", "wrong_password", "wrong_password", "wrong_password", "account_locked"];
    assert_eq!(strange, own, "a name that nobody has is not told apart");
    for _ in 0..9 {
        server.sign_in("someone", "wrong");
    }
    let answer = server.sign_in("supervisor", WORD);
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_often"), "twenty from one address");
}

#[test]
fn a_token_reads_and_does_nothing_else() {
    let server = guarded();
    let made = server.as_account("auditor", "POST", "/api/session/tokens", r#"{"label":"QGIS"}"#);
    assert_eq!(made.status, 201, "{}", made.body);
    let secret = made.json()["secret"].as_str().expect("a secret").to_owned();
    let bearer = format!("Authorization: Bearer {secret}\r\n");
    assert_eq!(server.send("GET", "/api/cases", &bearer, "").status, 200);
    let basic = |name: &str| {
        let pair = Base64::encode_string(format!("{name}:{secret}").as_bytes());
        server.send("GET", "/api/cases", &format!("Authorization: Basic {pair}\r\n"), "").status
    };
    assert_eq!((basic("auditor"), basic("supervisor")), (200, 401));
    let kind = "Content-Type: application/json\r\n";
    let answer = server.send("POST", "/api/session/tokens", &format!("{bearer}{kind}"), r#"{"label":"x"}"#);
    assert_eq!((answer.status, answer.code().as_str()), (403, "read_only_token"));
    assert_eq!(server.send("GET", "/api/cases", "Authorization: Bearer 00\r\n", "").status, 401);
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let ended = server.as_account("auditor", "DELETE", &format!("/api/session/tokens/{id}"), "");
    assert_eq!(ended.status, 204);
    assert_eq!(server.send("GET", "/api/cases", &bearer, "").status, 401);
}
