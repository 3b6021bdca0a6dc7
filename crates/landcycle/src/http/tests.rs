//! The router over a small store, asked through a socket as a browser asks.

mod sheets;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::date;
use landcycle_ledger::{Body, Ledger, NewEvent, entries};
use serde_json::Value;

use super::{App, router};
use crate::{packages, store};

mod layer_book_tests;
mod linkage_tests;
mod plan_tests;

struct Server {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
}

fn reform() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/reform-support-share")
}

fn event(case: &str, area: &str, started_on: &str) -> NewEvent {
    let facts = [
        ("project_name", case),
        ("city", "示例市"),
        ("district", "中区"),
        ("area", area),
        ("price", "1000000"),
        ("start_due_on", "2021-01-01"),
        ("started_on", started_on),
        ("signed_on", "2020-06-01"),
        ("floor_area", "1000"),
        ("support_floor_area", "330"),
        ("supply_mode", "listing"),
        ("delivered_on", "2020-06-01"),
        ("term_years", "20"),
        ("exit_on", "2024-06-01"),
        ("exit_ground", "voluntary"),
    ];
    NewEvent {
        case_id: case.into(),
        kind: "contract.signed/1".into(),
        happened_on: date(2024, 6, 30),
        recorded_at: "2024-06-30T10:00:00Z".parse().expect("a moment"),
        actor: "natural_resources".into(),
        origin: "test".into(),
        key: case.into(),
        package: None,
        corrects: None,
        body: Body::new(facts).expect("names and values"),
    }
}

fn served() -> Server {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.gpkg");
    served_from(&path, folder)
}

/// A store is made at a path or an address, and served.
fn served_from(path: &Path, folder: tempfile::TempDir) -> Server {
    let mut writing = store::Writing::create(path).map_err(|failure| failure.message).expect("a new store");
    let events =
        [event("A-1", "9000", "none"), event("A-2", "20000/3", "none"), event("A-3", "10000", "2020-12-01")];
    let ledger = writing.ledger();
    ledger.append(&mut entries(events)).expect("sound events");
    ledger.set_meta(store::AS_OF_META, "2024-06-30").expect("a meta entry");
    writing.finish().map_err(|failure| failure.message).expect("a store in its place");
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let app = App::new(library, None, path, &[reform()])
        .map_err(|failure| failure.message)
        .expect("a store that opens");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
    let address = listener.local_addr().expect("its address");
    runtime.spawn(async move { axum::serve(listener, router(Arc::new(app))).await });
    Server { address, _runtime: runtime, folder }
}

impl Server {
    fn ask(&self, method: &str, path: &str, host: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, head.to_lowercase(), body.to_owned())
    }

    fn json(&self, path: &str) -> Value {
        let (status, _, body) = self.ask("GET", path, "localhost");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The folder of the store.
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn post(&self, path: &str, headers: &str, body: &str) -> (u16, Value) {
        self.post_bytes(path, headers, body.as_bytes())
    }

    fn post_bytes(&self, path: &str, headers: &str, body: &[u8]) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        stream.write_all(body).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn problem(&self, method: &str, path: &str, host: &str) -> (u16, String) {
        let (status, head, body) = self.ask(method, path, host);
        assert!(head.contains("content-type: application/problem+json"), "{path}: {head}");
        let problem: Value = serde_json::from_str(&body).expect("JSON");
        for part in ["title", "detail"] {
            for language in ["zh", "en"] {
                let said = problem[part][language].as_str().unwrap_or_default();
                assert!(
                    !said.is_empty() && !said.starts_with("problem_") && !said.starts_with("status_"),
                    "{problem}"
                );
            }
        }
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn total(answer: &Value) -> u64 {
    answer["total"].as_u64().expect("a total")
}

#[test]
fn a_count_is_the_total_of_its_filter() {
    let server = served();
    let all = server.json("/api/cases");
    assert_eq!(total(&all), 3);
    let facets = all["facets"]["outcome"].as_object().expect("counts by rule");
    let status = server.json("/api/status");
    let rules = status["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), facets.len());
    for rule in rules {
        let name = rule["name"].as_str().expect("a name");
        let known: Vec<&Value> =
            rule["outcomes"].as_array().expect("outcomes").iter().map(|o| &o["code"]).collect();
        for count in facets[name].as_array().expect("a list") {
            assert!(known.contains(&&count["code"]), "{name}: {count}");
            let code = count["code"].as_str().expect("a code");
            let filtered = server.json(&format!("/api/cases?rule={name}&outcome={code}"));
            assert_eq!(Some(total(&filtered)), count["count"].as_u64(), "{name} {code}");
            assert_eq!(filtered["facets"]["outcome"][name], all["facets"]["outcome"][name]);
        }
    }
}

#[test]
fn rows_are_sorted_by_exact_numbers() {
    let server = served();
    let ids = |sort: &str| -> Vec<String> {
        let answer = server.json(&format!("/api/cases?sort={sort}"));
        let rows = answer["rows"].as_array().expect("rows").iter();
        rows.filter_map(|row| row["case_id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(ids("area"), ["A-2", "A-1", "A-3"]);
    assert_eq!(ids("-area"), ["A-3", "A-1", "A-2"]);
}

#[test]
fn a_case_and_its_row_say_the_same() {
    let server = served();
    let rows = server.json("/api/cases");
    let mut marked = 0;
    for row in rows["rows"].as_array().expect("rows") {
        let id = row["case_id"].as_str().expect("an id");
        let case = server.json(&format!("/api/cases/{id}"));
        for found in case["determinations"].as_array().expect("determinations") {
            let name = found["name"].as_str().expect("a name");
            assert_eq!(found["outcome"], row["outcomes"][name]);
            let told = server.json(&format!("/api/cases/{id}/explain/{name}"));
            assert_eq!(&told["determination"], found);
            // The mark of a stand-in comes from somewhere in the reasoning, and is told there. What has no
            // outcome carries the marks of all that might have been used.
            let code = found["outcome"]["code"].as_str().unwrap_or_default();
            if found["grade"] == "illustrative" && !matches!(code, "unknown" | "not_applicable") {
                marked += 1;
                let tree = told["tree"].to_string();
                assert!(tree.contains("\"grade\":\"illustrative\""), "{name}: {tree}");
            }
        }
    }
    assert!(marked > 0, "no outcome rests on a stand-in");
}

#[test]
fn bad_values_are_refused_in_words() {
    let server = served();
    let refused = [
        "as_of=2024-02-30",
        "as_of=2024-06-30T00:00",
        "sort=size",
        "sort=--area",
        "limit=many",
        "limit=100000",
        "offset=-1",
        "rule=nothing",
        "rule=idle_land&outcome=maybe",
        "outcome=pass",
        "citty=x",
    ];
    for query in refused {
        let answer = server.problem("GET", &format!("/api/cases?{query}"), "localhost");
        assert_eq!(answer, (400, "query".into()), "{query}");
    }
    let empty = server.json("/api/cases?as_of=2001-01-01&rule=idle_land&outcome=none&offset=&limit=");
    assert_eq!(total(&empty), 0);
}

#[test]
fn whatever_fails_under_api_is_a_problem() {
    let server = served();
    for path in
        ["/api", "/api/", "/api/x", "/api/cases/none", "/api/cases/A-1/explain/none", "/api/documents/none"]
    {
        assert_eq!(server.problem("GET", path, "localhost").0, 404, "{path}");
    }
    assert_eq!(server.problem("GET", "/api/cases/%FF", "localhost").0, 400);
    assert_eq!(server.problem("POST", "/api/cases", "localhost").0, 405);
}

#[test]
fn only_names_of_this_machine_are_served() {
    let server = served();
    for host in ["127.0.0.1", "127.0.0.1:8460", "localhost:1"] {
        assert_eq!(server.ask("GET", "/api/status", host).0, 200, "{host}");
    }
    for host in ["example.org", "127.0.0.1.example.org", "localhost.example.org:80", ""] {
        assert_eq!(server.problem("GET", "/api/status", host), (403, "wrong_host".into()), "{host}");
    }
    let (_, head, _) = server.ask("GET", "/", "localhost");
    for part in ["default-src 'none'", "x-content-type-options: nosniff", "referrer-policy: no-referrer"] {
        assert!(head.contains(part), "{head}");
    }
}

#[test]
fn the_law_of_a_package_is_a_tree_with_every_number_and_its_grade() {
    let server = served();
    let laws = server.json("/api/laws");
    for package in laws.as_array().expect("packages") {
        let id = package["id"].as_str().expect("an id");
        let law = server.json(&format!("/api/laws/{id}"));
        let stages = law["stages"].as_array().expect("stages");
        assert_eq!(stages[0]["stage"], "planning");
        let rules: Vec<&Value> =
            stages.iter().flat_map(|stage| stage["rules"].as_array().expect("rules")).collect();
        assert!(rules.len() > 50, "{id}: {}", rules.len());
        for rule in &rules {
            assert!(!rule["versions"].as_array().expect("versions").is_empty(), "{rule}");
            for ground in rule["rests_on"].as_array().expect("grounds") {
                assert!(!ground["cites"].as_array().expect("citations").is_empty(), "{ground}");
                assert!(ground["grade"].is_string(), "{ground}");
            }
        }
        assert!(rules.iter().any(|rule| rule["rests_on"].as_array().is_some_and(|list| list.len() > 1)));
    }
    assert_eq!(server.problem("GET", "/api/laws/none", "localhost").0, 404);
    assert_eq!(server.problem("GET", "/api/laws/national?day=1", "localhost").0, 400);
}

#[test]
fn a_reform_is_compared_and_its_changes_are_listed() {
    let server = served();
    let choices = server.json("/api/compare/choices");
    let reform = choices["reforms"][0]["id"].as_str().expect("a reform");
    let over = choices["reforms"][0]["extends"].as_str().expect("a package");
    let ask = format!("left={over}&reform={reform}");
    let totals = server.json(&format!("/api/compare?{ask}"));
    assert_eq!(totals["cases"], 3);
    let changed: Vec<&Value> = totals["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .filter(|rule| rule["totals"]["changed"] != 0)
        .collect();
    assert!(!changed.is_empty(), "{totals}");
    for rule in changed {
        let name = rule["name"].as_str().expect("a name");
        let list = server.json(&format!("/api/compare/changes?{ask}&rule={name}&limit=2"));
        assert_eq!(list["total"], rule["totals"]["changed"]);
        assert_eq!(
            list["rows"].as_array().expect("rows").len() as u64,
            list["total"].as_u64().unwrap_or(0).min(2)
        );
        assert!(!rule["differences_in_law"].as_array().expect("law").is_empty(), "{rule}");
        for found in rule["totals"]["moves"].as_array().expect("moves") {
            let (from, to) = (found["from"].as_str().expect("from"), found["to"].as_str().expect("to"));
            for word in [from, to] {
                let title = rule["titles"][word]["zh"].as_str().unwrap_or_default();
                assert!(!title.is_empty() && !title.starts_with("outcome_"), "{rule}");
            }
            let one = format!("/api/compare/changes?{ask}&rule={name}&from={from}&to={to}");
            assert_eq!(server.json(&one)["total"], found["cases"]);
        }
    }
}

#[test]
fn what_cannot_be_compared_is_told() {
    let server = served();
    let refused = [
        "left=nowhere&right=national",
        "left=national&right=national",
        "left=national&reform=none",
        "left=national&right=shenzhen&left_as_of=soon",
        "lefft=national",
        "",
    ];
    for query in refused {
        let answer = server.problem("GET", &format!("/api/compare?{query}"), "localhost");
        assert_eq!(answer, (400, "query".into()), "{query}");
    }
    let list = "/api/compare/changes?left=national&right=shenzhen&rule=none";
    assert_eq!(server.problem("GET", list, "localhost"), (400, "query".into()));
}

const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn an_act_over_http_is_done_once_or_refused_with_its_reasons() {
    acts_are_done_once(&served());
}

#[test]
fn a_store_on_a_server_is_served_as_a_file_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = crate::cluster::Cluster::shared().database();
    let (there, here) = (served_from(Path::new(&address), folder), served());
    for path in ["/api/cases", "/api/cases/A-1", "/api/cases/A-1/explain/idle_land", "/api/work?done=1"] {
        assert_eq!(there.json(path), here.json(path), "{path}");
    }
    let (size, name) = (there.json("/api/status"), address.rsplit('/').next());
    assert_eq!(size["store"]["name"].as_str(), name);
    acts_are_done_once(&there);
}

fn acts_are_done_once(server: &Server) {
    let life = server.json("/api/cases/A-1/life?as_of=2024-06-30");
    assert_eq!(life["standing"]["stage"]["name"], "ended");
    let transfer = r#"{"act": "transfer", "on": "2024-06-30", "by": "me", "facts": {"holder": "x"}}"#;
    let (status, problem) = server.post("/api/cases/A-1/acts", JSON, transfer);
    assert_eq!((status, &problem["refused"][0]["code"]), (422, &Value::from("A04")));
    assert!(problem["refused"][0]["cites"].as_array().is_some_and(|cites| !cites.is_empty()), "{problem}");
    let reserve = r#"{"act": "reserve", "on": "2024-06-01", "by": "me", "key": "k1", "facts": {"area": "15 亩", "city": "示例市"}}"#;
    let try_it = reserve.replace("\"by\"", "\"dry_run\": true, \"by\"");
    assert_eq!(server.post("/api/cases/N-1/acts", JSON, &try_it).0, 200);
    assert_eq!(server.json("/api/cases/N-1/life")["exists"], false);
    for _ in 0..2 {
        let (status, done) = server.post("/api/cases/N-1/acts", JSON, reserve);
        assert_eq!((status, &done["standing"]["stage"]["name"]), (201, &Value::from("reserved")), "{done}");
    }
    let file = server.json("/api/cases/N-1?as_of=2024-06-30");
    let events = file["events"].as_array().expect("events");
    assert_eq!(events.len(), 1);
    assert!(events[0]["package"].as_str().is_some_and(|package| package.contains("@sha256:")), "{file}");
    let life = server.json("/api/cases/N-1/life?as_of=2024-06-30");
    let offer =
        life["acts"].as_array().expect("acts").iter().find(|act| act["name"] == "offer").expect("offer");
    assert!(offer["refusal"].is_null() && offer["asks"][0]["name"] == "supply_mode", "{offer}");
}

#[test]
fn a_page_of_another_origin_may_not_act() {
    let server = served();
    let body = r#"{"act": "reserve", "by": "me", "facts": {"area": "1", "city": "x"}}"#;
    let foreign = format!("{JSON}Origin: http://evil.example\r\n");
    assert_eq!(server.post("/api/cases/N-2/acts", &foreign, body).0, 403);
    // A form of another page can send no JSON without asking first.
    assert_eq!(server.post("/api/cases/N-2/acts", "Content-Type: text/plain\r\n", body).0, 400);
    let own = format!("{JSON}Origin: http://localhost\r\n");
    assert_eq!(server.post("/api/cases/N-2/acts", &own, body).0, 201);
    assert_eq!(server.post("/api/cases/N-3/acts", JSON, "{\"act\": 1}").0, 400);
}

#[test]
fn the_work_list_and_its_calendar_hold_the_same_duties() {
    let server = served();
    let work = server.json("/api/work?as_of=2024-06-30&done=1");
    let lines = work["lines"].as_array().expect("lines");
    assert!(!lines.is_empty() && work["total"].as_u64() == Some(lines.len() as u64), "{work}");
    let (status, head, calendar) = server.ask("GET", "/api/work.ics?as_of=2024-06-30&done=1", "localhost");
    assert!(status == 200 && head.contains("text/calendar"), "{head}");
    let dated = lines.iter().filter(|line| !line["due"].is_null()).count();
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), dated);
    assert_eq!(server.problem("GET", "/api/work?department=x", "localhost").0, 400);
}
