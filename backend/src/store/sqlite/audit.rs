//! The audit: lines that are appended and, once over their time, swept. A trigger of the schema refuses to change one.

use super::row::{damaged, signed, unsigned};
use crate::store::account::Actor;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::audit::{AUDIT_KEPT_MS, Act, AuditLine, AuditPage};
use lanterna_shared::id::UserId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// How long a failed log-in is remembered after the last, in milliseconds: a day.
const FAILURES_KEPT_MS: i64 = 24 * 3_600 * 1_000;
/// How long an enrolment code is remembered after its end, so that a device that lost the answer is still answered: a week.
const ENROLMENTS_KEPT_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Writes a line; see [`crate::store::audit::AuditLog::note`].
///
/// # Errors
/// What the engine said.
pub fn note(conn: &Connection, city: &City, by: Actor, act: Act, about: &str, now: Timestamp) -> Result<(), StoreError> {
    let (kind, staff) = match by {
        Actor::Staff(user) => ("staff", Some(user)),
        Actor::Device => ("device", None),
        Actor::Operator => ("operator", None),
        Actor::System => ("system", None),
    };
    conn.prepare_cached(
        "INSERT INTO audit (jurisdiction, place, at, by, staff_id, act, about)
         SELECT ?1, coalesce(max(place), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM audit WHERE jurisdiction = ?1",
    )?
    .execute(params![city.jurisdiction, now.as_millis(), kind, staff.as_ref().map(UserId::as_bytes), act.as_str(), about])?;
    Ok(())
}

/// A page, newest first; see [`crate::store::audit::AuditLog::audit_page`].
///
/// # Errors
/// What the engine said.
pub fn page(conn: &Connection, city: &City, before: Option<u64>, limit: u32) -> Result<AuditPage, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT a.place, a.at, a.by, l.name, a.act, a.about FROM audit a
         LEFT JOIN staff_login l ON l.jurisdiction = a.jurisdiction AND l.staff_id = a.staff_id
         WHERE a.jurisdiction = ?1 AND a.place < ?2 ORDER BY a.place DESC LIMIT ?3",
    )?;
    let mut rows = find.query(params![city.jurisdiction, before.map_or(i64::MAX, signed), i64::from(limit) + 1])?;
    let mut lines: Vec<AuditLine> = Vec::new();
    while let Some(row) = rows.next()? {
        if u32::try_from(lines.len()).is_ok_and(|count| count == limit) {
            let next = lines.last().map(|line| line.place);
            return Ok(AuditPage { lines, next });
        }
        let act: String = row.get(4)?;
        lines.push(AuditLine {
            place: unsigned(row.get(0)?),
            at: Timestamp::from_millis(row.get(1)?),
            by: row.get(2)?,
            who: row.get(3)?,
            act: Act::parse(&act).ok_or_else(|| damaged("an act of the audit"))?,
            about: row.get(5)?,
        });
    }
    Ok(AuditPage { lines, next: None })
}

/// Deletes what is over its time; see [`crate::store::audit::AuditLog::sweep_people`].
///
/// # Errors
/// What the engine said.
pub fn sweep(conn: &Connection, city: &City, now: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0_u64;
    let idle = crate::store::account::IDLE_MS;
    for (statement, until) in [
        ("DELETE FROM audit WHERE jurisdiction = ?1 AND at <= ?2", now.plus_millis(-AUDIT_KEPT_MS)),
        ("DELETE FROM session WHERE jurisdiction = ?1 AND expires_at <= ?2", now),
        ("DELETE FROM session WHERE jurisdiction = ?1 AND seen_at <= ?2", now.plus_millis(-idle)),
        ("DELETE FROM log_in_failure WHERE jurisdiction = ?1 AND last_at <= ?2", now.plus_millis(-FAILURES_KEPT_MS)),
        ("DELETE FROM enrolment WHERE jurisdiction = ?1 AND expires_at <= ?2", now.plus_millis(-ENROLMENTS_KEPT_MS)),
        ("DELETE FROM message WHERE jurisdiction = ?1 AND expires_at <= ?2", now),
    ] {
        let rows = conn.prepare_cached(statement)?.execute(params![city.jurisdiction, until.as_millis()])?;
        gone = gone.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX));
    }
    Ok(gone)
}
