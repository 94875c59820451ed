//! The store: everything the server remembers, behind one trait at the level of the domain.
//!
//! Two kinds of engine can stand behind it; one contract suite holds them to the same answers. A store never reads a clock and never draws a random
//! number: both come in, so that the simulator can drive it. It sees hashes of secrets, passwords and tokens only, but for second factors, which
//! must be computed with, and for codes in messages that are to be sent; and it never keeps what
//! an op said apart from the rows that it made.
//!
//! The story in order: a device is registered ([`Store::register_device`]), its ops take effect exactly once ([`Store::apply_ops`]), it pulls what
//! changed ([`Store::pull`]) and sends the photos that are still wanted ([`Store::finish_photo`]). Staff log in, page through cases and move them
//! ([`Store::make_move`]), and the next pull of the citizen says so.

pub mod account;
pub mod audit;
pub mod batch;
pub mod city;
pub mod crew;
pub mod error;
pub mod photo;
pub mod profile;
pub mod sqlite;
pub mod staff;

use account::{Accounts, LoggedIn};
use async_trait::async_trait;
use audit::AuditLog;
use batch::{Device, OpBatch};
use city::{City, CitySetup, ImportRefusal};
use crew::Crews;
use error::StoreError;
use lanterna_shared::area::Area;
use lanterna_shared::id::{CaseId, InstallId, ReportId, SubjectId, UploadId, UserId};
use lanterna_shared::office::{CaseDetail, CasePage, MoveRequest};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::report::Channel;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::OpReply;
use lanterna_shared::wire::Row;
use photo::{ExpectedPhoto, PhotoOfReport, Upload};
use profile::Profiles;
use staff::{CaseScope, Login, MoveOutcome, NewStaff, Staff, StaffAdded};
use std::sync::Arc;

/// SHA-256 of a secret, a token or a file.
pub type Sha256Hash = [u8; 32];

/// A device that makes itself known.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice {
    /// The installation.
    pub install: InstallId,
    /// SHA-256 of its secret.
    pub secret_sha256: Sha256Hash,
    /// [`Channel::App`] or [`Channel::Web`].
    pub channel: Channel,
    /// Whom its reports will belong to, if it is new.
    pub subject: SubjectId,
}

/// What came of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Known from now on, or already with the same secret.
    Known(SubjectId),
    /// The installation or the secret is known with another one.
    OtherSecret,
    /// It was revoked: it has to mint a new installation and secret.
    Revoked,
}

/// What a device gets: the state of what changed, and what it still has to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pull {
    /// By version; at most [`lanterna_shared::wire::MAX_PAGE_ROWS`]; of each row the newest state only.
    pub changes: Vec<Row>,
    /// The cursor after `changes`.
    pub cursor: u64,
    /// Whether there are more above it.
    pub more: bool,
    /// Files that have not arrived, oldest reports first; at most 500.
    pub wanted: Vec<PhotoHash>,
}

/// What a check of the whole store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many rows of each kind there are.
    pub counts: Vec<(&'static str, u64)>,
    /// What is wrong, in sentences. Empty = nothing.
    pub faults: Vec<String>,
}

/// A file that the store says is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresentPhoto {
    /// Where to go on after it.
    pub place: i64,
    /// Its name.
    pub hash: PhotoHash,
    /// Its size.
    pub size_bytes: u64,
}

/// Everything the server remembers. Every method is one transaction: it happened whole and durably, or not at all.
#[async_trait]
pub trait Store: Accounts + Crews + Profiles + AuditLog + Send + Sync + 'static {
    /// The city as of the last read or write: after one of those it is the city that it saw, or a newer one.
    async fn city(&self) -> Result<Arc<City>, StoreError>;

    /// Replaces name, departments, services and rules as one whole.
    async fn set_up_city(&self, setup: CitySetup) -> Result<Result<(), ImportRefusal>, StoreError>;

    /// Replaces all areas; those that are missing are retired. They must have passed [`Area::check`].
    async fn import_areas(&self, areas: Vec<Area>) -> Result<Result<(), ImportRefusal>, StoreError>;

    /// Makes a device known. The same again is answered the same.
    async fn register_device(&self, device: NewDevice, now: Timestamp) -> Result<Registration, StoreError>;

    /// The device with that secret, unless it was revoked.
    async fn device(&self, secret_sha256: Sha256Hash) -> Result<Option<Device>, StoreError>;

    /// Lets ops take effect, each exactly once, and answers each in order. One that cannot take effect delays no other.
    async fn apply_ops(&self, batch: OpBatch, now: Timestamp) -> Result<Vec<OpReply>, StoreError>;

    /// What changed for a subject above a cursor. A cursor from the future (a store restored from a backup) starts anew.
    async fn pull(&self, subject: SubjectId, cursor: u64) -> Result<Pull, StoreError>;

    /// A file by its hash, if a report of the subject mentions it.
    async fn expected_photo(&self, subject: SubjectId, hash: PhotoHash) -> Result<Option<ExpectedPhoto>, StoreError>;

    /// Remembers an upload that was begun, or that it goes on.
    async fn begin_upload(&self, upload: Upload) -> Result<(), StoreError>;

    /// An upload that was begun and has not ended.
    async fn upload(&self, upload: UploadId) -> Result<Option<Upload>, StoreError>;

    /// Forgets an upload. Forgetting what is not there is no error.
    async fn end_upload(&self, upload: UploadId) -> Result<(), StoreError>;

    /// Uploads that may be swept away; at most 500.
    async fn expired_uploads(&self, now: Timestamp) -> Result<Vec<UploadId>, StoreError>;

    /// Says that a file is there, whole and durable, and forgets its upload.
    async fn finish_photo(
        &self,
        upload: UploadId,
        subject: SubjectId,
        hash: PhotoHash,
        size_bytes: u64,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// A rendition of a report's photo, if it has arrived.
    async fn photo_of_report(&self, report: ReportId, ordinal: u8, rendition: Rendition) -> Result<Option<PhotoOfReport>, StoreError>;

    /// Files that are said to be there, after `place` (0 at first), at most 500.
    async fn present_photos(&self, place: i64) -> Result<Vec<PresentPhoto>, StoreError>;

    /// A page of cases, newest first, below the case number `after`; at most `limit`.
    async fn case_page(&self, scope: CaseScope, after: Option<u64>, limit: u32) -> Result<CasePage, StoreError>;

    /// A case with everything about it and with the moves that `staff` may make.
    async fn case_detail(&self, staff: Staff, scope: CaseScope, case: CaseId) -> Result<Option<CaseDetail>, StoreError>;

    /// Makes a move, if the case is where the person saw it and the table allows it.
    async fn make_move(
        &self,
        staff: Staff,
        scope: CaseScope,
        case: CaseId,
        request: MoveRequest,
        now: Timestamp,
    ) -> Result<MoveOutcome, StoreError>;

    /// Adds a log-in.
    async fn add_staff(&self, staff: NewStaff, now: Timestamp) -> Result<StaffAdded, StoreError>;

    /// What a log-in by that name must match.
    async fn login(&self, name: String) -> Result<Option<Login>, StoreError>;

    /// Remembers a session; sessions that are over are swept away with it.
    async fn open_session(
        &self,
        token_sha256: Sha256Hash,
        user: UserId,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<LoggedIn>, StoreError>;

    /// Who has that session, while it lasts: until its end, or until nobody used it for [`account::IDLE_MS`]. Using it is noticed.
    async fn session(&self, token_sha256: Sha256Hash, now: Timestamp) -> Result<Option<LoggedIn>, StoreError>;

    /// Ends a session. Ending what is not there is no error.
    async fn close_session(&self, token_sha256: Sha256Hash) -> Result<(), StoreError>;

    /// Looks through everything for what cannot be.
    async fn check(&self) -> Result<Findings, StoreError>;

    /// Whether it can read and write now.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Finishes what was begun and takes no more.
    async fn close(&self);
}
