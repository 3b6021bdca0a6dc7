//! Bodies, digests and outlines as values.

use landcycle_ledger::{Body, BodyError, Digest, Geometry, GeometryError};
use proptest::prelude::*;

#[test]
fn a_body_has_one_spelling() {
    let one = Body::new([("b", "2"), ("a", "1")]).expect("sound");
    assert_eq!(one.as_str(), r#"{"a":"1","b":"2"}"#);
    assert_eq!(one, Body::new([("a", "1"), ("b", "2")]).expect("sound"));
    assert_eq!(Body::new(Vec::<(String, String)>::new()).expect("sound").as_str(), "{}");
    assert_eq!(one.get("b").as_deref(), Some("2"));
    assert_eq!(one.get("c"), None);
}

#[test]
fn a_body_in_another_spelling_is_refused() {
    for text in [
        "",
        "{",
        "}",
        "{}}",
        "{} ",
        " {}",
        "{,}",
        r#"{"a":"1",}"#,
        r#"{"a":1}"#,
        r#"{"a": "1"}"#,
        r#"{"b":"1","a":"2"}"#,
        r#"{"a":"1","a":"1"}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"1"#,
        r#"{"a":"\"#,
        r#"{"a":"\/"}"#,
        r#"{"":"1"}"#,
        "{\"a\":\"\n\"}",
        "[]",
        r#"{"a"}"#,
    ] {
        assert!(Body::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_cannot_be_said_in_a_body_is_refused_in_words() {
    let refusal = |facts: &[(&str, &str)]| Body::new(facts.iter().copied()).expect_err("refused");
    assert_eq!(refusal(&[("a", "1"), ("a", "2")]), BodyError::Twice("a".into()));
    assert_eq!(refusal(&[("a\"", "1")]), BodyError::Name("a\"".into()));
    assert_eq!(refusal(&[("", "1")]), BodyError::Name(String::new()));
    assert_eq!(refusal(&[("a", "\0")]), BodyError::Nul("a".into()));
}

#[test]
fn a_digest_is_read_in_lower_case_alone() {
    let text = "0123456789abcdef".repeat(4);
    let digest: Digest = text.parse().expect("a digest");
    assert_eq!(digest.to_string(), text);
    assert!(text.to_uppercase().parse::<Digest>().is_err());
    assert!(text[1..].parse::<Digest>().is_err());
}

#[test]
fn outlines_are_closed_and_checked() {
    let open = vec![(120.0, 30.0), (121.0, 30.0), (121.0, 31.0)];
    let outline = Geometry::polygon(vec![open]).expect("sound");
    assert_eq!(outline.polygons()[0][0].last(), Some(&(120.0, 30.0)));
    let refusal = |ring| Geometry::polygon(vec![ring]).expect_err("refused");
    assert_eq!(refusal(vec![(1.0, 1.0), (2.0, 2.0)]), GeometryError::TooFewCorners);
    assert_eq!(refusal(vec![]), GeometryError::TooFewCorners);
    assert_eq!(refusal(vec![(30.0, 120.0), (30.0, 121.0), (31.0, 121.0)]), GeometryError::OffEarth);
    assert_eq!(refusal(vec![(f64::NAN, 1.0), (2.0, 1.0), (2.0, 2.0)]), GeometryError::OffEarth);
    assert_eq!(Geometry::multi(vec![]), Err(GeometryError::Empty));
    assert_eq!(Geometry::multi(vec![vec![]]), Err(GeometryError::Empty));
}

proptest! {
    #[test]
    fn a_body_is_the_json_that_serde_writes(
        facts in prop::collection::btree_map("[a-z_]{1,8}|[一-龥]{1,3}", "[^\0]{0,12}", 0..8),
    ) {
        let body = Body::new(facts.clone()).expect("sound");
        let json = serde_json::to_string(&facts).expect("json");
        prop_assert_eq!(body.as_str(), &json);
        prop_assert_eq!(Body::parse(&json).expect("canonical"), body.clone());
        let back: Vec<(String, String)> =
            body.facts().map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
        prop_assert_eq!(back, facts.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn reading_a_damaged_body_never_fails_but_in_words(text in r#"[{}",:\\au0é\n]{0,24}"#) {
        if let Ok(body) = Body::parse(&text) {
            prop_assert_eq!(body.as_str(), text);
        }
    }
}
