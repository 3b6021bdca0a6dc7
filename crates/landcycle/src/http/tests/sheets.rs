//! Overview, files of tables, and imports over HTTP: counts are those of the lists behind them, files say
//! what the JSON says, and looking at a file changes nothing.

use std::io::{Read, Write};
use std::net::TcpStream;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use super::{Server, served, total};

/// Head and bytes of an answer; a chunked body is put together.
fn bytes(server: &Server, method: &str, path: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    // A server that refuses early may close before all is sent.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let at = answer.windows(4).position(|part| part == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..at]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
    let mut rest = &answer[at + 4..];
    if !head.contains("transfer-encoding: chunked") {
        return (status, head, rest.to_vec());
    }
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|part| part == b"\r\n").expect("a size");
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).expect("hexadecimal");
        if size == 0 {
            return (status, head, whole);
        }
        whole.extend(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
}

fn sent(server: &Server, path: &str, body: &str) -> (u16, Value) {
    let (status, _, answer) = bytes(server, "POST", path, body.as_bytes());
    (status, serde_json::from_slice(&answer).unwrap_or_default())
}

/// The rows of the first sheet of a workbook, and the names of its sheets.
fn sheet(bytes: Vec<u8>) -> (Vec<String>, Vec<Vec<Data>>) {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    let range = book.worksheet_range(&names[0]).expect("a sheet");
    (names, range.rows().map(<[Data]>::to_vec).collect())
}

const HEADING: &str = "supervision_no,project,location,district,area_ha,price_wan,signed";

#[test]
fn every_number_of_the_overview_is_the_total_of_its_list() {
    let server = served();
    let told = server.json("/api/overview");
    assert_eq!(told["cases"], 3);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for stage in list(&told["stages"]) {
        let name = stage["name"].as_str().expect("a name");
        assert_eq!(stage["count"], total(&server.json(&format!("/api/cases?stage={name}"))), "{name}");
    }
    for state in list(&told["duties"]["states"]) {
        let name = state["name"].as_str().expect("a name");
        assert_eq!(state["count"], total(&server.json(&format!("/api/work?state={name}"))), "{name}");
    }
    for ahead in list(&told["duties"]["ahead"]) {
        let days = &ahead["days"];
        assert_eq!(ahead["count"], total(&server.json(&format!("/api/work?within={days}"))), "{days}");
    }
    let rules = list(&told["rules"]);
    assert!(!rules.is_empty());
    for rule in rules.iter().take(12) {
        for outcome in list(&rule["outcomes"]) {
            let (name, code) = (rule["name"].as_str().unwrap_or(""), outcome["code"].as_str().unwrap_or(""));
            let found = server.json(&format!("/api/cases?rule={name}&outcome={code}"));
            assert_eq!(outcome["count"], total(&found), "{name} {code}");
        }
    }
}

#[test]
fn the_desks_of_supervision_answer_over_all_cases() {
    let server = served();
    let idle = server.json("/api/supervision/idle");
    let found: u64 =
        idle["steps"].as_array().into_iter().flatten().filter_map(|step| step["count"].as_u64()).sum();
    let told = server.json("/api/overview")["idle"]["steps"].clone();
    let counted: u64 = told.as_array().into_iter().flatten().filter_map(|step| step["count"].as_u64()).sum();
    assert_eq!(found, counted);
    let credit = server.json("/api/supervision/credit");
    assert!(credit["rules"]["credit_rating"]["cites"][0]["id"].is_string(), "{credit}");
    let evaluation = server.json("/api/supervision/evaluation");
    let groups = evaluation["by_district"].as_array().cloned().unwrap_or_default();
    assert_eq!(groups.iter().filter_map(|group| group["total"].as_u64()).sum::<u64>(), 3);
    assert_eq!(server.problem("GET", "/api/supervision/idle?step=none", "localhost").0, 400);
}

#[test]
fn a_file_of_cases_says_what_the_list_says() {
    let server = served();
    let rows = server.json("/api/cases?q=a-")["rows"].as_array().cloned().expect("rows");
    let (status, head, book) = bytes(&server, "GET", "/api/cases?q=a-&format=xlsx&lang=en&limit=1", b"");
    assert_eq!(status, 200, "{head}");
    assert!(head.contains("landcycle-cases-2024-06-30.xlsx"), "{head}");
    let (names, cells) = sheet(book);
    assert_eq!(names, ["Cases", "About"]);
    assert_eq!(cells.len(), rows.len() + 1, "all rows, whatever the page");
    let column = |title: &str| {
        let found = cells[0].iter().position(|cell| *cell == *title);
        found.unwrap_or_else(|| unreachable!("{title} is no column of {:?}", cells[0]))
    };
    for (row, cells) in rows.iter().zip(&cells[1..]) {
        assert_eq!(
            cells[column("Case number")],
            Data::String(row["case_id"].as_str().expect("an id").into())
        );
        let price: f64 = row["price"]["value"].as_str().and_then(|text| text.parse().ok()).expect("a price");
        assert_eq!(cells[column("Grant or allocation price [CNY]")], Data::Float(price));
        assert!(matches!(cells[column("Contract signed on")], Data::DateTime(_)), "a day is a day");
    }
    // A fraction is no number of a spreadsheet: its digits stay.
    assert!(cells.iter().any(|row| row[column("Parcel area [m²]")] == Data::String("20000/3".into())));
    let (_, _, csv) = bytes(&server, "GET", "/api/cases?q=a-&format=csv", b"");
    let csv = String::from_utf8(csv).expect("UTF-8");
    assert_eq!(csv.lines().count(), rows.len() + 1);
    assert!(csv.starts_with('\u{FEFF}'));
    for path in
        ["work", "refusals", "documents", "parameters", "overview", "supervision/idle", "supervision/credit"]
    {
        let (status, _, book) = bytes(&server, "GET", &format!("/api/{path}?format=xlsx"), b"");
        assert_eq!(status, 200, "{path}");
        let lines = sheet(book).1.len();
        assert!(
            lines > 1 || (lines == 1 && ["work", "supervision/idle", "supervision/credit"].contains(&path)),
            "{path}"
        );
    }
    assert_eq!(server.problem("GET", "/api/cases?format=pdf", "localhost").0, 400);
}

#[test]
fn a_name_that_looks_like_a_formula_stays_text() {
    let server = served();
    let row = "EVIL-1,=HYPERLINK(\"http://x\"),somewhere,中区,1,1,2020-01-01".replace('"', "'");
    let (status, told) = sent(&server, "/api/import/notices?name=evil.csv", &format!("{HEADING}\n{row}"));
    assert_eq!((status, &told["recorded"]["added"]), (201, &Value::from(1)), "{told}");
    let (_, _, csv) = bytes(&server, "GET", "/api/cases?q=evil&format=csv", b"");
    assert!(String::from_utf8_lossy(&csv).contains(",'=HYPERLINK"), "an apostrophe stands before it");
    let (_, _, book) = bytes(&server, "GET", "/api/cases?q=evil&format=xlsx", b"");
    let (_, cells) = sheet(book);
    assert!(cells[1].iter().any(|cell| matches!(cell, Data::String(text) if text.starts_with("=HYPERLINK"))));
}

#[test]
fn looking_at_a_file_writes_nothing_and_tells_every_fault() {
    let server = served();
    let faulty = format!(
        "{HEADING}\nN-1,p,l,中区,abc,1,2020-02-30\nN-2,p,l,中区,1,,2020-01-01\nN-3,p,l,中区,1,1,2020-01-01"
    );
    let before = server.json("/api/status")["store"].clone();
    let (status, told) = sent(&server, "/api/import/notices?name=n.csv&dry_run=1", &faulty);
    assert_eq!(status, 200);
    assert_eq!(
        (&told["rows"], &told["refused"], &told["cases"]["new"]),
        (&3.into(), &1.into(), &2.into()),
        "{told}"
    );
    let cells = told["faulty"][0]["cells"].as_array().expect("cells");
    assert_eq!(told["faulty"][0]["row"], 2);
    assert_eq!(cells.len(), 2, "both faults of the row: {cells:?}");
    assert_eq!((&cells[0]["column"], &cells[0]["header"]), (&"5".into(), &"area_ha".into()));
    assert_eq!(cells[0]["value"], "abc");
    assert_eq!(told["columns"][4]["fact"], "area");
    // All or nothing.
    let (status, told) = sent(&server, "/api/import/notices?name=n.csv", &faulty);
    assert_eq!((status, &told["recorded"]), (200, &Value::Null));
    assert_eq!(server.json("/api/status")["store"], before);
    let (status, _, book) = bytes(&server, "POST", "/api/import/notices/faults?lang=en", faulty.as_bytes());
    assert_eq!(status, 200);
    let (_, rows) = sheet(book);
    assert_eq!((rows.len(), &rows[1][0]), (2, &Data::Float(2.0)));
    assert!(rows[1][1].to_string().contains("area_ha"), "{:?}", rows[1]);
    // Asked for, the good rows are kept; then the mended file changes a case.
    let (status, told) = sent(&server, "/api/import/notices?keep_good=1", &faulty);
    assert_eq!((status, &told["recorded"]["added"]), (201, &Value::from(2)), "{told}");
    let mended = format!("{HEADING}\nN-3,p,l,中区,2,1,2020-01-01");
    let (_, told) = sent(&server, "/api/import/notices?dry_run=1", &mended);
    assert_eq!(
        (&told["cases"]["changed"], &told["sample"][0]["change"]),
        (&1.into(), &"changed".into()),
        "{told}"
    );
    let area = &told["sample"][0]["facts"][0];
    assert_eq!(area["name"], "area");
    assert_ne!(area["before"], area["after"]);
}

#[test]
fn a_department_takes_its_form_and_files_it() {
    let server = served();
    let departments = server.json("/api/reports");
    assert!(departments.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == "tax")));
    let (status, _, book) = bytes(&server, "GET", "/api/reports/form?department=tax", b"");
    assert_eq!(status, 200);
    assert_eq!(sheet(book).1.len(), 4, "a heading and three cases");
    let filled = "case_id,reported_on,tax\nA-1,2024-06-01,12345\n";
    let path = "/api/reports?department=tax&by=clerk&name=r.csv";
    let (status, told) = sent(&server, &format!("{path}&dry_run=1"), filled);
    assert_eq!((status, &told["added"], &told["recorded"]), (200, &1.into(), &false.into()), "{told}");
    let (status, told) = sent(&server, path, filled);
    assert_eq!((status, &told["added"]), (201, &Value::from(1)), "{told}");
    let (status, told) = sent(&server, path, &filled.replace("A-1", "NO-SUCH"));
    assert_eq!(status, 422, "{told}");
    assert_eq!(sent(&server, "/api/reports?department=tax", filled).0, 400, "who files it has to be told");
}
