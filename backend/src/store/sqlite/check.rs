//! Looks through the whole database for what cannot be.

use super::moving;
use super::row::unsigned;
use crate::store::Findings;
use crate::store::error::StoreError;
use lanterna_shared::id::UploadId;
use lanterna_shared::photo::PhotoHash;
use rusqlite::Connection;
use std::collections::HashSet;

/// The most faults of one kind that are told.
const TOLD: usize = 20;

/// What is counted.
const COUNTS: &[(&str, &str)] = &[
    ("reports", "SELECT count(*) FROM report"),
    ("cases", "SELECT count(*) FROM \"case\""),
    ("ops", "SELECT count(*) FROM op"),
    ("quarantined ops", "SELECT count(*) FROM op_quarantine"),
    ("devices", "SELECT count(*) FROM device"),
    ("photos present", "SELECT count(*) FROM rendition WHERE state = 'present'"),
    ("photos wanted", "SELECT count(*) FROM rendition WHERE state = 'wanted'"),
    ("broken promises", "SELECT count(*) FROM breach"),
    ("log-ins", "SELECT count(*) FROM staff"),
    ("duplicate suggestions", "SELECT count(*) FROM duplicate_suggestion"),
    ("published cases", "SELECT count(*) FROM \"case\" WHERE published = 1"),
    ("notices", "SELECT count(*) FROM notice"),
    ("crews", "SELECT count(*) FROM crew WHERE retired = 0"),
    ("profiles", "SELECT count(*) FROM profile"),
    ("messages that wait", "SELECT count(*) FROM message WHERE sent_at IS NULL"),
    ("lines of the audit", "SELECT count(*) FROM audit"),
    ("areas", "SELECT count(*) FROM area WHERE retired = 0"),
];

/// What must hold beyond keys: each counts the rows that break it.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "proved contacts belong to somebody without a profile",
        "SELECT count(*) FROM contact c WHERE c.verified_at IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM profile_subject s WHERE s.jurisdiction = c.jurisdiction AND s.subject_id = c.subject_id)",
    ),
    (
        "proved contacts are of two people",
        "SELECT count(*) FROM (SELECT 1 FROM contact c
         JOIN profile_subject s ON s.jurisdiction = c.jurisdiction AND s.subject_id = c.subject_id
         WHERE c.kind IN ('email', 'phone') AND c.verified_at IS NOT NULL
         GROUP BY c.jurisdiction, c.kind, c.match_key HAVING count(DISTINCT s.profile_id) > 1)",
    ),
    (
        "profiles have nobody",
        "SELECT count(*) FROM profile p WHERE NOT EXISTS
         (SELECT 1 FROM profile_subject s WHERE s.jurisdiction = p.jurisdiction AND s.profile_id = p.profile_id)",
    ),
    (
        "revoked devices belong to a crew",
        "SELECT count(*) FROM crew_device m JOIN device d ON d.jurisdiction = m.jurisdiction AND d.install_id = m.install_id
         WHERE d.revoked_at IS NOT NULL",
    ),
    ("cases have a number above the counter", include_str!("check_counter.sql")),
    (
        "cases have no report",
        "SELECT count(*) FROM \"case\" c WHERE NOT EXISTS (SELECT 1 FROM report r WHERE r.jurisdiction = c.jurisdiction AND r.case_id = c.case_id)",
    ),
    ("reports have no create_report op that was applied for them, or two", include_str!("check_ops.sql")),
    ("cases have a photo count other than their photos", include_str!("check_photos.sql")),
    ("cases are compared as open though they are not, or the other way round", include_str!("check_likeness.sql")),
    (
        "private cases stand in the public index",
        "SELECT count(*) FROM public_case p JOIN \"case\" c ON c.jurisdiction = p.jurisdiction AND c.case_id = p.case_id WHERE c.published = 0",
    ),
    ("cases have a last timeline entry that says another status or owner", include_str!("check_timeline.sql")),
    ("cases have a due history that breaks off or does not end with their due date", include_str!("check_due_history.sql")),
    ("cases have a pause that lasts and do not wait, or wait without one", include_str!("check_pauses.sql")),
    (
        "cases are breached and no breach is on record",
        "SELECT count(*) FROM \"case\" c WHERE c.breached_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM breach b WHERE b.jurisdiction = c.jurisdiction AND b.case_id = c.case_id)",
    ),
    (
        "cases have a clock that stopped and go on, or the other way round",
        "SELECT count(*) FROM \"case\" WHERE (stopped_at IS NOT NULL) <> (status IN ('resolved', 'declined', 'closed', 'withdrawn'))",
    ),
    (
        "reports have a version above the last change",
        "SELECT count(*) FROM report WHERE version > (SELECT coalesce(max(seq), 0) FROM change)",
    ),
    (
        "cases have a version above the last change",
        "SELECT count(*) FROM \"case\" WHERE version > (SELECT coalesce(max(seq), 0) FROM change)",
    ),
    (
        "reports have a version that no change of theirs has",
        "SELECT count(*) FROM report r WHERE NOT EXISTS (SELECT 1 FROM change c WHERE c.seq = r.version AND c.entity = 'report' AND c.entity_key = r.report_id)",
    ),
    ("photos of reports have a file that is expected of nobody", include_str!("check_expected.sql")),
    ("files are expected that no report mentions", include_str!("check_mentioned.sql")),
    (
        "photos are present and have no size, or are wanted and have one",
        "SELECT count(*) FROM rendition WHERE (state = 'present') <> (size_bytes > 0)",
    ),
    (
        "uploads are of a file that nobody expects",
        "SELECT count(*) FROM upload u WHERE NOT EXISTS (SELECT 1 FROM rendition n WHERE n.jurisdiction = u.jurisdiction AND n.subject_id = u.subject_id AND n.sha256 = u.sha256)",
    ),
    ("cases have another owner than their last assignment says", include_str!("check_assignment.sql")),
    (
        "ops that waited or were refused have no code, or ops that took effect have one",
        "SELECT count(*) FROM op WHERE (verdict = 'rejected') <> (code <> '')",
    ),
];

/// Checks everything; see [`crate::store::Store::check`].
///
/// # Errors
/// What the engine said, when it could not even look.
pub fn check(conn: &Connection) -> Result<Findings, StoreError> {
    let mut findings = Findings::default();
    for (what, sql) in COUNTS {
        findings.counts.push((what, unsigned(conn.query_row(sql, [], |row| row.get(0))?)));
    }
    let mut integrity = conn.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = integrity.query([])?;
    while let Some(row) = rows.next()? {
        let said: String = row.get(0)?;
        if said != "ok" {
            findings.faults.push(format!("The database file is damaged: {said}."));
        }
    }
    let mut told: usize = 0;
    let mut keys = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = keys.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        findings.faults.push(format!("A row of {table} refers to a row of {parent} that is not there."));
        told = told.saturating_add(1);
        if told >= TOLD {
            break;
        }
    }
    for (what, sql) in INVARIANTS.iter().chain(moving::INVARIANTS) {
        let broken: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        if broken > 0 {
            findings.faults.push(format!("{broken} {what}."));
        }
    }
    Ok(findings)
}

/// Those that no report mentions; see [`crate::store::Store::unknown_photos`].
///
/// # Errors
/// What the engine said.
pub fn unknown_photos(conn: &Connection, of: Vec<PhotoHash>) -> Result<Vec<PhotoHash>, StoreError> {
    if of.is_empty() {
        return Ok(of);
    }
    // Files are known by subject first, so all are read once instead of each being looked for.
    let mut known = HashSet::new();
    let mut read = conn.prepare("SELECT sha256 FROM rendition")?;
    for hash in read.query_map([], |row| row.get(0).map(PhotoHash::from_bytes))? {
        known.insert(hash?);
    }
    Ok(of.into_iter().filter(|hash| !known.contains(hash)).collect())
}

/// Those that nobody has begun, or that have ended; see [`crate::store::Store::unknown_uploads`].
///
/// # Errors
/// What the engine said.
pub fn unknown_uploads(conn: &Connection, of: Vec<UploadId>) -> Result<Vec<UploadId>, StoreError> {
    let mut find = conn.prepare("SELECT count(*) FROM upload WHERE upload_id = ?1")?;
    let mut unknown = Vec::new();
    for upload in of {
        let is_known: bool = find.query_row([upload.as_bytes()], |row| row.get(0))?;
        if !is_known {
            unknown.push(upload);
        }
    }
    Ok(unknown)
}
