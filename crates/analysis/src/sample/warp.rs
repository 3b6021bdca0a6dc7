//! The bent street grid: a square lattice rounded into rings, finer at the centre, and swayed.
//!
//! **Invariant:** a lattice point has one place, so neighbouring superblocks share their corners.

use super::draws::{Draws, Purpose};

/// Side of an undistorted superblock, in metres.
pub(super) const SIDE: f64 = 1_300.0;

/// Bends of the lattice for a city of a given radius.
pub(super) struct Warp {
    seed: u64,
    waves: [Wave; 4],
    shape: [Wave; 5],
}

struct Wave {
    per_cell: [f64; 2],
    phase: f64,
    amplitude: [f64; 2],
}

impl Wave {
    fn at(&self, x: f64, y: f64) -> f64 {
        (x * self.per_cell[0] + y * self.per_cell[1] + self.phase).sin()
    }
}

impl Warp {
    pub(super) fn new(seed: u64, radius: f64) -> Self {
        let draws = Draws::city(seed);
        let wave = |number: u32, length: f64, slope: f64| {
            let turn = std::f64::consts::TAU;
            // Directions spread by the golden angle, so that no seed gets them all alike.
            let angle =
                f64::from(number) * 2.399_963 + draws.between(Purpose::WavePhase, 2 * number, -0.4, 0.4);
            let (sine, cosine) = angle.sin_cos();
            let rate = turn / length;
            let push = slope / rate * SIDE;
            Wave {
                per_cell: [rate * cosine, rate * sine],
                phase: draws.uniform(Purpose::WavePhase, 2 * number + 1) * turn,
                amplitude: [-push * sine, push * cosine],
            }
        };
        let long = radius.max(4.0);
        Self {
            seed,
            waves: [
                wave(0, 2.3 * long, 0.24),
                wave(1, 1.3 * long, 0.16),
                wave(2, (0.5 * long).max(9.0), 0.13),
                wave(3, 8.0, 0.05),
            ],
            shape: [
                wave(10, 1.9 * long, 1.0),
                wave(11, 1.2 * long, 1.0),
                wave(12, 7.0, 1.0),
                wave(13, 4.6, 1.0),
                wave(14, 11.0, 1.0),
            ],
        }
    }

    /// Metres east and north of the city's centre.
    pub(super) fn node(&self, i: i32, j: i32) -> [f64; 2] {
        let [x, y] = [f64::from(i), f64::from(j)];
        let reach = rounded(x, y);
        let mut east = x * reach * SIDE * 1.16;
        let mut north = y * reach * SIDE * 0.94;
        for wave in &self.waves {
            let sway = wave.at(x, y) * reach.min(1.0);
            east += wave.amplitude[0] * sway;
            north += wave.amplitude[1] * sway;
        }
        let draws = Draws::cell(self.seed, i, j);
        let jitter = 0.055 * SIDE * reach;
        east += draws.between(Purpose::NodeJitter, 0, -jitter, jitter);
        north += draws.between(Purpose::NodeJitter, 1, -jitter, jitter);
        // A turned grid: streets that run due north everywhere look drawn by a machine.
        [0.978 * east - 0.208 * north, 0.208 * east + 0.978 * north]
    }

    /// How far out a cell lies, in cells, with a lobed edge: cities are not discs.
    pub(super) fn remoteness(&self, i: i32, j: i32, radius: f64) -> f64 {
        let [x, y] = [f64::from(i) + 0.5, f64::from(j) + 0.5];
        let lobes = self.shape[0].at(x, y) + self.shape[1].at(x, y);
        (x * x + y * y).sqrt() * rounding(x, y) + 0.09 * radius * lobes
    }

    /// A patchiness between about -1 and 1 that decides where workshops cluster outside parks.
    pub(super) fn patch(&self, i: i32, j: i32) -> f64 {
        let [x, y] = [f64::from(i), f64::from(j)];
        self.shape[2..].iter().map(|wave| wave.at(x, y)).sum::<f64>() / 2.0
    }
}

/// Pulls the lattice's square rings towards circles; square roots only, so exact everywhere.
fn rounding(x: f64, y: f64) -> f64 {
    let [x2, y2] = [x * x, y * y];
    let round = (x2 + y2).sqrt();
    if round < 1e-9 { 1.0 } else { 1.0 - 1.35 * (1.0 - (x2 * x2 + y2 * y2).sqrt().sqrt() / round) }
}

/// Rounding, and smaller superblocks towards the old centre.
fn rounded(x: f64, y: f64) -> f64 {
    let far = (x * x + y * y) / 20.0;
    rounding(x, y) * (0.62 + 0.38 * far / (1.0 + far))
}
