//! The journeys in the browser: over a page without accounts, and over one whose people sign in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::demo::make_sample;
use crate::process::{run as run_program, spelled};
use crate::server::{self, Server};
use crate::test::Bench;
use crate::web;

/// The same city as the demonstration's, so that what the journeys see is what people see.
const PARCELS: u32 = 3000;
const SEED: u64 = 1;
/// The password of every account of the journeys; the journeys know it too.
const PASSWORD: &str = "correct horse battery";

/// Makes a city, serves it, and sends a browser through it; then again with accounts.
pub(crate) fn run(bench: &Bench<'_>, binary: &Path) -> Result<((), String), String> {
    let workspace = bench.workspace;
    let pictures = workspace.scratch("screenshots")?;
    let folder = workspace.scratch(&format!("journeys-{}", std::process::id()))?;
    let log = workspace.scratch("logs")?.join("serve.log");
    let outcome = travel(bench, binary, &folder, (&pictures, &log));
    let swept = std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()));
    match outcome {
        Ok(()) => swept.map(|()| ((), format!("pictures in {}", workspace.relative(&pictures)))),
        Err(fault) => Err(format!("{fault}; the server's talk is in {}", workspace.relative(&log))),
    }
}

fn travel(
    bench: &Bench<'_>,
    binary: &Path,
    folder: &Path,
    (pictures, log): (&Path, &Path),
) -> Result<(), String> {
    let workspace = bench.workspace;
    let store = folder.join("sample-city.gpkg");
    make_sample(workspace, binary, &store, (PARCELS, SEED))?;
    let kept = folder.join("sample-city-again.gpkg");
    std::fs::copy(&store, &kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    let journey = |script: &str, address: &str| {
        let mut node = bench.with_tools(workspace.command("node"));
        node.args([script, address]).arg(pictures).current_dir(web::folder(workspace));
        run_program(&mut node)
    };
    let server = serve(bench, binary, (&store, None), log)?;
    let rows = server.json("/api/cases?limit=1")?;
    journey("e2e/journey.mjs", &server.address())?;
    server.stop()?;
    let accounts = folder.join("accounts.sqlite");
    make_accounts(bench, binary, &accounts, &rows["rows"][0])?;
    let server = serve(bench, binary, (&kept, Some(&accounts)), log)?;
    journey("e2e/roles.mjs", &server.address())?;
    server.stop()
}

fn serve(
    bench: &Bench<'_>,
    binary: &Path,
    (store, accounts): (&Path, Option<&Path>),
    log: &Path,
) -> Result<Server, String> {
    let port = server::free_port(0)?;
    let mut command = server::command(binary, store, port);
    command.current_dir(&bench.workspace.root);
    if let Some(accounts) = accounts {
        command.arg("--accounts").arg(accounts);
    }
    let mut server = Server::start(command, port, Some(log))?;
    server.wait()?;
    Ok(server)
}

/// Somebody of every role; the firm and the district are those of a parcel of the city.
fn make_accounts(bench: &Bench<'_>, binary: &Path, file: &Path, row: &Value) -> Result<(), String> {
    let (holder, district) = (row["holder"].as_str(), row["district"].as_str());
    let (Some(holder), Some(district)) = (holder, district) else {
        return Err(format!("the city's first parcel has no holder or district: {row}"));
    };
    run_program(bench.workspace.command(binary).args(["account", "create"]).arg(file))?;
    let office = ["--department", "natural_resources"];
    let economy = ["--department", "economy", "--district", district];
    let people: [(&str, &str, &[&str]); 10] = [
        ("administrator", "administrator", &[]),
        ("planner", "planner", &office),
        ("supply", "supply", &office),
        ("supervisor", "supervisor", &office),
        ("second", "supervisor", &office),
        ("clerk", "department", &economy),
        ("park", "park", &["--district", district]),
        ("firm", "firm", &["--holder", holder]),
        ("researcher", "researcher", &[]),
        ("auditor", "auditor", &[]),
    ];
    for (name, role, more) in people {
        let mut command = bench.workspace.command(binary);
        command.args(["account", "add"]).arg(file).args([name, "--role", role]).args(more);
        with_password(command)?;
    }
    Ok(())
}

fn with_password(mut command: Command) -> Result<(), String> {
    let shown = spelled(&command);
    let failed = |error: std::io::Error| format!("`{shown}` cannot be run: {error}");
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{PASSWORD}").map_err(failed)?;
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})")) }
}
