//! States in plain words. The delivery state of a report and the status of its case are two things and never mixed.

use crate::engine::{Engine, Failure};
use lanterna_bridge::{CaseView, DeliveryState, RefusalCode, ReportView, SyncActivity};
use lanterna_kit::format;
use lanterna_kit::i18n::{t, tf, tn};
use lanterna_shared::case::CaseStatus;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::problem::ProblemCode;
use leptos::prelude::*;

/// What happened and what to do.
pub fn failure(failure: Failure) -> String {
    t(match failure {
        Failure::Gone => "refused.gone",
        Failure::File => "refused.file",
        Failure::TooBig => "refused.too_big",
        Failure::Refused(code) => match code {
            RefusalCode::Invalid => "refused.invalid",
            RefusalCode::NotFound => "refused.not_found",
            RefusalCode::ServiceMissing => "refused.service_missing",
            RefusalCode::NotAPicture => "refused.not_a_picture",
            RefusalCode::PhotoEmpty => "refused.photo_empty",
            RefusalCode::PhotoHeif => "refused.photo_heif",
            RefusalCode::PhotoRaw => "refused.photo_raw",
            RefusalCode::PhotoVideo => "refused.photo_video",
            RefusalCode::PhotoFormat => "refused.photo_format",
            RefusalCode::PhotoDocument => "refused.photo_document",
            RefusalCode::PhotoDamaged => "refused.photo_damaged",
            RefusalCode::PhotoTooLarge => "refused.photo_too_large",
            RefusalCode::TooManyPhotos => "refused.too_many_photos",
            RefusalCode::StorageFull => "refused.storage_full",
            RefusalCode::Storage => "refused.storage",
            RefusalCode::NotOwner => "refused.not_owner",
            RefusalCode::NewerStore => "refused.newer_store",
        },
    })
}

/// Why the server refused a report for good.
pub fn server_refusal(code: ProblemCode) -> String {
    t(match code {
        ProblemCode::Unknown => "server_refused.unknown",
        ProblemCode::TooLarge => "server_refused.too_large",
        ProblemCode::Invalid | ProblemCode::Malformed => "server_refused.invalid",
        _ => "server_refused.other",
    })
}

/// A sentence around the name of whoever has the case, so that the name can stand out: before it and after it. `None` = it is not named.
pub type Sentence = (String, Option<String>);

/// Stands for the owner's name until a sentence is taken apart; no name holds it.
const OWNER: &str = "\u{1}";

/// What the citizen reads for a case's status (DOMAIN.md's table).
pub fn status(case: &CaseView) -> Sentence {
    let since = format::day(case.since);
    let has_owner = case.owner.is_some();
    let sentence = match case.status {
        CaseStatus::Assigned if has_owner => tf("status.assigned", &[("owner", OWNER), ("since", &since)]),
        CaseStatus::Accepted if has_owner => tf("status.accepted", &[("owner", OWNER), ("since", &since)]),
        CaseStatus::Accepted => tf("status.accepted_by_somebody", &[("since", &since)]),
        CaseStatus::Received | CaseStatus::Assigned => tf("status.received", &[("since", &since)]),
        CaseStatus::Scheduled => t("status.scheduled"),
        CaseStatus::InProgress => t("status.in_progress"),
        CaseStatus::WaitingReporter => t("status.waiting_reporter"),
        CaseStatus::WaitingOther => t("status.waiting_other"),
        CaseStatus::Resolved => t("status.resolved"),
        CaseStatus::Declined => t("status.declined"),
        CaseStatus::Duplicate => t("status.duplicate"),
        CaseStatus::Closed => t("status.closed"),
        CaseStatus::Withdrawn => t("status.withdrawn"),
    };
    match sentence.split_once(OWNER) {
        Some((before, after)) => (before.to_owned(), Some(after.to_owned())),
        None => (sentence, None),
    }
}

/// How far a report is on its way.
pub fn delivery(engine: Engine, report: &ReportView) -> String {
    let waits = waits_for_signal(engine);
    match report.delivery {
        DeliveryState::Queued if waits => t("delivery.waiting"),
        DeliveryState::Queued => t("delivery.queued"),
        DeliveryState::Sending => sending(report, waits),
        DeliveryState::Delivered => t("delivery.delivered"),
        DeliveryState::NeedsAttention => t("delivery.needs_attention"),
    }
}

fn sending(report: &ReportView, waits: bool) -> String {
    let (sent, all) = report.photos_sent;
    let photos = u32::try_from(report.photos.len()).unwrap_or(0);
    if photos == 0 || all == 0 {
        return t(if waits { "delivery.waiting" } else { "delivery.sending" });
    }
    // Renditions travel by size and not by photo: this says how much is done, in photos.
    let done = sent.saturating_mul(photos).checked_div(all).unwrap_or(0).min(photos);
    if waits {
        return tn("delivery.photos_wait", photos.saturating_sub(done).max(1), &[]);
    }
    let current = format::number(f64::from(done.saturating_add(1).min(photos)));
    tf("delivery.sending_photo", &[("photo", &current), ("photos", &format::number(f64::from(photos)))])
}

/// The delivery state as tests and styles read it.
pub const fn delivery_name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued => "queued",
        DeliveryState::Sending => "sending",
        DeliveryState::Delivered => "delivered",
        DeliveryState::NeedsAttention => "needs_attention",
    }
}

/// Whether what waits, waits for a network.
pub fn waits_for_signal(engine: Engine) -> bool {
    let last_failed = engine.status.with(|status| status.as_ref().is_some_and(|status| status.sync.activity == SyncActivity::Waiting));
    !engine.online.get() || last_failed
}

/// Where a position is and where it came from.
pub fn position(position: &Position) -> String {
    let (lat, lon) = (format::coordinate(position.lat_degrees()), format::coordinate(position.lon_degrees()));
    let place = [("lat", lat.as_str()), ("lon", lon.as_str())];
    match position.accuracy_m() {
        Some(metres) => tn("place.within", metres, &place),
        None => tf("place.at", &place),
    }
}

/// Who says so.
pub fn position_source(source: PositionSource) -> String {
    t(match source {
        PositionSource::Gps => "place.from_gps",
        PositionSource::Photo => "place.from_photo",
        PositionSource::Map => "place.from_map",
        PositionSource::Address => "place.from_address",
    })
}
