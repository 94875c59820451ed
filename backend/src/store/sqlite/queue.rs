//! The office's queue: pages of cases, newest first, by keyset.

use super::row::{code, status, unsigned, uuid};
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::CaseScope;
use lanterna_shared::case::ClockState;
use lanterna_shared::check::CaseNumber;
use lanterna_shared::id::CaseId;
use lanterna_shared::office::{CasePage, CaseSummary, Department};
use lanterna_shared::service::{DepartmentCode, ServiceCode};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, Row, params};

/// The columns that [`summary`] reads, in its order.
macro_rules! summary_columns {
    () => {
        "case_id, number, status, service, owner, area, received_at, due_at, photos, version, at_arbiter"
    };
}
pub(super) use summary_columns;

/// A page of cases; see [`crate::store::Store::case_page`].
///
/// # Errors
/// What the engine said.
pub fn case_page(conn: &Connection, city: &City, scope: &CaseScope, after: Option<u64>, limit: u32) -> Result<CasePage, StoreError> {
    let below = after.map_or(i64::MAX, super::row::signed);
    // One more than asked for says whether there is a next page.
    let rows_wanted = i64::from(limit) + 1;
    let mut statement;
    let mut rows = match scope {
        CaseScope::Nothing => return Ok(CasePage { cases: Vec::new(), next: None }),
        CaseScope::All => {
            statement = conn.prepare_cached(concat!(
                "SELECT ",
                summary_columns!(),
                " FROM \"case\" WHERE jurisdiction = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3"
            ))?;
            statement.query(params![city.jurisdiction, below, rows_wanted])?
        }
        CaseScope::Owner(owner) => {
            statement = conn.prepare_cached(concat!(
                "SELECT ",
                summary_columns!(),
                " FROM \"case\" WHERE jurisdiction = ?1 AND owner = ?4 AND number < ?2 ORDER BY number DESC LIMIT ?3"
            ))?;
            statement.query(params![city.jurisdiction, below, rows_wanted, owner.as_str()])?
        }
    };
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        if u32::try_from(cases.len()).is_ok_and(|count| count == limit) {
            let next = cases.last().map(|last: &CaseSummary| last.number.sequence().to_string());
            return Ok(CasePage { cases, next });
        }
        cases.push(summary(city, row)?);
    }
    Ok(CasePage { cases, next: None })
}

/// Reads one line of a queue from [`summary_columns`].
pub(super) fn summary(city: &City, row: &Row<'_>) -> Result<CaseSummary, StoreError> {
    let status = status(row.get_ref(2)?.as_str().unwrap_or_default())?;
    let service: String = row.get(3)?;
    let area: Option<String> = row.get(5)?;
    Ok(CaseSummary {
        case: CaseId(uuid(row, 0)?),
        number: CaseNumber::new(unsigned(row.get(1)?)),
        status,
        service_name: city.names.services.get(&service).unwrap_or(&service).clone(),
        service: code(ServiceCode::new(service))?,
        owner: row.get::<_, Option<String>>(4)?.map(|owner| department(city, owner)).transpose()?,
        area: area.and_then(|area| city.names.areas.get(&area).cloned()),
        received_at: Timestamp::from_millis(row.get(6)?),
        due_at: (status.clock() == ClockState::Runs).then(|| row.get(7).map(Timestamp::from_millis)).transpose()?,
        photos: row.get(8)?,
        version: unsigned(row.get(9)?),
        at_arbiter: row.get(10)?,
    })
}

/// A department by its stored code, retired or not.
pub(super) fn department(city: &City, text: String) -> Result<Department, StoreError> {
    let name = city.names.departments.get(&text).unwrap_or(&text).clone();
    Ok(Department::new(code(DepartmentCode::new(text))?, name))
}
