//! `GET /v1/addresses`: house numbers near a position, or by what a person types.

use super::access::Viewer;
use super::json::{Json, Query};
use super::problem::Refused;
use super::state::AppState;
use crate::address;
use axum::extract::State;
use lanterna_shared::address::{AddressList, MAX_WITHIN_M};
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::problem::{Invalid, Problem};
use serde::Deserialize;

/// How far is near, where nobody says, in metres.
const USUAL_WITHIN_M: u32 = 100;

/// Which addresses: near a position or by a search, one of the two.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Latitude and longitude in degrees, "44.4112,8.9326".
    near: Option<String>,
    /// How far from it, in metres, 1 to 500; 100 without.
    within: Option<u32>,
    /// A street or a part of one, with a number and a colour: "via garibaldi 9 rosso".
    q: Option<String>,
}

/// Addresses, at most 20: the nearest first, or the best first.
#[utoipa::path(get, path = "/v1/addresses", tag = "devices", security(("device" = []), ("session" = [])), params(Wanted), responses(
    (status = 200, description = "What was found; empty where nothing was", body = AddressList),
    (status = 401, description = "`unauthenticated`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`invalid`", body = Problem, content_type = "application/problem+json"),
))]
pub async fn addresses(State(state): State<AppState>, _viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<Json<AddressList>, Refused> {
    let within = wanted.within.unwrap_or(USUAL_WITHIN_M);
    if within == 0 || within > MAX_WITHIN_M {
        return Err(Invalid::new("within", "is outside 1 to 500 metres").into());
    }
    let addresses = match (wanted.near, wanted.q) {
        (Some(near), None) => state.store.addresses_near(position(&near)?, within).await?,
        (None, Some(typed)) => state.store.search_addresses(address::Query::read(&typed)?).await?,
        _ => return Err(Invalid::new("near", "or q must be there, and not both").into()),
    };
    Ok(Json(AddressList { addresses }))
}

fn position(near: &str) -> Result<Position, Invalid> {
    let wrong = Invalid::new("near", "is no position: write latitude, a comma and longitude in degrees, as in 44.4112,8.9326");
    let (lat, lon) = near.split_once(',').and_then(|(lat, lon)| Some((lat.trim().parse().ok()?, lon.trim().parse().ok()?))).ok_or(wrong)?;
    Position::from_degrees(lat, lon, None, PositionSource::Map)
}
