//! What an actor gives with a move, by type: no move is checked against a field that belongs to another.

use serde::{Deserialize, Serialize};

use crate::id::{CaseId, ReportId};
use crate::moves::Move;
use crate::office::MoveRequest;
use crate::photo::MAX_PHOTOS;
use crate::problem::Invalid;
use crate::service::DepartmentCode;
use crate::text;
use crate::time::Timestamp;

use super::code::{DeclineReason, HandOffReason, Outcome};
use super::refusal::Refusal;

/// The longest reason, question, answer or other words with a move, in characters.
pub const MAX_WORDS_CHARS: usize = 1_000;
/// The longest name of whom a case waits for, in characters.
pub const MAX_WHOM_CHARS: usize = 120;

/// A photo on a case, as [`crate::office::PhotoView`] names it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePhoto {
    /// The report it is on.
    pub report: ReportId,
    /// Its place there, from 0.
    pub ordinal: u8,
}

/// What proves an outcome.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Photos on the case that arrived after its owner set to work; 1 to 8.
    Photos(Vec<EvidencePhoto>),
    /// Somebody was there.
    Presence {
        /// How far from the case's position, in metres; at most [`super::ending::PRESENCE_MAX_M`].
        distance_m: u32,
        /// When; at most [`super::ending::PRESENCE_MAX_MINUTES`] before the move.
        at: Timestamp,
    },
    /// Why there is neither.
    Exemption {
        /// In words; at most [`MAX_WORDS_CHARS`]. A promise is none.
        reason: String,
    },
}

/// To whom a case is handed off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextOwner {
    /// To this one.
    Department(DepartmentCode),
    /// The dispatcher finds out.
    DoNotKnow,
}

/// A move with everything that it asks its actor for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveInput {
    /// See [`Move::Assign`].
    Assign {
        /// Who shall own it. That there is such a department is the server's to check, here and below.
        owner: DepartmentCode,
    },
    /// See [`Move::TakeCharge`].
    TakeCharge,
    /// See [`Move::Plan`].
    Plan {
        /// After now and within a year.
        date: Timestamp,
    },
    /// See [`Move::Start`].
    Start,
    /// See [`Move::Stop`].
    Stop {
        /// In words.
        reason: String,
    },
    /// See [`Move::Ask`].
    Ask {
        /// In words; the reporter reads it.
        question: String,
    },
    /// See [`Move::Wait`].
    Wait {
        /// For whom; the citizens read it.
        whom: String,
        /// Why; they read that, too.
        why: String,
        /// Until when at the latest.
        until: Timestamp,
    },
    /// See [`Move::Resume`].
    Resume {
        /// The reporter's.
        answer: Option<String>,
    },
    /// See [`Move::Resolve`].
    Resolve {
        /// What was done.
        outcome: Outcome,
        /// What proves it.
        evidence: Evidence,
    },
    /// See [`Move::Decline`].
    Decline {
        /// Why.
        reason: DeclineReason,
        /// In words, where more is to be said.
        words: Option<String>,
    },
    /// See [`Move::HandOff`].
    HandOff {
        /// Why.
        reason: HandOffReason,
        /// To whom.
        to: NextOwner,
        /// In words, where more is to be said.
        words: Option<String>,
    },
    /// See [`Move::Arbitrate`].
    Arbitrate {
        /// Whose it is.
        owner: DepartmentCode,
        /// In words, where more is to be said.
        words: Option<String>,
    },
    /// See [`Move::Join`].
    Join {
        /// The case to follow.
        lead: CaseId,
    },
    /// See [`Move::Split`].
    Split,
    /// See [`Move::Confirm`].
    Confirm,
    /// See [`Move::Contest`].
    Contest {
        /// In the citizen's words; may be empty.
        reason: String,
    },
    /// See [`Move::Reopen`].
    Reopen {
        /// In words.
        reason: String,
    },
    /// See [`Move::Withdraw`].
    Withdraw,
}

/// A value that has to be there.
fn given<T>(value: Option<T>, field: &'static str) -> Result<T, Refusal> {
    value.ok_or_else(|| Invalid::new(field, "is missing: this move asks for it").into())
}

/// Words that have to be there.
fn words(field: &'static str, words: &str, max_chars: usize) -> Result<(), Invalid> {
    if words.trim().is_empty() {
        return Err(Invalid::new(field, "is missing: this move asks for it in words"));
    }
    text::check(field, words, max_chars)
}

/// Words that may be there.
fn more_words(field: &'static str, words: Option<&str>) -> Result<(), Invalid> {
    text::check(field, words.unwrap_or_default(), MAX_WORDS_CHARS)
}

impl MoveInput {
    /// Reads what somebody at a desk sent.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for what is missing or no code of its list, [`Refusal::NoOutcome`] for an outcome that is none.
    pub fn read(request: &MoveRequest) -> Result<Self, Refusal> {
        let reason = || request.reason.clone().filter(|words| !words.trim().is_empty());
        let code = || given(request.reason_code.as_deref(), "reason_code");
        let owner = || given(request.owner.clone(), "owner");
        let input = match request.name {
            Move::Assign => Self::Assign { owner: owner()? },
            Move::TakeCharge => Self::TakeCharge,
            Move::Plan => Self::Plan { date: given(request.date, "date")? },
            Move::Start => Self::Start,
            Move::Stop => Self::Stop { reason: given(reason(), "reason")? },
            Move::Ask => Self::Ask { question: given(request.question.clone(), "question")? },
            Move::Wait => {
                let whom = given(request.whom.clone(), "whom")?;
                Self::Wait { whom, why: given(reason(), "reason")?, until: given(request.until, "until")? }
            }
            Move::Resume => Self::Resume { answer: None },
            Move::Resolve => {
                let outcome = given(request.outcome.as_deref(), "outcome")?;
                let outcome = Outcome::parse(outcome).ok_or(Refusal::NoOutcome)?;
                Self::Resolve { outcome, evidence: given(request.evidence.clone(), "evidence")? }
            }
            Move::Decline => {
                let reason_code = DeclineReason::parse(code()?);
                Self::Decline { reason: given(reason_code, "reason_code")?, words: reason() }
            }
            Move::HandOff => {
                let reason_code = HandOffReason::parse(code()?);
                let to = match (&request.owner, request.do_not_know) {
                    (Some(owner), false) => NextOwner::Department(owner.clone()),
                    (None, true) => NextOwner::DoNotKnow,
                    _ => return Err(Invalid::new("owner", "has to be named, or do_not_know set, and not both").into()),
                };
                Self::HandOff { reason: given(reason_code, "reason_code")?, to, words: reason() }
            }
            Move::Arbitrate => Self::Arbitrate { owner: owner()?, words: reason() },
            Move::Join => Self::Join { lead: given(request.lead, "lead")? },
            Move::Split => Self::Split,
            Move::Confirm => Self::Confirm,
            Move::Contest => Self::Contest { reason: reason().unwrap_or_default() },
            Move::Reopen => Self::Reopen { reason: given(reason(), "reason")? },
            Move::Withdraw => Self::Withdraw,
        };
        Ok(input)
    }

    /// The move.
    pub const fn name(&self) -> Move {
        match self {
            Self::Assign { .. } => Move::Assign,
            Self::TakeCharge => Move::TakeCharge,
            Self::Plan { .. } => Move::Plan,
            Self::Start => Move::Start,
            Self::Stop { .. } => Move::Stop,
            Self::Ask { .. } => Move::Ask,
            Self::Wait { .. } => Move::Wait,
            Self::Resume { .. } => Move::Resume,
            Self::Resolve { .. } => Move::Resolve,
            Self::Decline { .. } => Move::Decline,
            Self::HandOff { .. } => Move::HandOff,
            Self::Arbitrate { .. } => Move::Arbitrate,
            Self::Join { .. } => Move::Join,
            Self::Split => Move::Split,
            Self::Confirm => Move::Confirm,
            Self::Contest { .. } => Move::Contest,
            Self::Reopen { .. } => Move::Reopen,
            Self::Withdraw => Move::Withdraw,
        }
    }

    /// The department that shall own the case, where one is named.
    pub const fn next_owner(&self) -> Option<&DepartmentCode> {
        match self {
            Self::Assign { owner } | Self::Arbitrate { owner, .. } | Self::HandOff { to: NextOwner::Department(owner), .. } => Some(owner),
            _ => None,
        }
    }

    /// What was written with it: it stands apart from what happened, because it is personal.
    pub fn words(&self) -> Option<&str> {
        let words = match self {
            Self::Stop { reason }
            | Self::Reopen { reason }
            | Self::Contest { reason }
            | Self::Resolve { evidence: Evidence::Exemption { reason }, .. } => Some(reason.as_str()),
            Self::Ask { question } => Some(question.as_str()),
            Self::Wait { why, .. } => Some(why.as_str()),
            Self::Resume { answer } => answer.as_deref(),
            Self::Decline { words, .. } | Self::HandOff { words, .. } | Self::Arbitrate { words, .. } => words.as_deref(),
            _ => None,
        };
        words.filter(|words| !words.is_empty())
    }

    /// For whom the case shall wait.
    pub fn whom(&self) -> Option<&str> {
        if let Self::Wait { whom, .. } = self { Some(whom) } else { None }
    }

    /// The outcome or the reason from a list.
    pub const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Resolve { outcome, .. } => Some(outcome.as_str()),
            Self::Decline { reason, .. } => Some(reason.as_str()),
            Self::HandOff { reason, .. } => Some(reason.as_str()),
            _ => None,
        }
    }

    /// Looks at every bound.
    ///
    /// # Errors
    /// [`Invalid`] for the first value that breaks one.
    pub fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Stop { reason } | Self::Reopen { reason } => words("reason", reason, MAX_WORDS_CHARS),
            Self::Ask { question } => words("question", question, MAX_WORDS_CHARS),
            Self::Wait { whom, why, .. } => {
                words("whom", whom, MAX_WHOM_CHARS)?;
                words("reason", why, MAX_WORDS_CHARS)
            }
            Self::Resume { answer: Some(answer) } => words("text", answer, MAX_WORDS_CHARS),
            Self::Resolve { evidence, .. } => evidence.check(),
            Self::Contest { reason } => text::check("reason", reason, MAX_WORDS_CHARS),
            Self::Decline { words, .. } | Self::HandOff { words, .. } | Self::Arbitrate { words, .. } => {
                more_words("reason", words.as_deref())
            }
            Self::Assign { .. }
            | Self::TakeCharge
            | Self::Plan { .. }
            | Self::Start
            | Self::Resume { answer: None }
            | Self::Join { .. }
            | Self::Split
            | Self::Confirm
            | Self::Withdraw => Ok(()),
        }
    }
}

impl Evidence {
    fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Photos(photos) if photos.is_empty() || photos.len() > MAX_PHOTOS => {
                Err(Invalid::new("evidence", "names no photo, or more than 8: name 1 to 8 photos of the case"))
            }
            Self::Exemption { reason } => words("evidence", reason, MAX_WORDS_CHARS),
            Self::Photos(_) | Self::Presence { .. } => Ok(()),
        }
    }

    /// As it is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Photos(_) => "photos",
            Self::Presence { .. } => "presence",
            Self::Exemption { .. } => "exemption",
        }
    }
}
