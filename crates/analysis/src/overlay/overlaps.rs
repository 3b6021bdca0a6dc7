//! The areas that parcels share with the zones of a layer.

use std::ops::RangeInclusive;

use rayon::prelude::*;

use super::grid::TILE_BITS;
use super::layer::{COVERED, Code, DIVIDED, Layer, PLAIN, WITH_EDGES};
use super::outline::Outline;
use super::shapes::{Point, RingView, Shapes, edges, turn, twice_area};
use super::threads::with_threads;

/// Parcels that one thread takes at a time.
const CHUNK: usize = 4096;
/// Coordinates are kept to about so many parts of the layer's reach: an overlap no wider is none.
const FINEST: f64 = 1.0 / (1_u64 << 50) as f64;
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
    overlaps: Vec<Overlap>,
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
        &self.overlaps[start..self.ends[parcel]]
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
    let mut found = Overlaps { areas: vec![0.0; count], ends: vec![0; count], overlaps: Vec::new() };
    let chunks = found.areas.par_chunks_mut(CHUNK).zip(found.ends.par_chunks_mut(CHUNK)).enumerate();
    let parts: Vec<Vec<Overlap>> = with_threads(threads, || {
        chunks
            .map_init(
                || Worker::new(layer),
                |worker, (at, (areas, ends))| {
                    let mut part = Vec::with_capacity(areas.len());
                    for (parcel, (area, end)) in (at * CHUNK..).zip(areas.iter_mut().zip(ends)) {
                        *area = worker.parcel(parcels, parcel, &mut part);
                        *end = part.len();
                    }
                    part
                },
            )
            .collect()
    });
    found.overlaps.reserve_exact(parts.iter().map(Vec::len).sum());
    for (ends, part) in found.ends.chunks_mut(CHUNK).zip(parts) {
        let before = found.overlaps.len();
        for end in ends {
            *end += before;
        }
        found.overlaps.extend(part);
    }
    found
}

/// What a thread keeps from one parcel to the next.
struct Worker<'a> {
    layer: &'a Layer,
    finest: f64,
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
    low: Point,
    high: Point,
    area: f64,
    span: Span,
}

impl<'a> Worker<'a> {
    fn new(layer: &'a Layer) -> Self {
        let grid = &layer.grid;
        let cells = f64::from(grid.tiles[0].max(grid.tiles[1]) << TILE_BITS);
        Self {
            layer,
            finest: cells * grid.size * FINEST,
            outline: Outline::default(),
            found: Vec::new(),
            seats: vec![0; layer.len()],
        }
    }

    /// Adds the overlaps of a parcel and returns its area.
    fn parcel(&mut self, parcels: &Shapes, parcel: usize, overlaps: &mut Vec<Overlap>) -> f64 {
        let Some((low, high)) = bounds(parcels, parcel) else { return 0.0 };
        let area: f64 = parcels
            .rings(parcel)
            .map(|ring| {
                let area = twice_area(ring.points, low).abs();
                if ring.hole { -area } else { area }
            })
            .sum::<f64>()
            * 0.5;
        let Some(span) = self.layer.grid.span(low, high) else { return area };
        let frame = Frame { low, high, area, span };
        match self.whole(span) {
            Some(PLAIN) => {}
            Some(code) if code < COVERED => overlaps.push(Overlap { zone: code - 1, area }),
            Some(code) => overlaps.extend(self.layer.groups(code).map(|group| {
                let group = self.layer.group(group).0;
                Overlap { zone: group.zone, area: area * f64::from(group.winding) }
            })),
            None => self.compare(&frame, parcels.rings(parcel), overlaps),
        }
        area
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
    fn compare<'r>(
        &mut self,
        frame: &Frame,
        rings: impl Iterator<Item = RingView<'r>>,
        overlaps: &mut Vec<Overlap>,
    ) {
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
        if corner >= COVERED {
            for at in layer.groups(corner) {
                let (group, ..) = layer.group(at);
                self.add(group.zone, f64::from(group.winding) * frame.area);
            }
        } else if corner != PLAIN {
            self.add(corner - 1, frame.area);
        }

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
        self.finish(frame, width + height, overlaps);
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
    fn finish(&mut self, frame: &Frame, reach: f64, overlaps: &mut Vec<Overlap>) {
        self.found.sort_unstable_by_key(|found| found.zone);
        let none = self.finest * reach + reach * reach * ROUNDING;
        for found in self.found.drain(..) {
            if found.area > none {
                let area = if (frame.area - found.area).abs() <= none { frame.area } else { found.area };
                overlaps.push(Overlap { zone: found.zone, area });
            }
        }
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
