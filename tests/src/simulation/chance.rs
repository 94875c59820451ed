//! Everything that a run leaves to chance: one stream of numbers from the seed, and how rough the run is.
//!
//! A run is rough in some ways and calm in others, drawn anew for every seed: a fault that only shows where clocks jump and replies get lost, but
//! nothing else disturbs, is found sooner than where everything breaks all the time.

use lanterna_core::entropy::Entropy;

/// The one source of decisions of a run.
pub(super) struct Chance(Entropy);

impl Chance {
    /// From a seed; the same seed gives the same decisions on every machine.
    pub(super) fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(b"lanterna");
        Self(Entropy::from_seed(bytes))
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.between(low, high)
    }

    /// An index below `count`; 0 where there is nothing to choose.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let most = u64::try_from(count.saturating_sub(1)).unwrap();
        usize::try_from(self.0.between(0, most)).unwrap()
    }

    /// Whether something happens that happens `per_mille` times in a thousand. Nothing is drawn for 0.
    pub(super) fn happens(&mut self, per_mille: u64) -> bool {
        per_mille > 0 && self.0.between(1, 1_000) <= per_mille
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// The same, where there may be none.
    pub(super) fn pick_copy<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(*self.pick(of)) }
    }

    /// Random bytes.
    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0.bytes()
    }
}

/// How rough a run is. Rates are per mille of the occasions that the field names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roughness {
    /// Of requests: they never arrive.
    pub(super) drop_request: u64,
    /// Of replies: they never arrive.
    pub(super) drop_reply: u64,
    /// Of requests: the server gets them twice.
    pub(super) duplicate: u64,
    /// Of replies and upload bodies: they break off in the middle.
    pub(super) truncate: u64,
    /// Of requests: something on the way answers instead of the server.
    pub(super) meddle: u64,
    /// The longest that a message travels, in milliseconds; over 20 s it arrives after its sender gave up.
    pub(super) slowest_ms: u64,
    /// Of changes of weather: to no connection, to one that only sends, to a portal.
    pub(super) bad_weather: u64,
    /// Of inputs to a device: power is cut at one of the commits that it makes.
    pub(super) cut_at_commit: u64,
    /// Of inputs to a device: power is cut between the effects that it asks for.
    pub(super) cut_between_effects: u64,
    /// Of inputs to a device: a commit fails, as on a full disk.
    pub(super) failed_commit: u64,
    /// Of file writes: they fail, as on a full disk.
    pub(super) failed_write: u64,
    /// Of renderings: the host's worker ends early.
    pub(super) failed_render: u64,
    /// Of acts: the device is killed.
    pub(super) kill: u64,
    /// Of acts: the device is suspended for a while.
    pub(super) pause: u64,
    /// Of acts: the wall clock jumps.
    pub(super) clock_jump: u64,
    /// Of the server's transactions: power is cut before the commit, or after it and before the reply.
    pub(super) server_cut: u64,
    /// Of the server's transactions: the commit fails and nothing is written.
    pub(super) server_failure: u64,
    /// Of the officer's turns: expired uploads are swept away, some before their time.
    pub(super) sweep: u64,
    /// Of drafts: a category that the server does not offer (any more).
    pub(super) unknown_service: u64,
}

impl Roughness {
    /// Draws it; about half of the rates are 0.
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let mut rate = |most: u64| if chance.happens(500) { 0 } else { chance.between(1, most) };
        Self {
            drop_request: rate(250),
            drop_reply: rate(300),
            duplicate: rate(200),
            truncate: rate(150),
            meddle: rate(150),
            slowest_ms: 200 + rate(60_000),
            bad_weather: rate(700),
            cut_at_commit: rate(30),
            cut_between_effects: rate(30),
            failed_commit: rate(20),
            failed_write: rate(60),
            failed_render: rate(100),
            kill: rate(80),
            pause: rate(50),
            clock_jump: rate(100),
            server_cut: rate(40),
            server_failure: rate(60),
            sweep: rate(200),
            unknown_service: rate(100),
        }
    }

    /// Whether the device's own storage fails at times.
    pub(super) fn storage_fails(&self) -> bool {
        self.failed_commit > 0 || self.failed_write > 0
    }
}
