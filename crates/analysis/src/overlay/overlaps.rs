//! The areas that parcels share with the zones of a layer.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::grid::TILE_BITS;
use super::layer::{COVERED, Code, DIVIDED, Layer, PLAIN, WITH_EDGES};
use super::outline::Outline;
use super::shapes::{Point, RingView, Shapes, edges, turn, twice_area};
use super::threads::with_threads;

/// Parcels that one thread takes at a time: many, so that several meet in a tile, but not so many that
/// their points leave the cache, nor so many that a thread has nothing left to take.
const CHUNK: [usize; 2] = [4_096, 65_536];
/// Chunks in which a large number of parcels is taken at least.
const CHUNKS: usize = 16;
/// Parcels whose points are read before they are needed.
const AHEAD: usize = 16;
/// Where an edge is cut is rounded to about this part of the layer's reach: an overlap no wider is none.
const FINEST: f64 = 1.0 / (1_u64 << 52) as f64;
/// What sums of products may lose, of the box around a parcel.
const ROUNDING: f64 = 1e-14;

/// A zone that a parcel shares some area with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Which zone of the layer.
    pub zone: u32,
    /// What parcel and zone share, in square metres of the plane.
    pub area: f64,
}

/// For every parcel its area and its overlaps, in the order of the zones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlaps {
    areas: Vec<f64>,
    ends: Vec<usize>,
    pairs: Vec<Overlap>,
}

impl Overlaps {
    /// How many parcels there are.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// The area of a parcel, in square metres of the plane.
    pub fn parcel_area(&self, parcel: usize) -> f64 {
        self.areas[parcel]
    }

    /// The zones that a parcel shares some area with. One that only touches it is not among them.
    pub fn of(&self, parcel: usize) -> &[Overlap] {
        let start = if parcel == 0 { 0 } else { self.ends[parcel - 1] };
        &self.pairs[start..self.ends[parcel]]
    }

    /// The zones of a parcel, each with its part of the parcel's area, from 0 to 1.
    pub fn shares(&self, parcel: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let area = self.areas[parcel];
        self.of(parcel).iter().map(move |overlap| (overlap.zone, overlap.area / area))
    }

    /// What a parcel shares with all zones together, in square metres: with a layer that does not
    /// overlap itself, the part of it that the layer covers.
    pub fn total(&self, parcel: usize) -> f64 {
        self.of(parcel).iter().map(|overlap| overlap.area).sum()
    }
}

/// The area that each parcel shares with each zone: the same bits for any number of threads.
pub fn overlap_areas(parcels: &Shapes, layer: &Layer, threads: usize) -> Overlaps {
    let count = parcels.len();
    let chunk = (count / CHUNKS).clamp(CHUNK[0], CHUNK[1]);
    let mut found = Overlaps { areas: vec![0.0; count], ends: vec![0; count], pairs: Vec::new() };
    let chunks = found.areas.par_chunks_mut(chunk).zip(found.ends.par_chunks_mut(chunk)).enumerate();
    let parts: Vec<Vec<Overlap>> = with_threads(threads, || {
        chunks
            .map_init(
                || Worker::new(parcels, layer),
                |worker, (at, (areas, ends))| worker.chunk(at * chunk, areas, ends),
            )
            .collect()
    });
    found.pairs.reserve_exact(parts.iter().map(Vec::len).sum());
    for (ends, part) in found.ends.chunks_mut(chunk).zip(parts) {
        let before = found.pairs.len();
        for end in ends {
            *end += before;
        }
        found.pairs.extend(part);
    }
    found
}

/// Two zones of one layer that lie on each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubled {
    /// The zone that comes first.
    pub zone: u32,
    /// The other one.
    pub other: u32,
    /// What both cover, in square metres of the plane.
    pub area: f64,
}

/// Whether a layer overlaps itself, and where: nothing for one of which each place is in one zone at
/// most, so that a parcel's areas may be summed. `zones` are those that the layer was built from.
pub fn self_overlaps(zones: &Shapes, layer: &Layer, threads: usize) -> Vec<Doubled> {
    let found = overlap_areas(zones, layer, threads);
    let pairs = |zone: usize| {
        let later = found.of(zone).iter().filter(move |overlap| overlap.zone as usize > zone);
        later.map(move |overlap| Doubled { zone: zone as u32, other: overlap.zone, area: overlap.area })
    };
    (0..found.len()).flat_map(pairs).collect()
}

/// An overlap of some parcel.
#[derive(Clone, Copy, Debug)]
struct Hit {
    parcel: u32,
    zone: u32,
    area: f64,
}

/// The area of a parcel and what holds in its tiles: [`DIVIDED`] and a tile where the cells must be seen.
fn glance(parcels: &Shapes, layer: &Layer, parcel: usize) -> (f64, Code) {
    let Some((low, high)) = bounds(parcels, parcel) else { return (0.0, PLAIN) };
    let sum = |ring: RingView<'_>| {
        let twice = twice_area(ring.points, low).abs();
        if ring.hole { -twice } else { twice }
    };
    let area = 0.5 * parcels.rings(parcel).map(sum).sum::<f64>();
    let Some([[west, south], [east, north]]) = layer.grid.span(low, high) else { return (area, PLAIN) };
    let mut code = PLAIN;
    for row in south >> TILE_BITS..=north >> TILE_BITS {
        for column in west >> TILE_BITS..=east >> TILE_BITS {
            code = layer.tile(column, row);
            if code >= DIVIDED {
                return (area, DIVIDED | (row * layer.grid.tiles[0] + column));
            }
        }
    }
    (area, code)
}

/// Reads the points of parcels that lie far from each other, so that they come together: no read waits
/// for what another one brings.
fn fetch(parcels: &Shapes, some: &[(Code, u32)]) {
    let mut ranges = [(0, 0); AHEAD];
    for (range, (_, parcel)) in ranges.iter_mut().zip(some) {
        let points = parcels.point_range(*parcel as usize);
        *range = (points.start, points.end.max(points.start + 1) - 1);
    }
    let points = parcels.points();
    let mut seen = 0;
    for (start, last) in &ranges[..some.len()] {
        // A line of memory holds four points, and most parcels lie on three or four.
        for line in 0..4 {
            seen ^= points.get((start + 4 * line).min(*last)).map_or(0, |point| point[0].to_bits());
        }
    }
    std::hint::black_box(seen);
}

/// What a thread keeps from one parcel to the next.
struct Worker<'a> {
    parcels: &'a Shapes,
    layer: &'a Layer,
    /// An overlap that is no wider is none, in metres.
    finest: f64,
    /// What the tiles of each parcel of the chunk said.
    seen: Vec<Code>,
    /// The parcels whose cells must be seen, each with its tile.
    order: Vec<(Code, u32)>,
    /// What was found in cells, in no order of parcels.
    hits: Vec<Hit>,
    outline: Outline,
    found: Vec<Found>,
    /// The place in `found` of each zone, as long as it holds that zone.
    seats: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Found {
    zone: u32,
    area: f64,
}

/// A parcel, and the cells that the box around it meets.
struct Frame {
    parcel: u32,
    low: Point,
    high: Point,
    area: f64,
    span: Span,
}

impl<'a> Worker<'a> {
    fn new(parcels: &'a Shapes, layer: &'a Layer) -> Self {
        let grid = &layer.grid;
        let cells = f64::from(grid.tiles[0].max(grid.tiles[1]) << TILE_BITS);
        Self {
            parcels,
            layer,
            seen: Vec::new(),
            order: Vec::new(),
            hits: Vec::new(),
            finest: cells * grid.size * FINEST,
            outline: Outline::default(),
            found: Vec::new(),
            seats: vec![0; layer.len()],
        }
    }

    /// The overlaps of parcels from `first` on; writes their areas, and where the overlaps of each end.
    ///
    /// First a look at the tiles, in the order of the parcels; then the cells of those that need it, one
    /// tile after another, so that what the layer knows of a tile stays at hand.
    fn chunk(&mut self, first: usize, areas: &mut [f64], ends: &mut [usize]) -> Vec<Overlap> {
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        for (parcel, area) in (first..).zip(areas.iter_mut()) {
            let code;
            (*area, code) = glance(self.parcels, self.layer, parcel);
            seen.push(code);
            if code >= DIVIDED {
                order.push((code, parcel as u32));
            }
        }
        order.sort_unstable();
        self.hits.clear();
        for some in order.chunks(AHEAD) {
            fetch(self.parcels, some);
            for (_, parcel) in some {
                self.parcel(*parcel, areas[*parcel as usize - first]);
            }
        }
        let overlaps = self.assemble(first, areas, &seen, ends);
        (self.seen, self.order) = (seen, order);
        overlaps
    }

    /// The overlaps in the order of the parcels.
    fn assemble(&self, first: usize, areas: &[f64], seen: &[Code], ends: &mut [usize]) -> Vec<Overlap> {
        ends.fill(0);
        for hit in &self.hits {
            ends[hit.parcel as usize - first] += 1;
        }
        let mut before = 0;
        for (end, code) in ends.iter_mut().zip(seen) {
            let many = match *code {
                PLAIN | DIVIDED.. => *end,
                code if code < COVERED => 1,
                code => self.layer.groups(code).len(),
            };
            // Where the parcel's overlaps start, until they are written.
            *end = before;
            before += many;
        }
        let mut overlaps = vec![Overlap { zone: 0, area: 0.0 }; before];
        let mut add = |parcel: usize, zone: u32, area: f64| {
            overlaps[ends[parcel]] = Overlap { zone, area };
            ends[parcel] += 1;
        };
        for ((parcel, code), area) in seen.iter().enumerate().zip(areas) {
            if *code < DIVIDED {
                whole(self.layer, *code, *area, |zone, area| add(parcel, zone, area));
            }
        }
        for hit in &self.hits {
            add(hit.parcel as usize - first, hit.zone, hit.area);
        }
        overlaps
    }

    /// Adds the overlaps of a parcel that lies in a divided tile.
    fn parcel(&mut self, parcel: u32, area: f64) {
        let rings = self.parcels.rings(parcel as usize);
        let Some((low, high)) = bounds(self.parcels, parcel as usize) else { return };
        let Some(span) = self.layer.grid.span(low, high) else { return };
        match self.whole(span) {
            Some(code) => {
                whole(self.layer, code, area, |zone, area| self.hits.push(Hit { parcel, zone, area }));
            }
            None => self.compare(&Frame { parcel, low, high, area, span }, rings),
        }
    }

    /// What holds everywhere in these cells, if no edge passes them.
    #[inline]
    fn whole(&self, span: Span) -> Option<Code> {
        let mut code = PLAIN;
        for (tile, [columns, rows]) in tiles(self.layer, span) {
            code = tile;
            if tile < WITH_EDGES {
                continue;
            }
            for row in rows {
                for column in columns.clone() {
                    code = self.layer.cell(tile, column, row);
                    if code >= WITH_EDGES {
                        return None;
                    }
                }
            }
        }
        Some(code)
    }

    /// Compares the edges of a parcel with those in the cells that its box meets.
    ///
    /// From the lower left corner of these cells, around which each zone winds so and so often, the
    /// winding is followed up their western line and then eastward: edges that pass the line change it
    /// for all that lies above, pieces of edges for all that lies to their right.
    fn compare(&mut self, frame: &Frame, rings: impl Iterator<Item = RingView<'a>>) {
        let layer = self.layer;
        let [low, high] = [frame.low, frame.high];
        let [width, height] = [high[0] - low[0], high[1] - low[1]];
        self.outline.clear();
        for ring in rings {
            let turn = turn(twice_area(ring.points, low), ring.hole);
            for (from, to) in edges(ring.points) {
                self.outline.edge(
                    [from[0] - low[0], from[1] - low[1]],
                    [to[0] - low[0], to[1] - low[1]],
                    turn,
                );
            }
        }
        self.outline.finish(height);

        let [west, south] = frame.span[0];
        let tile = layer.tile(west >> TILE_BITS, south >> TILE_BITS);
        let corner = if tile >= DIVIDED { layer.cell(tile, west, south) } else { tile };
        whole(layer, corner, frame.area, |zone, area| self.add(zone, area));

        let shift = [low[0] - layer.grid.origin[0], low[1] - layer.grid.origin[1]];
        for (tile, [columns, rows]) in tiles(layer, frame.span) {
            if tile < WITH_EDGES {
                continue;
            }
            for row in rows {
                for column in columns.clone() {
                    let code = layer.cell(tile, column, row);
                    if code < WITH_EDGES {
                        continue;
                    }
                    for at in layer.groups(code) {
                        let (group, pieces, crossings) = layer.group(at);
                        let mut sum = 0.0;
                        for [x0, y0, x1, y1] in &layer.pieces[pieces] {
                            let piece = [x0 - shift[0], y0 - shift[1], x1 - shift[0], y1 - shift[1]];
                            if piece[0] < width || piece[2] < width {
                                sum += self.outline.right_of(piece);
                            }
                        }
                        if column == west {
                            for [y, sign] in &layer.crossings[crossings] {
                                // Nothing of the parcel lies west of the line: all above is to the right.
                                let above = (y - shift[1]).max(0.0);
                                sum += sign * self.outline.right_of([0.0, height, 0.0, above.min(height)]);
                            }
                        }
                        self.add(group.zone, sum);
                    }
                }
            }
        }
        self.finish(frame, width + height);
    }

    fn add(&mut self, zone: u32, area: f64) {
        let seat = self.seats[zone as usize] as usize;
        match self.found.get_mut(seat) {
            Some(found) if found.zone == zone => found.area += area,
            _ => {
                self.seats[zone as usize] = self.found.len() as u32;
                self.found.push(Found { zone, area });
            }
        }
    }

    /// Tells what was found, in the order of the zones.
    fn finish(&mut self, frame: &Frame, reach: f64) {
        self.found.sort_unstable_by_key(|found| found.zone);
        let none = self.finest * reach + reach * reach * ROUNDING;
        for found in self.found.drain(..) {
            if found.area > none {
                let area = if (frame.area - found.area).abs() <= none { frame.area } else { found.area };
                self.hits.push(Hit { parcel: frame.parcel, zone: found.zone, area });
            }
        }
    }
}

/// The overlaps of a parcel that lies wholly in a place without edges.
#[inline]
fn whole(layer: &Layer, code: Code, area: f64, mut add: impl FnMut(u32, f64)) {
    if code >= COVERED {
        for at in layer.groups(code) {
            let group = layer.group(at).0;
            add(group.zone, area * f64::from(group.winding));
        }
    } else if code != PLAIN {
        add(code - 1, area);
    }
}

/// First column and row, last column and row.
type Span = [[u32; 2]; 2];

/// The tiles of a span: the code of each and the columns and rows of the span that lie in it.
fn tiles(
    layer: &Layer,
    [[west, south], [east, north]]: Span,
) -> impl Iterator<Item = (Code, [RangeInclusive<u32>; 2])> {
    let side = (1 << TILE_BITS) - 1;
    (south >> TILE_BITS..=north >> TILE_BITS).flat_map(move |tile_row| {
        (west >> TILE_BITS..=east >> TILE_BITS).map(move |tile_column| {
            let (left, bottom) = (tile_column << TILE_BITS, tile_row << TILE_BITS);
            let columns = west.max(left)..=east.min(left | side);
            let rows = south.max(bottom)..=north.min(bottom | side);
            (layer.tile(tile_column, tile_row), [columns, rows])
        })
    })
}

/// The box around a parcel.
#[inline]
fn bounds(parcels: &Shapes, parcel: usize) -> Option<(Point, Point)> {
    let points = parcels.shape_points(parcel);
    let (mut low, mut high) = (*points.first()?, *points.first()?);
    for point in points {
        for axis in 0..2 {
            low[axis] = if point[axis] < low[axis] { point[axis] } else { low[axis] };
            high[axis] = if point[axis] > high[axis] { point[axis] } else { high[axis] };
        }
    }
    Some((low, high))
}
