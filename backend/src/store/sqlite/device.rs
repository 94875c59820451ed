//! Devices: known by their installation, authorised by the hash of their secret.

use super::row::uuid;
use crate::store::batch::Device;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::{NewDevice, Registration, Sha256Hash};
use lanterna_shared::id::{InstallId, SubjectId};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// Makes a device known; see [`crate::store::Store::register_device`].
///
/// # Errors
/// What the engine said.
pub fn register_device(conn: &Connection, city: &City, device: &NewDevice, now: Timestamp) -> Result<Registration, StoreError> {
    let known = conn
        .prepare_cached("SELECT secret_sha256, subject_id, revoked_at IS NOT NULL FROM device WHERE jurisdiction = ?1 AND install_id = ?2")?
        .query_row(params![city.jurisdiction, device.install.as_bytes()], |row| {
            Ok((row.get::<_, Sha256Hash>(0)?, uuid(row, 1)?, row.get::<_, bool>(2)?))
        })
        .optional()?;
    match known {
        Some((secret, ..)) if secret != device.secret_sha256 => return Ok(Registration::OtherSecret),
        Some((_, _, true)) => return Ok(Registration::Revoked),
        Some((_, subject, false)) => return Ok(Registration::Known(SubjectId(subject))),
        None => {}
    }
    if super::crew::is_revoked(conn, city, &device.secret_sha256)? || find_device(conn, city, &device.secret_sha256)?.is_some() {
        return Ok(Registration::OtherSecret);
    }
    conn.prepare_cached("INSERT INTO subject (jurisdiction, subject_id, created_at) VALUES (?1, ?2, ?3)")?.execute(params![
        city.jurisdiction,
        device.subject.as_bytes(),
        now.as_millis()
    ])?;
    conn.prepare_cached(
        "INSERT INTO device (jurisdiction, install_id, subject_id, secret_sha256, channel, registered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        city.jurisdiction,
        device.install.as_bytes(),
        device.subject.as_bytes(),
        device.secret_sha256,
        device.channel.as_str(),
        now.as_millis()
    ])?;
    Ok(Registration::Known(device.subject))
}

/// The device with that secret; see [`crate::store::Store::device`].
///
/// # Errors
/// What the engine said.
pub fn find_device(conn: &Connection, city: &City, secret_sha256: &Sha256Hash) -> Result<Option<Device>, StoreError> {
    let mut rows = conn.prepare_cached(
        "SELECT install_id, subject_id, channel FROM device WHERE jurisdiction = ?1 AND secret_sha256 = ?2 AND revoked_at IS NULL",
    )?;
    let mut rows = rows.query(params![city.jurisdiction, secret_sha256])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let channel = super::crew::channel(row.get_ref(2)?.as_str().unwrap_or_default())?;
    Ok(Some(Device { install: InstallId(uuid(row, 0)?), subject: SubjectId(uuid(row, 1)?), channel }))
}
