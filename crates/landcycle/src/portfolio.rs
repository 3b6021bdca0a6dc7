//! Cases with their facts, each under the law of its place: what an assessment runs over.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::vocabulary::BadValue;

use crate::say::Failure;

/// 批次 · cases of one package.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The law they are judged by.
    pub(crate) law: Arc<Law>,
    /// Their ids, by row.
    pub(crate) cases: Vec<String>,
    /// What they are, by its index in the vocabulary.
    pub(crate) subject: usize,
    /// Their facts, by row.
    pub(crate) facts: Facts,
    /// District and division of industry of each, by their places among the names; none where nobody
    /// asked for groups.
    pub(crate) groups: Vec<[u32; 2]>,
    /// The names of groups.
    pub(crate) names: Arc<Vec<String>>,
}

/// The facts by which cases are grouped.
pub(crate) const GROUPS: [&str; 2] = ["district", "industry"];
/// A division of GB/T 4754 is a letter and two digits.
const DIVISION: usize = 3;

/// Names of groups with their places.
#[derive(Debug, Default)]
pub(crate) struct Groups(HashMap<String, u32>);

impl Groups {
    /// The places of a case's groups, from the values of [`GROUPS`].
    pub(crate) fn of(&mut self, values: [&str; 2]) -> [u32; 2] {
        let [district, industry] = values;
        let end = industry.char_indices().nth(DIVISION).map_or(industry.len(), |(end, _)| end);
        [self.place(district), self.place(&industry[..end])]
    }

    fn place(&mut self, name: &str) -> u32 {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let next = self.0.len() as u32;
        self.0.insert(name.to_owned(), next);
        next
    }

    /// The names by their places.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = vec![String::new(); self.0.len()];
        for (name, at) in &self.0 {
            names[*at as usize].clone_from(name);
        }
        names
    }
}

/// Sorts cases into batches by package as they come.
pub(crate) struct Sorter<'l> {
    library: &'l Library,
    /// A package named by the caller; otherwise each case's own place decides.
    fixed: Option<String>,
    subject: usize,
    batches: Vec<(String, Batch)>,
    groups: Groups,
    /// Names of facts met so far in the order of names, with their indices: most cases have the same.
    met: Vec<(String, Option<usize>)>,
}

impl<'l> Sorter<'l> {
    /// A sorter; with `package`, every case goes there.
    pub(crate) fn new(library: &'l Library, package: Option<&str>) -> Self {
        Self {
            library,
            fixed: package.map(str::to_owned),
            subject: 0,
            batches: Vec::new(),
            groups: Groups::default(),
            met: Vec::new(),
        }
    }

    /// The same for cases of another subject than the vocabulary's first.
    pub(crate) fn of(self, subject: usize) -> Self {
        Self { subject, ..self }
    }

    /// Adds a case from `(fact name, canonical text)` pairs; returns its batch and row.
    pub(crate) fn add<'v>(
        &mut self,
        case_id: &str,
        facts: impl Iterator<Item = (&'v str, &'v str)> + Clone,
    ) -> Result<(usize, usize), BadValue> {
        let place = |name: &str| facts.clone().find(|(fact, _)| *fact == name).map(|(_, value)| value);
        let package = match &self.fixed {
            Some(package) => package.clone(),
            None => self.library.package_for(place).map(|p| p.id.clone()).unwrap_or_default(),
        };
        let at = self.batch(&package);
        let groups = self.groups.of(GROUPS.map(|fact| place(fact).unwrap_or_default()));
        let vocabulary = &self.library.vocabulary;
        let batch = &mut self.batches[at].1;
        let row = batch.facts.push();
        batch.cases.push(case_id.to_owned());
        batch.groups.push(groups);
        let mut next = 0;
        for (name, value) in facts {
            // Names that come in their order are found where the last one was.
            while self.met.get(next).is_some_and(|(met, _)| met.as_str() < name) {
                next += 1;
            }
            let index = match self.met.get(next) {
                Some((met, index)) if met == name => *index,
                _ => {
                    let index = vocabulary.index(name);
                    let place = self.met.binary_search_by(|(met, _)| met.as_str().cmp(name));
                    if let Err(place) = place {
                        self.met.insert(place, (name.to_owned(), index));
                    }
                    index
                }
            };
            if let Some(index) = index {
                batch.facts.set_text(row, index, value, vocabulary, &self.library.symbols)?;
            }
        }
        batch.facts.complete(row, vocabulary);
        Ok((at, row))
    }

    fn batch(&mut self, package: &str) -> usize {
        if let Some(at) = self.batches.iter().position(|(id, _)| id == package) {
            return at;
        }
        let law = self.library.law(package).or_else(|| self.library.laws().next().map(|(_, law)| law));
        if let Some(law) = law {
            let batch = Batch {
                law: Arc::clone(law),
                cases: Vec::new(),
                subject: self.subject,
                facts: Facts::new(&self.library.vocabulary),
                groups: Vec::new(),
                names: Arc::default(),
            };
            self.batches.push((package.to_owned(), batch));
        }
        self.batches.len() - 1
    }

    /// Puts the cases of another sorter of the same kind behind these.
    pub(crate) fn append(&mut self, other: Self) {
        let places: Vec<u32> = other.groups.names().iter().map(|name| self.groups.place(name)).collect();
        for (package, batch) in other.batches {
            let at = self.batch(&package);
            let mine = &mut self.batches[at].1;
            mine.cases.extend(batch.cases);
            mine.facts.append(batch.facts);
            mine.groups.extend(batch.groups.iter().map(|groups| groups.map(|at| places[at as usize])));
        }
    }

    /// The batches, in the order in which their packages first came.
    pub(crate) fn finish(self) -> Vec<Batch> {
        let names = Arc::new(self.groups.names());
        let named = |batch: Batch| Batch { names: Arc::clone(&names), ..batch };
        self.batches.into_iter().map(|(_, batch)| named(batch)).collect()
    }
}

/// One case alone, under the law of its place.
pub(crate) fn single(
    library: &Library,
    case: &str,
    facts: &BTreeMap<String, String>,
) -> Result<Batch, Failure> {
    let mut sorter = Sorter::new(library, None).of(subject(library, facts));
    let facts = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    sorter.add(case, facts).map_err(|bad| Failure::text(bad.message))?;
    sorter.finish().into_iter().next().ok_or_else(|| Failure::new("no_case", &[("case", case)]))
}

/// What a case is, from what is known of it: a fact that is said of another subject than the first
/// makes it one of those.
pub(crate) fn subject(library: &Library, facts: &BTreeMap<String, String>) -> usize {
    let vocabulary = &library.vocabulary;
    let said = facts.keys().filter_map(|name| vocabulary.fact(name)?.subject);
    said.max().unwrap_or(0)
}
