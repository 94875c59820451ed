//! States, roles, moves and failures in words.

use crate::api::Failure;
use lanterna_kit::format;
use lanterna_kit::i18n::{t, tf};
use lanterna_shared::case::{CaseStatus, ClockState};
use lanterna_shared::moves::Move;
use lanterna_shared::office::{CaseSummary, Department};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::routing::Tried;
use lanterna_shared::time::Timestamp;

pub fn status(status: CaseStatus) -> String {
    t(match status {
        CaseStatus::Received => "staff_status.received",
        CaseStatus::Assigned => "staff_status.assigned",
        CaseStatus::Accepted => "staff_status.accepted",
        CaseStatus::Scheduled => "staff_status.scheduled",
        CaseStatus::InProgress => "staff_status.in_progress",
        CaseStatus::WaitingReporter => "staff_status.waiting_reporter",
        CaseStatus::WaitingOther => "staff_status.waiting_other",
        CaseStatus::Resolved => "staff_status.resolved",
        CaseStatus::Declined => "staff_status.declined",
        CaseStatus::Duplicate => "staff_status.duplicate",
        CaseStatus::Closed => "staff_status.closed",
        CaseStatus::Withdrawn => "staff_status.withdrawn",
    })
}

pub fn role(role: Role) -> String {
    t(match role {
        Role::Reporter => "role.reporter",
        Role::Crew => "role.crew",
        Role::Officer => "role.officer",
        Role::Partner => "role.partner",
        Role::Dispatcher => "role.dispatcher",
        Role::Supervisor => "role.supervisor",
        Role::Administrator => "role.administrator",
        Role::Auditor => "role.auditor",
        Role::Routing => "role.routing",
        Role::System => "role.system",
    })
}

/// The move as a button says it.
pub fn move_name(name: Move) -> String {
    t(match name {
        Move::Assign => "move.assign",
        Move::TakeCharge => "move.take_charge",
        Move::Plan => "move.plan",
        Move::Start => "move.start",
        Move::Stop => "move.stop",
        Move::Ask => "move.ask",
        Move::Wait => "move.wait",
        Move::Resume => "move.resume",
        Move::Resolve => "move.resolve",
        Move::Decline => "move.decline",
        Move::HandOff => "move.hand_off",
        Move::Arbitrate => "move.arbitrate",
        Move::Join => "move.join",
        Move::Split => "move.split",
        Move::Confirm => "move.confirm",
        Move::Contest => "move.contest",
        Move::Reopen => "move.reopen",
        Move::Withdraw => "move.withdraw",
    })
}

/// The move as history.
pub fn moved(name: Move) -> String {
    t(match name {
        Move::Assign => "moved.assign",
        Move::TakeCharge => "moved.take_charge",
        Move::Plan => "moved.plan",
        Move::Start => "moved.start",
        Move::Stop => "moved.stop",
        Move::Ask => "moved.ask",
        Move::Wait => "moved.wait",
        Move::Resume => "moved.resume",
        Move::Resolve => "moved.resolve",
        Move::Decline => "moved.decline",
        Move::HandOff => "moved.hand_off",
        Move::Arbitrate => "moved.arbitrate",
        Move::Join => "moved.join",
        Move::Split => "moved.split",
        Move::Confirm => "moved.confirm",
        Move::Contest => "moved.contest",
        Move::Reopen => "moved.reopen",
        Move::Withdraw => "moved.withdraw",
    })
}

pub fn tried(outcome: Tried) -> String {
    t(match outcome {
        Tried::Matched => "tried.matched",
        Tried::OtherService => "tried.other_service",
        Tried::OtherArea => "tried.other_area",
        Tried::NoArea => "tried.no_area",
        Tried::OtherAccuracy => "tried.other_accuracy",
        Tried::NoAccuracy => "tried.no_accuracy",
        Tried::OtherWeekday => "tried.other_weekday",
        Tried::OtherTime => "tried.other_time",
        Tried::OtherDate => "tried.other_date",
        Tried::OtherAnswer => "tried.other_answer",
        Tried::NoAnswer => "tried.no_answer",
        Tried::NoNumber => "tried.no_number",
        Tried::OtherChannel => "tried.other_channel",
        Tried::OtherKind => "tried.other_kind",
        Tried::Excluded => "tried.excluded",
    })
}

/// What happened and what to do.
pub fn failure(failure: Failure) -> String {
    t(match failure {
        Failure::LoggedOut => "console_error.session_over",
        Failure::NoAnswer => "console_error.no_answer",
        Failure::Refused(ProblemCode::Forbidden) => "console_error.forbidden",
        Failure::Refused(ProblemCode::NotFound) => "console_error.not_found",
        Failure::Refused(ProblemCode::Stale | ProblemCode::IllegalMove) => "console_error.stale",
        Failure::Refused(ProblemCode::TooMany) => "console_error.too_many",
        Failure::Refused(ProblemCode::Invalid | ProblemCode::Malformed | ProblemCode::Unknown) => "console_error.invalid",
        Failure::Refused(_) | Failure::Server => "console_error.server",
    })
}

pub fn owner(owner: Option<&Department>) -> String {
    owner.map_or_else(|| t("console.no_owner"), |owner| owner.name.clone())
}

/// Until when, and whether that is over. `None` where no promise runs.
pub fn due(case: &CaseSummary, now: Timestamp) -> Option<(String, bool)> {
    match case.status.clock() {
        ClockState::Paused => Some((t("console.clock_paused"), false)),
        ClockState::Stopped | ClockState::OfLead => None,
        ClockState::Runs => case.due_at.map(|due| {
            let is_over = due < now;
            let date = format::day(due);
            (tf(if is_over { "console.overdue" } else { "console.due" }, &[("date", &date)]), is_over)
        }),
    }
}
