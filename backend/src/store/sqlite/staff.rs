//! Log-ins and sessions.

use super::queue::department;
use super::row::{role, uuid};
use crate::store::Sha256Hash;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::{Login, NewStaff, Staff, StaffAdded};
use lanterna_shared::id::UserId;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// Adds a log-in; see [`crate::store::Store::add_staff`].
///
/// # Errors
/// What the engine said.
pub fn add_staff(conn: &Connection, city: &City, staff: &NewStaff, now: Timestamp) -> Result<StaffAdded, StoreError> {
    if find_login(conn, city, &staff.name)?.is_some() {
        return Ok(StaffAdded::NameTaken);
    }
    if staff.department.as_ref().is_some_and(|code| city.department(code).is_none()) {
        return Ok(StaffAdded::NoSuchDepartment);
    }
    conn.prepare_cached("INSERT INTO staff (jurisdiction, staff_id, role, department, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
        params![
            city.jurisdiction,
            staff.user.as_bytes(),
            staff.role.as_str(),
            staff.department.as_ref().map(DepartmentCode::as_str),
            now.as_millis()
        ],
    )?;
    conn.prepare_cached("INSERT INTO staff_login (jurisdiction, staff_id, name, password_hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![city.jurisdiction, staff.user.as_bytes(), staff.name, staff.password_hash])?;
    Ok(StaffAdded::Added)
}

/// What a log-in must match; see [`crate::store::Store::login`].
///
/// # Errors
/// What the engine said.
pub fn find_login(conn: &Connection, city: &City, name: &str) -> Result<Option<Login>, StoreError> {
    let mut find = conn.prepare_cached("SELECT staff_id, password_hash FROM staff_login WHERE jurisdiction = ?1 AND name = ?2")?;
    let found =
        find.query_row(params![city.jurisdiction, name], |row| Ok(Login { user: UserId(uuid(row, 0)?), password_hash: row.get(1)? }));
    Ok(found.optional()?)
}

/// Remembers a session; see [`crate::store::Store::open_session`].
///
/// # Errors
/// What the engine said.
pub fn open_session(
    conn: &Connection,
    city: &City,
    token: &Sha256Hash,
    user: UserId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<Option<Staff>, StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE jurisdiction = ?1 AND expires_at <= ?2")?
        .execute(params![city.jurisdiction, now.as_millis()])?;
    conn.prepare_cached("INSERT INTO session (jurisdiction, token_sha256, staff_id, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![city.jurisdiction, token, user.as_bytes(), expires_at.as_millis()])?;
    find_session(conn, city, token, now)
}

/// Who has a session; see [`crate::store::Store::session`].
///
/// # Errors
/// What the engine said.
pub fn find_session(conn: &Connection, city: &City, token: &Sha256Hash, now: Timestamp) -> Result<Option<Staff>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT s.staff_id, l.name, s.role, s.department FROM session e
         JOIN staff s ON s.jurisdiction = e.jurisdiction AND s.staff_id = e.staff_id
         JOIN staff_login l ON l.jurisdiction = s.jurisdiction AND l.staff_id = s.staff_id
         WHERE e.jurisdiction = ?1 AND e.token_sha256 = ?2 AND e.expires_at > ?3",
    )?;
    let mut rows = find.query(params![city.jurisdiction, token, now.as_millis()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Staff {
        user: UserId(uuid(row, 0)?),
        name: row.get(1)?,
        role: role(row.get_ref(2)?.as_str().unwrap_or_default())?,
        department: row.get::<_, Option<String>>(3)?.map(|text| department(city, text)).transpose()?,
    }))
}

/// Ends a session; see [`crate::store::Store::close_session`].
///
/// # Errors
/// What the engine said.
pub fn close_session(conn: &Connection, city: &City, token: &Sha256Hash) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE jurisdiction = ?1 AND token_sha256 = ?2")?.execute(params![city.jurisdiction, token])?;
    Ok(())
}
