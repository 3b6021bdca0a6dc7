//! Determinations on their way out: table, JSON lines, CSV, Parquet, XLSX.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use landcycle_analysis::parquet::{DeterminationColumns, DeterminationRow};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::{Outcome, OutcomeValue, Words};
use landcycle_policy::text::Language;
use serde_json::{Map, Value, json};

use super::sheets::Sheets;
use super::target::{Pen, Target};
use crate::assessment::{Found, bound};
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
    target: Target,
    sink: Sink,
}

type Stream = BufWriter<Pen>;

enum Sink {
    Table(Tally, Stream),
    Json(Stream),
    Csv(Box<csv::Writer<Stream>>),
    Parquet(Box<DeterminationColumns<Stream>>),
    Xlsx(Box<Sheets>, Stream),
}

/// How often each outcome of a rule came out, and the weakest grade.
#[derive(Clone, Default)]
struct Counts {
    unknown: u64,
    not_applicable: u64,
    outcomes: BTreeMap<String, u64>,
    illustrative: bool,
}

/// The counts of every rule, package by package: a table is only counted, never written row by row.
#[derive(Default)]
struct Tally {
    /// The law of the counts, by its place in memory.
    law: usize,
    package: String,
    rules: Vec<Counts>,
    names: Vec<String>,
    done: BTreeMap<(String, String), Counts>,
}

const HEADING: [&str; 8] = ["case_id", "rule", "outcome", "missing", "cites", "grade", "package", "bound"];

impl<'o> Output<'o> {
    pub(super) fn open(
        format: Format,
        target: Target,
        language: Language,
        library: &'o Library,
    ) -> Result<Self, Failure> {
        let sink = Sink::begin(format, BufWriter::new(target.pen()?));
        let sink = sink.map_err(|error| target.failure(&*error))?;
        Ok(Self { library, language, target, sink })
    }

    /// Writes one determination.
    pub(super) fn put(&mut self, found: &Found<'_>) -> Result<(), Failure> {
        let rule = &found.batch.law.rules[found.determination.rule];
        if let Sink::Table(tally, _) = &mut self.sink {
            tally.count(found, rule);
            return Ok(());
        }
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
            bound: bound(&found.determination),
        };
        let put = self.sink.put(&plain, found, rule);
        put.map_err(|error| self.target.failure(&*error))
    }

    /// Completes the output and puts it in its place.
    pub(super) fn finish(self) -> Result<(), Failure> {
        self.sink.finish(self.language).map_err(|error| self.target.failure(&*error))?;
        self.target.finish()
    }
}

fn is_flag(word: &str) -> bool {
    matches!(word, "pass" | "fail" | "yes" | "no")
}

/// A text that a spreadsheet would take for a formula gets a mark in front.
pub(crate) fn guarded(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if risky { format!("'{text}") } else { text.to_owned() }
}

/// What the writers of the forms report; [`Target::failure`] finds the system's words for it.
type SinkError = Box<dyn Display>;

fn shown(error: impl Display + 'static) -> SinkError {
    Box::new(error)
}

impl Sink {
    fn begin(format: Format, mut stream: Stream) -> Result<Self, SinkError> {
        Ok(match format {
            Format::Table => Self::Table(Tally::default(), stream),
            Format::Json => Self::Json(stream),
            Format::Csv => {
                // Spreadsheet programs in China take a file without this mark for GBK.
                stream.write_all("\u{feff}".as_bytes()).map_err(shown)?;
                let mut writer = csv::Writer::from_writer(stream);
                writer.write_record(HEADING).map_err(shown)?;
                Self::Csv(Box::new(writer))
            }
            Format::Parquet => Self::Parquet(Box::new(DeterminationColumns::new(stream).map_err(shown)?)),
            Format::Xlsx => Self::Xlsx(Box::new(Sheets::new("determinations", &HEADING)), stream),
        })
    }

    fn put(
        &mut self,
        plain: &Plain<'_>,
        found: &Found<'_>,
        rule: &landcycle_policy::law::Rule,
    ) -> Result<(), SinkError> {
        match self {
            // Counted before a row is made of it.
            Self::Table(..) => Ok(()),
            Self::Json(stream) => {
                serde_json::to_writer(&mut *stream, &json_line(plain, found, rule)).map_err(shown)?;
                stream.write_all(b"\n").map_err(shown)
            }
            Self::Csv(writer) => {
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
                writer.write_record(record).map_err(shown)
            }
            Self::Parquet(columns) => columns
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
                .map_err(shown),
            Self::Xlsx(sheets, _) => {
                let (missing, cites) = (plain.missing.join(" "), plain.cites.join(" "));
                let cells = [
                    plain.case_id,
                    plain.rule,
                    &plain.outcome,
                    &missing,
                    &cites,
                    plain.grade,
                    plain.package,
                    plain.bound.unwrap_or(""),
                ];
                sheets.put(cells).map_err(shown)
            }
        }
    }

    fn finish(self, language: Language) -> Result<(), SinkError> {
        match self {
            Self::Table(tally, mut stream) => {
                let counts = tally.finish();
                let done = writeln!(stream, "{}", table(&counts, language)).and_then(|()| stream.flush());
                done.map_err(shown)
            }
            Self::Json(mut stream) => stream.flush().map_err(shown),
            Self::Csv(mut writer) => writer.flush().map_err(shown),
            Self::Parquet(columns) => columns.finish().map(|_| ()).map_err(shown),
            Self::Xlsx(sheets, mut stream) => {
                let packed = sheets.finish().map_err(shown)?;
                stream.write_all(&packed).and_then(|()| stream.flush()).map_err(shown)
            }
        }
    }
}

impl Tally {
    fn count(&mut self, found: &Found<'_>, rule: &landcycle_policy::law::Rule) {
        let law = &found.batch.law;
        let place = Arc::as_ptr(law) as usize;
        if self.law != place {
            self.turn();
            self.law = place;
            self.package.clone_from(&law.package().id);
            self.rules = vec![Counts::default(); law.rules.len()];
            self.names = law.rules.iter().map(|rule| rule.name.clone()).collect();
        }
        let counts = &mut self.rules[found.determination.rule];
        counts.illustrative |= found.determination.basis.grade == Grade::Illustrative;
        match &found.determination.outcome {
            Outcome::Unknown => counts.unknown += 1,
            Outcome::NotApplicable => counts.not_applicable += 1,
            Outcome::Value(value) => *counts.outcomes.entry(class(value, rule)).or_default() += 1,
        }
    }

    /// Puts the counts of a package with the others.
    fn turn(&mut self) {
        let package = std::mem::take(&mut self.package);
        for (name, mut counts) in
            std::mem::take(&mut self.names).into_iter().zip(std::mem::take(&mut self.rules))
        {
            for (word, many) in [("unknown", counts.unknown), ("not_applicable", counts.not_applicable)] {
                if many > 0 {
                    *counts.outcomes.entry(word.to_owned()).or_default() += many;
                }
            }
            if counts.outcomes.is_empty() {
                continue;
            }
            let there = self.done.entry((package.clone(), name)).or_default();
            there.illustrative |= counts.illustrative;
            for (word, many) in counts.outcomes {
                *there.outcomes.entry(word).or_default() += many;
            }
        }
    }

    fn finish(mut self) -> BTreeMap<(String, String), Counts> {
        self.turn();
        self.done
    }
}

/// The class of an outcome that a table counts: amounts are not told apart.
fn class(value: &OutcomeValue, rule: &landcycle_policy::law::Rule) -> String {
    if let OutcomeValue::Amount(amount) = value {
        let sign = match amount.cmp(&Exact::ZERO) {
            Ordering::Less => "<0",
            Ordering::Equal => "0",
            Ordering::Greater => ">0",
        };
        return sign.to_owned();
    }
    match value.words(rule) {
        Words::Fields(fields) => fields.first().map_or_else(String::new, |(_, word)| word.clone()),
        Words::One(word) if rule.fields[0].codes.is_empty() && !is_flag(&word) => ">0".to_owned(),
        words => words.line(),
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
