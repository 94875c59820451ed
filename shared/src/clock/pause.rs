//! Pauses: what stops the clock, for how long at most, and what a pause does to a due date.
//!
//! A pause moves the due date by the working time that passed in it, in the unit of the promise: working days for a promise in days (the day on which
//! it begins does not count, the day on which it ends does), business time for one in hours. It never counts beyond its limit, so a case that is
//! forgotten while it waits is due all the same, and one that begins after the due date heals nothing.

use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::{Calendar, ServiceLevel, due_at};
use crate::case::CaseStatus;
use crate::time::Timestamp;

/// Why a clock is paused.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The reporter was asked something.
    Reporter,
    /// Somebody else must act first.
    Other,
}

impl PauseReason {
    /// Why a case in that status is paused; `None` where it is not.
    pub const fn of(status: CaseStatus) -> Option<Self> {
        match status {
            CaseStatus::WaitingReporter => Some(Self::Reporter),
            CaseStatus::WaitingOther => Some(Self::Other),
            _ => None,
        }
    }

    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Other => "other",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Reporter, Self::Other].into_iter().find(|reason| reason.as_str() == text)
    }
}

/// One pause of a case's clock.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Why.
    pub reason: PauseReason,
    /// When it no longer counts, ended or not.
    pub until: Timestamp,
}

impl Pause {
    /// A pause that begins now; its limit is the calendar's.
    pub fn begin(calendar: &Calendar, now: Timestamp, reason: PauseReason) -> Self {
        let limit = i64::from(calendar.rules().waiting_limit_days);
        let last = calendar.day_of(now).saturating_add(limit.days());
        Self { from: now, to: None, reason, until: calendar.end_of_day(last) }
    }

    /// Until when it counts: its end, or `now` while it lasts, but never beyond its limit and never before its beginning.
    pub fn counts_to(&self, now: Timestamp) -> Timestamp {
        self.to.unwrap_or(now).min(self.until).max(self.from)
    }
}

/// The due date after a pause that ended, or lasts until now.
pub fn due_after_pause(calendar: &Calendar, due: Timestamp, level: ServiceLevel, pause: &Pause, now: Timestamp) -> Timestamp {
    let end = pause.counts_to(now);
    if pause.from > due || end <= pause.from {
        return due;
    }
    let moved = match level {
        ServiceLevel::WorkingDays(_) => {
            let lost = calendar.working_days_between(calendar.day_of(pause.from), calendar.day_of(end));
            if lost == 0 { due } else { calendar.end_of_day(calendar.working_day_after(calendar.day_of(due), lost)) }
        }
        ServiceLevel::BusinessHours(_) => calendar.after_business_millis(due, calendar.business_millis(pause.from, end)),
        ServiceLevel::Hours(_) => due.plus_millis(end.millis_since(pause.from)),
    };
    moved.max(due)
}

/// The due date of what was received at `received` under `level`, with all pauses that have ended since, in their order. What a change of the service
/// computes: anew from the day of receipt, and the reporter's silence is still the reporter's.
pub fn due_with_pauses(calendar: &Calendar, received: Timestamp, level: ServiceLevel, pauses: &[Pause]) -> Timestamp {
    let ended = pauses.iter().filter_map(|pause| pause.to.map(|to| (pause, to)));
    ended.fold(due_at(calendar, received, level), |due, (pause, to)| due_after_pause(calendar, due, level, pause, to))
}
