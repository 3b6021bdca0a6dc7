//! What the items of a collection are asked for: every parameter is used or refused.

use jiff::civil::Date;
use landcycle_policy::exact::Exact;
use landcycle_policy::text::Language;

use super::super::caller::Caller;
use super::super::problem::Problem;
use super::crs::{CRS84, Crs};
use super::filter::{self, Test, Wrong, day, order, parted};
use super::region::{Region, Shape, ring_of};
use super::table::{Cell, Kind, Table};
use crate::say::filled;
use axum::http::StatusCode;
use std::cmp::Ordering;

/// Names and values as they came.
pub(super) type Given = Vec<(String, String)>;

const LIMIT: usize = 100;
/// More than this is answered by this many: the standard asks for that, not for a refusal.
pub(super) const LIMIT_MAX: usize = 10_000;
/// Parameters of every address.
pub(super) const COMMON: [&str; 2] = ["f", "lang"];
/// Parameters of items that are not columns.
const NAMES: [&str; 13] = [
    "f",
    "lang",
    "as_of",
    "bbox",
    "bbox-crs",
    "datetime",
    "limit",
    "offset",
    "crs",
    "filter",
    "filter-lang",
    "filter-crs",
    "properties",
];

/// The value of a parameter; twice the same name is refused.
pub(super) fn value<'g>(given: &'g Given, name: &str) -> Result<Option<&'g str>, Problem> {
    let mut all = given.iter().filter(|(there, _)| there == name).map(|(_, value)| value.as_str());
    let first = all.next();
    match all.next() {
        Some(second) => {
            Err(Problem::new(StatusCode::BAD_REQUEST, "ogc_twice", &[("name", name), ("value", second)]))
        }
        None => Ok(first),
    }
}

/// Refuses parameters that are not known here, and forms that are not written here.
pub(super) fn known(given: &Given, names: &[&str]) -> Result<(), Problem> {
    for (name, text) in given {
        if !names.contains(&name.as_str()) {
            let values = [("name", name.as_str()), ("known", &names.join(", "))];
            return Err(Problem::new(StatusCode::BAD_REQUEST, "ogc_unknown_parameter", &values));
        }
        if name == "f" && text != "json" {
            return Err(Problem::query("f", text, "json"));
        }
    }
    Ok(())
}

/// The assessment day that is asked for.
pub(super) fn as_of(given: &Given) -> Result<Option<Date>, Problem> {
    let Some(text) = value(given, "as_of")? else { return Ok(None) };
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == *text);
    day.map(Some).ok_or_else(|| Problem::query("as_of", text, "YYYY-MM-DD"))
}

/// The system in which coordinates are to be told.
pub(super) fn out(given: &Given, table: &Table, name: &str) -> Result<Crs, Problem> {
    let text = value(given, name)?.unwrap_or(CRS84);
    let offered = Crs::offered(table.outlines.extent());
    let crs = Crs::named(text).filter(|crs| offered.contains(&crs.uri));
    crs.ok_or_else(|| Problem::query(name, text, &offered.join(", ")))
}

/// 查询 · items by page, and which of them.
pub(super) struct Ask {
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) crs: Crs,
    /// Columns to tell, by place; all where nobody chose.
    pub(super) columns: Vec<usize>,
    bbox: Option<Region>,
    time: Option<(Option<Date>, Option<Date>)>,
    filter: Option<Test>,
    equal: Vec<(usize, Cell<'static>)>,
}

impl Ask {
    pub(super) fn read(given: &Given, table: &Table) -> Result<Self, Problem> {
        let mut equal = Vec::new();
        for (name, text) in given {
            let column = table.column(name).filter(|_| !NAMES.contains(&name.as_str()));
            match column {
                Some(column) => equal.push((column, wanted(table, column, name, text)?)),
                None => known(&vec![(name.clone(), text.clone())], &NAMES)?,
            }
        }
        let limit = number_of(given, "limit", LIMIT)?;
        if limit == 0 {
            return Err(Problem::query("limit", "0", &format!("1 … {LIMIT_MAX}")));
        }
        Ok(Self {
            offset: number_of(given, "offset", 0)?,
            limit: limit.min(LIMIT_MAX),
            crs: out(given, table, "crs")?,
            columns: columns(given, table)?,
            bbox: bbox(given, table)?,
            time: value(given, "datetime")?.map(time).transpose()?,
            filter: test(given, table)?,
            equal,
        })
    }

    /// Whether a row is asked for, and the caller's to see.
    pub(super) fn takes(&self, table: &Table, row: usize, caller: &Sight<'_>, language: Language) -> bool {
        caller.sees(table, row)
            && self.time.is_none_or(|asked| {
                let (first, last) = table.times[row];
                first.is_none_or(|first| asked.1.is_none_or(|until| first <= until))
                    && last.is_none_or(|last| asked.0.is_none_or(|from| from <= last))
            })
            && self.bbox.as_ref().is_none_or(|region| region.meets(&table.outlines, row))
            && self.equal.iter().all(|(column, wanted)| {
                order(&table.cell(row, *column, language), wanted) == Some(Ordering::Equal)
            })
            && self.filter.as_ref().is_none_or(|test| test.of(table, row, language) == Some(true))
    }

    /// Whether every row is asked for.
    pub(super) fn takes_all(&self) -> bool {
        self.bbox.is_none() && self.time.is_none() && self.filter.is_none() && self.equal.is_empty()
    }
}

fn number_of(given: &Given, name: &str, usual: usize) -> Result<usize, Problem> {
    let Some(text) = value(given, name)? else { return Ok(usual) };
    let number = text.parse::<u64>().map_err(|_| Problem::query(name, text, "0, 1, 2 …"))?;
    Ok(usize::try_from(number).unwrap_or(usize::MAX))
}

/// What a caller may see of a table.
pub(super) struct Sight<'c> {
    caller: &'c Caller,
    district: Option<usize>,
    holder: Option<usize>,
    everything: bool,
}

impl<'c> Sight<'c> {
    /// Of parcels; a layer is nobody's own.
    pub(super) fn of(caller: &'c Caller, table: &Table) -> Self {
        let everything = table.book.is_none() || caller.sees_all();
        Self { caller, district: table.column("district"), holder: table.column("holder"), everything }
    }

    pub(super) fn is_everything(&self) -> bool {
        self.everything
    }

    pub(super) fn sees(&self, table: &Table, row: usize) -> bool {
        self.everything
            || self.caller.sees(|fact| match fact {
                "district" => table.text(row, self.district),
                "holder" => table.text(row, self.holder),
                _ => None,
            })
    }
}

fn wanted(table: &Table, column: usize, name: &str, text: &str) -> Result<Cell<'static>, Problem> {
    let cell = match table.columns[column].kind {
        Kind::Text => Some(Cell::Text(text.to_owned().into())),
        Kind::Number => Exact::parse(text).map(Cell::Number),
        Kind::Day => day(text).map(Cell::Day),
        Kind::Flag => match text {
            "true" => Some(Cell::Flag(true)),
            "false" => Some(Cell::Flag(false)),
            _ => None,
        },
    };
    let expected = match table.columns[column].kind {
        Kind::Number => "1, 2.5 …",
        Kind::Day => "YYYY-MM-DD",
        _ => "true, false",
    };
    cell.ok_or_else(|| Problem::query(name, text, expected))
}

fn columns(given: &Given, table: &Table) -> Result<Vec<usize>, Problem> {
    let Some(text) = value(given, "properties")? else { return Ok((0..table.columns.len()).collect()) };
    let each = text.split(',').filter(|name| !name.is_empty()).map(|name| {
        table.column(name).ok_or_else(|| {
            said(&Wrong { key: "ogc_filter_no_property", about: name.to_owned() }, "properties")
        })
    });
    each.collect()
}

fn bbox(given: &Given, table: &Table) -> Result<Option<Region>, Problem> {
    let crs = out(given, table, "bbox-crs")?;
    let Some(text) = value(given, "bbox")? else { return Ok(None) };
    let wrong = || Problem::query("bbox", text, "west,south,east,north");
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let (low, high) = match numbers.map_err(|_| wrong())?[..] {
        [a, b, c, d] => ([a, b], [c, d]),
        [a, b, low, c, d, high] if low <= high => ([a, b], [c, d]),
        _ => return Err(wrong()),
    };
    let ([west, south], [east, north]) = (crs.turned(low), crs.turned(high));
    let parts = parted([west, south, east, north], crs.in_degrees()).ok_or_else(wrong)?;
    if crs.in_degrees() {
        return Ok(Some(Region::boxes(parts)));
    }
    let shapes = parts.iter().map(|part| Shape::Polygon(vec![ring_of(*part)])).collect();
    Region::new(shapes, &crs).map(Some).ok_or_else(wrong)
}

/// A moment, or an interval that may be open on either side.
fn time(text: &str) -> Result<(Option<Date>, Option<Date>), Problem> {
    let wrong = || {
        Problem::query("datetime", text, "2020-01-01, 2020-01-01/2020-12-31, ../2020-12-31, 2020-01-01/..")
    };
    let side = |part: &str| match part {
        "" | ".." => Ok(None),
        part => day(part).map(Some).ok_or_else(wrong),
    };
    match text.split_once('/') {
        None => day(text).map(|day| (Some(day), Some(day))).ok_or_else(wrong),
        Some((from, until)) => {
            let (from, until) = (side(from)?, side(until)?);
            let backwards = from.zip(until).is_some_and(|(from, until)| until < from);
            if backwards || (from, until) == (None, None) { Err(wrong()) } else { Ok((from, until)) }
        }
    }
}

fn test(given: &Given, table: &Table) -> Result<Option<Test>, Problem> {
    let crs = out(given, table, "filter-crs")?;
    let as_json = match value(given, "filter-lang")? {
        // `cql-text` is what CQL2 was called in its drafts; GDAL 3.6 knows that name alone, and without it
        // takes a comparison of any day for `datetime`.
        None | Some("cql2-text" | "cql-text") => false,
        Some("cql2-json") => true,
        Some(other) => return Err(Problem::query("filter-lang", other, "cql2-text, cql2-json")),
    };
    let Some(text) = value(given, "filter")? else { return Ok(None) };
    filter::read(text, as_json, table, &crs).map(Some).map_err(|wrong| said(&wrong, "filter"))
}

fn said(wrong: &Wrong, name: &str) -> Problem {
    let why = filled(wrong.key, &[("about", &wrong.about)]);
    let detail = filled("ogc_filter_wrong", &[("name", name)]);
    let join = |head: &str, tail: &str| format!("{head}{tail}");
    let text = landcycle_policy::text::Text { zh: join(&detail.zh, &why.zh), en: join(&detail.en, &why.en) };
    Problem::said(StatusCode::BAD_REQUEST, "filter", text)
}

#[cfg(test)]
mod tests {
    //! Parameters, and what a caller with a district sees.

    use std::collections::BTreeSet;

    use super::super::filter::tests::table;
    use super::*;

    fn ask(query: &[(&str, &str)]) -> Result<Ask, Problem> {
        let given: Given = query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Ask::read(&given, &table())
    }

    fn taken(query: &[(&str, &str)], sight: impl Fn(&Table) -> Vec<usize>) -> String {
        let table = table();
        let ask = ask(query).expect("sound");
        let office = Caller::office();
        let all = Sight::of(&office, &table);
        let seen = sight(&table);
        let rows =
            (0..table.len()).filter(|row| seen.contains(row) && ask.takes(&table, *row, &all, Language::En));
        rows.map(|row| table.ids[row].to_string()).collect()
    }

    #[test]
    fn parameters_choose_together() {
        let every = |table: &Table| (0..table.len()).collect();
        assert_eq!(taken(&[], every), "ABC");
        assert_eq!(taken(&[("district", "north_1")], every), "B");
        assert_eq!(taken(&[("area", "0.30")], every), "B");
        assert_eq!(taken(&[("mortgaged", "true"), ("bbox", "116,39,116.1,39.1")], every), "A");
        assert_eq!(taken(&[("mortgaged", "false"), ("bbox", "116,39,116.1,39.1")], every), "");
        assert_eq!(taken(&[("bbox", "170,-90,-170,90")], every), "B");
        let latitude_first = [("bbox", "39,116,39.1,116.1"), ("bbox-crs", super::super::crs::STORAGE)];
        assert_eq!(taken(&latitude_first, every), "A");
        assert_eq!(taken(&[("datetime", "2020-01-01/..")], every), "ABC");
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        for query in [
            [("limit", "0")],
            [("limit", "x")],
            [("offset", "-1")],
            [("bbox", "1,2,3")],
            [("bbox", "0,9,1,8")],
            [("bbox-crs", "EPSG:4490")],
            [("crs", "http://www.opengis.net/def/crs/EPSG/0/2326")],
            [("datetime", "../..")],
            [("datetime", "2021-01-01/2020-01-01")],
            [("filter", "colour = 1")],
            [("filter-lang", "sql")],
            [("properties", "colour")],
            [("colour", "red")],
            [("mortgaged", "perhaps")],
            [("f", "html")],
        ] {
            assert!(ask(&query).is_err(), "{query:?}");
        }
        assert!(ask(&[("limit", "1"), ("limit", "2")]).is_err());
        assert_eq!(ask(&[("limit", "99999999")]).expect("the most").limit, LIMIT_MAX);
    }

    #[test]
    fn a_district_sees_its_own() {
        let table = table();
        let caller = Caller { districts: BTreeSet::from(["north_1".to_owned()]), ..Caller::default() };
        let (district, holder) = (table.column("district"), table.column("holder"));
        let sight = Sight { caller: &caller, district, holder, everything: false };
        let seen: Vec<usize> = (0..table.len()).filter(|row| sight.sees(&table, *row)).collect();
        assert_eq!(seen, [1]);
        let firm = Caller { holder: Some("nobody".into()), ..Caller::default() };
        let sight = Sight { caller: &firm, district, holder, everything: false };
        assert!(
            (0..table.len()).all(|row| !sight.sees(&table, row)),
            "a parcel without a holder is not a firm's"
        );
    }
}
