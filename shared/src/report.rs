//! Reports: what a citizen sends. Its content never changes after it is sent.

use serde::{Deserialize, Serialize};

use crate::answer::{self, Answers};
use crate::check::ReceiptCode;
use crate::duplicate::join::CaseRef;
use crate::follow::FollowHash;
use crate::id::ReportId;
use crate::photo::{MAX_PHOTOS, PhotoRef};
use crate::position::Position;
use crate::problem::Invalid;
use crate::service::ServiceCode;
use crate::text;
use crate::time::Timestamp;

/// What kind of message it is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Segnalazione: something is wrong somewhere.
    #[default]
    Report,
    /// Suggerimento.
    Suggestion,
    /// Reclamo: something was done wrong.
    Complaint,
}

impl ReportKind {
    /// Whether it is the usual kind, which is left out on the wire.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
    fn is_usual(&self) -> bool {
        matches!(self, Self::Report)
    }
}

/// How something came in (DOMAIN.md's glossary).
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The app of the Tauri shell, or the headless device.
    App,
    /// The browser.
    Web,
    /// Written by mail.
    Email,
    /// Told on the telephone.
    Phone,
    /// Told at a desk.
    Desk,
    /// Through the Open311 façade.
    Open311,
}

impl Channel {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Web => "web",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Desk => "desk",
            Self::Open311 => "open311",
        }
    }
}

/// The content of a report, as it is sent.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReport {
    /// Minted on the device.
    pub report: ReportId,
    /// Minted on the device; what a citizen can name the report by from the first second.
    pub receipt: ReceiptCode,
    /// What kind of message.
    #[serde(default, skip_serializing_if = "ReportKind::is_usual")]
    pub kind: ReportKind,
    /// The category.
    pub service: ServiceCode,
    /// In the citizen's words; may be empty; at most [`text::MAX_DESCRIPTION_CHARS`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Answers to the service's questions.
    #[serde(default, skip_serializing_if = "Answers::is_empty")]
    pub answers: Answers,
    /// Where; optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The device's wall time when the citizen pressed "send".
    pub sent_at: Timestamp,
    /// At most [`MAX_PHOTOS`]; further ones, not ready at the time, follow as ops of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoRef>,
    /// The open case that the citizen wants to join. A wish: where it cannot be, the report opens a case of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub joins: Option<CaseRef>,
    /// Of the secret link by which it can be followed; see [`crate::follow`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<FollowHash>,
}

impl NewReport {
    /// Checks a report that came from outside. The service code's existence is the server's to check.
    ///
    /// # Errors
    /// [`Invalid`] when a field breaks its bound.
    pub fn check(&self) -> Result<(), Invalid> {
        text::check("text", &self.text, text::MAX_DESCRIPTION_CHARS)?;
        answer::check(&self.answers)?;
        if let Some(position) = &self.position {
            position.check()?;
        }
        if self.photos.len() > MAX_PHOTOS {
            return Err(Invalid::new("photos", "are more than 8: send the others with a second report"));
        }
        Ok(())
    }
}
