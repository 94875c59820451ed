//! `/v1/cases`: the office's queue, one case, and its moves.

use super::access::StaffOnly;
use super::json::{Json, Path, Query};
use super::problem::Refused;
use super::state::AppState;
use crate::store::account::Actor;
use crate::store::audit::{LookUp, Noted};
use crate::store::staff::MoveOutcome;
use axum::extract::State;
use lanterna_shared::audit::Act;
use lanterna_shared::check::CaseNumber;
use lanterna_shared::id::CaseId;
use lanterna_shared::office::{CaseDetail, CasePage, Department, MAX_PAGE_CASES, MoveRequest};
use lanterna_shared::problem::{Invalid, Problem};
use serde::Deserialize;

/// Cases on a page, where nobody says how many.
const USUAL_PAGE: u32 = 50;

/// Which page.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageOf {
    /// [`CasePage::next`] of the page before; the newest cases without.
    after: Option<String>,
    /// 1 to 100; 50 without.
    limit: Option<u32>,
    /// The case of this number only, with its check character.
    number: Option<String>,
    /// The case of the report with this receipt code only.
    receipt: Option<String>,
}

/// A page of cases, newest first, or the one that a number or receipt code names. Officers and partners see those of their department.
#[utoipa::path(get, path = "/v1/cases", tag = "office", security(("session" = [])), params(PageOf), responses(
    (status = 200, description = "A page", body = CasePage),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`: this role sees no cases", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn page(State(state): State<AppState>, staff: StaffOnly, Query(page): Query<PageOf>) -> Result<Json<CasePage>, Refused> {
    let limit = page.limit.unwrap_or(USUAL_PAGE);
    if limit == 0 || limit > MAX_PAGE_CASES {
        return Err(Invalid::new("limit", "is outside 1 to 100").into());
    }
    if let Some(look_up) = look_up(&page)? {
        return Ok(Json(CasePage { cases: state.store.find_cases(staff.scope, look_up).await?, next: None }));
    }
    let after =
        page.after.map(|text| text.parse().map_err(|_| Invalid::new("after", "is not what an earlier page called next"))).transpose()?;
    Ok(Json(state.store.case_page(staff.scope, after, limit).await?))
}

/// What is looked up, where something is.
fn look_up(page: &PageOf) -> Result<Option<LookUp>, Refused> {
    match (&page.number, &page.receipt) {
        (Some(_), Some(_)) => Err(Invalid::new("number", "and receipt are two ways to look up: give one of them").into()),
        (Some(number), None) => Ok(Some(LookUp::Number(number.parse::<CaseNumber>()?.sequence()))),
        (None, Some(receipt)) => Ok(Some(LookUp::Receipt(receipt.parse()?))),
        (None, None) => Ok(None),
    }
}

/// One case with everything about it and the moves that this person may make now.
#[utoipa::path(get, path = "/v1/cases/{case}", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)), responses(
    (status = 200, description = "The case", body = CaseDetail),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`: none, or none that this person may see", body = Problem, content_type = "application/problem+json"),
))]
pub async fn detail(State(state): State<AppState>, staff: StaffOnly, Path(case): Path<CaseId>) -> Result<Json<CaseDetail>, Refused> {
    let user = staff.staff.user;
    let found = state.store.case_detail(staff.staff, staff.scope, case).await?;
    if found.is_some() {
        let opened = Noted { by: Actor::Staff(user), act: Act::CaseOpened, about: case.to_string() };
        state.store.note_soon(opened, state.clock.now()).await?;
    }
    found.map(Json).ok_or_else(|| Refused::not_found("There is no such case, or it is with another office now."))
}

/// Makes a move, if the case is still where the person saw it.
#[utoipa::path(post, path = "/v1/cases/{case}/moves", tag = "office", security(("session" = [])), params(("case" = CaseId, Path)),
    request_body = MoveRequest, responses(
    (status = 200, description = "The case after the move", body = CaseDetail),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`forbidden`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`stale`: read the case again; `illegal_move`: not from this status in this role", body = Problem,
        content_type = "application/problem+json"),
    (status = 422, description = "`invalid` or `unknown`: what the move asks for is missing or does not exist", body = Problem,
        content_type = "application/problem+json"),
))]
pub async fn make_move(
    State(state): State<AppState>,
    staff: StaffOnly,
    Path(case): Path<CaseId>,
    Json(request): Json<MoveRequest>,
) -> Result<Json<CaseDetail>, Refused> {
    match state.store.make_move(staff.staff, staff.scope, case, request, state.clock.now()).await? {
        MoveOutcome::Made(detail) => Ok(Json(*detail)),
        MoveOutcome::Refused { code, detail } => Err(Refused::new(code, detail)),
    }
}

/// Who can be given a case, by code.
#[utoipa::path(get, path = "/v1/departments", tag = "office", security(("session" = [])), responses(
    (status = 200, description = "Departments and partners", body = Vec<Department>),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn departments(State(state): State<AppState>, _staff: StaffOnly) -> Result<Json<Vec<Department>>, Refused> {
    Ok(Json(state.store.city().await?.departments.clone()))
}
