//! Services: the categories of reports, in citizens' words, with what is asked and what must be said before a report about one is sent.
//!
//! The story in order: a citizen finds a [`Service`] by its group, icon or keywords; its [`question`]s are asked as they are shown; [`asking`] says
//! what is wrong with the answers; [`notice`] says when not the city but somebody else must be called first. [`check`] holds what a catalogue from
//! outside must be.

pub mod asking;
pub mod check;
mod code;
pub mod notice;
pub mod question;

pub use code::{AreaCode, ChoiceCode, CrewCode, DepartmentCode, QuestionCode, ServiceCode};
use notice::Notice;
use question::Question;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What people read, by language code ("it", "en").
pub type Words = BTreeMap<String, String>;

/// The words in `language`, else in Italian, else any there are.
pub fn words_in<'a>(words: &'a Words, language: &str) -> Option<&'a str> {
    words.get(language).or_else(|| words.get("it")).or_else(|| words.values().next()).map(String::as_str)
}

/// A category that a citizen can choose.
///
/// Everything beyond code, name and promise came later: all of it is optional on the wire, and a device that does not know it goes on.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What ops and rules call it.
    pub code: ServiceCode,
    /// What people read, by language code ("it", "en").
    pub name: Words,
    /// The promise: working days until it should be resolved, 1 to 365.
    pub working_days: u16,
    /// The heading it stands under, by language; services of one heading stand together. Empty = under none.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub group: Words,
    /// A name of Bootstrap Italia's sprite, "it-tool".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What belongs here and what does not, by language.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub description: Words,
    /// Other words that people search it by, in any language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// What is asked, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// What must be said to everybody who chooses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

impl Service {
    /// A service that asks nothing.
    pub const fn new(code: ServiceCode, name: Words, working_days: u16) -> Self {
        Self {
            code,
            name,
            working_days,
            group: Words::new(),
            icon: None,
            description: Words::new(),
            keywords: Vec::new(),
            questions: Vec::new(),
            notice: None,
        }
    }

    /// The name in `language`, else in Italian, else the code.
    pub fn name_in(&self, language: &str) -> &str {
        self.name.get(language).or_else(|| self.name.get("it")).map_or(self.code.as_str(), String::as_str)
    }

    /// The question of that code.
    pub fn question(&self, code: &QuestionCode) -> Option<&Question> {
        self.questions.iter().find(|question| question.code == *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_of_the_first_catalogues_is_read_and_written_as_it_was() {
        let first = r#"{"code":"pothole","name":{"en":"Pothole","it":"Buca"},"working_days":5}"#;
        let service: Service = serde_json::from_str(first).unwrap();
        assert!(service.questions.is_empty());
        assert_eq!(serde_json::to_string(&service).unwrap(), first);
        assert_eq!((service.name_in("en"), service.name_in("de")), ("Pothole", "Buca"));
    }
}
