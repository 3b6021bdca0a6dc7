//! The open duties of a whole portfolio, kept small: one short slip for each, and what many slips share
//! once. A work list, a calendar and counts are read from it without working anything out again.

use std::collections::HashMap;
use std::sync::Arc;

use landcycle_policy::package::library::Library;
use landcycle_policy::program::BLOCK;

use super::portfolio::PARCEL;
use super::{Clerk, Owed, State};
use crate::portfolio::Batch;
use crate::say::Failure;

/// 义务簿 · open duties by case.
#[derive(Debug, Default)]
pub(crate) struct Roll {
    /// What slips share: duty, citations, grade, missing facts.
    kinds: Vec<Owed>,
    /// The most pressing first.
    slips: Vec<Slip>,
}

/// 义务条 · one open duty of one case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slip {
    /// The row of the case.
    pub(crate) row: u32,
    /// How it stands.
    pub(crate) state: State,
    kind: u32,
    due: Option<i32>,
    days: i32,
}

impl Roll {
    /// Works out the open duties of batches; `rows` tells the row of a case of a batch.
    pub(crate) fn make(
        library: &Library,
        batches: &[Batch],
        rows: &[Vec<usize>],
        day: i64,
    ) -> Result<Self, Failure> {
        let mut roll = Self::default();
        for (batch, rows) in batches.iter().zip(rows).filter(|(batch, _)| batch.subject == PARCEL) {
            let mut clerk = Clerk::new(library, &batch.law, day, |_| true)?;
            // A clerk keeps what it cites, so that its place names it as long as the clerk is there.
            let mut known: HashMap<(usize, usize, Vec<usize>), u32> = HashMap::new();
            let cases = batch.cases.len();
            for from in (0..cases).step_by(BLOCK) {
                let block = from..(from + BLOCK).min(cases);
                for (owed, at) in clerk.owed(&batch.facts, block.clone()).into_iter().zip(block) {
                    for one in owed.into_iter().filter(|owed| owed.state.is_open()) {
                        let (due, days) = (one.due.map(|due| due as i32), one.days as i32);
                        let (row, state) = (rows[at] as u32, one.state);
                        let (duty, cites) =
                            (Arc::as_ptr(&one.duty) as usize, Arc::as_ptr(&one.cites) as usize);
                        let key = (duty, cites, one.missing.clone());
                        let kind = *known.entry(key).or_insert_with(|| {
                            roll.kinds.push(one);
                            roll.kinds.len() as u32 - 1
                        });
                        roll.slips.push(Slip { row, state, kind, due, days });
                    }
                }
            }
        }
        let kinds = &roll.kinds;
        let order = |slip: &Slip| (slip.state, slip.due.unwrap_or(i32::MAX), slip.row);
        roll.slips.sort_unstable_by(|a, b| {
            let name = |slip: &Slip| &kinds[slip.kind as usize].duty.name;
            order(a).cmp(&order(b)).then_with(|| name(a).cmp(name(b)))
        });
        Ok(roll)
    }

    /// All slips, the most pressing first.
    pub(crate) fn slips(&self) -> &[Slip] {
        &self.slips
    }

    /// What a slip says: the duty with its day and state.
    pub(crate) fn owed(&self, slip: &Slip) -> Owed {
        let kind = &self.kinds[slip.kind as usize];
        let (due, days) = (slip.due.map(i64::from), i64::from(slip.days));
        Owed { due, done: None, state: slip.state, days, ..kind.clone() }
    }

    /// The duty of a slip, without its day.
    pub(crate) fn kind(&self, slip: &Slip) -> &Owed {
        &self.kinds[slip.kind as usize]
    }
}

impl Slip {
    /// Days until it is due; none where no day is known.
    pub(crate) fn days_left(&self) -> Option<i64> {
        self.due.map(|_| -i64::from(self.days))
    }
}
