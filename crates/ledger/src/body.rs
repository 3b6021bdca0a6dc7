//! The body of an event: facts and their values, kept as canonical JSON.
//!
//! Canonical: one flat object, text values only, names in byte order, each once, no white space,
//! and only those characters escaped that JSON demands (`"`, `\` and the controls below U+0020).
//! One content therefore has one spelling, which is what the digest is taken of. Because the
//! spelling is fixed, reading needs no general JSON parser; [`Facts`] walks it without allocating,
//! and a property test holds it against `serde_json`.

use std::borrow::Cow;

/// Facts and their values, in canonical JSON. An empty value withdraws a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Body(Box<str>);

/// Why a text or a list of facts is no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// A name is empty or holds a quote, a backslash or a control character.
    #[error(
        "{0:?} cannot name a fact: a name is not empty and has no quotes, backslashes or control characters"
    )]
    Name(String),
    /// A name is given twice.
    #[error("the fact {0:?} is given twice")]
    Twice(String),
    /// A value holds U+0000, which spreadsheets and GIS programs cut texts at.
    #[error("the value of the fact {0:?} holds the character U+0000")]
    Nul(String),
    /// The text is not the canonical JSON described in this module.
    #[error("not a canonical JSON object of texts, at byte {at}")]
    Form {
        /// Offset of the first byte that does not fit.
        at: usize,
    },
}

impl Body {
    /// Makes a body of facts in any order.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        facts: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, BodyError> {
        let facts: Vec<(N, V)> = facts.into_iter().collect();
        let mut facts: Vec<(&str, &str)> =
            facts.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        facts.sort_unstable();
        // Quotes, colon and comma; escapes come on top.
        let length = facts.iter().map(|(name, value)| name.len() + value.len() + 6).sum::<usize>();
        let mut text = String::with_capacity(2 + length);
        text.push('{');
        for (index, &(name, value)) in facts.iter().enumerate() {
            check_name(name)?;
            check_value(name, value)?;
            if index > 0 {
                if facts[index - 1].0 == name {
                    return Err(BodyError::Twice(name.to_owned()));
                }
                text.push(',');
            }
            text.push('"');
            text.push_str(name);
            text.push_str("\":");
            push_quoted(&mut text, value);
        }
        text.push('}');
        Ok(Self(text.into_boxed_str()))
    }

    /// Reads a canonical body; any other spelling of the same facts is refused.
    pub fn parse(text: &str) -> Result<Self, BodyError> {
        let mut facts = Facts::new(text);
        let mut last = "";
        let mut quoted = String::new();
        loop {
            let at = facts.at;
            let Some(fact) = facts.next() else {
                return Ok(Self(text.into()));
            };
            let (name, value) = fact?;
            check_name(name)?;
            check_value(name, &value)?;
            if name == last {
                return Err(BodyError::Twice(name.to_owned()));
            }
            quoted.clear();
            push_quoted(&mut quoted, &value);
            if name < last || !text[..facts.at].ends_with(&quoted) {
                return Err(BodyError::Form { at });
            }
            last = name;
        }
    }

    /// The canonical JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The facts, by name.
    pub fn facts(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        // A body was canonical when it was made, so reading it does not fail.
        Facts::new(&self.0).map_while(Result::ok)
    }

    /// The value of one fact.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.facts().find(|(have, _)| *have == name).map(|(_, value)| value)
    }
}

fn check_name(name: &str) -> Result<(), BodyError> {
    if name.is_empty() || name.contains(|c: char| c == '"' || c == '\\' || c.is_control()) {
        return Err(BodyError::Name(name.to_owned()));
    }
    Ok(())
}

fn check_value(name: &str, value: &str) -> Result<(), BodyError> {
    if value.contains('\0') { Err(BodyError::Nul(name.to_owned())) } else { Ok(()) }
}

/// Writes a value as JSON writes it. Most values need no escape, so they are copied whole.
fn push_quoted(text: &mut String, value: &str) {
    // Without an early end, so that many bytes are looked at in one step.
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "without a branch the whole text is looked at in vectors"
    )]
    let escape = |found, byte: u8| found | (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    if value.bytes().fold(false, escape) {
        text.push_str(&serde_json::Value::from(value).to_string());
    } else {
        text.push('"');
        text.push_str(value);
        text.push('"');
    }
}

/// Walks a canonical body; stops after the first fault.
pub(crate) struct Facts<'a> {
    text: &'a str,
    at: usize,
    done: bool,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, done: false }
    }

    /// Steps over `token`, which must stand here.
    fn expect(&mut self, token: &str) -> Result<(), BodyError> {
        if self.text.as_bytes()[self.at..].starts_with(token.as_bytes()) {
            self.at += token.len();
            Ok(())
        } else {
            Err(BodyError::Form { at: self.at })
        }
    }

    /// The text from here to the quote that closes it, and whether it holds escapes.
    fn quoted(&mut self) -> Result<(&'a str, bool), BodyError> {
        let bytes = self.text.as_bytes();
        let (start, mut end, mut escaped) = (self.at, self.at, false);
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
                None => return Err(BodyError::Form { at: bytes.len() }),
            }
        }
        self.at = end + 1;
        // `get`: in a damaged text an escape may end inside a character.
        let inner = self.text.get(start..end).ok_or(BodyError::Form { at: start })?;
        Ok((inner, escaped))
    }

    fn value(&mut self) -> Result<Cow<'a, str>, BodyError> {
        let start = self.at;
        let (plain, escaped) = self.quoted()?;
        if !escaped {
            return Ok(Cow::Borrowed(plain));
        }
        let quoted = self.text.get(start - 1..self.at).ok_or(BodyError::Form { at: start })?;
        let value = serde_json::from_str::<String>(quoted);
        value.map(Cow::Owned).map_err(|_| BodyError::Form { at: start })
    }

    fn step(&mut self) -> Result<Option<(&'a str, Cow<'a, str>)>, BodyError> {
        if self.at == 0 {
            self.expect("{")?;
            if self.text.len() == 2 {
                self.expect("}")?;
                return Ok(None);
            }
        } else if self.text.as_bytes().get(self.at) == Some(&b',') {
            self.at += 1;
        } else {
            self.expect("}")?;
            return if self.at == self.text.len() { Ok(None) } else { Err(BodyError::Form { at: self.at }) };
        }
        self.expect("\"")?;
        let name = self.quoted()?.0;
        self.expect(":\"")?;
        Ok(Some((name, self.value()?)))
    }
}

impl<'a> Iterator for Facts<'a> {
    type Item = Result<(&'a str, Cow<'a, str>), BodyError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}
