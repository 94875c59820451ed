//! Answers to a service's questions, as they travel with a report.
//!
//! Every answer is text, whatever the question's type: a number in decimal digits, a moment as RFC 3339, a choice by its code. So a report can be
//! carried by a program that does not know the question, and nothing is rounded on the way. The service's questions say what the text must be.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::problem::Invalid;
use crate::service::QuestionCode;
use crate::text;

/// The most answers on one report.
pub const MAX_ANSWERS: usize = 50;
/// The longest single answer, in characters.
pub const MAX_ANSWER_CHARS: usize = 2_000;
/// The most choices in one answer.
pub const MAX_CHOICES: usize = 50;

/// What a citizen answered to one question.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// One value.
    One(String),
    /// The codes that were chosen of a multiple list.
    Many(Vec<String>),
}

/// A report's answers, by the code of the question.
pub type Answers = BTreeMap<QuestionCode, Answer>;

impl Answer {
    /// Its values: one, or the codes that were chosen.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Checks answers that came from outside for their size; whether they fit the questions is the service's to say.
///
/// # Errors
/// [`Invalid`] for over [`MAX_ANSWERS`], a value over [`MAX_ANSWER_CHARS`] or with control characters, or over [`MAX_CHOICES`] choices.
pub fn check(answers: &Answers) -> Result<(), Invalid> {
    if answers.len() > MAX_ANSWERS {
        return Err(Invalid::new("answers", "are more than 50: leave out what was not asked"));
    }
    for answer in answers.values() {
        if answer.values().len() > MAX_CHOICES {
            return Err(Invalid::new("answers", "choose more than 50 values: choose fewer"));
        }
        for value in answer.values() {
            text::check("answers", value, MAX_ANSWER_CHARS)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: &str) -> Answers {
        Answers::from([(QuestionCode::new("depth").unwrap(), Answer::One(value.to_owned()))])
    }

    #[test]
    fn answers_travel_as_plain_values_and_lists() {
        let mut answers = one("12.5");
        answers.insert(QuestionCode::new("where").unwrap(), Answer::Many(vec!["lane".to_owned(), "kerb".to_owned()]));
        let json = serde_json::to_string(&answers).unwrap();
        assert_eq!(json, r#"{"depth":"12.5","where":["lane","kerb"]}"#);
        assert_eq!(serde_json::from_str::<Answers>(&json).unwrap(), answers);
    }

    #[test]
    fn hostile_answers_are_refused() {
        assert!(check(&one("deep")).is_ok());
        assert!(check(&one("a\0b")).is_err());
        assert!(check(&one(&"x".repeat(MAX_ANSWER_CHARS + 1))).is_err());
        let many = Answers::from([(QuestionCode::new("where").unwrap(), Answer::Many(vec![String::new(); MAX_CHOICES + 1]))]);
        assert!(check(&many).is_err());
    }
}
