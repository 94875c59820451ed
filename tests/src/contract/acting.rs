//! Moves and words at a moment of one's choice, for the promises about what they ask for.

use super::fixture::{Citizen, Desk, at, op, written};
use lanterna::store::staff::MoveOutcome;
use lanterna_shared::guard::Evidence;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::Move;
use lanterna_shared::office::{CaseDetail, MoveRequest};
use lanterna_shared::op::OpBody;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::Verdict;
use lanterna_shared::wire::{ReportRow, Row};

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Makes a move, so many seconds after the morning, on the case as it is now; `fill` gives what it asks for.
pub async fn act(
    desk: &Desk,
    case: CaseId,
    name: Move,
    seconds: i64,
    fill: impl FnOnce(&mut MoveRequest),
) -> Result<CaseDetail, ProblemCode> {
    let base = desk.open(case).await.map_or(0, |seen| seen.summary.version);
    let mut request = MoveRequest::new(name, base);
    fill(&mut request);
    match desk.store.make_move(desk.staff.clone(), desk.scope.clone(), case, request, at(seconds)).await.unwrap() {
        MoveOutcome::Made(detail) => Ok(*detail),
        MoveOutcome::Refused { code, detail } => {
            assert!(detail.ends_with('.'), "a refusal is a sentence: {detail}");
            Err(code)
        }
    }
}

/// Says something so many seconds after the morning.
pub async fn say_at(citizen: &Citizen, body: OpBody, seconds: i64) -> Verdict {
    let replies = citizen.store.apply_ops(citizen.batch(&[written(&op(body))]), at(seconds)).await.unwrap();
    replies[0].verdict.clone()
}

/// The row of one of several reports.
pub async fn row_of(citizen: &Citizen, report: ReportId) -> ReportRow {
    let rows = citizen.pull(0).await.changes;
    rows.into_iter().map(|Row::Report(row)| row).find(|row| row.report == report).unwrap()
}

pub fn code(verdict: &Verdict) -> Option<ProblemCode> {
    match verdict {
        Verdict::Rejected { code, detail } => {
            assert!(detail.ends_with('.'), "a refusal is a sentence: {detail}");
            Some(*code)
        }
        _ => None,
    }
}

/// Resolved, by somebody who was there.
pub fn repaired(seconds: i64) -> impl FnOnce(&mut MoveRequest) {
    move |request| {
        request.outcome = Some("repaired".to_owned());
        request.evidence = Some(Evidence::Presence { distance_m: 12, at: at(seconds) });
    }
}

pub fn nothing(_: &mut MoveRequest) {}

pub fn moment(seconds: i64) -> Option<Timestamp> {
    Some(at(seconds))
}
