//! Suggestions that two cases are about one thing: made when a case is opened or gets a photo, decided by people.
//!
//! The story in order: [`opened`] compares a new case with the open cases around it and keeps the best; [`pictured`] does it again when a photo
//! follows; [`alike`] shows them to whoever has the case; [`dismiss`] is a person's no, and can be taken back; [`joined`] and [`split`] are what the
//! moves of those names do to them. Nothing here ever joins two cases.

use super::likeness::{self, Kept};
use super::queue::{summary, summary_columns};
use super::row::{code, damaged, unsigned, uuid};
use crate::store::city::City;
use crate::store::duplicate::SuggestionDecided;
use crate::store::error::StoreError;
use crate::store::staff::{CaseScope, Staff};
use lanterna_shared::check::CaseNumber;
use lanterna_shared::duplicate::reason::{from_codes, to_codes};
use lanterna_shared::duplicate::view::{AlikeCases, MAX_SHOWN, Suggestion, SuggestionState, texts};
use lanterna_shared::duplicate::{Kinship, Likeness, PerceptualHash, Reason, SUGGEST_FROM, Traits, liken};
use lanterna_shared::id::{CaseId, UserId};
use lanterna_shared::photo::MAX_PHOTOS;
use lanterna_shared::report::NewReport;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::ops::ControlFlow;

/// The most suggestions that one look-up makes: the best.
const MAX_MADE: usize = 3;
/// From this score on two cases are the same to whoever looks. Of a hundred such reports, as after a storm, each finds the ones before it,
const EVIDENT_FROM: u8 = 80;
/// and so many are enough: the search ends there, and the writer's time with it.
const EVIDENT_ENOUGH: u32 = 2;

/// Keeps what a new case is compared by and suggests the open cases that look like it.
pub(super) fn opened(conn: &Connection, city: &City, case: CaseId, new: &NewReport, now: Timestamp) -> Result<(), StoreError> {
    let Some(traits) = Traits::of(new, now) else { return Ok(()) };
    let kept = Kept { case, service: new.service.as_str().to_owned(), traits };
    suggest(conn, city, &kept)?;
    likeness::keep(conn, city, case, &kept.service, &kept.traits)
}

/// A photo of a case followed: it may look like another's.
pub(super) fn pictured(conn: &Connection, city: &City, case: CaseId, picture: PerceptualHash) -> Result<(), StoreError> {
    let Some(mut kept) = likeness::of_case(conn, city, case)? else { return Ok(()) };
    if kept.traits.pictures.len() >= MAX_PHOTOS || kept.traits.pictures.contains(&picture) {
        return Ok(());
    }
    kept.traits.pictures.push(picture);
    likeness::keep_pictures(conn, city, &kept)?;
    suggest(conn, city, &kept)
}

/// A citizen wanted the report that opened `case` on `wished`, which could not be: a person may join the two.
pub(super) fn asked(conn: &Connection, city: &City, case: CaseId, wished: CaseId) -> Result<(), StoreError> {
    let (here, there) = (likeness::of_case(conn, city, case)?, likeness::of_case(conn, city, wished)?);
    let found = here.zip(there).and_then(|(here, there)| liken(&here.traits, &there.traits, kinship(&here.service, &there.service)));
    let Likeness { score, mut reasons } = found.unwrap_or(Likeness { score: SUGGEST_FROM, reasons: Vec::new() });
    reasons.push(Reason::Asked);
    keep(conn, city, (case, wished), &Likeness { score: score.max(SUGGEST_FROM), reasons })
}

/// How two services stand to each other.
fn kinship(a: &str, b: &str) -> Kinship {
    if a == b { Kinship::Same } else { Kinship::Other }
}

fn suggest(conn: &Connection, city: &City, kept: &Kept) -> Result<(), StoreError> {
    let mut found: Vec<(Likeness, CaseId)> = Vec::new();
    let mut evident = 0;
    likeness::each_candidate(conn, city, kept, |other| {
        let likeness = liken(&kept.traits, &other.traits, kinship(&kept.service, &other.service));
        if let Some(likeness) = likeness.filter(Likeness::is_suggested) {
            evident += u32::from(likeness.score >= EVIDENT_FROM);
            found.push((likeness, other.case));
        }
        if evident < EVIDENT_ENOUGH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    // The best; of equals the newest, as they were found.
    found.sort_by_key(|(likeness, _)| std::cmp::Reverse(likeness.score));
    found.truncate(MAX_MADE);
    found.iter().try_for_each(|(likeness, other)| keep(conn, city, (kept.case, *other), likeness))
}

/// The pair as it is kept: the greater id first.
fn ordered((a, b): (CaseId, CaseId)) -> (CaseId, CaseId) {
    if a > b { (a, b) } else { (b, a) }
}

fn keep(conn: &Connection, city: &City, pair: (CaseId, CaseId), likeness: &Likeness) -> Result<(), StoreError> {
    let (case, other) = ordered(pair);
    conn.prepare_cached(
        "INSERT INTO duplicate_suggestion (jurisdiction, case_id, other_case_id, score, reasons) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (jurisdiction, case_id, other_case_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons
         WHERE excluded.score >= score",
    )?
    .execute(params![city.jurisdiction, case.as_bytes(), other.as_bytes(), likeness.score, to_codes(&likeness.reasons)])?;
    Ok(())
}

/// Cases that look like `case`; `None` when there is none within `scope`. See [`crate::store::Store::alike_cases`].
///
/// # Errors
/// What the engine said.
pub fn alike(conn: &Connection, city: &City, scope: &CaseScope, case: CaseId) -> Result<Option<AlikeCases>, StoreError> {
    let Some(published) = within(conn, city, scope, case)? else { return Ok(None) };
    let mut find = conn.prepare_cached(include_str!("suggestions_of_case.sql"))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes(), i64::try_from(MAX_SHOWN).unwrap_or(i64::MAX)])?;
    let mut alike = Vec::new();
    while let Some(row) = rows.next()? {
        let other = CaseId(uuid(row, 0)?);
        let reasons = code(from_codes(row.get_ref(2)?.as_str().unwrap_or_default()))?;
        alike.push(Suggestion {
            other,
            number: CaseNumber::new(unsigned(row.get(6)?)),
            summary: summary_of(conn, city, scope, other)?,
            score: row.get(1)?,
            text: texts(&reasons),
            reasons,
            state: SuggestionState::parse(row.get_ref(3)?.as_str().unwrap_or_default())
                .ok_or_else(|| damaged("the state of a suggestion"))?,
            decided_by: row.get(4)?,
            decided_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
        });
    }
    Ok(Some(AlikeCases { case, published, alike }))
}

/// Whether a case within `scope` is published; `None` when there is none.
pub(super) fn within(conn: &Connection, city: &City, scope: &CaseScope, case: CaseId) -> Result<Option<bool>, StoreError> {
    let found: Option<(Option<String>, bool)> = conn
        .prepare_cached("SELECT owner, published FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2")?
        .query_row(params![city.jurisdiction, case.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((owner, published)) = found else { return Ok(None) };
    let owner = owner.map(|owner| code(DepartmentCode::new(owner))).transpose()?;
    Ok(scope.holds(owner.as_ref()).then_some(published))
}

fn summary_of(
    conn: &Connection,
    city: &City,
    scope: &CaseScope,
    case: CaseId,
) -> Result<Option<lanterna_shared::office::CaseSummary>, StoreError> {
    let mut find =
        conn.prepare_cached(concat!("SELECT ", summary_columns!(), " FROM \"case\" WHERE jurisdiction = ?1 AND case_id = ?2"))?;
    let mut rows = find.query(params![city.jurisdiction, case.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(summary(city, row)?).filter(|summary| scope.holds(summary.owner.as_ref().map(|owner| &owner.code))))
}

/// A person says that two cases are not the same, or takes that back. See [`crate::store::Store::decide_alike`].
///
/// # Errors
/// What the engine said.
pub fn dismiss(
    conn: &Connection,
    city: &City,
    (staff, scope): (&Staff, &CaseScope),
    pair: (CaseId, CaseId),
    dismissed: bool,
    now: Timestamp,
) -> Result<SuggestionDecided, StoreError> {
    if within(conn, city, scope, pair.0)?.is_none() {
        return Ok(SuggestionDecided::NotThere);
    }
    let (case, other) = ordered(pair);
    let state: Option<String> = conn
        .prepare_cached("SELECT state FROM duplicate_suggestion WHERE jurisdiction = ?1 AND case_id = ?2 AND other_case_id = ?3")?
        .query_row(params![city.jurisdiction, case.as_bytes(), other.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(state) = state else { return Ok(SuggestionDecided::NotThere) };
    let (from, to) =
        if dismissed { (SuggestionState::Open, SuggestionState::Dismissed) } else { (SuggestionState::Dismissed, SuggestionState::Open) };
    match SuggestionState::parse(&state) {
        Some(state) if state == from => decide(conn, city, pair, to, staff.user, now)?,
        Some(SuggestionState::Accepted) => return Ok(SuggestionDecided::Joined),
        Some(_) => {}
        None => return Err(damaged("the state of a suggestion")),
    }
    Ok(SuggestionDecided::Decided)
}

/// The move `join` was made: `case` is a duplicate of `lead` now. Call it in the move's transaction. Does nothing where nobody had suggested it.
///
/// # Errors
/// What the engine said.
pub fn joined(conn: &Connection, city: &City, case: CaseId, lead: CaseId, by: UserId, now: Timestamp) -> Result<(), StoreError> {
    decide(conn, city, (case, lead), SuggestionState::Accepted, by, now)
}

/// The move `split` was made: a person says that the two are not the same. Call it in the move's transaction.
///
/// # Errors
/// What the engine said.
pub fn split(conn: &Connection, city: &City, case: CaseId, lead: CaseId, by: UserId, now: Timestamp) -> Result<(), StoreError> {
    decide(conn, city, (case, lead), SuggestionState::Dismissed, by, now)
}

fn decide(
    conn: &Connection,
    city: &City,
    pair: (CaseId, CaseId),
    to: SuggestionState,
    by: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (case, other) = ordered(pair);
    let is_decided = to != SuggestionState::Open;
    conn.prepare_cached(
        "UPDATE duplicate_suggestion SET state = ?4, staff_id = ?5, decided_at = ?6
         WHERE jurisdiction = ?1 AND case_id = ?2 AND other_case_id = ?3",
    )?
    .execute(params![
        city.jurisdiction,
        case.as_bytes(),
        other.as_bytes(),
        to.as_str(),
        is_decided.then_some(by.as_bytes()),
        is_decided.then_some(now.as_millis())
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::city::{first_jurisdiction, load_city};
    use crate::store::sqlite::open::open_in_memory;
    use lanterna_shared::id::JurisdictionId;
    use lanterna_shared::role::Role;

    const NOW: Timestamp = Timestamp::from_millis(1_795_680_000_000);

    /// Two cases that somebody suggested, in either order of their ids, and a dispatcher.
    fn two() -> (Connection, City, Staff, [CaseId; 2]) {
        let conn = open_in_memory().unwrap();
        let jurisdiction = first_jurisdiction(&conn, JurisdictionId::mint(NOW, [0; 10])).unwrap();
        conn.execute("INSERT INTO service (jurisdiction, code) VALUES (1, 'pothole')", []).unwrap();
        let cases = [1, 2].map(|byte| CaseId::mint(NOW, [byte; 10]));
        for (case, number) in cases.iter().zip(1..) {
            let key = params![case.as_bytes(), number];
            conn.execute("INSERT INTO \"case\" (jurisdiction, case_id, number, service) VALUES (1, ?1, ?2, 'pothole')", key).unwrap();
        }
        let user = UserId::mint(NOW, [9; 10]);
        conn.execute("INSERT INTO staff (jurisdiction, staff_id, role) VALUES (1, ?1, 'dispatcher')", [user.as_bytes()]).unwrap();
        let city = load_city(&conn, jurisdiction).unwrap();
        let likeness = Likeness { score: 70, reasons: vec![Reason::SameService] };
        keep(&conn, &city, (cases[0], cases[1]), &likeness).unwrap();
        (conn, city, Staff { user, name: "anna".to_owned(), role: Role::Dispatcher, department: None }, cases)
    }

    fn state(conn: &Connection, city: &City, case: CaseId) -> SuggestionState {
        let found = alike(conn, city, &CaseScope::All, case).unwrap().unwrap().alike;
        assert_eq!(found.len(), 1);
        found[0].state
    }

    #[test]
    fn joining_accepts_the_suggestion_and_splitting_dismisses_it() {
        let (conn, city, staff, [first, second]) = two();
        for (case, lead) in [(second, first), (first, second)] {
            joined(&conn, &city, case, lead, staff.user, NOW).unwrap();
            assert_eq!([first, second].map(|case| state(&conn, &city, case)), [SuggestionState::Accepted; 2]);
            let undone = dismiss(&conn, &city, (&staff, &CaseScope::All), (case, lead), true, NOW).unwrap();
            assert_eq!(undone, SuggestionDecided::Joined, "what is joined must be split first");
            split(&conn, &city, case, lead, staff.user, NOW).unwrap();
            assert_eq!([first, second].map(|case| state(&conn, &city, case)), [SuggestionState::Dismissed; 2]);
        }
    }

    #[test]
    fn what_was_decided_is_not_opened_again_by_a_better_score() {
        let (conn, city, staff, [first, second]) = two();
        dismiss(&conn, &city, (&staff, &CaseScope::All), (first, second), true, NOW).unwrap();
        keep(&conn, &city, (second, first), &Likeness { score: 90, reasons: vec![Reason::Picture { bits: 0 }] }).unwrap();
        let found = alike(&conn, &city, &CaseScope::All, first).unwrap().unwrap().alike;
        assert_eq!((found[0].score, found[0].state), (90, SuggestionState::Dismissed));
        keep(&conn, &city, (second, first), &Likeness { score: 60, reasons: Vec::new() }).unwrap();
        assert_eq!(alike(&conn, &city, &CaseScope::All, first).unwrap().unwrap().alike[0].score, 90, "nor made worse by a lesser one");
    }

    #[test]
    fn joining_what_nobody_suggested_is_no_trouble() {
        let (conn, city, staff, [first, second]) = two();
        conn.execute("DELETE FROM duplicate_suggestion", []).unwrap();
        joined(&conn, &city, second, first, staff.user, NOW).unwrap();
        assert!(alike(&conn, &city, &CaseScope::All, first).unwrap().unwrap().alike.is_empty());
    }
}
