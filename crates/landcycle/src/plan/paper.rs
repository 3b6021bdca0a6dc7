//! A plan as a document, from the template of its package.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use landcycle_analysis::plan::schedule;
use landcycle_policy::exact::{Exact, grouped};
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::{Checked, DISTRICT, Plan, Revision, Row, SOURCE, Sheet, USE, Verdict};
use crate::papers::{self, Question, Template};
use crate::say::{Failure, filled, filled_with, words};
use crate::{clock, packages};

/// The paper that publishes a plan.
const PAPER: &str = "supply_plan";

/// What an office brings to a paper.
#[derive(Debug, Default)]
pub(crate) struct Office<'o> {
    /// What it enters: number, issuer, `issued_on`.
    pub(crate) set: &'o [(String, String)],
    /// Its own template.
    pub(crate) template: Option<&'o Path>,
    /// Mark what is lacking instead of refusing.
    pub(crate) draft: bool,
    /// That the store is invented, in its words.
    pub(crate) banner: Option<String>,
}

/// The document, packed, with the title of its kind.
pub(crate) fn paper(
    library: &Library,
    folder: Option<&Path>,
    revision: &Revision,
    as_of: Date,
    office: Office<'_>,
) -> Result<(Text, Vec<u8>), Failure> {
    let package = Some(revision.package.as_str()).filter(|package| library.law(package).is_some());
    let day = clock::day_number(as_of);
    let checked = super::check(library, &revision.plan, package, day)?;
    let batch = super::batch(library, "plan", &revision.plan.facts, package)?;
    let paper = papers::find(&batch.law, PAPER)?;
    let (name, bytes) = match office.template {
        Some(own) => (own.display().to_string(), packages::file(own)?),
        None => papers::template_of(&batch.law, folder, paper)?,
    };
    let template = Template::read(&name, bytes)?;
    let mut entered = entries(library, &revision.plan, &checked);
    for (name, value) in office.set {
        entered.entry(name.clone()).or_default().push(value.clone());
    }
    let question = Question {
        library,
        batch: &batch,
        row: 0,
        texts: &revision.plan.facts,
        as_of: day,
        entered: &entered,
        banner: office.banner,
    };
    Ok((paper.title.clone(), papers::write(paper, &template, &question, office.draft)?))
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
