//! `landcycle linkage show`, `entries` and `check`: what a book says, for people and other programs.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::linkage::{self, Account, Book, NotDone, case_of};
use landcycle_ledger::{Event, Ledger};
use serde_json::json;

use super::super::output::guarded;
use super::super::sheets::Sheets;
use super::super::target::Target;
use super::super::{Context, parse_date};
use crate::cli::tree::text_json;
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
/// A book with its events; an error where there is none, or where it does not read.
fn read(ledger: &dyn Ledger, path: &Path, name: &str) -> Result<(Book, Vec<Event>), Failure> {
    let failed = |error| store::failure(path, &error);
    let book = linkage::read::<()>(ledger, name).map_err(|not_done| match not_done {
        NotDone::Store(error) => failed(error),
        NotDone::Broken { book, seq, why } => {
            let values = [("book", book.as_str()), ("seq", &seq.to_string()), ("why", &why.to_string())];
            Failure::new("linkage_broken", &values)
        }
        _ => Failure::new("linkage_no_book", &[("book", name), ("known", "")]),
    })?;
    let Some(book) = book else {
        let known = linkage::books(ledger).map_err(failed)?;
        return Err(Failure::new("linkage_no_book", &[("book", name), ("known", &known.join(", "))]));
    };
    let events = ledger.events_of(&case_of(name)).map_err(failed)?;
    Ok((book, events))
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let (book, mut events) = read(&ledger, &self.store, &self.book)?;
        let book = match self.on {
            None => book,
            Some(day) => {
                let values = [("book", self.book.clone()), ("on", day.to_string())];
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(name, value)| (*name, value.as_str())).collect();
                book.as_of(day).ok_or_else(|| Failure::new("linkage_not_yet", &values))?
            }
        };
        events.truncate(book.lines().len());
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
            Format::Csv => csv(&accounts)?,
            Format::Xlsx => xlsx(&[
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
        let (book, events) = read(&ledger, &self.store, &self.book)?;
        let journal = views::journal(&book, &events);
        let made = match self.to.format {
            Format::Table => journal.table(&JOURNAL, context.language).into_bytes(),
            Format::Json => serde_json::to_string_pretty(&journal.json()).unwrap_or_default().into_bytes(),
            Format::Csv => csv(&journal)?,
            Format::Xlsx => xlsx(&[("journal", &journal)])?,
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

fn csv(listing: &Listing) -> Result<Vec<u8>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("store_other", &[("what", &error.to_string())]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(listing.heading).map_err(|error| failed(&error))?;
    for row in &listing.rows {
        let cells = row.iter().zip(listing.heading).map(|(cell, name)| {
            // Numbers are ours; a text that looks like a formula is not.
            if ["amount", "balance"].contains(name) { cell.clone() } else { guarded(cell) }
        });
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

fn xlsx(listings: &[(&'static str, &Listing)]) -> Result<Vec<u8>, Failure> {
    let failed =
        |error: rust_xlsxwriter::XlsxError| Failure::new("store_other", &[("what", &error.to_string())]);
    let mut sheets: Option<Sheets> = None;
    for (name, listing) in listings {
        let mut next = match sheets {
            None => Sheets::new(name, listing.heading),
            Some(before) => before.turn(name, listing.heading).map_err(failed)?,
        };
        for row in &listing.rows {
            next.put(row.iter().map(String::as_str)).map_err(failed)?;
        }
        sheets = Some(next);
    }
    sheets.map_or(Ok(Vec::new()), |sheets| sheets.finish().map_err(failed))
}

impl Check {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let failed = |error| store::failure(&self.store, &error);
        let chain = ledger.verify().map_err(failed)?;
        let findings = linkage::check(&ledger).map_err(failed)?;
        let books = linkage::books(&ledger).map_err(failed)?;
        let language = context.language;
        let faults = findings.iter().map(|finding| finding.faults.len()).sum::<usize>();
        let faults = faults + usize::from(chain.fault.is_some());
        if self.json {
            let each = findings.iter().map(|finding| {
                let name = finding.invariant.name();
                let title = words(&format!("linkage_invariant_{name}"));
                json!({
                    "invariant": name, "title": text_json(&title),
                    "looked_at": finding.looked_at, "faults": finding.faults,
                })
            });
            let value = json!({
                "books": books, "events": chain.events, "head": chain.head.to_string(),
                "chain": chain.fault.as_ref().map(ToString::to_string),
                "invariants": each.collect::<Vec<_>>(), "sound": faults == 0,
            });
            out(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
        } else {
            let mut table = comfy_table::Table::new();
            table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
            let word = |key: &str| words(key).get(language).to_owned();
            table.set_header(
                ["linkage_head_invariant", "linkage_head_looked_at", "linkage_head_faults"].map(word),
            );
            let chain_fault = chain.fault.as_ref().map(ToString::to_string).unwrap_or_default();
            table.add_row([word("linkage_invariant_chain"), chain.events.to_string(), chain_fault]);
            for finding in &findings {
                let title = word(&format!("linkage_invariant_{}", finding.invariant.name()));
                table.add_row([title, finding.looked_at.to_string(), finding.faults.join("\n")]);
            }
            out(&table.to_string())?;
        }
        let values = [("books", books.len().to_string()), ("faults", faults.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if faults > 0 {
            return Err(Failure::new("linkage_unsound", &values));
        }
        tell(filled("linkage_sound", &values).get(language));
        Ok(())
    }
}
