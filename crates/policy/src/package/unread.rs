//! What follows from a file that could not be read.
//!
//! A broken file is one fault. That its rule, parameter or articles are then missing elsewhere is
//! none of the author's doing and would bury the fault that matters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::library::Package;
use crate::fault::{Fault, Source};

/// Names that unread files would have given.
#[derive(Default)]
pub(crate) struct Unread {
    documents: BTreeSet<String>,
    paths: BTreeSet<String>,
    packages: BTreeSet<String>,
    vocabulary: bool,
}

impl Unread {
    pub(crate) fn of(
        files: &[Arc<Source>],
        packages: &BTreeMap<String, Arc<Package>>,
        faults: &[Fault],
    ) -> Self {
        // A fact or unit short of something is not in the vocabulary, and all else stands on it.
        let vocabulary = faults.iter().any(in_vocabulary);
        let mut unread = Self { vocabulary, ..Self::default() };
        for file in files {
            let mut parts = file.path.splitn(3, '/');
            let (Some(folder), Some(kind)) = (parts.next(), parts.next()) else { continue };
            let inner = parts.next().and_then(|inner| inner.strip_suffix(".yaml")).unwrap_or_default();
            let package = packages.get(folder);
            if package.is_none() {
                unread.packages.insert(folder.to_owned());
            }
            let has = |found: fn(&Package, &str, &str) -> bool| {
                package.is_some_and(|package| found(package, inner, &file.path))
            };
            match kind {
                "documents" if !has(|p, _, path| p.documents.iter().any(|d| d.file.path == path)) => {
                    unread.documents.insert(inner.to_owned());
                }
                "parameters" if !has(|p, inner, _| p.parameters.contains_key(inner)) => {
                    unread.paths.insert(inner.to_owned());
                }
                "tables" if !has(|p, inner, _| p.tables.contains_key(inner)) => {
                    unread.paths.insert(inner.to_owned());
                }
                "rules" if !has(|p, inner, _| p.rules.contains_key(inner)) => {
                    unread.paths.insert(inner.to_owned());
                }
                _ => {}
            }
        }
        unread
    }

    /// Whether a fault says no more than that something unread is missing.
    pub(crate) fn explains(&self, fault: &Fault) -> bool {
        let subject = fault.subject();
        let rule = subject.split('.').next().unwrap_or_default();
        match fault.code {
            "P011" | "P012" | "P034" | "P065" => self.vocabulary && !in_vocabulary(fault),
            "P036" => {
                let table = subject.rsplit_once('/').map(|(table, _)| table);
                self.paths.contains(subject) || table.is_some_and(|table| self.paths.contains(table))
            }
            "P052" | "P064" => self.paths.contains(subject),
            "P037" => self.paths.iter().any(|path| path == rule || path.rsplit('/').next() == Some(rule)),
            "P050" => self.packages.contains(subject),
            "P060" => subject.split('#').next().is_some_and(|id| self.documents.contains(id)),
            _ => false,
        }
    }
}

fn in_vocabulary(fault: &Fault) -> bool {
    fault.file.path.starts_with("vocabulary/")
}
