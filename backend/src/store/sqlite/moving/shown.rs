//! What a citizen reads beside status, office and date: the question, the days in which they can say that it is not done, for whom the case waits.

use super::facts::reporter;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::id::{CaseId, SubjectId};
use lanterna_shared::moves::Move;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::ReportMore;
use rusqlite::{Connection, OptionalExtension, params};

/// How the case stands that a citizen is shown: the lead, where the own case follows one.
pub(in crate::store::sqlite) struct Standing {
    /// The case.
    pub case: CaseId,
    /// Its status.
    pub status: CaseStatus,
    /// Whether it is with the arbiter.
    pub at_arbiter: bool,
    /// When the system acts.
    pub times_out_at: Option<Timestamp>,
    /// The date it is planned for.
    pub planned_for: Option<Timestamp>,
    /// The round of voices.
    pub round: i64,
    /// Whether the citizen has withdrawn the report.
    pub is_withdrawn: bool,
}

/// The moves by which a case comes to a status that says more than its name.
const fn ways_into(status: CaseStatus) -> &'static str {
    match status {
        CaseStatus::Assigned => "SELECT t.code, x.text, x.whom FROM timeline t
            LEFT JOIN timeline_text x ON x.jurisdiction = t.jurisdiction AND x.case_id = t.case_id AND x.place = t.place
            WHERE t.jurisdiction = ?1 AND t.case_id = ?2 AND t.move IN ('assign', 'hand_off', 'arbitrate', 'contest', 'reopen') AND t.status = ?3
            ORDER BY t.place DESC LIMIT 1",
        _ => "SELECT t.code, x.text, x.whom FROM timeline t
            LEFT JOIN timeline_text x ON x.jurisdiction = t.jurisdiction AND x.case_id = t.case_id AND x.place = t.place
            WHERE t.jurisdiction = ?1 AND t.case_id = ?2 AND t.move IN ('ask', 'wait', 'resolve', 'decline') AND t.status = ?3
            ORDER BY t.place DESC LIMIT 1",
    }
}

/// What there is to say to `subject`.
///
/// # Errors
/// What the engine said.
pub(in crate::store::sqlite) fn shown(
    conn: &Connection,
    city: &City,
    subject: SubjectId,
    standing: &Standing,
) -> Result<ReportMore, StoreError> {
    let mut more = ReportMore { at_arbiter: standing.at_arbiter, planned_for: standing.planned_for, ..ReportMore::default() };
    let status = standing.status;
    if !matches!(
        status,
        CaseStatus::Assigned | CaseStatus::WaitingReporter | CaseStatus::WaitingOther | CaseStatus::Resolved | CaseStatus::Declined
    ) {
        return Ok(more);
    }
    let mut find = conn.prepare_cached(ways_into(status))?;
    let entry = find
        .query_row(params![city.jurisdiction, standing.case.as_bytes(), status.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get::<_, Option<String>>(2)?))
        })
        .optional()?;
    let (code, text, whom) = entry.unwrap_or_default();
    more.code = Some(code).filter(|code| !code.is_empty());
    match status {
        CaseStatus::WaitingReporter if !standing.is_withdrawn && reporter(conn, city, standing.case)? == Some(subject) => {
            more.question = text;
            more.may = vec![Move::Resume];
        }
        CaseStatus::WaitingOther => {
            more.waits_for = whom.filter(|whom| !whom.is_empty());
            more.why = text;
        }
        CaseStatus::Resolved | CaseStatus::Declined if !standing.is_withdrawn => {
            more.contest_until = standing.times_out_at;
            more.may = may_say(conn, city, subject, standing)?;
        }
        _ => {}
    }
    Ok(more)
}

/// What this citizen has not said yet.
fn may_say(conn: &Connection, city: &City, subject: SubjectId, standing: &Standing) -> Result<Vec<Move>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT said FROM voice WHERE jurisdiction = ?1 AND case_id = ?2 AND round = ?3 AND subject_id = ?4")?;
    let key = params![city.jurisdiction, standing.case.as_bytes(), standing.round, subject.as_bytes()];
    let said: Option<String> = find.query_row(key, |row| row.get(0)).optional()?;
    Ok(match said.as_deref() {
        Some("done") => vec![Move::Contest],
        Some(_) => vec![Move::Confirm],
        None => vec![Move::Confirm, Move::Contest],
    })
}
