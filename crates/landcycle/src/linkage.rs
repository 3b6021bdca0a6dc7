//! The book of linkage at the desk: what the law says to its operations, and how they are told.
//!
//! *One meaning:* commands and files go through [`perform`]; what a book is stands in the ledger crate.

pub(crate) mod court;
pub(crate) mod export;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod objection;
pub(crate) mod views;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::linkage::{Act, Area, Clerk, Done, NotDone, Order, case_of, record};
use landcycle_ledger::{Cut, Ledger, LedgerError};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;

use self::court::Court;
use self::objection::Objection;
use crate::acts::keep_package;

/// The fact that tells the area of a parcel, in square metres.
const AREA: &str = "area";

/// Why orders were not recorded; nothing of them was.
#[derive(Debug)]
pub(crate) enum Refused {
    /// One of them is objected to.
    Objection(usize, Box<Objection>),
    /// The store failed.
    Store(LedgerError),
}

/// Decides orders on a book and records them, all or none. With `dry`, nothing is recorded.
pub(crate) fn perform(
    ledger: &mut dyn Ledger,
    library: &Library,
    book: &str,
    orders: &[Order],
    (by, now, today, dry): (&str, Timestamp, Date, bool),
) -> Result<Vec<Done>, Refused> {
    for (at, order) in orders.iter().enumerate() {
        if let Act::Open { package, .. } = &order.act
            && library.law(package).is_none()
        {
            let known: Vec<&str> = library.laws().map(|(id, _)| id.as_str()).collect();
            return Err(Refused::Objection(at, Box::new(Objection::no_package(package, &known))));
        }
    }
    if !dry {
        // The text of the law stays with what is decided under it.
        let package = package_of(ledger, book, orders).map_err(Refused::Store)?;
        let digest = package.and_then(|package| library.law(&package)).map(|law| law.digest.clone());
        keep_package(ledger, library, digest.as_deref()).map_err(Refused::Store)?;
    }
    let mut court = Court::new(library);
    let done = record(ledger, book, orders, Clerk { by, now, today }, &mut |asked| court.judge(asked), dry);
    done.map_err(|not_done| match not_done {
        NotDone::Refused { at, refusal } => {
            Refused::Objection(at, Box::new(Objection::of_book(book, &refusal)))
        }
        NotDone::Law { at, why } => Refused::Objection(at, why),
        NotDone::Busy => Refused::Objection(0, Box::new(Objection::busy(book))),
        NotDone::Broken { book, seq, why } => {
            Refused::Objection(0, Box::new(Objection::broken(&book, seq, &why.to_string())))
        }
        NotDone::Store(error) => Refused::Store(error),
    })
}

/// The area of a parcel that is a case of the store, in hectares; whole square metres, so that never more
/// than it has is given up.
pub(crate) fn known_area(ledger: &dyn Ledger, parcel: &str, today: Date) -> Option<String> {
    let mut area = None;
    let cut = Cut { as_of: today, known_at: None, is_occurrence: &|_| false };
    let shown = ledger.fold_case(parcel, &cut, &mut |case| {
        area = case.get(AREA).map(|fact| fact.value.to_string());
    });
    // A store that cannot be read fails where the operation is recorded.
    shown.ok()?;
    let square_metres = Exact::parse(&area?)?;
    Some(Area::of_smallest(square_metres.num().div_euclid(square_metres.den())).to_string())
}

/// The package whose law judges a book: the one it was opened under, or is to be.
fn package_of(ledger: &dyn Ledger, book: &str, orders: &[Order]) -> Result<Option<String>, LedgerError> {
    let first = ledger.events_of(&case_of(book))?.into_iter().next();
    let opened = first.and_then(|event| event.body.get("package").map(Cow::into_owned));
    Ok(opened.or_else(|| match &orders.first()?.act {
        Act::Open { package, .. } => Some(package.clone()),
        _ => None,
    }))
}
