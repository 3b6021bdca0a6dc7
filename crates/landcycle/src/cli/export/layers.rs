//! `landcycle export layers`: the zones of every edition of every layer in one table.

use clap::Args;
use landcycle_analysis::parquet::{Cell, Type};

use super::tables::{Common, date_cell};
use crate::cli::Context;
use crate::layers;
use crate::say::Failure;
use crate::store;

/// Options of `export layers`.
#[derive(Debug, Args)]
pub(crate) struct Layers {
    #[command(flatten)]
    common: Common,
    /// 有效 · only the editions in force on the day
    #[arg(long)]
    in_force: bool,
}

const COLUMNS: [(&str, Type); 15] = [
    ("layer", Type::Text),
    ("edition", Type::Integer),
    ("title", Type::Text),
    ("kind", Type::Text),
    ("from", Type::Day),
    ("until", Type::Day),
    ("place", Type::Integer),
    ("zone_id", Type::Text),
    ("level", Type::Text),
    ("attributes", Type::Text),
    ("source", Type::Text),
    ("source_digest", Type::Text),
    ("approximate", Type::Flag),
    ("illustrative", Type::Flag),
    ("geometry", Type::Outline),
];

impl Layers {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (ledger, as_of) = self.common.open()?;
        let all = layers::editions(&ledger).map_err(|error| store::failure(&self.common.store, &error))?;
        let wanted = if self.in_force { layers::in_force(&all, as_of) } else { all.iter().collect() };
        let columns = COLUMNS.map(|(name, kind)| (name.to_owned(), kind));
        let length = wanted.iter().map(|edition| edition.zones).sum();
        let day = self.in_force.then_some(as_of);
        let mut table = self.common.table((&ledger, day), &columns, &[], length)?;
        for edition in wanted {
            let zones = layers::zones_of(&ledger, &store::name(&self.common.store), edition)?;
            for zone in &zones.zones {
                let polygons = layers::feature(zone).polygons;
                let row = [
                    Cell::Text(&edition.name),
                    Cell::Integer(edition.number),
                    Cell::Text(&edition.title),
                    Cell::Text(&edition.kind),
                    edition.from.map_or(Cell::None, date_cell),
                    edition.until.map_or(Cell::None, date_cell),
                    Cell::Integer(zone.place),
                    zone.zone_id.as_deref().map_or(Cell::None, Cell::Text),
                    zone.level.as_deref().map_or(Cell::None, Cell::Text),
                    Cell::Text(&zone.attributes),
                    Cell::Text(&edition.source),
                    Cell::Text(&edition.source_digest),
                    Cell::Flag(edition.approximate),
                    Cell::Flag(edition.illustrative),
                    Cell::Outline(&polygons),
                ];
                table.push(&row).map_err(|error| table.failure(&error))?;
            }
        }
        self.common.finish(table, context)
    }
}
