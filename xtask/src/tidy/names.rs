//! No city, clause or Chinese wording in the code: the law is in `policies/`, the wording in catalogues.
//!
//! **Invariant:** the forbidden names come from the packages themselves, so this file knows no city either.

use std::path::Path;

use super::files::{File, Language};
use super::{Complaint, code};

/// The names that only packages may say.
pub(super) struct Names {
    /// Folders of the packages of real places.
    places: Vec<String>,
    /// Documents, as a citation names them.
    documents: Vec<String>,
}

impl Names {
    /// Reads the names of the packages and of their documents.
    pub(super) fn of_policies(root: &Path) -> Result<Self, String> {
        let mut names = Self { places: Vec::new(), documents: Vec::new() };
        for package in entries(&root.join("policies"))? {
            let folder = root.join("policies").join(&package);
            let Ok(manifest) = std::fs::read_to_string(folder.join("package.yaml")) else {
                continue;
            };
            for document in entries(&folder.join("documents")).unwrap_or_default() {
                let id = document.trim_end_matches(".yaml").trim_end_matches(".yml");
                // A word without a hyphen may mean anything.
                if id.contains('-') {
                    names.documents.push(id.to_owned());
                }
            }
            let real = !manifest.lines().any(|line| line.trim() == "illustrative: true");
            if real && !manifest.lines().any(|line| line.trim() == "layer: nation") {
                names.places.push(package);
            }
        }
        if names.documents.is_empty() {
            return Err("policies/ has no documents: nothing can be checked against them".to_owned());
        }
        Ok(names)
    }

    /// Complaints about one source; tests, catalogues and the oracle (which is a second statement of the law) may
    /// say anything.
    pub(super) fn check(&self, file: &File) -> Vec<Complaint> {
        let (Some(language), true) = (file.language, bound(file)) else {
            return Vec::new();
        };
        let mut complaints = Vec::new();
        for (at, line) in code::lines(&file.text, language).iter().enumerate() {
            let lower = line.to_lowercase();
            let mut complain = |invariant, found: &str, remedy| {
                complaints.push(Complaint {
                    path: file.path.clone(),
                    line: at + 1,
                    invariant,
                    found: found.to_owned(),
                    remedy,
                });
            };
            if line.chars().any(is_chinese) {
                complain(
                    "no Chinese wording in the code",
                    line.trim(),
                    "move it to a catalogue, or to the vocabulary or a package under policies/",
                );
            }
            if let Some(place) = self.places.iter().find(|place| lower.contains(*place)) {
                complain("no city in the code", place, "let the package decide, or read the name from it");
            }
            if let Some(document) = self.documents.iter().find(|id| lower.contains(*id)) {
                complain("no clause in the code", document, "cite it in the package whose rule needs it");
            }
        }
        complaints
    }
}

/// Whether a source is part of the program or the page, and not a catalogue of wordings.
fn bound(file: &File) -> bool {
    let inside = |folder: &str| file.path.starts_with(folder);
    let source = (inside("crates/") && file.path.contains("/src/") && file.language == Some(Language::Rust))
        || inside("web/src/");
    source && !file.is_test() && !inside("web/src/i18n/")
}

/// Ideographs and the punctuation that goes with them.
fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        || matches!(character, '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{3015}')
}

fn entries(folder: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{File, Language, Names};

    fn found(path: &str, text: &str) -> Vec<String> {
        let names = Names { places: vec!["atlantis".into()], documents: vec!["order-1".into()] };
        let language = if path.starts_with("crates/") { Language::Rust } else { Language::Web };
        let file = File { path: path.into(), text: text.into(), language: Some(language) };
        names
            .check(&file)
            .into_iter()
            .map(|complaint| format!("{} {}", complaint.line, complaint.found))
            .collect()
    }

    #[test]
    fn the_code_says_no_names() {
        let text = "//! 说明 atlantis order-1\nlet a = \"Atlantis\";\nlet b = \"order-1#art-2\"; // 注释\nlet c = '亩';\n";
        assert_eq!(found("crates/a/src/lib.rs", text), ["2 atlantis", "3 order-1", "4 let c = '亩';"]);
    }

    #[test]
    fn tests_and_catalogues_may() {
        for path in
            ["crates/a/tests/it/main.rs", "crates/a/src/tests.rs", "web/src/i18n/zh.ts", "web/src/a.test.ts"]
        {
            assert!(found(path, "let a = \"亩 atlantis order-1\"").is_empty(), "{path}");
        }
    }
}
