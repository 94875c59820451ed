//! A case with everything about it, as one person may see it.

use super::address::address_of_case;
use super::due_read::case_clock;
use super::moving::{self, Loaded};
use super::queue::{department, summary, summary_columns};
use super::row::{damaged, event, named_move, role, status, uuid};
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::{CaseScope, Staff};
use lanterna_shared::guard::{self, CaseFacts, DeclineReason, HandOffReason, Outcome};
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::{self, Move};
use lanterna_shared::office::{CaseBounds, CaseDetail, LegalMove, PhotoView, ReportView, TimelineEntry};
use lanterna_shared::position::Position;
use lanterna_shared::priority::Priority;
use lanterna_shared::routing::trace;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// A case; `None` when there is none within `scope`. See [`crate::store::Store::case_detail`].
///
/// # Errors
/// What the engine said.
pub fn case_detail(
    conn: &Connection,
    city: &City,
    staff: &Staff,
    scope: &CaseScope,
    case: CaseId,
) -> Result<Option<CaseDetail>, StoreError> {
    let mut find = conn.prepare_cached(concat!(
        "SELECT ",
        summary_columns!(),
        ", trace, priority, rules_version, boundary FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2"
    ))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let summary = summary(city, row)?;
    if !scope.holds(summary.owner.as_ref().map(|owner| &owner.code)) {
        return Ok(None);
    }
    let text = |name: &str| row.get::<_, String>(name);
    let boundary = text("boundary")?;
    let boundary = if boundary.is_empty() { Ok(None) } else { serde_json::from_str(&boundary).map(Some) };
    let rules_version: u32 = row.get("rules_version")?;
    let loaded = moving::load(conn, city, case)?.ok_or_else(|| damaged("a case that was just read"))?;
    Ok(Some(CaseDetail {
        address: address_of_case(conn, city, case)?,
        reports: reports(conn, city, case)?,
        timeline: timeline(conn, city, case)?,
        clock: Some(case_clock(conn, city, case)?),
        priority: Some(Priority::parse(&text("priority")?).ok_or_else(|| damaged("the priority of a case"))?),
        trace: trace::from_stored(&text("trace")?).ok_or_else(|| damaged("the trace of a case"))?,
        rules_version: (rules_version > 0).then_some(rules_version),
        boundary: boundary.map_err(|_| damaged("the boundary of a case"))?,
        moves: offered(&loaded.facts, staff),
        bounds: bounds(&loaded, moving::joined_to(conn, city, case)?),
        summary,
    }))
}

/// What `staff` may do now, with the codes to choose from.
fn offered(facts: &CaseFacts, staff: &Staff) -> Vec<LegalMove> {
    moves::legal(facts.status, staff.role)
        .filter(|rule| guard::is_open_to(staff.role, rule.name, facts))
        .map(|rule| {
            let codes = match rule.name {
                Move::Resolve => Outcome::texts(),
                Move::Decline => DeclineReason::texts(),
                Move::HandOff => HandOffReason::texts(),
                _ => Vec::new(),
            };
            LegalMove { name: rule.name, asks: rule.asks.to_vec(), codes }
        })
        .collect()
}

/// What those moves are bound by.
fn bounds(loaded: &Loaded, joined: Vec<CaseId>) -> CaseBounds {
    let facts = &loaded.facts;
    CaseBounds {
        hand_offs_left: loaded.limits.hand_off_budget.saturating_sub(facts.hand_offs),
        arbiter_due_at: loaded.arbiter_due_at,
        times_out_at: facts.times_out_at,
        planned_for: facts.planned_for,
        lead: facts.lead,
        joined,
    }
}

fn reports(conn: &Connection, city: &City, case: CaseId) -> Result<Vec<ReportView>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("reports_of_case.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let mut reports = Vec::new();
    while let Some(row) = rows.next()? {
        let report = ReportId(uuid(row, 0)?);
        let received_at: i64 = row.get(3)?;
        let sent_at: i64 = row.get(1)?;
        reports.push(ReportView {
            report,
            text: row.get(5)?,
            answers: read_json(row, 10, "the answers of a report")?,
            answer_faults: read_json(row, 11, "the answers of a report")?,
            position: position_of(row, 6)?,
            // Corrected by how far the device's clock was off; never later than the receipt.
            sent_at: Timestamp::from_millis(sent_at.saturating_add(row.get(2)?).min(received_at)),
            received_at: Timestamp::from_millis(received_at),
            withdrawn: row.get(4)?,
            photos: photos(conn, city, report)?,
        });
    }
    Ok(reports)
}

fn read_json<T: serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize, what: &str) -> Result<T, StoreError> {
    serde_json::from_str(row.get_ref(column)?.as_str().unwrap_or_default()).map_err(|_| damaged(what))
}

/// A stored position; `at` is the column of its latitude, which longitude, accuracy and source follow.
pub(super) fn position_of(row: &rusqlite::Row<'_>, at: usize) -> Result<Option<Position>, StoreError> {
    let (lat, lon): (Option<i32>, Option<i32>) = (row.get(at)?, row.get(at.saturating_add(1))?);
    let (Some(lat), Some(lon)) = (lat, lon) else { return Ok(None) };
    let accuracy: Option<u32> = row.get(at.saturating_add(2))?;
    let source: String = row.get(at.saturating_add(3))?;
    // The wire form is the only door from integers into a position, and it checks them again.
    let position: Position = serde_json::from_value(serde_json::json!({ "lat": lat, "lon": lon, "acc": accuracy, "src": source }))
        .map_err(|_| damaged("the position of a report"))?;
    position.check().map_err(|_| damaged("the position of a report"))?;
    Ok(Some(position))
}

fn photos(conn: &Connection, city: &City, report: ReportId) -> Result<Vec<PhotoView>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("photos_of_report.sql"))?;
    let found = find.query_map(params![city.jurisdiction, report.as_bytes()], |row| {
        Ok(PhotoView { ordinal: row.get(0)?, thumb: row.get(1)?, screen: row.get(2)?, full: row.get(3)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn timeline(conn: &Connection, city: &City, case: CaseId) -> Result<Vec<TimelineEntry>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT t.at, t.role, l.name, t.move, t.status, t.owner, t.at_arbiter, t.code, x.whom, x.text, t.event FROM timeline t
         LEFT JOIN staff_login l ON l.jurisdiction = t.jurisdiction AND l.staff_id = t.staff_id
         LEFT JOIN timeline_text x ON x.jurisdiction = t.jurisdiction AND x.case_id = t.case_id AND x.place = t.place
         WHERE t.jurisdiction = ?1 AND t.case_id = ?2 ORDER BY t.place",
    )?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let mut timeline = Vec::new();
    while let Some(row) = rows.next()? {
        timeline.push(TimelineEntry {
            at: Timestamp::from_millis(row.get(0)?),
            role: role(row.get_ref(1)?.as_str().unwrap_or_default())?,
            actor: row.get(2)?,
            name: row.get::<_, Option<String>>(3)?.map(|text| named_move(&text)).transpose()?,
            event: row.get::<_, Option<String>>(10)?.map(|text| event(&text)).transpose()?,
            status: status(row.get_ref(4)?.as_str().unwrap_or_default())?,
            owner: row.get::<_, Option<String>>(5)?.map(|owner| department(city, owner)).transpose()?,
            at_arbiter: row.get(6)?,
            code: Some(row.get(7)?).filter(|code: &String| !code.is_empty()),
            whom: row.get::<_, Option<String>>(8)?.filter(|whom| !whom.is_empty()),
            text: row.get(9)?,
        });
    }
    Ok(timeline)
}
