//! The mark of a stand-in, from the file of a rule to every form in which its outcomes are read.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use calamine::Reader;
use clap::Parser;
use landcycle_policy::text::Language;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::{Arguments, Context};

/// Prices, refunds and grades rest on stand-ins nationally: no source gives the figures.
const RULES: [&str; 3] = ["floor_price", "remaining_term_refund", "stock_grade"];
const FACTS: &str = "case_id,signed_on,supply_mode,area,land_grade,land_use,far_agreed,term_years,price,\
    delivered_on,exit_on,exit_ground,above_scale,industry,tax\n\
    A,2022-01-01,listing,10000,5,industrial,2.0,20,10000000,2022-01-01,2025-01-01,voluntary,no,C3913,3600000\n";

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("facts.csv"), FACTS).expect("written");
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command that writes a file, and gives its place.
    fn run(&self, words: &[&str], out: &str) -> PathBuf {
        let out = self.at(out);
        let (facts, out_text) = (self.at("facts.csv").display().to_string(), out.display().to_string());
        let fixed = ["--facts", &facts, "--as-of", "2025-01-01", "--out", &out_text];
        let words = ["landcycle"].into_iter().chain(words.iter().copied()).chain(fixed);
        let arguments = Arguments::try_parse_from(words).expect("sound arguments");
        let context = Context { language: Language::En, packages: None };
        arguments.command.run(&context).map_err(|failure| failure.message.en).expect("done");
        out
    }

    fn assess(&self, format: &str) -> PathBuf {
        let words = ["assess", "--package", "national", "--format", format];
        let rules = RULES.iter().flat_map(|rule| ["--rule", rule]);
        let words: Vec<&str> = words.into_iter().chain(rules).collect();
        self.run(&words, &format!("out.{format}"))
    }
}

/// The rows of a sheet below its heading, by heading.
fn sheet(path: &Path, name: &str) -> Vec<Vec<(String, String)>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let range = book.worksheet_range(name).expect("the sheet");
    let mut rows = range.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>());
    let heading = rows.next().expect("a heading");
    rows.map(|row| heading.iter().cloned().zip(row).collect()).collect()
}

fn cell<'r>(row: &'r [(String, String)], name: &str) -> &'r str {
    row.iter().find(|(heading, _)| heading == name).map_or("", |(_, cell)| cell)
}

#[test]
fn price_refund_and_grade_carry_it_in_every_form() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(desk.assess("json")).expect("JSON lines");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), RULES.len());
    for line in &lines {
        assert_eq!(line["grade"], "illustrative", "{line}");
        assert!(line["outcome"] != "unknown" && line["outcome"] != "not_applicable", "{line}");
    }
    let rows = sheet(&desk.assess("xlsx"), "determinations 1");
    assert_eq!(rows.len(), RULES.len());
    assert!(rows.iter().all(|row| cell(row, "grade") == "illustrative"), "{rows:?}");
    let text = std::fs::read_to_string(desk.assess("csv")).expect("CSV");
    assert_eq!(text.lines().filter(|line| line.contains(",illustrative,")).count(), RULES.len(), "{text}");
    let file = std::fs::File::open(desk.assess("parquet")).expect("a file");
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("rows");
    let batch = batches.next().expect("a batch").expect("rows");
    let grades = batch.column_by_name("grade").expect("grades").as_dictionary::<Int32Type>();
    let grades = grades.downcast_dict::<arrow_array::StringArray>().expect("texts");
    assert_eq!(grades.into_iter().flatten().collect::<Vec<_>>(), ["illustrative"; RULES.len()]);
}

#[test]
fn a_comparison_carries_it_on_its_side_and_in_its_totals() {
    let desk = Desk::new();
    let facts = include_str!("../../../../examples/parcels.csv");
    std::fs::write(desk.at("facts.csv"), facts).expect("written");
    let reform = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/reform-support-share");
    let reform = reform.display().to_string();
    let words = ["compare", "--reform", &reform, "--rules", "functional_mix", "--format", "xlsx"];
    let book = desk.run(&words, "changes.xlsx");
    let changes = sheet(&book, "changes 1");
    assert_eq!(changes.len(), 1);
    assert_eq!((cell(&changes[0], "left"), cell(&changes[0], "right")), ("fail", "pass"));
    assert_ne!(cell(&changes[0], "left_grade"), "illustrative");
    assert_eq!(cell(&changes[0], "right_grade"), "illustrative");
    assert_eq!(cell(&sheet(&book, "totals 1")[0], "grade"), "illustrative");
    let law = sheet(&book, "law 1");
    assert_eq!((cell(&law[0], "left_value"), cell(&law[0], "right_value")), ("0.3", "0.35"));
    assert_eq!(cell(&law[0], "right_grade"), "illustrative");
}
