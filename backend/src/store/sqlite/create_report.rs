//! A new report becomes a case: its area found, its owner picked, its promise made, all in one transaction.

use super::address::give_address;
use super::batch::{Outcome, Sender};
use super::due;
use super::history::{Change, append_change};
use super::joining::{self, Wish};
use super::photo::expect_photo;
use super::row::{damaged, signed};
use super::suggestion;
use crate::store::batch::Refusal;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::rules::Inquiry;
use lanterna_shared::area::Area;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::clock::{self, ServiceLevel};
use lanterna_shared::duplicate::join::Joined;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::moves::Move;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::report::{NewReport, ReportKind};
use lanterna_shared::role::Role;
use lanterna_shared::routing::{Decision, trace};
use lanterna_shared::service::asking::check_answers;
use lanterna_shared::service::{DepartmentCode, Service};
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::Verdict;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// What a report becomes.
struct Plan<'a> {
    service: &'a Service,
    area: Option<&'a Area>,
    decision: Decision,
    level: ServiceLevel,
    due_at: Timestamp,
}

/// Finds area, owner, priority and due date. Pure.
fn plan<'a>(city: &'a City, sender: &Sender, new: &'a NewReport) -> Option<Plan<'a>> {
    let service = city.service(&new.service)?;
    let inquiry = Inquiry {
        service: &service.code,
        position: new.position.as_ref(),
        answers: &new.answers,
        channel: sender.device.channel,
        kind: new.kind,
        at: sender.now,
    };
    let (area, decision) = city.route(&city.rules.rules, &inquiry);
    // Until when: as the rule says, otherwise as the service does.
    let level = decision.service_level.unwrap_or(ServiceLevel::WorkingDays(service.working_days));
    Some(Plan { service, area, decision, level, due_at: clock::due_at(&city.calendar, sender.now, level) })
}

/// The id of the case that a report opens: from the report's, so that nothing random is drawn while ops take effect.
fn case_id(report: ReportId, now: Timestamp) -> CaseId {
    let digest = Sha256::new().chain_update(b"lanterna case").chain_update(report.as_bytes()).finalize();
    let mut entropy = [0; 10];
    entropy.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    CaseId::mint(now, entropy)
}

/// The refusal of a report about something that can no longer be reported.
pub(super) fn not_offered() -> Refusal {
    Refusal::new(ProblemCode::Unknown, "This category is not offered any more: choose another and send it again.")
}

/// Applies one `create_report`.
pub(super) fn create_report(conn: &Connection, city: &City, sender: &Sender, new: &NewReport) -> Result<Outcome, StoreError> {
    let subject = sender.device.subject;
    let known = conn
        .prepare_cached("SELECT subject_id FROM report WHERE jurisdiction = ?1 AND report_id = ?2")?
        .query_row(params![city.jurisdiction, new.report.as_bytes()], |row| row.get::<_, [u8; 16]>(0))
        .optional()?;
    if let Some(known) = known {
        let is_own = known == *subject.as_bytes();
        return Ok(if is_own {
            Ok(Verdict::Exists)
        } else {
            Err(Refusal::new(ProblemCode::IdReused, "Another report has this id: write it again."))
        });
    }
    let wish = joining::wish(conn, city, new)?;
    if let Some(Wish { case: Some(case), outcome: Joined::Joined }) = wish {
        return joining::join(conn, city, sender, new, case);
    }
    let Some(plan) = plan(city, sender, new) else {
        return Ok(Err(not_offered()));
    };
    let case = case_id(new.report, sender.now);
    let seq = append_change(conn, city, Change::Report(new.report), sender.now)?;
    insert_case(conn, city, case, new, &plan, sender.now, seq)?;
    give_address(conn, city, case, new.position.as_ref())?;
    insert_report(conn, city, case, plan.service, sender, new, seq)?;
    super::follow::keep(conn, city, new)?;
    for (photo, ordinal) in new.photos.iter().zip(0_u8..) {
        expect_photo(conn, city, subject, new.report, ordinal, photo)?;
    }
    suggestion::opened(conn, city, case, new, sender.now)?;
    if let Some(wish) = wish {
        joining::opened_anew(conn, city, case, new, wish)?;
    }
    Ok(Ok(Verdict::Applied))
}

fn insert_case(
    conn: &Connection,
    city: &City,
    case: CaseId,
    new: &NewReport,
    plan: &Plan<'_>,
    now: Timestamp,
    seq: u64,
) -> Result<(), StoreError> {
    let number: i64 = conn
        .prepare_cached(
            "UPDATE jurisdiction SET last_case_number = last_case_number + 1 WHERE jurisdiction = ?1 RETURNING last_case_number",
        )?
        .query_row([city.jurisdiction], |row| row.get(0))?;
    let boundary = plan.decision.boundary.as_ref().map(serde_json::to_string).transpose();
    let boundary = boundary.map_err(|_| damaged("the boundary of a case"))?.unwrap_or_default();
    let owner = plan.decision.owner.as_ref().map(DepartmentCode::as_str);
    let status = if owner.is_some() { CaseStatus::Assigned } else { CaseStatus::Received };
    conn.prepare_cached(
        "INSERT INTO \"case\" (jurisdiction, case_id, number, status, status_since, service, area, owner, received_at, due_at, photos, version, trace,
             priority, rules_version, boundary, level_unit, level_amount)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
    )?
    .execute(params![
        city.jurisdiction,
        case.as_bytes(),
        number,
        status.as_str(),
        now.as_millis(),
        plan.service.code.as_str(),
        plan.area.map(|area| area.code.as_str()),
        owner,
        now.as_millis(),
        plan.due_at.as_millis(),
        new.photos.len(),
        signed(seq),
        trace::to_stored(&plan.decision.trace),
        plan.decision.priority.as_str(),
        city.rules.version,
        boundary,
        plan.level.unit(),
        plan.level.amount()
    ])?;
    due::promise(conn, city, case, plan.due_at, now)?;
    let mut timeline = conn.prepare_cached(
        "INSERT INTO timeline (jurisdiction, case_id, place, at, role, move, status, owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let (at, reporter, received) = (now.as_millis(), Role::Reporter.as_str(), CaseStatus::Received.as_str());
    timeline.execute(params![city.jurisdiction, case.as_bytes(), 1, at, reporter, None::<&str>, received, None::<&str>])?;
    if owner.is_some() {
        let (routing, assign) = (Role::Routing.as_str(), Move::Assign.as_str());
        timeline.execute(params![city.jurisdiction, case.as_bytes(), 2, at, routing, assign, status.as_str(), owner])?;
        conn.prepare_cached("INSERT INTO assignment (jurisdiction, case_id, place, owner, from_at) VALUES (?1, ?2, 1, ?3, ?4)")?
            .execute(params![city.jurisdiction, case.as_bytes(), owner, at])?;
    }
    Ok(())
}

/// Writes a report of a case, and what it says.
pub(super) fn insert_report(
    conn: &Connection,
    city: &City,
    case: CaseId,
    service: &Service,
    sender: &Sender,
    new: &NewReport,
    seq: u64,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO report (jurisdiction, report_id, subject_id, case_id, kind, channel, service, receipt, sent_at, clock_offset_ms, received_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        city.jurisdiction,
        new.report.as_bytes(),
        sender.device.subject.as_bytes(),
        case.as_bytes(),
        kind_text(new.kind),
        sender.device.channel.as_str(),
        new.service.as_str(),
        new.receipt.to_string(),
        new.sent_at.as_millis(),
        sender.clock_offset_ms,
        sender.now.as_millis(),
        signed(seq)
    ])?;
    let position = new.position.as_ref();
    let answers = serde_json::to_string(&new.answers).map_err(|_| damaged("the answers of a report"))?;
    // Kept as they came and never a reason to refuse: the device may have had an older catalogue.
    let faults = check_answers(service, &new.answers).err().unwrap_or_default();
    let faults = serde_json::to_string(&faults).map_err(|_| damaged("the answers of a report"))?;
    conn.prepare_cached(
        "INSERT INTO report_content (jurisdiction, report_id, text, lat_e7, lon_e7, accuracy_m, position_source, answers, answer_faults)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        city.jurisdiction,
        new.report.as_bytes(),
        new.text,
        position.map(Position::lat_e7),
        position.map(Position::lon_e7),
        position.and_then(Position::accuracy_m),
        position.map(|position| source_text(position.source())),
        answers,
        faults
    ])?;
    Ok(())
}

const fn kind_text(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Report => "report",
        ReportKind::Suggestion => "suggestion",
        ReportKind::Complaint => "complaint",
    }
}

/// A source as it is stored.
pub(super) const fn source_text(source: PositionSource) -> &'static str {
    match source {
        PositionSource::Gps => "gps",
        PositionSource::Photo => "photo",
        PositionSource::Map => "map",
        PositionSource::Address => "address",
    }
}
