//! Second factors: the shared secret, the step of the last code, and the recovery codes.

use crate::store::Sha256Hash;
use crate::store::account::{SecondFactor, Spent};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::id::UserId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::row::signed;

/// The second factor of somebody, confirmed or not.
///
/// # Errors
/// What the engine said.
pub fn find(conn: &Connection, city: &City, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT secret, confirmed_at IS NOT NULL FROM staff_totp WHERE jurisdiction = ?1 AND staff_id = ?2")?;
    let found =
        find.query_row(params![city.jurisdiction, user.as_bytes()], |row| Ok(SecondFactor { secret: row.get(0)?, confirmed: row.get(1)? }));
    Ok(found.optional()?)
}

/// Keeps a secret that does not count yet; see [`crate::store::account::Accounts::begin_second_factor`].
///
/// # Errors
/// What the engine said.
pub fn begin(conn: &Connection, city: &City, user: UserId, secret: &[u8; 20]) -> Result<bool, StoreError> {
    let rows = conn
        .prepare_cached(
            "INSERT INTO staff_totp (jurisdiction, staff_id, secret) VALUES (?1, ?2, ?3)
             ON CONFLICT (jurisdiction, staff_id) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE confirmed_at IS NULL",
        )?
        .execute(params![city.jurisdiction, user.as_bytes(), secret])?;
    Ok(rows > 0)
}

/// The secret counts from now on; see [`crate::store::account::Accounts::confirm_second_factor`].
///
/// # Errors
/// What the engine said.
pub fn confirm(
    conn: &Connection,
    city: &City,
    user: UserId,
    step: u64,
    recovery: &[Sha256Hash],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = conn
        .prepare_cached(
            "UPDATE staff_totp SET confirmed_at = ?3, last_step = ?4
             WHERE jurisdiction = ?1 AND staff_id = ?2 AND confirmed_at IS NULL AND last_step < ?4",
        )?
        .execute(params![city.jurisdiction, user.as_bytes(), now.as_millis(), signed(step)])?;
    if rows == 0 {
        return Ok(false);
    }
    forget_recovery(conn, city, user)?;
    for code in recovery {
        conn.prepare_cached("INSERT INTO staff_recovery (jurisdiction, staff_id, code_sha256) VALUES (?1, ?2, ?3)")?.execute(params![
            city.jurisdiction,
            user.as_bytes(),
            code
        ])?;
    }
    Ok(true)
}

/// Spends a code, once; see [`crate::store::account::Accounts::spend_second_factor`].
///
/// # Errors
/// What the engine said.
pub fn spend(conn: &Connection, city: &City, user: UserId, spent: &Spent, now: Timestamp) -> Result<bool, StoreError> {
    let rows = match spent {
        Spent::Step(step) => conn
            .prepare_cached(
                "UPDATE staff_totp SET last_step = ?3
                 WHERE jurisdiction = ?1 AND staff_id = ?2 AND confirmed_at IS NOT NULL AND last_step < ?3",
            )?
            .execute(params![city.jurisdiction, user.as_bytes(), signed(*step)])?,
        Spent::Recovery(code) => conn
            .prepare_cached(
                "UPDATE staff_recovery SET used_at = ?4 WHERE jurisdiction = ?1 AND staff_id = ?2 AND code_sha256 = ?3 AND used_at IS NULL",
            )?
            .execute(params![city.jurisdiction, user.as_bytes(), code, now.as_millis()])?,
    };
    Ok(rows > 0)
}

/// Forgets secret and recovery codes.
///
/// # Errors
/// What the engine said.
pub fn forget(conn: &Connection, city: &City, user: UserId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM staff_totp WHERE jurisdiction = ?1 AND staff_id = ?2")?
        .execute(params![city.jurisdiction, user.as_bytes()])?;
    forget_recovery(conn, city, user)
}

fn forget_recovery(conn: &Connection, city: &City, user: UserId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM staff_recovery WHERE jurisdiction = ?1 AND staff_id = ?2")?
        .execute(params![city.jurisdiction, user.as_bytes()])?;
    Ok(())
}
