//! `GeoParquet` 1: outlines as well-known binary, the reference system in the file's own words.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use serde_json::{Map, Number, Value, json};

use super::table::real;
use super::{Collection, ColumnKind, Declared, Feature, Trouble, columns, wkb};

const GEO: &str = "geo";
const GEOMETRY: &str = "geometry";

fn broken(why: impl ToString) -> Trouble {
    Trouble::new("layer_file_broken").with("part", ".parquet").with("why", why)
}

/// Reads a file.
pub fn read(file: File) -> Result<Collection, Trouble> {
    // The types of the file itself: a dictionary is then read as what it stands for.
    let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, plain).map_err(broken)?;
    let said = builder.metadata().file_metadata().key_value_metadata();
    let geo = said
        .and_then(|all| all.iter().find(|entry| entry.key == GEO))
        .and_then(|entry| entry.value.as_deref());
    let geo: Value =
        geo.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(|| broken("no `geo` metadata"))?;
    let primary = geo.get("primary_column").and_then(Value::as_str).unwrap_or(GEOMETRY).to_owned();
    let about = geo.get("columns").and_then(|columns| columns.get(&primary)).cloned().unwrap_or_default();
    if about.get("encoding").and_then(Value::as_str) != Some("WKB") {
        return Err(broken("the geometry is not encoded as WKB"));
    }
    let declared = match about.get("crs") {
        // The standard: longitude and latitude on WGS 84.
        None => Declared::Epsg(4326),
        Some(Value::Null) => Declared::Nothing,
        Some(crs) => by_identifier(crs),
    };
    // Boxes around the outlines, for programs that look for a place.
    let covering = about.pointer("/covering/bbox/xmin/0").and_then(Value::as_str).map(str::to_owned);
    let mut features = Vec::new();
    for batch in builder.build().map_err(broken)? {
        let batch = batch.map_err(broken)?;
        batch_features(&batch, &primary, covering.as_deref(), &mut features)?;
    }
    Ok(Collection { features, declared })
}

fn by_identifier(crs: &Value) -> Declared {
    let text = |path: &str| crs.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let code = crs.pointer("/id/code");
    let code = code.and_then(|code| {
        code.as_u64().map(|code| code.to_string()).or_else(|| code.as_str().map(str::to_owned))
    });
    match code {
        Some(code) => Declared::named(&format!("{}:{code}", text("/id/authority"))),
        None => Declared::Other(text("/name").to_owned()),
    }
}

fn batch_features(
    batch: &RecordBatch,
    primary: &str,
    covering: Option<&str>,
    features: &mut Vec<Feature>,
) -> Result<(), Trouble> {
    let schema = batch.schema();
    let first = features.len();
    features.resize_with(first + batch.num_rows(), Feature::default);
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let name = field.name();
        if name == primary {
            for (row, feature) in features[first..].iter_mut().enumerate() {
                if column.is_null(row) {
                    continue;
                }
                let bytes = match column.data_type() {
                    DataType::Binary => column.as_binary::<i32>().value(row),
                    DataType::LargeBinary => column.as_binary::<i64>().value(row),
                    DataType::BinaryView => column.as_binary_view().value(row),
                    _ => return Err(broken("the geometry is not binary")),
                };
                feature.polygons = wkb::read(bytes).map_err(|trouble| trouble.of(first + row + 1, ""))?;
            }
        } else if Some(name.as_str()) != covering {
            for (row, feature) in features[first..].iter_mut().enumerate() {
                let value = if column.is_null(row) { Some(Value::Null) } else { value(column, row) };
                let value = value.ok_or_else(|| {
                    Trouble::new("layer_column_type")
                        .with("field", name)
                        .with("kind", column.data_type())
                        .with("row", first + row + 1)
                })?;
                feature.attributes.insert(name.clone(), value);
            }
        }
    }
    Ok(())
}

fn value(column: &ArrayRef, row: usize) -> Option<Value> {
    macro_rules! of {
        ($kind:ty) => {
            Value::from(column.as_primitive::<$kind>().value(row))
        };
    }
    let moment =
        |moment: Result<Timestamp, _>| moment.ok().map(|moment: Timestamp| moment.to_string().into());
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).into(),
        DataType::Utf8View => column.as_string_view().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int8 => of!(Int8Type),
        DataType::Int16 => of!(Int16Type),
        DataType::Int32 => of!(Int32Type),
        DataType::Int64 => of!(Int64Type),
        DataType::UInt8 => of!(UInt8Type),
        DataType::UInt16 => of!(UInt16Type),
        DataType::UInt32 => of!(UInt32Type),
        DataType::UInt64 => of!(UInt64Type),
        DataType::Float32 => {
            let shortest = column.as_primitive::<Float32Type>().value(row).to_string();
            Number::from_f64(shortest.parse().ok()?).map_or(Value::Null, Value::Number)
        }
        DataType::Float64 => Number::from_f64(column.as_primitive::<Float64Type>().value(row))
            .map_or(Value::Null, Value::Number),
        DataType::Date32 => {
            let days = i64::from(column.as_primitive::<Date32Type>().value(row));
            let epoch = jiff::civil::date(1970, 1, 1);
            epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?.to_string().into()
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            moment(Timestamp::from_millisecond(column.as_primitive::<TimestampMillisecondType>().value(row)))?
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moment(Timestamp::from_microsecond(column.as_primitive::<TimestampMicrosecondType>().value(row)))?
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            let value = column.as_primitive::<TimestampNanosecondType>().value(row);
            moment(Timestamp::from_nanosecond(i128::from(value)))?
        }
        _ => return None,
    })
}

/// CGCS2000 as the standard asks for it: whole, not only by its code.
pub(crate) fn cgcs2000() -> Value {
    let axis = |name: &str, short: &str, direction: &str| json!({"name": name, "abbreviation": short, "direction": direction, "unit": "degree"});
    json!({
        "$schema": "https://proj.org/schemas/v0.5/projjson.schema.json",
        "type": "GeographicCRS",
        "name": "China Geodetic Coordinate System 2000",
        "datum": {
            "type": "GeodeticReferenceFrame",
            "name": "China 2000",
            "ellipsoid": {"name": "CGCS2000", "semi_major_axis": 6_378_137, "inverse_flattening": 298.257_222_101},
        },
        "coordinate_system": {"subtype": "ellipsoidal", "axis": [
            axis("Geodetic latitude", "Lat", "north"), axis("Geodetic longitude", "Lon", "east"),
        ]},
        "id": {"authority": "EPSG", "code": 4490},
    })
}

/// Writes features in longitude and latitude on CGCS2000, in their order.
pub fn write(features: &[Feature], into: impl Write + Send) -> Result<(), ParquetError> {
    let columns = columns(features.iter().map(|feature| &feature.attributes));
    let rows = || features.iter().map(|feature| &feature.attributes);
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in &columns {
        let known =
            |attributes: &'_ Map<String, Value>| attributes.get(&column.name).cloned().unwrap_or_default();
        let (kind, array): (DataType, ArrayRef) = match column.kind {
            ColumnKind::YesNo => {
                let values: BooleanArray = rows().map(|row| known(row).as_bool()).collect();
                (DataType::Boolean, Arc::new(values))
            }
            ColumnKind::Integer => {
                let values: Int64Array = rows().map(|row| known(row).as_i64()).collect();
                (DataType::Int64, Arc::new(values))
            }
            ColumnKind::Real => {
                let values: Float64Array = rows().map(|row| real(&known(row))).collect();
                (DataType::Float64, Arc::new(values))
            }
            ColumnKind::Text | ColumnKind::Json => {
                let values: StringArray = rows().map(|row| column.text(row)).collect();
                (DataType::Utf8, Arc::new(values))
            }
        };
        fields.push(Field::new(&column.name, kind, true));
        arrays.push(array);
    }
    // An attribute may have the name of the outlines.
    let mut geometry = GEOMETRY.to_owned();
    while columns.iter().any(|column| column.name == geometry) {
        geometry.insert(0, '_');
    }
    fields.push(Field::new(&geometry, DataType::Binary, false));
    let outlines: Vec<Vec<u8>> = features.iter().map(|feature| wkb::write(&feature.polygons)).collect();
    arrays.push(Arc::new(BinaryArray::from_iter_values(&outlines)));
    let about = json!({"encoding": "WKB", "geometry_types": ["MultiPolygon"], "crs": cgcs2000()});
    let mut by_name = Map::new();
    by_name.insert(geometry.clone(), about);
    let geo = json!({"version": "1.1.0", "primary_column": geometry, "columns": by_name});
    let schema = Arc::new(Schema::new(fields));
    // Without Arrow's own copy of the schema, which readers would take before the file's metadata.
    let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(into, Arc::clone(&schema), options)?;
    writer.append_key_value_metadata(KeyValue::new(GEO.to_owned(), geo.to_string()));
    writer.write(&RecordBatch::try_new(schema, arrays)?)?;
    writer.close()?;
    Ok(())
}
