//! `docs/how-to/add-a-city.md`, followed to the letter: files and nothing else make a city.

use std::fs;

use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::trial;
use landcycle_policy::text::Language;

use crate::packages::{folder, read};

/// The files that a page tells its reader to make: a path between back-ticks at the end of a line, and
/// the block of YAML behind it.
fn files(page: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    let mut path = None;
    while let Some(line) = lines.next() {
        if let Some(named) = line.strip_suffix('`').and_then(|line| line.rsplit_once('`')) {
            path = named.1.strip_prefix("policies/").map(str::to_owned);
        } else if line == "```yaml"
            && let Some(path) = path.take()
        {
            let text: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Source { path, text: text.join("\n") + "\n" });
        }
    }
    found
}

#[test]
fn a_city_is_files_and_nothing_else() {
    let root = folder().join("../../..");
    let page = fs::read_to_string(root.join("docs/how-to/add-a-city.md")).expect("the page");
    let made = files(&page);
    assert!(made.len() >= 7, "only {} files are told of", made.len());
    let mut all = read(&root.join("policies"));
    all.extend(made);
    let (library, faults) = Library::read(all);
    let told: String = faults.iter().map(|fault| fault.render(Language::En)).collect();
    assert!(faults.is_empty(), "{told}");
    let city = library.package_for(|fact| (fact == "city").then_some("新城市")).expect("a package");
    assert_eq!(city.id, "new-town");
    let (trials, ..) = trial::run(&library);
    let own: Vec<_> = trials.iter().filter(|trial| trial.package == "new-town").collect();
    assert!(own.len() >= 7, "only {} cases", own.len());
    for trial in &trials {
        assert!(trial.passed, "{} {}: {:?}", trial.package, trial.case.rule, trial.got);
    }
}
