//! The templates of papers, made from plain text that a person can read and compare: `<id>.txt` beside the
//! definition becomes `<id>.docx`, in the form that GB/T 9704 gives to official papers.
//!
//! **Invariant:** the same source gives the same parts; a template that its source no longer makes is a fault.

mod page;
mod source;
mod typeset;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use crate::workspace::Workspace;

type Parts = BTreeMap<String, String>;

/// Makes every template that differs from what its source says.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let sources = sources(&workspace.root)?;
    let mut made = 0;
    for source in &sources {
        let wanted = parts_of(source)?;
        let template = source.with_extension("docx");
        let there = std::fs::read(&template).ok().and_then(|bytes| unpacked(&bytes));
        if there.as_ref() == Some(&wanted) {
            continue;
        }
        let bytes = packed(&wanted).map_err(|error| format!("{}: {error}", template.display()))?;
        std::fs::write(&template, bytes).map_err(|error| format!("{}: {error}", template.display()))?;
        println!("made {}", workspace.relative(&template));
        made += 1;
    }
    println!("{} templates, {made} made anew", sources.len());
    Ok(())
}

/// Every source below `policies/*/papers/`.
fn sources(root: &Path) -> Result<Vec<PathBuf>, String> {
    let policies = root.join("policies");
    let entries = std::fs::read_dir(&policies).map_err(|error| format!("{}: {error}", policies.display()))?;
    let folders = entries.flatten().map(|entry| entry.path().join("papers")).filter(|folder| folder.is_dir());
    let mut found = Vec::new();
    for folder in folders {
        let files = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let files = files.flatten().map(|entry| entry.path());
        found.extend(files.filter(|path| path.extension().is_some_and(|end| end == "txt")));
    }
    found.sort();
    if found.is_empty() { Err("policies/*/papers has no sources".to_owned()) } else { Ok(found) }
}

fn parts_of(source: &Path) -> Result<Parts, String> {
    let text = std::fs::read_to_string(source).map_err(|error| format!("{}: {error}", source.display()))?;
    let blocks = source::read(&text).map_err(|fault| format!("{}: {fault}", source.display()))?;
    Ok(page::parts(&blocks))
}

fn packed(parts: &Parts) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    // What says which part is what comes first, as office programs expect.
    let first = parts.get_key_value(page::TYPES).into_iter();
    for (name, text) in first.chain(parts.iter().filter(|(name, _)| *name != page::TYPES)) {
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        writer.start_file(name.as_str(), options)?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn unpacked(bytes: &[u8]) -> Option<Parts> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Parts::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).ok()?;
        let name = file.name().ok()?.into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        parts.insert(name, text);
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{parts_of, sources, unpacked};

    #[test]
    fn every_template_is_what_its_source_makes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for source in sources(&root).expect("sources") {
            let template = source.with_extension("docx");
            let there = std::fs::read(&template).ok().and_then(|bytes| unpacked(&bytes));
            let wanted = parts_of(&source).expect("a template");
            assert!(there == Some(wanted), "{}: run `cargo xtask papers`", template.display());
        }
    }
}
