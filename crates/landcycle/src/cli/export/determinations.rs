//! `landcycle export determinations`: what every rule says of every parcel, in a code, a number, and words.

use std::collections::BTreeSet;

use clap::Args;
use landcycle_analysis::parquet::{Cell, Type};
use landcycle_policy::package::rule::RuleKind;

use super::tables::{Common, cell, date_cell, day_cell, steps};
use crate::cli::Context;
use crate::http::outcomes;
use crate::say::Failure;
use crate::{assessment, clock, packages, store};

/// Options of `export determinations`.
#[derive(Debug, Args)]
pub(crate) struct Determinations {
    #[command(flatten)]
    common: Common,
    /// 只列规则 · only these rules
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// 政策包 · judge every case by this package, not by its place
    #[arg(long, value_name = "ID")]
    package: Option<String>,
}

/// The places of amounts behind the point; the outcome itself has them exact.
const PLACES: i8 = 6;

const COLUMNS: [(&str, Type); 16] = [
    ("case_id", Type::Text),
    ("as_of", Type::Day),
    ("stage", Type::Text),
    ("rule", Type::Text),
    ("outcome", Type::Text),
    ("value", Type::Decimal(38, PLACES)),
    ("day", Type::Day),
    ("text_zh", Type::Text),
    ("text_en", Type::Text),
    ("missing", Type::Texts),
    ("grade", Type::Text),
    ("illustrative", Type::Flag),
    ("cites", Type::Texts),
    ("law_from", Type::Day),
    ("package", Type::Text),
    ("bound", Type::Text),
];
const ILLUSTRATIVE: &str = "illustrative";

impl Determinations {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package
            && library.law(package).is_none()
        {
            return Err(crate::cli::assess::no_package(&library, package));
        }
        let (ledger, as_of) = self.common.open()?;
        let batches = store::batches(&ledger, &library, self.package.as_deref(), as_of, None)?;
        for rule in &self.rule {
            if !batches.iter().any(|batch| batch.law.rule(rule).is_some()) {
                let known: BTreeSet<&str> = batches
                    .iter()
                    .flat_map(|batch| batch.law.listed().map(|(_, rule)| rule.name.as_str()))
                    .collect();
                let known = known.into_iter().collect::<Vec<_>>().join(", ");
                return Err(Failure::new("no_rule_known", &[("rule", rule), ("known", &known)]).misuse());
            }
        }
        let length: usize = batches
            .iter()
            .map(|batch| {
                let rules = if self.rule.is_empty() {
                    batch.law.of_subject(batch.subject).count()
                } else {
                    self.rule.len()
                };
                batch.cases.len() * rules
            })
            .sum();
        let columns = COLUMNS.map(|(name, kind)| (name.to_owned(), kind));
        let mut table = self.common.table((&ledger, Some(as_of)), &columns, &[], length as u64)?;
        let facts = library.vocabulary.facts();
        for batch in &batches {
            let wanted: Option<BTreeSet<usize>> = (!self.rule.is_empty()).then(|| {
                self.rule.iter().filter_map(|name| batch.law.rule(name)).map(|(at, _)| at).collect()
            });
            let threads = assessment::default_threads();
            assessment::assess(
                &library,
                batch,
                clock::day_number(as_of),
                wanted.as_ref(),
                threads,
                &mut |found| {
                    let told = &found.determination;
                    let rule = &batch.law.rules[told.rule];
                    let (line, text) =
                        (outcomes::line(&told.outcome, rule), outcomes::text(&told.outcome, rule));
                    let missing: Vec<&str> = told.missing.iter().map(|at| facts[*at].name.as_str()).collect();
                    let cites: Vec<&str> = told.basis.cites.iter().map(String::as_str).collect();
                    let grade = told.basis.grade.word();
                    let number = (rule.kind == RuleKind::Quantity).then(|| steps(&line, PLACES)).flatten();
                    let row = [
                        Cell::Text(found.case_id),
                        date_cell(as_of),
                        Cell::Text(&rule.stage),
                        Cell::Text(&rule.name),
                        Cell::Text(&line),
                        number.map_or(Cell::None, Cell::Decimal),
                        if rule.kind == RuleKind::Date { cell(&line, Type::Day) } else { Cell::None },
                        Cell::Text(&text.zh),
                        Cell::Text(&text.en),
                        Cell::Texts(&missing),
                        Cell::Text(grade),
                        Cell::Flag(grade == ILLUSTRATIVE),
                        Cell::Texts(&cites),
                        told.basis.law_from.and_then(day_cell).unwrap_or(Cell::None),
                        Cell::Text(&batch.law.digest),
                        assessment::bound(told).map_or(Cell::None, Cell::Text),
                    ];
                    table.push(&row).map_err(|error| table.failure(&error))
                },
            )?;
        }
        self.common.finish(table, context)
    }
}
