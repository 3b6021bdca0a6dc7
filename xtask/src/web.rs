//! The page: its packages and its build.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{ask, find, run};
use crate::workspace::Workspace;

/// npm, in the page's folder.
pub(crate) fn npm(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut command = workspace.command("npm");
    command.args(arguments).current_dir(folder(workspace));
    command
}

/// The page's folder.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("web")
}

/// Whether Node is there and new enough; the page's own manifest says what is enough.
pub(crate) fn check_node(workspace: &Workspace) -> Result<String, String> {
    let path = folder(workspace).join("package.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} cannot be read: {error}", workspace.relative(&path)))?;
    let manifest: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| format!("{} is not JSON: {error}", workspace.relative(&path)))?;
    let wanted = manifest["engines"]["node"].as_str().unwrap_or("").trim_start_matches(">=");
    let advice = format!(
        "install Node {wanted} or newer, with npm, from https://nodejs.org or your system's packages"
    );
    let version = ask("node", &["--version"]).ok_or(format!("Node is missing: {advice}"))?;
    if numbers(&version) < numbers(wanted) {
        return Err(format!("Node {version} is too old: {advice}"));
    }
    find("npm").ok_or(format!("npm is missing: {advice}"))?;
    Ok(version)
}

fn numbers(version: &str) -> Vec<u32> {
    version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok()).collect()
}

/// Installs the packages of the lock file, unless exactly these are there.
pub(crate) fn install(workspace: &Workspace) -> Result<String, String> {
    check_node(workspace)?;
    let lock = folder(workspace).join("package-lock.json");
    // Kept inside what it describes: whoever empties the folder empties this too.
    let stamp = folder(workspace).join("node_modules").join(".installed-from.json");
    let wanted = std::fs::read(&lock)
        .map_err(|error| format!("{} cannot be read: {error}", workspace.relative(&lock)))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok("the packages of the lock file are there".to_owned());
    }
    run(&mut npm(workspace, &["ci"]))?;
    std::fs::write(&stamp, &wanted)
        .map_err(|error| format!("{} cannot be written: {error}", workspace.relative(&stamp)))?;
    Ok("installed from the lock file".to_owned())
}

/// Builds the page that the program carries.
pub(crate) fn build(workspace: &Workspace) -> Result<(), String> {
    run(&mut npm(workspace, &["run", "build"]))
}

/// Makes the page's types from the contract of the program, or checks that they are of it.
pub(crate) fn types(workspace: &Workspace, binary: &Path, check: bool) -> Result<(), String> {
    let folder_of_contract = workspace.scratch("contract")?;
    let file = folder_of_contract.join("contract.json");
    let contract = ask(binary, &["contract"]).ok_or("the program tells no contract")?;
    std::fs::write(&file, contract).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut command = npm(workspace, &["exec", "--", "openapi-typescript"]);
    command.arg(&file).args(["--output", "src/api/contract.ts"]);
    if check {
        command.arg("--check");
    }
    let done = run(&mut command);
    done.map_err(|fault| format!("{fault}; `cargo xtask types` makes the types anew"))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("v20.9.0") < numbers("20.19"));
        assert!(numbers("v20.19.0") >= numbers("20.19"));
        assert!(numbers("v22.1.0") >= numbers("20.19"));
    }
}
