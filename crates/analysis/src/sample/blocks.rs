//! From superblock to blocks to plots: streets first, then cuts that follow the drawn sizes.
//!
//! **Invariant:** all cuts lie on the superblock's integer grid, and the number of plots of a
//! block is known before any of them is made.

use super::draws::{Draws, Purpose};
use super::layout::Use;
use super::quads::{Cut, GRID, Quad};
use super::table::Normal;

// Of the variance of log plot size, the share that lies between superblocks.
const BETWEEN: f64 = 0.62;
const PLOTS_PER_BLOCK: f64 = 8.0;
const BLOCK_SIDE: [f64; 2] = [170.0, 1_300.0];
const STREET: f64 = 22.0;
const LEAST_BLOCK: f64 = 2_500.0;
const MOST_PLOTS: f64 = 60.0;

/// A block between streets, and how many plots it has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) cut: Cut,
    pub(super) plots: u32,
    pub(super) number: u32,
}

/// Divides a superblock, whose streets take `sides` metres from its edges.
pub(super) fn divide(
    draws: &Draws,
    quad: &Quad,
    sides: [[f64; 2]; 2],
    purpose: Use,
    area: Normal,
) -> Vec<Block> {
    let length = [quad.length(0), quad.length(1)];
    let variance = area.deviation * area.deviation * BETWEEN;
    // Counted over plots, superblocks of small plots weigh more: the drawn mean makes up for it.
    let mean = area.mean + purpose.shift() + variance;
    let plot = (mean + variance.sqrt() * draws.normal(Purpose::CellTarget, 0, 2.3)).exp();
    let block_side = (plot * PLOTS_PER_BLOCK).sqrt().clamp(BLOCK_SIDE[0], BLOCK_SIDE[1]);
    let spans = [0, 1].map(|axis| {
        let inset = [sides[0][axis], sides[1][axis]];
        spans(draws, axis, length[axis], inset, block_side)
    });
    let mut blocks = Vec::new();
    for [v0, v1] in &spans[1] {
        for [u0, u1] in &spans[0] {
            let cut = Cut { from: [*u0, *v0], to: [*u1, *v1] };
            let number = blocks.len() as u32;
            let industrial = draws.chance(Purpose::BlockUse, number, purpose.share());
            let ground = quad.area(&cut);
            let plots = if industrial && ground > LEAST_BLOCK {
                (ground / plot).round().clamp(1.0, MOST_PLOTS) as u32
            } else {
                0
            };
            blocks.push(Block { cut, plots, number });
        }
    }
    blocks
}

/// Where the blocks begin and end along one axis.
fn spans(draws: &Draws, axis: usize, length: f64, inset: [f64; 2], side: f64) -> Vec<[u32; 2]> {
    let inner = length - inset[0] - inset[1];
    let number = (inner / side).round().max(1.0) as u32;
    let grid = |metres: f64| (metres / length * f64::from(GRID)).round() as u32;
    let line = |k: u32| {
        let jitter = if k == 0 || k == number {
            0.0
        } else {
            draws.between(Purpose::BlockCut, 64 * axis as u32 + k, -0.16, 0.16)
        };
        inset[0] + inner * (f64::from(k) + jitter) / f64::from(number)
    };
    (0..number)
        .map(|k| {
            let low = if k == 0 { 0.0 } else { STREET / 2.0 };
            let high = if k + 1 == number { 0.0 } else { STREET / 2.0 };
            [grid(line(k) + low), grid(line(k + 1) - high)]
        })
        .collect()
}

/// Cuts a block into its plots.
pub(super) fn plots(draws: &Draws, quad: &Quad, block: &Block, area: Normal) -> Vec<Cut> {
    let deviation = area.deviation * (1.0 - BETWEEN).sqrt();
    let mut weights: Vec<f64> = (0..block.plots)
        .map(|k| {
            let index = block.number << 8 | k;
            (deviation * draws.normal(Purpose::PlotWeight, index, 2.0)).exp()
        })
        .collect();
    // Large first: a large plot is then split off whole, and the rest do not become slivers.
    weights.sort_by(|a, b| b.total_cmp(a));
    let metres = [quad.length(0), quad.length(1)].map(|length| length / f64::from(GRID));
    let mut cuts = Vec::with_capacity(weights.len());
    split(draws, metres, block.cut, &weights, block.number << 8, &mut cuts);
    cuts
}

fn split(draws: &Draws, metres: [f64; 2], cut: Cut, weights: &[f64], index: u32, into: &mut Vec<Cut>) {
    if weights.len() < 2 {
        into.push(cut);
        return;
    }
    let whole: f64 = weights.iter().sum();
    let mut left = weights[0];
    let mut taken = 1;
    while taken + 1 < weights.len() && left + weights[taken] / 2.0 < whole / 2.0 {
        left += weights[taken];
        taken += 1;
    }
    let across = usize::from(f64::from(cut.width(0)) * metres[0] < f64::from(cut.width(1)) * metres[1]);
    let node = index << 8 | (into.len() as u32) << 8 | weights.len() as u32;
    let heavy_first = draws.chance(Purpose::PlotSide, node, 0.5);
    let share = if heavy_first { left / whole } else { 1.0 - left / whole };
    let at = cut.from[across] + (f64::from(cut.width(across)) * share).round() as u32;
    let [mut near, mut far] = [cut, cut];
    near.to[across] = at;
    far.from[across] = at;
    let (heavy, light) = weights.split_at(taken);
    let [first, second] = if heavy_first { [heavy, light] } else { [light, heavy] };
    split(draws, metres, near, first, index, into);
    split(draws, metres, far, second, index, into);
}

/// The outline of one plot as grid points: its corners, the corners of neighbours that lie on its
/// sides (so that a shared boundary has the same points on both sides), and splays at crossings.
pub(super) fn outline(quad: &Quad, block: &Cut, plot: usize, plots: &[Cut]) -> Vec<[u32; 2]> {
    let corners = plots[plot].corners();
    let mut ring = Vec::with_capacity(8);
    for side in 0..4 {
        let [from, to] = [corners[side], corners[(side + 1) % 4]];
        let before = corners[(side + 3) % 4];
        if block.corners()[side] == from {
            ring.push(towards(quad, from, before));
            ring.push(towards(quad, from, to));
        } else {
            ring.push(from);
        }
        let axis = side % 2;
        let (low, high) = (from[axis].min(to[axis]), from[axis].max(to[axis]));
        let start = ring.len();
        for other in plots {
            for corner in other.corners() {
                let on_line = corner[1 - axis] == from[1 - axis];
                if on_line && corner[axis] > low && corner[axis] < high {
                    ring.push(corner);
                }
            }
        }
        ring[start..].sort_unstable_by_key(|corner| corner[axis].abs_diff(from[axis]));
        ring.dedup();
    }
    ring
}

/// The point a splay's length away from a street corner.
fn towards(quad: &Quad, from: [u32; 2], to: [u32; 2]) -> [u32; 2] {
    const SPLAY: f64 = 11.0;
    let axis = usize::from(from[0] == to[0]);
    let side = from[axis].abs_diff(to[axis]);
    let metres = f64::from(side) * quad.length(axis) / f64::from(GRID);
    let step = (f64::from(side) * (SPLAY / metres).min(0.25)).round() as u32;
    let mut point = from;
    point[axis] = if to[axis] > from[axis] { from[axis] + step } else { from[axis] - step };
    point
}
