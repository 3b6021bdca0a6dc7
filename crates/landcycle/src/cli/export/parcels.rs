//! `landcycle export parcels`: a row for each parcel, facts in columns of their own types, and its outline.

use clap::Args;
use landcycle_analysis::overlay::Polygon;
use landcycle_analysis::parquet::{Cell, DeterminationError, Type};
use landcycle_ledger::life::Standing;
use landcycle_ledger::{Cut, FoldedCase, Geometry, Ledger, LedgerError};
use landcycle_policy::package::library::Library;

use super::tables::{Common, Table, cell, type_of};
use crate::cli::Context;
use crate::say::Failure;
use crate::{assessment, packages, store};

/// Options of `export parcels`.
#[derive(Debug, Args)]
pub(crate) struct Parcels {
    #[command(flatten)]
    common: Common,
}

const CASE: &str = "case_id";
const STAGE: &str = "stage";
const OUTLINE: &str = "geometry";
/// Of a day that is told not to have come.
const NEVER: &str = "none";

/// A fact that some parcel has, and whether some parcel has a day of it that has not come.
struct Column {
    fact: usize,
    kind: Type,
    never: bool,
}

enum Fault {
    File(DeterminationError),
    Store(LedgerError),
}

impl Parcels {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let (ledger, as_of) = self.common.open()?;
        // Outlines are read beside the fold, one by one: memory is that of some thousands of rows.
        let beside = store::open_to_read(&self.common.store)?;
        let failed = |error: &LedgerError| store::failure(&self.common.store, error);
        let occurrence = |name: &str| store::is_occurrence(&library.vocabulary, name);
        let columns = used(&library, |visitors| {
            ledger
                .fold_in_parts((as_of, None), &occurrence, visitors)
                .map(drop)
                .map_err(|error| failed(&error))
        })?;
        let size = ledger.size().map_err(|error| failed(&error))?;
        let mut table = self.common.table(
            (&ledger, Some(as_of)),
            &named(&library, &columns),
            &[CASE],
            size.cases as u64,
        )?;
        let cut = Cut { as_of, known_at: None, is_occurrence: &occurrence };
        let mut fault = None;
        let mut polygons: Vec<Polygon> = Vec::new();
        let read = ledger.fold(&cut, &mut |case| {
            if fault.is_some() {
                return;
            }
            let outline = beside.parcel(case.case_id).map(|row| row.and_then(|row| row.geometry));
            let put = outline.map_err(Fault::Store).and_then(|outline| {
                lay(outline.as_ref(), &mut polygons);
                put(&mut table, &library, &columns, case, &polygons).map_err(Fault::File)
            });
            fault = put.err();
        });
        read.map_err(|error| failed(&error))?;
        match fault {
            None => self.common.finish(table, context),
            Some(Fault::File(error)) => Err(table.failure(&error)),
            Some(Fault::Store(error)) => Err(failed(&error)),
        }
    }
}

/// An outline as the writer takes it; empty where there is none.
fn lay(outline: Option<&Geometry>, polygons: &mut Vec<Polygon>) {
    polygons.clear();
    let ring = |ring: &Vec<(f64, f64)>| ring.iter().map(|(x, y)| [*x, *y]).collect();
    let all = outline.map_or(&[][..], Geometry::polygons).iter();
    polygons.extend(all.map(|rings| rings.iter().map(ring).collect::<Polygon>()));
}

type Visitor<'v> = Box<dyn FnMut(&FoldedCase<'_>) + Send + 'v>;

/// The facts that some parcel has, in the order of the vocabulary.
fn used(
    library: &Library,
    fold: impl FnOnce(Vec<Visitor<'_>>) -> Result<(), Failure>,
) -> Result<Vec<Column>, Failure> {
    let facts = library.vocabulary.facts();
    let mut parts = vec![vec![(false, false); facts.len()]; assessment::default_threads()];
    let visitors = parts.iter_mut().map(|seen| -> Visitor<'_> {
        Box::new(move |case: &FoldedCase<'_>| {
            for fact in case.facts {
                if let Some(at) = library.vocabulary.index(fact.name) {
                    seen[at].0 = true;
                    seen[at].1 |= fact.value == NEVER;
                }
            }
        })
    });
    fold(visitors.collect())?;
    let each = facts.iter().enumerate().filter(|(_, fact)| fact.name != CASE).filter_map(|(at, fact)| {
        let known = parts.iter().any(|seen| seen[at].0);
        let kind = type_of(fact);
        let never = kind == Type::Day && parts.iter().any(|seen| seen[at].1);
        known.then_some(Column { fact: at, kind, never })
    });
    Ok(each.collect())
}

fn named(library: &Library, columns: &[Column]) -> Vec<(String, Type)> {
    let mut found = vec![(CASE.to_owned(), Type::Text), (STAGE.to_owned(), Type::Text)];
    for column in columns {
        let name = &library.vocabulary.facts()[column.fact].name;
        found.push((name.clone(), column.kind));
        if column.never {
            found.push((format!("{name}_{NEVER}"), Type::Flag));
        }
    }
    found.push((OUTLINE.to_owned(), Type::Outline));
    found
}

fn put(
    table: &mut Table,
    library: &Library,
    columns: &[Column],
    case: &FoldedCase<'_>,
    polygons: &[Polygon],
) -> Result<(), DeterminationError> {
    let value = |name: &str| case.get(name).map(|fact| fact.value.as_ref());
    let stage = Standing::of(&|name| value(name).filter(|text| !text.is_empty())).stage;
    let mut row = vec![Cell::Text(case.case_id), Cell::Text(stage.name())];
    let facts = library.vocabulary.facts();
    for column in columns {
        let text = value(&facts[column.fact].name);
        row.push(text.map_or(Cell::None, |text| cell(text, column.kind)));
        if column.never {
            row.push(text.map_or(Cell::None, |text| Cell::Flag(text == NEVER)));
        }
    }
    row.push(if polygons.is_empty() { Cell::None } else { Cell::Outline(polygons) });
    table.push(&row)
}
