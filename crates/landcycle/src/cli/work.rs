//! `landcycle work`: who owes what by when, as a table, a file or a calendar; and reminding, once.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use landcycle_ledger::{Body, Ledger, NewEvent, entries};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::target::Target;
use super::{Context, parse_date};
use crate::duties::{self, Line, State, Wanted};
use crate::say::{Failure, filled, tell, words};
use crate::{clock, packages, store};

/// Work lists.
#[derive(Debug, Subcommand)]
pub(crate) enum Work {
    /// 工作单 · duties that are open, the most pressing first
    List(List),
    /// 提醒 · duties that are near, overdue or escalated, each told once
    Remind(Remind),
}

/// Which duties are meant.
#[derive(Debug, Args)]
struct Of {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 日期 · day; the store's usual one if not given
    #[arg(long = "as-of", value_name = "DATE", value_parser = parse_date)]
    day: Option<Date>,
    /// 部门 · what this department owes or sees to
    #[arg(long, value_name = "ID")]
    department: Option<String>,
    /// 区 · cases of this district
    #[arg(long, value_name = "NAME")]
    district: Option<String>,
}

/// Options of `work list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    of: Of,
    /// 也列已完成的 · also what is done
    #[arg(long)]
    done: bool,
    /// 格式 · format
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// 文件 · file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Options of `work remind`.
#[derive(Debug, Args)]
pub(crate) struct Remind {
    #[command(flatten)]
    of: Of,
    /// 经办人 · who sends
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 文件夹 · folder that takes one file for each addressee
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
    /// iCalendar
    Ics,
}

const HEADING: [&str; 10] =
    ["case_id", "district", "duty", "title", "by", "owner", "due_on", "state", "days", "cites"];

impl Of {
    fn read(&self, library: &Library, done: bool) -> Result<(Vec<Line>, Date), Failure> {
        if let Some(department) = &self.department {
            let known: Vec<&str> =
                library.vocabulary.departments().map(|(id, _)| id.as_str()).chain(["holder"]).collect();
            if !known.contains(&department.as_str()) {
                let values = [("department", department.as_str()), ("known", &known.join(", "))];
                return Err(Failure::new("no_department", &values).misuse());
            }
        }
        let ledger = store::open_to_read(&self.store)?;
        let usual = ledger.meta(store::AS_OF_META).ok().flatten().and_then(|day| day.parse().ok());
        let as_of = self.day.or(usual).unwrap_or_else(clock::today);
        let batches = store::batches(&ledger, library, None, as_of, None)?;
        let department =
            self.department.as_ref().map(|id| if id == "holder" { String::new() } else { id.clone() });
        let wanted = Wanted { department, district: self.district.clone(), done };
        Ok((duties::lines(library, &batches, clock::day_number(as_of), &wanted)?, as_of))
    }
}

impl Work {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(context),
            Self::Remind(remind) => remind.run(context),
        }
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (lines, _) = self.of.read(&library, self.done)?;
        let text = match self.format {
            Format::Table => table(&lines, context),
            Format::Json => {
                let values: Vec<Value> = lines.iter().map(|line| line_json(line, &library)).collect();
                serde_json::to_string_pretty(&values).unwrap_or_default()
            }
            Format::Csv => csv(&lines, context)?,
            Format::Ics => {
                let name = words("calendar_name");
                duties::calendar(&lines, name.get(context.language), context.language)
            }
        };
        let target = Target::open(self.out.as_deref(), &[&self.of.store])?;
        let mut pen = target.pen()?;
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(pen, "{text}{end}").map_err(|error| target.failure(&error))?;
        pen.flush().map_err(|error| target.failure(&error))?;
        target.finish()?;
        let count = |state: State| lines.iter().filter(|line| line.owed.state == state).count().to_string();
        let values = [
            ("lines", lines.len().to_string()),
            ("escalated", count(State::Escalated)),
            ("overdue", count(State::Overdue)),
            ("unreported", count(State::Unreported)),
            ("near", count(State::Near)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(filled("work_counted", &values).get(context.language));
        Ok(())
    }
}

/// A line for other programs and the page.
pub(crate) fn line_json(line: &Line, library: &Library) -> Value {
    let mut value = line.owed.json(library);
    if let Value::Object(object) = &mut value {
        object.insert("case_id".into(), json!(line.case));
        object.insert("district".into(), json!(&*line.district));
    }
    value
}

fn cells(line: &Line, context: &Context) -> [String; 10] {
    let owed = &line.owed;
    let language = context.language;
    [
        line.case.clone(),
        line.district.to_string(),
        owed.duty.name.clone(),
        owed.duty.title.get(language).to_owned(),
        owed.by_title.get(language).to_owned(),
        owed.duty.owner.clone(),
        owed.due_text(),
        owed.state.name().to_owned(),
        owed.days.to_string(),
        owed.cites.join(" "),
    ]
}

fn table(lines: &[Line], context: &Context) -> String {
    let word = |key: &str| words(key).get(context.language).to_owned();
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table.set_header(["work_case", "work_duty", "work_by", "work_due", "work_state"].map(word));
    for line in lines {
        let owed = &line.owed;
        let said = owed.said();
        table.add_row([
            line.case.as_str(),
            owed.duty.title.get(context.language),
            owed.by_title.get(context.language),
            &owed.due_text(),
            said.get(context.language),
        ]);
    }
    table.to_string()
}

fn csv(lines: &[Line], context: &Context) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new("store_other", &[("what", &error.to_string())]);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADING).map_err(|error| failed(&error))?;
    for line in lines {
        writer.write_record(cells(line, context)).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// The kind of event that a reminder leaves.
const REMINDED: &str = "reminder.sent/1";

impl Remind {
    /// First the reminders are written, then they are recorded: one that was recorded is never sent
    /// again, and one that a crash left unrecorded is written over by the same.
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (lines, as_of) = self.of.read(&library, false)?;
        let mut ledger = store::open(&self.of.store)?;
        let failed = |error| store::failure(&self.of.store, &error);
        let mut fresh: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
        let mut events = Vec::new();
        for line in &lines {
            let step = match line.owed.state {
                State::Near | State::Overdue | State::Unreported | State::Escalated => line.owed.state.name(),
                _ => continue,
            };
            let key =
                format!("reminder:{}:{}:{}:{step}", line.case, line.owed.duty.name, line.owed.due_text());
            let sent = ledger.events_of(&line.case).map_err(failed)?.iter().any(|event| event.key == key);
            if sent {
                continue;
            }
            // Escalation goes to the department that sees to it; the rest to whoever owes it.
            let to = match (line.owed.state, line.owed.duty.by.as_str()) {
                (State::Escalated, _) => line.owed.duty.owner.clone(),
                (_, "") => format!("holder-{}", line.case),
                (_, by) => by.to_owned(),
            };
            fresh.entry(to).or_default().push(line);
            let body = Body::new::<&str, &str>([]);
            let Ok(body) = body else { continue };
            events.push(NewEvent {
                case_id: line.case.clone(),
                kind: REMINDED.to_owned(),
                happened_on: as_of,
                recorded_at: clock::now(),
                actor: self.by.clone(),
                origin: line.owed.duty.name.clone(),
                key,
                package: None,
                corrects: None,
                body,
            });
        }
        std::fs::create_dir_all(&self.out).map_err(|error| {
            let file = Text::same(self.out.display().to_string());
            Failure::text(
                words("cannot_write").fill(&[("file", file), ("why", crate::say::io_reason(&error))]),
            )
        })?;
        for (to, lines) in &fresh {
            let lines: Vec<Line> = lines.iter().map(|line| (*line).clone()).collect();
            let text = csv(&lines, context)?;
            // Named by what it says: a later run of the day has other reminders and another file, and a
            // run that a crash cut short writes the same again.
            let digest = Sha256::digest(text.as_bytes());
            let mark: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            let path = self.out.join(format!("{as_of}-{}-{mark}.csv", safe(to)));
            let target = Target::open(Some(&path), &[&self.of.store])?;
            let mut pen = target.pen()?;
            pen.write_all(text.as_bytes()).map_err(|error| target.failure(&error))?;
            pen.flush().map_err(|error| target.failure(&error))?;
            target.finish()?;
        }
        let sent = events.len().to_string();
        ledger.append(&mut entries(events)).map_err(failed)?;
        let values = [("sent", sent.as_str()), ("to", &fresh.len().to_string())];
        tell(filled("reminded", &values).get(context.language));
        Ok(())
    }
}

/// A name that every file system takes.
fn safe(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
}
