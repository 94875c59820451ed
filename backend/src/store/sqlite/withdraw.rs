//! A citizen takes a report back: the report ends, and the case with it if nobody else reported it and no work has begun.

use super::batch::{Outcome, Sender};
use super::history::{CaseStep, record_step};
use super::row::{status, uuid};
use crate::store::batch::Refusal;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::merge::{WithdrawPlan, plan_withdraw};
use lanterna_shared::moves::Move;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use rusqlite::{Connection, OptionalExtension, params};

/// Applies one `withdraw`.
pub(super) fn withdraw(conn: &Connection, city: &City, sender: &Sender, report: ReportId) -> Result<Outcome, StoreError> {
    let key = params![city.jurisdiction, report.as_bytes(), sender.device.subject.as_bytes()];
    let found = conn
        .prepare_cached(
            "SELECT r.case_id, r.withdrawn_at IS NOT NULL, c.status, c.owner FROM report r
             JOIN \"case\" c ON c.jurisdiction = r.jurisdiction AND c.case_id = r.case_id
             WHERE r.jurisdiction = ?1 AND r.report_id = ?2 AND r.subject_id = ?3",
        )?
        .query_row(key, |row| Ok((CaseId(uuid(row, 0)?), row.get(1)?, row.get::<_, String>(2)?, row.get(3)?)))
        .optional()?;
    let Some((case, is_withdrawn, now_status, owner)): Option<(CaseId, bool, String, Option<String>)> = found else {
        return Ok(Err(Refusal::new(ProblemCode::Unknown, "The report is not here: send it first.")));
    };
    if is_withdrawn {
        return Ok(Ok(Verdict::Exists));
    }
    let others: u32 = conn
        .prepare_cached(
            "SELECT count(*) FROM report WHERE jurisdiction = ?1 AND case_id = ?2 AND report_id <> ?3 AND withdrawn_at IS NULL",
        )?
        .query_row(params![city.jurisdiction, case.as_bytes(), report.as_bytes()], |row| row.get(0))?;
    let before = status(&now_status)?;
    let after = match plan_withdraw(before, others) {
        WithdrawPlan::EndCase => CaseStatus::Withdrawn,
        WithdrawPlan::CaseGoesOn => before,
    };
    conn.prepare_cached("UPDATE report SET withdrawn_at = ?3 WHERE jurisdiction = ?1 AND report_id = ?2")?.execute(params![
        city.jurisdiction,
        report.as_bytes(),
        sender.now.as_millis()
    ])?;
    let step = CaseStep { case, role: Role::Reporter, staff: None, name: Move::Withdraw, after, owner: owner.as_deref(), text: None };
    record_step(conn, city, &step, sender.now)?;
    Ok(Ok(Verdict::Applied))
}
