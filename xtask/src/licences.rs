//! Licences and origins of everything landcycle is built from.
//!
//! **Invariant:** whoever gets landcycle may use it under its own two licences; so nothing it carries asks for
//! more than to be named.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::steps::count;
use crate::web;
use crate::workspace::Workspace;

/// Licences that ask for no more than to be named, or for nothing.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    // Apache-2.0 with less asked.
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    // A dedication to everybody: used for tables of data.
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Tables of the Unicode Consortium, carried by the libraries that know about characters.
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// The one place Rust packages come from; nothing else is mirrored, archived and immutable.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks the Rust packages and the packages that the page carries.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let graph = workspace.graph()?;
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    let packages = graph["packages"].as_array().map_or(&[][..], Vec::as_slice);
    for package in packages {
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        judge(&name, &package["license"], &mut seen, &mut complaints);
        // No source is a package of this workspace.
        if let Some(source) = package["source"].as_str().filter(|source| *source != REGISTRY) {
            complaints.push(format!("{name} comes from {source}; take it from crates.io"));
        }
    }
    let carried = page_packages(workspace)?;
    for (name, package) in &carried {
        judge(name, &package["license"], &mut seen, &mut complaints);
    }
    println!("{} Rust packages, {} packages in the page", packages.len(), carried.len());
    for licence in &seen {
        println!("  {licence}");
    }
    for complaint in &complaints {
        println!("licences: {complaint}");
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(format!("{} about licences", count(complaints.len(), "complaint")))
    }
}

fn judge(name: &str, licence: &Value, seen: &mut BTreeSet<String>, complaints: &mut Vec<String>) {
    match licence.as_str() {
        Some(expression) if allowed(expression) => {
            seen.insert(expression.to_owned());
        }
        Some(expression) => complaints.push(format!(
            "{name} is under {expression:?}; choose another package, or add the licence to the list with the reason"
        )),
        None => complaints.push(format!("{name} names no licence; choose another package")),
    }
}

/// The packages whose code ends in the page; those that only build or test it are not handed on.
fn page_packages(workspace: &Workspace) -> Result<Vec<(String, Value)>, String> {
    let path = web::folder(workspace).join("package-lock.json");
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", workspace.relative(&path));
    let bytes = std::fs::read(&path).map_err(|error| fault(&error))?;
    let lock: Value = serde_json::from_slice(&bytes).map_err(|error| fault(&error))?;
    let packages = lock["packages"].as_object().ok_or("package-lock.json lists no packages")?;
    let carried = packages.iter().filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    Ok(carried.map(|(path, package)| (path.clone(), package.clone())).collect())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Whether some way of reading an SPDX expression stays within the list.
fn allowed(expression: &str) -> bool {
    // Before 2.1 the expressions wrote a slash where they now write OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at) == Some(true) && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut good = all_of(words, at)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        good |= all_of(words, at)?;
    }
    Some(good)
}

fn all_of(words: &[&str], at: &mut usize) -> Option<bool> {
    let mut good = one(words, at)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        good &= one(words, at)?;
    }
    Some(good)
}

fn one(words: &[&str], at: &mut usize) -> Option<bool> {
    let word = *words.get(*at)?;
    *at += 1;
    if word == "(" {
        let good = any_of(words, at)?;
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return closed.then_some(good);
    }
    if words.get(*at) == Some(&"WITH") {
        let whole = format!("{word} WITH {}", words.get(*at + 1)?);
        *at += 2;
        return Some(ALLOWED.contains(&whole.as_str()));
    }
    Some(ALLOWED.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn one_acceptable_choice_is_enough() {
        for expression in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "GPL-2.0 OR (ISC AND MIT)",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ] {
            assert!(allowed(expression), "{expression}");
        }
    }

    #[test]
    fn every_part_of_a_sum_must_be_acceptable() {
        for expression in
            ["GPL-3.0", "MIT AND GPL-3.0", "GPL-2.0 WITH LLVM-exception", "", "MIT OR", "(MIT", "MIT ISC"]
        {
            assert!(!allowed(expression), "{expression}");
        }
    }
}
