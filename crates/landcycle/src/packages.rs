//! Where policy packages come from: the binary itself, or a folder.

use std::path::Path;

use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::package::library::Library;
use rust_embed::RustEmbed;

use crate::say::Failure;

#[derive(RustEmbed)]
#[folder = "../../policies"]
struct Shipped;

/// Reads the packages of a folder, or those that the binary carries, with all their faults.
pub(crate) fn read(folder: Option<&Path>) -> Result<(Library, Vec<Fault>), Failure> {
    let sources = match folder {
        None => shipped(),
        Some(folder) => of_folder(folder)?,
    };
    Ok(Library::read(sources))
}

/// Reads packages that must be without fault, as everything but `policy check` needs them.
pub(crate) fn sound(folder: Option<&Path>) -> Result<Library, Failure> {
    let (library, faults) = read(folder)?;
    if faults.is_empty() {
        return Ok(library);
    }
    Err(Failure::new("faulty_packages", &[("count", &faults.len().to_string())]))
}

/// Whether a file is part of a package: its YAML, and the rows of its tables.
fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "csv")
}

fn shipped() -> Vec<Source> {
    Shipped::iter()
        .filter(|path| is_part(Path::new(path.as_ref())))
        .filter_map(|path| {
            let file = Shipped::get(&path)?;
            let text = String::from_utf8_lossy(&file.data).into_owned();
            Some(Source { path: path.into_owned(), text })
        })
        .collect()
}

/// The files of a folder of packages. A folder without `vocabulary/` borrows the shipped one, and
/// packages may extend shipped ones: only what differs needs to be written.
fn of_folder(folder: &Path) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    collect(folder, folder, &mut sources)?;
    if sources.is_empty() {
        return Err(Failure::new("no_packages", &[("folder", &folder.display().to_string())]).misuse());
    }
    let own: std::collections::BTreeSet<String> =
        sources.iter().filter_map(|s| s.path.split('/').next().map(str::to_owned)).collect();
    let borrowed =
        shipped().into_iter().filter(|s| s.path.split('/').next().is_none_or(|top| !own.contains(top)));
    sources.extend(borrowed);
    Ok(sources)
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let fail = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::new("unreadable", &[("file", &path.display().to_string()), ("why", &error.to_string())])
    };
    let entries = std::fs::read_dir(folder).map_err(|error| fail(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| fail(folder, &error))?.path();
        if path.is_dir() {
            collect(root, &path, sources)?;
        } else if is_part(&path) {
            let text = std::fs::read_to_string(&path).map_err(|error| fail(&path, &error))?;
            let below = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<String> =
                below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
            sources.push(Source { path: parts.join("/"), text });
        }
    }
    Ok(())
}
