//! Tests of the policy crate from outside: what an author of packages meets.

mod bad;
mod blocks;
mod calendar;
mod catalogue;
mod dates;
mod equations;
mod exact;
mod expressions;
mod functions;
mod good;
mod how_to;
mod packages;
mod tables;
