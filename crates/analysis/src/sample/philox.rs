//! Philox4x32-10, the counter-based generator of Salmon et al. (Random123).
//!
//! **Invariant:** a pure function of key and counter; there is no stream to get out of step.

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: u32 = 10;

/// Four random words for a key and a counter.
#[inline]
pub(super) fn philox4x32(key: [u32; 2], counter: [u32; 4]) -> [u32; 4] {
    let mut key = key;
    let mut word = counter;
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let low = u64::from(MULTIPLIER[0]) * u64::from(word[0]);
        let high = u64::from(MULTIPLIER[1]) * u64::from(word[2]);
        word = [
            (high >> 32) as u32 ^ word[1] ^ key[0],
            high as u32,
            (low >> 32) as u32 ^ word[3] ^ key[1],
            low as u32,
        ];
    }
    word
}

#[cfg(test)]
mod tests {
    use super::philox4x32;

    #[test]
    fn the_random123_vectors_hold() {
        let vectors = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in vectors {
            assert_eq!(philox4x32(key, counter), expected);
        }
    }
}
