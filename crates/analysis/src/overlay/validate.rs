//! What is wrong with a shape, and the mending of what is harmless.

use super::crossing;
use super::layer::Layer;
use super::overlaps::self_overlaps;
use super::shapes::{FARTHEST, Point, Polygon, Ring, Shapes, edges, same, turn, twice_area};
use super::side::side;

/// Points of a closed ring: a triangle and its first point again.
const FEWEST_POINTS: usize = 4;
/// A ring that is thinner, as a part of its length, bounds nothing: so much may be rounding.
const NOTHING: f64 = 1e-14;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The coordinate is not a number, infinite, or farther than [`FARTHEST`].
    Coordinate,
    /// The last point is not the first.
    NotClosed,
    /// Fewer than four points, the closing one counted; points that stand twice in a row count once.
    TooFewPoints,
    /// All points lie on one line: the ring bounds no area.
    NoArea,
    /// The edge that begins at the vertex crosses another of the polygon, or lies on it.
    Crossing {
        /// The ring of the other edge.
        ring: usize,
        /// The vertex at which the other edge begins.
        vertex: usize,
        /// Where they meet.
        at: Point,
    },
    /// The hole lies outside the polygon, or in another hole of it.
    HoleOutside,
    /// The polygon covers ground of another one of the shape; the edge that begins at the vertex crosses one
    /// of the other, or lies on it.
    PartsCrossing {
        /// The other polygon.
        polygon: usize,
        /// The ring of the other edge.
        ring: usize,
        /// The vertex at which the other edge begins.
        vertex: usize,
        /// Where they meet.
        at: Point,
    },
    /// The polygon lies in another one of the shape.
    PartInside {
        /// The other polygon.
        polygon: usize,
    },
}

/// A fault and its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flaw {
    /// Which polygon of the shape.
    pub polygon: usize,
    /// Which ring of the polygon; 0 is the outer one.
    pub ring: usize,
    /// Which point of the ring.
    pub vertex: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// The first flaw of a shape: polygon by polygon, first of each ring for itself, then where edges cross,
/// then where holes lie; and when each polygon is sound, whether two of them cover the same ground. Rings
/// may touch in points, and run in either direction.
pub fn validate(polygons: &[Polygon]) -> Option<Flaw> {
    let alone = polygons.iter().enumerate().find_map(|(polygon, rings)| {
        let flaw = |(ring, vertex, fault)| Flaw { polygon, ring, vertex, fault };
        let of_ring =
            |(ring, points): (usize, &Ring)| check_ring(points).map(|(vertex, fault)| (ring, vertex, fault));
        let alone = rings.iter().enumerate().find_map(of_ring);
        alone.or_else(|| check_crossing(rings)).or_else(|| check_holes(rings)).map(flaw)
    });
    alone.or_else(|| check_parts(polygons))
}

/// Two sound polygons of a shape may touch, also along an edge, but not cover the same ground.
fn check_parts(polygons: &[Polygon]) -> Option<Flaw> {
    if polygons.len() < 2 {
        return None;
    }
    let mut parts = Shapes::new();
    for rings in polygons {
        parts.push(std::slice::from_ref(rings)).ok()?;
    }
    let layer = Layer::new(vec![String::new(); parts.len()], &parts, 1).ok()?;
    let doubled = self_overlaps(&parts, &layer, 1).into_iter().next()?;
    let [one, other] = [doubled.zone as usize, doubled.other as usize];
    let rings = polygons[one].len();
    if let Some(found) = crossing::first(&[polygons[one].as_slice(), &polygons[other]].concat()) {
        // The polygons for themselves are sound: the later edge is of the second one.
        let (ring, vertex) = found.other;
        let fault = Fault::PartsCrossing { polygon: one, ring, vertex, at: found.at };
        return Some(Flaw { polygon: other, ring: found.ring - rings, vertex: found.vertex, fault });
    }
    let inside = within(&polygons[other][0], &polygons[one][0]) == Some(true);
    let (polygon, around) = if inside { (other, one) } else { (one, other) };
    let fault = Fault::PartInside { polygon: around };
    Some(Flaw { polygon, ring: 0, vertex: 0, fault })
}

fn check_ring(points: &Ring) -> Option<(usize, Fault)> {
    let far = |point: &Point| !point.iter().all(|value| value.abs() <= FARTHEST);
    if let Some(vertex) = points.iter().position(far) {
        return Some((vertex, Fault::Coordinate));
    }
    let last = points.len().saturating_sub(1);
    if last > 0 && !same(points[0], points[last]) {
        return Some((last, Fault::NotClosed));
    }
    let distinct = points.windows(2).filter(|pair| !same(pair[0], pair[1])).count() + 1;
    if points.is_empty() || distinct < FEWEST_POINTS {
        return Some((0, Fault::TooFewPoints));
    }
    flat(points).then_some((0, Fault::NoArea))
}

/// Whether all points lie on one line, or so near to it that it may be rounding.
fn flat(points: &[Point]) -> bool {
    let near = points[0];
    let from_near = |point: &Point| [point[0] - near[0], point[1] - near[1]];
    let squared = |[x, y]: Point| x * x + y * y;
    let farther = |a: Point, b: Point| if squared(b) > squared(a) { b } else { a };
    let [x, y] = points.iter().map(from_near).fold([0.0; 2], farther);
    let off = points.iter().map(from_near).map(|point| (x * point[1] - y * point[0]).abs());
    off.fold(0.0, f64::max) <= squared([x, y]) * NOTHING
}

fn check_crossing(rings: &[Ring]) -> Option<(usize, usize, Fault)> {
    let found = crossing::first(rings)?;
    let (ring, vertex) = found.other;
    Some((found.ring, found.vertex, Fault::Crossing { ring, vertex, at: found.at }))
}

/// No edges cross here, so that one point off the other boundary tells for a whole ring.
fn check_holes(rings: &[Ring]) -> Option<(usize, usize, Fault)> {
    let (outer, holes) = rings.split_first()?;
    for (at, hole) in holes.iter().enumerate() {
        let others = holes.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        let outside = within(hole, outer) == Some(false);
        if outside || others.into_iter().any(|other| within(hole, other) == Some(true)) {
            return Some((at + 1, 0, Fault::HoleOutside));
        }
    }
    None
}

/// Whether a ring lies in another one; nothing if all its points and the middles of its edges lie on it.
pub(crate) fn within(ring: &Ring, other: &Ring) -> Option<bool> {
    let middles = ring.windows(2).map(|pair| [0, 1].map(|axis| pair[0][axis].midpoint(pair[1][axis])));
    ring.iter().copied().chain(middles).find_map(|point| holds(other, point))
}

/// Whether a ring winds around a point; nothing on the ring itself.
fn holds(ring: &Ring, point: Point) -> Option<bool> {
    let mut inside = false;
    for (from, to) in edges(ring) {
        let (low, high) = if from[1] <= to[1] { (from, to) } else { (to, from) };
        let side = side(low, high, point);
        let beside =
            |axis: usize| from[axis].min(to[axis]) <= point[axis] && point[axis] <= from[axis].max(to[axis]);
        if side.is_eq() && beside(0) && beside(1) {
            return None;
        }
        if low[1] <= point[1] && point[1] < high[1] && side.is_gt() {
            inside = !inside;
        }
    }
    Some(inside)
}

/// What was mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mended {
    /// The first point was added at the end.
    Closed,
    /// So many points that stood twice in a row were left out.
    Duplicates(usize),
    /// The ring was turned: outer rings run counter-clockwise, holes clockwise.
    Reversed,
}

/// What was mended, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Which polygon of the shape.
    pub polygon: usize,
    /// Which ring of the polygon; 0 is the outer one.
    pub ring: usize,
    /// What was mended in it.
    pub mended: Mended,
}

/// Mends what changes no boundary: rings are closed, points stand once, outer rings run
/// counter-clockwise and holes clockwise. Says what was done, in the order in which it was.
pub fn repair(polygons: &mut [Polygon]) -> Vec<Repair> {
    let mut done = Vec::new();
    for (polygon, rings) in polygons.iter_mut().enumerate() {
        for (ring, points) in rings.iter_mut().enumerate() {
            let mut say = |mended| done.push(Repair { polygon, ring, mended });
            let before = points.len();
            points.dedup();
            if points.len() < before {
                say(Mended::Duplicates(before - points.len()));
            }
            let Some(first) = points.first().copied() else { continue };
            if points.len() > 1 && points.last() != Some(&first) {
                points.push(first);
                say(Mended::Closed);
            }
            let twice = twice_area(points, first);
            if twice != 0.0 && turn(twice, ring > 0) < 0.0 {
                points.reverse();
                say(Mended::Reversed);
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect()
    }

    fn square(low: i32, high: i32) -> Ring {
        ring(&[(low, low), (high, low), (high, high), (low, high), (low, low)])
    }

    /// Ring, vertex and fault of a polygon that has one.
    fn flaw(rings: &[Ring]) -> Option<(usize, usize, Fault)> {
        validate(&[rings.to_vec()]).map(|flaw| (flaw.ring, flaw.vertex, flaw.fault))
    }

    #[test]
    fn what_is_right_has_no_flaw() {
        assert_eq!(validate(&[]), None);
        assert_eq!(flaw(&[square(0, 9), square(2, 4)]), None);
        let mut backward = square(0, 9);
        backward.reverse();
        assert_eq!(flaw(&[backward]), None);
        // A hole that touches the outer ring in a vertex, and two holes that touch each other.
        let hole = ring(&[(0, 5), (2, 4), (2, 6), (0, 5)]);
        let next = ring(&[(2, 4), (4, 3), (4, 5), (2, 4)]);
        assert_eq!(flaw(&[square(0, 9), hole, next]), None);
        // A ring that comes back to one of its vertices without passing through itself.
        assert_eq!(flaw(&[ring(&[(0, 0), (4, 0), (2, 2), (4, 4), (0, 4), (2, 2), (0, 0)])]), None);
    }

    #[test]
    fn each_ring_for_itself() {
        let mut bad = square(0, 9);
        bad[2][1] = f64::NAN;
        assert_eq!(flaw(&[bad]), Some((0, 2, Fault::Coordinate)));
        assert_eq!(flaw(&[ring(&[(0, 0), (1, 0), (1, 1), (0, 1)])]), Some((0, 3, Fault::NotClosed)));
        let few = ring(&[(1, 1), (2, 1), (2, 1), (1, 1)]);
        assert_eq!(flaw(&[square(0, 9), few]), Some((1, 0, Fault::TooFewPoints)));
        assert_eq!(flaw(&[Vec::new()]), Some((0, 0, Fault::TooFewPoints)));
        let flat = ring(&[(0, 0), (1, 1), (2, 2), (0, 0)]);
        assert_eq!(flaw(&[flat]), Some((0, 0, Fault::NoArea)));
    }

    #[test]
    fn crossings_are_told_with_their_place() {
        let crossing = |ring, vertex, at| Fault::Crossing { ring, vertex, at };
        let bow = ring(&[(0, 0), (4, 4), (4, 0), (0, 2), (0, 0)]);
        let Some((0, 2, Fault::Crossing { ring: 0, vertex: 0, at })) = flaw(&[bow]) else {
            panic!("no crossing");
        };
        assert!((at[0] - 4.0 / 3.0).abs() < 1e-12 && (at[1] - 4.0 / 3.0).abs() < 1e-12);
        // Through a vertex in the middle of an edge, and through a vertex at a vertex.
        let through = ring(&[(0, 0), (4, 0), (4, 4), (2, 0), (1, -2), (0, -2), (0, 0)]);
        assert_eq!(flaw(&[through]), Some((0, 2, crossing(0, 0, [2.0, 0.0]))));
        let eight = ring(&[(0, 0), (2, 2), (4, 4), (4, 0), (2, 2), (0, 4), (0, 0)]);
        assert_eq!(flaw(&[eight]), Some((0, 3, crossing(0, 0, [2.0, 2.0]))));
        // A spike that goes out and back, and a hole that runs along the outer ring.
        let spike = ring(&[(0, 0), (4, 0), (4, 4), (8, 4), (4, 4), (0, 4), (0, 0)]);
        assert!(matches!(flaw(&[spike]), Some((0, 3, Fault::Crossing { at: [4.0, 4.0], .. }))));
        let along = ring(&[(0, 3), (2, 3), (2, 6), (0, 6), (0, 3)]);
        assert_eq!(flaw(&[square(0, 9), along]), Some((1, 3, crossing(0, 3, [0.0, 3.0]))));
        let over = ring(&[(5, 5), (12, 5), (12, 6), (5, 6), (5, 5)]);
        assert!(matches!(
            flaw(&[square(0, 9), over]),
            Some((1, 0, Fault::Crossing { ring: 0, vertex: 1, .. }))
        ));
    }

    #[test]
    fn holes_lie_in_the_polygon_and_in_no_other_hole() {
        assert_eq!(flaw(&[square(0, 9), square(10, 12)]), Some((1, 0, Fault::HoleOutside)));
        let [wide, narrow] = [square(1, 8), square(3, 4)];
        assert_eq!(flaw(&[square(0, 9), wide, narrow]), Some((2, 0, Fault::HoleOutside)));
        let second = vec![square(20, 29), square(0, 9)];
        let flaw = validate(&[vec![square(0, 9)], second]);
        assert_eq!(flaw.map(|flaw| (flaw.polygon, flaw.ring)), Some((1, 1)));
    }

    #[test]
    fn parts_of_a_shape_are_held_against_each_other() {
        let part = |low, high| vec![square(low, high)];
        let flaw = |parts: &[Polygon]| validate(parts).map(|flaw| (flaw.polygon, flaw.fault));
        // In a corner they may touch; and one may lie in the hole of another, along nothing.
        assert_eq!(flaw(&[part(0, 4), part(4, 9)]), None);
        assert_eq!(flaw(&[vec![square(0, 9), square(2, 7)], part(3, 5)]), None);
        assert_eq!(flaw(&[part(0, 9), part(3, 5)]), Some((1, Fault::PartInside { polygon: 0 })));
        assert_eq!(
            flaw(&[part(3, 5), part(20, 21), part(0, 9)]),
            Some((0, Fault::PartInside { polygon: 2 }))
        );
        let crossing = flaw(&[part(0, 4), part(3, 9)]).expect("a flaw");
        assert!(matches!(crossing, (1, Fault::PartsCrossing { polygon: 0, ring: 0, .. })), "{crossing:?}");
        // The same ground twice is none; a common edge, as districts have it, is sound.
        assert!(matches!(flaw(&[part(0, 4), part(0, 4)]), Some((1, Fault::PartsCrossing { .. }))));
        let beside = vec![ring(&[(4, 0), (8, 0), (8, 4), (4, 4), (4, 0)])];
        assert_eq!(flaw(&[part(0, 4), beside]), None);
    }

    #[test]
    fn what_is_harmless_is_mended_and_told() {
        let mut shape = vec![vec![ring(&[(0, 0), (0, 9), (0, 9), (9, 9), (9, 0)]), square(2, 4)]];
        let done = repair(&mut shape);
        let told: Vec<_> = done.iter().map(|repair| (repair.ring, repair.mended)).collect();
        assert_eq!(
            told,
            [(0, Mended::Duplicates(1)), (0, Mended::Closed), (0, Mended::Reversed), (1, Mended::Reversed)]
        );
        assert_eq!(validate(&shape), None);
        assert_eq!(repair(&mut shape), []);
    }
}
