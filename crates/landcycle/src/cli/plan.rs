//! `landcycle plan`: the yearly supply plan, from its workbook to what is supplied against it.

mod published;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::assess::no_package;
use super::target::Target;
use super::{Context, parse_date};
use crate::plan::{self, Adoption, Prefilled, Verdict, print, told};
use crate::say::{Failure, both, filled, out, tell};
use crate::{clock, packages, store};

/// What can be done with plans.
#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// 模板 · the workbook that an office fills in
    Template(Template),
    /// 检查 · judge a plan by every rule of its place, each constraint as an equation with its numbers
    Check(Check),
    /// 批准 · record a plan in a store, or its revision
    Adopt(Adopt),
    /// 列出 · the plans of a store with their revisions
    List(List),
    /// 跟踪 · what was supplied against a plan, month by month, with a forecast to its end
    Track(Track),
    /// 公布 · the plan as a document, with what the law wants published
    Paper(published::Published),
}

/// Options of `template`.
#[derive(Debug, Args)]
pub(crate) struct Template {
    /// 政策包 · package whose city the plan is of
    #[arg(long, value_name = "ID")]
    package: String,
    /// 年度 · year of the plan
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1..=9998))]
    year: i16,
    /// 输出文件 · where to put the workbook
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 计划工作簿 · the workbook
    file: PathBuf,
    /// 政策包 · judge by this package, not by the plan's city
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 全部等式 · also the equations of what is satisfied or does not apply
    #[arg(long)]
    all: bool,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `adopt`.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// 计划工作簿 · the workbook
    file: PathBuf,
    /// 库 · store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 计划编号 · id of the plan, such as 2026
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    id: String,
    /// 批准日期 · day of adoption
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Date,
    /// 经办 · who records it
    #[arg(long, value_name = "WHO")]
    by: String,
    /// 政策包 · judge by this package, not by the plan's city
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 理由 · adopt although constraints fail that do not rest on the text of the law
    #[arg(long, value_name = "REASON")]
    despite: Option<String>,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// 库 · store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
}

/// Options of `track`.
#[derive(Debug, Args)]
pub(crate) struct Track {
    /// 计划编号 · plan
    id: String,
    /// 库 · store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 评估日 · counted to its end (default: today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 库外供应 · hectares supplied in the period that the store does not hold (housing, commerce …)
    #[arg(long, value_name = "HA", value_parser = parse_number)]
    elsewhere: Option<Exact>,
    /// 覆盖率 · the narrowest interval that holds at least so often, such as 0.8 (default: the widest)
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    coverage: Option<Exact>,
    /// 输出格式 · output format
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    /// 输出文件 · write here instead of to standard output (needed for xlsx)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Table,
    Json,
    Xlsx,
}

fn parse_id(text: &str) -> Result<String, String> {
    plan::is_id(text).then(|| text.to_owned()).ok_or_else(|| both("plan_bad_id"))
}

fn parse_number(text: &str) -> Result<Exact, String> {
    let number = Exact::parse(text).filter(|number| *number >= Exact::ZERO);
    number.ok_or_else(|| both("plan_bad_number"))
}

fn parse_share(text: &str) -> Result<Exact, String> {
    let number = Exact::parse(text).filter(|number| *number > Exact::ZERO && *number < Exact::ONE);
    number.ok_or_else(|| both("plan_bad_share"))
}

impl Plan {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Template(options) => options.run(context),
            Self::Check(options) => options.run(context),
            Self::Adopt(options) => options.run(context),
            Self::List(options) => options.run(context),
            Self::Track(options) => options.run(context),
            Self::Paper(options) => options.run(context),
        }
    }
}

fn known(library: &Library, package: Option<&str>) -> Result<(), Failure> {
    match package.filter(|package| library.law(package).is_none()) {
        Some(package) => Err(no_package(library, package)),
        None => Ok(()),
    }
}

/// Puts bytes in a file, or nothing at all.
fn put(path: Option<&Path>, inputs: &[&Path], bytes: &[u8]) -> Result<(), Failure> {
    let target = Target::open(path, inputs)?;
    let mut pen = target.pen()?;
    pen.write_all(bytes).and_then(|()| pen.flush()).map_err(|error| target.failure(&error))?;
    target.finish()
}

impl Template {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        known(&library, Some(&self.package))?;
        let city = plan::city_of(&library, &self.package);
        let made = plan::template(&library, &Prefilled { city, year: self.year }, None);
        let made = made.map_err(|error| Failure::text(Text::same(error.to_string())))?;
        put(Some(&self.to), &[], &made)?;
        let file = self.to.display().to_string();
        tell(filled("plan_template_made", &[("file", &file)]).get(context.language));
        Ok(())
    }
}

impl Check {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        known(&library, self.package.as_deref())?;
        let read = plan::read(&library, &self.file)?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let checked = plan::check(&library, &read, self.package.as_deref(), clock::day_number(as_of))?;
        if self.json {
            out(&print::json(&library, &read, &checked, as_of).to_string())?;
        } else {
            out(&print::text(&library, &read, &checked, as_of, self.all, context.language))?;
        }
        match checked.verdict() {
            Verdict::Fails => {
                let count = checked.of(Verdict::Fails).count().to_string();
                Err(Failure::new("plan_not_satisfied", &[("count", &count)]))
            }
            _ => Ok(()),
        }
    }
}

impl Adopt {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        known(&library, self.package.as_deref())?;
        let mut read = plan::read(&library, &self.file)?;
        let mut ledger = store::open(&self.store)?;
        let file = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let adoption = Adoption {
            id: &self.id,
            day: self.on,
            by: &self.by,
            origin: &file,
            despite: self.despite.as_deref(),
            now: (clock::now(), clock::today()),
        };
        let package = self.package.as_deref();
        let (event, checked) = plan::check_and_adopt(&library, &mut ledger, &mut read, package, &adoption)?;
        let unknown = checked.of(Verdict::Unknown).filter(|one| one.asks).count().to_string();
        let values = [("plan", self.id.as_str()), ("seq", &event.seq.to_string()), ("unknown", &unknown)];
        tell(filled("plan_adopted", &values).get(context.language));
        Ok(())
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let plans = plan::list(&library, &ledger)?;
        if plans.is_empty() {
            tell(crate::say::words("plan_no_plans").get(context.language));
        }
        for (id, revisions) in &plans {
            out(&print::revisions(&library, id, revisions, context.language))?;
        }
        Ok(())
    }
}

impl Track {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        if self.format == Form::Xlsx && self.out.is_none() {
            return Err(Failure::new("needs_out", &[]).misuse());
        }
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        if let Some(banner) = ledger.meta(store::SAMPLE_META).ok().flatten() {
            tell(&banner);
        }
        let revision = plan::load(&library, &ledger, &self.id, as_of)?;
        let found = plan::track(&library, &ledger, &revision, as_of, self.elsewhere, self.coverage)?;
        let told = told::Told { library: &library, id: &self.id, revision: &revision, found: &found };
        let bytes = match self.format {
            Form::Table => format!("{}\n", told.text(context.language)).into_bytes(),
            Form::Json => format!("{}\n", told.json()).into_bytes(),
            Form::Xlsx => told
                .workbook(context.language)
                .map_err(|error| Failure::text(Text::same(error.to_string())))?,
        };
        put(self.out.as_deref(), &[&self.store], &bytes)
    }
}

#[cfg(test)]
mod tests;
