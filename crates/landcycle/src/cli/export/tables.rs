//! What the tables that are exported have in common: where they go, how a value gets its type, and what a
//! file says of itself.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use landcycle_analysis::parquet::{Cell, DeterminationError, Type, TypedRows};
use landcycle_ledger::{Ledger, Store};
use landcycle_policy::calendar;
use landcycle_policy::exact::Exact;
use landcycle_policy::vocabulary::{Fact, FactKind};

use crate::cli::target::{Pen, Target};
use crate::cli::{Context, parse_date};
use crate::say::{Failure, filled, tell};
use crate::{clock, store};

/// Options that every table has.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    pub(super) store: PathBuf,
    /// 截至日 · the day as of which is told (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub(super) as_of: Option<Date>,
    /// 输出文件 · Parquet file
    #[arg(long, alias = "out", value_name = "FILE")]
    pub(super) to: PathBuf,
}

/// The digits of a decimal that is kept in 64 bits, and of the longest.
const SHORT: u8 = 18;
const LONG: u8 = 38;

/// A table on its way into a file, which appears complete or not at all.
pub(super) struct Table {
    target: Target,
    rows: TypedRows<BufWriter<Pen>>,
    bar: ProgressBar,
    many: u64,
}

impl Common {
    /// Opens the store, and tells the day.
    pub(super) fn open(&self) -> Result<(Store, Date), Failure> {
        let ledger = store::open_to_read(&self.store)?;
        let kept = ledger.meta(store::AS_OF_META).ok().flatten().and_then(|day| day.parse().ok());
        let as_of = self.as_of.or(kept).unwrap_or_else(clock::today);
        Ok((ledger, as_of))
    }

    /// Begins the file.
    pub(super) fn table(
        &self,
        (ledger, as_of): (&Store, Option<Date>),
        columns: &[(String, Type)],
        unlike: &[&str],
        length: u64,
    ) -> Result<Table, Failure> {
        let target = Target::open(Some(&self.to), &[Path::new(&self.store)])?;
        let rows = TypedRows::new(BufWriter::new(target.pen()?), columns, unlike);
        let mut rows = rows.map_err(|error| target.failure(&error))?;
        rows.say("landcycle.version", env!("CARGO_PKG_VERSION"));
        if let Some(as_of) = as_of {
            rows.say("landcycle.as_of", &as_of.to_string());
        }
        // Invented data say so in every form in which they leave.
        if let Some(banner) = ledger.meta(store::SAMPLE_META).ok().flatten() {
            tell(&banner);
            rows.say("landcycle.sample", &banner);
        }
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} · {elapsed} · {eta}") {
            bar.set_style(style);
        }
        Ok(Table { target, rows, bar, many: 0 })
    }

    /// Puts the file in its place, and tells of it.
    pub(super) fn finish(&self, table: Table, context: &Context) -> Result<(), Failure> {
        table.bar.finish_and_clear();
        let target = table.target;
        table.rows.finish().map_err(|error| target.failure(&error))?;
        target.finish()?;
        let (rows, file) = (table.many.to_string(), self.to.display().to_string());
        tell(filled("export_done", &[("rows", &rows), ("file", &file)]).get(context.language));
        Ok(())
    }
}

impl Table {
    /// Adds a row.
    pub(super) fn push(&mut self, row: &[Cell<'_>]) -> Result<(), DeterminationError> {
        self.many += 1;
        if self.many.is_multiple_of(1024) {
            self.bar.inc(1024);
        }
        self.rows.push(row)
    }

    /// An error of writing in words.
    pub(super) fn failure(&self, error: &DeterminationError) -> Failure {
        self.target.failure(error)
    }
}

/// The type of a column of a fact.
pub(super) fn type_of(fact: &Fact) -> Type {
    match &fact.kind {
        FactKind::Number { quantum, min, max, .. } => {
            let places = places(*quantum);
            let largest = [*min, *max].map(|limit| limit.num().unsigned_abs() / limit.den().unsigned_abs());
            let whole =
                largest.into_iter().max().unwrap_or_default().checked_ilog10().unwrap_or_default() + 1;
            let digits = whole + u32::from(places.unsigned_abs());
            Type::Decimal(if digits <= u32::from(SHORT) { SHORT } else { LONG }, places)
        }
        FactKind::Date { .. } => Type::Day,
        FactKind::YesNo => Type::Flag,
        FactKind::Code(_) | FactKind::OpenCode | FactKind::Text => Type::Text,
    }
}

/// The places behind the point that a step has: of a third of a hundredth, two.
fn places(quantum: Exact) -> i8 {
    let mut rest = quantum.den();
    let mut places = 0;
    while rest % 10 == 0 {
        rest /= 10;
        places += 1;
    }
    places
}

/// A canonical text as a value of a column.
pub(super) fn cell(text: &str, kind: Type) -> Cell<'_> {
    match kind {
        Type::Decimal(_, places) => steps(text, places).map_or(Cell::None, Cell::Decimal),
        Type::Day => calendar::parse_iso(text).and_then(day_cell).unwrap_or(Cell::None),
        Type::Flag => Cell::Flag(text == "yes"),
        _ => Cell::Text(text),
    }
}

/// A day number as a value.
pub(super) fn day_cell(day: i64) -> Option<Cell<'static>> {
    let first = clock::day_number(jiff::civil::date(1970, 1, 1));
    i32::try_from(day - first).ok().map(Cell::Day)
}

/// A date as a value.
pub(super) fn date_cell(date: Date) -> Cell<'static> {
    day_cell(clock::day_number(date)).unwrap_or(Cell::None)
}

/// A number as whole steps of its last place, rounded half up where it is finer.
pub(super) fn steps(text: &str, places: i8) -> Option<i128> {
    let number = Exact::parse(text)?;
    let scale = 10_i128.checked_pow(u32::from(places.unsigned_abs()))?;
    let doubled = number.num().checked_mul(scale)?.checked_mul(2)?.checked_add(number.den())?;
    Some(doubled.div_euclid(number.den().checked_mul(2)?))
}

#[cfg(test)]
mod tests {
    //! Numbers as steps.

    use super::*;

    #[test]
    fn a_number_is_its_steps_and_a_third_is_rounded_half_up() {
        assert_eq!(steps("12.34", 2), Some(1234));
        assert_eq!(steps("-0.5", 0), Some(0));
        assert_eq!(steps("20000/3", 4), Some(66_666_667));
        assert_eq!(steps("one", 4), None);
        assert_eq!(places(Exact::new(1, 30_000).expect("a number")), 4);
        assert_eq!(places(Exact::ONE), 0);
    }
}
