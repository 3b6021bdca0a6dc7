//! Which superblocks the city has, what each is for, and how many parcels each holds.
//!
//! **Invariant:** superblocks are numbered from the centre outwards and know their first parcel's
//! number, so any range of parcels can be made without making the ones before it.

use super::blocks::{Block, divide};
use super::draws::{Draws, Purpose};
use super::fitted::Fitted;
use super::quads::{GRID, Quad};
use super::warp::Warp;

// The old centre, and where its districts begin, as shares of the city's radius.
const CENTRE: f64 = 0.20;
const RINGS: [f64; 3] = [0.30, 0.58, 0.88];
const PARK_SHARE: f64 = 0.42;
const PARCELS_PER_PARK: u32 = 2_500;
const ROUNDS: u32 = 12;

/// What a superblock is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// The lake.
    Water,
    /// A green wedge.
    Green,
    /// The old town: small plots between housing.
    Centre,
    /// Housing with the odd works.
    Town,
    /// Works outside any park.
    Cluster,
    /// An industrial park.
    Park,
}

impl Use {
    /// Share of the blocks that are industrial land.
    pub(super) fn share(self) -> f64 {
        match self {
            Self::Water | Self::Green => 0.0,
            Self::Centre => 0.26,
            Self::Town => 0.07,
            Self::Cluster => 0.74,
            Self::Park => 0.93,
        }
    }

    /// Shift of the logarithm of plot size; together they leave the fitted mean where it is.
    pub(super) fn shift(self) -> f64 {
        match self {
            Self::Water | Self::Green | Self::Cluster => 0.0,
            Self::Centre => -0.85,
            Self::Town => -0.25,
            Self::Park => 0.22,
        }
    }
}

/// One superblock.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) i: i32,
    pub(super) j: i32,
    pub(super) purpose: Use,
    /// 0 the centre, 1 to 8 the winds.
    pub(super) district: u8,
    /// Number of the park and level of its zone line, 1 inside and 2 around.
    pub(super) park: Option<(u8, u8)>,
    /// Number of the first parcel.
    pub(super) first: u32,
    pub(super) count: u32,
}

/// The city's plan.
pub(super) struct Layout {
    pub(super) seed: u64,
    pub(super) warp: Warp,
    pub(super) cells: Vec<Cell>,
    river: River,
    rings: [i32; 3],
}

/// The lattice line the river follows, and half its width in metres.
#[derive(Clone, Copy)]
struct River {
    line: i32,
    half_width: f64,
}

struct Park {
    place: [f64; 2],
    radius: f64,
}

impl Layout {
    /// Plans a city of exactly `parcels` parcels; `None` when no radius fits them.
    pub(super) fn plan(seed: u64, parcels: u32, fitted: &Fitted) -> Option<Self> {
        // Rings and parks are placed by the radius and the radius follows from what they hold.
        let mut radius = (f64::from(parcels) * 0.017).sqrt().max(2.5);
        let mut best: Option<(f64, Self)> = None;
        for _ in 0..ROUNDS {
            let (layout, reached) = Self::with_radius(seed, parcels, radius, fitted);
            let Some(reached) = reached else {
                radius *= 1.3;
                continue;
            };
            let misfit = (reached / radius - 1.0).abs();
            if best.as_ref().is_none_or(|(least, _)| misfit < *least) {
                best = Some((misfit, layout));
            }
            if misfit < 0.02 {
                break;
            }
            radius = f64::midpoint(radius, reached);
        }
        best.map(|(_, layout)| layout)
    }

    /// The layout, and how far out its last parcel lies if it holds them all.
    fn with_radius(seed: u64, parcels: u32, radius: f64, fitted: &Fitted) -> (Self, Option<f64>) {
        let mut layout = Self {
            seed,
            warp: Warp::new(seed, radius),
            cells: Vec::new(),
            river: River {
                line: (0.17 * radius).round() as i32 + 1,
                half_width: (90.0 + 3.0 * radius).clamp(90.0, 330.0),
            },
            rings: RINGS.map(|share| (share * radius).round().max(1.0) as i32),
        };
        let parks = parks(seed, parcels, radius);
        let mut first = 0;
        for (far, i, j) in nearest_first(&layout.warp, radius) {
            let mut cell = layout.cell(i, j, far / radius, radius, &parks);
            let held: u32 = layout.blocks(&cell, fitted).1.iter().map(|block| block.plots).sum();
            cell.first = first;
            cell.count = held.min(parcels - first);
            first += cell.count;
            layout.cells.push(cell);
            if first == parcels {
                return (layout, Some(far));
            }
        }
        (layout, None)
    }

    fn cell(&self, i: i32, j: i32, share: f64, radius: f64, parks: &[Park]) -> Cell {
        let place = [f64::from(i) + 0.5, f64::from(j) + 0.5];
        let nearest = parks.iter().enumerate().map(|(number, park)| {
            let [dx, dy] = [place[0] - park.place[0], place[1] - park.place[1]];
            ((dx * dx + dy * dy).sqrt() / park.radius, number as u8)
        });
        let nearest = nearest.min_by(|a, b| a.0.total_cmp(&b.0));
        let lake = [place[0] / radius + 0.42, place[1] / radius - 0.12];
        let patch = self.warp.patch(i, j);
        let park = match nearest {
            Some((near, number)) if near < 1.0 && share > CENTRE => {
                Some((number, if near < 0.62 { 1 } else { 2 }))
            }
            _ => None,
        };
        let purpose = if lake[0] * lake[0] + lake[1] * lake[1] < 0.012 && radius > 5.0 {
            Use::Water
        } else if park.is_some() {
            Use::Park
        } else if share < CENTRE {
            Use::Centre
        } else if patch > 0.30 || (patch > -0.2 && self.is_by_water_or_ring(i, j)) {
            Use::Cluster
        } else if patch < -0.75 {
            Use::Green
        } else {
            Use::Town
        };
        let park = park.filter(|_| purpose == Use::Park);
        Cell { i, j, purpose, district: self.district(place, share), park, first: 0, count: 0 }
    }

    /// Works came first along the river and the middle ring road.
    fn is_by_water_or_ring(&self, i: i32, j: i32) -> bool {
        let ring = self.rings[1];
        let reach = i.max(-i - 1).max(j.max(-j - 1));
        i == self.river.line || i + 1 == self.river.line || reach == ring || reach + 1 == ring
    }

    fn district(&self, place: [f64; 2], share: f64) -> u8 {
        // A small city has a centre too: the four superblocks around its middle.
        let middle = place[0] * place[0] + place[1] * place[1] < 1.0;
        if middle || share < CENTRE + 0.04 {
            return 0;
        }
        // Eight winds for a large city and four for a small one, so that none is a sliver.
        let winds = if self.rings[2] > 14 { 8.0 } else { 4.0 };
        let turn = place[1].atan2(place[0]) / std::f64::consts::TAU + 1.0 + 0.5 / winds;
        let wind = (turn * winds).floor() as u32 % winds as u32;
        1 + (wind * (8 / winds as u32)) as u8
    }

    /// The superblock's outline on the ground.
    pub(super) fn quad(&self, i: i32, j: i32) -> Quad {
        Quad([(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|(i, j)| self.warp.node(i, j)))
    }

    /// The superblock's outline and its blocks; a superblock bent out of shape stays open land.
    pub(super) fn blocks(&self, cell: &Cell, fitted: &Fitted) -> (Quad, Vec<Block>) {
        let quad = self.quad(cell.i, cell.j);
        if matches!(cell.purpose, Use::Water | Use::Green) || !quad.is_convex() {
            return (quad, Vec::new());
        }
        let sides = [
            [self.street(0, cell.i, cell.j), self.street(1, cell.j, cell.i)],
            [self.street(0, cell.i + 1, cell.j), self.street(1, cell.j + 1, cell.i)],
        ];
        let draws = Draws::cell(self.seed, cell.i, cell.j);
        let blocks = divide(&draws, &quad, sides, cell.purpose, fitted.area);
        (quad, blocks)
    }

    /// The two banks of the river beside a row of superblocks: west and east, from south to north.
    pub(super) fn banks(&self, row: i32) -> [[[f64; 2]; 2]; 2] {
        let line = self.river.line;
        let bank = |quad: &Quad, east: bool| {
            let inset = self.river.half_width / quad.length(0) * f64::from(GRID);
            let step = if east { inset as u32 } else { GRID - inset as u32 };
            [quad.point([step, 0]), quad.point([step, GRID])]
        };
        [bank(&self.quad(line - 1, row), false), bank(&self.quad(line, row), true)]
    }

    /// Rows of superblocks that have the river between them.
    pub(super) fn river_rows(&self) -> Vec<i32> {
        let on =
            |i: i32| self.cells.iter().filter(move |cell| cell.i == i).map(|cell| cell.j).collect::<Vec<_>>();
        let east = on(self.river.line);
        let mut rows = on(self.river.line - 1);
        rows.retain(|row| east.contains(row));
        rows.sort_unstable();
        rows
    }

    /// Half the width of the road, ring road or river along a lattice line beside a superblock.
    fn street(&self, axis: usize, line: i32, beside: i32) -> f64 {
        if axis == 0 && line == self.river.line {
            return self.river.half_width;
        }
        let ring = self
            .rings
            .iter()
            .any(|ring| (line == *ring || line == -ring) && beside >= -ring && beside < *ring);
        if ring { 55.0 } else { 21.0 }
    }
}

/// Cells from the centre outwards, well beyond the radius.
fn nearest_first(warp: &Warp, radius: f64) -> Vec<(f64, i32, i32)> {
    let limit = (radius * 1.75).ceil() as i32 + 3;
    let mut cells: Vec<(f64, i32, i32)> = (-limit..limit)
        .flat_map(|i| (-limit..limit).map(move |j| (i, j)))
        .map(|(i, j)| (warp.remoteness(i, j, radius), i, j))
        .filter(|(far, _, _)| *far < radius * 1.5)
        .collect();
    cells.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    cells
}

fn parks(seed: u64, parcels: u32, radius: f64) -> Vec<Park> {
    let draws = Draws::city(seed);
    let number = (parcels / PARCELS_PER_PARK).clamp(4, 40);
    let size = radius * (PARK_SHARE / f64::from(number)).sqrt();
    let turn = draws.uniform(Purpose::ParkPlace, 0) * std::f64::consts::TAU;
    (0..number)
        .map(|k| {
            let wobble = |index: u32| draws.between(Purpose::ParkPlace, 3 * k + index, -1.0, 1.0);
            // A sunflower: evenly spread between the centre and the edge, whatever their number.
            let spread = ((f64::from(k) + 0.5) / f64::from(number)).sqrt();
            let far = radius * (0.40 + 0.55 * spread + 0.05 * wobble(1));
            let (sine, cosine) = (turn + f64::from(k) * 2.399_963 + 0.25 * wobble(2)).sin_cos();
            Park { place: [far * cosine, far * sine], radius: size * (1.0 + 0.3 * wobble(3)) }
        })
        .collect()
}
