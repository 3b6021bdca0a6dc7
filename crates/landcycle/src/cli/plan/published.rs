//! `landcycle plan paper`: a plan as a document, from the template of its package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use landcycle_analysis::plan::schedule;
use landcycle_ledger::Ledger;
use landcycle_policy::exact::{Exact, grouped};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::put;
use crate::cli::paper::parse_entry;
use crate::cli::{Context, parse_date};
use crate::papers::{self, Question, Template};
use crate::plan::{self, Checked, DISTRICT, Plan, Row, SOURCE, Sheet, USE, Verdict};
use crate::say::{Failure, filled, filled_with, words};
use crate::{clock, packages, store};

/// The paper that publishes a plan.
const PAPER: &str = "supply_plan";

/// Options of `paper`.
#[derive(Debug, Args)]
pub(crate) struct Published {
    /// 计划编号 · plan
    id: String,
    /// 库 · store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 基准日 · the plan as it stood on this day (default: today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// 填写 · what the office enters: number, issuer, issued_on
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_entry)]
    set: Vec<(String, String)>,
    /// 模板文件 · the office's own template
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// 草稿 · mark what is lacking instead of refusing
    #[arg(long)]
    draft: bool,
    /// 输出文件 · where to put it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Published {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let revision = plan::load(&library, &ledger, &self.id, as_of)?;
        let package = Some(revision.package.as_str()).filter(|package| library.law(package).is_some());
        let day = clock::day_number(as_of);
        let checked = plan::check(&library, &revision.plan, package, day)?;
        let batch = plan::batch(&library, "plan", &revision.plan.facts, package)?;
        let paper = papers::find(&batch.law, PAPER)?;
        let (name, bytes) = match &self.template {
            Some(own) => (own.display().to_string(), packages::file(own)?),
            None => papers::template_of(&batch.law, context.packages(), paper)?,
        };
        let template = Template::read(&name, bytes)?;
        let mut entered = entries(&library, &revision.plan, &checked);
        for (name, value) in &self.set {
            entered.entry(name.clone()).or_default().push(value.clone());
        }
        let question = Question {
            library: &library,
            batch: &batch,
            row: 0,
            texts: &revision.plan.facts,
            as_of: day,
            entered: &entered,
            banner: ledger.meta(store::SAMPLE_META).ok().flatten(),
        };
        let bytes = papers::write(paper, &template, &question, self.draft)?;
        let inputs = [Some(&self.store), self.template.as_ref()];
        let inputs: Vec<&Path> = inputs.into_iter().flatten().map(PathBuf::as_path).collect();
        put(Some(&self.to), &inputs, &bytes)?;
        let told = [
            ("paper", paper.title.clone()),
            ("case", Text::same(&self.id)),
            ("day", Text::same(as_of.to_string())),
            ("file", Text::same(self.to.display().to_string())),
        ];
        let key = if self.draft { "paper_drafted" } else { "paper_written" };
        crate::say::tell(words(key).fill(&told).get(context.language));
        Ok(())
    }
}

/// What the plan itself says of the contents that are lists. Papers are in Chinese.
fn entries(library: &Library, plan: &Plan, checked: &Checked) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let hectares = |area: Exact| format!("{} {}", grouped(area), words("paper_hectares").zh);
    let lines = plan.lines();
    let timing = schedule(&lines);
    for (month, area) in &timing.months {
        let values = [("month", Text::same(month.to_string())), ("area", Text::same(hectares(*area)))];
        found.entry("timing".into()).or_default().push(filled_with("plan_paper_month", &values).zh);
    }
    if timing.open > Exact::ZERO && !timing.months.is_empty() {
        let area = hectares(timing.open);
        found.entry("timing".into()).or_default().push(filled("plan_paper_open", &[("area", &area)]).zh);
    }
    let mut districts: BTreeMap<&str, Exact> = BTreeMap::new();
    for (district, area) in lines.iter().filter_map(|line| Some((line.district.as_deref()?, line.area?))) {
        let sum = districts.entry(district).or_default();
        *sum = sum.plus(area).unwrap_or(*sum);
    }
    for (district, area) in districts {
        found.entry("by_district".into()).or_default().push(pair(district, &hectares(area)));
    }
    let described = |row: &Row, facts: &[&str]| {
        let parts = facts.iter().filter_map(|name| {
            let (fact, text) = (library.vocabulary.fact(name)?, row.values.get(*name)?);
            Some(library.vocabulary.display(fact, text).zh)
        });
        parts.collect::<Vec<_>>().join(&words("comma").zh)
    };
    let lists: [(&str, Sheet, &[&str]); 3] = [
        ("parcels", Sheet::Lines, &["line_parcel", DISTRICT, USE, SOURCE, "line_area"]),
        ("renewal", Sheet::Renewal, &["line_project", DISTRICT, "line_conversion", "line_area"]),
        ("consolidation", Sheet::Consolidation, &["line_project", DISTRICT, "line_area"]),
    ];
    for (name, sheet, facts) in lists {
        let rows = plan.rows(sheet).iter();
        let rows = rows.filter(|row| sheet != Sheet::Lines || row.values.contains_key("line_parcel"));
        let told: Vec<String> = rows.map(|row| described(row, facts)).collect();
        if !told.is_empty() {
            found.insert(name.to_owned(), told);
        }
    }
    for one in checked.constraints.iter().filter(|one| one.asks && one.verdict != Verdict::NotApplicable) {
        let rule = &checked.law.rules[one.rule];
        let verdict = words(&format!("plan_paper_{}", one.verdict.word())).zh;
        let equation = one.telling().first().map(|one| one.text.zh.clone()).unwrap_or_default();
        let title = filled("plan_paper_judged", &[("title", &rule.title.zh), ("verdict", &verdict)]).zh;
        found.entry("checks".into()).or_default().push(pair(&title, &equation));
    }
    found
}

fn pair(name: &str, value: &str) -> String {
    filled("plan_paper_pair", &[("name", name), ("value", value)]).zh
}
