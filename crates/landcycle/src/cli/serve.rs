//! `landcycle serve`: the page and the API, on loopback.

use std::path::PathBuf;

use clap::Args;

use super::Context;
use crate::say::Failure;
use crate::{http, packages};

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// 库 · store: a GeoPackage file or postgresql://…
    #[arg(long, value_name = "FILE")]
    store: PathBuf,
    /// 改革包 · folder of a reform to compare with on the page (repeatable)
    #[arg(long, value_name = "DIR")]
    reform: Vec<PathBuf>,
    /// 端口 · port on loopback; 0 picks a free one
    #[arg(long, default_value_t = 8460)]
    port: u16,
}

impl Serve {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        http::serve((library, context.packages()), (&self.store, &self.reform), self.port, context.language)
    }
}
