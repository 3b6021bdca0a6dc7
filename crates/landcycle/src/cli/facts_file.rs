//! A file of facts, one case a row: headers are fact names or Chinese terms, units in brackets.

use std::path::Path;

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::FactKind;

use crate::notices::failure;
use crate::portfolio::{Batch, Sorter};
use crate::say::{Failure, words};
use crate::tabular::{self, ReadOptions, Table};

/// Reads a facts file into batches. The first fault of the data ends it: nothing is judged on half
/// a file.
pub(super) fn read(
    library: &Library,
    path: &Path,
    sheet: Option<String>,
    package: Option<&str>,
) -> Result<Vec<Batch>, Failure> {
    let options = ReadOptions { sheet, ..ReadOptions::default() };
    let table = Table::open(path, &options).map_err(|error| failure(&error))?;
    let file = table.origin().file.clone();
    let columns = columns(library, &table, &file)?;
    let names: Vec<String> = table.header().iter().map(|h| h.raw.clone()).collect();
    let mut sorter = Sorter::new(library, package);
    let mut values: Vec<(usize, String)> = Vec::new();
    let mut rows = 0_u64;
    for row in table {
        let row = row.map_err(|error| failure(&error))?;
        rows += 1;
        values.clear();
        let mut case_id = String::new();
        for (at, column) in columns.iter().enumerate() {
            let Some((fact, unit)) = column else { continue };
            let known = &library.vocabulary.facts()[*fact];
            let text = row.get(at);
            let value = canonical(library, *fact, text, unit.as_deref()).map_err(|why| {
                let place = [
                    ("file", Text::same(&file)),
                    ("row", Text::same(row.line.to_string())),
                    ("column", Text::same(&names[at])),
                    ("why", why),
                ];
                Failure::text(words("at_cell").fill(&place))
            })?;
            if known.name == "case_id" {
                case_id.clone_from(&value);
            }
            if !value.is_empty() {
                values.push((*fact, value));
            }
        }
        if case_id.is_empty() {
            case_id = rows.to_string();
        }
        let facts =
            values.iter().map(|(fact, v)| (library.vocabulary.facts()[*fact].name.as_str(), v.as_str()));
        sorter.add(&case_id, facts).map_err(|bad| Failure::text(bad.message))?;
    }
    Ok(sorter.finish())
}

type Columns = Vec<Option<(usize, Option<String>)>>;

fn columns(library: &Library, table: &Table, file: &str) -> Result<Columns, Failure> {
    let mut unknown = Vec::new();
    let mut columns = Vec::new();
    for header in table.header() {
        let fact =
            library.vocabulary.by_header(&header.name).or_else(|| library.vocabulary.by_header(&header.raw));
        let Some(fact) = fact else {
            unknown.push(header.raw.clone());
            columns.push(None);
            continue;
        };
        check_unit(library, fact, header.unit.as_deref(), &header.raw)?;
        columns.push(library.vocabulary.index(&fact.name).map(|at| (at, header.unit.clone())));
    }
    if unknown.is_empty() {
        return Ok(columns);
    }
    Err(Failure::new("unknown_headers", &[("file", file), ("headers", &unknown.join(", "))]))
}

fn check_unit(
    library: &Library,
    fact: &landcycle_policy::vocabulary::Fact,
    unit: Option<&str>,
    header: &str,
) -> Result<(), Failure> {
    let Some(unit) = unit else { return Ok(()) };
    let (fits, expected) = match &fact.kind {
        FactKind::Number { unit: own, unit_text, .. } => {
            (library.vocabulary.units.parse(unit).is_some_and(|u| u.same_dimension(*own)), unit_text.as_str())
        }
        _ => (false, "–"),
    };
    if fits {
        return Ok(());
    }
    Err(Failure::new("wrong_unit", &[("header", header), ("unit", unit), ("expected", expected)]))
}

fn canonical(library: &Library, fact: usize, text: &str, unit: Option<&str>) -> Result<String, Text> {
    let known = &library.vocabulary.facts()[fact];
    let text = text.trim();
    let ready = match known.kind {
        // Fractions (10000/3) are exact numbers that no office writes, but tests do.
        FactKind::Number { .. } if !text.is_empty() && !text.contains('/') => {
            tabular::numbers::parse(text).unwrap_or_else(|_| text.to_owned())
        }
        FactKind::Date { .. } => {
            tabular::dates::parse(text).map_or_else(|_| text.to_owned(), |day| day.to_string())
        }
        _ => text.to_owned(),
    };
    library.vocabulary.canonical(known, &ready, unit).map_err(|bad| bad.message)
}
