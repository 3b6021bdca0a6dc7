//! `landcycle contract`: the contract of the API, for other programs and for the page's types.

use crate::http::contract::contract;
use crate::say::{Failure, out};

/// Prints the OpenAPI document.
pub(super) fn print() -> Result<(), Failure> {
    out(&format!("{:#}", contract()))
}
