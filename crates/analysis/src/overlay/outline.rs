//! The edges of one parcel, ready to be laid over pieces of zones.
//!
//! A shape is the sum of what lies to the right of its edges: downward edges add, upward edges take
//! away. So the area that parcel and zone share is the sum, over pairs of their edges, of what lies to
//! the right of both; no point is ever asked whether it is inside. Nothing here can go wrong where
//! edges touch, cross in a vertex or lie on each other: the area of what lies between two edges goes
//! to nothing as they meet.

use super::shapes::Point;

/// Edges that are computed side by side.
const LANES: usize = 4;
/// From this many edges on, a piece is compared only with those at its height.
const LONG: usize = 48;
/// Edges at the height of a strip, as it is aimed at.
const STRIP_EDGES: usize = 4;
/// An edge flatter than this bounds no area that a float could hold.
const STEEPEST: f64 = 1e100;

/// Four edges, each seen from its lower end.
#[derive(Clone, Copy, Debug, Default)]
struct Pack {
    low: [f64; LANES],
    high: [f64; LANES],
    /// x at the lower end.
    x: [f64; LANES],
    /// Metres of x for each of y.
    slope: [f64; LANES],
    /// 1 upward, where the shape ends to the right; -1 downward, where it begins; 0 for no edge.
    sign: [f64; LANES],
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    low: f64,
    high: f64,
    x: f64,
    slope: f64,
    sign: f64,
}

/// The edges of a parcel, from the lower left corner of the box around it.
#[derive(Debug, Default)]
pub(super) struct Outline {
    edges: Vec<Edge>,
    packs: Vec<Pack>,
    /// Where the packs of each strip end; empty where there is one strip only.
    strips: Vec<usize>,
    strip_height: f64,
    height: f64,
}

impl Outline {
    /// Forgets the edges.
    pub(super) fn clear(&mut self) {
        self.edges.clear();
    }

    /// Adds an edge; `turn` is -1 where its ring must be read backward.
    #[inline]
    pub(super) fn edge(&mut self, from: Point, to: Point, turn: f64) {
        let up = from[1] < to[1];
        let (low, high) = if up { (from, to) } else { (to, from) };
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        // Not a number where the edge is level: then it is not added either.
        if slope.abs() < STEEPEST {
            let sign = if up { turn } else { -turn };
            self.edges.push(Edge { low: low[1], high: high[1], x: low[0], slope, sign });
        }
    }

    /// Ends the adding of edges; `height` is that of the box.
    pub(super) fn finish(&mut self, height: f64) {
        self.height = height;
        self.packs.clear();
        self.strips.clear();
        if self.edges.len() < LONG {
            pack(&self.edges, &mut self.packs);
            return;
        }
        // Tall edges stand in many strips: as many strips as keep the copies few.
        let tall: f64 = self.edges.iter().map(|edge| edge.high - edge.low).sum();
        let most = self.edges.len() as f64 * STRIP_EDGES as f64 * height / tall;
        let count = (most as usize).clamp(1, self.edges.len());
        self.strip_height = height / count as f64;
        let mut members = vec![Vec::new(); count];
        for edge in &self.edges {
            for strip in &mut members[self.strip(edge.low)..=self.strip_in(edge.high, count)] {
                strip.push(*edge);
            }
        }
        for strip in &members {
            pack(strip, &mut self.packs);
            self.strips.push(self.packs.len());
        }
    }

    fn strip(&self, y: f64) -> usize {
        (y / self.strip_height) as usize
    }

    fn strip_in(&self, y: f64, count: usize) -> usize {
        self.strip(y).min(count - 1)
    }

    /// The area of the parcel to the right of a piece and at its height, in square metres: positive for
    /// a downward piece, negative for an upward one. The piece is taken from the parcel's corner.
    #[inline]
    pub(super) fn right_of(&self, piece: [f64; 4]) -> f64 {
        let [x0, y0, x1, y1] = piece;
        let up = y0 < y1;
        let (low, high) = if up { ([x0, y0], [x1, y1]) } else { ([x1, y1], [x0, y0]) };
        if high[1] <= 0.0 || low[1] >= self.height {
            return 0.0;
        }
        let slope = (high[0] - low[0]) / (high[1] - low[1]);
        if slope.is_nan() || slope.abs() >= STEEPEST {
            return 0.0;
        }
        let sum = if self.strips.is_empty() {
            right(&self.packs, low, slope, [low[1], high[1]])
        } else {
            self.by_strips(low, slope, [low[1], high[1]])
        };
        if up { -sum } else { sum }
    }

    fn by_strips(&self, low: Point, slope: f64, reach: [f64; 2]) -> f64 {
        let count = self.strips.len();
        let first = self.strip_in(reach[0].max(0.0), count);
        let mut sum = 0.0;
        for strip in first..=self.strip_in(reach[1], count) {
            // The lines between strips are the same floats for both neighbours: nothing is lost or twice.
            let from = if strip == 0 { f64::NEG_INFINITY } else { strip as f64 * self.strip_height };
            let to = if strip + 1 == count { f64::INFINITY } else { (strip + 1) as f64 * self.strip_height };
            let start = if strip == 0 { 0 } else { self.strips[strip - 1] };
            let part = [reach[0].max(from), reach[1].min(to)];
            sum += right(&self.packs[start..self.strips[strip]], low, slope, part);
        }
        sum
    }
}

fn pack(edges: &[Edge], packs: &mut Vec<Pack>) {
    for four in edges.chunks(LANES) {
        let mut pack = Pack::default();
        for (lane, edge) in four.iter().enumerate() {
            pack.low[lane] = edge.low;
            pack.high[lane] = edge.high;
            pack.x[lane] = edge.x;
            pack.slope[lane] = edge.slope;
            pack.sign[lane] = edge.sign;
        }
        packs.push(pack);
    }
}

/// The area to the right of a line and within these edges, between two heights. Written without
/// branches, so that the lanes go side by side.
#[inline]
#[expect(clippy::needless_range_loop, reason = "a lane is the same place in six arrays")]
fn right(packs: &[Pack], through: Point, slope: f64, [from, to]: [f64; 2]) -> f64 {
    let mut sums = [0.0; LANES];
    for pack in packs {
        for lane in 0..LANES {
            let low = greater(pack.low[lane], from);
            let high = lesser(pack.high[lane], to);
            let height = greater(high - low, 0.0);
            let edge = |y: f64| pack.x[lane] + pack.slope[lane] * (y - pack.low[lane]);
            let line = |y: f64| through[0] + slope * (y - through[1]);
            // How far the edge lies to the right of the line, at both ends of what they share.
            let (below, above) = (edge(low) - line(low), edge(high) - line(high));
            let right = greater(below, 0.0) + greater(above, 0.0);
            let apart = greater(below.abs() + above.abs(), f64::MIN_POSITIVE);
            // Both ends to the right: a trapezium. One of them: a triangle up to where they cross.
            sums[lane] += pack.sign[lane] * height * (right * right / apart);
        }
    }
    0.5 * ((sums[0] + sums[1]) + (sums[2] + sums[3]))
}

/// Without the care for what is not a number, which would cost a second comparison.
#[inline]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(points: &[Point]) -> Outline {
        let mut outline = Outline::default();
        for (from, to) in super::super::shapes::edges(points) {
            outline.edge(from, to, 1.0);
        }
        outline.finish(points.iter().map(|point| point[1]).fold(0.0, f64::max));
        outline
    }

    fn close(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-12
    }

    #[test]
    fn a_line_divides_a_square() {
        let square = outline(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
        assert!(close(square.right_of([-5.0, 9.0, -5.0, -9.0]), 1.0));
        assert!(close(square.right_of([-5.0, -9.0, -5.0, 9.0]), -1.0));
        assert!(close(square.right_of([0.0, 1.0, 1.0, 0.0]), 0.5));
        assert!(close(square.right_of([0.0, 0.0, 1.0, 1.0]), -0.5));
        assert!(close(square.right_of([1.0, 1.0, 1.0, 0.0]), 0.0));
        assert!(close(square.right_of([0.0, 1.0, 0.0, 0.0]), 1.0));
        assert!(close(square.right_of([7.0, 1.0, 7.0, 0.0]), 0.0));
        assert!(close(square.right_of([0.25, 0.5, 0.25, 0.25]), 0.25 * 0.75));
    }

    #[test]
    fn many_edges_in_strips_give_what_few_give() {
        let round: Vec<Point> = (0..400)
            .map(|at| {
                let turn = f64::from(at) / 400.0 * std::f64::consts::TAU;
                let radius = if at % 2 == 0 { 10.0 } else { 7.0 };
                [10.0 + radius * turn.cos(), 10.0 + radius * turn.sin()]
            })
            .collect();
        let low = round.iter().map(|point| point[1]).fold(f64::INFINITY, f64::min);
        let round: Vec<Point> = round.iter().map(|[x, y]| [*x, y - low]).collect();
        let many = outline(&round);
        assert!(many.strips.len() > 10);
        let mut few = Outline { height: many.height, ..Outline::default() };
        pack(&many.edges, &mut few.packs);
        for piece in [[3.0, 18.0, 12.0, 1.5], [10.0, -4.0, 10.0, 30.0], [4.0, 5.0, 9.0, 5.001]] {
            assert!(close(many.right_of(piece), few.right_of(piece)), "{piece:?}");
        }
        assert!(many.right_of([3.0, 18.0, 12.0, 1.5]) > 10.0);
    }
}
