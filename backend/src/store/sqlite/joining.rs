//! A citizen joins an open case with a report of their own. Their wish is looked at, never trusted: the case must stand in the public index, be open and
//! be near. Where it cannot be, the report opens a case of its own, as if nobody had asked, and its row says why.

use super::batch::{Outcome, Sender};
use super::create_report::{insert_report, not_offered};
use super::history::{Change, append_change};
use super::likeness;
use super::photo::expect_photo;
use super::row::{signed, status, uuid};
use super::suggestion;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::duplicate::join::{CaseRef, Joined};
use lanterna_shared::duplicate::near::can_meet;
use lanterna_shared::id::CaseId;
use lanterna_shared::report::NewReport;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use rusqlite::{Connection, OptionalExtension, params};

/// A wish that was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// The case, where it stands in the public index.
    pub case: Option<CaseId>,
    /// What comes of it.
    pub outcome: Joined,
}

/// Looks at a report's wish; `None` where it has none.
pub(super) fn wish(conn: &Connection, city: &City, new: &NewReport) -> Result<Option<Wish>, StoreError> {
    let Some(wished) = new.joins else { return Ok(None) };
    let read = |row: &rusqlite::Row<'_>| Ok((CaseId(uuid(row, 0)?), row.get::<_, String>(1)?));
    let found = match wished {
        CaseRef::Case(case) => conn
            .prepare_cached("SELECT case_id, status FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2 AND published = 1")?
            .query_row(params![city.jurisdiction, case.as_bytes()], read)
            .optional()?,
        CaseRef::Number(number) => conn
            .prepare_cached("SELECT case_id, status FROM \"case\" WHERE jurisdiction = ?1 AND number = ?2 AND published = 1")?
            .query_row(params![city.jurisdiction, signed(number.sequence())], read)
            .optional()?,
    };
    let Some((case, now_status)) = found else { return Ok(Some(Wish { case: None, outcome: Joined::NotPublic })) };
    let is_near = || -> Result<bool, StoreError> {
        let there = likeness::of_case(conn, city, case)?.map(|kept| kept.traits.position);
        Ok(new.position.zip(there).is_some_and(|(here, there)| can_meet(&here, &there)))
    };
    let outcome = if !status(&now_status)?.is_open() {
        Joined::NotOpen
    } else if is_near()? {
        Joined::Joined
    } else {
        Joined::NotNear
    };
    Ok(Some(Wish { case: Some(case), outcome }))
}

/// Puts the report on the case. The case keeps its version: a report that is added makes no move of the office stale, as no photo does.
pub(super) fn join(conn: &Connection, city: &City, sender: &Sender, new: &NewReport, case: CaseId) -> Result<Outcome, StoreError> {
    let Some(service) = city.service(&new.service) else { return Ok(Err(not_offered())) };
    let seq = append_change(conn, city, Change::Report(new.report), sender.now)?;
    insert_report(conn, city, case, service, sender, new, seq)?;
    for (photo, ordinal) in new.photos.iter().zip(0_u8..) {
        expect_photo(conn, city, sender.device.subject, new.report, ordinal, photo)?;
    }
    conn.prepare_cached("UPDATE \"case\" SET photos = photos + ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(params![
        city.jurisdiction,
        case.as_bytes(),
        new.photos.len()
    ])?;
    conn.prepare_cached(
        "INSERT INTO timeline (jurisdiction, case_id, place, at, role, status, owner)
         SELECT jurisdiction, case_id, (SELECT coalesce(max(place), 0) + 1 FROM timeline WHERE jurisdiction = ?1 AND case_id = ?2), ?3, ?4, status, owner
         FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), sender.now.as_millis(), Role::Reporter.as_str()])?;
    for alike in new.photos.iter().filter_map(|photo| photo.alike) {
        suggestion::pictured(conn, city, case, alike)?;
    }
    keep(conn, city, new, Wish { case: Some(case), outcome: Joined::Joined })?;
    Ok(Ok(Verdict::Applied))
}

/// The report opened a case of its own although its citizen wanted another: says so, and suggests the two to the office.
pub(super) fn opened_anew(conn: &Connection, city: &City, case: CaseId, new: &NewReport, wish: Wish) -> Result<(), StoreError> {
    keep(conn, city, new, wish)?;
    match wish.case {
        Some(wished) => suggestion::asked(conn, city, case, wished),
        None => Ok(()),
    }
}

fn keep(conn: &Connection, city: &City, new: &NewReport, wish: Wish) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO report_join (jurisdiction, report_id, wished_case_id, outcome) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![city.jurisdiction, new.report.as_bytes(), wish.case.as_ref().map(CaseId::as_bytes), wish.outcome.as_str()])?;
    Ok(())
}
