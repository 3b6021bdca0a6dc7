//! Determinations that are not the same under two laws, a row each.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;

use super::{BATCH, Codes, DeterminationError, close, item, list, properties};

/// One row, borrowed from whoever compared. Pairs are left and right.
#[derive(Clone, Copy, Debug)]
pub struct ChangeRow<'a> {
    /// The case.
    pub case_id: &'a str,
    /// Short name of the rule.
    pub rule: &'a str,
    /// The outcomes as text.
    pub outcomes: [&'a str; 2],
    /// Right less left, exact: a decimal or a fraction, of days in days; none where a side has none.
    pub difference: Option<&'a str>,
    /// Facts that are missing.
    pub missing: [&'a [&'a str]; 2],
    /// Articles cited, as `document#article`.
    pub cites: [&'a [&'a str]; 2],
    /// How well the law is known.
    pub grades: [&'a str; 2],
    /// Packages with their digests.
    pub packages: [&'a str; 2],
}

/// Collects changes row by row and writes them as Parquet.
pub struct ChangeColumns<W: Write + Send> {
    schema: SchemaRef,
    writer: ArrowWriter<W>,
    rows: usize,
    case_id: StringBuilder,
    difference: StringBuilder,
    /// Rule; outcomes, grades and packages in pairs.
    codes: [Codes; 7],
    /// Missing facts and citations in pairs.
    lists: [ListBuilder<StringBuilder>; 4],
}

impl<W: Write + Send> ChangeColumns<W> {
    /// Begins a file.
    pub fn new(into: W) -> Result<Self, DeterminationError> {
        let schema = Arc::new(schema());
        let writer = ArrowWriter::try_new(into, Arc::clone(&schema), Some(properties()))?;
        Ok(Self {
            schema,
            writer,
            rows: 0,
            case_id: StringBuilder::new(),
            difference: StringBuilder::new(),
            codes: std::array::from_fn(|_| Codes::new()),
            lists: std::array::from_fn(|_| list()),
        })
    }

    /// Adds a row; full batches go to the file at once.
    pub fn push(&mut self, row: &ChangeRow<'_>) -> Result<(), DeterminationError> {
        self.case_id.append_value(row.case_id);
        self.difference.append_option(row.difference);
        let codes = [row.rule].into_iter().chain(row.outcomes).chain(row.grades).chain(row.packages);
        for (column, code) in self.codes.iter_mut().zip(codes) {
            column.append(code)?;
        }
        for (column, texts) in self.lists.iter_mut().zip(row.missing.iter().chain(&row.cites)) {
            column.append_value(texts.iter().copied().map(Some));
        }
        self.rows += 1;
        if self.rows == BATCH { self.flush() } else { Ok(()) }
    }

    /// Hands the rows collected so far to the file.
    fn flush(&mut self) -> Result<(), DeterminationError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut columns: Vec<ArrayRef> =
            vec![Arc::new(self.case_id.finish()), Arc::new(self.difference.finish())];
        columns.extend(self.codes.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(self.lists.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        Ok(())
    }

    /// Writes what is left and the footer, and gives back the sink.
    pub fn finish(mut self) -> Result<W, DeterminationError> {
        self.flush()?;
        close(self.writer)
    }
}

/// In the order in which [`ChangeColumns::flush`] hands the columns over.
fn schema() -> Schema {
    let code = |name: &str| {
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Field::new(name, kind, false)
    };
    let texts = |name: &str| Field::new(name, DataType::List(Arc::new(item())), false);
    let mut fields =
        vec![Field::new("case_id", DataType::Utf8, false), Field::new("difference", DataType::Utf8, true)];
    let codes = ["rule", "left", "right", "left_grade", "right_grade", "left_package", "right_package"];
    fields.extend(codes.map(code));
    fields.extend(["left_missing", "right_missing", "left_cites", "right_cites"].map(texts));
    Schema::new(fields)
}
