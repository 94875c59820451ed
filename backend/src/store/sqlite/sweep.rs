//! Sweeps in the background: promises that were broken while nobody looked, and leases so that one process at a time sweeps.

use super::due::note_breach;
use super::due_read::read_clock;
use super::row::uuid;
use crate::store::city::City;
use crate::store::due::{BreachSweep, Lease, MAX_LEASE_MS};
use crate::store::error::StoreError;
use lanterna_shared::id::CaseId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// Finds broken promises; see [`crate::store::Store::sweep_breaches`].
///
/// # Errors
/// What the engine said.
pub fn sweep_breaches(conn: &Connection, city: &City, now: Timestamp, limit: u32) -> Result<BreachSweep, StoreError> {
    let late = {
        let mut find = conn.prepare_cached(include_str!("late_cases.sql"))?;
        let found = find.query_map(params![city.jurisdiction, now.as_millis(), limit], |row| uuid(row, 0).map(CaseId))?;
        found.collect::<Result<Vec<_>, _>>()?
    };
    for case in &late {
        let clock = read_clock(conn, city, *case)?;
        note_breach(conn, city, *case, &clock, now)?;
    }
    let counted =
        conn.prepare_cached("UPDATE breach SET counted = 1 WHERE jurisdiction = ?1 AND counted = 0")?.execute([city.jurisdiction])?;
    Ok(BreachSweep {
        breaches: u64::try_from(counted).unwrap_or(u64::MAX),
        more: limit > 0 && u32::try_from(late.len()).is_ok_and(|found| found == limit),
    })
}

/// Takes or renews a lease; see [`crate::store::Store::take_lease`].
///
/// # Errors
/// What the engine said.
pub fn take_lease(conn: &Connection, city: &City, lease: &Lease, now: Timestamp) -> Result<bool, StoreError> {
    let taken = conn
        .prepare_cached(
            "INSERT INTO lease (jurisdiction, job, holder, until_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (jurisdiction, job) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
             WHERE lease.holder = excluded.holder OR lease.until_at <= ?5 OR lease.until_at > ?6",
        )?
        .execute(params![
            city.jurisdiction,
            lease.job.as_str(),
            lease.holder,
            lease.until.as_millis(),
            now.as_millis(),
            now.plus_millis(MAX_LEASE_MS).as_millis()
        ])?;
    Ok(taken > 0)
}

/// Gives a lease back; see [`crate::store::Store::give_back_lease`].
///
/// # Errors
/// What the engine said.
pub fn give_back_lease(conn: &Connection, city: &City, lease: &Lease) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM lease WHERE jurisdiction = ?1 AND job = ?2 AND holder = ?3")?.execute(params![
        city.jurisdiction,
        lease.job.as_str(),
        lease.holder
    ])?;
    Ok(())
}
