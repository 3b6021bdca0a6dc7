//! Desks: what is worked out on one project before anything is decided. The law says which questions a
//! desk has; here they are asked of its rules and told with all that the answers are made from.

pub(crate) mod answer;
pub(crate) mod diagnosis;
pub(crate) mod forms;
pub(crate) mod json;
pub(crate) mod mix;
pub(crate) mod project;
pub(crate) mod screen;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use landcycle_policy::law::Law;
use landcycle_policy::law::conduct::LawfulDesk;
use landcycle_policy::package::library::Library;

use crate::portfolio::{Batch, Sorter};
use crate::say::Failure;

/// Facts with their canonical texts.
pub(crate) type Given = BTreeMap<String, String>;

/// 案由 · a project on a desk: what is known of it, and the law of its place.
#[derive(Debug)]
pub(crate) struct Matter {
    /// What is known.
    pub(crate) facts: Given,
    /// One row, under the law of its place.
    pub(crate) batch: Batch,
    /// The assessment date.
    pub(crate) day: i64,
}

impl Matter {
    /// A project under a package, or under the law of its place where none is named.
    pub(crate) fn new(
        library: &Library,
        facts: Given,
        package: Option<&str>,
        day: i64,
    ) -> Result<Self, Failure> {
        let batch = batch(library, &facts, package)?;
        Ok(Self { facts, batch, day })
    }

    /// The same with other values of some facts.
    pub(crate) fn with<'g>(
        &self,
        library: &Library,
        given: impl IntoIterator<Item = (&'g String, &'g String)>,
    ) -> Result<Self, Failure> {
        let mut facts = self.facts.clone();
        facts.extend(given.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        Self::new(library, facts, Some(&self.law().package().id), self.day)
    }

    /// The law that it is judged by.
    pub(crate) fn law(&self) -> &Arc<Law> {
        &self.batch.law
    }

    /// A desk of that law.
    pub(crate) fn desk(&self, name: &str) -> Result<&LawfulDesk, Failure> {
        let found = self.law().desks.get(name);
        found.ok_or_else(|| {
            Failure::new("desk_none", &[("desk", name), ("package", &self.law().package().id)])
        })
    }
}

fn batch(library: &Library, facts: &Given, package: Option<&str>) -> Result<Batch, Failure> {
    if let Some(package) = package
        && library.law(package).is_none()
    {
        return Err(crate::cli::no_package(library, package));
    }
    let mut sorter = Sorter::new(library, package).of(crate::portfolio::subject(library, facts));
    let pairs = facts.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    sorter.add(CASE, pairs).map_err(|bad| Failure::text(bad.message))?;
    let batch = sorter.finish().into_iter().next();
    batch.ok_or_else(|| Failure::new("no_case", &[("case", CASE)]))
}

/// A project has no number yet.
const CASE: &str = "–";
