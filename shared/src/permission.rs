//! What each role may do: the one table that every door asks.
//!
//! Pure data. A route, a command or a button names the permission that it takes; only this table knows who has it. Moves of a case are finer and have
//! a table of their own ([`crate::moves`]): [`Permission::MoveCases`] opens the door, the move's own row decides.

use crate::role::Role;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See who one is, change one's password, set up one's second factor, log out everywhere.
    OwnAccount,
    /// Read cases with their reports and photos, within what the role sees of them.
    ReadCases,
    /// Make moves, each of which asks the table of moves as well.
    MoveCases,
    /// Join cases, split them, publish them (DOMAIN.md).
    LinkCases,
    /// See how the people of a case can be reached. Every look is written down.
    LookAtContacts,
    /// List people with a log-in, reset their passwords and second factors, disable them.
    ManageStaff,
    /// List devices and revoke them.
    ManageDevices,
    /// Read who looked at what and who changed what.
    ReadAudit,
}

impl Permission {
    /// Every permission there is.
    pub const ALL: &[Self] = &[
        Self::OwnAccount,
        Self::ReadCases,
        Self::MoveCases,
        Self::LinkCases,
        Self::LookAtContacts,
        Self::ManageStaff,
        Self::ManageDevices,
        Self::ReadAudit,
    ];

    /// Who has it. Partners are outside companies: they see cases, never how to reach people. The administrator has no say in cases and does not
    /// see them; the auditor reads everything but contacts.
    pub const fn roles(self) -> &'static [Role] {
        use Role::{Administrator, Auditor, Dispatcher, Officer, Partner, Supervisor};
        match self {
            Self::OwnAccount => Role::STAFF,
            Self::ReadCases => &[Officer, Partner, Dispatcher, Supervisor, Auditor],
            Self::MoveCases => &[Officer, Partner, Dispatcher, Supervisor],
            Self::LinkCases => &[Officer, Dispatcher],
            Self::LookAtContacts => &[Officer, Dispatcher, Supervisor],
            Self::ManageStaff | Self::ManageDevices => &[Administrator],
            Self::ReadAudit => &[Administrator, Auditor],
        }
    }
}

impl Role {
    /// Whether this role has a permission.
    pub fn may(self, permission: Permission) -> bool {
        permission.roles().contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_and_an_administrator_sees_no_case() {
        let of = |role: Role| Permission::ALL.iter().copied().filter(|permission| role.may(*permission)).collect::<Vec<_>>();
        assert_eq!(of(Role::Auditor), [Permission::OwnAccount, Permission::ReadCases, Permission::ReadAudit]);
        assert!(!of(Role::Administrator).contains(&Permission::ReadCases));
        assert!(!of(Role::Partner).contains(&Permission::LookAtContacts));
    }

    #[test]
    fn who_is_not_staff_has_no_permission_here() {
        for role in [Role::Reporter, Role::Crew, Role::Routing, Role::System] {
            assert!(Permission::ALL.iter().all(|permission| !role.may(*permission)), "{}", role.as_str());
        }
    }

    #[test]
    fn every_role_with_a_log_in_may_look_after_its_own_account() {
        assert!(Role::STAFF.iter().all(|role| role.may(Permission::OwnAccount)));
    }
}
