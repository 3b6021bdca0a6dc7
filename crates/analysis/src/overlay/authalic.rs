//! The plane in which areas are those on the ellipsoid: longitude one way, the area between a parallel
//! and the next the other way.
//!
//! Everything is a difference from a parallel nearby, formed without ever subtracting two large numbers:
//! a parcel's area keeps its digits however far it lies from the equator.

use super::ellipsoid::{FLATTENING, SEMI_MAJOR};
use super::shapes::{Point, Polygon};

const SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);

/// What has to be integrated over longitude in radians for an area in square metres: half the square of
/// the semi-major axis times the authalic function, from one latitude to another, in degrees.
pub(super) fn strip(from: f64, to: f64) -> f64 {
    let eccentricity = SQUARED.sqrt();
    let (sine, other) = (from.to_radians().sin(), to.to_radians().sin());
    let rise = 2.0 * (0.5 * (from + to)).to_radians().cos() * (0.5 * (to - from)).to_radians().sin();
    let first = rise * (1.0 + SQUARED * sine * other)
        / ((1.0 - SQUARED * sine * sine) * (1.0 - SQUARED * other * other));
    let second = (eccentricity * rise / (1.0 - SQUARED * sine * other)).atanh() / eccentricity;
    0.5 * SEMI_MAJOR * SEMI_MAJOR * (1.0 - SQUARED) * (first + second)
}

/// A cylindrical equal-area projection that has no distortion along one parallel.
#[derive(Clone, Copy, Debug)]
pub struct EqualArea {
    origin: Point,
    /// Metres of easting for a radian of longitude.
    east: f64,
}

impl EqualArea {
    /// The plane around a longitude and latitude, in degrees.
    pub fn around(origin: Point) -> Self {
        let (sine, cosine) = origin[1].to_radians().sin_cos();
        Self { origin, east: SEMI_MAJOR / (1.0 - SQUARED * sine * sine).sqrt() * cosine }
    }

    /// Polygons in degrees, laid in the plane, in metres. One that lies across the antimeridian stays
    /// together.
    pub fn lay(&self, polygons: &[Polygon]) -> Vec<Polygon> {
        let ring = |points: &Vec<Point>| {
            let mut before = self.origin[0];
            let lay = |[longitude, latitude]: &Point| {
                before += turned(longitude - before);
                let east = (before - self.origin[0]).to_radians() * self.east;
                [east, strip(self.origin[1], *latitude) / self.east]
            };
            points.iter().map(lay).collect()
        };
        polygons.iter().map(|rings| rings.iter().map(ring).collect()).collect()
    }
}

/// A difference of longitudes, the short way around.
pub(super) fn turned(degrees: f64) -> f64 {
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}
