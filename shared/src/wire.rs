//! What travels between a device and the server: one round trip of `POST /v1/sync`, and the registration before the first.
//!
//! JSON. Unknown fields are ignored by both sides, so that old and new speak for 24 months. Requests and replies are bounded by the constants here.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::case::CaseStatus;
use crate::catalogue::Catalogue;
use crate::check::CaseNumber;
use crate::clock::DueMoved;
use crate::duplicate::join::Joined;
use crate::enrolment::{Crew, EnrolmentCode};
use crate::id::{InstallId, Lineage, ReportId, SubjectId};
use crate::moves::Move;
use crate::photo::PhotoHash;
use crate::report::Channel;
use crate::time::Timestamp;
use crate::verdict::OpReply;

/// The protocol that this code speaks. History: 1 = the first (November 2026), still spoken by every client.
pub const PROTOCOL: u16 = 1;
/// The most ops in one request.
pub const MAX_OPS: usize = 1_000;
/// The largest request body in bytes, decompressed.
pub const MAX_REQUEST_BYTES: usize = 1024 * 1024 + 64 * 1024;
/// The most rows in one page of changes.
pub const MAX_PAGE_ROWS: usize = 500;
/// The first batch of a device that has not synced yet: ops and bytes.
pub const FIRST_BATCH: (usize, usize) = (100, 256 * 1024);
/// The batch after a first success: ops and bytes.
pub const FULL_BATCH: (usize, usize) = (MAX_OPS, 1024 * 1024);
/// The body of one upload request from a browser, in bytes.
pub const UPLOAD_PIECE_BYTES: u64 = 256 * 1024;

/// A device makes itself known: `POST /v1/devices`. The device mints the secret, so a lost reply costs nothing: the same registration again is
/// answered the same.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Serialize, Deserialize)]
pub struct DeviceRegistration {
    /// The installation.
    pub install: InstallId,
    /// 32 random bytes in hexadecimal; the bearer token from now on. The server keeps its hash.
    pub secret: String,
    /// [`Channel::App`] or [`Channel::Web`].
    pub channel: Channel,
    /// Joins a crew with the same stroke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrol: Option<EnrolmentCode>,
}

impl fmt::Debug for DeviceRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceRegistration({}, {})", self.install, self.channel.as_str())
    }
}

/// The answer to a registration.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRegistered {
    /// Whom this device's reports belong to.
    pub subject: SubjectId,
    /// The server's clock.
    pub server_time: Timestamp,
    /// The crew that the device belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<Crew>,
}

/// What a device says: `POST /v1/sync`, authorised by `Authorization: Bearer` and the device's secret.
///
/// `O` is the form of an op: raw JSON text on both ends, so that the bytes that were stored are the bytes that are hashed and one op that cannot be
/// read refuses itself and not its batch.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SyncRequest<O> {
    /// [`PROTOCOL`].
    pub protocol: u16,
    /// The installation.
    pub install: InstallId,
    /// The unbroken history that the ops belong to.
    pub lineage: Lineage,
    /// The device's wall time now, to correct the times of its ops by.
    pub now: Timestamp,
    /// The sequence up to which it has everything; 0 at first.
    pub cursor: u64,
    /// [`Catalogue::version`] it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<String>,
    /// [`Catalogue::areas_version`] it has; says that it can be sent a catalogue without them.
    #[serde(rename = "areas", default, skip_serializing_if = "Option::is_none")]
    pub areas_version: Option<String>,
    /// Oldest first; at most [`MAX_OPS`].
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub ops: Vec<O>,
}

#[cfg_attr(target_pointer_width = "64", expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for"))]
const fn is_first_epoch(epoch: &u64) -> bool {
    *epoch == 0
}

/// What the server answers.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReply {
    /// The server's clock.
    pub server_time: Timestamp,
    /// One for each op of the request, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<OpReply>,
    /// Rows that changed above the cursor, the effects of this request's ops among them; at most [`MAX_PAGE_ROWS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Row>,
    /// The cursor after `changes`.
    pub cursor: u64,
    /// Whether there are more rows above `cursor`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Renditions of this subject's reports that have not arrived; at most 500, oldest reports first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<PhotoHash>,
    /// Changes when the server goes on from a backup, so that it may have forgotten something: the device asks for everything anew and offers its
    /// reports again. 0 until that happens for the first time.
    #[serde(default, skip_serializing_if = "is_first_epoch")]
    pub epoch: u64,
    /// The catalogue, when the device's is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Catalogue>,
}

/// The state of something in a device's scope. State, not history: a later row replaces an earlier one.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub enum Row {
    /// A report of one's own.
    Report(ReportRow),
}

/// What a citizen may know of an own report.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The report.
    pub report: ReportId,
    /// The sequence of its last change: what a later op names as `base`.
    pub version: u64,
    /// The case's number.
    pub number: CaseNumber,
    /// What the citizen reads; a joined case shows its lead's.
    pub status: CaseStatus,
    /// Since when it has this status.
    pub since: Timestamp,
    /// The name of the office or company that has it; absent in triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The name of the area it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// Until when it should be resolved; absent when no clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// How often `due_at` has moved and why last; absent while the first promise holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_moved: Option<DueMoved>,
    /// Whether the citizen has withdrawn this report.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// What came of the wish to join a case; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
    /// What is to be said beside the status.
    #[serde(flatten)]
    pub more: ReportMore,
}

/// What a citizen may know beside status, office and date: only what the present status has.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportMore {
    /// What this citizen may do now beside withdrawing, by move: `confirm`, `contest`, or `resume` by an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may: Vec<Move>,
    /// The office's question, for the reporter that it was put to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Until when the citizen can say that it is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contest_until: Option<Timestamp>,
    /// The date it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_for: Option<Timestamp>,
    /// For whom the case waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Why it waits, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The outcome, or why it was declined or handed on: a code of [`crate::guard::code`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the arbiter decides whose it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_arbiter: bool,
}
