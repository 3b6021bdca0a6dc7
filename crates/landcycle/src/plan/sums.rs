//! What the rows of a plan add up to, and whether its summary says the same.

use std::collections::{BTreeMap, BTreeSet};

use landcycle_analysis::plan::{Sum, by_code, sums};
use landcycle_policy::exact::Exact;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use super::read::Wrong;
use super::{AREA, CONVERSION, FROM, Plan, REDUCTIONS, SOURCE, Sheet, UNTIL, USE, codes};
use crate::say::{filled, filled_with};

/// Where facts of the summary were stated, by name: the row, and the place in words.
pub(super) type Places = BTreeMap<String, (Option<u64>, Text)>;

/// Adds up the lines, and refuses a summary that states another number.
pub(super) fn add_up(library: &Library, plan: &mut Plan, places: &Places, faults: &mut Vec<Wrong>) {
    let lines = plan.lines();
    let of = |fact: &str| codes(library, fact).into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    let (uses, sources, conversions) = (of(USE), of(SOURCE), of(CONVERSION));
    let mut found: Vec<(Sheet, String, Sum)> =
        sums(&lines, uses.iter().map(String::as_str), sources.iter().map(String::as_str))
            .into_iter()
            .map(|(name, sum)| (Sheet::Lines, name, sum))
            .collect();
    let renewal = plan.rows(Sheet::Renewal);
    let converted: Vec<_> = renewal
        .iter()
        .map(|row| landcycle_analysis::plan::Line {
            row: row.row,
            used_for: row.text(CONVERSION),
            area: row.area(AREA),
            ..Default::default()
        })
        .collect();
    let by_conversion =
        by_code(&converted, conversions.iter().map(String::as_str), |line| line.used_for.as_deref());
    found.extend(by_conversion.into_iter().flatten().map(|(name, sum)| (Sheet::Renewal, name, sum)));
    for fact in REDUCTIONS {
        let rows = plan.rows(Sheet::Reduction);
        if rows.iter().all(|row| row.area(fact).is_none()) {
            continue;
        }
        let open: Vec<u64> = rows.iter().filter(|row| row.area(fact).is_none()).map(|row| row.row).collect();
        let sum = rows.iter().filter_map(|row| row.area(fact)).try_fold(Exact::ZERO, Exact::plus);
        let sum = match sum {
            Some(sum) if open.is_empty() => Sum::Known(sum),
            _ => Sum::Unknown(open),
        };
        found.push((Sheet::Reduction, fact.to_owned(), sum));
    }
    for (sheet, name, sum) in found {
        let stated = plan.area(&name);
        match (sum, stated) {
            (Sum::Known(sum), Some(stated)) if sum != stated => {
                let title = library.vocabulary.fact(&name).map(|fact| fact.title.clone()).unwrap_or_default();
                let values = [
                    ("fact", title),
                    ("stated", Text::same(stated.to_string())),
                    ("sum", Text::same(sum.to_string())),
                    ("sheet", sheet.title()),
                ];
                let why = filled_with("plan_stated_otherwise", &values);
                let (row, place) = places.get(&name).cloned().unwrap_or_default();
                let text =
                    Text { zh: format!("{}{}", place.zh, why.zh), en: format!("{}{}", place.en, why.en) };
                faults.push(Wrong { sheet: Sheet::Summary, row, fact: Some(name), text });
            }
            (Sum::Known(sum), _) => {
                plan.facts.insert(name, sum.to_string());
            }
            (Sum::Unknown(rows), None) => {
                plan.open.insert(name, rows);
            }
            (Sum::Unknown(_), Some(_)) => {}
        }
    }
    ends_after_it_begins(plan, faults);
}

/// A period has an end after its beginning.
fn ends_after_it_begins(plan: &Plan, faults: &mut Vec<Wrong>) {
    let (Some(from), Some(until)) = (plan.day(FROM), plan.day(UNTIL)) else { return };
    if until < from {
        let values = [("from", from.to_string()), ("until", until.to_string())];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let text = filled("plan_ends_before", &values);
        faults.push(Wrong { sheet: Sheet::Summary, row: None, fact: Some(UNTIL.to_owned()), text });
    }
}

/// The facts that the rows of a plan add up to, or leave open.
pub(super) fn added(library: &Library, plan: &Plan) -> BTreeSet<String> {
    let mut rows = Plan { sheets: plan.sheets.clone(), ..Plan::default() };
    add_up(library, &mut rows, &Places::new(), &mut Vec::new());
    rows.facts.into_keys().chain(rows.open.into_keys()).collect()
}
