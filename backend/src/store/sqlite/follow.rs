//! What is found by a secret link, a number or a receipt code.

use super::pull::report_row;
use super::queue::{summary, summary_columns};
use super::row::{signed, uuid};
use crate::store::audit::LookUp;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::CaseScope;
use lanterna_shared::follow::FollowHash;
use lanterna_shared::id::SubjectId;
use lanterna_shared::office::CaseSummary;
use lanterna_shared::report::NewReport;
use lanterna_shared::wire::ReportRow;
use rusqlite::{Connection, params};

/// The most cases that one receipt code finds.
const FOUND: u32 = 20;

/// Keeps the secret link of a new report. A hash that is taken stays where it is: nobody learns that it is.
pub(super) fn keep(conn: &Connection, city: &City, new: &NewReport) -> Result<(), StoreError> {
    let Some(follow) = &new.follow else { return Ok(()) };
    conn.prepare_cached("INSERT INTO report_follow (jurisdiction, follow_sha256, report_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
        .execute(params![city.jurisdiction, follow.as_bytes(), new.report.as_bytes()])?;
    Ok(())
}

/// The report of a secret link; see [`crate::store::audit::AuditLog::followed`]. Found by the hash: how long it takes says nothing of the secret.
///
/// # Errors
/// What the engine said.
pub fn followed(conn: &Connection, city: &City, follow: &FollowHash) -> Result<Option<ReportRow>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("followed_report.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, follow.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let mut followed = report_row(conn, city, SubjectId(uuid(row, 17)?), row)?;
    // Whoever has the link may look, and no more.
    followed.more.may.clear();
    Ok(Some(followed))
}

/// Cases by number or receipt; see [`crate::store::audit::AuditLog::find_cases`].
///
/// # Errors
/// What the engine said.
pub fn find_cases(conn: &Connection, city: &City, scope: &CaseScope, look_up: LookUp) -> Result<Vec<CaseSummary>, StoreError> {
    let mut find;
    let mut rows = match look_up {
        LookUp::Number(number) => {
            find = conn.prepare_cached(concat!("SELECT ", summary_columns!(), " FROM \"case\" WHERE jurisdiction = ?1 AND number = ?2"))?;
            find.query(params![city.jurisdiction, signed(number)])?
        }
        LookUp::Receipt(receipt) => {
            find = conn.prepare_cached(concat!(
                "SELECT ",
                summary_columns!(),
                " FROM \"case\" WHERE jurisdiction = ?1 AND case_id IN
                 (SELECT case_id FROM report WHERE jurisdiction = ?1 AND receipt = ?2 LIMIT ?3) ORDER BY number DESC"
            ))?;
            find.query(params![city.jurisdiction, receipt.to_string(), FOUND])?
        }
    };
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let summary = summary(city, row)?;
        if scope.holds(summary.owner.as_ref().map(|owner| &owner.code)) {
            cases.push(summary);
        }
    }
    Ok(cases)
}
