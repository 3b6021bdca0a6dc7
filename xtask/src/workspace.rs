//! Where things are, as cargo itself says it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The workspace and its folders.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

/// How the program is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quick to build; what the tests use.
    Dev,
    /// What people run.
    Release,
}

impl Workspace {
    /// Asks cargo, for the workspace around the current folder.
    pub(crate) fn load() -> Result<Self, String> {
        let told = metadata(&mut cargo(), &["--no-deps"])?;
        let path = |key: &str| {
            told[key].as_str().map(PathBuf::from).ok_or(format!("`cargo metadata` gives no {key}"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// Every package and who uses whom. Apart, because for this cargo fetches the packages of all platforms.
    pub(crate) fn graph(&self) -> Result<Value, String> {
        metadata(&mut self.cargo(&[]), &[])
    }

    /// A command that runs in the workspace's root.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// cargo, in the workspace's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// The folder of what the chores themselves write; made if it is not there.
    pub(crate) fn scratch(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&path)
            .map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
        Ok(path)
    }

    /// Builds the program and says where cargo put it.
    pub(crate) fn build(&self, profile: Profile) -> Result<PathBuf, String> {
        let mut command = self.cargo(&["build", "--message-format", "json-render-diagnostics"]);
        match profile {
            Profile::Release => command.args(["--release", "-p", "landcycle"]),
            // The same selection as the tests', so that nothing is built twice with other features.
            Profile::Dev => command.args(["--workspace", "--bins"]),
        };
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !output.status.success() {
            return Err("landcycle does not build: see above".to_owned());
        }
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| {
                message["target"]["name"] == "landcycle" && message["reason"] == "compiler-artifact"
            })
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .ok_or("cargo built no program `landcycle`".to_owned())
    }

    /// The path as a person in the workspace's root would write it.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

fn metadata(cargo: &mut Command, more: &[&str]) -> Result<Value, String> {
    cargo.args(["metadata", "--format-version", "1"]).args(more);
    let output =
        cargo.stderr(Stdio::inherit()).output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err("`cargo metadata` failed: see above".to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("`cargo metadata` is not JSON: {error}"))
}

/// cargo without what it told this program about itself: that must not reach other packages' builds.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}
