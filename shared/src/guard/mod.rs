//! Guards: whether a move may be made, beyond what the table of moves says, and what follows from it.
//!
//! The table ([`crate::moves`]) says which move leads from which status, by whom, and names what it asks for. Here what it asks for is checked
//! against what is known of the case ([`CaseFacts`]) and what the actor gave ([`MoveInput`]); the answer is either [`Effects`], everything that
//! changes, or a [`Refusal`] with a sentence that says what to do. It never looks anything up: what it needs to know stands in the facts. It never
//! allows what the table does not.
//!
//! The story in order: [`input`] is read from a request and bounded; [`facts`] are loaded by whoever keeps the case; [`check`] looks at the table,
//! then at who has the case, then at the row's own rule ([`passing`] for hand-offs and the arbiter, [`ending`] for evidence and refusals to act,
//! [`waiting`], [`joining`], [`voice`] for what citizens say); [`effects`] are then applied by rote, in one transaction.
//!
//! Decisions where DOMAIN.md leaves room:
//! - **"Do not know"** leaves the case `assigned` without an owner: that is with the dispatcher, who alone can `assign` it from there. It never goes
//!   back to `received`, because the citizen was told once that somebody has it.
//! - **The hand-off that spends the budget** still names the next owner, but the case is with the arbiter from then on, and nobody else moves it
//!   (only the last live reporter can still withdraw it). A further hand-off after the arbiter's decision goes straight back to the arbiter and
//!   changes no owner. So a case never has more hand-offs than its budget.
//! - **A case that is contested again** goes to the arbiter whoever contests it: a second failed repair is one, whether the reporter says so or two
//!   joiners do.
//! - **A lead that is joined itself** carries its followers along: they follow the new lead from then on, also when it is split off again.

pub mod code;
pub mod effects;
pub mod ending;
pub mod facts;
pub mod input;
mod joining;
mod passing;
mod promise;
pub mod refusal;
#[cfg(test)]
mod tests;
pub mod voice;
mod waiting;

pub use code::{DeclineReason, HandOffReason, Outcome};
pub use effects::{Effects, Said};
pub use facts::{CaseFacts, LeadFacts, Limits, Speaker, Voices};
pub use input::{Evidence, EvidencePhoto, MoveInput, NextOwner};
pub use refusal::Refusal;

use crate::case::CaseStatus;
use crate::moves::{self, Ask, Move};
use crate::role::Role;
use crate::time::Timestamp;

/// Milliseconds of a day of 24 hours.
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Whether `role` may make the move that `input` describes, and what follows.
///
/// `now` is the server's clock, on which windows and limits are measured.
///
/// # Errors
/// A [`Refusal`] that says what is in the way and what to do.
pub fn check(role: Role, input: &MoveInput, facts: &CaseFacts, limits: Limits, now: Timestamp) -> Result<Effects, Refusal> {
    let name = input.name();
    if name == Move::Withdraw && role == Role::Reporter {
        // A citizen can always take a report back; the table only says whether the case ends with it.
        return voice::withdraw(facts);
    }
    let rule = moves::rule(name, facts.status, role).ok_or(Refusal::NotInTable { name, status: facts.status })?;
    if facts.at_arbiter && name != Move::Arbitrate {
        return Err(Refusal::WithArbiter);
    }
    input.check()?;
    let asks = |ask| rule.asks.contains(&ask);
    if asks(Ask::AtArbiter) && !facts.at_arbiter {
        return Err(Refusal::NotWithArbiter);
    }
    if asks(Ask::AtDispatcher) && facts.owner.is_some() {
        return Err(Refusal::NotWithDispatcher);
    }
    if facts.owner.is_none() && needs_owner(name) {
        return Err(Refusal::NobodysYet);
    }
    let mut effects = Effects::stay(facts);
    effects.enter(rule.target(facts.before), facts);
    match input {
        MoveInput::TakeCharge | MoveInput::Start | MoveInput::Stop { .. } => {}
        MoveInput::Assign { owner } | MoveInput::Arbitrate { owner, .. } => {
            effects.owner = Some(owner.clone());
            effects.at_arbiter = false;
        }
        MoveInput::Plan { date } => waiting::plan(&mut effects, *date, now)?,
        MoveInput::Ask { .. } => waiting::ask(&mut effects, facts, limits, now)?,
        MoveInput::Wait { until, .. } => waiting::wait(&mut effects, facts, limits, *until, now)?,
        MoveInput::Resume { answer } => waiting::resume(role, answer.as_deref(), facts, now)?,
        MoveInput::Resolve { outcome, evidence } => ending::resolve(&mut effects, facts, limits, *outcome, evidence, now)?,
        MoveInput::Decline { .. } => ending::window(&mut effects, limits, now),
        MoveInput::HandOff { to, .. } => passing::hand_off(&mut effects, facts, limits, to)?,
        MoveInput::Join { lead } => joining::join(&mut effects, facts, *lead)?,
        MoveInput::Split => effects.lead = None,
        MoveInput::Confirm => voice::confirm(&mut effects, role, facts, now)?,
        MoveInput::Contest { .. } => voice::contest(&mut effects, facts, now)?,
        MoveInput::Reopen { .. } => effects.fresh_clock = true,
        // Answered above.
        MoveInput::Withdraw => return voice::withdraw(facts),
    }
    Ok(effects)
}

/// The moves that only whoever has the case can make: without an owner there is nobody to make them.
const fn needs_owner(name: Move) -> bool {
    matches!(name, Move::TakeCharge | Move::Plan | Move::Start | Move::Stop | Move::Wait | Move::HandOff)
}

/// Whether a screen should offer the move: the table allows it and no fact stands against it, whatever the actor will give.
pub fn is_open_to(role: Role, name: Move, facts: &CaseFacts) -> bool {
    let Some(rule) = moves::rule(name, facts.status, role) else { return false };
    let is_arbiters = (name == Move::Arbitrate) == facts.at_arbiter;
    let is_dispatchers = !rule.asks.contains(&Ask::AtDispatcher) || facts.owner.is_none();
    let is_reachable = !rule.asks.contains(&Ask::Question) || facts.can_be_asked;
    is_arbiters && is_dispatchers && is_reachable && (facts.owner.is_some() || !needs_owner(name))
}

/// Whether a case in this status remembers the one before it.
pub const fn remembers(status: CaseStatus) -> bool {
    matches!(status, CaseStatus::WaitingReporter | CaseStatus::WaitingOther | CaseStatus::Duplicate)
}
