//! Small chores: accepting what the tests produce, and measuring.

use std::path::PathBuf;

use crate::process::run;
use crate::web;
use crate::workspace::{Profile, Workspace};

/// Accepts every recorded expectation as it now comes out, and shows what that changed.
pub(crate) fn bless(workspace: &Workspace) -> Result<(), String> {
    let mut tests = workspace.cargo(&["test", "--workspace"]);
    run(tests.env("LANDCYCLE_BLESS", "1").env("INSTA_UPDATE", "always"))?;
    run(workspace.command("git").args(["diff", "--stat"]))
}

/// Makes the page's types from the contract of the API.
pub(crate) fn types(workspace: &Workspace) -> Result<(), String> {
    web::install(workspace)?;
    web::types(workspace, &workspace.build(Profile::Dev)?, false)
}

/// Runs the measurements: `bench/run.sh` if there is one, otherwise every Python script there.
pub(crate) fn bench(workspace: &Workspace) -> Result<(), String> {
    let folder = workspace.root.join("bench");
    let script = folder.join("run.sh");
    if script.is_file() {
        return run(workspace.command("bash").arg(script));
    }
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut scripts: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    scripts.sort();
    if scripts.is_empty() {
        return Err("bench/ has neither run.sh nor a Python script".to_owned());
    }
    scripts.iter().try_for_each(|path| run(workspace.command("python3").arg(path)))
}
