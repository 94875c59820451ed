//! What citizens say of their case, by their ops: it is done, it is not, an answer, I take it back.
//!
//! It is said of the case that the report's own case follows, where it follows one. Words are never lost: what comes too late for a move stands on the
//! timeline all the same.

use super::apply::{self, Actor};
use super::facts::{Loaded, hear, load};
use super::links::lead_of;
use crate::store::batch::Refusal;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::sqlite::batch::{Outcome, Sender};
use crate::store::sqlite::row::{damaged, uuid};
use lanterna_shared::case::CaseStatus::{Closed, Declined, Resolved, WaitingReporter, Withdrawn};
use lanterna_shared::guard::{self, MoveInput, Refusal as Guarded};
use lanterna_shared::id::{CaseId, ReportId};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::verdict::Verdict;
use rusqlite::{Connection, OptionalExtension, params};

/// A report of the one who speaks, with the case that it is said of.
struct Spoken {
    is_withdrawn: bool,
    loaded: Loaded,
}

/// Finds the report and loads the case. `Err` for a report that this citizen never sent.
fn spoken(conn: &Connection, city: &City, sender: &Sender, report: ReportId) -> Result<Result<Spoken, Refusal>, StoreError> {
    let subject = sender.device.subject;
    let found = conn
        .prepare_cached(
            "SELECT case_id, withdrawn_at IS NOT NULL FROM report WHERE jurisdiction = ?1 AND report_id = ?2 AND subject_id = ?3",
        )?
        .query_row(params![city.jurisdiction, report.as_bytes(), subject.as_bytes()], |row| Ok((CaseId(uuid(row, 0)?), row.get(1)?)))
        .optional()?;
    let Some((case, is_withdrawn)) = found else {
        return Ok(Err(Refusal::new(ProblemCode::Unknown, "The report is not here: send it first.")));
    };
    let case = lead_of(conn, city, case)?;
    let mut loaded = load(conn, city, case)?.ok_or_else(|| damaged("the case of a report"))?;
    hear(conn, city, &mut loaded, subject, report)?;
    Ok(Ok(Spoken { is_withdrawn, loaded }))
}

/// What this citizen said of the end of the case in this round.
fn said(conn: &Connection, city: &City, sender: &Sender, loaded: &Loaded) -> Result<Option<String>, StoreError> {
    let mut find =
        conn.prepare_cached("SELECT said FROM voice WHERE jurisdiction = ?1 AND case_id = ?2 AND round = ?3 AND subject_id = ?4")?;
    let key = params![city.jurisdiction, loaded.facts.case.as_bytes(), loaded.round, sender.device.subject.as_bytes()];
    Ok(find.query_row(key, |row| row.get(0)).optional()?)
}

/// Lets the guard decide, and writes what follows.
fn guarded(conn: &Connection, city: &City, sender: &Sender, loaded: &Loaded, input: &MoveInput) -> Result<Outcome, StoreError> {
    match guard::check(Role::Reporter, input, &loaded.facts, loaded.limits, sender.now) {
        Ok(effects) => {
            let actor = Actor { role: Role::Reporter, staff: None, subject: Some(sender.device.subject) };
            apply::apply(conn, city, &actor, loaded, input, &effects, sender.now)?;
            Ok(Ok(Verdict::Applied))
        }
        Err(refusal) => Ok(Err(Refusal::new(refusal.code(), refusal.to_string()))),
    }
}

/// Keeps words that move nothing (any more).
fn note(conn: &Connection, city: &City, sender: &Sender, loaded: &Loaded, words: &str) -> Result<Outcome, StoreError> {
    let key = params![city.jurisdiction, loaded.facts.case.as_bytes()];
    let place: i64 = conn
        .prepare_cached("SELECT coalesce(max(place), 0) + 1 FROM timeline WHERE jurisdiction = ?1 AND case_id = ?2")?
        .query_row(key, |row| row.get(0))?;
    conn.prepare_cached(
        "INSERT INTO timeline (jurisdiction, case_id, place, at, role, status, owner, at_arbiter)
         SELECT jurisdiction, case_id, ?3, ?4, ?5, status, owner, at_arbiter FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2",
    )?
    .execute(params![city.jurisdiction, loaded.facts.case.as_bytes(), place, sender.now.as_millis(), Role::Reporter.as_str()])?;
    conn.prepare_cached("INSERT INTO timeline_text (jurisdiction, case_id, place, text) VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        city.jurisdiction,
        loaded.facts.case.as_bytes(),
        place,
        words
    ])?;
    Ok(Ok(Verdict::Merged))
}

fn not_a_reporter() -> Outcome {
    Err(Refusal::new(Guarded::NotAReporter.code(), Guarded::NotAReporter.to_string()))
}

/// Applies one `withdraw`: the report ends, and the case with it if nobody else has a report on it and no work has begun.
pub(in crate::store::sqlite) fn withdraw(conn: &Connection, city: &City, sender: &Sender, report: ReportId) -> Result<Outcome, StoreError> {
    let spoken = match spoken(conn, city, sender, report)? {
        Ok(spoken) => spoken,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if spoken.is_withdrawn {
        return Ok(Ok(Verdict::Exists));
    }
    conn.prepare_cached("UPDATE report SET withdrawn_at = ?3 WHERE jurisdiction = ?1 AND report_id = ?2")?.execute(params![
        city.jurisdiction,
        report.as_bytes(),
        sender.now.as_millis()
    ])?;
    guarded(conn, city, sender, &spoken.loaded, &MoveInput::Withdraw)
}

/// Applies one `confirm`.
pub(in crate::store::sqlite) fn confirm(conn: &Connection, city: &City, sender: &Sender, report: ReportId) -> Result<Outcome, StoreError> {
    let Spoken { is_withdrawn, loaded } = match spoken(conn, city, sender, report)? {
        Ok(spoken) => spoken,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if is_withdrawn {
        return Ok(not_a_reporter());
    }
    match loaded.facts.status {
        Closed => Ok(Ok(Verdict::Exists)),
        Resolved | Declined if said(conn, city, sender, &loaded)?.as_deref() == Some("done") => Ok(Ok(Verdict::Exists)),
        Resolved | Declined => match guarded(conn, city, sender, &loaded, &MoveInput::Confirm)? {
            // The window is over: the system says the same for everybody.
            Err(refusal) if refusal.code == Guarded::WindowOver.code() => Ok(Ok(Verdict::Exists)),
            outcome => Ok(outcome),
        },
        _ => Ok(Err(Refusal::new(ProblemCode::Stale, "The case was opened again meanwhile: look at it before you say that it is done."))),
    }
}

/// Applies one `contest`.
pub(in crate::store::sqlite) fn contest(
    conn: &Connection,
    city: &City,
    sender: &Sender,
    report: ReportId,
    reason: &str,
) -> Result<Outcome, StoreError> {
    let Spoken { is_withdrawn, loaded } = match spoken(conn, city, sender, report)? {
        Ok(spoken) => spoken,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if is_withdrawn {
        return Ok(not_a_reporter());
    }
    match loaded.facts.status {
        Resolved | Declined if said(conn, city, sender, &loaded)?.as_deref() == Some("not_done") => Ok(Ok(Verdict::Exists)),
        Resolved | Declined => guarded(conn, city, sender, &loaded, &MoveInput::Contest { reason: reason.to_owned() }),
        Closed | Withdrawn => Ok(Err(Refusal::new(Guarded::WindowOver.code(), Guarded::WindowOver.to_string()))),
        // It is open (again): what it wants is so, and the words are kept.
        _ if reason.trim().is_empty() => Ok(Ok(Verdict::Exists)),
        _ => note(conn, city, sender, &loaded, reason),
    }
}

/// Applies one `answer`: the case goes on if it waits for this citizen; otherwise the words are kept for whoever has it.
pub(in crate::store::sqlite) fn answer(
    conn: &Connection,
    city: &City,
    sender: &Sender,
    report: ReportId,
    text: &str,
) -> Result<Outcome, StoreError> {
    let Spoken { is_withdrawn, loaded } = match spoken(conn, city, sender, report)? {
        Ok(spoken) => spoken,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if is_withdrawn {
        return Ok(not_a_reporter());
    }
    let is_asked = loaded.facts.status == WaitingReporter && loaded.facts.speaker.is_some_and(|speaker| speaker.is_reporter);
    if !is_asked {
        return note(conn, city, sender, &loaded, text);
    }
    guarded(conn, city, sender, &loaded, &MoveInput::Resume { answer: Some(text.to_owned()) })
}
