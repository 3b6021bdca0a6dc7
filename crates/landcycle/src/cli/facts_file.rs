//! A file of facts, one case a row: headers are fact names or Chinese terms, units in brackets.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use landcycle_policy::package::library::Library;
use landcycle_policy::text::Text;

use crate::cells::{self, Numbers};
use crate::portfolio::{Batch, Sorter};
use crate::say::{Failure, filled, filled_with, words};
use crate::tabular::{ReadOptions, Row, Table};

/// The fact by which a case is named.
const CASE: &str = "case_id";
/// Faulty rows that are shown; the rest is counted.
const SHOWN: usize = 20;

/// Reads a facts file into batches. Every fault of the data is told, and nothing is judged on half
/// a file.
pub(super) fn read(
    library: &Library,
    path: &Path,
    sheet: Option<String>,
    package: Option<&str>,
) -> Result<Vec<Batch>, Failure> {
    read_noting(library, path, sheet, package, &mut |_, _| {})
}

/// The same, and tells each case with its values as texts: lanes do not hold them all.
pub(super) fn read_noting(
    library: &Library,
    path: &Path,
    sheet: Option<String>,
    package: Option<&str>,
    note: &mut dyn FnMut(&str, &[(&str, String)]),
) -> Result<Vec<Batch>, Failure> {
    let options = ReadOptions { sheet, ..ReadOptions::default() };
    let mut table = Table::open(path, &options).map_err(|error| cells::failure(&error))?;
    let mut reader = Reader { library, columns: columns(library, &table)?, cases: HashMap::new(), rows: 0 };
    let mut sorter = Sorter::new(library, package).of(subject(library, &reader.columns, path)?);
    let mut faults: Vec<Text> = Vec::new();
    let mut faulty = 0_u64;
    while let Some(row) = table.next() {
        let found = match row {
            Ok(row) => reader.read(&table, &row, &mut sorter, note),
            Err(error) if error.fault().concerns_one_row() => Err(cells::reasons(&error)),
            Err(error) => return Err(cells::failure(&error)),
        };
        if let Err(found) = found {
            faulty += 1;
            if faulty <= SHOWN as u64 {
                faults.extend(found);
            }
        }
    }
    if faulty == 0 {
        return Ok(sorter.finish());
    }
    if faulty > SHOWN as u64 {
        faults.push(filled("more_refused", &[("more", &(faulty - SHOWN as u64).to_string())]));
    }
    faults.push(filled("facts_refused", &[("rows", &faulty.to_string())]));
    let join = |form: fn(&Text) -> &str| faults.iter().map(form).collect::<Vec<_>>().join("\n");
    Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }))
}

type Columns = Vec<(usize, Option<String>)>;

struct Reader<'r> {
    library: &'r Library,
    columns: Columns,
    /// The row of each case.
    cases: HashMap<String, u64>,
    rows: u64,
}

impl Reader<'_> {
    /// Sorts the case of a row, or says all that is wrong with the row.
    fn read(
        &mut self,
        table: &Table,
        row: &Row,
        sorter: &mut Sorter<'_>,
        note: &mut dyn FnMut(&str, &[(&str, String)]),
    ) -> Result<(), Vec<Text>> {
        self.rows += 1;
        let known = self.library.vocabulary.facts();
        let mut faults = Vec::new();
        let mut values: Vec<(&str, String)> = Vec::new();
        let mut case: Option<(usize, String)> = None;
        for (at, (fact, unit)) in self.columns.iter().enumerate() {
            let fact = &known[*fact];
            match cells::value(self.library, fact, row.get(at), unit.as_deref(), Numbers::WithUnits) {
                Ok(value) => {
                    if fact.name == CASE {
                        case = Some((at, value.clone()));
                    }
                    if !value.is_empty() {
                        values.push((&fact.name, value));
                    }
                }
                Err(why) => faults.push(cells::at(table, row.line, Some(at), &why)),
            }
        }
        // Without a column of case numbers, cases are numbered by row.
        let case_id = case.as_ref().map_or_else(|| self.rows.to_string(), |(_, case)| case.clone());
        let at = case.map(|(at, _)| at);
        if case_id.is_empty() {
            faults.push(cells::at(table, row.line, at, &words("case_empty")));
        } else {
            let first = *self.cases.entry(case_id.clone()).or_insert(row.line);
            if first != row.line {
                let why = filled("case_twice", &[("case", &case_id), ("first", &first.to_string())]);
                faults.push(cells::at(table, row.line, at, &why));
            }
        }
        if faults.is_empty() {
            let facts = values.iter().map(|(name, value)| (*name, value.as_str()));
            let sorted = sorter.add(&case_id, facts);
            sorted.map_err(|bad| vec![cells::at(table, row.line, None, &bad.message)])?;
            note(&case_id, &values);
            return Ok(());
        }
        Err(faults)
    }
}

/// What the cases of a file are, from what its columns say of them.
pub(super) fn subject(
    library: &Library,
    columns: &[(usize, Option<String>)],
    path: &Path,
) -> Result<usize, Failure> {
    let vocabulary = &library.vocabulary;
    let mut named: BTreeMap<usize, &str> = BTreeMap::new();
    for (fact, _) in columns {
        let fact = &vocabulary.facts()[*fact];
        if let Some(subject) = fact.subject {
            named.entry(subject).or_insert(&fact.name);
        }
    }
    let mut told = named.iter().map(|(subject, fact)| (&vocabulary.subjects()[*subject].title, *fact));
    let (Some((one, one_fact)), Some((other, other_fact))) = (told.next(), told.next()) else {
        return Ok(named.first_key_value().map_or(0, |(subject, _)| *subject));
    };
    let values = [
        ("file", Text::same(path.display().to_string())),
        ("one", one.clone()),
        ("other", other.clone()),
        ("one_fact", Text::same(one_fact)),
        ("other_fact", Text::same(other_fact)),
    ];
    Err(Failure::text(filled_with("two_subjects", &values)))
}

/// The fact and the unit of every column.
fn columns(library: &Library, table: &Table) -> Result<Columns, Failure> {
    let file = &table.origin().file;
    let mut unknown = Vec::new();
    let mut columns = Columns::new();
    let mut seen = BTreeMap::new();
    for header in table.header() {
        let vocabulary = &library.vocabulary;
        let fact = vocabulary.by_header(&header.name).or_else(|| vocabulary.by_header(&header.raw));
        let Some((fact, index)) = fact.and_then(|fact| Some((fact, vocabulary.index(&fact.name)?))) else {
            unknown.push(header.raw.clone());
            continue;
        };
        cells::check_unit(library, fact, header.unit.as_deref(), header, file)?;
        cells::once(&mut seen, fact, header, file)?;
        columns.push((index, header.unit.clone()));
    }
    if unknown.is_empty() {
        return Ok(columns);
    }
    Err(cells::unknown_headers(file, &unknown, columns.len()))
}

#[cfg(test)]
mod tests {
    //! Files of facts, read or refused.

    use landcycle_policy::text::Text;

    use super::{Numbers, cells, read};
    use crate::packages;
    use crate::portfolio::Batch;

    fn read_text(text: &str) -> Result<Vec<Batch>, Text> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts.csv");
        std::fs::write(&path, text).expect("written");
        let library = packages::sound(None).map_err(|failure| failure.message)?;
        read(&library, &path, None, Some("shanghai")).map_err(|failure| failure.message)
    }

    fn said(text: &str) -> String {
        read_text(text).expect_err("refused").en
    }

    #[test]
    fn placeholders_of_dates_are_missing() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let fact = library.vocabulary.fact("started_on").expect("a fact");
        let value = |text| cells::value(&library, fact, text, None, Numbers::WithUnits).expect("a date");
        for text in ["1900-01-01", "1899-12-30", "9999-12-31", "1900/1/1 0:00", "19000101"] {
            assert_eq!(value(text), "", "{text}");
        }
        assert_eq!((value("2015/3/4").as_str(), value("未发生").as_str()), ("2015-03-04", "none"));
        assert!(said("case_id,started_on\nC1,不详\n").contains("not a date"));
    }

    #[test]
    fn a_case_has_one_row_and_a_number() {
        let twice = said("case_id,area\nC1,5\nC2,5\nC1,6\n");
        assert!(twice.contains("line 4") && twice.contains("row 2"), "{twice}");
        let empty = said("case_id,area\n2,5\n,6\n");
        assert!(empty.contains("line 3") && empty.contains("case number is empty"), "{empty}");
        let numbered = read_text("area\n5\n6\n").expect("sound facts");
        assert_eq!(numbered[0].cases, ["1", "2"]);
    }

    #[test]
    fn two_columns_for_one_fact_are_refused_by_name() {
        let twice = said("case_id,area,宗地面积 [亩]\nC1,5,6\n");
        assert!(twice.contains("\"area\"") && twice.contains("宗地面积 [亩]"), "{twice}");
    }

    #[test]
    fn every_faulty_row_is_told() {
        let all = said("case_id,area,signed_on\nC1,x,2015-02-30\nC2,-1,2015-02-03\n");
        assert_eq!(all.lines().filter(|line| line.contains("line ")).count(), 3, "{all}");
        assert!(all.contains("2 rows are faulty"), "{all}");
    }

    #[test]
    fn what_the_cases_are_is_read_off_the_columns() {
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let named = |batches: &[Batch]| library.vocabulary.subjects()[batches[0].subject].id.clone();
        assert_eq!(named(&read_text("case_id,district,area\nC1,x,5\n").expect("sound facts")), "parcel");
        let plan = library
            .vocabulary
            .facts()
            .iter()
            .find(|fact| fact.subject.is_some_and(|at| library.vocabulary.subjects()[at].id == "plan"));
        let plan = &plan.expect("a fact of plans").name;
        let read = read_text(&format!("case_id,district,{plan}\nC1,x,\n")).expect("sound facts");
        assert_eq!(named(&read), "plan");
        let mixed = said(&format!("case_id,area,{plan}\nC1,5,\n"));
        assert!(mixed.contains("two subjects") && mixed.contains("area") && mixed.contains(plan), "{mixed}");
    }
}
