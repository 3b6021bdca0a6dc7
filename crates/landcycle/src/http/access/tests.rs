//! Who gets what: every operation of the contract, asked by every role, for cases of its own and of
//! others; and what a hostile page or program gets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use jiff::SignedDuration;
use jiff::civil::date;
use landcycle_ledger::accounts::{Account, Accounts, PassKind};
use landcycle_ledger::{Body, Ledger, NewEvent, entries};
use serde_json::Value;

use super::super::{App, contract, router};
use super::needs;
use crate::accounts::{Door, fingerprint, password, roles};
use crate::{clock, packages, store};

const OWN: &str = "OWN-CASE-1";
const OTHER_FIRM: &str = "NEAR-CASE-2";
const OTHER_AREA: &str = "FAR-CASE-3";
const WORD: &str = "correct horse battery";

fn event(case: &str, district: &str, holder: &str) -> NewEvent {
    let facts = [
        ("project_name", case),
        ("city", "示例市"),
        ("district", district),
        ("holder", holder),
        ("area", "9000"),
        ("price", "1000000"),
        ("start_due_on", "2021-01-01"),
        ("started_on", "none"),
        ("signed_on", "2020-06-01"),
        ("supply_mode", "listing"),
        ("term_years", "20"),
    ];
    NewEvent {
        case_id: case.into(),
        kind: "contract.signed/1".into(),
        happened_on: date(2021, 6, 30),
        recorded_at: "2021-06-30T10:00:00Z".parse().expect("a moment"),
        actor: "natural_resources".into(),
        origin: "test".into(),
        key: case.into(),
        package: None,
        corrects: None,
        body: Body::new(facts).expect("names and values"),
    }
}

struct Guarded {
    address: SocketAddr,
    app: Arc<App>,
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn account(name: &str, role: &str) -> Account {
    let needs = &roles()[role].needs;
    Account {
        name: name.into(),
        title: String::new(),
        role: role.into(),
        department: needs.contains("department").then(|| "natural_resources".into()),
        holder: needs.contains("holder").then(|| "Own Ltd".into()),
        districts: if needs.contains("holder") || role == "auditor" || role == "researcher" {
            BTreeSet::new()
        } else {
            BTreeSet::from(["中区".to_owned()])
        },
        disabled: false,
        locked_until: None,
        made_at: clock::now(),
    }
}

fn guarded() -> Guarded {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.gpkg");
    let mut writing = store::Writing::create(&path).map_err(|failure| failure.message).expect("a store");
    let events = [
        event(OWN, "中区", "Own Ltd"),
        event(OTHER_FIRM, "中区", "Other Ltd"),
        event(OTHER_AREA, "东区", "Far Ltd"),
    ];
    writing.ledger().append(&mut entries(events)).expect("sound events");
    writing.ledger().set_meta(store::AS_OF_META, "2024-06-30").expect("a meta entry");
    writing.finish().map_err(|failure| failure.message).expect("a store in its place");
    let file = folder.path().join("accounts.sqlite");
    let accounts = Accounts::create(&file).expect("a file of accounts");
    let secret = password::hashed(WORD).map_err(|failure| failure.message).expect("a hash");
    for role in roles().keys() {
        accounts.add(&account(role, role), &secret).expect("an account");
    }
    accounts.add(&account("second", "supervisor"), &secret).expect("an account");
    drop(accounts);
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let app = App::new(library, None, &path, &[]).map_err(|failure| failure.message).expect("a store");
    let door = Door::open(&file).map_err(|failure| failure.message).expect("accounts");
    let app = Arc::new(App { door: Some(Arc::new(door)), ..app });
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await });
    Guarded { address, app, _runtime: runtime, _folder: folder }
}

impl Guarded {
    fn door(&self) -> &Door {
        self.app.door.as_ref().expect("a door")
    }

    /// A session of its own for each request: some requests end theirs.
    fn session(&self, name: &str) -> String {
        let secret = format!("{name}-{:?}", std::time::Instant::now());
        let now = clock::now();
        let ends = now.saturating_add(SignedDuration::from_hours(1)).expect("a moment");
        let given = (fingerprint(&secret), PassKind::Session, "");
        self.door().accounts.give(name, (&given.0, given.1, given.2), (now, ends)).expect("given");
        secret
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n");
        // A server that refuses a large body may close before all of it was sent.
        let _ = write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    fn as_account(&self, name: &str, method: &str, path: &str, body: &str) -> Answer {
        let cookie = format!(
            "Cookie: landcycle={}\r\nOrigin: http://localhost\r\nContent-Type: application/json\r\n",
            self.session(name)
        );
        self.send(method, path, &cookie, body)
    }

    fn sign_in(&self, name: &str, word: &str) -> Answer {
        let body = format!(r#"{{"name":"{name}","password":"{word}"}}"#);
        let headers = "Content-Type: application/json\r\nOrigin: http://localhost\r\n";
        self.send("POST", "/api/session", headers, &body)
    }
}

/// Every operation: method, address as the router names it, what the contract says of it.
fn operations() -> Vec<(String, String, &'static Value)> {
    let paths = contract::contract()["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods");
        methods.iter().map(|(method, op)| (method.to_uppercase(), path.clone(), op))
    });
    each.collect()
}

/// An address with its places filled; the case where there is one.
fn address(path: &str, case: &str, of_case: bool) -> String {
    let parts = path.split('/').map(|part| match part {
        "{id}" if of_case => case,
        "{rule}" => "idle",
        "{collection}" => "parcels",
        "{package}" => "national",
        "{z}" | "{x}" | "{y}" => "0",
        part if part.starts_with('{') => "1",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn may(role: &str, needs: &str) -> bool {
    match needs {
        "public" => true,
        _ if role.is_empty() => false,
        "signed_in" => true,
        _ => roles()[role].may.contains(needs),
    }
}

#[test]
fn every_role_gets_exactly_what_it_may() {
    let server = guarded();
    let names: Vec<&str> = std::iter::once("").chain(roles().keys().map(String::as_str)).collect();
    let mut wrong = String::new();
    let mut asked = 0;
    for (method, path, operation) in operations() {
        let access = &operation["x-access"];
        let needs = needs(access, Some("parcels")).expect("a permission");
        let of_case = access["scope"] == "case";
        for role in &names {
            let scope = (!role.is_empty()).then(|| account("x", role));
            for (case, district, holder) in
                [(OWN, "中区", "Own Ltd"), (OTHER_FIRM, "中区", "Other Ltd"), (OTHER_AREA, "东区", "Far Ltd")]
            {
                if !of_case && case != OWN {
                    continue;
                }
                let sees = scope.as_ref().is_some_and(|account| {
                    (account.districts.is_empty() || account.districts.contains(district))
                        && account.holder.as_deref().is_none_or(|own| own == holder)
                });
                let expected = may(role, needs) && (!of_case || sees);
                let target = address(&path, case, of_case);
                let body = if method == "GET" || method == "DELETE" { "" } else { "{}" };
                let answer = if role.is_empty() {
                    let headers = "Content-Type: application/json\r\nOrigin: http://localhost\r\n";
                    server.send(&method, &target, headers, body)
                } else {
                    server.as_account(role, &method, &target, body)
                };
                asked += 1;
                let code = answer.code();
                let refused = matches!(answer.status, 401 | 403) || code == "elsewhere";
                let broken = matches!(answer.status, 0 | 405 | 500)
                    || matches!(code.as_str(), "no_route" | "no_access_rule");
                if refused == expected || broken {
                    let _ = writeln!(wrong, "{role:>13} {method} {target}: {} {code}", answer.status);
                }
                // Whatever was answered, it tells nothing of cases that are not the caller's.
                if let Some(account) = scope.as_ref().filter(|_| !path.contains("/public")) {
                    let far = !account.districts.is_empty() || account.holder.is_some();
                    let near = account.holder.is_some();
                    let asked_for = |id: &str| of_case && case == id;
                    let told = |id: &str| answer.body.contains(id) && !asked_for(id);
                    if (far && told(OTHER_AREA)) || (near && told(OTHER_FIRM)) {
                        let _ = writeln!(
                            wrong,
                            "{role:>13} {method} {target} tells of cases that are not theirs"
                        );
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(asked > 300, "{asked}");
}

#[test]
fn every_operation_is_told_in_both_languages() {
    for (method, path, operation) in operations() {
        for word in ["operationId", "summary", "x-zh"] {
            let said = operation[word].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{method} {path} has no {word}");
        }
    }
}

#[test]
fn every_route_of_the_program_is_in_the_contract() {
    let known: BTreeSet<String> = operations().into_iter().map(|(_, path, _)| path).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![folder.join("http.rs")];
    let mut folders = vec![folder.join("http")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("tests.rs") {
                files.push(path);
            }
        }
    }
    let mut routes = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        for piece in text.split(".route(").skip(1) {
            let Some(route) = piece.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
            else {
                continue;
            };
            // The fallback of a part tells only that there is nothing.
            if route.contains("{*") {
                continue;
            }
            routes += 1;
            let there = known.iter().any(|path| path == route || path.ends_with(route));
            assert!(there, "{}: {route} is in no contract", file.display());
        }
    }
    assert!(routes > 25, "{routes}");
}

#[test]
fn the_table_of_roles_is_as_reviewed() {
    let mut rows: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for (method, path, operation) in operations() {
        let access = &operation["x-access"];
        let scope = access["scope"].as_str().unwrap_or_default().to_owned();
        let of = |collection| needs(access, Some(collection)).unwrap_or_default().to_owned();
        rows.insert(
            (path.replace("{collection}", "parcels"), method.clone()),
            (of("parcels"), scope.clone()),
        );
        if path.contains("{collection}") {
            rows.insert((path.replace("{collection}", "LAYER"), method), (of("LAYER"), scope));
        }
    }
    let names: Vec<&String> = roles().keys().collect();
    let mut table = String::from(
        "# Who may ask for what\n\nGenerated from the contract of the API and the roles (`accounts/roles.yaml`), and held against the\nrunning server by a test. ● yes, ◐ for cases of one's own area or firm, – no.\n\n| operation | needs | not signed in |",
    );
    for name in &names {
        let _ = write!(table, " {name} |");
    }
    let _ = write!(table, "\n|---|---|:-:|{}", ":-:|".repeat(names.len()));
    for ((path, method), (needs, scope)) in &rows {
        let mark = |role: &str| match (may(role, needs), scope.as_str()) {
            (false, _) => "–",
            (true, "case" | "list") => "◐",
            (true, _) => "●",
        };
        let _ = write!(table, "\n| `{method} {path}` | `{needs}` | {} |", mark(""));
        for name in &names {
            let _ = write!(table, " {} |", mark(name));
        }
    }
    table.push('\n');
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    if std::env::var_os("LANDCYCLE_BLESS").is_some() {
        std::fs::write(&file, &table).expect("written");
    }
    let reviewed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        reviewed == table,
        "docs/access.md is not what the contract says; LANDCYCLE_BLESS=1 writes it anew"
    );
}

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
    assert_eq!(server.sign_in("nobody", "wrong").code(), "wrong_password", "no name is told apart");
    for _ in 0..13 {
        server.sign_in("nobody", "wrong");
    }
    let answer = server.sign_in("supervisor", WORD);
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_often"), "twenty from one address");
}

#[test]
fn a_page_of_another_origin_does_nothing_in_ones_name() {
    let server = guarded();
    let body = r#"{"act":"suspect","by":"x","dry_run":true}"#;
    let path = format!("/api/cases/{OWN}/acts");
    let send = |headers: &str| {
        let session = server.session("supervisor");
        let kind = "Content-Type: application/json\r\n";
        server.send("POST", &path, &format!("Cookie: landcycle={session}\r\n{kind}{headers}"), body)
    };
    assert_eq!(send("Origin: http://localhost\r\n").code(), "A04", "own origin: the law answers");
    for foreign in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost.evil.example\r\n",
        "Origin: http://localhost:1\r\n",
        "",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        let answer = send(foreign);
        assert_eq!((answer.status, answer.code().as_str()), (403, "wrong_origin"), "{foreign}");
    }
    // A form of another page cannot send JSON without asking first, and asking is answered with no.
    let session = server.session("supervisor");
    let form =
        format!("Cookie: landcycle={session}\r\nOrigin: http://localhost\r\nContent-Type: text/plain\r\n");
    assert_eq!(server.send("POST", &path, &form, body).status, 400);
    let preflight = server.send("OPTIONS", &path, "Origin: http://evil.example\r\n", "");
    assert!(!preflight.head.contains("access-control-allow-origin"), "{}", preflight.head);
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

#[test]
fn records_that_are_no_parcels_are_not_told_as_parcels() {
    let server = guarded();
    let listing = NewEvent {
        case_id: "@listing/L-1".into(),
        key: "sealed".into(),
        body: Body::new([("bidder", "SECRET BIDDER")]).expect("names and values"),
        ..event("L-1", "中区", "Own Ltd")
    };
    let mut ledger = store::open(&server.app.store).map_err(|failure| failure.message).expect("a writer");
    ledger.append(&mut entries([listing])).expect("recorded");
    for path in ["", "/life", "/layers", "/explain/idle_land"] {
        let path = format!("/api/cases/@listing%2FL-1{path}?as_of=2026-12-31");
        let answer = server.as_account("supervisor", "GET", &path, "");
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("SECRET"), "{path}");
    }
    let act = r#"{"act":"take_over","by":"x","on":"2024-05-01"}"#;
    assert_eq!(server.as_account("supply", "POST", "/api/cases/@listing%2FL-1/acts", act).status, 404);
}

#[test]
fn no_path_leads_out_of_the_page() {
    let server = guarded();
    for path in [
        "/../../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/api/documents/..%2F..%2F..%2Fetc%2Fpasswd",
        "/api/laws/..%2F..%2Fetc",
        "/api/desks/..%2F..%2Fetc/paper",
    ] {
        let answer = server.send("GET", path, "", "");
        assert!(!answer.body.contains("root:"), "{path}");
        assert!(matches!(answer.status, 200 | 400 | 404 | 405 | 503), "{path}: {}", answer.status);
    }
}

#[test]
fn what_is_too_large_is_refused_in_words_and_the_policy_holds_everywhere() {
    let server = guarded();
    let large = format!(r#"{{"act":"suspect","by":"x","origin":"{}"}}"#, "x".repeat(3_000_000));
    let answer = server.as_account("supervisor", "POST", &format!("/api/cases/{OWN}/acts"), &large);
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"), "{}", answer.body);
    for path in ["/", "/api/status", "/api/cases", "/nowhere", "/api/nowhere"] {
        let head = server.send("GET", path, "", "").head;
        let policy =
            head.lines().find(|line| line.starts_with("content-security-policy: ")).unwrap_or_default();
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(head.contains("x-content-type-options: nosniff"), "{path}");
    }
}
