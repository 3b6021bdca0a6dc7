//! CQL2 as text: read from left to right, with the place of the first thing that cannot be read.

use landcycle_policy::exact::Exact;

use super::super::outlines::Point;
use super::super::region::Shape;
use super::{DEEPEST, Node, Wrong, day, wrong};

/// Reads a filter.
pub(super) fn read(text: &str) -> Result<Node, Wrong> {
    let mut reader = Reader { rest: text, room: DEEPEST };
    let node = reader.either()?;
    reader.space();
    if reader.rest.is_empty() { Ok(node) } else { reader.stray() }
}

struct Reader<'t> {
    rest: &'t str,
    room: usize,
}

const SIGNS: [&str; 6] = ["<>", "<=", ">=", "=", "<", ">"];

impl<'t> Reader<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// What stands here is not what is expected.
    fn stray<T>(&self) -> Result<T, Wrong> {
        wrong("ogc_filter_stray", self.rest.trim_start().chars().take(40).collect::<String>())
    }

    /// Steps over a mark.
    fn mark(&mut self, mark: &str) -> bool {
        self.space();
        self.rest.strip_prefix(mark).inspect(|rest| self.rest = rest).is_some()
    }

    fn need(&mut self, mark: &str) -> Result<(), Wrong> {
        if self.mark(mark) { Ok(()) } else { self.stray() }
    }

    /// The word that stands here, without stepping over it.
    fn word(&mut self) -> &'t str {
        self.space();
        let first = self.rest.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == ':';
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        if first { &self.rest[..end] } else { "" }
    }

    /// Steps over a word in either case.
    fn keyword(&mut self, keyword: &str) -> bool {
        let word = self.word();
        let there = word.eq_ignore_ascii_case(keyword);
        if there {
            self.rest = &self.rest[word.len()..];
        }
        there
    }

    fn either(&mut self) -> Result<Node, Wrong> {
        self.joined("or", Self::both)
    }

    fn both(&mut self) -> Result<Node, Wrong> {
        self.joined("and", Self::one)
    }

    fn joined(&mut self, word: &str, part: fn(&mut Self) -> Result<Node, Wrong>) -> Result<Node, Wrong> {
        let mut parts = vec![part(self)?];
        while self.keyword(word) {
            parts.push(part(self)?);
        }
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => Node::Op(word.to_owned(), parts),
        })
    }

    fn one(&mut self) -> Result<Node, Wrong> {
        let Some(room) = self.room.checked_sub(1) else { return wrong("ogc_filter_deep", DEEPEST) };
        self.room = room;
        let node = self.inner();
        self.room += 1;
        node
    }

    fn inner(&mut self) -> Result<Node, Wrong> {
        if self.keyword("not") {
            return Ok(Node::Op("not".into(), vec![self.one()?]));
        }
        if self.mark("(") {
            let node = self.either()?;
            self.need(")")?;
            return Ok(node);
        }
        let term = self.term()?;
        if let Node::Op(..) = term {
            return Ok(term);
        }
        self.space();
        if let Some(sign) = SIGNS.iter().find(|sign| self.rest.starts_with(**sign)) {
            self.rest = &self.rest[sign.len()..];
            let other = self.term()?;
            return Ok(Node::Op((*sign).to_owned(), vec![term, other]));
        }
        if self.keyword("is") {
            let not = self.keyword("not");
            if !self.keyword("null") {
                return self.stray();
            }
            return Ok(turned(not, Node::Op("isnull".into(), vec![term])));
        }
        let not = self.keyword("not");
        // The second is no CQL2; GDAL writes it.
        for word in ["like", "ilike"] {
            if self.keyword(word) {
                let pattern = self.term()?;
                return Ok(turned(not, Node::Op(word.into(), vec![term, pattern])));
            }
        }
        if self.keyword("between") {
            let low = self.term()?;
            if !self.keyword("and") {
                return self.stray();
            }
            let high = self.term()?;
            return Ok(turned(not, Node::Op("between".into(), vec![term, low, high])));
        }
        if self.keyword("in") {
            self.need("(")?;
            let mut list = vec![self.term()?];
            while self.mark(",") {
                list.push(self.term()?);
            }
            self.need(")")?;
            return Ok(turned(not, Node::Op("in".into(), vec![term, Node::List(list)])));
        }
        match term {
            Node::Flag(_) | Node::Property(_) if !not => Ok(term),
            _ => self.stray(),
        }
    }

    /// A property, a value, a shape, or a function that is a test.
    fn term(&mut self) -> Result<Node, Wrong> {
        self.space();
        if let Some(rest) = self.rest.strip_prefix('"') {
            let Some(end) = rest.find('"') else { return self.stray() };
            self.rest = &rest[end + 1..];
            return Ok(Node::Property(rest[..end].to_owned()));
        }
        if self.rest.starts_with('\'') {
            return self.quoted().map(Node::Text);
        }
        let word = self.word();
        if word.is_empty() {
            return self.number().and_then(|text| match Exact::parse(text) {
                Some(number) => Ok(Node::Number(number)),
                None => self.stray(),
            });
        }
        let before = self.rest;
        self.rest = &self.rest[word.len()..];
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "TRUE" => return Ok(Node::Flag(true)),
            "FALSE" => return Ok(Node::Flag(false)),
            _ => {}
        }
        self.space();
        if !self.rest.starts_with('(') {
            return if reserved(&upper) {
                self.rest = before;
                self.stray()
            } else {
                Ok(Node::Property(word.to_owned()))
            };
        }
        match upper.as_str() {
            "DATE" | "TIMESTAMP" => {
                self.need("(")?;
                let text = self.quoted()?;
                self.need(")")?;
                day(&text).map_or_else(|| wrong("ogc_filter_day", &text), |day| Ok(Node::Day(day)))
            }
            "S_INTERSECTS" => {
                self.need("(")?;
                let one = self.term()?;
                self.need(",")?;
                let other = self.term()?;
                self.need(")")?;
                Ok(Node::Op("s_intersects".into(), vec![one, other]))
            }
            "BBOX" => {
                let numbers = self.listed(Self::coordinate)?;
                match numbers[..] {
                    [a, b, c, d] | [a, b, _, c, d, _] => Ok(Node::Bounds([a, b, c, d])),
                    _ => wrong("ogc_filter_place", word),
                }
            }
            _ => match self.shapes(&upper)? {
                Some(shapes) => Ok(Node::Shapes(shapes)),
                None => wrong("ogc_filter_no_operation", word),
            },
        }
    }

    fn quoted(&mut self) -> Result<String, Wrong> {
        self.need("'")?;
        let mut text = String::new();
        loop {
            let Some(end) = self.rest.find('\'') else { return self.stray() };
            text.push_str(&self.rest[..end]);
            self.rest = &self.rest[end + 1..];
            match self.rest.strip_prefix('\'') {
                Some(rest) => {
                    text.push('\'');
                    self.rest = rest;
                }
                None => return Ok(text),
            }
        }
    }

    fn number(&mut self) -> Result<&'t str, Wrong> {
        self.space();
        let part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return self.stray();
        }
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(number)
    }

    fn coordinate(&mut self) -> Result<f64, Wrong> {
        let number = self.number()?;
        let parsed = number.parse().ok().filter(|number: &f64| number.is_finite());
        parsed.map_or_else(|| wrong("ogc_filter_stray", number), Ok)
    }

    /// Parts in brackets, with commas between them.
    fn listed<T>(&mut self, part: fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        self.need("(")?;
        let mut parts = vec![part(self)?];
        while self.mark(",") {
            parts.push(part(self)?);
        }
        self.need(")")?;
        Ok(parts)
    }

    /// Two or three numbers; a height is left out.
    fn point(&mut self) -> Result<Point, Wrong> {
        let point = [self.coordinate()?, self.coordinate()?];
        self.space();
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            self.coordinate()?;
        }
        Ok(point)
    }

    fn bracketed_point(&mut self) -> Result<Point, Wrong> {
        self.need("(")?;
        let point = self.point()?;
        self.need(")")?;
        Ok(point)
    }

    fn multi_point(&mut self) -> Result<Point, Wrong> {
        self.space();
        if self.rest.starts_with('(') { self.bracketed_point() } else { self.point() }
    }

    fn line(&mut self) -> Result<Vec<Point>, Wrong> {
        self.listed(Self::point)
    }

    fn rings(&mut self) -> Result<Vec<Vec<Point>>, Wrong> {
        self.listed(Self::line)
    }

    fn shapes(&mut self, word: &str) -> Result<Option<Vec<Shape>>, Wrong> {
        Ok(Some(match word {
            "POINT" => vec![Shape::Point(self.bracketed_point()?)],
            "LINESTRING" => vec![Shape::Line(self.line()?)],
            "POLYGON" => vec![Shape::Polygon(self.rings()?)],
            "MULTIPOINT" => self.listed(Self::multi_point)?.into_iter().map(Shape::Point).collect(),
            "MULTILINESTRING" => self.listed(Self::line)?.into_iter().map(Shape::Line).collect(),
            "MULTIPOLYGON" => self.listed(Self::rings)?.into_iter().map(Shape::Polygon).collect(),
            "GEOMETRYCOLLECTION" => {
                let member = |reader: &mut Self| {
                    let word = reader.word();
                    reader.rest = &reader.rest[word.len()..];
                    let upper = word.to_ascii_uppercase();
                    match upper.as_str() {
                        "GEOMETRYCOLLECTION" => wrong("ogc_filter_no_operation", word),
                        _ => {
                            reader.shapes(&upper)?.map_or_else(|| wrong("ogc_filter_no_operation", word), Ok)
                        }
                    }
                };
                self.listed(member)?.into_iter().flatten().collect()
            }
            _ => return Ok(None),
        }))
    }
}

fn reserved(upper: &str) -> bool {
    matches!(upper, "AND" | "OR" | "NOT" | "IN" | "LIKE" | "BETWEEN" | "IS" | "NULL")
}

fn turned(not: bool, node: Node) -> Node {
    if not { Node::Op("not".into(), vec![node]) } else { node }
}
