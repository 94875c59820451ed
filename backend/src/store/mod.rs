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
pub mod catalogue;
pub mod city;
pub mod crew;
pub mod due;
pub mod duplicate;
pub mod error;
pub mod photo;
pub mod profile;
pub mod rules;
pub mod senders;
pub mod sqlite;
pub mod staff;

use crate::address::Query;
use account::{Accounts, LoggedIn};
use async_trait::async_trait;
use audit::AuditLog;
use batch::{Device, OpBatch};
use catalogue::{AreaImport, Import, Retire};
use city::{City, CitySetup, ImportRefusal};
use crew::Crews;
use due::{BreachSweep, Lease};
use duplicate::SuggestionDecided;
use error::StoreError;
use lanterna_shared::address::{Address, AddressFound};
use lanterna_shared::area::Area;
use lanterna_shared::clock::Calendar;
use lanterna_shared::duplicate::geohash::Geohash;
use lanterna_shared::duplicate::index::OpenCase;
use lanterna_shared::duplicate::view::AlikeCases;
use lanterna_shared::id::{CaseId, InstallId, ReportId, SubjectId, UploadId, UserId};
use lanterna_shared::office::{CaseDetail, CasePage, MoveRequest};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::position::Position;
use lanterna_shared::report::Channel;
use lanterna_shared::routing::RuleSet;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::OpReply;
use lanterna_shared::wire::Row;
use photo::{ExpectedPhoto, PhotoOfReport, Upload};
use profile::Profiles;
use rules::{NewRules, PastCase, PublishedRules, RuleFaults};
use senders::{SenderHash, Sent};
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
    /// Another one than before says that the store was restored from a backup since: 0 at first, then the moment of the restore.
    pub epoch: u64,
}

/// What a check of the whole store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many rows of each kind there are.
    pub counts: Vec<(&'static str, u64)>,
    /// What is wrong, in sentences. Empty = nothing.
    pub faults: Vec<String>,
    /// What lies about and harms nothing, in sentences.
    pub leftovers: Vec<String>,
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

/// What came of a look for times that are over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Cases that went on after waiting as long as a case may.
    pub resumed: u32,
    /// Cases that were closed because nobody contested them in time.
    pub closed: u32,
    /// Whether there are more: call again.
    pub more: bool,
}

/// Everything the server remembers. Every method is one transaction: it happened whole and durably, or not at all.
#[async_trait]
pub trait Store: Accounts + Crews + Profiles + AuditLog + Send + Sync + 'static {
    /// The city as of the last read or write: after one of those it is the city that it saw, or a newer one.
    async fn city(&self) -> Result<Arc<City>, StoreError>;

    /// Replaces name, departments and services as one whole. What a routing rule in force names cannot disappear.
    async fn set_up_city(&self, setup: CitySetup) -> Result<Result<(), ImportRefusal>, StoreError>;

    /// Replaces one part of the city as a whole. What a rule names, or an open case where `retire` refuses, cannot disappear.
    async fn import(&self, import: Import, retire: Retire) -> Result<Result<(), ImportRefusal>, StoreError>;

    /// Replaces all areas, whatever their kind is and whichever open cases name those that are missing. They must have passed [`Area::check`].
    async fn import_areas(&self, areas: Vec<Area>) -> Result<Result<(), ImportRefusal>, StoreError> {
        self.import(Import::Areas(AreaImport { areas, lies_in: String::new() }), Retire::Anyway).await
    }

    /// The addresses nearest to a position within so many metres, the nearest first; at most [`lanterna_shared::address::MAX_FOUND`].
    async fn addresses_near(&self, position: Position, within_m: u32) -> Result<Vec<AddressFound>, StoreError>;

    /// The addresses that fit what somebody typed, the best first; at most [`lanterna_shared::address::MAX_FOUND`].
    async fn search_addresses(&self, query: Query) -> Result<Vec<AddressFound>, StoreError>;

    /// All addresses, by street and number.
    async fn addresses(&self) -> Result<Vec<Address>, StoreError>;

    /// Puts routing rules in force as a new version, which is returned; the version in force where they are the same. None that cannot be evaluated.
    async fn publish_rules(&self, rules: NewRules, now: Timestamp) -> Result<Result<u32, RuleFaults>, StoreError>;

    /// The routing rules of one version.
    async fn rules_of(&self, version: u32) -> Result<Option<RuleSet>, StoreError>;

    /// Every version of the routing rules, newest first.
    async fn published_rules(&self) -> Result<Vec<PublishedRules>, StoreError>;

    /// Cases above the number `after` with what was reported first, by number; at most `limit`.
    async fn past_cases(&self, after: u64, limit: u32) -> Result<Vec<PastCase>, StoreError>;
    /// Replaces the calendar and with it the city's zone. Due dates that were given stay. The same calendar again is no new version.
    async fn import_calendar(&self, calendar: Calendar, now: Timestamp) -> Result<(), StoreError>;

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

    /// Cases that look like one, the best suggestions first; `None` when there is no such case within the scope.
    async fn alike_cases(&self, scope: CaseScope, case: CaseId) -> Result<Option<AlikeCases>, StoreError>;

    /// Dismisses the suggestion that the first case of the pair, which must be within the scope, and the second are one; or takes that back.
    async fn decide_alike(
        &self,
        staff: Staff,
        scope: CaseScope,
        pair: (CaseId, CaseId),
        dismissed: bool,
        now: Timestamp,
    ) -> Result<SuggestionDecided, StoreError>;

    /// Publishes a case or takes it back; `false` when there is none within the scope.
    async fn publish_case(&self, staff: Staff, scope: CaseScope, case: CaseId, published: bool, now: Timestamp)
    -> Result<bool, StoreError>;

    /// The published cases of these cells that are open, the newest first in each; at most
    /// [`lanterna_shared::duplicate::index::MAX_OPEN_CASES`].
    async fn open_cases(&self, cells: Vec<Geohash>) -> Result<Vec<OpenCase>, StoreError>;

    /// Takes or renews a lease; whether this holder has it now. A lease that is over, or lies further ahead than any, is anybody's.
    async fn take_lease(&self, lease: Lease, now: Timestamp) -> Result<bool, StoreError>;

    /// Gives a lease back. Giving back what one does not have is no error.
    async fn give_back_lease(&self, lease: Lease) -> Result<(), StoreError>;

    /// Finds promises that are broken, each once: its case gets an entry by [`lanterna_shared::role::Role::System`], and everybody who may see the
    /// case sees it anew. At most `limit` cases, those that are due longest first.
    async fn sweep_breaches(&self, now: Timestamp, limit: u32) -> Result<BreachSweep, StoreError>;

    /// Acts where a time is over: cases that waited long enough go on, cases that nobody contested in time are closed. Each once, however many call it;
    /// at most 100 cases at a time, the longest overdue first.
    async fn sweep_timeouts(&self, now: Timestamp) -> Result<Swept, StoreError>;

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

    /// What senders are hashed with: the salt that is kept, or `fresh` from now on.
    async fn sender_salt(&self, fresh: Sha256Hash) -> Result<Sha256Hash, StoreError>;

    /// What each of these sent on a day, in their order.
    async fn sent(&self, day: i64, senders: Vec<SenderHash>) -> Result<Vec<Sent>, StoreError>;

    /// Adds to what each of these sent on a day.
    async fn add_sent(&self, day: i64, senders: Vec<SenderHash>, more: Sent) -> Result<(), StoreError>;

    /// Forgets what was sent on all days before one. Returns how many senders' days that were.
    async fn forget_senders(&self, before_day: i64) -> Result<u64, StoreError>;

    /// Those of these files that no report mentions.
    async fn unknown_photos(&self, of: Vec<PhotoHash>) -> Result<Vec<PhotoHash>, StoreError>;

    /// Those of these uploads that nobody has begun, or that have ended.
    async fn unknown_uploads(&self, of: Vec<UploadId>) -> Result<Vec<UploadId>, StoreError>;

    /// Looks through everything for what cannot be.
    async fn check(&self) -> Result<Findings, StoreError>;

    /// Whether it can read and write now.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Finishes what was begun and takes no more.
    async fn close(&self);
}
