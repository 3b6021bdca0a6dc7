//! `landcycle layers judge`: a request to change the use of a parcel, held against the lines.
//!
//! The level is what the file says, else what the overlay shows; nothing is recorded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use landcycle_ledger::{Cut, Ledger};
use landcycle_policy::program::explain::{self, Step};
use serde_json::Value;

use super::{Context, parse_date, tree};
use crate::portfolio::Sorter;
use crate::say::{Failure, out, tell};
use crate::{clock, layers, packages, store};

/// The fact that a request proposes.
const USE: &str = "proposed_use";

/// Options of `layers judge`.
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// 档案号 · case
    case: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 拟改用途 · proposed use
    #[arg(long = "use", value_name = "USE")]
    proposed: String,
    /// 政策包 · judge by this package
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Judge {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package
            && library.law(package).is_none()
        {
            return Err(super::assess::no_package(&library, package));
        }
        let proposed = layers::code_meant(&library, USE, &self.proposed)?;
        let failed = |error| store::failure(&self.store, &error);
        let ledger = store::open_to_read(&self.store)?;
        let kept = ledger.meta(store::AS_OF_META).map_err(failed)?.and_then(|day| day.parse().ok());
        let day = self.as_of.or(kept).unwrap_or_else(clock::today);
        let mut facts = BTreeMap::new();
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let cut = Cut { as_of: day, known_at: None, is_occurrence: &occurrence };
        let shown = ledger.fold_case(&self.case, &cut, &mut |case| {
            facts = case.facts.iter().map(|fact| (fact.name.to_owned(), fact.value.to_string())).collect();
        });
        if !shown.map_err(failed)? {
            return Err(Failure::new("no_case", &[("case", &self.case)]));
        }
        drop(ledger);
        let level = layers::level_of(&library, &self.store, &self.case, day)?;
        for line in &level.told {
            tell(line.get(context.language));
        }
        if let Some((fact, value)) = level.fact {
            facts.entry(fact.to_owned()).or_insert(value);
        }
        facts.insert(USE.to_owned(), proposed);
        let mut sorter = Sorter::new(&library, self.package.as_deref());
        let pairs = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        sorter.add(&self.case, pairs).map_err(|bad| Failure::text(bad.message))?;
        let batch = sorter.finish().into_iter().next();
        let batch = batch.ok_or_else(|| Failure::new("no_case", &[("case", &self.case)]))?;
        let mut sources = tree::Sources::default();
        sources.texts.extend(facts.clone());
        let wanted = library.vocabulary.index(USE);
        let (mut trees, mut values) = (Vec::new(), Vec::new());
        for (at, rule) in batch.law.listed() {
            let told = explain::explain(
                &batch.law,
                &library.vocabulary,
                &batch.facts,
                0,
                at,
                clock::day_number(day),
            )
            .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
            if rule.subject.unwrap_or(0) == 0 && reads(&told, wanted) {
                trees.push(tree::text(&told, &library, &sources, context.language));
                values.push(tree::json(&told, &library, &sources));
            }
        }
        if trees.is_empty() {
            let package = batch.law.package().id.clone();
            return Err(Failure::new("layer_no_use_rule", &[("package", &package)]));
        }
        if self.json { out(&Value::Array(values).to_string()) } else { out(&trees.join("\n")) }
    }
}

/// Whether a fact bears on an outcome.
pub(crate) fn reads(step: &Step<'_>, fact: Option<usize>) -> bool {
    step.told.fact.is_some_and(|own| Some(own) == fact)
        || step.children.iter().any(|child| reads(child, fact))
}
