//! Rehearsals: a written life run through the real acts in a ledger that is gone afterwards. Time is
//! the script's own; nothing of it touches a store.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, tz};
use landcycle_ledger::MemoryLedger;
use landcycle_policy::fault::Source;
use landcycle_policy::node::Node;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::{Language, Text};

use super::{File, Judge, NotDone, Refusal, Request, perform, standing_text};
use crate::duties;
use crate::portfolio::single;
use crate::say::{Failure, filled};
use crate::{clock, findings};

/// 剧本 · a life as it is written.
#[derive(Debug)]
pub(crate) struct Script {
    /// What it shows.
    pub(crate) title: Text,
    /// The case's name in it.
    case: String,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    on: Date,
    what: What,
    line: usize,
}

#[derive(Debug)]
enum What {
    /// An act with its facts, and the refusal it must meet.
    Act { act: String, facts: Vec<(String, String)>, refused: Option<String> },
    /// A look at the file, with the outcomes that are to be told.
    Look { outcomes: Vec<String> },
}

/// How a rehearsal went.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    /// What happened, day by day.
    pub(crate) text: String,
    /// Where it went otherwise than written: line and what was wrong.
    pub(crate) astray: Vec<(usize, Text)>,
}

impl Script {
    /// Reads a script; the error says where and what.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, Failure> {
        let source = Arc::new(Source { path: name.to_owned(), text: text.to_owned() });
        let line =
            |node: &Node| source.text[..node.span.start.min(source.text.len())].matches('\n').count() + 1;
        let wrong = |line: usize, expected: &str| {
            let line = line.to_string();
            Failure::new("script_wrong", &[("file", name), ("line", &line), ("expected", expected)])
        };
        let root = Node::parse(text).map_err(|broken| {
            let before = &text[..broken.at.start.min(text.len())];
            wrong(before.matches('\n').count() + 1, &broken.why)
        })?;
        let title = root.get("title");
        let form =
            |key: &str| title.and_then(|t| t.get(key)).and_then(Node::text).unwrap_or_default().to_owned();
        let title = Text { zh: form("zh"), en: form("en") };
        let case = root.get("case").and_then(Node::text).ok_or_else(|| wrong(1, "case: …"))?.to_owned();
        let mut steps = Vec::new();
        for step in root.get("steps").map(Node::items).unwrap_or_default() {
            let on = step.get("on").and_then(Node::text).and_then(|on| on.parse::<Date>().ok());
            let on = on.ok_or_else(|| wrong(line(step), "on: YYYY-MM-DD"))?;
            let texts = |node: Option<&Node>| -> Vec<String> {
                let items = node.map(Node::items).unwrap_or_default();
                items.into_iter().filter_map(Node::text).map(str::to_owned).collect()
            };
            let what = if let Some(act) = step.get("act").and_then(Node::text) {
                let facts = step.get("facts").into_iter().flat_map(Node::entries);
                let facts = facts.filter_map(|(k, v)| Some((k.text()?.to_owned(), v.text()?.to_owned())));
                What::Act {
                    act: act.to_owned(),
                    facts: facts.collect(),
                    refused: step.get("refused").and_then(Node::text).map(str::to_owned),
                }
            } else if step.get("look").is_some() {
                What::Look { outcomes: texts(step.get("look")) }
            } else {
                return Err(wrong(line(step), "act: … / look: […]"));
            };
            steps.push(Step { on, what, line: line(step) });
        }
        Ok(Self { title, case, steps })
    }

    /// Runs it.
    pub(crate) fn run(
        &self,
        library: &Library,
        judge: &mut Judge,
        language: Language,
    ) -> Result<Rehearsed, Failure> {
        let mut ledger = MemoryLedger::new();
        let mut text = format!("# {}\n", self.title.get(language));
        let mut astray = Vec::new();
        for step in &self.steps {
            let file = match &step.what {
                What::Act { act, facts, refused } => {
                    let request = self.request(step.on, act, facts);
                    let moment = (noon(step.on), step.on);
                    let done = perform(&mut ledger, library, judge, &request, moment);
                    let told = told(library, step.on, act, &done, language)?;
                    text.push_str(&told);
                    if let Some(wrong) = unexpected(refused.as_deref(), &done) {
                        astray.push((step.line, wrong));
                    }
                    continue;
                }
                What::Look { .. } => File::read(&ledger, library, &self.case, (step.on, None)),
            };
            let file = file.map_err(|error| Failure::new("store_other", &[("what", &error.to_string())]))?;
            let What::Look { outcomes } = &step.what else { continue };
            text.push_str(&look(library, &self.case, &file, step.on, outcomes, language)?);
        }
        Ok(Rehearsed { text, astray })
    }

    fn request(&self, day: Date, act: &str, facts: &[(String, String)]) -> Request {
        Request {
            case: self.case.clone(),
            act: act.to_owned(),
            day,
            given: facts.to_vec(),
            by: "rehearsal".to_owned(),
            origin: "rehearsal".to_owned(),
            key: None,
        }
    }
}

/// Noon of a day in China.
pub(crate) fn noon(day: Date) -> Timestamp {
    let noon = day.at(12, 0, 0, 0);
    tz::Offset::constant(8).to_timestamp(noon).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn told(
    library: &Library,
    on: Date,
    act: &str,
    done: &Result<super::Decided, NotDone>,
    language: Language,
) -> Result<String, Failure> {
    let title =
        library.laws().find_map(|(_, law)| Some(law.acts.get(act)?.act.title.get(language).to_owned()));
    let title = title.unwrap_or_else(|| act.to_owned());
    match done {
        Ok(decided) => {
            let standing = standing_text(decided.after, language);
            let mut line = format!("{on} {title} → {standing}\n");
            for ground in &decided.grounds {
                let cites = ground.cites.join(", ");
                line.push_str(&format!(
                    "    {} = {} ({cites}; {})\n",
                    ground.rule, ground.outcome, ground.grade
                ));
            }
            Ok(line)
        }
        Err(NotDone::Refused(refusals)) => {
            let mut line = String::new();
            for refusal in refusals {
                let (code, detail) = (refusal.code.text(), refusal.detail.get(language));
                line.push_str(&format!("{on} {title} ✗ {code} {detail}\n"));
                line.push_str(&format!("    {}\n", refusal.remedy.get(language)));
                if !refusal.cites.is_empty() {
                    line.push_str(&format!("    ▸ {}\n", refusal.cites.join(", ")));
                }
            }
            Ok(line)
        }
        Err(NotDone::Store(error)) => Err(Failure::new("store_other", &[("what", &error.to_string())])),
    }
}

/// What differs from what the script expects.
fn unexpected(refused: Option<&str>, done: &Result<super::Decided, NotDone>) -> Option<Text> {
    let codes = |refusals: &[Refusal]| {
        refusals.iter().map(|refusal| refusal.code.text()).collect::<Vec<_>>().join(", ")
    };
    match (refused, done) {
        (None, Err(NotDone::Refused(refusals))) => {
            Some(filled("script_refused", &[("codes", &codes(refusals))]))
        }
        (Some(expected), Ok(_)) => Some(filled("script_not_refused", &[("code", expected)])),
        (Some(expected), Err(NotDone::Refused(refusals)))
            if refusals.iter().all(|refusal| refusal.code.text() != expected) =>
        {
            let codes = codes(refusals);
            Some(filled("script_refused_otherwise", &[("code", expected), ("codes", &codes)]))
        }
        _ => None,
    }
}

/// The file on a day: how it stands, findings, duties, and outcomes asked for.
fn look(
    library: &Library,
    case: &str,
    file: &File,
    on: Date,
    outcomes: &[String],
    language: Language,
) -> Result<String, Failure> {
    let mut text = format!("{on} ◇ {}\n", standing_text(file.standing, language));
    let batch = single(library, case, &file.facts)?;
    let day = clock::day_number(on);
    for finding in findings::of_case(library, &batch, file.standing.stage, day, outcomes)? {
        text.push_str(&format!("    {}\n", finding.line(language)));
    }
    for owed in duties::of_case(library, &batch, 0, day)? {
        text.push_str(&format!("    {}\n", owed.line(library, language)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    //! The written lives go as they are written, to the letter of what was checked by hand.

    use std::path::Path;

    use landcycle_policy::text::Language;

    use super::Script;
    use crate::acts::Judge;
    use crate::packages;

    #[test]
    fn the_written_lives_go_as_they_are_written() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/lives");
        let mut judge = Judge::default();
        let mut lives = 0;
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|end| end != "yaml") {
                continue;
            }
            lives += 1;
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).expect("read");
            let script = Script::read(&name, &text).map_err(|failure| failure.message).expect("a script");
            assert!(!script.title.zh.is_empty() && !script.title.en.is_empty(), "{name} has no title");
            let went = script.run(&library, &mut judge, Language::En);
            let went = went.map_err(|failure| failure.message).expect("it runs");
            assert!(went.astray.is_empty(), "{name}: {:?}", went.astray);
            let golden = folder.join("golden").join(format!("{name}.txt"));
            if std::env::var_os("LANDCYCLE_BLESS").is_some() {
                std::fs::write(&golden, &went.text).expect("written");
            }
            let kept = std::fs::read_to_string(&golden).unwrap_or_default();
            assert!(
                kept.trim_end() == went.text.trim_end(),
                "{name} goes otherwise than {}",
                golden.display()
            );
        }
        assert!(lives >= 1, "there are no lives in {}", folder.display());
    }
}
