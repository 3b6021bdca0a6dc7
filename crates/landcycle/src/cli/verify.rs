//! `landcycle verify`: is every event of a store what was recorded?

use std::path::PathBuf;

use clap::Args;
use landcycle_ledger::Ledger;
use serde_json::json;

use super::Context;
use crate::say::{Failure, filled, out, tell};
use crate::store;

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 库 · GeoPackage store
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open(&self.store)?;
        let name = self.store.display().to_string();
        let found = ledger.verify().map_err(|error| store::failure(&name, &error))?;
        let head = found.head.to_string();
        if self.json {
            let fault = found.fault.as_ref().map(|f| json!({"seq": f.seq, "what": f.to_string()}));
            out(&json!({"events": found.events, "head": head, "fault": fault}).to_string());
        }
        match &found.fault {
            None => {
                let values = [("events", found.events.to_string()), ("head", head)];
                let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
                tell(filled("verified", &values).get(context.language));
                Ok(())
            }
            Some(fault) => {
                Err(Failure::new("verify_failed", &[("file", &name), ("why", &fault.to_string())]))
            }
        }
    }
}
