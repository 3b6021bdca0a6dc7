//! A book read from a store, and its tables as files for other programs.

use std::path::Path;

use jiff::civil::Date;
use landcycle_ledger::linkage::{self, Book, NotDone, case_of};
use landcycle_ledger::{Event, Ledger};
use serde_json::{Value, json};

use super::views::Listing;
use crate::cli::tree::text_json;
use crate::cli::{Sheets, output};
use crate::say::{Failure, words};
use crate::store;

/// A book with its events; an error where there is none, or where it does not read.
pub(crate) fn read(ledger: &dyn Ledger, path: &Path, name: &str) -> Result<(Book, Vec<Event>), Failure> {
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

/// The book as it was at the end of a day, with its events up to then; as it stands without one.
pub(crate) fn as_of(
    (book, mut events): (Book, Vec<Event>),
    name: &str,
    on: Option<Date>,
) -> Result<(Book, Vec<Event>), Failure> {
    let book = match on {
        None => book,
        Some(day) => {
            let values = [("book", name.to_owned()), ("on", day.to_string())];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            book.as_of(day).ok_or_else(|| Failure::new("linkage_not_yet", &values))?
        }
    };
    events.truncate(book.lines().len());
    Ok((book, events))
}

/// A table as CSV.
pub(crate) fn csv(listing: &Listing) -> Result<Vec<u8>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("store_other", &[("what", &error.to_string())]);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(listing.heading).map_err(|error| failed(&error))?;
    for row in &listing.rows {
        let cells = row.iter().zip(listing.heading).map(|(cell, name)| {
            // Numbers are ours; a text that looks like a formula is not.
            if ["amount", "balance"].contains(name) { cell.clone() } else { output::guarded(cell) }
        });
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

/// Tables as sheets of a workbook.
pub(crate) fn xlsx(listings: &[(&'static str, &Listing)]) -> Result<Vec<u8>, Failure> {
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

/// 查核 · the chain and every invariant over all books of a store.
pub(crate) struct Examined {
    /// The books.
    pub(crate) books: Vec<String>,
    /// What the chain is.
    pub(crate) chain: landcycle_ledger::Verification,
    /// What was found of each invariant.
    pub(crate) findings: Vec<linkage::Finding>,
}

/// Recomputes every book of a store from its chain.
pub(crate) fn examine(ledger: &dyn Ledger, path: &Path) -> Result<Examined, Failure> {
    let failed = |error| store::failure(path, &error);
    let chain = ledger.verify().map_err(failed)?;
    let findings = linkage::check(ledger).map_err(failed)?;
    let books = linkage::books(ledger).map_err(failed)?;
    Ok(Examined { books, chain, findings })
}

impl Examined {
    /// How many faults there are.
    pub(crate) fn faults(&self) -> usize {
        let found = self.findings.iter().map(|finding| finding.faults.len()).sum::<usize>();
        found + usize::from(self.chain.fault.is_some())
    }

    /// For other programs and the page.
    pub(crate) fn json(&self) -> Value {
        let each = self.findings.iter().map(|finding| {
            let name = finding.invariant.name();
            let title = words(&format!("linkage_invariant_{name}"));
            json!({
                "invariant": name, "title": text_json(&title),
                "looked_at": finding.looked_at, "faults": finding.faults,
            })
        });
        json!({
            "books": self.books, "events": self.chain.events, "head": self.chain.head.to_string(),
            "chain": self.chain.fault.as_ref().map(ToString::to_string),
            "invariants": each.collect::<Vec<_>>(), "sound": self.faults() == 0,
        })
    }
}
