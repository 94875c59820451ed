//! Which case follows which: one row for each that is joined, and never a chain.

use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::sqlite::row::uuid;
use lanterna_shared::id::CaseId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The most followers that are listed.
const MAX_LISTED: i64 = 500;

/// Lets `case` follow `lead`, and everything that followed `case` too.
pub(super) fn join(conn: &Connection, city: &City, case: CaseId, lead: CaseId, now: Timestamp) -> Result<(), StoreError> {
    let key = params![city.jurisdiction, case.as_bytes(), lead.as_bytes()];
    conn.prepare_cached("UPDATE case_lead SET lead_id = ?3 WHERE jurisdiction = ?1 AND lead_id = ?2")?.execute(key)?;
    conn.prepare_cached("INSERT INTO case_lead (jurisdiction, case_id, lead_id, joined_at) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        lead.as_bytes(),
        now.as_millis()
    ])?;
    Ok(())
}

/// Lets `case` stand for itself again.
pub(super) fn split(conn: &Connection, city: &City, case: CaseId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM case_lead WHERE jurisdiction = ?1 AND case_id = ?2")?
        .execute(params![city.jurisdiction, case.as_bytes()])?;
    Ok(())
}

/// The case that `case` follows, or itself.
pub(super) fn lead_of(conn: &Connection, city: &City, case: CaseId) -> Result<CaseId, StoreError> {
    let mut find = conn.prepare_cached("SELECT lead_id FROM case_lead WHERE jurisdiction = ?1 AND case_id = ?2")?;
    let lead = find.query_row(params![city.jurisdiction, case.as_bytes()], |row| uuid(row, 0).map(CaseId)).optional()?;
    Ok(lead.unwrap_or(case))
}

/// The cases that follow `case`, oldest first.
pub(in crate::store::sqlite) fn joined_to(conn: &Connection, city: &City, case: CaseId) -> Result<Vec<CaseId>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT c.case_id FROM case_lead l JOIN \"case\" c ON c.jurisdiction = l.jurisdiction AND c.case_id = l.case_id
         WHERE l.jurisdiction = ?1 AND l.lead_id = ?2 ORDER BY c.number LIMIT ?3",
    )?;
    let found = find.query_map(params![city.jurisdiction, case.as_bytes(), MAX_LISTED], |row| uuid(row, 0).map(CaseId))?;
    Ok(found.collect::<Result<_, _>>()?)
}
