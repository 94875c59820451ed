//! A move by somebody at a desk: made only if the case is where they saw it and the table of moves allows it.

use super::detail::{SUPPORTED, case_detail};
use super::history::{CaseStep, record_step};
use super::row::damaged;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::{CaseScope, MoveOutcome, Staff};
use lanterna_shared::id::CaseId;
use lanterna_shared::moves::{self, Ask, MoveRule};
use lanterna_shared::office::{CaseDetail, MoveRequest};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::text;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 1_000;

/// Makes a move; see [`crate::store::Store::make_move`].
///
/// # Errors
/// What the engine said.
pub fn make_move(
    conn: &Connection,
    city: &City,
    staff: &Staff,
    scope: &CaseScope,
    case: CaseId,
    request: &MoveRequest,
    now: Timestamp,
) -> Result<MoveOutcome, StoreError> {
    let Some(before) = case_detail(conn, city, staff, scope, case)? else {
        return Ok(refused(ProblemCode::NotFound, "There is no such case, or it is with another office now."));
    };
    let rule = match plan(city, staff, &before, request) {
        Ok(rule) => rule,
        Err((code, detail)) => return Ok(refused(code, detail)),
    };
    let gives_away = rule.asks.contains(&Ask::Owner);
    let owner = request.owner.as_ref().filter(|_| gives_away).or(before.summary.owner.as_ref().map(|owner| &owner.code));
    let step = CaseStep {
        case,
        role: staff.role,
        staff: Some(staff.user),
        name: rule.name,
        after: rule.target(None),
        owner: owner.map(DepartmentCode::as_str),
        text: request.reason.as_deref().filter(|_| rule.asks.contains(&Ask::Reason)),
    };
    record_step(conn, city, &step, now)?;
    if gives_away {
        assign(conn, city, &step, now)?;
    }
    // Who gives a case away may still see what came of it.
    let after = case_detail(conn, city, staff, &CaseScope::All, case)?.ok_or_else(|| damaged("a case that was just moved"))?;
    Ok(MoveOutcome::Made(Box::new(after)))
}

fn refused(code: ProblemCode, detail: impl Into<String>) -> MoveOutcome {
    MoveOutcome::Refused { code, detail: detail.into() }
}

/// Whether the move may be made, and by which row of the table. Pure.
fn plan(city: &City, staff: &Staff, case: &CaseDetail, request: &MoveRequest) -> Result<&'static MoveRule, (ProblemCode, String)> {
    if request.base != case.summary.version {
        return Err((ProblemCode::Stale, "Somebody changed this case since you opened it: read it again, then decide.".to_owned()));
    }
    let Some(rule) = moves::rule(request.name, case.summary.status, staff.role) else {
        let (name, status) = (request.name.as_str(), case.summary.status.as_str());
        return Err((ProblemCode::IllegalMove, format!("A case that is {status} cannot be moved by {name} in your role.")));
    };
    if !SUPPORTED.contains(&rule.name) {
        let name = rule.name.as_str();
        return Err((
            ProblemCode::IllegalMove,
            format!("This server cannot check yet what {name} asks for: choose a move that the case offers."),
        ));
    }
    if rule.asks.contains(&Ask::Owner) {
        match &request.owner {
            None => return Err((ProblemCode::Invalid, "This move asks for the new owner.".to_owned())),
            Some(owner) if city.department(owner).is_none() => {
                return Err((ProblemCode::Unknown, format!("There is no department {owner}: choose one from the list.")));
            }
            Some(_) => {}
        }
    }
    if rule.asks.contains(&Ask::Reason) {
        let reason = request.reason.as_deref().unwrap_or_default();
        if reason.trim().is_empty() {
            return Err((ProblemCode::Invalid, "This move asks for a reason in words.".to_owned()));
        }
        text::check("reason", reason, MAX_REASON_CHARS).map_err(|invalid| (ProblemCode::Invalid, format!("{invalid}.")))?;
    }
    Ok(rule)
}

/// Ends the assignment that was and begins the next.
fn assign(conn: &Connection, city: &City, step: &CaseStep<'_>, now: Timestamp) -> Result<(), StoreError> {
    let key = params![city.jurisdiction, step.case.as_bytes(), now.as_millis()];
    conn.prepare_cached("UPDATE assignment SET to_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2 AND to_at IS NULL")?.execute(key)?;
    conn.prepare_cached(
        "INSERT INTO assignment (jurisdiction, case_id, place, owner, from_at, by_role, staff_id)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM assignment WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        city.jurisdiction,
        step.case.as_bytes(),
        step.owner,
        now.as_millis(),
        step.role.as_str(),
        step.staff.as_ref().map(lanterna_shared::id::UserId::as_bytes)
    ])?;
    Ok(())
}
