//! `/v1/devices` and `/v1/enrolments`: a device makes itself known and joins a crew; the administrator lists devices and revokes them.

use super::access::{DeviceOnly, StaffOnly, is_secret, revoked, secret_hash};
use super::json::{Json, Path, Query};
use super::problem::{Refused, internal};
use super::serve::Peer;
use super::staff::{LinesOf, lines};
use super::state::AppState;
use crate::clock::entropy;
use crate::store::account::Actor;
use crate::store::crew::Enrolled;
use crate::store::{NewDevice, Registration, Sha256Hash};
use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use lanterna_shared::account::DevicePage;
use lanterna_shared::enrolment::{Crew, Enrolment, EnrolmentCode};
use lanterna_shared::id::{InstallId, SubjectId};
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use lanterna_shared::report::Channel;
use lanterna_shared::wire::{DeviceRegistered, DeviceRegistration};
use sha2::{Digest, Sha256};

/// Makes a device known. The device mints the secret, so the same registration again is answered the same.
#[utoipa::path(post, path = "/v1/devices", tag = "devices", request_body = DeviceRegistration, responses(
    (status = 200, description = "Known from now on, or already", body = DeviceRegistered),
    (status = 401, description = "`revoked`: mint a new installation and secret", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`id_reused`: the installation is known with another secret; `enrolment_refused`: it is known now, and of no crew",
        body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn register(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    Json(registration): Json<DeviceRegistration>,
) -> Result<Json<DeviceRegistered>, Refused> {
    let now = state.clock.now();
    if let Err(seconds) = state.registrations.take(peer.0, now) {
        return Err(Refused::new(ProblemCode::TooMany, format!("Too many new devices from this network: try again in {seconds} s."))
            .retry_after(seconds));
    }
    if !is_secret(&registration.secret) {
        return Err(Invalid::new("secret", "is not 64 hexadecimal digits").into());
    }
    if !matches!(registration.channel, Channel::App | Channel::Web) {
        return Err(Invalid::new("channel", "of a device is app or web").into());
    }
    let entropy = entropy().map_err(|error| {
        tracing::error!(%error, "no subject can be minted");
        internal()
    })?;
    let device = NewDevice {
        install: registration.install,
        secret_sha256: secret_hash(&registration.secret),
        channel: registration.channel,
        subject: SubjectId::mint(now, entropy),
    };
    match state.store.register_device(device, now).await? {
        Registration::Known(subject) => {
            let crew = match registration.enrol {
                Some(code) => Some(join(&state, peer, registration.install, code).await?),
                None => state.store.crew_of(registration.install).await?,
            };
            Ok(Json(DeviceRegistered { subject, server_time: now, crew }))
        }
        Registration::Revoked => Err(revoked()),
        Registration::OtherSecret => {
            Err(Refused::new(ProblemCode::IdReused, "This installation is known with another secret: mint a new installation and secret."))
        }
    }
}

/// What is kept of an enrolment code.
pub fn enrolment_hash(code: EnrolmentCode) -> Sha256Hash {
    Sha256::new().chain_update(b"lanterna enrolment").chain_update(code.written()).finalize().into()
}

async fn join(state: &AppState, peer: Peer, install: InstallId, code: EnrolmentCode) -> Result<Crew, Refused> {
    let now = state.clock.now();
    if let Err(seconds) = state.enrolments.take(peer.0, now) {
        let detail = format!("Too many enrolment codes were tried from this network: try again in {seconds} s.");
        return Err(Refused::new(ProblemCode::TooMany, detail).retry_after(seconds));
    }
    match state.store.enrol(install, enrolment_hash(code), now).await? {
        Enrolled::Joined(crew) => Ok(crew),
        Enrolled::Refused => {
            let detail = "This enrolment code is wrong, over or was used by another device: ask the office for a new one.";
            Err(Refused::new(ProblemCode::EnrolmentRefused, detail))
        }
    }
}

/// This device joins the crew of a code. The same again is answered the same.
#[utoipa::path(post, path = "/v1/enrolments", tag = "devices", security(("device" = [])), request_body = Enrolment, responses(
    (status = 200, description = "The crew that it belongs to now", body = Crew),
    (status = 401, description = "`unauthenticated` or `revoked`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`enrolment_refused`: wrong, over or used", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn enrol(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    DeviceOnly(device): DeviceOnly,
    Json(enrolment): Json<Enrolment>,
) -> Result<Json<Crew>, Refused> {
    join(&state, peer, device.install, enrolment.code).await.map(Json)
}

/// Every device, the newest installations first.
#[utoipa::path(get, path = "/v1/devices", tag = "administration", security(("session" = [])), params(LinesOf), responses(
    (status = 200, description = "A page", body = DevicePage),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn page(State(state): State<AppState>, _staff: StaffOnly, Query(page): Query<LinesOf>) -> Result<Json<DevicePage>, Refused> {
    let limit = lines(page.limit)?;
    let after =
        page.after.map(|text| text.parse().map_err(|_| Invalid::new("after", "is not what an earlier page called next"))).transpose()?;
    Ok(Json(state.store.device_page(after, limit).await?))
}

/// Revokes a device: it may no longer pull or send, and belongs to no crew. What it has not sent stays on it.
#[utoipa::path(post, path = "/v1/devices/{install}/revoke", tag = "administration", security(("session" = [])), params(("install" = InstallId, Path)),
    responses(
    (status = 204, description = "It is shut out"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn revoke(State(state): State<AppState>, staff: StaffOnly, Path(install): Path<InstallId>) -> Result<StatusCode, Refused> {
    if state.store.revoke_device(install, Actor::Staff(staff.staff.user), state.clock.now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refused::not_found("There is no such device: look at the list again."))
}
