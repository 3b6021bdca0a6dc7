//! A Parquet file of facts, one case a row, judged as it is read: memory is that of a batch of rows,
//! whatever the size of the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use landcycle_analysis::facts::{Ahead, Cell, FactFile, FactRows, FactsError};
use landcycle_policy::calendar::iso;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::facts::Facts;
use landcycle_policy::text::Text;
use landcycle_policy::vocabulary::{FactKind, MISSING};

use super::facts_file::subject;
use crate::assessment::default_threads;
use crate::cells::{self, Numbers};
use crate::portfolio::{Batch, GROUPS, Groups};
use crate::say::{Failure, filled};
use crate::tabular::Header;

/// The fact by which a case is named.
const CASE: &str = "case_id";
/// Faulty cells that are shown before the rest of the file is left unread.
const SHOWN: usize = 20;

/// Whether a file is to be read as Parquet: by its first bytes, whatever its name.
pub(super) fn is_parquet(path: &Path) -> bool {
    use std::io::Read;
    let mut first = [0; 4];
    std::fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut first).is_ok() && first == *b"PAR1")
}

/// A column that is read.
struct Column {
    name: String,
    fact: usize,
    unit: Option<String>,
    /// Lanes of texts met before, for codes.
    known: HashMap<String, i64>,
    /// Smallest and largest lane of a number.
    bounds: Option<(i64, i64)>,
}

/// Batches of cases by and by.
pub(super) struct Stream<'l> {
    library: &'l Library,
    package: Option<String>,
    file: Ahead,
    length: u64,
    name: String,
    columns: Vec<Column>,
    case: Option<usize>,
    subject: usize,
    rows: u64,
    groups: Groups,
    /// The columns by which cases are grouped.
    grouped: [Option<usize>; 2],
}

impl<'l> Stream<'l> {
    /// Opens a file; every column must be a fact.
    pub(super) fn open(library: &'l Library, path: &Path, package: Option<&str>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let file =
            std::fs::File::open(path).map_err(FactsError::from).and_then(|f| FactFile::open(f, &|_| true));
        let file = file.map_err(|error| broken(&name, &error))?;
        let (mut columns, mut unknown) = (Vec::new(), Vec::new());
        let mut seen = std::collections::BTreeMap::new();
        for (at, raw) in file.columns().iter().enumerate() {
            let header = Header::read(raw, at + 1);
            let vocabulary = &library.vocabulary;
            let fact = vocabulary.by_header(&header.name).or_else(|| vocabulary.by_header(&header.raw));
            let Some((fact, index)) = fact.and_then(|f| Some((f, vocabulary.index(&f.name)?))) else {
                unknown.push(raw.clone());
                continue;
            };
            cells::check_unit(library, fact, header.unit.as_deref(), &header, &name)?;
            cells::once(&mut seen, fact, &header, &name)?;
            let bounds = match &fact.kind {
                FactKind::Number { quantum, min, max, .. } => {
                    let lane = |limit: &landcycle_policy::exact::Exact| {
                        let steps = limit.over(*quantum)?;
                        i64::try_from(steps.num() / steps.den()).ok()
                    };
                    lane(min).zip(lane(max))
                }
                _ => None,
            };
            columns.push(Column {
                name: raw.clone(),
                fact: index,
                unit: header.unit,
                known: HashMap::new(),
                bounds,
            });
        }
        if !unknown.is_empty() {
            return Err(cells::unknown_headers(&name, &unknown, columns.len()));
        }
        let facts: Vec<(usize, Option<String>)> =
            columns.iter().map(|column| (column.fact, column.unit.clone())).collect();
        let subject = subject(library, &facts, path)?;
        let case = columns.iter().position(|column| library.vocabulary.facts()[column.fact].name == CASE);
        let by_name = |fact: &str| {
            columns.iter().position(|column| library.vocabulary.facts()[column.fact].name == fact)
        };
        let grouped = GROUPS.map(by_name);
        Ok(Self {
            library,
            package: package.map(str::to_owned),
            length: file.rows(),
            file: file.ahead(),
            name,
            columns,
            case,
            subject,
            rows: 0,
            groups: Groups::default(),
            grouped,
        })
    }

    /// Rows of the whole file.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// The cases of the next rows, by package; nothing when the file is read.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Batch>>, Failure> {
        let Some(rows) = self.file.next() else { return Ok(None) };
        let rows = rows.map_err(|error| broken(&self.name, &error))?;
        let lanes = self.lanes(&rows)?;
        let mut batches: Vec<(String, Batch)> = Vec::new();
        for row in 0..rows.len() {
            self.rows += 1;
            let named = self.package.is_none().then(|| self.place(&rows, row));
            let package = named.as_ref().or(self.package.as_ref()).map_or("", String::as_str);
            let known = batches.iter().position(|(id, _)| id == package);
            let at = known.unwrap_or(batches.len());
            if known.is_none() {
                // Where there is no law at all there is nothing to judge by.
                let Some(batch) = self.batch(package) else { continue };
                batches.push((package.to_owned(), batch));
            }
            let batch = &mut batches[at].1;
            let place = batch.facts.push();
            for (column, lanes) in self.columns.iter().zip(&lanes) {
                if lanes[row] != MISSING {
                    batch.facts.set(place, column.fact, lanes[row]);
                }
            }
            batch.facts.complete(place, &self.library.vocabulary);
            let case = self.case.map(|column| text_of(&rows.cell(column, row)));
            let case = case.filter(|case| !case.is_empty());
            batch.cases.push(case.map_or_else(|| self.rows.to_string(), Cow::into_owned));
            let group = self.grouped.map(|at| at.map(|at| text_of(&rows.cell(at, row))).unwrap_or_default());
            batch.groups.push(self.groups.of([group[0].as_ref(), group[1].as_ref()]));
        }
        let names = Arc::new(self.groups.names());
        let named = |(_, batch): (String, Batch)| Batch { names: Arc::clone(&names), ..batch };
        Ok(Some(batches.into_iter().map(named).collect()))
    }

    /// The lanes of every column, or what is wrong with the first faulty cells.
    fn lanes(&mut self, rows: &FactRows) -> Result<Vec<Vec<i64>>, Failure> {
        let library = self.library;
        let share = self.columns.len().div_ceil(default_threads()).max(1);
        let parts: Vec<Vec<(Vec<i64>, Vec<(usize, Text)>)>> = std::thread::scope(|scope| {
            let part = |(at, columns): (usize, &'_ mut [Column])| {
                let lanes = columns.iter_mut().enumerate();
                lanes.map(|(next, column)| column.lanes(library, rows, at * share + next)).collect()
            };
            let parts = self.columns.chunks_mut(share).enumerate();
            let parts: Vec<_> = parts.map(|columns| scope.spawn(move || part(columns))).collect();
            let done = parts.into_iter().map(|part| match part.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            done.collect()
        });
        let (mut lanes, mut faults) = (Vec::new(), Vec::new());
        for (at, (column, found)) in parts.into_iter().flatten().enumerate() {
            lanes.push(column);
            faults.extend(found.into_iter().map(|(row, why)| (row, at, why)));
        }
        if faults.is_empty() {
            return Ok(lanes);
        }
        faults.sort_by_key(|(row, column, _)| (*row, *column));
        let mut told: Vec<Text> = faults
            .into_iter()
            .take(SHOWN)
            .map(|(row, column, why)| {
                let row = (self.rows + row as u64 + 1).to_string();
                let values = [("row", row.as_str()), ("column", self.columns[column].name.as_str())];
                let head = filled("parquet_cell", &values);
                Text { zh: head.zh + &why.zh, en: head.en + &why.en }
            })
            .collect();
        told.push(filled("parquet_refused", &[("file", &self.name)]));
        let join = |form: fn(&Text) -> &str| told.iter().map(form).collect::<Vec<_>>().join("\n");
        Err(Failure::text(Text { zh: join(|t| &t.zh), en: join(|t| &t.en) }))
    }

    /// An empty batch under a package.
    fn batch(&self, package: &str) -> Option<Batch> {
        let law = self.library.law(package).or_else(|| self.library.laws().next().map(|(_, law)| law))?;
        let facts = Facts::new(&self.library.vocabulary);
        Some(Batch {
            law: Arc::clone(law),
            cases: Vec::new(),
            subject: self.subject,
            facts,
            groups: Vec::new(),
            names: Arc::default(),
        })
    }

    /// The package of the place of a case.
    fn place(&self, rows: &FactRows, row: usize) -> String {
        let facts = self.library.vocabulary.facts();
        let texts: Vec<(&str, Cow<'_, str>)> = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| matches!(facts[column.fact].kind, FactKind::OpenCode | FactKind::Text))
            .map(|(at, column)| (facts[column.fact].name.as_str(), text_of(&rows.cell(at, row))))
            .collect();
        let value = |name: &str| texts.iter().find(|(fact, _)| *fact == name).map(|(_, text)| text.as_ref());
        self.library.package_for(value).map(|package| package.id.clone()).unwrap_or_default()
    }
}

impl Column {
    /// The lanes of all rows, with what is wrong with the first faulty cells.
    fn lanes(&mut self, library: &Library, rows: &FactRows, at: usize) -> (Vec<i64>, Vec<(usize, Text)>) {
        let mut lanes = vec![MISSING; rows.len()];
        let mut faults = Vec::new();
        for (row, out) in lanes.iter_mut().enumerate() {
            match self.lane(library, &rows.cell(at, row)) {
                Ok(lane) => *out = lane,
                Err(why) => faults.push((row, why)),
            }
            if faults.len() >= SHOWN {
                break;
            }
        }
        (lanes, faults)
    }

    fn lane(&mut self, library: &Library, cell: &Cell<'_>) -> Result<i64, Text> {
        let fact = &library.vocabulary.facts()[self.fact];
        let text = match (cell, &fact.kind) {
            (Cell::Empty, _) | (_, FactKind::Text) => return Ok(MISSING),
            (Cell::Day(day), FactKind::Date { .. }) => return Ok(*day),
            (Cell::Day(day), _) => Cow::Owned(iso(*day)),
            (Cell::Text(text), _) => Cow::Borrowed(*text),
            (Cell::Written(text), _) => Cow::Borrowed(text.as_str()),
        };
        // A plain number in the vocabulary's unit needs no reading of units.
        if let (Some((low, high)), None) = (self.bounds, &self.unit)
            && let Ok(lane) = library.vocabulary.lane(fact, &text, &library.symbols)
            && (low..=high).contains(&lane)
        {
            return Ok(lane);
        }
        if let Some(lane) = self.known.get(text.as_ref()) {
            return Ok(*lane);
        }
        let read = cells::value(library, fact, &text, self.unit.as_deref(), Numbers::WithUnits)?;
        let lane = library.vocabulary.lane(fact, &read, &library.symbols).map_err(|bad| bad.message)?;
        if !matches!(fact.kind, FactKind::Number { .. }) && self.known.len() < 100_000 {
            self.known.insert(text.into_owned(), lane);
        }
        Ok(lane)
    }
}

fn text_of<'c>(cell: &Cell<'c>) -> Cow<'c, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(*text),
        Cell::Written(text) => Cow::Owned(text.clone()),
        Cell::Day(day) => Cow::Owned(iso(*day)),
    }
}

fn broken(file: &str, error: &FactsError) -> Failure {
    match error {
        FactsError::Type { column, found } => {
            Failure::new("parquet_type", &[("file", file), ("column", column), ("found", found)])
        }
        other => Failure::new("parquet_broken", &[("file", file), ("why", &other.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    //! The same cases as CSV and as Parquet, and what is wrong with a file.

    use std::path::Path;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;

    use super::{Stream, is_parquet};
    use crate::packages;

    fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        let file = std::fs::File::create(path).expect("a file");
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
    }

    #[test]
    fn a_file_is_read_as_the_same_facts_whatever_its_form() {
        let folder = tempfile::tempdir().expect("a folder");
        let (table, file) = (folder.path().join("facts.csv"), folder.path().join("facts.parquet"));
        std::fs::write(
            &table,
            "case_id,city,signed_on,area [亩],supply_mode\nA,x,2015-03-04,1.5,lease\nB,x,,,\n",
        )
        .expect("written");
        let text = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
        write(
            &file,
            vec![
                ("case_id", text(vec![Some("A"), Some("B")])),
                ("city", text(vec![Some("x"), Some("x")])),
                ("signed_on", Arc::new(Date32Array::from(vec![Some(16_498), None]))),
                ("area [亩]", Arc::new(Float64Array::from(vec![Some(1.5), None]))),
                ("supply_mode", text(vec![Some("租赁"), None])),
            ],
        );
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        assert!(is_parquet(&file) && !is_parquet(&table));
        let of_table = super::super::facts_file::read(&library, &table, None, None);
        let of_table = of_table.map_err(|failure| failure.message).expect("sound facts");
        let mut stream =
            Stream::open(&library, &file, None).map_err(|failure| failure.message).expect("opened");
        let of_file =
            stream.next().map_err(|failure| failure.message).expect("sound facts").expect("a batch");
        assert_eq!((of_file.len(), &of_file[0].cases), (1, &of_table[0].cases));
        assert_eq!(of_file[0].law.digest, of_table[0].law.digest);
        assert_eq!(of_file[0].facts, of_table[0].facts);
        assert!(stream.next().map_err(|failure| failure.message).expect("sound facts").is_none());
    }

    #[test]
    fn a_faulty_cell_is_named_by_row_and_column() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("facts.parquet");
        let areas: ArrayRef = Arc::new(Float64Array::from(vec![5.0, -1.0]));
        write(&file, vec![("area", areas)]);
        let library = packages::sound(None).map_err(|failure| failure.message).expect("sound packages");
        let mut stream =
            Stream::open(&library, &file, None).map_err(|failure| failure.message).expect("opened");
        let said = stream.next().expect_err("refused").message.en;
        assert!(said.contains("row 2") && said.contains("\"area\""), "{said}");
    }
}
