//! Log-ins and sessions.

use super::queue::department;
use super::row::{role, uuid};
use crate::store::Sha256Hash;
use crate::store::account::{IDLE_MS, LoggedIn, SecondFactor};
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
    login_by(conn, params![city.jurisdiction, name], LOGIN_BY_NAME)
}

/// What the log-in of somebody must match; see [`crate::store::account::Accounts::login_of`].
///
/// # Errors
/// What the engine said.
pub fn login_of(conn: &Connection, city: &City, user: UserId) -> Result<Option<Login>, StoreError> {
    login_by(conn, params![city.jurisdiction, user.as_bytes()], LOGIN_BY_ID)
}

/// The columns of a [`Login`], up to what it is found by.
macro_rules! login_columns {
    () => {
        "SELECT l.staff_id, l.password_hash, l.one_time_until, s.disabled_at IS NOT NULL, t.secret FROM staff_login l
         JOIN staff s ON s.jurisdiction = l.jurisdiction AND s.staff_id = l.staff_id
         LEFT JOIN staff_totp t ON t.jurisdiction = l.jurisdiction AND t.staff_id = l.staff_id AND t.confirmed_at IS NOT NULL
         WHERE l.jurisdiction = ?1 AND "
    };
}

const LOGIN_BY_NAME: &str = concat!(login_columns!(), "l.name = ?2");
const LOGIN_BY_ID: &str = concat!(login_columns!(), "l.staff_id = ?2");

fn login_by(conn: &Connection, by: &[&dyn rusqlite::ToSql], sql: &str) -> Result<Option<Login>, StoreError> {
    let mut find = conn.prepare_cached(sql)?;
    let found = find.query_row(by, |row| {
        Ok(Login {
            user: UserId(uuid(row, 0)?),
            password_hash: row.get(1)?,
            one_time_until: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_millis),
            disabled: row.get(3)?,
            second_factor: row.get::<_, Option<[u8; 20]>>(4)?.map(|secret| SecondFactor { secret, confirmed: true }),
        })
    });
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
) -> Result<Option<LoggedIn>, StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE jurisdiction = ?1 AND expires_at <= ?2")?
        .execute(params![city.jurisdiction, now.as_millis()])?;
    conn.prepare_cached("INSERT INTO session (jurisdiction, token_sha256, staff_id, expires_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![city.jurisdiction, token, user.as_bytes(), expires_at.as_millis(), now.as_millis()])?;
    Ok(find_session(conn, city, token, now)?.map(|(who, _)| who))
}

/// Who has a session, and when it was used last as far as was written down; see [`crate::store::Store::session`].
///
/// # Errors
/// What the engine said.
pub fn find_session(
    conn: &Connection,
    city: &City,
    token: &Sha256Hash,
    now: Timestamp,
) -> Result<Option<(LoggedIn, Timestamp)>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT s.staff_id, l.name, s.role, s.department, l.one_time_until IS NOT NULL, t.confirmed_at IS NOT NULL, e.seen_at FROM session e
         JOIN staff s ON s.jurisdiction = e.jurisdiction AND s.staff_id = e.staff_id
         JOIN staff_login l ON l.jurisdiction = s.jurisdiction AND l.staff_id = s.staff_id
         LEFT JOIN staff_totp t ON t.jurisdiction = s.jurisdiction AND t.staff_id = s.staff_id
         WHERE e.jurisdiction = ?1 AND e.token_sha256 = ?2 AND e.expires_at > ?3 AND e.seen_at > ?4 AND s.disabled_at IS NULL",
    )?;
    let mut rows = find.query(params![city.jurisdiction, token, now.as_millis(), now.plus_millis(-IDLE_MS).as_millis()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let staff = Staff {
        user: UserId(uuid(row, 0)?),
        name: row.get(1)?,
        role: role(row.get_ref(2)?.as_str().unwrap_or_default())?,
        department: row.get::<_, Option<String>>(3)?.map(|text| department(city, text)).transpose()?,
    };
    let who = LoggedIn { staff, one_time_password: row.get(4)?, second_factor: row.get(5)? };
    Ok(Some((who, Timestamp::from_millis(row.get(6)?))))
}

/// Writes down that a session was used.
///
/// # Errors
/// What the engine said.
pub fn see_session(conn: &Connection, city: &City, token: &Sha256Hash, now: Timestamp) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE session SET seen_at = max(seen_at, ?3) WHERE jurisdiction = ?1 AND token_sha256 = ?2")?
        .execute(params![city.jurisdiction, token, now.as_millis()])?;
    Ok(())
}

/// Ends a session; see [`crate::store::Store::close_session`].
///
/// # Errors
/// What the engine said.
pub fn close_session(conn: &Connection, city: &City, token: &Sha256Hash) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM session WHERE jurisdiction = ?1 AND token_sha256 = ?2")?.execute(params![city.jurisdiction, token])?;
    Ok(())
}
