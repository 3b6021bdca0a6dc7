//! The collection of parcels as of a day: facts in columns of their own, where each stands in its life, and
//! the outcome of every rule.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use landcycle_ledger::life::{Stage, Standing};
use landcycle_ledger::{Cut, Geometry, Ledger, LedgerError, Store};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::package::rule::RuleKind;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{Fact, FactKind};

use super::super::book::Book;
use super::super::outcomes::possible;
use super::super::{App, problem::Problem};
use super::outlines::Outlines;
use super::table::{Coding, Column, Kept, Kind, Source, Table};
use crate::say::{Failure, listed, words};
use crate::store;

/// Parcels read at once.
const PAGE: usize = 5_000;
/// The stage of the law whose outcomes are findings on a life.
const FINDINGS: &str = "supervision";
const ILLUSTRATIVE: &str = "illustrative";
/// How often the store may change while it is read.
const TRIES: usize = 3;

/// The collection as of a day.
pub(super) fn table(app: &App, day: Date) -> Result<Table, Problem> {
    for _ in 0..TRIES {
        let book = app.book(day)?;
        let (rows, outlines) = app
            .with_ledger(|ledger| {
                Ok::<_, LedgerError>((Rows::read(ledger, &app.library, day)?, outlines(ledger)?))
            })
            .map_err(|error| store::failure(&app.store, &error))?;
        // What was recorded between the two readings is in one of them alone.
        let same = rows.ids.len() == book.len();
        if same && rows.ids.iter().enumerate().all(|(at, id)| **id == *book.shown(at).0) {
            return Ok(rows.table(&app.library, book, outlines));
        }
    }
    Err(Failure::new("ogc_changing", &[]).into())
}

fn outlines(ledger: &Store) -> Result<HashMap<String, Geometry>, LedgerError> {
    let mut found = HashMap::new();
    let mut last: Option<String> = None;
    loop {
        let page = ledger.parcels_after(last.as_deref(), PAGE)?;
        let Some(end) = page.last() else { return Ok(found) };
        last = Some(end.case_id.clone());
        found.extend(page.into_iter().filter_map(|row| Some((row.case_id, row.geometry?))));
    }
}

/// What the fold shows of every case.
struct Rows {
    ids: Vec<Box<str>>,
    /// By the place of the fact in the vocabulary.
    facts: Vec<Option<Coding>>,
    stage: Coding,
    /// Rights that have ended: nothing is open on them any more.
    ended: Vec<bool>,
    times: Vec<(Option<Date>, Option<Date>)>,
}

impl Rows {
    fn read(ledger: &Store, library: &Library, day: Date) -> Result<Self, LedgerError> {
        let vocabulary = &library.vocabulary;
        let known = vocabulary.facts();
        let mut rows = Self {
            ids: Vec::new(),
            facts: known.iter().map(|_| None).collect(),
            stage: Coding::default(),
            ended: Vec::new(),
            times: Vec::new(),
        };
        let occurrence = |name: &str| store::is_occurrence(vocabulary, name);
        let cut = Cut { as_of: day, known_at: None, is_occurrence: &occurrence };
        ledger.fold(&cut, &mut |case| {
            let row = rows.ids.len();
            rows.ids.push(case.case_id.into());
            for fact in case.facts {
                let Some(at) = vocabulary.index(fact.name) else { continue };
                if fact.name == CASE {
                    continue;
                }
                let coding = rows.facts[at].get_or_insert_with(Coding::default);
                coding.put(row, &fact.value, || kept(&known[at], &fact.value));
            }
            let value =
                |name: &str| case.get(name).map(|fact| fact.value.as_ref()).filter(|text| !text.is_empty());
            let stage = Standing::of(&value).stage;
            rows.ended.push(stage == Stage::Ended);
            rows.stage.put(row, stage.name(), || Kept::Text(stage.name().into()));
            let date = |name: &str| value(name).and_then(|text| text.parse::<Date>().ok());
            let end = Stage::ENDS.iter().filter_map(|name| date(name)).min();
            rows.times.push((date("signed_on"), end));
        })?;
        Ok(rows)
    }

    fn table(self, library: &Library, book: Arc<Book>, shapes: HashMap<String, Geometry>) -> Table {
        let mut outlines = Outlines::default();
        for id in &self.ids {
            outlines.push(shapes.get(&**id).map_or(&[][..], Geometry::polygons));
        }
        drop(shapes);
        let mut columns: Vec<Column> = Vec::new();
        if let Some(fact) = library.vocabulary.fact(CASE) {
            fact_columns(&mut columns, fact, Coding::default());
            for column in &mut columns {
                column.source = Source::Id;
            }
        }
        for (fact, coding) in library.vocabulary.facts().iter().zip(self.facts) {
            let Some(coding) = coding else { continue };
            fact_columns(&mut columns, fact, coding);
        }
        columns.push(stage_column(self.stage));
        columns.push(Column {
            name: "package".into(),
            title: words("head_package"),
            kind: Kind::Text,
            unit: None,
            fractions: false,
            codes: Vec::new(),
            source: Source::Package,
        });
        columns.extend(summaries(&book, &self.ended));
        columns.extend(outcome_columns(&book));
        Table::new(self.ids, columns, outlines, self.times, Some(book))
    }
}

/// The fact by which a case is named: features have it as their id, and as a property.
const CASE: &str = "case_id";

fn kept(fact: &Fact, text: &str) -> Kept {
    let as_text = || Kept::Text(text.into());
    match &fact.kind {
        FactKind::Number { .. } => Exact::parse(text).map_or_else(as_text, Kept::Number),
        FactKind::Date { .. } if text == "none" => Kept::Never,
        FactKind::Date { .. } => text.parse().map_or_else(|_| as_text(), Kept::Day),
        FactKind::YesNo => Kept::Flag(text == "yes"),
        _ => as_text(),
    }
}

fn fact_columns(columns: &mut Vec<Column>, fact: &Fact, coding: Coding) {
    let (kind, unit, codes) = match &fact.kind {
        FactKind::Number { unit_text, .. } => (Kind::Number, Some(unit_text.clone()), Vec::new()),
        FactKind::Date { .. } => (Kind::Day, None, Vec::new()),
        FactKind::YesNo => (Kind::Flag, None, Vec::new()),
        FactKind::Code(codes) => {
            (Kind::Text, None, codes.iter().map(|code| (code.code.clone(), code.title.clone())).collect())
        }
        FactKind::OpenCode | FactKind::Text => (Kind::Text, None, Vec::new()),
    };
    let never = coding.has_never();
    let (name, title) = (fact.name.clone(), fact.title.clone());
    columns.push(Column { name, title, kind, unit, fractions: false, codes, source: coding.finish() });
    if never {
        columns.push(Column {
            name: format!("{}_none", fact.name),
            title: words("ogc_none").fill(&[("fact", fact.title.clone())]),
            kind: Kind::Flag,
            unit: None,
            fractions: false,
            codes: Vec::new(),
            source: Source::NeverOf(columns.len() - 1),
        });
    }
}

fn stage_column(coding: Coding) -> Column {
    let codes = Stage::ALL.iter().map(|stage| {
        let name = stage.name();
        (name.to_owned(), words(&format!("stage_{name}")))
    });
    Column {
        name: "stage".into(),
        title: words("ogc_stage"),
        kind: Kind::Text,
        unit: None,
        fractions: false,
        codes: codes.collect(),
        source: coding.finish(),
    }
}

/// The rule of a column of the book, from the first law that has it.
fn rule_of<'b>(book: &'b Book, name: &str) -> Option<&'b landcycle_policy::law::Rule> {
    book.packages.iter().find_map(|(law, _)| law.rule(name)).map(|(_, rule)| rule)
}

/// Findings in words, and whether anything rests on a figure that no source states.
fn summaries(book: &Book, ended: &[bool]) -> [Column; 2] {
    let told: Vec<bool> = book
        .rules
        .iter()
        .map(|name| rule_of(book, name).is_some_and(|rule| rule.stage == FINDINGS))
        .collect();
    let (mut findings, mut illustrative) = (Coding::default(), Coding::default());
    for (row, ended) in ended.iter().enumerate() {
        let (.., outcomes) = book.shown(row);
        let open = || {
            let each = outcomes.iter().zip(&told).enumerate();
            let each = each.filter(|(_, (_, told))| **told && !ended);
            each.filter_map(|(at, (shown, _))| {
                shown.as_ref().filter(|shown| !shown.tone().is_empty()).map(|shown| (at, shown))
            })
        };
        let spelt: String = open().map(|(at, shown)| format!("{at}={};", shown.line())).collect();
        if !spelt.is_empty() {
            findings.put(row, &spelt, || {
                let each = open().map(|(at, shown)| {
                    let title =
                        rule_of(book, &book.rules[at]).map(|rule| rule.title.clone()).unwrap_or_default();
                    words("ogc_finding").fill(&[("rule", title), ("outcome", shown.text().clone())])
                });
                Kept::Words(listed(&each.collect::<Vec<_>>()))
            });
        }
        let any = outcomes.iter().flatten().any(|shown| shown.grade() == ILLUSTRATIVE);
        illustrative.put(row, if any { "1" } else { "0" }, || Kept::Flag(any));
    }
    let column = |name: &str, kind: Kind, coding: Coding| Column {
        name: name.to_owned(),
        title: words(&format!("ogc_{name}")),
        kind,
        unit: None,
        fractions: false,
        codes: Vec::new(),
        source: coding.finish(),
    };
    [column("findings", Kind::Text, findings), column(ILLUSTRATIVE, Kind::Flag, illustrative)]
}

fn outcome_columns(book: &Book) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, name) in book.rules.iter().enumerate() {
        let Some(rule) = rule_of(book, name).filter(|_| seen.insert(name)) else { continue };
        let codes = match rule.kind {
            RuleKind::PassFail | RuleKind::YesNo | RuleKind::Choice => codes_of(rule),
            _ => Vec::new(),
        };
        columns.push(Column {
            name: format!("outcome_{name}"),
            title: rule.title.clone(),
            kind: Kind::Text,
            unit: None,
            fractions: false,
            codes,
            source: Source::Outcome(at),
        });
        if rule.kind == RuleKind::Quantity {
            let unit = rule.fields.first().and_then(|field| field.unit.as_ref()).map(|unit| unit.en.clone());
            columns.push(Column {
                name: format!("outcome_{name}_value"),
                title: rule.title.clone(),
                kind: Kind::Number,
                unit,
                fractions: false,
                codes: Vec::new(),
                source: Source::Amount(at),
            });
        }
    }
    columns
}

fn codes_of(rule: &landcycle_policy::law::Rule) -> Vec<(String, Text)> {
    let possible = possible(rule);
    let each = possible.as_array().map_or(&[][..], Vec::as_slice).iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    each.map(|code| {
        let title = Text { zh: text(&code["title"]["zh"]), en: text(&code["title"]["en"]) };
        (text(&code["code"]), title)
    })
    .collect()
}
