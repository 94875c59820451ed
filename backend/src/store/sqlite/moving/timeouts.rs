//! What the system does when a time is over: a case that waited long enough goes on, a case that nobody contested is closed.

use super::apply::{self, Actor};
use super::facts::load;
use crate::store::Swept;
use crate::store::city::City;
use crate::store::error::StoreError;
use crate::store::sqlite::row::uuid;
use lanterna_shared::case::CaseStatus;
use lanterna_shared::guard::{self, MoveInput};
use lanterna_shared::id::CaseId;
use lanterna_shared::role::Role;
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, params};

/// The most cases of one sweep: few enough that nobody waits for it at the one writer.
const BATCH: usize = 100;

/// Acts on the cases whose time is over; see [`crate::store::Store::sweep_timeouts`].
///
/// # Errors
/// What the engine said.
pub fn sweep_timeouts(conn: &Connection, city: &City, now: Timestamp) -> Result<Swept, StoreError> {
    let cases = {
        let mut find = conn.prepare_cached(
            "SELECT case_id FROM \"case\" WHERE jurisdiction = ?1 AND times_out_at <= ?2 ORDER BY times_out_at, case_id LIMIT ?3",
        )?;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX).saturating_add(1);
        let found = find.query_map(params![city.jurisdiction, now.as_millis(), limit], |row| uuid(row, 0).map(CaseId))?;
        found.collect::<Result<Vec<_>, _>>()?
    };
    let mut swept = Swept { more: cases.len() > BATCH, ..Swept::default() };
    for case in cases.into_iter().take(BATCH) {
        let Some(loaded) = load(conn, city, case)? else { continue };
        let (input, count) = match loaded.facts.status {
            CaseStatus::WaitingReporter | CaseStatus::WaitingOther => (MoveInput::Resume { answer: None }, &mut swept.resumed),
            _ => (MoveInput::Confirm, &mut swept.closed),
        };
        match guard::check(Role::System, &input, &loaded.facts, loaded.limits, now) {
            Ok(effects) => {
                let actor = Actor { role: Role::System, staff: None, subject: None };
                apply::apply(conn, city, &actor, &loaded, &input, &effects, now)?;
                *count = count.saturating_add(1);
            }
            Err(refusal) => {
                // Cannot be; but one such case must not stand before all others for ever. `lanterna check` tells of it.
                tracing::error!(%case, status = loaded.facts.status.as_str(), %refusal, "a case has a time that is over and cannot act on it");
                conn.prepare_cached("UPDATE \"case\" SET times_out_at = NULL WHERE jurisdiction = ?1 AND case_id = ?2")?
                    .execute(params![city.jurisdiction, case.as_bytes()])?;
            }
        }
    }
    Ok(swept)
}
