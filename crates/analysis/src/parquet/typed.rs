//! Tables with a type for each column, for pandas, R, `DuckDB` and GIS programs: exact decimals, days,
//! moments, and outlines as `GeoParquet` 1.1 has them.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{
    ArrayBuilder, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder,
    Int64Builder, ListBuilder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use serde_json::{Map, Value, json};

use super::{BATCH, DeterminationError, ROW_GROUP, close, item, list};
use crate::layers::{cgcs2000, write_wkb};
use crate::overlay::Polygon;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text.
    Text,
    /// A number with so many digits, so many of them behind the point.
    Decimal(u8, i8),
    /// A whole number.
    Integer,
    /// A civil date.
    Day,
    /// Yes or no.
    Flag,
    /// A moment, in microseconds of UTC.
    Moment,
    /// Several texts.
    Texts,
    /// Polygons on CGCS2000; a second column, `bbox`, has the box around each.
    Outline,
}

/// A value.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'c> {
    /// Nothing is known.
    None,
    /// A text.
    Text(&'c str),
    /// Whole steps of the last digit.
    Decimal(i128),
    /// A whole number.
    Integer(i64),
    /// Days since 1970.
    Day(i32),
    /// Yes or no.
    Flag(bool),
    /// Microseconds since 1970, UTC.
    Moment(i64),
    /// Several texts.
    Texts(&'c [&'c str]),
    /// Polygons.
    Outline(&'c [Polygon]),
}

enum Builder {
    Text(StringBuilder),
    Decimal(Decimal128Builder),
    Integer(Int64Builder),
    Day(Date32Builder),
    Flag(BooleanBuilder),
    Moment(TimestampMicrosecondBuilder),
    Texts(ListBuilder<StringBuilder>),
    Outline(BinaryBuilder, Box<[Float64Builder; 4]>),
}

/// The column of boxes.
const BOX: &str = "bbox";
const SIDES: [&str; 4] = ["xmin", "ymin", "xmax", "ymax"];
const ZONE: &str = "UTC";

/// Writes rows as they come, some thousands at a time.
pub struct TypedRows<W: Write + Send> {
    schema: SchemaRef,
    writer: ArrowWriter<W>,
    builders: Vec<Builder>,
    rows: usize,
    /// The column of outlines, and the box around all of them.
    outline: Option<(String, [f64; 4])>,
}

fn sides() -> Fields {
    SIDES.iter().map(|side| Field::new(*side, DataType::Float64, true)).collect()
}

impl<W: Write + Send> TypedRows<W> {
    /// Begins a file of columns with their names; at most one is of outlines. Nearly all values of those in
    /// `unlike` differ.
    pub fn new(into: W, columns: &[(String, Type)], unlike: &[&str]) -> Result<Self, DeterminationError> {
        let mut fields = Vec::new();
        let mut builders = Vec::new();
        let mut outline = None;
        for (name, kind) in columns {
            let (data, builder) = match kind {
                Type::Text => (DataType::Utf8, Builder::Text(StringBuilder::new())),
                Type::Decimal(digits, scale) => {
                    let data = DataType::Decimal128(*digits, *scale);
                    (data.clone(), Builder::Decimal(Decimal128Builder::new().with_data_type(data)))
                }
                Type::Integer => (DataType::Int64, Builder::Integer(Int64Builder::new())),
                Type::Day => (DataType::Date32, Builder::Day(Date32Builder::new())),
                Type::Flag => (DataType::Boolean, Builder::Flag(BooleanBuilder::new())),
                Type::Moment => (
                    DataType::Timestamp(TimeUnit::Microsecond, Some(ZONE.into())),
                    Builder::Moment(TimestampMicrosecondBuilder::new().with_timezone(ZONE)),
                ),
                Type::Texts => (DataType::List(Arc::new(item())), Builder::Texts(list())),
                Type::Outline => {
                    let boxes = Box::new(std::array::from_fn(|_| Float64Builder::new()));
                    outline = Some((name.clone(), NOWHERE));
                    (DataType::Binary, Builder::Outline(BinaryBuilder::new(), boxes))
                }
            };
            fields.push(Field::new(name, data, true));
            if *kind == Type::Outline {
                fields.push(Field::new(BOX, DataType::Struct(sides()), true));
            }
            builders.push(builder);
        }
        let schema = Arc::new(Schema::new(fields));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP));
        for name in unlike.iter().copied().chain(outline.iter().map(|(name, _)| name.as_str())) {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
        }
        // Without Arrow's own copy of the schema, which readers would take before the file's metadata.
        let options =
            ArrowWriterOptions::new().with_skip_arrow_metadata(true).with_properties(properties.build());
        let writer = ArrowWriter::try_new_with_options(into, Arc::clone(&schema), options)?;
        Ok(Self { schema, writer, builders, rows: 0, outline })
    }

    /// Says something of the whole file.
    pub fn say(&mut self, name: &str, value: &str) {
        self.writer.append_key_value_metadata(KeyValue::new(name.to_owned(), value.to_owned()));
    }

    /// Adds a row; a value of another type than its column is left out.
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<(), DeterminationError> {
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            match (builder, cell) {
                (Builder::Text(to), Cell::Text(text)) => to.append_value(text),
                (Builder::Text(to), _) => to.append_null(),
                (Builder::Decimal(to), Cell::Decimal(steps)) => to.append_value(*steps),
                (Builder::Decimal(to), _) => to.append_null(),
                (Builder::Integer(to), Cell::Integer(number)) => to.append_value(*number),
                (Builder::Integer(to), _) => to.append_null(),
                (Builder::Day(to), Cell::Day(day)) => to.append_value(*day),
                (Builder::Day(to), _) => to.append_null(),
                (Builder::Flag(to), Cell::Flag(flag)) => to.append_value(*flag),
                (Builder::Flag(to), _) => to.append_null(),
                (Builder::Moment(to), Cell::Moment(moment)) => to.append_value(*moment),
                (Builder::Moment(to), _) => to.append_null(),
                (Builder::Texts(to), Cell::Texts(texts)) => to.append_value(texts.iter().copied().map(Some)),
                (Builder::Texts(to), _) => to.append_null(),
                (Builder::Outline(to, boxes), Cell::Outline(polygons)) => {
                    to.append_value(write_wkb(polygons));
                    let around = around(polygons);
                    if let Some((_, whole)) = &mut self.outline {
                        *whole = both(*whole, around);
                    }
                    boxes.iter_mut().zip(around).for_each(|(side, value)| side.append_value(value));
                }
                (Builder::Outline(to, boxes), _) => {
                    to.append_null();
                    boxes.iter_mut().for_each(Float64Builder::append_null);
                }
            }
        }
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DeterminationError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut columns: Vec<ArrayRef> = Vec::new();
        for builder in &mut self.builders {
            let column: ArrayRef = match builder {
                Builder::Text(from) => Arc::new(from.finish()),
                Builder::Decimal(from) => Arc::new(from.finish()),
                Builder::Integer(from) => Arc::new(from.finish()),
                Builder::Day(from) => Arc::new(from.finish()),
                Builder::Flag(from) => Arc::new(from.finish()),
                Builder::Moment(from) => Arc::new(from.finish()),
                Builder::Texts(from) => ArrayBuilder::finish(from),
                Builder::Outline(from, boxes) => {
                    columns.push(Arc::new(from.finish()));
                    let boxes: Vec<ArrayRef> =
                        boxes.iter_mut().map(|side| Arc::new(side.finish()) as ArrayRef).collect();
                    Arc::new(StructArray::try_new(sides(), boxes, None)?)
                }
            };
            columns.push(column);
        }
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        Ok(())
    }

    /// Writes what is left and the footer, and gives back the sink.
    pub fn finish(mut self) -> Result<W, DeterminationError> {
        self.flush()?;
        if let Some((name, whole)) = &self.outline {
            let geo = about(name, (whole[0] <= whole[2]).then_some(*whole)).to_string();
            self.writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), geo));
        }
        close(self.writer)
    }
}

/// West, south, east, north of nothing.
const NOWHERE: [f64; 4] = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];

fn both(one: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
}

fn around(polygons: &[Polygon]) -> [f64; 4] {
    let points = polygons.iter().flatten().flatten();
    points.fold(NOWHERE, |whole, [x, y]| both(whole, [*x, *y, *x, *y]))
}

/// What `GeoParquet` asks for of a column of outlines.
fn about(name: &str, whole: Option<[f64; 4]>) -> Value {
    let side = |side: &str| json!([BOX, side]);
    let mut column = json!({
        "encoding": "WKB", "geometry_types": ["MultiPolygon"], "crs": cgcs2000(),
        "covering": {"bbox": {
            "xmin": side("xmin"), "ymin": side("ymin"), "xmax": side("xmax"), "ymax": side("ymax"),
        }},
    });
    if let (Some(whole), Value::Object(column)) = (whole, &mut column) {
        column.insert("bbox".into(), json!(whole));
    }
    let mut columns = Map::new();
    columns.insert(name.to_owned(), column);
    json!({"version": "1.1.0", "primary_column": name, "columns": columns})
}
