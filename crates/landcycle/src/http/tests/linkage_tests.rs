//! The book of linkage over HTTP: opened, written to, refused in full, and the same as on the command line.

use serde_json::{Value, json};

use super::{Server, served};
use crate::linkage::{export, views};
use crate::store;

const JSON: &str = "Content-Type: application/json\r\n";
const BYTES: &str = "Content-Type: application/octet-stream\r\n";

fn opened(server: &Server) {
    let body = json!({"book": "2024", "title": "示例台账", "package": "national", "by": "示例市", "on": "2024-01-02"});
    let (status, done) = server.post("/api/linkage/books", JSON, &body.to_string());
    assert_eq!(status, 201, "{done}");
}

fn operate(server: &Server, body: &Value) -> (u16, Value) {
    server.post("/api/linkage/books/2024/operations", JSON, &body.to_string())
}

fn give_up(area: &str, dry: bool) -> Value {
    json!({
        "act": "give-up", "by": "示例市", "on": "2024-02-01", "dry_run": dry,
        "fields": {"place": "示例甲区/一镇", "parcel": "P-1", "area": area, "outside": "yes", "verified": "yes"},
    })
}

#[test]
fn a_book_is_opened_written_to_and_read_as_the_command_line_reads_it() {
    let server = served();
    assert_eq!(server.json("/api/linkage/books")["books"], json!([]));
    opened(&server);
    let (status, tried) = operate(&server, &give_up("3", true));
    assert_eq!((status, tried["done"].as_array().map(Vec::len)), (200, Some(2)), "{tried}");
    assert_eq!(server.json("/api/linkage/books/2024")["book"]["operations"], 1, "a trial records nothing");
    let (status, done) = operate(&server, &give_up("3", false));
    assert_eq!(status, 201, "{done}");
    let path = server.folder().join("small.gpkg");
    let ledger = store::open_to_read(&path).map_err(|failure| failure.message).expect("a store");
    let (book, events) = export::read(&ledger, &path, "2024").map_err(|f| f.message).expect("a book");
    assert_eq!(server.json("/api/linkage/books/2024")["book"], views::book_json("2024", &book, &events));
    assert_eq!(server.json("/api/linkage/books/2024/entries"), views::journal(&book, &events).json());
    let examined = export::examine(&ledger, &path).map_err(|f| f.message).expect("examined");
    assert_eq!(server.json("/api/linkage/check"), examined.json());
    assert_eq!(server.json("/api/linkage/books/2024?on=2024-01-15")["book"]["operations"], 1);
    assert_eq!(server.ask("GET", "/api/linkage/books/2024?on=2023-01-01", "localhost").0, 404);
    assert_eq!(server.ask("GET", "/api/linkage/books/2023", "localhost").0, 404);
}

#[test]
fn what_is_objected_to_comes_with_its_code_and_what_to_do() {
    let server = served();
    opened(&server);
    let used = json!({
        "act": "use", "by": "示例市", "on": "2024-02-01",
        "fields": {"place": "示例乙区/园区街道", "project": "P", "area": "1", "in_park": "yes", "money": "500万元"},
    });
    let (status, refused) = operate(&server, &used);
    assert_eq!(status, 422, "{refused}");
    let one = &refused["refused"][0];
    let code = one["code"].as_str().expect("a code");
    assert!(
        code.starts_with('L') && one["remedy"]["en"].as_str().is_some_and(|said| !said.is_empty()),
        "{one}"
    );
    let words = server.json("/api/refusals");
    assert!(
        words.as_array().expect("codes").iter().any(|known| known["code"] == *code),
        "{code} has its page"
    );
    let (status, wrong) = operate(&server, &give_up("many", false));
    assert_eq!(
        (status, &wrong["code"], &wrong["fields"][0]["field"]),
        (422, &json!("fields"), &json!("area"))
    );
    let mut unknown = give_up("1", false);
    unknown["fields"]["colour"] = json!("red");
    assert_eq!(operate(&server, &unknown).0, 400);
    assert_eq!(operate(&server, &json!({"act": "dance", "by": "x"})).0, 400);
    assert_eq!(server.json("/api/linkage/books/2024")["book"]["operations"], 1);
}

#[test]
fn a_file_is_loaded_whole_or_not_at_all() {
    let server = served();
    opened(&server);
    let file = include_str!("../../../../../examples/linkage/operations.csv");
    let path = "/api/linkage/books/2024/load?name=operations.csv&by=clerk";
    let (status, refused) = server.post(path, BYTES, &file.replace("2.0000", "many"));
    assert_eq!((status, &refused["code"]), (422, &json!("file")), "{refused}");
    assert!(refused["detail"]["en"].as_str().is_some_and(|said| said.contains("line 6")), "{refused}");
    assert_eq!(server.json("/api/linkage/books/2024")["book"]["operations"], 1);
    let (status, tried) = server.post(&format!("{path}&dry_run=yes"), BYTES, file);
    assert_eq!((status, &tried["added"]), (200, &json!(9)), "{tried}");
    let (status, loaded) = server.post(path, BYTES, file);
    assert_eq!((status, &loaded["added"], &loaded["there"]), (201, &json!(9), &json!(0)), "{loaded}");
    let (_, again) = server.post(path, BYTES, file);
    assert_eq!((&again["added"], &again["there"]), (&json!(0), &json!(9)));
    let years = server.json("/api/linkage/books/2024")["years"].clone();
    let credit = years.as_array().expect("years").iter().find(|row| row["account"] == "credit");
    assert_eq!(credit.expect("credit")["balance"], "3.7655");
    let (status, head, _) =
        server.ask("GET", "/api/linkage/books/2024/export?form=csv&table=journal", "localhost");
    assert!(status == 200 && head.contains("text/csv"), "{head}");
    assert_eq!(server.ask("GET", "/api/linkage/books/2024/export?form=pdf", "localhost").0, 400);
}
