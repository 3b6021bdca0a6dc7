//! `landcycle linkage show`, `entries` and `check`: what a book says, for people and other programs.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_ledger::linkage::{self, Account};

use super::super::target::Target;
use super::super::{Context, parse_date};
use crate::linkage::export;
use crate::linkage::views::{self, Listing};
use crate::say::{Failure, filled, out, tell, words};
use crate::store;

/// Options of `linkage show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// 台账 · book
    book: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 日期 · as it was at the end of that day; as it stands if not given
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Option<Date>,
    #[command(flatten)]
    to: To,
}

/// Options of `linkage entries`.
#[derive(Debug, Args)]
pub(crate) struct Entries {
    /// 台账 · book
    book: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    #[command(flatten)]
    to: To,
}

/// Where it is written, and how.
#[derive(Debug, Args)]
struct To {
    /// 格式 · format
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// 文件 · file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Options of `linkage check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    Xlsx,
}

/// Columns of the journal that a terminal has room for.
const JOURNAL: [&str; 8] = ["key", "on", "act", "account", "holder", "other", "amount", "undone_by"];
impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let book = export::read(&ledger, &self.store, &self.book)?;
        let (book, events) = export::as_of(book, &self.book, self.on)?;
        let language = context.language;
        let (places, accounts) = (views::places(&book), views::accounts(&book));
        let made = match self.to.format {
            Format::Table => {
                let used: Vec<Vec<String>> =
                    accounts.rows.iter().filter(|row| row[0] == "used").cloned().collect();
                let used = Listing { heading: accounts.heading, rows: used };
                let tables = [
                    format!("{} · {}", self.book, book.title),
                    places.table(places.heading, language),
                    words("linkage_used_by").get(language).to_owned(),
                    used.table(&["holder", "balance", "unit"], language),
                ];
                tables.join("\n").into_bytes()
            }
            Format::Json => {
                let value = views::book_json(&self.book, &book, &events);
                serde_json::to_string_pretty(&value).unwrap_or_default().into_bytes()
            }
            Format::Csv => export::csv(&accounts)?,
            Format::Xlsx => export::xlsx(&[
                ("places", &places),
                ("accounts", &accounts),
                ("journal", &views::journal(&book, &events)),
            ])?,
        };
        self.to.write(&made, &self.store)?;
        let outside = -book.balance(&Account::Outside);
        let hectares = linkage::Unit::Hectare.text(outside);
        let values = [("operations", book.lines().len().to_string()), ("outside", hectares)];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(filled("linkage_shown", &values).get(language));
        if views::rests_on_stand_in(&events) {
            tell(words("linkage_book_stand_in").get(language));
        }
        tell_sample(&ledger);
        Ok(())
    }
}

/// The banner of a store whose content is invented.
fn tell_sample(ledger: &dyn Ledger) {
    if let Some(banner) = ledger.meta(store::SAMPLE_META).ok().flatten() {
        tell(&banner);
    }
}

impl Entries {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let (book, events) = export::read(&ledger, &self.store, &self.book)?;
        let journal = views::journal(&book, &events);
        let made = match self.to.format {
            Format::Table => journal.table(&JOURNAL, context.language).into_bytes(),
            Format::Json => serde_json::to_string_pretty(&journal.json()).unwrap_or_default().into_bytes(),
            Format::Csv => export::csv(&journal)?,
            Format::Xlsx => export::xlsx(&[("journal", &journal)])?,
        };
        self.to.write(&made, &self.store)?;
        tell_sample(&ledger);
        Ok(())
    }
}

impl To {
    fn write(&self, made: &[u8], input: &Path) -> Result<(), Failure> {
        if self.format == Format::Xlsx && self.out.is_none() {
            return Err(Failure::new("linkage_xlsx_out", &[]).misuse());
        }
        let target = Target::open(self.out.as_deref(), &[input])?;
        let mut pen = target.pen()?;
        let end: &[u8] = if self.format == Format::Xlsx || made.ends_with(b"\n") { b"" } else { b"\n" };
        let done = pen.write_all(made).and_then(|()| pen.write_all(end)).and_then(|()| pen.flush());
        done.map_err(|error| target.failure(&error))?;
        target.finish()
    }
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let found = export::examine(&ledger, &self.store)?;
        let (language, faults) = (context.language, found.faults());
        if self.json {
            let value = found.json();
            out(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        } else {
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
            let word = |key: &str| words(key).get(language).to_owned();
            table.set_header(
                ["linkage_head_invariant", "linkage_head_looked_at", "linkage_head_faults"].map(word),
            );
            let chain_fault = found.chain.fault.as_ref().map(ToString::to_string).unwrap_or_default();
            table.add_row([word("linkage_invariant_chain"), found.chain.events.to_string(), chain_fault]);
            for finding in &found.findings {
                let title = word(&format!("linkage_invariant_{}", finding.invariant.name()));
                table.add_row([title, finding.looked_at.to_string(), finding.faults.join("\n")]);
            }
            out(&table.to_string())?;
        }
        let values = [("books", found.books.len().to_string()), ("faults", faults.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if faults > 0 {
            return Err(Failure::new("linkage_unsound", &values));
        }
        tell(filled("linkage_sound", &values).get(language));
        Ok(())
    }
}
