//! Randomness from a seed that the host drew: ids, secrets, receipt codes, jitter.
//!
//! `ChaCha12` seeded with 32 bytes of the operating system's randomness is good enough for secrets; seeded with a number it makes a simulation repeat.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The engine's source of randomness.
pub struct Entropy(ChaCha12Rng);

impl Entropy {
    /// From 32 bytes. A host takes them from the operating system, fresh for every start.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from `low` to `high`, both included; `low` when `high` is not above it.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        match high.checked_sub(low).and_then(|span| span.checked_add(1)) {
            Some(span) if span > 1 => low + self.bits() % span,
            _ => low,
        }
    }
}
