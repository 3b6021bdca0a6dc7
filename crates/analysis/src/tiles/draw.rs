//! Drawing: shapes and counts as layers of a tile.

use super::cells::Cells;
use super::mercator::{BUFFER, EXTENT, Tile};
use super::message::{GeometryKind, TileFeature, TileLayer};
use super::outlines::Outlines;
use super::shape::{GREATEST, LEAST, Room, Step, ring, twice_area};
use super::tags::Tags;

const VERSION: u32 = 2;
const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;
/// The side of the mark of a shape that bounds nothing in the steps of a tile.
const MARK: i32 = 2;

/// A layer of the outlines that meet a tile. `tell` puts what is known of a row into the attributes, or
/// refuses to show it.
pub fn draw_outlines(
    name: &str,
    outlines: &Outlines,
    tile: Tile,
    tell: &mut dyn FnMut(u32, &mut Tags) -> bool,
) -> TileLayer {
    let mut tags = Tags::default();
    let mut features = Vec::new();
    let mut room = Room::default();
    outlines.meeting(tile.reach(BUFFER), &mut |at| {
        let row = outlines.row(at);
        if !tell(row, &mut tags) {
            tags.take();
            return;
        }
        let mut pen = Pen::default();
        let mut hidden = false;
        for (outer, places) in outlines.rings(at) {
            let bounds = ring(tile, places, &mut room);
            // Rounding may turn a sliver around.
            if bounds && (twice_area(&room.ring) > 0) != outer {
                room.ring.reverse();
            }
            // A hole in what is not drawn is not drawn either.
            if outer {
                hidden = !bounds;
            }
            if bounds && !hidden {
                pen.ring(&room.ring);
            }
        }
        if pen.commands.is_empty() {
            // Narrower than a step: it keeps its place. Or beside the tile although its box meets it.
            let within = |step: &Step| step.iter().all(|at| (LEAST..=GREATEST).contains(at));
            let mut places =
                outlines.rings(at).flat_map(|(_, places)| places).map(|place| tile.steps(*place));
            let Some(place) = places.find(within) else {
                tags.take();
                return;
            };
            let [x, y] = place.map(|at| at.min(GREATEST - MARK));
            pen.ring(&[[x, y], [x + MARK, y], [x + MARK, y + MARK], [x, y + MARK]]);
        }
        features.push(TileFeature {
            id: Some(u64::from(row) + 1),
            tags: tags.take(),
            kind: Some(GeometryKind::Polygon.into()),
            geometry: pen.commands,
        });
    });
    layer(name, features, tags)
}

/// A layer of the counts of a tile: a point for each cell, at the middle of what it counts. `classes` are
/// the names under which counts are told.
pub fn draw_cells(name: &str, cells: &Cells, tile: Tile, classes: &[String]) -> TileLayer {
    let mut tags = Tags::default();
    let mut features = Vec::new();
    cells.of(tile, &mut |cell| {
        let mut pen = Pen::default();
        pen.point(cell.at);
        let mut count = 0;
        for (class, many) in classes.iter().zip(cell.counts) {
            count += u64::from(*many);
            if *many > 0 {
                tags.whole(class, u64::from(*many));
            }
        }
        tags.whole("count", count);
        features.push(TileFeature {
            id: None,
            tags: tags.take(),
            kind: Some(GeometryKind::Point.into()),
            geometry: pen.commands,
        });
    });
    layer(name, features, tags)
}

fn layer(name: &str, features: Vec<TileFeature>, tags: Tags) -> TileLayer {
    let (keys, values) = tags.finish();
    TileLayer { version: VERSION, name: name.to_owned(), features, keys, values, extent: Some(EXTENT as u32) }
}

/// Writes commands; positions are told from the one before.
#[derive(Default)]
struct Pen {
    commands: Vec<u32>,
    at: Step,
}

impl Pen {
    fn command(&mut self, what: u32, times: usize) {
        self.commands.push(what | (times as u32) << 3);
    }

    fn to(&mut self, step: Step) {
        for (to, from) in step.iter().zip(self.at) {
            let by = to - from;
            self.commands.push(((by << 1) ^ (by >> 31)) as u32);
        }
        self.at = step;
    }

    fn point(&mut self, step: Step) {
        self.command(MOVE_TO, 1);
        self.to(step);
    }

    fn ring(&mut self, ring: &[Step]) {
        let [first, rest @ ..] = ring else { return };
        self.point(*first);
        self.command(LINE_TO, rest.len());
        for step in rest {
            self.to(*step);
        }
        self.command(CLOSE_PATH, 1);
    }
}
