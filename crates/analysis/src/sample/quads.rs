//! A convex quadrilateral with its own integer grid: everything inside a superblock is a grid
//! rectangle, and the bilinear map makes each a quadrilateral with straight sides.
//!
//! **Invariant:** rectangles that do not overlap on the grid do not overlap on the ground, and a
//! grid point shared by two rectangles is one and the same point.

/// Grid steps along a side: about a millimetre.
pub(super) const GRID: u32 = 1 << 20;

/// A rectangle of the grid, `from` included and `to` its far corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) from: [u32; 2],
    pub(super) to: [u32; 2],
}

impl Cut {
    pub(super) fn width(&self, axis: usize) -> u32 {
        self.to[axis] - self.from[axis]
    }

    pub(super) fn corners(&self) -> [[u32; 2]; 4] {
        [self.from, [self.to[0], self.from[1]], self.to, [self.from[0], self.to[1]]]
    }
}

/// Four corners in metres, anticlockwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quad(pub(super) [[f64; 2]; 4]);

impl Quad {
    /// True when all four corners turn left.
    pub(super) fn is_convex(&self) -> bool {
        (0..4).all(|k| {
            let [a, b, c] = [self.0[k], self.0[(k + 1) % 4], self.0[(k + 2) % 4]];
            (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]) > 0.0
        })
    }

    pub(super) fn point(&self, grid: [u32; 2]) -> [f64; 2] {
        let share = grid.map(|step| f64::from(step) / f64::from(GRID));
        let [a, b, c, d] = self.0;
        [0, 1].map(|axis| {
            let along = a[axis] + share[0] * (b[axis] - a[axis]);
            let across = d[axis] + share[0] * (c[axis] - d[axis]);
            along + share[1] * (across - along)
        })
    }

    /// Mean length of the two sides along an axis, in metres.
    pub(super) fn length(&self, axis: usize) -> f64 {
        let [a, b, c, d] = self.0;
        let side =
            |p: [f64; 2], q: [f64; 2]| ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1])).sqrt();
        if axis == 0 { f64::midpoint(side(a, b), side(c, d)) } else { f64::midpoint(side(b, c), side(d, a)) }
    }

    /// Area on the ground of a grid rectangle, in square metres.
    pub(super) fn area(&self, cut: &Cut) -> f64 {
        let corners = cut.corners().map(|corner| self.point(corner));
        let twice: f64 = (0..4)
            .map(|k| {
                let [a, b] = [corners[k], corners[(k + 1) % 4]];
                a[0] * b[1] - b[0] * a[1]
            })
            .sum();
        twice / 2.0
    }
}
