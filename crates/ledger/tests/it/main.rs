//! The ledger's tests, in one binary.

mod chain;
mod conformance;
mod crash;
mod fold;
mod gis;
mod invented;
mod open;
mod parcels;
mod values;
