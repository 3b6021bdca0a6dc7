//! Plans over HTTP: drafted, refused at the cell, held against the rules, adopted once, tracked.

use jiff::civil::date;
use serde_json::{Value, json};

use super::{Server, served};
use crate::http::caller::Caller;
use crate::http::plan::sees;
use crate::plan::{self, print};
use crate::{clock, packages};

const JSON: &str = "Content-Type: application/json\r\n";
const BYTES: &str = "Content-Type: application/octet-stream\r\n";

fn draft(area: &str) -> Value {
    json!({
        "facts": {
            "city": "示例市", "plan_level": "city_plan", "plan_total": "100",
            "plan_from": "2024-01-01", "plan_until": "2024-12-31",
        },
        "zone": {},
        "sheets": {"lines": [
            {"line_use": "plan_industrial", "line_source": "存量", "district": "中区", "line_area": "40", "line_month": "3"},
            {"line_use": "产业用地", "line_source": "plan_stock", "district": "东区", "line_area": area},
        ]},
    })
}

fn check(server: &Server, plan: &Value) -> Value {
    let body = json!({"package": "sample-city", "as_of": "2024-06-30", "plan": plan}).to_string();
    let (status, found) = server.post("/api/plan/check", JSON, &body);
    assert_eq!(status, 200, "{found}");
    found
}

fn constraint<'f>(found: &'f Value, rule: &str) -> &'f Value {
    let all = found["checked"]["constraints"].as_array().expect("constraints");
    all.iter().find(|one| one["rule"] == rule).expect("a constraint")
}

#[test]
fn a_draft_is_told_what_the_command_line_tells_of_the_same_workbook() {
    let server = served();
    let found = check(&server, &draft("50"));
    let by_use = constraint(&found, "plan_by_use");
    assert_eq!((&by_use["verdict"], &by_use["binding"]), (&json!("fails"), &json!(true)));
    let equation = &by_use["equations"][by_use["telling"][0].as_u64().expect("a place") as usize];
    assert_eq!(
        (&equation["left"], &equation["actual"], &equation["right"]),
        (&json!("90"), &json!("≠"), &json!("100"))
    );
    // The same plan through its workbook and the command line's own reading.
    let (library, day) = (packages::sound(None).map_err(|f| f.message).expect("sound"), date(2024, 6, 30));
    let written = serde_json::from_value(draft("50")["sheets"]["lines"].clone()).expect("rows");
    let facts = serde_json::from_value(draft("50")["facts"].clone()).expect("facts");
    let sheets = [(plan::Sheet::Lines, written)].into();
    let plan =
        plan::draft(&library, &plan::Draft { facts, sheets, ..plan::Draft::default() }).expect("a plan");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.xlsx");
    let packed = plan::template(&library, &plan::Prefilled::default(), Some(&plan)).expect("packed");
    std::fs::write(&path, packed).expect("written");
    let Ok(read) = plan::read(&library, &path) else { panic!("the workbook is read back") };
    let package = Some("sample-city");
    let checked = plan::check(&library, &read, package, clock::day_number(day)).map_err(|f| f.message);
    assert_eq!(print::json(&library, &read, &checked.expect("checked"), day), found["checked"]);
}

#[test]
fn faults_of_a_draft_stand_at_their_cells_and_nothing_is_judged() {
    let server = served();
    let found = check(&server, &draft("many"));
    assert_eq!(found["checked"], Value::Null);
    let fault = &found["faults"][0];
    assert_eq!(
        (&fault["sheet"], &fault["row"], &fault["fact"]),
        (&json!("lines"), &json!(3), &json!("line_area"))
    );
    let (status, problem) = server.post("/api/plan/check", JSON, "{\"plan\": {\"sheets\": {\"moon\": []}}}");
    assert_eq!((status, &problem["code"]), (404, &json!("absent")));
    let (status, _) = server.post("/api/plan/check", JSON, "{\"plan\": 1}");
    assert_eq!(status, 400);
}

#[test]
fn lines_come_from_a_csv_file_and_its_faults_name_the_row() {
    let server = served();
    let sound = "区,计划用途,计划面积 [公顷]\n中区,产业用地,1500 亩\n";
    let (status, found) = server.post("/api/plan/read?name=lines.csv", BYTES, sound);
    assert_eq!((status, &found["read"]), (200, &json!("lines")), "{found}");
    assert_eq!(found["draft"]["sheets"]["lines"][0]["line_area"], "100");
    let (_, found) = server.post("/api/plan/read?name=lines.csv", BYTES, &sound.replace("1500 亩", "many"));
    assert_eq!((&found["draft"], &found["faults"][0]["row"]), (&Value::Null, &json!(2)), "{found}");
    let (status, problem) = server.post("/api/plan/read?name=plan.xlsx", BYTES, "no workbook");
    assert_eq!((status, &problem["code"]), (422, &json!("file")), "{problem}");
    assert!(!problem.to_string().contains("/tmp/"), "a folder of the server is nobody's business: {problem}");
    let (status, _) = server.post("/api/plan/read?name=../plan.xlsx", BYTES, "x");
    assert_eq!(status, 400);
}

#[test]
fn what_is_too_large_is_refused_with_one_problem() {
    let server = served();
    let (status, problem) =
        server.post("/api/plan/check", JSON, &" ".repeat(super::super::bodies::FORM_LIMIT + 1));
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
}

#[test]
fn a_plan_is_adopted_once_revised_and_tracked() {
    let server = served();
    assert_eq!(server.json("/api/plans")["plans"], json!([]));
    let adopt = |plan: &Value, on: &str, by: &str| {
        let body = json!({"package": "sample-city", "on": on, "by": by, "plan": plan}).to_string();
        server.post("/api/plans/2024", JSON, &body)
    };
    let (status, problem) = adopt(&draft("50"), "2024-01-10", "planner");
    assert_eq!((status, &problem["code"]), (422, &json!("plan_not_adopted")), "{problem}");
    assert!(problem["detail"]["en"].as_str().is_some_and(|said| said.contains("90")), "{problem}");
    assert_eq!(server.json("/api/plans")["plans"], json!([]), "nothing is half done");
    assert_eq!(adopt(&draft("60"), "2024-01-10", " ").0, 400);
    let (status, done) = adopt(&draft("60"), "2024-01-10", "planner");
    assert_eq!((status, &done["kind"]), (201, &json!("plan.adopted/1")), "{done}");
    let (_, again) = adopt(&draft("60"), "2024-01-10", "planner");
    assert_eq!(again["seq"], done["seq"], "the same plan is there already");
    let file = server.json("/api/plans/2024?as_of=2024-06-30");
    assert_eq!(file["draft"]["facts"]["plan_total"], "100");
    assert_eq!(file["draft"]["facts"].get("plan_industrial"), None, "sums are not asked for again");
    assert_eq!(file["plan"]["state"], "running");
    // What is read back may be adopted again as it is: a revision on another day.
    let (status, revised) = adopt(&file["draft"], "2024-02-01", "planner");
    assert_eq!(status, 201, "{revised}");
    let track = server.json("/api/plans/2024/track?as_of=2024-06-30&elsewhere=0");
    assert_eq!((&track["partial"], &track["tracked"]["parcels"]), (&json!(false), &json!(0)));
    assert_eq!(track["tracked"]["months"][2]["planned"], "40");
    assert_eq!(server.ask("GET", "/api/plans/2024/track?coverage=2", "localhost").0, 400);
    assert_eq!(server.ask("GET", "/api/plans/none", "localhost").0, 404);
    let list = server.json("/api/plans?package=sample-city");
    assert_eq!(list["plans"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.json("/api/plans?package=beijing")["plans"], json!([]));
}

#[test]
fn a_plan_of_a_district_is_seen_by_those_who_work_for_it() {
    let facts =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let city = facts(&[("plan_level", "city_plan"), ("city", "示例市")]);
    let east = facts(&[("plan_level", "district_plan"), ("district", "东区")]);
    let mut caller = Caller { districts: ["中区".to_owned()].into(), ..Caller::default() };
    assert!(sees(&caller, &city) && !sees(&caller, &east));
    caller.districts.insert("东区".to_owned());
    assert!(sees(&caller, &east) && sees(&Caller::office(), &east));
}
