//! What a hostile page or program gets.

use landcycle_ledger::{Body, Ledger, NewEvent, entries};

use super::{OWN, event, guarded};
use crate::store;

#[test]
fn a_page_of_another_origin_does_nothing_in_ones_name() {
    let server = guarded();
    let body = r#"{"act":"suspect","by":"x","dry_run":true}"#;
    let path = format!("/api/cases/{OWN}/acts");
    let send = |headers: &str| {
        let session = server.session("supervisor");
        let kind = "Content-Type: application/json\r\n";
        server.send("POST", &path, &format!("Cookie: landcycle={session}\r\n{kind}{headers}"), body)
    };
    assert_eq!(send("Origin: http://localhost\r\n").code(), "A04", "own origin: the law answers");
    for foreign in [
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost.evil.example\r\n",
        "Origin: http://localhost:1\r\n",
        "",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        let answer = send(foreign);
        assert_eq!((answer.status, answer.code().as_str()), (403, "wrong_origin"), "{foreign}");
    }
    // A form of another page cannot send JSON without asking first, and asking is answered with no.
    let session = server.session("supervisor");
    let form =
        format!("Cookie: landcycle={session}\r\nOrigin: http://localhost\r\nContent-Type: text/plain\r\n");
    assert_eq!(server.send("POST", &path, &form, body).status, 400);
    let preflight = server.send("OPTIONS", &path, "Origin: http://evil.example\r\n", "");
    assert!(!preflight.head.contains("access-control-allow-origin"), "{}", preflight.head);
}

#[test]
fn records_that_are_no_parcels_are_not_told_as_parcels() {
    let server = guarded();
    let listing = NewEvent {
        case_id: "@listing/L-1".into(),
        key: "sealed".into(),
        body: Body::new([("bidder", "SECRET BIDDER")]).expect("names and values"),
        ..event("L-1", "中区", "Own Ltd")
    };
    let mut ledger = store::open(&server.app.store).map_err(|failure| failure.message).expect("a writer");
    ledger.append(&mut entries([listing])).expect("recorded");
    for path in ["", "/life", "/layers", "/explain/idle_land"] {
        let path = format!("/api/cases/@listing%2FL-1{path}?as_of=2026-12-31");
        let answer = server.as_account("supervisor", "GET", &path, "");
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("SECRET"), "{path}");
    }
    let act = r#"{"act":"take_over","by":"x","on":"2024-05-01"}"#;
    assert_eq!(server.as_account("supply", "POST", "/api/cases/@listing%2FL-1/acts", act).status, 404);
}

#[test]
fn no_path_leads_out_of_the_page() {
    let server = guarded();
    for path in [
        "/../../../../etc/passwd",
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc%5cpasswd",
        "/api/documents/..%2F..%2F..%2Fetc%2Fpasswd",
        "/api/laws/..%2F..%2Fetc",
        "/api/desks/..%2F..%2Fetc/paper",
    ] {
        let answer = server.send("GET", path, "", "");
        assert!(!answer.body.contains("root:"), "{path}");
        assert!(matches!(answer.status, 200 | 400 | 404 | 405 | 503), "{path}: {}", answer.status);
    }
}

#[test]
fn what_is_too_large_is_refused_in_words_and_the_policy_holds_everywhere() {
    let server = guarded();
    let large = format!(r#"{{"act":"suspect","by":"x","origin":"{}"}}"#, "x".repeat(9_000_000));
    let answer = server.as_account("supervisor", "POST", &format!("/api/cases/{OWN}/acts"), &large);
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"), "{}", answer.body);
    for path in ["/", "/api/status", "/api/cases", "/nowhere", "/api/nowhere"] {
        let head = server.send("GET", path, "", "").head;
        let policy =
            head.lines().find(|line| line.starts_with("content-security-policy: ")).unwrap_or_default();
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert!(head.contains("x-content-type-options: nosniff"), "{path}");
    }
}
