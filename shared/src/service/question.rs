//! Questions: what a service asks beyond text, place and photo. Their kinds are those of Open311's `GeoReport` v2 attributes.

use serde::{Deserialize, Serialize};

use super::notice::Notice;
use super::{ChoiceCode, QuestionCode, Words, words_in};

/// What an answer is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One line of text.
    String,
    /// Text of several lines.
    Text,
    /// A number in decimal digits, with a point: "12", "-0.5".
    Number,
    /// A moment as RFC 3339, "2026-11-24T09:30:00+01:00", or a day, "2026-11-24".
    #[serde(rename = "datetime")]
    DateTime,
    /// One of the choices, by its code.
    SingleValueList,
    /// Any of the choices, by their codes.
    MultiValueList,
    /// A kind that this program is too old for: not asked, and any answer to it is carried as it is.
    #[serde(other)]
    Unknown,
}

impl QuestionKind {
    /// Whether an answer is chosen from [`Question::choices`].
    pub const fn is_list(self) -> bool {
        matches!(self, Self::SingleValueList | Self::MultiValueList)
    }
}

/// One thing that can be chosen.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What an answer says.
    pub code: ChoiceCode,
    /// What people read.
    pub label: Words,
    /// What must be said to whoever chooses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// When a question is asked: only after an earlier one was answered so.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownWhen {
    /// An earlier question of the same service, a list.
    pub question: QuestionCode,
    /// One of these was chosen.
    pub any_of: Vec<ChoiceCode>,
}

/// Something that a service asks.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// What answers and rules call it.
    pub code: QuestionCode,
    /// What an answer is.
    pub kind: QuestionKind,
    /// The question as people read it.
    pub label: Words,
    /// Help below it.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub hint: Words,
    /// Whether a report needs an answer, where the question is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What can be chosen, for the two kinds of list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The least number that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The greatest number that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// When it is asked; always without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_when: Option<ShownWhen>,
}

impl Question {
    /// The question in `language`, else in Italian, else its code.
    pub fn label_in(&self, language: &str) -> &str {
        words_in(&self.label, language).unwrap_or_else(|| self.code.as_str())
    }

    /// The choice that an answer names.
    pub fn choice(&self, code: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.code.as_str() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_as_open311_calls_them() {
        for (kind, name) in [
            (QuestionKind::String, "string"),
            (QuestionKind::Text, "text"),
            (QuestionKind::Number, "number"),
            (QuestionKind::DateTime, "datetime"),
            (QuestionKind::SingleValueList, "single_value_list"),
            (QuestionKind::MultiValueList, "multi_value_list"),
        ] {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<QuestionKind>(&format!("\"{name}\"")).unwrap(), kind);
        }
    }

    #[test]
    fn a_question_of_a_later_kind_does_not_spoil_the_catalogue() {
        let later = r#"{"code":"sketch","kind":"drawing","label":{"it":"Disegna"},"strokes":9}"#;
        assert_eq!(serde_json::from_str::<Question>(later).unwrap().kind, QuestionKind::Unknown);
    }
}
