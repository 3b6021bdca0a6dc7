//! GCJ-02, the coordinates of Chinese internet maps, back to the ground.
//!
//! The way there is public only as a formula that others have measured, and has no inverse but by trial:
//! what comes out is good to a few metres, whatever the number of its digits. It is for display and for
//! rough layers; everything computed from it carries the mark.

use crate::overlay::Point;

/// The ellipsoid that the formula was written with.
const SEMI_MAJOR: f64 = 6_378_245.0;
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
/// The trial ends when it moves by less, in degrees: a tenth of a millimetre.
const ENOUGH: f64 = 1e-9;
const MOST_TRIALS: usize = 30;

/// Longitude and latitude of the point that the formula moves to the given one.
pub(super) fn to_ground(shown: Point) -> Point {
    let mut ground = shown;
    for _ in 0..MOST_TRIALS {
        let moved = shift(ground);
        let next = [shown[0] - moved[0], shown[1] - moved[1]];
        let step = (next[0] - ground[0]).abs().max((next[1] - ground[1]).abs());
        ground = next;
        if step < ENOUGH {
            break;
        }
    }
    ground
}

/// By how much the formula moves a point, in degrees.
fn shift([longitude, latitude]: Point) -> Point {
    use std::f64::consts::PI;
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let waves = |value: f64, first: (f64, f64), second: (f64, f64)| {
        (first.0 * (value * PI / first.1).sin() + second.0 * (value * PI / second.1).sin()) * 2.0 / 3.0
    };
    let common = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let root = x.abs().sqrt();
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + common
        + waves(y, (20.0, 1.0), (40.0, 3.0))
        + waves(y, (160.0, 12.0), (320.0, 30.0));
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + common
        + waves(x, (20.0, 1.0), (40.0, 3.0))
        + waves(x, (150.0, 12.0), (300.0, 30.0));
    let (sine, cosine) = latitude.to_radians().sin_cos();
    let w = 1.0 - ECCENTRICITY_SQUARED * sine * sine;
    let meridian = SEMI_MAJOR * (1.0 - ECCENTRICITY_SQUARED) / (w * w.sqrt());
    let parallel = SEMI_MAJOR / w.sqrt() * cosine;
    [(east / parallel).to_degrees(), (north / meridian).to_degrees()]
}

#[cfg(test)]
mod tests {
    use super::{shift, to_ground};

    #[test]
    fn there_and_back() {
        for ground in [[116.391, 39.907], [121.473, 31.23], [114.057, 22.543], [87.6, 43.8]] {
            let moved = shift(ground);
            let metres = (moved[0] * 85_000.0).hypot(moved[1] * 111_000.0);
            assert!((100.0..1_000.0).contains(&metres), "{metres} m");
            let back = to_ground([ground[0] + moved[0], ground[1] + moved[1]]);
            assert!((back[0] - ground[0]).abs() < 1e-8 && (back[1] - ground[1]).abs() < 1e-8);
        }
    }
}
