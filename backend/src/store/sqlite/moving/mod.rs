//! Moves: by somebody at a desk, by a citizen's word, by the end of a time. Every one of them passes the same guard.
//!
//! It never decides: [`facts`] loads what is known of a case, [`lanterna_shared::guard`] says what follows, [`apply`] writes it down, [`links`] where
//! cases follow each other. [`said`] is what citizens say by their ops, [`timeouts`] what the system does when nobody does anything, [`shown`] what of
//! all that a citizen reads.

mod apply;
mod facts;
mod links;
mod said;
mod shown;
mod timeouts;

pub(super) use facts::{Loaded, load};
pub(super) use links::joined_to;
pub(super) use said::{answer, confirm, contest, withdraw};
pub(super) use shown::{Standing, shown};
pub use timeouts::sweep_timeouts;

use super::detail::case_detail;
use super::row::damaged;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::staff::{CaseScope, MoveOutcome, Staff};
use apply::Actor;
use facts::{photos_count, wanted_lead};
use lanterna_shared::guard::{self, Evidence, MoveInput, Refusal};
use lanterna_shared::id::CaseId;
use lanterna_shared::moves;
use lanterna_shared::office::MoveRequest;
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::time::Timestamp;
use rusqlite::Connection;

/// What must hold of cases beyond keys: each counts the rows that break it.
pub(super) const INVARIANTS: &[(&str, &str)] = &[
    (
        "cases wait or are joined and do not know where they were, or do neither and do",
        "SELECT count(*) FROM \"case\" WHERE (status IN ('waiting_reporter', 'waiting_other', 'duplicate')) <> (status_before IS NOT NULL)",
    ),
    (
        "cases wait or have ended without a time at which the system acts, or have one for nothing",
        "SELECT count(*) FROM \"case\"
         WHERE (status IN ('waiting_reporter', 'waiting_other', 'resolved', 'declined')) <> (times_out_at IS NOT NULL)",
    ),
    (
        "cases are joined to nothing, or follow a case without being joined",
        "SELECT count(*) FROM \"case\" c LEFT JOIN case_lead l ON l.jurisdiction = c.jurisdiction AND l.case_id = c.case_id
         WHERE (c.status = 'duplicate') <> (l.case_id IS NOT NULL)",
    ),
    (
        "cases lead others and are joined themselves",
        "SELECT count(*) FROM case_lead l JOIN case_lead o ON o.jurisdiction = l.jurisdiction AND o.case_id = l.lead_id",
    ),
    (
        "cases are resolved without evidence",
        "SELECT count(*) FROM \"case\" c WHERE c.status = 'resolved' AND NOT EXISTS
             (SELECT 1 FROM evidence e WHERE e.jurisdiction = c.jurisdiction AND e.case_id = c.case_id AND e.round = c.round)",
    ),
    (
        "cases are with the arbiter without a clock of their own, or have one for nothing",
        "SELECT count(*) FROM \"case\" WHERE (at_arbiter = 1) <> (arbiter_due_at IS NOT NULL) OR (at_arbiter = 1 AND status <> 'assigned')",
    ),
];

/// Makes a move; see [`crate::store::Store::make_move`].
///
/// # Errors
/// What the engine said.
pub fn make_move(
    conn: &Connection,
    city: &City,
    staff: &Staff,
    scope: &CaseScope,
    case: CaseId,
    request: &MoveRequest,
    now: Timestamp,
) -> Result<MoveOutcome, StoreError> {
    let refused = |code, detail: String| Ok(MoveOutcome::Refused { code, detail });
    let Some(mut loaded) = load(conn, city, case)?.filter(|loaded| scope.holds(loaded.facts.owner.as_ref())) else {
        return refused(ProblemCode::NotFound, "There is no such case, or it is with another office now.".to_owned());
    };
    if request.base != loaded.version {
        return refused(ProblemCode::Stale, "Somebody changed this case since you opened it: read it again, then decide.".to_owned());
    }
    // The table first: nobody is asked to fill in a move that cannot be made.
    if moves::rule(request.name, loaded.facts.status, staff.role).is_none() {
        let refusal = Refusal::NotInTable { name: request.name, status: loaded.facts.status };
        return refused(refusal.code(), refusal.to_string());
    }
    let input = match MoveInput::read(request) {
        Ok(input) => input,
        Err(refusal) => return refused(refusal.code(), refusal.to_string()),
    };
    if let Some(owner) = input.next_owner().filter(|owner| city.department(owner).is_none()) {
        return refused(ProblemCode::Unknown, format!("There is no department {owner}: choose one from the list."));
    }
    match &input {
        MoveInput::Join { lead } => loaded.facts.wanted_lead = wanted_lead(conn, city, scope, *lead)?,
        MoveInput::Resolve { evidence: Evidence::Photos(photos), .. } => {
            loaded.facts.photos_count = photos_count(conn, city, case, photos)?;
        }
        _ => {}
    }
    let effects = match guard::check(staff.role, &input, &loaded.facts, loaded.limits, now) {
        Ok(effects) => effects,
        Err(refusal) => return refused(refusal.code(), refusal.to_string()),
    };
    let actor = Actor { role: staff.role, staff: Some(staff.user), subject: None };
    apply::apply(conn, city, &actor, &loaded, &input, &effects, now)?;
    // Who gives a case away may still see what came of it.
    let after = case_detail(conn, city, staff, &CaseScope::All, case)?.ok_or_else(|| damaged("a case that was just moved"))?;
    Ok(MoveOutcome::Made(Box::new(after)))
}
