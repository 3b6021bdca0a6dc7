//! `landcycle compare`: who changes, from what to what and by how much, between two packages, two
//! dates or a law and its reform, over the same cases.

mod rows;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{ArgGroup, Args, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;

use self::rows::{RowError, Rows};
use super::assess::no_package;
use super::target::Target;
use super::{Context, facts_file, parquet_facts, parse_date};
use crate::comparison::{ChangeSink, Changed, Comparison, Report, Side};
use crate::portfolio::Batch;
use crate::say::{Failure, filled, tell};
use crate::{assessment, clock, packages, store};

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("cases").args(["store", "facts"]).required(true)))]
pub(crate) struct Compare {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// 事实表 · CSV, XLSX or Parquet file of facts, one case a row (Parquet is read batch by batch)
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
    /// 输出格式 · totals as a table; or every change as JSON lines (totals last), CSV, Parquet or XLSX (totals in further sheets)
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
    Parquet,
    Xlsx,
}

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
        self.known_rules(&library)?;
        let mut cases = self.cases(&library)?;
        let default_day = cases.day();
        let day = |own: Option<Date>| clock::day_number(own.or(self.as_of).unwrap_or(default_day));
        let days = (day(self.left_as_of), day(self.right_as_of));
        let laws = self.right_laws(&library, reform.as_deref())?;
        let inputs: Vec<&Path> =
            [&self.store, &self.facts].into_iter().flatten().map(PathBuf::as_path).collect();
        if matches!(self.format, Form::Xlsx | Form::Parquet) && self.out.is_none() {
            return Err(Failure::new("needs_out", &[]).misuse());
        }
        let target = Target::open(self.out.as_deref(), &inputs)?;
        let mut rows = Rows::open(self.format, BufWriter::new(target.pen()?), &library)
            .map_err(|error| target.failure(&*error))?;
        let mut report = Report::new();
        let mut count = 0;
        // The next cases are read while these are compared.
        std::thread::scope(|scope| {
            let (sender, receiver) = std::sync::mpsc::sync_channel(1);
            scope.spawn(move || {
                loop {
                    let next = cases.next();
                    let more = matches!(next, Ok(Some(_)));
                    if sender.send(next).is_err() || !more {
                        break;
                    }
                }
            });
            while let Ok(next) = receiver.recv() {
                let Some(batches) = next? else { break };
                for batch in &batches {
                    let left = Side { law: Arc::clone(&batch.law), as_of: days.0 };
                    let right = self.right.as_deref().and_then(|id| library.law(id));
                    let right = right.or_else(|| laws.get(&batch.law.package().id)).unwrap_or(&batch.law);
                    let right = Side { law: Arc::clone(right), as_of: days.1 };
                    if Arc::ptr_eq(&left.law, &right.law) && left.as_of == right.as_of && batches.len() == 1 {
                        return Err(Failure::new("compare_needs_two", &[]).misuse());
                    }
                    count += batch.cases.len();
                    let comparison = Comparison::new(&library, batch, (&left, &right), &self.rules)?;
                    let mut told = rows.as_mut().map(|rows| {
                        |change: Changed<'_>| {
                            rows.put(&change, &left, &right).map_err(|error| target.failure(&*error))
                        }
                    });
                    let sink = told.as_mut().map(|told| told as &mut ChangeSink<'_>);
                    comparison.run(assessment::default_threads(), &mut report, sink)?;
                }
            }
            Ok::<(), Failure>(())
        })?;
        let written = if let Some(rows) = rows {
            rows.finish(&report)
        } else {
            let text = table::table(&report, &library, context.language);
            let mut pen = target.pen()?;
            writeln!(pen, "{text}").and_then(|()| pen.flush()).map_err(|error| Box::new(error) as RowError)
        };
        written.map_err(|error| target.failure(&*error))?;
        target.finish()?;
        let changed: u64 = report.values().map(|rule| rule.totals.changed).sum();
        let values = [
            ("cases", count.to_string()),
            ("rules", report.len().to_string()),
            ("changed", changed.to_string()),
        ];
        let values = values.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        tell(filled("compare_counted", &values).get(context.language));
        Ok(())
    }

    /// A rule misspelt and left out would compare less than was asked for.
    fn known_rules(&self, library: &Library) -> Result<(), Failure> {
        let listed = || library.laws().flat_map(|(_, law)| law.listed().map(|(_, rule)| rule));
        for name in &self.rules {
            if !listed().any(|rule| rule.name == *name || rule.id == *name) {
                let known: BTreeSet<&str> = listed().map(|rule| rule.name.as_str()).collect();
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(Failure::new("no_rule_known", &[("rule", name), ("known", &known)]).misuse());
            }
        }
        Ok(())
    }

    /// The cases, under the package named for the left side or that of their place, or of the law that
    /// a reform stands over.
    fn cases<'l>(&self, library: &'l Library) -> Result<Cases<'l>, Failure> {
        let package = self.left.as_deref();
        if let Some(facts) = &self.facts {
            if parquet_facts::is_parquet(facts) {
                return Ok(Cases::Stream(Box::new(parquet_facts::Stream::open(library, facts, package)?)));
            }
            return Ok(Cases::Whole(facts_file::read(library, facts, None, package)?, clock::today()));
        }
        let ledger = store::open(&self.store.clone().unwrap_or_default())?;
        let kept = ledger.meta(store::AS_OF_META).ok().flatten().and_then(|day| day.parse().ok());
        let day = kept.unwrap_or_else(clock::today);
        // Both sides see the same facts: those of the later day.
        let day_of = |own: Option<Date>| own.or(self.as_of).unwrap_or(day);
        let as_of = day_of(self.left_as_of).max(day_of(self.right_as_of));
        Ok(Cases::Whole(store::batches(&ledger, library, package, as_of, None)?, day))
    }

    /// The laws of the right side by the package of the left one, where a reform changes them.
    fn right_laws(
        &self,
        library: &Library,
        reform: Option<&str>,
    ) -> Result<BTreeMap<String, Arc<Law>>, Failure> {
        let Some(reform) = reform else { return Ok(BTreeMap::new()) };
        Ok(packages::reformed(library, reform)?.1)
    }
}

/// The cases that are compared.
enum Cases<'l> {
    /// All at once, with the usual day of their store.
    Whole(Vec<Batch>, Date),
    /// Some rows at a time.
    Stream(Box<parquet_facts::Stream<'l>>),
}

impl Cases<'_> {
    /// The day of the comparison where nobody names one.
    fn day(&self) -> Date {
        match self {
            Self::Whole(_, day) => *day,
            Self::Stream(_) => clock::today(),
        }
    }

    /// The next cases, by package; nothing when there are no more.
    fn next(&mut self) -> Result<Option<Vec<Batch>>, Failure> {
        match self {
            Self::Whole(batches, _) => {
                Ok(Some(std::mem::take(batches)).filter(|batches| !batches.is_empty()))
            }
            Self::Stream(stream) => stream.next(),
        }
    }
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

    const PARCELS: &str = include_str!("../../../../examples/parcels.csv");

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
    fn a_rule_that_no_law_has_is_refused() {
        let refused = compared(PARCELS, |command| {
            command.reform = Some(reform());
            command.rules = vec!["functional_mixx".into()];
        });
        let said = refused.expect_err("refused");
        assert!(said.contains("functional_mixx") && said.contains("functional_mix,"), "{said}");
    }

    #[test]
    fn nothing_to_compare_is_told() {
        let said = compared(PARCELS, |command| command.left = Some("beijing".into())).expect_err("refused");
        assert!(said.contains("--reform"), "{said}");
    }
}
