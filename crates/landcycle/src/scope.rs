//! 可见范围 · the cases that somebody may see: those of some districts, those of one firm, or all.

use std::collections::BTreeSet;

/// Which cases are seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Only cases of these districts; none for all.
    pub(crate) districts: BTreeSet<String>,
    /// Only cases of this firm.
    pub(crate) holder: Option<String>,
}

impl Scope {
    /// Whether a case with these facts is seen. What is not known to be one's own is not.
    pub(crate) fn sees<'f>(&self, fact: impl Fn(&str) -> Option<&'f str>) -> bool {
        let here = self.districts.is_empty() || fact("district").is_some_and(|d| self.districts.contains(d));
        here && self.holder.as_deref().is_none_or(|own| fact("holder") == Some(own))
    }

    /// Whether every case is seen, so that nothing has to be filtered.
    pub(crate) fn is_all(&self) -> bool {
        self.districts.is_empty() && self.holder.is_none()
    }
}
