//! Papers (文书): notices, decisions and agreements as DOCX files, from templates that an office can
//! change in its own program. The definitions are data of the packages.
//!
//! **Invariant:** what is not known is never left out quietly: a paper is refused, or is a draft that
//! says so; and what is no law says so beside its value.

mod amounts;
mod book;
mod call;
mod docx;
mod fill;
mod resolve;
mod scan;
mod template;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use landcycle_policy::law::Law;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::paper::{Content, From, Paper};
use landcycle_policy::text::{Text, nearest};

use self::book::{Lack, Names};
pub(crate) use self::resolve::Question;
use self::resolve::{BASIS, MARKS, Resolver};
pub(crate) use self::template::Template;
use crate::packages;
use crate::say::{Failure, filled, words};

/// The fields of an item that every list of sources has.
const ITEM: [&str; 6] = ["no", "title", "value", "owner", "cite", "mark"];

/// Every paper of a law by its id: of several layers the lowest counts.
pub(crate) fn of_law(law: &Law) -> BTreeMap<&str, &Arc<Paper>> {
    let layers = law.chain.iter().rev();
    layers.flat_map(|package| package.papers.iter().map(|(id, paper)| (id.as_str(), paper))).collect()
}

/// A paper by its id.
pub(crate) fn find<'l>(law: &'l Law, id: &str) -> Result<&'l Arc<Paper>, Failure> {
    let papers = of_law(law);
    papers.get(id).copied().ok_or_else(|| {
        let near = nearest(id, papers.keys().copied());
        let near = near.map_or_else(Text::default, |near| filled("paper_near", &[("name", near)]));
        let known: Vec<&str> = papers.keys().copied().collect();
        let told = [("paper", Text::same(id)), ("near", near), ("known", Text::same(known.join(", ")))];
        Failure::text(words("no_paper").fill(&told)).misuse()
    })
}

/// The template of a paper in a law, as bytes with the name of its file.
pub(crate) fn template_of(
    law: &Law,
    folder: Option<&Path>,
    paper: &Paper,
) -> Result<(String, Vec<u8>), Failure> {
    let found = packages::template(folder, &law.chain, &paper.id)?;
    found.ok_or_else(|| Failure::new("paper_no_template", &[("paper", &paper.id)]))
}

/// What is wrong with the templates of all packages, each fault once, with the name of its file.
pub(crate) fn all_faults(library: &Library, folder: Option<&Path>) -> Result<Vec<(String, Text)>, Failure> {
    let mut found: Vec<(String, Text)> = Vec::new();
    for (_, law) in library.laws() {
        for paper in of_law(law).into_values() {
            let Some((name, bytes)) = packages::template(folder, &law.chain, &paper.id)? else {
                found.push((paper.file.path.clone(), filled("paper_no_template", &[("paper", &paper.id)])));
                continue;
            };
            match Template::read(&name, bytes) {
                Ok(template) => {
                    let faults = faults(paper, &template, library, law);
                    found.extend(faults.into_iter().map(|fault| (name.clone(), fault)));
                }
                Err(failure) => found.push((name, failure.message)),
            }
        }
    }
    let mut told = BTreeSet::new();
    found.retain(|fault| told.insert(fault.clone()));
    Ok(found)
}

/// What is wrong with a template for a paper.
pub(crate) fn faults(paper: &Paper, template: &Template, library: &Library, law: &Law) -> Vec<Text> {
    let names = names(paper, library, law);
    let mut faults = template.faults(&names);
    let shown = template.shown();
    let called = template.called();
    let shows = |name: &str| shown.iter().any(|call| call.split('.').next() == Some(name));
    for content in paper.contents.iter().filter(|content| !content.asked.is_empty()) {
        if !shows(&content.name) {
            faults.push(not_there(content, library));
        }
    }
    for list in [BASIS, MARKS].into_iter().filter(|list| !shows(list)) {
        faults.push(filled("paper_lacks_notes", &[("name", list)]));
    }
    // The cells of a table cannot carry the mark each.
    let tables = paper.contents.iter().filter(|content| matches!(content.source, From::Rows(_)));
    for content in tables.filter(|content| called.contains(content.name.as_str())) {
        if !shown.contains(&format!("{}.mark", content.name)) {
            faults.push(filled("paper_lacks_mark", &[("name", &content.name)]));
        }
    }
    faults
}

/// What a paper contains, line by line: the names for a template, and where each comes from.
pub(crate) fn outline(paper: &Paper, library: &Library, law: &Law) -> Vec<Text> {
    let names = names(paper, library, law);
    let line = |content: &Content| {
        let (key, name) = match &content.source {
            From::Fact(name) => ("paper_source_fact", name.clone()),
            From::Rule(of) => ("paper_source_rule", of.written()),
            From::Parameter(path) => ("paper_source_parameter", path.clone()),
            From::Office(_) => ("paper_source_office", String::new()),
            From::Words => ("paper_source_words", String::new()),
            From::Day => ("paper_source_day", String::new()),
            From::Items(_) | From::Members(_) | From::Rows(_) => ("paper_source_list", String::new()),
        };
        let source = filled(key, &[("name", &name)]);
        let own = content.title.clone().unwrap_or_default();
        let asked = asked(content, library);
        let asked =
            if asked.is_empty() { Text::default() } else { filled("paper_asked", &[("asked", &asked)]) };
        let forms = names
            .values
            .get(&content.name)
            .map(|forms| forms.iter().map(|form| format!(" .{form}")).collect::<String>());
        let fields = names
            .lists
            .get(&content.name)
            .map(|fields| fields.iter().map(|field| format!(" .{field}")).collect::<String>());
        let more = forms.or(fields).unwrap_or_default();
        let form = |form: fn(&Text) -> &str| {
            let (title, source, asked) = (form(&own), form(&source), form(&asked));
            let gap = if title.is_empty() { "" } else { " · " };
            format!("{{{{{}}}}}{more}{gap}{title} · {source}{asked}", content.name)
        };
        Text { zh: form(|text| &text.zh), en: form(|text| &text.en) }
    };
    paper.contents.iter().map(line).collect()
}

/// That a template lacks what an article asks for.
fn not_there(content: &Content, library: &Library) -> Text {
    let title = content.title.clone().unwrap_or_else(|| Text::same(content.name.clone()));
    let name = if content.source.is_list() { format!("{}.…", content.name) } else { content.name.clone() };
    let asked = Text::same(asked(content, library));
    words("paper_lacks").fill(&[("title", title), ("name", Text::same(name)), ("asked", asked)])
}

/// The articles that ask for a content.
fn asked(content: &Content, library: &Library) -> String {
    let asked: Vec<String> = content
        .asked
        .iter()
        .map(|asked| {
            let article = values::cites(library, std::slice::from_ref(&asked.cite.id));
            match &asked.item {
                Some(item) => {
                    let number = item.parse().map_or_else(|_| item.clone(), amounts::ordinal);
                    format!("{article}{}", filled("paper_item", &[("item", &number)]).zh)
                }
                None => article,
            }
        })
        .collect();
    asked.join(&words("list_gap").zh)
}

/// Fills a template for a case. With `draft`, what is lacking is marked in the paper; otherwise the
/// paper is refused with everything that it lacks.
pub(crate) fn write(
    paper: &Paper,
    template: &Template,
    question: &Question<'_>,
    draft: bool,
) -> Result<Vec<u8>, Failure> {
    let (library, law) = (question.library, &question.batch.law);
    check_entered(paper, question)?;
    let faults = faults(paper, template, library, law);
    if !faults.is_empty() {
        return Err(listed("paper_bad_template", &faults));
    }
    let names = names(paper, library, law);
    let resolver = Resolver::new(paper, question)?;
    let mut lacks = resolver.fit()?;
    let mut book = resolver.book()?;
    // What the paper shows decides what it rests on; only then is it filled for good.
    resolver.notes(&mut book, &BTreeSet::new());
    let used = template.fill(&book, &names, draft)?.used;
    resolver.notes(&mut book, &used);
    let filled = template.fill(&book, &names, draft)?;
    lacks.extend(filled.lacks);
    if draft || lacks.is_empty() {
        return Ok(filled.bytes);
    }
    let told: Vec<Text> = lacks.iter().map(lacking).collect();
    Err(listed("paper_lacking", &told))
}

fn lacking(lack: &Lack) -> Text {
    let why =
        lack.why.as_ref().map_or_else(Text::default, |why| words("paper_why").fill(&[("why", why.clone())]));
    words("paper_lack").fill(&[("title", lack.title.clone()), ("owner", lack.owners.clone()), ("why", why)])
}

/// A failure with a list below its sentence.
fn listed(key: &str, lines: &[Text]) -> Failure {
    let mut lines: Vec<&Text> = lines.iter().collect();
    lines.dedup();
    let head = filled(key, &[("count", &lines.len().to_string())]);
    let join = |form: fn(&Text) -> &str| {
        let lines = lines.iter().map(|line| format!("\n  {}", form(line)));
        format!("{}{}", form(&head), lines.collect::<String>())
    };
    Failure::text(Text { zh: join(|text| &text.zh), en: join(|text| &text.en) })
}

/// What the office enters must be asked of it.
fn check_entered(paper: &Paper, question: &Question<'_>) -> Result<(), Failure> {
    let asked = || paper.contents.iter().filter(|content| matches!(content.source, From::Office(_)));
    for name in question.entered.keys() {
        if asked().any(|content| content.name == *name) {
            continue;
        }
        let key = if paper.content(name).is_some() { "paper_not_entered" } else { "paper_enters_unknown" };
        let known: Vec<&str> = asked().map(|content| content.name.as_str()).collect();
        let near = nearest(name, known.iter().copied());
        let near = near.map_or_else(Text::default, |near| filled("paper_near", &[("name", near)]));
        let same = Text::same;
        let told = [("name", same(name.clone())), ("near", near), ("names", same(known.join(", ")))];
        return Err(Failure::text(words(key).fill(&told)).misuse());
    }
    Ok(())
}

/// The names that a template of a paper may call.
fn names(paper: &Paper, library: &Library, law: &Law) -> Names {
    let mut names = Names::default();
    for content in &paper.contents {
        if content.source.is_list() {
            names.lists.insert(content.name.clone(), fields(&content.source, law));
        } else {
            names.values.insert(content.name.clone(), forms(&content.source, library, law));
        }
    }
    let fields = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect();
    names.lists.insert(BASIS.into(), fields(&["no", "title", "cite"]));
    names.lists.insert(MARKS.into(), fields(&["no", "text"]));
    names
}

fn forms(source: &From, library: &Library, law: &Law) -> BTreeSet<&'static str> {
    use landcycle_policy::package::paper::Entry;
    let own: &[&str] = match source {
        From::Fact(name) => {
            return library.vocabulary.fact(name).map(values::fact_forms).unwrap_or_default();
        }
        From::Rule(of) => {
            let Some((_, rule)) = law.rule(&of.rule) else { return BTreeSet::new() };
            let field = rule.fields.iter().position(|field| of.field.as_ref() == Some(&field.name));
            return values::outcome_forms(rule, field);
        }
        From::Parameter(path) => {
            let found = law.parameters.get(path).and_then(|layers| layers.first());
            let own = found.map(|(_, parameter)| values::Measure::of(parameter.unit).forms());
            return own.unwrap_or_default().iter().copied().chain(["cite", "title"]).collect();
        }
        From::Office(Entry::Money) => values::Measure::Money.forms(),
        From::Office(Entry::Number) => values::Measure::Ratio.forms(),
        _ => &[],
    };
    own.iter().copied().collect()
}

fn fields(source: &From, law: &Law) -> BTreeSet<String> {
    let own: Vec<&str> = match source {
        From::Items(_) => ITEM.to_vec(),
        From::Members(_) => ITEM.into_iter().filter(|field| *field != "value").collect(),
        From::Rows(path) => {
            let table = law.tables.get(path).and_then(|layers| layers.first());
            let columns = table.map(|(_, table)| table.header()).unwrap_or_default();
            columns.into_iter().chain(["no", "mark"]).collect()
        }
        _ => vec!["no", "text", "mark"],
    };
    own.into_iter().map(str::to_owned).collect()
}

/// A sum of money in capital numerals, as papers say it; none for what is no whole number of cents.
pub(crate) fn capitals(sum: landcycle_policy::exact::Exact) -> Option<String> {
    amounts::capitals(sum)
}

/// Everything that a paper says, a line for each paragraph.
#[cfg(test)]
pub(crate) fn words_in(bytes: &[u8]) -> Result<String, Failure> {
    let docx = docx::Docx::open("paper", bytes.to_vec())?;
    let parts = docx.parts.iter().filter_map(|(_, text)| scan::scan(text));
    let lines = parts.flat_map(|part| part.paragraphs.into_iter().map(|paragraph| paragraph.text() + "\n"));
    Ok(lines.collect())
}

#[cfg(test)]
mod tests;
