//! What a device gets: the state of every own report that changed above its cursor, and the files that are still wanted.
//!
//! A report's version is the sequence of its last change, so reading reports by version is reading the log of changes with everything that was
//! overtaken left out.

use super::moving::{Standing, shown};
use super::row::{damaged, status, unsigned, uuid};
use crate::store::Pull;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::case::ClockState;
use lanterna_shared::check::CaseNumber;
use lanterna_shared::clock::{DueMoved, DueWhy};
use lanterna_shared::duplicate::join::Joined;
use lanterna_shared::id::{CaseId, ReportId, SubjectId};
use lanterna_shared::photo::PhotoHash;
use lanterna_shared::time::Timestamp;
use lanterna_shared::wire::{MAX_PAGE_ROWS, ReportRow, Row};
use rusqlite::{Connection, params};

/// The most hashes in one answer.
const MAX_WANTED: i64 = 500;

/// What changed and what is wanted; see [`crate::store::Store::pull`].
///
/// # Errors
/// What the engine said.
pub fn pull(conn: &Connection, city: &City, subject: SubjectId, cursor: u64) -> Result<Pull, StoreError> {
    let newest: i64 = conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM change")?.query_row([], |row| row.get(0))?;
    // From the future: this store was restored from a backup. Everything again, rather than never what is missing.
    let cursor = if cursor > unsigned(newest) { 0 } else { cursor };
    let (changes, more) = changed_reports(conn, city, subject, cursor)?;
    let cursor = changes.last().map_or(cursor, |Row::Report(row)| row.version);
    let epoch = super::restored::epoch(conn, city.jurisdiction)?;
    Ok(Pull { changes, cursor, more, wanted: wanted(conn, city, subject)?, epoch })
}

fn changed_reports(conn: &Connection, city: &City, subject: SubjectId, cursor: u64) -> Result<(Vec<Row>, bool), StoreError> {
    let mut find = conn.prepare_cached(include_str!("changed_reports.sql"))?;
    let limit = i64::try_from(MAX_PAGE_ROWS + 1).unwrap_or(i64::MAX);
    let mut rows = find.query(params![city.jurisdiction, subject.as_bytes(), super::row::signed(cursor), limit])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        if changes.len() == MAX_PAGE_ROWS {
            return Ok((changes, true));
        }
        changes.push(Row::Report(report_row(conn, city, subject, row)?));
    }
    Ok((changes, false))
}

/// Reads what a citizen may know of a report, from the columns of `changed_reports.sql`.
pub(super) fn report_row(conn: &Connection, city: &City, subject: SubjectId, row: &rusqlite::Row<'_>) -> Result<ReportRow, StoreError> {
    let status = status(row.get_ref(3)?.as_str().unwrap_or_default())?;
    let name = |names: &std::collections::HashMap<String, String>, column: usize| -> Result<Option<String>, rusqlite::Error> {
        Ok(row.get_ref(column)?.as_str().ok().and_then(|code| names.get(code)).cloned())
    };
    let withdrawn = row.get(8)?;
    let standing = Standing {
        case: CaseId(uuid(row, 9)?),
        status,
        at_arbiter: row.get(10)?,
        times_out_at: row.get::<_, Option<i64>>(11)?.map(Timestamp::from_millis),
        planned_for: row.get::<_, Option<i64>>(12)?.map(Timestamp::from_millis),
        round: row.get(13)?,
        is_withdrawn: withdrawn,
    };
    let more = shown(conn, city, subject, &standing)?;
    Ok(ReportRow {
        report: ReportId(uuid(row, 0)?),
        version: unsigned(row.get(1)?),
        number: CaseNumber::new(unsigned(row.get(2)?)),
        status,
        since: Timestamp::from_millis(row.get(4)?),
        owner: name(&city.names.departments, 5)?,
        area: name(&city.names.areas, 6)?,
        due_at: (status.clock() == ClockState::Runs).then(|| row.get(7).map(Timestamp::from_millis)).transpose()?,
        due_moved: due_moved(row)?.filter(|_| status.clock() == ClockState::Runs),
        withdrawn,
        more,
        joined: row.get::<_, Option<String>>(16)?.map(|text| Joined::parse(&text).ok_or_else(|| damaged("a wish to join"))).transpose()?,
    })
}

/// How often the due date moved, where it did.
fn due_moved(row: &rusqlite::Row<'_>) -> Result<Option<DueMoved>, StoreError> {
    let times: Option<u32> = row.get(14)?;
    let Some(times) = times.filter(|times| *times > 0) else { return Ok(None) };
    let why = row.get_ref(15)?.as_str().ok().and_then(DueWhy::parse).ok_or_else(|| damaged("why a due date moved"))?;
    Ok(Some(DueMoved { times, why }))
}

fn wanted(conn: &Connection, city: &City, subject: SubjectId) -> Result<Vec<PhotoHash>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT sha256 FROM rendition WHERE jurisdiction = ?1 AND subject_id = ?2 AND state = 'wanted' ORDER BY rendition LIMIT ?3",
    )?;
    let found = find.query_map(params![city.jurisdiction, subject.as_bytes(), MAX_WANTED], |row| row.get(0).map(PhotoHash::from_bytes))?;
    Ok(found.collect::<Result<_, _>>()?)
}
