//! Log-ins as a store keeps them: passwords, second factors, failures, sessions, and the administrator's list.

use crate::store::Sha256Hash;
use crate::store::error::StoreError;
use crate::store::staff::{Login, Staff};
use async_trait::async_trait;
use lanterna_shared::account::StaffPage;
use lanterna_shared::id::UserId;
use lanterna_shared::time::Timestamp;
use std::fmt;

/// A session that nobody used for this long is over, in milliseconds: two hours.
pub const IDLE_MS: i64 = 2 * 3_600 * 1_000;
/// How stale the mark of a session's last use may become before it is written again: a read is not worth a sync each time.
pub const SEEN_MS: i64 = 5 * 60 * 1_000;
/// How long a password that works once can be used, in milliseconds: three days.
pub const ONE_TIME_MS: i64 = 3 * 24 * 3_600 * 1_000;

/// Somebody with a session, and what stands behind their log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// Who.
    pub staff: Staff,
    /// Whether the password was made by somebody else.
    pub one_time_password: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
}

/// Who is answerable for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with a session.
    Staff(UserId),
    /// A citizen's or crew's device.
    Device,
    /// Whoever has the server's command line.
    Operator,
    /// The clock.
    System,
}

/// The two lines that a log-in counts failures on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptKeys {
    /// SHA-256 of the name.
    pub name: Sha256Hash,
    /// SHA-256 of the address.
    pub address: Sha256Hash,
}

/// How often each of the two failed, and when last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// By this name, from anywhere.
    pub name: (u32, Timestamp),
    /// From this address, by any name.
    pub address: (u32, Timestamp),
}

/// The second factor of somebody who has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Shared with the authenticator app.
    pub secret: [u8; 20],
    /// Whether a right code came once.
    pub confirmed: bool,
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecondFactor(…, confirmed: {})", self.confirmed)
    }
}

/// What is spent with a code in the place of a password's second half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// A code of this step of 30 s.
    Step(u64),
    /// A recovery code with this hash.
    Recovery(Sha256Hash),
}

/// What an administrator or operator does to somebody's log-in.
#[derive(Clone, PartialEq, Eq)]
pub enum StaffChange {
    /// A password that works until then, and must be replaced at once. Every session ends.
    OneTimePassword {
        /// PHC string.
        password_hash: String,
        /// Until when.
        until: Timestamp,
    },
    /// The second factor and its recovery codes are gone. Every session ends.
    NoSecondFactor,
    /// They can no longer log in. Every session ends.
    Disable,
    /// They can again.
    Enable,
}

impl fmt::Debug for StaffChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneTimePassword { .. } => "OneTimePassword(…)",
            Self::NoSecondFactor => "NoSecondFactor",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
        })
    }
}

/// What a store knows of log-ins, beyond making and finding them.
#[async_trait]
pub trait Accounts: Send + Sync + 'static {
    /// What the log-in of somebody must match.
    async fn login_of(&self, user: UserId) -> Result<Option<Login>, StoreError>;

    /// How often this name and this address failed lately.
    async fn failures(&self, keys: AttemptKeys) -> Result<Failures, StoreError>;

    /// A log-in failed: both lines count. `user` is who has the name, if anybody.
    async fn log_in_failed(&self, keys: AttemptKeys, user: Option<UserId>, now: Timestamp) -> Result<(), StoreError>;

    /// A log-in succeeded: the name's line is cleared. The address's is not, or one known password would let its owner guess all others.
    async fn log_in_succeeded(&self, keys: AttemptKeys, user: UserId, now: Timestamp) -> Result<(), StoreError>;

    /// Replaces somebody's password by one of their own choice and ends every session but `kept`.
    async fn choose_password(&self, user: UserId, password_hash: String, kept: Sha256Hash, now: Timestamp) -> Result<(), StoreError>;

    /// Ends every session of somebody.
    async fn close_sessions(&self, user: UserId, now: Timestamp) -> Result<(), StoreError>;

    /// The second factor of somebody, confirmed or not.
    async fn second_factor(&self, user: UserId) -> Result<Option<SecondFactor>, StoreError>;

    /// Keeps a secret that does not count yet. `false` when there is one that counts: that one has to be reset first.
    async fn begin_second_factor(&self, user: UserId, secret: [u8; 20]) -> Result<bool, StoreError>;

    /// The secret counts from now on, its code of `step` is spent, and these recovery codes replace the old ones. `false` when there is nothing to
    /// confirm or the code was spent before.
    async fn confirm_second_factor(&self, user: UserId, step: u64, recovery: Vec<Sha256Hash>, now: Timestamp) -> Result<bool, StoreError>;

    /// Spends a code; `false` when it was spent before, or is none.
    async fn spend_second_factor(&self, user: UserId, spent: Spent, now: Timestamp) -> Result<bool, StoreError>;

    /// A page of everybody with a log-in, by name, after the name `after`.
    async fn staff_page(&self, after: Option<String>, limit: u32) -> Result<StaffPage, StoreError>;

    /// Changes somebody's log-in; `false` when there is no such person.
    async fn change_staff(&self, user: UserId, change: StaffChange, by: Actor, now: Timestamp) -> Result<bool, StoreError>;
}
