//! Photos: which files are expected, which have arrived, and the uploads between.

use super::row::{code, damaged, signed, unsigned, uuid};
use crate::store::PresentPhoto;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::photo::{ExpectedPhoto, PhotoOfReport, Upload};
use lanterna_shared::id::{ReportId, SubjectId, UploadId};
use lanterna_shared::photo::{PhotoHash, PhotoRef, Rendition};
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// Writes that a report mentions a photo, and expects the files of it that are not known yet.
pub(super) fn expect_photo(
    conn: &Connection,
    city: &City,
    subject: SubjectId,
    report: ReportId,
    ordinal: u8,
    photo: &PhotoRef,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO report_photo (jurisdiction, report_id, ordinal, thumb, screen, \"full\") VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        city.jurisdiction,
        report.as_bytes(),
        ordinal,
        photo.thumb.as_bytes(),
        photo.screen.as_bytes(),
        photo.full.as_bytes()
    ])?;
    let mut expect = conn
        .prepare_cached("INSERT INTO rendition (jurisdiction, subject_id, sha256, kind) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")?;
    for rendition in Rendition::ALL {
        expect.execute(params![city.jurisdiction, subject.as_bytes(), photo.hash(rendition).as_bytes(), rendition.as_str()])?;
    }
    Ok(())
}

/// A file that a report of the subject mentions; see [`crate::store::Store::expected_photo`].
///
/// # Errors
/// What the engine said.
pub fn expected_photo(conn: &Connection, city: &City, subject: SubjectId, hash: PhotoHash) -> Result<Option<ExpectedPhoto>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT kind, state = 'present', size_bytes FROM rendition WHERE jurisdiction = ?1 AND subject_id = ?2 AND sha256 = ?3",
    )?;
    let mut rows = find.query(params![city.jurisdiction, subject.as_bytes(), hash.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let rendition = row.get::<_, String>(0)?.parse().map_err(|_| damaged("the kind of a photo"))?;
    Ok(Some(ExpectedPhoto { rendition, present: row.get(1)?, size_bytes: unsigned(row.get(2)?) }))
}

/// Remembers an upload; see [`crate::store::Store::begin_upload`].
///
/// # Errors
/// What the engine said.
pub fn begin_upload(conn: &Connection, city: &City, upload: &Upload) -> Result<(), StoreError> {
    conn.prepare_cached(
        "INSERT INTO upload (jurisdiction, upload_id, subject_id, sha256, length_bytes, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (jurisdiction, upload_id) DO UPDATE SET length_bytes = excluded.length_bytes, expires_at = excluded.expires_at",
    )?
    .execute(params![
        city.jurisdiction,
        upload.upload.as_bytes(),
        upload.subject.as_bytes(),
        upload.hash.as_bytes(),
        signed(upload.length_bytes),
        upload.expires_at.as_millis()
    ])?;
    Ok(())
}

/// An upload that was begun; see [`crate::store::Store::upload`].
///
/// # Errors
/// What the engine said.
pub fn find_upload(conn: &Connection, city: &City, upload: UploadId) -> Result<Option<Upload>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT subject_id, sha256, length_bytes, expires_at FROM upload WHERE jurisdiction = ?1 AND upload_id = ?2")?;
    let found = find.query_row(params![city.jurisdiction, upload.as_bytes()], |row| {
        Ok(Upload {
            upload,
            subject: SubjectId(uuid(row, 0)?),
            hash: PhotoHash::from_bytes(row.get(1)?),
            length_bytes: unsigned(row.get(2)?),
            expires_at: Timestamp::from_millis(row.get(3)?),
        })
    });
    Ok(found.optional()?)
}

/// Forgets an upload; see [`crate::store::Store::end_upload`].
///
/// # Errors
/// What the engine said.
pub fn end_upload(conn: &Connection, city: &City, upload: UploadId) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM upload WHERE jurisdiction = ?1 AND upload_id = ?2")?
        .execute(params![city.jurisdiction, upload.as_bytes()])?;
    Ok(())
}

/// Uploads that are over; see [`crate::store::Store::expired_uploads`].
///
/// # Errors
/// What the engine said.
pub fn expired_uploads(conn: &Connection, city: &City, now: Timestamp) -> Result<Vec<UploadId>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT upload_id FROM upload WHERE jurisdiction = ?1 AND expires_at <= ?2 ORDER BY expires_at LIMIT 500")?;
    let found = find.query_map(params![city.jurisdiction, now.as_millis()], |row| uuid(row, 0).map(UploadId))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Says that a file is there; see [`crate::store::Store::finish_photo`].
///
/// # Errors
/// What the engine said.
pub fn finish_photo(
    conn: &Connection,
    city: &City,
    upload: UploadId,
    subject: SubjectId,
    hash: PhotoHash,
    size_bytes: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE rendition SET state = 'present', size_bytes = ?4, arrived_at = ?5
         WHERE jurisdiction = ?1 AND subject_id = ?2 AND sha256 = ?3 AND state = 'wanted'",
    )?
    .execute(params![city.jurisdiction, subject.as_bytes(), hash.as_bytes(), signed(size_bytes), now.as_millis()])?;
    end_upload(conn, city, upload)
}

/// A rendition of a report's photo; see [`crate::store::Store::photo_of_report`].
///
/// # Errors
/// What the engine said.
pub fn photo_of_report(
    conn: &Connection,
    city: &City,
    report: ReportId,
    ordinal: u8,
    rendition: Rendition,
) -> Result<Option<PhotoOfReport>, StoreError> {
    let sql = match rendition {
        Rendition::Thumb => include_str!("photo_of_report_thumb.sql"),
        Rendition::Screen => include_str!("photo_of_report_screen.sql"),
        Rendition::Full => include_str!("photo_of_report_full.sql"),
    };
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query(params![city.jurisdiction, report.as_bytes(), ordinal])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(PhotoOfReport {
        hash: PhotoHash::from_bytes(row.get(0)?),
        subject: SubjectId(uuid(row, 1)?),
        owner: row.get::<_, Option<String>>(2)?.map(|text| code(DepartmentCode::new(text))).transpose()?,
    }))
}

/// Files that are said to be there; see [`crate::store::Store::present_photos`].
///
/// # Errors
/// What the engine said.
pub fn present_photos(conn: &Connection, place: i64) -> Result<Vec<PresentPhoto>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT rendition, sha256, size_bytes FROM rendition WHERE state = 'present' AND rendition > ?1 ORDER BY rendition LIMIT 500",
    )?;
    let found = find.query_map([place], |row| {
        Ok(PresentPhoto { place: row.get(0)?, hash: PhotoHash::from_bytes(row.get(1)?), size_bytes: unsigned(row.get(2)?) })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
