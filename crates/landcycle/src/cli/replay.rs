//! `landcycle replay`: a decision again, from what was known then and the law of then.

use std::path::PathBuf;

use clap::Args;
use landcycle_ledger::Ledger;
use serde_json::json;

use super::Context;
use crate::acts::replay::replay;
use crate::say::{Failure, filled, out, tell};
use crate::{packages, store};

/// Options of `replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// 事件 · number of the event; every act of the store if not given
    event: Option<i64>,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Replay {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let ledger = store::open_to_read(&self.store)?;
        let failed = |error| store::failure(&self.store, &error);
        let events = if let Some(seq) = self.event {
            let event = ledger.event(seq).map_err(failed)?;
            vec![event.ok_or_else(|| Failure::new("replay_no_event", &[("seq", &seq.to_string())]))?]
        } else {
            let mut acts = Vec::new();
            for case in ledger.cases().map_err(failed)? {
                let events = ledger.events_of(&case).map_err(failed)?;
                acts.extend(events.into_iter().filter(|event| event.kind.starts_with("act.")));
            }
            acts
        };
        let mut other = None;
        for event in &events {
            let replayed = replay(&ledger, &library, event)?;
            let same = replayed.there == replayed.again;
            let seq = event.seq.to_string();
            if self.json {
                out(&json!({
                    "seq": event.seq, "kind": event.kind, "package": replayed.digest, "same": same,
                    "recorded": replayed.there, "replayed": replayed.again,
                })
                .to_string())?;
            }
            if same {
                let rules = replayed.rules.to_string();
                let values = [("seq", seq.as_str()), ("rules", &rules), ("digest", &replayed.digest)];
                tell(filled("replay_same", &values).get(context.language));
            } else {
                let values = [("seq", seq.as_str()), ("there", &replayed.there), ("again", &replayed.again)];
                other = other.or(Some(Failure::new("replay_other", &values)));
            }
        }
        other.map_or(Ok(()), Err)
    }
}
