//! `landcycle price`, `screen`, `mix`: a project on a desk, before anything is decided.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use jiff::civil::Date;
use landcycle_policy::exact::grouped;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::explain::State;
use landcycle_policy::text::{Language, Text};
use serde_json::json;

use super::{Context, parse_date};
use crate::desks::answer::{Answer, Line, answer};
use crate::desks::project::Project;
use crate::desks::screen::{Screened, screen};
use crate::desks::{Matter, forms, json as desk_json, mix};
use crate::say::{Failure, filled, out, tell, words};
use crate::{clock, packages, papers};

/// Desks by the names that packages give them.
const PRICE: &str = "price";
const SCREEN: &str = "screen";
const MIX: &str = "mix";

/// What every desk is asked with.
#[derive(Debug, Args)]
struct Common {
    /// 项目文件 · project file (YAML)
    project: PathBuf,
    /// 政策包 · judge by this package, instead of that of the place
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Common {
    fn read(&self, context: &Context) -> Result<(Library, Project, Matter), Failure> {
        let library = packages::sound(context.packages())?;
        let project = Project::open(&library, &self.project)?;
        let day = self.as_of.or(project.as_of).unwrap_or_else(clock::today);
        let package = self.package.as_deref().or(project.package.as_deref());
        let matter = Matter::new(&library, project.facts.clone(), package, clock::day_number(day))?;
        Ok((library, project, matter))
    }
}

/// Options of `price`.
#[derive(Debug, Args)]
pub(crate) struct Price {
    #[command(flatten)]
    common: Common,
    /// 假设 · another value of a fact, as often as needed: `term_years=20`
    #[arg(long, value_name = "FACT=VALUE")]
    what_if: Vec<String>,
}

/// Options of `screen`.
#[derive(Debug, Args)]
pub(crate) struct Screen {
    #[command(flatten)]
    common: Common,
    /// 预审意见书 · the report for the applicant (DOCX)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Options of `mix`.
#[derive(Debug, Args)]
pub(crate) struct Mix {
    #[command(flatten)]
    common: Common,
    /// 建筑面积表 · building schedule (XLSX or CSV); otherwise the floors of the project file
    #[arg(long, value_name = "FILE")]
    schedule: Option<PathBuf>,
    /// 工作表 · sheet of the schedule
    #[arg(long, value_name = "NAME", requires = "schedule")]
    sheet: Option<String>,
}

impl Price {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (library, project, matter) = self.common.read(context)?;
        let changed = self.changed(&library)?;
        let matter = matter.with(&library, &changed)?;
        let desk = &matter.desk(PRICE)?.desk;
        let answers: Vec<Answer> =
            desk.results.iter().map(|rule| answer(&library, &matter, rule)).collect::<Result<_, _>>()?;
        let compared = forms::compare(&library, &matter, PRICE)?;
        if self.common.json {
            let value = json!({
                "name": project.name, "package": matter.law().digest,
                "answers": answers.iter().map(|one| desk_json::answer(&library, one, true)).collect::<Vec<_>>(),
                "forms": desk_json::compared(&library, &compared),
            });
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        let page = Page { library: &library, language: context.language };
        out(&page.heading(&desk.title, &project.name, &matter))?;
        for told in answers.iter().filter(|told| told.state != State::NotApplicable) {
            out(&page.answer(told))?;
        }
        out(&page.forms(&compared))?;
        page.marks(answers.iter().chain(compared.iter().flat_map(|form| &form.answers)));
        Ok(())
    }

    fn changed(&self, library: &Library) -> Result<crate::desks::Given, Failure> {
        let mut changed = crate::desks::Given::new();
        for said in &self.what_if {
            let written = said.split_once('=');
            let (name, value) = written.ok_or_else(|| Failure::new("what_if", &[("text", said)]).misuse())?;
            let fact = library.vocabulary.by_header(name.trim());
            let fact = fact.ok_or_else(|| Failure::new("project_no_fact", &[("name", name)]).misuse())?;
            let value = crate::cells::value(library, fact, value, None, crate::cells::Numbers::WithUnits);
            changed.insert(fact.name.clone(), value.map_err(|why| Failure::text(why).misuse())?);
        }
        Ok(changed)
    }
}

impl Screen {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (library, project, matter) = self.common.read(context)?;
        let screened = screen(&library, &matter, SCREEN, &project.applicant)?;
        let desk = &matter.desk(SCREEN)?.desk;
        if let Some(path) = &self.report {
            let entered = BTreeMap::from([("project".to_owned(), vec![project.name.clone()])]);
            let bytes = report(&library, context.packages(), &matter, SCREEN, &entered)?;
            super::paper::put(path, &[&self.common.project], &bytes)?;
            let file = path.display().to_string();
            tell(filled("desk_report", &[("file", &file)]).get(context.language));
        }
        if self.common.json {
            let mut value = desk_json::screened(&library, &screened);
            value["name"] = json!(project.name);
            value["package"] = json!(matter.law().digest);
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        let page = Page { library: &library, language: context.language };
        out(&page.heading(&desk.title, &project.name, &matter))?;
        out(&page.screened(&screened))?;
        let met = screened.standards.iter().map(|standing| &standing.met);
        page.marks(screened.verdicts.iter().chain(met).chain(&screened.applicant));
        Ok(())
    }
}

/// The paper in which a desk hands out its answers; what is not known is marked in it.
pub(crate) fn report(
    library: &Library,
    packages: Option<&std::path::Path>,
    matter: &Matter,
    desk: &str,
    entered: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<u8>, Failure> {
    let desk = &matter.desk(desk)?.desk;
    let law = matter.law();
    let paper = papers::find(law, desk.paper.as_deref().unwrap_or_default())?;
    let (name, bytes) = papers::template_of(law, packages, paper)?;
    let question = papers::Question {
        library,
        batch: &matter.batch,
        row: 0,
        texts: &matter.facts,
        as_of: matter.day,
        entered,
        banner: None,
    };
    papers::write(paper, &papers::Template::read(&name, bytes)?, &question, true)
}

impl Mix {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (library, project, matter) = self.common.read(context)?;
        let floors = match &self.schedule {
            Some(path) => mix::schedule(&library, path, self.sheet.clone())?,
            None => project.floors.clone(),
        };
        if floors.is_empty() {
            return Err(Failure::new("schedule_empty", &[]));
        }
        let tested = mix::test(&library, &matter, MIX, &floors)?;
        if self.common.json {
            let mut value = desk_json::tested(&library, &tested);
            value["package"] = json!(matter.law().digest);
            return out(&serde_json::to_string_pretty(&value).unwrap_or_default());
        }
        let page = Page { library: &library, language: context.language };
        out(&page.heading(&matter.desk(MIX)?.desk.title, &project.name, &matter))?;
        for told in &tested.answers {
            out(&page.answer(told))?;
        }
        out(&page.tested(&tested))?;
        page.marks(tested.answers.iter());
        Ok(())
    }
}

/// Answers on a terminal.
struct Page<'p> {
    library: &'p Library,
    language: Language,
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        words(key).get(self.language).to_owned()
    }

    fn say<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.language)
    }

    fn heading(&self, title: &Text, name: &str, matter: &Matter) -> String {
        let package = matter.law().package();
        let parts = [self.say(title), name, self.say(&package.title)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    fn table(&self, head: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        table.set_header(head.iter().map(|key| self.word(key)));
        table
    }

    fn grade(grade: Option<Grade>, language: Language) -> String {
        grade
            .map(|grade| words(&format!("grade_{}", grade.word())).get(language).to_owned())
            .unwrap_or_default()
    }

    /// An answer with a line for each rule that it is made from.
    fn answer(&self, told: &Answer) -> String {
        let mut table = self.table(&["desk_factor", "desk_value", "desk_made_of", "desk_law", "grade"]);
        for line in &told.lines {
            table.add_row([
                format!("{}{}", "  ".repeat(line.depth), self.say(&line.title)),
                self.say(&line.shown).to_owned(),
                self.made_of(line),
                line.cites.join("\n"),
                Self::grade(line.grade, self.language),
            ]);
        }
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let lacks = self.lacks(&told.missing);
        format!("\n{}: {}{lacks}\n{table}", self.say(&told.title), self.say(&told.shown))
    }

    fn made_of(&self, line: &Line) -> String {
        let used = line.uses.iter().map(|used| {
            let mark = if used.illustrative.is_some() {
                format!(" [{}]", self.word("grade_illustrative"))
            } else {
                String::new()
            };
            let said = format!("{} {}", self.say(&used.title), self.say(&used.shown));
            let said = match &used.set_by {
                Some((layer, from)) => {
                    let by = Text::same(format!("{} {from}", self.say(layer)));
                    self.say(&words("fact_named").fill(&[("fact", Text::same(&said)), ("name", by)]))
                        .to_owned()
                }
                None => said,
            };
            format!("{said}{mark}")
        });
        used.collect::<Vec<_>>().join("\n")
    }

    fn lacks(&self, missing: &[usize]) -> String {
        if missing.is_empty() {
            return String::new();
        }
        let facts = self.library.vocabulary.facts();
        let titles: Vec<Text> = missing.iter().map(|fact| facts[*fact].title.clone()).collect();
        let listed = crate::say::listed(&titles);
        words("findings_lack").fill(&[("facts", listed)]).get(self.language).to_owned()
    }

    fn forms(&self, compared: &[forms::Compared]) -> String {
        let Some(first) = compared.first() else { return String::new() };
        let mut table = Table::new();
        table.load_style(presets::UTF8_FULL_CONDENSED);
        let titles = first.answers.iter().map(|answer| self.say(&answer.title).to_owned());
        table.set_header(std::iter::once(self.word("desk_form")).chain(titles));
        for form in compared {
            let mark = if form.illustrative.is_some() {
                format!(" [{}]", self.word("grade_illustrative"))
            } else {
                String::new()
            };
            let cells = form.answers.iter().map(|answer| self.say(&answer.shown).to_owned());
            table.add_row(std::iter::once(format!("{}{mark}", self.say(&form.title))).chain(cells));
        }
        format!("\n{}\n{table}", self.word("desk_forms"))
    }

    fn screened(&self, screened: &Screened) -> String {
        let mut lines = Vec::new();
        for verdict in &screened.verdicts {
            let lacks = self.lacks(&verdict.missing);
            lines.push(format!("{}: {}{lacks}", self.say(&verdict.title), self.say(&verdict.shown)));
        }
        let mut table = self.table(&[
            "desk_standard",
            "desk_outcome",
            "desk_undertaken",
            "desk_bar",
            "desk_margin",
            "desk_law",
            "grade",
        ]);
        for standing in &screened.standards {
            let met = &standing.met;
            table.add_row([
                self.say(&met.title).to_owned(),
                self.say(&met.shown).to_owned(),
                self.say(&standing.value).to_owned(),
                self.say(&standing.bar.shown).to_owned(),
                standing.margin.as_ref().map(|margin| percent(margin, self.language)).unwrap_or_default(),
                met.cites.join("\n"),
                Self::grade(met.grade, self.language),
            ]);
        }
        lines.push(table.to_string());
        let mut table = self.table(&["desk_layer", "desk_list", "desk_law", "grade"]);
        for (layer, told) in &screened.lists {
            let cells = [
                self.say(layer).to_owned(),
                self.say(&told.shown).to_owned(),
                told.cites.join("\n"),
                Self::grade(told.grade, self.language),
            ];
            table.add_row(cells);
        }
        lines.push(table.to_string());
        if screened.applicant.is_empty() {
            lines.push(self.word("desk_no_applicant"));
        }
        for told in screened.applicant.iter().filter(|told| told.state != State::NotApplicable) {
            let lacks = self.lacks(&told.missing);
            lines.push(format!("{}: {}{lacks}", self.say(&told.title), self.say(&told.shown)));
        }
        for (owner, facts) in &screened.missing {
            let titles: Vec<Text> =
                facts.iter().map(|fact| self.library.vocabulary.facts()[*fact].title.clone()).collect();
            let owner = self.library.vocabulary.department(owner);
            let values = [("owner", owner), ("facts", crate::say::listed(&titles))];
            lines.push(words("desk_owed").fill(&values).get(self.language).to_owned());
        }
        lines.join("\n")
    }

    fn tested(&self, tested: &mix::Tested) -> String {
        let mut sums = self.table(&["desk_use", "desk_area"]);
        for (title, area) in &tested.sums {
            sums.add_row([self.say(title).to_owned(), grouped(*area)]);
        }
        sums.add_row([self.word("desk_total"), grouped(tested.total)]);
        let mut changes = self.table(&["desk_change", "desk_room"]);
        for change in &tested.changes {
            let (change_text, room) = (mix::change_text(change), mix::room_text(change.room));
            changes.add_row([self.say(&change_text).to_owned(), self.say(&room).to_owned()]);
        }
        format!("\n{sums}\n\n{}\n{changes}", self.word("desk_changes"))
    }

    /// Says what rests on stand-ins.
    fn marks<'a>(&self, mut answers: impl Iterator<Item = &'a Answer>) {
        if answers.any(|answer| answer.grade == Some(Grade::Illustrative)) {
            tell(&self.word("desk_illustrative"));
        }
    }
}

/// A share as a percentage; what is no share as it is shown.
fn percent(answer: &Answer, language: Language) -> String {
    let share = landcycle_policy::exact::Exact::parse(&answer.raw);
    let share = share.and_then(|share| share.times(landcycle_policy::exact::Exact::whole(100)));
    share.map_or_else(|| answer.shown.get(language).to_owned(), |share| format!("{} %", share.rounded(2)))
}
