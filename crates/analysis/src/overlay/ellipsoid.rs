//! Areas on the CGCS2000 ellipsoid, of shapes given by longitude and latitude.
//!
//! Between two vertices a boundary runs along the geodesic. A shape may lie across the antimeridian; one
//! that holds a pole is not a parcel and has no answer here.
//!
//! Each edge is summed with the ground between it and the equator, and is rounded as that: a ring of a
//! thousand vertices is known to about a square centimetre or two, whatever its size.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, PolygonArea, Winding};

use super::shapes::{Point, Polygon};

/// The semi-major axis of CGCS2000, in metres.
pub const SEMI_MAJOR: f64 = 6_378_137.0;
/// The flattening of CGCS2000.
pub const FLATTENING: f64 = 1.0 / 298.257_222_101;

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(|| Geodesic::new(SEMI_MAJOR, FLATTENING));

/// The area that a ring bounds, in square metres: positive if it runs counter-clockwise. Points are
/// longitude and latitude in degrees; the closing one may be there or not.
pub fn ring_area(ring: &[Point]) -> f64 {
    let closed = ring.len() > 1 && ring.first() == ring.last();
    let mut sum = PolygonArea::new(&ELLIPSOID, Winding::CounterClockwise);
    for [longitude, latitude] in &ring[..ring.len() - usize::from(closed)] {
        sum.add_point(*latitude, *longitude);
    }
    // Without a point there is no area, and the sum would not be a number.
    if ring.is_empty() { 0.0 } else { sum.compute(true).1 }
}

/// The area of one or more polygons without their holes, in square metres, whichever way rings run.
pub fn area(polygons: &[Polygon]) -> f64 {
    let of = |rings: &Polygon| {
        let mut areas = rings.iter().map(|ring| ring_area(ring).abs());
        areas.next().unwrap_or(0.0) - areas.sum::<f64>()
    };
    polygons.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, side: f64) -> Vec<Point> {
        let (east, north) = (west + side, south + side);
        vec![[west, south], [east, south], [east, north], [west, north]]
    }

    #[test]
    fn the_closing_point_and_the_direction_change_nothing() {
        let open = square(116.3, 39.9, 0.01);
        let mut closed = open.clone();
        closed.push(open[0]);
        let mut backward = open.clone();
        backward.reverse();
        let expected = ring_area(&open);
        assert!(expected > 9e5 && expected < 1e6);
        assert_eq!(ring_area(&closed).to_bits(), expected.to_bits());
        assert!((ring_area(&backward) + expected).abs() < 1e-6);
        assert!((area(&[vec![backward]]) - expected).abs() < 1e-6);
    }

    #[test]
    fn a_hole_and_the_antimeridian() {
        let outer = square(116.3, 39.9, 0.01);
        let hole = square(116.302, 39.902, 0.004);
        let rest = area(&[vec![outer.clone(), hole.clone()]]);
        assert!((rest - (ring_area(&outer) - ring_area(&hole))).abs() < 1e-6);

        let plain = ring_area(&square(100.0, -17.0, 0.01));
        let across = ring_area(&[[179.995, -17.0], [-179.995, -17.0], [-179.995, -16.99], [179.995, -16.99]]);
        assert!((across / plain - 1.0).abs() < 1e-9, "{across} {plain}");
        assert!(area(&[]).abs() < f64::EPSILON && ring_area(&[]).abs() < f64::EPSILON);
    }
}
