//! The city: read whole into memory, replaced by imports. What old cases refer to is retired, never deleted.

use super::calendar::load_calendar;
use super::row::{code, damaged};
use super::rules::load_rules;
use crate::store::city::{City, CityParts, CitySetup, ImportRefusal, Names};
use crate::store::error::StoreError;
use crate::store::rules::RuleFaults;
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::clock;
use lanterna_shared::id::JurisdictionId;
use lanterna_shared::office::Department;
use lanterna_shared::routing::{Offer, check};
use lanterna_shared::service::{AreaCode, DepartmentCode, Service, ServiceCode};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap};

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
    let (version, name, zone): (i64, String, String) = conn
        .prepare_cached("SELECT city_version, name, zone FROM jurisdiction WHERE jurisdiction = ?1")?
        .query_row([jurisdiction], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut names = Names::default();
    Ok(City::new(CityParts {
        jurisdiction,
        version,
        name,
        calendar: load_calendar(conn, jurisdiction, &zone)?,
        departments: load_departments(conn, jurisdiction, &mut names.departments)?,
        services: load_services(conn, jurisdiction, &mut names.services)?,
        areas: load_areas(conn, jurisdiction, &mut names.areas)?,
        rules: load_rules(conn, jurisdiction)?,
        names,
    }))
}

fn load_departments(conn: &Connection, jurisdiction: i64, names: &mut HashMap<String, String>) -> Result<Vec<Department>, StoreError> {
    let mut rows = conn.prepare_cached("SELECT code, name, retired FROM department WHERE jurisdiction = ?1 ORDER BY code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut departments = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, name): (String, String) = (row.get(0)?, row.get(1)?);
        names.insert(text.clone(), name.clone());
        if !row.get::<_, bool>(2)? {
            departments.push(Department { code: code(DepartmentCode::new(text))?, name });
        }
    }
    Ok(departments)
}

fn load_services(conn: &Connection, jurisdiction: i64, italian: &mut HashMap<String, String>) -> Result<Vec<Service>, StoreError> {
    let mut rows =
        conn.prepare_cached("SELECT code, names, working_days, retired FROM service WHERE jurisdiction = ?1 ORDER BY place, code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut services = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        let name: BTreeMap<String, String> =
            serde_json::from_str(&row.get::<_, String>(1)?).map_err(|_| damaged("the names of a service"))?;
        let service = Service { code: code(ServiceCode::new(text.clone()))?, name, working_days: row.get(2)? };
        italian.insert(text, service.name_in("it").to_owned());
        if !row.get::<_, bool>(3)? {
            services.push(service);
        }
    }
    Ok(services)
}

fn load_areas(conn: &Connection, jurisdiction: i64, names: &mut HashMap<String, String>) -> Result<Vec<Area>, StoreError> {
    let mut rows = conn.prepare_cached("SELECT code, name, kind, outline, retired FROM area WHERE jurisdiction = ?1 ORDER BY code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut areas = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, name): (String, String) = (row.get(0)?, row.get(1)?);
        names.insert(text.clone(), name.clone());
        if !row.get::<_, bool>(4)? {
            let polygons: Vec<Vec<Vec<Corner>>> =
                serde_json::from_str(&row.get::<_, String>(3)?).map_err(|_| damaged("the outline of an area"))?;
            areas.push(Area { code: code(AreaCode::new(text))?, name, kind: row.get(2)?, polygons });
        }
    }
    Ok(areas)
}

/// Lets every process notice that the city is another.
pub(super) fn raise_version(conn: &Connection, jurisdiction: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE jurisdiction SET city_version = city_version + 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    Ok(())
}

/// Refuses what would leave rules in force that cannot be evaluated.
fn rules_hold(city: &City, after: &Offer) -> Result<(), ImportRefusal> {
    let faults = check(&city.rules.rules, after);
    if faults.is_empty() { Ok(()) } else { Err(ImportRefusal::Rules(RuleFaults(faults))) }
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
    let after = Offer {
        departments: setup.departments.iter().map(|department| department.code.clone()).collect(),
        services: setup.services.iter().map(|service| service.code.clone()).collect(),
        ..city.offer()
    };
    if let Err(refusal) = rules_hold(city, &after) {
        return Ok(Err(refusal));
    }
    conn.execute("UPDATE jurisdiction SET name = ?2, zone = ?3 WHERE jurisdiction = ?1", params![jurisdiction, setup.name, setup.zone])?;
    conn.execute("UPDATE department SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for department in &setup.departments {
        conn.prepare_cached(
            "INSERT INTO department (jurisdiction, code, name) VALUES (?1, ?2, ?3)
             ON CONFLICT (jurisdiction, code) DO UPDATE SET name = excluded.name, retired = 0",
        )?
        .execute(params![jurisdiction, department.code.as_str(), department.name])?;
    }
    conn.execute("UPDATE service SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for (service, place) in setup.services.iter().zip(1_i64..) {
        let names = serde_json::to_string(&service.name).map_err(|_| damaged("the names of a service"))?;
        conn.prepare_cached(
            "INSERT INTO service (jurisdiction, code, place, names, working_days) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (jurisdiction, code) DO UPDATE SET place = excluded.place, names = excluded.names, working_days = excluded.working_days, retired = 0",
        )?
        .execute(params![jurisdiction, service.code.as_str(), place, names, service.working_days])?;
    }
    raise_version(conn, jurisdiction)?;
    Ok(Ok(()))
}

/// Replaces all areas; see [`crate::store::Store::import_areas`].
///
/// # Errors
/// What the engine said.
pub fn import_areas(conn: &Connection, city: &City, areas: &[Area]) -> Result<Result<(), ImportRefusal>, StoreError> {
    let jurisdiction = city.jurisdiction;
    if let Some(missing) = city.rules.areas().find(|wanted| !areas.iter().any(|area| area.code == **wanted)) {
        return Ok(Err(ImportRefusal::AreaInUse(missing.clone())));
    }
    let after = Offer { areas: areas.iter().map(|area| (area.code.clone(), area.kind.clone())).collect(), ..city.offer() };
    if let Err(refusal) = rules_hold(city, &after) {
        return Ok(Err(refusal));
    }
    conn.execute("UPDATE area SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for area in areas {
        let outline = serde_json::to_string(&area.polygons).map_err(|_| damaged("the outline of an area"))?;
        conn.prepare_cached(
            "INSERT INTO area (jurisdiction, code, name, kind, outline) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (jurisdiction, code) DO UPDATE SET name = excluded.name, kind = excluded.kind, outline = excluded.outline, retired = 0",
        )?
        .execute(params![jurisdiction, area.code.as_str(), area.name, area.kind, outline])?;
    }
    raise_version(conn, jurisdiction)?;
    Ok(Ok(()))
}
