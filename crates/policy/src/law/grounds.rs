//! What an outcome of a law rests on: the versions, parameters and tables of a rule and of those it
//! uses, in a form in which two laws can be laid side by side.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Citation, Law, Rule, Segment, SetTable, SetValue};
use crate::exact::Exact;
use crate::package::document::Grade;
use crate::package::table::Table;
use crate::text::Text;
use crate::unit::Unit;

/// 依据种类 · what kind of thing in a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroundKind {
    /// A version of a rule.
    Rule,
    /// A value of a parameter.
    Parameter,
    /// An edition of a table.
    Table,
}

impl GroundKind {
    /// The word used in outputs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Parameter => "parameter",
            Self::Table => "table",
        }
    }
}

/// 依据 · one version, value or edition as some layer set it.
#[derive(Clone, Debug)]
pub struct Ground {
    /// What it is.
    pub kind: GroundKind,
    /// Path of the rule, parameter or table.
    pub path: String,
    /// What it is called.
    pub title: Text,
    /// The package that set it.
    pub package: String,
    /// First day on which it holds.
    pub from: i64,
    /// The value; versions and editions have none.
    pub value: Option<(Exact, Unit)>,
    /// Citations.
    pub cites: Vec<String>,
    /// The weakest grade of these.
    pub grade: Grade,
    /// Why it is a stand-in, if it is.
    pub illustrative: Option<Text>,
    /// The table, to compare the rows of two editions.
    table: Option<(Arc<Table>, usize)>,
}

impl Ground {
    /// Whether two that stand under the same path say the same, whoever says it. Two versions are
    /// the same only when they are one.
    pub fn says_the_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value, &self.table, &other.table) {
            (Some(mine), Some(theirs), ..) => mine == theirs,
            (.., Some((mine, at)), Some((theirs, other_at))) => {
                (Arc::ptr_eq(mine, theirs) && at == other_at)
                    || (mine.header() == theirs.header()
                        && Table::texts(&mine.editions[*at]).eq(Table::texts(&theirs.editions[*other_at])))
            }
            _ => (&self.package, self.from) == (&other.package, other.from),
        }
    }
}

/// Version, numbers and tables: path, package, first day.
type SegmentText<'s> = ((&'s str, i64), Vec<(&'s str, &'s str, i64)>, Vec<(&'s str, &'s str, i64)>);

impl Law {
    /// The rules that a rule uses, directly or through others, after the rule itself.
    pub fn closure(&self, rule: usize) -> Vec<usize> {
        let mut all: BTreeSet<usize> = BTreeSet::new();
        let mut next: Vec<usize> = vec![rule];
        while let Some(at) = next.pop() {
            let used = self.rules[at].uses();
            let used = used.iter().filter_map(|id| Some(self.rule(id)?.0));
            next.extend(used.filter(|at| all.insert(*at)));
        }
        all.remove(&rule);
        std::iter::once(rule).chain(all).collect()
    }

    /// Whether a rule and all that it uses have the same texts, numbers and tables on every day in
    /// another law: then they say the same of every case.
    pub fn same_in(&self, rule: usize, other: &Self, other_rule: usize) -> bool {
        let (mine, theirs) = (self.closure(rule), other.closure(other_rule));
        let same = |(at, other_at): (&usize, &usize)| {
            let (rule, other_rule) = (&self.rules[*at], &other.rules[*other_at]);
            rule.id == other_rule.id
                && rule.segments.len() == other_rule.segments.len()
                && rule.segments.iter().zip(&other_rule.segments).all(|(a, b)| {
                    (a.from, a.until) == (b.from, b.until)
                        && self.text_of(rule, a) == other.text_of(other_rule, b)
                })
        };
        // The order of rules is that of their dependence and their ids, and so is that of the closures.
        mine.len() == theirs.len() && mine.iter().zip(&theirs).all(same)
    }

    /// What a segment's law is, by the package that wrote each part and its first day.
    fn text_of<'s>(&'s self, rule: &Rule, segment: &'s Segment) -> SegmentText<'s> {
        let version = &rule.versions[segment.version];
        let numbers = segment.parameters.iter();
        let numbers = numbers.map(|(path, set)| (path.as_str(), self.chain[set.layer].id.as_str(), set.from));
        let tables = segment.tables.iter();
        let tables =
            tables.map(|(path, set)| (path.as_str(), self.chain[set.layer].id.as_str(), set.edition().from));
        ((self.chain[version.layer].id.as_str(), version.from), numbers.collect(), tables.collect())
    }

    /// What a rule's own text rests on in one of its segments (an interval in which the law is
    /// constant): the version, then the parameters and tables that it reads.
    pub fn grounds(&self, rule: usize, segment: usize) -> Vec<Ground> {
        let rule = &self.rules[rule];
        let Some(segment) = rule.segments.get(segment) else { return Vec::new() };
        let version = self.version_ground(rule, segment);
        let parameters = segment.parameters.iter().map(|(path, set)| self.parameter_ground(path, set));
        let tables = segment.tables.iter().map(|(path, set)| self.table_ground(path, set));
        std::iter::once(version).chain(parameters).chain(tables).collect()
    }

    fn version_ground(&self, rule: &Rule, segment: &Segment) -> Ground {
        let version = &rule.versions[segment.version];
        let grade = version.cites.iter().map(|c| c.article().grade);
        let stand_in = version.illustrative.as_ref().map(|_| Grade::Illustrative);
        Ground {
            kind: GroundKind::Rule,
            path: rule.id.clone(),
            title: rule.title.clone(),
            package: self.chain[version.layer].id.clone(),
            from: version.from,
            value: None,
            cites: ids(&version.cites),
            grade: grade.chain(stand_in).max().unwrap_or(Grade::Illustrative),
            illustrative: version.illustrative.clone(),
            table: None,
        }
    }

    fn parameter_ground(&self, path: &str, set: &SetValue) -> Ground {
        let layers = self.parameters.get(path).map_or(&[][..], Vec::as_slice);
        let own = layers.iter().find(|(layer, _)| *layer == set.layer).map(|(_, parameter)| parameter);
        let unit = own.map_or(Unit::RATIO, |parameter| parameter.unit);
        Ground {
            kind: GroundKind::Parameter,
            path: path.to_owned(),
            title: own.map(|parameter| parameter.title.clone()).unwrap_or_default(),
            package: self.chain[set.layer].id.clone(),
            from: set.from,
            value: Some((set.value, unit)),
            cites: ids(&set.cites),
            grade: set.grade,
            illustrative: set.illustrative.clone(),
            table: None,
        }
    }

    fn table_ground(&self, path: &str, set: &SetTable) -> Ground {
        let edition = set.edition();
        Ground {
            kind: GroundKind::Table,
            path: path.to_owned(),
            title: set.table.title.clone(),
            package: self.chain[set.layer].id.clone(),
            from: edition.from,
            value: None,
            cites: ids(&set.cites),
            grade: set.grade,
            illustrative: edition.illustrative.clone(),
            table: Some((Arc::clone(&set.table), set.edition)),
        }
    }
}

fn ids(cites: &[Citation]) -> Vec<String> {
    cites.iter().map(|cite| cite.id.clone()).collect()
}

impl Rule {
    /// The first day on which something that the layers up to `layer` set decides the rule.
    pub(crate) fn first_day_of(&self, layer: usize) -> Option<i64> {
        let own = self.segments.iter().filter(|segment| {
            self.versions[segment.version].layer <= layer
                || segment.parameters.values().any(|set| set.layer <= layer)
                || segment.tables.values().any(|set| set.layer <= layer)
        });
        own.map(|segment| segment.from).min()
    }

    /// The days on which the law of the rule changes.
    pub(crate) fn starts(&self) -> impl Iterator<Item = i64> {
        self.segments.iter().map(|segment| segment.from)
    }
}
