//! CQL2 filters: read from text or JSON into one tree, held against the columns of a collection, and asked
//! of each row. What is not known is neither true nor false, and a row is taken where the answer is true.

mod json;
mod text;

use std::cmp::Ordering;

use jiff::civil::Date;
use landcycle_policy::exact::Exact;
use landcycle_policy::text::Language;

use super::crs::Crs;
use super::outlines::Bounds;
use super::region::{Region, Shape, ring_of};
use super::table::{Cell, Kind, Table};

/// The name of the outline among the properties.
pub(super) const GEOMETRY: &str = "geometry";
/// Bytes of the longest filter.
const LONGEST: usize = 32 * 1024;
/// Brackets within brackets.
const DEEPEST: usize = 40;

/// Why a filter cannot be used: a key of the catalogue, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) key: &'static str,
    pub(super) about: String,
}

fn wrong<T>(key: &'static str, about: impl ToString) -> Result<T, Wrong> {
    Err(Wrong { key, about: about.to_string() })
}

/// A filter as it is written.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// An operation by its name in JSON, in lower case.
    Op(String, Vec<Node>),
    Property(String),
    Text(String),
    Number(Exact),
    Flag(bool),
    Day(Date),
    Shapes(Vec<Shape>),
    Bounds(Bounds),
    List(Vec<Node>),
}

/// 筛选 · a filter on the rows of a table.
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Compare(Term, Sign, Term),
    /// A pattern; in either case if so marked.
    Like(Term, Vec<Piece>, bool),
    Missing(Term),
    Meets(Box<Region>),
    Always(bool),
}

/// A side of a comparison.
pub(super) enum Term {
    Column(usize),
    Value(Cell<'static>),
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    Unequal,
    Less,
    More,
    AtMost,
    AtLeast,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// One character.
    One,
    /// Any number of characters.
    Many,
}

/// Reads a filter in either language and holds it against a table.
pub(super) fn read(written: &str, as_json: bool, table: &Table, crs: &Crs) -> Result<Test, Wrong> {
    if written.len() > LONGEST {
        return wrong("ogc_filter_long", LONGEST);
    }
    let node = if as_json { json::read(written)? } else { text::read(written)? };
    Binding { table, crs }.test(node, DEEPEST)
}

struct Binding<'t> {
    table: &'t Table,
    crs: &'t Crs,
}

impl Binding<'_> {
    fn test(&self, node: Node, room: usize) -> Result<Test, Wrong> {
        let Some(room) = room.checked_sub(1) else { return wrong("ogc_filter_deep", DEEPEST) };
        let (op, mut args) = match node {
            Node::Flag(flag) => return Ok(Test::Always(flag)),
            Node::Op(op, args) => (op, args),
            Node::Property(name) => {
                let term = self.term(Node::Property(name), Some(Kind::Flag))?;
                return Ok(Test::Compare(term, Sign::Equal, Term::Value(Cell::Flag(true))));
            }
            _ => return wrong("ogc_filter_no_test", ""),
        };
        let count = args.len();
        let tests = |args: Vec<Node>| -> Result<Vec<Test>, Wrong> {
            args.into_iter().map(|arg| self.test(arg, room)).collect()
        };
        match (op.as_str(), count) {
            ("and", 2..) => Ok(Test::All(tests(args)?)),
            ("or", 2..) => Ok(Test::Any(tests(args)?)),
            ("not", 1) => Ok(Test::Not(Box::new(self.test(args.remove(0), room)?))),
            ("isnull", 1) => match args.remove(0) {
                Node::Property(name) if name == GEOMETRY => {
                    let earth = Region::boxes(vec![[-180.0, -90.0, 180.0, 90.0]]);
                    Ok(Test::Not(Box::new(Test::Meets(Box::new(earth)))))
                }
                arg => Ok(Test::Missing(self.term(arg, None)?)),
            },
            ("like" | "ilike", 2) => {
                let Node::Text(pattern) = args.remove(1) else { return wrong("ogc_filter_pattern", "like") };
                let either = op == "ilike";
                let pieces = pieces(&if either { pattern.to_lowercase() } else { pattern });
                Ok(Test::Like(self.term(args.remove(0), Some(Kind::Text))?, pieces, either))
            }
            ("between", 3) => {
                let (high, low, value) = (args.remove(2), args.remove(1), args.remove(0));
                let least = self.compare(value.clone(), Sign::AtLeast, low)?;
                Ok(Test::All(vec![least, self.compare(value, Sign::AtMost, high)?]))
            }
            ("in", 2) => {
                let Node::List(list) = args.remove(1) else { return wrong("ogc_filter_list", "in") };
                let value = args.remove(0);
                let each = list.into_iter().map(|one| self.compare(value.clone(), Sign::Equal, one));
                Ok(Test::Any(each.collect::<Result<_, _>>()?))
            }
            ("s_intersects", 2) => self.meets(args),
            (op, 2) => match sign(op) {
                Some(sign) => {
                    let second = args.remove(1);
                    self.compare(args.remove(0), sign, second)
                }
                None => wrong("ogc_filter_no_operation", op),
            },
            (op, _) => wrong("ogc_filter_no_operation", op),
        }
    }

    fn meets(&self, mut args: Vec<Node>) -> Result<Test, Wrong> {
        // Either way round says the same.
        if matches!(args[1], Node::Property(_)) {
            args.swap(0, 1);
        }
        match &args[0] {
            Node::Property(name) if name == GEOMETRY => {}
            Node::Property(name) => return wrong("ogc_filter_no_geometry", name),
            _ => return wrong("ogc_filter_no_geometry", "s_intersects"),
        }
        let shapes = match args.remove(1) {
            Node::Shapes(shapes) => shapes,
            Node::Bounds(bounds) => {
                let [first, second, third, fourth] = bounds;
                let ([west, south], [east, north]) =
                    (self.crs.turned([first, second]), self.crs.turned([third, fourth]));
                let parts = parted([west, south, east, north], self.crs.in_degrees());
                let parts = parts.ok_or(Wrong { key: "ogc_filter_place", about: "BBOX".into() })?;
                let shapes = parts.iter().map(|part| Shape::Polygon(vec![ring_of(*part)]));
                return self.region(shapes.collect());
            }
            _ => return wrong("ogc_filter_no_geometry", "s_intersects"),
        };
        let turn = |points: Vec<_>| points.into_iter().map(|point| self.crs.turned(point)).collect();
        let shapes = shapes.into_iter().map(|shape| match shape {
            Shape::Point(point) => Shape::Point(self.crs.turned(point)),
            Shape::Line(points) => Shape::Line(turn(points)),
            Shape::Polygon(rings) => Shape::Polygon(rings.into_iter().map(turn).collect()),
        });
        self.region(shapes.collect())
    }

    fn region(&self, shapes: Vec<Shape>) -> Result<Test, Wrong> {
        let region = Region::new(shapes, self.crs);
        region
            .map(|region| Test::Meets(Box::new(region)))
            .ok_or(Wrong { key: "ogc_filter_place", about: "s_intersects".into() })
    }

    fn compare(&self, one: Node, sign: Sign, other: Node) -> Result<Test, Wrong> {
        let (left, right) = (self.kind(&one)?, self.kind(&other)?);
        let kind = match (left, right) {
            (Some(kind), Some(other)) if kind != other => {
                // GIS programs write days as texts.
                if matches!((kind, other), (Kind::Day, Kind::Text) | (Kind::Text, Kind::Day)) {
                    Some(Kind::Day)
                } else {
                    return wrong("ogc_filter_types", told(&one).unwrap_or_default());
                }
            }
            (kind, other) => kind.or(other),
        };
        if kind == Some(Kind::Flag) && !matches!(sign, Sign::Equal | Sign::Unequal) {
            return wrong("ogc_filter_types", told(&one).unwrap_or_default());
        }
        Ok(Test::Compare(self.term(one, kind)?, sign, self.term(other, kind)?))
    }

    fn kind(&self, node: &Node) -> Result<Option<Kind>, Wrong> {
        Ok(Some(match node {
            Node::Property(name) => self.table.columns[self.column(name)?].kind,
            Node::Text(_) => Kind::Text,
            Node::Number(_) => Kind::Number,
            Node::Flag(_) => Kind::Flag,
            Node::Day(_) => Kind::Day,
            _ => return wrong("ogc_filter_no_value", ""),
        }))
    }

    fn column(&self, name: &str) -> Result<usize, Wrong> {
        self.table.column(name).ok_or_else(|| Wrong { key: "ogc_filter_no_property", about: name.to_owned() })
    }

    fn term(&self, node: Node, kind: Option<Kind>) -> Result<Term, Wrong> {
        Ok(match node {
            Node::Property(name) => {
                let column = self.column(&name)?;
                if kind.is_some_and(|kind| kind != self.table.columns[column].kind) {
                    return wrong("ogc_filter_types", name);
                }
                Term::Column(column)
            }
            Node::Text(text) if kind == Some(Kind::Day) => match day(&text) {
                Some(day) => Term::Value(Cell::Day(day)),
                None => return wrong("ogc_filter_day", text),
            },
            Node::Text(text) => Term::Value(Cell::Text(text.into())),
            Node::Number(number) => Term::Value(Cell::Number(number)),
            Node::Flag(flag) => Term::Value(Cell::Flag(flag)),
            Node::Day(day) => Term::Value(Cell::Day(day)),
            _ => return wrong("ogc_filter_no_value", ""),
        })
    }
}

/// What a node is called.
fn told(node: &Node) -> Option<String> {
    match node {
        Node::Property(name) => Some(name.clone()),
        Node::Text(text) => Some(text.clone()),
        Node::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn sign(op: &str) -> Option<Sign> {
    Some(match op {
        "=" => Sign::Equal,
        "<>" => Sign::Unequal,
        "<" => Sign::Less,
        ">" => Sign::More,
        "<=" => Sign::AtMost,
        ">=" => Sign::AtLeast,
        _ => return None,
    })
}

/// A box as one that goes eastwards, or as two where it crosses the antimeridian; none if it is no box.
pub(super) fn parted(bounds: Bounds, in_degrees: bool) -> Option<Vec<Bounds>> {
    let [west, south, east, north] = bounds;
    let finite = bounds.iter().all(|number| number.is_finite());
    let on_earth = !in_degrees
        || [west, east].iter().all(|x| (-180.0..=180.0).contains(x))
            && [south, north].iter().all(|y| (-90.0..=90.0).contains(y));
    if !finite || !on_earth || south > north {
        return None;
    }
    match west <= east {
        true => Some(vec![bounds]),
        false if in_degrees => Some(vec![[west, south, 180.0, north], [-180.0, south, east, north]]),
        false => None,
    }
}

/// A day, or the day in China of a moment.
pub(super) fn day(text: &str) -> Option<Date> {
    // GDAL 3.6 writes a day with the sign of an hour and no hour.
    let text = text.strip_suffix('T').unwrap_or(text);
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == *text);
    day.or_else(|| text.parse().ok().map(crate::clock::day_in_china))
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let text = |found: &mut Vec<Piece>, letter: char| match found.last_mut() {
        Some(Piece::Text(text)) => text.push(letter),
        _ => found.push(Piece::Text(letter.to_string())),
    };
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text(&mut found, letters.next().unwrap_or('\\')),
            '%' => found.push(Piece::Many),
            '_' => found.push(Piece::One),
            letter => text(&mut found, letter),
        }
    }
    found
}

fn is_like(text: &str, pieces: &[Piece]) -> bool {
    match pieces.split_first() {
        None => text.is_empty(),
        Some((Piece::Text(part), rest)) => {
            text.strip_prefix(part.as_str()).is_some_and(|text| is_like(text, rest))
        }
        Some((Piece::One, rest)) => {
            let mut letters = text.chars();
            letters.next().is_some() && is_like(letters.as_str(), rest)
        }
        Some((Piece::Many, rest)) => match rest.split_first() {
            None => true,
            // The first place where the next text stands is as good as any, up to the next `%`.
            Some((Piece::Text(part), after)) => {
                text.match_indices(part.as_str()).any(|(at, found)| is_like(&text[at + found.len()..], after))
            }
            Some(_) => text.char_indices().any(|(at, _)| is_like(&text[at..], rest)) || is_like("", rest),
        },
    }
}

impl Test {
    /// Whether a row passes; none where that is not known.
    pub(super) fn of(&self, table: &Table, row: usize, language: Language) -> Option<bool> {
        let cell = |term: &Term| match term {
            Term::Column(column) => table.cell(row, *column, language).into_owned(),
            Term::Value(value) => value.clone(),
        };
        match self {
            Self::Always(flag) => Some(*flag),
            Self::All(tests) => {
                let mut all = Some(true);
                for test in tests {
                    match test.of(table, row, language) {
                        Some(false) => return Some(false),
                        None => all = None,
                        Some(true) => {}
                    }
                }
                all
            }
            Self::Any(tests) => {
                let mut any = Some(false);
                for test in tests {
                    match test.of(table, row, language) {
                        Some(true) => return Some(true),
                        None => any = None,
                        Some(false) => {}
                    }
                }
                any
            }
            Self::Not(test) => test.of(table, row, language).map(|passed| !passed),
            Self::Missing(term) => Some(cell(term) == Cell::Missing),
            Self::Meets(region) => Some(region.meets(&table.outlines, row)),
            Self::Like(term, pieces, either) => match cell(term) {
                Cell::Text(text) if *either => Some(is_like(&text.to_lowercase(), pieces)),
                Cell::Text(text) => Some(is_like(&text, pieces)),
                _ => None,
            },
            Self::Compare(one, sign, other) => {
                let order = order(&cell(one), &cell(other))?;
                Some(match sign {
                    Sign::Equal => order == Ordering::Equal,
                    Sign::Unequal => order != Ordering::Equal,
                    Sign::Less => order == Ordering::Less,
                    Sign::More => order == Ordering::Greater,
                    Sign::AtMost => order != Ordering::Greater,
                    Sign::AtLeast => order != Ordering::Less,
                })
            }
        }
    }
}

/// The order of two values of a kind.
pub(super) fn order(one: &Cell<'_>, other: &Cell<'_>) -> Option<Ordering> {
    Some(match (one, other) {
        (Cell::Text(one), Cell::Text(other)) => one.as_ref().cmp(other.as_ref()),
        (Cell::Number(one), Cell::Number(other)) => one.cmp(other),
        (Cell::Flag(one), Cell::Flag(other)) => one.cmp(other),
        (Cell::Day(one), Cell::Day(other)) => one.cmp(other),
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests;
