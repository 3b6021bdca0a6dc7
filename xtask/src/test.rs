//! `cargo xtask test`: every test of every part, with what they need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::journeys;
use crate::process::{run as run_program, run_and_read};
use crate::steps::{Steps, count};
use crate::tools::{self, Tools};
use crate::web;
use crate::workspace::{Profile, Workspace};

/// How many steps `take` takes.
pub(crate) const STEPS: usize = 22;
/// Enough that every answer of every rule of a stage occurs; there are many more rules. More by hand.
const STAGE_CASES: &str = "300";
/// Random lives led through the program and the model.
const LIVES: &str = "1000";
/// Random listings, each run twice: enough that every standing and refusal occurs. More by hand.
const LISTINGS: &str = "200";
/// Enough that every answer of every rule of plans occurs; each is a workbook and a run of the program.
const PLANS: &str = "120";
/// Enough that every answer of every rule occurs.
const ORACLE_CASES: &str = "10000";

/// Installs what is missing, then tests everything.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let mut steps = Steps::begin(STEPS);
    take(workspace, &mut steps)?;
    steps.finish()
}

/// Takes all steps; an error only if what the tests need cannot be had.
pub(crate) fn take(workspace: &Workspace, steps: &mut Steps) -> Result<(), String> {
    let tools = steps
        .need("what the tests need", || tools::prepare(workspace).map(|tools| (tools, String::new())))?;
    let bench = Bench::new(workspace, tools)?;
    take_data(steps, bench.data.as_deref());
    let page = steps.take("packages of the page", || web::install(workspace).map(|note| ((), note)));
    let page =
        steps.take_with("types and build of the page", page.as_ref(), |()| done(web::build(workspace)));
    let page_tests = |()| run_and_read(&mut bench.with_tools(web::npm(workspace, &["test"])));
    steps.take_with("tests of the page", page.as_ref(), |&()| {
        page_tests(()).map(|text| ((), node_note(&text)))
    });
    // The program carries the page: with it built, what is tested is what is shipped.
    steps.take_with("tests in Rust", page.as_ref(), |&()| {
        let text =
            run_and_read(&mut bench.with_tools(workspace.cargo(&["test", "--workspace", "--no-fail-fast"])))?;
        Ok(((), rust_note(&text)))
    });
    let binary = steps.take_with("the program", page.as_ref(), |&()| {
        workspace.build(Profile::Dev).map(|binary| (binary, String::new()))
    });
    let policy = |binary: &Path, verb| {
        run_program(workspace.command(binary).args(["policy", verb, "--packages", "policies"]))
    };
    steps.take_with("check the policies", binary.as_ref(), |binary| done(policy(binary, "check")));
    steps.take_with("cases of the policies", binary.as_ref(), |binary| {
        policy(binary, "test")?;
        case_files(workspace).map(|number| ((), count(number, "file")))
    });
    steps.take_with("types of the page and the contract", binary.as_ref(), |binary| {
        done(web::types(workspace, binary, true))
    });
    take_oracle(&bench, steps, binary.as_deref());
    steps.take_with("papers in office programs", binary.as_ref(), |binary| {
        let mut command = bench.with_tools(Command::new(&bench.tools.python));
        command.args(["papers.py", "--packages-dir", "../policies", "--landcycle"]).arg(binary);
        let text = run_and_read(command.current_dir(workspace.root.join("oracle")))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("layers and other readers", binary.as_ref(), |binary| {
        let mut command = bench.with_tools(Command::new(&bench.tools.python));
        command.args(["layers.py", "--packages-dir", "../policies", "--landcycle"]).arg(binary);
        let text = run_and_read(command.current_dir(workspace.root.join("oracle")))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("GIS programs over OGC API", binary.as_ref(), |binary| {
        let mut command = bench.with_tools(Command::new(&bench.tools.python));
        command.args(["ogc.py", "--packages-dir", "../policies", "--landcycle"]).arg(binary);
        let text = run_and_read(command.current_dir(workspace.root.join("oracle")))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("exports and their examples", binary.as_ref(), |binary| {
        let mut command = bench.with_tools(Command::new(&bench.tools.python));
        command.args(["exports.py", "--packages-dir", "../policies", "--landcycle"]).arg(binary);
        let text = run_and_read(command.current_dir(workspace.root.join("oracle")))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("journeys in the browser", binary.as_ref(), |binary| journeys::run(&bench, binary));
    Ok(())
}

fn take_oracle(bench: &Bench<'_>, steps: &mut Steps, binary: Option<&Path>) {
    let python = |words: &[&str]| {
        let mut command = bench.with_tools(Command::new(&bench.tools.python));
        command.args(words).current_dir(bench.workspace.root.join("oracle"));
        command
    };
    let unit = ["-m", "unittest", "discover", "-s", "tests", "-t", "."];
    steps.take("tests of the oracle", || done(run_program(&mut python(&unit))));
    steps.take("the oracle and the cases", || {
        let text = run_and_read(&mut python(&["cases.py", "--policies", "../policies"]))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("the oracle and the engine", binary.as_ref(), |binary| {
        let mut command = python(&["compare.py", "--packages-dir", "../policies", "--count", ORACLE_CASES]);
        let text = run_and_read(command.args(["--seed", "1", "--landcycle"]).arg(binary))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("the oracle and the engine, stage by stage", binary.as_ref(), |binary| {
        let mut command =
            python(&["compare_stage.py", "--packages-dir", "../policies", "--count", STAGE_CASES]);
        let text = run_and_read(command.args(["--seed", "1", "--landcycle"]).arg(binary))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("random listings, computed again", binary.as_ref(), |binary| {
        let mut command =
            python(&["compare_listing.py", "--packages-dir", "../policies", "--count", LISTINGS]);
        let text = run_and_read(command.args(["--seed", "1", "--landcycle"]).arg(binary))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("plans and a brute-force check", binary.as_ref(), |binary| {
        let mut command = python(&["plan_brute.py", "--packages-dir", "../policies", "--count", PLANS]);
        let text = run_and_read(command.args(["--seed", "1", "--landcycle"]).arg(binary))?;
        Ok(((), last_line(&text)))
    });
    steps.take_with("random lives and their model", binary.as_ref(), |binary| {
        let mut command =
            python(&["compare_life.py", "--packages-dir", "../policies", "--count", LIVES, "--chunk", "500"]);
        let text = run_and_read(command.args(["--seed", "1", "--jobs", "2", "--landcycle"]).arg(binary))?;
        Ok(((), last_line(&text)))
    });
}

/// What the tests run with.
pub(crate) struct Bench<'a> {
    pub(crate) workspace: &'a Workspace,
    tools: Tools,
    path: OsString,
    data: Option<PathBuf>,
}

impl<'a> Bench<'a> {
    fn new(workspace: &'a Workspace, tools: Tools) -> Result<Self, String> {
        // Tests that call `python3` get the one that has the packages.
        let own = tools.python.parent().map(Path::to_path_buf);
        let old = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&old)))
            .map_err(|error| format!("the search path cannot be extended: {error}"))?;
        let data = match std::env::var_os("LANDCYCLE_DATA").map(PathBuf::from) {
            Some(named) if named.is_dir() => Some(named),
            Some(named) => return Err(format!("LANDCYCLE_DATA names no folder: {}", named.display())),
            None => Some(workspace.root.join("../shared/data")).filter(|beside| beside.is_dir()),
        };
        let data = data.map(|folder| folder.canonicalize().unwrap_or(folder));
        Ok(Self { workspace, tools, path, data })
    }

    pub(crate) fn with_tools(&self, mut command: Command) -> Command {
        command.env("PATH", &self.path).env("CHROMIUM", &self.tools.chromium);
        match &self.data {
            Some(folder) => command.env("LANDCYCLE_DATA", folder),
            None => command.env_remove("LANDCYCLE_DATA"),
        };
        command
    }
}

/// The tests on real data are among those in Rust and Python; here it is told whether they find any.
fn take_data(steps: &mut Steps, data: Option<&Path>) {
    const NAME: &str = "real data for the tests";
    const WHY: &str = "no folder ../shared/data lies beside this one and LANDCYCLE_DATA names none, so the tests on \
                       real data are not run";
    match data {
        Some(folder) => drop(steps.take(NAME, || Ok(((), folder.display().to_string())))),
        None if std::env::var("CI").is_ok_and(|value| value == "true") => {
            steps.take(NAME, || Err::<((), String), _>(format!("{WHY}; with CI=true they must be")));
        }
        None => steps.leave_out(NAME, WHY),
    }
}

/// How many files of cases the packages have; none would pass every test.
fn case_files(workspace: &Workspace) -> Result<usize, String> {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", workspace.relative(path));
    let policies = workspace.root.join("policies");
    let packages = std::fs::read_dir(&policies).map_err(|error| fault(&policies, error))?;
    let mut folders: Vec<PathBuf> = packages.flatten().map(|entry| entry.path().join("cases")).collect();
    folders.retain(|folder| folder.is_dir());
    let mut number = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| fault(&folder, error))?.flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension == "yaml") {
                number += 1;
            }
        }
    }
    if number == 0 { Err("policies/*/cases has no cases: nothing was tested".to_owned()) } else { Ok(number) }
}

fn done(outcome: Result<(), String>) -> Result<((), String), String> {
    outcome.map(|()| ((), String::new()))
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().to_owned()
}

/// The sums of cargo's own lines; an ignored test is told, not hidden.
fn rust_note(text: &str) -> String {
    let sum = |word: &str| -> u64 {
        text.lines()
            .filter_map(|line| line.strip_prefix("test result: "))
            .flat_map(|line| line.split(['.', ';']))
            .filter_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
            .sum()
    };
    format!("{} tests passed, {} ignored", sum(" passed"), sum(" ignored"))
}

/// The sums of Node's own lines.
fn node_note(text: &str) -> String {
    let count = |word: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(word));
        lines.filter_map(|(_, rest)| rest.trim().parse::<u64>().ok()).next_back().unwrap_or(0)
    };
    format!("{} tests passed, {} skipped", count(" pass "), count(" skipped ") + count(" todo "))
}

#[cfg(test)]
mod tests {
    use super::{node_note, rust_note};

    #[test]
    fn the_sums_of_rust_are_read() {
        let text = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured\n\
                    test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        assert_eq!(rust_note(text), "42 tests passed, 1 ignored");
    }

    #[test]
    fn the_sums_of_node_are_read() {
        let text = "ok 1\n# tests 12\n# pass 11\n# fail 0\n# skipped 1\n# todo 0\n";
        assert_eq!(node_note(text), "11 tests passed, 1 skipped");
    }
}
