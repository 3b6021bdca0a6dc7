//! Determinations read back as they were written.

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, RecordBatch};
use landcycle_analysis::parquet::{DeterminationColumns, DeterminationRow, ROW_GROUP};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::RowGroupMetaData;

const CITES: [&str; 2] = ["order-53-2012#art-2", "order-53-2012#art-14"];
const MISSING: [&str; 1] = ["started_on"];

fn row<'a>(case_id: &'a str, number: usize, amount: &'a str) -> DeterminationRow<'a> {
    let known = !number.is_multiple_of(3);
    DeterminationRow {
        case_id,
        rule: if number.is_multiple_of(2) { "idle_land" } else { "idle_land_fee" },
        outcome: if known { amount } else { "unknown" },
        missing: if known { &[] } else { &MISSING },
        cites: &CITES[..number % 3],
        grade: "text",
        package: "national@sha256:00",
        bound: number.is_multiple_of(5).then_some("at_most"),
    }
}

fn text(batch: &RecordBatch, column: &str, at: usize) -> Option<String> {
    let column = batch.column_by_name(column)?;
    if column.is_null(at) {
        return None;
    }
    if let Some(plain) = column.as_string_opt::<i32>() {
        return Some(plain.value(at).to_owned());
    }
    let coded = column.as_dictionary_opt::<Int32Type>()?;
    Some(coded.values().as_string::<i32>().value(coded.key(at)?).to_owned())
}

fn texts(batch: &RecordBatch, column: &str, at: usize) -> Vec<String> {
    let list = batch.column_by_name(column).expect("the column exists").as_list::<i32>().value(at);
    list.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn rows_come_back_as_they_went_in_and_row_groups_can_be_shared_out() {
    let rows = ROW_GROUP + 1_000;
    let file = tempfile::tempfile().expect("a temporary file can be made");
    let mut columns = DeterminationColumns::new(file).expect("the file begins");
    for number in 0..rows {
        let (case_id, amount) = (format!("SAMPLE-{number:07}"), format!("{}.50", number % 700));
        columns.push(&row(&case_id, number, &amount)).expect("the row is written");
    }
    let file = columns.finish().expect("the file ends");

    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("the file has a footer");
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [ROW_GROUP as i64, 1_000]);
    let mut number = 0;
    for batch in reader.build().expect("the file can be read") {
        let batch = batch.expect("the batch can be read");
        for at in 0..batch.num_rows() {
            let (case_id, amount) = (format!("SAMPLE-{number:07}"), format!("{}.50", number % 700));
            let expected = row(&case_id, number, &amount);
            assert_eq!(text(&batch, "case_id", at).as_deref(), Some(expected.case_id));
            assert_eq!(text(&batch, "rule", at).as_deref(), Some(expected.rule));
            assert_eq!(text(&batch, "outcome", at).as_deref(), Some(expected.outcome));
            assert_eq!(text(&batch, "grade", at).as_deref(), Some(expected.grade));
            assert_eq!(text(&batch, "package", at).as_deref(), Some(expected.package));
            assert_eq!(text(&batch, "bound", at).as_deref(), expected.bound);
            assert_eq!(texts(&batch, "missing", at), expected.missing);
            assert_eq!(texts(&batch, "cites", at), expected.cites);
            number += 1;
        }
    }
    assert_eq!(number, rows);
}

#[test]
fn a_file_without_rows_is_still_a_file() {
    let columns = DeterminationColumns::new(Vec::new()).expect("the file begins");
    let bytes = columns.finish().expect("the file ends");
    assert_eq!((&bytes[..4], &bytes[bytes.len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
}

/// A sink that takes everything and fails when it is flushed, as a buffer over a full disk does.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Err(std::io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn the_last_error_of_the_sink_is_told() {
    let mut columns = DeterminationColumns::new(Full).expect("the file begins");
    columns.push(&row("SAMPLE-1", 1, "1.50")).expect("the row is taken");
    assert!(columns.finish().is_err());
    let slow = std::io::BufWriter::with_capacity(1 << 20, Full);
    assert!(DeterminationColumns::new(slow).expect("the file begins").finish().is_err());
}
