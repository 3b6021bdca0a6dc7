//! Changed determinations on their way out: JSON lines, CSV, Parquet, XLSX; the totals with those forms
//! that have a place for them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{BufWriter, Write};

use landcycle_analysis::parquet::{ChangeColumns, ChangeRow};
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::Determination;
use serde_json::{Value, json};

use super::super::output::{guarded, outcome_json};
use super::super::sheets::Sheets;
use super::super::target::Pen;
use super::Form;
use crate::comparison::{Changed, Report, Side, Totals, summary};

const CHANGES: [&str; 8] =
    ["case_id", "rule", "left", "right", "difference", "left_grade", "right_grade", "missing"];
const TOTALS: [&str; 6] = ["rule", "cases", "from", "to", "changed", "grade"];
const SUMS: [&str; 5] = ["rule", "left", "right", "difference", "open"];
const LAW: [&str; 9] = [
    "rule",
    "kind",
    "path",
    "left_package",
    "left_value",
    "left_grade",
    "right_package",
    "right_value",
    "right_grade",
];
const GROUPS: [&str; 7] = ["rule", "by", "group", "changed", "left", "right", "difference"];

type Stream = BufWriter<Pen>;

/// What the writers report; the target finds the system's words for it.
pub(super) type RowError = Box<dyn Display>;

fn shown(error: impl Display + 'static) -> RowError {
    Box::new(error)
}

/// Where changes go.
pub(super) struct Rows<'s> {
    library: &'s Library,
    form: RowForm,
}

enum RowForm {
    Json(Stream),
    Csv(Box<csv::Writer<Stream>>),
    Parquet(Box<ChangeColumns<Stream>>),
    Xlsx(Box<Sheets>, Stream),
}

/// A changed determination, in the words of every form.
struct Line<'l> {
    case_id: &'l str,
    rule: &'l str,
    left: Value,
    right: Value,
    difference: Option<String>,
    missing: [Vec<&'l str>; 2],
}

impl<'s> Rows<'s> {
    /// Begins a file; of a table there are no rows.
    pub(super) fn open(form: Form, stream: Stream, library: &'s Library) -> Result<Option<Self>, RowError> {
        let mut stream = stream;
        let form = match form {
            Form::Table => return Ok(None),
            Form::Json => RowForm::Json(stream),
            Form::Csv => {
                // Spreadsheet programs in China take a file without this mark for GBK.
                stream.write_all("\u{feff}".as_bytes()).map_err(shown)?;
                let mut writer = csv::Writer::from_writer(stream);
                writer.write_record(CHANGES).map_err(shown)?;
                RowForm::Csv(Box::new(writer))
            }
            Form::Parquet => RowForm::Parquet(Box::new(ChangeColumns::new(stream).map_err(shown)?)),
            Form::Xlsx => RowForm::Xlsx(Box::new(Sheets::new("changes", &CHANGES)), stream),
        };
        Ok(Some(Self { library, form }))
    }

    /// Writes one change.
    pub(super) fn put(&mut self, change: &Changed<'_>, left: &Side, right: &Side) -> Result<(), RowError> {
        let rule = &left.law.rules[change.rule];
        let outcome = |found: &Determination, side: &Side| {
            let rule = side.law.rules.get(found.rule).unwrap_or(rule);
            outcome_json(&found.outcome, rule)
        };
        let facts = self.library.vocabulary.facts();
        let missing = |found: &Determination| -> Vec<&str> {
            found.missing.iter().map(|fact| facts[*fact].name.as_str()).collect()
        };
        let line = Line {
            case_id: change.case_id,
            rule: &rule.name,
            left: outcome(&change.left, left),
            right: outcome(&change.right, right),
            difference: change.difference.map(|value| value.to_string()),
            missing: [missing(&change.left), missing(&change.right)],
        };
        match &mut self.form {
            RowForm::Json(stream) => {
                let side = |found: &Determination, outcome: &Value, missing: &[&str], side: &Side| {
                    json!({
                        "outcome": outcome, "missing": missing, "cites": found.basis.cites,
                        "grade": found.basis.grade.word(), "package": side.law.digest,
                    })
                };
                let object = json!({
                    "case_id": line.case_id, "rule": line.rule,
                    "left": side(&change.left, &line.left, &line.missing[0], left),
                    "right": side(&change.right, &line.right, &line.missing[1], right),
                    "difference": line.difference,
                });
                writeln!(stream, "{object}").map_err(shown)
            }
            RowForm::Csv(writer) => {
                writer.write_record(line.cells(change).map(|cell| guarded(&cell))).map_err(shown)
            }
            RowForm::Parquet(columns) => {
                let sides = [&change.left, &change.right];
                let cites = sides.map(|side| side.basis.cites.iter().map(String::as_str).collect::<Vec<_>>());
                let row = ChangeRow {
                    case_id: line.case_id,
                    rule: line.rule,
                    outcomes: [&text(&line.left), &text(&line.right)],
                    difference: line.difference.as_deref(),
                    missing: [&line.missing[0], &line.missing[1]],
                    cites: [&cites[0], &cites[1]],
                    grades: sides.map(|side| side.basis.grade.word()),
                    packages: [&left.law.digest, &right.law.digest],
                };
                columns.push(&row).map_err(shown)
            }
            RowForm::Xlsx(sheets, _) => {
                let cells = line.cells(change);
                sheets.put(cells.iter().map(String::as_str)).map_err(shown)
            }
        }
    }

    /// Writes the totals, where the form has a place for them, and completes the file.
    pub(super) fn finish(self, report: &Report) -> Result<(), RowError> {
        match self.form {
            RowForm::Json(mut stream) => {
                let rules: BTreeMap<&String, Value> =
                    report.iter().map(|(name, rule)| (name, summary(rule, self.library))).collect();
                let last = json!({"summary": rules});
                writeln!(stream, "{last}").and_then(|()| stream.flush()).map_err(shown)
            }
            RowForm::Csv(mut writer) => writer.flush().map_err(shown),
            RowForm::Parquet(columns) => columns.finish().map(|_| ()).map_err(shown),
            RowForm::Xlsx(sheets, mut stream) => {
                let packed = totals(*sheets, report).map_err(shown)?;
                stream.write_all(&packed).and_then(|()| stream.flush()).map_err(shown)
            }
        }
    }
}

impl Line<'_> {
    /// In the order of [`CHANGES`].
    fn cells(&self, change: &Changed<'_>) -> [String; 8] {
        [
            self.case_id.to_owned(),
            self.rule.to_owned(),
            text(&self.left),
            text(&self.right),
            self.difference.clone().unwrap_or_default(),
            change.left.basis.grade.word().to_owned(),
            change.right.basis.grade.word().to_owned(),
            self.missing.concat().join(" "),
        ]
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The sheets of totals behind those of changes: moves, sums, what in the law differs, groups.
fn totals(sheets: Sheets, report: &Report) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let number =
        |sum: Option<landcycle_policy::exact::Exact>| sum.map_or_else(String::new, |s| s.to_string());
    let mark = |totals: &Totals| if totals.illustrative { "illustrative" } else { "" };
    let mut sheets = sheets.turn("totals", &TOTALS)?;
    for (name, rule) in report {
        let cases = rule.totals.cases.to_string();
        if rule.totals.moves.is_empty() {
            sheets.put([name.as_str(), &cases, "", "", "0", ""])?;
        }
        for ((from, to), changed) in &rule.totals.moves {
            sheets.put([name.as_str(), &cases, from, to, &changed.to_string(), mark(&rule.totals)])?;
        }
    }
    let mut sheets = sheets.turn("sums", &SUMS)?;
    for (name, rule) in report {
        let [left, right, difference] =
            [rule.totals.left, rule.totals.right, rule.totals.difference].map(number);
        sheets.put([name.as_str(), &left, &right, &difference, &rule.totals.open.to_string()])?;
    }
    let mut sheets = sheets.turn("law", &LAW)?;
    for (name, rule) in report {
        for ((kind, path), (left, right)) in &rule.grounds {
            let side = |ground: &Option<Ground>| {
                ground.as_ref().map_or_else(Default::default, |ground| {
                    let value = ground.value.map(|(value, _)| value.to_string());
                    let value = value.unwrap_or_else(|| landcycle_policy::calendar::iso(ground.from));
                    [ground.package.clone(), value, ground.grade.word().to_owned()]
                })
            };
            let (left, right): ([String; 3], [String; 3]) = (side(left), side(right));
            let cells = [name, kind, path].into_iter().chain(&left).chain(&right);
            sheets.put(cells.map(String::as_str))?;
        }
    }
    let mut sheets = sheets.turn("groups", &GROUPS)?;
    for (name, rule) in report {
        for (by, groups) in [("district", &rule.by_district), ("industry", &rule.by_industry)] {
            for (group, found) in groups {
                let [left, right, difference] = [found.left, found.right, found.difference].map(number);
                let changed = found.changed.to_string();
                sheets.put([name.as_str(), by, group, &changed, &left, &right, &difference])?;
            }
        }
    }
    sheets.finish()
}
