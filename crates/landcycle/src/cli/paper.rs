//! `landcycle paper`: notices, decisions and agreements as DOCX.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::target::Target;
use super::{Context, facts_file, parse_date};
use crate::papers::{self, Question, Template};
use crate::portfolio::Batch;
use crate::say::{Failure, filled, out, tell};
use crate::{clock, dossier, packages, store};

/// What can be done with papers.
#[derive(Debug, Subcommand)]
pub(crate) enum Paper {
    /// 列出 · the papers of a package
    List(List),
    /// 模板 · hand out the template of a paper, to be changed in Word or WPS
    Template(Handed),
    /// 检查 · see whether a changed template still says what the law asks for
    Check(Check),
    /// 制作 · write a paper for a case
    Write(Box<Written>),
    /// 金额大写 · sums of money in capital numerals, one a line
    Amount(Amount),
}

/// Options of `list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// 政策包 · of this package
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
    /// 文书编号 · also what this paper contains, and where each content comes from
    paper: Option<String>,
}

/// Options of `template`.
#[derive(Debug, Args)]
pub(crate) struct Handed {
    /// 文书编号 · paper
    paper: String,
    /// 政策包 · of this package
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
    /// 输出文件 · where to put it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 模板文件 · the template
    file: PathBuf,
    /// 文书编号 · paper
    #[arg(long, value_name = "ID")]
    paper: String,
    /// 政策包 · of this package
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
}

/// Options of `amount`.
#[derive(Debug, Args)]
pub(crate) struct Amount {
    /// 金额（元） · sums in yuan, such as 1234.56; read from standard input where none is given
    sums: Vec<String>,
}

/// Options of `write`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cases").args(["store", "facts"]).required(true)))]
pub(crate) struct Written {
    /// 文书编号 · paper
    paper: String,
    /// 档案号 · case
    #[arg(long, value_name = "ID")]
    case: String,
    /// 库 · GeoPackage store
    #[arg(long, value_name = "FILE")]
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
    /// 填写 · what the office enters: name=value, as often as needed
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_entry)]
    set: Vec<(String, String)>,
    /// 填写单 · file with a name=value on each line, before those given here
    #[arg(long, value_name = "FILE")]
    entries: Option<PathBuf>,
    /// 模板文件 · the office's own template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// 草稿 · mark what is lacking instead of refusing
    #[arg(long)]
    draft: bool,
    /// 输出文件 · where to put it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn parse_entry(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| crate::say::both("paper_entry_form"))?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl Paper {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(options) => options.run(context),
            Self::Template(options) => options.run(context),
            Self::Check(options) => options.run(context),
            Self::Write(options) => options.run(context),
            Self::Amount(options) => options.run(),
        }
    }
}

fn law<'l>(library: &'l Library, package: &str) -> Result<&'l Law, Failure> {
    let law = library.law(package).map(AsRef::as_ref);
    law.ok_or_else(|| super::assess::no_package(library, package))
}

/// Puts bytes in a file, or nothing at all.
pub(super) fn put(path: &Path, inputs: &[&Path], bytes: &[u8]) -> Result<(), Failure> {
    let target = Target::open(Some(path), inputs)?;
    let mut pen = target.pen()?;
    pen.write_all(bytes).and_then(|()| pen.flush()).map_err(|error| target.failure(&error))?;
    target.finish()
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let law = law(&library, &self.package)?;
        if let Some(id) = &self.paper {
            let paper = papers::find(law, id)?;
            for line in papers::outline(paper, &library, law) {
                out(line.get(context.language))?;
            }
            return Ok(());
        }
        for (id, paper) in papers::of_law(law) {
            let owner = library.vocabulary.department(&paper.owner);
            let (title, owner) = (paper.title.get(context.language), owner.get(context.language));
            out(&format!("{id} · {title} · {owner}"))?;
        }
        Ok(())
    }
}

impl Handed {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let law = law(&library, &self.package)?;
        let paper = papers::find(law, &self.paper)?;
        let (_, bytes) = papers::template_of(law, context.packages(), paper)?;
        put(&self.out, &[], &bytes)
    }
}

impl Check {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let law = law(&library, &self.package)?;
        let paper = papers::find(law, &self.paper)?;
        let name = self.file.display().to_string();
        let template = Template::read(&name, packages::file(&self.file)?)?;
        let faults = papers::faults(paper, &template, &library, law);
        for fault in &faults {
            out(fault.get(context.language))?;
        }
        if faults.is_empty() {
            tell(filled("paper_checked", &[("file", &name)]).get(context.language));
            return Ok(());
        }
        Err(Failure::new("check_failed", &[("count", &faults.len().to_string())]))
    }
}

impl Amount {
    fn run(&self) -> Result<(), Failure> {
        let said = |text: &str| {
            let sum = Exact::parse(text.trim()).and_then(papers::capitals);
            sum.ok_or_else(|| Failure::new("paper_no_amount", &[("text", text.trim())]))
        };
        for sum in &self.sums {
            out(&said(sum)?)?;
        }
        if self.sums.is_empty() {
            let mut lines = Vec::new();
            for line in std::io::stdin().lines() {
                let line = line.map_err(|error| Failure::text(crate::say::io_reason(&error)))?;
                lines.push(said(&line)?);
            }
            if !lines.is_empty() {
                out(&lines.join("\n"))?;
            }
        }
        Ok(())
    }
}

/// A case as it was found.
struct Found {
    batch: Batch,
    row: usize,
    texts: BTreeMap<String, String>,
    as_of: Date,
    banner: Option<String>,
}

impl Written {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package {
            law(&library, package)?;
        }
        let found = self.find(&library)?;
        let case_law = &found.batch.law;
        let paper = papers::find(case_law, &self.paper)?;
        let (name, bytes) = match &self.template {
            Some(own) => (own.display().to_string(), packages::file(own)?),
            None => papers::template_of(case_law, context.packages(), paper)?,
        };
        let template = Template::read(&name, bytes)?;
        let entered = self.entered()?;
        let question = Question {
            library: &library,
            batch: &found.batch,
            row: found.row,
            texts: &found.texts,
            as_of: clock::day_number(found.as_of),
            entered: &entered,
            banner: found.banner.clone(),
        };
        let bytes = papers::write(paper, &template, &question, self.draft)?;
        let inputs = [&self.store, &self.facts, &self.template, &self.entries];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().map(PathBuf::as_path).collect();
        put(&self.out, &inputs, &bytes)?;
        let told = [
            ("paper", paper.title.clone()),
            ("case", Text::same(&self.case)),
            ("day", Text::same(found.as_of.to_string())),
            ("file", Text::same(self.out.display().to_string())),
        ];
        let key = if self.draft { "paper_drafted" } else { "paper_written" };
        tell(crate::say::words(key).fill(&told).get(context.language));
        Ok(())
    }

    /// What the office entered, in its order. What is given here stands for what the file has.
    fn entered(&self) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        let mut entered: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if let Some(path) = &self.entries {
            let text = packages::text(path)?;
            for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
                if line.trim().is_empty() {
                    continue;
                }
                let Ok((name, value)) = parse_entry(line) else {
                    let (file, line) = (path.display().to_string(), (at + 1).to_string());
                    return Err(
                        Failure::new("paper_entry_line", &[("file", &file), ("line", &line)]).misuse()
                    );
                };
                entered.entry(name).or_default().push(value);
            }
        }
        for (name, _) in &self.set {
            entered.remove(name);
        }
        for (name, value) in &self.set {
            entered.entry(name.clone()).or_default().push(value.clone());
        }
        Ok(entered)
    }

    fn find(&self, library: &Library) -> Result<Found, Failure> {
        let absent = || Failure::new("no_case", &[("case", &self.case)]);
        if let Some(facts) = &self.facts {
            let mut texts = BTreeMap::new();
            let mut note = |case: &str, values: &[(&str, String)]| {
                if case == self.case {
                    texts = values.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
                }
            };
            let batches = facts_file::read_noting(library, facts, None, self.package.as_deref(), &mut note)?;
            let place = |batch: Batch| {
                let row = batch.cases.iter().position(|case| *case == self.case)?;
                Some((batch, row))
            };
            let (batch, row) = batches.into_iter().find_map(place).ok_or_else(absent)?;
            let as_of = self.as_of.unwrap_or_else(clock::today);
            return Ok(Found { batch, row, texts, as_of, banner: None });
        }
        let ledger = store::open_to_read(&self.store.clone().unwrap_or_default())?;
        let meta = |name: &str| ledger.meta(name).ok().flatten();
        let as_of = self.as_of.or_else(|| meta(store::AS_OF_META)?.parse().ok());
        let as_of = as_of.unwrap_or_else(clock::today);
        let found = dossier::read(&ledger, library, &self.case, self.package.as_deref(), as_of)?;
        let dossier = found.ok_or_else(absent)?;
        let banner = meta(store::SAMPLE_META);
        Ok(Found { batch: dossier.batch, row: 0, texts: dossier.sources.texts, as_of, banner })
    }
}

#[cfg(test)]
mod tests;
