//! Numbered steps that bring an older store forward; each store of an engine has its own list.
//!
//! A step is never edited once a store has taken it: what changes is a new step. A store says which
//! step it took last, and all it lacks are taken in one transaction when it is opened to be written.

use crate::error::LedgerError;

/// One step, in the language of its engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The version a store has after it.
    pub(crate) to: i64,
    pub(crate) sql: &'static str,
}

/// The newest version that a list of steps leads to.
pub(crate) const fn newest(steps: &[Step]) -> i64 {
    match steps {
        [.., last] => last.to,
        [] => 0,
    }
}

/// The steps that a store of the version `found` lacks. A store of a newer program is refused.
pub(crate) fn lacking<'s>(store: &str, steps: &'s [Step], found: i64) -> Result<&'s [Step], LedgerError> {
    let known = newest(steps);
    if found > known {
        return Err(LedgerError::TooNew { store: store.to_owned(), found, known });
    }
    let taken = steps.iter().take_while(|step| step.to <= found).count();
    Ok(&steps[taken..])
}

#[cfg(test)]
mod tests {
    use super::{Step, lacking, newest};
    use crate::{geopackage, postgresql};

    #[test]
    fn the_steps_of_each_engine_are_numbered_one_after_another() {
        for steps in [geopackage::STEPS, postgresql::STEPS] {
            let numbers: Vec<i64> = steps.iter().map(|step| step.to).collect();
            assert_eq!(numbers, (1..=steps.len() as i64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_store_takes_the_steps_it_lacks_and_no_other() {
        let steps = [1, 2, 3].map(|to| Step { to, sql: "" });
        let lacks = |found| -> Vec<i64> {
            lacking("a", &steps, found).expect("known").iter().map(|step| step.to).collect()
        };
        assert_eq!((lacks(0), lacks(2), lacks(3)), (vec![1, 2, 3], vec![3], vec![]));
        assert_eq!((newest(&steps), newest(&[])), (3, 0));
        let refusal = lacking("a", &steps, 4).expect_err("newer").to_string();
        assert!(refusal.starts_with("a was written by a newer landcycle (store version 4;"), "{refusal}");
    }
}
