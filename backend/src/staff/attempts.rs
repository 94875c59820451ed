//! Failed log-ins: after a few by the same name from the same address each further one has to wait, twice as long each time.
//!
//! Kept in memory and bounded; who fills it with made-up names pushes out the oldest. A right password clears its own line only.

use lanterna_shared::time::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Failures that cost nothing.
const FREE: u32 = 5;
/// The longest wait, in milliseconds.
const LONGEST_MS: i64 = 15 * 60 * 1_000;
/// How many lines are kept.
const LINES: usize = 4_096;

#[derive(Clone, Copy)]
struct Line {
    failures: u32,
    last: Timestamp,
}

impl Line {
    /// Until when the next attempt has to wait.
    fn until(self) -> Timestamp {
        let doublings = self.failures.saturating_sub(FREE).min(20);
        let wait = if self.failures < FREE { 0 } else { 1_000_i64.saturating_mul(1 << doublings).min(LONGEST_MS) };
        self.last.plus_millis(wait)
    }
}

/// Who failed how often.
#[derive(Default)]
pub struct Attempts(Mutex<HashMap<[u8; 32], Line>>);

/// Names are kept as hashes: a memory dump lists nobody.
fn key(name: &str, from: IpAddr) -> [u8; 32] {
    Sha256::new().chain_update(name.as_bytes()).chain_update([0]).chain_update(from.to_string()).finalize().into()
}

impl Attempts {
    /// Seconds that this log-in has to wait, rounded up; `None` = it may be tried.
    pub fn must_wait(&self, name: &str, from: IpAddr, now: Timestamp) -> Option<u32> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = lines.get(&key(name, from))?.until().millis_since(now);
        (left > 0).then(|| u32::try_from(left.saturating_add(999) / 1_000).unwrap_or(u32::MAX))
    }

    /// It was tried and the password was right, or not.
    pub fn tried(&self, name: &str, from: IpAddr, was_right: bool, now: Timestamp) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(name, from);
        if was_right {
            lines.remove(&key);
            return;
        }
        if lines.len() >= LINES
            && !lines.contains_key(&key)
            && let Some(oldest) = lines.iter().min_by_key(|(_, line)| line.last).map(|(key, _)| *key)
        {
            lines.remove(&oldest);
        }
        let line = lines.entry(key).or_insert(Line { failures: 0, last: now });
        line.failures = line.failures.saturating_add(1);
        line.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn who_keeps_guessing_waits_longer_and_longer() {
        let attempts = Attempts::default();
        for _ in 0..4 {
            attempts.tried("anna", FROM, false, at(0));
        }
        assert_eq!(attempts.must_wait("anna", FROM, at(0)), None);
        attempts.tried("anna", FROM, false, at(0));
        assert_eq!(attempts.must_wait("anna", FROM, at(0)), Some(1));
        attempts.tried("anna", FROM, false, at(2));
        assert_eq!(attempts.must_wait("anna", FROM, at(2)), Some(2));
        for _ in 0..60 {
            attempts.tried("anna", FROM, false, at(2));
        }
        assert_eq!(attempts.must_wait("anna", FROM, at(2)), Some(900));
        assert_eq!(attempts.must_wait("berto", FROM, at(2)), None);
        attempts.tried("anna", FROM, true, at(2_000));
        assert_eq!(attempts.must_wait("anna", FROM, at(2_000)), None);
    }

    #[test]
    fn made_up_names_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        for name in 0..LINES + 10 {
            attempts.tried(&name.to_string(), FROM, false, at(i64::try_from(name).unwrap()));
        }
        assert_eq!(attempts.0.lock().unwrap().len(), LINES);
    }
}
