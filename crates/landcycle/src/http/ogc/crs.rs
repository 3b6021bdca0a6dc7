//! Reference systems as OGC API names them, with the order of axes that their register gives.

use landcycle_analysis::layers::{System, zones_near};

use super::outlines::{Bounds, Point};

/// Longitude and latitude on WGS 84, longitude first: what every client knows.
pub(super) const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// What outlines are kept in.
pub(super) const STORAGE: &str = "http://www.opengis.net/def/crs/EPSG/0/4490";
const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";

/// A reference system that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crs {
    pub(super) uri: String,
    pub(super) system: System,
    /// Latitude or northing comes first.
    pub(super) north_first: bool,
}

impl Crs {
    /// The system that a name means; none if it is not known here.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name == CRS84 {
            return Some(Self { uri: name.to_owned(), system: System::Wgs84, north_first: false });
        }
        let curie = name.strip_prefix("[EPSG:").and_then(|rest| rest.strip_suffix(']'));
        let code: u32 = curie.or_else(|| name.strip_prefix(EPSG))?.parse().ok()?;
        let system = System::of(code)?;
        // The register has north first for degrees and for Gauss-Krüger, and east first for the web's map.
        let north_first = system != System::WebMercator;
        Some(Self { uri: format!("{EPSG}{code}"), system, north_first })
    }

    /// The systems that are offered for features within bounds.
    pub(super) fn offered(extent: Option<Bounds>) -> Vec<String> {
        let mut found = vec![CRS84.to_owned(), STORAGE.to_owned()];
        found.extend([4326, 3857].map(|code| format!("{EPSG}{code}")));
        if let Some([west, _, east, _]) = extent {
            found.extend(zones_near(west, east).iter().map(|code| format!("{EPSG}{code}")));
        }
        found
    }

    /// A point of this system with its easting first, and the way back: the same exchange.
    pub(super) fn turned(&self, [first, second]: Point) -> Point {
        if self.north_first { [second, first] } else { [first, second] }
    }

    /// Whether its coordinates are degrees.
    pub(super) fn in_degrees(&self) -> bool {
        matches!(self.system, System::Cgcs2000 | System::Wgs84)
    }
}
