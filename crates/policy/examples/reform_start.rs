//! How long a reform takes to start over packages that are loaded: its files are read from disk,
//! checked against the packages, put together as a law and compiled for one day.
//!
//! `cargo run --release -p landcycle-policy --example reform_start -- policies examples/reform-support-share`

#![expect(clippy::print_stdout, reason = "it prints its measurements")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::Program;

const TIMES: usize = 200;

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, sources)?;
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "csv") {
            let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.push(Source { path: below, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

fn read(root: &Path, folder: &Path) -> std::io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    collect(root, folder, &mut sources)?;
    Ok(sources)
}

fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let policies = words.next().unwrap_or_else(|| "policies".to_owned());
    let reform = words.next().unwrap_or_else(|| "examples/reform-support-share".to_owned());
    let (policies, reform) = (Path::new(&policies), Path::new(&reform));
    let begun = Instant::now();
    let (library, faults) = Library::read(read(policies, policies)?);
    println!("all packages: {:.2} ms, {} faults", begun.elapsed().as_secs_f64() * 1e3, faults.len());
    let (mut laws, mut times) = (Vec::with_capacity(TIMES), Vec::with_capacity(TIMES));
    for _ in 0..TIMES {
        let begun = Instant::now();
        let files = read(reform.parent().unwrap_or(reform), reform)?;
        let Ok((over, id)) = library.with_package(files) else {
            return Err(std::io::Error::other("refused"));
        };
        let law = over.law(&id).ok_or_else(|| std::io::Error::other("no law"))?;
        laws.push(begun.elapsed().as_secs_f64() * 1e3);
        let program = Program::compile(law, &over.vocabulary, 20_000, false);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        drop(program);
    }
    laws.sort_by(f64::total_cmp);
    times.sort_by(f64::total_cmp);
    println!("a reform read and checked: median {:.2} ms of {TIMES}", laws[TIMES / 2]);
    println!(
        "with every rule compiled: median {:.2} ms, slowest {:.2} ms of {TIMES}",
        times[TIMES / 2],
        times[TIMES - 1]
    );
    Ok(())
}
