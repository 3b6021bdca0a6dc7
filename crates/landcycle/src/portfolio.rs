//! Cases with their facts, each under the law of its place: what an assessment runs over.

use std::sync::Arc;

use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::vocabulary::BadValue;

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
}

/// Sorts cases into batches by package as they come.
pub(crate) struct Sorter<'l> {
    library: &'l Library,
    /// A package named by the caller; otherwise each case's own place decides.
    fixed: Option<String>,
    subject: usize,
    batches: Vec<(String, Batch)>,
}

impl<'l> Sorter<'l> {
    /// A sorter; with `package`, every case goes there.
    pub(crate) fn new(library: &'l Library, package: Option<&str>) -> Self {
        Self { library, fixed: package.map(str::to_owned), subject: 0, batches: Vec::new() }
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
        let vocabulary = &self.library.vocabulary;
        let batch = &mut self.batches[at].1;
        let row = batch.facts.push();
        batch.cases.push(case_id.to_owned());
        for (name, value) in facts {
            if let Some(index) = vocabulary.index(name) {
                batch.facts.set_text(row, index, value, vocabulary, &self.library.symbols)?;
            }
        }
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
            };
            self.batches.push((package.to_owned(), batch));
        }
        self.batches.len() - 1
    }

    /// The batches, in the order in which their packages first came.
    pub(crate) fn finish(self) -> Vec<Batch> {
        self.batches.into_iter().map(|(_, batch)| batch).collect()
    }
}
