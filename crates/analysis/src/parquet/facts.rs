//! Facts as Parquet, one row for each case and a column for each fact that some case has: what
//! [`crate::facts`] reads again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{ArrayBuilder, StringBuilder};
use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;

use super::{BATCH, Codes, DeterminationError, close, properties};

/// The name of the column of case numbers.
const CASE: &str = "case_id";

/// Collects the facts of cases, canonical texts as they stand: a number is exact, also as a fraction.
#[derive(Default)]
pub struct FactTable {
    rows: usize,
    cases: StringBuilder,
    columns: BTreeMap<String, Codes>,
    /// Full batches: case numbers, and columns by name.
    done: Vec<(ArrayRef, BTreeMap<String, ArrayRef>)>,
}

impl FactTable {
    /// Adds a case with its facts.
    pub fn push<'f>(
        &mut self,
        case_id: &str,
        facts: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Result<(), DeterminationError> {
        for (name, value) in facts.filter(|(name, _)| *name != CASE) {
            if !self.columns.contains_key(name) {
                self.columns.insert(name.to_owned(), Codes::new());
            }
            if let Some(column) = self.columns.get_mut(name) {
                column.append_nulls(self.rows - column.len());
                column.append(value)?;
            }
        }
        self.cases.append_value(case_id);
        self.rows += 1;
        if self.rows == BATCH {
            self.turn();
        }
        Ok(())
    }

    fn turn(&mut self) {
        if self.rows == 0 {
            return;
        }
        let columns = std::mem::take(&mut self.columns).into_iter().map(|(name, mut column)| {
            column.append_nulls(self.rows - column.len());
            (name, Arc::new(column.finish()) as ArrayRef)
        });
        self.done.push((Arc::new(self.cases.finish()), columns.collect()));
        self.rows = 0;
    }

    /// Writes the cases of several tables, one after the other.
    pub fn write<W: Write + Send>(tables: Vec<Self>, into: W) -> Result<W, DeterminationError> {
        let mut batches = Vec::new();
        for mut table in tables {
            table.turn();
            batches.append(&mut table.done);
        }
        let names: BTreeSet<&String> = batches.iter().flat_map(|(_, columns)| columns.keys()).collect();
        let code = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let mut fields = vec![Field::new(CASE, DataType::Utf8, false)];
        fields.extend(names.iter().map(|name| Field::new(name.as_str(), code.clone(), true)));
        let schema = Arc::new(Schema::new(fields));
        let mut writer = ArrowWriter::try_new(into, Arc::clone(&schema), Some(properties()))?;
        for (cases, columns) in &batches {
            let column = |name: &&String| {
                let known = columns.get(*name).map(Arc::clone);
                known.unwrap_or_else(|| new_null_array(&code, cases.len()))
            };
            let whole = std::iter::once(Arc::clone(cases)).chain(names.iter().map(column));
            writer.write(&RecordBatch::try_new(Arc::clone(&schema), whole.collect())?)?;
        }
        close(writer)
    }
}
