//! A plan from its workbook to what is supplied against it, as people read it. `LANDCYCLE_BLESS=1` writes
//! the golden texts anew.

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use landcycle_ledger::{Body, Ledger, NewEvent, Store, entries};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use rust_xlsxwriter::Workbook;

use crate::plan::{self, Adoption, Plan, Revision, Verdict, print, told};
use crate::say::Failure;
use crate::{clock, packages, store};

const SUMMARY: [(&str, &str); 12] = [
    ("市", "北京市"),
    ("计划层级 · Level of the plan", "市级"),
    ("计划期起日", "2021-01-01"),
    ("First day of the plan", ""),
    ("计划期止日", "2021-12-31"),
    ("计划供应总量", "1000"),
    ("是否已征求有关单位意见", "是"),
    ("供应计划公布日期", "2021-03-31"),
    ("是否公布供应总量", "是"),
    ("是否公布供应结构", "是"),
    ("是否公布供应时序", "否"),
    ("plan_other_uses", "0"),
];

/// Use, source, space, district, month, quarter, area.
const LINES: [[&str; 7]; 5] = [
    ["产业用地", "存量建设用地", "重点领域和重点功能区", "海淀区", "3", "", "180"],
    ["产业用地", "新增", "其他区域", "大兴区", "", "2", "70 公顷"],
    ["居住用地", "存量", "", "朝阳区", "9", "", "300"],
    ["民生设施用地", "新增", "", "通州区", "", "", "342"],
    ["商服用地", "存量", "", "朝阳区", "12", "4", "1500 亩"],
];

const HEADINGS: [&str; 7] = [
    "计划用途 · Use in the plan",
    "计划来源",
    "Space in the plan",
    "区",
    "line_month",
    "计划供应季度",
    "计划面积 · Area in the plan [ha]",
];

type Rows<'r> = (&'r str, Vec<Vec<&'r str>>);

fn workbook(folder: &Path, sheets: &[Rows<'_>]) -> PathBuf {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).expect("a name");
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, *cell).expect("written");
            }
        }
    }
    let path = folder.join("plan.xlsx");
    book.save(&path).expect("saved");
    path
}

fn sheets<'r>(summary: &[(&'r str, &'r str)], lines: &[[&'r str; 7]]) -> Vec<Rows<'r>> {
    let vertical = |rows: &[(&'r str, &'r str)]| {
        let head = std::iter::once(vec!["项目", "内容"]);
        head.chain(rows.iter().map(|(item, value)| vec![*item, *value])).collect::<Vec<_>>()
    };
    let all = std::iter::once(HEADINGS.to_vec()).chain(lines.iter().map(|line| line.to_vec())).collect();
    let reduction = vec![
        vec!["区", "低效产业用地减量任务 [公顷]", "低效产业用地计划减量 [公顷]"],
        vec!["大兴区", "12.5", "10"],
        vec!["通州区", "7.5", "10"],
    ];
    let zone = [("区块线内增量产业用地面积", "60"), ("年均工业仓储用地供应量", "5.6")];
    vec![
        ("概要 Summary", vertical(summary)),
        ("分项", all),
        ("Reduction", reduction),
        ("区块线 Zone", vertical(&zone)),
    ]
}

fn library() -> Library {
    packages::sound(None).map_err(said).expect("sound packages")
}

fn said(failure: impl Into<Failure>) -> String {
    failure.into().message.en
}

fn sample(library: &Library, folder: &Path) -> Plan {
    plan::read(library, &workbook(folder, &sheets(&SUMMARY, &LINES))).map_err(said).expect("a plan")
}

fn golden(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/plan/said").join(name);
    if std::env::var_os("LANDCYCLE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, told).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, told, "{name}: run with LANDCYCLE_BLESS=1 and review");
}

#[test]
fn a_plan_is_told_with_every_constraint_as_an_equation() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let read = sample(&library, folder.path());
    let as_of = date(2021, 12, 31);
    let checked =
        plan::check(&library, &read, None, clock::day_number(as_of)).map_err(said).expect("checked");
    assert_eq!(checked.verdict(), Verdict::Fails);
    for (name, language) in [("check.zh.txt", Language::Zh), ("check.en.txt", Language::En)] {
        golden(name, &format!("{}\n", print::text(&library, &read, &checked, as_of, true, language)));
    }
    let json = print::json(&library, &read, &checked, as_of);
    let constraints = json["constraints"].as_array().expect("constraints");
    let by_source = constraints.iter().find(|one| one["rule"] == "plan_by_source").expect("a constraint");
    let equation = &by_source["equations"][0];
    assert_eq!(
        (&equation["left"], &equation["actual"], &equation["right"]),
        (&"992".into(), &"≠".into(), &"1000".into())
    );
    assert_eq!(equation["margin"]["amount"], "8");
}

#[test]
fn faults_are_told_with_sheet_row_and_column() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let refused = |summary: &[(&str, &str)], lines: &[[&str; 7]]| {
        let path = workbook(folder.path(), &sheets(summary, lines));
        said(plan::read(&library, &path).expect_err("refused"))
    };
    let mut lines = LINES;
    lines[0][6] = "many";
    lines[1][0] = "月球用地";
    lines[2][5] = "1";
    let told = refused(&SUMMARY, &lines);
    for place in ["row 2, column G", "row 3, column A", "row 4"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    assert!(told.contains("分项") && told.contains("3 faults"), "{told}");
    let stated = [("plan_stock", "500")];
    let told = refused(&[&SUMMARY[..], &stated[..]].concat(), &LINES);
    assert!(told.contains("stated as 500") && told.contains("580"), "{told}");
    let unknown = [("月亮面积", "5")];
    assert!(refused(&unknown, &LINES).contains("月亮面积"));
}

#[test]
fn what_a_line_leaves_open_is_named_and_nothing_is_assumed() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let mut lines = LINES;
    lines[3][1] = "";
    let path = workbook(folder.path(), &sheets(&SUMMARY, &lines));
    let read = plan::read(&library, &path).map_err(said).expect("a plan");
    assert_eq!(read.open.get("plan_stock").map(Vec::as_slice), Some(&[5][..]));
    let day = clock::day_number(date(2021, 12, 31));
    let checked = plan::check(&library, &read, None, day).map_err(said).expect("checked");
    assert_eq!(checked.named("stock_share").map(|one| one.verdict), Some(Verdict::Unknown));
}

fn signed(case: &str, on: Date, area: &str, source: &str) -> NewEvent {
    let facts =
        [("city", "北京"), ("district", "海淀区"), ("signed_on", &on.to_string()), ("land_source", source)];
    let facts = facts.into_iter().chain((!area.is_empty()).then_some(("area", area)));
    NewEvent {
        case_id: case.to_owned(),
        kind: "notice.published/1".to_owned(),
        happened_on: on,
        recorded_at: "2026-11-23T08:00:00Z".parse().expect("a moment"),
        actor: "import".to_owned(),
        origin: "test".to_owned(),
        key: format!("notice:{case}"),
        package: None,
        corrects: None,
        body: Body::new(facts).expect("a body"),
    }
}

/// A store with eight whole years of supply; the first may be cut off.
fn city(folder: &Path) -> (PathBuf, Store) {
    let path = folder.join("city.gpkg");
    drop(landcycle_ledger::GeoPackageLedger::create(&path).expect("a store"));
    let mut ledger = store::open(&path).map_err(said).expect("open");
    let mut events = Vec::new();
    for (at, year) in (2014..=2022).enumerate() {
        let area = 100_000 + 40_000 * at;
        events.push(signed(&format!("A{year}"), date(year, 4, 1), &area.to_string(), "stock"));
        let later = area * (2 + at % 3) / 2;
        events.push(signed(&format!("B{year}"), date(year, 10, 8), &later.to_string(), "new_from_stock"));
    }
    ledger.append(&mut entries(events)).expect("recorded");
    (path, ledger)
}

fn adoption(day: Date, despite: Option<&str>) -> Adoption<'_> {
    let now = "2026-11-23T08:00:00Z".parse().expect("a moment");
    Adoption { id: "2021", day, by: "测试", origin: "plan.xlsx", despite, now: (now, date(2026, 11, 23)) }
}

#[test]
fn a_plan_is_adopted_revised_and_tracked() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let (_, mut ledger) = city(folder.path());
    let checked = |plan: &Plan, on: Date| {
        plan::check(&library, plan, None, clock::day_number(on)).map_err(said).expect("checked")
    };
    let first = sample(&library, folder.path());
    let on = date(2021, 3, 1);
    // The regulation was not in force on that day: what fails is a target of the year, which a reason may
    // set aside.
    let judged = checked(&first, on);
    let refused =
        plan::adopt(&mut ledger, &first, &judged, &adoption(on, None)).map_err(said).expect_err("refused");
    assert!(refused.contains("--despite") && refused.contains("58 %"), "{refused}");
    let reason = Some("市政府专题会议");
    plan::adopt(&mut ledger, &first, &judged, &adoption(on, reason)).map_err(said).expect("adopted");
    let again =
        plan::adopt(&mut ledger, &first, &judged, &adoption(on, reason)).map_err(said).expect("there");
    assert_eq!(again.kind, "plan.adopted/1");
    // After it, sums that do not agree rest on the text of the law: no reason helps.
    let late = date(2021, 10, 1);
    let judged = checked(&first, late);
    let refused = plan::adopt(&mut ledger, &first, &judged, &adoption(late, reason)).map_err(said);
    assert!(refused.expect_err("refused").contains("cannot be set aside"));
    let mut lines = LINES;
    lines[3][6] = "350";
    lines[4][6] = "3000 亩";
    let mut summary = SUMMARY;
    summary[5].1 = "1100";
    let path = workbook(folder.path(), &sheets(&summary, &lines));
    let second = plan::read(&library, &path).map_err(said).expect("a plan");
    let judged = checked(&second, late);
    let event =
        plan::adopt(&mut ledger, &second, &judged, &adoption(late, reason)).map_err(said).expect("revised");
    assert_eq!(event.kind, "plan.revised/1");
    let plans = plan::list(&library, &ledger).map_err(said).expect("plans");
    let totals: Vec<_> = plans[0].1.iter().map(|one| one.plan.facts["plan_total"].clone()).collect();
    assert_eq!(totals, ["1000", "1100"], "the version before is as it was");
    let loaded = |day: Date| plan::load(&library, &ledger, "2021", day).map_err(said).expect("a plan");
    assert_eq!(loaded(date(2021, 6, 30)).plan.facts["plan_total"], "1000");
    let revision: Revision = loaded(date(2021, 11, 30));
    assert_eq!(revision.plan.rows(plan::Sheet::Lines), second.rows(plan::Sheet::Lines));
}

#[test]
fn what_was_supplied_is_told_beside_the_plan() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let (_, mut ledger) = city(folder.path());
    let mut summary = SUMMARY;
    (summary[2].1, summary[4].1, summary[7].1) = ("2022-01-01", "2022-12-31", "2022-03-31");
    summary[5].1 = "992";
    let path = workbook(folder.path(), &sheets(&summary, &LINES));
    let read = plan::read(&library, &path).map_err(said).expect("a plan");
    let on = date(2022, 3, 1);
    let judged = plan::check(&library, &read, None, clock::day_number(on)).map_err(said).expect("checked");
    let wanted = Adoption { id: "2022", ..adoption(on, None) };
    plan::adopt(&mut ledger, &read, &judged, &wanted).map_err(said).expect("adopted");
    let as_of = date(2022, 6, 30);
    let revision = plan::load(&library, &ledger, "2022", as_of).map_err(said).expect("a plan");
    let rest = landcycle_policy::exact::Exact::parse("120");
    let found = plan::track(&library, &ledger, &revision, as_of, rest, None).map_err(said).expect("tracked");
    assert_eq!(found.supplied.map(|area| area.to_string()).as_deref(), Some("162"));
    let beside = told::Told { library: &library, id: "2022", revision: &revision, found: &found };
    for (name, language) in [("track.zh.txt", Language::Zh), ("track.en.txt", Language::En)] {
        golden(name, &format!("{}\n", beside.text(language)));
    }
    assert_eq!(beside.json()["interval"]["coverage"], "0.75");
    assert!(!beside.workbook(Language::Zh).expect("a workbook").is_empty());
    let open = plan::track(&library, &ledger, &revision, as_of, None, None).map_err(said).expect("tracked");
    assert_eq!(open.supplied, None, "the store holds industrial land alone");
    // A parcel whose area nobody knows: what was supplied is not known.
    ledger.append(&mut entries([signed("C", date(2022, 5, 1), "", "stock")])).expect("recorded");
    let found = plan::track(&library, &ledger, &revision, as_of, rest, None).map_err(said).expect("tracked");
    assert_eq!((found.supplied, found.actual.without_area.len()), (None, 1));
}

#[test]
fn the_template_is_read_back_as_it_is_handed_out() {
    let (library, folder) = (library(), tempfile::tempdir().expect("a folder"));
    let known = plan::Prefilled { city: Some("深圳".to_owned()), year: 2026 };
    let path = folder.path().join("template.xlsx");
    std::fs::write(&path, plan::template(&library, &known, None).expect("a template")).expect("written");
    let read = plan::read(&library, &path).map_err(said).expect("a plan");
    let facts: Vec<(&str, &str)> =
        read.facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(facts, [("city", "深圳"), ("plan_from", "2026-01-01"), ("plan_until", "2026-12-31")]);
    assert!(read.zone.is_empty() && read.lines().is_empty());
    let checked = plan::check(&library, &read, None, clock::day_number(date(2026, 11, 1))).map_err(said);
    assert_eq!(checked.expect("checked").verdict(), Verdict::Unknown);
}
