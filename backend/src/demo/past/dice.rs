//! What the demo's past leaves to chance: one stream of numbers from a seed, the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Decisions from a seed.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The same seed gives the same decisions.
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = *b"a past for lanterna's demo city.";
        bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(to, from)| *to ^= from);
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// From 0 to 1, 1 excluded.
    pub(super) fn unit(&mut self) -> f64 {
        // 32 bits are more than any decision here can show.
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }

    /// Whether something happens that happens so often.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index below `count`; `None` for 0.
    pub(super) fn below(&mut self, count: usize) -> Option<usize> {
        let most = u32::try_from(count).ok().filter(|count| *count > 0)?;
        // The bias of a remainder of 2^32 is below one in a million for lists of this size.
        usize::try_from(self.0.next_u32() % most).ok()
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len())?)
    }

    /// An index, each as likely as its weight says; `None` where all weights are 0.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
        let total: f64 = weights.clone().sum();
        let mut at = self.unit() * total;
        let mut last = None;
        for (index, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            last = Some(index);
            if at < weight {
                break;
            }
            at -= weight;
        }
        last
    }

    /// About a bell, from -3 to 3, with a spread of 1 (Irwin and Hall: twelve units less six has variance 1; four scaled are enough here).
    pub(super) fn bell(&mut self) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 3_f64.sqrt()
    }

    /// A stretch of time whose median is `median_ms` and that is now and then several times as long, as work is.
    pub(super) fn stretch_ms(&mut self, median_ms: i64) -> i64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "hours and days in milliseconds are far below 2^52"
        )]
        let stretched = (median_ms as f64 * 2_f64.powf(self.bell())) as i64;
        stretched.max(1)
    }

    /// Random bytes, for ids.
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide_how_often() {
        let mut dice = Dice::new(1);
        let mut counts = [0_u32; 3];
        for _ in 0..3_000 {
            counts[dice.weighted([1.0, 0.0, 2.0].into_iter()).unwrap()] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((900..1_100).contains(&counts[0]), "{counts:?}");
        assert_eq!(dice.weighted([0.0].into_iter()), None);
        assert_eq!(dice.pick::<u8>(&[]), None);
    }

    #[test]
    fn half_of_all_stretches_are_shorter_than_their_median() {
        let mut dice = Dice::new(2);
        let shorter = (0..2_000).filter(|_| dice.stretch_ms(3_600_000) < 3_600_000).count();
        assert!((900..1_100).contains(&shorter), "{shorter}");
    }
}
