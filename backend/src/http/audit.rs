//! `GET /v1/audit`: who looked at what and who changed what. Reading it is in it.

use super::access::StaffOnly;
use super::json::{Json, Query};
use super::problem::Refused;
use super::staff::lines;
use super::state::AppState;
use crate::store::account::Actor;
use crate::store::audit::Noted;
use axum::extract::State;
use lanterna_shared::audit::{Act, AuditPage};
use lanterna_shared::problem::Problem;
use serde::Deserialize;

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinesBefore {
    /// What an earlier page called next.
    before: Option<u64>,
    /// 1 to 200; 50 without.
    limit: Option<u32>,
}

/// A page of the audit, newest first. Kept for two years.
#[utoipa::path(get, path = "/v1/audit", tag = "administration", security(("session" = [])), params(LinesBefore), responses(
    (status = 200, description = "A page", body = AuditPage),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn page(State(state): State<AppState>, staff: StaffOnly, Query(page): Query<LinesBefore>) -> Result<Json<AuditPage>, Refused> {
    let found = state.store.audit_page(page.before, lines(page.limit)?).await?;
    let noted = Noted { by: Actor::Staff(staff.staff.user), act: Act::AuditRead, about: String::new() };
    state.store.note(noted, state.clock.now()).await?;
    Ok(Json(found))
}
