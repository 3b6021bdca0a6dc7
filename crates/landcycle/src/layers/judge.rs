//! A request to change the use of a parcel, held against the lines.
//!
//! The level is what the file says, else what the overlay shows; nothing is recorded.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use landcycle_ledger::{Cut, Ledger};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::{self, Step};
use landcycle_policy::text::Text;

use super::{code_meant, level_of};
use crate::cli::tree;
use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;
use crate::{clock, store};

/// The fact that a request proposes.
pub(crate) const USE: &str = "proposed_use";

/// A request: for which parcel, which use, by which package, on which day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) case: &'a str,
    pub(crate) proposed: &'a str,
    pub(crate) package: Option<&'a str>,
    pub(crate) day: Date,
}

/// A request with its law and what the file and the layers say of the parcel.
pub(crate) struct Judged {
    batch: Batch,
    sources: tree::Sources,
    day: i64,
    /// What the layers say of the level.
    pub(crate) told: Vec<Text>,
}

/// Looks a request up: in the file, in the layers, in the law.
pub(crate) fn judge(library: &Library, path: &Path, asked: &Asked<'_>) -> Result<Judged, Failure> {
    let proposed = code_meant(library, USE, asked.proposed)?;
    let failed = |error| store::failure(path, &error);
    let ledger = store::open_to_read(path)?;
    let mut facts = BTreeMap::new();
    let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
    let cut = Cut { as_of: asked.day, known_at: None, is_occurrence: &occurrence };
    let shown = ledger.fold_case(asked.case, &cut, &mut |case| {
        facts = case.facts.iter().map(|fact| (fact.name.to_owned(), fact.value.to_string())).collect();
    });
    let none = || Failure::new("no_case", &[("case", asked.case)]);
    if !shown.map_err(failed)? {
        return Err(none());
    }
    drop(ledger);
    let level = level_of(library, path, asked.case, asked.day)?;
    if let Some((fact, value)) = level.fact {
        facts.entry(fact.to_owned()).or_insert(value);
    }
    facts.insert(USE.to_owned(), proposed);
    let mut sorter = Sorter::new(library, asked.package);
    let pairs = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    sorter.add(asked.case, pairs).map_err(|bad| Failure::text(bad.message))?;
    let batch = sorter.finish().into_iter().next().ok_or_else(none)?;
    let mut sources = tree::Sources::default();
    sources.texts.extend(facts);
    Ok(Judged { batch, sources, day: clock::day_number(asked.day), told: level.told })
}

impl Judged {
    /// The package whose law judges.
    pub(crate) fn package(&self) -> &str {
        &self.batch.law.package().id
    }

    /// The rules that read the proposed use, each told as a tree; an error where there are none.
    pub(crate) fn trees<T>(
        &self,
        library: &Library,
        tell: impl Fn(&Step<'_>, &tree::Sources) -> T,
    ) -> Result<Vec<T>, Failure> {
        let wanted = library.vocabulary.index(USE);
        let batch = &self.batch;
        let mut trees = Vec::new();
        for (at, rule) in batch.law.listed() {
            let told = explain::explain(&batch.law, &library.vocabulary, &batch.facts, 0, at, self.day)
                .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
            if rule.subject.unwrap_or(0) == 0 && reads(&told, wanted) {
                trees.push(tell(&told, &self.sources));
            }
        }
        if trees.is_empty() {
            return Err(Failure::new("layer_no_use_rule", &[("package", self.package())]));
        }
        Ok(trees)
    }
}

/// Whether a fact bears on an outcome.
pub(crate) fn reads(step: &Step<'_>, fact: Option<usize>) -> bool {
    step.told.fact.is_some_and(|own| Some(own) == fact)
        || step.children.iter().any(|child| reads(child, fact))
}
