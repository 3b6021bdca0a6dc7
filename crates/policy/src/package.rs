//! Policy packages: documents, parameters, rules and cases as files.

pub mod act;
pub mod case;
pub mod desk;
pub mod document;
pub mod duty;
pub mod library;
mod overlay;
pub mod paper;
pub mod parameter;
pub mod publication;
pub(crate) mod reader;
pub(crate) mod rows;
pub mod rule;
pub mod table;
pub(crate) mod unread;
