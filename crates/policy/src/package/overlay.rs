//! One more package over those already read: how a reform starts. What is loaded is neither read
//! nor checked again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::library::{Library, Package, REFORM, check_places};
use super::unread::Unread;
use crate::fault::{Fault, Source};
use crate::law::Law;
use crate::node::Span;
use crate::program::groups;
use crate::vocabulary::Symbols;

impl Library {
    /// The library with one more package, from its files (`<id>/package.yaml` …), and its id. Parts
    /// are shared with this library, which stays as it is; with any fault nothing comes of it.
    pub fn with_package(&self, files: Vec<Source>) -> Result<(Self, String), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut files: Vec<Arc<Source>> = files.into_iter().map(Arc::new).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let folder = files.first().and_then(|f| f.path.split('/').next()).unwrap_or_default().to_owned();
        let mut library = self.clone();
        if let Some(package) = Package::read(&folder, &files, &self.vocabulary, &mut faults) {
            let package = Arc::new(package);
            if let Some(taken) = self.packages.get(&folder) {
                let fault = Fault::new("P010", &package.file, Span::default()).with("name", &folder);
                faults.push(fault.also(&taken.file, Span::default()));
            }
            library.packages.insert(folder.clone(), Arc::clone(&package));
            check_places(&package, &self.vocabulary, &mut faults);
            library.check_documents_of(&package, &mut faults);
            if let Some(chain) = library.chain(&folder, &mut faults) {
                library.add_law(&folder, &chain, 0, &mut faults);
            }
        }
        let unread = Unread::of(&files, &library.packages, &faults);
        faults.retain(|fault| !unread.explains(fault));
        faults.sort_by(|a, b| a.order().cmp(&b.order()));
        faults.dedup_by(|a, b| a.order() == b.order());
        if faults.is_empty() { Ok((library, folder)) } else { Err(faults) }
    }

    /// The library with a reform also under the packages below the one that it stands over: a
    /// district of a city is judged by its own package over the reformed city. Of the laws that
    /// change, by package; that of the reformed package itself is the reform's own.
    pub fn reformed(&self, reform: &str) -> Result<(Self, BTreeMap<String, Arc<Law>>), Vec<Fault>> {
        let mut faults = Vec::new();
        let mut library = self.clone();
        let mut changed: Vec<String> = Vec::new();
        let Some(base) = self.packages.get(reform).and_then(|p| p.extends.clone()) else {
            return Ok((library, BTreeMap::new()));
        };
        for (id, law) in self.laws() {
            let below = law.chain.iter().position(|package| package.id == base);
            let Some(below) = below.filter(|_| law.chain.iter().all(|p| p.id != reform)) else { continue };
            // Another reform of the same package is a rival, not a part of it.
            if law.chain[..below].iter().any(|p| p.layer == REFORM) {
                continue;
            }
            if below > 0 {
                let mut chain = law.chain.clone();
                chain.splice(below..below, self.packages.get(reform).cloned());
                library.add_law(id, &chain, below, &mut faults);
            }
            changed.push(id.clone());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let laws = changed.into_iter().filter_map(|id| {
            let law = library.law(if id == base { reform } else { &id })?;
            Some((id, Arc::clone(law)))
        });
        let laws = laws.collect();
        Ok((library, laws))
    }

    /// Builds and checks the law of a chain of which the layers up to `new` are new to it. Where it
    /// mentions codes that no law has mentioned, the other laws get to know them: facts are read once
    /// for all.
    fn add_law(&mut self, id: &str, chain: &[Arc<Package>], new: usize, faults: &mut Vec<Fault>) {
        let before = self.symbols.count();
        let mut symbols = Symbols::clone(&self.symbols);
        let digest = self.digest(chain);
        let mut law = Law::build(chain, &digest, &self.vocabulary, &mut symbols, faults);
        if symbols.count() != before {
            self.symbols = Arc::new(symbols);
            for law in self.laws.values_mut() {
                *law = Arc::new(Law { symbols: Arc::clone(&self.symbols), ..Law::clone(law) });
            }
        }
        law.symbols = Arc::clone(&self.symbols);
        if faults.is_empty() {
            self.check_computable_over(&law, new, faults);
        }
        self.laws.insert(id.to_owned(), Arc::new(law));
    }

    /// Only what the new layers change may have become impossible to compute: rules that they write
    /// or whose numbers and tables they set, and whatever is computed together with these.
    fn check_computable_over(&self, law: &Law, new: usize, faults: &mut Vec<Fault>) {
        let first: Vec<Option<i64>> =
            (0..law.rules.len()).map(|at| law.rules[at].first_day_of(new)).collect();
        let mut groups = groups(law);
        groups.retain(|group| group.iter().any(|at| first[*at].is_some()));
        let Some(first) = first.into_iter().flatten().min() else { return };
        let starts = groups.iter().flatten().flat_map(|at| law.rules[*at].starts());
        let days: BTreeSet<i64> = starts.filter(|day| *day > first).chain([first]).collect();
        for day in days {
            self.check_day(law, day, Some(&groups), faults);
        }
    }
}
