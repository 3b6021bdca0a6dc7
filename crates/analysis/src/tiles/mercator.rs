//! The grid: longitude and latitude as whole numbers on the square of Web Mercator, and its tiles.

use std::f64::consts::PI;

/// Steps along the side of a tile.
pub const EXTENT: i64 = 4096;
/// Steps beyond its sides that a tile still holds, so that lines along them are drawn whole.
pub const BUFFER: i64 = 64;
/// The deepest zoom: a step is 4 cm there, at the equator.
pub const MAX_ZOOM: u8 = 18;
/// Bits of a coordinate: the side of the square is 2³² units, a unit is less than a centimetre.
const BITS: u8 = 32;
/// Bits of [`EXTENT`].
const EXTENT_BITS: u8 = 12;

/// A position on the square: from the west, from the north.
pub type Place = [u32; 2];

/// 瓦片 · a tile of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Zoom.
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

/// The place of a longitude and latitude. CGCS2000 and WGS 84 differ by centimetres and are taken as one,
/// as every map on this grid does; what lies beyond the square is brought to its edge.
pub fn world((lon, lat): (f64, f64)) -> Place {
    let x = lon / 360.0 + 0.5;
    let sine = lat.to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI);
    [x, y].map(|share| {
        let units = (share * f64::from(u32::MAX)).round();
        // A cast brings what is too small or too large to the edges; a pole is no number.
        if units.is_nan() { 0 } else { units as u32 }
    })
}

/// The longitude and latitude of a place.
pub fn degrees([x, y]: Place) -> (f64, f64) {
    let [x, y] = [x, y].map(|units| f64::from(units) / f64::from(u32::MAX));
    ((x - 0.5) * 360.0, (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees())
}

/// The places along a curve that keeps neighbours together: the bits of both coordinates in turn.
pub(super) fn curve([x, y]: Place) -> u64 {
    fn spread(value: u32) -> u64 {
        let mut bits = u64::from(value);
        for (shift, mask) in [
            (16, 0x0000_ffff_0000_ffff),
            (8, 0x00ff_00ff_00ff_00ff),
            (4, 0x0f0f_0f0f_0f0f_0f0f),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555),
        ] {
            bits = (bits | bits << shift) & mask;
        }
        bits
    }
    spread(x) | spread(y) << 1
}

impl Tile {
    /// A tile, if the grid has it at a zoom that is served.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        let side = 1_u64 << z.min(MAX_ZOOM);
        (z <= MAX_ZOOM && u64::from(x) < side && u64::from(y) < side).then_some(Self { z, x, y })
    }

    /// By how many bits units are finer than the steps of this tile.
    pub(super) fn shift(self) -> u8 {
        BITS - EXTENT_BITS - self.z
    }

    /// Its north-west corner.
    pub(super) fn corner(self) -> [i64; 2] {
        [self.x, self.y].map(|at| i64::from(at) << (BITS - self.z))
    }

    /// The first and the last unit of its columns and rows, `steps` around it included.
    pub(super) fn reach(self, steps: i64) -> [Place; 2] {
        let more = steps << self.shift();
        let side = 1_i64 << (BITS - self.z);
        let within = |at: i64| at.clamp(0, i64::from(u32::MAX)) as u32;
        let corner = self.corner();
        [corner.map(|at| within(at - more)), corner.map(|at| within(at + side - 1 + more))]
    }

    /// A place in steps from the corner, rounded to the nearest.
    pub(super) fn steps(self, place: Place) -> [i32; 2] {
        let shift = self.shift();
        let half = 1_i64 << (shift - 1);
        let corner = self.corner();
        let step = |axis: usize| ((i64::from(place[axis]) - corner[axis] + half) >> shift) as i32;
        [step(0), step(1)]
    }

    /// Where the tile's places begin and end on the curve.
    pub(super) fn run(self) -> [u64; 2] {
        let bits = 2 * (BITS - self.z);
        let first = curve([self.x, self.y]).checked_shl(bits.into()).unwrap_or(0);
        let last = 1_u64.checked_shl(bits.into()).map_or(u64::MAX, |side| first + (side - 1));
        [first, last]
    }
}
