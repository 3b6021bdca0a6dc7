//! Between longitude and latitude on CGCS2000 and another reference system, in both directions: what a map
//! program asks for in metres, and what it says in metres.

use proj4rs::Proj;

use super::system::gauss_kruger_zone;
use super::{System, Trouble};
use crate::overlay::Point;
use crate::overlay::ellipsoid::SEMI_MAJOR;

/// Degrees from the central meridian within which a zone is offered: three-degree zones overlap a little.
const REACH: f64 = 3.0;

/// The way from degrees to a system and back. Points have easting or longitude first.
pub struct Carry {
    system: System,
    /// Degrees, and metres.
    projection: Option<(Proj, Proj)>,
}

impl Carry {
    /// The way to a system; none to GCJ-02, in which nothing is handed out.
    pub fn to(system: System) -> Result<Option<Self>, Trouble> {
        let projection = match system {
            System::Gcj02 => return Ok(None),
            System::GaussKruger(_) => Some(system.projections()?),
            _ => None,
        };
        Ok(Some(Self { system, projection }))
    }

    /// Whether coordinates are degrees, so that nothing is to be done.
    pub fn is_degrees(&self) -> bool {
        self.system.in_degrees()
    }

    /// A point of longitude and latitude in the system; none where it has no place there.
    pub fn out(&self, point: Point) -> Option<Point> {
        match (self.system, &self.projection) {
            (System::WebMercator, _) => {
                let y = (std::f64::consts::FRAC_PI_4 + point[1].to_radians() / 2.0).tan().ln() * SEMI_MAJOR;
                y.is_finite().then_some([point[0].to_radians() * SEMI_MAJOR, y])
            }
            (_, Some((metres, degrees))) => {
                let moved = (point[0].to_radians(), point[1].to_radians(), 0.0);
                transformed(degrees, metres, moved)
            }
            _ => Some(point),
        }
    }

    /// Longitude and latitude of a point of the system; none where it lies nowhere.
    pub fn back(&self, point: Point) -> Option<Point> {
        let [longitude, latitude] = match (self.system, &self.projection) {
            (System::WebMercator, _) => {
                let latitude = (point[1] / SEMI_MAJOR).sinh().atan().to_degrees();
                [(point[0] / SEMI_MAJOR).to_degrees(), latitude]
            }
            (_, Some((metres, degrees))) => {
                transformed(metres, degrees, (point[0], point[1], 0.0))?.map(f64::to_degrees)
            }
            _ => point,
        };
        let on_earth = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        on_earth.then_some([longitude, latitude])
    }
}

fn transformed(from: &Proj, to: &Proj, mut point: (f64, f64, f64)) -> Option<Point> {
    proj4rs::transform::transform(from, to, &mut point).ok()?;
    (point.0.is_finite() && point.1.is_finite()).then_some([point.0, point.1])
}

/// The codes of the zones of CGCS2000 / 3-degree Gauss-Krüger that are good between two longitudes.
pub fn zones_near(west: f64, east: f64) -> Vec<u32> {
    let near = |code: &u32| {
        let (meridian, _) = gauss_kruger_zone(*code);
        meridian - REACH <= east && west <= meridian + REACH
    };
    (4513..=4554).filter(near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_where_it_was() {
        let point = [116.391_27, 39.907_12];
        for code in [4490, 4326, 3857, 4527, 4548] {
            let carry = Carry::to(System::of(code).expect("known")).expect("a way").expect("a way");
            let there = carry.out(point).expect("a place");
            let again = carry.back(there).expect("on Earth");
            let off = (again[0] - point[0]).abs().max((again[1] - point[1]).abs());
            assert!(off < 1e-11, "{code}: {there:?}, {off}");
        }
    }

    #[test]
    fn zones_are_those_around() {
        assert_eq!(zones_near(116.0, 116.5), [4526, 4527, 4547, 4548]);
        assert_eq!(zones_near(10.0, 20.0), [0; 0]);
    }
}
