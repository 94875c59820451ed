//! `/v1/account` and `/v1/sessions`: what people with a log-in do to their own: another password, a second factor, log out everywhere.

use super::access::StaffOnly;
use super::json::Json;
use super::problem::{Refused, internal};
use super::serve::Peer;
use super::session::{cookie, counted_password, token_in};
use super::state::AppState;
use crate::clock::entropy;
use crate::staff::{password, totp};
use crate::store::Sha256Hash;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use lanterna_shared::account::{PasswordChange, RecoveryCodes, SecondFactorBegun, SecondFactorCode, SecondFactorRequest, check_password};
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use sha2::{Digest, Sha256};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// What is kept of a recovery code: hyphens, white space and case do not count.
pub(super) fn recovery_hash(code: &str) -> Sha256Hash {
    let dense: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Sha256::digest(dense.as_bytes()).into()
}

/// Chooses another password. Every other session of this person ends.
#[utoipa::path(put, path = "/v1/account/password", tag = "office", security(("session" = [])), request_body = PasswordChange, responses(
    (status = 204, description = "The new one counts"),
    (status = 401, description = "`unauthenticated`: nobody is logged in, or the old password is wrong", body = Problem,
        content_type = "application/problem+json"),
    (status = 422, description = "`invalid`: the new one is too short, too long, or the old one", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`: too many wrong passwords; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn change_password(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    staff: StaffOnly,
    headers: HeaderMap,
    Json(change): Json<PasswordChange>,
) -> Result<StatusCode, Refused> {
    check_password("new", &change.new)?;
    if change.new == change.old {
        return Err(Invalid::new("new", "is the old password: choose another").into());
    }
    counted_password(&state, &staff.staff, peer, change.old).await?;
    let hash = state.passwords.hash(change.new).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        internal()
    })?;
    let kept = token_in(&headers).unwrap_or_default();
    state.store.choose_password(staff.staff.user, hash, kept, state.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up a second factor. The secret is shown here and nowhere else, and counts from the first right code on.
#[utoipa::path(post, path = "/v1/account/second-factor", tag = "office", security(("session" = [])), request_body = SecondFactorRequest, responses(
    (status = 200, description = "For the authenticator app", body = SecondFactorBegun),
    (status = 401, description = "`unauthenticated`: nobody is logged in, or the password is wrong", body = Problem,
        content_type = "application/problem+json"),
    (status = 409, description = "`stale`: there is one already", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`: too many wrong passwords; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn begin_second_factor(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    staff: StaffOnly,
    Json(request): Json<SecondFactorRequest>,
) -> Result<Json<SecondFactorBegun>, Refused> {
    counted_password(&state, &staff.staff, peer, request.password).await?;
    let secret = random::<20>()?;
    if !state.store.begin_second_factor(staff.staff.user, secret).await? {
        return Err(Refused::new(ProblemCode::Stale, "You have a second factor already: ask the administrator to reset it first."));
    }
    let city = state.store.city().await?;
    let issuer = if city.catalogue.jurisdiction.is_empty() { "Lanterna" } else { &city.catalogue.jurisdiction };
    Ok(Json(SecondFactorBegun { secret: totp::base32(&secret), uri: totp::uri(issuer, &staff.staff.name, &secret) }))
}

/// Confirms a second factor by a code of the app. The recovery codes are shown here and nowhere else.
#[utoipa::path(post, path = "/v1/account/second-factor/confirm", tag = "office", security(("session" = [])), request_body = SecondFactorCode, responses(
    (status = 200, description = "It counts from now on", body = RecoveryCodes),
    (status = 401, description = "`unauthenticated`; `second_factor`: the code is wrong", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`stale`: there is nothing to confirm", body = Problem, content_type = "application/problem+json"),
))]
pub async fn confirm_second_factor(
    State(state): State<AppState>,
    staff: StaffOnly,
    Json(request): Json<SecondFactorCode>,
) -> Result<Json<RecoveryCodes>, Refused> {
    let nothing = || Refused::new(ProblemCode::Stale, "There is no second factor to confirm: begin to set one up first.");
    let begun = state.store.second_factor(staff.staff.user).await?.filter(|begun| !begun.confirmed).ok_or_else(nothing)?;
    let now = state.clock.now();
    let step = totp::step_of(&begun.secret, &request.code, now)
        .ok_or_else(|| Refused::new(ProblemCode::SecondFactor, "This code is not the app's of now: wait for the next one and type it."))?;
    let codes = (0..RECOVERY_CODES).map(|_| random::<16>().map(password::generate)).collect::<Result<Vec<_>, _>>()?;
    let hashes = codes.iter().map(|code| recovery_hash(code)).collect();
    if !state.store.confirm_second_factor(staff.staff.user, step, hashes, now).await? {
        return Err(nothing());
    }
    Ok(Json(RecoveryCodes { codes }))
}

/// Logs out everywhere: every session of this person ends, this one too.
#[utoipa::path(delete, path = "/v1/sessions", tag = "office", security(("session" = [])), responses(
    (status = 204, description = "Nobody is logged in as this person any more"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn log_out_everywhere(State(state): State<AppState>, staff: StaffOnly) -> Result<Response, Refused> {
    state.store.close_sessions(staff.staff.user, state.clock.now()).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&state, "", 0)?)]).into_response())
}

/// Random bytes, or a sentence that there are none.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Refused> {
    entropy::<N>().map_err(|error| {
        tracing::error!(%error, "nothing random can be drawn");
        internal()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        assert_eq!(recovery_hash("abcd-efgh-jkmn-pqrs"), recovery_hash(" ABCD efgh JKMNpqrs"));
        assert_ne!(recovery_hash("abcd-efgh-jkmn-pqrs"), recovery_hash("abcd-efgh-jkmn-pqrt"));
    }
}
