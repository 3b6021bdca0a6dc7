//! Laying the dates of all layers side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::Builder;
use super::{Citation, Segment, SetTable, SetValue, Version, Written};
use crate::calendar::{NEVER, iso};
use crate::expression::typed::TypedKind;
use crate::fault::Fault;
use crate::package::document::Grade;
use crate::package::library::{Package, REFORM};
use crate::package::parameter::{Cited, LowerLayers, Parameter};
use crate::package::rule::RuleFile;

/// The version in force on a day: the lowest layer that has one.
fn version_on(versions: &[Version], layers: usize, day: i64) -> Option<usize> {
    (0..layers).find_map(|layer| {
        let last = versions
            .iter()
            .enumerate()
            .filter(|(_, v)| v.layer == layer && v.from <= day)
            .max_by_key(|(_, v)| v.from)?;
        last.1.until.is_none_or(|until| day < until).then_some(last.0)
    })
}

/// The parameters and tables that a version's expressions use.
#[derive(Default)]
struct Used<'v> {
    parameters: BTreeSet<&'v str>,
    tables: BTreeSet<&'v str>,
}

fn used(version: &Version) -> Used<'_> {
    let mut names = Used::default();
    for written in version.expressions() {
        written.typed.walk(&mut |typed| match &typed.kind {
            TypedKind::Parameter(path) => {
                names.parameters.insert(path.as_str());
            }
            TypedKind::Table { table, .. } => {
                names.tables.insert(table.as_str());
            }
            _ => {}
        });
    }
    names
}

impl Version {
    /// Every expression of the version.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Written> {
        let lets = self.lets.iter().map(|(_, _, written)| written);
        let exceptions =
            self.exceptions.iter().flat_map(|e| std::iter::once(&e.when).chain(e.body.iter().flatten()));
        self.applies.iter().chain(lets).chain(&self.body).chain(exceptions)
    }
}

impl Builder<'_> {
    /// Cuts a rule's time line wherever its text or a number in it changes.
    pub(super) fn segments(&mut self, versions: &[Version], file: &RuleFile) -> Vec<Segment> {
        let layers = self.chain.len();
        let mut cuts: BTreeSet<i64> = BTreeSet::new();
        for version in versions {
            cuts.insert(version.from);
            cuts.extend(version.until);
            let used = used(version);
            for name in used.parameters {
                let records = self.parameters.get(name).into_iter().flatten();
                cuts.extend(records.flat_map(|(_, p)| p.values.iter().map(|v| v.from)));
            }
            for name in used.tables {
                let layers = self.tables.get(name).into_iter().flatten();
                cuts.extend(layers.flat_map(|(_, t)| t.editions.iter().map(|e| e.from)));
            }
        }
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let mut segments: Vec<Segment> = Vec::new();
        for (at, from) in cuts.iter().enumerate() {
            let until = cuts.get(at + 1).copied().unwrap_or(NEVER);
            let Some(version) = version_on(versions, layers, *from) else { continue };
            let parameters = self.values_on(&versions[version], *from, file);
            let tables = self.tables_on(&versions[version], *from, file);
            let (Some(parameters), Some(tables)) = (parameters, tables) else { continue };
            match segments.last_mut() {
                Some(last)
                    if last.until == *from
                        && last.version == version
                        && same(&last.parameters, &parameters)
                        && same_editions(&last.tables, &tables) =>
                {
                    last.until = until;
                }
                _ => segments.push(Segment { from: *from, until, version, parameters, tables }),
            }
        }
        segments
    }

    fn values_on(
        &mut self,
        version: &Version,
        day: i64,
        file: &RuleFile,
    ) -> Option<BTreeMap<String, SetValue>> {
        let mut values = BTreeMap::new();
        let mut whole = true;
        for name in used(version).parameters {
            if let Some(value) = self.value_on(name, day) {
                values.insert(name.to_owned(), value);
                continue;
            }
            whole = false;
            self.gap(name, version, day, file);
        }
        whole.then_some(values)
    }

    fn tables_on(
        &mut self,
        version: &Version,
        day: i64,
        file: &RuleFile,
    ) -> Option<BTreeMap<String, SetTable>> {
        let mut tables = BTreeMap::new();
        let mut whole = true;
        for name in used(version).tables {
            if let Some(set) = self.table_on(name, day) {
                tables.insert(name.to_owned(), set);
                continue;
            }
            whole = false;
            self.gap(name, version, day, file);
        }
        whole.then_some(tables)
    }

    /// The law gives no number or table on a day on which a version needs it.
    fn gap(&mut self, name: &str, version: &Version, day: i64, file: &RuleFile) {
        let written = self.chain.get(version.layer).and_then(|p| p.rules.get(&file.path));
        let written = written.map_or(file, |rule| rule);
        let span = written.versions.iter().find(|v| v.from == version.from).map_or(written.span, |v| v.span);
        let fault = Fault::new("P056", &written.file, span).with("name", name).with("day", iso(day));
        self.faults.push(fault);
    }

    /// The edition of a table on a day: the lowest layer that has one, whole.
    fn table_on(&self, name: &str, day: i64) -> Option<SetTable> {
        let (layer, table, edition) = self.tables.get(name)?.iter().find_map(|(layer, table)| {
            let edition = table.editions.iter().rposition(|edition| edition.from <= day)?;
            Some((*layer, table, edition))
        })?;
        let set = &table.editions[edition];
        set.source.as_ref()?;
        let cites: Vec<Citation> = set.cites.iter().filter_map(|c| find(self.chain, c)).collect();
        let stand_in = set.illustrative.as_ref().map(|_| Grade::Illustrative);
        let grade = cites.iter().map(|c| c.article().grade).chain(stand_in).max();
        let grade = grade.unwrap_or(Grade::Illustrative);
        Some(SetTable { table: Arc::clone(table), edition, layer, cites, grade })
    }

    /// The value of a parameter on a day: the lowest layer that speaks.
    fn value_on(&self, name: &str, day: i64) -> Option<SetValue> {
        let (layer, dated) = self
            .parameters
            .get(name)?
            .iter()
            .find_map(|(layer, parameter)| Some((*layer, parameter.on(day)?)))?;
        let cites: Vec<Citation> = dated.cites.iter().filter_map(|c| find(self.chain, c)).collect();
        let stand_in = dated.illustrative.as_ref().map(|_| Grade::Illustrative);
        let grade = cites.iter().map(|c| c.article().grade).chain(stand_in).max();
        Some(SetValue {
            value: dated.value?,
            layer,
            from: dated.from,
            cites,
            illustrative: dated.illustrative.clone(),
            grade: grade.unwrap_or(Grade::Illustrative),
        })
    }

    /// A lower layer may set a parameter only as the upper layer allows.
    pub(super) fn check_layers(&mut self) {
        let mut faults = Vec::new();
        for layers in self.parameters.values() {
            for (at, (_, lower)) in layers.iter().enumerate() {
                for (upper_at, upper) in &layers[at + 1..] {
                    // What a reform between the two sets anew binds in the place of what it was.
                    let mut between = layers[at..].iter().filter(|(layer, _)| layer < upper_at);
                    let stood_over = between.any(|(layer, _)| self.overlaid(*layer) >= *upper_at);
                    if same_unit(lower, upper, &mut faults) && !stood_over {
                        check_pair(lower, upper, &mut faults);
                    }
                }
            }
        }
        self.faults.append(&mut faults);
    }

    /// The highest layer in whose place a package speaks: its own, or, for a reform, the one that it
    /// stands over. What that layer set itself it may also set anew, so that only the layers above
    /// bind the reform.
    fn overlaid(&self, layer: usize) -> usize {
        (layer..self.chain.len()).find(|at| self.chain[*at].layer != REFORM).unwrap_or(layer)
    }
}

fn same_unit(lower: &Parameter, upper: &Parameter, faults: &mut Vec<Fault>) -> bool {
    if lower.unit == upper.unit {
        return true;
    }
    let fault = Fault::new("P057", &lower.file, lower.unit_span)
        .with("name", &lower.path)
        .with("lower", &lower.unit_text)
        .with("upper", &upper.unit_text);
    faults.push(fault.also(&upper.file, upper.unit_span));
    false
}

fn check_pair(lower: &Parameter, upper: &Parameter, faults: &mut Vec<Fault>) {
    for dated in &lower.values {
        let days = upper.values.iter().map(|v| v.from).filter(|day| *day > dated.from);
        let until = lower.values.iter().map(|v| v.from).find(|from| *from > dated.from).unwrap_or(NEVER);
        for day in std::iter::once(dated.from).chain(days).filter(|day| *day < until) {
            let (Some(theirs), Some(mine)) = (upper.on(day), dated.value) else { continue };
            let Some(bound) = theirs.value else { continue };
            let looser = match upper.lower_layers {
                LowerLayers::Free => false,
                LowerLayers::MayLower => mine > bound,
                LowerLayers::MayRaise => mine < bound,
                LowerLayers::Fixed => true,
            };
            if looser {
                let fixed = upper.lower_layers == LowerLayers::Fixed;
                let fault = Fault::new(if fixed { "P059" } else { "P058" }, &lower.file, dated.span)
                    .with("name", &lower.path)
                    .with("mine", mine)
                    .with("bound", bound)
                    .with("mine_cite", cite_list(&dated.cites))
                    .with("bound_cite", cite_list(&theirs.cites));
                faults.push(fault.also(&upper.file, theirs.span));
                break;
            }
        }
    }
}

fn cite_list(cites: &[Cited]) -> String {
    cites.iter().map(|c| c.id.as_str()).collect::<Vec<_>>().join(", ")
}

fn same(a: &BTreeMap<String, SetValue>, b: &BTreeMap<String, SetValue>) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((_, x), (_, y))| (x.from, x.layer) == (y.from, y.layer))
}

fn same_editions(a: &BTreeMap<String, SetTable>, b: &BTreeMap<String, SetTable>) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((_, x), (_, y))| (x.edition, x.layer) == (y.edition, y.layer))
}

/// The article of a citation, looked for in a chain of packages.
pub(super) fn find(chain: &[Arc<Package>], cited: &Cited) -> Option<Citation> {
    chain.iter().find_map(|package| {
        let (document, article) = package.article(cited)?;
        Some(Citation { id: cited.id.clone(), document: Arc::clone(document), article })
    })
}
