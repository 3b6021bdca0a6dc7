//! The duties of a whole portfolio: the work list of a department or an area.

use std::sync::Arc;

use landcycle_policy::package::library::Library;

use super::{Clerk, Owed, PARCEL};
use crate::portfolio::Batch;
use crate::say::Failure;

/// 工作单的一行 · a duty of a case.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The case.
    pub(crate) case: String,
    /// Its district; empty where unknown.
    pub(crate) district: String,
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
    fn has(&self, owed: &Owed, district: &str) -> bool {
        let theirs = |department: &String| owed.by == *department || owed.owner == *department;
        (self.done || owed.state.is_open())
            && self.department.as_ref().is_none_or(theirs)
            && self.district.as_ref().is_none_or(|wanted| wanted == district)
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
        let mut clerk = Clerk::new(library, Arc::clone(&batch.law), day);
        for (row, case) in batch.cases.iter().enumerate() {
            let group = batch.groups.get(row).map_or(0, |group| group[0]);
            let district = batch.names.get(group as usize).cloned().unwrap_or_default();
            for owed in clerk.owed(&batch.facts, row)? {
                if wanted.has(&owed, &district) {
                    lines.push(Line { case: case.clone(), district: district.clone(), owed });
                }
            }
        }
    }
    let order = |line: &Line| (line.owed.state, line.owed.due.unwrap_or(i64::MAX));
    lines.sort_by(|a, b| {
        order(a).cmp(&order(b)).then_with(|| a.case.cmp(&b.case)).then_with(|| a.owed.name.cmp(&b.owed.name))
    });
    Ok(lines)
}
