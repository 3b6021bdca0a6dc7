//! Data that goes in and out in bulk: the invented sample city, and determinations as Parquet.
//!
//! **Invariant:** nothing here reads a clock, a file it was not handed, or the network.

pub mod facts;
pub mod layers;
pub mod overlay;
pub mod parquet;
pub mod plan;
pub mod sample;
pub mod tiles;
