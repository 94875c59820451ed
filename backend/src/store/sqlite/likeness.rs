//! What cases are compared by: kept when a case is opened, and read back for those that may be about the same thing.

use super::create_report::source_text;
use super::row::{damaged, uuid};
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::duplicate::cell::{bounds, cell_of, cells_around};
use lanterna_shared::duplicate::near::{MAX_COUNTED_ACCURACY_M, STANDING_OFF_M, can_meet, counted_accuracy_m};
use lanterna_shared::duplicate::score::MAX_AGE_DAYS;
use lanterna_shared::duplicate::traits::{pictures_from_bytes, pictures_to_bytes};
use lanterna_shared::duplicate::{Traits, Words};
use lanterna_shared::id::CaseId;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::ops::ControlFlow;

/// The most candidates that a case is compared with: the newest in its own cell, then in the cells beside it. What bounds the writer's time.
const MAX_CANDIDATES: usize = 16;
/// The most rows of one cell that are looked through for them.
const MAX_ROWS_A_CELL: i64 = 200;

/// A case as it is compared.
pub(super) struct Kept {
    /// The case.
    pub case: CaseId,
    /// Its category's code.
    pub service: String,
    /// What is compared.
    pub traits: Traits,
}

/// Keeps what a new case is compared by.
pub(super) fn keep(conn: &Connection, city: &City, case: CaseId, service: &str, traits: &Traits) -> Result<(), StoreError> {
    let position = &traits.position;
    conn.prepare_cached(
        "INSERT INTO likeness (jurisdiction, is_open, cell, received_at, case_id, service, lat_e7, lon_e7, accuracy_m, position_source, words, pictures)
         VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        city.jurisdiction,
        cell_of(position).as_i64(),
        traits.received_at.as_millis(),
        case.as_bytes(),
        service,
        position.lat_e7(),
        position.lon_e7(),
        position.accuracy_m(),
        source_text(position.source()),
        traits.words.to_bytes(),
        pictures_to_bytes(&traits.pictures)
    ])?;
    Ok(())
}

/// Keeps another photo of a case.
pub(super) fn keep_pictures(conn: &Connection, city: &City, kept: &Kept) -> Result<(), StoreError> {
    conn.prepare_cached("UPDATE likeness SET pictures = ?3 WHERE jurisdiction = ?1 AND case_id = ?2")?.execute(params![
        city.jurisdiction,
        kept.case.as_bytes(),
        pictures_to_bytes(&kept.traits.pictures)
    ])?;
    Ok(())
}

/// What a case is compared by; `None` for a case without a position.
pub(super) fn of_case(conn: &Connection, city: &City, case: CaseId) -> Result<Option<Kept>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT case_id, service, received_at, lat_e7, lon_e7, accuracy_m, position_source, words, pictures FROM likeness
         WHERE jurisdiction = ?1 AND case_id = ?2",
    )?;
    find.query_row(params![city.jurisdiction, case.as_bytes()], |row| Ok(read(row))).optional()?.transpose()
}

/// Shows open cases that can be one place with `kept` to `visit`, the newest of its own cell first, until it breaks off or enough were seen.
pub(super) fn each_candidate(
    conn: &Connection,
    city: &City,
    kept: &Kept,
    mut visit: impl FnMut(Kept) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let position = &kept.traits.position;
    let reach_m = counted_accuracy_m(position) + MAX_COUNTED_ACCURACY_M + STANDING_OFF_M;
    let (bounds, since) = (bounds(position, reach_m), kept.traits.received_at.plus_millis(-MAX_AGE_DAYS * 24 * 60 * 60 * 1_000));
    let mut find = conn.prepare_cached(include_str!("likeness_candidates.sql"))?;
    let mut seen = 0;
    for cell in cells_around(position, reach_m) {
        let mut rows = find.query(params![
            city.jurisdiction,
            cell.as_i64(),
            since.as_millis(),
            bounds.lat_e7.0,
            bounds.lat_e7.1,
            MAX_ROWS_A_CELL,
            kept.case.as_bytes()
        ])?;
        while let Some(row) = rows.next()? {
            // The place first: what cannot meet is read no further.
            if !can_meet(position, &place(row)?) {
                continue;
            }
            seen += 1;
            if seen > MAX_CANDIDATES || visit(read(row)?).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Kept, StoreError> {
    Ok(Kept {
        case: CaseId(uuid(row, 0)?),
        service: row.get(1)?,
        traits: Traits {
            position: place(row)?,
            received_at: Timestamp::from_millis(row.get(2)?),
            words: Words::from_bytes(row.get_ref(7)?.as_blob().unwrap_or_default()),
            pictures: pictures_from_bytes(row.get_ref(8)?.as_blob().unwrap_or_default()),
        },
    })
}

fn place(row: &Row<'_>) -> Result<Position, StoreError> {
    position(row.get(3)?, row.get(4)?, row.get(5)?, source(row.get_ref(6)?.as_str().unwrap_or_default())?)
}

/// A stored position, checked again.
pub(super) fn position(lat_e7: i32, lon_e7: i32, accuracy_m: Option<u32>, source: PositionSource) -> Result<Position, StoreError> {
    Position::from_degrees(f64::from(lat_e7) / 1e7, f64::from(lon_e7) / 1e7, accuracy_m.map(f64::from), source)
        .map_err(|_| damaged("the position of a case"))
}

/// A stored source.
pub(super) fn source(text: &str) -> Result<PositionSource, StoreError> {
    [PositionSource::Gps, PositionSource::Photo, PositionSource::Map, PositionSource::Address]
        .into_iter()
        .find(|source| source_text(*source) == text)
        .ok_or_else(|| damaged("the source of a position"))
}
