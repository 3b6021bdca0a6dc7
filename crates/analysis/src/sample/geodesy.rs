//! From the city's plane in metres to longitude and latitude on the CGCS2000 ellipsoid.
//!
//! **Invariant:** the map is linear, so straight boundaries stay straight and touching stays touching.

use crate::overlay::ellipsoid::{FLATTENING, SEMI_MAJOR};

// The open East China Sea, where nobody can mistake the sample for a real place.
const ORIGIN: [f64; 2] = [125.0, 29.5];
// 1e-9 degree is a tenth of a millimetre, and hides the last bits in which platforms differ.
const ROUNDING: f64 = 1e9;

/// The scale of the plane.
pub(super) struct Earth {
    degrees_per_metre: [f64; 2],
}

impl Earth {
    pub(super) fn new() -> Self {
        let squared = FLATTENING * (2.0 - FLATTENING);
        let (sine, cosine) = ORIGIN[1].to_radians().sin_cos();
        let w = 1.0 - squared * sine * sine;
        let prime_vertical = SEMI_MAJOR / w.sqrt();
        let meridian = SEMI_MAJOR * (1.0 - squared) / (w * w.sqrt());
        Self {
            degrees_per_metre: [
                (1.0 / (prime_vertical * cosine)).to_degrees(),
                (1.0 / meridian).to_degrees(),
            ],
        }
    }

    /// Longitude and latitude in degrees.
    pub(super) fn degrees(&self, metres: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| {
            let degree = ORIGIN[axis] + metres[axis] * self.degrees_per_metre[axis];
            (degree * ROUNDING).round() / ROUNDING
        })
    }
}
