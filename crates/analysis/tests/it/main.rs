//! Tests of the crate from outside.

mod determinations;
mod facts;
mod sample_geometry;
mod sample_stability;
