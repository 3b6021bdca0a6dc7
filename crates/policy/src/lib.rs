//! landcycle-policy: law as data, and its evaluation. *Policy decides.*
//!
//! **Invariant:** reads no clock, file, database, network or randomness; packages come in as text.
//! **Invariant:** no value, outcome or refusal without a citation, or its illustrative mark.
//! **Invariant:** a missing fact gives unknown with what is missing; never false, never zero.
//! **Invariant:** every quantity is exact and has a unit; no floating point here.

pub mod calendar;
pub mod exact;
pub(crate) mod expression;
pub mod fault;
pub mod law;
pub mod messages;
pub mod node;
pub mod package;
pub mod program;
pub mod text;
pub mod unit;
pub mod vocabulary;
