//! Counts for low zooms: of every cell of a tile how many shapes lie there, by class.

use super::mercator::{EXTENT, Place, Tile};
use super::outlines::Outlines;

/// A tile has 2⁵ × 2⁵ cells: 16 pixels wide, as maps are usually drawn.
const CELL_BITS: u8 = 5;

/// 计数格 · shapes counted by cell and class, for each zoom below that of outlines.
#[derive(Debug, Default)]
pub struct Cells {
    classes: usize,
    zooms: Vec<Zoom>,
}

/// The cells of a zoom that hold anything, in the order of the curve.
#[derive(Debug, Default)]
struct Zoom {
    cells: Vec<u64>,
    /// Sums of the places counted.
    sums: Vec<[u64; 2]>,
    /// Counts of a cell by class, one cell after the other.
    counts: Vec<u32>,
}

/// A cell of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell<'c> {
    /// The middle of the places counted, in steps of the tile.
    pub(super) at: [i32; 2],
    /// Counts by class.
    pub(super) counts: &'c [u32],
}

fn width(z: u8) -> u32 {
    2 * (32 - u32::from(z) - u32::from(CELL_BITS))
}

impl Cells {
    /// Counts all shapes that have a class, for the zooms below `outlines.from_zoom()`.
    pub fn count(outlines: &Outlines, classes: usize, class: impl Fn(u32) -> Option<usize>) -> Self {
        let Some(deepest) = outlines.from_zoom().checked_sub(1) else {
            return Self { classes, zooms: Vec::new() };
        };
        let mut zoom = Zoom::default();
        for at in 0..outlines.len() {
            let Some(class) = class(outlines.row(at)).filter(|class| *class < classes) else { continue };
            let [least, greatest] = outlines.around_one(at);
            let middle =
                [0, 1].map(|axis| u64::from(least[axis]) + u64::from(greatest[axis] - least[axis]) / 2);
            let counts = zoom.cell(outlines.curve()[at] >> width(deepest), classes, middle);
            counts[class] += 1;
        }
        let mut zooms = vec![zoom];
        for _ in 0..deepest {
            let coarser = zooms.last().map(|finer| finer.coarser(classes)).unwrap_or_default();
            zooms.push(coarser);
        }
        zooms.reverse();
        Self { classes, zooms }
    }

    /// How many shapes are counted at a zoom.
    pub fn total(&self, z: u8) -> u64 {
        let counts = self.zooms.get(usize::from(z)).map_or(&[][..], |zoom| &zoom.counts);
        counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// Hands every cell of a tile to `visit`.
    pub(super) fn of(&self, tile: Tile, visit: &mut dyn FnMut(Cell<'_>)) {
        let Some(zoom) = self.zooms.get(usize::from(tile.z)) else { return };
        let [first, last] = tile.run().map(|at| at >> width(tile.z));
        let from = zoom.cells.partition_point(|cell| *cell < first);
        let until = zoom.cells.partition_point(|cell| *cell <= last);
        for at in from..until {
            let counts = &zoom.counts[at * self.classes..(at + 1) * self.classes];
            let many = counts.iter().map(|count| u64::from(*count)).sum::<u64>().max(1);
            let middle: Place = zoom.sums[at].map(|sum| (sum / many) as u32);
            // A middle on the last step would round into the neighbour, which counts it not.
            let at = tile.steps(middle).map(|step| step.clamp(0, EXTENT as i32 - 1));
            visit(Cell { at, counts });
        }
    }
}

impl Zoom {
    /// The counts of a cell, which is the last one or comes behind it.
    fn cell(&mut self, cell: u64, classes: usize, place: [u64; 2]) -> &mut [u32] {
        if self.cells.last() != Some(&cell) {
            self.cells.push(cell);
            self.sums.push([0; 2]);
            self.counts.resize(self.counts.len() + classes, 0);
        }
        if let Some(sum) = self.sums.last_mut() {
            *sum = [sum[0] + place[0], sum[1] + place[1]];
        }
        let from = self.counts.len() - classes;
        &mut self.counts[from..]
    }

    fn coarser(&self, classes: usize) -> Self {
        let mut zoom = Self::default();
        for (at, cell) in self.cells.iter().enumerate() {
            let own = &self.counts[at * classes..(at + 1) * classes];
            let counts = zoom.cell(cell >> 2, classes, self.sums[at]);
            counts.iter_mut().zip(own).for_each(|(sum, count)| *sum += count);
        }
        zoom
    }
}
