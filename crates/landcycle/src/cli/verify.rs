//! `landcycle verify`: is every event of a store what was recorded?

use std::path::PathBuf;

use clap::Args;
use landcycle_ledger::{Apart, Fault, Ledger, What};
use landcycle_policy::text::Text;
use serde_json::json;

use super::Context;
use super::tree::text_json;
use crate::say::{Failure, filled, out, tell, words};
use crate::store;

/// Options of `verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let ledger = store::open(&self.store)?;
        let name = store::name(&self.store);
        let found = ledger.verify().map_err(|error| store::failure(&self.store, &error))?;
        let head = found.head.to_string();
        // Of a broken chain the layer of parcels says nothing.
        let apart = match found.fault {
            None => ledger.parcels_apart().map_err(|error| store::failure(&self.store, &error))?,
            Some(_) => Apart::default(),
        };
        let parcels = parcel_findings(&apart);
        if self.json {
            let fault = found
                .fault
                .as_ref()
                .map(|f| json!({"seq": f.seq, "what": f.to_string(), "said": text_json(&said(f))}));
            let parcels = json!({"missing": apart.missing, "differing": apart.differing});
            let events = found.events;
            out(&json!({"events": events, "head": head, "fault": fault, "parcels": parcels}).to_string())?;
        }
        if let Some(fault) = &found.fault {
            let why = said(fault);
            return Err(Failure::text(
                words("verify_failed").fill(&[("file", Text::same(name)), ("why", why)]),
            ));
        }
        for finding in &parcels {
            tell(finding.get(context.language));
        }
        let values = [("events", found.events.to_string()), ("head", head)];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        tell(filled("verified", &values).get(context.language));
        Ok(())
    }
}

/// What the layer of parcels shows that the events do not say.
fn parcel_findings(apart: &Apart) -> Vec<Text> {
    let missing = apart
        .first_missing
        .as_ref()
        .map(|first| filled("parcels_missing", &[("count", &apart.missing.to_string()), ("first", first)]));
    let differing = apart.first_differing.as_ref().map(|(first, column)| {
        let count = apart.differing.to_string();
        filled("parcels_differ", &[("count", &count), ("first", first), ("column", column)])
    });
    missing.into_iter().chain(differing).collect()
}

/// A fault of the store in both languages, and what to do.
fn said(fault: &Fault) -> Text {
    let seq = fault.seq.to_string();
    let (key, what) = match &fault.what {
        What::Missing => ("fault_missing", String::new()),
        What::Content => ("fault_content", String::new()),
        What::Link => ("fault_link", String::new()),
        What::Unreadable(what) => ("fault_unreadable", what.clone()),
        What::Filing => ("fault_filing", String::new()),
        What::Head { left_at } => ("fault_head", left_at.to_string()),
        What::File(what) => ("fault_file", what.clone()),
        _ => return Text::same(fault.to_string()),
    };
    let said = filled(key, &[("seq", &seq), ("what", &what), ("left", &what)]);
    let help = words("fault_help");
    Text { zh: said.zh + &help.zh, en: format!("{} {}", said.en, help.en) }
}
