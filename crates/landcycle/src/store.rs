//! Opening a store and folding its events into batches.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::{Cut, GeoPackageLedger, Ledger};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{FactKind, Vocabulary};

use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;

/// Meta entry: the banner of a store whose content is invented.
pub(crate) const SAMPLE_META: &str = "sample";
/// Meta entry: the date as of which a store is usually assessed.
pub(crate) const AS_OF_META: &str = "as_of";

/// Opens a store that must exist.
pub(crate) fn open(path: &Path) -> Result<GeoPackageLedger, Failure> {
    let name = path.display().to_string();
    if !path.exists() {
        return Err(Failure::new("no_store", &[("file", &name)]));
    }
    GeoPackageLedger::open(path).map_err(|error| failure(&name, &error))
}

/// Opens a store that must exist, to read alone.
pub(crate) fn open_to_read(path: &Path) -> Result<GeoPackageLedger, Failure> {
    let name = path.display().to_string();
    if !path.exists() {
        return Err(Failure::new("no_store", &[("file", &name)]));
    }
    GeoPackageLedger::open_read_only(path).map_err(|error| failure(&name, &error))
}

/// Opens a store, making it when there is none.
pub(crate) fn open_or_create(path: &Path) -> Result<GeoPackageLedger, Failure> {
    if path.exists() { open(path) } else { create(path) }
}

fn create(path: &Path) -> Result<GeoPackageLedger, Failure> {
    GeoPackageLedger::create(path).map_err(|error| failure(&path.display().to_string(), &error))
}

/// A ledger's error in words for people.
pub(crate) fn failure(store: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::new("store_failed", &[("file", store), ("why", &error.to_string())])
}

/// Whether a fact is the date of something that happens.
pub(crate) fn is_occurrence(vocabulary: &Vocabulary, name: &str) -> bool {
    vocabulary.fact(name).is_some_and(|fact| matches!(fact.kind, FactKind::Date { occurrence: true }))
}

/// The facts of every case as of a day and as known at a moment, sorted under their laws.
pub(crate) fn batches(
    ledger: &dyn Ledger,
    library: &Library,
    package: Option<&str>,
    as_of: Date,
    known_at: Option<Timestamp>,
) -> Result<Vec<Batch>, Failure> {
    let occurrence = |name: &str| is_occurrence(&library.vocabulary, name);
    let cut = Cut { as_of, known_at, is_occurrence: &occurrence };
    let mut sorter = Sorter::new(library, package);
    let mut bad: Option<(String, Text)> = None;
    let visited = ledger.fold(&cut, &mut |case| {
        let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
        if let Err(error) = sorter.add(case.case_id, facts)
            && bad.is_none()
        {
            bad = Some((case.case_id.to_owned(), error.message));
        }
    });
    visited.map_err(|error| failure("", &error))?;
    if let Some((case, why)) = bad {
        let message = crate::say::words("bad_stored_fact").fill(&[("case", Text::same(case)), ("why", why)]);
        return Err(Failure::text(message));
    }
    Ok(sorter.finish())
}

/// Makes a new store.
pub(crate) fn create_quietly(path: &Path) -> Result<GeoPackageLedger, landcycle_ledger::LedgerError> {
    GeoPackageLedger::create(path)
}
