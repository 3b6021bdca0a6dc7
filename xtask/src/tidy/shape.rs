//! The shape of a source: it says what it is, fits in a head, and leaves nothing for later.

use super::Complaint;
use super::files::{File, Language};

const LONGEST: usize = 600;
/// Spelled so that this file does not complain of itself.
const LEFT_FOR_LATER: &[&str] =
    &[concat!("to", "do!("), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("TO", "DO:")];

pub(super) fn check(file: &File) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |line, invariant, found: String, remedy| {
        complaints.push(Complaint { path: file.path.clone(), line, invariant, found, remedy });
    };
    if file.language == Some(Language::Rust) && !file.text.starts_with("//!") {
        complain(
            1,
            "every Rust file begins by saying what it is",
            "the first line is no `//!`".to_owned(),
            "begin the file with a `//!` sentence",
        );
    }
    let length = file.text.lines().count();
    if length > LONGEST {
        complain(
            LONGEST + 1,
            "a file has one subject and at most 600 lines",
            format!("{length} lines"),
            "split the file by subject",
        );
    }
    for (at, line) in file.text.lines().enumerate() {
        if let Some(word) = LEFT_FOR_LATER.iter().find(|word| line.contains(**word)) {
            complain(
                at + 1,
                "nothing is left for later in the code",
                format!("{word:?}"),
                "do it, or write it into the roadmap",
            );
        }
    }
    complaints
}
