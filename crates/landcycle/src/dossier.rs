//! One case with its facts, where each comes from, and its events.

use jiff::civil::Date;
use landcycle_ledger::{Cut, Ledger, Store};
use landcycle_policy::package::library::Library;

use crate::cli::tree::Sources;
use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;
use crate::store;

/// 档案 · one case, as of a day.
pub(crate) struct Dossier {
    /// The case alone, under its law.
    pub(crate) batch: Batch,
    /// Where its facts come from, and its events.
    pub(crate) sources: Sources,
}

/// Reads a case; `None` when the store has no such case on that day.
pub(crate) fn read(
    ledger: &Store,
    library: &Library,
    case: &str,
    package: Option<&str>,
    as_of: Date,
) -> Result<Option<Dossier>, Failure> {
    let occurrence = |fact: &str| store::is_occurrence(&library.vocabulary, fact);
    let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
    let mut sorter = Sorter::new(library, package);
    let mut sources = Sources::default();
    let mut bad = None;
    let found = ledger.fold_case(case, &cut, &mut |folded| {
        for fact in folded.facts {
            sources.seqs.insert(fact.name.to_owned(), fact.seq);
            sources.texts.insert(fact.name.to_owned(), fact.value.to_string());
        }
        let facts = folded.facts.iter().map(|fact| (fact.name, fact.value.as_ref()));
        bad = sorter.add(folded.case_id, facts).err();
    });
    if !found.map_err(|error| store::failure(ledger.name(), &error))? {
        return Ok(None);
    }
    if let Some(bad) = bad {
        return Err(Failure::text(bad.message));
    }
    for event in ledger.events_of(case).map_err(|error| store::failure(ledger.name(), &error))? {
        sources.events.insert(event.seq, event);
    }
    Ok(sorter.finish().into_iter().next().map(|batch| Dossier { batch, sources }))
}
