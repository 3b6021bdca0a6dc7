//! `landcycle plan paper`: a plan as a document, from the template of its package.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::text::Text;

use super::put;
use crate::cli::paper::parse_entry;
use crate::cli::{Context, parse_date};
use crate::plan::{self, Office};
use crate::say::{Failure, tell, words};
use crate::{clock, packages, store};

/// Options of `paper`.
#[derive(Debug, Args)]
pub(crate) struct Published {
    /// 计划编号 · plan
    id: String,
    /// 库 · store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 基准日 · the plan as it stood on this day (default: today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 填写 · what the office enters: number, issuer, `issued_on`
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_entry)]
    set: Vec<(String, String)>,
    /// 模板文件 · the office's own template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// 草稿 · mark what is lacking instead of refusing
    #[arg(long)]
    draft: bool,
    /// 输出文件 · where to put it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Published {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let revision = plan::load(&library, &ledger, &self.id, as_of)?;
        let office = Office {
            set: &self.set,
            template: self.template.as_deref(),
            draft: self.draft,
            banner: ledger.meta(store::SAMPLE_META).ok().flatten(),
        };
        let (title, bytes) = plan::paper(&library, context.packages(), &revision, as_of, office)?;
        let inputs = [Some(&self.store), self.template.as_ref()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().map(PathBuf::as_path).collect();
        put(Some(&self.to), &inputs, &bytes)?;
        let told = [
            ("paper", title),
            ("case", Text::same(&self.id)),
            ("day", Text::same(as_of.to_string())),
            ("file", Text::same(self.to.display().to_string())),
        ];
        let key = if self.draft { "paper_drafted" } else { "paper_written" };
        tell(words(key).fill(&told).get(context.language));
        Ok(())
    }
}
