//! Joins: one case leads, the others follow it. A lead is never joined itself, so there are no chains and no cycles.

use crate::id::CaseId;

use super::effects::Effects;
use super::facts::CaseFacts;
use super::refusal::Refusal;

/// Follows an open case that follows none. The cases that follow this one follow the new lead from then on.
pub(super) fn join(effects: &mut Effects, facts: &CaseFacts, lead: CaseId) -> Result<(), Refusal> {
    if lead == facts.case {
        return Err(Refusal::LeadsItself);
    }
    // Duplicate is not open, so an open lead is not joined itself.
    let found = facts.wanted_lead.filter(|found| found.case == lead && found.status.is_open());
    effects.lead = Some(found.ok_or(Refusal::NoSuchLead)?.case);
    Ok(())
}
