//! `landcycle listing public`, `recompute` and `rehearse`: the result as a file, and computed from one.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};
use serde_json::{Value, json};

use super::{At, bids_table, method_text, opened};
use crate::cli::target::Target;
use crate::cli::{Context, parse_date};
use crate::listings::public::FileForm;
use crate::listings::result::result;
use crate::listings::{public, rehearse};
use crate::say::{Failure, filled, out, tell};
use crate::{clock, packages, store};

/// Options of `listing public`.
#[derive(Debug, Args)]
pub(crate) struct Public {
    /// 竞买编号 · listing
    listing: String,
    #[command(flatten)]
    at: At,
    /// 写到 · a file .json, .csv or .xlsx; only .json can be computed again
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// 政策包 · also the packages it was decided by, into this new folder
    #[arg(long, value_name = "DIR")]
    law: Option<PathBuf>,
}

/// Options of `listing recompute`.
#[derive(Debug, Args)]
pub(crate) struct Recompute {
    /// 公开文件 · published file (JSON)
    file: PathBuf,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `listing rehearse`.
#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// 剧本 · script (YAML)
    script: PathBuf,
    /// 写到 · the published file
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// 示例库 · record it in this store of invented data
    #[arg(long, value_name = "FILE", requires = "today")]
    store: Option<PathBuf>,
    /// 今天 · the day of the script that is today in the store; the other days move with it
    #[arg(long, value_name = "DATE", requires = "store", value_parser = parse_date)]
    today: Option<Date>,
}

impl Public {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (_, listing, library) = opened(&self.at, &self.listing, library)?;
        if listing.ranked.is_none() {
            let refusal =
                crate::listings::Refusal::barred(landcycle_ledger::listing::Bar::NotRanked, &listing);
            return Err(Failure::text(refusal.report(&library)));
        }
        let found = result(&listing, &library)?;
        let file = public::file(&found, &listing);
        let bytes = public::bytes(&file, self.form(), context.language)?;
        let target = Target::open(self.to.as_deref(), &[&self.at.store])?;
        let written = target.pen().map(|mut pen| pen.write_all(&bytes).and_then(|()| pen.flush()))?;
        written.map_err(|error| target.failure(&error))?;
        target.finish()?;
        match &self.law {
            Some(folder) => write_law(folder, &library, &listing.package),
            None => Ok(()),
        }
    }

    fn form(&self) -> FileForm {
        let ending = self.to.as_deref().and_then(Path::extension).map(std::ffi::OsStr::to_ascii_lowercase);
        let form = ending.as_deref().and_then(std::ffi::OsStr::to_str).and_then(FileForm::of);
        form.unwrap_or(FileForm::Json)
    }
}

/// The packages of a law as a folder that `--packages` reads.
fn write_law(folder: &Path, library: &Library, digest: &str) -> Result<(), Failure> {
    let package = digest.split('@').next().unwrap_or(digest);
    let fail =
        |error: &std::io::Error| crate::say::output_failure(Some(&folder.display().to_string()), error);
    std::fs::create_dir(folder).map_err(|error| fail(&error))?;
    for source in library.sources(package) {
        let path = folder.join(&source.path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&path, &source.text)).map_err(|error| fail(&error))?;
    }
    Ok(())
}

impl Recompute {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let name = self.file.display().to_string();
        let found = public::recompute(&name, &packages::text(&self.file)?, &library)?;
        let differences: Vec<Value> = found
            .differences
            .iter()
            .map(|(place, file, own)| json!({"place": place, "file": file, "computed": own}))
            .collect();
        if self.json {
            let agrees = differences.is_empty();
            let value = json!({"agrees": agrees, "bids": found.bids, "valid": found.valid, "differences": differences});
            out(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        }
        let (bids, valid) = (found.bids.to_string(), found.valid.to_string());
        if found.differences.is_empty() {
            if !self.json {
                let values = [("bids", bids.as_str()), ("valid", &valid)];
                out(filled("listing_agrees", &values).get(context.language))?;
            }
            return Ok(());
        }
        let lines = |language: Language| {
            let mut text = filled("listing_differs", &[("count", &differences.len().to_string())])
                .get(language)
                .to_owned();
            for (place, file, own) in &found.differences {
                let values = [("place", place.as_str()), ("file", file), ("own", own)];
                let _ = write!(text, "\n  {}", filled("listing_difference", &values).get(language));
            }
            text
        };
        Err(Failure::text(Text { zh: lines(Language::Zh), en: lines(Language::En) }))
    }
}

impl Rehearse {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let name = self.script.display().to_string();
        if let (Some(store), Some(day)) = (&self.store, self.today) {
            return self.record(context, &library, store, day);
        }
        let went = rehearse::run(&name, &packages::text(&self.script)?, &library, context.language)?;
        if let Some(failure) = went.astray.into_iter().next() {
            return Err(failure);
        }
        for line in &went.lines {
            tell(line);
        }
        let Some(public) = went.public else { return Ok(()) };
        match &self.to {
            None => {
                out(&bids_table(&public, context.language))?;
                out(&method_text(&public, context.language))
            }
            Some(path) => {
                let target = Target::open(Some(path), &[&self.script])?;
                let text = serde_json::to_string_pretty(&public).unwrap_or_default();
                let written =
                    target.pen().map(|mut pen| writeln!(pen, "{text}").and_then(|()| pen.flush()))?;
                written.map_err(|error| target.failure(&error))?;
                target.finish()
            }
        }
    }
}

impl Rehearse {
    /// Records a script in a store whose data are declared to be invented, and in no other.
    fn record(&self, context: &Context, library: &Library, path: &Path, day: Date) -> Result<(), Failure> {
        let mut ledger = store::open(path)?;
        let name = path.display().to_string();
        let sample = ledger.meta(store::SAMPLE_META).map_err(|error| store::failure(path, &error))?;
        if sample.is_none() {
            return Err(Failure::new("listing_rehearsed_only", &[("store", &name)]).misuse());
        }
        let (script, text) = (self.script.display().to_string(), packages::text(&self.script)?);
        let days = (day, clock::today());
        let went = rehearse::record((&script, &text), library, context.language, &mut ledger, days)?;
        if let Some(failure) = went.astray.into_iter().next() {
            return Err(failure);
        }
        let day = day.to_string();
        tell(filled("listing_rehearsed", &[("store", &name), ("day", &day)]).get(context.language));
        Ok(())
    }
}

/// Scripts, a JSON line each: what was refused at each step, and the published file.
pub(super) fn model(context: &Context, file: &Path) -> Result<(), Failure> {
    let library = packages::sound(context.packages())?;
    let text = packages::text(file)?;
    for (at, line) in text.lines().enumerate() {
        let name = format!("{}:{}", file.display(), at + 1);
        let went = rehearse::run(&name, line, &library, context.language)?;
        out(&json!({"refused": went.refused, "public": went.public}).to_string())?;
    }
    Ok(())
}
