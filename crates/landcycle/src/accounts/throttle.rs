//! How often one address may try to sign in, and how often a name that nobody has is tried.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Addresses or names that are remembered at once; beyond it those that rest are forgotten, then all.
const REMEMBERED: usize = 10_000;

/// 限速 · recent attempts by address or name.
#[derive(Debug)]
pub(super) struct Throttle<K>(Mutex<HashMap<K, VecDeque<Timestamp>>>);

impl<K> Default for Throttle<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Throttle<K> {
    /// Counts an attempt, or says after how many seconds the next is heard: `most` within `window`.
    pub(super) fn attempt(
        &self,
        who: K,
        now: Timestamp,
        (most, window): (usize, SignedDuration),
    ) -> Result<(), i64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED && !all.contains_key(&who) {
            all.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < window));
            if all.len() >= REMEMBERED {
                all.clear();
            }
        }
        let times = all.entry(who).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= window) {
            times.pop_front();
        }
        if let Some(first) = times.front().filter(|_| times.len() >= most) {
            return Err((window - now.duration_since(*first)).as_secs().max(1));
        }
        times.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use jiff::{SignedDuration, Timestamp};

    use super::Throttle;

    #[test]
    fn one_address_waits_and_another_does_not() {
        let throttle: Throttle<IpAddr> = Throttle::default();
        let limit = (3, SignedDuration::from_secs(60));
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("a moment");
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let there = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        for second in 0..3 {
            assert_eq!(throttle.attempt(here, at(second), limit), Ok(()));
        }
        assert_eq!(throttle.attempt(here, at(10), limit), Err(50));
        assert_eq!(throttle.attempt(there, at(10), limit), Ok(()));
        assert_eq!(throttle.attempt(here, at(60), limit), Ok(()), "the first is forgotten");
        assert_eq!(throttle.attempt(here, at(60), limit), Err(1));
    }
}
