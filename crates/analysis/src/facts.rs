//! Facts from a Parquet file, a batch of rows at a time, whatever its size.
//!
//! **Invariant:** a value comes out as the text that a person would have written, or as what it is
//! exactly; no number passes through a float that it was not already.

use std::fs::File;
use std::sync::mpsc::{Receiver, sync_channel};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

/// Rows of a batch: with the text of every cell a few megabytes.
pub const BATCH: usize = 64 * 1024;

/// Why facts could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// The file cannot be opened.
    #[error("{0}")]
    Open(#[from] std::io::Error),
    /// It is no Parquet file, or a damaged one.
    #[error("{0}")]
    Parquet(#[from] ParquetError),
    /// A batch of it is damaged.
    #[error("{0}")]
    Batch(#[from] ArrowError),
    /// A column has a type that holds no fact.
    #[error("column {column} holds {found}")]
    Type {
        /// Name of the column.
        column: String,
        /// Its type.
        found: String,
    },
}

/// 事实文件 · a Parquet file of facts: its columns, and its rows by and by.
pub struct FactFile {
    columns: Vec<String>,
    rows: u64,
    reader: ParquetRecordBatchReader,
}

impl FactFile {
    /// Opens a file. Columns for which `wanted` says no are not read.
    pub fn open(file: File, wanted: &dyn Fn(&str) -> bool) -> Result<Self, FactsError> {
        // Without the hints of the tool that wrote the file: a column of few different texts is one of texts.
        let plain = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, plain)?;
        let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let names: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let kept: Vec<usize> = (0..names.len()).filter(|at| wanted(&names[*at])).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), kept.iter().copied());
        for at in &kept {
            let field = builder.schema().field(*at);
            if !readable(field.data_type()) {
                let (column, found) = (field.name().clone(), field.data_type().to_string());
                return Err(FactsError::Type { column, found });
            }
        }
        let reader = builder.with_batch_size(BATCH).with_projection(mask).build()?;
        Ok(Self { columns: kept.into_iter().map(|at| names[at].clone()).collect(), rows, reader })
    }

    /// The columns that are read, in the order of the cells.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Rows of the whole file.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The rest of the file, read on a thread of its own, a batch ahead of whoever asks.
    pub fn ahead(self) -> Ahead {
        let (sender, receiver) = sync_channel(1);
        // It ends with the file, or when nobody listens any more.
        std::thread::spawn(move || {
            for batch in self {
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        Ahead(receiver)
    }
}

/// Batches that are read ahead.
pub struct Ahead(Receiver<Result<FactRows, FactsError>>);

impl Iterator for Ahead {
    type Item = Result<FactRows, FactsError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.recv().ok()
    }
}

impl Iterator for FactFile {
    type Item = Result<FactRows, FactsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch: RecordBatch = match self.reader.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error.into())),
        };
        Some(Ok(FactRows { rows: batch.num_rows(), columns: batch.columns().to_vec() }))
    }
}

/// A batch of rows.
pub struct FactRows {
    rows: usize,
    columns: Vec<ArrayRef>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'c> {
    /// Nothing is known.
    Empty,
    /// As written.
    Text(&'c str),
    /// A number, a date or a yes or no, written out.
    Written(String),
    /// Days since 1970-01-01.
    Day(i64),
}

impl FactRows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// A cell by column and row.
    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        let array = &self.columns[column];
        if array.is_null(row) {
            return Cell::Empty;
        }
        let text = |number: &dyn std::fmt::Display| Cell::Written(number.to_string());
        match array.data_type() {
            DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => Cell::Text(array.as_string::<i64>().value(row)),
            DataType::Utf8View => Cell::Text(array.as_string_view().value(row)),
            DataType::Boolean => Cell::Text(if array.as_boolean().value(row) { "yes" } else { "no" }),
            DataType::Date32 => Cell::Day(i64::from(array.as_primitive::<Date32Type>().value(row))),
            DataType::Timestamp(unit, _) => {
                let (ticks, a_day) = match unit {
                    TimeUnit::Second => (array.as_primitive::<TimestampSecondType>().value(row), 86_400),
                    TimeUnit::Millisecond => {
                        (array.as_primitive::<TimestampMillisecondType>().value(row), 86_400_000)
                    }
                    TimeUnit::Microsecond => {
                        (array.as_primitive::<TimestampMicrosecondType>().value(row), 86_400_000_000)
                    }
                    TimeUnit::Nanosecond => {
                        (array.as_primitive::<TimestampNanosecondType>().value(row), 86_400_000_000_000)
                    }
                };
                // A table program's date is a midnight; another time of day is no date.
                if ticks.rem_euclid(a_day) == 0 { Cell::Day(ticks / a_day) } else { text(&ticks) }
            }
            DataType::Int8 => text(&array.as_primitive::<Int8Type>().value(row)),
            DataType::Int16 => text(&array.as_primitive::<Int16Type>().value(row)),
            DataType::Int32 => text(&array.as_primitive::<Int32Type>().value(row)),
            DataType::Int64 => text(&array.as_primitive::<Int64Type>().value(row)),
            DataType::UInt8 => text(&array.as_primitive::<UInt8Type>().value(row)),
            DataType::UInt16 => text(&array.as_primitive::<UInt16Type>().value(row)),
            DataType::UInt32 => text(&array.as_primitive::<UInt32Type>().value(row)),
            DataType::UInt64 => text(&array.as_primitive::<UInt64Type>().value(row)),
            DataType::Decimal128(..) => {
                Cell::Written(array.as_primitive::<Decimal128Type>().value_as_string(row))
            }
            // The shortest decimal that is this float: what a table showed when it was written.
            DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row)), |_| {
                array.as_primitive::<Float32Type>().value(row).to_string()
            }),
            DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row), |x| x.to_string()),
            _ => Cell::Empty,
        }
    }
}

/// A number that is none, as some tools write what is missing, is nothing known.
fn float<'c>(value: f64, written: impl Fn(f64) -> String) -> Cell<'c> {
    if value.is_nan() { Cell::Empty } else { Cell::Written(written(value)) }
}

/// Whether a column of this type can hold facts.
fn readable(found: &DataType) -> bool {
    match found {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Boolean
        | DataType::Date32
        | DataType::Timestamp(..)
        | DataType::Decimal128(..)
        | DataType::Float32
        | DataType::Float64
        | DataType::Null => true,
        other => other.is_integer(),
    }
}
