//! The city: read whole into memory, replaced by imports. What old cases refer to is retired, never deleted.

use super::address::has_addresses;
use super::calendar::load_calendar;
use super::catalogue::{load_areas, load_departments, load_services, put_departments, put_services, raise_version, rules_hold};
use super::rules::load_rules;
use crate::store::city::{City, CityParts, CitySetup, ImportRefusal, Names};
use crate::store::error::StoreError;
use crate::store::rules::offered;
use lanterna_shared::clock;
use lanterna_shared::id::JurisdictionId;
use rusqlite::{Connection, OptionalExtension, params};

/// The jurisdiction that this deployment serves, made on the first start.
///
/// # Errors
/// What the engine said.
pub fn first_jurisdiction(conn: &Connection, id: JurisdictionId) -> Result<i64, StoreError> {
    let known = conn.query_row("SELECT jurisdiction FROM jurisdiction ORDER BY jurisdiction LIMIT 1", [], |row| row.get(0)).optional()?;
    if let Some(jurisdiction) = known {
        return Ok(jurisdiction);
    }
    conn.execute("INSERT INTO jurisdiction (jurisdiction, jurisdiction_id, name) VALUES (1, ?1, '')", params![id.as_bytes()])?;
    Ok(1)
}

/// The version of the city that the database holds.
pub(super) fn city_version(conn: &Connection, jurisdiction: i64) -> Result<i64, StoreError> {
    let mut version = conn.prepare_cached("SELECT city_version FROM jurisdiction WHERE jurisdiction = ?1")?;
    Ok(version.query_row([jurisdiction], |row| row.get(0))?)
}

/// Reads the city as the connection sees it.
///
/// # Errors
/// [`StoreError::Damaged`] for a stored value that cannot be read; otherwise what the engine said.
pub fn load_city(conn: &Connection, jurisdiction: i64) -> Result<City, StoreError> {
    let (version, name, zone, area_kind): (i64, String, String, String) = conn
        .prepare_cached("SELECT city_version, name, zone, area_kind FROM jurisdiction WHERE jurisdiction = ?1")?
        .query_row([jurisdiction], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut names = Names::default();
    Ok(City::new(CityParts {
        jurisdiction,
        version,
        name,
        calendar: load_calendar(conn, jurisdiction, &zone)?,
        departments: load_departments(conn, jurisdiction, &mut names.departments)?,
        services: load_services(conn, jurisdiction, &mut names.services)?,
        areas: load_areas(conn, jurisdiction, &mut names.areas)?,
        area_kind,
        has_addresses: has_addresses(conn, jurisdiction)?,
        rules: load_rules(conn, jurisdiction)?,
        names,
    }))
}

/// Replaces name, departments and services; see [`crate::store::Store::set_up_city`].
///
/// # Errors
/// What the engine said.
pub fn set_up_city(conn: &Connection, city: &City, setup: &CitySetup) -> Result<Result<(), ImportRefusal>, StoreError> {
    let jurisdiction = city.jurisdiction;
    if clock::find_zone(&setup.zone).is_none() {
        return Ok(Err(ImportRefusal::Zone(setup.zone.clone())));
    }
    let after = offered(&setup.services, city.areas.areas(), &setup.departments);
    if let Err(refusal) = rules_hold(city, &after) {
        return Ok(Err(refusal));
    }
    conn.execute("UPDATE jurisdiction SET name = ?2, zone = ?3 WHERE jurisdiction = ?1", params![jurisdiction, setup.name, setup.zone])?;
    put_departments(conn, jurisdiction, &setup.departments)?;
    put_services(conn, jurisdiction, &setup.services)?;
    raise_version(conn, jurisdiction)?;
    Ok(Ok(()))
}
