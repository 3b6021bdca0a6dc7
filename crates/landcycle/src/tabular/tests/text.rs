//! Tables in text form.

use std::fs;
use std::io::Read;

use encoding_rs::{BIG5, GB18030};

use super::super::error::{Cause, Fault};
use super::super::{Header, Language, ReadOptions, Table};
use super::{cells, error, error_with, gzip, rows, table, table_with};

const CHINESE: &str = "编号,项目名称,面积（公顷）\n1,疏勒县蠡天建材,6.4573\n2,泾县经济开发区,2.3569\n";

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

#[test]
fn the_encodings_of_offices_read_alike() {
    let expected = cells(table(CHINESE));
    assert_eq!(expected.len(), 2);
    let marked = [b"\xEF\xBB\xBF", CHINESE.as_bytes()].concat();
    let little: Vec<u8> =
        [0xFEFF].into_iter().chain(CHINESE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        [0xFEFF].into_iter().chain(CHINESE.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [marked, little, big, gb(CHINESE), gzip(CHINESE.as_bytes()), gzip(&gb(CHINESE))] {
        let table = table(bytes);
        assert_eq!(table.header()[2].name, "面积");
        assert_eq!(table.header()[0].raw, "编号");
        assert_eq!(cells(table), expected);
    }
    assert_eq!(table(gb(CHINESE)).encoding(), Some("gb18030"));
}

#[test]
fn rare_characters_of_gb18030_are_read() {
    let text = "名称\n𠮷田㐂\n";
    assert_eq!(cells(table(gb(text))), [["𠮷田㐂"]]);
}

#[test]
fn short_gbk_texts_are_not_taken_for_something_foreign() {
    for text in
        ["联通\n1\n", "城市,区\n北京市,大兴区\n", "地\n中\n", "a,b\n1,是\n", "面积[公顷]\n3.5\n", "a\n嘉定\n"]
    {
        let bytes = gb(text);
        let found = table(bytes);
        let expected = table(text);
        assert_eq!(found.header(), expected.header(), "{text}");
        assert_eq!(cells(found), cells(expected), "{text}");
    }
}

#[test]
fn gbk_far_behind_plain_ascii_is_read() {
    let mut bytes = b"a,b\n".to_vec();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"1,2\n");
    }
    bytes.extend(gb("3,工业用地\n"));
    let last = cells(table(bytes)).pop();
    assert_eq!(last, Some(vec!["3".to_owned(), "工业用地".to_owned()]));
}

#[test]
fn a_change_of_encoding_is_reported_with_its_line_and_byte() {
    let mut bytes = "名称\n工业\n".repeat(8_000).into_bytes();
    let length = bytes.len() as u64;
    bytes.extend(gb("仓储\n"));
    let error = error(bytes);
    assert_eq!((error.code(), error.place().row), ("T006", Some(16_001)));
    assert!(matches!(error.fault(), Fault::Encoding { encoding: "UTF-8", byte, .. } if *byte == length + 1));
}

#[test]
fn a_foreign_encoding_is_named() {
    let text = "編號,計畫名稱,面積\n1,臺北市內湖科技園區工業用地開發計畫,3\n2,高雄市前鎮區倉儲轉運專區,5\n"
        .repeat(20);
    let error = error(BIG5.encode(&text).0.into_owned());
    assert_eq!(error.code(), "T006");
    assert!(error.message(Language::Zh).contains("Big5"));
}

#[test]
fn the_separator_is_told_by_the_heading() {
    for text in ["a,b;c,d\n1,2,3\n", "a\tb,c\td\n1\t2\t3\n", "a;b;\"c;,,,\"\n1;2;3\n"] {
        assert_eq!(cells(table(text)), [["1", "2", "3"]], "{text}");
    }
    assert_eq!(cells(table("名称\n一, 二\n".replace(", ", " "))), [["一 二"]]);
}

#[test]
fn quotes_and_line_ends_are_read_as_written() {
    let text = "a,b\r\n\"x,\"\"y\"\"\",\"1\r\n2\"\r\n\r\n3,5\"\r\n,  \r\n4,6";
    let expected = vec![
        (2, vec!["x,\"y\"".to_owned(), "1\r\n2".to_owned()]),
        (5, vec!["3".to_owned(), "5\"".to_owned()]),
        (7, vec!["4".to_owned(), "6".to_owned()]),
    ];
    assert_eq!(rows(table(text)), expected);
    assert_eq!(rows(table("a\r1\r\r2\r")), [(2, vec!["1".to_owned()]), (4, vec!["2".to_owned()])]);
    assert_eq!(cells(table("a,b\n\"1\" ,\"2\"\t\n")), [["1", "2"]]);
    assert_eq!(cells(table("a\n1\n\u{1A}")), [["1"]]);
}

#[test]
fn line_numbers_survive_any_cut_of_the_input() {
    struct Drip(Vec<u8>);
    impl Read for Drip {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() || buffer.is_empty() {
                return Ok(0);
            }
            buffer[0] = self.0.remove(0);
            Ok(1)
        }
    }
    let text = "甲,乙\r\n\"一\r\n二\",3\r\n\r\n4,\"5\"\"\"\n";
    let whole = rows(table(text));
    let input = Box::new(Drip(text.as_bytes().to_vec()));
    let dripped = Table::from_reader("t", input, &ReadOptions::default()).expect("sound");
    assert_eq!(rows(dripped), whole);
    assert_eq!(whole[1].0, 5);
}

#[test]
fn units_are_split_off_only_at_the_end() {
    let read = |text: &str| {
        let header = Header::read(text, 1);
        (header.name, header.unit)
    };
    let with = |name: &str, unit: &str| (name.to_owned(), Some(unit.to_owned()));
    assert_eq!(read("area [ha]"), with("area", "ha"));
    assert_eq!(read("供地面积（公顷）"), with("供地面积", "公顷"));
    assert_eq!(read("成交价格(万元)"), with("成交价格", "万元"));
    assert_eq!(read("面积【亩】"), with("面积", "亩"));
    assert_eq!(read(" 面积（公顷) "), with("面积", "公顷"));
    assert_eq!(read("单价［元/平方米］"), with("单价", "元/平方米"));
    assert_eq!(read("建筑面积(地上)[m2]"), with("建筑面积(地上)", "m2"));
    assert_eq!(read("约定（合同）开工时间"), ("约定（合同）开工时间".to_owned(), None));
    assert_eq!(read("面积（）"), ("面积（）".to_owned(), None));
    assert_eq!(read("（公顷）"), ("（公顷）".to_owned(), None));
    assert_eq!(read("面积(含(地下))"), ("面积(含(地下))".to_owned(), None));
    assert_eq!(Header::read("面积（公顷）", 1).raw, "面积（公顷）");
}

#[test]
fn short_rows_are_filled_and_long_ones_refused() {
    assert_eq!(cells(table("a,b,c\n1\n1,2,3,,\n")), [["1", "", ""], ["1", "2", "3"]]);
    let mut table = table("a,b\n1,2,x,,y\n3,4\n");
    let first = table.next().expect("a row").expect_err("too long");
    assert_eq!((first.code(), first.place().row), ("T014", Some(2)));
    assert!(first.message(Language::Zh).contains("第3、5列"));
    let second = table.next().expect("a row").expect("reading goes on");
    assert_eq!(second.get(1), "4");
    assert!(table.next().is_none());
}

#[test]
fn columns_without_a_name_must_stay_empty() {
    let read = table("a,,b,\n1,,2,\n");
    assert_eq!(read.header()[1].column, 3);
    assert_eq!(cells(read), [["1", "2"]]);
    assert_eq!(error("a,,b\n1,9,2\n").code(), "T014");
}

#[test]
fn bad_headings_are_refused() {
    let twice = error("面积,b, 面积 \n");
    assert_eq!(twice.fault(), &Fault::DuplicateHeader { name: "面积".to_owned(), first: 1, second: 3 });
    for text in ["", "\n\n", " , \n,,\n", "\u{FEFF}"] {
        assert_eq!(error(text).code(), "T008", "{text:?}");
    }
    let wide =
        vec!["a"; 1_001].iter().enumerate().map(|(at, name)| format!("{name}{at}")).collect::<Vec<_>>();
    assert_eq!(error(wide.join(",")).code(), "T010");
    assert_eq!(error(format!("a\n{}", ",".repeat(5_000))).code(), "T010");
}

#[test]
fn a_heading_alone_is_a_warning() {
    let mut only = table("a,b\n\n ,\n");
    let warning = only.next().expect("one warning").expect_err("no rows");
    assert!(warning.is_warning());
    assert_eq!(warning.code(), "T009");
    assert!(only.next().is_none());
}

#[test]
fn broken_quotes_are_reported_where_they_began() {
    let open = error("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    assert_eq!((open.code(), open.place().row), ("T011", Some(3)));
    let long = format!("a,b\n3,\"4\n{}", "5,6\n".repeat(400_000));
    let open = error(long);
    assert_eq!((open.code(), open.place().row), ("T011", Some(2)));
    let stray = error("a,b\n\"1\"x,2\n");
    assert_eq!((stray.code(), stray.place().row), ("T015", Some(2)));
}

#[test]
fn limits_hold() {
    let options = ReadOptions { max_rows: 3, max_cell_chars: 4, ..ReadOptions::default() };
    assert_eq!(error_with("a\n1\n2\n3\n4\n", &options).code(), "T020");
    assert_eq!(error_with("a\n\n\n\n\n", &options).code(), "T020");
    assert!(table_with("a\n1\n2\n3\n", &options).expect("sound").all(|row| row.is_ok()));
    let long = error_with("a,b\n1,一二三四五\n", &options);
    assert_eq!(
        (long.code(), long.place().column, long.place().name.as_deref()),
        ("T019", Some(2), Some("b"))
    );
    assert_eq!(cells(table_with("a,b\n1,一二三四\n", &options).expect("sound")), [["1", "一二三四"]]);
    let options = ReadOptions { sheet: Some("表".to_owned()), ..ReadOptions::default() };
    assert_eq!(error_with("a\n1\n", &options).code(), "T022");
}

#[test]
fn documents_in_disguise_are_told() {
    assert_eq!(error("<html><body><table><tr><td>1").code(), "T023");
    assert_eq!(error("\u{FEFF}<?xml version=\"1.0\"?>").code(), "T023");
    assert_eq!(error("%PDF-1.4\n1,2\n").code(), "T004");
    assert_eq!(error("a,b\n1,\u{1}\n").place().row, Some(2));
}

#[test]
fn files_that_cannot_be_opened_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = ReadOptions::default();
    let open = |name: &str| Table::open(&folder.path().join(name), &options);
    let missing = open("没有.csv").err().expect("missing");
    assert_eq!(missing.fault(), &Fault::Unreadable(Cause::NotFound));
    assert_eq!(missing.place().file, "没有.csv");
    let directory = Table::open(folder.path(), &options).err().expect("a folder");
    assert_eq!(directory.fault(), &Fault::Unreadable(Cause::Directory));
    fs::write(folder.path().join("a.xlsx"), gb(CHINESE)).expect("written");
    assert_eq!(cells(open("a.xlsx").expect("told by content")).len(), 2);
    fs::write(folder.path().join("b.csv"), gzip(&gb(CHINESE))).expect("written");
    assert_eq!(cells(open("b.csv").expect("told by content")).len(), 2);
}

#[test]
fn a_cell_can_be_complained_about_by_its_place() {
    let mut read = table("a,,b\n1,,x\n");
    let row = read.next().expect("a row").expect("sound");
    let fault = super::super::numbers::parse(row.get(1)).expect_err("a word");
    let error = read.cell_error(row.line, 1, Fault::Value(fault));
    assert_eq!(error.message(Language::En), "file “t”, line 2, column 3 “b”: “x” is not a number.");
}

#[test]
fn a_nul_is_told_with_its_line() {
    let early = error(b"supervision_no,project\nX1,one\nX2,t\0wo\n".to_vec());
    assert_eq!((early.code(), early.place().row), ("T004", Some(3)));
    let wide: Vec<u8> =
        "supervision_no,project\nX1,one\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(error(wide).code(), "T004");
}
