//! Verdicts: what the server says to one op. Stored in the same transaction as the effects, and said again to every repetition.

use serde::{Deserialize, Serialize};

use crate::id::OpId;
use crate::problem::ProblemCode;

/// The answer to one op (SYNC.md, "Ops and identity"). Only [`Verdict::Rejected`] ever asks for a person's attention on the device.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It took effect.
    Applied,
    /// It took effect beside what others did meanwhile.
    Merged,
    /// What it wants is so already.
    Exists,
    /// A person decides; nothing was overwritten and nothing is lost.
    Review,
    /// It cannot take effect, ever, for this reason.
    Rejected {
        /// What programs decide by.
        code: ProblemCode,
        /// What happened and what to do.
        detail: String,
    },
    /// Not yet: send it again later.
    Deferred {
        /// Seconds to wait, 1 to 86,400.
        retry_after_s: u32,
    },
}

impl Verdict {
    /// Whether the op leaves the outbox: everything but a deferral and a rejection, which stays to be looked at.
    pub const fn is_done(&self) -> bool {
        !matches!(self, Self::Rejected { .. } | Self::Deferred { .. })
    }
}

/// A verdict with the op it is about.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpReply {
    /// The op's id, echoed.
    #[serde(rename = "id")]
    pub op_id: OpId,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
}
