//! What the screens show: read from the store at the moment of asking, nothing kept beside it.

use lanterna_bridge::{CaseView, DeliveryState, Outbox, OutboxOp, Reply, ReportView, Status, SyncActivity, SyncState, UnusablePhoto};
use lanterna_shared::id::PhotoId;
use lanterna_shared::photo::Rendition;
use lanterna_shared::wire::ReportRow;

use super::voice::said_by;
use super::{Engine, Pending};
use crate::effect::Effect;
use crate::error::{CommandError, why};
use crate::store::{Device, Store, StoredOp, StoredPhoto, StoredReport};

/// The most reports that one answer lists.
const MAX_REPORTS: u32 = 2_000;
/// The most ops that one answer lists.
const MAX_OPS: u32 = 1_000;

impl Engine {
    pub(super) fn status(&self) -> Result<Status, CommandError> {
        let connection = self.store.connection();
        let catalogue = Device::catalogue(connection)?;
        let sync = match &self.announced {
            Some(state) => state.clone(),
            None => SyncState {
                activity: SyncActivity::Idle,
                ops_waiting: Store::ops_waiting(connection)?,
                photos_waiting: Store::renditions_waiting(connection)?.0,
                last_success: Device::read(connection)?.last_success,
                next_attempt: None,
            },
        };
        Ok(Status { ready_offline: catalogue.is_some(), jurisdiction: catalogue.map(|catalogue| catalogue.jurisdiction), sync })
    }

    pub(super) fn services(&self) -> Result<Reply, CommandError> {
        let services = Device::services(self.store.connection())?.unwrap_or_default();
        Ok(Reply::Services { services })
    }

    pub(super) fn reports(&self) -> Result<Reply, CommandError> {
        let reports = Store::reports(self.store.connection(), MAX_REPORTS)?;
        Ok(Reply::Reports { reports: reports.into_iter().map(|report| self.report_view(report)).collect::<Result<_, _>>()? })
    }

    fn report_view(&self, report: StoredReport) -> Result<ReportView, CommandError> {
        let connection = self.store.connection();
        let ops = Store::ops_of(connection, report.report)?;
        let photos_sent = Store::renditions_of(connection, report.report)?;
        let refused = ops.iter().find_map(|op| op.refused.clone());
        let on_its_way = self.in_flight_ops();
        let delivery = if refused.is_some() {
            DeliveryState::NeedsAttention
        } else if ops.iter().any(|op| on_its_way.contains(&op.op)) {
            DeliveryState::Sending
        } else if !ops.is_empty() {
            DeliveryState::Queued
        } else if photos_sent.0 < photos_sent.1 {
            DeliveryState::Sending
        } else {
            DeliveryState::Delivered
        };
        let photos = Store::photos_of_report(connection, report.report)?;
        Ok(ReportView {
            unusable: photos.iter().filter_map(unusable).collect(),
            photos: photos.into_iter().map(|photo| photo.photo).collect(),
            withdrawn: report.withdrawn || report.row.as_ref().is_some_and(|row| row.withdrawn),
            report: report.report,
            receipt: report.receipt,
            service: report.service,
            text: report.text,
            position: report.position,
            sent_at: report.sent_at,
            delivery,
            photos_sent,
            refused,
            case: report.row.map(|row| case_view(row, &ops)),
            follow: report.follow.map(|secret| secret.written()),
        })
    }

    pub(super) fn outbox(&self) -> Result<Reply, CommandError> {
        let connection = self.store.connection();
        let ops = Store::outbox(connection, MAX_OPS)?;
        let (photos, photo_bytes) = Store::renditions_waiting(connection)?;
        let bytes = photo_bytes + ops.iter().map(|op| op.payload.len() as u64).sum::<u64>();
        let ops = ops.into_iter().map(|op| OutboxOp { op: op.op, name: op.name, at: op.recorded_at, refused: op.refused }).collect();
        Ok(Reply::Outbox(Outbox { ops, photos, bytes }))
    }

    /// Has the host read the best file there is for a size; answered when it is read.
    pub(super) fn read_photo(&mut self, ticket: u64, photo: PhotoId, rendition: Rendition) -> Result<(), CommandError> {
        let connection = self.store.connection();
        let found = Store::photo(connection, photo)?.ok_or(CommandError::NotFound("photo"))?;
        let (name, media_type) = match Store::photo_ref(connection, photo)? {
            // The full size goes once it is delivered; the screen size stays.
            Some(photo_ref) if rendition == Rendition::Full && !found.raw_kept => {
                (StoredPhoto::rendition_name(photo_ref.screen), "image/jpeg".to_owned())
            }
            Some(photo_ref) => (StoredPhoto::rendition_name(photo_ref.hash(rendition)), "image/jpeg".to_owned()),
            None => (StoredPhoto::raw_name(photo), found.media_type),
        };
        let token = self.expect_result(Pending::PhotoRead { ticket, media_type });
        self.effects.push(Effect::ReadFile { token, name });
        Ok(())
    }
}

/// How a photo is shown that cannot be sent; `None` for one that can.
fn unusable(photo: &StoredPhoto) -> Option<UnusablePhoto> {
    photo.broken.map(|broken| UnusablePhoto { photo: photo.photo, why: why(broken) })
}

fn case_view(row: ReportRow, ops: &[StoredOp]) -> CaseView {
    let ReportRow { number, status, since, owner, area, due_at, due_moved, mut more, .. } = row;
    more.may.retain(|name| !ops.iter().any(|op| op.name == said_by(*name)));
    CaseView { number, status, since, owner, area, due_at, due_moved, more }
}
