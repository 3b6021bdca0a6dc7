//! The key of a bid, which the bidder keeps, and its seal, which the store gets.
//!
//! A key is a text of lines, `name=value`, in one order and one spelling:
//!
//! ```text
//! landcycle bid 1
//! listing=SY-2026-07
//! bidder=…
//! energy_committed=1100        (the figures, by name)
//! …
//! salt=…                       (32 random bytes, hexadecimal)
//! ```
//!
//! The seal is SHA-256 of exactly these bytes: `sha256sum bid.key`. The listing and the bidder are
//! within, so that a digest copied by another bidder, or kept for another listing, opens nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::chain::Digest;

/// Random bytes of a key.
pub const SALT: usize = 32;
/// Bytes of the longest name or value: what is longer is no bid.
const LONGEST: usize = 200;
const KEY: &str = "landcycle bid 1";
const SEAL: &str = "landcycle sealed bid 1";

/// 竞买密钥 · a bid with its random bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    listing: String,
    bidder: String,
    figures: BTreeMap<String, String>,
    salt: String,
}

/// 密封竞买 · what is handed in before the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The listing's number.
    pub listing: String,
    /// Who bids, by name or pseudonym.
    pub bidder: String,
    /// The digest of the key.
    pub digest: Digest,
}

/// Why a text is no key or no seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not as it must be")]
pub struct KeyError {
    /// The first line that does not fit, from 1; 0 where a value given to seal cannot stand in a line.
    pub line: usize,
}

/// Whether a text can stand in a line.
fn fits(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST
        && text.trim() == text
        && !text.contains(|c: char| c == '=' || c.is_control())
}

impl Key {
    /// A bid with its random bytes.
    pub fn new(
        listing: &str,
        bidder: &str,
        figures: BTreeMap<String, String>,
        salt: [u8; SALT],
    ) -> Result<Self, KeyError> {
        let all = figures.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let reserved = ["listing", "bidder", "salt"];
        if ![listing, bidder].into_iter().chain(all).all(fits)
            || reserved.iter().any(|name| figures.contains_key(*name))
        {
            return Err(KeyError { line: 0 });
        }
        let mut hex = String::with_capacity(2 * SALT);
        for byte in salt {
            // Writing to a text does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Ok(Self { listing: listing.to_owned(), bidder: bidder.to_owned(), figures, salt: hex })
    }

    /// Reads a key; any other spelling of the same bid is refused, since its digest would be another.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut figures = BTreeMap::new();
        let (mut listing, mut bidder, mut salt) = (None, None, None);
        for (at, line) in text.lines().enumerate() {
            let wrong = Err(KeyError { line: at + 1 });
            if at == 0 {
                if line != KEY {
                    return wrong;
                }
                continue;
            }
            let Some((name, value)) = line.split_once('=') else { return wrong };
            if !fits(name) || !fits(value) {
                return wrong;
            }
            let twice = match name {
                "listing" => listing.replace(value).is_some(),
                "bidder" => bidder.replace(value).is_some(),
                "salt" => salt.replace(value).is_some(),
                _ => figures.insert(name.to_owned(), value.to_owned()).is_some(),
            };
            if twice {
                return wrong;
            }
        }
        let last = KeyError { line: text.lines().count() + 1 };
        let (Some(listing), Some(bidder), Some(salt)) = (listing, bidder, salt) else { return Err(last) };
        if salt.parse::<Digest>().is_err() {
            return Err(KeyError { line: last.line - 1 });
        }
        let key =
            Self { listing: listing.to_owned(), bidder: bidder.to_owned(), figures, salt: salt.to_owned() };
        let own = key.text();
        if own == text {
            return Ok(key);
        }
        let lines = own.split('\n').zip(text.split('\n'));
        let same = lines.take_while(|(own, found)| own == found).count();
        Err(KeyError { line: same + 1 })
    }

    /// The text: what is kept, handed in at the opening, and digested.
    pub fn text(&self) -> String {
        let mut text = format!("{KEY}\nlisting={}\nbidder={}\n", self.listing, self.bidder);
        for (name, value) in &self.figures {
            // Writing to a text does not fail.
            let _ = writeln!(text, "{name}={value}");
        }
        let _ = writeln!(text, "salt={}", self.salt);
        text
    }

    /// What is handed in before the deadline.
    pub fn seal(&self) -> Seal {
        Seal {
            listing: self.listing.clone(),
            bidder: self.bidder.clone(),
            digest: Digest::of(self.text().as_bytes()),
        }
    }

    /// The listing's number.
    pub fn listing(&self) -> &str {
        &self.listing
    }

    /// Who bids.
    pub fn bidder(&self) -> &str {
        &self.bidder
    }

    /// Facts that the bid states, canonical.
    pub fn figures(&self) -> &BTreeMap<String, String> {
        &self.figures
    }

    /// The random bytes, hexadecimal.
    pub fn salt(&self) -> &str {
        &self.salt
    }
}

impl Seal {
    /// Reads a seal.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let lines: Vec<&str> = text.lines().collect();
        let wrong = |line: usize| KeyError { line };
        let value = |at: usize, name: &str| {
            let line = lines.get(at).and_then(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.filter(|value| fits(value)).ok_or(wrong(at + 1))
        };
        if lines.first() != Some(&SEAL) {
            return Err(wrong(1));
        }
        let (listing, bidder, digest) = (value(1, "listing")?, value(2, "bidder")?, value(3, "digest")?);
        let digest = digest.parse().map_err(|_| wrong(4))?;
        let seal = Self { listing: listing.to_owned(), bidder: bidder.to_owned(), digest };
        if lines.len() == 4 { Ok(seal) } else { Err(wrong(5)) }
    }

    /// The text that is handed in.
    pub fn text(&self) -> String {
        format!("{SEAL}\nlisting={}\nbidder={}\ndigest={}\n", self.listing, self.bidder, self.digest)
    }
}
