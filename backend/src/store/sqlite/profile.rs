//! What people said of themselves, by subject, and which subjects proved to be one person.
//!
//! A subject that stands in no profile is a person of its own. A profile begins when there is something to keep; two become one when a contact is
//! proved that the other has proved: then the subjects of the younger move to the older, whose preference stands.

use super::audit;
use super::queue::{summary, summary_columns};
use super::row::{damaged, uuid};
use crate::store::account::Actor;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::CaseScope;
use lanterna_shared::audit::Act;
use lanterna_shared::id::{CaseId, ReportId, SubjectId, UserId};
use lanterna_shared::profile::{AnswerBy, CaseContacts, Contact, ContactKind, Person, Profile, ProfileChange, name_key};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// The profile of a subject; `None` = a person of its own of whom nothing is kept.
fn profile_of(conn: &Connection, city: &City, subject: SubjectId) -> Result<Option<Uuid>, StoreError> {
    let mut find = conn.prepare_cached("SELECT profile_id FROM profile_subject WHERE jurisdiction = ?1 AND subject_id = ?2")?;
    Ok(find.query_row(params![city.jurisdiction, subject.as_bytes()], |row| uuid(row, 0)).optional()?)
}

/// The profile of a subject, begun where there is none: it is named after its first subject.
fn begin(conn: &Connection, city: &City, subject: SubjectId) -> Result<Uuid, StoreError> {
    if let Some(known) = profile_of(conn, city, subject)? {
        return Ok(known);
    }
    conn.prepare_cached("INSERT INTO profile (jurisdiction, profile_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![city.jurisdiction, subject.as_bytes()])?;
    conn.prepare_cached("INSERT INTO profile_subject (jurisdiction, subject_id, profile_id) VALUES (?1, ?2, ?2)")?
        .execute(params![city.jurisdiction, subject.as_bytes()])?;
    Ok(subject.0)
}

/// What is known of a subject's person; see [`crate::store::profile::Profiles::profile`].
///
/// # Errors
/// What the engine said.
pub fn profile(conn: &Connection, city: &City, subject: SubjectId) -> Result<Profile, StoreError> {
    let said = |kind: &str| -> Result<String, StoreError> {
        let mut find = conn.prepare_cached("SELECT value FROM contact WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3")?;
        Ok(find.query_row(params![city.jurisdiction, subject.as_bytes(), kind], |row| row.get(0)).optional()?.unwrap_or_default())
    };
    Ok(Profile {
        name: said("name")?,
        address: said("address")?,
        answer_by: answer_by(conn, city, subject)?,
        contacts: contacts(conn, city, subject)?,
    })
}

fn answer_by(conn: &Connection, city: &City, subject: SubjectId) -> Result<AnswerBy, StoreError> {
    let found: Option<String> = conn
        .prepare_cached(
            "SELECT p.answer_by FROM profile_subject s JOIN profile p ON p.jurisdiction = s.jurisdiction AND p.profile_id = s.profile_id
             WHERE s.jurisdiction = ?1 AND s.subject_id = ?2",
        )?
        .query_row(params![city.jurisdiction, subject.as_bytes()], |row| row.get(0))
        .optional()?;
    found.map_or(Ok(AnswerBy::default()), |text| AnswerBy::parse(&text).ok_or_else(|| damaged("how to answer a person")))
}

/// The subject's own contacts, and the proved ones of the person's other subjects.
fn contacts(conn: &Connection, city: &City, subject: SubjectId) -> Result<Vec<Contact>, StoreError> {
    let mut find = conn.prepare_cached(include_str!("contacts_of_subject.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, subject.as_bytes()])?;
    let mut contacts: Vec<Contact> = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = match row.get_ref(0)?.as_str() {
            Ok("email") => ContactKind::Email,
            Ok("phone") => ContactKind::Phone,
            _ => return Err(damaged("the kind of a contact")),
        };
        contacts.push(Contact { kind, value: row.get(1)?, verified: row.get(2)? });
    }
    Ok(contacts)
}

/// Replaces what a person said of themselves; see [`crate::store::profile::Profiles::change_profile`].
///
/// # Errors
/// What the engine said.
pub fn change(conn: &Connection, city: &City, subject: SubjectId, change: &ProfileChange) -> Result<(), StoreError> {
    for (kind, value, key) in [("name", change.name.trim(), name_key(&change.name)), ("address", change.address.trim(), String::new())] {
        if value.is_empty() {
            conn.prepare_cached("DELETE FROM contact WHERE jurisdiction = ?1 AND subject_id = ?2 AND kind = ?3")?.execute(params![
                city.jurisdiction,
                subject.as_bytes(),
                kind
            ])?;
        } else {
            conn.prepare_cached(
                "INSERT INTO contact (jurisdiction, subject_id, kind, value, match_key) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (jurisdiction, subject_id, kind) DO UPDATE SET value = excluded.value, match_key = excluded.match_key",
            )?
            .execute(params![city.jurisdiction, subject.as_bytes(), kind, value, key])?;
        }
    }
    let profile = begin(conn, city, subject)?;
    conn.prepare_cached("UPDATE profile SET answer_by = ?3 WHERE jurisdiction = ?1 AND profile_id = ?2")?.execute(params![
        city.jurisdiction,
        profile.as_bytes(),
        change.answer_by.as_str()
    ])?;
    Ok(())
}

/// Makes one person of everybody who proved the contact that `subject` has just proved.
pub(super) fn merge(
    conn: &Connection,
    city: &City,
    subject: SubjectId,
    kind: ContactKind,
    key: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut find = conn.prepare_cached(
        "SELECT subject_id FROM contact WHERE jurisdiction = ?1 AND kind = ?2 AND match_key = ?3 AND verified_at IS NOT NULL AND subject_id <> ?4",
    )?;
    let others = find.query_map(params![city.jurisdiction, kind.as_str(), key, subject.as_bytes()], |row| uuid(row, 0).map(SubjectId))?;
    let others = others.collect::<Result<Vec<_>, _>>()?;
    let mut kept = begin(conn, city, subject)?;
    for other in others {
        let theirs = begin(conn, city, other)?;
        if theirs == kept {
            continue;
        }
        // Profiles are named after their first subject, whose id grows with time: the smaller is the older.
        let (older, younger) = if theirs < kept { (theirs, kept) } else { (kept, theirs) };
        conn.prepare_cached("UPDATE profile_subject SET profile_id = ?3 WHERE jurisdiction = ?1 AND profile_id = ?2")?.execute(params![
            city.jurisdiction,
            younger.as_bytes(),
            older.as_bytes()
        ])?;
        conn.prepare_cached("DELETE FROM profile WHERE jurisdiction = ?1 AND profile_id = ?2")?
            .execute(params![city.jurisdiction, younger.as_bytes()])?;
        audit::note(conn, city, Actor::System, Act::ProfilesMerged, &older.to_string(), now)?;
        kept = older;
    }
    Ok(())
}

/// How to answer about one report; see [`crate::store::profile::Profiles::set_answer_by`].
///
/// # Errors
/// What the engine said.
pub fn set_answer_by(
    conn: &Connection,
    city: &City,
    subject: SubjectId,
    report: ReportId,
    answer_by: Option<AnswerBy>,
) -> Result<bool, StoreError> {
    let is_own: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM report WHERE jurisdiction = ?1 AND report_id = ?2 AND subject_id = ?3)")?
        .query_row(params![city.jurisdiction, report.as_bytes(), subject.as_bytes()], |row| row.get(0))?;
    if !is_own {
        return Ok(false);
    }
    match answer_by {
        None => conn
            .prepare_cached("DELETE FROM answer_preference WHERE jurisdiction = ?1 AND report_id = ?2")?
            .execute(params![city.jurisdiction, report.as_bytes()])?,
        Some(way) => conn
            .prepare_cached(
                "INSERT INTO answer_preference (jurisdiction, report_id, answer_by) VALUES (?1, ?2, ?3)
                 ON CONFLICT (jurisdiction, report_id) DO UPDATE SET answer_by = excluded.answer_by",
            )?
            .execute(params![city.jurisdiction, report.as_bytes(), way.as_str()])?,
    };
    Ok(true)
}

/// The people of a case, with the line in the audit; see [`crate::store::profile::Profiles::case_contacts`].
///
/// # Errors
/// What the engine said.
pub fn case_contacts(
    conn: &Connection,
    city: &City,
    by: UserId,
    scope: &CaseScope,
    case: CaseId,
    now: Timestamp,
) -> Result<Option<CaseContacts>, StoreError> {
    let mut find =
        conn.prepare_cached(concat!("SELECT ", summary_columns!(), " FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2"))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    if !scope.holds(summary(city, row)?.owner.as_ref().map(|owner| &owner.code)) {
        return Ok(None);
    }
    audit::note(conn, city, Actor::Staff(by), Act::ContactsSeen, &case.to_string(), now)?;
    let mut find = conn.prepare_cached(
        "SELECT r.report_id, r.subject_id, coalesce(s.profile_id, r.subject_id), a.answer_by FROM report r
         LEFT JOIN profile_subject s ON s.jurisdiction = r.jurisdiction AND s.subject_id = r.subject_id
         LEFT JOIN answer_preference a ON a.jurisdiction = r.jurisdiction AND a.report_id = r.report_id
         WHERE r.jurisdiction = ?1 AND r.case_id = ?2 AND r.withdrawn_at IS NULL ORDER BY r.received_at, r.report_id",
    )?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let mut people: Vec<(Uuid, Person)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (report, subject, who) = (ReportId(uuid(row, 0)?), SubjectId(uuid(row, 1)?), uuid(row, 2)?);
        if let Some((_, known)) = people.iter_mut().find(|(known, _)| *known == who) {
            known.reports.push(report);
            continue;
        }
        let Profile { name, address, answer_by, contacts } = profile(conn, city, subject)?;
        let about_this = row.get::<_, Option<String>>(3)?.map(|text| AnswerBy::parse(&text).ok_or_else(|| damaged("how to answer")));
        let alike = alike(conn, city, who, &name)?;
        let answer_by = about_this.transpose()?.unwrap_or(answer_by);
        people.push((who, Person { reports: vec![report], name, address, answer_by, contacts, alike }));
    }
    Ok(Some(CaseContacts { people: people.into_iter().map(|(_, person)| person).collect() }))
}

/// How many other people have a like name.
fn alike(conn: &Connection, city: &City, who: Uuid, name: &str) -> Result<u32, StoreError> {
    let key = name_key(name);
    if key.is_empty() {
        return Ok(0);
    }
    let mut count = conn.prepare_cached(
        "SELECT count(DISTINCT coalesce(s.profile_id, c.subject_id)) FROM contact c
         LEFT JOIN profile_subject s ON s.jurisdiction = c.jurisdiction AND s.subject_id = c.subject_id
         WHERE c.jurisdiction = ?1 AND c.kind = 'name' AND c.match_key = ?2 AND coalesce(s.profile_id, c.subject_id) <> ?3",
    )?;
    Ok(count.query_row(params![city.jurisdiction, key, who.as_bytes()], |row| row.get(0))?)
}
