//! Filters as text and as JSON, on a small table of each kind of column.

use landcycle_policy::exact::Exact;
use landcycle_policy::text::{Language, Text};

use super::super::crs::{CRS84, Crs};
use super::super::outlines::Outlines;
use super::super::table::{Coding, Column, Kept, Kind, Table};
use super::read;

/// Three parcels: the last one is all unknown.
pub(in super::super) fn table() -> Table {
    let number = |text: &str| Kept::Number(Exact::parse(text).expect("a number"));
    let day = |text: &str| Kept::Day(text.parse().expect("a day"));
    let text = |text: &str| Kept::Text(text.into());
    let mut columns = Vec::new();
    let mut column = |name: &str, kind: Kind, values: [Option<Kept>; 2]| {
        let mut coding = Coding::default();
        for (row, kept) in values.into_iter().enumerate() {
            if let Some(kept) = kept {
                coding.put(row, &row.to_string(), || kept);
            }
        }
        columns.push(Column {
            name: name.into(),
            title: Text::default(),
            kind,
            unit: None,
            fractions: false,
            codes: Vec::new(),
            source: coding.finish(),
        });
    };
    column("district", Kind::Text, [Some(text("中区")), Some(text("north_1"))]);
    column("area", Kind::Number, [Some(number("20000/3")), Some(number("0.3"))]);
    column("mortgaged", Kind::Flag, [Some(Kept::Flag(true)), Some(Kept::Flag(false))]);
    column("signed_on", Kind::Day, [Some(day("2020-06-01")), None]);
    let mut outlines = Outlines::default();
    for west in [116.0, 179.5] {
        let ring = vec![(west, 39.0), (west + 0.2, 39.0), (west + 0.2, 39.2), (west, 39.2), (west, 39.0)];
        outlines.push(&[vec![ring]]);
    }
    outlines.push(&[]);
    let ids = ["A", "B", "C"].map(Into::into).to_vec();
    Table::new(ids, columns, outlines, vec![(None, None); 3], None)
}

/// The rows that a filter takes, as their ids.
fn taken(written: &str, as_json: bool) -> Result<String, &'static str> {
    let table = table();
    let test =
        read(written, as_json, &table, &Crs::named(CRS84).expect("known")).map_err(|wrong| wrong.key)?;
    let rows = (0..table.len()).filter(|row| test.of(&table, *row, Language::En) == Some(true));
    Ok(rows.map(|row| table.ids[row].to_string()).collect())
}

#[test]
fn texts_take_the_rows_they_mean() {
    for (written, expected) in [
        ("district = '中区'", "A"),
        ("\"district\" <> '中区'", "B"),
        ("area > 6666.66 AND area < 6666.67", "A"),
        ("area = 0.3", "B"),
        ("0.3 < area", "A"),
        ("area >= 0.3 or district like '中%'", "AB"),
        ("NOT area > 1", "B"),
        ("area IS NULL", "C"),
        ("area is not null and not (area = 0.3)", "A"),
        ("district LIKE '%\\_1'", "B"),
        ("district LIKE '_区'", "A"),
        ("district NOT LIKE '%区'", "B"),
        ("district ILIKE 'NORTH%'", "B"),
        ("signed_on >= '2020-06-01T'", "A"),
        ("district IN ('中区', 'x')", "A"),
        ("area NOT IN (0.3, 5)", "A"),
        ("area BETWEEN 0.3 AND 1", "B"),
        ("area NOT BETWEEN 0.3 AND 1", "A"),
        ("mortgaged = TRUE", "A"),
        ("mortgaged", "A"),
        ("signed_on >= DATE('2020-06-01')", "A"),
        ("signed_on < TIMESTAMP('2020-06-01T15:59:59Z')", ""),
        ("signed_on = TIMESTAMP('2020-06-01T15:59:59Z')", "A"),
        ("signed_on > '2019-01-01'", "A"),
        ("area > area", ""),
        ("area = area", "AB"),
        ("S_INTERSECTS(geometry, BBOX(115, 38, 116.1, 40))", "A"),
        ("S_INTERSECTS(geometry, BBOX(179, 38, -179, 40))", "B"),
        ("S_INTERSECTS(POINT(116.1 39.1), geometry)", "A"),
        ("NOT S_INTERSECTS(geometry,POLYGON((115 38,117 38,117 40,115 40,115 38)))", "BC"),
        ("S_INTERSECTS(geometry, MULTIPOINT((1 1),(179.6 39.1)))", "B"),
        ("S_INTERSECTS(geometry, LINESTRING(115 39.1, 180 39.1))", "AB"),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(115 39.1, 117 39.1)))", "A"),
        ("geometry IS NULL", "C"),
        ("TRUE", "ABC"),
    ] {
        assert_eq!(taken(written, false).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let deep = format!("{}TRUE{}", "(".repeat(100), ")".repeat(100));
    let long = format!("district = '{}'", "x".repeat(40_000));
    for (written, key) in [
        ("", "ogc_filter_stray"),
        ("area >", "ogc_filter_stray"),
        ("area = 1 area", "ogc_filter_stray"),
        ("area = '1'", "ogc_filter_types"),
        ("district > 5", "ogc_filter_types"),
        ("mortgaged > TRUE", "ogc_filter_types"),
        ("colour = 'red'", "ogc_filter_no_property"),
        ("signed_on > 'soon'", "ogc_filter_day"),
        ("DATE('2020-02-30') = signed_on", "ogc_filter_day"),
        ("S_TOUCHES(geometry, POINT(1 1))", "ogc_filter_no_operation"),
        ("S_INTERSECTS(area, POINT(1 1))", "ogc_filter_no_geometry"),
        ("S_INTERSECTS(geometry, BBOX(1, 5, 2, 3))", "ogc_filter_place"),
        ("S_INTERSECTS(geometry, BBOX(1, 5, 2))", "ogc_filter_place"),
        ("district LIKE 5", "ogc_filter_pattern"),
        ("district = 'open", "ogc_filter_stray"),
        ("not not", "ogc_filter_stray"),
        (&deep, "ogc_filter_deep"),
        (&long, "ogc_filter_long"),
    ] {
        assert_eq!(taken(written, false), Err(key), "{written}");
    }
}

#[test]
fn json_says_the_same() {
    let property = |name: &str| format!("{{\"property\":\"{name}\"}}");
    let op = |op: &str, args: &str| format!("{{\"op\":\"{op}\",\"args\":[{args}]}}");
    let area = property("area");
    for (written, expected) in [
        (op("=", &format!("{},\"中区\"", property("district"))), "A"),
        (op("and", &format!("{},{}", op(">", &format!("{area},0.2")), op("<", &format!("{area},1")))), "B"),
        (op("not", &op("isNull", &area)), "AB"),
        (op("in", &format!("{area},[0.3,7]")), "B"),
        (op("between", &format!("{area},0,1")), "B"),
        (op("like", &format!("{},\"north%\"", property("district"))), "B"),
        (op(">", &format!("{},{{\"date\":\"2020-01-01\"}}", property("signed_on"))), "A"),
        (op("s_intersects", &format!("{},{{\"bbox\":[115,38,117,40]}}", property("geometry"))), "A"),
        (
            op(
                "s_intersects",
                &format!("{},{{\"type\":\"Point\",\"coordinates\":[179.6,39.1]}}", property("geometry")),
            ),
            "B",
        ),
        ("true".to_owned(), "ABC"),
    ] {
        assert_eq!(taken(&written, true).as_deref(), Ok(expected), "{written}");
    }
    for (written, key) in [
        ("{", "ogc_filter_json"),
        ("{\"op\":\"nearly\",\"args\":[1,2]}", "ogc_filter_no_operation"),
        ("{\"a\":1}", "ogc_filter_stray"),
        ("{\"op\":\"=\",\"args\":[{\"property\":\"colour\"},1]}", "ogc_filter_no_property"),
    ] {
        assert_eq!(taken(written, true), Err(key), "{written}");
    }
}
