//! `/v1/cases/{case}/alike` and what staff publish: cases that may be about one thing, and which of them the public may know of.

use super::access::StaffOnly;
use super::json::{Json, Path};
use super::problem::Refused;
use super::state::AppState;
use crate::store::duplicate::SuggestionDecided;
use axum::extract::State;
use lanterna_shared::duplicate::view::{AlikeCases, Published};
use lanterna_shared::id::CaseId;
use lanterna_shared::problem::{Problem, ProblemCode};

fn no_such_case() -> Refused {
    Refused::not_found("There is no such case, or it is with another office now.")
}

/// Cases that look like this one, each with its reasons. Suggestions only: to link two, make the move `join`.
#[utoipa::path(get, path = "/v1/cases/{case}/alike", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)), responses(
    (status = 200, description = "Open suggestions first, the most alike first", body = AlikeCases),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: none, or none that this person may see", body = Problem, content_type = "application/problem+json"),
))]
pub async fn alike(State(state): State<AppState>, staff: StaffOnly, Path(case): Path<CaseId>) -> Result<Json<AlikeCases>, Refused> {
    state.store.alike_cases(staff.scope, case).await?.map(Json).ok_or_else(no_such_case)
}

/// Says that two cases are not the same. The other case is told nothing and loses nothing.
#[utoipa::path(post, path = "/v1/cases/{case}/alike/{other}/dismiss", tag = "office", security(("session" = [])),
    params(("case" = CaseId, Path), ("other" = CaseId, Path)), responses(
    (status = 200, description = "What is left", body = AlikeCases),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: no such case or suggestion", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`illegal_move`: the two are joined", body = Problem, content_type = "application/problem+json"),
))]
pub async fn dismiss(
    State(state): State<AppState>,
    staff: StaffOnly,
    Path(pair): Path<(CaseId, CaseId)>,
) -> Result<Json<AlikeCases>, Refused> {
    decide(&state, staff, pair, true).await
}

/// Takes a dismissal back.
#[utoipa::path(delete, path = "/v1/cases/{case}/alike/{other}/dismiss", tag = "office", security(("session" = [])),
    params(("case" = CaseId, Path), ("other" = CaseId, Path)), responses(
    (status = 200, description = "With the suggestion open again", body = AlikeCases),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: no such case or suggestion", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`illegal_move`: the two are joined", body = Problem, content_type = "application/problem+json"),
))]
pub async fn undo_dismissal(
    State(state): State<AppState>,
    staff: StaffOnly,
    Path(pair): Path<(CaseId, CaseId)>,
) -> Result<Json<AlikeCases>, Refused> {
    decide(&state, staff, pair, false).await
}

async fn decide(state: &AppState, staff: StaffOnly, pair: (CaseId, CaseId), dismissed: bool) -> Result<Json<AlikeCases>, Refused> {
    let scope = staff.scope.clone();
    match state.store.decide_alike(staff.staff, staff.scope, pair, dismissed, state.clock.now()).await? {
        SuggestionDecided::Decided => state.store.alike_cases(scope, pair.0).await?.map(Json).ok_or_else(no_such_case),
        SuggestionDecided::NotThere => Err(Refused::not_found("There is no such suggestion, or the case is with another office now.")),
        SuggestionDecided::Joined => Err(Refused::new(ProblemCode::IllegalMove, "These two cases are joined: split them first.")),
    }
}

/// Lets the public know of a case: category, age, rounded place and what its photo looks like; no words, no photo, nobody.
#[utoipa::path(post, path = "/v1/cases/{case}/publish", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)), responses(
    (status = 200, description = "It is published, or was already", body = Published),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn publish(State(state): State<AppState>, staff: StaffOnly, Path(case): Path<CaseId>) -> Result<Json<Published>, Refused> {
    set_published(&state, staff, case, true).await
}

/// Takes a case out of the public index.
#[utoipa::path(post, path = "/v1/cases/{case}/unpublish", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)), responses(
    (status = 200, description = "It is private again, or was already", body = Published),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn unpublish(State(state): State<AppState>, staff: StaffOnly, Path(case): Path<CaseId>) -> Result<Json<Published>, Refused> {
    set_published(&state, staff, case, false).await
}

async fn set_published(state: &AppState, staff: StaffOnly, case: CaseId, published: bool) -> Result<Json<Published>, Refused> {
    let found = state.store.publish_case(staff.staff, staff.scope, case, published, state.clock.now()).await?;
    if found { Ok(Json(Published { case, published })) } else { Err(no_such_case()) }
}
