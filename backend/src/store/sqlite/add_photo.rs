//! One more photo of a report that is here already.

use super::batch::{Outcome, Sender};
use super::photo::expect_photo;
use super::suggestion;
use crate::store::batch::Refusal;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::photo::{MAX_PHOTOS, PhotoRef};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::verdict::Verdict;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// Applies one `add_photo`. Photos are only ever added, so it never conflicts and never makes a move of the office stale.
pub(super) fn add_photo(
    conn: &Connection,
    city: &City,
    sender: &Sender,
    report: ReportId,
    photo: &PhotoRef,
) -> Result<Outcome, StoreError> {
    let subject = sender.device.subject;
    let case = conn
        .prepare_cached("SELECT case_id FROM report WHERE jurisdiction = ?1 AND report_id = ?2 AND subject_id = ?3")?
        .query_row(params![city.jurisdiction, report.as_bytes(), subject.as_bytes()], |row| row.get::<_, [u8; 16]>(0))
        .optional()?;
    let Some(case) = case else {
        return Ok(Err(Refusal::new(ProblemCode::Unknown, "The report of this photo is not here: send the report first.")));
    };
    let mut photos = conn.prepare_cached(
        "SELECT count(*), coalesce(max(thumb = ?3 AND screen = ?4 AND \"full\" = ?5), 0) FROM report_photo WHERE jurisdiction = ?1 AND report_id = ?2",
    )?;
    let (count, is_there): (u8, bool) = photos.query_row(
        params![city.jurisdiction, report.as_bytes(), photo.thumb.as_bytes(), photo.screen.as_bytes(), photo.full.as_bytes()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if is_there {
        return Ok(Ok(Verdict::Exists));
    }
    if usize::from(count) >= MAX_PHOTOS {
        return Ok(Err(Refusal::new(ProblemCode::Invalid, "The report has 8 photos already: send this one with a second report.")));
    }
    expect_photo(conn, city, subject, report, count, photo)?;
    conn.prepare_cached("UPDATE \"case\" SET photos = photos + 1 WHERE jurisdiction = ?1 AND case_id = ?2")?
        .execute(params![city.jurisdiction, case])?;
    if let Some(alike) = photo.alike {
        suggestion::pictured(conn, city, CaseId(Uuid::from_bytes(case)), alike)?;
    }
    Ok(Ok(Verdict::Applied))
}
