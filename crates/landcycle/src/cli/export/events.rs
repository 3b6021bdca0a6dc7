//! `landcycle export events`: the chain as a table, an event a row.

use clap::Args;
use landcycle_analysis::parquet::{Cell, Type};
use landcycle_ledger::{Event, Ledger, LedgerError, is_record};

use super::tables::{Common, date_cell};
use crate::cli::Context;
use crate::say::Failure;
use crate::store;

/// Options of `export events`.
#[derive(Debug, Args)]
pub(crate) struct Events {
    #[command(flatten)]
    common: Common,
    /// 全部 · also what is recorded of plans, listings, layers and other records that are no parcels
    #[arg(long)]
    all: bool,
}

/// Events read at once.
const PAGE: usize = 10_000;

const COLUMNS: [(&str, Type); 13] = [
    ("seq", Type::Integer),
    ("case_id", Type::Text),
    ("kind", Type::Text),
    ("happened_on", Type::Day),
    ("recorded_at", Type::Moment),
    ("actor", Type::Text),
    ("origin", Type::Text),
    ("key", Type::Text),
    ("package", Type::Text),
    ("corrects", Type::Integer),
    ("facts", Type::Text),
    ("previous", Type::Text),
    ("digest", Type::Text),
];

impl Events {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let (ledger, _) = self.common.open()?;
        let failed = |error: &LedgerError| store::failure(&self.common.store, error);
        let size = ledger.size().map_err(|error| failed(&error))?;
        let columns = COLUMNS.map(|(name, kind)| (name.to_owned(), kind));
        let unlike = ["key", "facts", "previous", "digest"];
        let mut table = self.common.table((&ledger, None), &columns, &unlike, size.events as u64)?;
        let mut last = 0;
        loop {
            let page = ledger.events_after(last, PAGE).map_err(|error| failed(&error))?;
            let Some(end) = page.last() else { break };
            last = end.seq;
            for event in page.iter().filter(|event| self.happened(event)) {
                let (previous, digest) = (event.previous.to_string(), event.digest.to_string());
                let row = [
                    Cell::Integer(event.seq),
                    Cell::Text(&event.case_id),
                    Cell::Text(&event.kind),
                    date_cell(event.happened_on),
                    Cell::Moment(event.recorded_at.as_microsecond()),
                    Cell::Text(&event.actor),
                    Cell::Text(&event.origin),
                    Cell::Text(&event.key),
                    event.package.as_deref().map_or(Cell::None, Cell::Text),
                    event.corrects.map_or(Cell::None, Cell::Integer),
                    Cell::Text(event.body.as_str()),
                    Cell::Text(&previous),
                    Cell::Text(&digest),
                ];
                table.push(&row).map_err(|error| table.failure(&error))?;
            }
        }
        self.common.finish(table, context)
    }

    fn happened(&self, event: &Event) -> bool {
        let wanted = self.all || !is_record(&event.case_id);
        wanted && self.common.as_of.is_none_or(|day| event.happened_on <= day)
    }
}
