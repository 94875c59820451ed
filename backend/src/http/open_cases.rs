//! `GET /v1/open-cases`: the thin public index for devices, so that they can warn of a duplicate without a network.

use super::access::DeviceOnly;
use super::json::{Json, Query};
use super::problem::Refused;
use super::state::AppState;
use axum::extract::State;
use lanterna_shared::duplicate::geohash::{Geohash, MAX_RINGS};
use lanterna_shared::duplicate::index::OpenCases;
use lanterna_shared::problem::{Invalid, Problem};
use serde::Deserialize;

/// Rings of neighbours, where nobody says how many: a case over the edge of the cell is as near as one within.
const USUAL_RINGS: u8 = 1;

/// Which cells.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CellsOf {
    /// A geohash of six characters: some 1.2 by 0.6 km.
    cell: String,
    /// Rings of neighbours around it, 0 to 2; 1 without.
    around: Option<u8>,
}

/// Open cases that staff have published, in and around a cell.
#[utoipa::path(get, path = "/v1/open-cases", tag = "devices", security(("device" = [])), params(CellsOf), responses(
    (status = 200, description = "At most 500 cases", body = OpenCases),
    (status = 401, description = "`unauthenticated`: register the device again", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn open_cases(State(state): State<AppState>, _device: DeviceOnly, Query(of): Query<CellsOf>) -> Result<Json<OpenCases>, Refused> {
    let cell: Geohash = of.cell.parse()?;
    let rings = of.around.unwrap_or(USUAL_RINGS);
    if rings > MAX_RINGS {
        return Err(Invalid::new("around", "is outside 0 to 2").into());
    }
    let cells = cell.around(rings);
    let cases = state.store.open_cases(cells.clone()).await?;
    Ok(Json(OpenCases { cells, cases }))
}
