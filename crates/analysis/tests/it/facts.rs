//! Facts read from Parquet, in the types in which tools write them.

use std::fs::File;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray, types::Int32Type,
};
use landcycle_analysis::facts::{Cell, FactFile, FactsError};
use parquet::arrow::ArrowWriter;

fn written(columns: Vec<(&str, ArrayRef)>) -> File {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let mut file = tempfile::tempfile().expect("a file");
    let mut writer =
        ArrowWriter::try_new(file.try_clone().expect("the file"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    std::io::Seek::rewind(&mut file).expect("rewound");
    file
}

fn text(number: &str) -> Cell<'static> {
    Cell::Written(number.to_owned())
}

#[test]
fn every_type_gives_what_a_person_would_have_written() {
    let modes: DictionaryArray<Int32Type> = vec![Some("lease"), None, Some("listing")].into_iter().collect();
    let price = Decimal128Array::from(vec![Some(123_450), None, Some(-1)]).with_precision_and_scale(12, 2);
    let file = written(vec![
        ("case_id", Arc::new(StringArray::from(vec!["A", "B", "C"])) as ArrayRef),
        ("mode", Arc::new(modes)),
        ("price", Arc::new(price.expect("a decimal"))),
        ("area", Arc::new(Float64Array::from(vec![Some(0.1), Some(f64::NAN), None]))),
        ("term", Arc::new(Int64Array::from(vec![Some(20), None, Some(50)]))),
        ("signed", Arc::new(Date32Array::from(vec![Some(0), None, Some(19_000)]))),
        ("paid", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("seen", Arc::new(TimestampMicrosecondArray::from(vec![Some(86_400_000_000), Some(1), None]))),
    ]);
    let mut read = FactFile::open(file, &|_| true).expect("a file of facts");
    assert_eq!((read.rows(), read.columns().len()), (3, 8));
    let rows = read.next().expect("a batch").expect("sound");
    let row = |at: usize| (0..8).map(|column| rows.cell(column, at)).collect::<Vec<_>>();
    let first = [
        Cell::Text("A"),
        Cell::Text("lease"),
        text("1234.50"),
        text("0.1"),
        text("20"),
        Cell::Day(0),
        Cell::Text("yes"),
        Cell::Day(1),
    ];
    assert_eq!(row(0), first);
    let empty = Cell::Empty;
    assert_eq!(
        row(1),
        [
            Cell::Text("B"),
            empty.clone(),
            empty.clone(),
            empty.clone(),
            empty.clone(),
            empty,
            Cell::Text("no"),
            text("1")
        ]
    );
    assert_eq!(rows.cell(2, 2), text("-0.01"));
    assert!(read.next().is_none());
}

#[test]
fn a_column_that_holds_no_fact_is_named() {
    let list = arrow_array::ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
    let file = written(vec![("lots", Arc::new(list) as ArrayRef)]);
    let refused = FactFile::open(file, &|_| true).err();
    assert!(matches!(&refused, Some(FactsError::Type { column, .. }) if column == "lots"), "{refused:?}");
}

#[test]
fn what_is_no_parquet_is_refused() {
    let mut file = tempfile::tempfile().expect("a file");
    std::io::Write::write_all(&mut file, b"PAR1 and then nothing of the kind").expect("written");
    assert!(matches!(FactFile::open(file, &|_| true), Err(FactsError::Parquet(_))));
}
