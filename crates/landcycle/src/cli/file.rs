//! `landcycle file`: a case as it was on a day, as it was known on a day.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use serde_json::{Value, json};

use super::tree::text_json;
use super::{Context, parse_date};
use crate::acts::{self, File as Case};
use crate::portfolio::single;
use crate::say::{Failure, out};
use crate::{clock, duties, findings, packages, store};

/// Options of `file`.
#[derive(Debug, Args)]
pub(crate) struct File {
    /// 档案号 · case
    case: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 哪一天的情况 · as it was on this day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 哪一天所知 · as it was known at the end of this day
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    known_at: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

/// The last moment of a day in China.
fn end_of(day: Date) -> Timestamp {
    let end = day.at(23, 59, 59, 999_000_000);
    jiff::tz::Offset::constant(8).to_timestamp(end).unwrap_or(Timestamp::MAX)
}

impl File {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let failed = |error| store::failure(&self.store, &error);
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let known_at = self.known_at.map(end_of);
        let file = Case::read(&ledger, &library, &self.case, (as_of, known_at)).map_err(failed)?;
        if !file.exists {
            return Err(Failure::new("no_case", &[("case", &self.case)]));
        }
        let mut events = ledger.events_of(&self.case).map_err(failed)?;
        events.retain(|event| event.happened_on <= as_of);
        events.retain(|event| known_at.is_none_or(|known_at| event.recorded_at <= known_at));
        let batch = single(&library, &self.case, &file.facts)?;
        let day = clock::day_number(as_of);
        let found = findings::of_case(&library, &batch, file.standing.stage, day, &[])?;
        let owed = duties::of_case(&library, &batch, 0, day)?;
        let vocabulary = &library.vocabulary;
        let known = file.facts.iter().filter_map(|(name, value)| Some((vocabulary.fact(name)?, value)));
        if self.json {
            let facts: Vec<Value> = known
                .map(|(fact, value)| json!({"name": fact.name, "title": text_json(&fact.title), "value": value}))
                .collect();
            let events: Vec<Value> = events
                .iter()
                .map(|event| {
                    json!({
                        "seq": event.seq, "kind": event.kind, "happened_on": event.happened_on.to_string(),
                        "recorded_at": event.recorded_at.to_string(), "actor": event.actor,
                        "corrects": event.corrects, "package": event.package,
                        "digest": event.digest.to_string(),
                    })
                })
                .collect();
            let value = json!({
                "case_id": self.case, "as_of": as_of.to_string(),
                "known_at": self.known_at.map(|day| day.to_string()), "package": batch.law.digest,
                "standing": acts::standing_json(file.standing), "facts": facts,
                "findings": found.iter().map(findings::Finding::json).collect::<Vec<_>>(),
                "duties": owed.iter().map(|owed| owed.json(&library)).collect::<Vec<_>>(),
                "events": events,
            });
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        let language = context.language;
        let mut lines = vec![acts::standing_text(file.standing, language)];
        lines.extend(known.map(|(fact, value)| {
            format!("  {}: {}", fact.title.get(language), vocabulary.display(fact, value).get(language))
        }));
        lines.extend(found.iter().map(|finding| format!("  {}", finding.line(language))));
        lines.extend(owed.iter().map(|owed| format!("  {}", owed.line(&library, language))));
        lines.extend(
            events.iter().map(|event| {
                format!("  #{} {} {} · {}", event.seq, event.happened_on, event.kind, event.actor)
            }),
        );
        out(&lines.join("\n"))
    }
}
