//! What the back office's pages and the server say to each other. Staff work online; nothing of this is kept on a device.

use serde::{Deserialize, Serialize};

use crate::account::Owes;
use crate::address::CaseAddress;
use crate::answer::Answers;
use crate::case::CaseStatus;
use crate::check::CaseNumber;
use crate::clock::CaseClock;
use crate::guard::code::CodeText;
use crate::guard::input::Evidence;
use crate::id::{CaseId, ReportId};
use crate::moves::{Ask, Move};
use crate::position::Position;
use crate::priority::Priority;
use crate::role::Role;
use crate::routing::trace::{Boundary, TraceLine};
use crate::service::asking::AnswerFault;
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

pub use crate::department::Department;

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
    /// Whether it waits for the arbiter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_arbiter: bool,
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
    /// Answers to the service's questions, as they came.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// What was wrong with them when they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_faults: Vec<AnswerFault>,
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
    /// What happened, where it was no move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<TimelineEvent>,
    /// The status after it.
    pub status: CaseStatus,
    /// Who owned the case after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Department>,
    /// Whether it was with the arbiter after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_arbiter: bool,
    /// The outcome or the reason from a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For whom the case waits since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<String>,
    /// What was written with it: a reason, a question, an answer, a citizen's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What can happen to a case beside moves.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelineEvent {
    /// Its due date passed while its clock ran.
    Breached,
    /// Something that a newer server knows.
    #[serde(other)]
    Other,
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
    /// The outcomes or reasons to choose from, for moves that ask for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeText>,
}

/// What the moves of a case are bound by.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseBounds {
    /// Hand-offs that are left before the case goes to the arbiter; the one that spends the budget takes it there.
    pub hand_offs_left: u8,
    /// Until when the arbiter should decide; only the arbiter moves it on until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbiter_due_at: Option<Timestamp>,
    /// When the system resumes or closes the case by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_out_at: Option<Timestamp>,
    /// The date it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_for: Option<Timestamp>,
    /// The case that it is joined to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<CaseId>,
    /// The cases that are joined to it, by number; at most 500.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<CaseId>,
}

/// `GET /v1/cases/{case}`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// What the queue shows.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// The nearest house number to where its first report is, if one is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<CaseAddress>,
    /// Its reports, oldest first.
    pub reports: Vec<ReportView>,
    /// Everything that happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// How urgent it is; absent on answers of servers from before there were priorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Its promise: every due date, every pause, and whether it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<CaseClock>,
    /// Why it is with its owner.
    pub trace: Vec<TraceLine>,
    /// The version of the rules that the trace is about; absent where none was published yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_version: Option<u32>,
    /// Set when the position was too inaccurate to be sure of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<Boundary>,
    /// Only what this person may do now.
    pub moves: Vec<LegalMove>,
    /// What those moves are bound by.
    #[serde(default)]
    pub bounds: CaseBounds,
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
    /// In words, for moves that ask for it, and where more is to be said than a code says; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For `hand_off`, instead of `owner`: the dispatcher finds out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub do_not_know: bool,
    /// For `decline` and `hand_off`: one of [`LegalMove::codes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// For `plan`: after now and within a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// For `ask`: what the reporter shall answer; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// For `wait`: for whom; at most 120 characters. The citizens read it, and the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<String>,
    /// For `wait`: until when at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For `resolve`: one of [`LegalMove::codes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// For `resolve`: what proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// For `join`: the case to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<CaseId>,
}

impl MoveRequest {
    /// A request for a move that asks for nothing; fill in what it asks for.
    pub const fn new(name: Move, base: u64) -> Self {
        Self {
            name,
            base,
            owner: None,
            reason: None,
            do_not_know: false,
            reason_code: None,
            date: None,
            question: None,
            whom: None,
            until: None,
            outcome: None,
            evidence: None,
            lead: None,
        }
    }
}
