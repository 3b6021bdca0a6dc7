//! The ledger's tests, in one binary.

mod chain;
#[path = "../support/cluster.rs"]
mod cluster;
mod conformance;
mod crash;
mod fold;
mod gis;
mod invented;
mod open;
mod parcels;
mod server;
mod values;
