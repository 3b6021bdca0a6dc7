//! Orders under the shipped law, files of operations, and what they are told.

use std::path::Path;

use jiff::civil::date;
use landcycle_ledger::linkage::{Act, GROUNDS, Order, case_of, read};
use landcycle_ledger::{Ledger, MemoryLedger};
use landcycle_policy::package::library::Library;

use super::file::{Load, load};
use super::form::{Form, Written};
use super::{Refused, perform};
use crate::packages;

fn library() -> Library {
    packages::sound(None).map_err(|failure| failure.message).expect("sound packages")
}

fn do_orders(ledger: &mut MemoryLedger, library: &Library, orders: &[Order]) -> Result<(), (String, String)> {
    let now = "2026-11-25T08:00:00Z".parse().expect("a moment");
    let circumstances = ("示例市", now, date(2026, 11, 25), false);
    match perform(ledger, library, "b", orders, circumstances) {
        Ok(_) => Ok(()),
        Err(Refused::Objection(_, objection)) => {
            Err((objection.code.to_owned(), objection.report(library).en))
        }
        Err(Refused::Store(error)) => Err(("store".to_owned(), error.to_string())),
    }
}

fn ordered(
    ledger: &mut MemoryLedger,
    library: &Library,
    act: &'static str,
    fields: &[(&str, &str)],
) -> Result<(), (String, String)> {
    let written = |field: &str| {
        let found = fields.iter().find(|(name, _)| *name == field);
        Written { text: found.map_or("", |(_, text)| text), unit: None }
    };
    let on = fields.iter().all(|(name, _)| *name != "on").then_some(date(2024, 3, 1));
    let orders = Form::new(library, &written, &|_| None).orders(act, on, "test");
    let orders = orders.map_err(|wrong| ("field".to_owned(), format!("{wrong:?}")))?;
    do_orders(ledger, library, &orders)
}

/// A book with three hectares of credit and shares between two places.
fn begun(library: &Library) -> MemoryLedger {
    let mut ledger = MemoryLedger::new();
    let act = Act::Open { title: "示例".into(), package: "shanghai".into() };
    let open = Order { key: Some("o".into()), on: date(2024, 1, 1), origin: String::new(), act };
    do_orders(&mut ledger, library, &[open]).expect("opened");
    let shares = [
        ("place", "甲区/一镇"),
        ("to", "乙区"),
        ("shares", "甲区/一镇=0.3；乙区=0.6；市级统筹=0.1"),
        ("note", "示例公告"),
        ("key", "s"),
    ];
    ordered(&mut ledger, library, "share", &shares).expect("published");
    let land = [
        ("place", "甲区/一镇"),
        ("parcel", "P-1"),
        ("area", "45亩"),
        ("parcel_area", "5"),
        ("outside", "是"),
        ("verified", "yes"),
    ];
    ordered(&mut ledger, library, "give-up", &land).expect("given up");
    ledger
}

#[test]
fn the_law_decides_and_what_it_said_is_kept() {
    let library = library();
    let mut ledger = begun(&library);
    let used =
        [("place", "甲区/一镇"), ("project", "示例项目"), ("area", "1.5"), ("in_park", "yes"), ("key", "u")];
    ordered(&mut ledger, &library, "use", &used).expect("used");
    let events = ledger.events_of(&case_of("b")).expect("readable");
    let of = |kind: &str| events.iter().find(|event| event.kind == kind).expect("an event");
    let credited = of("linkage.credited/1");
    assert_eq!(credited.body.get("parts").as_deref(), Some(r#"[["甲区/一镇","3"]]"#));
    let grounds = credited.body.get(GROUNDS).expect("grounds");
    assert!(grounds.contains("li-2022-industrial-land#s-3.1.2"), "{grounds}");
    assert!(grounds.contains("illustrative"), "the rate is a stand-in: {grounds}");
    let package = credited.package.clone().expect("a package");
    assert!(package.starts_with("shanghai@"), "{package}");
    assert!(ledger.meta(&format!("package:{package}")).expect("readable").is_some(), "its text is kept");
}

#[test]
fn what_the_law_forbids_or_cannot_say_is_refused_with_its_clause() {
    let library = library();
    let mut ledger = begun(&library);
    let mut refused = |act, fields: &[(&str, &str)], code: &str| {
        let (found, told) = ordered(&mut ledger, &library, act, fields).expect_err("refused");
        assert_eq!(found, code, "{told}");
        told
    };
    let use_with = |more: (&'static str, &'static str)| {
        [("place", "甲区/一镇"), ("project", "项目"), ("area", "1"), ("key", "u"), more]
    };
    let told = refused("use", &use_with(("in_park", "no")), "L20");
    assert!(told.contains("▸") && told.contains("→"), "{told}");
    let told = refused("use", &use_with(("note", "")), "L21");
    assert!(told.contains("land supplied lies in a park"), "{told}");
    let inside = [("place", "甲区"), ("parcel", "P-2"), ("area", "1"), ("outside", "否")];
    refused("give-up", &inside, "L20");
    let shares =
        |text| [("place", "甲区"), ("to", "乙区"), ("shares", text), ("note", "公告"), ("key", "s2")];
    refused("share", &shares("甲区=0.3;乙区=0.6"), "L20");
    let unknown = [("place", "甲区"), ("parcel", "P-3"), ("area", "1"), ("verified", "yes")];
    refused("give-up", &unknown, "L21");
    let more =
        [("place", "甲区/一镇"), ("project", "项目"), ("area", "3.0001"), ("in_park", "yes"), ("key", "u")];
    let told = refused("use", &more, "L16");
    assert!(told.contains("3 ha") && told.contains("3.0001 ha"), "{told}");
    // A book of that time would have no law to ask.
    let mut early = MemoryLedger::new();
    let act = Act::Open { title: "示例".into(), package: "national".into() };
    let open = Order { key: Some("o".into()), on: date(2020, 1, 1), origin: String::new(), act };
    do_orders(&mut early, &library, &[open]).expect("opened");
    let land = [
        ("place", "甲区"),
        ("parcel", "P"),
        ("area", "1"),
        ("outside", "yes"),
        ("verified", "yes"),
        ("on", "2021-12-30"),
    ];
    assert_eq!(ordered(&mut early, &library, "give-up", &land).expect_err("refused").0, "L22");
}

#[test]
fn what_is_transferred_is_the_laws_and_the_rest_is_kept() {
    let library = library();
    let mut ledger = begun(&library);
    let moved = [("place", "甲区/一镇"), ("to", "乙区"), ("area", "2"), ("key", "m")];
    ordered(&mut ledger, &library, "move", &moved).expect("moved");
    let used = [
        ("place", "乙区"),
        ("project", "项目"),
        ("area", "2"),
        ("in_park", "是"),
        ("money", "100.05"),
        ("key", "u"),
    ];
    ordered(&mut ledger, &library, "use", &used).expect("used");
    let book = read::<()>(&ledger, "b").expect("readable").expect("a book");
    let on = |account: &str| {
        let found = book.balances().find(|(known, _)| known.to_string() == account);
        found.map(|(account, balance)| account.unit().text(balance)).unwrap_or_default()
    };
    // 30.015 half up is the law's; 10.005 is rounded down by the book; the rest stays.
    assert_eq!(on("owed:乙区>甲区/一镇"), "30.02");
    assert_eq!(on("owed:乙区>市级统筹"), "10");
    assert_eq!(on("kept:乙区"), "60.03");
}

const HEADING: &str =
    "编号,操作,日期,地区,对方,宗地,面积（公顷）,在开发边界外,已验收,项目,在园区内,金额（万元）,比例,说明\n";

fn loaded(ledger: &mut MemoryLedger, library: &Library, rows: &str) -> Result<(usize, usize), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.csv");
    std::fs::write(&path, format!("{HEADING}{rows}")).expect("written");
    let what = Load {
        book: "b",
        path: &path,
        sheet: None,
        by: "示例市",
        now: "2026-11-25T08:00:00Z".parse().expect("a moment"),
        today: date(2026, 11, 25),
        dry: false,
    };
    let done = load(ledger, library, Path::new("store"), &what).map_err(|failure| failure.message.en)?;
    let there = done.iter().filter(|one| one.there).count();
    Ok((done.len() - there, there))
}

#[test]
fn a_file_is_recorded_whole_or_not_at_all_and_once() {
    let library = library();
    let mut ledger = begun(&library);
    let good =
        "g2,退出,2024-04-01,甲区/一镇,,P-2,1.5,是,是,,,,,\nm1,流转,2024-04-02,甲区/一镇,乙区,,4.5,,,,,,,\n";
    let over = format!("{good}u1,使用,2024-04-03,乙区,,,4.5001,,,项目,是,12,,\n");
    let before = ledger.size().expect("a size");
    let told = loaded(&mut ledger, &library, &over).expect_err("refused");
    assert!(told.contains("line 4") && told.contains("L16") && told.contains("no row"), "{told}");
    let bad = "g2,退出,2024-13-01,甲区/一镇/村,,P-2,一点五,也许,是,,,,,\nx,什么,2024-04-02,,,,,,,,,,,\n";
    let told = loaded(&mut ledger, &library, bad).expect_err("refused");
    for place in ["日期", "地区", "面积", "在开发边界外", "操作"] {
        assert!(told.contains(place), "{place}: {told}");
    }
    assert_eq!(ledger.size().expect("a size"), before, "nothing of it was recorded");
    assert_eq!(loaded(&mut ledger, &library, good), Ok((3, 0)));
    assert_eq!(loaded(&mut ledger, &library, good), Ok((0, 3)));
    let changed = good.replace("4.5,", "4.4,");
    assert!(loaded(&mut ledger, &library, &changed).expect_err("another content").contains("L04"));
}

#[test]
fn the_example_is_loaded() {
    let library = library();
    let mut ledger = MemoryLedger::new();
    let act = Act::Open { title: "示例".into(), package: "national".into() };
    let open = Order { key: Some("o".into()), on: date(2024, 1, 1), origin: String::new(), act };
    do_orders(&mut ledger, &library, &[open]).expect("opened");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage/operations.csv");
    let what = Load {
        book: "b",
        path: &path,
        sheet: None,
        by: "示例市",
        now: "2026-11-25T08:00:00Z".parse().expect("a moment"),
        today: date(2026, 11, 25),
        dry: false,
    };
    let done =
        load(&mut ledger, &library, Path::new("store"), &what).map_err(|f| f.message.en).expect("loaded");
    assert_eq!(done.len(), 9);
}

#[test]
fn the_example_is_loaded_from_a_workbook_too() {
    let library = library();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/linkage/operations.csv");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(example).expect("readable");
    for (row, record) in reader.records().enumerate() {
        for (column, cell) in record.expect("a row").iter().enumerate() {
            let (row, column) = (row as u32, column as u16);
            // As a person types it: numbers are numbers.
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number),
                Err(_) => sheet.write_string(row, column, cell),
            }
            .expect("written");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("operations.xlsx");
    book.save(&path).expect("saved");
    let mut ledger = MemoryLedger::new();
    let act = Act::Open { title: "示例".into(), package: "national".into() };
    let open = Order { key: None, on: date(2024, 1, 1), origin: String::new(), act };
    do_orders(&mut ledger, &library, &[open]).expect("opened");
    let what = Load {
        book: "b",
        path: &path,
        sheet: None,
        by: "示例市",
        now: "2026-11-25T08:00:00Z".parse().expect("a moment"),
        today: date(2026, 11, 25),
        dry: false,
    };
    let done =
        load(&mut ledger, &library, Path::new("store"), &what).map_err(|f| f.message.en).expect("loaded");
    assert_eq!((done.len(), done.iter().filter(|one| one.there).count()), (9, 0));
}
