//! `cargo xtask demo`: from a fresh clone to the page in one command.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::Demo;
use crate::process::{ask, run as run_program};
use crate::server::{self, Server};
use crate::steps::Steps;
use crate::web;
use crate::workspace::{Profile, Workspace};

/// Who did what was never done.
const INVENTED: &str = "invented";

/// Builds, makes the city, judges it, serves it.
pub(crate) fn run(workspace: &Workspace, wish: &Demo) -> Result<(), String> {
    let mut steps = Steps::begin(6);
    steps.need("packages of the page", || web::install(workspace).map(|note| ((), note)))?;
    steps.need("build the page", || web::build(workspace).map(|()| ((), String::new())))?;
    let binary = steps.need("build the program", || {
        let binary = workspace.build(Profile::Release)?;
        let note = workspace.relative(&binary).to_string();
        Ok((binary, note))
    })?;
    let store = steps.need("make an invented city", || sample(workspace, &binary, wish))?;
    steps.need("judge it", || {
        run_program(workspace.command(&binary).arg("assess").arg("--store").arg(&store))?;
        Ok(((), String::new()))
    })?;
    let port = server::free_port(wish.port)?;
    if port != wish.port {
        println!("port {} is taken, {port} is free", wish.port);
    }
    let mut command = server::command(&binary, &store, port);
    command.current_dir(&workspace.root);
    if wish.check {
        steps.need("does it answer", || check(command, port, wish.parcels).map(|note| ((), note)))?;
        return steps.finish();
    }
    steps.announce("serve it");
    println!("\n  {}\n\n(Ctrl-C stops it.)\n", server::address(port));
    become_server(command)
}

/// The city's store; one that was made with the same parameters is kept.
fn sample(workspace: &Workspace, binary: &Path, wish: &Demo) -> Result<(PathBuf, String), String> {
    let folder = workspace.target.join("demo");
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(fault)?;
    let store = folder.join("sample-city.gpkg");
    let recipe_file = folder.join("sample-city.recipe");
    let version = ask(binary, &["--version"]).unwrap_or_default();
    let recipe = format!(
        "{version}, {} parcels, seed {}, zone lines, plan, linkage, listings, public items
",
        wish.parcels, wish.seed
    );
    let there = store.is_file() && std::fs::read_to_string(&recipe_file).is_ok_and(|made| made == recipe);
    let shown = workspace.relative(&store).to_string();
    if there && !wish.fresh {
        return Ok((store, format!("{shown} is kept (--fresh makes it anew)")));
    }
    // The recipe goes first and comes back last, so that half a city is never taken for a whole one.
    for name in ["sample-city.recipe", "sample-city.gpkg", "sample-city.gpkg-wal", "sample-city.gpkg-shm"] {
        let path = folder.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(fault)?;
        }
    }
    make_sample(workspace, binary, &store, (wish.parcels, wish.seed))?;
    std::fs::write(&recipe_file, recipe).map_err(fault)?;
    Ok((store, shown))
}

/// Makes an invented city where there is none, with invented zone lines over it, an invented plan of its
/// year, and an invented book of linkage.
pub(crate) fn make_sample(
    workspace: &Workspace,
    binary: &Path,
    store: &Path,
    (parcels, seed): (u32, u64),
) -> Result<(), String> {
    let mut landcycle = workspace.command(binary);
    landcycle.args(["sample", "--parcels", &parcels.to_string(), "--seed", &seed.to_string(), "--store"]);
    run_program(landcycle.arg(store))?;
    let mut lines = workspace.command(binary);
    lines.args(["layers", "import"]).arg(workspace.root.join("examples/layers/sample-lines.geojson"));
    lines.args(["--name", "lines"]);
    lines.args(["--kind", "zone_line", "--level-field", "level", "--from", "2020-01-01", "--illustrative"]);
    lines.args(["--title", "Invented zone lines", "--store"]);
    run_program(lines.arg(store))?;
    let examples = workspace.root.join("examples");
    let mut plan = workspace.command(binary);
    plan.args(["plan", "adopt"]).arg(examples.join("plan/sample-2026.xlsx"));
    plan.args(["--id", "2026", "--on", "2026-01-15", "--by", INVENTED, "--store"]);
    run_program(plan.arg(store))?;
    let mut open = workspace.command(binary);
    open.args(["linkage", "open", "2024", "--title", "Invented book of linkage", "--package", "national"]);
    open.args(["--on", "2024-01-02", "--by", INVENTED, "--store"]);
    run_program(open.arg(store))?;
    let mut load = workspace.command(binary);
    load.args(["linkage", "load", "2024"]).arg(examples.join("linkage/operations.csv"));
    load.args(["--by", INVENTED, "--store"]);
    run_program(load.arg(store))?;
    make_listings(workspace, binary, store)?;
    make_public(workspace, binary, store)
}

/// Invented listings, one in each state: the script, and the day of it that is today.
const LISTINGS: [(&str, &str); 4] = [
    ("receiving", "2026-12-10"),
    ("opening", "2026-12-21"),
    ("to-rank", "2026-12-24"),
    ("awarded", "2027-01-10"),
];

fn make_listings(workspace: &Workspace, binary: &Path, store: &Path) -> Result<(), String> {
    for (name, today) in LISTINGS {
        let mut rehearse = workspace.command(binary);
        let script = workspace.root.join(format!("examples/listing/demo/{name}.yaml"));
        rehearse.args(["listing", "rehearse"]).arg(script).args(["--today", today, "--store"]);
        run_program(rehearse.arg(store))?;
    }
    Ok(())
}

/// A parcel of every invented city on which works were never started, and the acts up to the finding.
const IDLE: &str = "SAMPLE-0000061";
const IDLE_ACTS: [(&str, &str, &[&str]); 5] = [
    ("take_over", "2026-01-05", &[]),
    ("suspect", "2026-01-10", &[]),
    ("inquire", "2026-01-20", &[]),
    ("find_idle", "2026-03-10", &["--fact", "idle_cause=enterprise", "--fact", "started_on=none"]),
    ("publish_idle", "2026-03-12", &[]),
];

/// What the public page shows: an adopted plan, and a finding of idleness.
fn make_public(workspace: &Workspace, binary: &Path, store: &Path) -> Result<(), String> {
    let mut plan = workspace.command(binary);
    plan.args(["plan", "adopt"]).arg(workspace.root.join("examples/public/sample-plan.xlsx"));
    plan.args(["--id", "sample-2026", "--on", "2026-02-10", "--by", "demo", "--store"]);
    run_program(plan.arg(store))?;
    for (act, day, facts) in IDLE_ACTS {
        let mut command = workspace.command(binary);
        command.args(["act", "do", act, IDLE, "--by", "demo", "--on", day]).args(facts).arg("--store");
        run_program(command.arg(store))?;
    }
    Ok(())
}

fn check(command: Command, port: u16, parcels: u32) -> Result<String, String> {
    let mut server = Server::start(command, port, None)?;
    let status = server.wait()?;
    let address = server.address();
    server.stop()?;
    let cases = &status["store"]["cases"];
    if cases.as_u64() != Some(u64::from(parcels)) {
        return Err(format!("/api/status tells of {cases} cases, {parcels} were made"));
    }
    Ok(format!("{address} and its data answered: {cases} cases"))
}

/// Hands the process over, so that whoever stops this command stops the server and nothing is left behind.
#[cfg(unix)]
fn become_server(mut command: Command) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(format!("`{}` cannot be run: {error}", crate::process::spelled(&command)))
}

#[cfg(not(unix))]
fn become_server(mut command: Command) -> Result<(), String> {
    run_program(&mut command)
}
