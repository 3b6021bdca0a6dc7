//! A layer of zones, built once and then asked by any number of threads.
//!
//! A grid lies over the zones. For each cell that an edge passes it keeps, zone by zone, the pieces of
//! edges in the cell, where edges pass its western line, and whether the zone holds at its lower left
//! corner. All other cells are wholly inside or outside each zone, and so are most tiles of cells: a
//! parcel in them is answered by one look. What is kept is as much as the edges, not as the area.

use std::ops::Range;

use rayon::prelude::*;

use super::cut::{Cuts, Passage, Piece};
use super::grid::{Grid, TILE_BITS, TILE_CELLS, inner};
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
    names: Vec<String>,
    pub(super) grid: Grid,
    tiles: Vec<Code>,
    /// The codes of cells, a block for each divided tile.
    cells: Vec<Code>,
    /// Where the groups of each list end.
    lists: Vec<u32>,
    groups: Vec<Group>,
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
    pieces_end: u32,
    crossings_end: u32,
}

/// The winding of a zone around the corner of a cell or tile.
#[derive(Clone, Copy, Debug)]
struct Cover {
    place: u32,
    zone: u32,
    winding: i32,
}

/// What stands in one place, of one zone.
#[derive(Clone, Copy, Debug)]
struct Placed<T> {
    place: u32,
    zone: u32,
    what: T,
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
        let grid = Grid::of(zones);
        let cuts = with_threads(threads, || cut(&grid, zones));
        let mut layer = Self {
            names,
            grid,
            tiles: vec![PLAIN; grid.tiles[0] as usize * grid.tiles[1] as usize],
            cells: Vec::new(),
            lists: Vec::new(),
            groups: Vec::new(),
            pieces: Vec::new(),
            crossings: Vec::new(),
        };
        layer.divide(&cuts);
        let (covers, tile_covers) = layer.covers(cuts.iter().map(|cut| &cut.crossings[..]));
        layer.gather(cuts, covers);
        layer.cover_tiles(tile_covers);
        Ok(layer)
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

    /// Gives every tile with edges a block of cells, and marks the cells with edges.
    fn divide(&mut self, cuts: &[ZoneCuts]) {
        let places = || {
            cuts.iter().flat_map(|cut| {
                cut.pieces.iter().map(|piece| piece.0).chain(cut.crossings.iter().map(|at| at.cell))
            })
        };
        let mut divided = vec![false; self.tiles.len()];
        for cell in places() {
            divided[(cell >> (2 * TILE_BITS)) as usize] = true;
        }
        let mut blocks = 0;
        for (tile, _) in self.tiles.iter_mut().zip(divided).filter(|(_, divided)| *divided) {
            *tile = DIVIDED | blocks;
            blocks += 1;
        }
        let mut cells = vec![PLAIN; blocks as usize * TILE_CELLS];
        for cell in places() {
            cells[self.block(cell) as usize] = EDGED;
        }
        let mut lists = 0;
        for cell in cells.iter_mut().filter(|cell| **cell == EDGED) {
            *cell |= lists;
            lists += 1;
        }
        self.cells = cells;
    }

    /// The place among all cells of a cell in a divided tile.
    fn block(&self, cell: u32) -> u32 {
        let tile = self.tiles[(cell >> (2 * TILE_BITS)) as usize] & INDEX;
        (tile << (2 * TILE_BITS)) | (cell & (TILE_CELLS as u32 - 1))
    }

    /// How often each zone winds around the corners of cells in divided tiles, and of other tiles.
    fn covers<'a>(&self, zones: impl Iterator<Item = &'a [Passage]>) -> (Vec<Cover>, Vec<Cover>) {
        let (mut cells, mut tiles) = (Vec::new(), Vec::new());
        let mut passages = Vec::new();
        for (zone, found) in zones.enumerate() {
            passages.clear();
            passages.extend(found.iter().map(|at| (at.column, at.row, at.sign)));
            passages.sort_unstable();
            for column in passages.chunk_by(|a, b| a.0 == b.0) {
                let mut winding = 0;
                for (at, (x, row, sign)) in column.iter().enumerate() {
                    winding += sign;
                    // Around corners above this passage, up to and with the row of the next one.
                    let next = column.get(at + 1).map_or(*row, |next| next.1);
                    if winding != 0 && next > *row {
                        self.run(zone as u32, winding, *x, row + 1..next + 1, &mut cells, &mut tiles);
                    }
                }
            }
        }
        (cells, tiles)
    }

    fn run(
        &self,
        zone: u32,
        winding: i32,
        column: u32,
        rows: Range<u32>,
        cells: &mut Vec<Cover>,
        tiles: &mut Vec<Cover>,
    ) {
        let side = 1 << TILE_BITS;
        let mut row = rows.start;
        while row < rows.end {
            let (under, over) = (row & !(side - 1), rows.end.min((row | (side - 1)) + 1));
            let tile = (row >> TILE_BITS) * self.grid.tiles[0] + (column >> TILE_BITS);
            let code = self.tiles[tile as usize];
            if code >= DIVIDED {
                let block = (code & INDEX) << (2 * TILE_BITS);
                let places = (row..over).map(|row| block | inner(column, row));
                cells.extend(places.map(|place| Cover { place, zone, winding }));
            } else if column & (side - 1) == 0 && row == under {
                tiles.push(Cover { place: tile, zone, winding });
            }
            row = over;
        }
    }

    /// Makes the lists of cells with edges, and the codes of the others.
    fn gather(&mut self, mut cuts: Vec<ZoneCuts>, covers: Vec<Cover>) {
        let (cells, this) = (&self.cells, &*self);
        let list_of = |cell: u32| cells[this.block(cell) as usize] & INDEX;
        // From here on the place of a cut is its list.
        for cut in &mut cuts {
            for piece in &mut cut.pieces {
                piece.0 = list_of(piece.0);
            }
            for passage in &mut cut.crossings {
                passage.cell = list_of(passage.cell);
            }
        }
        let lists = cells.iter().filter(|cell| **cell >= EDGED).count();
        let numbered = || (0_u32..).zip(&cuts);
        let pieces = sorted(lists, || {
            numbered().flat_map(|(zone, cut)| {
                cut.pieces.iter().map(move |(place, what)| Placed { place: *place, zone, what: *what })
            })
        });
        let crossings = sorted(lists, || {
            numbered().flat_map(|(zone, cut)| {
                let placed = |at: &Passage| (at.cell, [at.y, f64::from(at.sign)]);
                cut.crossings.iter().map(placed).map(move |(place, what)| Placed { place, zone, what })
            })
        });
        let windings = sorted(lists, || {
            covers.iter().filter_map(|cover| {
                let code = cells[cover.place as usize];
                let place = code & INDEX;
                (code >= EDGED).then_some(Placed { place, zone: cover.zone, what: cover.winding })
            })
        });
        let plain = covers.iter().filter(|cover| cells[cover.place as usize] < EDGED).copied().collect();
        drop((cuts, covers));
        self.pieces.reserve_exact(pieces.1.len());
        self.crossings.reserve_exact(crossings.1.len());
        for list in 0..lists {
            self.merge(of(&pieces, list), of(&crossings, list), of(&windings, list));
        }
        let mut cells = std::mem::take(&mut self.cells);
        self.cover(&mut cells, plain);
        self.cells = cells;
    }

    /// Adds a list: what one cell knows of each zone, in the order of the zones.
    fn merge(
        &mut self,
        mut pieces: &[Placed<Piece>],
        mut crossings: &[Placed<[f64; 2]>],
        mut windings: &[Placed<i32>],
    ) {
        loop {
            let next = [first_zone(pieces), first_zone(crossings), first_zone(windings)];
            let Some(zone) = next.into_iter().flatten().min() else { break };
            self.pieces.extend(take(&mut pieces, zone).iter().map(|piece| piece.what));
            self.crossings.extend(take(&mut crossings, zone).iter().map(|crossing| crossing.what));
            let winding = take(&mut windings, zone).iter().map(|winding| winding.what).sum();
            self.groups.push(Group {
                zone,
                winding,
                pieces_end: self.pieces.len() as u32,
                crossings_end: self.crossings.len() as u32,
            });
        }
        self.lists.push(self.groups.len() as u32);
    }

    fn cover_tiles(&mut self, covers: Vec<Cover>) {
        let mut tiles = std::mem::take(&mut self.tiles);
        self.cover(&mut tiles, covers);
        self.tiles = tiles;
    }

    /// Writes the codes of places without edges.
    fn cover(&mut self, codes: &mut [Code], covers: Vec<Cover>) {
        let mut several = Vec::new();
        for cover in covers {
            let code = &mut codes[cover.place as usize];
            if *code == PLAIN && cover.winding == 1 {
                *code = cover.zone + 1;
            } else {
                // Those that came before are found again below.
                if *code != COVERED && *code != PLAIN {
                    several.push((cover.place, *code - 1, 1));
                }
                *code = COVERED;
                several.push((cover.place, cover.zone, cover.winding));
            }
        }
        several.sort_unstable();
        for place in several.chunk_by(|a, b| a.0 == b.0) {
            codes[place[0].0 as usize] = COVERED | self.lists.len() as u32;
            for (_, zone, winding) in place {
                let end = [self.pieces.len() as u32, self.crossings.len() as u32];
                self.groups.push(Group {
                    zone: *zone,
                    winding: *winding,
                    pieces_end: end[0],
                    crossings_end: end[1],
                });
            }
            self.lists.push(self.groups.len() as u32);
        }
    }
}

/// What became of the edges of one zone.
type ZoneCuts = Cuts;

fn cut(grid: &Grid, zones: &Shapes) -> Vec<ZoneCuts> {
    (0..zones.len())
        .into_par_iter()
        .map(|zone| {
            let mut cuts = Cuts::default();
            for ring in zones.rings(zone) {
                cuts.ring(grid, ring.points, ring.hole);
            }
            cuts
        })
        .collect()
}

/// Things by place, in the order in which they came: where those of each place end, and the things.
type Sorted<T> = (Vec<u32>, Vec<Placed<T>>);

fn sorted<T: Copy, I: Iterator<Item = Placed<T>>>(places: usize, things: impl Fn() -> I) -> Sorted<T> {
    let mut ends = vec![0_u32; places + 1];
    for thing in things() {
        ends[thing.place as usize + 1] += 1;
    }
    for place in 0..places {
        ends[place + 1] += ends[place];
    }
    let Some(any) = things().next() else { return (vec![0; places], Vec::new()) };
    let mut all = vec![any; ends[places] as usize];
    for thing in things() {
        let at = &mut ends[thing.place as usize];
        all[*at as usize] = thing;
        *at += 1;
    }
    (ends, all)
}

fn of<T>((ends, all): &Sorted<T>, place: usize) -> &[Placed<T>] {
    let start = if place == 0 { 0 } else { ends[place - 1] };
    &all[start as usize..ends[place] as usize]
}

fn first_zone<T>(things: &[Placed<T>]) -> Option<u32> {
    things.first().map(|thing| thing.zone)
}

/// Takes those of a zone from the front.
fn take<'a, T>(things: &mut &'a [Placed<T>], zone: u32) -> &'a [Placed<T>] {
    let count = things.iter().take_while(|thing| thing.zone == zone).count();
    let (taken, rest) = things.split_at(count);
    *things = rest;
    taken
}
