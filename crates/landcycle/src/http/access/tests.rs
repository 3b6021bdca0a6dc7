//! Who gets what: every operation of the contract, asked by every role, for cases of its own and of
//! others.

mod acts;
mod hostile;
mod signing_in;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

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
