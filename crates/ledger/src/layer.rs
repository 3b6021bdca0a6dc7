//! Layers that a city plans by: the outlines and attributes of each edition, for the overlay and for GIS
//! programs. What an edition is (its kind, its days, its file) is told by the event that recorded it; the
//! event holds the digest of what is kept here, so that a change from outside is found out.

use std::fmt;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::geometry::Geometry;

/// How the cases begin under which layers are recorded.
pub const LAYER_CASES: &str = "@layers/";

/// The zones of one edition of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerZones {
    /// The name of the layer: letters, digits, `_` and `-`.
    pub layer: String,
    /// Its editions are numbered 1, 2, 3 …
    pub edition: i64,
    /// What people call it.
    pub title: String,
    /// In the order of the file.
    pub zones: Vec<Zone>,
}

/// A feature of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its place in the file, from 1.
    pub place: i64,
    /// Its identifier in the file, where it has one apart from its attributes.
    pub zone_id: Option<String>,
    /// Its level, where the layer has any.
    pub level: Option<String>,
    /// What it says of itself: a JSON object.
    pub attributes: String,
    /// Its outline, longitude and latitude on CGCS2000.
    pub geometry: Geometry,
}

/// What a parcel shares with a zone: derived, never a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct ParcelPart {
    /// The parcel's case.
    pub case_id: String,
    /// The layer.
    pub layer: String,
    /// Its edition.
    pub edition: i64,
    /// The place of the zone.
    pub place: i64,
    /// The level of the zone.
    pub level: Option<String>,
    /// Which part of the parcel lies in the zone, from 0 to 1.
    pub share: f64,
    /// How much ground, in m² on the CGCS2000 ellipsoid.
    pub area_m2: f64,
    /// The ground of the whole parcel, in m².
    pub parcel_m2: f64,
}

/// Why zones cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidZones {
    /// The name has other characters than letters, digits, `_` and `-`, or is too long.
    Name,
    /// The edition is not a positive number.
    Edition,
    /// There are none.
    Empty,
    /// Two have the same place.
    Place(i64),
    /// A text holds U+0000.
    Nul(i64),
    /// The attributes are no JSON object.
    Attributes(i64),
}

impl fmt::Display for InvalidZones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => {
                write!(f, "a layer's name has letters, digits, `_` and `-`, at most {LONGEST_NAME} bytes")
            }
            Self::Edition => write!(f, "editions are numbered from 1"),
            Self::Empty => write!(f, "it has no zones"),
            Self::Place(place) => write!(f, "zone {place} comes twice"),
            Self::Nul(place) => write!(f, "zone {place} holds the character U+0000"),
            Self::Attributes(place) => write!(f, "the attributes of zone {place} are no JSON object"),
        }
    }
}

/// Bytes of the longest name: an identifier of PostgreSQL has 63, and a prefix and an edition are added.
const LONGEST_NAME: usize = 40;

/// Whether a layer may have this name.
pub fn is_layer_name(name: &str) -> bool {
    let sound = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(sound)
}

impl LayerZones {
    /// Checks what no store could keep.
    pub(crate) fn check(&self) -> Result<(), InvalidZones> {
        if !is_layer_name(&self.layer) {
            return Err(InvalidZones::Name);
        }
        if self.edition < 1 {
            return Err(InvalidZones::Edition);
        }
        if self.zones.is_empty() {
            return Err(InvalidZones::Empty);
        }
        let mut places = std::collections::HashSet::new();
        for zone in &self.zones {
            if !places.insert(zone.place) {
                return Err(InvalidZones::Place(zone.place));
            }
            let texts =
                [zone.zone_id.as_deref(), zone.level.as_deref(), Some(&zone.attributes), Some(&self.title)];
            if texts.into_iter().flatten().any(|text| text.contains('\0')) {
                return Err(InvalidZones::Nul(zone.place));
            }
            if !matches!(serde_json::from_str(&zone.attributes), Ok(Value::Object(_))) {
                return Err(InvalidZones::Attributes(zone.place));
            }
        }
        Ok(())
    }

    /// SHA-256 over the zones, in hexadecimal: place, identifier, level, attributes and outline of each,
    /// every field with its length in front.
    pub fn digest(&self) -> String {
        let mut sum = Sha256::new();
        let mut put = |bytes: &[u8]| {
            sum.update((bytes.len() as u64).to_be_bytes());
            sum.update(bytes);
        };
        put(b"landcycle-layer/1");
        for zone in &self.zones {
            put(zone.place.to_string().as_bytes());
            for text in [zone.zone_id.as_deref(), zone.level.as_deref()] {
                put(text.map_or_else(Vec::new, |text| [b"=", text.as_bytes()].concat()).as_slice());
            }
            put(zone.attributes.as_bytes());
            put(&zone.geometry.to_wkb());
        }
        sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The name under which GIS programs find the edition.
    pub(crate) fn view(&self) -> String {
        format!("layer_{}_{}", self.layer, self.edition)
    }

    /// The attributes as columns of a view, names as they are and not in the way of `taken`; with each the
    /// type that holds all its values.
    pub(crate) fn columns(&self, taken: &[&str]) -> Vec<(String, String, ViewType)> {
        let mut found: Vec<(String, ViewType)> = Vec::new();
        for zone in &self.zones {
            let attributes: Map<String, Value> = serde_json::from_str(&zone.attributes).unwrap_or_default();
            for (name, value) in attributes {
                let kind = match value {
                    Value::Null => ViewType::Unknown,
                    Value::Bool(_) => ViewType::YesNo,
                    Value::Number(number) if number.is_i64() => ViewType::Integer,
                    Value::Number(_) => ViewType::Real,
                    _ => ViewType::Text,
                };
                match found.iter_mut().find(|(there, _)| *there == name) {
                    Some((_, there)) => *there = there.with(kind),
                    None => found.push((name, kind)),
                }
            }
        }
        let mut used: Vec<String> = taken.iter().map(|name| (*name).to_owned()).collect();
        let mut columns = Vec::new();
        for (name, kind) in found {
            // A column is found by its name in either case, and JSON paths know no escapes.
            if name.is_empty() || name.contains(['"', '\\']) {
                continue;
            }
            let mut column = name.clone();
            while used.iter().any(|there| there.to_lowercase() == column.to_lowercase()) {
                column.insert_str(0, "attribute_");
            }
            used.push(column.clone());
            columns.push((name, column, kind));
        }
        columns
    }
}

/// The type of a column of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewType {
    Unknown,
    YesNo,
    Integer,
    Real,
    Text,
}

impl ViewType {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, kind) | (kind, Self::Unknown) => kind,
            (one, other) if one == other => one,
            (Self::Integer | Self::Real, Self::Integer | Self::Real) => Self::Real,
            _ => Self::Text,
        }
    }
}
