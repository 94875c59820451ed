//! Every due date that a case ever had, and why it moved. Nothing of it is personal, so it outlives an erasure.

use serde::{Deserialize, Serialize};

use super::{Pause, ServiceLevel};
use crate::time::Timestamp;

/// Why a due date is what it is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueWhy {
    /// The first promise, made at the receipt.
    Promised,
    /// The clock stood still while the reporter was asked.
    WaitedReporter,
    /// The clock stood still while somebody else had to act.
    WaitedOther,
    /// Another service with another promise, counted anew from the receipt.
    ServiceChanged,
    /// The reporter said "not fixed": a fresh clock.
    Contested,
    /// A supervisor opened it again: a fresh clock.
    Reopened,
    /// A reason that a newer server knows; never stored.
    #[serde(other)]
    Other,
}

impl DueWhy {
    /// Every reason that this program gives.
    pub const ALL: [Self; 6] =
        [Self::Promised, Self::WaitedReporter, Self::WaitedOther, Self::ServiceChanged, Self::Contested, Self::Reopened];

    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::WaitedReporter => "waited_reporter",
            Self::WaitedOther => "waited_other",
            Self::ServiceChanged => "service_changed",
            Self::Contested => "contested",
            Self::Reopened => "reopened",
            Self::Other => "other",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.as_str() == text)
    }
}

/// One due date, and what it replaced.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueChange {
    /// When it was set.
    pub at: Timestamp,
    /// The date before; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The date from then on.
    pub to: Timestamp,
    /// Why.
    pub why: DueWhy,
}

/// What a citizen is told about a due date that is not the first one.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMoved {
    /// How many times it moved.
    pub times: u32,
    /// Why it moved last.
    pub why: DueWhy,
}

/// All due dates of a case, the first promise first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DueHistory(Vec<DueChange>);

impl DueHistory {
    /// A history as it was kept.
    pub const fn from_changes(changes: Vec<DueChange>) -> Self {
        Self(changes)
    }

    /// In their order.
    pub fn changes(&self) -> &[DueChange] {
        &self.0
    }

    /// The date that holds.
    pub fn current(&self) -> Option<Timestamp> {
        self.0.last().map(|change| change.to)
    }

    /// How often it moved and why last; `None` while the first promise holds.
    pub fn moved(&self) -> Option<DueMoved> {
        let last = self.0.last().filter(|_| self.0.len() > 1)?;
        Some(DueMoved { times: u32::try_from(self.0.len().saturating_sub(1)).unwrap_or(u32::MAX), why: last.why })
    }

    /// Whether each change starts from the date before it, none is earlier than the one before, and the first has none before.
    pub fn is_unbroken(&self) -> bool {
        let mut before: Option<&DueChange> = None;
        self.0.iter().all(|change| {
            let fits = change.from == before.map(|last| last.to) && before.is_none_or(|last| last.at <= change.at);
            before = Some(change);
            fits
        })
    }
}

/// The clock of a case as the office reads it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseClock {
    /// What was promised.
    pub level: ServiceLevel,
    /// Every due date it had; the last one holds, whatever the clock does now.
    #[serde(default)]
    pub history: DueHistory,
    /// When it stood still, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
    /// When it was found that the promise that holds was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Timestamp>,
    /// Whether the promise was kept; absent until the clock has stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: i64, from: Option<i64>, to: i64, why: DueWhy) -> DueChange {
        DueChange { at: Timestamp::from_millis(at), from: from.map(Timestamp::from_millis), to: Timestamp::from_millis(to), why }
    }

    #[test]
    fn a_history_tells_how_often_and_why_a_date_moved() {
        let mut history = DueHistory::from_changes(vec![change(1, None, 10, DueWhy::Promised)]);
        assert_eq!((history.current(), history.moved()), (Some(Timestamp::from_millis(10)), None));
        history.0.push(change(5, Some(10), 12, DueWhy::WaitedReporter));
        history.0.push(change(7, Some(12), 11, DueWhy::ServiceChanged));
        assert_eq!(history.moved(), Some(DueMoved { times: 2, why: DueWhy::ServiceChanged }));
        assert!(history.is_unbroken());
        history.0.push(change(8, Some(10), 13, DueWhy::WaitedOther));
        assert!(!history.is_unbroken());
    }

    #[test]
    fn reasons_read_as_they_are_written() {
        for why in DueWhy::ALL {
            assert_eq!(DueWhy::parse(why.as_str()), Some(why));
            assert_eq!(serde_json::to_value(why).unwrap(), why.as_str());
        }
        assert_eq!(serde_json::from_str::<DueWhy>("\"eclipse\"").unwrap(), DueWhy::Other, "an old device reads what a newer server says");
    }
}
