//! Crews, the codes by which devices join them, and devices that were revoked.

use super::audit;
use super::row::{code, damaged, uuid};
use crate::store::Sha256Hash;
use crate::store::account::Actor;
use crate::store::city::City;
use crate::store::crew::{CrewKept, Enrolled};
use crate::store::error::StoreError;
use lanterna_shared::account::{DeviceLine, DevicePage};
use lanterna_shared::audit::Act;
use lanterna_shared::enrolment::Crew;
use lanterna_shared::id::InstallId;
use lanterna_shared::report::Channel;
use lanterna_shared::service::CrewCode;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Adds a crew, or renames it; see [`crate::store::crew::Crews::keep_crew`].
///
/// # Errors
/// What the engine said.
pub fn keep(conn: &Connection, city: &City, crew: &Crew, by: Actor, now: Timestamp) -> Result<CrewKept, StoreError> {
    if city.department(&crew.department).is_none() {
        return Ok(CrewKept::NoSuchDepartment);
    }
    conn.prepare_cached(
        "INSERT INTO crew (jurisdiction, code, department, name) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (jurisdiction, code) DO UPDATE SET department = excluded.department, name = excluded.name, retired = 0",
    )?
    .execute(params![city.jurisdiction, crew.code.as_str(), crew.department.as_str(), crew.name])?;
    audit::note(conn, city, by, Act::CrewKept, crew.code.as_str(), now)?;
    Ok(CrewKept::Kept)
}

/// Reads code, name and department from `first` on; `None` where there is no crew.
fn crew_at(row: &Row<'_>, first: usize) -> Result<Option<Crew>, StoreError> {
    let Some(text) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    Ok(Some(Crew {
        code: code(CrewCode::new(text))?,
        name: row.get(first + 1)?,
        department: code(DepartmentCode::new(row.get::<_, String>(first + 2)?))?,
    }))
}

/// Every crew that is not retired, by code.
///
/// # Errors
/// What the engine said.
pub fn all(conn: &Connection, city: &City) -> Result<Vec<Crew>, StoreError> {
    let mut find = conn.prepare_cached("SELECT code, name, department FROM crew WHERE jurisdiction = ?1 AND retired = 0 ORDER BY code")?;
    let mut rows = find.query([city.jurisdiction])?;
    let mut crews = Vec::new();
    while let Some(row) = rows.next()? {
        crews.extend(crew_at(row, 0)?);
    }
    Ok(crews)
}

/// Keeps the hash of an enrolment code; see [`crate::store::crew::Crews::add_enrolment`].
///
/// # Errors
/// What the engine said.
pub fn add_enrolment(
    conn: &Connection,
    city: &City,
    code_sha256: &Sha256Hash,
    crew: &CrewCode,
    expires_at: Timestamp,
    by: Actor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let known: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM crew WHERE jurisdiction = ?1 AND code = ?2 AND retired = 0)")?
        .query_row(params![city.jurisdiction, crew.as_str()], |row| row.get(0))?;
    if !known {
        return Ok(false);
    }
    conn.prepare_cached("INSERT INTO enrolment (jurisdiction, code_sha256, crew, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![city.jurisdiction, code_sha256, crew.as_str(), expires_at.as_millis()])?;
    audit::note(conn, city, by, Act::EnrolmentMade, crew.as_str(), now)?;
    Ok(true)
}

/// Binds a device to a crew; see [`crate::store::crew::Crews::enrol`].
///
/// # Errors
/// What the engine said.
pub fn enrol(conn: &Connection, city: &City, install: InstallId, code_sha256: &Sha256Hash, now: Timestamp) -> Result<Enrolled, StoreError> {
    let found = conn
        .prepare_cached("SELECT crew, expires_at, install_id FROM enrolment WHERE jurisdiction = ?1 AND code_sha256 = ?2")?
        .query_row(params![city.jurisdiction, code_sha256], |row| {
            Ok((row.get::<_, String>(0)?, Timestamp::from_millis(row.get(1)?), row.get::<_, Option<[u8; 16]>>(2)?))
        })
        .optional()?;
    let Some((crew, expires_at, used_by)) = found else { return Ok(Enrolled::Refused) };
    match used_by {
        // The answer was lost; it is given again as long as the device still belongs there.
        Some(used_by) if used_by == *install.as_bytes() => {
            let crew = crew_of(conn, city, install)?.filter(|of| of.code.as_str() == crew);
            return Ok(crew.map_or(Enrolled::Refused, Enrolled::Joined));
        }
        Some(_) => return Ok(Enrolled::Refused),
        None if expires_at <= now => return Ok(Enrolled::Refused),
        None => {}
    }
    conn.prepare_cached("UPDATE enrolment SET install_id = ?3 WHERE jurisdiction = ?1 AND code_sha256 = ?2")?.execute(params![
        city.jurisdiction,
        code_sha256,
        install.as_bytes()
    ])?;
    conn.prepare_cached(
        "INSERT INTO crew_device (jurisdiction, install_id, crew, enrolled_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (jurisdiction, install_id) DO UPDATE SET crew = excluded.crew, enrolled_at = excluded.enrolled_at",
    )?
    .execute(params![city.jurisdiction, install.as_bytes(), crew, now.as_millis()])?;
    audit::note(conn, city, Actor::Device, Act::DeviceEnrolled, &install.to_string(), now)?;
    let crew = crew_of(conn, city, install)?.ok_or_else(|| damaged("the crew of a device"))?;
    Ok(Enrolled::Joined(crew))
}

/// The crew of a device.
///
/// # Errors
/// What the engine said.
pub fn crew_of(conn: &Connection, city: &City, install: InstallId) -> Result<Option<Crew>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT c.code, c.name, c.department FROM crew_device d JOIN crew c ON c.jurisdiction = d.jurisdiction AND c.code = d.crew
         WHERE d.jurisdiction = ?1 AND d.install_id = ?2",
    )?;
    let mut rows = find.query(params![city.jurisdiction, install.as_bytes()])?;
    match rows.next()? {
        Some(row) => crew_at(row, 0),
        None => Ok(None),
    }
}

/// A page of devices; see [`crate::store::crew::Crews::device_page`].
///
/// # Errors
/// What the engine said.
pub fn device_page(conn: &Connection, city: &City, after: Option<InstallId>, limit: u32) -> Result<DevicePage, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT d.install_id, d.channel, d.registered_at, d.revoked_at, c.code, c.name, c.department FROM device d
         LEFT JOIN crew_device m ON m.jurisdiction = d.jurisdiction AND m.install_id = d.install_id
         LEFT JOIN crew c ON c.jurisdiction = m.jurisdiction AND c.code = m.crew
         WHERE d.jurisdiction = ?1 AND (?2 IS NULL OR d.install_id < ?2) ORDER BY d.install_id DESC LIMIT ?3",
    )?;
    let mut rows = find.query(params![city.jurisdiction, after.as_ref().map(InstallId::as_bytes), i64::from(limit) + 1])?;
    let mut devices: Vec<DeviceLine> = Vec::new();
    while let Some(row) = rows.next()? {
        if u32::try_from(devices.len()).is_ok_and(|count| count == limit) {
            let next = devices.last().map(|line| line.install.to_string());
            return Ok(DevicePage { devices, next });
        }
        devices.push(DeviceLine {
            install: InstallId(uuid(row, 0)?),
            channel: channel(row.get_ref(1)?.as_str().unwrap_or_default())?,
            registered_at: Timestamp::from_millis(row.get(2)?),
            revoked_at: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis),
            crew: crew_at(row, 4)?,
        });
    }
    Ok(DevicePage { devices, next: None })
}

/// The stored channel of a device.
pub(super) fn channel(text: &str) -> Result<Channel, StoreError> {
    match text {
        "app" => Ok(Channel::App),
        "web" => Ok(Channel::Web),
        _ => Err(damaged("the channel of a device")),
    }
}

/// Revokes a device; see [`crate::store::crew::Crews::revoke_device`].
///
/// # Errors
/// What the engine said.
pub fn revoke(conn: &Connection, city: &City, install: InstallId, by: Actor, now: Timestamp) -> Result<bool, StoreError> {
    let known = conn
        .prepare_cached("SELECT revoked_at IS NOT NULL FROM device WHERE jurisdiction = ?1 AND install_id = ?2")?
        .query_row(params![city.jurisdiction, install.as_bytes()], |row| row.get::<_, bool>(0))
        .optional()?;
    match known {
        None => return Ok(false),
        Some(true) => return Ok(true),
        Some(false) => {}
    }
    conn.prepare_cached("UPDATE device SET revoked_at = ?3 WHERE jurisdiction = ?1 AND install_id = ?2")?.execute(params![
        city.jurisdiction,
        install.as_bytes(),
        now.as_millis()
    ])?;
    conn.prepare_cached("DELETE FROM crew_device WHERE jurisdiction = ?1 AND install_id = ?2")?
        .execute(params![city.jurisdiction, install.as_bytes()])?;
    audit::note(conn, city, by, Act::DeviceRevoked, &install.to_string(), now)?;
    Ok(true)
}

/// Whether a secret belongs to a device that was revoked.
///
/// # Errors
/// What the engine said.
pub fn is_revoked(conn: &Connection, city: &City, secret_sha256: &Sha256Hash) -> Result<bool, StoreError> {
    let mut find = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM device WHERE jurisdiction = ?1 AND secret_sha256 = ?2 AND revoked_at IS NOT NULL)")?;
    Ok(find.query_row(params![city.jurisdiction, secret_sha256], |row| row.get(0))?)
}
