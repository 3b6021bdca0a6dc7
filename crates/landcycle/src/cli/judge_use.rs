//! `landcycle layers judge`: a request to change the use of a parcel, held against the lines.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use landcycle_ledger::Ledger;
use serde_json::Value;

use super::{Context, parse_date, tree};
use crate::layers::judge;
use crate::say::{Failure, out, tell};
use crate::{clock, packages, store};

/// Options of `layers judge`.
#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// 档案号 · case
    case: String,
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 拟改用途 · proposed use
    #[arg(long = "use", value_name = "USE")]
    proposed: String,
    /// 政策包 · judge by this package
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// 评估日 · assessment date (default: the store's own, or today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    as_of: Option<Date>,
    /// JSON
    #[arg(long)]
    json: bool,
}

impl Judge {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        if let Some(package) = &self.package
            && library.law(package).is_none()
        {
            return Err(super::assess::no_package(&library, package));
        }
        let failed = |error| store::failure(&self.store, &error);
        let ledger = store::open_to_read(&self.store)?;
        let kept = ledger.meta(store::AS_OF_META).map_err(failed)?.and_then(|day| day.parse().ok());
        let day = self.as_of.or(kept).unwrap_or_else(clock::today);
        drop(ledger);
        let (case, proposed, package) = (&self.case, &self.proposed, self.package.as_deref());
        let judged = judge::judge(&library, &self.store, &judge::Asked { case, proposed, package, day })?;
        for line in &judged.told {
            tell(line.get(context.language));
        }
        if self.json {
            let values = judged.trees(&library, |step, sources| tree::json(step, &library, sources))?;
            return out(&Value::Array(values).to_string());
        }
        let told =
            judged.trees(&library, |step, sources| tree::text(step, &library, sources, context.language));
        out(&told?.join("\n"))
    }
}
