//! Contacts and how they are proved: a code goes out as a message, and comes back in time and not after too many tries.

use super::profile::merge;
use super::row::uuid;
use crate::store::Sha256Hash;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::profile::{Claim, Claimed, PendingMessage};
use lanterna_shared::id::SubjectId;
use lanterna_shared::profile::{ContactKind, PROOF_ATTEMPTS, PROOFS_A_DAY};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// What stands in the place of a code that was used up. Nothing hashes to it.
const USED_UP: Sha256Hash = [0; 32];

/// Keeps a claim and the message with its code; see [`crate::store::profile::Profiles::claim_contact`].
///
/// # Errors
/// What the engine said.
pub fn claim(conn: &Connection, city: &City, claim: &Claim, now: Timestamp) -> Result<Claimed, StoreError> {
    let (subject, kind) = (claim.subject.as_bytes(), claim.kind.as_str());
    let proved: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM contact WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3 AND match_key = ?4
             AND verified_at IS NOT NULL)",
        )?
        .query_row(params![city.jurisdiction, subject, kind, claim.value], |row| row.get(0))?;
    if proved {
        return Ok(Claimed::Proved);
    }
    let today = now.as_millis().div_euclid(DAY_MS);
    let asked = asked_today(conn, city, claim, today)?;
    if asked >= PROOFS_A_DAY {
        return Ok(Claimed::TooMany);
    }
    conn.prepare_cached(
        "INSERT INTO contact (jurisdiction, subject_id, kind, value, match_key) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (jurisdiction, subject_id, kind) DO UPDATE SET value = excluded.value, match_key = excluded.match_key, verified_at = NULL",
    )?
    .execute(params![city.jurisdiction, subject, kind, claim.value])?;
    conn.prepare_cached(
        "INSERT INTO contact_proof (jurisdiction, subject_id, kind, code_sha256, expires_at, day, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
         ON CONFLICT (jurisdiction, subject_id, kind) DO UPDATE SET code_sha256 = excluded.code_sha256, expires_at = excluded.expires_at,
         attempts = 0, asked = CASE WHEN day = excluded.day THEN asked + 1 ELSE 1 END, day = excluded.day",
    )?
    .execute(params![city.jurisdiction, subject, kind, claim.code_sha256, claim.expires_at.as_millis(), today])?;
    conn.prepare_cached(
        "INSERT INTO message (jurisdiction, message_id, subject_id, channel, purpose, made_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, 'contact_code', ?5, ?6)",
    )?
    .execute(params![city.jurisdiction, claim.message.as_bytes(), subject, kind, now.as_millis(), claim.expires_at.as_millis()])?;
    conn.prepare_cached("INSERT INTO message_text (jurisdiction, message_id, recipient, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![city.jurisdiction, claim.message.as_bytes(), claim.value, claim.text])?;
    Ok(Claimed::CodeOnItsWay)
}

/// Codes of today for this subject's contact of this kind, whatever its value, and for this value, whoever claims it: nobody floods a stranger.
fn asked_today(conn: &Connection, city: &City, claim: &Claim, today: i64) -> Result<u32, StoreError> {
    let mut sum = conn.prepare_cached(
        "SELECT coalesce(sum(p.asked), 0) FROM contact c
         JOIN contact_proof p ON p.jurisdiction = c.jurisdiction AND p.subject_id = c.subject_id AND p.kind = c.kind
         WHERE c.jurisdiction = ?1 AND c.kind = ?2 AND p.day = ?3 AND (c.match_key = ?4 OR c.subject_id = ?5)",
    )?;
    let row = params![city.jurisdiction, claim.kind.as_str(), today, claim.value, claim.subject.as_bytes()];
    Ok(sum.query_row(row, |row| row.get(0))?)
}

/// Proves a contact; see [`crate::store::profile::Profiles::prove_contact`].
///
/// # Errors
/// What the engine said.
pub fn prove(
    conn: &Connection,
    city: &City,
    subject: SubjectId,
    kind: ContactKind,
    code_sha256: &Sha256Hash,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let key = params![city.jurisdiction, subject.as_bytes(), kind.as_str()];
    let found = conn
        .prepare_cached(
            "SELECT code_sha256, expires_at, attempts FROM contact_proof WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3",
        )?
        .query_row(key, |row| Ok((row.get::<_, Sha256Hash>(0)?, Timestamp::from_millis(row.get(1)?), row.get::<_, u32>(2)?)))
        .optional()?;
    let Some((expected, expires_at, attempts)) = found else { return Ok(false) };
    if expected == USED_UP || expires_at <= now || attempts >= PROOF_ATTEMPTS {
        return Ok(false);
    }
    if expected != *code_sha256 {
        conn.prepare_cached("UPDATE contact_proof SET attempts = attempts + 1 WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3")?
            .execute(key)?;
        return Ok(false);
    }
    conn.prepare_cached("UPDATE contact_proof SET code_sha256 = ?4 WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3")?
        .execute(params![city.jurisdiction, subject.as_bytes(), kind.as_str(), USED_UP])?;
    let proved: String = conn
        .prepare_cached(
            "UPDATE contact SET verified_at = ?4 WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3 RETURNING match_key",
        )?
        .query_row(params![city.jurisdiction, subject.as_bytes(), kind.as_str(), now.as_millis()], |row| row.get(0))?;
    merge(conn, city, subject, kind, &proved, now)?;
    Ok(true)
}

/// Messages that wait; see [`crate::store::profile::Profiles::pending_messages`].
///
/// # Errors
/// What the engine said.
pub fn pending(conn: &Connection, city: &City, limit: u32, now: Timestamp) -> Result<Vec<PendingMessage>, StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT m.message_id, m.channel = 'email', t.recipient, t.text, m.expires_at FROM message m
         JOIN message_text t ON t.jurisdiction = m.jurisdiction AND t.message_id = m.message_id
         WHERE m.jurisdiction = ?1 AND m.sent_at IS NULL AND m.expires_at > ?2 ORDER BY m.message_id LIMIT ?3",
    )?;
    let found = find.query_map(params![city.jurisdiction, now.as_millis(), limit], |row| {
        Ok(PendingMessage {
            message: uuid(row, 0)?,
            channel: if row.get(1)? { ContactKind::Email } else { ContactKind::Phone },
            recipient: row.get(2)?,
            text: row.get(3)?,
            expires_at: Timestamp::from_millis(row.get(4)?),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// How many messages wait.
///
/// # Errors
/// What the engine said.
pub fn pending_count(conn: &Connection, city: &City, now: Timestamp) -> Result<u64, StoreError> {
    let mut count = conn.prepare_cached("SELECT count(*) FROM message WHERE jurisdiction = ?1 AND sent_at IS NULL AND expires_at > ?2")?;
    Ok(super::row::unsigned(count.query_row(params![city.jurisdiction, now.as_millis()], |row| row.get(0))?))
}
