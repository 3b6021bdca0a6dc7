//! A layer of zones, built once and then asked by any number of threads.
//!
//! A grid lies over the zones. For each cell that an edge passes it keeps, zone by zone, the pieces of
//! edges in the cell, where edges pass its western line, and whether the zone holds at its lower left
//! corner. All other cells are wholly inside or outside each zone, and so are most tiles of cells: a
//! parcel in them is answered by one look. What is kept is as much as the edges, not as the area.

use std::ops::Range;

use super::build::build;
use super::cut::Piece;
use super::grid::{Grid, TILE_BITS, inner};
use super::shapes::{Refused, Shapes};
use super::threads::with_threads;

/// Zones that a layer can tell apart.
pub const MOST_ZONES: usize = (1 << 30) - 2;

/// What holds in a cell, or in a tile: the kind in the two highest bits.
pub(super) type Code = u32;
/// No zone; or, plus one, the only zone, once around.
pub(super) const PLAIN: Code = 0;
/// Several zones, or one more than once around, and no edge: which list.
pub(super) const COVERED: Code = 1 << 30;
/// Edges: which list.
pub(super) const EDGED: Code = 2 << 30;
/// A tile with edges: which block of cells.
pub(super) const DIVIDED: Code = 3 << 30;
/// What is not the kind.
pub(super) const INDEX: Code = (1 << 30) - 1;
/// From this kind on there are edges.
pub(super) const WITH_EDGES: Code = EDGED;

/// Zones with their names, in a plane, in metres.
#[derive(Debug)]
pub struct Layer {
    pub(super) names: Vec<String>,
    pub(super) grid: Grid,
    pub(super) tiles: Vec<Code>,
    /// The codes of cells, a block for each divided tile.
    pub(super) cells: Vec<Code>,
    /// Where the groups of each list end.
    pub(super) lists: Vec<u32>,
    pub(super) groups: Vec<Group>,
    pub(super) pieces: Vec<Piece>,
    /// Height above the grid's origin, and 1 eastward or -1 westward.
    pub(super) crossings: Vec<[f64; 2]>,
}

/// What a cell knows of a zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) zone: u32,
    /// How often the zone winds around the lower left corner of the cell.
    pub(super) winding: i32,
    pub(super) pieces_end: u32,
    pub(super) crossings_end: u32,
}

impl Layer {
    /// Builds the layer; `names` are those of the zones, in their order. Zones may overlap each other:
    /// each is answered for itself.
    pub fn new(names: Vec<String>, zones: &Shapes, threads: usize) -> Result<Self, Refused> {
        if names.len() != zones.len() {
            return Err(Refused::Names { names: names.len(), zones: zones.len() });
        }
        if zones.len() > MOST_ZONES {
            return Err(Refused::Zones);
        }
        Ok(with_threads(threads, || build(names, zones)))
    }

    /// How many zones there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a zone.
    pub fn name(&self, zone: u32) -> &str {
        self.names.get(zone as usize).map_or("", String::as_str)
    }

    #[inline]
    pub(super) fn tile(&self, column: u32, row: u32) -> Code {
        self.tiles[(row * self.grid.tiles[0] + column) as usize]
    }

    /// The code of a cell in a divided tile.
    #[inline]
    pub(super) fn cell(&self, tile: Code, column: u32, row: u32) -> Code {
        self.cells[(((tile & INDEX) << (2 * TILE_BITS)) | inner(column, row)) as usize]
    }

    /// The groups of a list.
    pub(super) fn groups(&self, list: Code) -> Range<usize> {
        let list = (list & INDEX) as usize;
        let first = if list == 0 { 0 } else { self.lists[list - 1] };
        first as usize..self.lists[list] as usize
    }

    pub(super) fn group(&self, at: usize) -> (Group, Range<usize>, Range<usize>) {
        let group = self.groups[at];
        let (piece, crossing) = match at.checked_sub(1) {
            Some(before) => (self.groups[before].pieces_end, self.groups[before].crossings_end),
            None => (0, 0),
        };
        let pieces = piece as usize..group.pieces_end as usize;
        (group, pieces, crossing as usize..group.crossings_end as usize)
    }
}
