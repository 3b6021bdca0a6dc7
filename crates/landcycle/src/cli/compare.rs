//! `landcycle compare`: who changes, from what to what and by how much, between two packages, two
//! dates or a law and its reform, over the same cases.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgGroup, Args, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::Law;
use landcycle_policy::law::grounds::Ground;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::outcome::Determination;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use super::assess::no_package;
use super::output::{guarded, outcome_json};
use super::target::{Pen, Target};
use super::{Context, facts_file, parse_date};
use crate::comparison::{self, Changed, Report, Side, Totals};
use crate::portfolio::Batch;
use crate::say::{Failure, filled, tell, words};
use crate::{clock, packages, store};

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cases").args(["store", "facts"]).required(true)))]
pub(crate) struct Compare {
    /// 库 · GeoPackage store
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// 事实表 · CSV or XLSX file of facts, one case a row
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// 左侧政策包 · package of the left side; every case is judged by it, wherever it lies
    #[arg(long, value_name = "ID")]
    left: Option<String>,
    /// 右侧政策包 · package of the right side
    #[arg(long, value_name = "ID")]
    right: Option<String>,
    /// 改革包 · folder of a package over another: the right side
    #[arg(long, value_name = "DIR", conflicts_with = "right")]
    reform: Option<PathBuf>,
    /// 评估日 · assessment date of both sides
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 左侧评估日 · assessment date of the left side
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    left_as_of: Option<Date>,
    /// 右侧评估日 · assessment date of the right side
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    right_as_of: Option<Date>,
    /// 只比规则 · only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    rules: Vec<String>,
    /// 输出格式 · totals as a table; or every change as JSON lines (totals last), CSV or XLSX
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    /// 输出文件 · write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Json,
    Csv,
    Xlsx,
}

const HEADING: [&str; 8] =
    ["case_id", "rule", "left", "right", "difference", "left_grade", "right_grade", "missing"];

impl Compare {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let loaded = packages::sound(context.packages())?;
        let (library, reform) = match &self.reform {
            Some(folder) => {
                let (library, id) = packages::with_reform(&loaded, folder)?;
                (library, Some(id))
            }
            None => (loaded, None),
        };
        for named in [&self.left, &self.right].into_iter().flatten() {
            if library.law(named).is_none() {
                return Err(no_package(&library, named));
            }
        }
        let (batches, default_day) = self.batches(&library)?;
        let day = |own: Option<Date>| clock::day_number(own.or(self.as_of).unwrap_or(default_day));
        let days = (day(self.left_as_of), day(self.right_as_of));
        let laws = self.right_laws(&library, reform.as_deref())?;
        let inputs: Vec<&Path> =
            [&self.store, &self.facts].into_iter().flatten().map(PathBuf::as_path).collect();
        if self.format == Form::Xlsx && self.out.is_none() {
            return Err(Failure::new("needs_out", &[]).misuse());
        }
        let target = Target::open(self.out.as_deref(), &inputs)?;
        let mut sink = Sink::open(self.format, BufWriter::new(target.pen()?), &library)?;
        let mut report = Report::new();
        let mut cases = 0;
        for batch in &batches {
            let left = Side { law: Arc::clone(&batch.law), as_of: days.0 };
            let right = self.right.as_deref().and_then(|id| library.law(id));
            let right = right.or_else(|| laws.get(&batch.law.package().id)).unwrap_or(&batch.law);
            let right = Side { law: Arc::clone(right), as_of: days.1 };
            if Arc::ptr_eq(&left.law, &right.law) && left.as_of == right.as_of && batches.len() == 1 {
                return Err(Failure::new("compare_needs_two", &[]).misuse());
            }
            cases += batch.cases.len();
            comparison::compare(
                &library,
                batch,
                (&left, &right),
                &self.rules,
                &mut report,
                &mut |change, l, r| sink.put(&change, l, r).map_err(|error| target.failure(&error)),
            )?;
        }
        sink.finish(&report, &library, context.language).map_err(|error| target.failure(&error))?;
        target.finish()?;
        let changed: u64 = report.values().map(|rule| rule.totals.changed).sum();
        let values = [
            ("cases", cases.to_string()),
            ("rules", report.len().to_string()),
            ("changed", changed.to_string()),
        ];
        let values = values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        tell(filled("compare_counted", &values).get(context.language));
        Ok(())
    }

    /// The cases, under the package named for the left side or that of their place, or of the law that
    /// a reform stands over.
    fn batches(&self, library: &Library) -> Result<(Vec<Batch>, Date), Failure> {
        let package = self.left.as_deref();
        if let Some(facts) = &self.facts {
            return Ok((facts_file::read(library, facts, None, package)?, clock::today()));
        }
        let ledger = store::open(&self.store.clone().unwrap_or_default())?;
        let kept = ledger.meta(store::AS_OF_META).ok().flatten().and_then(|day| day.parse().ok());
        let day = kept.unwrap_or_else(clock::today);
        let as_of = self.as_of.or(self.left_as_of).unwrap_or(day);
        Ok((store::batches(&ledger, library, package, as_of, None)?, day))
    }

    /// The laws of the right side by the package of the left one, where a reform changes them.
    fn right_laws(
        &self,
        library: &Library,
        reform: Option<&str>,
    ) -> Result<BTreeMap<String, Arc<Law>>, Failure> {
        let Some(reform) = reform else { return Ok(BTreeMap::new()) };
        let changed = library.reformed(reform).map_err(|faults| {
            let told = |language| faults.iter().map(|f| f.render(language)).collect::<Vec<_>>().join("\n");
            let (zh, en) = (told(Language::Zh), told(Language::En));
            Failure::text(landcycle_policy::text::Text { zh, en })
        })?;
        Ok(changed.1)
    }
}

/// Where changes go.
struct Sink<'s> {
    library: &'s Library,
    kind: Kind,
}

enum Kind {
    Table(BufWriter<Pen>),
    Json(BufWriter<Pen>),
    Csv(Box<csv::Writer<BufWriter<Pen>>>),
    Xlsx(Box<rust_xlsxwriter::Workbook>, u32, BufWriter<Pen>),
}

impl<'s> Sink<'s> {
    fn open(form: Form, mut stream: BufWriter<Pen>, library: &'s Library) -> Result<Self, Failure> {
        let failed = |why: String| Failure::new("cannot_write", &[("file", "–"), ("why", &why)]);
        let kind = match form {
            Form::Table => Kind::Table(stream),
            Form::Json => Kind::Json(stream),
            Form::Csv => {
                // Spreadsheet programs in China take a file without this mark for GBK.
                stream.write_all("\u{feff}".as_bytes()).map_err(|error| failed(error.to_string()))?;
                let mut writer = csv::Writer::from_writer(stream);
                writer.write_record(HEADING).map_err(|error| failed(error.to_string()))?;
                Kind::Csv(Box::new(writer))
            }
            Form::Xlsx => {
                let mut book = rust_xlsxwriter::Workbook::new();
                let sheet = book.add_worksheet_with_low_memory();
                let named = sheet.and_then(|sheet| {
                    for (at, name) in HEADING.iter().enumerate() {
                        sheet.write_string(0, at as u16, *name)?;
                    }
                    sheet.set_name("changes").map(|_| ())
                });
                named.map_err(|error| failed(error.to_string()))?;
                Kind::Xlsx(Box::new(book), 1, stream)
            }
        };
        Ok(Self { library, kind })
    }

    fn put(&mut self, change: &Changed<'_>, left: &Side, right: &Side) -> Result<(), String> {
        let rule = &left.law.rules[change.rule];
        let shown = |found: &Determination, side: &Side| {
            let rule = side.law.rules.get(found.rule).unwrap_or(rule);
            outcome_json(&found.outcome, rule)
        };
        let (one, other) = (shown(&change.left, left), shown(&change.right, right));
        let difference = change.difference.map(|value| value.to_string());
        let facts = self.library.vocabulary.facts();
        let missing = |found: &Determination| -> Vec<&str> {
            found.missing.iter().map(|fact| facts[*fact].name.as_str()).collect()
        };
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let record = || {
            let missing = [missing(&change.left), missing(&change.right)].concat().join(" ");
            [
                change.case_id.to_owned(),
                rule.name.clone(),
                text(&one),
                text(&other),
                difference.clone().unwrap_or_default(),
                change.left.basis.grade.word().to_owned(),
                change.right.basis.grade.word().to_owned(),
                missing,
            ]
        };
        match &mut self.kind {
            Kind::Table(_) => Ok(()),
            Kind::Json(stream) => {
                let side = |found: &Determination, outcome: &Value, side: &Side| {
                    json!({
                        "outcome": outcome, "missing": missing(found), "cites": found.basis.cites,
                        "grade": found.basis.grade.word(), "package": side.law.digest,
                    })
                };
                let line = json!({
                    "case_id": change.case_id, "rule": rule.name, "left": side(&change.left, &one, left),
                    "right": side(&change.right, &other, right), "difference": difference,
                });
                writeln!(stream, "{line}").map_err(|error| error.to_string())
            }
            Kind::Csv(writer) => {
                writer.write_record(record().map(|cell| guarded(&cell))).map_err(|error| error.to_string())
            }
            Kind::Xlsx(book, row, _) => {
                let sheet = book.worksheet_from_index(0).map_err(|error| error.to_string())?;
                for (at, cell) in record().into_iter().enumerate() {
                    sheet.write_string(*row, at as u16, cell).map_err(|error| error.to_string())?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    fn finish(self, report: &Report, library: &Library, language: Language) -> Result<(), String> {
        let flat = |error: std::io::Error| error.to_string();
        match self.kind {
            Kind::Table(mut stream) => writeln!(stream, "{}", table(report, library, language))
                .and_then(|()| stream.flush())
                .map_err(flat),
            Kind::Json(mut stream) => {
                let rules: BTreeMap<&String, Value> =
                    report.iter().map(|(name, rule)| (name, summary(rule, library))).collect();
                writeln!(stream, "{}", json!({"summary": rules})).and_then(|()| stream.flush()).map_err(flat)
            }
            Kind::Csv(mut writer) => writer.flush().map_err(flat),
            Kind::Xlsx(mut book, _, mut stream) => {
                let packed = book.save_to_buffer().map_err(|error| error.to_string())?;
                stream.write_all(&packed).and_then(|()| stream.flush()).map_err(flat)
            }
        }
    }
}

fn totals(found: &Totals) -> Value {
    let moves: Vec<Value> = found
        .moves
        .iter()
        .map(|((from, to), cases)| json!({"from": from, "to": to, "cases": cases}))
        .collect();
    let cases = (found.cases > 0).then_some(found.cases);
    json!({
        "cases": cases, "changed": found.changed, "moves": moves, "left": found.left.to_string(),
        "right": found.right.to_string(), "difference": found.difference.to_string(), "open": found.open,
        "illustrative": found.illustrative,
    })
}

fn summary(rule: &comparison::RuleReport, library: &Library) -> Value {
    let group = |groups: &BTreeMap<String, Totals>| -> BTreeMap<String, Value> {
        groups.iter().map(|(name, found)| (name.clone(), totals(found))).collect()
    };
    let side = |ground: &Option<Ground>| match ground {
        None => Value::Null,
        Some(ground) => json!({
            "package": ground.package, "from": landcycle_policy::calendar::iso(ground.from),
            "value": ground.value.map(|(value, _)| value.to_string()),
            "unit": ground.value.map(|(_, unit)| library.vocabulary.units.display(unit).zh),
            "cites": ground.cites, "grade": ground.grade.word(), "illustrative": ground.illustrative.is_some(),
        }),
    };
    let grounds: Vec<Value> = rule
        .grounds
        .iter()
        .map(|((kind, path), (left, right))| {
            json!({"kind": kind, "path": path, "left": side(left), "right": side(right)})
        })
        .collect();
    json!({
        "totals": totals(&rule.totals), "by_district": group(&rule.by_district),
        "by_industry": group(&rule.by_industry), "differences_in_law": grounds,
    })
}

/// Totals for people: moves and sums by rule, what in the law makes the difference, groups.
fn table(report: &Report, library: &Library, language: Language) -> String {
    let word = |key: &str| words(key).get(language).to_owned();
    let mut out = String::new();
    let fresh = |heading: &[String]| {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
        table.set_header(heading.to_vec());
        table
    };
    let changed: Vec<_> = report.iter().filter(|(_, rule)| rule.totals.changed > 0).collect();
    let heading = ["head_rule", "compare_from_to", "compare_changed", "head_note"].map(word);
    let mut moves = fresh(&heading);
    let heading = ["head_rule", "compare_left", "compare_right", "compare_difference"].map(word);
    let mut sums = fresh(&heading);
    let heading = ["head_rule", "compare_ground", "compare_left_side", "compare_right_side"].map(word);
    let mut grounds = fresh(&heading);
    let heading = ["head_rule", "compare_district", "compare_industry", "compare_changed"].map(word);
    let mut groups = fresh(&heading);
    for (name, rule) in &changed {
        let note = if rule.totals.illustrative { word("illustrative") } else { word("nothing") };
        for ((from, to), cases) in &rule.totals.moves {
            moves.add_row([(*name).clone(), format!("{from} → {to}"), cases.to_string(), note.clone()]);
        }
        let found = &rule.totals;
        if found.left != Exact::ZERO || found.right != Exact::ZERO {
            let cells = [found.left, found.right, found.difference].map(|sum| sum.rounded(2));
            sums.add_row(std::iter::once((*name).clone()).chain(cells));
        }
        for ((_, path), (left, right)) in &rule.grounds {
            let side = |ground: &Option<Ground>| match ground {
                None => word("nothing"),
                Some(ground) => {
                    let value = ground.value.map(|(value, unit)| {
                        format!("{value} {}", library.vocabulary.units.display(unit).get(language))
                    });
                    let value = value.unwrap_or_else(|| landcycle_policy::calendar::iso(ground.from));
                    format!("{} · {} · {}", ground.package, value.trim(), ground.grade.word())
                }
            };
            grounds.add_row([(*name).clone(), path.clone(), side(left), side(right)]);
        }
        let group =
            |name: &str| if name.is_empty() { word("compare_unknown_group") } else { name.to_owned() };
        for (district, found) in &rule.by_district {
            groups.add_row([(*name).clone(), group(district), String::new(), found.changed.to_string()]);
        }
        for (industry, found) in &rule.by_industry {
            groups.add_row([(*name).clone(), String::new(), group(industry), found.changed.to_string()]);
        }
    }
    for table in [moves, sums, grounds, groups] {
        if table.row_iter().next().is_some() {
            out.push_str(&table.to_string());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    //! A reform of ten lines over a small portfolio.

    use std::path::{Path, PathBuf};

    use landcycle_policy::text::Language;
    use serde_json::Value;

    use super::{Compare, Context, Form};

    fn compared(facts: &str, change: impl FnOnce(&mut Compare)) -> Result<Vec<Value>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let (cases, out) = (folder.path().join("facts.csv"), folder.path().join("changes.jsonl"));
        std::fs::write(&cases, facts).expect("written");
        let day = "2024-06-30".parse().expect("a day");
        let mut command = Compare {
            store: None,
            facts: Some(cases),
            left: None,
            right: None,
            reform: None,
            as_of: Some(day),
            left_as_of: None,
            right_as_of: None,
            rules: Vec::new(),
            format: Form::Json,
            out: Some(out.clone()),
        };
        change(&mut command);
        let done = command.run(&Context { language: Language::En, packages: None });
        done.map_err(|failure| failure.message.en)?;
        let text = std::fs::read_to_string(&out).expect("the changes");
        Ok(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
    }

    fn reform() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/reform-support-share")
    }

    const PARCELS: &str = "case_id,city,district,industry,signed_on,floor_area,support_floor_area\n\
        A,深圳市,x,C3913,2020-01-01,1000,300\nB,深圳市,x,C3913,2020-01-01,1000,330\n\
        C,深圳市,y,C2710,2020-01-01,1000,351\nD,深圳市,y,C2710,2020-01-01,1000,\nE,上海市,z,C39,2020-01-01,1000,330\n";

    #[test]
    fn a_reform_tells_who_changes_and_by_what() {
        let lines = compared(PARCELS, |command| {
            command.reform = Some(reform());
            command.rules = vec!["functional_mix".into()];
        });
        let lines = lines.expect("compared");
        assert_eq!(lines.len(), 2, "one change and the totals: {lines:?}");
        assert_eq!((&lines[0]["case_id"], &lines[0]["left"]["outcome"]), (&"B".into(), &"fail".into()));
        assert_eq!(lines[0]["right"]["outcome"], "pass");
        assert_eq!(lines[0]["right"]["grade"], "illustrative");
        let told = &lines[1]["summary"]["functional_mix"];
        assert_eq!(told["totals"]["cases"], 5);
        assert_eq!(told["by_district"]["x"]["changed"], 1);
        assert_eq!(told["by_industry"]["C39"]["changed"], 1);
        let law = &told["differences_in_law"][0];
        assert_eq!(law["path"], "supply/support_floor_area_share_max");
        assert_eq!((&law["left"]["value"], &law["right"]["value"]), (&"0.3".into(), &"0.35".into()));
    }

    #[test]
    fn two_packages_judge_every_case_wherever_it_lies() {
        let lines = compared(PARCELS, |command| {
            (command.left, command.right) = (Some("beijing".into()), Some("shenzhen".into()));
            command.rules = vec!["functional_mix".into()];
        });
        let lines = lines.expect("compared");
        let changed: Vec<&str> = lines.iter().filter_map(|line| line["case_id"].as_str()).collect();
        // 300 of 1,000 is above fifteen per cent and not above thirty.
        assert_eq!(changed, ["A"]);
    }

    #[test]
    fn nothing_to_compare_is_told() {
        let said = compared(PARCELS, |command| command.left = Some("beijing".into())).expect_err("refused");
        assert!(said.contains("--reform"), "{said}");
    }
}
