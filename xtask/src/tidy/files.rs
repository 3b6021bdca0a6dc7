//! The files that tidy reads.

use std::path::{Path, PathBuf};

/// What a source is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Language {
    Rust,
    /// TypeScript, JavaScript, and the pages of Vue.
    Web,
    Python,
}

/// One file.
pub(super) struct File {
    /// From the root, with slashes.
    pub(super) path: String,
    pub(super) text: String,
    /// None for what is not a source.
    pub(super) language: Option<Language>,
}

impl File {
    /// Whether the file holds only tests, or what tests need.
    pub(super) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        let name = parts.next_back().unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        parts.any(|part| matches!(part, "tests" | "test" | "e2e"))
            || stem == "tests"
            || stem.ends_with("_test")
            || stem.ends_with("_tests")
            || name.contains(".test.")
    }
}

/// The folders of sources.
const SOURCES: &[&str] = &["crates", "xtask", "web/src", "web/e2e", "web/test", "oracle", "bench"];
/// What others made.
const NOT_OURS: &[&str] = &["node_modules", "target", "dist", "__pycache__"];

/// Every source of the workspace.
pub(super) fn sources(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for folder in SOURCES.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()) {
        walk(root, &folder, &mut |path, language| language.is_some() && !path.is_empty(), &mut files)?;
    }
    Ok(files)
}

/// Every document whose links must hold: those at the root, under `docs/`, and beside the parts they explain.
pub(super) fn documents(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    walk(root, root, &mut |path, _| path.to_ascii_lowercase().ends_with(".md"), &mut files)?;
    Ok(files)
}

type Wanted<'a> = &'a mut dyn FnMut(&str, Option<Language>) -> bool;

fn walk(root: &Path, folder: &Path, wanted: Wanted<'_>, files: &mut Vec<File>) -> Result<(), String> {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| fault(folder, error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || NOT_OURS.contains(&&*name) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            // A target folder inside the workspace may have any name; cargo marks it.
            if !path.join("CACHEDIR.TAG").exists() {
                walk(root, &path, wanted, files)?;
            }
            continue;
        }
        let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let language = language_of(&path);
        if wanted(&shown, language) {
            let text = std::fs::read_to_string(&path).map_err(|error| fault(&path, error))?;
            files.push(File { path: shown, text, language });
        }
    }
    Ok(())
}

fn language_of(path: &Path) -> Option<Language> {
    match path.extension()?.to_str()? {
        "rs" => Some(Language::Rust),
        "ts" | "mts" | "js" | "mjs" | "vue" => Some(Language::Web),
        "py" => Some(Language::Python),
        _ => None,
    }
}
