//! What a store says about promises: sweeps that find the broken ones, and leases so that one process at a time sweeps.

use lanterna_shared::time::Timestamp;

/// What came of one sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BreachSweep {
    /// Broken promises that no sweep has told of before, those that a move has found meanwhile among them. Over all processes each is told once.
    pub breaches: u64,
    /// Whether there may be more: sweep again at once.
    pub more: bool,
}

/// A job of the background that one process at a time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Job {
    /// Finding broken promises.
    Breaches,
}

impl Job {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaches => "breaches",
        }
    }
}

/// The longest that anybody holds a lease without renewing it, in milliseconds: one that lies further ahead was taken by a clock that was wrong.
pub const MAX_LEASE_MS: i64 = 60 * 60 * 1_000;

/// The right to do a job until some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Which job.
    pub job: Job,
    /// Who: drawn anew by every process.
    pub holder: [u8; 16],
    /// Until when; at most [`MAX_LEASE_MS`] ahead.
    pub until: Timestamp,
}
