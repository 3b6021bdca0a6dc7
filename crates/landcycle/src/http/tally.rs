//! 汇总 · counts over the cases that somebody sees: by stage of life, by what is open, by outcome of each
//! rule. Worked out once for a book where everything is seen.

use landcycle_ledger::life::{Condition, Stage};
use landcycle_policy::law::{Law, Rule};
use serde_json::{Value, json};

use super::App;
use super::book::Book;
use super::caller::Caller;
use super::outcomes::possible;
use crate::cli::tree::{cite_json, text_json};
use crate::clock;

/// Counts over cases.
#[derive(Debug)]
pub(super) struct Tally {
    /// Cases in all.
    pub(super) cases: usize,
    /// By stage, in the order of [`Stage::ALL`].
    pub(super) stages: [usize; 8],
    /// By condition, in the order of [`Condition::ALL`].
    pub(super) open: [usize; 29],
    /// By rule of the book, then code.
    codes: Vec<Vec<(String, usize)>>,
}

impl Tally {
    /// Counts what a caller sees.
    pub(super) fn of(book: &Book, caller: &Caller) -> Self {
        let mut tally =
            Self { cases: 0, stages: [0; 8], open: [0; 29], codes: vec![Vec::new(); book.rules.len()] };
        for (_, row) in book.seen(caller) {
            tally.cases += 1;
            tally.stages[row.standing.stage as usize] += 1;
            for condition in row.standing.conditions.iter() {
                tally.open[condition as usize] += 1;
            }
            for (column, counts) in tally.codes.iter_mut().enumerate() {
                for code in row.outcome(column).into_iter().flat_map(|shown| &shown.codes) {
                    add(counts, code);
                }
            }
        }
        tally
    }

    /// How many cases are in a stage.
    pub(super) fn stage(&self, stage: Stage) -> usize {
        self.stages[stage as usize]
    }

    /// On how many cases something is open.
    pub(super) fn open(&self, condition: Condition) -> usize {
        self.open[condition as usize]
    }

    /// The outcomes of a rule with their counts, in the rule's order; those that no case has are left out.
    pub(super) fn outcomes(&self, book: &Book, rule: &Rule) -> Vec<Value> {
        let Some(column) = book.column(&rule.name) else { return Vec::new() };
        counted(&self.codes[column], rule)
    }
}

/// Adds one to the count of a code; rules have few.
pub(super) fn add(counts: &mut Vec<(String, usize)>, code: &str) {
    match counts.iter_mut().find(|(known, _)| known == code) {
        Some((_, count)) => *count += 1,
        None => counts.push((code.to_owned(), 1)),
    }
}

/// Codes with title, tone and count, in the rule's order.
pub(super) fn counted(counts: &[(String, usize)], rule: &Rule) -> Vec<Value> {
    let all = possible(rule);
    let known = all.as_array().map_or(&[][..], Vec::as_slice);
    let each = known.iter().filter_map(|outcome| {
        let code = outcome["code"].as_str()?;
        let (_, count) = counts.iter().find(|(known, _)| known == code)?;
        Some(json!({"code": code, "title": outcome["title"], "tone": outcome["tone"], "count": count}))
    });
    each.collect()
}

impl App {
    /// A rule with what it rests on: by the law of the package with the most cases that has it.
    pub(super) fn rule_head(&self, book: &Book, name: &str) -> Value {
        let Some((law, at, rule)) = law_with(book, name) else { return Value::Null };
        let day = clock::day_number(book.as_of);
        let grounds = rule.segment_on(day).map(|segment| law.grounds(at, segment)).unwrap_or_default();
        let version = grounds.first();
        let cites = version.map(|version| &version.cites).into_iter().flatten();
        // Numbers that a city has to supply bear on the outcome as much as the text does.
        let grade =
            grounds.iter().map(|ground| ground.grade).max().map_or("illustrative", |grade| grade.word());
        json!({
            "name": rule.name, "id": rule.id, "title": text_json(&rule.title), "stage": rule.stage,
            "package": law.package().id, "grade": grade,
            "cites": cites.map(|cite| cite_json(&self.library, cite)).collect::<Vec<_>>(),
        })
    }
}

/// The law with the most cases that has a rule.
pub(super) fn law_with<'b>(book: &'b Book, name: &str) -> Option<(&'b Law, usize, &'b Rule)> {
    let mut laws: Vec<_> = book.packages.iter().collect();
    laws.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
    laws.into_iter().find_map(|(law, _)| law.rule(name).map(|(at, rule)| (&**law, at, rule)))
}
