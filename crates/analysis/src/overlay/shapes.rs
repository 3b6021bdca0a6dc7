//! Parcels and zones as they lie in memory: all points of all shapes one after another.

use std::cmp::Ordering;
use std::ops::Range;

/// A point in a plane, in metres: easting and northing.
pub type Point = [f64; 2];

/// The points of a ring, with or without the first one again at its end, in either direction.
pub type Ring = Vec<Point>;

/// A ring that bounds the polygon from outside, then those of its holes.
pub type Polygon = Vec<Ring>;

/// Farther from the origin no plane of a survey goes: in metres.
pub const FARTHEST: f64 = 1e12;

/// Why a shape was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A coordinate is not a number, infinite, or farther than [`FARTHEST`].
    #[error("polygon {polygon}, ring {ring}, vertex {vertex} has no usable coordinate")]
    Coordinate {
        /// Which polygon of the shape.
        polygon: usize,
        /// Which ring of the polygon.
        ring: usize,
        /// Which point of the ring.
        vertex: usize,
    },
    /// There is no room for more than 2³² points.
    #[error("more points than can be told apart")]
    Points,
    /// A layer can tell [`MOST_ZONES`](super::layer::MOST_ZONES) zones apart.
    #[error("more zones than a layer can hold")]
    Zones,
    /// There are not as many names as zones.
    #[error("{names} names for {zones} zones")]
    Names {
        /// How many names were given.
        names: usize,
        /// How many zones were given.
        zones: usize,
    },
}

/// Polygons and multipolygons with holes, each known by its place in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    points: Vec<Point>,
    rings: Vec<RingEnd>,
    ends: Vec<ShapeEnd>,
}

#[derive(Clone, Copy, Debug)]
struct RingEnd {
    /// One past the last point.
    point: u32,
    hole: bool,
}

/// One past the last ring and point.
#[derive(Clone, Copy, Debug, Default)]
struct ShapeEnd {
    ring: u32,
    point: u32,
}

/// The points of a ring, the closing one left out, and what the ring bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct RingView<'a> {
    pub(super) points: &'a [Point],
    pub(super) hole: bool,
}

impl Shapes {
    /// No shapes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many shapes there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds a shape of one or more polygons. What is wrong with a ring beyond its coordinates is told
    /// by [`validate`](super::validate::validate); here its area counts as it winds.
    pub fn push(&mut self, polygons: &[Polygon]) -> Result<(), Refused> {
        for (polygon, rings) in polygons.iter().enumerate() {
            for (ring, points) in rings.iter().enumerate() {
                let far = |point: &Point| !point.iter().all(|value| value.abs() <= FARTHEST);
                if let Some(vertex) = points.iter().position(far) {
                    return Err(Refused::Coordinate { polygon, ring, vertex });
                }
            }
        }
        let many: usize = polygons.iter().flatten().map(Vec::len).sum();
        let rings: usize = polygons.iter().map(Vec::len).sum();
        if self.points.len() + many > u32::MAX as usize || self.rings.len() + rings > u32::MAX as usize {
            return Err(Refused::Points);
        }
        for rings in polygons {
            for (ring, points) in rings.iter().enumerate() {
                let closed = points.len() > 1 && points.first() == points.last();
                self.points.extend_from_slice(&points[..points.len() - usize::from(closed)]);
                self.rings.push(RingEnd { point: self.points.len() as u32, hole: ring > 0 });
            }
        }
        self.ends.push(ShapeEnd { ring: self.rings.len() as u32, point: self.points.len() as u32 });
        Ok(())
    }

    /// The rings of a shape.
    pub(super) fn rings(&self, shape: usize) -> impl Iterator<Item = RingView<'_>> {
        let (start, end) = self.around(shape);
        let mut point = start.point;
        (start.ring..end.ring).map(move |ring| {
            // Of most shapes all is known without a look at the ring.
            let ring = match end.ring - start.ring {
                1 => RingEnd { point: end.point, hole: false },
                _ => self.rings[ring as usize],
            };
            let points = &self.points[point as usize..ring.point as usize];
            point = ring.point;
            RingView { points, hole: ring.hole }
        })
    }

    fn around(&self, shape: usize) -> (ShapeEnd, ShapeEnd) {
        let start = shape.checked_sub(1).map_or_else(ShapeEnd::default, |before| self.ends[before]);
        (start, self.ends[shape])
    }

    /// All points of all shapes.
    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The points of all rings of a shape.
    pub(super) fn shape_points(&self, shape: usize) -> &[Point] {
        &self.points[self.point_range(shape)]
    }

    /// Where the points of a shape lie among all points.
    pub(super) fn point_range(&self, shape: usize) -> Range<usize> {
        let (start, end) = self.around(shape);
        start.point as usize..end.point as usize
    }
}

/// Whether two points are one.
pub(super) fn same(a: Point, b: Point) -> bool {
    a.partial_cmp(&b).is_some_and(Ordering::is_eq)
}

/// From each point to the next, around the ring.
pub(super) fn edges(points: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    let nexts = points.iter().skip(1).chain(points.first());
    points.iter().copied().zip(nexts.copied())
}

/// Twice the area that a ring winds around, counter-clockwise positive, in square metres; measured
/// from a point near the ring, for products of far coordinates would lose what is small.
pub(super) fn twice_area(points: &[Point], near: Point) -> f64 {
    let Some(last) = points.last() else { return 0.0 };
    let mut before = [last[0] - near[0], last[1] - near[1]];
    let mut sum = 0.0;
    for point in points {
        let next = [point[0] - near[0], point[1] - near[1]];
        sum += before[0] * next[1] - next[0] * before[1];
        before = next;
    }
    sum
}

/// The area that a ring winds around in its plane, counter-clockwise positive.
pub(crate) fn planar_area(ring: &[Point]) -> f64 {
    ring.first().map_or(0.0, |near| 0.5 * twice_area(ring, *near))
}

/// What makes an outer ring wind counter-clockwise and a hole clockwise: 1 or -1.
pub(super) fn turn(twice_area: f64, hole: bool) -> f64 {
    if (twice_area < 0.0) == hole { 1.0 } else { -1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_point_is_not_kept_and_rings_stay_apart() {
        let mut shapes = Shapes::new();
        let square = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]];
        let hole = vec![[1.0, 1.0], [2.0, 1.0], [2.0, 2.0]];
        shapes.push(&[]).unwrap();
        shapes.push(&[vec![square.clone(), hole], vec![square]]).unwrap();
        let lengths =
            |shape| shapes.rings(shape).map(|ring| (ring.points.len(), ring.hole)).collect::<Vec<_>>();
        assert!(lengths(0).is_empty());
        assert_eq!(lengths(1), [(4, false), (3, true), (4, false)]);
    }

    #[test]
    fn what_is_not_a_number_is_refused_with_its_place() {
        let mut shapes = Shapes::new();
        let bad = vec![vec![[0.0, 0.0], [1.0, f64::NAN], [1.0, 1.0]]];
        let refused = shapes.push(&[bad]).unwrap_err();
        assert_eq!(refused, Refused::Coordinate { polygon: 0, ring: 0, vertex: 1 });
        assert!(shapes.is_empty());
    }
}
