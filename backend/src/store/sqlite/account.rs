//! What an administrator sees of log-ins and does to them, and what their owners do themselves. Every change is in the audit of the same transaction.

use super::queue::department;
use super::row::{role, uuid};
use super::{audit, second_factor};
use crate::store::Sha256Hash;
use crate::store::account::{Actor, StaffChange};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::account::{StaffLine, StaffPage};
use lanterna_shared::audit::Act;
use lanterna_shared::id::UserId;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// A page by name; see [`crate::store::account::Accounts::staff_page`].
///
/// # Errors
/// What the engine said.
pub fn page(conn: &Connection, city: &City, after: Option<&str>, limit: u32) -> Result<StaffPage, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT s.staff_id, l.name, s.role, s.department, s.disabled_at IS NOT NULL, t.confirmed_at IS NOT NULL, l.one_time_until IS NOT NULL
         FROM staff_login l
         JOIN staff s ON s.jurisdiction = l.jurisdiction AND s.staff_id = l.staff_id
         LEFT JOIN staff_totp t ON t.jurisdiction = l.jurisdiction AND t.staff_id = l.staff_id
         WHERE l.jurisdiction = ?1 AND l.name > ?2 ORDER BY l.name LIMIT ?3",
    )?;
    let mut rows = find.query(params![city.jurisdiction, after.unwrap_or_default(), i64::from(limit) + 1])?;
    let mut staff: Vec<StaffLine> = Vec::new();
    while let Some(row) = rows.next()? {
        if u32::try_from(staff.len()).is_ok_and(|count| count == limit) {
            let next = staff.last().map(|line| line.name.clone());
            return Ok(StaffPage { staff, next });
        }
        staff.push(StaffLine {
            user: UserId(uuid(row, 0)?),
            name: row.get(1)?,
            role: role(row.get_ref(2)?.as_str().unwrap_or_default())?,
            department: row.get::<_, Option<String>>(3)?.map(|text| department(city, text)).transpose()?,
            disabled: row.get(4)?,
            second_factor: row.get(5)?,
            one_time_password: row.get(6)?,
        });
    }
    Ok(StaffPage { staff, next: None })
}

/// Changes somebody's log-in; see [`crate::store::account::Accounts::change_staff`].
///
/// # Errors
/// What the engine said.
pub fn change(conn: &Connection, city: &City, user: UserId, change: &StaffChange, by: Actor, now: Timestamp) -> Result<bool, StoreError> {
    let known: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM staff WHERE jurisdiction = ?1 AND staff_id = ?2)")?
        .query_row(params![city.jurisdiction, user.as_bytes()], |row| row.get(0))?;
    if !known {
        return Ok(false);
    }
    let act = match change {
        StaffChange::OneTimePassword { password_hash, until } => {
            set_password(conn, city, user, password_hash, Some(*until))?;
            Act::PasswordReset
        }
        StaffChange::NoSecondFactor => {
            second_factor::forget(conn, city, user)?;
            Act::SecondFactorReset
        }
        StaffChange::Disable => {
            conn.prepare_cached("UPDATE staff SET disabled_at = coalesce(disabled_at, ?3) WHERE jurisdiction = ?1 AND staff_id = ?2")?
                .execute(params![city.jurisdiction, user.as_bytes(), now.as_millis()])?;
            Act::StaffDisabled
        }
        StaffChange::Enable => {
            conn.prepare_cached("UPDATE staff SET disabled_at = NULL WHERE jurisdiction = ?1 AND staff_id = ?2")?
                .execute(params![city.jurisdiction, user.as_bytes()])?;
            Act::StaffEnabled
        }
    };
    close_sessions(conn, city, user, None)?;
    audit::note(conn, city, by, act, &user.to_string(), now)?;
    Ok(true)
}

/// Replaces a password by one of the owner's choice; see [`crate::store::account::Accounts::choose_password`].
///
/// # Errors
/// What the engine said.
pub fn choose_password(
    conn: &Connection,
    city: &City,
    user: UserId,
    password_hash: &str,
    kept: &Sha256Hash,
    now: Timestamp,
) -> Result<(), StoreError> {
    set_password(conn, city, user, password_hash, None)?;
    close_sessions(conn, city, user, Some(kept))?;
    audit::note(conn, city, Actor::Staff(user), Act::PasswordChanged, "", now)
}

fn set_password(conn: &Connection, city: &City, user: UserId, hash: &str, one_time_until: Option<Timestamp>) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE staff_login SET password_hash = ?3, one_time_until = ?4 WHERE jurisdiction = ?1 AND staff_id = ?2")?
        .execute(params![city.jurisdiction, user.as_bytes(), hash, one_time_until.map(Timestamp::as_millis)])?;
    Ok(())
}

/// Ends every session of somebody but `kept`.
///
/// # Errors
/// What the engine said.
pub fn close_sessions(conn: &Connection, city: &City, user: UserId, kept: Option<&Sha256Hash>) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE jurisdiction = ?1 AND staff_id = ?2 AND (?3 IS NULL OR token_sha256 <> ?3)")?
        .execute(params![city.jurisdiction, user.as_bytes(), kept])?;
    Ok(())
}
