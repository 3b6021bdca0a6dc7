//! Determinations and changes of them as Parquet, one row for each case and rule, for any tool that
//! reads columns.
//!
//! **Invariant:** row groups hold 128 Ki rows, so that several readers can share one file, and a
//! file without its footer (an interrupted run) is refused by every reader.

mod changes;
mod facts;
mod typed;

pub use self::changes::{ChangeColumns, ChangeRow};
pub use self::facts::FactTable;
pub use self::typed::{Cell, Type, TypedRows};

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// Rows in a row group.
pub const ROW_GROUP: usize = 128 * 1024;

const BATCH: usize = 16 * 1024;

/// Why determinations could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DeterminationError {
    /// The columns do not fit together.
    #[error("the determinations' columns do not fit together: {0}")]
    Columns(#[from] ArrowError),
    /// The file could not be written.
    #[error("the determinations could not be written: {0}")]
    File(#[from] ParquetError),
}

/// One row, borrowed from whoever determined it.
#[derive(Clone, Copy, Debug)]
pub struct DeterminationRow<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Short name of the rule.
    pub rule: &'a str,
    /// The outcome as text: a code, an amount, a date, `unknown` or `not_applicable`.
    pub outcome: &'a str,
    /// Facts that are missing.
    pub missing: &'a [&'a str],
    /// Articles cited, as `document#article`.
    pub cites: &'a [&'a str],
    /// How well the law is known.
    pub grade: &'a str,
    /// Package and its digest.
    pub package: &'a str,
    /// `at_most` where an amount is a ceiling.
    pub bound: Option<&'a str>,
}

/// A column of few different values.
type Codes = StringDictionaryBuilder<Int32Type>;

/// Collects determinations row by row and writes them as Parquet.
pub struct DeterminationColumns<W: Write + Send> {
    schema: SchemaRef,
    writer: ArrowWriter<W>,
    rows: usize,
    case_id: StringBuilder,
    /// Rule, outcome, grade, package, bound.
    codes: [Codes; 5],
    missing: ListBuilder<StringBuilder>,
    cites: ListBuilder<StringBuilder>,
}

impl<W: Write + Send> DeterminationColumns<W> {
    /// Begins a file.
    pub fn new(into: W) -> Result<Self, DeterminationError> {
        let schema = Arc::new(schema());
        let writer = ArrowWriter::try_new(into, Arc::clone(&schema), Some(properties()))?;
        Ok(Self {
            schema,
            writer,
            rows: 0,
            case_id: StringBuilder::new(),
            codes: std::array::from_fn(|_| Codes::new()),
            missing: list(),
            cites: list(),
        })
    }

    /// Adds a row; full batches go to the file at once.
    pub fn push(&mut self, row: &DeterminationRow<'_>) -> Result<(), DeterminationError> {
        self.case_id.append_value(row.case_id);
        let [rule, outcome, grade, package, bound] = &mut self.codes;
        rule.append(row.rule)?;
        outcome.append(row.outcome)?;
        grade.append(row.grade)?;
        package.append(row.package)?;
        bound.append_option(row.bound);
        self.missing.append_value(row.missing.iter().copied().map(Some));
        self.cites.append_value(row.cites.iter().copied().map(Some));
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }

    /// Hands the rows collected so far to the file.
    pub fn flush(&mut self) -> Result<(), DeterminationError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let [rule, outcome, grade, package, bound] = &mut self.codes;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.case_id.finish()),
            Arc::new(rule.finish()),
            Arc::new(outcome.finish()),
            Arc::new(self.missing.finish()),
            Arc::new(self.cites.finish()),
            Arc::new(grade.finish()),
            Arc::new(package.finish()),
            Arc::new(bound.finish()),
        ];
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        Ok(())
    }

    /// Writes what is left and the footer, and gives back the sink.
    pub fn finish(mut self) -> Result<W, DeterminationError> {
        self.flush()?;
        close(self.writer)
    }
}

/// Writes the footer, and gives back the sink.
fn close<W: Write + Send>(writer: ArrowWriter<W>) -> Result<W, DeterminationError> {
    let mut sink = writer.into_inner()?;
    // A buffer below would otherwise meet its last error where nobody asks for it.
    sink.flush().map_err(ParquetError::from)?;
    Ok(sink)
}

fn list() -> ListBuilder<StringBuilder> {
    ListBuilder::new(StringBuilder::new()).with_field(item())
}

fn item() -> Field {
    Field::new("item", DataType::Utf8, false)
}

fn schema() -> Schema {
    let code = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let texts = || DataType::List(Arc::new(item()));
    Schema::new(vec![
        Field::new("case_id", DataType::Utf8, false),
        Field::new("rule", code(), false),
        Field::new("outcome", code(), false),
        Field::new("missing", texts(), false),
        Field::new("cites", texts(), false),
        Field::new("grade", code(), false),
        Field::new("package", code(), false),
        Field::new("bound", code(), true),
    ])
}

fn properties() -> WriterProperties {
    // Columns have dictionaries unless told otherwise. Case numbers are nearly all different: a
    // dictionary of them would be built only to be thrown away.
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_column_dictionary_enabled(ColumnPath::from("case_id"), false)
        .build()
}
