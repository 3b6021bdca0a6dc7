//! The law of one package: its own rules and parameters over those of all that it extends, with
//! names resolved, types checked and the dates of every layer laid side by side.

mod build;
mod build_version;
pub mod conduct;
pub mod grounds;
mod overlap;
mod segments;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::conduct::{LawfulAct, LawfulDesk, LawfulDuty};
use crate::exact::Exact;
use crate::expression::typed::{Ty, Typed};
use crate::package::document::{Article, Document, Grade};
use crate::package::library::Package;
use crate::package::parameter::Parameter;
use crate::package::rule::{OutcomeCode, RuleKind};
use crate::package::table::{Edition, Table};
use crate::text::Text;
use crate::unit::Unit;
use crate::vocabulary::Symbols;

/// 现行法 · the law that a package makes with everything it extends.
#[derive(Clone, Debug)]
pub struct Law {
    /// Packages, the lowest layer first.
    pub chain: Vec<Arc<Package>>,
    /// `package@sha256:…` of all files of the chain.
    pub digest: String,
    /// Rules, each after those whose values it uses.
    pub rules: Arc<[Rule]>,
    /// Parameters by path, the layers that set them from the lowest.
    pub parameters: BTreeMap<String, Vec<(usize, Arc<Parameter>)>>,
    /// Tables by path, the layers that set them from the lowest.
    pub tables: BTreeMap<String, Vec<(usize, Arc<Table>)>>,
    /// Acts by name.
    pub acts: Arc<BTreeMap<String, LawfulAct>>,
    /// Duties by name.
    pub duties: Arc<BTreeMap<String, LawfulDuty>>,
    /// Desks by name.
    pub desks: Arc<BTreeMap<String, LawfulDesk>>,
    /// The open codes that any law mentions.
    pub(crate) symbols: Arc<Symbols>,
}

/// 规则 · a rule with all its versions.
#[derive(Debug)]
pub struct Rule {
    /// Path, such as `supervision/idle_land`.
    pub id: String,
    /// The last part of the path, unique in a law.
    pub name: String,
    /// Title.
    pub title: Text,
    /// `diagnosis`, `planning`, `supply` or `supervision`.
    pub stage: String,
    /// The department that owns the outcome.
    pub owner: String,
    /// Which date picks the version of the law.
    pub judged_on: JudgedOn,
    /// The form of the outcome.
    pub kind: RuleKind,
    /// A step towards other rules, not listed as a determination.
    pub definition: bool,
    /// Of a yes or no: a yes asks for action.
    pub finding: bool,
    /// The fields of the outcome; one without a name for most kinds.
    pub fields: Vec<Field>,
    /// The subject whose cases it judges, by its index in the vocabulary; none where it reads no fact of
    /// a subject.
    pub subject: Option<usize>,
    pub(crate) versions: Vec<Version>,
    /// Intervals of dates within which the law's text and numbers are constant.
    pub(crate) segments: Vec<Segment>,
}

/// 法律适用日期 · the date that picks the version of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgedOn {
    /// The assessment date.
    AsOf,
    /// A date fact, by its index in the vocabulary.
    Fact(usize),
}

/// One field of a rule's outcome.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name; empty when there is only one.
    pub name: String,
    /// Title of the field.
    pub title: Text,
    /// Codes of a choice or set member.
    pub codes: Vec<OutcomeCode>,
    /// The unit of a number, as people write it; none for all else, and nothing to write for a ratio.
    pub unit: Option<Text>,
    pub(crate) ty: Ty,
}

impl Field {
    /// Whether it is a date.
    pub fn is_date(&self) -> bool {
        self.ty == Ty::Date
    }

    /// Whether it is a sum of money.
    pub fn is_money(&self) -> bool {
        matches!(&self.ty, Ty::Number(unit) if unit.same_dimension(Unit::base(0)))
    }

    /// Whether it is an area in square metres.
    pub fn is_area(&self) -> bool {
        matches!(&self.ty, Ty::Number(unit) if *unit == Unit::base(1))
    }
}

/// A checked version of a rule.
#[derive(Debug)]
pub(crate) struct Version {
    /// Index in the chain of the package that wrote it.
    pub(crate) layer: usize,
    pub(crate) from: i64,
    pub(crate) until: Option<i64>,
    pub(crate) cites: Vec<Citation>,
    pub(crate) applies: Option<Written>,
    pub(crate) lets: Vec<(String, Option<Text>, Written)>,
    pub(crate) body: Vec<Written>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) at_most: bool,
    pub(crate) note: Option<Text>,
    pub(crate) from_note: Option<Text>,
    pub(crate) illustrative: Option<Text>,
    pub(crate) lapsed: Option<Text>,
}

/// A checked exception. `body[i]` is `None` for a field that the exception leaves alone.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) label: String,
    pub(crate) title: Text,
    pub(crate) when: Written,
    pub(crate) body: Vec<Option<Written>>,
    pub(crate) cites: Vec<Citation>,
    /// Indices of the exceptions that this one prevails over.
    pub(crate) over: Vec<usize>,
    pub(crate) at_most: bool,
    pub(crate) illustrative: Option<Text>,
}

/// An expression with the words in which it was written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) typed: Typed,
}

/// 版本 · a version of a rule as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Past<'r> {
    /// Index in the law's chain of the package that wrote it.
    pub layer: usize,
    /// First day.
    pub from: i64,
    /// First day after it, where its text says so.
    pub until: Option<i64>,
    /// Citations.
    pub cites: &'r [Citation],
    /// How the text was read.
    pub note: Option<&'r Text>,
    /// Why it is a stand-in, if it is.
    pub illustrative: Option<&'r Text>,
}

impl Past<'_> {
    /// The weakest grade of its citations, or that of a stand-in.
    pub fn grade(&self) -> Grade {
        let own = self.cites.iter().map(|cite| cite.article().grade);
        own.chain(self.illustrative.map(|_| Grade::Illustrative)).max().unwrap_or(Grade::Illustrative)
    }
}

/// 引用 · a citation that leads to an article.
#[derive(Clone, Debug)]
pub struct Citation {
    /// `document#article`.
    pub id: String,
    /// The document.
    pub document: Arc<Document>,
    article: usize,
}

impl Citation {
    /// The article.
    pub fn article(&self) -> &Article {
        &self.document.articles[self.article]
    }
}

/// An interval of dates with one version and one value of each parameter it uses.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) from: i64,
    /// First day after it; `NEVER` when open.
    pub(crate) until: i64,
    pub(crate) version: usize,
    pub(crate) parameters: BTreeMap<String, SetValue>,
    pub(crate) tables: BTreeMap<String, SetTable>,
}

/// The edition of a table in a segment.
#[derive(Clone, Debug)]
pub(crate) struct SetTable {
    pub(crate) table: Arc<Table>,
    /// Index of the edition.
    pub(crate) edition: usize,
    /// Index in the chain of the layer that set it.
    pub(crate) layer: usize,
    pub(crate) cites: Vec<Citation>,
    pub(crate) grade: Grade,
}

impl SetTable {
    pub(crate) fn edition(&self) -> &Edition {
        &self.table.editions[self.edition]
    }
}

/// The value of a parameter in a segment.
#[derive(Clone, Debug)]
pub(crate) struct SetValue {
    pub(crate) value: Exact,
    /// Index in the chain of the layer that set it.
    pub(crate) layer: usize,
    /// First day of this value in that layer.
    pub(crate) from: i64,
    pub(crate) cites: Vec<Citation>,
    pub(crate) illustrative: Option<Text>,
    pub(crate) grade: Grade,
}

impl Law {
    /// The package whose law this is.
    pub fn package(&self) -> &Arc<Package> {
        &self.chain[0]
    }

    /// A rule by its path or its name.
    pub fn rule(&self, name: &str) -> Option<(usize, &Rule)> {
        self.rules.iter().enumerate().find(|(_, rule)| rule.id == name || rule.name == name)
    }

    /// The rules that judge cases of a subject, definitions included, by index.
    pub fn of_subject(&self, subject: usize) -> impl Iterator<Item = (usize, &Rule)> {
        // A rule that reads no fact of its own is told with the first subject, once.
        self.rules.iter().enumerate().filter(move |(_, rule)| rule.subject.unwrap_or(0) == subject)
    }

    /// The rules whose outcomes are listed, by index.
    pub fn listed(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate().filter(|(_, rule)| !rule.definition)
    }
}

impl Rule {
    /// The versions, for showing.
    pub fn history(&self) -> impl Iterator<Item = Past<'_>> {
        self.versions.iter().map(|version| Past {
            layer: version.layer,
            from: version.from,
            until: version.until,
            cites: &version.cites,
            note: version.note.as_ref(),
            illustrative: version.illustrative.as_ref(),
        })
    }

    /// The segment that holds on a day, if the law says anything then.
    pub fn segment_on(&self, day: i64) -> Option<usize> {
        self.segments.iter().position(|segment| segment.from <= day && day < segment.until)
    }

    /// How many texts of the law hold on a day: one, or none where the law says nothing. More would be
    /// a defect of laying the layers side by side.
    pub fn texts_on(&self, day: i64) -> usize {
        self.segments.iter().filter(|segment| segment.from <= day && day < segment.until).count()
    }

    /// Days on which the law or a number in it begins or ends.
    pub fn turning_days(&self) -> BTreeSet<i64> {
        let ends = self.versions.iter().flat_map(|version| [Some(version.from), version.until]);
        let pieces = self.segments.iter().flat_map(|segment| [Some(segment.from), Some(segment.until)]);
        ends.chain(pieces).flatten().filter(|day| *day < crate::calendar::NEVER).collect()
    }

    /// Whether the outcomes of another rule have the same form: kind, fields, codes and units.
    pub fn same_form(&self, other: &Self) -> bool {
        let alike = |(mine, theirs): (&Field, &Field)| {
            let codes = mine.codes.iter().map(|code| &code.code);
            mine.name == theirs.name
                && mine.unit == theirs.unit
                && codes.eq(theirs.codes.iter().map(|code| &code.code))
        };
        self.kind == other.kind
            && self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(alike)
    }

    /// Whether some version names a value so.
    pub fn names(&self, name: &str) -> bool {
        self.versions.iter().any(|v| v.lets.iter().any(|(known, ..)| known == name))
    }

    /// The grade of a segment's own law: the weakest of its citations and parameters.
    pub(crate) fn segment_grade(&self, segment: &Segment) -> Grade {
        let version = &self.versions[segment.version];
        let own = version.cites.iter().map(|c| c.article().grade);
        let numbers = segment.parameters.values().map(|p| p.grade);
        let numbers = numbers.chain(segment.tables.values().map(|t| t.grade));
        let stand_in = version.illustrative.as_ref().map(|_| Grade::Illustrative);
        own.chain(numbers).chain(stand_in).max().unwrap_or(Grade::Illustrative)
    }
}
