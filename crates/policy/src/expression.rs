//! The rule language: small, readable aloud, typed with units. See `docs/rule-language.md`.

pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod syntax;
pub(crate) mod typed;
