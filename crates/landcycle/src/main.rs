//! The landcycle command. *landcycle shows:* the one place that knows the clock, files and sockets.

mod accounts;
mod acts;
mod assessment;
mod cells;
mod cli;
mod clock;
#[cfg(test)]
#[path = "../../ledger/tests/support/cluster.rs"]
mod cluster;
mod comparison;
mod desks;
mod dossier;
mod duties;
mod findings;
mod http;
mod layers;
mod linkage;
mod listings;
mod notices;
mod packages;
mod papers;
mod plan;
mod portfolio;
mod publications;
mod reports;
mod say;
mod scope;
mod store;
mod tabular;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
