//! Looks through the whole database for what cannot be.

use super::row::unsigned;
use crate::store::Findings;
use crate::store::error::StoreError;
use rusqlite::Connection;

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
    ("log-ins", "SELECT count(*) FROM staff"),
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
    ("cases have a last timeline entry that says another status or owner", include_str!("check_timeline.sql")),
    (
        "reports have a version above the last change",
        "SELECT count(*) FROM report WHERE version > (SELECT coalesce(max(seq), 0) FROM change)",
    ),
    (
        "cases have a version above the last change",
        "SELECT count(*) FROM \"case\" WHERE version > (SELECT coalesce(max(seq), 0) FROM change)",
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
    let mut keys = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = keys.query([])?;
    while let Some(row) = rows.next()? {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        findings.faults.push(format!("A row of {table} refers to a row of {parent} that is not there."));
        if findings.faults.len() > TOLD {
            break;
        }
    }
    for (what, sql) in INVARIANTS {
        let broken: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        if broken > 0 {
            findings.faults.push(format!("{broken} {what}."));
        }
    }
    Ok(findings)
}
