//! When a promise ends: a service level counted on a calendar.

use serde::{Deserialize, Serialize};

use super::Calendar;
use crate::problem::Invalid;
use crate::time::Timestamp;

const HOUR_MS: i64 = 60 * 60 * 1_000;
/// The longest promise in working days.
pub const MAX_WORKING_DAYS: u16 = 365;
/// The longest promise in business hours.
pub const MAX_BUSINESS_HOURS: u16 = 1_000;

/// The longest promise in hours by the clock: 30 days.
pub const MAX_HOURS: u16 = 720;

/// How long the city takes at most: `{"working_days": 5}`, `{"business_hours": 8}` or `{"hours": 4}`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceLevel {
    /// Until the end of the last of so many working days after the day of receipt, 0 to 365.
    WorkingDays(u16),
    /// Until so many hours of the calendar's business hours have passed since the receipt, 1 to 1,000.
    BusinessHours(u16),
    /// So many hours by the clock, nights and holidays too, 1 to 720: for what cannot wait.
    Hours(u16),
}

impl ServiceLevel {
    /// Whether it is within its bounds.
    ///
    /// # Errors
    /// [`Invalid`] names the bound.
    pub const fn check(self) -> Result<(), Invalid> {
        match self {
            Self::WorkingDays(0..=MAX_WORKING_DAYS) | Self::BusinessHours(1..=MAX_BUSINESS_HOURS) | Self::Hours(1..=MAX_HOURS) => Ok(()),
            Self::WorkingDays(_) => Err(Invalid::new("working_days", "is more than 365: promise a time that somebody will wait for")),
            Self::BusinessHours(_) => Err(Invalid::new("business_hours", "is not 1 to 1,000: choose hours within it, or working days")),
            Self::Hours(_) => Err(Invalid::new("hours", "is not 1 to 720: choose hours within it, or working days")),
        }
    }

    /// What it is counted in, as it is stored and stands on the wire.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::WorkingDays(_) => "working_days",
            Self::BusinessHours(_) => "business_hours",
            Self::Hours(_) => "hours",
        }
    }

    /// How many of them.
    pub const fn amount(self) -> u16 {
        match self {
            Self::WorkingDays(days) => days,
            Self::BusinessHours(hours) | Self::Hours(hours) => hours,
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn from_parts(unit: &str, amount: u16) -> Option<Self> {
        [Self::WorkingDays(amount), Self::BusinessHours(amount), Self::Hours(amount)].into_iter().find(|level| level.unit() == unit)
    }
}

/// The last moment that keeps a promise of `level` for what was received at `received`.
///
/// In working days it is the end (23:59:59) of the last of so many working days after the day of receipt; 0 = the day of receipt itself, or the next
/// working day where that is none. Source: regulation (EEC, Euratom) 1182/71, article 3: the day of the event does not count, a period ends with its
/// last day's last hour, and one that would end on a holiday, a Saturday or a Sunday ends with the following working day.
///
/// In business hours it is the first moment by which so many hours of work have passed; it never lies outside of business hours, but may be their
/// last moment.
pub fn due_at(calendar: &Calendar, received: Timestamp, level: ServiceLevel) -> Timestamp {
    match level {
        ServiceLevel::WorkingDays(days) => {
            let day = calendar.day_of(received);
            let days = if days == 0 && !calendar.is_working_day(day) { 1 } else { u32::from(days) };
            calendar.end_of_day(calendar.working_day_after(day, days))
        }
        ServiceLevel::BusinessHours(hours) => calendar.after_business_millis(received, i64::from(hours) * HOUR_MS),
        ServiceLevel::Hours(hours) => received.plus_millis(i64::from(hours) * HOUR_MS),
    }
}
