//! `cargo xtask ci`: everything that must hold before a change is taken.

use crate::arguments::Demo;
use crate::process::run as run_program;
use crate::steps::Steps;
use crate::workspace::Workspace;
use crate::{demo, licences, test, tidy, tools};

/// Runs everything and tells of all of it, however early something failed.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let mut steps = Steps::begin(test::STEPS + 7);
    steps.need("formatter and linter", || done(tools::check_rust_components(workspace)))?;
    test::take(workspace, &mut steps)?;
    steps.take("demo --check", || done(demo::run(workspace, &Demo { check: true, ..Demo::default() })));
    steps.take("format", || done(run_program(&mut workspace.cargo(&["fmt", "--all", "--check"]))));
    steps.take("lints", || {
        let words = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        done(run_program(&mut workspace.cargo(&words)))
    });
    steps.take("documentation", || {
        let mut command = workspace.cargo(&["doc", "--workspace", "--no-deps"]);
        done(run_program(command.env("RUSTDOCFLAGS", "-D warnings")))
    });
    steps.take("tidy", || done(tidy::run(workspace)));
    steps.take("licences", || done(licences::run(workspace)));
    steps.finish()
}

fn done(outcome: Result<(), String>) -> Result<((), String), String> {
    outcome.map(|()| ((), String::new()))
}
