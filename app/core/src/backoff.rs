//! When a lane may try again: decorrelated jitter (SYNC.md, "Back-off, clocks, auth").
//!
//! The next wait is drawn between the base and three times the last one, and never over the cap, so that a thousand devices that lost the same
//! server do not come back together. Source: Marc Brooker, "Exponential Backoff And Jitter", 2015.

use crate::entropy::Entropy;

/// The shortest wait, in milliseconds.
pub const BASE_MS: u64 = 1_000;
/// The longest wait, in milliseconds: an attempt starts within 15 minutes, always.
pub const CAP_MS: u64 = 15 * 60 * 1_000;

/// One lane's back-off.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    last_wait_ms: u64,
    /// By the clock that only goes forward; 0 = at once.
    not_before_ms: u64,
}

impl Backoff {
    /// An attempt failed at `up_ms`. `retry_after_ms` is what the server asked for, if it did; it is honoured up to the cap.
    pub fn failed(&mut self, up_ms: u64, retry_after_ms: Option<u64>, entropy: &mut Entropy) {
        let drawn = entropy.between(BASE_MS, self.last_wait_ms.saturating_mul(3).max(BASE_MS)).min(CAP_MS);
        self.last_wait_ms = drawn;
        self.not_before_ms = up_ms.saturating_add(drawn.max(retry_after_ms.unwrap_or(0)).min(CAP_MS));
    }

    /// An attempt succeeded, connectivity changed, or a person asked.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether an attempt failed since the last reset.
    pub fn is_waiting(&self) -> bool {
        self.last_wait_ms > 0
    }

    /// From when an attempt may start.
    pub fn not_before_ms(&self) -> u64 {
        self.not_before_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_the_base_and_never_pass_the_cap() {
        let (mut entropy, mut backoff) = (Entropy::from_seed([7; 32]), Backoff::default());
        for attempt in 0..200 {
            backoff.failed(1_000_000, None, &mut entropy);
            let wait = backoff.not_before_ms() - 1_000_000;
            assert!((BASE_MS..=CAP_MS).contains(&wait), "attempt {attempt} waits {wait}");
        }
        assert!(backoff.last_wait_ms > BASE_MS);
        backoff.reset();
        assert_eq!(backoff.not_before_ms(), 0);
    }

    #[test]
    fn what_the_server_asks_for_is_honoured_up_to_the_cap() {
        let (mut entropy, mut backoff) = (Entropy::from_seed([7; 32]), Backoff::default());
        backoff.failed(0, Some(60_000), &mut entropy);
        assert_eq!(backoff.not_before_ms(), 60_000);
        backoff.failed(0, Some(u64::MAX), &mut entropy);
        assert_eq!(backoff.not_before_ms(), CAP_MS);
    }
}
