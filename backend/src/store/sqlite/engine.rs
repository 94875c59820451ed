//! The [`Store`] over the plain functions: which of them write and which only read.

use super::{
    SqliteStore, address, batch, calendar, catalogue, check, city, detail, device, moving, photo, public, pull, queue, rules, senders,
    staff, suggestion, sweep,
};
use crate::address::Query;
use crate::store::account::{LoggedIn, SEEN_MS};
use crate::store::batch::{Device, OpBatch};
use crate::store::catalogue::{Import, Retire};
use crate::store::city::{City, CitySetup, ImportRefusal};
use crate::store::due::{BreachSweep, Lease};
use crate::store::duplicate::SuggestionDecided;
use crate::store::error::StoreError;
use crate::store::photo::{ExpectedPhoto, PhotoOfReport, Upload};
use crate::store::rules::{NewRules, PastCase, PublishedRules, RuleFaults};
use crate::store::senders::{SenderHash, Sent};
use crate::store::staff::{CaseScope, Login, MoveOutcome, NewStaff, Staff, StaffAdded};
use crate::store::{Findings, NewDevice, PresentPhoto, Pull, Registration, Sha256Hash, Store, Swept};
use async_trait::async_trait;
use lanterna_shared::address::{Address, AddressFound};
use lanterna_shared::clock::Calendar;
use lanterna_shared::duplicate::geohash::Geohash;
use lanterna_shared::duplicate::index::OpenCase;
use lanterna_shared::duplicate::view::AlikeCases;
use lanterna_shared::id::{CaseId, ReportId, SubjectId, UploadId, UserId};
use lanterna_shared::office::{CaseDetail, CasePage, MoveRequest};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::position::Position;
use lanterna_shared::routing::RuleSet;
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::OpReply;
use rusqlite::Connection;
use std::sync::Arc;

/// A day long before any sender.
const NO_DAY: i64 = -1_000_000;

#[async_trait]
impl Store for SqliteStore {
    async fn city(&self) -> Result<Arc<City>, StoreError> {
        Ok(self.readers.city())
    }

    async fn set_up_city(&self, setup: CitySetup) -> Result<Result<(), ImportRefusal>, StoreError> {
        self.writer.run(0, true, move |conn, city, _| city::set_up_city(conn, city, &setup)).await
    }

    async fn import(&self, import: Import, retire: Retire) -> Result<Result<(), ImportRefusal>, StoreError> {
        let work = move |conn: &Connection, city: &City, _| match &import {
            Import::Services(services) => catalogue::import_services(conn, city, services, retire),
            Import::Departments(departments) => catalogue::import_departments(conn, city, departments, retire),
            Import::Areas(areas) => catalogue::import_areas(conn, city, areas, retire),
            Import::Addresses(addresses) => address::import_addresses(conn, city, addresses).map(Ok),
        };
        self.writer.run(0, true, work).await
    }

    async fn addresses_near(&self, position: Position, within_m: u32) -> Result<Vec<AddressFound>, StoreError> {
        self.readers.run(move |conn, city| address::nearest(conn, city, &position, within_m)).await
    }

    async fn search_addresses(&self, query: Query) -> Result<Vec<AddressFound>, StoreError> {
        self.readers.run(move |conn, city| address::search(conn, city, &query)).await
    }

    async fn addresses(&self) -> Result<Vec<Address>, StoreError> {
        self.readers.run(|conn, city| address::all_addresses(conn, city)).await
    }

    async fn publish_rules(&self, new: NewRules, now: Timestamp) -> Result<Result<u32, RuleFaults>, StoreError> {
        self.writer.run(0, true, move |conn, city, _| rules::publish_rules(conn, city, &new, now)).await
    }

    async fn rules_of(&self, version: u32) -> Result<Option<RuleSet>, StoreError> {
        self.readers.run(move |conn, city| rules::rules_of(conn, city, version)).await
    }

    async fn published_rules(&self) -> Result<Vec<PublishedRules>, StoreError> {
        self.readers.run(|conn, city| rules::published_rules(conn, city)).await
    }

    async fn past_cases(&self, after: u64, limit: u32) -> Result<Vec<PastCase>, StoreError> {
        self.readers.run(move |conn, city| rules::past_cases(conn, city, after, limit)).await
    }

    async fn import_calendar(&self, calendar: Calendar, now: Timestamp) -> Result<(), StoreError> {
        self.writer.run(0, true, move |conn, city, _| calendar::import_calendar(conn, city, &calendar, now)).await
    }

    async fn register_device(&self, device: NewDevice, now: Timestamp) -> Result<Registration, StoreError> {
        self.writer.run(0, false, move |conn, city, _| device::register_device(conn, city, &device, now)).await
    }

    async fn device(&self, secret_sha256: Sha256Hash) -> Result<Option<Device>, StoreError> {
        self.readers.run(move |conn, city| device::find_device(conn, city, &secret_sha256)).await
    }

    async fn apply_ops(&self, batch: OpBatch, now: Timestamp) -> Result<Vec<OpReply>, StoreError> {
        if batch.ops.is_empty() {
            return Ok(Vec::new());
        }
        let ops = u64::try_from(batch.ops.len()).unwrap_or(u64::MAX);
        self.writer.run(ops, false, move |conn, city, caution| batch::apply(conn, city, &batch, caution, now)).await
    }

    async fn pull(&self, subject: SubjectId, cursor: u64) -> Result<Pull, StoreError> {
        self.readers.run(move |conn, city| pull::pull(conn, city, subject, cursor)).await
    }

    async fn expected_photo(&self, subject: SubjectId, hash: PhotoHash) -> Result<Option<ExpectedPhoto>, StoreError> {
        self.readers.run(move |conn, city| photo::expected_photo(conn, city, subject, hash)).await
    }

    async fn begin_upload(&self, upload: Upload) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| photo::begin_upload(conn, city, &upload)).await
    }

    async fn upload(&self, upload: UploadId) -> Result<Option<Upload>, StoreError> {
        self.readers.run(move |conn, city| photo::find_upload(conn, city, upload)).await
    }

    async fn end_upload(&self, upload: UploadId) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| photo::end_upload(conn, city, upload)).await
    }

    async fn expired_uploads(&self, now: Timestamp) -> Result<Vec<UploadId>, StoreError> {
        self.readers.run(move |conn, city| photo::expired_uploads(conn, city, now)).await
    }

    async fn finish_photo(
        &self,
        upload: UploadId,
        subject: SubjectId,
        hash: PhotoHash,
        size_bytes: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| photo::finish_photo(conn, city, upload, subject, hash, size_bytes, now)).await
    }

    async fn photo_of_report(&self, report: ReportId, ordinal: u8, rendition: Rendition) -> Result<Option<PhotoOfReport>, StoreError> {
        self.readers.run(move |conn, city| photo::photo_of_report(conn, city, report, ordinal, rendition)).await
    }

    async fn present_photos(&self, place: i64) -> Result<Vec<PresentPhoto>, StoreError> {
        self.readers.run(move |conn, _| photo::present_photos(conn, place)).await
    }

    async fn case_page(&self, scope: CaseScope, after: Option<u64>, limit: u32) -> Result<CasePage, StoreError> {
        self.readers.run(move |conn, city| queue::case_page(conn, city, &scope, after, limit)).await
    }

    async fn case_detail(&self, staff: Staff, scope: CaseScope, case: CaseId) -> Result<Option<CaseDetail>, StoreError> {
        self.readers.run(move |conn, city| detail::case_detail(conn, city, &staff, &scope, case)).await
    }

    async fn make_move(
        &self,
        staff: Staff,
        scope: CaseScope,
        case: CaseId,
        request: MoveRequest,
        now: Timestamp,
    ) -> Result<MoveOutcome, StoreError> {
        self.writer.run(0, false, move |conn, city, _| moving::make_move(conn, city, &staff, &scope, case, &request, now)).await
    }

    async fn alike_cases(&self, scope: CaseScope, case: CaseId) -> Result<Option<AlikeCases>, StoreError> {
        self.readers.run(move |conn, city| suggestion::alike(conn, city, &scope, case)).await
    }

    async fn decide_alike(
        &self,
        staff: Staff,
        scope: CaseScope,
        pair: (CaseId, CaseId),
        dismissed: bool,
        now: Timestamp,
    ) -> Result<SuggestionDecided, StoreError> {
        self.writer.run(0, false, move |conn, city, _| suggestion::dismiss(conn, city, (&staff, &scope), pair, dismissed, now)).await
    }

    async fn publish_case(
        &self,
        staff: Staff,
        scope: CaseScope,
        case: CaseId,
        published: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| public::publish(conn, city, (&staff, &scope), case, published, now)).await
    }

    async fn open_cases(&self, cells: Vec<Geohash>) -> Result<Vec<OpenCase>, StoreError> {
        self.readers.run(move |conn, city| public::open_cases(conn, city, &cells)).await
    }

    async fn take_lease(&self, lease: Lease, now: Timestamp) -> Result<bool, StoreError> {
        self.writer.run(0, false, move |conn, city, _| sweep::take_lease(conn, city, &lease, now)).await
    }

    async fn give_back_lease(&self, lease: Lease) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| sweep::give_back_lease(conn, city, &lease)).await
    }

    async fn sweep_breaches(&self, now: Timestamp, limit: u32) -> Result<BreachSweep, StoreError> {
        self.writer.run(0, false, move |conn, city, _| sweep::sweep_breaches(conn, city, now, limit)).await
    }

    async fn sweep_timeouts(&self, now: Timestamp) -> Result<Swept, StoreError> {
        self.writer.run(0, false, move |conn, city, _| moving::sweep_timeouts(conn, city, now)).await
    }

    async fn add_staff(&self, staff: NewStaff, now: Timestamp) -> Result<StaffAdded, StoreError> {
        self.writer.run(0, false, move |conn, city, _| staff::add_staff(conn, city, &staff, now)).await
    }

    async fn login(&self, name: String) -> Result<Option<Login>, StoreError> {
        self.readers.run(move |conn, city| staff::find_login(conn, city, &name)).await
    }

    async fn open_session(
        &self,
        token: Sha256Hash,
        user: UserId,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<LoggedIn>, StoreError> {
        self.writer.run(0, false, move |conn, city, _| staff::open_session(conn, city, &token, user, expires_at, now)).await
    }

    async fn session(&self, token_sha256: Sha256Hash, now: Timestamp) -> Result<Option<LoggedIn>, StoreError> {
        let found = self.readers.run(move |conn, city| staff::find_session(conn, city, &token_sha256, now)).await?;
        let Some((who, seen_at)) = found else { return Ok(None) };
        if now.millis_since(seen_at) >= SEEN_MS {
            // A full disk locks nobody out who only reads; the mark is made the next time.
            let seen = self.writer.run(0, false, move |conn, city, _| staff::see_session(conn, city, &token_sha256, now)).await;
            if let Err(error) = seen {
                tracing::warn!(%error, "the use of a session could not be written down");
            }
        }
        Ok(Some(who))
    }

    async fn close_session(&self, token_sha256: Sha256Hash) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| staff::close_session(conn, city, &token_sha256)).await
    }

    async fn sender_salt(&self, fresh: Sha256Hash) -> Result<Sha256Hash, StoreError> {
        self.writer.run(0, false, move |conn, city, _| senders::sender_salt(conn, city, &fresh)).await
    }

    async fn sent(&self, day: i64, of: Vec<SenderHash>) -> Result<Vec<Sent>, StoreError> {
        self.readers.run(move |conn, city| senders::sent(conn, city, day, &of)).await
    }

    async fn add_sent(&self, day: i64, of: Vec<SenderHash>, more: Sent) -> Result<(), StoreError> {
        self.writer.run(0, false, move |conn, city, _| senders::add_sent(conn, city, day, &of, more)).await
    }

    async fn forget_senders(&self, before_day: i64) -> Result<u64, StoreError> {
        self.writer.run(0, false, move |conn, city, _| senders::forget_senders(conn, city, before_day)).await
    }

    async fn unknown_photos(&self, of: Vec<PhotoHash>) -> Result<Vec<PhotoHash>, StoreError> {
        self.readers.run(move |conn, _| check::unknown_photos(conn, of)).await
    }

    async fn unknown_uploads(&self, of: Vec<UploadId>) -> Result<Vec<UploadId>, StoreError> {
        self.readers.run(move |conn, _| check::unknown_uploads(conn, of)).await
    }

    async fn check(&self) -> Result<Findings, StoreError> {
        self.readers.run(|conn, _| check::check(conn)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.readers.run(|_, _| Ok(())).await?;
        // A transaction that changes nothing is not written, nor is a value that is set to itself. A row that comes and goes is.
        let write = |conn: &Connection, city: &City, _| {
            senders::add_sent(conn, city, NO_DAY, &[[0; 32]], Sent::default())?;
            senders::forget_senders(conn, city, NO_DAY + 1).map(|_| ())
        };
        self.writer.run(0, false, write).await
    }

    async fn close(&self) {
        let writer = Arc::clone(&self.writer);
        self.readers.close();
        let _ = tokio::task::spawn_blocking(move || writer.close()).await;
    }
}
