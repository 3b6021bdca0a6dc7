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
    /// 底图 · map behind the map: an address with {z}, {x} and {y}, with the office's own key
    #[arg(long, value_name = "URL")]
    basemap: Option<String>,
    /// 底图署名 · who made the map behind the map, as it is to be shown
    #[arg(long, value_name = "TEXT", requires = "basemap", default_value = "")]
    basemap_attribution: String,
}

impl Serve {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let library = packages::sound(context.packages())?;
        let basemap = self.basemap.as_deref();
        let basemap =
            basemap.map(|address| http::Basemap::read(address, &self.basemap_attribution)).transpose()?;
        let packages = (library, context.packages());
        http::serve(packages, (&self.store, &self.reform), basemap, self.port, context.language)
    }
}
