//! Draws named by what they are for, so that adding one never shifts another.
//!
//! **Invariant:** a draw depends on seed, subject, purpose and index, and on nothing drawn before.
//! Normals come by inverse CDF: one uniform each, monotone in it.

use super::philox::philox4x32;

/// What a draw is for. A new purpose goes at the end, so that old cities stay as they were.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(super) enum Purpose {
    WavePhase,
    NodeJitter,
    ParkPlace,
    CellTarget,
    BlockCut,
    BlockUse,
    PlotWeight,
    PlotSide,
    SignedYear,
    SignedDay,
    SupplyMode,
    LandSource,
    Industry,
    ProjectClass,
    LandUse,
    Existing,
    Holder,
    Street,
    Term,
    Price,
    PlotRatio,
    Missing,
    Investment,
    Agreed,
    BuildDue,
    Delivery,
    Start,
    Cause,
    Suspension,
    Completion,
    Production,
    FullCapacity,
    Progress,
    Mix,
    Service,
    Standing,
    Output,
    Yearly,
}

/// Draws for one subject: the city, one of its cells, or one parcel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    key: [u32; 2],
    subject: [u32; 2],
}

impl Draws {
    pub(super) fn city(seed: u64) -> Self {
        Self { key: key_of(seed), subject: [0, 2] }
    }

    pub(super) fn cell(seed: u64, i: i32, j: i32) -> Self {
        let packed = (i as u32 & 0xFFFF) << 16 | (j as u32 & 0xFFFF);
        Self { key: key_of(seed), subject: [packed, 1] }
    }

    pub(super) fn parcel(seed: u64, index: u32) -> Self {
        Self { key: key_of(seed), subject: [index, 0] }
    }

    /// A number strictly between 0 and 1.
    #[inline]
    pub(super) fn uniform(&self, purpose: Purpose, index: u32) -> f64 {
        // The subject takes one word and a tag in the purpose's word: four words are all there are.
        let tagged = self.subject[1] << 24 | purpose as u32;
        let word = philox4x32(self.key, [self.subject[0], index, tagged, 0]);
        let bits = (u64::from(word[0]) << 32 | u64::from(word[1])) >> 11;
        (bits as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A number between two bounds.
    pub(super) fn between(&self, purpose: Purpose, index: u32, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform(purpose, index)
    }

    /// True with the given probability.
    pub(super) fn chance(&self, purpose: Purpose, index: u32, probability: f64) -> bool {
        self.uniform(purpose, index) < probability
    }

    /// A standard normal, cut off at `limit` on both sides so that no parcel is absurd.
    pub(super) fn normal(&self, purpose: Purpose, index: u32, limit: f64) -> f64 {
        inverse_normal(self.uniform(purpose, index)).clamp(-limit, limit)
    }

    /// An exponential of the given mean.
    pub(super) fn exponential(&self, purpose: Purpose, index: u32, mean: f64) -> f64 {
        -mean * self.uniform(purpose, index).ln()
    }
}

fn key_of(seed: u64) -> [u32; 2] {
    [seed as u32, (seed >> 32) as u32]
}

const A: [f64; 6] = [
    -3.969_683_028_665_376e1,
    2.209_460_984_245_205e2,
    -2.759_285_104_469_687e2,
    1.383_577_518_672_69e2,
    -3.066_479_806_614_716e1,
    2.506_628_277_459_239,
];
const B: [f64; 5] = [
    -5.447_609_879_822_406e1,
    1.615_858_368_580_409e2,
    -1.556_989_798_598_866e2,
    6.680_131_188_771_972e1,
    -1.328_068_155_288_572e1,
];
const C: [f64; 6] = [
    -7.784_894_002_430_293e-3,
    -3.223_964_580_411_365e-1,
    -2.400_758_277_161_838,
    -2.549_732_539_343_734,
    4.374_664_141_464_968,
    2.938_163_982_698_783,
];
const D: [f64; 4] =
    [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];

/// P. J. Acklam's rational approximation, relative error below 1.2e-9.
fn inverse_normal(p: f64) -> f64 {
    const LOW: f64 = 0.024_25;
    let tail = |q: f64| {
        let above = C.iter().fold(0.0, |sum, c| sum * q + c);
        above / (D.iter().fold(0.0, |sum, d| sum * q + d) * q + 1.0)
    };
    if p < LOW {
        tail((-2.0 * p.ln()).sqrt())
    } else if p > 1.0 - LOW {
        -tail((-2.0 * (1.0 - p).ln()).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        let above = A.iter().fold(0.0, |sum, a| sum * r + a) * q;
        above / (B.iter().fold(0.0, |sum, b| sum * r + b) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Draws, Purpose, inverse_normal};

    #[test]
    fn the_inverse_normal_agrees_with_tabled_quantiles() {
        let tabled = [(0.5, 0.0), (0.975, 1.959_963_985), (0.01, -2.326_347_874), (0.99, 2.326_347_874)];
        for (p, z) in tabled {
            assert!((inverse_normal(p) - z).abs() < 1e-7, "{p}");
        }
    }

    #[test]
    fn a_draw_depends_on_its_name_and_not_on_its_order() {
        let draws = Draws::parcel(7, 41);
        let late = draws.uniform(Purpose::Term, 0);
        let _ = draws.uniform(Purpose::Price, 0);
        assert!((draws.uniform(Purpose::Term, 0) - late).abs() < f64::EPSILON);
        assert!((Draws::parcel(7, 42).uniform(Purpose::Term, 0) - late).abs() > 1e-12);
        assert!((Draws::parcel(8, 41).uniform(Purpose::Term, 0) - late).abs() > 1e-12);
    }
}
