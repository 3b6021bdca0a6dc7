//! A part compiled once more for blocks in which every fact is known: what cannot be lacking is not
//! computed. The outcomes are the same, in registers of their own.

use std::collections::BTreeMap;

use super::op::{M, N, Part, Reg, W};

/// A part without the sets of missing facts, and where it has what the other has.
#[derive(Debug)]
pub(crate) struct Twin {
    pub(crate) part: Part,
    narrow: BTreeMap<N, N>,
    wide: BTreeMap<W, W>,
    lacks: BTreeMap<M, Option<M>>,
}

impl Twin {
    /// Pairs the registers of the outcomes of two parts of the same rules; nothing when they do not
    /// match, which would be a defect of compiling, and costs only speed.
    pub(super) fn new(of: &Part, part: Part) -> Option<Self> {
        let mut twin = Self { part, narrow: BTreeMap::new(), wide: BTreeMap::new(), lacks: BTreeMap::new() };
        if of.facts != twin.part.facts || of.rules.len() != twin.part.rules.len() {
            return None;
        }
        for (own, other) in of.rules.iter().zip(&twin.part.rules) {
            twin.narrow.insert(own.path, other.path);
            for (own, other) in own.fields.iter().zip(&other.fields) {
                match (own.register, other.register) {
                    (Reg::Narrow(a), Reg::Narrow(b)) => {
                        twin.narrow.insert(a.at, b.at);
                    }
                    (Reg::Wide(a), Reg::Wide(b)) => {
                        twin.wide.insert(a.at, b.at);
                    }
                    _ => return None,
                }
                if let Some(lacks) = own.register.lacks() {
                    twin.lacks.insert(lacks, other.register.lacks());
                }
            }
        }
        Some(twin)
    }

    /// The register that has the values of a narrow register of the other part.
    pub(crate) fn narrow(&self, of: N) -> N {
        self.narrow.get(&of).copied().unwrap_or(of)
    }

    pub(crate) fn wide(&self, of: W) -> W {
        self.wide.get(&of).copied().unwrap_or(of)
    }

    /// The register of what is lacking; nothing where nothing can be.
    pub(crate) fn lacks(&self, of: M) -> Option<M> {
        self.lacks.get(&of).copied().flatten()
    }
}
