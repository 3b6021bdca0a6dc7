//! The grid that a layer is cut by: tiles of 16 by 16 square cells.
//!
//! **Invariant:** the side of a cell is a power of two and every coordinate is taken from an origin that
//! is a multiple of it, so that no line of the grid is rounded and a point lies in the same cell however
//! it is asked.

use super::shapes::{Point, Shapes};

/// A tile is 2⁴ cells wide and high.
pub(super) const TILE_BITS: u32 = 4;
/// Cells of a tile.
pub(super) const TILE_CELLS: usize = 1 << (2 * TILE_BITS);
const TILE_MASK: u32 = (1 << TILE_BITS) - 1;
/// Tiles of a layer that spreads far: 16 MiB of codes.
const MOST_TILES: f64 = 4_194_304.0;
/// A cell is about so many edges of middling length wide. Smaller cells take more room and cut more
/// edges; larger ones leave more parcels to be compared with more edges.
const EDGES_PER_CELL: f64 = 8.0;

/// Where lines of the grid lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// The lower left corner, in metres.
    pub(super) origin: Point,
    /// The side of a cell in metres, a power of two.
    pub(super) size: f64,
    per_metre: f64,
    /// Tiles from west to east and from south to north.
    pub(super) tiles: [u32; 2],
}

impl Grid {
    /// A grid for the edges of these shapes.
    pub(super) fn of(zones: &Shapes) -> Self {
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for point in zones.points() {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        if zones.points().is_empty() {
            return Self { origin: [0.0; 2], size: 1.0, per_metre: 1.0, tiles: [0; 2] };
        }
        let reach = (high[0] - low[0]).max(high[1] - low[1]);
        let mean = mean_edge(zones);
        // The finest cell that a coordinate can still tell apart, should all edges be points.
        let least = (low[0].abs().max(low[1].abs()).max(reach) * f64::EPSILON).max(f64::MIN_POSITIVE * 1e9);
        let mut size = power_of_two((mean * EDGES_PER_CELL).max(least * 16.0));
        loop {
            let tile = size * f64::from(1_u32 << TILE_BITS);
            let origin = low.map(|value| (value / size).floor() * size);
            // In floats, for far too many tiles do not fit a whole number.
            let tiles = [0, 1].map(|axis| ((high[axis] - origin[axis]) / tile).floor() + 1.0);
            if tiles[0] * tiles[1] <= MOST_TILES {
                return Self { origin, size, per_metre: 1.0 / size, tiles: tiles.map(|many| many as u32) };
            }
            size *= 2.0;
        }
    }

    /// The column or row in which a coordinate lies that is taken from the origin and not before it.
    #[inline]
    pub(super) fn line(&self, from_origin: f64) -> u32 {
        (from_origin * self.per_metre) as u32
    }

    /// The columns and rows that a box meets, first and last: `[[column, row], [column, row]]`, or
    /// nothing where it lies beside the grid.
    #[inline]
    pub(super) fn span(&self, low: Point, high: Point) -> Option<[[u32; 2]; 2]> {
        let mut span = [[0; 2]; 2];
        for axis in 0..2 {
            let lines = self.tiles[axis] << TILE_BITS;
            let from = (low[axis] - self.origin[axis]) * self.per_metre;
            let to = (high[axis] - self.origin[axis]) * self.per_metre;
            if to < 0.0 || from >= f64::from(lines) || lines == 0 {
                return None;
            }
            // The cast takes what lies before the origin to the first line.
            span[0][axis] = from as u32;
            span[1][axis] = (to as u32).min(lines - 1);
        }
        Some(span)
    }

    /// The address of a cell: its tile, then the cell in the tile.
    #[inline]
    pub(super) fn cell(&self, column: u32, row: u32) -> u32 {
        let tile = (row >> TILE_BITS) * self.tiles[0] + (column >> TILE_BITS);
        (tile << (2 * TILE_BITS)) | inner(column, row)
    }
}

/// The place of a cell in its tile.
#[inline]
pub(super) fn inner(column: u32, row: u32) -> u32 {
    ((row & TILE_MASK) << TILE_BITS) | (column & TILE_MASK)
}

/// The length of an edge on average, in metres.
fn mean_edge(zones: &Shapes) -> f64 {
    let (mut length, mut count) = (0.0, 0.0);
    for zone in 0..zones.len() {
        for ring in zones.rings(zone) {
            for (from, to) in super::shapes::edges(ring.points) {
                let (x, y) = (to[0] - from[0], to[1] - from[1]);
                length += (x * x + y * y).sqrt();
                count += 1.0;
            }
        }
    }
    length / f64::max(count, 1.0)
}

/// The power of two nearest below or at a positive number.
fn power_of_two(value: f64) -> f64 {
    f64::from_bits(value.to_bits() & 0x7ff0_0000_0000_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(low: Point, side: f64) -> Shapes {
        let mut shapes = Shapes::new();
        let [x, y] = low;
        shapes.push(&[vec![vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side]]]]).unwrap();
        shapes
    }

    #[test]
    fn lines_are_exact_and_a_box_beside_the_grid_meets_nothing() {
        let grid = Grid::of(&square([38_450_000.3, 3_350_000.7], 10.0));
        assert!((grid.size - 64.0).abs() < f64::EPSILON);
        assert!((grid.origin[0] / 64.0).fract().abs() < f64::EPSILON);
        assert_eq!(grid.span([0.0, 0.0], [1.0, 1.0]), None);
        let all = grid.span([0.0, 0.0], [1e9, 1e9]).unwrap();
        assert_eq!(all, [[0, 0], [15, 15]]);
    }

    #[test]
    fn far_and_tiny_shapes_have_a_grid() {
        for (low, side) in [([-1e12, 1e12], 1e-9), ([0.0, 0.0], 1e-200), ([-1e12, -1e12], 2e12)] {
            let grid = Grid::of(&square(low, side));
            assert!(grid.size > 0.0 && grid.tiles.iter().all(|many| *many >= 1), "{low:?} {side}");
        }
        let mut both = square([0.0, 0.0], 1.0);
        both.push(&[vec![vec![[1e12, 1e12], [1e12, 1e12 - 1.0], [1e12 - 1.0, 1e12]]]]).unwrap();
        let grid = Grid::of(&both);
        assert!(f64::from(grid.tiles[0]) * f64::from(grid.tiles[1]) <= MOST_TILES);
    }
}
