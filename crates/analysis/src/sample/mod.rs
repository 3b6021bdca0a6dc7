//! The invented sample city: parcels, contracts and what became of them, from a seed.
//!
//! **Invariant:** the same `(parcels, seed)` gives the same city, in any order, in any chunks and
//! on any number of threads, because every draw is a function of what it is for.

mod areas;
mod blocks;
mod city;
mod contract;
mod draws;
mod events;
#[cfg(test)]
mod figures;
mod fitted;
mod geodesy;
mod layout;
mod life;
mod names;
mod outcome;
mod philox;
mod quads;
mod table;
mod warp;
mod yields;

pub use areas::{AreaKind, Polygon, SampleArea};
pub use city::{SampleCity, SampleError, SampleParcel};
pub use events::{AS_OF, Fact, SampleEvent};
