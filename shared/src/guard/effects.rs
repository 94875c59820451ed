//! Everything that a move changes, as values: whoever keeps the case writes them down by rote.

use crate::case::CaseStatus;
use crate::id::CaseId;
use crate::service::DepartmentCode;
use crate::time::Timestamp;

use super::facts::CaseFacts;
use super::remembers;

/// What a citizen says of the end of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is so.
    Done,
    /// It is not.
    NotDone,
}

/// A case after a move, as far as moves decide about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effects {
    /// The status.
    pub status: CaseStatus,
    /// See [`CaseFacts::before`].
    pub before: Option<CaseStatus>,
    /// See [`CaseFacts::owner`].
    pub owner: Option<DepartmentCode>,
    /// See [`CaseFacts::hand_offs`].
    pub hand_offs: u8,
    /// See [`CaseFacts::at_arbiter`]. From `false` to `true` the arbiter's own clock starts.
    pub at_arbiter: bool,
    /// Whether the promise counts anew from now on.
    pub fresh_clock: bool,
    /// See [`CaseFacts::contests`].
    pub contests: u32,
    /// Whether a round of voices begins: what was said before counts no more.
    pub new_round: bool,
    /// See [`CaseFacts::times_out_at`].
    pub times_out_at: Option<Timestamp>,
    /// See [`CaseFacts::waiting_since`].
    pub waiting_since: Option<Timestamp>,
    /// See [`CaseFacts::planned_for`].
    pub planned_for: Option<Timestamp>,
    /// See [`CaseFacts::lead`].
    pub lead: Option<CaseId>,
    /// What the citizen said, to be kept with this round.
    pub said: Option<Said>,
}

impl Effects {
    /// Nothing changes.
    pub fn stay(facts: &CaseFacts) -> Self {
        Self {
            status: facts.status,
            before: facts.before,
            owner: facts.owner.clone(),
            hand_offs: facts.hand_offs,
            at_arbiter: facts.at_arbiter,
            fresh_clock: false,
            contests: facts.contests,
            new_round: false,
            times_out_at: facts.times_out_at,
            waiting_since: facts.waiting_since,
            planned_for: facts.planned_for,
            lead: facts.lead,
            said: None,
        }
    }

    /// Goes to `status`: what belongs to the old one ends. A case that already waits and then waits for somebody else, or is joined, keeps where it
    /// was before all that.
    pub(super) fn enter(&mut self, status: CaseStatus, facts: &CaseFacts) {
        self.status = status;
        self.before = remembers(status).then(|| facts.before.filter(|_| remembers(facts.status)).unwrap_or(facts.status));
        self.times_out_at = None;
        self.waiting_since = None;
        // A date stands while the case is planned, and while it waits until it is again.
        let is_planned = status == CaseStatus::Scheduled || self.before == Some(CaseStatus::Scheduled);
        self.planned_for = self.planned_for.filter(|_| is_planned);
    }
}
