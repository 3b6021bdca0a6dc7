//! What an expression says, before names are resolved.

use crate::exact::Exact;

/// A range of bytes of the expression's text.
pub(crate) type Range = std::ops::Range<usize>;

/// An expression with its place.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) at: Range,
    pub(crate) kind: ExprKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Number {
        value: Exact,
        unit: Option<(String, Range)>,
    },
    Date(i64),
    Never,
    Bool(bool),
    /// A fact, a `let` or a code: which one is decided by the scope and the other operand.
    Name(String),
    /// `$supply.term_years_max`
    Parameter(String),
    /// `$supply.industry_standards.investment_min[industry]`
    Table {
        path: String,
        keys: Vec<Expr>,
    },
    /// `@idle_land` or `@evaluation_due.stage`
    Rule {
        name: String,
        field: Option<String>,
    },
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    In {
        value: Box<Expr>,
        items: Vec<Expr>,
        negated: bool,
    },
    IsNone {
        value: Box<Expr>,
        negated: bool,
    },
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Box<Expr>,
    },
    Call {
        name: String,
        args: Vec<Expr>,
    },
    Convert {
        value: Box<Expr>,
        unit: String,
        unit_at: Range,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Why a text is not an expression.
#[derive(Clone, Debug)]
pub(crate) struct SyntaxError {
    pub(crate) at: Range,
    /// Message key below `faults`.
    pub(crate) code: &'static str,
    /// What was found.
    pub(crate) found: String,
    /// What was expected, a key below `syntax` of the catalogue.
    pub(crate) expected: &'static str,
}
