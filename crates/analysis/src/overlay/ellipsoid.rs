//! Areas on the CGCS2000 ellipsoid, of shapes given by longitude and latitude.
//!
//! Between two vertices a boundary runs along the geodesic. A shape may lie across the antimeridian; one
//! that holds a pole is not a parcel and has no answer here.
//!
//! `geographiclib` sums each edge with the ground between it and the equator and rounds it as that: a ring
//! of a thousand vertices is known to two or three square centimetres, more than a billionth of a small
//! zone. So a ring of short edges is summed with the ground between it and the parallel of its first
//! vertex, along the same geodesics, and keeps about twelve digits. Long edges, where that is no matter,
//! are left to `geographiclib`.

use std::sync::LazyLock;

use geographiclib_rs::{Geodesic, GeodesicLine, InverseGeodesic, PolygonArea, Winding, capability};

use super::authalic::{strip, turned};
use super::shapes::{Point, Polygon};

/// The semi-major axis of CGCS2000, in metres.
pub const SEMI_MAJOR: f64 = 6_378_137.0;
/// The flattening of CGCS2000.
pub const FLATTENING: f64 = 1.0 / 298.257_222_101;

/// Edges up to this are short, in degrees of either axis.
const SHORT: f64 = 0.5;
/// Nearer to a pole longitude turns too fast along an edge.
const HIGHEST: f64 = 80.0;
/// Gauss's nodes and weights on an edge, from 0 to 1: at fifty kilometres the rest is below rounding.
const NODES: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(|| Geodesic::new(SEMI_MAJOR, FLATTENING));

/// The area that a ring bounds, in square metres: positive if it runs counter-clockwise. Points are
/// longitude and latitude in degrees; the closing one may be there or not.
pub fn ring_area(ring: &[Point]) -> f64 {
    let closed = ring.len() > 1 && ring.first() == ring.last();
    let ring = &ring[..ring.len() - usize::from(closed)];
    let (Some(first), Some(last)) = (ring.first(), ring.last()) else { return 0.0 };
    let mut before = *last;
    let mut sum = 0.0;
    for point in ring {
        let run = turned(point[0] - before[0]);
        let high = point[1].abs().max(before[1].abs());
        if !(run.abs() <= SHORT && (point[1] - before[1]).abs() <= SHORT && high <= HIGHEST) {
            return ring_area_from_equator(ring);
        }
        sum -= under(before, *point, run, first[1]);
        before = *point;
    }
    sum
}

/// The ground between an edge and a parallel: positive for an edge that runs east above it.
///
/// That under the chord, which joins the vertices exactly, and what the geodesic bends away from it: the
/// chord's part is all but the whole, and of the rest a few digits suffice.
fn under(from: Point, to: Point, run: f64, parallel: f64) -> f64 {
    // Along a meridian there is none, and between two points that are one no direction.
    if run == 0.0 {
        return 0.0;
    }
    let (length, azimuth, ..): (f64, f64, f64, f64) = ELLIPSOID.inverse(from[1], from[0], to[1], to[0]);
    let wanted = capability::LATITUDE | capability::LONGITUDE | capability::AZIMUTH;
    let caps = wanted | capability::DISTANCE_IN;
    let line = GeodesicLine::new(&ELLIPSOID, from[1], from[0], azimuth, Some(caps), None, None);
    let [start, end] = [strip(parallel, from[1]), strip(parallel, to[1])];
    let squared = FLATTENING * (2.0 - FLATTENING);
    let bend = |(place, weight): &(f64, f64)| {
        let (_, latitude, longitude, ahead, ..) = line._gen_position(false, place * length, wanted);
        let (sine, cosine) = latitude.to_radians().sin_cos();
        let radius = SEMI_MAJOR / (1.0 - squared * sine * sine).sqrt() * cosine;
        let chord = start + (end - start) * turned(longitude - from[0]) / run;
        weight * length * ahead.to_radians().sin() / radius * (strip(parallel, latitude) - chord)
    };
    0.5 * run.to_radians() * (start + end) + NODES.iter().map(bend).sum::<f64>()
}

/// The same by `geographiclib` alone, against the equator. The sample city keeps the areas that it was first
/// drawn with.
pub(crate) fn ring_area_from_equator(ring: &[Point]) -> f64 {
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

    #[test]
    fn both_ways_agree_as_far_as_the_equator_lets_them() {
        for (west, south, side) in
            [(116.3, 39.9, 0.4), (-73.8, 40.8, 0.01), (10.0, -79.0, 0.1), (0.0, -0.2, 0.4)]
        {
            let ring = square(west, south, side);
            let (near, far) = (ring_area(&ring), ring_area_from_equator(&ring));
            assert!((near - far).abs() < 1e-3 + 1e-12 * far.abs(), "{near} {far}");
        }
        let wide = square(100.0, 30.0, 3.0);
        assert_eq!(ring_area(&wide).to_bits(), ring_area_from_equator(&wide).to_bits());
    }

    #[test]
    fn a_ring_of_many_short_edges_keeps_its_digits() {
        // A square of four edges along meridians and one of 4,000 points on the same geodesics bound the
        // same ground; against the equator the second is off by square centimetres.
        let (south, north, west, east) = (40.7, 40.704, -73.9, -73.895);
        let corners = [[west, south], [east, south], [east, north], [west, north]];
        let mut many = Vec::new();
        for (at, from) in corners.iter().enumerate() {
            let to = corners[(at + 1) % 4];
            let (length, azimuth, ..): (f64, f64, f64, f64) =
                ELLIPSOID.inverse(from[1], from[0], to[1], to[0]);
            for step in 0..1_000 {
                let part = length * f64::from(step) / 1_000.0;
                let (latitude, longitude): (f64, f64) =
                    geographiclib_rs::DirectGeodesic::direct(&*ELLIPSOID, from[1], from[0], azimuth, part);
                many.push([longitude, latitude]);
            }
        }
        let (few, many) = (ring_area(&corners), ring_area(&many));
        assert!((many / few - 1.0).abs() < 1e-10, "{few} {many}");
    }
}
