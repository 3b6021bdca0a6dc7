//! Law compiled to a program over columns, and its evaluation block by block.
//!
//! One evaluator: a single case is a block of one, and an explanation is the same program with
//! every intermediate value kept. A lane carries a value and the set of facts that it still lacks;
//! known means that the set is empty, so that three-valued logic and the list of missing facts are
//! one computation.

mod allocate;
mod compile;
mod compile_expression;
mod dated;
mod discount;
mod encode;
pub mod explain;
pub mod facts;
mod kernels;
mod lookup;
mod machine;
mod op;
pub mod outcome;
mod part;
mod rounding;
pub mod trial;
mod twin;

pub use compile::CompileFault;
pub(crate) use compile::groups;
pub use dated::Dated;
pub use machine::Machine;
pub use op::Program;

/// Rows of a block: small enough for the registers in use to stay in the second-level cache.
pub const BLOCK: usize = 256;

/// Lane state: the law does not speak to the case.
pub(crate) const NOT_APPLICABLE: u64 = 1 << 63;
/// Lane state: the law has lapsed and no successor is encoded.
pub(crate) const LAPSED: u64 = 1 << 62;
/// Lane state: the arithmetic has no result (division by nothing).
pub(crate) const UNDEFINED: u64 = 1 << 61;
/// Lane state: two exceptions hold and none prevails.
pub(crate) const CONFLICT: u64 = 1 << 60;
/// Lane state: the table of the law has no value for these keys.
pub(crate) const NO_ROW: u64 = 1 << 59;
/// Keys that a table may have.
pub(crate) const KEYS_MAX: usize = 4;
/// Facts that one part of a program may use: one bit of the state each.
pub(crate) const FACTS_MAX: usize = 59;
