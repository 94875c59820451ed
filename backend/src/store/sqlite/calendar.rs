//! The calendar: every version that was imported is kept, the newest counts.

use super::catalogue::raise_version;
use super::row::damaged;
use crate::store::city::City;
use crate::store::error::StoreError;
use lanterna_shared::clock::{Calendar, CalendarRules};
use lanterna_shared::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The newest calendar in the city's zone; the usual one where none was imported.
pub(super) fn load_calendar(conn: &Connection, jurisdiction: i64, zone: &str) -> Result<Calendar, StoreError> {
    let content: Option<String> = conn
        .prepare_cached("SELECT content FROM calendar WHERE jurisdiction = ?1 ORDER BY version DESC LIMIT 1")?
        .query_row([jurisdiction], |row| row.get(0))
        .optional()?;
    let Some(content) = content else { return Ok(Calendar::usual(zone)) };
    let mut rules: CalendarRules = serde_json::from_str(&content).map_err(|_| damaged("the calendar"))?;
    // Whoever named the zone last decides: an import of the calendar, or one of the city.
    zone.clone_into(&mut rules.zone);
    Calendar::new(rules).map_err(|invalid| StoreError::damaged(format!("the calendar: {invalid}")))
}

/// Replaces the calendar; see [`crate::store::Store::import_calendar`].
///
/// # Errors
/// What the engine said.
pub fn import_calendar(conn: &Connection, city: &City, calendar: &Calendar, now: Timestamp) -> Result<(), StoreError> {
    let content = serde_json::to_string(calendar.rules()).map_err(|_| damaged("the calendar"))?;
    let is_same = conn
        .prepare_cached("SELECT content = ?2 FROM calendar WHERE jurisdiction = ?1 ORDER BY version DESC LIMIT 1")?
        .query_row(params![city.jurisdiction, content], |row| row.get(0))
        .optional()?
        .unwrap_or(false);
    if !is_same {
        conn.prepare_cached(
            "INSERT INTO calendar (jurisdiction, version, content, imported_at)
             VALUES (?1, (SELECT coalesce(max(version), 0) + 1 FROM calendar WHERE jurisdiction = ?1), ?2, ?3)",
        )?
        .execute(params![city.jurisdiction, content, now.as_millis()])?;
    }
    conn.execute("UPDATE jurisdiction SET zone = ?2 WHERE jurisdiction = ?1", params![city.jurisdiction, calendar.rules().zone])?;
    raise_version(conn, city.jurisdiction)
}
