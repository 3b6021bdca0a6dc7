//! Edges of a polygon that cross or run along each other.
//!
//! Rings may touch themselves and each other in points; what is looked for is where a boundary passes
//! through another, in the middle of edges or in a vertex, and where two lie on each other.

use std::cmp::Ordering::{self, Equal, Greater};

use super::shapes::{Point, same};
use super::side::side;

/// A crossing, told by the later of its two edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crossing {
    pub(super) ring: usize,
    pub(super) vertex: usize,
    /// The ring and the first vertex of the edge that is crossed.
    pub(super) other: (usize, usize),
    pub(super) at: Point,
}

/// An edge with the vertex after its end.
#[derive(Clone, Copy, Debug)]
struct Edge {
    ring: usize,
    vertex: usize,
    /// Its place in the ring when points that stand twice are left out, and how many are left.
    place: usize,
    many: usize,
    from: Point,
    to: Point,
    after: Point,
}

/// The first crossing of a polygon, in the order of rings and vertices.
pub(super) fn first(rings: &[Vec<Point>]) -> Option<Crossing> {
    let mut edges = Vec::new();
    for (ring, points) in rings.iter().enumerate() {
        ring_edges(ring, points, &mut edges);
    }
    // Swept along the axis on which the polygon is longer: fewer edges stand side by side.
    let axis = usize::from(reach(&edges, 1) > reach(&edges, 0));
    edges.sort_by(|a, b| a.low(axis).total_cmp(&b.low(axis)));
    let mut first: Option<Crossing> = None;
    for (at, edge) in edges.iter().enumerate() {
        let end = edge.high(axis);
        for other in edges[at + 1..].iter().take_while(|other| other.low(axis) <= end) {
            let beside = 1 - axis;
            if other.low(beside) > edge.high(beside) || edge.low(beside) > other.high(beside) {
                continue;
            }
            let Some(point) = meet(edge, other) else { continue };
            let (early, late) = if edge.key() < other.key() { (edge, other) } else { (other, edge) };
            let before =
                |found: &Crossing| (late.key(), early.key()) < ((found.ring, found.vertex), found.other);
            if first.as_ref().is_none_or(before) {
                first =
                    Some(Crossing { ring: late.ring, vertex: late.vertex, other: early.key(), at: point });
            }
        }
    }
    first
}

impl Edge {
    fn low(&self, axis: usize) -> f64 {
        self.from[axis].min(self.to[axis])
    }

    fn high(&self, axis: usize) -> f64 {
        self.from[axis].max(self.to[axis])
    }

    fn key(&self) -> (usize, usize) {
        (self.ring, self.vertex)
    }

    /// Whether the other edge begins where this one ends.
    fn leads_to(&self, other: &Edge) -> bool {
        self.ring == other.ring && (self.place + 1) % self.many == other.place
    }

    fn side(&self, point: Point) -> Ordering {
        side(self.from, self.to, point)
    }

    /// Whether a point of its line lies on it, the ends left out.
    fn holds(&self, point: Point) -> bool {
        let axis = self.axis();
        self.low(axis) < point[axis] && point[axis] < self.high(axis)
    }

    /// The axis along which it is longer.
    fn axis(&self) -> usize {
        let run = |axis: usize| (self.to[axis] - self.from[axis]).abs();
        usize::from(run(1) > run(0))
    }
}

fn ring_edges(ring: usize, points: &[Point], edges: &mut Vec<Edge>) {
    let mut kept: Vec<(usize, Point)> = Vec::with_capacity(points.len());
    for (vertex, point) in points.iter().enumerate() {
        if kept.last().is_none_or(|last| !same(last.1, *point)) {
            kept.push((vertex, *point));
        }
    }
    while let [first, .., last] = kept.as_slice()
        && same(first.1, last.1)
    {
        kept.pop();
    }
    let many = kept.len();
    if many < 2 {
        return;
    }
    for (place, (vertex, from)) in kept.iter().enumerate() {
        let point = |steps: usize| kept[(place + steps) % many].1;
        let (vertex, from) = (*vertex, *from);
        edges.push(Edge { ring, vertex, place, many, from, to: point(1), after: point(2) });
    }
}

fn reach(edges: &[Edge], axis: usize) -> f64 {
    let low = edges.iter().map(|edge| edge.low(axis)).fold(f64::INFINITY, f64::min);
    let high = edges.iter().map(|edge| edge.high(axis)).fold(f64::NEG_INFINITY, f64::max);
    high - low
}

/// Where two edges cross or begin to run along each other.
fn meet(one: &Edge, other: &Edge) -> Option<Point> {
    let (from, to) = (one.side(other.from), one.side(other.to));
    let (back, forth) = (other.side(one.from), other.side(one.to));
    if from == Equal && to == Equal {
        return along(one, other);
    }
    if from == to || back == forth {
        return None;
    }
    if [from, to, back, forth].iter().all(|side| *side != Equal) {
        return Some(intersection(one, other));
    }
    if one.leads_to(other) || other.leads_to(one) {
        return None;
    }
    // A vertex on an edge: the boundary that bends there must stay on one side. Only the end of an edge
    // is looked at; its beginning is the end of the edge before.
    if same(one.to, other.to) {
        let left = |point| inside(other, point);
        return (left(one.from) != left(one.after)).then_some(one.to);
    }
    for (bent, straight, end) in [(one, other, forth), (other, one, to)] {
        if end == Equal && straight.holds(bent.to) {
            let sides = [straight.side(bent.from), straight.side(bent.after)];
            if sides[0] != sides[1] && !sides.contains(&Equal) {
                return Some(bent.to);
            }
        }
    }
    None
}

/// Whether a point lies to the left of the boundary that comes along an edge and goes on after it.
fn inside(edge: &Edge, point: Point) -> bool {
    let [before, after] = [edge.side(point), side(edge.to, edge.after, point)].map(|side| side == Greater);
    if edge.side(edge.after) == Ordering::Less { before || after } else { before && after }
}

/// Where two edges of one line lie on each other, if in more than a point.
fn along(one: &Edge, other: &Edge) -> Option<Point> {
    let axis = one.axis();
    let ends = |edge: &Edge| {
        if edge.from[axis] < edge.to[axis] { (edge.from, edge.to) } else { (edge.to, edge.from) }
    };
    let ((low, high), (other_low, other_high)) = (ends(one), ends(other));
    let start = if low[axis] > other_low[axis] { low } else { other_low };
    (start[axis] < high[axis].min(other_high[axis])).then_some(start)
}

fn intersection(one: &Edge, other: &Edge) -> Point {
    let near = one.from;
    let [ax, ay] = [one.to[0] - near[0], one.to[1] - near[1]];
    let [bx, by] = [other.to[0] - other.from[0], other.to[1] - other.from[1]];
    let part = ((other.from[0] - near[0]) * by - (other.from[1] - near[1]) * bx) / (ax * by - ay * bx);
    let part = part.clamp(0.0, 1.0);
    [near[0] + part * ax, near[1] + part * ay]
}
