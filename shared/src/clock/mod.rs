//! The promise's clock: when a case is due, what stops the clock, and how a due date that moved came about.
//!
//! Everything here is pure: moments come in and moments come out. Days and hours are counted in the jurisdiction's own zone with the zone data that is
//! built in, so that a host's own zone, its zone files and its locale change nothing. It must never read a clock.
//!
//! The story in order: [`holidays`] knows by rule which days are no working days in Italy; a [`Calendar`] adds the zone, the hours of each weekday,
//! the patron's day and the exceptions of one city; [`due_at`] counts a [`ServiceLevel`] on it; a [`Pause`] stops the clock for a time and moves the
//! due date by the working time that was lost; [`DueHistory`] keeps every date that was ever promised, and why it moved.

pub mod calendar;
pub mod due;
pub mod history;
pub mod holidays;
pub mod hours;
pub mod pause;

pub use calendar::{Calendar, CalendarRules};
pub use due::{ServiceLevel, due_at};
pub use history::{CaseClock, DueChange, DueHistory, DueMoved, DueWhy};
pub use pause::{Pause, PauseReason, due_after_pause, due_with_pauses};

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The zone of that IANA name from the built-in data, whatever the host has; `None` for a name that is not known.
pub fn find_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// As [`find_zone`]; UTC for a name that is not known.
pub fn zone(name: &str) -> TimeZone {
    find_zone(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod table_tests;
