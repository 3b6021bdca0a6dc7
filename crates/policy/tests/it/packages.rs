//! Packages for tests: the small good one, and what a test lays over it.

use std::fs;
use std::path::{Path, PathBuf};

use landcycle_policy::fault::Source;

/// The folder of the tests.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Every YAML and CSV file below a folder, with paths as from a packages' root.
pub(crate) fn read(root: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    collect(root, root, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder of the tests") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "csv") {
            let below = path.strip_prefix(root).expect("a path below its root");
            let path_text = below.to_str().expect("a path in UTF-8").replace('\\', "/");
            found.push(Source { path: path_text, text: fs::read_to_string(&path).expect("a text file") });
        }
    }
}

/// The good package.
pub(crate) fn base() -> Vec<Source> {
    read(&folder().join("base"))
}

/// The good package with files replaced or added.
pub(crate) fn with(over: Vec<Source>) -> Vec<Source> {
    let mut files = base();
    files.retain(|file| over.iter().all(|other| other.path != file.path));
    files.extend(over);
    files
}
