//! The draw among bids that nothing else tells apart.
//!
//! Its seed comes from the random bytes of all opened bids. A bidder chooses them before any other
//! bidder's are known, so nobody can choose the lots; whoever keeps a bid closed to change them gives
//! that bid up. Anyone can compute them again with `sha256sum`:
//!
//! - seed: SHA-256 of `landcycle draw 1` and the salts in order, each on a line;
//! - lot of a bid: the first 40 bits of SHA-256 of `landcycle lot 1`, the seed and the bid's digest, each
//!   on a line.

use super::Key;
use crate::chain::Digest;

/// Bits of a lot.
pub const LOT_BITS: u32 = 40;

/// The seed that opened bids give, in whatever order they come.
pub fn seed<'k>(keys: impl Iterator<Item = &'k Key>) -> Digest {
    let mut salts: Vec<&str> = keys.map(Key::salt).collect();
    salts.sort_unstable();
    let mut text = "landcycle draw 1\n".to_owned();
    for salt in salts {
        text.push_str(salt);
        text.push('\n');
    }
    Digest::of(text.as_bytes())
}

/// The lot of a bid: below 2 to the power of [`LOT_BITS`].
pub fn lot(seed: Digest, bid: Digest) -> u64 {
    let drawn = Digest::of(format!("landcycle lot 1\n{seed}\n{bid}\n").as_bytes());
    let bytes = drawn.as_bytes().iter().take(LOT_BITS as usize / 8);
    bytes.fold(0, |lot, byte| lot << 8 | u64::from(*byte))
}
