//! What happened, in order: the log of changes that cursors count by, and timelines.

use super::moving::joined_to;
use super::row::{signed, unsigned, uuid};
use super::{due, notice};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::{CaseId, ReportId, UserId};
use lanterna_shared::moves::Move;
use lanterna_shared::role::Role;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// What changed.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// A report, or what its citizen sees of its case.
    Report(ReportId),
    /// A case without reports.
    Case(CaseId),
}

/// Appends to the log of changes and returns the new sequence: the next version of what changed.
pub(super) fn append_change(conn: &Connection, city: &City, change: Change, now: Timestamp) -> Result<u64, StoreError> {
    let (entity, key) = match &change {
        Change::Report(report) => ("report", report.as_bytes()),
        Change::Case(case) => ("case", case.as_bytes()),
    };
    conn.prepare_cached("INSERT INTO change (jurisdiction, entity, entity_key, at) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        city.jurisdiction,
        entity,
        key,
        now.as_millis()
    ])?;
    Ok(unsigned(conn.last_insert_rowid()))
}

/// One step of a case: what stands on its timeline, and the status and owner after it.
pub(super) struct CaseStep<'a> {
    /// The case.
    pub case: CaseId,
    /// In what capacity somebody acted.
    pub role: Role,
    /// Who, of staff.
    pub staff: Option<UserId>,
    /// The move.
    pub name: Move,
    /// The status after.
    pub after: CaseStatus,
    /// The owner after.
    pub owner: Option<&'a str>,
    /// In words, where the move asks for it.
    pub text: Option<&'a str>,
    /// The outcome or the reason from a list.
    pub code: Option<&'a str>,
    /// For whom the case waits.
    pub whom: Option<&'a str>,
    /// Whether it is with the arbiter after.
    pub at_arbiter: bool,
}

/// Writes a step: the timeline, the case, and a change for every report of the case and of those that follow it, so that each of its citizens sees it.
/// Returns the case's version.
pub(super) fn record_step(conn: &Connection, city: &City, step: &CaseStep<'_>, now: Timestamp) -> Result<u64, StoreError> {
    let (jurisdiction, case) = (city.jurisdiction, step.case.as_bytes());
    due::follow_status(conn, city, step.case, step.after, step.name, now)?;
    let place: i64 = conn
        .prepare_cached("SELECT coalesce(max(place), 0) + 1 FROM timeline WHERE jurisdiction = ?1 AND case_id = ?2")?
        .query_row(params![jurisdiction, case], |row| row.get(0))?;
    conn.prepare_cached(
        "INSERT INTO timeline (jurisdiction, case_id, place, at, role, staff_id, move, status, owner, code, at_arbiter)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        jurisdiction,
        case,
        place,
        now.as_millis(),
        step.role.as_str(),
        step.staff.as_ref().map(UserId::as_bytes),
        step.name.as_str(),
        step.after.as_str(),
        step.owner,
        step.code.unwrap_or_default(),
        step.at_arbiter
    ])?;
    if let Some(text) = step.text {
        conn.prepare_cached("INSERT INTO timeline_text (jurisdiction, case_id, place, text, whom) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![jurisdiction, case, place, text, step.whom.unwrap_or_default()])?;
    }
    let version = tell_reporters(conn, city, step.case, now)?;
    conn.prepare_cached(
        "UPDATE \"case\" SET status = ?3, status_since = CASE WHEN ?3 = status AND ?5 IS owner THEN status_since ELSE ?4 END, owner = ?5, version = ?6
         WHERE jurisdiction = ?1 AND case_id = ?2",
    )?
    .execute(params![jurisdiction, case, step.after.as_str(), now.as_millis(), step.owner, signed(version)])?;
    let mut told = vec![step.case];
    told.extend(joined_to(conn, city, step.case)?);
    notice::tell(conn, city, step.case, &told, version, now)?;
    Ok(version)
}

/// Gives every report of a case a new version, so that each of its citizens sees the case anew. Returns the version that the case gets with it.
pub(super) fn tell_reporters(conn: &Connection, city: &City, case: CaseId, now: Timestamp) -> Result<u64, StoreError> {
    let reports = {
        let mut find = conn.prepare_cached(
            "SELECT report_id FROM report WHERE jurisdiction = ?1
             AND case_id IN (SELECT ?2 UNION ALL SELECT case_id FROM case_lead WHERE jurisdiction = ?1 AND lead_id = ?2)",
        )?;
        let found = find.query_map(params![city.jurisdiction, case.as_bytes()], |row| uuid(row, 0).map(ReportId))?;
        found.collect::<Result<Vec<_>, _>>()?
    };
    let mut version = None;
    for report in reports {
        let seq = append_change(conn, city, Change::Report(report), now)?;
        conn.prepare_cached("UPDATE report SET version = ?3 WHERE jurisdiction = ?1 AND report_id = ?2")?.execute(params![
            city.jurisdiction,
            report.as_bytes(),
            signed(seq)
        ])?;
        version = Some(seq);
    }
    match version {
        Some(version) => Ok(version),
        None => append_change(conn, city, Change::Case(case), now),
    }
}
