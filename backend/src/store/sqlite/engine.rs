//! The [`Store`] over the plain functions: which of them write and which only read.

use super::{SqliteStore, batch, check, city, detail, device, moving, photo, pull, queue, staff};
use crate::store::account::{LoggedIn, SEEN_MS};
use crate::store::batch::{Device, OpBatch};
use crate::store::city::{City, CitySetup, ImportRefusal};
use crate::store::error::StoreError;
use crate::store::photo::{ExpectedPhoto, PhotoOfReport, Upload};
use crate::store::staff::{CaseScope, Login, MoveOutcome, NewStaff, Staff, StaffAdded};
use crate::store::{Findings, NewDevice, PresentPhoto, Pull, Registration, Sha256Hash, Store};
use async_trait::async_trait;
use lanterna_shared::area::Area;
use lanterna_shared::id::{CaseId, ReportId, SubjectId, UploadId, UserId};
use lanterna_shared::office::{CaseDetail, CasePage, MoveRequest};
use lanterna_shared::photo::{PhotoHash, Rendition};
use lanterna_shared::time::Timestamp;
use lanterna_shared::verdict::OpReply;
use std::sync::Arc;

#[async_trait]
impl Store for SqliteStore {
    async fn city(&self) -> Result<Arc<City>, StoreError> {
        Ok(self.readers.city())
    }

    async fn set_up_city(&self, setup: CitySetup) -> Result<Result<(), ImportRefusal>, StoreError> {
        self.writer.run(0, true, move |conn, city, _| city::set_up_city(conn, city, &setup)).await
    }

    async fn import_areas(&self, areas: Vec<Area>) -> Result<Result<(), ImportRefusal>, StoreError> {
        self.writer.run(0, true, move |conn, city, _| city::import_areas(conn, city, &areas)).await
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

    async fn check(&self) -> Result<Findings, StoreError> {
        self.readers.run(|conn, _| check::check(conn)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.readers.run(|_, _| Ok(())).await?;
        // An empty job goes through a whole commit: the disk takes writes.
        self.writer.run(0, false, |_, _, _| Ok(())).await
    }

    async fn close(&self) {
        let writer = Arc::clone(&self.writer);
        self.readers.close();
        let _ = tokio::task::spawn_blocking(move || writer.close()).await;
    }
}
