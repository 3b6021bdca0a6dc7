//! The duties of a whole portfolio: the work list of a department or an area.

use std::sync::Arc;

use landcycle_policy::package::duty::Duty;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::BLOCK;

use super::{Clerk, Owed};
use crate::portfolio::Batch;
use crate::say::Failure;

/// The subject whose life has duties.
pub(super) const PARCEL: usize = 0;

/// 工作单的一行 · a duty of a case.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The case.
    pub(crate) case: String,
    /// Its district; empty where unknown.
    pub(crate) district: Arc<str>,
    /// What is owed.
    pub(crate) owed: Owed,
}

/// What a work list is to hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Only what this department owes or sees to.
    pub(crate) department: Option<String>,
    /// Only cases of this district.
    pub(crate) district: Option<String>,
    /// Also what is done.
    pub(crate) done: bool,
}

impl Wanted {
    fn has(&self, owed: &Owed) -> bool {
        self.done || owed.state.is_open()
    }

    pub(crate) fn concerns(&self, duty: &Duty) -> bool {
        let theirs = |department: &String| duty.by == *department || duty.owner == *department;
        self.department.as_ref().is_none_or(theirs)
    }
}

/// The lines of a work list, the most pressing first.
pub(crate) fn lines(
    library: &Library,
    batches: &[Batch],
    day: i64,
    wanted: &Wanted,
) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for batch in batches.iter().filter(|batch| batch.subject == PARCEL) {
        let mut clerk = Clerk::new(library, &batch.law, day, |duty| wanted.concerns(duty))?;
        let districts: Vec<Arc<str>> = batch.names.iter().map(|name| Arc::from(name.as_str())).collect();
        let unknown: Arc<str> = Arc::from("");
        let district = |row: usize| {
            let group = batch.groups.get(row).map_or(0, |group| group[0]);
            districts.get(group as usize).unwrap_or(&unknown)
        };
        let cases = batch.cases.len();
        for from in (0..cases).step_by(BLOCK) {
            let rows = from..(from + BLOCK).min(cases);
            for (owed, row) in clerk.owed(&batch.facts, rows.clone()).into_iter().zip(rows) {
                let district = district(row);
                if wanted.district.as_ref().is_some_and(|wanted| **wanted != **district) {
                    continue;
                }
                let kept = owed.into_iter().filter(|owed| wanted.has(owed));
                let line =
                    |owed| Line { case: batch.cases[row].clone(), district: Arc::clone(district), owed };
                lines.extend(kept.map(line));
            }
        }
    }
    let order = |line: &Line| (line.owed.state, line.owed.due.unwrap_or(i64::MAX));
    lines.sort_unstable_by(|a, b| {
        let names = || a.case.cmp(&b.case).then_with(|| a.owed.duty.name.cmp(&b.owed.duty.name));
        order(a).cmp(&order(b)).then_with(names)
    });
    Ok(lines)
}
