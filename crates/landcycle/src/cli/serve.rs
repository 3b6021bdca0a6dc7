//! `landcycle serve`: the page and the API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::Context;
use crate::accounts::Door;
use crate::http::House;
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
    /// 端口 · port; 0 picks a free one
    #[arg(long, default_value_t = 8460)]
    port: u16,
    /// 账户文件 · file of accounts (landcycle account create); without one the page is for this machine alone
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// 监听地址 · address to listen on; other than loopback only with accounts
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// 服务名称 · name by which browsers call the server, beside localhost (repeatable)
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
    /// 前置 TLS · a proxy before it speaks TLS, so that cookies are sent over TLS alone
    #[arg(long)]
    tls: bool,
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
        let mut names = self.name.clone();
        if !self.listen.is_loopback() && !self.listen.is_unspecified() {
            names.push(self.listen.to_string());
        }
        let basemap = self.basemap.as_deref();
        let basemap =
            basemap.map(|address| http::Basemap::read(address, &self.basemap_attribution)).transpose()?;
        let house = House {
            address: SocketAddr::new(self.listen, self.port),
            door: self.accounts.as_deref().map(Door::open).transpose()?,
            secure: self.tls,
            names,
            basemap,
        };
        http::serve((library, context.packages()), (&self.store, &self.reform), house, context.language)
    }
}
