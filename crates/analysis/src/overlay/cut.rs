//! Edges of zones cut at the lines of the grid.
//!
//! An edge is cut from its western end whichever way it runs, so that two zones that share it are cut at
//! the same points, to the last bit.

use super::grid::Grid;
use super::shapes::{Point, edges, turn, twice_area};

/// A part of an edge within one cell, from the grid's origin, in the direction in which the zone lies
/// to its left: x and y of its start, x and y of its end.
pub(super) type Piece = [f64; 4];

/// What becomes of the edges of a zone.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    /// Cell and piece. Level pieces are left out: they bound no area to their right.
    pub(super) pieces: Vec<(u32, Piece)>,
    /// Where an edge passes the western line of a cell.
    pub(super) crossings: Vec<Passage>,
}

/// An edge passes the line on which a column of cells begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    pub(super) cell: u32,
    pub(super) column: u32,
    pub(super) row: u32,
    /// Height above the grid's origin, in metres.
    pub(super) y: f64,
    /// 1 eastward, where the zone begins above; -1 westward, where it ends.
    pub(super) sign: i32,
}

impl Cuts {
    /// Cuts a ring of a zone.
    pub(super) fn ring(&mut self, grid: &Grid, points: &[Point], hole: bool) {
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
                self.crossings.push(Passage { cell, column: column + 1, row, y, sign });
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
                self.pieces.push((grid.cell(column, row), [a[0], a[1], b[0], b[1]]));
            }
            under = over;
        }
    }
}
