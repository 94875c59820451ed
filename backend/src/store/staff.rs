//! People with a log-in, as a store knows them, and what they may see of cases.

use crate::store::account::SecondFactor;
use lanterna_shared::id::UserId;
use lanterna_shared::office::{CaseDetail, Department};
use lanterna_shared::problem::ProblemCode;
use lanterna_shared::role::Role;
use lanterna_shared::service::DepartmentCode;
use lanterna_shared::time::Timestamp;

/// Somebody who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The person.
    pub user: UserId,
    /// The log-in name.
    pub name: String,
    /// In what capacity.
    pub role: Role,
    /// Of officers and partners.
    pub department: Option<Department>,
}

/// Which cases somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseScope {
    /// Every case.
    All,
    /// Those of one owner.
    Owner(DepartmentCode),
    /// None.
    Nothing,
}

impl CaseScope {
    /// Whether a case of `owner` is within.
    pub fn holds(&self, owner: Option<&DepartmentCode>) -> bool {
        match self {
            Self::All => true,
            Self::Owner(mine) => owner == Some(mine),
            Self::Nothing => false,
        }
    }
}

/// A new log-in.
#[derive(Clone)]
pub struct NewStaff {
    /// The person.
    pub user: UserId,
    /// 1 to 128 characters.
    pub name: String,
    /// One of [`Role::STAFF`].
    pub role: Role,
    /// Of officers and partners, and of no other.
    pub department: Option<DepartmentCode>,
    /// PHC string of the password.
    pub password_hash: String,
}

/// What came of adding a log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffAdded {
    /// It can log in now.
    Added,
    /// Somebody has this name.
    NameTaken,
    /// There is no such department.
    NoSuchDepartment,
}

/// What a log-in must match.
#[derive(Clone)]
pub struct Login {
    /// The person.
    pub user: UserId,
    /// PHC string.
    pub password_hash: String,
    /// Until when the password works, where it was made by somebody else.
    pub one_time_until: Option<Timestamp>,
    /// Whether nobody may log in with it.
    pub disabled: bool,
    /// The second factor, where there is one that counts.
    pub second_factor: Option<SecondFactor>,
}

/// What came of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveOutcome {
    /// It was made; the case after it.
    Made(Box<CaseDetail>),
    /// It was not; nothing changed.
    Refused {
        /// For programs.
        code: ProblemCode,
        /// What happened and what to do.
        detail: String,
    },
}
