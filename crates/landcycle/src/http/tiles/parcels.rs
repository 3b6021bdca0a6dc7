//! The outlines of a store's parcels, read once while the store does not change.

use std::collections::HashMap;

use landcycle_analysis::tiles::{Gathering, Outlines, Place};
use landcycle_ledger::{Ledger, LedgerError, Store};

/// Parcels read at once.
const PAGE: usize = 5_000;

/// 宗地界址 · outlines with the cases whose they are.
pub(super) struct Parcels {
    /// The cases that have an outline, by row.
    pub(super) cases: Vec<String>,
    /// The rows of cases.
    pub(super) rows: HashMap<String, u32>,
    /// The outlines by row.
    pub(super) outlines: Outlines,
    /// Places of rows among the outlines.
    places: Vec<u32>,
}

impl Parcels {
    pub(super) fn read(ledger: &Store) -> Result<Self, LedgerError> {
        let mut gathering = Gathering::default();
        let mut cases: Vec<String> = Vec::new();
        let mut last: Option<String> = None;
        loop {
            let page = ledger.parcels_after(last.as_deref(), PAGE)?;
            let Some(end) = page.last() else { break };
            last = Some(end.case_id.clone());
            for row in page {
                let Some(geometry) = row.geometry else { continue };
                gathering.push(cases.len() as u32, geometry.polygons());
                cases.push(row.case_id);
            }
        }
        let rows = cases.iter().enumerate().map(|(row, case)| (case.clone(), row as u32)).collect();
        let outlines = gathering.finish();
        let mut places = vec![u32::MAX; cases.len()];
        (0..outlines.len()).for_each(|at| places[outlines.row(at) as usize] = at as u32);
        Ok(Self { cases, rows, outlines, places })
    }

    /// The box of a row; none where its outline bounds nothing.
    pub(super) fn box_of(&self, row: u32) -> Option<[Place; 2]> {
        let at = *self.places.get(row as usize)? as usize;
        (at < self.outlines.len()).then(|| self.outlines.around_one(at))
    }
}
