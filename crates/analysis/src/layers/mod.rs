//! Layers that a city plans by: zone lines, parks, communities, boundaries. Read from the files that
//! offices keep them in, brought to longitude and latitude on CGCS2000, checked, and written out again.
//!
//! A layer is read whole: it has thousands of features, not millions. What a feature says of itself is
//! kept as the JSON object it would have in `GeoJSON`, names and order as in the file.
//!
//! **Invariant:** nothing of a feature is lost or guessed. What cannot be taken as it stands is a
//! [`Trouble`] that names the feature and the place in it.

mod bytes;
mod carry;
mod dbf;
mod flatgeobuf;
mod gcj02;
mod geojson;
mod geoparquet;
mod intake;
mod shapefile;
mod share;
mod system;
mod table;
mod trouble;
mod wkb;
mod wkt;

pub use carry::{Carry, zones_near};
pub use flatgeobuf::{read as read_flatgeobuf, write as write_flatgeobuf};
pub use geojson::{read as read_geojson, write as write_geojson};
pub(crate) use geoparquet::cgcs2000;
pub use geoparquet::{read as read_geoparquet, write as write_geoparquet};
pub use intake::{Intake, Mending, Taken, Zone, take};
pub use shapefile::{Shapefile, read as read_shapefile};
pub use share::{Part, doubled, parts};
pub use system::{Declared, System};
pub use table::{Column, ColumnKind, columns};
pub use trouble::{TROUBLES, Trouble};
pub use wkb::{read as read_wkb, write as write_wkb};

use serde_json::{Map, Value};

use crate::overlay::Polygon;

/// What a feature says of itself: names and values in the order of the file.
pub type Attributes = Map<String, Value>;

/// A feature as a file has it, in the coordinates of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feature {
    /// What the file calls it, if it has identifiers apart from attributes.
    pub id: Option<String>,
    /// What it says of itself.
    pub attributes: Attributes,
    /// Its outline; empty where the file gives none. Of each point, the first two coordinates.
    pub polygons: Vec<Polygon>,
}

impl Feature {
    /// What to call it to a person: its identifier, or the first text that it says of itself.
    pub fn name(&self) -> String {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        self.id.clone().or_else(|| self.attributes.values().find_map(text)).unwrap_or_default()
    }
}

/// The features of a file, and what it says about its reference system.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    /// In the order of the file.
    pub features: Vec<Feature>,
    /// The reference system that the file names.
    pub declared: Declared,
}

#[cfg(test)]
mod tests;
