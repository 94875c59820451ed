//! What is known of a case, loaded for the guards.

use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::sqlite::row::{code, status, unsigned, uuid};
use crate::store::staff::CaseScope;
use lanterna_shared::guard::{CaseFacts, EvidencePhoto, LeadFacts, Limits, Speaker, Voices};
use lanterna_shared::id::{CaseId, ReportId, SubjectId};
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

/// A case with what stands beside its facts.
pub(in crate::store::sqlite) struct Loaded {
    /// For the guards.
    pub facts: CaseFacts,
    /// What the jurisdiction allows.
    pub limits: Limits,
    /// The sequence of its last change.
    pub version: u64,
    /// Raised by every resolve and decline.
    pub round: i64,
    /// Until when the arbiter should decide.
    pub arbiter_due_at: Option<Timestamp>,
}

fn moment(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, rusqlite::Error> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}

/// Loads a case as staff and the system see it: nobody speaks.
///
/// # Errors
/// What the engine said.
pub(in crate::store::sqlite) fn load(conn: &Connection, city: &City, case: CaseId) -> Result<Option<Loaded>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("facts.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let before: Option<String> = row.get(1)?;
    let facts = CaseFacts {
        case,
        status: status(row.get_ref(0)?.as_str().unwrap_or_default())?,
        before: before.as_deref().map(status).transpose()?,
        owner: row.get::<_, Option<String>>(2)?.map(|owner| code(DepartmentCode::new(owner))).transpose()?,
        hand_offs: row.get(3)?,
        at_arbiter: row.get(4)?,
        contests: row.get(5)?,
        times_out_at: moment(row, 6)?,
        waiting_since: moment(row, 7)?,
        planned_for: moment(row, 8)?,
        lead: row.get::<_, Option<[u8; 16]>>(9)?.map(|lead| CaseId(Uuid::from_bytes(lead))),
        wanted_lead: None,
        has_position: row.get(10)?,
        photos_count: false,
        work_begun: row.get(11)?,
        can_be_asked: row.get(12)?,
        voices: Voices::default(),
        speaker: None,
    };
    let limits = Limits {
        hand_off_budget: row.get(13)?,
        contest_days: row.get(14)?,
        waiting_days: city.calendar.rules().waiting_limit_days,
        arbiter_days: row.get(15)?,
    };
    Ok(Some(Loaded { facts, limits, version: unsigned(row.get(16)?), round: row.get(17)?, arbiter_due_at: moment(row, 18)? }))
}

/// The subject of the oldest live report: on the case itself before those on cases that follow it.
pub(super) fn reporter(conn: &Connection, city: &City, case: CaseId) -> Result<Option<SubjectId>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("reporter.sql"))?;
    Ok(find.query_row(params![city.jurisdiction, case.as_bytes()], |row| uuid(row, 0).map(SubjectId)).optional()?)
}

/// Adds to a loaded case who speaks, and what the others have said.
pub(super) fn hear(conn: &Connection, city: &City, loaded: &mut Loaded, subject: SubjectId, report: ReportId) -> Result<(), StoreError> {
    let case = loaded.facts.case;
    let is_reporter = reporter(conn, city, case)? == Some(subject);
    let mut count = conn.prepare_cached(include_str!("voices.sql"))?;
    let key = params![city.jurisdiction, case.as_bytes(), loaded.round, subject.as_bytes(), report.as_bytes()];
    let (voices, other_live_reports) = count.query_row(key, |row| {
        let voices = Voices { live: row.get(0)?, others_done: row.get(1)?, other_joiners_not_done: row.get(2)? };
        Ok((voices, row.get(3)?))
    })?;
    loaded.facts.voices = voices;
    loaded.facts.speaker = Some(Speaker { is_reporter, other_live_reports });
    Ok(())
}

/// The case that a join names, if the actor may see it: who could join to any case could hand a case off without counting.
pub(super) fn wanted_lead(conn: &Connection, city: &City, scope: &CaseScope, lead: CaseId) -> Result<Option<LeadFacts>, StoreError> {
    let found = load(conn, city, lead)?.filter(|found| scope.holds(found.facts.owner.as_ref()));
    Ok(found.map(|found| LeadFacts { case: lead, status: found.facts.status }))
}

/// Whether every photo is on the case (or on one that follows it) and arrived after its owner set to work in this round: the picture of what is broken
/// is no picture of what was done.
pub(super) fn photos_count(conn: &Connection, city: &City, case: CaseId, photos: &[EvidencePhoto]) -> Result<bool, StoreError> {
    let mut find = conn.prepare_cached(include_str!("photo_counts.sql"))?;
    for photo in photos {
        let key = params![city.jurisdiction, case.as_bytes(), photo.report.as_bytes(), photo.ordinal];
        if !find.query_row(key, |row| row.get::<_, bool>(0))? {
            return Ok(false);
        }
    }
    Ok(!photos.is_empty())
}
