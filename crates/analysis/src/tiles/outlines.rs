//! Shapes in the order of the curve, with a tree of boxes over them.

use super::mercator::{EXTENT, MAX_ZOOM, Place, Tile, curve, world};

/// Boxes under one box of the next level.
const FAN: usize = 16;
/// Outlines that a tile holds at most: beyond them a map is a smear, and a tile takes long to fetch.
const TILE_MAX: usize = 6_000;
/// Steps that the side of an outline in the middle of all has at least: three eighths of a millimetre on a
/// screen. Smaller ones are counted, not drawn.
const SIDE_MIN: u32 = 12;

/// Least and greatest places.
pub(super) type Box2 = [Place; 2];

/// Shapes on their way into an index, in the order of their rows.
#[derive(Debug, Default)]
pub struct Gathering {
    shapes: Vec<Gathered>,
}

#[derive(Debug)]
struct Gathered {
    row: u32,
    around: Box2,
    at: u64,
    /// Rings with whether each is the outer one of its polygon.
    rings: Vec<(bool, Vec<Place>)>,
}

impl Gathering {
    /// Adds the shape of a row: polygons, each its outer ring and its holes, in longitude and latitude.
    /// What bounds nothing on the grid keeps its place.
    pub fn push(&mut self, row: u32, polygons: &[Vec<Vec<(f64, f64)>>]) {
        let mut around = [[u32::MAX; 2], [0; 2]];
        let mut rings = Vec::new();
        for polygon in polygons {
            for (at, ring) in polygon.iter().enumerate() {
                let mut places: Vec<Place> = ring.iter().map(|position| world(*position)).collect();
                places.dedup();
                if places.len() > 1 && places.first() == places.last() {
                    places.pop();
                }
                if places.is_empty() {
                    continue;
                }
                for place in &places {
                    for axis in 0..2 {
                        around[0][axis] = around[0][axis].min(place[axis]);
                        around[1][axis] = around[1][axis].max(place[axis]);
                    }
                }
                // Rows run downwards: an outer ring runs clockwise as it is seen, a hole against it.
                let outer = at == 0;
                if (twice_area(&places) < 0) == outer {
                    places.reverse();
                }
                rings.push((outer, places));
            }
        }
        if rings.is_empty() {
            return;
        }
        let middle = [0, 1].map(|axis| around[0][axis] + (around[1][axis] - around[0][axis]) / 2);
        self.shapes.push(Gathered { row, around, at: curve(middle), rings });
    }

    /// The index.
    pub fn finish(mut self) -> Outlines {
        self.shapes.sort_unstable_by_key(|shape| (shape.at, shape.row));
        let mut made = Outlines { ring_ends: vec![0], ends: vec![0], ..Outlines::default() };
        for shape in self.shapes {
            made.rows.push(shape.row);
            made.boxes.push(shape.around);
            made.curve.push(shape.at);
            for (outer, places) in shape.rings {
                made.outer.push(outer);
                made.places.extend(places);
                made.ring_ends.push(made.places.len() as u32);
            }
            made.ends.push(made.outer.len() as u32);
        }
        made.grow();
        made.from_zoom = made.choose_zoom();
        made
    }
}

/// Twice the area inside a ring, in square units; positive if it runs clockwise as it is seen.
fn twice_area(ring: &[Place]) -> i128 {
    let next = ring.iter().cycle().skip(1);
    ring.iter()
        .zip(next)
        .map(|(a, b)| i128::from(a[0]) * i128::from(b[1]) - i128::from(b[0]) * i128::from(a[1]))
        .sum()
}

/// 界址索引 · shapes in the order of the curve.
#[derive(Debug, Default)]
pub struct Outlines {
    rows: Vec<u32>,
    boxes: Vec<Box2>,
    curve: Vec<u64>,
    /// Where the rings of each shape end, the first being 0.
    ends: Vec<u32>,
    /// Where the places of each ring end, the first being 0.
    ring_ends: Vec<u32>,
    outer: Vec<bool>,
    places: Vec<Place>,
    /// Boxes around `FAN` of the level below each, the shapes' own boxes being the lowest.
    tree: Vec<Vec<Box2>>,
    from_zoom: u8,
}

fn meets(a: &Box2, b: &Box2) -> bool {
    (0..2).all(|axis| a[0][axis] <= b[1][axis] && b[0][axis] <= a[1][axis])
}

fn around(boxes: &[Box2]) -> Box2 {
    boxes.iter().fold([[u32::MAX; 2], [0; 2]], |all, one| {
        let axis = |axis: usize| (all[0][axis].min(one[0][axis]), all[1][axis].max(one[1][axis]));
        let (x, y) = (axis(0), axis(1));
        [[x.0, y.0], [x.1, y.1]]
    })
}

impl Outlines {
    /// How many shapes there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lowest zoom whose tiles hold outlines; lower ones hold counts.
    pub fn from_zoom(&self) -> u8 {
        self.from_zoom
    }

    /// The same shapes, drawn as outlines from a zoom of the caller's choice.
    #[must_use]
    pub fn drawn_from(self, from_zoom: u8) -> Self {
        Self { from_zoom: from_zoom.min(MAX_ZOOM), ..self }
    }

    /// Least and greatest places of all.
    pub fn around(&self) -> Option<[Place; 2]> {
        (!self.is_empty()).then(|| around(self.tree.last().map_or(&self.boxes, |top| top)))
    }

    /// The box of a shape.
    pub fn around_one(&self, at: usize) -> [Place; 2] {
        self.boxes[at]
    }

    /// The row of a shape.
    pub fn row(&self, at: usize) -> u32 {
        self.rows[at]
    }

    /// The middles on the curve, in their order.
    pub(super) fn curve(&self) -> &[u64] {
        &self.curve
    }

    /// The rings of a shape: whether each is an outer one, and its places, open.
    pub(super) fn rings(&self, at: usize) -> impl Iterator<Item = (bool, &[Place])> {
        let rings = self.ends[at] as usize..self.ends[at + 1] as usize;
        rings.map(|ring| {
            let places = self.ring_ends[ring] as usize..self.ring_ends[ring + 1] as usize;
            (self.outer[ring], &self.places[places])
        })
    }

    /// Hands every shape to `visit` whose box meets a box, in the order of the curve.
    pub fn meeting(&self, wanted: [Place; 2], visit: &mut dyn FnMut(usize)) {
        self.descend(self.tree.len(), 0..self.tree.last().map_or(self.boxes.len(), Vec::len), &wanted, visit);
    }

    fn descend(
        &self,
        level: usize,
        span: std::ops::Range<usize>,
        wanted: &Box2,
        visit: &mut dyn FnMut(usize),
    ) {
        let boxes = if level == 0 { &self.boxes } else { &self.tree[level - 1] };
        let below = if level < 2 { self.boxes.len() } else { self.tree[level - 2].len() };
        for at in span {
            if !meets(&boxes[at], wanted) {
                continue;
            }
            if level == 0 {
                visit(at);
            } else {
                self.descend(level - 1, at * FAN..((at + 1) * FAN).min(below), wanted, visit);
            }
        }
    }

    fn grow(&mut self) {
        loop {
            let below = self.tree.last().unwrap_or(&self.boxes);
            if below.len() <= FAN {
                return;
            }
            let level = below.chunks(FAN).map(around).collect();
            self.tree.push(level);
        }
    }

    /// The lowest zoom at which outlines are few enough in every tile and large enough to be seen.
    fn choose_zoom(&self) -> u8 {
        if self.is_empty() {
            return 0;
        }
        let mut sides: Vec<u32> = self
            .boxes
            .iter()
            .map(|[least, greatest]| (greatest[0] - least[0]).max(greatest[1] - least[1]))
            .collect();
        let middle = sides.len() / 2;
        let (_, side, _) = sides.select_nth_unstable(middle);
        let side = u64::from(*side);
        let enough = |z: &u8| {
            let tile = Tile { z: *z, x: 0, y: 0 };
            let legible = side >> tile.shift() >= u64::from(SIDE_MIN);
            legible && self.densest(*z) <= TILE_MAX
        };
        // Of outlines without extent, or all in one place, the deepest zoom shows what there is to see.
        (0..MAX_ZOOM).find(enough).unwrap_or(MAX_ZOOM)
    }

    /// The most middles in one tile of a zoom.
    fn densest(&self, z: u8) -> usize {
        let tile = |at: u64| at.checked_shr(2 * (32 - u32::from(z))).unwrap_or(0);
        self.curve.chunk_by(|a, b| tile(*a) == tile(*b)).map(<[u64]>::len).max().unwrap_or(0)
    }
}

/// A step is never a fraction of a unit, so that rounding to steps is a shift.
const _: () = assert!(EXTENT == 1 << 12 && MAX_ZOOM < 20);
