//! Where policy packages come from: the binary itself, or a folder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use landcycle_policy::fault::{Fault, Source};
use landcycle_policy::law::Law;
use landcycle_policy::package::library::{Library, Package};
use landcycle_policy::text::{Language, Text};
use rust_embed::RustEmbed;

use crate::say::{Failure, filled, io_reason, words};

/// The largest part of a package; the largest real one has some ten thousand bytes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// The largest template; one with pictures has some million bytes.
const MOST_FILE: u64 = 16 * 1024 * 1024;

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

/// Adds the package of a folder (a reform) to packages already read; gives it with its id.
pub(crate) fn with_reform(library: &Library, folder: &Path) -> Result<(Library, String), Failure> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut sources = Vec::new();
    collect(folder, folder, &mut sources)?;
    if sources.is_empty() {
        return Err(Failure::new("no_packages", &[("folder", &folder.display().to_string())]).misuse());
    }
    for source in &mut sources {
        source.path = format!("{name}/{}", source.path);
    }
    library.with_package(sources).map_err(|faults| refused(&faults))
}

/// The packages with a reform in its place, and the laws that it changes, by package.
pub(crate) fn reformed(
    library: &Library,
    reform: &str,
) -> Result<(Library, BTreeMap<String, Arc<Law>>), Failure> {
    library.reformed(reform).map_err(|faults| refused(&faults))
}

fn refused(faults: &[Fault]) -> Failure {
    let told = |language| faults.iter().map(|fault| fault.render(language)).collect::<Vec<_>>().join("\n");
    Failure::text(Text { zh: told(Language::Zh), en: told(Language::En) })
}

/// Whether a file is part of a package: its YAML, and the rows of its tables.
fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "csv")
}

/// The files of the packages that the program carries.
pub(crate) fn shipped() -> Vec<Source> {
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
    let fail = |path: &Path, why: Text| {
        let file = Text::same(path.display().to_string());
        Failure::text(words("unreadable").fill(&[("file", file), ("why", why)]))
    };
    let entries = std::fs::read_dir(folder).map_err(|error| fail(folder, io_reason(&error)))?;
    for entry in entries {
        let entry = entry.map_err(|error| fail(folder, io_reason(&error)))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| fail(&path, io_reason(&error)))?;
        // A link to a folder is not followed: it may lead back here. A link to a file is a file.
        if kind.is_dir() {
            collect(root, &path, sources)?;
        } else if is_part(&path) && !(kind.is_symlink() && path.is_dir()) {
            let text = part(&path).map_err(|why| fail(&path, why))?;
            let below = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<String> =
                below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
            sources.push(Source { path: parts.join("/"), text });
        }
    }
    Ok(())
}

/// The text of a file that a person named.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let file = Text::same(path.display().to_string());
    part(path).map_err(|why| Failure::text(words("unreadable").fill(&[("file", file), ("why", why)])))
}

/// The text of one part of a package.
fn part(path: &Path) -> Result<String, Text> {
    String::from_utf8(bytes(path, MOST_BYTES)?).map_err(|error| {
        let byte = error.utf8_error().valid_up_to() + 1;
        filled("part_not_utf8", &[("byte", &byte.to_string())])
    })
}

/// The bytes of a file, which must be one, and not too large.
fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Text> {
    let there = std::fs::metadata(path).map_err(|error| io_reason(&error))?;
    if !there.is_file() {
        return Err(words("part_is_no_file"));
    }
    let too_large = || filled("part_too_large", &[("limit", &(most / 1024 / 1024).to_string())]);
    if there.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| io_reason(&error))?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(|error| io_reason(&error))?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The template of a paper: that of the lowest package of a chain that has one, with its path.
pub(crate) fn template(
    folder: Option<&Path>,
    chain: &[Arc<Package>],
    paper: &str,
) -> Result<Option<(String, Vec<u8>)>, Failure> {
    for package in chain {
        let inner = format!("{}/papers/{paper}.docx", package.id);
        let own = folder.map(|folder| folder.join(&package.id)).filter(|own| own.is_dir());
        // A folder has the whole of its packages; it borrows only those that it lacks.
        let found = match (own, folder) {
            (Some(_), Some(folder)) => {
                let path = folder.join(&inner);
                if path.is_file() { Some((path.display().to_string(), file(&path)?)) } else { None }
            }
            _ => Shipped::get(&inner).map(|file| (inner, file.data.into_owned())),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The bytes of a file that a person named, no larger than a part of a package may be.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let fail = |why: Text| {
        let file = Text::same(path.display().to_string());
        Failure::text(words("unreadable").fill(&[("file", file), ("why", why)]))
    };
    bytes(path, MOST_FILE).map_err(fail)
}

#[cfg(all(test, unix))]
mod tests {
    //! Folders of packages as people leave them.

    use std::path::Path;

    use super::read;

    /// What is said of a folder with one package and whatever `spoil` adds to it.
    fn said(spoil: impl FnOnce(&Path)) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join("own");
        std::fs::create_dir(&package).expect("a folder");
        spoil(&package);
        read(Some(folder.path())).err().map(|failure| failure.message.en)
    }

    #[test]
    fn text_in_another_encoding_is_told_with_its_file() {
        let gbk = |package: &Path| {
            std::fs::write(package.join("package.yaml"), b"title: \xD6\xD0\xCE\xC4\n").expect("written");
        };
        let said = said(gbk).expect("refused");
        assert!(said.contains("package.yaml") && said.contains("UTF-8"), "{said}");
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let large = |package: &Path| {
            let file = std::fs::File::create(package.join("large.yaml")).expect("a file");
            file.set_len(super::MOST_BYTES + 1).expect("a long file");
        };
        assert!(said(large).expect("refused").contains("large.yaml"));
        let folder = |package: &Path| {
            std::os::unix::fs::symlink("/dev/zero", package.join("endless.yaml")).expect("a link");
        };
        assert!(said(folder).expect("refused").contains("endless.yaml"));
    }

    #[test]
    fn a_link_back_to_the_folder_is_not_followed() {
        let looped = |package: &Path| {
            std::fs::write(package.join("package.yaml"), "id: own\n").expect("written");
            std::os::unix::fs::symlink("..", package.join("again")).expect("a link");
        };
        assert_eq!(said(looped), None);
    }
}
