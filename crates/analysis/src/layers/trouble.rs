//! What is wrong with a file of a layer, as a key and values: the words are the program's.

use std::fmt;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// One of [`TROUBLES`].
    pub key: &'static str,
    /// Values for the places of its words.
    pub values: Vec<(&'static str, String)>,
}

/// The keys of all troubles: each must have words.
pub const TROUBLES: &[&str] = &[
    "layer_not_json",
    "layer_no_collection",
    "layer_file_broken",
    "layer_bad_geometry",
    "layer_no_geometry",
    "layer_not_polygons",
    "layer_not_finite",
    "layer_no_system",
    "layer_unknown_system",
    "layer_two_systems",
    "layer_off_earth",
    "layer_off_zone",
    "layer_swapped",
    "layer_not_closed",
    "layer_few_points",
    "layer_no_area",
    "layer_crossing",
    "layer_parts_crossing",
    "layer_part_inside",
    "layer_hole_outside",
    "layer_no_encoding",
    "layer_bad_text",
    "layer_rows_differ",
    "layer_no_column",
    "layer_column_type",
    "layer_no_level",
    "layer_no_features",
];

impl Trouble {
    /// A trouble without values.
    pub fn new(key: &'static str) -> Self {
        debug_assert!(TROUBLES.contains(&key), "{key}");
        Self { key, values: Vec::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// Says of which feature it is: its place from 1, and its name.
    #[must_use]
    pub fn of(self, place: usize, name: &str) -> Self {
        self.with("feature", place).with("name", name)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        self.values.iter().try_for_each(|(name, value)| write!(f, ", {name}: {value}"))
    }
}

impl std::error::Error for Trouble {}
