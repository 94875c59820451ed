//! What the back office's pages and the server say to each other. Staff work online; nothing of this is kept on a device.

use serde::{Deserialize, Serialize};

use crate::account::Owes;
use crate::case::CaseStatus;
use crate::check::CaseNumber;
use crate::id::{CaseId, ReportId};
use crate::moves::{Ask, Move};
use crate::position::Position;
use crate::role::Role;
use crate::route::TraceLine;
use crate::service::{DepartmentCode, ServiceCode};
use crate::time::Timestamp;

/// The longest log-in name and password, in characters.
pub const MAX_LOGIN_CHARS: usize = 128;
/// The most cases on one page.
pub const MAX_PAGE_CASES: u32 = 100;

/// `POST /v1/session`: log in. The session travels in a cookie that scripts cannot read.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct LogIn {
    /// The log-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// Of the authenticator app, or a recovery code; asked for with `second_factor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Who is logged in: the answer to a log-in and to `GET /v1/session`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The log-in name.
    pub name: String,
    /// In what capacity.
    pub role: Role,
    /// The department or partner that an officer or partner works in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// What has to be done before anything else is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owes: Option<Owes>,
}

/// Somebody who can own cases.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// What rules call it.
    pub code: DepartmentCode,
    /// What people read.
    pub name: String,
}

/// One line of a queue.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSummary {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// Its status.
    pub status: CaseStatus,
    /// Its category.
    pub service: ServiceCode,
    /// The category's name in Italian.
    pub service_name: String,
    /// Who owns it; absent in triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Department>,
    /// The name of the area it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// When its first report was received by the server.
    pub received_at: Timestamp,
    /// Until when it should be resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How many photos its reports have, arrived or not.
    pub photos: u32,
    /// The sequence of its last change.
    pub version: u64,
}

/// `GET /v1/cases?after=…&limit=…`: the newest first.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePage {
    /// At most [`MAX_PAGE_CASES`].
    pub cases: Vec<CaseSummary>,
    /// What to give as `after` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A photo of a report as the office sees it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoView {
    /// Its place among the report's photos, from 0: `GET /v1/reports/{report}/photos/{ordinal}/{rendition}`.
    pub ordinal: u8,
    /// Whether the thumbnail has arrived; until then "photo on its way".
    pub thumb: bool,
    /// Whether the screen size has arrived.
    pub screen: bool,
    /// Whether the full size has arrived.
    pub full: bool,
}

/// A report of a case.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// The report.
    pub report: ReportId,
    /// In the citizen's words.
    pub text: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The device's wall time when it was sent, corrected by the server.
    pub sent_at: Timestamp,
    /// When the server got it.
    pub received_at: Timestamp,
    /// Whether the citizen has withdrawn it.
    pub withdrawn: bool,
    /// Its photos.
    pub photos: Vec<PhotoView>,
}

/// One entry of a case's timeline.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// In what capacity somebody acted.
    pub role: Role,
    /// The log-in name, for staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The move, where it was one.
    #[serde(rename = "move", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Move>,
    /// The status after it.
    pub status: CaseStatus,
    /// Who owned the case after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Department>,
}

/// A move that the person who looks may make now.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalMove {
    /// The move.
    #[serde(rename = "move")]
    pub name: Move,
    /// What it asks for.
    pub asks: Vec<Ask>,
}

/// `GET /v1/cases/{case}`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// What the queue shows.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// Its reports, oldest first.
    pub reports: Vec<ReportView>,
    /// Everything that happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Why it is with its owner.
    pub trace: Vec<TraceLine>,
    /// Only what this person may do now.
    pub moves: Vec<LegalMove>,
}

/// `POST /v1/cases/{case}/moves`: make a move. Answered with the [`CaseDetail`] after it; 409 `stale` when the case is no longer at `base`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRequest {
    /// The move.
    #[serde(rename = "move")]
    pub name: Move,
    /// The [`CaseSummary::version`] that the person saw.
    pub base: u64,
    /// The new owner, for moves that ask for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<DepartmentCode>,
    /// In words, for moves that ask for it; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
