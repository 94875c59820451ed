//! Cases: what the city works on, and the statuses it can have.

use serde::{Deserialize, Serialize};

/// Where a case stands on the server (DOMAIN.md, "Case status and its moves"). Never mixed with a device's delivery state.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStatus {
    /// Nobody's yet: triage.
    Received,
    /// With an owner.
    Assigned,
    /// The owner has taken charge.
    Accepted,
    /// Planned for a date.
    Scheduled,
    /// A crew is on it.
    InProgress,
    /// The reporter was asked a question; the clock is paused.
    WaitingReporter,
    /// Waiting for somebody else; the clock is paused.
    WaitingOther,
    /// Done, says the owner; the contest window runs.
    Resolved,
    /// Will not be done; the contest window runs.
    Declined,
    /// Joined to a lead case.
    Duplicate,
    /// Over.
    Closed,
    /// Taken back by its last reporter.
    Withdrawn,
}

/// What a case's clock does in a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// The promise counts.
    Runs,
    /// Stopped for a time, with a reason and a limit.
    Paused,
    /// No promise left.
    Stopped,
    /// The lead case's clock counts.
    OfLead,
}

impl CaseStatus {
    /// Every status, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Received,
        Self::Assigned,
        Self::Accepted,
        Self::Scheduled,
        Self::InProgress,
        Self::WaitingReporter,
        Self::WaitingOther,
        Self::Resolved,
        Self::Declined,
        Self::Duplicate,
        Self::Closed,
        Self::Withdrawn,
    ];

    /// What DOMAIN.md's table calls "open".
    pub const OPEN: &[Self] =
        &[Self::Received, Self::Assigned, Self::Accepted, Self::Scheduled, Self::InProgress, Self::WaitingReporter, Self::WaitingOther];

    /// Whether the case still waits for the city.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// What the clock does.
    pub const fn clock(self) -> ClockState {
        match self {
            Self::Received | Self::Assigned | Self::Accepted | Self::Scheduled | Self::InProgress => ClockState::Runs,
            Self::WaitingReporter | Self::WaitingOther => ClockState::Paused,
            Self::Resolved | Self::Declined | Self::Closed | Self::Withdrawn => ClockState::Stopped,
            Self::Duplicate => ClockState::OfLead,
        }
    }

    /// As it is stored and stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Assigned => "assigned",
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::WaitingReporter => "waiting_reporter",
            Self::WaitingOther => "waiting_other",
            Self::Resolved => "resolved",
            Self::Declined => "declined",
            Self::Duplicate => "duplicate",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
