//! `cargo xtask tidy`: what the compiler does not check, checked.
//!
//! Each complaint says where, which invariant, and what to do.

mod boundaries;
mod code;
mod files;
mod links;
mod names;
mod shape;

use crate::steps::count;
use crate::workspace::Workspace;

/// Something that is not as it must be.
pub(crate) struct Complaint {
    pub(crate) path: String,
    pub(crate) line: usize,
    /// The invariant it breaks.
    pub(crate) invariant: &'static str,
    /// What there is.
    pub(crate) found: String,
    /// What to do.
    pub(crate) remedy: &'static str,
}

/// Runs every check and prints every complaint.
pub(crate) fn run(workspace: &Workspace) -> Result<(), String> {
    let sources = files::sources(&workspace.root)?;
    let documents = files::documents(&workspace.root)?;
    let mut complaints = boundaries::check(&workspace.graph()?)?;
    complaints.extend(sources.iter().flat_map(shape::check));
    let names = names::Names::of_policies(&workspace.root)?;
    complaints.extend(sources.iter().flat_map(|file| names.check(file)));
    complaints.extend(documents.iter().flat_map(|file| links::check(&workspace.root, file)));
    complaints.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for Complaint { path, line, invariant, found, remedy } in &complaints {
        println!("{path}:{line}: {invariant}: {found}\n    {remedy}");
    }
    let complained = count(complaints.len(), "complaint");
    println!(
        "tidy: {}, {}, {complained}",
        count(sources.len(), "source"),
        count(documents.len(), "document")
    );
    if complaints.is_empty() { Ok(()) } else { Err(complained) }
}
