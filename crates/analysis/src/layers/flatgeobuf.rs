//! `FlatGeobuf`, by the library of its makers.

use std::error::Error;
use std::io::{Cursor, Write};

use ::flatgeobuf::geozero::error::Result as GeozeroResult;
use ::flatgeobuf::geozero::{
    ColumnValue, FeatureProperties, GeomProcessor, GeozeroGeometry, PropertyProcessor,
};
use ::flatgeobuf::{
    ColumnType, FallibleStreamingIterator, FgbCrs, FgbReader, FgbWriter, FgbWriterOptions, Geometry,
    GeometryType,
};
use serde_json::{Map, Number, Value};

use super::table::real;
use super::{Attributes, Collection, ColumnKind, Declared, Feature, Trouble, columns};
use crate::overlay::{Polygon, Ring};

fn broken(why: impl ToString) -> Trouble {
    Trouble::new("layer_file_broken").with("part", ".fgb").with("why", why)
}

/// Reads a file, in the order in which it holds the features.
pub fn read(bytes: &[u8]) -> Result<Collection, Trouble> {
    let reader = FgbReader::open(Cursor::new(bytes)).map_err(broken)?;
    let header = reader.header();
    let kind = header.geometry_type();
    let declared = match header.crs() {
        None => Declared::Nothing,
        Some(crs) if crs.code() > 0 && crs.org().is_none_or(|org| org.eq_ignore_ascii_case("EPSG")) => {
            Declared::Epsg(crs.code() as u32)
        }
        Some(crs) => crs.wkt().or(crs.name()).map_or(Declared::Nothing, Declared::wkt),
    };
    let mut empty = Map::new();
    for column in header.columns().iter().flatten() {
        empty.insert(column.name().to_owned(), Value::Null);
    }
    let mut features = Vec::new();
    let mut all = reader.select_all_seq().map_err(broken)?;
    while let Some(found) = all.next().map_err(broken)? {
        let mut into = Row(empty.clone());
        found.process_properties(&mut into).map_err(broken)?;
        let mut feature = Feature { id: None, attributes: into.0, polygons: Vec::new() };
        if let Some(geometry) = found.geometry() {
            let taken = shape(&geometry, kind, &mut feature.polygons);
            taken.map_err(|trouble| trouble.of(features.len() + 1, &feature.name()))?;
        }
        features.push(feature);
    }
    Ok(Collection { features, declared })
}

fn shape(geometry: &Geometry<'_>, kind: GeometryType, polygons: &mut Vec<Polygon>) -> Result<(), Trouble> {
    let kind = if kind == GeometryType::Unknown { geometry.type_() } else { kind };
    match kind {
        GeometryType::Polygon => {
            polygons.push(rings(geometry).ok_or_else(|| Trouble::new("layer_bad_geometry"))?);
        }
        GeometryType::MultiPolygon => {
            for part in geometry.parts().iter().flatten() {
                shape(&part, GeometryType::Polygon, polygons)?;
            }
        }
        other => {
            let name = other.variant_name().unwrap_or("?");
            return Err(Trouble::new("layer_not_polygons").with("kind", name));
        }
    }
    Ok(())
}

fn rings(geometry: &Geometry<'_>) -> Option<Polygon> {
    let flat: Vec<f64> = geometry.xy()?.iter().collect();
    let points: Ring = flat.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
    let mut ends: Vec<usize> = geometry.ends().iter().flatten().map(|end| end as usize).collect();
    if ends.is_empty() {
        ends.push(points.len());
    }
    let mut start = 0;
    let mut ring = |end: usize| {
        let ring = points.get(start..end).map(<[_]>::to_vec);
        start = end;
        ring
    };
    ends.into_iter().map(&mut ring).collect()
}

struct Row(Attributes);

impl PropertyProcessor for Row {
    fn property(&mut self, _: usize, name: &str, value: &ColumnValue<'_>) -> GeozeroResult<bool> {
        let real = |value: f64| Number::from_f64(value).map_or(Value::Null, Value::Number);
        let value = match value {
            ColumnValue::Byte(v) => (*v).into(),
            ColumnValue::UByte(v) => (*v).into(),
            ColumnValue::Bool(v) => (*v).into(),
            ColumnValue::Short(v) => (*v).into(),
            ColumnValue::UShort(v) => (*v).into(),
            ColumnValue::Int(v) => (*v).into(),
            ColumnValue::UInt(v) => (*v).into(),
            ColumnValue::Long(v) => (*v).into(),
            ColumnValue::ULong(v) => (*v).into(),
            // As the shortest text that is this float: 0.1 stays 0.1.
            ColumnValue::Float(v) => v.to_string().parse().map_or(Value::Null, real),
            ColumnValue::Double(v) => real(*v),
            ColumnValue::String(v) | ColumnValue::DateTime(v) => (*v).into(),
            ColumnValue::Json(v) => serde_json::from_str(v).unwrap_or_else(|_| (*v).into()),
            ColumnValue::Binary(v) => v.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
        };
        self.0.insert(name.to_owned(), value);
        Ok(false)
    }
}

/// Writes features in longitude and latitude on CGCS2000, in their order: without an index, which would
/// sort them.
pub fn write(name: &str, features: &[Feature], into: impl Write) -> Result<(), Box<dyn Error + Send + Sync>> {
    let crs = FgbCrs { org: Some("EPSG"), code: 4490, ..FgbCrs::default() };
    let options =
        FgbWriterOptions { write_index: false, detect_type: false, crs, ..FgbWriterOptions::default() };
    let mut writer = FgbWriter::create_with_options(name, GeometryType::MultiPolygon, options)?;
    let columns = columns(features.iter().map(|feature| &feature.attributes));
    for column in &columns {
        let kind = match column.kind {
            ColumnKind::YesNo => ColumnType::Bool,
            ColumnKind::Integer => ColumnType::Long,
            ColumnKind::Real => ColumnType::Double,
            ColumnKind::Text => ColumnType::String,
            ColumnKind::Json => ColumnType::Json,
        };
        writer.add_column(&column.name, kind, |_, _| {});
    }
    for feature in features {
        let mut fault = None;
        writer.add_feature_geom(Shape(&feature.polygons), |row| {
            for (at, column) in columns.iter().enumerate() {
                let Some(value) = feature.attributes.get(&column.name).filter(|v| !v.is_null()) else {
                    continue;
                };
                let text = column.text(&feature.attributes).unwrap_or_default();
                let value = match column.kind {
                    ColumnKind::YesNo => value.as_bool().map(ColumnValue::Bool),
                    ColumnKind::Integer => value.as_i64().map(ColumnValue::Long),
                    ColumnKind::Real => real(value).map(ColumnValue::Double),
                    ColumnKind::Text => Some(ColumnValue::String(&text)),
                    ColumnKind::Json => Some(ColumnValue::Json(&text)),
                };
                if let Some(value) = value
                    && let Err(error) = row.property(at, &column.name, &value)
                {
                    fault.get_or_insert(error);
                }
            }
        })?;
        if let Some(error) = fault {
            return Err(error.into());
        }
    }
    Ok(writer.write(into)?)
}

/// A multipolygon as the writer walks through it.
struct Shape<'a>(&'a [Polygon]);

impl GeozeroGeometry for Shape<'_> {
    fn process_geom<P: GeomProcessor>(&self, processor: &mut P) -> GeozeroResult<()> {
        processor.multipolygon_begin(self.0.len(), 0)?;
        for (at, rings) in self.0.iter().enumerate() {
            processor.polygon_begin(false, rings.len(), at)?;
            for (ring_at, ring) in rings.iter().enumerate() {
                processor.linestring_begin(false, ring.len(), ring_at)?;
                for (point_at, point) in ring.iter().enumerate() {
                    processor.xy(point[0], point[1], point_at)?;
                }
                processor.linestring_end(false, ring_at)?;
            }
            processor.polygon_end(false, at)?;
        }
        processor.multipolygon_end(0)
    }
}
