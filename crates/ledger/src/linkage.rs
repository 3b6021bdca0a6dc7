//! The book of linkage: credit from low-efficiency industrial land given up outside the development
//! boundary, shared between districts and townships, used for supply in parks, with what is owed and
//! paid for it.
//!
//! # Invariants
//!
//! - Every operation is a set of postings that adds up to zero, in hectares and in yuan; nothing is
//!   ever written to one account alone.
//! - No credit, no land that waits for its credit, nothing owed and nothing kept is ever below zero, on
//!   no day and between no two events.
//! - Of no parcel is more given up than it has, nor a part of it twice, over all books of a store.
//! - A [`Book`] is a pure function of its events; an event that breaks one of these is found by reading.
//! - Operations are recorded in the order of their days. A mistake is undone by an operation of its own,
//!   and what others rest on is undone after them.
//! - What the law says (the credit of a hectare, whether a use is lawful, what is transferred) is asked
//!   of the caller, and written into the event with its citations.

mod account;
mod book;
mod check;
mod decide;
mod deed;
mod desk;
mod fixed;
mod order;
mod refusal;
#[cfg(test)]
mod tests;

pub use account::{Account, Place, Posting, Unit, total};
pub use book::{Book, Broken, GROUNDS, Line, POSTINGS, Parcel};
pub use check::{Finding, Invariant, check};
pub use decide::{About, Draft, Elsewhere, Question, Verdict, draft};
pub use deed::{Deed, GivenUp, KIND, Scheme, Shared, Use};
pub use desk::{Clerk, Done, NotDone, REGISTER, books, case_of, read, record};
pub use fixed::{Area, Fixed, Money, Share};
pub use order::{Act, Order};
pub use refusal::Refusal;
