//! The area that each parcel shares with each zone of a layer: protected farmland over grants, control
//! lines over plans.
//!
//! Shapes are in a plane, in metres; [`ellipsoid`] gives the area of one shape on the CGCS2000 ellipsoid.
//! Areas follow from sums over pairs of edges and never from asking whether a point is inside, so that
//! edges that lie on each other, touching rings and points that stand twice need no care.
//!
//! **Invariant:** what is answered for a parcel depends on it and the layer alone: not on other parcels,
//! nor on the number of threads.

pub mod authalic;
mod build;
mod crossing;
mod cut;
pub mod ellipsoid;
mod grid;
mod layer;
mod outline;
mod overlaps;
mod shapes;
mod side;
mod threads;
pub mod validate;

pub use layer::{Layer, MOST_ZONES};
pub use overlaps::{Doubled, Overlap, Overlaps, overlap_areas, self_overlaps};
pub(crate) use shapes::planar_area;
pub use shapes::{FARTHEST, Point, Polygon, Refused, Ring, Shapes};

#[cfg(test)]
mod tests;
