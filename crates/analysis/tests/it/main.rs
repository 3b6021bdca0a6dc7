//! Tests of the crate from outside.

mod determinations;
mod sample_geometry;
mod sample_stability;
