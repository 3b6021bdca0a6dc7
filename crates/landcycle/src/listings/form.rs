//! Notices and bids as people write them, in YAML.

use std::collections::BTreeMap;

use jiff::civil::Date;
use landcycle_policy::node::{Kind, Node};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Text, nearest};
use landcycle_policy::vocabulary::FactKind;

use super::bench::Known;
use crate::cells::{self, Numbers};
use crate::say::{Failure, words};

/// 公告草稿 · a notice before the law is asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The listing's number.
    pub(crate) listing: String,
    /// The parcel for sale.
    pub(crate) parcel: String,
    /// The package to decide by; otherwise that of the place.
    pub(crate) package: Option<String>,
    /// The last day for bids.
    pub(crate) closes_on: Date,
    /// The last day for opening.
    pub(crate) opening_ends_on: Date,
    /// Its facts, canonical.
    pub(crate) facts: Known,
}

/// 竞买草稿 · a bid before it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bid {
    /// The listing's number.
    pub(crate) listing: String,
    /// Who bids, by name or pseudonym.
    pub(crate) bidder: String,
    /// Facts that it states, canonical.
    pub(crate) figures: Known,
}

/// What a notice consists of.
pub(super) const DRAFT: [&str; 6] = ["listing", "parcel", "package", "closes_on", "opening_ends_on", "facts"];
/// What a bid consists of.
const BID: [&str; 3] = ["listing", "bidder", "figures"];

/// A file, or a part of it, with its text, to say where something stands.
pub(super) struct Sheet<'s> {
    name: &'s str,
    text: &'s str,
    pub(super) root: Node,
}

impl<'s> Sheet<'s> {
    pub(super) fn read(name: &'s str, text: &'s str, keys: &[&str]) -> Result<Self, Failure> {
        let parsed = Node::parse(text).map_err(|broken| {
            let before = text.get(..broken.at.start).unwrap_or(text);
            let line = (before.matches('\n').count() + 1).to_string();
            let expected = format!("YAML: {}", broken.why);
            Failure::new("listing_form_wrong", &[("file", name), ("line", &line), ("expected", &expected)])
        });
        Self { name, text, root: parsed? }.checked(keys)
    }

    /// A part of it that is such a sheet itself.
    pub(super) fn part(&self, node: &Node, keys: &[&str]) -> Result<Self, Failure> {
        Self { name: self.name, text: self.text, root: node.clone() }.checked(keys)
    }

    fn checked(self, keys: &[&str]) -> Result<Self, Failure> {
        if !matches!(self.root.kind, Kind::Map(_)) {
            return Err(self.wrong(Some(&self.root), &format!("{}: …", keys.join(": …, "))));
        }
        if let Some((second, _)) = self.root.doubled().first() {
            let key = second.text().unwrap_or_default();
            return Err(self.wrong(Some(second), &format!("{key}: (1 ×)")));
        }
        let strange = self.root.entries().find(|(key, _)| !key.text().is_some_and(|key| keys.contains(&key)));
        if let Some((key, _)) = strange {
            let near = nearest(key.text().unwrap_or_default(), keys.iter().copied());
            let expected = near.map_or_else(|| keys.join(", "), str::to_owned);
            return Err(self.wrong(Some(key), &expected));
        }
        Ok(self)
    }

    fn line(&self, node: &Node) -> String {
        let before = self.text.get(..node.span.start).unwrap_or(self.text);
        (before.matches('\n').count() + 1).to_string()
    }

    pub(super) fn wrong(&self, node: Option<&Node>, expected: &str) -> Failure {
        let line = node.map_or_else(|| "1".to_owned(), |node| self.line(node));
        Failure::new("listing_form_wrong", &[("file", self.name), ("line", &line), ("expected", expected)])
    }

    pub(super) fn asked(&self, key: &str) -> Result<String, Failure> {
        let node = self.root.get(key);
        let text = node.and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| self.wrong(node, &format!("{key}: …")))
    }

    fn day(&self, key: &str) -> Result<Date, Failure> {
        let node = self.root.get(key);
        let day = node.and_then(Node::text).and_then(|text| text.parse::<Date>().ok());
        day.filter(|day| day.year() >= 1).ok_or_else(|| self.wrong(node, &format!("{key}: YYYY-MM-DD")))
    }

    /// The facts under a key, canonical.
    fn facts(&self, key: &str, library: &Library) -> Result<Known, Failure> {
        let vocabulary = &library.vocabulary;
        let mut facts = BTreeMap::new();
        let node = self.root.get(key);
        for (name, value) in node.into_iter().flat_map(Node::entries) {
            let header = name.text().unwrap_or_default();
            let Some(fact) = vocabulary.fact(header).or_else(|| vocabulary.by_header(header)) else {
                let near = nearest(header, vocabulary.facts().iter().map(|fact| fact.name.as_str()));
                let line = self.line(name);
                let values =
                    [("file", self.name), ("line", &line), ("fact", header), ("near", near.unwrap_or("–"))];
                return Err(Failure::new("listing_no_fact", &values));
            };
            let written = value.text().unwrap_or_default();
            let read = cells::value(library, fact, written, None, Numbers::WithUnits);
            let read =
                read.and_then(|read| if read.is_empty() { Err(words("listing_empty")) } else { Ok(read) });
            let read = read.map_err(|why| self.bad(value, &fact.title, why))?;
            if facts.insert(fact.name.clone(), read).is_some() {
                return Err(self.bad(name, &fact.title, words("listing_twice")));
            }
        }
        if facts.is_empty() { Err(self.wrong(node, &format!("{key}: {{…: …}}"))) } else { Ok(facts) }
    }

    fn bad(&self, node: &Node, fact: &Text, why: Text) -> Failure {
        let values = [
            ("file", Text::same(self.name)),
            ("line", Text::same(self.line(node))),
            ("fact", fact.clone()),
            ("why", why),
        ];
        Failure::text(words("listing_bad_value").fill(&values))
    }
}

impl Draft {
    /// Reads a notice; the error says where and what.
    pub(crate) fn read(name: &str, text: &str, library: &Library) -> Result<Self, Failure> {
        Self::of(&Sheet::read(name, text, &DRAFT)?, library)
    }

    pub(super) fn of(sheet: &Sheet<'_>, library: &Library) -> Result<Self, Failure> {
        let draft = Self {
            listing: sheet.asked("listing")?,
            parcel: sheet.asked("parcel")?,
            package: sheet.root.get("package").and_then(Node::text).map(str::to_owned),
            closes_on: sheet.day("closes_on")?,
            opening_ends_on: sheet.day("opening_ends_on")?,
            facts: sheet.facts("facts", library)?,
        };
        // The number stands in seals and in names of cases.
        if draft.listing.len() > 100 || draft.listing.contains(|c: char| c == '=' || c.is_control()) {
            return Err(sheet.wrong(sheet.root.get("listing"), "listing: (≤ 100)"));
        }
        if let Some(package) = &draft.package
            && library.law(package).is_none()
        {
            let known: Vec<&str> = library.laws().map(|(id, _)| id.as_str()).collect();
            return Err(sheet.wrong(sheet.root.get("package"), &format!("package: {}", known.join(" | "))));
        }
        Ok(draft)
    }
}

/// 公告表单 · a notice as a form sends it: texts as people write them.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filled {
    /// The listing's number.
    pub(crate) listing: String,
    /// The parcel for sale.
    pub(crate) parcel: String,
    /// The package to decide by; otherwise that of the place.
    #[serde(default)]
    pub(crate) package: Option<String>,
    /// The last day for bids.
    pub(crate) closes_on: String,
    /// The last day for opening.
    pub(crate) opening_ends_on: String,
    /// Its facts.
    pub(crate) facts: Known,
}

impl Filled {
    /// The draft; the error names the field and what is expected in it.
    pub(crate) fn draft(self, library: &Library) -> Result<Draft, Failure> {
        let wrong = |field: &str, value: &str, expected: &str| {
            Failure::new("listing_field", &[("field", field), ("value", value), ("expected", expected)])
        };
        let day = |field: &str, text: &str| {
            let day = text.parse::<Date>().ok().filter(|day| day.year() >= 1 && day.to_string() == *text);
            day.ok_or_else(|| wrong(field, text, "YYYY-MM-DD"))
        };
        let (listing, parcel) = (self.listing.trim().to_owned(), self.parcel.trim().to_owned());
        if listing.is_empty() || listing.len() > 100 || listing.contains(|c: char| c == '=' || c.is_control())
        {
            return Err(wrong("listing", &listing, "1 … 100"));
        }
        if parcel.is_empty() {
            return Err(wrong("parcel", "", "…"));
        }
        let package = self.package.filter(|package| !package.is_empty());
        if let Some(package) = package.as_ref().filter(|package| library.law(package).is_none()) {
            let known: Vec<&str> = library.laws().map(|(id, _)| id.as_str()).collect();
            return Err(wrong("package", package, &known.join(", ")));
        }
        let mut facts = Known::new();
        for (name, text) in &self.facts {
            let fact = library.vocabulary.fact(name).ok_or_else(|| wrong("facts", name, "…"))?;
            let read = cells::value(library, fact, text, None, Numbers::WithUnits).map_err(|why| {
                Failure::text(words("listing_field_fact").fill(&[("fact", fact.title.clone()), ("why", why)]))
            })?;
            // What is left empty is not stated.
            if !read.is_empty() {
                facts.insert(name.clone(), read);
            }
        }
        let (closes_on, opening_ends_on) =
            (day("closes_on", &self.closes_on)?, day("opening_ends_on", &self.opening_ends_on)?);
        Ok(Draft { listing, parcel, package, closes_on, opening_ends_on, facts })
    }
}

impl Bid {
    /// Reads a bid; the error says where and what.
    pub(crate) fn read(name: &str, text: &str, library: &Library) -> Result<Self, Failure> {
        Self::of(&Sheet::read(name, text, &BID)?, library)
    }

    pub(super) fn of(sheet: &Sheet<'_>, library: &Library) -> Result<Self, Failure> {
        Ok(Self {
            listing: sheet.asked("listing")?,
            bidder: sheet.asked("bidder")?,
            figures: sheet.facts("figures", library)?,
        })
    }
}

/// Whether a text is the canonical form of a fact, as it stands in a key.
pub(crate) fn is_canonical(library: &Library, name: &str, value: &str) -> Result<(), Text> {
    let Some(fact) = library.vocabulary.fact(name) else { return Err(words("listing_empty")) };
    let numbers =
        if matches!(fact.kind, FactKind::Number { .. }) { Numbers::WithUnits } else { Numbers::Plain };
    let read = cells::value(library, fact, value, None, numbers)?;
    if read == value { Ok(()) } else { Err(crate::say::filled("listing_not_canonical", &[("value", &read)])) }
}
