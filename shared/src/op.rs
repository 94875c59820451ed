//! Ops: one intent each, recorded on a device, sent until a verdict comes back.
//!
//! An op is written to text once, when it is recorded, and the same bytes are sent every time: the server tells a repetition from a reused id by the
//! hash of those bytes.

use serde::{Deserialize, Serialize};

use crate::guard::input::MAX_WORDS_CHARS;
use crate::id::{OpId, ReportId};
use crate::photo::PhotoRef;
use crate::problem::Invalid;
use crate::report::NewReport;
use crate::text;
use crate::time::Timestamp;

/// The schema of ops that this code writes. History: 1 = the first (November 2026).
pub const SCHEMA: u16 = 1;
/// The largest op in bytes, written.
pub const MAX_OP_BYTES: usize = 32 * 1024;

const fn schema_one() -> u16 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_schema_one(schema: &u16) -> bool {
    *schema == 1
}

/// One intent with what the server needs to place it (SYNC.md, "Ops and identity").
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Op {
    /// Minted and stored before the first send.
    #[serde(rename = "id")]
    pub op_id: OpId,
    /// 1, 2, 3, … within the lineage, without gaps. Says where something is missing; never "seen already".
    #[serde(rename = "seq")]
    pub device_seq: u64,
    /// [`SCHEMA`] of the device that wrote it.
    #[serde(rename = "v", default = "schema_one", skip_serializing_if = "is_schema_one")]
    pub schema: u16,
    /// The device's wall time when it was recorded.
    pub at: Timestamp,
    /// Milliseconds since the host started, from a clock that only goes forward.
    #[serde(rename = "up")]
    pub up_ms: u64,
    /// The server's version of the row that the actor saw; absent for something new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<u64>,
    /// The device's previous op on the same entity, when its verdict was not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<OpId>,
    /// What is intended.
    #[serde(rename = "do")]
    pub body: OpBody,
}

/// What an op intends.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpBody {
    /// A new report.
    CreateReport(NewReport),
    /// One more photo of a report, that was not ready when it was sent.
    AddPhoto {
        /// The report.
        report: ReportId,
        /// The photo.
        photo: PhotoRef,
    },
    /// The citizen takes a report back.
    Withdraw {
        /// The report.
        report: ReportId,
    },
    /// The citizen says that it is done.
    Confirm {
        /// The report.
        report: ReportId,
    },
    /// The citizen says that it is not.
    Contest {
        /// The report.
        report: ReportId,
        /// In the citizen's words; may be empty; at most [`MAX_WORDS_CHARS`].
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// The citizen answers the office's question.
    Answer {
        /// The report.
        report: ReportId,
        /// In the citizen's words; at most [`MAX_WORDS_CHARS`].
        text: String,
    },
}

impl OpBody {
    /// The report that the op is about: its entity for `after`.
    pub const fn report(&self) -> ReportId {
        match self {
            Self::CreateReport(new) => new.report,
            Self::AddPhoto { report, .. }
            | Self::Withdraw { report }
            | Self::Confirm { report }
            | Self::Contest { report, .. }
            | Self::Answer { report, .. } => *report,
        }
    }

    /// As it is stored beside the op, for people who look.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateReport(_) => "create_report",
            Self::AddPhoto { .. } => "add_photo",
            Self::Withdraw { .. } => "withdraw",
            Self::Confirm { .. } => "confirm",
            Self::Contest { .. } => "contest",
            Self::Answer { .. } => "answer",
        }
    }
}

impl Op {
    /// Checks an op that came from outside.
    ///
    /// # Errors
    /// [`Invalid`] when a field breaks its bound.
    pub fn check(&self) -> Result<(), Invalid> {
        match &self.body {
            OpBody::CreateReport(new) => new.check(),
            OpBody::Contest { reason, .. } => text::check("reason", reason, MAX_WORDS_CHARS),
            OpBody::Answer { text, .. } if text.trim().is_empty() => Err(Invalid::new("text", "is empty: write an answer")),
            OpBody::Answer { text, .. } => text::check("text", text, MAX_WORDS_CHARS),
            OpBody::AddPhoto { .. } | OpBody::Withdraw { .. } | OpBody::Confirm { .. } => Ok(()),
        }
    }
}
