//! The messages of the Mapbox Vector Tile specification, version 2.1: four, as Protocol Buffers.

use prost::Message;

/// A tile.
#[derive(Clone, PartialEq, Message)]
pub struct TileMessage {
    /// Its layers.
    #[prost(message, repeated, tag = "3")]
    pub layers: Vec<TileLayer>,
}

/// A layer.
#[derive(Clone, PartialEq, Message)]
pub struct TileLayer {
    /// The version of the specification.
    #[prost(uint32, required, tag = "15")]
    pub version: u32,
    /// Its name.
    #[prost(string, required, tag = "1")]
    pub name: String,
    /// Its features.
    #[prost(message, repeated, tag = "2")]
    pub features: Vec<TileFeature>,
    /// Names of attributes.
    #[prost(string, repeated, tag = "3")]
    pub keys: Vec<String>,
    /// Values of attributes.
    #[prost(message, repeated, tag = "4")]
    pub values: Vec<TileValue>,
    /// Steps along a side.
    #[prost(uint32, optional, tag = "5")]
    pub extent: Option<u32>,
}

/// A feature.
#[derive(Clone, PartialEq, Message)]
pub struct TileFeature {
    /// A number that is the feature's in all tiles.
    #[prost(uint64, optional, tag = "1")]
    pub id: Option<u64>,
    /// Places of names and values in turn.
    #[prost(uint32, repeated, tag = "2")]
    pub tags: Vec<u32>,
    /// What kind of geometry it is.
    #[prost(enumeration = "GeometryKind", optional, tag = "3")]
    pub kind: Option<i32>,
    /// Commands that draw it.
    #[prost(uint32, repeated, tag = "4")]
    pub geometry: Vec<u32>,
}

/// A value: one of its fields.
#[derive(Clone, PartialEq, Message)]
pub struct TileValue {
    /// A text.
    #[prost(string, optional, tag = "1")]
    pub text: Option<String>,
    /// A number.
    #[prost(double, optional, tag = "3")]
    pub number: Option<f64>,
    /// A whole number that is not negative.
    #[prost(uint64, optional, tag = "5")]
    pub whole: Option<u64>,
    /// Yes or no.
    #[prost(bool, optional, tag = "7")]
    pub yes: Option<bool>,
}

/// Kinds of geometry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum GeometryKind {
    /// Not known.
    Unknown = 0,
    /// Points.
    Point = 1,
    /// Lines.
    Line = 2,
    /// Polygons.
    Polygon = 3,
}

impl TileMessage {
    /// The tile as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }
}
