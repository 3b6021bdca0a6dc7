//! Opening a store and folding its events into batches.

mod fresh;
mod place;

pub(crate) use fresh::Writing;
use place::place;
pub(crate) use place::{name, short_name};

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::{FoldedCase, LedgerError, Store, Trouble};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{FactKind, Vocabulary};

use crate::assessment;
use crate::portfolio::{Batch, Sorter};
use crate::say::{Failure, filled, words};
use crate::scope::Scope;

/// Meta entry: the banner of a store whose content is invented.
pub(crate) const SAMPLE_META: &str = "sample";
/// Meta entry: the date as of which a store is usually assessed.
pub(crate) const AS_OF_META: &str = "as_of";

/// Opens a store that must exist: a file, or an address `postgresql://…`.
pub(crate) fn open(path: &Path) -> Result<Store, Failure> {
    check_there(path)?;
    Store::open(&place(path)?).map_err(|error| failure(path, &error))
}

/// Opens a store that must exist, to read alone.
pub(crate) fn open_to_read(path: &Path) -> Result<Store, Failure> {
    check_there(path)?;
    Store::open_read_only(&place(path)?).map_err(|error| failure(path, &error))
}

/// Opens a store to read alone; nothing where there is none.
pub(crate) fn open_if_there(path: &Path) -> Result<Option<Store>, Failure> {
    if !place::is_server(path) && !path.exists() {
        return Ok(None);
    }
    open_to_read(path).map(Some)
}

fn check_there(path: &Path) -> Result<(), Failure> {
    if place::is_server(path) {
        return Ok(());
    }
    let name = path.display().to_string();
    if path.is_dir() {
        let why = words("store_is_folder");
        let values = [("file", Text::same(name)), ("why", why)];
        return Err(Failure::text(words("store_failed").fill(&values)));
    }
    if path.exists() { Ok(()) } else { Err(Failure::new("no_store", &[("file", &name)])) }
}

/// A ledger's error in words for people: what is wrong, and what to do.
pub(crate) fn failure(store: impl AsRef<Path>, error: &LedgerError) -> Failure {
    let name = name(store.as_ref());
    let server = place::is_server(store.as_ref());
    let why = match error {
        LedgerError::Missing(_) if server => words("server_no_store"),
        LedgerError::Server { why, .. } => place::said(why),
        LedgerError::ChangedMeanwhile { case_id, .. } => filled("store_case_changed", &[("case", case_id)]),
        LedgerError::OutcomeUnknown => words("store_outcome_unknown"),
        LedgerError::NotEmpty(_) => words("store_not_empty"),
        LedgerError::Unsound(fault) => filled("store_unsound", &[("what", &fault.to_string())]),
        LedgerError::NotAStore(_) => words("store_is_none"),
        LedgerError::Exists(_) => words("store_made_meanwhile"),
        LedgerError::Missing(_) => return Failure::new("no_store", &[("file", &name)]),
        LedgerError::TooNew { found, known, .. } => {
            filled("store_too_new", &[("found", &found.to_string()), ("known", &known.to_string())])
        }
        LedgerError::HeadMoved { expected, found } => {
            filled("store_head_moved", &[("expected", &expected.to_string()), ("found", &found.to_string())])
        }
        LedgerError::Unreadable { seq, what } => {
            filled("store_event_unreadable", &[("seq", &seq.to_string()), ("what", what)])
        }
        LedgerError::Geometry { case_id, why } => {
            filled("store_outline_unreadable", &[("case", case_id), ("what", &why.to_string())])
        }
        other => match other.trouble() {
            Some(Trouble::Locked) if server => words("server_busy"),
            Some(Trouble::ReadOnly) if server => words("server_read_only"),
            Some(Trouble::Lost) => words("server_lost"),
            Some(Trouble::Locked) => words("store_locked"),
            Some(Trouble::ReadOnly) => words("store_read_only"),
            Some(Trouble::Full) => words("io_full"),
            Some(Trouble::Damaged) => words("store_damaged"),
            Some(Trouble::NoAccess) => words("store_no_access"),
            None => filled("store_other", &[("what", &other.to_string())]),
        },
    };
    Failure::text(words("store_failed").fill(&[("file", Text::same(name)), ("why", why)]))
}

/// Whether a fact is the date of something that happens.
pub(crate) fn is_occurrence(vocabulary: &Vocabulary, name: &str) -> bool {
    vocabulary.fact(name).is_some_and(|fact| matches!(fact.kind, FactKind::Date { occurrence: true }))
}

/// The facts of every case as of a day and as known at a moment, sorted under their laws.
pub(crate) fn batches(
    ledger: &Store,
    library: &Library,
    package: Option<&str>,
    as_of: Date,
    known_at: Option<Timestamp>,
) -> Result<Vec<Batch>, Failure> {
    batches_within(ledger, library, package, (as_of, known_at), &Scope::default())
}

/// The same for the cases of a scope.
pub(crate) fn batches_within(
    ledger: &Store,
    library: &Library,
    package: Option<&str>,
    (as_of, known_at): (Date, Option<Timestamp>),
    scope: &Scope,
) -> Result<Vec<Batch>, Failure> {
    let occurrence = |name: &str| is_occurrence(&library.vocabulary, name);
    let mut parts: Vec<(Sorter<'_>, Option<(String, Text)>)> =
        (0..assessment::default_threads()).map(|_| (Sorter::new(library, package), None)).collect();
    let visitors = parts.iter_mut().map(|(sorter, bad)| {
        |case: &FoldedCase<'_>| {
            let fact = |name: &str| case.facts.iter().find(|f| f.name == name).map(|f| f.value.as_ref());
            if !scope.is_all() && !scope.sees(fact) {
                return;
            }
            let facts = case.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
            if let Err(error) = sorter.add(case.case_id, facts)
                && bad.is_none()
            {
                *bad = Some((case.case_id.to_owned(), error.message));
            }
        }
    });
    let visited = ledger.fold_in_parts((as_of, known_at), &occurrence, visitors.collect());
    visited.map(|_| ()).map_err(|error| failure(ledger.name(), &error))?;
    let mut parts = parts.into_iter();
    let (mut sorter, mut bad) = parts.next().unwrap_or_else(|| (Sorter::new(library, package), None));
    for (more, fault) in parts {
        sorter.append(more);
        bad = bad.or(fault);
    }
    if let Some((case, why)) = bad {
        let message = words("bad_stored_fact").fill(&[("case", Text::same(case)), ("why", why)]);
        return Err(Failure::text(message));
    }
    Ok(sorter.finish())
}

#[cfg(test)]
mod tests {
    //! What is said of files that are no stores, or not ours to use.

    use std::path::Path;

    use super::{open, open_to_read};

    fn said(path: &Path) -> String {
        let failure = open(path).expect_err("refused");
        assert!(failure.message.zh.contains(&path.display().to_string()), "{}", failure.message.zh);
        assert_ne!(failure.message.zh, failure.message.en);
        failure.message.en
    }

    #[test]
    fn every_refusal_names_the_file_and_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(said(folder.path()).contains("is a folder"));
        let text = folder.path().join("text.gpkg");
        std::fs::write(&text, "hello world, this is no database at all".repeat(99)).expect("written");
        assert!(said(&text).contains("not a landcycle store"));
        assert!(open_to_read(&folder.path().join("none.gpkg")).is_err());
    }
}
