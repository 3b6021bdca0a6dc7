//! A place that is asked for, in any reference system that is offered, and whether an outline meets it.

use super::crs::Crs;
use super::outlines::{Bounds, NOWHERE, Outlines, Point, around};
use landcycle_analysis::layers::Carry;

/// Points laid on each side of a box, so that its bent sides are held in degrees.
const SIDE: usize = 16;
/// Degrees by which such a box is widened: what looks for candidates must miss none.
const SLACK: f64 = 1e-4;

/// A part of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Point(Point),
    Line(Vec<Point>),
    /// Rings, the outer one first.
    Polygon(Vec<Vec<Point>>),
}

/// 范围 · a place.
pub(super) struct Region {
    shapes: Vec<Shape>,
    carry: Option<Carry>,
    /// In degrees.
    bounds: Vec<Bounds>,
    /// The place is its bounds.
    boxes: bool,
}

/// The sides of a box as a ring.
pub(super) fn ring_of([west, south, east, north]: Bounds) -> Vec<Point> {
    vec![[west, south], [east, south], [east, north], [west, north], [west, south]]
}

impl Region {
    /// Boxes in degrees.
    pub(super) fn boxes(bounds: Vec<Bounds>) -> Self {
        let shapes = bounds.iter().map(|bounds| Shape::Polygon(vec![ring_of(*bounds)])).collect();
        Self { shapes, carry: None, bounds, boxes: true }
    }

    /// Shapes in a reference system, easting or longitude first; none where it has no such place.
    pub(super) fn new(shapes: Vec<Shape>, crs: &Crs) -> Option<Self> {
        let carry = Carry::to(crs.system).ok()??;
        if carry.is_degrees() {
            let bounds = shapes.iter().map(bounds_of).collect();
            return Some(Self { shapes, carry: None, bounds, boxes: false });
        }
        let mut bounds = Vec::new();
        for shape in &shapes {
            let [west, south, east, north] = bounds_of(shape);
            let mut found = NOWHERE;
            for step in 0..=SIDE {
                let part = step as f64 / SIDE as f64;
                let (x, y) = (west + (east - west) * part, south + (north - south) * part);
                for point in [[x, south], [x, north], [west, y], [east, y]] {
                    found = around(found, carry.back(point)?);
                }
            }
            bounds.push([found[0] - SLACK, found[1] - SLACK, found[2] + SLACK, found[3] + SLACK]);
        }
        Some(Self { shapes, carry: Some(carry), bounds, boxes: false })
    }

    /// Whether an outline has a point in common with it.
    pub(super) fn meets(&self, outlines: &Outlines, row: usize) -> bool {
        let bounds = outlines.bounds(row);
        let near = |place: &Bounds| {
            bounds[0] <= place[2] && place[0] <= bounds[2] && bounds[1] <= place[3] && place[1] <= bounds[3]
        };
        if !self.bounds.iter().any(near) {
            return false;
        }
        let inside = |place: &Bounds| {
            place[0] <= bounds[0] && bounds[2] <= place[2] && place[1] <= bounds[1] && bounds[3] <= place[3]
        };
        if self.boxes && self.bounds.iter().any(inside) {
            return true;
        }
        let own = outlines.polygons(row);
        let moved: Option<Vec<Vec<Vec<Point>>>> = match &self.carry {
            None => Some(own.iter().map(|rings| rings.iter().map(|ring| ring.to_vec()).collect()).collect()),
            Some(carry) => {
                let ring = |ring: &&[Point]| ring.iter().map(|point| carry.out(*point)).collect();
                own.iter().map(|rings| rings.iter().map(ring).collect()).collect()
            }
        };
        let Some(polygons) = moved else { return false };
        polygons.iter().any(|polygon| self.shapes.iter().any(|shape| meets(polygon, shape)))
    }
}

fn bounds_of(shape: &Shape) -> Bounds {
    let points: &[Point] = match shape {
        Shape::Point(point) => std::slice::from_ref(point),
        Shape::Line(points) => points,
        Shape::Polygon(rings) => rings.first().map_or(&[], Vec::as_slice),
    };
    points.iter().fold(NOWHERE, |bounds, point| around(bounds, *point))
}

fn meets(polygon: &[Vec<Point>], shape: &Shape) -> bool {
    match shape {
        Shape::Point(point) => holds(polygon, *point),
        Shape::Line(points) => {
            points.iter().any(|point| holds(polygon, *point))
                || polygon.iter().any(|ring| crosses(ring, points))
        }
        Shape::Polygon(rings) => {
            let first = |rings: &[Vec<Point>]| rings.first().and_then(|ring| ring.first().copied());
            first(rings).is_some_and(|point| holds(polygon, point))
                || first(polygon).is_some_and(|point| holds(rings, point))
                || polygon.iter().any(|ring| rings.iter().any(|other| crosses(ring, other)))
        }
    }
}

/// Which side of the line from `a` to `b` a point lies on.
fn side(a: Point, b: Point, point: Point) -> f64 {
    (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
}

fn between(a: Point, b: Point, point: Point) -> bool {
    point[0] >= a[0].min(b[0])
        && point[0] <= a[0].max(b[0])
        && point[1] >= a[1].min(b[1])
        && point[1] <= a[1].max(b[1])
}

/// Whether a point lies inside rings or on one of them.
fn holds(rings: &[Vec<Point>], point: Point) -> bool {
    let mut inside = false;
    for ring in rings {
        for edge in ring.windows(2) {
            let (a, b) = (edge[0], edge[1]);
            let turn = side(a, b, point);
            if turn == 0.0 && between(a, b, point) {
                return true;
            }
            if (a[1] > point[1]) != (b[1] > point[1]) && (turn > 0.0) == (b[1] > a[1]) {
                inside = !inside;
            }
        }
    }
    inside
}

/// Whether two lines have a point in common.
fn crosses(one: &[Point], other: &[Point]) -> bool {
    one.windows(2).any(|edge| other.windows(2).any(|with| touch(edge[0], edge[1], with[0], with[1])))
}

fn touch(a: Point, b: Point, c: Point, d: Point) -> bool {
    let (first, second) = (side(a, b, c), side(a, b, d));
    let (third, fourth) = (side(c, d, a), side(c, d, b));
    if ((first > 0.0 && second < 0.0) || (first < 0.0 && second > 0.0))
        && ((third > 0.0 && fourth < 0.0) || (third < 0.0 && fourth > 0.0))
    {
        return true;
    }
    first == 0.0 && between(a, b, c)
        || second == 0.0 && between(a, b, d)
        || third == 0.0 && between(c, d, a)
        || fourth == 0.0 && between(c, d, b)
}

#[cfg(test)]
mod tests {
    //! What meets and what does not, edges and corners included.

    use super::*;

    fn square() -> Outlines {
        let mut outlines = Outlines::default();
        let ring = |w: f64, s: f64, e: f64, n: f64| vec![(w, s), (e, s), (e, n), (w, n), (w, s)];
        outlines.push(&[vec![ring(116.0, 39.0, 116.4, 39.4), ring(116.1, 39.1, 116.3, 39.3)]]);
        outlines.push(&[]);
        outlines
    }

    #[test]
    fn boxes_meet_what_they_touch_and_not_what_lies_in_a_hole() {
        let outlines = square();
        let meets = |bounds| Region::boxes(vec![bounds]).meets(&outlines, 0);
        assert!(meets([115.0, 38.0, 117.0, 40.0]) && meets([116.4, 39.4, 117.0, 40.0]));
        assert!(meets([116.05, 39.05, 116.06, 39.06]) && meets([116.15, 39.05, 116.2, 39.2]));
        assert!(!meets([116.15, 39.15, 116.25, 39.25]) && !meets([116.41, 39.0, 117.0, 40.0]));
        assert!(!Region::boxes(vec![[115.0, 38.0, 117.0, 40.0]]).meets(&outlines, 1));
    }

    #[test]
    fn a_place_in_metres_is_the_place_in_degrees() {
        let outlines = square();
        let crs = Crs::named("http://www.opengis.net/def/crs/EPSG/0/4548").expect("offered");
        let carry = Carry::to(crs.system).expect("a way").expect("a way");
        let at = |point| carry.out(point).expect("a place");
        let meets = |shape| Region::new(vec![shape], &crs).expect("on Earth").meets(&outlines, 0);
        assert!(meets(Shape::Point(at([116.05, 39.05]))));
        assert!(!meets(Shape::Point(at([116.2, 39.2]))));
        assert!(meets(Shape::Line(vec![at([115.9, 39.05]), at([116.5, 39.05])])));
        assert!(!meets(Shape::Line(vec![at([115.9, 39.45]), at([116.5, 39.45])])));
    }
}
