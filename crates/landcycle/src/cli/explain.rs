//! `landcycle explain CASE RULE`: the tree behind an outcome.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use landcycle_ledger::{Cut, Ledger};
use landcycle_policy::program::explain;

use super::{Context, facts_file, parse_date, tree};
use crate::portfolio::{Batch, Sorter};
use crate::say::{Failure, out, tell};
use crate::{clock, packages, store};

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// 档案号 · case
    case: String,
    /// 规则 · rule, by name or path
    rule: String,
    /// 库 · GeoPackage store
    #[arg(long, value_name = "FILE", conflicts_with = "facts", required_unless_present = "facts")]
    store: Option<PathBuf>,
    /// 事实表 · CSV or XLSX file of facts
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// 政策包 · judge by this package
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package
            && library.law(package).is_none()
        {
            return Err(super::assess::no_package(&library, package));
        }
        let mut sources = tree::Sources::default();
        let (batch, row, as_of, banner) = match &self.facts {
            Some(facts) => {
                let batches = facts_file::read(&library, facts, None, self.package.as_deref())?;
                let (batch, row) = self.find(batches)?;
                (batch, row, self.as_of.unwrap_or_else(clock::today), None)
            }
            None => self.stored(&library, &mut sources)?,
        };
        let Some((rule, _)) = batch.law.rule(&self.rule) else {
            let known: Vec<&str> = batch.law.listed().map(|(_, rule)| rule.name.as_str()).collect();
            let values = [("rule", self.rule.as_str()), ("known", &known.join(", "))];
            return Err(Failure::new("no_rule_known", &values).misuse());
        };
        let day = clock::day_number(as_of);
        let told = explain::explain(&batch.law, &library.vocabulary, &batch.facts, row, rule, day)
            .map_err(|(rule, _)| Failure::new("not_computable", &[("rule", &rule)]))?;
        if self.json {
            let value = tree::json(&told, &library, &sources);
            out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        } else {
            out(&tree::text(&told, &library, &sources, context.language));
        }
        if let Some(banner) = banner {
            tell(&banner);
        }
        Ok(())
    }

    fn find(&self, batches: Vec<Batch>) -> Result<(Batch, usize), Failure> {
        for batch in batches {
            if let Some(row) = batch.cases.iter().position(|case| *case == self.case) {
                return Ok((batch, row));
            }
        }
        Err(Failure::new("no_case", &[("case", &self.case)]))
    }

    fn stored(
        &self,
        library: &landcycle_policy::package::library::Library,
        sources: &mut tree::Sources,
    ) -> Result<(Batch, usize, Date, Option<String>), Failure> {
        let path = self.store.clone().unwrap_or_default();
        let ledger = store::open(&path)?;
        let name = path.display().to_string();
        let meta = |name: &str| ledger.meta(name).ok().flatten();
        let as_of = self.as_of.or_else(|| meta(store::AS_OF_META)?.parse().ok()).unwrap_or_else(clock::today);
        let occurrence = |fact: &str| store::is_occurrence(&library.vocabulary, fact);
        let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
        let mut sorter = Sorter::new(library, self.package.as_deref());
        let mut bad = None;
        let found = ledger.fold_case(&self.case, &cut, &mut |case| {
            for fact in case.facts {
                sources.seqs.insert(fact.name.to_owned(), fact.seq);
                sources.texts.insert(fact.name.to_owned(), fact.value.to_string());
            }
            let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
            bad = sorter.add(case.case_id, facts).err();
        });
        if !found.map_err(|error| store::failure(&name, &error))? {
            return Err(Failure::new("no_case", &[("case", &self.case)]));
        }
        if let Some(bad) = bad {
            return Err(Failure::text(bad.message));
        }
        for event in ledger.events_of(&self.case).map_err(|error| store::failure(&name, &error))? {
            sources.events.insert(event.seq, event);
        }
        let (batch, row) = self.find(sorter.finish())?;
        Ok((batch, row, as_of, meta(store::SAMPLE_META)))
    }
}
