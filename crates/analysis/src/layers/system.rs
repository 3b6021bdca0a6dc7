//! Reference systems: what a file names, what is taken, and the way to longitude and latitude on
//! CGCS2000.
//!
//! Every format here has its axes in the order that programs draw them, easting or longitude first,
//! whatever the order in the register of EPSG: their standards say so. A file that has them the other
//! way round is told by where it lies, and refused.

use proj4rs::Proj;

use super::{Trouble, gcj02, wkt};
use crate::overlay::Point;
use crate::overlay::ellipsoid::SEMI_MAJOR;

/// CGCS2000 / 3-degree Gauss-Krüger, zones 25 to 45 with their number in front of the easting.
const WITH_ZONE: std::ops::RangeInclusive<u32> = 4513..=4533;
/// The same without the number, by central meridian 75° to 135°.
const WITHOUT_ZONE: std::ops::RangeInclusive<u32> = 4534..=4554;
/// Metres from the central meridian beyond which a coordinate belongs to another zone: over four degrees.
const WIDEST: f64 = 500_000.0;
/// Metres from the equator to the pole.
const FARTHEST_NORTH: f64 = 10_002_000.0;

/// What a file says of its reference system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Declared {
    /// A code of EPSG.
    Epsg(u32),
    /// Nothing.
    #[default]
    Nothing,
    /// Something that is not known here.
    Other(String),
}

impl Declared {
    /// What a name means: `EPSG:4490`, `urn:ogc:def:crs:EPSG::4490`, `CRS84`.
    pub fn named(name: &str) -> Self {
        let upper = name.trim().to_ascii_uppercase();
        if upper.ends_with("CRS84") {
            return Self::Epsg(4326);
        }
        let code = upper.rsplit([':', '/']).next().and_then(|code| code.parse().ok());
        match code {
            Some(code) if upper.contains("EPSG") => Self::Epsg(code),
            _ => Self::Other(name.to_owned()),
        }
    }

    /// What well-known text means.
    pub fn wkt(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::Nothing;
        }
        wkt::epsg(text).map_or_else(|| Self::Other(text.trim().chars().take(80).collect()), Self::Epsg)
    }
}

/// A reference system that a layer may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// CGCS2000, geographic: EPSG:4490.
    Cgcs2000,
    /// WGS 84, geographic: EPSG:4326. Taken for CGCS2000, from which it differs by less than a decimetre.
    Wgs84,
    /// Web Mercator: EPSG:3857, the same.
    WebMercator,
    /// CGCS2000 / 3-degree Gauss-Krüger: EPSG:4513 to 4554.
    GaussKruger(u32),
    /// GCJ-02: only when a person says so, approximate, and marked.
    Gcj02,
}

/// The code of a Gauss-Krüger zone by its central meridian and its false easting.
pub(super) fn gauss_kruger_code(meridian: f64, east: f64) -> Option<u32> {
    (*WITH_ZONE.start()..=*WITHOUT_ZONE.end()).find(|code| {
        let (own_meridian, own_east) = zone(*code);
        (own_meridian - meridian).abs() < 1e-9 && (own_east - east).abs() < 1e-3
    })
}

/// Central meridian and false easting of a zone.
pub(super) fn gauss_kruger_zone(code: u32) -> (f64, f64) {
    zone(code)
}

/// Central meridian and false easting.
fn zone(code: u32) -> (f64, f64) {
    if WITH_ZONE.contains(&code) {
        let number = f64::from(code - WITH_ZONE.start() + 25);
        (3.0 * number, number * 1e6 + 500_000.0)
    } else {
        (75.0 + 3.0 * f64::from(code - WITHOUT_ZONE.start()), 500_000.0)
    }
}

impl System {
    /// The system of a code.
    pub fn of(epsg: u32) -> Option<Self> {
        Some(match epsg {
            4490 => Self::Cgcs2000,
            4326 => Self::Wgs84,
            3857 => Self::WebMercator,
            code if WITH_ZONE.contains(&code) || WITHOUT_ZONE.contains(&code) => Self::GaussKruger(code),
            _ => return None,
        })
    }

    /// What a person calls it: `EPSG:4526`, `4526`, `gcj02`.
    pub fn given(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        if plain == "gcj02" {
            return Some(Self::Gcj02);
        }
        plain.strip_prefix("epsg").unwrap_or(&plain).parse().ok().and_then(Self::of)
    }

    /// The system to take: what a person says, else what the file says. They must not contradict each
    /// other; but what calls itself WGS 84 may be GCJ-02, and no file says that of itself.
    pub fn choose(declared: &Declared, given: Option<Self>, silent: bool) -> Result<Self, Trouble> {
        let of_file = match declared {
            Declared::Epsg(code) => Self::of(*code),
            _ => None,
        };
        match (given, of_file) {
            (Some(given), Some(file)) => {
                let degrees = matches!(file, Self::Cgcs2000 | Self::Wgs84);
                if given == file || silent || (given == Self::Gcj02 && degrees) {
                    return Ok(given);
                }
                let trouble = Trouble::new("layer_two_systems");
                Err(trouble.with("given", given.name()).with("file", file.name()))
            }
            (Some(system), None) | (None, Some(system)) => Ok(system),
            (None, None) => Err(match declared {
                Declared::Nothing => Trouble::new("layer_no_system"),
                Declared::Epsg(code) => {
                    Trouble::new("layer_unknown_system").with("system", format!("EPSG:{code}"))
                }
                Declared::Other(text) => Trouble::new("layer_unknown_system").with("system", text),
            }),
        }
    }

    /// Its code, or `GCJ-02`.
    pub fn name(&self) -> String {
        match self {
            Self::Cgcs2000 => "EPSG:4490".to_owned(),
            Self::Wgs84 => "EPSG:4326".to_owned(),
            Self::WebMercator => "EPSG:3857".to_owned(),
            Self::GaussKruger(code) => format!("EPSG:{code}"),
            Self::Gcj02 => "GCJ-02".to_owned(),
        }
    }

    /// Whether what comes from it is good to a few metres only.
    pub fn is_approximate(&self) -> bool {
        *self == Self::Gcj02
    }

    /// Whether its coordinates are degrees.
    pub(super) fn in_degrees(self) -> bool {
        matches!(self, Self::Cgcs2000 | Self::Wgs84 | Self::Gcj02)
    }

    /// The way to longitude and latitude on CGCS2000.
    pub(super) fn way(self) -> Result<Way, Trouble> {
        if !matches!(self, Self::GaussKruger(_)) {
            return Ok(Way { system: self, projection: None });
        }
        Ok(Way { system: self, projection: Some(self.projections()?) })
    }

    /// Its projection, and that of degrees on the same ellipsoid.
    pub(super) fn projections(self) -> Result<(Proj, Proj), Trouble> {
        let Self::GaussKruger(code) = self else {
            return Err(Trouble::new("layer_unknown_system").with("system", self.name()));
        };
        let (meridian, east) = zone(code);
        // The ellipsoid of CGCS2000 has the measures of GRS 80.
        let text = format!(
            "+proj=etmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={east} +y_0=0 +ellps=GRS80 +units=m +no_defs"
        );
        let made = Proj::from_proj_string(&text)
            .and_then(|from| Ok((from, Proj::from_proj_string("+proj=longlat +ellps=GRS80 +no_defs")?)));
        made.map_err(|error| Trouble::new("layer_unknown_system").with("system", error))
    }
}

/// From the coordinates of a file to longitude and latitude.
pub(super) struct Way {
    system: System,
    projection: Option<(Proj, Proj)>,
}

impl Way {
    /// Longitude and latitude of a point, in degrees.
    pub(super) fn degrees(&self, point: Point) -> Result<Point, Trouble> {
        let [x, y] = point;
        let [longitude, latitude] = match (self.system, &self.projection) {
            (System::Gcj02, _) => gcj02::to_ground(point),
            (System::WebMercator, _) => {
                [(x / SEMI_MAJOR).to_degrees(), (y / SEMI_MAJOR).sinh().atan().to_degrees()]
            }
            (System::GaussKruger(code), Some((from, to))) => {
                let east = zone(code).1;
                if (x - east).abs() > WIDEST || y.abs() > FARTHEST_NORTH {
                    let swapped = (y - east).abs() <= WIDEST && x.abs() <= FARTHEST_NORTH;
                    let key = if swapped { "layer_swapped" } else { "layer_off_zone" };
                    return Err(Trouble::new(key)
                        .with("x", x)
                        .with("y", y)
                        .with("system", self.system.name()));
                }
                let mut moved = (x, y, 0.0);
                let done = proj4rs::transform::transform(from, to, &mut moved);
                done.map_err(|_| self.off(point))?;
                [moved.0.to_degrees(), moved.1.to_degrees()]
            }
            _ => point,
        };
        let on_earth = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        if on_earth { Ok([longitude, latitude]) } else { Err(self.off(point)) }
    }

    fn off(&self, [x, y]: Point) -> Trouble {
        Trouble::new("layer_off_earth").with("x", x).with("y", y).with("system", self.system.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes() {
        assert_eq!(Declared::named("urn:ogc:def:crs:EPSG::4490"), Declared::Epsg(4490));
        assert_eq!(Declared::named("urn:ogc:def:crs:OGC:1.3:CRS84"), Declared::Epsg(4326));
        assert_eq!(Declared::named("http://www.opengis.net/def/crs/EPSG/0/4527"), Declared::Epsg(4527));
        assert_eq!(Declared::named("local"), Declared::Other("local".into()));
        assert_eq!(System::given("epsg:4549"), Some(System::GaussKruger(4549)));
        assert_eq!(System::given("GCJ-02"), Some(System::Gcj02));
        assert_eq!(System::given("2326"), None);
        assert_eq!(System::of(4555), None);
        for code in 4513..=4554 {
            let (meridian, east) = zone(code);
            assert_eq!(gauss_kruger_code(meridian, east), Some(code));
            assert!(System::of(code).is_some());
        }
    }

    #[test]
    fn what_is_not_known_is_refused_and_a_contradiction_too() {
        let key = |declared: Declared, given| System::choose(&declared, given, false).map_err(|t| t.key);
        assert_eq!(key(Declared::Nothing, None), Err("layer_no_system"));
        assert_eq!(key(Declared::Epsg(2326), None), Err("layer_unknown_system"));
        assert_eq!(key(Declared::Epsg(4490), Some(System::GaussKruger(4526))), Err("layer_two_systems"));
        assert_eq!(key(Declared::Epsg(4326), Some(System::Gcj02)), Ok(System::Gcj02));
        assert_eq!(key(Declared::Other("city".into()), Some(System::Cgcs2000)), Ok(System::Cgcs2000));
    }

    #[test]
    fn coordinates_agree_with_proj() {
        // cs2cs 9.1 of PROJ, EPSG:4490 to each.
        let way = System::GaussKruger(4527).way().expect("a way");
        let found = way.degrees([39_449_018.0, 4_418_006.0]).expect("on Earth");
        assert!((116.0..117.0).contains(&found[0]) && (39.0..40.5).contains(&found[1]), "{found:?}");
        let own = System::GaussKruger(4548).way().expect("a way");
        let same = own.degrees([449_018.0, 4_418_006.0]).expect("on Earth");
        assert!((found[0] - same[0]).abs() < 1e-12 && (found[1] - same[1]).abs() < 1e-12);
        let swapped = way.degrees([4_418_006.0, 39_449_018.0]).expect_err("swapped");
        assert_eq!(swapped.key, "layer_swapped");
        assert_eq!(way.degrees([449_018.0, 4_418_006.0]).expect_err("no zone").key, "layer_off_zone");
        let web = System::WebMercator.way().expect("a way").degrees([12_958_000.0, 4_852_000.0]);
        let web = web.expect("on Earth");
        assert!((web[0] - 116.403_8).abs() < 1e-3 && (web[1] - 39.909).abs() < 1e-2, "{web:?}");
        let degrees = System::Cgcs2000.way().expect("a way");
        assert_eq!(degrees.degrees([39.9, 116.4]).expect_err("swapped").key, "layer_off_earth");
    }
}
