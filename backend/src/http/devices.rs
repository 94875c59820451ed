//! `POST /v1/devices`: a device makes itself known.

use super::access::{is_secret, secret_hash};
use super::json::Json;
use super::problem::{Refused, internal};
use super::serve::Peer;
use super::state::AppState;
use crate::clock::entropy;
use crate::store::{NewDevice, Registration};
use axum::Extension;
use axum::extract::State;
use lanterna_shared::id::SubjectId;
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use lanterna_shared::report::Channel;
use lanterna_shared::wire::{DeviceRegistered, DeviceRegistration};

/// Makes a device known. The device mints the secret, so the same registration again is answered the same.
#[utoipa::path(post, path = "/v1/devices", tag = "devices", request_body = DeviceRegistration, responses(
    (status = 200, description = "Known from now on, or already", body = DeviceRegistered),
    (status = 409, description = "`id_reused`: the installation is known with another secret", body = Problem, content_type = "application/problem+json"),
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
        Registration::Known(subject) => Ok(Json(DeviceRegistered { subject, server_time: now })),
        Registration::OtherSecret => {
            Err(Refused::new(ProblemCode::IdReused, "This installation is known with another secret: mint a new installation and secret."))
        }
    }
}
