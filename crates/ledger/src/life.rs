//! The life of a right to land: in which stage it is, what is open on it, and which acts are possible
//! there at all.
//!
//! A [`Standing`] is a pure function of the facts that the fold gives, so a correction, an import and a
//! look into the past change it as they change any fact. What the law says of an act (thresholds,
//! days, articles) is no matter of this module; what it says no to here no law could say yes to.

mod act;
mod condition;
mod stage;

pub use act::Act;
pub use condition::{Condition, Conditions};
pub use stage::Stage;

/// 现状 · stage and open conditions of a case on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The stage; stages exclude each other.
    pub stage: Stage,
    /// What is open on it.
    pub conditions: Conditions,
}

/// Why an act is impossible in a standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// Acts of this case are not kept yet: it has to be taken over first.
    NotKept,
    /// Not in this stage.
    Stage(Stage),
    /// Only while this is open.
    Needs(Condition),
    /// Not while this is open.
    Open(Condition),
}

impl Standing {
    /// The standing that facts give; `fact` tells the canonical value of a known fact.
    pub fn of<'f>(fact: &dyn Fn(&str) -> Option<&'f str>) -> Self {
        Self { stage: Stage::of(fact), conditions: Conditions::of(fact) }
    }

    /// Whether an act is possible, or the first reason why it is not.
    pub fn admits(self, act: Act) -> Result<(), Bar> {
        if act.needs_kept() && !self.conditions.has(Condition::Kept) {
            return Err(Bar::NotKept);
        }
        if !act.stages().contains(&self.stage) {
            return Err(Bar::Stage(self.stage));
        }
        if let Some(needed) = act.needs().iter().find(|needed| !self.conditions.has(**needed)) {
            return Err(Bar::Needs(*needed));
        }
        match act.barred_by().iter().find(|open| self.conditions.has(**open)) {
            Some(open) => Err(Bar::Open(*open)),
            None => Ok(()),
        }
    }
}
