//! 矢量瓦片 · outlines and what is known of them as Mapbox vector tiles on the Web Mercator grid.
//!
//! An [`Outlines`] holds shapes in the order of a curve that keeps neighbours together, in whole units
//! of the grid of the deepest zoom, so that a tile is a few runs of one array and nothing is computed
//! in floats once a shape is in. From [`Outlines::from_zoom`] on a tile holds the outlines themselves;
//! below it, where they would be too small to be seen and too many to be sent, [`Cells`] count them.

mod cells;
mod draw;
mod mercator;
mod message;
mod outlines;
mod shape;
mod tags;

pub use cells::Cells;
pub use draw::{draw_cells, draw_outlines};
pub use mercator::{BUFFER, EXTENT, MAX_ZOOM, Place, Tile, degrees, world};
pub use message::{GeometryKind, TileFeature, TileLayer, TileMessage, TileValue};
pub use outlines::{Gathering, Outlines};
pub use tags::Tags;

#[cfg(test)]
mod tests;
