//! The ledger's tests, in one binary.

mod agree;
mod backup;
mod chain;
#[path = "../support/cluster.rs"]
mod cluster;
mod conformance;
mod crash;
mod fold;
mod gis;
mod invented;
mod kills;
mod linkage;
mod layers;
mod open;
mod parcels;
mod rough;
mod server;
mod values;
mod writers;
