//! Whose a case is: hand-offs and their budget.

use super::effects::Effects;
use super::facts::{CaseFacts, Limits};
use super::input::NextOwner;
use super::refusal::Refusal;

/// "Not ours". Within the budget the case goes to the next owner and the hand-off counts; the one that spends the budget puts it with the arbiter.
/// With a budget that was spent before, the case goes to the arbiter as it is. No hand-off resets the clock.
pub(super) fn hand_off(effects: &mut Effects, facts: &CaseFacts, limits: Limits, to: &NextOwner) -> Result<(), Refusal> {
    let next = match to {
        NextOwner::Department(code) if facts.owner.as_ref() == Some(code) => return Err(Refusal::SameOwner),
        NextOwner::Department(code) => Some(code.clone()),
        NextOwner::DoNotKnow => None,
    };
    if facts.hand_offs < limits.hand_off_budget {
        effects.owner = next;
        effects.hand_offs = facts.hand_offs.saturating_add(1);
    }
    effects.at_arbiter = effects.hand_offs >= limits.hand_off_budget;
    Ok(())
}
