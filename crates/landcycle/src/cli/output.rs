//! Determinations on their way out: table, JSON lines, CSV, Parquet, XLSX.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use landcycle_analysis::parquet::{DeterminationColumns, DeterminationRow};
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Outcome, Words};
use landcycle_policy::text::Language;
use serde_json::{Map, Value, json};

use crate::assessment::Found;
use crate::say::{Failure, words};

/// The forms in which determinations are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
    Parquet,
    Xlsx,
}

/// A row of any form.
struct Plain<'p> {
    case_id: &'p str,
    rule: &'p str,
    outcome: String,
    missing: Vec<&'p str>,
    cites: Vec<&'p str>,
    grade: &'static str,
    package: &'p str,
    bound: Option<&'static str>,
}

/// Where determinations go.
pub(super) struct Output<'o> {
    library: &'o Library,
    language: Language,
    sink: Sink,
}

type Stream = BufWriter<Box<dyn Write + Send>>;

enum Sink {
    Table(BTreeMap<(String, String), Counts>),
    Json(Stream),
    Csv(Box<csv::Writer<Stream>>),
    Parquet(Box<DeterminationColumns<BufWriter<File>>>),
    Xlsx(Box<Sheets>),
}

/// How often each outcome of a rule came out, and the weakest grade.
#[derive(Default)]
struct Counts {
    outcomes: BTreeMap<String, u64>,
    illustrative: bool,
}

struct Sheets {
    book: rust_xlsxwriter::Workbook,
    path: std::path::PathBuf,
    row: u32,
    sheet: usize,
}

/// Rows that an XLSX sheet can hold below its heading.
const SHEET_ROWS: u32 = 1_048_575;

const HEADING: [&str; 8] = ["case_id", "rule", "outcome", "missing", "cites", "grade", "package", "bound"];

fn io_failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::new("cannot_write", &[("why", &error.to_string())])
}

impl<'o> Output<'o> {
    pub(super) fn open(
        format: Format,
        path: Option<&Path>,
        language: Language,
        library: &'o Library,
    ) -> Result<Self, Failure> {
        let needs_file = matches!(format, Format::Parquet | Format::Xlsx);
        let Some(path) = path else {
            if needs_file {
                return Err(Failure::new("needs_out", &[]).misuse());
            }
            let stdout: Box<dyn Write + Send> = Box::new(std::io::stdout());
            return Ok(Self { library, language, sink: Sink::stream(format, BufWriter::new(stdout))? });
        };
        let create = || File::create(path).map_err(|error| io_failure(&error));
        let sink = match format {
            Format::Parquet => {
                let columns = DeterminationColumns::new(BufWriter::new(create()?));
                Sink::Parquet(Box::new(columns.map_err(|error| io_failure(&error))?))
            }
            Format::Xlsx => Sink::Xlsx(Box::new(Sheets {
                book: rust_xlsxwriter::Workbook::new(),
                path: path.to_owned(),
                row: SHEET_ROWS + 1,
                sheet: 0,
            })),
            _ => {
                let file: Box<dyn Write + Send> = Box::new(create()?);
                Sink::stream(format, BufWriter::new(file))?
            }
        };
        Ok(Self { library, language, sink })
    }

    /// Writes one determination.
    pub(super) fn put(&mut self, found: &Found<'_>) -> Result<(), Failure> {
        let rule = &found.batch.law.rules[found.determination.rule];
        let facts = self.library.vocabulary.facts();
        let basis = &found.determination.basis;
        let line = match &found.determination.outcome {
            Outcome::Unknown => "unknown".to_owned(),
            Outcome::NotApplicable => "not_applicable".to_owned(),
            Outcome::Value(value) => value.words(rule).line(),
        };
        let plain = Plain {
            case_id: found.case_id,
            rule: &rule.name,
            outcome: line,
            missing: found.determination.missing.iter().map(|f| facts[*f].name.as_str()).collect(),
            cites: basis.cites.iter().map(String::as_str).collect(),
            grade: basis.grade.word(),
            package: &found.batch.law.digest,
            bound: found.determination.at_most().then_some("at_most"),
        };
        match &mut self.sink {
            Sink::Table(counts) => {
                let package = found.batch.law.package().id.clone();
                let entry = counts.entry((package, rule.name.clone())).or_default();
                let word = match (&found.determination.outcome, plain.outcome.as_str()) {
                    (Outcome::Value(_), "0.00") => "0".to_owned(),
                    (Outcome::Value(value), text) => match value.words(rule) {
                        Words::Fields(fields) => fields.first().map_or_else(String::new, |(_, w)| w.clone()),
                        Words::One(_) if rule.fields[0].codes.is_empty() && !is_flag(text) => ">0".to_owned(),
                        _ => text.to_owned(),
                    },
                    (_, text) => text.to_owned(),
                };
                *entry.outcomes.entry(word).or_default() += 1;
                entry.illustrative |= plain.grade == "illustrative";
                Ok(())
            }
            Sink::Json(stream) => {
                let object = json_line(&plain, found, rule);
                serde_json::to_writer(&mut *stream, &object)
                    .map_err(|error| io_failure(&error))
                    .and_then(|()| stream.write_all(b"\n").map_err(|error| io_failure(&error)))
            }
            Sink::Csv(writer) => {
                let record = [
                    plain.case_id,
                    plain.rule,
                    &plain.outcome,
                    &plain.missing.join(" "),
                    &plain.cites.join(" "),
                    plain.grade,
                    plain.package,
                    plain.bound.unwrap_or(""),
                ]
                .map(guarded);
                writer.write_record(record).map_err(|error| io_failure(&error))
            }
            Sink::Parquet(columns) => columns
                .push(&DeterminationRow {
                    case_id: plain.case_id,
                    rule: plain.rule,
                    outcome: &plain.outcome,
                    missing: &plain.missing,
                    cites: &plain.cites,
                    grade: plain.grade,
                    package: plain.package,
                    bound: plain.bound,
                })
                .map_err(|error| io_failure(&error)),
            Sink::Xlsx(sheets) => sheets.put(&plain).map_err(|error| io_failure(&error)),
        }
    }

    /// Completes the output.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self.sink {
            Sink::Table(counts) => {
                crate::say::out(&table(&counts, self.language));
                Ok(())
            }
            Sink::Json(mut stream) => stream.flush().map_err(|error| io_failure(&error)),
            Sink::Csv(mut writer) => writer.flush().map_err(|error| io_failure(&error)),
            Sink::Parquet(columns) => columns.finish().map(|_| ()).map_err(|error| io_failure(&error)),
            Sink::Xlsx(mut sheets) => {
                let path = sheets.path.clone();
                sheets.book.save(path).map_err(|error| io_failure(&error))
            }
        }
    }
}

fn is_flag(word: &str) -> bool {
    matches!(word, "pass" | "fail" | "yes" | "no")
}

/// A text that a spreadsheet would take for a formula gets a mark in front.
fn guarded(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

impl Sink {
    fn stream(format: Format, mut stream: Stream) -> Result<Self, Failure> {
        Ok(match format {
            Format::Json => Self::Json(stream),
            Format::Csv => {
                // Spreadsheet programs in China take a file without this mark for GBK.
                stream.write_all("\u{feff}".as_bytes()).map_err(|error| io_failure(&error))?;
                let mut writer = csv::Writer::from_writer(stream);
                writer.write_record(HEADING).map_err(|error| io_failure(&error))?;
                Self::Csv(Box::new(writer))
            }
            _ => Self::Table(BTreeMap::new()),
        })
    }
}

impl Sheets {
    fn put(&mut self, plain: &Plain<'_>) -> Result<(), rust_xlsxwriter::XlsxError> {
        if self.row > SHEET_ROWS {
            let sheet = self.book.add_worksheet_with_low_memory()?;
            for (at, name) in HEADING.iter().enumerate() {
                sheet.write_string(0, at as u16, *name)?;
            }
            self.sheet += 1;
            sheet.set_name(format!("determinations {}", self.sheet))?;
            self.row = 1;
        }
        let sheet = self.book.worksheet_from_index(self.sheet - 1)?;
        let cells = [
            plain.case_id.to_owned(),
            plain.rule.to_owned(),
            plain.outcome.clone(),
            plain.missing.join(" "),
            plain.cites.join(" "),
            plain.grade.to_owned(),
            plain.package.to_owned(),
            plain.bound.unwrap_or("").to_owned(),
        ];
        for (at, cell) in cells.into_iter().enumerate() {
            sheet.write_string(self.row, at as u16, cell)?;
        }
        self.row += 1;
        Ok(())
    }
}

fn json_line(plain: &Plain<'_>, found: &Found<'_>, rule: &landcycle_policy::law::Rule) -> Value {
    let mut object = Map::new();
    object.insert("case_id".into(), json!(plain.case_id));
    object.insert("rule".into(), json!(plain.rule));
    object.insert("outcome".into(), outcome_json(&found.determination.outcome, rule));
    object.insert("missing".into(), json!(plain.missing));
    object.insert("cites".into(), json!(plain.cites));
    object.insert("grade".into(), json!(plain.grade));
    object.insert("package".into(), json!(plain.package));
    if let Some(bound) = plain.bound {
        object.insert("bound".into(), json!(bound));
    }
    if let Some(reason) = &found.determination.reason {
        object.insert("reason".into(), json!({"zh": reason.zh, "en": reason.en}));
    }
    Value::Object(object)
}

/// An outcome as JSON: a string, a list of members, or an object of fields.
pub(crate) fn outcome_json(outcome: &Outcome, rule: &landcycle_policy::law::Rule) -> Value {
    match outcome {
        Outcome::Unknown => json!("unknown"),
        Outcome::NotApplicable => json!("not_applicable"),
        Outcome::Value(value) => match value.words(rule) {
            Words::One(word) => json!(word),
            Words::Many(words) => json!(words),
            Words::Fields(fields) => fields
                .into_iter()
                .map(|(name, word)| {
                    let value = if word == "none" { Value::Null } else { json!(word) };
                    (name, value)
                })
                .collect::<Map<String, Value>>()
                .into(),
        },
    }
}

fn table(counts: &BTreeMap<(String, String), Counts>, language: Language) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    let heading = ["head_package", "head_rule", "head_outcome", "head_cases", "head_note"];
    table.set_header(heading.map(|key| words(key).get(language).to_owned()));
    for ((package, rule), counts) in counts {
        let note = if counts.illustrative { words("illustrative") } else { words("nothing") };
        for (outcome, count) in &counts.outcomes {
            let cells = [package.clone(), rule.clone(), outcome.clone(), count.to_string()];
            table.add_row(cells.into_iter().chain([note.get(language).to_owned()]));
        }
    }
    table.to_string()
}
