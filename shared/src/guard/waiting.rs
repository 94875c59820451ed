//! Dates and waiting: nothing waits for ever.

use crate::case::CaseStatus;
use crate::role::Role;
use crate::time::Timestamp;

use super::DAY_MS;
use super::effects::Effects;
use super::facts::{CaseFacts, Limits};
use super::refusal::Refusal;

/// How far ahead something can be planned, in days.
const PLAN_MAX_DAYS: i64 = 366;

/// A date for the citizen.
pub(super) fn plan(effects: &mut Effects, date: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    if date <= now || date.millis_since(now) > PLAN_MAX_DAYS * DAY_MS {
        return Err(Refusal::DateOutOfBounds);
    }
    effects.planned_for = Some(date);
    Ok(())
}

/// The last moment of waiting. Who waits for one and then for another waits once: asking while waiting does not begin the days anew.
fn limit(facts: &CaseFacts, limits: Limits, now: Timestamp) -> (Timestamp, Timestamp) {
    let since = facts.waiting_since.unwrap_or(now);
    (since, since.plus_millis(i64::from(limits.waiting_days).saturating_mul(DAY_MS)))
}

/// A question to somebody who can answer.
pub(super) fn ask(effects: &mut Effects, facts: &CaseFacts, limits: Limits, now: Timestamp) -> Result<(), Refusal> {
    if !facts.can_be_asked {
        return Err(Refusal::CannotBeAsked);
    }
    let (since, until) = limit(facts, limits, now);
    effects.waiting_since = Some(since);
    effects.times_out_at = Some(until);
    Ok(())
}

/// For somebody else, until a day.
pub(super) fn wait(effects: &mut Effects, facts: &CaseFacts, limits: Limits, until: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let (since, last) = limit(facts, limits, now);
    if until <= now {
        return Err(Refusal::DateOutOfBounds);
    }
    if until > last {
        return Err(Refusal::WaitsTooLong(limits.waiting_days));
    }
    effects.waiting_since = Some(since);
    effects.times_out_at = Some(until);
    Ok(())
}

/// On again: by the reporter's answer to the question, by the owner, or by the system when the days are over.
pub(super) fn resume(role: Role, answer: Option<&str>, facts: &CaseFacts, now: Timestamp) -> Result<(), Refusal> {
    match role {
        Role::System if facts.times_out_at.is_none_or(|at| at > now) => Err(Refusal::TooEarly),
        Role::Reporter if facts.status != CaseStatus::WaitingReporter || answer.is_none() => Err(Refusal::NotAsked),
        Role::Reporter if facts.speaker.is_none_or(|speaker| !speaker.is_reporter) => Err(Refusal::NotAsked),
        _ => Ok(()),
    }
}
