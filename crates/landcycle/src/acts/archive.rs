//! Packages kept in the store: the text of the law under which something was decided stays with the
//! decision, readable without this program, after the packages have changed.

use std::collections::BTreeMap;

use landcycle_ledger::{Ledger, LedgerError};
use landcycle_policy::fault::Source;
use landcycle_policy::package::library::Library;

use crate::say::Failure;

/// How the names begin under which a store keeps packages; the digest follows.
const PACKAGE: &str = "package:";

/// The fault of an article that names a rule which is not among the packages read.
const ENCODED_ELSEWHERE: &str = "P052";

/// Keeps the package of a digest, if it is not kept already.
pub(crate) fn keep(
    ledger: &mut dyn Ledger,
    library: &Library,
    digest: Option<&str>,
) -> Result<(), LedgerError> {
    let Some(digest) = digest else { return Ok(()) };
    let name = format!("{PACKAGE}{digest}");
    if ledger.meta(&name)?.is_some() {
        return Ok(());
    }
    let package = digest.split('@').next().unwrap_or(digest);
    let files = library.sources(package);
    let files: BTreeMap<&str, &str> =
        files.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    // Paths and texts are texts: this cannot fail.
    let text = serde_json::to_string(&files).unwrap_or_default();
    ledger.set_meta(&name, &text)
}

/// The library of a package that a store keeps; it gives the digest that it is kept under.
pub(crate) fn kept(ledger: &dyn Ledger, digest: &str) -> Result<Option<Library>, Failure> {
    let failed = |error: LedgerError| Failure::new("store_other", &[("what", &error.to_string())]);
    let Some(text) = ledger.meta(&format!("{PACKAGE}{digest}")).map_err(failed)? else { return Ok(None) };
    let broken = || Failure::new("replay_package_broken", &[("digest", digest)]);
    let files: BTreeMap<String, String> = serde_json::from_str(&text).map_err(|_| broken())?;
    let files = files.into_iter().map(|(path, text)| Source { path, text }).collect();
    let (library, mut faults) = Library::read(files);
    // An article may be encoded in a rule of a package that is no part of this law.
    faults.retain(|fault| fault.code != ENCODED_ELSEWHERE);
    let package = digest.split('@').next().unwrap_or(digest);
    let same = library.law(package).is_some_and(|law| law.digest == digest);
    if faults.is_empty() && same { Ok(Some(library)) } else { Err(broken()) }
}
