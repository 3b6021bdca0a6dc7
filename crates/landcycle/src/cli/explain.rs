//! `landcycle explain CASE RULE`: the tree behind an outcome.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::program::explain;

use super::{Context, facts_file, parse_date, tree};
use crate::portfolio::Batch;
use crate::say::{Failure, out, tell};
use crate::{clock, dossier, packages, store};

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cases").args(["store", "facts"]).required(true)))]
pub(crate) struct Explain {
    /// 档案号 · case
    case: String,
    /// 规则 · rule, by name or path
    rule: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// 事实表 · CSV or XLSX file of facts
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// 工作表 · sheet of a workbook of facts
    #[arg(long, value_name = "NAME", conflicts_with = "store")]
    sheet: Option<String>,
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
                let batches = facts_file::read(&library, facts, self.sheet.clone(), self.package.as_deref())?;
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
            out(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        } else {
            out(&tree::text(&told, &library, &sources, context.language))?;
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
        let meta = |name: &str| ledger.meta(name).ok().flatten();
        let as_of = self.as_of.or_else(|| meta(store::AS_OF_META)?.parse().ok()).unwrap_or_else(clock::today);
        let found = dossier::read(&ledger, library, &self.case, self.package.as_deref(), as_of)?;
        let Some(found) = found else {
            return Err(Failure::new("no_case", &[("case", &self.case)]));
        };
        *sources = found.sources;
        Ok((found.batch, 0, as_of, meta(store::SAMPLE_META)))
    }
}
