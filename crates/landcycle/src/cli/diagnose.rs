//! `landcycle diagnose FIGURES`: the indicators of misallocation for one's own city, with the source's
//! figures beside them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use comfy_table::presets;
use jiff::civil::Date;
use landcycle_policy::exact::grouped;
use landcycle_policy::package::document::Grade;
use landcycle_policy::text::Text;
use serde_json::json;

use super::{Context, facts_file, parse_date};
use crate::desks::answer::{Answer, answer};
use crate::desks::diagnosis::{beside, known, sums};
use crate::desks::{Given, Matter, json as desk_json};
use crate::say::{Failure, out, tell, words};
use crate::{clock, packages, store};

const DESK: &str = "diagnosis";

/// Options of `diagnose`.
#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    /// 统计表 · CSV or XLSX: a row for each place or period, headings are fact names
    figures: Option<PathBuf>,
    /// 工作表 · sheet of a workbook
    #[arg(long, value_name = "NAME", requires = "figures")]
    sheet: Option<String>,
    /// 库 · also sum what the parcels of a store say
    #[arg(long, value_name = "FILE", required_unless_present = "figures")]
    store: Option<PathBuf>,
    /// 政策包 · judge by this package
    #[arg(long, value_name = "ID", default_value = "national")]
    package: String,
    /// 评估日 · assessment date
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Diagnose {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let mut rows: Vec<(String, Given)> = Vec::new();
        if let Some(figures) = &self.figures {
            let mut note = |case: &str, values: &[(&str, String)]| {
                let facts = values.iter().map(|(name, text)| ((*name).to_owned(), text.clone()));
                rows.push((case.to_owned(), facts.collect()));
            };
            let sheet = self.sheet.clone();
            facts_file::read_noting(&library, figures, sheet, Some(&self.package), &mut note)?;
        } else {
            rows.push((words("diagnose_store").get(context.language).to_owned(), Given::new()));
        }
        let mut as_of = self.as_of.unwrap_or_else(clock::today);
        let mut summed = Vec::new();
        let mut banner = None;
        if let Some(path) = &self.store {
            let ledger = store::open_to_read(path)?;
            let meta = |name: &str| landcycle_ledger::Ledger::meta(&ledger, name).ok().flatten();
            as_of = self.as_of.or_else(|| meta(store::AS_OF_META)?.parse().ok()).unwrap_or(as_of);
            banner = meta(store::SAMPLE_META);
            summed = sums(&library, &ledger, (&self.package, DESK), as_of)?;
        }
        let language = context.language;
        let mut printed = Vec::new();
        for (name, mut facts) in rows {
            // What a person reports stands before what is summed here.
            for (fact, value) in known(&summed) {
                facts.entry(fact).or_insert(value);
            }
            facts.remove("case_id");
            let matter = Matter::new(&library, facts, Some(&self.package), clock::day_number(as_of))?;
            let lawful = matter.desk(DESK)?;
            let answers: Vec<Answer> = lawful
                .desk
                .results
                .iter()
                .map(|rule| answer(&library, &matter, rule))
                .collect::<Result<_, _>>()?;
            if self.json {
                printed
                    .push(json!({"name": name, "answers": desk_json::diagnosed(&library, lawful, &answers)}));
                continue;
            }
            let mut table = comfy_table::Table::new();
            table.load_style(presets::UTF8_FULL_CONDENSED);
            let heads = ["diagnose_indicator", "diagnose_here", "diagnose_source", "desk_law", "grade"];
            table.set_header(heads.map(|key| words(key).get(language).to_owned()));
            for told in &answers {
                let source = beside(&lawful.desk.beside, &told.rule);
                table.add_row([
                    told.title.get(language).to_owned(),
                    told.shown.get(language).to_owned(),
                    source.map(|(_, beside)| beside.said.get(language).to_owned()).unwrap_or_default(),
                    told.cites.join("\n"),
                    told.grade
                        .map(Grade::word)
                        .map(|word| words(&format!("grade_{word}")).get(language).to_owned())
                        .unwrap_or_default(),
                ]);
            }
            out(&format!("{name}\n{table}"))?;
        }
        if self.json {
            let summed: BTreeMap<&str, _> = summed
                .iter()
                .map(|sum| {
                    let value = json!({
                        "counted": sum.counted.to_string(), "open": sum.open.to_string(), "parcels": sum.parcels,
                    });
                    (sum.fact.as_str(), value)
                })
                .collect();
            let value =
                json!({"as_of": as_of.to_string(), "places": printed, "sums": summed, "banner": banner});
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        for sum in &summed {
            let title = library.vocabulary.fact(&sum.fact).map(|fact| fact.title.clone()).unwrap_or_default();
            let [counted, others, open] = sum.parcels.map(|count| Text::same(count.to_string()));
            let values = [
                ("title", title),
                ("area", Text::same(grouped(sum.counted))),
                ("rest", Text::same(grouped(sum.open))),
                ("counted", counted),
                ("others", others),
                ("open", open),
            ];
            tell(words("diagnose_sum").fill(&values).get(language));
        }
        if let Some(banner) = banner {
            tell(&banner);
        }
        Ok(())
    }
}
