//! Services, departments with crews, and areas: read into a city, and replaced by imports that orphan nothing unasked.
//!
//! What disappears from a file is retired, never deleted: old cases name it. A rule may never name what is retired, and an open case only if whoever
//! imports said so.

use super::row::{code, damaged, unsigned};
use crate::store::catalogue::{AreaImport, Orphans, Retire, Thing};
use crate::store::city::{City, ImportRefusal};
use crate::store::error::StoreError;
use crate::store::rules::{RuleFaults, offered};
use lanterna_shared::area::{Area, Corner};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::department::{Crew, Department, DepartmentKind};
use lanterna_shared::routing::{Offer, check};
use lanterna_shared::service::notice::Notice;
use lanterna_shared::service::question::Question;
use lanterna_shared::service::{AreaCode, CrewCode, DepartmentCode, Service, ServiceCode, Words};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What is kept of a service beside its code, names and promise.
#[derive(Deserialize, Serialize)]
struct Details {
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    group: Words,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    icon: Option<String>,
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    description: Words,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keywords: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    questions: Vec<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notice: Option<Notice>,
}

pub(super) fn load_departments(
    conn: &Connection,
    jurisdiction: i64,
    names: &mut HashMap<String, String>,
) -> Result<Vec<Department>, StoreError> {
    let mut crews = load_crews(conn, jurisdiction)?;
    let mut rows =
        conn.prepare_cached("SELECT code, name, kind, contact, retired FROM department WHERE jurisdiction = ?1 ORDER BY code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut departments = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, name, contact): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(3)?);
        names.insert(text.clone(), name.clone());
        if !row.get::<_, bool>(4)? {
            let kind = DepartmentKind::parse(row.get_ref(2)?.as_str().unwrap_or_default()).ok_or_else(|| damaged("a department"))?;
            let (crews, contact) = (crews.remove(&text).unwrap_or_default(), Some(contact).filter(|contact| !contact.is_empty()));
            departments.push(Department { code: code(DepartmentCode::new(text))?, name, kind, contact, crews });
        }
    }
    Ok(departments)
}

fn load_crews(conn: &Connection, jurisdiction: i64) -> Result<HashMap<String, Vec<Crew>>, StoreError> {
    let mut rows = conn.prepare_cached("SELECT department, code, name FROM crew WHERE jurisdiction = ?1 AND retired = 0 ORDER BY code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut crews: HashMap<String, Vec<Crew>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let crew = Crew { code: code(CrewCode::new(row.get::<_, String>(1)?))?, name: row.get(2)? };
        crews.entry(row.get(0)?).or_default().push(crew);
    }
    Ok(crews)
}

pub(super) fn load_services(
    conn: &Connection,
    jurisdiction: i64,
    italian: &mut HashMap<String, String>,
) -> Result<Vec<Service>, StoreError> {
    let mut rows = conn
        .prepare_cached("SELECT code, names, working_days, details, retired FROM service WHERE jurisdiction = ?1 ORDER BY place, code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut services = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(0)?;
        let name: BTreeMap<String, String> =
            serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default()).map_err(|_| damaged("the names of a service"))?;
        let details: Details =
            serde_json::from_str(row.get_ref(3)?.as_str().unwrap_or_default()).map_err(|_| damaged("the details of a service"))?;
        let Details { group, icon, description, keywords, questions, notice } = details;
        let service = Service {
            code: code(ServiceCode::new(text.clone()))?,
            name,
            working_days: row.get(2)?,
            group,
            icon,
            description,
            keywords,
            questions,
            notice,
        };
        italian.insert(text, service.name_in("it").to_owned());
        if !row.get::<_, bool>(4)? {
            services.push(service);
        }
    }
    Ok(services)
}

pub(super) fn load_areas(conn: &Connection, jurisdiction: i64, names: &mut HashMap<String, String>) -> Result<Vec<Area>, StoreError> {
    let mut rows = conn.prepare_cached("SELECT code, name, kind, outline, retired FROM area WHERE jurisdiction = ?1 ORDER BY code")?;
    let mut rows = rows.query([jurisdiction])?;
    let mut areas = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, name): (String, String) = (row.get(0)?, row.get(1)?);
        names.insert(text.clone(), name.clone());
        if !row.get::<_, bool>(4)? {
            let polygons: Vec<Vec<Vec<Corner>>> =
                serde_json::from_str(row.get_ref(3)?.as_str().unwrap_or_default()).map_err(|_| damaged("the outline of an area"))?;
            areas.push(Area { code: code(AreaCode::new(text))?, name, kind: row.get(2)?, polygons });
        }
    }
    Ok(areas)
}

/// Replaces departments and their crews; those that are missing are retired.
pub(super) fn put_departments(conn: &Connection, jurisdiction: i64, departments: &[Department]) -> Result<(), StoreError> {
    conn.execute("UPDATE department SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    conn.execute("UPDATE crew SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for department in departments {
        conn.prepare_cached(
            "INSERT INTO department (jurisdiction, code, name, kind, contact) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (jurisdiction, code)
             DO UPDATE SET name = excluded.name, kind = excluded.kind, contact = excluded.contact, retired = 0",
        )?
        .execute(params![
            jurisdiction,
            department.code.as_str(),
            department.name,
            department.kind.as_str(),
            department.contact.as_deref().unwrap_or_default()
        ])?;
        for crew in &department.crews {
            conn.prepare_cached(
                "INSERT INTO crew (jurisdiction, code, department, name) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (jurisdiction, code) DO UPDATE SET department = excluded.department, name = excluded.name, retired = 0",
            )?
            .execute(params![jurisdiction, crew.code.as_str(), department.code.as_str(), crew.name])?;
        }
    }
    Ok(())
}

/// Replaces services; those that are missing are retired.
pub(super) fn put_services(conn: &Connection, jurisdiction: i64, services: &[Service]) -> Result<(), StoreError> {
    conn.execute("UPDATE service SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for (service, place) in services.iter().zip(1_i64..) {
        let names = serde_json::to_string(&service.name).map_err(|_| damaged("the names of a service"))?;
        let Service { group, icon, description, keywords, questions, notice, .. } = service.clone();
        let details = serde_json::to_string(&Details { group, icon, description, keywords, questions, notice })
            .map_err(|_| damaged("the details of a service"))?;
        conn.prepare_cached(
            "INSERT INTO service (jurisdiction, code, place, names, working_days, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (jurisdiction, code) DO UPDATE SET place = excluded.place, names = excluded.names,
             working_days = excluded.working_days, details = excluded.details, retired = 0",
        )?
        .execute(params![jurisdiction, service.code.as_str(), place, names, service.working_days, details])?;
    }
    Ok(())
}

fn put_areas(conn: &Connection, jurisdiction: i64, import: &AreaImport) -> Result<(), StoreError> {
    conn.execute("UPDATE jurisdiction SET area_kind = ?2 WHERE jurisdiction = ?1", params![jurisdiction, import.lies_in])?;
    conn.execute("UPDATE area SET retired = 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    for area in &import.areas {
        let outline = serde_json::to_string(&area.polygons).map_err(|_| damaged("the outline of an area"))?;
        conn.prepare_cached(
            "INSERT INTO area (jurisdiction, code, name, kind, outline) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (jurisdiction, code) DO UPDATE SET name = excluded.name, kind = excluded.kind, outline = excluded.outline, retired = 0",
        )?
        .execute(params![jurisdiction, area.code.as_str(), area.name, area.kind, outline])?;
    }
    Ok(())
}

/// Replaces all areas; see [`crate::store::Store::import`].
///
/// # Errors
/// What the engine said.
pub fn import_areas(conn: &Connection, city: &City, import: &AreaImport, retire: Retire) -> Result<Result<(), ImportRefusal>, StoreError> {
    let stays = |code: &str| import.areas.iter().any(|area| area.code.as_str() == code);
    if let Err(refusal) = rules_hold(city, &offered(&city.catalogue.services, &import.areas, &city.departments)) {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = orphans(conn, city, Thing::Area, retire, stays)? {
        return Ok(Err(refusal));
    }
    put_areas(conn, city.jurisdiction, import)?;
    raise_version(conn, city.jurisdiction)?;
    Ok(Ok(()))
}

/// Replaces all services; see [`crate::store::Store::import`].
///
/// # Errors
/// What the engine said.
pub fn import_services(
    conn: &Connection,
    city: &City,
    services: &[Service],
    retire: Retire,
) -> Result<Result<(), ImportRefusal>, StoreError> {
    let stays = |code: &str| services.iter().any(|service| service.code.as_str() == code);
    if let Err(refusal) = rules_hold(city, &offered(services, city.areas.areas(), &city.departments)) {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = orphans(conn, city, Thing::Service, retire, stays)? {
        return Ok(Err(refusal));
    }
    put_services(conn, city.jurisdiction, services)?;
    raise_version(conn, city.jurisdiction)?;
    Ok(Ok(()))
}

/// Replaces all departments with their crews; see [`crate::store::Store::import`].
///
/// # Errors
/// What the engine said.
pub fn import_departments(
    conn: &Connection,
    city: &City,
    departments: &[Department],
    retire: Retire,
) -> Result<Result<(), ImportRefusal>, StoreError> {
    let stays = |code: &str| departments.iter().any(|department| department.code.as_str() == code);
    if let Err(refusal) = rules_hold(city, &offered(&city.catalogue.services, city.areas.areas(), departments)) {
        return Ok(Err(refusal));
    }
    if let Some(refusal) = orphans(conn, city, Thing::Department, retire, stays)? {
        return Ok(Err(refusal));
    }
    put_departments(conn, city.jurisdiction, departments)?;
    raise_version(conn, city.jurisdiction)?;
    Ok(Ok(()))
}

/// Refuses what would leave rules in force that cannot be evaluated.
pub(super) fn rules_hold(city: &City, after: &Offer) -> Result<(), ImportRefusal> {
    let faults = check(&city.rules.rules, after);
    if faults.is_empty() { Ok(()) } else { Err(ImportRefusal::Rules(RuleFaults(faults))) }
}

/// The refusal to let go what open cases name, with how many they are; `None` where there are none, or where they may keep the old one.
fn orphans(
    conn: &Connection,
    city: &City,
    what: Thing,
    retire: Retire,
    stays: impl Fn(&str) -> bool,
) -> Result<Option<ImportRefusal>, StoreError> {
    if retire == Retire::Anyway {
        return Ok(None);
    }
    let open: Vec<&str> = CaseStatus::OPEN.iter().map(|status| status.as_str()).collect();
    let open = serde_json::to_string(&open).map_err(|_| damaged("the statuses"))?;
    let sql = match what {
        Thing::Area => include_str!("open_cases_by_area.sql"),
        Thing::Service => include_str!("open_cases_by_service.sql"),
        Thing::Department => include_str!("open_cases_by_owner.sql"),
    };
    let mut count = conn.prepare_cached(sql)?;
    let mut rows = count.query(params![city.jurisdiction, open])?;
    let mut gone = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        if !stays(&code) {
            gone.push((code, unsigned(row.get(1)?)));
        }
    }
    Ok((!gone.is_empty()).then_some(ImportRefusal::Orphans(Orphans { what, gone })))
}

/// Lets every process notice that the city is another.
pub(super) fn raise_version(conn: &Connection, jurisdiction: i64) -> Result<(), StoreError> {
    conn.execute("UPDATE jurisdiction SET city_version = city_version + 1 WHERE jurisdiction = ?1", [jurisdiction])?;
    Ok(())
}
