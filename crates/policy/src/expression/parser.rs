//! Expression text to syntax tree: recursive descent with SQL's look.

use super::lexer::{Token, tokens};
use super::syntax::{Arithmetic, Comparison, Expr, ExprKind, Range, SyntaxError};

/// Deeper than any rule a person can read; keeps hostile input off the stack.
const DEPTH_MAX: usize = 60;

/// Signs of arithmetic and `not` in one expression; each makes the tree one level deeper.
const OPERATIONS_MAX: usize = 200;

/// Tests that read their left side more than once, within the left side of another.
const REPEATS_MAX: usize = 2;

const KEYWORDS: [&str; 15] = [
    "and", "or", "not", "in", "between", "is", "none", "case", "when", "then", "else", "end", "to", "yes",
    "no",
];

/// Reads a whole expression.
pub(crate) fn parse(text: &str) -> Result<Expr, SyntaxError> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0, operations: 0, repeats: 0 };
    let expr = parser.or()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("nothing")),
    }
}

struct Parser {
    tokens: Vec<(Token, Range)>,
    next: usize,
    depth: usize,
    operations: usize,
    repeats: usize,
}

type Parsed = Result<Expr, SyntaxError>;

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn at(&self) -> Range {
        self.tokens[self.next].1.clone()
    }

    fn advance(&mut self) -> (Token, Range) {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(w) if w == word);
        if found {
            self.advance();
        }
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self, word: &'static str) -> Result<(), SyntaxError> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected(word)) }
    }

    fn expect_sign(&mut self, sign: &'static str) -> Result<(), SyntaxError> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected(sign)) }
    }

    fn unexpected(&self, expected: &'static str) -> SyntaxError {
        let found = match self.peek() {
            Token::End => String::new(),
            Token::Word(w) | Token::Quoted(w) | Token::Parameter(w) | Token::Rule(w) => w.clone(),
            Token::Sign(s) => (*s).to_owned(),
            Token::Number(n) => n.to_string(),
            Token::Date(d) => crate::calendar::iso(*d),
        };
        let code = if found.is_empty() { "P021" } else { "P022" };
        SyntaxError { at: self.at(), code, found, expected }
    }

    /// Keeps what a file may ask of the stack within bounds.
    fn within(&self, count: usize, most: usize) -> Result<(), SyntaxError> {
        if count <= most {
            return Ok(());
        }
        Err(SyntaxError { at: self.at(), code: "P023", found: most.to_string(), expected: "anything" })
    }

    fn or(&mut self) -> Parsed {
        self.depth += 1;
        self.within(self.depth, DEPTH_MAX)?;
        let first = self.and()?;
        let parsed = self.chain(first, "or", Self::and, ExprKind::Or);
        self.depth -= 1;
        parsed
    }

    fn and(&mut self) -> Parsed {
        let first = self.not()?;
        self.chain(first, "and", Self::not, ExprKind::And)
    }

    fn chain(
        &mut self,
        first: Expr,
        word: &str,
        next: fn(&mut Self) -> Parsed,
        build: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed {
        let mut parts = vec![first];
        while self.word(word) {
            parts.push(next(self)?);
        }
        if parts.len() == 1 {
            return parts.pop().ok_or_else(|| self.unexpected("value"));
        }
        let at = parts[0].at.start..parts[parts.len() - 1].at.end;
        Ok(Expr { at, kind: build(parts) })
    }

    fn not(&mut self) -> Parsed {
        let start = self.at().start;
        if !self.word("not") {
            return self.comparison();
        }
        self.operations += 1;
        self.within(self.operations, OPERATIONS_MAX)?;
        let inner = self.not()?;
        Ok(Expr { at: start..inner.at.end, kind: ExprKind::Not(Box::new(inner)) })
    }

    fn comparison(&mut self) -> Parsed {
        let repeats = self.repeats;
        let left = self.sum()?;
        let signs = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<>", Comparison::NotEqual),
            ("!=", Comparison::NotEqual),
            ("==", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ];
        for (sign, comparison) in signs {
            if self.sign(sign) {
                let right = self.sum()?;
                let at = left.at.start..right.at.end;
                return Ok(Expr { at, kind: ExprKind::Compare(comparison, Box::new(left), Box::new(right)) });
            }
        }
        if self.word("is") {
            let negated = self.word("not");
            let end = self.at().end;
            self.expect_word("none")?;
            let at = left.at.start..end;
            return Ok(Expr { at, kind: ExprKind::IsNone { value: Box::new(left), negated } });
        }
        let negated = self.word("not");
        let within = self.word("in");
        if within || self.word("between") {
            self.within(self.repeats - repeats, REPEATS_MAX)?;
            self.repeats += 1;
            return if within { self.members(left, negated) } else { self.between(left, negated) };
        }
        if negated { Err(self.unexpected("in")) } else { Ok(left) }
    }

    fn members(&mut self, left: Expr, negated: bool) -> Parsed {
        self.expect_sign("[")?;
        let mut items = vec![self.sum()?];
        while self.sign(",") {
            items.push(self.sum()?);
        }
        let end = self.at().end;
        self.expect_sign("]")?;
        let at = left.at.start..end;
        Ok(Expr { at, kind: ExprKind::In { value: Box::new(left), items, negated } })
    }

    /// `x between a and b` is `x >= a and x <= b`.
    fn between(&mut self, left: Expr, negated: bool) -> Parsed {
        let low = self.sum()?;
        self.expect_word("and")?;
        let high = self.sum()?;
        let at = left.at.start..high.at.end;
        let side = |op, bound: Expr| Expr {
            at: at.clone(),
            kind: ExprKind::Compare(op, Box::new(left.clone()), Box::new(bound)),
        };
        let both = vec![side(Comparison::GreaterOrEqual, low), side(Comparison::LessOrEqual, high)];
        let inside = Expr { at: at.clone(), kind: ExprKind::And(both) };
        let kind = if negated { ExprKind::Not(Box::new(inside)) } else { inside.kind };
        Ok(Expr { at, kind })
    }

    fn sum(&mut self) -> Parsed {
        let signs = [("+", Arithmetic::Add), ("-", Arithmetic::Subtract)];
        self.arithmetic(&signs, Self::product)
    }

    fn product(&mut self) -> Parsed {
        let signs = [("*", Arithmetic::Multiply), ("/", Arithmetic::Divide)];
        self.arithmetic(&signs, Self::converted)
    }

    fn arithmetic(&mut self, signs: &[(&str, Arithmetic)], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let mut left = operand(self)?;
        while let Some((_, op)) = signs.iter().find(|(sign, _)| self.sign(sign)) {
            self.operations += 1;
            self.within(self.operations, OPERATIONS_MAX)?;
            let right = operand(self)?;
            let at = left.at.start..right.at.end;
            left = Expr { at, kind: ExprKind::Arithmetic(*op, Box::new(left), Box::new(right)) };
        }
        Ok(left)
    }

    fn converted(&mut self) -> Parsed {
        let value = self.primary()?;
        if !self.word("to") {
            return Ok(value);
        }
        let (unit, unit_at) = self.unit().ok_or_else(|| self.unexpected("unit"))?;
        let at = value.at.start..unit_at.end;
        Ok(Expr { at, kind: ExprKind::Convert { value: Box::new(value), unit, unit_at } })
    }

    fn unit(&mut self) -> Option<(String, Range)> {
        match self.peek() {
            Token::Word(w) if KEYWORDS.contains(&w.as_str()) => None,
            Token::Word(w) | Token::Quoted(w) => {
                let unit = w.clone();
                let (_, at) = self.advance();
                Some((unit, at))
            }
            _ => None,
        }
    }

    fn primary(&mut self) -> Parsed {
        let (token, at) = self.advance();
        let kind = match token {
            Token::Number(value) => {
                let unit = self.unit();
                let end = unit.as_ref().map_or(at.end, |(_, unit_at)| unit_at.end);
                return Ok(Expr { at: at.start..end, kind: ExprKind::Number { value, unit } });
            }
            Token::Date(day) => ExprKind::Date(day),
            Token::Parameter(name) => return self.parameter(&name, at),
            Token::Rule(name) => return self.rule(name, at),
            Token::Sign("(") => {
                let inner = self.or()?;
                let end = self.at().end;
                self.expect_sign(")")?;
                return Ok(Expr { at: at.start..end, kind: inner.kind });
            }
            Token::Word(word) => return self.worded(word, at),
            Token::Quoted(_) | Token::Sign(_) | Token::End => {
                self.next -= usize::from(self.next > 0 && token != Token::End);
                return Err(self.unexpected("value"));
            }
        };
        Ok(Expr { at, kind })
    }

    fn parameter(&mut self, name: &str, at: Range) -> Parsed {
        let path = name.replace('.', "/");
        if !self.sign("[") {
            return Ok(Expr { at, kind: ExprKind::Parameter(path) });
        }
        let mut keys = vec![self.or()?];
        while self.sign(",") {
            keys.push(self.or()?);
        }
        let end = self.at().end;
        self.expect_sign("]")?;
        Ok(Expr { at: at.start..end, kind: ExprKind::Table { path, keys } })
    }

    fn rule(&mut self, name: String, at: Range) -> Parsed {
        if !self.sign(".") {
            return Ok(Expr { at, kind: ExprKind::Rule { name, field: None } });
        }
        let Token::Word(field) = self.peek().clone() else { return Err(self.unexpected("name")) };
        let (_, field_at) = self.advance();
        Ok(Expr { at: at.start..field_at.end, kind: ExprKind::Rule { name, field: Some(field) } })
    }

    fn worded(&mut self, word: String, at: Range) -> Parsed {
        let kind = match word.as_str() {
            "yes" => ExprKind::Bool(true),
            "no" => ExprKind::Bool(false),
            "none" => ExprKind::Never,
            "case" => return self.case(at),
            keyword if KEYWORDS.contains(&keyword) => {
                self.next -= 1;
                return Err(self.unexpected("value"));
            }
            _ if self.sign("(") => return self.call(word, at),
            _ => ExprKind::Name(word),
        };
        Ok(Expr { at, kind })
    }

    fn call(&mut self, name: String, at: Range) -> Parsed {
        let mut args = vec![self.or()?];
        while self.sign(",") {
            args.push(self.or()?);
        }
        let end = self.at().end;
        self.expect_sign(")")?;
        Ok(Expr { at: at.start..end, kind: ExprKind::Call { name, args } })
    }

    fn case(&mut self, at: Range) -> Parsed {
        let mut arms = Vec::new();
        while self.word("when") {
            let condition = self.or()?;
            self.expect_word("then")?;
            arms.push((condition, self.or()?));
        }
        if arms.is_empty() {
            return Err(self.unexpected("when"));
        }
        self.expect_word("else")?;
        let otherwise = Box::new(self.or()?);
        let end = self.at().end;
        self.expect_word("end")?;
        Ok(Expr { at: at.start..end, kind: ExprKind::Case { arms, otherwise } })
    }
}
