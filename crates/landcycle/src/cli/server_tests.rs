//! Every command that takes a store takes one on a server.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{CommandFactory, Parser};
use jiff::civil::date;
use landcycle_ledger::Ledger;
use landcycle_ledger::listing::{Key, SALT};
use landcycle_policy::text::Language;

use super::{Arguments, Context};
use crate::acts::{Judge, NotDone, Request, perform};
use crate::cluster::Cluster;
use crate::say::Failure;
use crate::store::{self, Writing};
use crate::{clock, packages};

pub(super) fn run(words: &[&str]) -> Result<(), Failure> {
    let arguments = Arguments::try_parse_from([&["landcycle"], words].concat()).expect("arguments");
    let context = Context { language: Language::En, packages: None };
    arguments.command.run(&context)
}

pub(super) fn done(words: &[&str]) {
    run(words).map_err(|failure| format!("{words:?}: {}", failure.message.en)).expect("done");
}

/// What follows the name of each command with a store, before `--store`; `NOTICES`, `KEY`,
/// `SEALED`, `LAYER`, `PLAN` and `OUT` are paths.
const COMMANDS: &[(&str, &[&str])] = &[
    ("act do", &["start", "T-1", "--by", "me"]),
    ("act list", &["T-1"]),
    ("assess", &[]),
    ("bid open", &["KEY", "--by", "me"]),
    ("bid submit", &["SEALED", "--by", "me"]),
    ("bid withdraw", &["L-1", "B-1", "--by", "me"]),
    ("compare", &["--left", "national", "--right", "shenzhen"]),
    ("diagnose", &[]),
    ("explain", &["T-1", "idle_land"]),
    ("export determinations", &["--to", "OUT"]),
    ("export events", &["--to", "OUT"]),
    ("export facts", &["--out", "OUT"]),
    ("export layers", &["--to", "OUT"]),
    ("export parcels", &["--to", "OUT"]),
    ("file", &["T-1"]),
    ("import notices", &["NOTICES"]),
    ("layers export", &["lines", "--to", "OUT.geojson"]),
    ("layers import", &["LAYER", "--name", "lines", "--kind", "park"]),
    ("layers judge", &["T-1", "--use", "housing"]),
    ("layers list", &[]),
    ("layers overlay", &[]),
    ("linkage check", &[]),
    ("linkage credit", &["b", "--land", "g", "--by", "me"]),
    ("linkage entries", &["b"]),
    ("linkage give-up", &["b", "--place", "A", "--parcel", "P", "--area", "1", "--by", "me"]),
    ("linkage load", &["b", "NOTICES", "--by", "me"]),
    ("linkage move", &["b", "--from", "A", "--to", "B", "--area", "1", "--by", "me"]),
    ("linkage open", &["b", "--title", "b", "--by", "me"]),
    ("linkage pay", &["b", "--from", "A", "--to", "B", "--amount", "1", "--by", "me"]),
    ("linkage reverse", &["b", "--of", "g", "--reason", "r", "--by", "me"]),
    ("linkage share", &["b", "--giving", "A", "--share", "A=1", "--document", "d", "--by", "me"]),
    ("linkage show", &["b"]),
    ("linkage use", &["b", "--place", "A", "--project", "p", "--area", "1", "--by", "me"]),
    ("listing award", &["L-1"]),
    ("listing fail", &["L-1", "--why", "none"]),
    ("listing list", &[]),
    ("listing public", &["L-1"]),
    ("listing publish", &["../../examples/listing/notice.yaml"]),
    ("listing rank", &["L-1"]),
    ("listing rehearse", &["../../examples/listing/demo/awarded.yaml", "--today", "2027-01-10"]),
    ("listing sheet", &["L-1"]),
    ("paper write", &["idle_land_finding", "--case", "T-1", "--out", "OUT"]),
    ("plan adopt", &["PLAN", "--id", "2026", "--on", "2026-01-05", "--by", "me"]),
    ("plan list", &[]),
    ("plan paper", &["2026", "--to", "OUT"]),
    ("plan track", &["2026"]),
    ("replay", &[]),
    ("report file", &["NOTICES", "--department", "natural_resources", "--by", "me"]),
    ("report form", &["--department", "natural_resources", "--out", "OUT"]),
    ("sample", &["--parcels", "1000"]),
    ("serve", &["--port", "0"]),
    ("verify", &[]),
    ("work list", &[]),
    ("work remind", &["--by", "me", "--out", "OUT"]),
];

/// One zone line, a square.
const LINES: &str = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "A"},
  "geometry": {"type": "Polygon", "coordinates": [[[116, 39], [116.01, 39], [116.01, 39.01], [116, 39.01], [116, 39]]]}}]}"#;

/// The names of the commands that take `--store`.
fn with_a_store(command: &clap::Command, name: &str, found: &mut Vec<String>) {
    if command.get_arguments().any(|argument| argument.get_id() == "store") {
        found.push(name.to_owned());
    }
    for inner in command.get_subcommands() {
        with_a_store(inner, format!("{name} {}", inner.get_name()).trim(), found);
    }
}

#[test]
fn no_command_takes_an_address_for_a_file() {
    let mut found = Vec::new();
    with_a_store(&Arguments::command(), "", &mut found);
    found.sort();
    let named: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, named);
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (notices, out) = (at("notices.csv"), at("out"));
    std::fs::write(
        &notices,
        "supervision_no,project,location,area_ha,price_wan,signed\nX1,项目,坐落,1,1,2014-03-01\n",
    )
    .expect("written");
    let key = Key::new("L-1", "B-1", BTreeMap::new(), [0; SALT]).expect("a key");
    let (key_file, sealed) = (at("bid.key"), at("bid.sealed"));
    std::fs::write(&key_file, key.text()).expect("written");
    std::fs::write(&sealed, key.seal().text()).expect("written");
    let (layer, plan, shapes) = (at("lines.geojson"), at("plan.xlsx"), at("out.geojson"));
    std::fs::write(&layer, LINES).expect("written");
    done(&["plan", "template", "--package", "national", "--year", "2026", "--to", &plan]);
    let nowhere = "postgres://land:s3cret@127.0.0.1:1/city";
    for (name, more) in COMMANDS {
        let more = more.iter().map(|word| match *word {
            "NOTICES" => notices.as_str(),
            "OUT" => out.as_str(),
            "KEY" => key_file.as_str(),
            "SEALED" => sealed.as_str(),
            "LAYER" => layer.as_str(),
            "PLAN" => plan.as_str(),
            "OUT.geojson" => shapes.as_str(),
            word => word,
        });
        let words: Vec<&str> = name.split(' ').chain(more).chain(["--store", nowhere]).collect();
        let said = run(&words).expect_err(name).message;
        assert!(said.en.contains("no server answers there"), "{name}: {}", said.en);
        assert!(!said.en.contains("s3cret") && !said.zh.contains("s3cret"), "{name}");
    }
    let (here, there) = (at("a.gpkg"), nowhere);
    for (from, to) in [(there, here.as_str()), (here.as_str(), there)] {
        assert!(!run(&["move", from, to]).expect_err("refused").message.en.contains("s3cret"));
    }
    let made = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(made, 5, "nothing but the notices, the key, the seal, the lines and the plan");
}

/// A life up to the delivery, one act after another.
const LIFE: [(&str, &str, &[&str]); 4] = [
    ("reserve", "2018-01-10", &["area=20000", "city=示例市"]),
    ("offer", "2018-02-01", &["supply_mode=listing"]),
    ("sign", "2018-03-15", &["holder=虚构企业", "term_years=20", "price=100"]),
    ("deliver", "2018-06-01", &[]),
];

fn live(server: &str) {
    for (act, on, facts) in LIFE {
        let mut words = vec!["act", "do", act, "T-1", "--store", server, "--on", on, "--by", "me"];
        for fact in facts {
            words.extend(["--fact", fact]);
        }
        done(&words);
    }
}

#[test]
fn acts_duties_reports_and_replay_are_the_same_on_a_server_and_in_the_file_it_moves_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (server, file) = (Cluster::shared().database(), at("moved.gpkg"));
    done(&["sample", "--parcels", "1000", "--store", &server]);
    live(&server);
    let refusal =
        run(&["act", "do", "deliver", "T-1", "--store", &server, "--by", "me"]).expect_err("refused");
    assert!(refusal.message.en.contains("A0"), "{}", refusal.message.en);
    done(&["replay", "--store", &server]);
    done(&["file", "T-1", "--store", &server, "--json"]);
    done(&["act", "list", "T-1", "--store", &server]);
    done(&["move", &server, &file]);
    done(&["replay", "--store", &file]);
    let told = |store: &str| -> Vec<String> {
        let out = at("out");
        let read = |words: &[&str]| {
            done(&[words, &["--store", store, "--out", &out]].concat());
            std::fs::read_to_string(&out).expect("text")
        };
        let day = "2026-11-23";
        let compared = ["--left", "national", "--right", "shenzhen", "--format", "json"];
        vec![
            read(&["work", "list", "--as-of", day, "--done", "--format", "json"]),
            read(&["work", "list", "--as-of", day, "--format", "ics"]),
            read(&["assess", "--as-of", day, "--json"]),
            read(&[&["compare", "--as-of", day], &compared[..]].concat()),
        ]
    };
    let (there, here) = (told(&server), told(&file));
    assert!(there[2].contains("\"T-1\""), "the case is judged");
    assert!(there == here);
    let form = at("form.xlsx");
    done(&["report", "form", "--department", "natural_resources", "--store", &server, "--out", &form]);
    assert!(Path::new(&form).exists());
    let (letters, day) = (at("letters"), "2026-11-23");
    let events = || store::open(Path::new(&server)).map_err(|f| f.message).expect("a store").size();
    let before = events().expect("a size").events;
    done(&["work", "remind", "--as-of", day, "--by", "me", "--out", &letters, "--store", &server]);
    let after = events().expect("a size").events;
    assert!(after > before, "reminders are recorded");
    done(&["work", "remind", "--as-of", day, "--by", "me", "--out", &letters, "--store", &server]);
    assert_eq!(events().expect("a size").events, after, "and sent once");
    done(&["verify", "--store", &server]);
}

#[test]
fn a_form_is_filed_on_a_server_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let form = folder.path().join("form.csv").display().to_string();
    std::fs::write(&form, "case_id,reported_on,tax [万元/年]\nT-1,2024-12-31,12.5\n").expect("written");
    let server = Cluster::shared().database();
    drop(Writing::create(Path::new(&server)).map_err(|f| f.message).expect("a store"));
    live(&server);
    for _ in 0..2 {
        done(&["report", "file", &form, "--department", "tax", "--by", "me", "--store", &server]);
    }
    let ledger = store::open(Path::new(&server)).map_err(|f| f.message).expect("a store");
    assert_eq!(ledger.size().expect("a size").events, LIFE.len() + 1);
}

/// Eight windows do the same act on one case at once: one records it, the others are told why not.
#[test]
fn an_act_that_many_do_at_once_is_done_once() {
    let server = Cluster::shared().database();
    drop(Writing::create(Path::new(&server)).map_err(|f| f.message).expect("a store"));
    live(&server);
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let each: Vec<_> = (0..8)
            .map(|n| {
                let (server, library) = (&server, &library);
                scope.spawn(move || {
                    let mut ledger = store::open(Path::new(server)).map_err(|f| f.message).expect("a store");
                    let request = Request {
                        case: "T-1".into(),
                        act: "start".into(),
                        day: date(2018, 12, 1),
                        given: Vec::new(),
                        by: format!("window {n}"),
                        origin: "test".into(),
                        key: None,
                    };
                    let moment = (clock::now(), clock::today());
                    match perform(&mut ledger, library, &mut Judge::default(), &request, moment) {
                        Ok(_) => true,
                        Err(NotDone::Refused(_)) => false,
                        Err(NotDone::Store(error)) => unreachable!("{error}"),
                    }
                })
            })
            .collect();
        each.into_iter().map(|thread| thread.join().expect("an outcome")).collect()
    });
    assert_eq!(outcomes.iter().filter(|done| **done).count(), 1);
    let ledger = store::open(Path::new(&server)).map_err(|f| f.message).expect("a store");
    assert_eq!(ledger.events_of("T-1").expect("events").len(), LIFE.len() + 1);
    assert_eq!(ledger.verify().expect("verified").fault, None);
}

#[test]
fn a_book_of_linkage_is_the_same_on_a_server_and_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage/operations.csv");
    let rows = rows.display().to_string();
    let written: Vec<String> = [("server", Cluster::shared().database()), ("file", at("b.gpkg"))]
        .into_iter()
        .map(|(name, store)| {
            let at_store = |words: &[&str]| done(&[&["linkage"], words, &["--store", &store]].concat());
            at_store(&["open", "b", "--title", "示例", "--by", "me", "--on", "2024-01-02"]);
            at_store(&["load", "b", &rows, "--by", "me"]);
            at_store(&[
                "reverse",
                "b",
                "--of",
                "ZF-1",
                "--reason",
                "误录",
                "--by",
                "me",
                "--on",
                "2024-07-01",
            ]);
            let out = at(name);
            at_store(&["entries", "b", "--format", "csv", "--out", &out]);
            at_store(&["check"]);
            std::fs::read_to_string(out).expect("written")
        })
        .collect();
    assert!(written[0].contains("reversed"), "{}", written[0]);
    assert_eq!(written[0], written[1]);
}
