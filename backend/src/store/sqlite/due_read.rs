//! The clock of a case as it is stored, read back into the domain's types.

use super::row::{damaged, status};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::clock::{CaseClock, DueChange, DueHistory, DueWhy, Pause, PauseReason, ServiceLevel};
use lanterna_shared::id::CaseId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What decides about the clock of a case.
pub(super) struct ClockRow {
    /// Its status.
    pub status: CaseStatus,
    /// When its first report was received.
    pub received_at: Timestamp,
    /// The promise that holds.
    pub due_at: Timestamp,
    /// What was promised.
    pub level: ServiceLevel,
    /// When the clock stopped.
    pub stopped_at: Option<Timestamp>,
    /// When the promise was found broken.
    pub breached_at: Option<Timestamp>,
}

impl ClockRow {
    /// Whether the promise is broken by now, if its clock runs.
    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        self.due_at < now
    }

    /// From when the promise counts: the receipt, or the last fresh clock.
    pub(super) fn started_at(&self, conn: &Connection, city: &City, case: CaseId) -> Result<Timestamp, StoreError> {
        let afresh: Option<i64> = conn
            .prepare_cached(
                "SELECT max(at) FROM due_history WHERE jurisdiction = ?1 AND case_id = ?2 AND why IN ('contested', 'reopened')",
            )?
            .query_row(params![city.jurisdiction, case.as_bytes()], |row| row.get(0))?;
        Ok(afresh.map_or(self.received_at, Timestamp::from_millis))
    }
}

/// Reads the clock of a case that is there.
pub(super) fn read_clock(conn: &Connection, city: &City, case: CaseId) -> Result<ClockRow, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT status, received_at, due_at, level_unit, level_amount, stopped_at, breached_at FROM \"case\"
         WHERE jurisdiction = ?1 AND case_id = ?2",
    )?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let row = rows.next()?.ok_or_else(|| damaged("a case whose clock is asked for"))?;
    let level = ServiceLevel::from_parts(row.get_ref(3)?.as_str().unwrap_or_default(), row.get(4)?);
    Ok(ClockRow {
        status: status(row.get_ref(0)?.as_str().unwrap_or_default())?,
        received_at: Timestamp::from_millis(row.get(1)?),
        due_at: Timestamp::from_millis(row.get(2)?),
        level: level.ok_or_else(|| damaged("the service level of a case"))?,
        stopped_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        breached_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
    })
}

fn read_pause(row: &Row<'_>) -> Result<Pause, StoreError> {
    Ok(Pause {
        from: Timestamp::from_millis(row.get(0)?),
        to: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
        reason: row.get_ref(2)?.as_str().ok().and_then(PauseReason::parse).ok_or_else(|| damaged("the reason of a pause"))?,
        until: Timestamp::from_millis(row.get(3)?),
    })
}

/// The pause that lasts.
pub(super) fn open_pause(conn: &Connection, city: &City, case: CaseId) -> Result<Option<Pause>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT from_at, to_at, reason, until_at FROM pause WHERE jurisdiction = ?1 AND case_id = ?2 AND to_at IS NULL ORDER BY place DESC LIMIT 1",
    )?;
    find.query_row(params![city.jurisdiction, case.as_bytes()], |row| Ok(read_pause(row))).optional()?.transpose()
}

/// All pauses, in order.
pub(super) fn pauses(conn: &Connection, city: &City, case: CaseId) -> Result<Vec<Pause>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT from_at, to_at, reason, until_at FROM pause WHERE jurisdiction = ?1 AND case_id = ?2 ORDER BY place")?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let mut pauses = Vec::new();
    while let Some(row) = rows.next()? {
        pauses.push(read_pause(row)?);
    }
    Ok(pauses)
}

fn due_history(conn: &Connection, city: &City, case: CaseId) -> Result<DueHistory, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT at, from_at, to_at, why FROM due_history WHERE jurisdiction = ?1 AND case_id = ?2 ORDER BY place")?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        changes.push(DueChange {
            at: Timestamp::from_millis(row.get(0)?),
            from: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
            to: Timestamp::from_millis(row.get(2)?),
            why: row.get_ref(3)?.as_str().ok().and_then(DueWhy::parse).ok_or_else(|| damaged("why a due date moved"))?,
        });
    }
    Ok(DueHistory::from_changes(changes))
}

/// Everything about the promise of a case, for the office.
pub(super) fn case_clock(conn: &Connection, city: &City, case: CaseId) -> Result<CaseClock, StoreError> {
    let clock = read_clock(conn, city, case)?;
    Ok(CaseClock {
        level: clock.level,
        history: due_history(conn, city, case)?,
        pauses: pauses(conn, city, case)?,
        breached_at: clock.breached_at,
        kept: clock.stopped_at.map(|stopped| stopped <= clock.due_at),
    })
}
