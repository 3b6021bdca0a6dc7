//! How a layer is built: cut the edges, divide the tiles that have some, follow each zone's winding from
//! corner to corner, and lay what belongs to a cell side by side.

use std::ops::Range;

use rayon::prelude::*;

use super::cut::{Cuts, Passage};
use super::grid::{Grid, TILE_BITS, TILE_CELLS, inner};
use super::layer::{COVERED, Code, DIVIDED, EDGED, Group, INDEX, Layer, PLAIN};
use super::shapes::Shapes;

/// Points whose edges one thread cuts at a time.
const CHUNK: usize = 8192;
/// Parts in which cells are filled, whatever the number of threads. Each reads where all pieces belong.
const PARTS: usize = 4;

/// The winding of a zone around the corner of a cell or tile.
#[derive(Clone, Copy, Debug)]
struct Cover {
    place: u32,
    zone: u32,
    winding: i32,
}

/// Things of one kind and where they belong; all kinds come in the order of the zones.
struct Kind<'a, T> {
    /// The list of each thing, chunk by chunk.
    places: Vec<&'a [u32]>,
    things: Vec<&'a [T]>,
    /// Where the things of each list start.
    starts: Vec<u32>,
}

pub(super) fn build(names: Vec<String>, zones: &Shapes) -> Layer {
    let grid = Grid::of(zones);
    let mut cuts: Vec<Cuts> =
        chunks(zones).into_par_iter().map(|range| Cuts::of(&grid, zones, range)).collect();
    let mut layer = Layer {
        names,
        grid,
        tiles: vec![PLAIN; grid.tiles[0] as usize * grid.tiles[1] as usize],
        cells: Vec::new(),
        lists: Vec::new(),
        groups: Vec::new(),
        pieces: Vec::new(),
        crossings: Vec::new(),
    };
    let lists = layer.divide(&mut cuts);
    let covers: Vec<_> = cuts.par_iter().map(|cuts| covers(&layer, &cuts.passages)).collect();
    layer.fill(&cuts, &covers, lists);
    let mut cells = std::mem::take(&mut layer.cells);
    layer.cover(&mut cells, covers.iter().flat_map(|(cells, _)| cells));
    layer.cells = cells;
    let mut tiles = std::mem::take(&mut layer.tiles);
    layer.cover(&mut tiles, covers.iter().flat_map(|(_, tiles)| tiles));
    layer.tiles = tiles;
    layer
}

/// Zones in ranges of about as many points.
fn chunks(zones: &Shapes) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut points) = (0, 0);
    for zone in 0..zones.len() {
        points += zones.shape_points(zone).len();
        if points >= CHUNK || zone + 1 == zones.len() {
            chunks.push(start..zone + 1);
            (start, points) = (zone + 1, 0);
        }
    }
    chunks
}

impl Layer {
    /// Gives every tile with edges a block of cells, and every cell with edges a list; changes the cells
    /// of the cuts to their lists. Returns how many lists there are.
    fn divide(&mut self, cuts: &mut [Cuts]) -> usize {
        let mut divided = vec![false; self.tiles.len()];
        for cuts in cuts.iter() {
            for cell in cuts.cells.iter().chain(cuts.passages.iter().map(|at| &at.cell)) {
                divided[(cell >> (2 * TILE_BITS)) as usize] = true;
            }
        }
        let mut blocks = 0;
        for (tile, _) in self.tiles.iter_mut().zip(divided).filter(|(_, divided)| *divided) {
            *tile = DIVIDED | blocks;
            blocks += 1;
        }
        let tiles = &self.tiles;
        let block = |cell: u32| {
            let tile = tiles[(cell >> (2 * TILE_BITS)) as usize] & INDEX;
            ((tile << (2 * TILE_BITS)) | (cell & (TILE_CELLS as u32 - 1))) as usize
        };
        let mut cells = vec![PLAIN; blocks as usize * TILE_CELLS];
        for cuts in cuts.iter() {
            for cell in cuts.cells.iter().chain(cuts.passages.iter().map(|at| &at.cell)) {
                cells[block(*cell)] = EDGED;
            }
        }
        let mut lists = 0;
        for cell in cells.iter_mut().filter(|cell| **cell == EDGED) {
            *cell |= lists;
            lists += 1;
        }
        cuts.par_iter_mut().for_each(|cuts| {
            for cell in cuts.cells.iter_mut().chain(cuts.passages.iter_mut().map(|at| &mut at.cell)) {
                *cell = cells[block(*cell)] & INDEX;
            }
        });
        self.cells = cells;
        lists as usize
    }

    /// Fills the lists: what a cell with edges knows of each zone, in the order of the zones.
    fn fill(&mut self, cuts: &[Cuts], covers: &[(Vec<Cover>, Vec<Cover>)], lists: usize) {
        let (passage_places, passages): (Vec<Vec<u32>>, Vec<Vec<(u32, [f64; 2])>>) = cuts
            .par_iter()
            .map(|cuts| {
                let what = |at: &Passage| (at.cell, (at.zone, [at.y, f64::from(at.sign)]));
                cuts.passages.iter().map(what).unzip()
            })
            .unzip();
        let (corner_places, corners): (Vec<Vec<u32>>, Vec<Vec<(u32, i32)>>) = covers
            .par_iter()
            .map(|(covers, _)| {
                let edged = covers.iter().filter_map(|cover| {
                    let code = self.cells[cover.place as usize];
                    (code >= EDGED).then_some((code & INDEX, (cover.zone, cover.winding)))
                });
                edged.unzip()
            })
            .unzip();
        let places: Vec<&[u32]> = cuts.iter().map(|cuts| &cuts.cells[..]).collect();
        let starts = starts(&places, lists);
        let zones = Kind { places: places.clone(), things: slices(cuts, |cuts| &cuts.zones), starts };
        let pieces = slices(cuts, |cuts| &cuts.pieces);
        let passages = Kind::of(&passage_places, &passages, lists);
        let corners = Kind::of(&corner_places, &corners, lists);

        let mut all = vec![[0.0; 4]; zones.starts[lists] as usize];
        let mut rest = &mut all[..];
        let mut parts = Vec::new();
        for part in 0..PARTS {
            let range = lists * part / PARTS..lists * (part + 1) / PARTS;
            let (mine, others) =
                rest.split_at_mut((zones.starts[range.end] - zones.starts[range.start]) as usize);
            rest = others;
            parts.push((range, mine));
        }
        let parts: Vec<Part> = parts
            .into_par_iter()
            .map(|(range, mine)| {
                let mut of_pieces = vec![0; mine.len()];
                let mut next = zones.nexts(&range);
                let base = zones.starts[range.start] as usize;
                for ((places, zones), pieces) in zones.places.iter().zip(&zones.things).zip(&pieces) {
                    for ((place, zone), piece) in places.iter().zip(*zones).zip(*pieces) {
                        if let Some(next) = next.get_mut((*place as usize).wrapping_sub(range.start)) {
                            let at = *next as usize - base;
                            mine[at] = *piece;
                            of_pieces[at] = *zone;
                            *next += 1;
                        }
                    }
                }
                Part::of(&range, &zones.starts, &of_pieces, &passages, &corners)
            })
            .collect();
        self.pieces = all;
        for part in parts {
            let (groups, crossings) = (self.groups.len() as u32, self.crossings.len() as u32);
            self.lists.extend(part.lists.iter().map(|end| end + groups));
            let moved = |group: Group| Group { crossings_end: group.crossings_end + crossings, ..group };
            self.groups.extend(part.groups.into_iter().map(moved));
            self.crossings.extend(part.crossings);
        }
    }

    /// Writes the codes of cells or tiles without edges.
    fn cover<'a>(&mut self, codes: &mut [Code], covers: impl Iterator<Item = &'a Cover>) {
        let mut several = Vec::new();
        for cover in covers {
            let code = &mut codes[cover.place as usize];
            if *code >= EDGED {
                continue;
            }
            if *code == PLAIN && cover.winding == 1 {
                *code = cover.zone + 1;
                continue;
            }
            if *code != COVERED && *code != PLAIN {
                several.push((cover.place, *code - 1, 1));
            }
            // Which list is written below, when all zones of the place are known.
            *code = COVERED;
            several.push((cover.place, cover.zone, cover.winding));
        }
        several.sort_unstable();
        let (pieces_end, crossings_end) = (self.pieces.len() as u32, self.crossings.len() as u32);
        for place in several.chunk_by(|a, b| a.0 == b.0) {
            codes[place[0].0 as usize] = COVERED | self.lists.len() as u32;
            for (_, zone, winding) in place {
                self.groups.push(Group { zone: *zone, winding: *winding, pieces_end, crossings_end });
            }
            self.lists.push(self.groups.len() as u32);
        }
    }
}

/// How often zones wind around the corners of cells in divided tiles, and around those of other tiles.
fn covers(layer: &Layer, passages: &[Passage]) -> (Vec<Cover>, Vec<Cover>) {
    let (mut cells, mut tiles) = (Vec::new(), Vec::new());
    let mut sorted: Vec<_> = passages.iter().map(|at| (at.zone, at.column, at.row, at.sign)).collect();
    sorted.sort_unstable();
    for line in sorted.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let mut winding = 0;
        for (at, (zone, column, row, sign)) in line.iter().enumerate() {
            winding += sign;
            // Around the corners above this passage, up to that in the row of the next one.
            let next = line.get(at + 1).map_or(*row, |next| next.2);
            if winding != 0 && next > *row {
                let cover = Cover { place: 0, zone: *zone, winding };
                run(layer, cover, *column, row + 1..next + 1, &mut cells, &mut tiles);
            }
        }
    }
    (cells, tiles)
}

/// Covers the corners of one column.
fn run(
    layer: &Layer,
    cover: Cover,
    column: u32,
    rows: Range<u32>,
    cells: &mut Vec<Cover>,
    tiles: &mut Vec<Cover>,
) {
    let side = 1 << TILE_BITS;
    let mut row = rows.start;
    while row < rows.end {
        let (under, over) = (row & !(side - 1), rows.end.min((row | (side - 1)) + 1));
        let tile = (row >> TILE_BITS) * layer.grid.tiles[0] + (column >> TILE_BITS);
        let code = layer.tiles[tile as usize];
        if code >= DIVIDED {
            let block = (code & INDEX) << (2 * TILE_BITS);
            cells.extend((row..over).map(|row| Cover { place: block | inner(column, row), ..cover }));
        } else if column & (side - 1) == 0 && row == under {
            tiles.push(Cover { place: tile, ..cover });
        }
        row = over;
    }
}

/// The lists of one part of the cells.
#[derive(Default)]
struct Part {
    lists: Vec<u32>,
    groups: Vec<Group>,
    crossings: Vec<[f64; 2]>,
}

impl Part {
    fn of(
        range: &Range<usize>,
        starts: &[u32],
        zones: &[u32],
        passages: &Kind<(u32, [f64; 2])>,
        corners: &Kind<(u32, i32)>,
    ) -> Self {
        let (passage_starts, passages) = passages.sorted(range);
        let (corner_starts, corners) = corners.sorted(range);
        let mut part = Self::default();
        let base = starts[range.start];
        for list in 0..range.len() {
            let slice = |starts: &[u32]| starts[list] as usize..starts[list + 1] as usize;
            let mut pieces_end = starts[range.start + list];
            let last = starts[range.start + list + 1];
            let mut passages = &passages[slice(&passage_starts)];
            let mut corners = &corners[slice(&corner_starts)];
            loop {
                let piece = (pieces_end < last).then(|| zones[(pieces_end - base) as usize]);
                let others = [passages.first().map(|at| at.0), corners.first().map(|at| at.0)];
                let Some(zone) = others.into_iter().chain([piece]).flatten().min() else { break };
                while pieces_end < last && zones[(pieces_end - base) as usize] == zone {
                    pieces_end += 1;
                }
                while let [(of, crossing), rest @ ..] = passages
                    && *of == zone
                {
                    part.crossings.push(*crossing);
                    passages = rest;
                }
                let mut winding = 0;
                while let [(of, corner), rest @ ..] = corners
                    && *of == zone
                {
                    winding += corner;
                    corners = rest;
                }
                let crossings_end = part.crossings.len() as u32;
                part.groups.push(Group { zone, winding, pieces_end, crossings_end });
            }
            part.lists.push(part.groups.len() as u32);
        }
        part
    }
}

impl<'a, T: Copy + Default> Kind<'a, T> {
    fn of(places: &'a [Vec<u32>], things: &'a [Vec<T>], lists: usize) -> Self {
        let places = slices(places, |places| places);
        let starts = starts(&places, lists);
        Self { places, things: slices(things, |things| things), starts }
    }

    /// Where the next thing of each list of a range goes.
    fn nexts(&self, range: &Range<usize>) -> Vec<u32> {
        self.starts[range.clone()].to_vec()
    }

    /// The things of a range of lists, one list after another, and where each starts.
    fn sorted(&self, range: &Range<usize>) -> (Vec<u32>, Vec<T>) {
        let base = self.starts[range.start];
        let starts: Vec<u32> = self.starts[range.start..=range.end].iter().map(|at| at - base).collect();
        let mut next = starts.clone();
        let mut sorted = vec![T::default(); starts[range.len()] as usize];
        for (places, things) in self.places.iter().zip(&self.things) {
            for (place, thing) in places.iter().zip(*things) {
                let list = (*place as usize).wrapping_sub(range.start);
                if list < range.len() {
                    sorted[next[list] as usize] = *thing;
                    next[list] += 1;
                }
            }
        }
        (starts, sorted)
    }
}

fn starts(places: &[&[u32]], lists: usize) -> Vec<u32> {
    let mut starts = vec![0; lists + 1];
    for place in places.iter().copied().flatten() {
        starts[*place as usize + 1] += 1;
    }
    for list in 0..lists {
        starts[list + 1] += starts[list];
    }
    starts
}

fn slices<'a, S, T>(all: &'a [S], of: impl Fn(&'a S) -> &'a Vec<T>) -> Vec<&'a [T]> {
    all.iter().map(|one| &of(one)[..]).collect()
}
