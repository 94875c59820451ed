//! Writes down what a guard has decided. It decides nothing: every value comes from the effects, and the caller's transaction holds all of it.

use super::facts::Loaded;
use super::links;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::sqlite::history::{CaseStep, record_step};
use crate::store::sqlite::row::damaged;
use crate::store::sqlite::suggestion;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::clock::{self, ServiceLevel};
use lanterna_shared::guard::{Effects, Evidence, MoveInput, Said};
use lanterna_shared::id::{CaseId, SubjectId, UserId};
use lanterna_shared::role::Role;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// Who acts.
pub(super) struct Actor {
    /// In what capacity.
    pub role: Role,
    /// Of staff.
    pub staff: Option<UserId>,
    /// Of citizens.
    pub subject: Option<SubjectId>,
}

/// Writes one move: the case, its round, its evidence, its assignment, its lead and its timeline.
///
/// # Errors
/// What the engine said.
pub(super) fn apply(
    conn: &Connection,
    city: &City,
    actor: &Actor,
    loaded: &Loaded,
    input: &MoveInput,
    effects: &Effects,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (facts, case) = (&loaded.facts, loaded.facts.case);
    let round = if effects.new_round { loaded.round.saturating_add(1) } else { loaded.round };
    let arbiter_due_at = match (facts.at_arbiter, effects.at_arbiter) {
        (_, false) => None,
        (true, true) => loaded.arbiter_due_at,
        (false, true) => Some(clock::due_at(&city.calendar, now, ServiceLevel::WorkingDays(loaded.limits.arbiter_days))),
    };
    conn.prepare_cached(
        "UPDATE \"case\" SET status_before = ?3, hand_offs = ?4, at_arbiter = ?5, arbiter_due_at = ?6, contests = ?7, round = ?8, times_out_at = ?9,
             waiting_since = ?10, planned_for = ?11
         WHERE jurisdiction = ?1 AND case_id = ?2",
    )?
    .execute(params![
        city.jurisdiction,
        case.as_bytes(),
        effects.before.map(CaseStatus::as_str),
        effects.hand_offs,
        effects.at_arbiter,
        arbiter_due_at.map(Timestamp::as_millis),
        effects.contests,
        round,
        effects.times_out_at.map(Timestamp::as_millis),
        effects.waiting_since.map(Timestamp::as_millis),
        effects.planned_for.map(Timestamp::as_millis)
    ])?;
    if let MoveInput::Resolve { outcome, evidence } = input {
        keep_evidence(conn, city, case, round, outcome.as_str(), evidence)?;
    }
    if let Some((said, subject)) = effects.said.zip(actor.subject) {
        keep_voice(conn, city, case, loaded.round, subject, said, now)?;
    }
    if effects.owner != facts.owner {
        assign(conn, city, case, actor, effects.owner.as_ref(), now)?;
    }
    let step = CaseStep {
        case,
        role: actor.role,
        staff: actor.staff,
        name: input.name(),
        after: effects.status,
        owner: effects.owner.as_ref().map(DepartmentCode::as_str),
        text: input.words(),
        code: input.code(),
        whom: input.whom(),
        at_arbiter: effects.at_arbiter,
    };
    // Before the links change: whoever followed this case until now is told of it.
    record_step(conn, city, &step, now)?;
    match (facts.lead, effects.lead) {
        (None, Some(lead)) => {
            links::join(conn, city, case, lead, now)?;
            actor.staff.map_or(Ok(()), |by| suggestion::joined(conn, city, case, lead, by, now))
        }
        (Some(lead), None) => {
            links::split(conn, city, case)?;
            actor.staff.map_or(Ok(()), |by| suggestion::split(conn, city, case, lead, by, now))
        }
        _ => Ok(()),
    }
}

fn keep_evidence(conn: &Connection, city: &City, case: CaseId, round: i64, outcome: &str, evidence: &Evidence) -> Result<(), StoreError> {
    let (distance_m, at, photos) = match evidence {
        Evidence::Photos(photos) => (None, None, serde_json::to_string(photos).map_err(|_| damaged("the photos of evidence"))?),
        Evidence::Presence { distance_m, at } => (Some(*distance_m), Some(at.as_millis()), "[]".to_owned()),
        Evidence::Exemption { .. } => (None, None, "[]".to_owned()),
    };
    conn.prepare_cached(
        "INSERT INTO evidence (jurisdiction, case_id, round, kind, outcome, distance_m, present_at, photos) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), round, evidence.kind(), outcome, distance_m, at, photos])?;
    Ok(())
}

fn keep_voice(
    conn: &Connection,
    city: &City,
    case: CaseId,
    round: i64,
    subject: SubjectId,
    said: Said,
    now: Timestamp,
) -> Result<(), StoreError> {
    let said = match said {
        Said::Done => "done",
        Said::NotDone => "not_done",
    };
    conn.prepare_cached(
        "INSERT INTO voice (jurisdiction, case_id, round, subject_id, said, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (jurisdiction, case_id, round, subject_id) DO UPDATE SET said = excluded.said, at = excluded.at",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), round, subject.as_bytes(), said, now.as_millis()])?;
    Ok(())
}

/// Ends the assignment that was and begins the next, where there is one.
fn assign(
    conn: &Connection,
    city: &City,
    case: CaseId,
    actor: &Actor,
    owner: Option<&DepartmentCode>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = params![city.jurisdiction, case.as_bytes(), now.as_millis()];
    conn.prepare_cached("UPDATE assignment SET to_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2 AND to_at IS NULL")?.execute(key)?;
    let Some(owner) = owner else { return Ok(()) };
    conn.prepare_cached(
        "INSERT INTO assignment (jurisdiction, case_id, place, owner, from_at, by_role, staff_id)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM assignment WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        city.jurisdiction,
        case.as_bytes(),
        owner.as_str(),
        now.as_millis(),
        actor.role.as_str(),
        actor.staff.as_ref().map(UserId::as_bytes)
    ])?;
    Ok(())
}
