//! Workbooks.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::super::error::Fault;
use super::super::{Language, ReadOptions, Table};
use super::{cells, error, error_with, exhaust, gzip, rows, table, table_with};

/// A workbook of raw parts, for what no honest writer produces.
pub(super) fn raw_workbook(sheet: &str, strings: Option<&str>) -> Vec<u8> {
    const RELS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let package = format!(
        r#"<Relationships><Relationship Id="r1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let book = format!(
        r#"<workbook xmlns:r="{RELS}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
    );
    let book_rels = format!(
        r#"<Relationships><Relationship Id="r1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let mut parts = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &package),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &book_rels),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    parts.extend(strings.map(|strings| ("xl/sharedStrings.xml", strings)));
    for (name, content) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes it");
        zip.write_all(content.as_bytes()).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}

fn sheet_xml(dimension: &str, data: &str) -> String {
    format!(r#"<worksheet><dimension ref="{dimension}"/><sheetData>{data}</sheetData></worksheet>"#)
}

const HEADING: &str = r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>"#;

fn saved(mut workbook: Workbook) -> Vec<u8> {
    workbook.save_to_buffer().expect("memory takes it")
}

fn headed(name: &str, headings: &[&str]) -> Worksheet {
    let mut sheet = Worksheet::new();
    sheet.set_name(name).expect("a valid name");
    for (column, heading) in headings.iter().enumerate() {
        sheet.write(0, column as u16, *heading).expect("a valid cell");
    }
    sheet
}

pub(super) fn sample() -> Vec<u8> {
    let mut sheet = headed("地块", &["编号", "面积（公顷）", "签订日期", "是否", "合计"]);
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let stamp = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let day = ExcelDateTime::from_ymd(2012, 1, 5).expect("a day");
    let moment = ExcelDateTime::from_ymd(2012, 1, 5).and_then(|day| day.and_hms(8, 30, 0)).expect("a moment");
    sheet.write(1, 0, "一").expect("a valid cell");
    sheet.write(1, 1, 0.1 + 0.2).expect("a valid cell");
    sheet.write_with_format(1, 2, &day, &date).expect("a valid cell");
    sheet.write(1, 3, true).expect("a valid cell");
    sheet.write(1, 4, Formula::new("=B2*2").set_result("0.6")).expect("a valid cell");
    sheet.write(4, 0, 6_531_222).expect("a valid cell");
    sheet.write_with_format(4, 2, &moment, &stamp).expect("a valid cell");
    sheet.write(4, 3, false).expect("a valid cell");
    let mut hidden = headed("隐藏", &["x"]);
    hidden.set_hidden(true);
    let mut workbook = Workbook::new();
    workbook.push_worksheet(headed("说明", &[]));
    workbook.push_worksheet(hidden);
    workbook.push_worksheet(sheet);
    saved(workbook)
}

#[test]
fn cells_become_text_as_the_office_sees_them() {
    let read = table(sample());
    assert_eq!(read.origin().sheet.as_deref(), Some("地块"));
    assert_eq!(read.header()[1].unit.as_deref(), Some("公顷"));
    let expected = [
        (2, ["一", "0.3", "2012-01-05", "yes", "0.6"].map(str::to_owned).to_vec()),
        (5, ["6531222", "", "2012-01-05 08:30:00", "no", ""].map(str::to_owned).to_vec()),
    ];
    assert_eq!(rows(read), expected);
}

#[test]
fn a_workbook_is_read_from_disk_and_out_of_gzip() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, sample()).expect("written");
    let opened = Table::open(&path, &ReadOptions::default()).expect("told by content");
    assert_eq!(cells(opened).len(), 2);
    assert_eq!(cells(table(gzip(&sample()))).len(), 2);
}

#[test]
fn a_sheet_is_chosen_by_name() {
    let with = |name: &str| ReadOptions { sheet: Some(name.to_owned()), ..ReadOptions::default() };
    let hidden = table_with(sample(), &with("隐藏")).expect("hidden sheets can be named");
    assert_eq!(hidden.header()[0].name, "x");
    let wrong = error_with(sample(), &with("地快"));
    assert_eq!(wrong.code(), "T005");
    assert!(wrong.message(Language::Zh).contains("说明、隐藏、地块"));
    let empty = error_with(sample(), &with("说明"));
    assert_eq!((empty.code(), empty.place().sheet.as_deref()), ("T008", Some("说明")));
}

#[test]
fn cell_errors_name_the_cell_and_let_reading_go_on() {
    let data = format!(
        r#"{HEADING}<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>"#
    );
    let mut read = table(raw_workbook(&sheet_xml("A1:B3", &data), None));
    let bad = read.next().expect("a row").expect_err("an error cell");
    assert_eq!(bad.fault(), &Fault::CellError { value: "#N/A".to_owned() });
    assert_eq!(bad.place().column_label().as_deref(), Some("B"));
    assert_eq!((bad.place().row, bad.place().name.as_deref()), (Some(2), Some("b")));
    assert_eq!(read.next().expect("a row").expect("sound").get(0), "2");
    assert!(read.next().is_none());
}

#[test]
fn sheets_that_claim_to_be_huge_are_read_at_once() {
    for dimension in ["A1:XFD1048576", "A1:B1000000000", "A1"] {
        let only = raw_workbook(&sheet_xml(dimension, HEADING), None);
        assert_eq!(error(only).code(), "T009", "{dimension}");
    }
    let far = format!(r#"{HEADING}<row r="1048576"><c r="B1048576"><v>7</v></c></row>"#);
    let read = table(raw_workbook(&sheet_xml("A1:XFD1048576", &far), None));
    assert_eq!(rows(read), [(1_048_576, vec![String::new(), "7".to_owned()])]);
}

#[test]
fn extra_cells_are_named_by_letters() {
    let data = format!(r#"{HEADING}<row r="2"><c r="A2"><v>1</v></c><c r="AB2"><v>2</v></c></row>"#);
    let extra = error(raw_workbook(&sheet_xml("A1", &data), None));
    assert_eq!(extra.code(), "T014");
    assert!(extra.message(Language::Zh).contains("第AB列"));
    let twice = r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="AA1" t="str"><v>a</v></c></row>"#;
    let twice = error(raw_workbook(&sheet_xml("A1", twice), None));
    assert!(twice.message(Language::En).contains("columns A and AA"));
}

#[test]
fn empty_values_shown_as_dates_stay_recognisable() {
    let mut sheet = headed("日期", &["d"]);
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (row, serial) in [0.0, 1.0, 60.0, 40_913.0].into_iter().enumerate() {
        sheet.write_with_format(row as u32 + 1, 0, serial, &date).expect("a valid cell");
    }
    sheet.write_with_format(5, 0, -3.0, &date).expect("a valid cell");
    let mut workbook = Workbook::new();
    workbook.push_worksheet(sheet);
    let mut read = table(saved(workbook));
    let texts: Vec<String> = read.by_ref().take(4).map(|row| row.expect("sound").get(0).to_owned()).collect();
    assert_eq!(texts, ["1900-01-00", "1900-01-01", "1900-02-29", "2012-01-05"]);
    assert_eq!(read.next().expect("a row").expect_err("before the calendar").code(), "T013");
}

#[test]
fn what_is_no_workbook_is_told() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).expect("memory takes it");
    zip.write_all(b"a,b\n1,2\n").expect("memory takes it");
    assert_eq!(error(zip.finish().expect("memory takes it").into_inner()).code(), "T018");
    let container = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    let mut old = container.to_vec();
    old.resize(4_096, 0);
    assert_eq!(error(old.clone()).code(), "T016");
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(error(old).code(), "T017");
    let whole = sample();
    assert_eq!(error(&whole[..whole.len() / 2]).code(), "T012");
}

#[test]
fn hostile_workbooks_are_refused_before_they_cost_memory() {
    let strings = r#"<sst uniqueCount="99999999999999999"><si><t>a</t></si></sst>"#;
    let claims = raw_workbook(&sheet_xml("A1", HEADING), Some(strings));
    assert_eq!(error(claims).code(), "T012");
    let mut token = String::from("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>");
    token.push_str(&"a".repeat(6 * 1024 * 1024));
    let token = raw_workbook(&sheet_xml("A1", &format!("{token}</v></c></row>")), None);
    assert_eq!(error(token).code(), "T012");
    let mut many = String::from(HEADING);
    for row in 2..20_000 {
        let _ = write!(many, r#"<row r="{row}"><c r="A{row}"><v>1</v></c></row>"#);
    }
    let options = ReadOptions { max_unpacked_bytes: 100_000, ..ReadOptions::default() };
    assert_eq!(error_with(raw_workbook(&sheet_xml("A1", &many), None), &options).code(), "T021");
    let jumbled =
        format!(r#"{HEADING}<row r="9"><c r="A9"><v>1</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>"#);
    let mut read = table(raw_workbook(&sheet_xml("A1", &jumbled), None));
    assert!(read.any(|row| row.is_err_and(|error| error.code() == "T012")));
}

#[test]
fn a_dropped_table_ends_its_thread() {
    let mut many = String::from(HEADING);
    for row in 2..50_000 {
        let _ = write!(many, r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>"#);
    }
    let bytes = raw_workbook(&sheet_xml("A1:B50000", &many), None);
    let mut read = table(bytes.clone());
    assert!(read.next().is_some());
    drop(read);
    assert_eq!(exhaust(bytes, &ReadOptions::default()), 2 * 49_998);
}

/// The code of the only refused row, and that reading goes on behind it.
fn refused(data: &str, after: &str) -> String {
    let sheet = format!("<worksheet><sheetData>{HEADING}{data}</sheetData>{after}</worksheet>");
    let read = table(raw_workbook(&sheet, None));
    let rows: Vec<_> = read.collect();
    assert!(rows.last().is_some_and(Result::is_ok), "{rows:?}");
    let mut bad = rows.iter().filter_map(|row| row.as_ref().err());
    let error = bad.next().expect("a refused row");
    assert!(bad.next().is_none() && error.place().row == Some(2) && error.place().sheet.is_some());
    error.code().to_owned()
}

#[test]
fn what_the_office_did_not_write_is_not_read() {
    let good = r#"<row r="5"><c r="A5"><v>1</v></c></row>"#;
    let row = |cells: &str| format!(r#"<row r="2">{cells}</row>{good}"#);
    let formula = row(r#"<c r="A2"><v>1</v></c><c r="B2"><f>1+1</f><v/></c>"#);
    assert_eq!(refused(&formula, ""), "T024");
    let twice = row(r#"<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c><c r="B2"><v>3</v></c>"#);
    assert_eq!(refused(&twice, ""), "T025");
    let long = row(r#"<c r="A2"><v>3101002012190001234</v></c>"#);
    assert_eq!(refused(&long, ""), "T026");
    let merged = row(r#"<c r="A2"><v>1</v></c>"#);
    let merges = r#"<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="A2:A4"/></mergeCells>"#;
    assert_eq!(refused(&merged, merges), "T027");
}

#[test]
fn results_that_are_stored_and_merges_beside_the_data_are_no_faults() {
    let data = r#"<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>"#;
    let merges = r#"<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="D2:E9"/></mergeCells>"#;
    let sheet = format!("<worksheet><sheetData>{HEADING}{data}</sheetData>{merges}</worksheet>");
    assert_eq!(cells(table(raw_workbook(&sheet, None))), [["2", ""]]);
}

#[test]
fn a_cell_of_endless_runs_is_refused_before_it_is_read() {
    for (open, close) in
        [("<c r=\"A1\" t=\"inlineStr\"><is>", "</is></c>"), ("<x:c r=\"A1\"><is>", "</is></x:c>")]
    {
        let runs = "<r><t>aaaaaaaa</t></r>".repeat(300_000);
        let data = format!(r#"<row r="1">{open}{runs}{close}</row>"#);
        assert_eq!(error(raw_workbook(&sheet_xml("A1", &data), None)).code(), "T012");
    }
}

#[test]
fn every_faulty_cell_of_a_row_is_told_with_what_is_sound_of_it() {
    let sheet = sheet_xml(
        "A1:C2",
        r#"<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c><c r="C1" t="str"><v>c</v></c></row>
           <row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><v>1</v></c><c r="C2" t="e"><v>#REF!</v></c></row>"#,
    );
    let mut table = table(raw_workbook(&sheet, None));
    let bad = table.next().expect("a row").expect_err("two faulty cells");
    let places: Vec<_> = bad.all().map(|fault| fault.place().column_label()).collect();
    assert_eq!(places, [Some("A".to_owned()), Some("C".to_owned())]);
    let row = bad.row().expect("the rest of the row");
    assert_eq!((row.line, row.get(0), row.get(1), row.get(2)), (2, "", "1", ""));
}
