//! How a case ends: with an outcome that is one, evidence for it, and a window in which citizens can say that it is not so.

use crate::time::Timestamp;

use super::DAY_MS;
use super::code::Outcome;
use super::effects::Effects;
use super::facts::{CaseFacts, Limits};
use super::input::Evidence;
use super::promise::is_a_promise;
use super::refusal::Refusal;

/// How far from the case's position somebody may stand and still be there, in metres: the length of a city block, with the error of a receiver
/// between houses.
pub const PRESENCE_MAX_M: u32 = 100;
/// For how many minutes after it presence proves anything.
pub const PRESENCE_MAX_MINUTES: i64 = 60;

/// Evidence for an outcome, then the window.
pub(super) fn resolve(
    effects: &mut Effects,
    facts: &CaseFacts,
    limits: Limits,
    outcome: Outcome,
    evidence: &Evidence,
    now: Timestamp,
) -> Result<(), Refusal> {
    match evidence {
        Evidence::Photos(_) if !facts.photos_count => return Err(Refusal::PhotosDoNotCount),
        Evidence::Presence { .. } if !outcome.is_on_site() => return Err(Refusal::NoPresenceForAnswer),
        Evidence::Presence { .. } if !facts.has_position => return Err(Refusal::NoPlace),
        Evidence::Presence { distance_m, .. } if *distance_m > PRESENCE_MAX_M => return Err(Refusal::TooFar),
        Evidence::Presence { at, .. } if !(0..=PRESENCE_MAX_MINUTES * 60_000).contains(&now.millis_since(*at)) => {
            return Err(Refusal::NotThen);
        }
        Evidence::Exemption { reason } if is_a_promise(reason) => return Err(Refusal::OnlyPromised),
        Evidence::Photos(_) | Evidence::Presence { .. } | Evidence::Exemption { .. } => {}
    }
    window(effects, limits, now);
    Ok(())
}

/// The days begin in which citizens can say that it is not so; what they said of an earlier end counts no more.
pub(super) fn window(effects: &mut Effects, limits: Limits, now: Timestamp) {
    effects.new_round = true;
    effects.times_out_at = Some(now.plus_millis(i64::from(limits.contest_days).saturating_mul(DAY_MS)));
}
