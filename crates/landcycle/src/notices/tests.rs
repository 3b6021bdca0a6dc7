//! Files of notices as offices hand them over, imported into a store.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use landcycle_ledger::{Cut, Event, GeoPackageLedger, Ledger};

use super::preview::{Change, preview};
use super::{Area, Options, Report, import};
use crate::packages;
use crate::say::Failure;

const HEADING: &str = "supervision_no,project,location,area_ha,price_wan,signed";
const FIRST: &str = "X1,项目一,坐落一,1.5,100,2014-03-01";
const SECOND: &str = "X2,项目二,坐落二,2.5,200,2014-04-01";

struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("s.gpkg")
    }

    fn file(&self, rows: &[&str]) -> PathBuf {
        let path = self.folder.path().join("notices.csv");
        std::fs::write(&path, rows.join("\n")).expect("written");
        path
    }

    fn import_with(&self, rows: &[&str], keep_good: bool) -> Result<Report, Failure> {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let options = Options { keep_good, ..Options::default() };
        import(&library, &self.file(rows), &self.store(), &options, &|_| {})
    }

    fn import(&self, rows: &[&str]) -> Report {
        self.import_with(&[&[HEADING], rows].concat(), false)
            .map_err(|failure| failure.message)
            .expect("a report")
    }

    /// What is said of a file that is refused as a whole, and that nothing remains of it.
    fn refusal(&self, rows: &[&str]) -> String {
        let failure = self.import_with(rows, false).expect_err("refused");
        assert!(self.left().is_empty(), "{:?}", self.left());
        failure.message.en
    }

    /// What lies beside the file of notices.
    fn left(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| !path.ends_with("notices.csv")).collect()
    }

    fn ledger(&self) -> GeoPackageLedger {
        GeoPackageLedger::open(self.store()).expect("a store")
    }

    fn events(&self, case: &str) -> Vec<Event> {
        self.ledger().events_of(case).expect("events")
    }

    fn price(&self, case: &str) -> Option<String> {
        self.fact(case, "price")
    }

    fn fact(&self, case: &str, name: &str) -> Option<String> {
        let mut value = None;
        let cut = Cut { as_of: date(2020, 1, 1), known_at: None, is_occurrence: &|_| false };
        let visit = &mut |found: &landcycle_ledger::FoldedCase<'_>| {
            value = found.get(name).map(|fact| fact.value.to_string());
        };
        self.ledger().fold_case(case, &cut, visit).expect("a fold");
        value
    }
}

/// The only refused row of a file, in English.
fn refused(report: &Report) -> &str {
    assert_eq!(report.refused_count, 1, "{:?}", report.refused);
    &report.refused[0].en
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let office = Office::new();
    let first = office.import(&[FIRST, SECOND, FIRST]);
    assert_eq!((first.rows, first.added, first.already_there), (3, 2, 1));
    let again = office.import(&[FIRST, SECOND, FIRST]);
    assert_eq!((again.added, again.already_there, again.refused_count), (0, 3, 0));
}

#[test]
fn a_correction_can_be_corrected_back() {
    let office = Office::new();
    let wrong = FIRST.replace(",100,", ",777,");
    office.import(&[FIRST]);
    assert_eq!(office.import(&[&wrong]).added, 1);
    assert_eq!(office.import(&[&wrong]).added, 0);
    assert_eq!(office.price("X1").as_deref(), Some("7770000"));
    assert_eq!(office.import(&[FIRST]).added, 1);
    assert_eq!(office.import(&[FIRST]).added, 0);
    assert_eq!(office.price("X1").as_deref(), Some("1000000"));
    assert_eq!(office.import(&[&wrong]).added, 1);
    assert_eq!(office.events("X1").len(), 4);
}

#[test]
fn rows_that_contradict_each_other_are_refused() {
    let office = Office::new();
    let other = FIRST.replace(",100,", ",777,");
    let report = office.import(&[FIRST, SECOND, &other]);
    let said = refused(&report);
    assert!(said.contains("line 4") && said.contains("row 2") && said.contains("price"), "{said}");
    assert!(!office.store().exists());
    let lacking = FIRST.replace(",100,", ",,");
    assert!(refused(&office.import(&[FIRST, &lacking])).contains("price"));
}

#[test]
fn a_lease_has_no_grant_price() {
    let office = Office::new();
    let heading = format!("{HEADING},supply_mode");
    let rows = [
        heading,
        format!("{FIRST},挂牌出让"),
        format!("{SECOND},租赁"),
        "X3,项目三,坐落三,1,50,2014-05-01,".into(),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    office.import_with(&rows, false).map_err(|failure| failure.message).expect("a report");
    let sums = |case: &str| (office.price(case), office.fact(case, "lease_price"));
    assert_eq!(sums("X1"), (Some("1000000".into()), None));
    assert_eq!(sums("X2"), (None, Some("2000000".into())));
    assert_eq!(sums("X3"), (Some("500000".into()), None));
}

#[test]
fn a_case_signed_on_two_days_is_kept_and_pointed_out() {
    let office = Office::new();
    let later = FIRST.replace("2014-03-01", "2015-03-01").replace(",100,", ",300,");
    let report = office.import(&[FIRST, &later]);
    assert_eq!((report.added, report.notes.len()), (2, 1));
    assert!(report.notes[0].en.contains("rows 2 and 3"), "{}", report.notes[0].en);
    assert_eq!(office.import(&[FIRST, &later]).added, 0);
    assert_eq!(office.price("X1").as_deref(), Some("3000000"));
}

#[test]
fn two_notices_under_one_number_stay_two_cases() {
    let office = Office::new();
    let other = "X1,别的项目,坐落九,1.5,999,2014-03-01";
    assert_eq!(office.import(&[FIRST, other]).added, 2);
    assert_eq!(office.import(&[FIRST, other]).added, 0);
    assert_eq!(office.ledger().cases().expect("cases").len(), 2);
}

#[test]
fn who_edits_the_layer_of_parcels_makes_no_second_case() {
    let office = Office::new();
    office.import(&[FIRST, SECOND]);
    let row = landcycle_ledger::ParcelRow {
        case_id: "X1".into(),
        project_name: Some("在QGIS中改名".into()),
        ..landcycle_ledger::ParcelRow::default()
    };
    office.ledger().append(&mut landcycle_ledger::entries([row])).expect("an edit");
    let apart = office.ledger().parcels_apart().expect("a comparison");
    assert_eq!(apart.first_differing, Some(("X1".into(), "project_name")));
    let again = office.import(&[FIRST, SECOND]);
    assert_eq!((again.added, again.already_there), (0, 2));
    assert_eq!(office.ledger().parcels_apart().expect("a comparison").differing, 0);
}

#[test]
fn two_columns_for_one_fact_are_refused_by_name() {
    let row = format!("{FIRST},999");
    let said = Office::new().refusal(&[&format!("{HEADING},area [亩]"), &row]);
    assert!(said.contains("area_ha") && said.contains("area [亩]"), "{said}");
    let said = Office::new().refusal(&[&format!("{HEADING},出让或划拨价款 [万元]"), &row]);
    assert!(said.contains("price_wan") && said.contains("出让或划拨价款"), "{said}");
}

#[test]
fn headings_that_fit_nothing_are_told() {
    let said = Office::new().refusal(&["土地供应结果,,,,,", HEADING, FIRST]);
    assert!(said.contains("title above the heading"), "{said}");
    let said = Office::new().refusal(&["supervision_no,area [kg],signed", "X1,1,2014-01-01"]);
    assert!(said.contains("notices.csv") && said.contains("column 2"), "{said}");
    let said = Office::new().refusal(&["supervision_no,signed [年]", "X1,2014-01-01"]);
    assert!(said.contains("no quantities"), "{said}");
}

#[test]
fn placeholders_of_dates_are_missing_and_spellings_of_none_are_read() {
    let heading = format!("{HEADING},start_actual");
    for (text, expected) in [
        ("1900/1/1 0:00", None),
        ("1900.1.1", None),
        ("19000101", None),
        ("9999-12-31", None),
        ("1900-01-00", None),
        ("none", Some("none")),
        ("未发生", Some("none")),
        ("2014年5月6日", Some("2014-05-06")),
    ] {
        let office = Office::new();
        let row = format!("{FIRST},{text}");
        let report = office.import_with(&[&heading, &row], false).map_err(|failure| failure.message);
        assert_eq!(report.expect("a report").refused_count, 0, "{text}");
        let events = office.events("X1");
        assert_eq!(events[0].body.get("started_on").as_deref(), expected, "{text}");
    }
}

#[test]
fn grades_are_grades_or_refused() {
    let heading = format!("{HEADING},land_grade");
    let office = Office::new();
    for (text, expected) in [
        ("八级", Some("8")),
        ("十三等级", Some("13")),
        ("十", Some("10")),
        ("二十一级", Some("21")),
        ("8", Some("8")),
        ("未评估地区", None),
        ("", None),
    ] {
        let office = Office::new();
        let row = format!("{FIRST},{text}");
        let report = office.import_with(&[&heading, &row], false).map_err(|failure| failure.message);
        assert_eq!(report.expect("a report").refused_count, 0, "{text}");
        assert_eq!(office.events("X1")[0].body.get("land_grade").as_deref(), expected, "{text}");
    }
    for text in
        ["99999999999", "4294967304", "9999999999999999999999级", "一百级", "十十", "-1", "0", "abc", "三一"]
    {
        let row = format!("{FIRST},{text}");
        let report = office.import_with(&[&heading, &row], false).map_err(|failure| failure.message);
        let report = report.expect("a report");
        assert!(refused(&report).contains("land_grade"), "{text}");
    }
}

#[test]
fn all_faults_of_a_row_are_told_at_once_with_their_reasons() {
    let office = Office::new();
    let report = office.import(&["X1,p,l,abc,-1,41699", "X2,p,l,1,1,2015-2", "X3,p,l,1,1,2/3/2015"]);
    assert_eq!(report.refused_count, 3);
    let said: Vec<&str> = report.refused.iter().map(|reason| reason.en.as_str()).collect();
    assert_eq!(said[0].lines().count(), 3, "{}", said[0]);
    assert!(said[0].contains("area_ha") && said[0].contains("serial number"), "{}", said[0]);
    assert!(said[1].contains("the day is missing"), "{}", said[1]);
    assert!(said[2].contains("year first"), "{}", said[2]);
    let long = format!("X1,p,l,{},1,2014-01-01", "9".repeat(300));
    assert!(refused(&office.import(&[&long])).len() < 300);
}

#[test]
fn keeping_the_good_rows_goes_on_behind_every_bad_one() {
    let office = Office::new();
    let rows = [HEADING, "X3,a,b,1,1,2014-01-01,extra", "X4,a,b,1,1,2015-02-30", FIRST];
    let report = office.import_with(&rows, true).map_err(|failure| failure.message).expect("a report");
    assert_eq!((report.rows, report.added, report.refused_count), (3, 1, 2));
    let all = office.import(&rows[1..3]);
    assert_eq!(all.refused_count, 2);
}

#[test]
fn when_every_row_is_bad_no_store_is_made() {
    let office = Office::new();
    let rows = [HEADING, "X3,a,b,1,1,2014-01-01,extra"];
    let report = office.import_with(&rows, true).map_err(|failure| failure.message).expect("a report");
    assert!(report.nothing_good());
    assert_eq!(office.left(), Vec::<PathBuf>::new());
}

#[test]
fn a_preview_writes_nothing_and_counts_what_an_import_does() {
    let office = Office::new();
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let look = |rows: &[&str]| {
        let file = office.file(&[&[HEADING], rows].concat());
        let found = preview(&library, &file, &office.store(), &Options::default(), date(2020, 1, 1));
        found.map_err(|failure| failure.message).expect("a preview")
    };
    // Where there is no store, none is made.
    let found = look(&[FIRST, SECOND]);
    assert_eq!((found.cases.get(&Change::New), found.report.added), (Some(&2), 2));
    assert!(office.left().is_empty());
    office.import(&[FIRST]);
    let before = std::fs::read(office.store()).expect("a store");
    let changed = FIRST.replace(",100,", ",777,");
    let found = look(&[&changed, SECOND]);
    assert_eq!(std::fs::read(office.store()).expect("a store"), before, "not a byte is touched");
    assert_eq!((found.cases.get(&Change::New), found.cases.get(&Change::Changed)), (Some(&1), Some(&1)));
    let sampled = &found.sample[0];
    assert_eq!((sampled.line, sampled.change), (2, Change::Changed));
    assert_eq!(sampled.facts, [("price".to_owned(), Some("1000000".to_owned()), "7770000".to_owned())]);
    assert_eq!(found.columns[3].fact.as_deref(), Some("area"));
    let report = office.import(&[&changed, SECOND]);
    assert_eq!((report.added, report.already_there), (found.report.added, found.report.already_there));
    assert_eq!(look(&[&changed, SECOND]).cases.get(&Change::Same), Some(&2));
}

#[test]
fn rows_of_another_district_are_refused_to_who_works_for_one() {
    let office = Office::new();
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    let heading = format!("{HEADING},district");
    let rows = [heading, format!("{FIRST},东区"), format!("{SECOND},西区")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let area = Area { districts: ["东区".to_owned()].into(), barred: ["X1".to_owned()].into() };
    let options = Options { area, ..Options::default() };
    let report = import(&library, &office.file(&rows), &office.store(), &options, &|_| {});
    let report = report.map_err(|failure| failure.message).expect("a report");
    assert_eq!((report.refused_count, report.added), (2, 0), "one is barred, one lies elsewhere");
    assert!(report.refused[1].en.contains("outside your districts"), "{}", report.refused[1].en);
}

#[test]
fn real_files_are_imported_whole() {
    let Some(data) = std::env::var_os("LANDCYCLE_DATA") else { return };
    let file = Path::new(&data).join("landchina/three_cities_2012_2016.csv");
    let office = Office::new();
    let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
    for added in [1_132, 0] {
        let report = import(&library, &file, &office.store(), &Options::default(), &|_| {});
        let report = report.map_err(|failure| failure.message).expect("a report");
        assert_eq!((report.rows, report.added, report.refused_count), (1_132, added, 0));
    }
}
