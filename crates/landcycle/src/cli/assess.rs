//! `landcycle assess`: the determinations of every case of a store or a facts file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::package::library::Library;

use super::output::{Format, Output};
use super::target::Target;
use super::{Context, facts_file, parquet_facts, parse_date, parse_threads};
use crate::portfolio::Batch;
use crate::say::{Failure, filled, tell};
use crate::{assessment, clock, packages, store};

/// Options of `assess`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cases").args(["store", "facts"]).required(true)))]
pub(crate) struct Assess {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// 事实表 · CSV, XLSX or Parquet file of facts, one case a row (Parquet is read batch by batch)
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// 工作表 · sheet of a workbook of facts
    #[arg(long, value_name = "NAME", conflicts_with = "store")]
    sheet: Option<String>,
    /// 政策包 · judge every case by this package, not by its place
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date, counted to its end (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 只列规则 · only these rules
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// 一行一个 JSON 对象 · one JSON object a line
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// 输出格式 · output format
    #[arg(long, value_enum)]
    format: Option<FormatArgument>,
    /// 输出文件 · write here instead of to standard output (needed for parquet and xlsx)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 线程数 · threads
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArgument {
    Table,
    Json,
    Csv,
    Parquet,
    Xlsx,
}

impl Assess {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package
            && library.law(package).is_none()
        {
            return Err(no_package(&library, package));
        }
        let target = self.target()?;
        if let Some(facts) = self.facts.as_ref().filter(|facts| parquet_facts::is_parquet(facts)) {
            return self.stream(facts, &library, target, context);
        }
        let (batches, as_of, banner) = self.batches(&library)?;
        self.known_rules(&batches)?;
        let mut output = Output::open(self.format(), target, context.language, &library)?;
        self.put(&library, &batches, as_of, &mut output)?;
        output.finish()?;
        if let Some(banner) = banner {
            tell(&banner);
        }
        let cases: usize = batches.iter().map(|batch| batch.cases.len()).sum();
        let said = filled("assessed", &[("cases", &cases.to_string()), ("day", &as_of.to_string())]);
        tell(said.get(context.language));
        Ok(())
    }

    /// Reads a Parquet file, judges its cases and writes their determinations, some rows at a time.
    fn stream(
        &self,
        facts: &Path,
        library: &Library,
        target: Target,
        context: &Context,
    ) -> Result<(), Failure> {
        let mut stream = parquet_facts::Stream::open(library, facts, self.package.as_deref())?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let mut output = Output::open(self.format(), target, context.language, library)?;
        let bar = ProgressBar::new(stream.len());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} · {elapsed} · {eta}") {
            bar.set_style(style);
        }
        let mut cases = 0;
        while let Some(batches) = stream.next()? {
            if cases == 0 {
                self.known_rules(&batches)?;
            }
            self.put(library, &batches, as_of, &mut output)?;
            cases += batches.iter().map(|batch| batch.cases.len()).sum::<usize>();
            bar.set_position(cases as u64);
        }
        output.finish()?;
        bar.finish_and_clear();
        let said = filled("assessed", &[("cases", &cases.to_string()), ("day", &as_of.to_string())]);
        tell(said.get(context.language));
        Ok(())
    }

    /// Refuses a rule that no case can be judged by.
    fn known_rules(&self, batches: &[Batch]) -> Result<(), Failure> {
        for rule in &self.rule {
            if !batches.iter().any(|batch| batch.law.rule(rule).is_some()) {
                let known: BTreeSet<&str> = batches
                    .iter()
                    .flat_map(|batch| batch.law.listed().map(|(_, rule)| rule.name.as_str()))
                    .collect();
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(Failure::new("no_rule_known", &[("rule", rule), ("known", &known)]).misuse());
            }
        }
        Ok(())
    }

    fn put(
        &self,
        library: &Library,
        batches: &[Batch],
        as_of: Date,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let threads = self.threads.unwrap_or_else(assessment::default_threads);
        for batch in batches {
            let wanted: Option<BTreeSet<usize>> = (!self.rule.is_empty()).then(|| {
                self.rule.iter().filter_map(|name| batch.law.rule(name)).map(|(at, _)| at).collect()
            });
            let day = clock::day_number(as_of);
            assessment::assess(library, batch, day, wanted.as_ref(), threads, &mut |found| {
                output.put(&found)
            })?;
        }
        Ok(())
    }

    /// Where the output goes, before anything is read for it.
    fn target(&self) -> Result<Target, Failure> {
        if self.out.is_none() && matches!(self.format(), Format::Parquet | Format::Xlsx) {
            return Err(Failure::new("needs_out", &[]).misuse());
        }
        let inputs: Vec<&Path> =
            [&self.store, &self.facts].into_iter().flatten().map(PathBuf::as_path).collect();
        Target::open(self.out.as_deref(), &inputs)
    }

    fn format(&self) -> Format {
        match self.format {
            _ if self.json => Format::Json,
            Some(FormatArgument::Json) => Format::Json,
            Some(FormatArgument::Csv) => Format::Csv,
            Some(FormatArgument::Parquet) => Format::Parquet,
            Some(FormatArgument::Xlsx) => Format::Xlsx,
            Some(FormatArgument::Table) | None => Format::Table,
        }
    }

    fn batches(&self, library: &Library) -> Result<(Vec<Batch>, Date, Option<String>), Failure> {
        if let Some(facts) = &self.facts {
            let batches = facts_file::read(library, facts, self.sheet.clone(), self.package.as_deref())?;
            return Ok((batches, self.as_of.unwrap_or_else(clock::today), None));
        }
        let path = self.store.clone().unwrap_or_default();
        let ledger = store::open(&path)?;
        let meta = |name: &str| ledger.meta(name).ok().flatten();
        let as_of = self.as_of.or_else(|| meta(store::AS_OF_META)?.parse().ok()).unwrap_or_else(clock::today);
        let banner = meta(store::SAMPLE_META);
        let batches = store::batches(&ledger, library, self.package.as_deref(), as_of, None)?;
        Ok((batches, as_of, banner))
    }
}

/// There is no such package: names those there are.
pub(crate) fn no_package(library: &Library, package: &str) -> Failure {
    let known: Vec<&str> = library.packages.keys().map(String::as_str).collect();
    Failure::new("no_package", &[("package", package), ("known", &known.join(", "))]).misuse()
}
