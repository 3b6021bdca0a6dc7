//! stub
use crate::say::Failure;
use landcycle_policy::package::library::Library;
use landcycle_policy::text::Language;
use std::path::Path;
pub(crate) fn serve(
    _library: Library,
    _store: &Path,
    _port: u16,
    _language: Language,
) -> Result<(), Failure> {
    Ok(())
}
