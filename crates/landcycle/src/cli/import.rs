//! `landcycle import notices FILE --store STORE`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use landcycle_policy::text::Text;

use super::Context;
use crate::notices::preview::{Change, Preview, preview};
use crate::notices::{self, Options, Report};
use crate::say::{Failure, filled, filled_with, tell, words};
use crate::store;
use crate::{clock, packages};

/// What can be imported.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// 土地供应结果公告 · national land-market notices (CSV, CSV.gz or XLSX)
    Notices(Notices),
}

/// Options of `import notices`.
#[derive(Debug, Args)]
pub(crate) struct Notices {
    /// 文件 · file of notices
    file: PathBuf,
    /// 库 · store, made when there is none: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 工作表 · sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 保留合格行 · record the good rows although others are refused
    #[arg(long)]
    keep_good: bool,
    /// 预览 · say what would be recorded, and record nothing
    #[arg(long)]
    dry_run: bool,
}

/// Refused rows shown on the terminal.
const SHOWN: usize = 20;

impl Import {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let Self::Notices(notices) = self;
        notices.run(context)
    }
}

impl Notices {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {pos} · {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(words("reading").get(context.language).to_owned());
        let options = Options { sheet: self.sheet.clone(), keep_good: self.keep_good, ..Options::default() };
        if self.dry_run {
            let found = preview(&library, &self.file, &self.store, &options, clock::today());
            bar.finish_and_clear();
            return self.tell_preview(&found?, context);
        }
        let report =
            notices::import(&library, &self.file, &self.store, &options, &|rows| bar.set_position(rows));
        bar.finish_and_clear();
        let report = report?;
        self.tell(&report, context)
    }

    fn tell_preview(&self, found: &Preview, context: &Context) -> Result<(), Failure> {
        for one in found.columns.iter().filter(|one| one.fact.is_some()) {
            let values = [("column", one.header.as_str()), ("fact", one.fact.as_deref().unwrap_or_default())];
            tell(filled("import_mapped", &values).get(context.language));
        }
        let count = |change: Change| found.cases.get(&change).copied().unwrap_or_default().to_string();
        let (new, changed, same) = (count(Change::New), count(Change::Changed), count(Change::Same));
        let values = [("new", new.as_str()), ("changed", &changed), ("same", &same)];
        tell(filled("import_preview", &values).get(context.language));
        self.tell(&found.report, context)
    }

    fn tell(&self, report: &Report, context: &Context) -> Result<(), Failure> {
        let say = |text: &Text| tell(text.get(context.language));
        for (column, why) in &report.ignored {
            say(&words("ignored_column").fill(&[("column", Text::same(column)), ("why", why.clone())]));
        }
        for (why, rows) in &report.unusual {
            say(&filled_with(
                "unusual_rows",
                &[("rows", Text::same(rows.to_string())), ("why", why.clone())],
            ));
        }
        for note in report.notes.iter().take(SHOWN) {
            say(note);
        }
        for reason in report.refused.iter().take(SHOWN) {
            say(reason);
        }
        let shown = report.refused.len().min(SHOWN) as u64;
        if report.refused_count > shown {
            let more = (report.refused_count - shown).to_string();
            say(&filled("more_refused", &[("more", &more)]));
        }
        let refused = report.refused_count.to_string();
        let rows = report.rows.to_string();
        if report.refused_count > 0 && !self.keep_good {
            return Err(Failure::new("import_refused", &[("rows", &rows), ("refused", &refused)]));
        }
        if report.nothing_good() {
            return Err(Failure::new("nothing_good", &[("rows", &rows)]));
        }
        let values = [
            ("rows", rows.as_str()),
            ("added", &report.added.to_string()),
            ("there", &report.already_there.to_string()),
            ("refused", &refused),
            ("store", &store::name(&self.store)),
        ];
        say(&filled(if self.dry_run { "import_would" } else { "imported" }, &values));
        Ok(())
    }
}
