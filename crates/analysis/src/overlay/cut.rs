//! Edges of zones cut at the lines of the grid.
//!
//! An edge is cut from its western end whichever way it runs, so that two zones that share it are cut at
//! the same points, to the last bit.

use std::ops::Range;

use super::grid::Grid;
use super::shapes::{Point, Shapes, edges, turn, twice_area};

/// A part of an edge within one cell, from the grid's origin, in the direction in which the zone lies
/// to its left: x and y of its start, x and y of its end.
pub(super) type Piece = [f64; 4];

/// What becomes of the edges of some zones.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    zone: u32,
    /// The cell of each piece.
    pub(super) cells: Vec<u32>,
    /// The zone of each piece.
    pub(super) zones: Vec<u32>,
    /// Level pieces are left out: they bound no area to their right.
    pub(super) pieces: Vec<Piece>,
    /// Where edges pass the western line of a cell.
    pub(super) passages: Vec<Passage>,
}

/// An edge passes the line on which a column of cells begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) zone: u32,
    pub(super) cell: u32,
    pub(super) column: u32,
    pub(super) row: u32,
    /// Height above the grid's origin, in metres.
    pub(super) y: f64,
    /// 1 eastward, where the zone begins above; -1 westward, where it ends.
    pub(super) sign: i32,
}

impl Cuts {
    /// Cuts the edges of a range of zones.
    pub(super) fn of(grid: &Grid, zones: &Shapes, range: Range<usize>) -> Self {
        let mut cuts = Self::default();
        let points: usize = range.clone().map(|zone| zones.shape_points(zone).len()).sum();
        // An edge is mostly one or two pieces.
        let room = points + points / 2;
        cuts.cells.reserve(room);
        cuts.zones.reserve(room);
        cuts.pieces.reserve(room);
        for zone in range {
            cuts.zone = zone as u32;
            for ring in zones.rings(zone) {
                cuts.ring(grid, ring.points, ring.hole);
            }
        }
        cuts
    }

    fn ring(&mut self, grid: &Grid, points: &[Point], hole: bool) {
        let Some(near) = points.first() else { return };
        let forward = turn(twice_area(points, *near), hole) > 0.0;
        let local = |point: Point| [point[0] - grid.origin[0], point[1] - grid.origin[1]];
        for (from, to) in edges(points) {
            let (from, to) = if forward { (local(from), local(to)) } else { (local(to), local(from)) };
            self.edge(grid, from, to);
        }
    }

    fn edge(&mut self, grid: &Grid, from: Point, to: Point) {
        let eastward = (from[0], from[1]) <= (to[0], to[1]);
        let (west, east) = if eastward { (from, to) } else { (to, from) };
        let (first, last) = (grid.line(west[0]), grid.line(east[0]));
        let rise = east[1] - west[1];
        let run = east[0] - west[0];
        let (lower, upper) = (west[1].min(east[1]), west[1].max(east[1]));
        let mut start = west;
        for column in first..=last {
            let end = if column == last {
                east
            } else {
                let x = f64::from(column + 1) * grid.size;
                // Each step keeps the order of its operands, so a later column never gives an earlier y.
                let y = (west[1] + (x - west[0]) / run * rise).max(lower).min(upper);
                let row = grid.line(y);
                let sign = if eastward { 1 } else { -1 };
                let cell = grid.cell(column + 1, row);
                self.passages.push(Passage { zone: self.zone, cell, column: column + 1, row, y, sign });
                [x, y]
            };
            self.column(grid, column, [start, end], [west, east], eastward);
            start = end;
        }
    }

    /// Cuts a part of the edge `whole` that lies in one column at the rows.
    fn column(&mut self, grid: &Grid, column: u32, part: [Point; 2], whole: [Point; 2], eastward: bool) {
        let ([start, end], [west, east]) = (part, whole);
        let upward = start[1] < end[1];
        let (low, high) = if upward { (start, end) } else { (end, start) };
        let (first, last) = (grid.line(low[1]), grid.line(high[1]));
        let (run, rise) = (east[0] - west[0], east[1] - west[1]);
        let mut under = low;
        for row in first..=last {
            let over = if row == last {
                high
            } else {
                let y = f64::from(row + 1) * grid.size;
                let x = west[0] + (y - west[1]) / rise * run;
                [x.max(start[0]).min(end[0]), y]
            };
            if over[1] > under[1] {
                let (a, b) = if upward == eastward { (under, over) } else { (over, under) };
                self.cells.push(grid.cell(column, row));
                self.zones.push(self.zone);
                self.pieces.push([a[0], a[1], b[0], b[1]]);
            }
            under = over;
        }
    }
}
