//! What becomes of a move that was made against an older state: plan first, a pure function; applying the plan is dumb.
//!
//! The rows are SYNC.md's table "Merge" for status moves and for withdrawal. The same function runs on device, server and in the simulator.

use crate::case::CaseStatus;
use crate::moves::{self, Move};
use crate::role::Role;

/// What to do with a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovePlan {
    /// Do it: the case gets this status.
    Apply(CaseStatus),
    /// The status stays; what was done in the street stands on the timeline as a fact.
    FactOnly,
    /// A person decides; the status stays.
    Review,
}

/// What the server knows when a move arrives.
#[derive(Clone, Copy, Debug)]
pub struct MoveContext<'a> {
    /// The status now.
    pub status: CaseStatus,
    /// The stored status before waiting or joining.
    pub before: Option<CaseStatus>,
    /// Every move on the case since the version that the actor saw, oldest first.
    pub since_base: &'a [Move],
    /// Whether the actor's side still owns the case.
    pub owner_unchanged: bool,
}

/// Plans a move by `role`.
///
/// Unchanged since base: applied if legal. Changed: applied if legal and every move in between was `take_charge`, `plan` or `start`. A stale `start`
/// is only a fact. The actor's side no longer owns the case: review. Nothing is ever refused here: what cannot be applied a person looks at.
pub fn plan_move(name: Move, role: Role, context: MoveContext<'_>) -> MovePlan {
    let changed = !context.since_base.is_empty();
    if changed && name == Move::Start {
        return MovePlan::FactOnly;
    }
    let harmless = context.since_base.iter().all(|between| matches!(between, Move::TakeCharge | Move::Plan | Move::Start));
    match moves::rule(name, context.status, role) {
        Some(rule) if context.owner_unchanged && harmless => MovePlan::Apply(rule.target(context.before)),
        _ => MovePlan::Review,
    }
}

/// What becomes of a case when one of its reports is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawPlan {
    /// The report ends and the case with it.
    EndCase,
    /// The report ends; the case goes on and its owner is told.
    CaseGoesOn,
}

/// Plans the withdrawal of a report: the case ends only with its last live report, and only while no work has begun (DOMAIN.md). `work_begun`: a
/// crew was on it at any time, also when the case is planned or waits again since.
pub fn plan_withdraw(status: CaseStatus, other_live_reports: u32, work_begun: bool) -> WithdrawPlan {
    let legal = moves::rule(Move::Withdraw, status, Role::Reporter).is_some();
    if other_live_reports == 0 && legal && !work_begun { WithdrawPlan::EndCase } else { WithdrawPlan::CaseGoesOn }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A chain of moves that a crew can make offline from `status`, picked by `choices`.
    fn crew_chain(mut status: CaseStatus, choices: &[usize]) -> Vec<Move> {
        let (mut chain, mut before) = (Vec::new(), None);
        for choice in choices {
            let legal: Vec<_> = moves::legal(status, Role::Crew).collect();
            let Some(rule) = legal.get(choice % legal.len().max(1)) else { break };
            let to = rule.target(before);
            before = matches!(to, CaseStatus::WaitingOther).then_some(before.unwrap_or(status));
            status = to;
            chain.push(rule.name);
        }
        chain
    }

    proptest! {
        #[test]
        fn whatever_a_crew_did_offline_ends_applied_or_in_review(
            seen in 0_usize..12, now in 0_usize..12, choices in prop::collection::vec(0_usize..8, 1..6),
            between in prop::collection::vec(0_usize..18, 0..4), owner_unchanged: bool,
        ) {
            let since_base: Vec<Move> = between.into_iter().map(|index| Move::ALL[index]).collect();
            // The office moved only if it made a move.
            let mut status = if since_base.is_empty() { CaseStatus::ALL[seen] } else { CaseStatus::ALL[now] };
            for name in crew_chain(CaseStatus::ALL[seen], &choices) {
                let plan = plan_move(name, Role::Crew, MoveContext { status, before: None, since_base: &since_base, owner_unchanged });
                match plan {
                    MovePlan::Apply(to) => {
                        prop_assert!(moves::rule(name, status, Role::Crew).is_some() && owner_unchanged);
                        status = to;
                    }
                    MovePlan::FactOnly => prop_assert_eq!(name, Move::Start),
                    MovePlan::Review => {}
                }
            }
        }

        #[test]
        fn a_chain_on_an_unchanged_case_is_applied_whole(seen in 0_usize..12, choices in prop::collection::vec(0_usize..8, 1..6)) {
            let (mut status, mut before) = (CaseStatus::ALL[seen], None);
            for name in crew_chain(status, &choices) {
                let context = MoveContext { status, before, since_base: &[], owner_unchanged: true };
                let MovePlan::Apply(to) = plan_move(name, Role::Crew, context) else { panic!("{name:?} from {status:?}") };
                before = matches!(to, CaseStatus::WaitingOther).then_some(before.unwrap_or(status));
                status = to;
            }
        }
    }

    #[test]
    fn the_offices_decision_is_never_overwritten() {
        let context = MoveContext { status: CaseStatus::Declined, before: None, since_base: &[Move::Decline], owner_unchanged: true };
        assert_eq!(plan_move(Move::Resolve, Role::Crew, context), MovePlan::Review);
    }

    #[test]
    fn a_case_with_work_begun_or_another_reporter_outlives_a_withdrawal() {
        assert_eq!(plan_withdraw(CaseStatus::Assigned, 0, false), WithdrawPlan::EndCase);
        assert_eq!(plan_withdraw(CaseStatus::Assigned, 1, false), WithdrawPlan::CaseGoesOn);
        assert_eq!(plan_withdraw(CaseStatus::InProgress, 0, true), WithdrawPlan::CaseGoesOn);
        assert_eq!(plan_withdraw(CaseStatus::WaitingOther, 0, true), WithdrawPlan::CaseGoesOn);
        assert_eq!(plan_withdraw(CaseStatus::Resolved, 0, false), WithdrawPlan::CaseGoesOn);
    }
}
