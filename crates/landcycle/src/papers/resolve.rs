//! What a paper says of a case: facts of the file, outcomes of rules, numbers of the law, and what the
//! office entered.

use std::collections::{BTreeMap, BTreeSet};

use landcycle_ledger::NOT_HAPPENED;
use landcycle_policy::calendar::parse_iso;
use landcycle_policy::exact::Exact;
use landcycle_policy::law::Rule;
use landcycle_policy::package::document::Grade;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::paper::{self, Content, From, Paper};
use landcycle_policy::package::parameter::{Dated, Parameter};
use landcycle_policy::package::table::Table;
use landcycle_policy::program::outcome::{Determination, Outcome, OutcomeValue};
use landcycle_policy::text::Text;

use super::book::{Book, Entry, Item, Lack, Value};
use super::values::{self, Measure};
use crate::assessment;
use crate::portfolio::Batch;
use crate::say::{Failure, filled, words};

/// The list of what the paper rests on.
pub(super) const BASIS: &str = "basis";
/// The list of what is a stand-in or invented.
pub(super) const MARKS: &str = "marks";

/// 案情 · a case, and what the office entered.
pub(crate) struct Question<'q> {
    /// The packages.
    pub(crate) library: &'q Library,
    /// The case with its law.
    pub(crate) batch: &'q Batch,
    /// Its row.
    pub(crate) row: usize,
    /// Its facts as canonical texts.
    pub(crate) texts: &'q BTreeMap<String, String>,
    /// The assessment date.
    pub(crate) as_of: i64,
    /// What the office entered, by name.
    pub(crate) entered: &'q BTreeMap<String, Vec<String>>,
    /// That the case is invented, in the words of its store.
    pub(crate) banner: Option<String>,
}

/// Everything that the contents of a paper are made from.
pub(super) struct Resolver<'r> {
    question: &'r Question<'r>,
    paper: &'r Paper,
    /// By rule.
    found: BTreeMap<usize, Determination>,
}

impl<'r> Resolver<'r> {
    /// Judges the case by every rule that the paper asks.
    pub(super) fn new(paper: &'r Paper, question: &'r Question<'r>) -> Result<Self, Failure> {
        let law = &question.batch.law;
        let mut wanted = BTreeSet::new();
        let asked = paper.fits.iter().map(|fit| fit.of.rule.as_str());
        let named = paper.contents.iter().flat_map(|content| rules_of(&content.source));
        for (at, rule) in asked.chain(named).filter_map(|name| law.rule(name)) {
            if let Some(subject) = rule.subject.filter(|subject| *subject != question.batch.subject) {
                let subjects = question.library.vocabulary.subjects();
                let values = [("paper", paper.title.clone()), ("subject", subjects[subject].title.clone())];
                return Err(Failure::text(words("paper_other_subject").fill(&values)).misuse());
            }
            wanted.insert(at);
        }
        let determinations = if wanted.is_empty() {
            Vec::new()
        } else {
            assessment::several(question.library, question.batch, question.row, question.as_of, &wanted)?
        };
        let found = determinations.into_iter().map(|found| (found.rule, found)).collect();
        Ok(Self { question, paper, found })
    }

    /// Everything that a template may call for, but for what depends on what it calls.
    pub(super) fn book(&self) -> Result<Book, Failure> {
        let mut book = Book::default();
        for content in &self.paper.contents {
            if content.source.is_list() {
                book.lists.insert(content.name.clone(), self.list(content)?);
            } else {
                let entry = self.entry(content, &content.source)?;
                book.values.insert(content.name.clone(), entry);
            }
        }
        Ok(book)
    }

    /// What is lacking to say whether the paper fits the case; refused where it does not.
    pub(super) fn fit(&self) -> Result<Vec<Lack>, Failure> {
        let mut lacks = Vec::new();
        for fit in &self.paper.fits {
            let source = From::Rule(fit.of.clone());
            match self.said(&fit.of.rule, &source, &title(self, None, &source), &fit.of)? {
                Entry::Lacking(lack) => lacks.push(lack),
                Entry::Known(value) if fit.words.iter().any(|word| value.words.contains(word)) => {}
                Entry::Known(value) => {
                    let found = [
                        ("paper", self.paper.title.clone()),
                        ("rule", title(self, None, &source)),
                        ("outcome", Text::same(value.form(""))),
                    ];
                    return Err(Failure::text(words("paper_does_not_fit").fill(&found)));
                }
            }
        }
        Ok(lacks)
    }

    fn entry(&self, content: &Content, source: &From) -> Result<Entry, Failure> {
        let title = title(self, content.title.as_ref(), source);
        let entry = match source {
            From::Fact(name) => self.fact(&content.name, name, &title),
            From::Rule(of) => self.said(&content.name, source, &title, of)?,
            From::Parameter(path) => self.parameter(&content.name, path, &title),
            From::Office(entry) => self.office(content, *entry, &title)?,
            From::Day => Entry::Known(Value::text(values::day(self.question.as_of))),
            // A mark of the template: its own words follow.
            From::Words => Entry::Known(Value { holds: true, ..Value::text("") }),
            From::Items(_) | From::Members(_) | From::Rows(_) => Entry::Known(Value::default()),
        };
        Ok(match entry {
            Entry::Lacking(_) if content.optional => Entry::Known(Value::text("")),
            Entry::Known(value) if content.must && !value.holds => Entry::Lacking(Lack {
                name: content.name.clone(),
                owners: self.owner_of(source),
                why: Some(filled("paper_must", &[("value", value.form(""))])),
                title,
            }),
            other => other,
        })
    }

    fn fact(&self, call: &str, name: &str, title: &Text) -> Entry {
        let vocabulary = &self.question.library.vocabulary;
        let Some(fact) = vocabulary.fact(name) else { return Entry::Known(Value::default()) };
        // What a complete record leaves unsaid is known as well.
        let since = vocabulary.completion().map(|(since, _)| &vocabulary.facts()[since].name);
        let kept =
            since.and_then(|since| self.question.texts.get(since)).is_some_and(|day| day != NOT_HAPPENED);
        let unsaid = fact.otherwise.as_ref().filter(|_| kept).map(|(text, _)| text);
        match self.question.texts.get(name).or(unsaid) {
            Some(text) if !text.is_empty() => Entry::Known(values::fact(vocabulary, fact, text)),
            _ => Entry::Lacking(Lack {
                name: call.to_owned(),
                title: title.clone(),
                owners: vocabulary.department(&fact.owner),
                why: None,
            }),
        }
    }

    /// An outcome with its citations.
    fn said(&self, call: &str, source: &From, title: &Text, of: &paper::Outcome) -> Result<Entry, Failure> {
        let (law, library) = (&self.question.batch.law, self.question.library);
        let Some((at, rule)) = law.rule(&of.rule) else {
            return Err(Failure::new("no_rule_known", &[("rule", &of.rule), ("known", "")]));
        };
        let field = of.field.as_ref().and_then(|name| rule.fields.iter().position(|f| f.name == *name));
        let Some(found) = self.found.get(&at) else { return Ok(Entry::Known(Value::default())) };
        let cited = values::cites(library, &found.basis.cites);
        let value = match &found.outcome {
            Outcome::Value(value) => values::outcome(rule, field, value),
            Outcome::NotApplicable => Value {
                holds: false,
                words: vec!["not_applicable".to_owned()],
                ..Value::text(words("outcome_not_applicable").zh)
            },
            Outcome::Unknown => return Ok(Entry::Lacking(self.lack(call, title, rule, found))),
        };
        let told = title_of(self, source).zh;
        let stand_in = found.basis.grade == Grade::Illustrative;
        let applies = found.outcome != Outcome::NotApplicable;
        let value = value.with("cite", cited).with("title", told);
        Ok(Entry::Known(Value { stand_in: stand_in && applies, ..value }))
    }

    /// What is lacking for an outcome: the facts, or an answer of the law.
    fn lack(&self, call: &str, title: &Text, rule: &Rule, found: &Determination) -> Lack {
        let vocabulary = &self.question.library.vocabulary;
        let mut owners: Vec<Text> = Vec::new();
        let mut facts: Vec<Text> = Vec::new();
        for fact in found.missing.iter().map(|at| &vocabulary.facts()[*at]) {
            let owner = vocabulary.department(&fact.owner);
            let told = [("fact", fact.title.clone()), ("owner", owner.clone())];
            facts.push(words("paper_lacking_fact").fill(&told));
            if !owners.contains(&owner) {
                owners.push(owner);
            }
        }
        if owners.is_empty() {
            owners.push(vocabulary.department(&rule.owner));
        }
        let why = if facts.is_empty() { found.reason.clone() } else { Some(joined(&facts)) };
        Lack { name: call.to_owned(), title: title.clone(), owners: joined(&owners), why }
    }

    fn parameter(&self, call: &str, path: &str, title: &Text) -> Entry {
        let library = self.question.library;
        let Some((parameter, dated)) = self.dated(path) else {
            let owners = library.vocabulary.department(&self.paper.owner);
            let why = Some(words("paper_no_value"));
            return Entry::Lacking(Lack { name: call.to_owned(), title: title.clone(), owners, why });
        };
        let unit = library.vocabulary.units.display(parameter.unit).zh;
        let amount = dated.value.unwrap_or(Exact::ZERO);
        let value = values::number(amount, Measure::of(parameter.unit), &unit);
        let cites: Vec<String> = dated.cites.iter().map(|cite| cite.id.clone()).collect();
        let value =
            value.with("cite", values::cites(library, &cites)).with("title", parameter.title.zh.clone());
        Entry::Known(Value { stand_in: dated.illustrative.is_some(), ..value })
    }

    /// The number of the law on the assessment date, of the lowest layer that has one.
    fn dated(&self, path: &str) -> Option<(&'r Parameter, &'r Dated)> {
        let layers = self.question.batch.law.parameters.get(path)?;
        let set = |(_, parameter): &'r (usize, std::sync::Arc<Parameter>)| {
            Some((parameter.as_ref(), parameter.on(self.question.as_of)?))
        };
        layers.iter().find_map(set).filter(|(_, dated)| dated.value.is_some())
    }

    /// What the office entered, or that it has to.
    fn office(&self, content: &Content, entry: paper::Entry, title: &Text) -> Result<Entry, Failure> {
        let entered = self.question.entered.get(&content.name).and_then(|lines| lines.last());
        let Some(text) = entered.map(|text| text.trim()).filter(|text| !text.is_empty()) else {
            return Ok(Entry::Lacking(self.to_enter(content, title)));
        };
        let wrong = |key: &str| {
            let told = [("name", content.name.as_str()), ("text", text)];
            Failure::new(key, &told).misuse()
        };
        Ok(Entry::Known(match entry {
            paper::Entry::Text | paper::Entry::List => Value::text(text),
            paper::Entry::Date => {
                Value::text(values::day(parse_iso(text).ok_or_else(|| wrong("paper_entry_date"))?))
            }
            paper::Entry::Money => {
                let sum = Exact::parse(text).ok_or_else(|| wrong("paper_entry_number"))?;
                values::number(sum, Measure::Money, &words("paper_yuan").zh)
            }
            paper::Entry::Number => {
                let number = Exact::parse(text).ok_or_else(|| wrong("paper_entry_number"))?;
                values::number(number, Measure::Ratio, "")
            }
        }))
    }

    fn to_enter(&self, content: &Content, title: &Text) -> Lack {
        let owners = self.question.library.vocabulary.department(&self.paper.owner);
        let why = Some(filled("paper_to_enter", &[("name", &content.name)]));
        Lack { name: content.name.clone(), title: title.clone(), owners, why }
    }

    fn list(&self, content: &Content) -> Result<Result<Vec<Item>, Lack>, Failure> {
        match &content.source {
            From::Items(sources) => {
                let mut items = Vec::new();
                for source in sources {
                    let mut of_list = content.clone();
                    of_list.title = None;
                    let value = self.entry(&of_list, source)?;
                    let stand_in = matches!(&value, Entry::Known(value) if value.stand_in);
                    let cite = match &value {
                        Entry::Known(value) => value.forms.get("cite").cloned().unwrap_or_default(),
                        Entry::Lacking(_) => String::new(),
                    };
                    let title = title_of(self, source).zh;
                    let fields = [("title", title), ("owner", self.owner_of(source).zh), ("cite", cite)];
                    let mut item = numbered(items.len(), stand_in, fields);
                    item.insert("value".into(), value);
                    items.push(item);
                }
                Ok(Ok(items))
            }
            From::Members(name) => self.members(content, name),
            From::Rows(path) => Ok(Ok(self.rows(path))),
            _ => {
                let lines = self.question.entered.get(&content.name).map(Vec::as_slice).unwrap_or_default();
                let title = title(self, content.title.as_ref(), &content.source);
                if lines.is_empty() && !content.optional {
                    return Ok(Err(self.to_enter(content, &title)));
                }
                let item = |(at, line): (usize, &String)| numbered(at, false, [("text", line.clone())]);
                Ok(Ok(lines.iter().enumerate().map(item).collect()))
            }
        }
    }

    fn members(&self, content: &Content, name: &str) -> Result<Result<Vec<Item>, Lack>, Failure> {
        let of = paper::Outcome { rule: name.to_owned(), field: None };
        let source = From::Rule(of.clone());
        let title = title(self, content.title.as_ref(), &source);
        let (cite, stand_in) = match self.said(&content.name, &source, &title, &of)? {
            Entry::Lacking(lack) => return Ok(Err(lack)),
            Entry::Known(value) => (value.form("cite").to_owned(), value.stand_in),
        };
        let law = &self.question.batch.law;
        let Some((at, rule)) = law.rule(name) else { return Ok(Ok(Vec::new())) };
        let Some(Outcome::Value(OutcomeValue::Members(members))) = self.found.get(&at).map(|f| &f.outcome)
        else {
            return Ok(Ok(Vec::new()));
        };
        let owner = self.question.library.vocabulary.department(&rule.owner).zh;
        let fields = members.iter().filter_map(|member| rule.fields.get(*member));
        let item = |(at, field): (usize, &landcycle_policy::law::Field)| {
            let fields = [("owner", owner.clone()), ("cite", cite.clone())];
            let mut item = numbered(at, stand_in, fields);
            let named = Value { stand_in, ..Value::text(field.title.zh.clone()) };
            item.insert("title".into(), Entry::Known(named));
            item
        };
        Ok(Ok(fields.enumerate().map(item).collect()))
    }

    fn rows(&self, path: &str) -> Vec<Item> {
        let layers = self.question.batch.law.tables.get(path);
        let on = |table: &'r Table| {
            let editions = table.editions.iter().rev();
            Some((table, editions.into_iter().find(|edition| edition.from <= self.question.as_of)?))
        };
        let found = layers.and_then(|layers| layers.iter().find_map(|(_, table)| on(table.as_ref())));
        let Some((table, edition)) = found else { return Vec::new() };
        let vocabulary = &self.question.library.vocabulary;
        let header = table.header();
        let facts = table.keys.iter().map(|key| Some(&vocabulary.facts()[key.fact]));
        let units = table.columns.iter().map(|column| vocabulary.fact(&column.unit_text));
        let kinds: Vec<_> = facts.chain(units).collect();
        let behind = |at: usize| {
            let column = at.checked_sub(table.keys.len()).and_then(|at| table.columns.get(at));
            let unit = column.and_then(|column| vocabulary.units.parse(&column.unit_text));
            unit.map(|unit| vocabulary.units.display(unit).zh).unwrap_or_default()
        };
        let stand_in = edition.illustrative.is_some();
        let rows = Table::texts(edition).enumerate().map(|(row, texts)| {
            let mut item = numbered(row, stand_in, []);
            for (at, (name, text)) in header.iter().zip(texts).enumerate() {
                let value = match kinds.get(at).copied().flatten() {
                    Some(fact) => values::fact(vocabulary, fact, text),
                    None => Value::text(format!("{text}{}", behind(at))),
                };
                item.insert((*name).to_owned(), Entry::Known(value));
            }
            item
        });
        rows.collect()
    }

    fn owner_of(&self, source: &From) -> Text {
        let (vocabulary, law) = (&self.question.library.vocabulary, &self.question.batch.law);
        let owner = match source {
            From::Fact(name) => vocabulary.fact(name).map(|fact| fact.owner.as_str()),
            From::Rule(of) => law.rule(&of.rule).map(|(_, rule)| rule.owner.as_str()),
            _ => None,
        };
        vocabulary.department(owner.unwrap_or(&self.paper.owner))
    }

    /// The lists of what the paper rests on and of what is no law or invented, for what it shows.
    pub(super) fn notes(&self, book: &mut Book, used: &BTreeSet<String>) {
        let library = self.question.library;
        let ids = |cites: &[landcycle_policy::package::parameter::Cited]| -> Vec<String> {
            cites.iter().map(|cite| cite.id.clone()).collect()
        };
        let mut basis =
            vec![(words("paper_issued_under").zh, values::cites(library, &ids(&self.paper.cites)))];
        let gap = words("list_gap").zh;
        let mut marks: Vec<String> = Vec::new();
        for content in self.paper.contents.iter().filter(|content| used.contains(&content.name)) {
            for source in leaves(&content.source) {
                let title = title_of(self, source).zh;
                let Some((cited, stand_in)) = self.grounds(source) else { continue };
                // What rests on the same clauses stands together.
                match basis.iter_mut().skip(1).find(|(_, known)| *known == cited) {
                    Some((titles, _)) if titles.split(&gap).any(|known| known == title) => {}
                    Some((titles, _)) => titles.push_str(&format!("{gap}{title}")),
                    None => basis.push((title.clone(), cited)),
                }
                if let Some(why) = stand_in {
                    let mark = filled("paper_mark", &[("title", &title), ("why", &why.zh)]).zh;
                    if !marks.contains(&mark) {
                        marks.push(mark);
                    }
                }
            }
        }
        let law = &self.question.batch.law;
        if law.chain.iter().any(|package| package.illustrative) {
            marks.push(filled("paper_invented_law", &[("package", &law.package().title.zh)]).zh);
        }
        // A store says it in both languages, a line each; a paper is in Chinese.
        marks.extend(
            self.question.banner.as_deref().and_then(|banner| banner.lines().next()).map(str::to_owned),
        );
        let basis = basis.into_iter().enumerate();
        let basis = basis.map(|(at, (title, cite))| numbered(at, false, [("title", title), ("cite", cite)]));
        book.lists.insert(BASIS.into(), Ok(basis.collect()));
        let marks = marks.into_iter().enumerate();
        let marks = marks.map(|(at, text)| numbered(at, false, [("text", text)]));
        book.lists.insert(MARKS.into(), Ok(marks.collect()));
    }

    /// The citations behind a source, and why it is a stand-in, if it is. Nothing for facts.
    fn grounds(&self, source: &From) -> Option<(String, Option<Text>)> {
        let (library, law) = (self.question.library, &self.question.batch.law);
        match source {
            From::Rule(paper::Outcome { rule, .. }) | From::Members(rule) => {
                let (at, rule) = law.rule(rule)?;
                let found = self.found.get(&at)?;
                let cited = values::cites(library, &found.basis.cites);
                let applies = found.outcome != Outcome::NotApplicable;
                let stand_in = (applies && found.basis.grade == Grade::Illustrative).then(|| {
                    let own = rule.history().find(|past| Some(past.from) == found.basis.law_from);
                    own.and_then(|past| past.illustrative.cloned())
                        .unwrap_or_else(|| words("paper_mark_below"))
                });
                Some((cited, stand_in))
            }
            From::Parameter(path) => {
                let (_, dated) = self.dated(path)?;
                let cites: Vec<String> = dated.cites.iter().map(|cite| cite.id.clone()).collect();
                Some((values::cites(library, &cites), dated.illustrative.clone()))
            }
            From::Rows(path) => {
                let tables = law.tables.get(path)?;
                let on = |table: &Table| {
                    let editions = table.editions.iter().rev();
                    editions.into_iter().find(|edition| edition.from <= self.question.as_of).cloned()
                };
                let edition = tables.iter().find_map(|(_, table)| on(table))?;
                let cites: Vec<String> = edition.cites.iter().map(|cite| cite.id.clone()).collect();
                Some((values::cites(library, &cites), edition.illustrative))
            }
            _ => None,
        }
    }
}

/// A source, or those of a list.
fn leaves(source: &From) -> Vec<&From> {
    match source {
        From::Items(items) => items.iter().flat_map(leaves).collect(),
        one => vec![one],
    }
}

fn rules_of(source: &From) -> Vec<&str> {
    leaves(source)
        .into_iter()
        .filter_map(|source| match source {
            From::Rule(of) => Some(of.rule.as_str()),
            From::Members(rule) => Some(rule.as_str()),
            _ => None,
        })
        .collect()
}

/// An item with its number, its mark and some words.
fn numbered<const N: usize>(at: usize, stand_in: bool, fields: [(&str, String); N]) -> Item {
    let mark = if stand_in { words("paper_stand_in_cell").zh } else { String::new() };
    let all = fields.into_iter().chain([("no", (at + 1).to_string()), ("mark", mark)]);
    all.map(|(name, text)| (name.to_owned(), Entry::Known(Value::text(text)))).collect()
}

fn joined(texts: &[Text]) -> Text {
    let gap = words("list_gap");
    let join = |form: fn(&Text) -> &str| texts.iter().map(form).collect::<Vec<_>>().join(form(&gap));
    Text { zh: join(|text| &text.zh), en: join(|text| &text.en) }
}

fn title(resolver: &Resolver<'_>, own: Option<&Text>, source: &From) -> Text {
    own.cloned().unwrap_or_else(|| title_of(resolver, source))
}

/// What a source is called.
fn title_of(resolver: &Resolver<'_>, source: &From) -> Text {
    let (library, law) = (resolver.question.library, &resolver.question.batch.law);
    let rule = |name: &str| law.rule(name).map(|(_, rule)| rule);
    let found = match source {
        From::Fact(name) => library.vocabulary.fact(name).map(|fact| fact.title.clone()),
        From::Rule(of) => rule(&of.rule).map(|rule| {
            let field = rule.fields.iter().find(|field| of.field.as_ref() == Some(&field.name));
            field.map_or_else(
                || rule.title.clone(),
                |field| {
                    words("paper_title_field")
                        .fill(&[("rule", rule.title.clone()), ("field", field.title.clone())])
                },
            )
        }),
        From::Members(name) => rule(name).map(|rule| rule.title.clone()),
        From::Parameter(path) => {
            law.parameters.get(path).and_then(|l| l.first()).map(|(_, p)| p.title.clone())
        }
        From::Rows(path) => law.tables.get(path).and_then(|l| l.first()).map(|(_, t)| t.title.clone()),
        From::Day => Some(words("paper_assessment_day")),
        From::Office(_) | From::Words | From::Items(_) => None,
    };
    found.unwrap_or_default()
}
