//! Policy packages: documents, parameters, rules and cases as files.

pub mod case;
pub mod document;
pub mod library;
pub mod parameter;
pub(crate) mod reader;
pub mod rule;
pub(crate) mod unread;
