//! Who acts: the roles of people, and the two actors that are nobody.

use serde::{Deserialize, Serialize};

/// In what capacity somebody acts on a case (DOMAIN.md, "Three kinds of user").
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who sent a report of the case, or joined it.
    Reporter,
    /// A team that goes out for the owner.
    Crew,
    /// Works in the department that owns the case.
    Officer,
    /// Works in the outside company that owns the case.
    Partner,
    /// The URP: triage and the telephone desk.
    Dispatcher,
    /// Arbiter; edits rules and service levels.
    Supervisor,
    /// Users, devices, catalogue. No say in cases.
    Administrator,
    /// Reads everything, changes nothing.
    Auditor,
    /// The routing rules.
    Routing,
    /// The clock: sweeps for what is over its time.
    System,
}

impl Role {
    /// The roles that a person with a log-in of the city or a partner can have.
    pub const STAFF: &[Self] = &[Self::Officer, Self::Partner, Self::Dispatcher, Self::Supervisor, Self::Administrator, Self::Auditor];

    /// As it is stored and written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Crew => "crew",
            Self::Officer => "officer",
            Self::Partner => "partner",
            Self::Dispatcher => "dispatcher",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Routing => "routing",
            Self::System => "system",
        }
    }

    /// Reads a staff role as written on the command line or stored; `None` for anything else.
    pub fn staff_from_str(text: &str) -> Option<Self> {
        Self::STAFF.iter().copied().find(|role| role.as_str() == text)
    }

    /// Whether this role sees the cases of one owner only.
    pub const fn is_bound_to_owner(self) -> bool {
        matches!(self, Self::Officer | Self::Partner | Self::Crew)
    }
}
