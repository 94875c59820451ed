//! `/v1/session`: log in, see who is logged in, log out. The session is a cookie that scripts cannot read; the store knows its hash only.

use super::access::{StaffOnly, same_origin};
use super::json::Json;
use super::problem::{Refused, internal};
use super::serve::Peer;
use super::state::AppState;
use crate::clock::{entropy, hex};
use crate::store::staff::Staff;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lanterna_shared::office::{LogIn, MAX_LOGIN_CHARS, Session};
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use sha2::{Digest, Sha256};

/// The cookie's name.
pub const COOKIE: &str = "lanterna_session";
/// How long a session lasts, in seconds.
const LASTS_S: u32 = 12 * 3_600;

/// The hash of the session token that the cookies carry.
pub(super) fn token_in(headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let token = cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    (token.len() == 64).then(|| Sha256::digest(token.as_bytes()).into())
}

fn cookie(state: &AppState, token: &str, lasts_s: u32) -> Result<HeaderValue, Refused> {
    let secure = if state.settings.is_https() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={lasts_s}{secure}");
    HeaderValue::from_str(&text).map_err(|error| {
        tracing::error!(%error, "a cookie could not be written");
        internal()
    })
}

fn session(staff: Staff) -> Session {
    Session { name: staff.name, role: staff.role, department: staff.department }
}

/// Logs in. Names that nobody has are answered like wrong passwords, in the same time.
#[utoipa::path(post, path = "/v1/session", tag = "office", request_body = LogIn, responses(
    (status = 200, description = "Logged in; the session is in the cookie `lanterna_session`", body = Session),
    (status = 401, description = "`unauthenticated`: name or password is wrong", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too_many`: too many wrong passwords; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn log_in(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Json(log_in): Json<LogIn>,
) -> Result<Response, Refused> {
    same_origin(&headers, &state)?;
    let LogIn { name, password } = log_in;
    if name.chars().count() > MAX_LOGIN_CHARS || password.chars().count() > MAX_LOGIN_CHARS {
        return Err(Invalid::new("name", "and password have at most 128 characters each").into());
    }
    let now = state.clock.now();
    if let Some(seconds) = state.attempts.must_wait(&name, peer.0, now) {
        return Err(Refused::new(ProblemCode::TooMany, format!("Too many wrong passwords: try again in {seconds} s.")).retry_after(seconds));
    }
    let login = state.store.login(name.clone()).await?;
    let hash = login.as_ref().map(|login| login.password_hash.clone());
    let is_right = state.passwords.matches(password, hash).await.map_err(|error| {
        tracing::error!(%error, "a password could not be compared");
        internal()
    })?;
    state.attempts.tried(&name, peer.0, is_right, state.clock.now());
    let wrong = || Refused::unauthenticated("The name or the password is wrong.");
    let user = login.filter(|_| is_right).map(|login| login.user).ok_or_else(wrong)?;
    let token = hex(&entropy::<32>().map_err(|error| {
        tracing::error!(%error, "no session can be opened");
        internal()
    })?);
    let ends = now.plus_millis(i64::from(LASTS_S).saturating_mul(1_000));
    let staff = state.store.open_session(Sha256::digest(token.as_bytes()).into(), user, ends, now).await?.ok_or_else(wrong)?;
    Ok(([(header::SET_COOKIE, cookie(&state, &token, LASTS_S)?)], Json(session(staff))).into_response())
}

/// Says who is logged in.
#[utoipa::path(get, path = "/v1/session", tag = "office", security(("session" = [])), responses(
    (status = 200, description = "Who is logged in", body = Session),
    (status = 401, description = "`unauthenticated`: nobody is", body = Problem, content_type = "application/problem+json"),
))]
pub async fn who(StaffOnly { staff, .. }: StaffOnly) -> Json<Session> {
    Json(session(staff))
}

/// Logs out. Whoever is not logged in is logged out already.
#[utoipa::path(delete, path = "/v1/session", tag = "office", responses((status = 204, description = "Nobody is logged in any more")))]
pub async fn log_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Refused> {
    same_origin(&headers, &state)?;
    if let Some(token) = token_in(&headers) {
        state.store.close_session(token).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&state, "", 0)?)]).into_response())
}
