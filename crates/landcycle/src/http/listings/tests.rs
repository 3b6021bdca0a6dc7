//! Listings and the public page through a socket: the course of a listing, what is refused, and what no
//! byte of an answer may tell.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Span, Timestamp, tz};
use landcycle_ledger::listing::Key;
use landcycle_ledger::{Body, Ledger, NewEvent, entries};
use landcycle_policy::package::library::Library;
use landcycle_policy::vocabulary::FactKind;
use serde_json::{Value, json};

use super::{in_area, own};
use crate::http::caller::Caller;
use crate::http::{App, router};
use crate::listings::bench::Known;
use crate::listings::{Asked, Wanted, form, perform};
use crate::publications::of_law;
use crate::{clock, packages, store};

struct Server {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(path: &Path) -> Self {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        Self::over(path, library)
    }

    fn over(path: &Path, library: Library) -> Self {
        let app = App::new(library, None, path, &[]).map_err(|failure| failure.message).expect("a store");
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("its address");
        runtime.spawn(async move { axum::serve(listener, router(Arc::new(app))).await });
        Self { address, _runtime: runtime }
    }

    /// Status, and the whole answer as bytes: head and body.
    fn raw(&self, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let head = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, answer)
    }

    fn json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.raw(method, path, &sent);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn get(&self, path: &str) -> Value {
        let (status, value) = self.json("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    fn refusal(&self, path: &str, body: &Value) -> String {
        let (status, value) = self.json("POST", path, body);
        assert_eq!(status, 422, "{path}: {value}");
        let refused = &value["refused"][0];
        for part in ["title", "detail", "remedy"] {
            for language in ["zh", "en"] {
                let said = refused[part][language].as_str().unwrap_or_default();
                assert!(!said.is_empty() && !said.contains('{'), "{refused}");
            }
        }
        refused["code"].as_str().unwrap_or_default().to_owned()
    }
}

fn from_today(days: i32) -> Date {
    clock::today().checked_add(Span::new().days(days)).expect("a day")
}

fn noon(day: Date) -> (Timestamp, Date) {
    (tz::Offset::constant(8).to_timestamp(day.at(12, 0, 0, 0)).expect("a moment"), day)
}

const FACTS: [(&str, &str); 5] = [
    ("listing_area", "30 亩"),
    ("investment_required", "6000 万元"),
    ("output_required", "10000 万元/年"),
    ("tax_required", "450 万元/年"),
    ("energy_required", "1000 tce/年"),
];

fn filled(listing: &str, closes: i32, ends: i32) -> Value {
    let facts: BTreeMap<&str, &str> = FACTS.into_iter().collect();
    json!({
        "listing": listing, "parcel": "示例地块", "package": "national", "facts": facts,
        "closes_on": from_today(closes).to_string(), "opening_ends_on": from_today(ends).to_string(),
    })
}

fn key(listing: &str, bidder: &str, tax: &str, salt: u8) -> Key {
    let figures = [
        ("investment_committed", "73123450000"),
        ("output_committed", "129876540000"),
        ("tax_committed", tax),
        ("energy_committed", "1087"),
    ];
    let figures = figures.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Key::new(listing, bidder, figures, [salt; 32]).expect("a key")
}

struct Made {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// A store with events of cases.
fn made(events: Vec<NewEvent>) -> Made {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.gpkg");
    let mut writing = store::Writing::create(&path).map_err(|failure| failure.message).expect("a new store");
    let ledger = writing.ledger();
    ledger.append(&mut entries(events)).expect("sound events");
    ledger.set_meta(store::AS_OF_META, "2024-06-30").expect("a meta entry");
    writing.finish().map_err(|failure| failure.message).expect("a store in its place");
    Made { path, _folder: folder }
}

/// Steps taken on days of the past, as they would have been.
fn taken(made: &Made, listing: &str, steps: Vec<(Wanted, i32)>) {
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let mut ledger = store::open(&made.path).map_err(|failure| failure.message).expect("a store");
    for (wanted, days) in steps {
        let asked = Asked { listing: listing.into(), wanted, by: "tester".into(), origin: "test".into() };
        perform(&mut ledger, &library, &asked, noon(from_today(days))).expect("done");
    }
}

fn notice(listing: &str, closes: i32, ends: i32) -> Wanted {
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let filled: form::Filled = serde_json::from_value(filled(listing, closes, ends)).expect("a form");
    Wanted::Publish(filled.draft(&library).map_err(|failure| failure.message).expect("a notice"))
}

/// Everything that can be read over HTTP of a listing, as raw bytes.
fn everything(server: &Server, listing: &str, digests: &[String]) -> Vec<u8> {
    let mut paths: Vec<String> = [
        "/api/listings",
        "/api/listings?q=示",
        "/api/public",
        "/api/public/feed",
        "/api/public/table?form=csv",
        "/api/public/table?form=xlsx",
        "/api/status",
        "/api/cases",
        "/api/work",
        "/api/refusals",
    ]
    .map(str::to_owned)
    .to_vec();
    for of in ["", "/result", "/result?form=csv", "/result?form=xlsx", "/sheet"] {
        paths.push(format!("/api/listings/{listing}{of}"));
    }
    paths.push(format!("/api/public/items/listing/{listing}"));
    paths.push(format!("/api/public/items/listing_result/{listing}"));
    paths.extend(digests.iter().map(|digest| format!("/api/listings/{listing}/explain/{digest}")));
    paths.iter().flat_map(|path| server.raw("GET", &path.replace('示', "%E7%A4%BA"), "").1).collect()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn an_officer_publishes_and_firms_hand_in_and_every_refusal_is_told_in_full() {
    let made = made(Vec::new());
    let server = Server::start(&made.path);
    let form = server.get("/api/listing-form?package=national");
    let asked: Vec<&str> =
        form["facts"].as_array().into_iter().flatten().filter_map(|fact| fact["name"].as_str()).collect();
    assert!(FACTS.iter().all(|(name, _)| asked.contains(name)), "{asked:?}");
    // A draft is shown and not recorded.
    let draft = json!({"notice": filled("L-1", 10, 14), "by": "officer", "dry_run": true});
    let (status, seen) = server.json("POST", "/api/listings", &draft);
    assert_eq!((status, seen["state"].as_str()), (200, Some("receiving")), "{seen}");
    assert_eq!(server.get("/api/listings")["listings"].as_array().map(Vec::len), Some(0));
    let mut lacking = filled("L-1", 10, 14);
    lacking["facts"].as_object_mut().expect("facts").remove("tax_required");
    assert_eq!(server.refusal("/api/listings", &json!({"notice": lacking, "by": "officer"})), "B04");
    assert_eq!(server.refusal("/api/listings", &json!({"notice": filled("L-1", -1, 3), "by": "o"})), "B03");
    let body = json!({"notice": filled("L-1", 10, 14), "by": "officer"});
    assert_eq!(server.json("POST", "/api/listings", &body).0, 201);
    assert_eq!(server.refusal("/api/listings", &body), "B02");
    let mut bad = filled("L-2", 10, 14);
    bad["facts"]["tax_required"] = json!("many");
    let (status, said) = server.json("POST", "/api/listings", &json!({"notice": bad, "by": "o"}));
    assert_eq!((status, said["code"].as_str()), (422, Some("value")));
    let nobody = json!({"notice": filled("L-2", 10, 14), "by": " "});
    assert_eq!(server.json("POST", "/api/listings", &nobody).0, 400);
    // Bids: the seal, and nothing that is none.
    let (first, second) = (key("L-1", "甲公司", "5487690", 0xA7), key("L-1", "乙公司", "6012340", 0xB8));
    for of in [&first, &second] {
        let (status, after) =
            server.json("POST", "/api/listings/L-1/bids", &json!({"sealed": of.seal().text(), "by": "w"}));
        assert_eq!(status, 201, "{after}");
    }
    let (status, said) =
        server.json("POST", "/api/listings/L-1/bids", &json!({"sealed": first.text(), "by": "w"}));
    assert_eq!((status, said["code"].as_str()), (422, Some("bid_seal")), "a key is no seal");
    assert!(!said.to_string().contains("5487690"));
    let (_, said) =
        server.json("POST", "/api/listings/L-9/bids", &json!({"sealed": first.seal().text(), "by": "w"}));
    assert_eq!(said["code"], "bid_sealed_for");
    let extra = json!({"sealed": first.seal().text(), "by": "w", "figures": {}});
    assert_eq!(server.json("POST", "/api/listings/L-1/bids", &extra).0, 400, "nothing else is taken");
    let opening = json!({"key": first.text(), "by": "w"});
    assert_eq!(server.refusal("/api/listings/L-1/openings", &opening), "B10");
    assert_eq!(server.refusal("/api/listings/L-1/ranking", &json!({"by": "o"})), "B17");
    assert_eq!(server.refusal("/api/listings/L-1/end", &json!({"award": true, "by": "o"})), "B18");
    let nobody = json!({"bidder": "丙公司", "by": "w"});
    assert_eq!(server.refusal("/api/listings/L-1/withdrawals", &nobody), "B15");
    assert_eq!(server.json("POST", "/api/listings/L-1/end", &json!({"award": false, "by": "o"})).0, 400);
    // What can be read of them: digests, and that there are two.
    let listing = server.get("/api/listings/L-1");
    assert_eq!(listing["sealed"], 2);
    assert!(listing["bids"].as_array().into_iter().flatten().all(|bid| bid["bidder"].is_null()));
    assert_eq!(listing["asks"].as_array().map(Vec::len), Some(4));
    let digests = [first.seal().digest.to_string(), second.seal().digest.to_string()];
    let told = everything(&server, "L-1", &digests);
    assert!(holds(&told, &digests[0]), "there is something to search");
    for trace in ["7312345", "12987654", "548769", "601234", "a7a7a7", "b8b8b8", "甲公司", "乙公司"] {
        assert!(!holds(&told, trace), "{trace} is told before the deadline");
    }
    // A withdrawal, and an end without a winner.
    let withdrawn = json!({"bidder": "乙公司", "by": "w"});
    assert_eq!(server.json("POST", "/api/listings/L-1/withdrawals", &withdrawn).0, 201);
    let (status, ended) = server.json(
        "POST",
        "/api/listings/L-1/end",
        &json!({"award": false, "reason": "规划调整", "by": "o"}),
    );
    assert_eq!((status, ended["end"]["reason"].as_str()), (201, Some("规划调整")));
    assert_eq!(
        server.refusal("/api/listings/L-1/bids", &json!({"sealed": first.seal().text(), "by": "w"})),
        "B06"
    );
}

#[test]
fn opened_bids_stay_unread_until_they_are_ranked_and_losers_are_never_public() {
    let made = made(Vec::new());
    let keys = [
        key("L-1", "甲公司", "5487690", 0xA7),
        key("L-1", "乙公司", "6012340", 0xB8),
        key("L-1", "丙公司", "5000010", 0xC9),
    ];
    let seals = keys.iter().map(|key| (Wanted::Seal(key.seal()), -5));
    taken(&made, "L-1", [(notice("L-1", -1, 2), -10)].into_iter().chain(seals).collect());
    let server = Server::start(&made.path);
    let digests: Vec<String> = keys.iter().map(|key| key.seal().digest.to_string()).collect();
    for key in &keys {
        let (status, after) =
            server.json("POST", "/api/listings/L-1/openings", &json!({"key": key.text(), "by": "w"}));
        assert_eq!((status, after["state"].as_str()), (201, Some("opening")), "{after}");
    }
    let strange = key("L-1", "丁公司", "5000010", 0xDA);
    assert_eq!(
        server.refusal("/api/listings/L-1/openings", &json!({"key": strange.text(), "by": "w"})),
        "B11"
    );
    let spoilt = keys[0].text().replace("5487690", "5487691");
    assert_eq!(server.refusal("/api/listings/L-1/openings", &json!({"key": spoilt, "by": "w"})), "B11");
    let told = everything(&server, "L-1", &digests);
    assert!(holds(&told, "甲公司"), "whose bids they are is known by now");
    for trace in ["7312345", "12987654", "548769", "601234", "500001", "a7a7a7", "b8b8b8", "73,123"] {
        assert!(!holds(&told, trace), "{trace} is told before the ranking");
    }
    assert_eq!(server.json("GET", &format!("/api/listings/L-1/explain/{}", digests[0]), &Value::Null).0, 403);
    assert_eq!(server.refusal("/api/listings/L-1/ranking", &json!({"by": "o"})), "B17");

    // The same listing when the opening period is over.
    let over = self::made(Vec::new());
    let opened = keys.iter().map(|key| (Wanted::Open(key.clone()), -2));
    let seals = keys.iter().map(|key| (Wanted::Seal(key.seal()), -5));
    taken(&over, "L-1", [(notice("L-1", -3, -1), -10)].into_iter().chain(seals).chain(opened).collect());
    let server = Server::start(&over.path);
    assert_eq!(server.get("/api/listings/L-1")["state"], "to_rank");
    let (status, ranked) = server.json("POST", "/api/listings/L-1/ranking", &json!({"by": "o"}));
    assert_eq!((status, ranked["state"].as_str()), (201, Some("ranked")), "{ranked}");
    let bids = ranked["result"]["bids"].as_array().expect("bids");
    let order: Vec<&str> = bids.iter().filter_map(|bid| bid["bidder"].as_str()).collect();
    assert_eq!(order, ["乙公司", "甲公司", "丙公司"]);
    let cites = bids[0]["order"]["cites"].as_array().expect("clauses");
    assert!(!cites.is_empty() && cites.iter().all(|cite| !cite["text"]["zh"].is_null()), "{cites:?}");
    let why = server.get(&format!("/api/listings/L-1/explain/{}", digests[1]));
    assert!(why["order"].to_string().contains("bid_weight_tax"), "the score opens to its weights");
    // The file is what the command line writes, and is computed again from itself alone.
    let (status, file) = server.json("GET", "/api/listings/L-1/result", &Value::Null);
    assert_eq!(status, 200);
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let again = crate::listings::public::recompute("result.json", &file.to_string(), &library);
    assert!(again.map_err(|failure| failure.message).expect("recomputed").differences.is_empty());
    let (_, after) = server.json("POST", "/api/listings/L-1/end", &json!({"award": true, "by": "o"}));
    assert_eq!(after["end"]["bidder"], "乙公司");
    // The public page has the winner, and of who lost nothing.
    let public: Vec<u8> = [
        "/api/public",
        "/api/public/feed",
        "/api/public/table?form=csv",
        "/api/public/items/listing/L-1",
        "/api/public/items/listing_result/L-1",
        "/api/public?q=%E7%94%B2%E5%85%AC%E5%8F%B8",
    ]
    .iter()
    .flat_map(|path| server.raw("GET", path, "").1)
    .collect();
    assert!(holds(&public, "乙公司") && holds(&public, "6,012,340"), "the winner is public");
    for trace in ["甲公司", "丙公司", "5,487,690", "5487690", "5,000,010", "a7a7", "b8b8", "salt="] {
        assert!(!holds(&public, trace), "{trace} is public");
    }
}

#[test]
fn a_firm_acts_as_itself_and_an_officer_in_the_own_area() {
    let firm = Caller { holder: Some("甲公司".into()), ..Caller::default() };
    assert!(own(&firm, "甲公司").is_ok() && own(&firm, "乙公司").is_err());
    assert!(own(&Caller::office(), "乙公司").is_ok());
    let officer = Caller { districts: ["中区".to_owned()].into(), ..Caller::default() };
    let of = |district: &str| Known::from([("district".to_owned(), district.to_owned())]);
    assert!(in_area(&officer, &of("中区")).is_ok());
    assert!(in_area(&officer, &of("东区")).is_err() && in_area(&officer, &Known::new()).is_err());
    assert!(in_area(&Caller::office(), &Known::new()).is_ok());
}

/// A case with a value of its own for every fact that the vocabulary has, found idle.
fn full(library: &Library, case: &str, cause: &str) -> (NewEvent, BTreeMap<String, String>) {
    let vocabulary = &library.vocabulary;
    let mut facts: BTreeMap<String, String> = BTreeMap::new();
    for (at, fact) in vocabulary.facts().iter().enumerate() {
        let own = match &fact.kind {
            FactKind::Text | FactKind::OpenCode => format!("SECRET-{}", fact.name),
            FactKind::Number { .. } => (1_234_567 + 1_000 * at).to_string(),
            _ => continue,
        };
        // A value that the fact cannot have is not tried.
        if let Ok(value) = vocabulary.canonical(fact, &own, None)
            && vocabulary.subjects()[fact.subject.unwrap_or(0)].id == "parcel"
        {
            facts.insert(fact.name.clone(), value);
        }
    }
    for (name, value) in [
        ("idle_found_on", "2024-03-01"),
        ("idle_disposed_on", "none"),
        ("idle_cause", cause),
        ("start_due_on", "2021-01-01"),
        ("signed_on", "2020-06-01"),
        ("hoarding_found", "yes"),
        ("land_use", "industrial"),
    ] {
        facts.insert(name.to_owned(), value.to_owned());
    }
    let event = NewEvent {
        case_id: case.into(),
        kind: "contract.signed/1".into(),
        happened_on: "2024-06-30".parse().expect("a day"),
        recorded_at: "2024-06-30T10:00:00Z".parse().expect("a moment"),
        actor: "natural_resources".into(),
        origin: "test".into(),
        key: case.into(),
        package: None,
        corrects: None,
        body: Body::new(facts.clone()).expect("names and values"),
    };
    (event, facts)
}

/// All bytes that the public page is made of.
fn all_public(server: &Server) -> Vec<u8> {
    let list = server.get("/api/public?limit=500");
    let items = list["items"].as_array().expect("items").iter();
    let items = items.map(|item| {
        format!(
            "/api/public/items/{}/{}",
            item["kind"].as_str().unwrap_or_default(),
            item["key"].as_str().unwrap_or_default()
        )
    });
    let paths = [
        "/api/public?limit=500",
        "/api/public/feed",
        "/api/public/feed?lang=en",
        "/api/public/table?form=csv",
    ];
    let paths = paths.into_iter().map(str::to_owned).chain(items);
    paths.flat_map(|path| server.raw("GET", &path, "").1).collect()
}

#[test]
fn nothing_is_public_but_what_a_publication_names() {
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let (firm, facts) = full(&library, "PRIVATE-CASE-1", "enterprise");
    let (government, _) = full(&library, "PRIVATE-CASE-2", "government");
    let (mut disposed, _) = full(&library, "PRIVATE-CASE-3", "enterprise");
    let mut changed: BTreeMap<String, String> =
        disposed.body.facts().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    changed.insert("idle_disposed_on".to_owned(), "2024-05-01".to_owned());
    changed.insert("location".to_owned(), "DISPOSED-OF".to_owned());
    disposed.body = Body::new(changed).expect("names and values");
    let made = made(vec![firm, government, disposed]);
    let server = Server::start(&made.path);
    let list = server.get("/api/public?kind=idle_land");
    assert_eq!(list["total"], 2, "{list}");
    let law = library.law("national").expect("a law");
    let publications = of_law(law);
    let found = publications.get("idle_land").expect("a publication");
    let allowed: Vec<&str> = found.shows.iter().map(|shown| shown.fact.as_str()).collect();
    let mut causes = 0;
    for item in list["items"].as_array().into_iter().flatten() {
        let whole =
            server.get(&format!("/api/public/items/idle_land/{}", item["key"].as_str().unwrap_or_default()));
        for shown in whole["item"]["shown"].as_array().into_iter().flatten() {
            let name = shown["name"].as_str().unwrap_or_default();
            assert!(
                allowed.contains(&name) || found.outcomes.iter().any(|rule| rule == name),
                "{name} is shown"
            );
            causes += usize::from(name == "idle_cause");
        }
        assert!(!whole["publication"]["cites"].as_array().expect("clauses").is_empty());
    }
    assert_eq!(causes, 1, "the cause is told where government is responsible, and nowhere else");
    let public = all_public(&server);
    let mut tried = Vec::new();
    for (name, value) in &facts {
        let secret = value.starts_with("SECRET-") || value.len() == 7;
        if !secret || allowed.contains(&name.as_str()) {
            continue;
        }
        tried.push(name.as_str());
        let grouped = landcycle_policy::exact::Exact::parse(value).map(landcycle_policy::exact::grouped);
        assert!(!holds(&public, value), "{name} is public: {value}");
        assert!(grouped.is_none_or(|grouped| !holds(&public, &grouped)), "{name} is public");
    }
    for name in ["price", "tax_agreed", "output_agreed", "holder_id", "investment_total", "industry"] {
        assert!(tried.contains(&name), "{name} was not searched for");
    }
    assert!(tried.len() > 40, "{tried:?}");
    assert!(
        holds(&public, "SECRET-location") && holds(&public, "SECRET-holder"),
        "the search finds what is there"
    );
    for trace in ["PRIVATE-CASE", "DISPOSED-OF", "企业原因"] {
        assert!(!holds(&public, trace), "{trace} is public");
    }
    // An address tells nothing and stays.
    let again = server.get("/api/public?kind=idle_land");
    assert_eq!(again["items"], list["items"]);
    let (status, _) = server.json("GET", "/api/public/items/idle_land/PRIVATE-CASE-1", &Value::Null);
    assert_eq!(status, 404);
    assert_eq!(server.get("/api/public?q=SECRET-holder_id")["total"], 0, "nothing unpublished is searched");
}

#[test]
fn packages_without_a_clause_publish_nothing() {
    let sources = packages::shipped().into_iter().filter(|source| !source.path.contains("/publications/"));
    let (library, _) = Library::read(sources.collect());
    let (event, _) = full(&library, "PRIVATE-CASE-1", "government");
    let made = made(vec![event]);
    taken(&made, "L-1", vec![(notice("L-1", 10, 14), -1)]);
    let server = Server::over(&made.path, library);
    let list = server.get("/api/public");
    assert_eq!((list["total"].as_u64(), list["publications"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert!(!holds(&all_public(&server), "SECRET-"));
}
