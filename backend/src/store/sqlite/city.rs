//! The city: read whole into memory, replaced by imports. What old cases refer to is retired, never deleted.

use super::address::has_addresses;
use super::catalogue::{load_areas, load_departments, load_services, put_departments, put_services, raise_version};
use super::row::code;
use crate::store::city::{City, CityParts, CitySetup, ImportRefusal, Names};
use crate::store::error::StoreError;
use lanterna_shared::clock;
use lanterna_shared::id::JurisdictionId;
use lanterna_shared::route::RoutingRule;
use lanterna_shared::service::{AreaCode, DepartmentCode, ServiceCode};
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
        zone: clock::zone(&zone),
        departments: load_departments(conn, jurisdiction, &mut names.departments)?,
        services: load_services(conn, jurisdiction, &mut names.services)?,
        areas: load_areas(conn, jurisdiction, &mut names.areas)?,
        area_kind,
        has_addresses: has_addresses(conn, jurisdiction)?,
        rules: load_rules(conn, jurisdiction)?,
        names,
    }))
}

fn load_rules(conn: &Connection, jurisdiction: i64) -> Result<Vec<RoutingRule>, StoreError> {
    let mut rows = conn.prepare_cached("SELECT service, area, owner FROM routing_rule WHERE jurisdiction = ?1 ORDER BY place")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        rules.push(RoutingRule {
            service: row.get::<_, Option<String>>(0)?.map(|text| code(ServiceCode::new(text))).transpose()?,
            area: row.get::<_, Option<String>>(1)?.map(|text| code(AreaCode::new(text))).transpose()?,
            owner: code(DepartmentCode::new(row.get::<_, String>(2)?))?,
        });
    }
    Ok(rules)
}

/// Replaces name, departments, services and rules; see [`crate::store::Store::set_up_city`].
///
/// # Errors
/// What the engine said.
pub fn set_up_city(conn: &Connection, city: &City, setup: &CitySetup) -> Result<Result<(), ImportRefusal>, StoreError> {
    let jurisdiction = city.jurisdiction;
    for (rule, number) in setup.rules.iter().zip(1..) {
        let missing = |what, code: &str| Ok(Err(ImportRefusal::RuleNames { rule: number, what, code: code.to_owned() }));
        if !setup.departments.iter().any(|department| department.code == rule.owner) {
            return missing("department", rule.owner.as_str());
        }
        if let Some(wanted) = rule.service.as_ref().filter(|wanted| !setup.services.iter().any(|service| service.code == **wanted)) {
            return missing("service", wanted.as_str());
        }
        if let Some(wanted) = rule.area.as_ref().filter(|wanted| !city.areas.areas().iter().any(|area| area.code == **wanted)) {
            return missing("area", wanted.as_str());
        }
    }
    conn.execute("UPDATE jurisdiction SET name = ?2, zone = ?3 WHERE jurisdiction = ?1", params![jurisdiction, setup.name, setup.zone])?;
    conn.execute("DELETE FROM routing_rule WHERE jurisdiction = ?1", [jurisdiction])?;
    put_departments(conn, jurisdiction, &setup.departments)?;
    put_services(conn, jurisdiction, &setup.services)?;
    for (rule, place) in setup.rules.iter().zip(1_i64..) {
        conn.prepare_cached("INSERT INTO routing_rule (jurisdiction, place, service, area, owner) VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
            params![
                jurisdiction,
                place,
                rule.service.as_ref().map(ServiceCode::as_str),
                rule.area.as_ref().map(AreaCode::as_str),
                rule.owner.as_str()
            ],
        )?;
    }
    raise_version(conn, jurisdiction)?;
    Ok(Ok(()))
}
