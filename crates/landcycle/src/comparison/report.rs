//! What a comparison comes to: totals by rule, in all and by group, with what in the law differs.

use std::collections::BTreeMap;

use landcycle_policy::calendar::iso;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::package::library::Library;
use serde_json::{Value, json};

/// What the comparison of a rule comes to, in all or in a group of cases. A sum is none where it has
/// grown beyond what is computed exactly.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) cases: u64,
    pub(crate) changed: u64,
    /// How often each outcome became another.
    pub(crate) moves: BTreeMap<(String, String), u64>,
    /// Sums of amounts, over the cases in which a side knows one.
    pub(crate) left: Option<Exact>,
    pub(crate) right: Option<Exact>,
    /// Cases in which a side knows no amount, or day.
    pub(crate) open: u64,
    /// Right less left over the cases in which both know one; of days in days.
    pub(crate) difference: Option<Exact>,
    /// A stand-in bears on some outcome.
    pub(crate) illustrative: bool,
}

impl Default for Totals {
    fn default() -> Self {
        let (left, right, difference) = (Some(Exact::ZERO), Some(Exact::ZERO), Some(Exact::ZERO));
        let moves = BTreeMap::new();
        Self { cases: 0, changed: 0, moves, left, right, open: 0, difference, illustrative: false }
    }
}

impl Totals {
    /// Adds those of other cases.
    pub(super) fn add(&mut self, other: &Self) {
        let plus = |one: Option<Exact>, other: Option<Exact>| one?.plus(other?);
        self.cases += other.cases;
        self.changed += other.changed;
        self.open += other.open;
        self.left = plus(self.left, other.left);
        self.right = plus(self.right, other.right);
        self.difference = plus(self.difference, other.difference);
        self.illustrative |= other.illustrative;
        for (key, cases) in &other.moves {
            *self.moves.entry(key.clone()).or_default() += cases;
        }
    }
}

/// All that is told of a rule.
#[derive(Debug, Default)]
pub(crate) struct RuleReport {
    pub(crate) totals: Totals,
    /// The rule gives days: only differences are summed, in days.
    pub(crate) days: bool,
    /// By group, the changed cases alone.
    pub(crate) by_district: BTreeMap<String, Totals>,
    pub(crate) by_industry: BTreeMap<String, Totals>,
    /// Parts of the law that differ and bear on a change: left, right.
    pub(crate) grounds: BTreeMap<(String, String), (Option<Ground>, Option<Ground>)>,
}

/// What was found, by the name of the rule.
pub(crate) type Report = BTreeMap<String, RuleReport>;

/// Adds what was found in other cases.
pub(crate) fn merge(report: &mut Report, other: Report) {
    for (name, own) in other {
        let told = report.entry(name).or_default();
        told.totals.add(&own.totals);
        told.days = own.days;
        for (groups, owns) in
            [(&mut told.by_district, own.by_district), (&mut told.by_industry, own.by_industry)]
        {
            for (name, group) in owns {
                groups.entry(name).or_default().add(&group);
            }
        }
        for (key, sides) in own.grounds {
            told.grounds.entry(key).or_insert(sides);
        }
    }
}

fn totals(found: &Totals) -> Value {
    let moves: Vec<Value> = found
        .moves
        .iter()
        .map(|((from, to), cases)| json!({"from": from, "to": to, "cases": cases}))
        .collect();
    let cases = (found.cases > 0).then_some(found.cases);
    let text = |sum: Option<Exact>| sum.map(|sum| sum.to_string());
    json!({
        "cases": cases, "changed": found.changed, "moves": moves, "left": text(found.left),
        "right": text(found.right), "difference": text(found.difference), "open": found.open,
        "illustrative": found.illustrative,
    })
}

/// One side of what differs, for programs.
fn side_json(ground: Option<&Ground>, library: &Library) -> Value {
    let Some(ground) = ground else { return Value::Null };
    let unit = ground.value.map(|(_, unit)| library.vocabulary.units.display(unit));
    json!({
        "package": ground.package, "from": iso(ground.from),
        "value": ground.value.map(|(value, _)| value.to_string()),
        "unit": unit.map(|unit| json!({"zh": unit.zh, "en": unit.en})),
        "cites": ground.cites, "grade": ground.grade.word(), "illustrative": ground.illustrative.is_some(),
    })
}

/// A rule's report for programs.
pub(crate) fn summary(rule: &RuleReport, library: &Library) -> Value {
    let group = |groups: &BTreeMap<String, Totals>| -> BTreeMap<String, Value> {
        groups.iter().map(|(name, found)| (name.clone(), totals(found))).collect()
    };
    let grounds: Vec<Value> = rule
        .grounds
        .iter()
        .map(|((kind, path), (left, right))| {
            let title = left.as_ref().or(right.as_ref()).map(|ground| &ground.title);
            json!({
                "kind": kind, "path": path, "title": title.map(|title| json!({"zh": title.zh, "en": title.en})),
                "left": side_json(left.as_ref(), library), "right": side_json(right.as_ref(), library),
            })
        })
        .collect();
    json!({
        "totals": totals(&rule.totals), "measures_days": rule.days, "by_district": group(&rule.by_district),
        "by_industry": group(&rule.by_industry), "differences_in_law": grounds,
    })
}
