//! `/v1/staff`: the administrator's list of everybody with a log-in, and what can be done to one.

use super::access::StaffOnly;
use super::account::random;
use super::json::{Json, Path, Query};
use super::problem::{Refused, internal};
use super::state::AppState;
use crate::staff::password;
use crate::store::account::{Actor, ONE_TIME_MS, StaffChange};
use axum::extract::State;
use http::StatusCode;
use lanterna_shared::account::{MAX_PAGE_LINES, OneTimePassword, StaffPage};
use lanterna_shared::id::UserId;
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use serde::Deserialize;

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinesOf {
    /// What an earlier page called next.
    pub(super) after: Option<String>,
    /// 1 to 200; 50 without.
    pub(super) limit: Option<u32>,
}

/// Lines on a page, where nobody says how many.
const USUAL_PAGE: u32 = 50;

/// Checks how many lines somebody wants.
pub(super) fn lines(limit: Option<u32>) -> Result<u32, Refused> {
    let limit = limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MAX_PAGE_LINES {
        return Err(Invalid::new("limit", "is outside 1 to 200").into());
    }
    Ok(limit)
}

/// Everybody with a log-in, by name.
#[utoipa::path(get, path = "/v1/staff", tag = "administration", security(("session" = [])), params(LinesOf), responses(
    (status = 200, description = "A page", body = StaffPage),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn page(State(state): State<AppState>, _staff: StaffOnly, Query(page): Query<LinesOf>) -> Result<Json<StaffPage>, Refused> {
    Ok(Json(state.store.staff_page(page.after, lines(page.limit)?).await?))
}

async fn change(state: &AppState, by: &StaffOnly, user: UserId, change: StaffChange) -> Result<(), Refused> {
    let by = Actor::Staff(by.staff.user);
    if state.store.change_staff(user, change, by, state.clock.now()).await? {
        return Ok(());
    }
    Err(Refused::not_found("There is nobody of that id: look at the list again."))
}

/// Gives somebody a password that works once. It is shown here and nowhere else; every session of the person ends.
#[utoipa::path(post, path = "/v1/staff/{user}/reset", tag = "administration", security(("session" = [])), params(("user" = UserId, Path)), responses(
    (status = 200, description = "To be told to the person", body = OneTimePassword),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn reset(State(state): State<AppState>, staff: StaffOnly, Path(user): Path<UserId>) -> Result<Json<OneTimePassword>, Refused> {
    let password = password::generate(random::<16>()?);
    let password_hash = state.passwords.hash(password.clone()).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        internal()
    })?;
    let until = state.clock.now().plus_millis(ONE_TIME_MS);
    change(&state, &staff, user, StaffChange::OneTimePassword { password_hash, until }).await?;
    Ok(Json(OneTimePassword { password, until }))
}

/// Takes somebody's second factor and recovery codes away: for a lost telephone. Every session of the person ends.
#[utoipa::path(post, path = "/v1/staff/{user}/second-factor/reset", tag = "administration", security(("session" = [])),
    params(("user" = UserId, Path)), responses(
    (status = 204, description = "There is none any more"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn reset_second_factor(State(state): State<AppState>, staff: StaffOnly, Path(user): Path<UserId>) -> Result<StatusCode, Refused> {
    change(&state, &staff, user, StaffChange::NoSecondFactor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shuts somebody out: their sessions end and they can no longer log in. What they did stays theirs.
#[utoipa::path(post, path = "/v1/staff/{user}/disable", tag = "administration", security(("session" = [])), params(("user" = UserId, Path)), responses(
    (status = 204, description = "They are out"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`stale`: nobody shuts themselves out", body = Problem, content_type = "application/problem+json"),
))]
pub async fn disable(State(state): State<AppState>, staff: StaffOnly, Path(user): Path<UserId>) -> Result<StatusCode, Refused> {
    if user == staff.staff.user {
        return Err(Refused::new(ProblemCode::Stale, "This is you: ask another administrator to shut you out."));
    }
    change(&state, &staff, user, StaffChange::Disable).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody in again.
#[utoipa::path(post, path = "/v1/staff/{user}/enable", tag = "administration", security(("session" = [])), params(("user" = UserId, Path)), responses(
    (status = 204, description = "They can log in"),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn enable(State(state): State<AppState>, staff: StaffOnly, Path(user): Path<UserId>) -> Result<StatusCode, Refused> {
    change(&state, &staff, user, StaffChange::Enable).await?;
    Ok(StatusCode::NO_CONTENT)
}
