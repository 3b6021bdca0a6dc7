//! An edition as a file for other programs.

use std::io::BufWriter;
use std::path::Path;

use landcycle_analysis::layers::{self, ColumnKind, Feature};
use landcycle_ledger::{LayerZones, VectorColumn, VectorKind, write_vector};
use serde_json::Value;

use crate::cli::Target;
use crate::say::{Failure, output_failure};

/// The forms of files, by their endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    GeoPackage,
    GeoJson,
    FlatGeobuf,
    GeoParquet,
}

impl Form {
    /// The form that an ending means.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        Some(match ending.as_str() {
            "gpkg" => Self::GeoPackage,
            "geojson" | "json" => Self::GeoJson,
            "fgb" => Self::FlatGeobuf,
            "parquet" | "geoparquet" => Self::GeoParquet,
            _ => return None,
        })
    }
}

/// Writes an edition, whole or not at all.
pub(crate) fn write(zones: &LayerZones, path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let name = path.display().to_string();
    let form = Form::of(path).ok_or_else(|| Failure::new("layer_no_form", &[("file", &name)]).misuse())?;
    let features: Vec<Feature> = zones.zones.iter().map(super::feature).collect();
    if form == Form::GeoPackage {
        return geopackage(zones, &features, path, inputs);
    }
    let target = Target::open(Some(path), inputs)?;
    let pen = BufWriter::new(target.pen()?);
    match form {
        Form::GeoJson => {
            layers::write_geojson(&zones.layer, &features, pen).map_err(|error| target.failure(&error))?;
        }
        Form::FlatGeobuf => {
            layers::write_flatgeobuf(&zones.layer, &features, pen).map_err(|error| target.failure(&error))?;
        }
        Form::GeoParquet | Form::GeoPackage => {
            layers::write_geoparquet(&features, pen).map_err(|error| target.failure(&error))?;
        }
    }
    target.finish()
}

/// A database is made beside its place, and takes it when it is complete.
fn geopackage(
    zones: &LayerZones,
    features: &[Feature],
    path: &Path,
    inputs: &[&Path],
) -> Result<(), Failure> {
    // Refuses what must not be written over; nothing of it remains.
    drop(Target::open(Some(path), inputs)?);
    let name = path.display().to_string();
    let failed = |error: &std::io::Error| output_failure(Some(&name), error);
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder =
        tempfile::Builder::new().prefix(".landcycle-").tempdir_in(beside).map_err(|error| failed(&error))?;
    let made = folder.path().join("layer.gpkg");
    let columns = layers::columns(features.iter().map(|feature| &feature.attributes));
    let declared: Vec<VectorColumn> = columns
        .iter()
        .map(|column| VectorColumn {
            name: column.name.clone(),
            kind: match column.kind {
                ColumnKind::YesNo => VectorKind::YesNo,
                ColumnKind::Integer => VectorKind::Integer,
                ColumnKind::Real => VectorKind::Real,
                ColumnKind::Text => VectorKind::Text,
                ColumnKind::Json => VectorKind::Json,
            },
        })
        .collect();
    let mut rows = features.iter().map(|feature| {
        let value = |name: &str| feature.attributes.get(name).cloned().unwrap_or(Value::Null);
        let values = columns.iter().map(|column| value(&column.name)).collect();
        let start = [f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY];
        let around = feature
            .polygons
            .iter()
            .flatten()
            .flatten()
            .fold(start, |e, [x, y]| [e[0].min(*x), e[1].max(*x), e[2].min(*y), e[3].max(*y)]);
        (values, layers::write_wkb(&feature.polygons), around)
    });
    write_vector(&made, &zones.layer, &zones.title, &declared, &mut rows)
        .map_err(|error| failed(&std::io::Error::other(error.to_string())))?;
    std::fs::rename(&made, path).map_err(|error| failed(&error))
}
