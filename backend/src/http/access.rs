//! Who may do what: the one place that decides it.
//!
//! [`RULES`] names every route of `/v1` with the permission that it takes, and [`Permission`] knows which roles have it; a route that is missing there is refused to everybody, and a test compares the table with
//! the OpenAPI document. Handlers get a [`DeviceOnly`], a [`StaffOnly`] or a [`Viewer`], which cannot be had otherwise.

use super::problem::Refused;
use super::session::token_in;
use super::state::{AppState, Settings};
use crate::store::account::LoggedIn;
use crate::store::batch::Device;
use crate::store::photo::PhotoOfReport;
use crate::store::staff::{CaseScope, Staff};
use axum::extract::{FromRequestParts, MatchedPath};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};
use lanterna_shared::account::Owes;
use lanterna_shared::permission::Permission;
use lanterna_shared::problem::ProblemCode;
use sha2::{Digest, Sha256};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; the handler bounds how often.
    Anybody,
    /// A device that shows its secret.
    Device,
    /// Somebody with a session whose role has this permission.
    Staff(Permission),
    /// A device, or somebody with a session whose role has this permission.
    DeviceOrStaff(Permission),
}

const OWN_ACCOUNT: Permission = Permission::OwnAccount;
const READS_CASES: Permission = Permission::ReadCases;
const MOVES_CASES: Permission = Permission::MoveCases;
const LINKS_CASES: Permission = Permission::LinkCases;

/// Every route of `/v1`.
pub const RULES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/devices", Access::Anybody),
    ("GET", "/v1/devices", Access::Staff(Permission::ManageDevices)),
    ("POST", "/v1/devices/{install}/revoke", Access::Staff(Permission::ManageDevices)),
    ("POST", "/v1/enrolments", Access::Device),
    ("GET", "/v1/profile", Access::Device),
    ("PUT", "/v1/profile", Access::Device),
    ("POST", "/v1/profile/contacts", Access::Device),
    ("POST", "/v1/profile/contacts/verify", Access::Device),
    ("PUT", "/v1/reports/{report}/answer-by", Access::Device),
    ("GET", "/v1/follow/{secret}", Access::Anybody),
    ("POST", "/v1/sync", Access::Device),
    ("GET", "/v1/catalogue", Access::Anybody),
    ("GET", "/v1/addresses", Access::DeviceOrStaff(OWN_ACCOUNT)),
    ("OPTIONS", "/v1/uploads", Access::Anybody),
    ("POST", "/v1/uploads", Access::Device),
    ("HEAD", "/v1/uploads/{id}", Access::Device),
    ("PATCH", "/v1/uploads/{id}", Access::Device),
    ("DELETE", "/v1/uploads/{id}", Access::Device),
    ("GET", "/v1/reports/{report}/photos/{ordinal}/{rendition}", Access::DeviceOrStaff(READS_CASES)),
    ("POST", "/v1/session", Access::Anybody),
    ("GET", "/v1/session", Access::Staff(OWN_ACCOUNT)),
    ("DELETE", "/v1/session", Access::Anybody),
    ("DELETE", "/v1/sessions", Access::Staff(OWN_ACCOUNT)),
    ("PUT", "/v1/account/password", Access::Staff(OWN_ACCOUNT)),
    ("POST", "/v1/account/second-factor", Access::Staff(OWN_ACCOUNT)),
    ("POST", "/v1/account/second-factor/confirm", Access::Staff(OWN_ACCOUNT)),
    ("GET", "/v1/staff", Access::Staff(Permission::ManageStaff)),
    ("POST", "/v1/staff/{user}/reset", Access::Staff(Permission::ManageStaff)),
    ("POST", "/v1/staff/{user}/second-factor/reset", Access::Staff(Permission::ManageStaff)),
    ("POST", "/v1/staff/{user}/disable", Access::Staff(Permission::ManageStaff)),
    ("POST", "/v1/staff/{user}/enable", Access::Staff(Permission::ManageStaff)),
    ("GET", "/v1/audit", Access::Staff(Permission::ReadAudit)),
    ("GET", "/v1/cases/{case}/contacts", Access::Staff(Permission::LookAtContacts)),
    ("GET", "/v1/cases", Access::Staff(READS_CASES)),
    ("GET", "/v1/cases/{case}", Access::Staff(READS_CASES)),
    ("POST", "/v1/cases/{case}/moves", Access::Staff(MOVES_CASES)),
    ("GET", "/v1/cases/{case}/alike", Access::Staff(READS_CASES)),
    ("POST", "/v1/cases/{case}/alike/{other}/dismiss", Access::Staff(LINKS_CASES)),
    ("DELETE", "/v1/cases/{case}/alike/{other}/dismiss", Access::Staff(LINKS_CASES)),
    ("POST", "/v1/cases/{case}/publish", Access::Staff(LINKS_CASES)),
    ("POST", "/v1/cases/{case}/unpublish", Access::Staff(LINKS_CASES)),
    ("GET", "/v1/open-cases", Access::Device),
    ("GET", "/v1/departments", Access::Staff(READS_CASES)),
];

/// The rule for a request; `None` = nobody.
fn rule(parts: &Parts) -> Option<Access> {
    let path = parts.extensions.get::<MatchedPath>()?;
    let method = if parts.method == Method::HEAD && !path.as_str().starts_with("/v1/uploads") { "GET" } else { parts.method.as_str() };
    RULES.iter().find(|(of, at, _)| *of == method && *at == path.as_str()).map(|(_, _, access)| *access)
}

fn nobody() -> Refused {
    Refused::new(ProblemCode::Forbidden, "Nobody may do this.")
}

/// Which cases somebody may see.
pub fn scope(staff: &Staff) -> CaseScope {
    match &staff.department {
        _ if !staff.role.may(Permission::ReadCases) => CaseScope::Nothing,
        _ if !staff.role.is_bound_to_owner() => CaseScope::All,
        Some(department) => CaseScope::Owner(department.code.clone()),
        None => CaseScope::Nothing,
    }
}

/// What somebody who is logged in has to do before anything but looking after the own account.
pub fn owes(who: &LoggedIn, settings: &Settings) -> Option<Owes> {
    if who.one_time_password {
        Some(Owes::Password)
    } else if !who.second_factor && settings.second_factor.contains(&who.staff.role) {
        Some(Owes::SecondFactor)
    } else {
        None
    }
}

/// A device that showed its secret.
pub struct DeviceOnly(pub Device);

/// Somebody with a session, in a role that the route allows.
pub struct StaffOnly {
    /// Who.
    pub staff: Staff,
    /// Which cases they may see.
    pub scope: CaseScope,
    /// What they have to do first; always `None` where more than the own account is at stake.
    pub owes: Option<Owes>,
}

/// A device or somebody with a session, for what both may see.
pub enum Viewer {
    /// A device.
    Device(Device),
    /// Somebody with a session.
    Staff(StaffOnly),
}

impl Viewer {
    /// Whether they may see a report's photo: by the report or its case, never by knowing a hash.
    pub fn may_see(&self, photo: &PhotoOfReport) -> bool {
        match self {
            Self::Device(device) => device.subject == photo.subject,
            Self::Staff(staff) => staff.scope.holds(photo.owner.as_ref()),
        }
    }
}

impl FromRequestParts<AppState> for DeviceOnly {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        match rule(parts) {
            Some(Access::Device) => device(&parts.headers, state).await.map(Self),
            _ => Err(nobody()),
        }
    }
}

impl FromRequestParts<AppState> for StaffOnly {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        match rule(parts) {
            Some(Access::Staff(permission)) => staff(parts, state, permission).await,
            _ => Err(nobody()),
        }
    }
}

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let Some(Access::DeviceOrStaff(permission)) = rule(parts) else { return Err(nobody()) };
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return device(&parts.headers, state).await.map(Self::Device);
        }
        staff(parts, state, permission).await.map(Self::Staff)
    }
}

async fn device(headers: &HeaderMap, state: &AppState) -> Result<Device, Refused> {
    let secret = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|text| text.split_once(' '));
    let secret = secret.filter(|(scheme, secret)| scheme.eq_ignore_ascii_case("bearer") && is_secret(secret.trim()));
    let Some((_, secret)) = secret else {
        return Err(Refused::unauthenticated("Send this device's secret as Authorization: Bearer."));
    };
    let hash = secret_hash(secret.trim());
    if let Some(found) = state.store.device(hash).await? {
        return Ok(found);
    }
    if state.store.is_revoked(hash).await? {
        return Err(revoked());
    }
    Err(Refused::unauthenticated("This device is not known: register it first."))
}

/// A device whose credential was revoked.
pub(super) fn revoked() -> Refused {
    let detail = "This device was shut out: what it has not sent stays on it. Ask the office for a new code, and enrol again.";
    Refused::new(ProblemCode::Revoked, detail)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"lanterna\", error=\"invalid_token\""))
}

/// Whether it can be a device's secret: 64 hexadecimal digits.
pub fn is_secret(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is kept of a secret.
pub fn secret_hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.to_ascii_lowercase().as_bytes()).into()
}

async fn staff(parts: &Parts, state: &AppState, permission: Permission) -> Result<StaffOnly, Refused> {
    if !parts.method.is_safe() {
        same_origin(&parts.headers, state)?;
    }
    let log_in = || Refused::unauthenticated("Log in first.");
    let token = token_in(&parts.headers).ok_or_else(log_in)?;
    let who = state.store.session(token, state.clock.now()).await?.ok_or_else(log_in)?;
    if !who.staff.role.may(permission) {
        return Err(Refused::new(ProblemCode::Forbidden, "Your role may not do this: ask the administrator."));
    }
    let owes = owes(&who, &state.settings);
    match owes {
        Some(Owes::Password) if permission != Permission::OwnAccount => {
            Err(Refused::new(ProblemCode::PasswordDue, "Your password was made by somebody else: choose one of your own first."))
        }
        Some(Owes::SecondFactor) if permission != Permission::OwnAccount => {
            Err(Refused::new(ProblemCode::SecondFactorDue, "Your role needs a second factor: set one up first."))
        }
        _ => Ok(StaffOnly { scope: scope(&who.staff), staff: who.staff, owes }),
    }
}

/// Refuses a change that another website's page asks for. The cookie is `SameSite=Strict` as well; this holds where a browser does not know that.
///
/// # Errors
/// `forbidden` when the request says that it comes from elsewhere.
pub fn same_origin(headers: &HeaderMap, state: &AppState) -> Result<(), Refused> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let elsewhere = || Refused::new(ProblemCode::Forbidden, "This request comes from another website's page.");
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(elsewhere());
    }
    let Some(origin) = text("origin") else { return Ok(()) };
    let is_public = state.settings.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/') == origin);
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let is_host = authority.is_some() && authority == text("host");
    if is_public || is_host { Ok(()) } else { Err(elsewhere()) }
}
