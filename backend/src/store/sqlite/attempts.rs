//! Failed log-ins, by name and by address. What they cost is the rule of [`crate::staff::attempts`].

use crate::store::Sha256Hash;
use crate::store::account::{AttemptKeys, Failures};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The most lines; who fills the table with made-up names pushes out the oldest.
const LINES: i64 = 50_000;

/// How often both failed; see [`crate::store::account::Accounts::failures`].
///
/// # Errors
/// What the engine said.
pub fn failures(conn: &Connection, city: &City, keys: &AttemptKeys) -> Result<Failures, StoreError> {
    let line = |scope: &str, key: &Sha256Hash| -> Result<(u32, Timestamp), StoreError> {
        let found = conn
            .prepare_cached("SELECT failures, last_at FROM log_in_failure WHERE jurisdiction = ?1 AND scope = ?2 AND key_sha256 = ?3")?
            .query_row(params![city.jurisdiction, scope, key], |row| Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?))))
            .optional()?;
        Ok(found.unwrap_or_default())
    };
    Ok(Failures { name: line("name", &keys.name)?, address: line("address", &keys.address)? })
}

/// Both lines count one more.
///
/// # Errors
/// What the engine said.
pub fn failed(conn: &Connection, city: &City, keys: &AttemptKeys, now: Timestamp) -> Result<(), StoreError> {
    for (scope, key) in [("name", &keys.name), ("address", &keys.address)] {
        conn.prepare_cached(
            "INSERT INTO log_in_failure (jurisdiction, scope, key_sha256, failures, last_at) VALUES (?1, ?2, ?3, 1, ?4)
             ON CONFLICT (jurisdiction, scope, key_sha256) DO UPDATE SET failures = min(failures + 1, 1000000), last_at = excluded.last_at",
        )?
        .execute(params![city.jurisdiction, scope, key, now.as_millis()])?;
    }
    let lines: i64 = conn
        .prepare_cached("SELECT count(*) FROM log_in_failure WHERE jurisdiction = ?1")?
        .query_row([city.jurisdiction], |row| row.get(0))?;
    if lines > LINES {
        conn.prepare_cached(
            "DELETE FROM log_in_failure WHERE jurisdiction = ?1 AND (scope, key_sha256) IN
             (SELECT scope, key_sha256 FROM log_in_failure WHERE jurisdiction = ?1 ORDER BY last_at LIMIT ?2)",
        )?
        .execute(params![city.jurisdiction, lines - LINES])?;
    }
    Ok(())
}

/// The name's line is cleared.
///
/// # Errors
/// What the engine said.
pub fn succeeded(conn: &Connection, city: &City, keys: &AttemptKeys) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM log_in_failure WHERE jurisdiction = ?1 AND scope = 'name' AND key_sha256 = ?2")?
        .execute(params![city.jurisdiction, keys.name])?;
    Ok(())
}
