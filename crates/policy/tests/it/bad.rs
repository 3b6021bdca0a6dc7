//! What authors are told about mistakes. Every folder of `tests/bad` holds the files that differ
//! from the good package, and the reports in both languages.
//!
//! After a change of wording run with `LANDCYCLE_BLESS=1` and read the difference: a caret under
//! the wrong word is a defect.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use landcycle_policy::fault::Fault;
use landcycle_policy::package::library::Library;
use landcycle_policy::program::trial;
use landcycle_policy::text::Language;

use crate::packages::{base, folder, read, with};

/// Codes that no package can bring about through files, with the reason.
const NOT_REACHABLE: [&str; 0] = [];

fn folders() -> Vec<PathBuf> {
    let bad = folder().join("bad");
    let mut all: Vec<PathBuf> =
        fs::read_dir(bad).expect("the folder of bad packages").flatten().map(|e| e.path()).collect();
    all.sort();
    all
}

/// The faults of a package, those of its cases included once the law is whole.
fn faults(over: &Path) -> Vec<Fault> {
    let (library, faults) = Library::read(with(read(over)));
    if faults.is_empty() { trial::run(&library).2 } else { faults }
}

fn report(faults: &[Fault], language: Language) -> String {
    let mut out = String::new();
    for fault in faults {
        // Trailing blanks are the renderer's, and editors remove them.
        for line in fault.render(language).lines() {
            writeln!(out, "{}", line.trim_end()).expect("writing to a string succeeds");
        }
    }
    out
}

#[test]
fn every_mistake_is_told_as_reviewed() {
    let bless = std::env::var_os("LANDCYCLE_BLESS").is_some();
    let mut different = Vec::new();
    for over in folders() {
        let faults = faults(&over);
        for (language, name) in [(Language::Zh, "expected.zh.txt"), (Language::En, "expected.en.txt")] {
            let told = report(&faults, language);
            let file = over.join(name);
            if bless {
                fs::write(&file, &told).expect("a golden file can be written");
            } else if fs::read_to_string(&file).unwrap_or_default() != told {
                different.push(format!("{}\n{told}", file.display()));
            }
        }
        if faults.is_empty() {
            different.push(format!("{}: no fault", over.display()));
        }
    }
    assert!(different.is_empty(), "run with LANDCYCLE_BLESS=1 and review\n{}", different.join("\n"));
}

#[test]
fn no_message_keeps_an_unfilled_place() {
    for over in folders() {
        for fault in faults(&over) {
            for text in [fault.message(), fault.help()] {
                for form in [&text.zh, &text.en] {
                    assert!(!has_place(form), "{}: {}: {form}", over.display(), fault.code);
                    assert!(!form.contains(".message") && !form.contains(".help"), "{form}");
                }
            }
        }
    }
}

/// Whether a text has a place such as `{name}`; `{zh: …}` is an example of YAML.
fn has_place(text: &str) -> bool {
    let inner = |part: &str| part.split_once('}').map(|(inner, _)| inner.to_owned());
    let words = text.split('{').skip(1).filter_map(inner);
    words.into_iter().any(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
}

#[test]
fn every_code_has_a_bad_package() {
    let shown: BTreeSet<&str> = folders().iter().flat_map(|over| faults(over)).map(|f| f.code).collect();
    let raised = crate::catalogue::raised_codes();
    let absent: Vec<&String> = raised
        .iter()
        .filter(|code| !shown.contains(code.as_str()) && !NOT_REACHABLE.contains(&code.as_str()))
        .collect();
    assert!(absent.is_empty(), "no bad package shows {absent:?}");
}

#[test]
fn all_faults_of_all_files_come_at_once() {
    let faults = faults(&folder().join("bad/several-faults-at-once"));
    let files: BTreeSet<&str> = faults.iter().map(|f| f.file.path.as_str()).collect();
    assert!(faults.len() >= 6 && files.len() >= 3, "{} faults in {files:?}", faults.len());
}

#[test]
fn a_fault_of_a_lower_layer_is_told_once() {
    let (_, faults) = Library::read(with(read(&folder().join("bad/citation-of-no-article"))));
    assert_eq!(faults.len(), 1, "the same fault from two laws");
    let (_, faults) = Library::read(base());
    assert!(faults.is_empty(), "{}", report(&faults, Language::En));
}
