//! Crews, the devices that speak for them, and devices that may no longer speak, as a store keeps them.

use crate::store::Sha256Hash;
use crate::store::account::Actor;
use crate::store::error::StoreError;
use async_trait::async_trait;
use lanterna_shared::account::DevicePage;
use lanterna_shared::enrolment::Crew;
use lanterna_shared::id::InstallId;
use lanterna_shared::service::CrewCode;
use lanterna_shared::time::Timestamp;

/// What came of keeping a crew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrewKept {
    /// It is there now.
    Kept,
    /// There is no such department.
    NoSuchDepartment,
}

/// What came of a device's attempt to join a crew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// It belongs to the crew now, or did already by the same code.
    Joined(Crew),
    /// The code is unknown, over, or was used by another device: the three are not told apart.
    Refused,
}

/// What a store knows of crews and devices, beyond registering them.
#[async_trait]
pub trait Crews: Send + Sync + 'static {
    /// Adds a crew, or renames it.
    async fn keep_crew(&self, crew: Crew, by: Actor, now: Timestamp) -> Result<CrewKept, StoreError>;

    /// Every crew that is not retired, by code.
    async fn crews(&self) -> Result<Vec<Crew>, StoreError>;

    /// Keeps the hash of a code that binds one device to a crew; `false` when there is no such crew.
    async fn add_enrolment(
        &self,
        code_sha256: Sha256Hash,
        crew: CrewCode,
        expires_at: Timestamp,
        by: Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Binds a device to the crew of a code. The same again is answered the same, so that a lost answer costs nothing.
    async fn enrol(&self, install: InstallId, code_sha256: Sha256Hash, now: Timestamp) -> Result<Enrolled, StoreError>;

    /// The crew of a device.
    async fn crew_of(&self, install: InstallId) -> Result<Option<Crew>, StoreError>;

    /// A page of devices, newest installations first, below `after`.
    async fn device_page(&self, after: Option<InstallId>, limit: u32) -> Result<DevicePage, StoreError>;

    /// Revokes a device and takes it out of its crew; `false` when there is none. Revoking twice is revoking once.
    async fn revoke_device(&self, install: InstallId, by: Actor, now: Timestamp) -> Result<bool, StoreError>;

    /// Whether a secret belongs to a device that was revoked.
    async fn is_revoked(&self, secret_sha256: Sha256Hash) -> Result<bool, StoreError>;
}
