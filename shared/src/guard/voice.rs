//! What citizens say of their case: it is done, it is not, I take it back.

use crate::case::CaseStatus;
use crate::merge::{WithdrawPlan, plan_withdraw};
use crate::role::Role;
use crate::time::Timestamp;

use super::effects::{Effects, Said};
use super::facts::CaseFacts;
use super::refusal::Refusal;

/// How many different joiners have to say "not fixed" for the case to open again; of the reporter it takes one word.
pub const JOINERS_TO_CONTEST: u32 = 2;

/// Whether the window that began with the end of the case is over.
fn is_over(facts: &CaseFacts, now: Timestamp) -> bool {
    facts.times_out_at.is_none_or(|at| at <= now)
}

/// Back to where the case was: the citizen was heard, and that is all.
fn only_heard(effects: &mut Effects, facts: &CaseFacts, said: Said) {
    *effects = Effects { said: Some(said), ..Effects::stay(facts) };
}

/// "It is so": closes the case once everybody with a live report has said it. After the window the system says it for those who said nothing.
pub(super) fn confirm(effects: &mut Effects, role: Role, facts: &CaseFacts, now: Timestamp) -> Result<(), Refusal> {
    if role == Role::System {
        return if is_over(facts, now) { Ok(()) } else { Err(Refusal::TooEarly) };
    }
    if facts.speaker.is_none() {
        return Err(Refusal::NotAReporter);
    }
    if is_over(facts, now) {
        return Err(Refusal::WindowOver);
    }
    if facts.voices.others_done.saturating_add(1) < facts.voices.live {
        only_heard(effects, facts, Said::Done);
    } else {
        effects.said = Some(Said::Done);
    }
    Ok(())
}

/// "Not fixed": the reporter's word opens the case again, of joiners it takes two. The first time it goes back to the same owner, with a fresh clock;
/// after that to the arbiter.
pub(super) fn contest(effects: &mut Effects, facts: &CaseFacts, now: Timestamp) -> Result<(), Refusal> {
    let speaker = facts.speaker.ok_or(Refusal::NotAReporter)?;
    if is_over(facts, now) {
        return Err(Refusal::WindowOver);
    }
    let joiners = facts.voices.other_joiners_not_done.saturating_add(1);
    if !speaker.is_reporter && joiners < JOINERS_TO_CONTEST {
        only_heard(effects, facts, Said::NotDone);
        return Ok(());
    }
    effects.said = Some(Said::NotDone);
    effects.fresh_clock = true;
    effects.at_arbiter = facts.contests > 0;
    effects.contests = facts.contests.saturating_add(1);
    Ok(())
}

/// Takes a report back. The case ends only with its last live report and while no work has begun.
pub(super) fn withdraw(facts: &CaseFacts) -> Result<Effects, Refusal> {
    let speaker = facts.speaker.ok_or(Refusal::NotAReporter)?;
    let mut effects = Effects::stay(facts);
    if plan_withdraw(facts.status, speaker.other_live_reports, facts.work_begun) == WithdrawPlan::EndCase {
        effects.enter(CaseStatus::Withdrawn, facts);
        effects.at_arbiter = false;
    }
    Ok(effects)
}
