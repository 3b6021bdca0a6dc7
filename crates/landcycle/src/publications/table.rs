//! Published items as tables: for spreadsheets.

use landcycle_policy::text::Language;

use super::Item;
use crate::say::words;

/// All items as rows under headings: one row for each, its contents in one cell each by name.
pub(crate) fn rows(items: &[&Item], titles: &dyn Fn(&str) -> String, language: Language) -> Vec<Vec<String>> {
    let word = |key: &str| words(key).get(language).to_owned();
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for item in items {
        for shown in &item.shown {
            if columns.iter().all(|(name, _)| *name != shown.name) {
                columns.push((&shown.name, shown.title.get(language)));
            }
        }
    }
    let mut heading = vec![word("public_head_kind"), word("public_head_heading"), word("public_head_dated")];
    heading.extend(columns.iter().map(|(_, title)| (*title).to_owned()));
    heading.push(word("public_head_cites"));
    let mut rows = vec![heading];
    for item in items {
        let mut row = vec![titles(&item.kind), item.heading.get(language).to_owned(), item.dated.clone()];
        row.extend(columns.iter().map(|(name, _)| {
            let found = item.shown.iter().find(|shown| shown.name == *name);
            found.map(|shown| shown.display.get(language).to_owned()).unwrap_or_default()
        }));
        row.push(titles(&format!("cite {} {}", item.package, item.kind)));
        rows.push(row);
    }
    rows
}
