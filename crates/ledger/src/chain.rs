//! The hash chain: what a digest covers, byte by byte.
//!
//! The digest of an event is SHA-256 over these fields, in this order. Each field is written as its
//! length in bytes (8 bytes, big-endian) and then its bytes, so no two contents share a byte form:
//!
//! | # | field | bytes |
//! |--:|---|---|
//! | 1 | the form's own name | `landcycle-event/1` |
//! | 2 | previous digest | 32 bytes; zeros before event 1 |
//! | 3 | seq | decimal |
//! | 4 | `case_id` | UTF-8 |
//! | 5 | kind | UTF-8 |
//! | 6 | `happened_on` | `YYYY-MM-DD` |
//! | 7 | `recorded_at` | `YYYY-MM-DDTHH:MM:SS.mmmZ` |
//! | 8 | actor | UTF-8 |
//! | 9 | origin | UTF-8 |
//! | 10 | key | UTF-8 |
//! | 11 | package | UTF-8, empty when there is none (a present one is never empty) |
//! | 12 | corrects | decimal, empty when there is none |
//! | 13 | body | canonical JSON, see [`Body`](crate::Body) |
//!
//! Twenty lines in any language recompute a chain. A change of this form is a new name in field 1.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

const FORM: &[u8] = b"landcycle-event/1";

/// A SHA-256 digest; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands before the first event.
    pub const START: Self = Self([0; 32]);

    /// The SHA-256 digest of bytes, as `sha256sum` gives it.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl FromStr for Digest {
    type Err = NotADigest;

    /// Strict on purpose: upper case would be a second spelling that a change could hide behind.
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotADigest),
        };
        if text.len() != 64 {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

/// What a digest covers, as the texts that are stored. Verification hashes the stored texts
/// themselves, not values read from them: a second spelling of the same day would else go unseen.
pub(crate) struct Covered<'a> {
    pub(crate) seq: i64,
    pub(crate) case_id: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) happened_on: &'a str,
    pub(crate) recorded_at: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) key: &'a str,
    pub(crate) package: Option<&'a str>,
    pub(crate) corrects: Option<i64>,
    pub(crate) body: &'a str,
}

impl Covered<'_> {
    /// The digest of this content after `previous`.
    pub(crate) fn digest(&self, previous: Digest) -> Digest {
        let seq = self.seq.to_string();
        let corrects = self.corrects.map(|seq| seq.to_string()).unwrap_or_default();
        let mut hasher = Sha256::new();
        let fields: [&[u8]; 13] = [
            FORM,
            previous.as_bytes(),
            seq.as_bytes(),
            self.case_id.as_bytes(),
            self.kind.as_bytes(),
            self.happened_on.as_bytes(),
            self.recorded_at.as_bytes(),
            self.actor.as_bytes(),
            self.origin.as_bytes(),
            self.key.as_bytes(),
            self.package.unwrap_or_default().as_bytes(),
            corrects.as_bytes(),
            self.body.as_bytes(),
        ];
        for field in fields {
            hasher.update((field.len() as u64).to_be_bytes());
            hasher.update(field);
        }
        Digest(hasher.finalize().into())
    }
}
