//! The one table of moves: what may happen to a case, by whom, and what it asks for.
//!
//! The server refuses by it and every screen offers by it, so no screen can offer what the server would refuse. The table is DOMAIN.md's; guards
//! that need more than a status (budget, evidence, windows) are named by [`Ask`] and checked where the facts are.

use serde::{Deserialize, Serialize};

use crate::case::CaseStatus;
use crate::role::Role;
use CaseStatus::{
    Accepted, Assigned, Closed, Declined, Duplicate, InProgress, Received, Resolved, Scheduled, WaitingOther, WaitingReporter, Withdrawn,
};

/// A named change of status. Ops and buttons carry the move, not only its target.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Give a case without owner to one.
    Assign,
    /// The owner takes charge.
    TakeCharge,
    /// The owner names a date.
    Plan,
    /// Work begins.
    Start,
    /// Work ends without a result; a visit is recorded.
    Stop,
    /// Ask the reporter.
    Ask,
    /// Wait for somebody else.
    Wait,
    /// Go on after waiting.
    Resume,
    /// Done, with an outcome and evidence.
    Resolve,
    /// Will not be done.
    Decline,
    /// Not ours: to another department. Counts against the budget.
    HandOff,
    /// The arbiter decides whose it is.
    Arbitrate,
    /// Join a lead case.
    Join,
    /// Undo a join.
    Split,
    /// The reporter says yes, or the contest window ends.
    Confirm,
    /// The reporter says "not fixed".
    Contest,
    /// A supervisor opens a closed case again.
    Reopen,
    /// The last live reporter takes it back.
    Withdraw,
}

/// Where a move leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this status.
    To(CaseStatus),
    /// To the status that was stored when the case was set waiting or joined.
    Before,
}

/// What a move asks for beside the right status and role.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// The department or partner that shall own the case.
    Owner,
    /// A date.
    Date,
    /// A reason in words.
    Reason,
    /// A reason from a list.
    ReasonCode,
    /// A question to a reporter who can be reached.
    Question,
    /// For whom the case waits and until when.
    WhomAndUntil,
    /// An outcome code and evidence: a photo, presence, or an exemption with a reason.
    Evidence,
    /// The next owner, or "do not know" (→ dispatcher), within the hand-off budget.
    NextOwner,
    /// An open case that is not joined itself.
    LeadCase,
    /// That the case is with the arbiter.
    AtArbiter,
    /// That the case is with the dispatcher because its owner did not know whose it is.
    AtDispatcher,
    /// That no other live reporter is left.
    LastReporter,
}

/// One row of the table.
#[derive(Debug)]
pub struct MoveRule {
    /// Its name.
    pub name: Move,
    /// The statuses it may start from.
    pub from: &'static [CaseStatus],
    /// Where it leads.
    pub to: Target,
    /// Who may make it.
    pub who: &'static [Role],
    /// What it asks for.
    pub asks: &'static [Ask],
}

/// From everything that is open but not yet assigned to anybody.
const OPEN_BUT_RECEIVED: &[CaseStatus] = &[Assigned, Accepted, Scheduled, InProgress, WaitingReporter, WaitingOther];

/// The table of DOMAIN.md, whole. `resolve` stands in two rows because who may do it differs, `assign` because a case that was handed off with "do not
/// know" is assigned, but to the dispatcher.
pub const MOVES: &[MoveRule] = &[
    MoveRule {
        name: Move::Assign,
        from: &[Received],
        to: Target::To(Assigned),
        who: &[Role::Routing, Role::Dispatcher],
        asks: &[Ask::Owner],
    },
    MoveRule {
        name: Move::Assign,
        from: &[Assigned],
        to: Target::To(Assigned),
        who: &[Role::Dispatcher],
        asks: &[Ask::AtDispatcher, Ask::Owner],
    },
    MoveRule { name: Move::TakeCharge, from: &[Assigned], to: Target::To(Accepted), who: &[Role::Officer, Role::Partner], asks: &[] },
    MoveRule {
        name: Move::Plan,
        from: &[Assigned, Accepted, InProgress],
        to: Target::To(Scheduled),
        who: &[Role::Officer, Role::Partner],
        asks: &[Ask::Date],
    },
    MoveRule {
        name: Move::Start,
        from: &[Assigned, Accepted, Scheduled],
        to: Target::To(InProgress),
        who: &[Role::Crew, Role::Officer, Role::Partner],
        asks: &[],
    },
    MoveRule {
        name: Move::Stop,
        from: &[InProgress],
        to: Target::To(Accepted),
        who: &[Role::Crew, Role::Officer, Role::Partner],
        asks: &[Ask::Reason],
    },
    MoveRule {
        name: Move::Ask,
        from: CaseStatus::OPEN,
        to: Target::To(WaitingReporter),
        who: &[Role::Officer, Role::Dispatcher, Role::Partner],
        asks: &[Ask::Question],
    },
    MoveRule {
        name: Move::Wait,
        from: OPEN_BUT_RECEIVED,
        to: Target::To(WaitingOther),
        who: &[Role::Officer, Role::Partner, Role::Crew],
        asks: &[Ask::WhomAndUntil],
    },
    MoveRule {
        name: Move::Resume,
        from: &[WaitingReporter, WaitingOther],
        to: Target::Before,
        who: &[Role::Reporter, Role::Officer, Role::Partner, Role::Crew, Role::System],
        asks: &[],
    },
    MoveRule {
        name: Move::Resolve,
        from: OPEN_BUT_RECEIVED,
        to: Target::To(Resolved),
        who: &[Role::Crew, Role::Officer, Role::Partner, Role::Dispatcher],
        asks: &[Ask::Evidence],
    },
    MoveRule { name: Move::Resolve, from: &[Received], to: Target::To(Resolved), who: &[Role::Dispatcher], asks: &[Ask::Evidence] },
    MoveRule {
        name: Move::Decline,
        from: CaseStatus::OPEN,
        to: Target::To(Declined),
        who: &[Role::Officer, Role::Dispatcher, Role::Partner],
        asks: &[Ask::ReasonCode],
    },
    MoveRule {
        name: Move::HandOff,
        from: &[Assigned, Accepted, Scheduled, InProgress, WaitingOther],
        to: Target::To(Assigned),
        who: &[Role::Officer, Role::Partner, Role::Crew],
        asks: &[Ask::ReasonCode, Ask::NextOwner],
    },
    MoveRule {
        name: Move::Arbitrate,
        from: &[Assigned],
        to: Target::To(Assigned),
        who: &[Role::Supervisor],
        asks: &[Ask::AtArbiter, Ask::Owner],
    },
    MoveRule {
        name: Move::Join,
        from: CaseStatus::OPEN,
        to: Target::To(Duplicate),
        who: &[Role::Dispatcher, Role::Officer],
        asks: &[Ask::LeadCase],
    },
    MoveRule { name: Move::Split, from: &[Duplicate], to: Target::Before, who: &[Role::Dispatcher, Role::Officer], asks: &[] },
    MoveRule { name: Move::Confirm, from: &[Resolved, Declined], to: Target::To(Closed), who: &[Role::Reporter, Role::System], asks: &[] },
    MoveRule { name: Move::Contest, from: &[Resolved, Declined], to: Target::To(Assigned), who: &[Role::Reporter], asks: &[] },
    MoveRule { name: Move::Reopen, from: &[Closed], to: Target::To(Assigned), who: &[Role::Supervisor], asks: &[Ask::Reason] },
    MoveRule {
        name: Move::Withdraw,
        from: &[Received, Assigned, Accepted, Scheduled, WaitingReporter, WaitingOther],
        to: Target::To(Withdrawn),
        who: &[Role::Reporter],
        asks: &[Ask::LastReporter],
    },
];

/// The row by which `role` may make `name` from `status`; `None` = it may not.
pub fn rule(name: Move, status: CaseStatus, role: Role) -> Option<&'static MoveRule> {
    MOVES.iter().find(|row| row.name == name && row.from.contains(&status) && row.who.contains(&role))
}

/// Everything that `role` may do from `status`, in the order of the table. What screens offer.
pub fn legal(status: CaseStatus, role: Role) -> impl Iterator<Item = &'static MoveRule> {
    MOVES.iter().filter(move |row| row.from.contains(&status) && row.who.contains(&role))
}

impl MoveRule {
    /// The status after the move; `before` is the stored status of a waiting or joined case.
    pub fn target(&self, before: Option<CaseStatus>) -> CaseStatus {
        match self.to {
            Target::To(status) => status,
            // A case that waits or is joined always has one; one without goes where somebody looks at it.
            Target::Before => before.unwrap_or(Received),
        }
    }
}

impl Move {
    /// Every move there is.
    pub const ALL: [Self; 18] = [
        Self::Assign,
        Self::TakeCharge,
        Self::Plan,
        Self::Start,
        Self::Stop,
        Self::Ask,
        Self::Wait,
        Self::Resume,
        Self::Resolve,
        Self::Decline,
        Self::HandOff,
        Self::Arbitrate,
        Self::Join,
        Self::Split,
        Self::Confirm,
        Self::Contest,
        Self::Reopen,
        Self::Withdraw,
    ];

    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::TakeCharge => "take_charge",
            Self::Plan => "plan",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Ask => "ask",
            Self::Wait => "wait",
            Self::Resume => "resume",
            Self::Resolve => "resolve",
            Self::Decline => "decline",
            Self::HandOff => "hand_off",
            Self::Arbitrate => "arbitrate",
            Self::Join => "join",
            Self::Split => "split",
            Self::Confirm => "confirm",
            Self::Contest => "contest",
            Self::Reopen => "reopen",
            Self::Withdraw => "withdraw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// One step of anybody, with every status that could be stored as "before".
    fn next(status: CaseStatus, before: Option<CaseStatus>) -> Vec<(CaseStatus, Option<CaseStatus>)> {
        MOVES
            .iter()
            .filter(|row| row.from.contains(&status))
            .map(|row| {
                let to = row.target(before);
                let keeps = matches!(to, WaitingReporter | WaitingOther | Duplicate);
                (
                    to,
                    if keeps {
                        before.filter(|_| !matches!(status, Received | Assigned | Accepted | Scheduled | InProgress)).or(Some(status))
                    } else {
                        None
                    },
                )
            })
            .collect()
    }

    fn reachable(start: (CaseStatus, Option<CaseStatus>)) -> BTreeSet<(CaseStatus, Option<CaseStatus>)> {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![start]);
        while let Some(state) = todo.pop() {
            if seen.insert(state) {
                todo.extend(next(state.0, state.1));
            }
        }
        seen
    }

    #[test]
    fn every_status_is_reachable() {
        let seen: BTreeSet<_> = reachable((Received, None)).into_iter().map(|(status, _)| status).collect();
        assert_eq!(seen, CaseStatus::ALL.into_iter().collect());
    }

    #[test]
    fn only_withdrawn_is_a_dead_end() {
        for status in CaseStatus::ALL {
            assert_eq!(MOVES.iter().any(|row| row.from.contains(&status)), status != Withdrawn, "{status:?}");
        }
    }

    #[test]
    fn from_everywhere_but_withdrawn_a_case_can_still_be_closed() {
        for state in reachable((Received, None)).into_iter().filter(|(status, _)| *status != Withdrawn) {
            assert!(reachable(state).iter().any(|(status, _)| *status == Closed), "{state:?}");
        }
    }

    #[test]
    fn a_case_that_waits_or_is_joined_remembers_where_it_was() {
        for (status, before) in reachable((Received, None)) {
            assert_eq!(before.is_some(), matches!(status, WaitingReporter | WaitingOther | Duplicate), "{status:?}");
        }
    }

    #[test]
    fn a_crew_never_declines_and_readers_never_move() {
        for status in CaseStatus::ALL {
            assert!(rule(Move::Decline, status, Role::Crew).is_none());
            for reader in [Role::Administrator, Role::Auditor] {
                assert_eq!(legal(status, reader).count(), 0);
            }
        }
    }

    #[test]
    fn received_is_resolved_by_a_dispatcher_only() {
        assert!(rule(Move::Resolve, Received, Role::Dispatcher).is_some());
        for role in [Role::Crew, Role::Officer, Role::Partner] {
            assert!(rule(Move::Resolve, Received, role).is_none());
        }
    }

    #[test]
    fn the_written_form_is_the_wire_form() {
        for name in Move::ALL {
            assert_eq!(serde_json::to_string(&name).unwrap(), format!("\"{}\"", name.as_str()));
        }
        for status in CaseStatus::ALL {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{}\"", status.as_str()));
            assert_eq!(CaseStatus::parse(status.as_str()), Some(status));
        }
    }
}
