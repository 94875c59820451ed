//! The clock of a case: it follows the status by itself, so that no move has to think of it.
//!
//! The story in order: [`promise`] writes the first due date; [`follow_status`] is told every step before it is written and pauses, resumes, stops or
//! restarts the clock by what the statuses say; every date that moves goes through [`move_due`], which keeps the old one. A promise that is found broken
//! is noted once, at the step that comes too late or by the sweep, whichever is first, so that no move can hide it.

use super::due_read::{ClockRow, open_pause, pauses, read_clock};
use super::history::tell_reporters;
use super::row::signed;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::{CaseStatus, ClockState};
use lanterna_shared::clock::{DueWhy, Pause, PauseReason, ServiceLevel, due_after_pause, due_at, due_with_pauses};
use lanterna_shared::id::CaseId;
use lanterna_shared::moves::Move;
use lanterna_shared::role::Role;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// Writes the first due date of a new case into its history.
///
/// # Errors
/// What the engine said.
pub fn promise(conn: &Connection, city: &City, case: CaseId, due: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO due_history (jurisdiction, case_id, place, at, to_at, why) VALUES (?1, ?2, 1, ?3, ?4, ?5)")?
        .execute(params![city.jurisdiction, case.as_bytes(), now.as_millis(), due.as_millis(), DueWhy::Promised.as_str()])?;
    Ok(())
}

/// Lets the clock follow a step to the status `after` by the move `name`. Call it before the step is written.
///
/// A joined case keeps its own due date while its lead's clock counts: if it is split again, it is as late as if it had never been joined.
///
/// # Errors
/// What the engine said.
pub fn follow_status(
    conn: &Connection,
    city: &City,
    case: CaseId,
    after: CaseStatus,
    name: Move,
    now: Timestamp,
) -> Result<(), StoreError> {
    let clock = read_clock(conn, city, case)?;
    if clock.status.clock() == ClockState::Runs && clock.is_late(now) {
        note_breach(conn, city, case, &clock, now)?;
    }
    let (was, is) = (PauseReason::of(clock.status), PauseReason::of(after));
    if was.is_some() && was != is {
        resume_clock(conn, city, case, now)?;
    }
    match (clock.status.clock(), after.clock()) {
        (ClockState::Stopped, ClockState::Runs | ClockState::Paused) => {
            let why = if name == Move::Contest { DueWhy::Contested } else { DueWhy::Reopened };
            restart_clock(conn, city, case, why, now)?;
        }
        (ClockState::Runs | ClockState::Paused | ClockState::OfLead, ClockState::Stopped) => stop_clock(conn, city, case, now)?,
        _ => {}
    }
    match is {
        Some(reason) if was != is => pause_clock(conn, city, case, reason, now),
        _ => Ok(()),
    }
}

/// Opens a pause; the calendar says how long it counts at most.
///
/// # Errors
/// What the engine said.
pub fn pause_clock(conn: &Connection, city: &City, case: CaseId, reason: PauseReason, now: Timestamp) -> Result<(), StoreError> {
    let pause = Pause::begin(&city.calendar, now, reason);
    conn.prepare_cached(
        "INSERT INTO pause (jurisdiction, case_id, place, from_at, reason, until_at)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM pause WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, ?5)",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), pause.from.as_millis(), pause.reason.as_str(), pause.until.as_millis()])?;
    Ok(())
}

/// Ends the pause that lasts, if one does, and moves the due date by the working time that it took.
///
/// # Errors
/// What the engine said.
pub fn resume_clock(conn: &Connection, city: &City, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
    let Some(pause) = open_pause(conn, city, case)? else { return Ok(()) };
    // A clock that went back while the case waited must not end the pause before it began.
    let end = now.max(pause.from);
    conn.prepare_cached("UPDATE pause SET to_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2 AND to_at IS NULL")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        end.as_millis()
    ])?;
    let clock = read_clock(conn, city, case)?;
    let due = due_after_pause(&city.calendar, clock.due_at, clock.level, &pause, end);
    let why = match pause.reason {
        PauseReason::Reporter => DueWhy::WaitedReporter,
        PauseReason::Other => DueWhy::WaitedOther,
    };
    if due != clock.due_at {
        move_due(conn, city, case, &clock, due, why, now)?;
    }
    let clock = ClockRow { due_at: due, ..clock };
    // It waited beyond its limit, and the promise ran out meanwhile.
    if clock.is_late(now) { note_breach(conn, city, case, &clock, now) } else { Ok(()) }
}

/// Stops the clock for good, as far as one knows: the last due date stays, and by when it was stopped one sees whether it was kept.
///
/// # Errors
/// What the engine said.
pub fn stop_clock(conn: &Connection, city: &City, case: CaseId, now: Timestamp) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE \"case\" SET stopped_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        now.as_millis()
    ])?;
    Ok(())
}

/// A fresh clock: the same promise again, from now. What was breached before stays on record and does not count against the new one.
///
/// # Errors
/// What the engine said.
pub fn restart_clock(conn: &Connection, city: &City, case: CaseId, why: DueWhy, now: Timestamp) -> Result<(), StoreError> {
    let clock = read_clock(conn, city, case)?;
    conn.prepare_cached("UPDATE \"case\" SET stopped_at = NULL, breached_at = NULL WHERE jurisdiction = ?1 AND case_id = ?2")?
        .execute(params![city.jurisdiction, case.as_bytes()])?;
    move_due(conn, city, case, &clock, due_at(&city.calendar, now, clock.level), why, now)
}

/// Another promise, because the service is another: counted anew from the day of receipt, with the pauses that there were. A clock that was started
/// afresh since counts from then. Nothing moves once the clock has stopped.
///
/// # Errors
/// What the engine said.
pub fn recompute_due(conn: &Connection, city: &City, case: CaseId, level: ServiceLevel, now: Timestamp) -> Result<(), StoreError> {
    let clock = read_clock(conn, city, case)?;
    conn.prepare_cached("UPDATE \"case\" SET level_unit = ?3, level_amount = ?4 WHERE jurisdiction = ?1 AND case_id = ?2")?
        .execute(params![city.jurisdiction, case.as_bytes(), level.unit(), level.amount()])?;
    if clock.status.clock() == ClockState::Stopped {
        return Ok(());
    }
    let start = clock.started_at(conn, city, case)?;
    let since: Vec<_> = pauses(conn, city, case)?.into_iter().filter(|pause| pause.from >= start).collect();
    let due = due_with_pauses(&city.calendar, start, level, &since);
    if due == clock.due_at {
        return Ok(());
    }
    if due > now {
        conn.prepare_cached("UPDATE \"case\" SET breached_at = NULL WHERE jurisdiction = ?1 AND case_id = ?2")?
            .execute(params![city.jurisdiction, case.as_bytes()])?;
    }
    move_due(conn, city, case, &clock, due, DueWhy::ServiceChanged, now)
}

/// Sets another due date and keeps the old one in the history.
fn move_due(
    conn: &Connection,
    city: &City,
    case: CaseId,
    clock: &ClockRow,
    due: Timestamp,
    why: DueWhy,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE \"case\" SET due_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        due.as_millis()
    ])?;
    conn.prepare_cached(
        "INSERT INTO due_history (jurisdiction, case_id, place, at, from_at, to_at, why)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM due_history WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, ?5, ?6)",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), now.as_millis(), clock.due_at.as_millis(), due.as_millis(), why.as_str()])?;
    Ok(())
}

/// Notes that the promise that holds was not kept, if nobody has: on the case, on record, and as an entry by the system, without a change of status.
pub(super) fn note_breach(conn: &Connection, city: &City, case: CaseId, clock: &ClockRow, now: Timestamp) -> Result<(), StoreError> {
    let key = params![city.jurisdiction, case.as_bytes(), now.as_millis()];
    let noted = conn
        .prepare_cached("UPDATE \"case\" SET breached_at = ?3 WHERE jurisdiction = ?1 AND case_id = ?2 AND breached_at IS NULL")?
        .execute(key)?;
    if noted == 0 {
        return Ok(());
    }
    conn.prepare_cached(
        "INSERT INTO breach (jurisdiction, case_id, place, due_at, found_at)
         VALUES (?1, ?2, (SELECT coalesce(max(place), 0) + 1 FROM breach WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4)",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), clock.due_at.as_millis(), now.as_millis()])?;
    conn.prepare_cached(
        "INSERT INTO timeline (jurisdiction, case_id, place, at, role, status, owner, event)
         SELECT jurisdiction, case_id, (SELECT coalesce(max(place), 0) + 1 FROM timeline WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4,
             status, owner, 'breached'
         FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), now.as_millis(), Role::System.as_str()])?;
    let version = tell_reporters(conn, city, case, now)?;
    conn.prepare_cached("UPDATE \"case\" SET version = ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        signed(version)
    ])?;
    Ok(())
}
