//! What the back office sees of cases that look alike.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::reason::{Reason, sentence};
use crate::check::CaseNumber;
use crate::id::CaseId;
use crate::office::CaseSummary;
use crate::time::Timestamp;

/// The most suggestions that are shown for a case: the best.
pub const MAX_SHOWN: usize = 20;

/// Where a suggestion stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionState {
    /// Nobody has decided.
    Open,
    /// The two are joined.
    Accepted,
    /// Somebody said that they are not the same.
    Dismissed,
}

impl SuggestionState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Dismissed];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Dismissed => "dismissed",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Another case that may be about the same thing.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The other case.
    pub other: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// What the queue shows of it; absent where it is with another office and this person may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<CaseSummary>,
    /// How alike they are, 0 to 100.
    pub score: u8,
    /// Why, for programs.
    pub reasons: Vec<Reason>,
    /// Why, for people, by language code: "14 m away, 2 days apart, same category".
    pub text: BTreeMap<String, String>,
    /// Where it stands.
    pub state: SuggestionState,
    /// Who decided; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}

/// Reasons in the languages of the back office.
pub fn texts(reasons: &[Reason]) -> BTreeMap<String, String> {
    ["it", "en"].into_iter().map(|language| (language.to_owned(), sentence(reasons, language))).collect()
}

/// `GET /v1/cases/{case}/alike`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikeCases {
    /// The case that was asked for.
    pub case: CaseId,
    /// Whether staff have published it.
    pub published: bool,
    /// Open ones first, the most alike first; at most [`MAX_SHOWN`].
    pub alike: Vec<Suggestion>,
}

/// The answer to publishing and unpublishing.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The case.
    pub case: CaseId,
    /// Whether it stands in the public index while it is open.
    pub published: bool,
}
