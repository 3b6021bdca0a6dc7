//! Chores of the workspace, each one command: `cargo xtask demo | test | ci | tidy | licences | bless | bench | types | papers`.
#![expect(clippy::print_stdout, reason = "a command reports on its standard output")]
#![expect(clippy::print_stderr, reason = "a command complains on its standard error")]

mod arguments;
mod chores;
mod ci;
mod demo;
mod journeys;
mod licences;
mod papers;
mod process;
mod server;
mod steps;
mod test;
mod tidy;
mod tools;
mod web;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  demo      build the page and the program, make an invented city, judge it, show it in the browser
              --port N      the port to begin with (8460; the next free one is taken)
              --parcels N   how many parcels the city has (3000)
              --seed N      which city (1)
              --fresh       make the city anew even if it is there
              --check       stop as soon as the page and its data answer
  test      install what the tests need, after saying what, and run all of them
  ci        test, demo --check, format, lints, documentation, tidy, licences
  tidy      boundaries between the crates, shape of the sources, links in the documentation
  licences  licences and origins of everything landcycle is built from
  bless     accept what the tests produce as what they shall produce, and show the difference
  bench     run the measurements in bench/
  types     make the page's types from the contract of the API
  papers    make the templates of papers from their sources, policies/*/papers/*.txt";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    match dispatch(command, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Result<(), String> {
    if matches!(command, "help" | "--help" | "-h") {
        println!("{USAGE}");
        return Ok(());
    }
    if command == "demo" {
        let wish = arguments::demo(rest)?;
        return demo::run(&Workspace::load()?, &wish);
    }
    if let Some(word) = rest.first() {
        return Err(format!("`{command}` takes no arguments, there is {word:?}\n\n{USAGE}"));
    }
    match command {
        "test" => test::run(&Workspace::load()?),
        "ci" => ci::run(&Workspace::load()?),
        "tidy" => tidy::run(&Workspace::load()?),
        "licences" => licences::run(&Workspace::load()?),
        "bless" => chores::bless(&Workspace::load()?),
        "bench" => chores::bench(&Workspace::load()?),
        "types" => chores::types(&Workspace::load()?),
        "papers" => papers::run(&Workspace::load()?),
        other => Err(format!("there is no command {other:?}\n\n{USAGE}")),
    }
}
