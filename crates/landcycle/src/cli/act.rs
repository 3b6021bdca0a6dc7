//! `landcycle act`: what can be done to a case, and doing it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use landcycle_ledger::life::Condition;
use landcycle_policy::text::Language;
use serde_json::{Value, json};

use super::{Context, parse_date};
use crate::acts::refusal::{Code, stage_title};
use crate::acts::{self, Decided, File, Judge, NotDone, Refusal, Request};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages, store};

/// Acts on a case.
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// 可行的行为 · what is possible on a case on a day, and what is not, and why
    List(List),
    /// 办理 · do an act, or be told why not
    Do(Do),
    /// 拒绝代码 · what a refusal means and what to do about it
    Refusal {
        /// 代码 · its code, such as A13; all of them if not given
        code: Option<String>,
    },
    /// 状态与行为总表 · the table of stages and acts, as Markdown
    Table,
    /// 成批推演 · sequences of acts in a ledger of their own, a JSON line each, for comparison
    #[command(hide = true)]
    Model(Model),
}

/// Options of `act list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// 档案号 · case
    case: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 日期 · day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `act do`.
#[derive(Debug, Args)]
pub(crate) struct Do {
    /// 行为 · act, such as transfer
    act: String,
    /// 档案号 · case
    case: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 生效日 · the day it takes effect; today if not given
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    on: Option<Date>,
    /// 事实 · a fact given with it: name=value (repeatable)
    #[arg(long = "fact", value_name = "NAME=VALUE", value_parser = parse_fact)]
    facts: Vec<(String, String)>,
    /// 经办人 · who does it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// 来源 · the document it comes from
    #[arg(long, value_name = "TEXT", default_value = "")]
    origin: String,
    /// 幂等键 · a name under which a repetition is recognised
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// 只看不记 · decide and record nothing
    #[arg(long)]
    dry_run: bool,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// Options of `act model`.
#[derive(Debug, Args)]
pub(crate) struct Model {
    /// 文件 · JSON lines
    file: PathBuf,
}

fn parse_fact(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| crate::say::both("expected_fact"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl Act {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(context),
            Self::Do(command) => command.run(context),
            Self::Table => out(acts::table::markdown(&packages::sound(context.packages())?).trim_end()),
            Self::Refusal { code } => refusal_pages(code.as_deref()),
            Self::Model(model) => model.run(context),
        }
    }
}

fn refusal_pages(code: Option<&str>) -> Result<(), Failure> {
    let wanted = Code::ALL.into_iter().filter(|known| code.is_none_or(|code| known.text() == code));
    let pages: Vec<String> = wanted.map(acts::refusal::page).collect();
    if pages.is_empty() {
        let known: Vec<String> = Code::ALL.into_iter().map(Code::text).collect();
        let values = [("code", code.unwrap_or_default()), ("known", &known.join(", "))];
        return Err(Failure::new("no_refusal", &values).misuse());
    }
    out(pages.join("\n").trim_end())
}

impl List {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let day = self.on.unwrap_or_else(clock::today);
        let failed = |error| store::failure(&self.store, &error);
        let file = File::read(&ledger, &library, &self.case, (day, None)).map_err(failed)?;
        let possible = acts::possibilities(&file, &library);
        if self.json {
            let acts: Vec<Value> = possible.iter().map(|act| act.json(&library)).collect();
            let value = json!({"standing": acts::standing_json(file.standing), "acts": acts});
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        tell(&acts::standing_text(file.standing, context.language));
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
        let word = |key: &str| words(key).get(context.language).to_owned();
        table.set_header(["head_act", "head_name", "head_possible"].map(word));
        for act in &possible {
            let why = act.refusal.as_ref().map_or_else(
                || word("act_possible"),
                |refusal| format!("{} {}", refusal.code.text(), refusal.detail.get(context.language)),
            );
            table.add_row([act.title.get(context.language).to_owned(), act.name.clone(), why]);
        }
        out(&table.to_string())
    }
}

impl Do {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut ledger = store::open(&self.store)?;
        let (now, today) = (clock::now(), clock::today());
        let request = Request {
            case: self.case.clone(),
            act: self.act.clone(),
            day: self.on.unwrap_or(today),
            given: self.facts.clone(),
            by: self.by.clone(),
            origin: self.origin.clone(),
            key: self.key.clone(),
        };
        let mut judge = Judge::default();
        let failed = |error| store::failure(&self.store, &error);
        let done = if self.dry_run {
            let file = File::read(&ledger, &library, &self.case, (request.day, None)).map_err(failed)?;
            acts::decide(&file, &library, &mut judge, &request, (now, today)).map_err(NotDone::Refused)
        } else {
            acts::perform(&mut ledger, &library, &mut judge, &request, (now, today))
        };
        match done {
            Ok(decided) => self.tell(&decided, context.language),
            Err(NotDone::Store(error)) => Err(failed(error)),
            Err(NotDone::Refused(refusals)) => {
                if self.json {
                    let refusals: Vec<Value> = refusals.iter().map(|r| r.json(&library)).collect();
                    out(&serde_json::to_string_pretty(&json!({"refused": refusals})).unwrap_or_default())?;
                }
                Err(Failure::text(acts::refusal::report(&refusals, &library)))
            }
        }
    }

    fn tell(&self, decided: &Decided, language: Language) -> Result<(), Failure> {
        if self.json {
            return out(&serde_json::to_string_pretty(&decided.json()).unwrap_or_default());
        }
        let key = if self.dry_run { "act_would" } else { "act_done" };
        let stage = stage_title(decided.after.stage);
        let values = [("case", self.case.as_str()), ("stage", stage.get(language))];
        tell(filled(key, &values).get(language));
        for ground in &decided.grounds {
            tell(&format!("  {} = {} · {}", ground.rule, ground.outcome, ground.cites.join(", ")));
        }
        Ok(())
    }
}

impl Model {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let unreadable = |error: &std::io::Error| {
            Failure::new(
                "unreadable",
                &[("file", &self.file.display().to_string()), ("why", &error.to_string())],
            )
        };
        let file = std::fs::File::open(&self.file).map_err(|error| unreadable(&error))?;
        let mut judge = Judge::default();
        let mut answers = String::new();
        for line in BufReader::new(file).lines() {
            let line = line.map_err(|error| unreadable(&error))?;
            let steps: Value = serde_json::from_str(&line).unwrap_or_default();
            let answer = model(&library, &mut judge, &steps)?;
            answers.push_str(&answer.to_string());
            answers.push('\n');
            if answers.len() > 1 << 16 {
                out(answers.trim_end())?;
                answers.clear();
            }
        }
        if answers.is_empty() { Ok(()) } else { out(answers.trim_end()) }
    }
}

/// One sequence: `[{act, on, facts: {…}}, …]` becomes `[{stage, open: […], refused: […]}, …]`.
fn model(
    library: &landcycle_policy::package::library::Library,
    judge: &mut Judge,
    steps: &Value,
) -> Result<Value, Failure> {
    let mut ledger = landcycle_ledger::MemoryLedger::new();
    let mut answers = Vec::new();
    for step in steps.as_array().into_iter().flatten() {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let day: Date = text("on").parse().map_err(|_| Failure::new("expected_date", &[]))?;
        let given = step["facts"].as_object().into_iter().flatten();
        let given = given.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        let request = Request {
            case: "M".to_owned(),
            act: text("act"),
            day,
            given: given.collect(),
            by: "model".to_owned(),
            origin: String::new(),
            key: None,
        };
        let moment = (acts::rehearse::noon(day), day);
        let done = acts::perform(&mut ledger, library, judge, &request, moment);
        let refused: Vec<String> = match &done {
            Ok(_) => Vec::new(),
            Err(NotDone::Refused(refusals)) => refusals.iter().map(said).collect(),
            Err(NotDone::Store(error)) => {
                return Err(Failure::new("store_other", &[("what", &error.to_string())]));
            }
        };
        let file = File::read(&ledger, library, "M", (day, None))
            .map_err(|error| Failure::new("store_other", &[("what", &error.to_string())]))?;
        let open: Vec<&str> = file.standing.conditions.iter().map(Condition::name).collect();
        answers.push(json!({"stage": file.standing.stage.name(), "open": open, "refused": refused}));
    }
    Ok(Value::Array(answers))
}

/// A refusal as a model tells it: code, and the rule behind it.
fn said(refusal: &Refusal) -> String {
    match &refusal.rule {
        Some(rule) => format!("{} {rule}", refusal.code.text()),
        None => refusal.code.text(),
    }
}

#[cfg(test)]
mod tests {
    //! Reading facts from the command line; structure and data know the same acts.

    use landcycle_ledger::life::Act;

    use super::parse_fact;
    use crate::packages;

    #[test]
    fn a_fact_has_a_name_and_a_value() {
        assert_eq!(parse_fact("area = 15 亩"), Ok(("area".to_owned(), "15 亩".to_owned())));
        assert!(parse_fact("area").is_err());
    }

    /// Structure and data know the same acts.
    #[test]
    fn every_act_has_its_law_and_every_lawful_act_its_place() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        for (package, law) in library.laws() {
            for act in Act::all() {
                let lawful = law.acts.get(act.name());
                assert!(lawful.is_some_and(|lawful| !lawful.cites.is_empty()), "{package} {}", act.name());
            }
            for name in law.acts.keys() {
                assert!(Act::named(name).is_some(), "{package}: {name} has no place");
            }
        }
    }
}
