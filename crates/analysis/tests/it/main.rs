//! Tests of the crate from outside.

mod determinations;
mod facts;
mod plan;
mod sample_geometry;
mod sample_stability;
