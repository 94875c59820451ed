//! `/v1/session`: log in, see who is logged in, log out. The session is a cookie that scripts cannot read; the store knows its hash only.

use super::access::{StaffOnly, owes, same_origin};
use super::account::{random, recovery_hash};
use super::json::Json;
use super::problem::{Refused, internal};
use super::serve::Peer;
use super::state::AppState;
use crate::clock::hex;
use crate::staff::password::PasswordError;
use crate::staff::{attempts, totp};
use crate::store::account::{AttemptKeys, SecondFactor, Spent};
use crate::store::staff::{Login, Staff};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lanterna_shared::account::Owes;
use lanterna_shared::office::{LogIn, MAX_LOGIN_CHARS, Session};
use lanterna_shared::problem::{Invalid, Problem, ProblemCode};
use sha2::{Digest, Sha256};

/// The cookie's name.
pub const COOKIE: &str = "lanterna_session";
/// How long a session lasts at most, in seconds; one that nobody uses ends earlier ([`crate::store::account::IDLE_MS`]).
const LASTS_S: u32 = 12 * 3_600;

/// The hash of the session token that the cookies carry.
pub(super) fn token_in(headers: &HeaderMap) -> Option<[u8; 32]> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let token = cookies.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    (token.len() == 64).then(|| Sha256::digest(token.as_bytes()).into())
}

pub(super) fn cookie(state: &AppState, token: &str, lasts_s: u32) -> Result<HeaderValue, Refused> {
    let secure = if state.settings.is_https() { "; Secure" } else { "" };
    let text = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={lasts_s}{secure}");
    HeaderValue::from_str(&text).map_err(|error| {
        tracing::error!(%error, "a cookie could not be written");
        internal()
    })
}

fn session(staff: Staff, owes: Option<Owes>) -> Session {
    Session { name: staff.name, role: staff.role, department: staff.department, owes }
}

fn too_many(seconds: u32) -> Refused {
    Refused::new(ProblemCode::TooMany, format!("Too many wrong passwords: try again in {seconds} s.")).retry_after(seconds)
}

fn uncomparable(error: &PasswordError) -> Refused {
    tracing::error!(%error, "a password could not be compared");
    internal()
}

/// Asks somebody who is logged in for the password again. Wrong ones count like those of log-ins.
pub(super) async fn counted_password(state: &AppState, staff: &Staff, peer: Peer, password: String) -> Result<(), Refused> {
    let (now, keys) = (state.clock.now(), attempts::keys(&staff.name, peer.0));
    if let Some(seconds) = attempts::must_wait(&state.store.failures(keys).await?, now) {
        return Err(too_many(seconds));
    }
    let login = state.store.login_of(staff.user).await?;
    let matches = state.passwords.matches(password, login.map(|login| login.password_hash)).await;
    if matches.map_err(|error| uncomparable(&error))? {
        return Ok(());
    }
    state.store.log_in_failed(keys, Some(staff.user), state.clock.now()).await?;
    Err(Refused::unauthenticated("The password of now is wrong: type it again."))
}

/// Logs in. Names that nobody has, and people who are shut out, are answered like wrong passwords, in the same time.
#[utoipa::path(post, path = "/v1/session", tag = "office", request_body = LogIn, responses(
    (status = 200, description = "Logged in; the session is in the cookie `lanterna_session`", body = Session),
    (status = 401, description = "`unauthenticated`: name or password is wrong; `second_factor`: send a code with them", body = Problem,
        content_type = "application/problem+json"),
    (status = 429, description = "`too_many`: too many wrong passwords; see Retry-After", body = Problem, content_type = "application/problem+json"),
))]
pub async fn log_in(
    State(state): State<AppState>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    Json(log_in): Json<LogIn>,
) -> Result<Response, Refused> {
    same_origin(&headers, &state)?;
    let LogIn { name, password, code } = log_in;
    let is_long = |text: &str| text.chars().count() > MAX_LOGIN_CHARS;
    if is_long(&name) || is_long(&password) || code.as_deref().is_some_and(is_long) {
        return Err(Invalid::new("name", "and password have at most 128 characters each").into());
    }
    let (now, keys) = (state.clock.now(), attempts::keys(&name, peer.0));
    if let Some(seconds) = attempts::must_wait(&state.store.failures(keys).await?, now) {
        return Err(too_many(seconds));
    }
    let login = state.store.login(name).await?;
    let known = login.as_ref().map(|login| login.user);
    let hash = login.as_ref().map(|login| login.password_hash.clone());
    let is_right = state.passwords.matches(password, hash).await.map_err(|error| uncomparable(&error))?;
    let may_enter = |login: &Login| is_right && !login.disabled && login.one_time_until.is_none_or(|until| until > now);
    let wrong = || Refused::unauthenticated("The name or the password is wrong.");
    let Some(login) = login.filter(may_enter) else {
        state.store.log_in_failed(keys, known, state.clock.now()).await?;
        return Err(wrong());
    };
    if let Some(factor) = &login.second_factor {
        second_factor(&state, &login, factor, code.as_deref(), keys).await?;
    }
    state.store.log_in_succeeded(keys, login.user, state.clock.now()).await?;
    let token = hex(&random::<32>()?);
    let ends = now.plus_millis(i64::from(LASTS_S).saturating_mul(1_000));
    let who = state.store.open_session(Sha256::digest(token.as_bytes()).into(), login.user, ends, now).await?.ok_or_else(wrong)?;
    let owes = owes(&who, &state.settings);
    Ok(([(header::SET_COOKIE, cookie(&state, &token, LASTS_S)?)], Json(session(who.staff, owes))).into_response())
}

/// Spends a code of the authenticator app or a recovery code. A missing one costs nothing, a wrong one counts like a wrong password.
async fn second_factor(
    state: &AppState,
    login: &Login,
    factor: &SecondFactor,
    code: Option<&str>,
    keys: AttemptKeys,
) -> Result<(), Refused> {
    let ask = |detail: &str| Refused::new(ProblemCode::SecondFactor, detail);
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        return Err(ask("Type the code that your authenticator app shows, or one of your recovery codes."));
    };
    let now = state.clock.now();
    let spent = totp::step_of(&factor.secret, code, now).map_or_else(|| Spent::Recovery(recovery_hash(code)), Spent::Step);
    if state.store.spend_second_factor(login.user, spent, now).await? {
        return Ok(());
    }
    state.store.log_in_failed(keys, Some(login.user), now).await?;
    Err(ask("This code is wrong or was used: wait for the next one and type it."))
}

/// Says who is logged in.
#[utoipa::path(get, path = "/v1/session", tag = "office", security(("session" = [])), responses(
    (status = 200, description = "Who is logged in", body = Session),
    (status = 401, description = "`unauthenticated`: nobody is", body = Problem, content_type = "application/problem+json"),
))]
pub async fn who(StaffOnly { staff, owes, .. }: StaffOnly) -> Json<Session> {
    Json(session(staff, owes))
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
