//! `GET /v1/follow/{secret}`: what a citizen may know of one report, for whoever has its secret link.

use super::json::{Json, Path};
use super::problem::Refused;
use super::serve::Peer;
use super::state::AppState;
use axum::Extension;
use axum::extract::State;
use lanterna_shared::follow::FollowSecret;
use lanterna_shared::problem::{Problem, ProblemCode};
use lanterna_shared::wire::ReportRow;

/// The report of a secret link. A link that is wrong and one that never was are answered the same.
#[utoipa::path(get, path = "/v1/follow/{secret}", tag = "citizens", params(("secret" = String, Path, description = "32 hexadecimal digits")), responses(
    (status = 200, description = "How it stands", body = ReportRow),
    (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn follow(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    Path(secret): Path<String>,
) -> Result<Json<ReportRow>, Refused> {
    if let Err(seconds) = state.follows.take(peer.0, state.clock.now()) {
        let detail = format!("Too many links were opened from this network: try again in {seconds} s.");
        return Err(Refused::new(ProblemCode::TooMany, detail).retry_after(seconds));
    }
    let missing = || Refused::not_found("No report belongs to this link: open it as it was given to you.");
    let secret: FollowSecret = secret.parse().map_err(|_| missing())?;
    state.store.followed(secret.hash()).await?.map(Json).ok_or_else(missing)
}
