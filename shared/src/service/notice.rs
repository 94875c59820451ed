//! Emergency notices: where the city is the wrong one to tell, the citizen is told whom to call, before the report is sent.

use serde::{Deserialize, Serialize};

use super::asking::shown;
use super::{Service, Words, words_in};
use crate::answer::Answers;

/// What must be said to a person who is about to report this.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// "Do not touch the wire. Call 112 now."
    pub text: Words,
    /// The number to call: digits, with a + before them where it is international.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// Whether it ends here: no report is sent then, so that nobody waits for the city in an emergency.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stops: bool,
}

impl Notice {
    /// The text in `language`, else in Italian, else in any.
    pub fn text_in(&self, language: &str) -> &str {
        words_in(&self.text, language).unwrap_or_default()
    }
}

/// The notice that `answers` ask for: one that stops the report before one that does not, an answer's before the service's.
pub fn notice_for<'a>(service: &'a Service, answers: &Answers) -> Option<&'a Notice> {
    let chosen = shown(service, answers).into_iter().filter_map(|question| Some((question, answers.get(&question.code)?)));
    let of_answers =
        chosen.flat_map(|(question, answer)| answer.values().iter().filter_map(|value| question.choice(value)?.notice.as_ref()));
    let all: Vec<&Notice> = of_answers.chain(service.notice.as_ref()).collect();
    all.iter().find(|notice| notice.stops).or_else(|| all.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::super::asking::tests::{answers, lamp};
    use super::*;

    #[test]
    fn an_answer_brings_its_notice_and_what_stops_goes_first() {
        let mut lamp = lamp();
        assert_eq!(notice_for(&lamp, &answers(&[("fault", &["out"])])), None);
        let wire = notice_for(&lamp, &answers(&[("fault", &["wire"])])).unwrap();
        assert_eq!((wire.call.as_deref(), wire.stops), (Some("112"), true));
        let general = Notice { text: Words::from([("it".to_owned(), "Attenzione".to_owned())]), call: None, stops: false };
        lamp.notice = Some(general);
        assert_eq!(notice_for(&lamp, &Answers::new()).unwrap().text_in("en"), "Attenzione");
        assert!(notice_for(&lamp, &answers(&[("fault", &["wire"])])).unwrap().stops);
    }

    #[test]
    fn the_answer_to_a_question_that_is_not_shown_brings_nothing() {
        let mut lamp = lamp();
        let notice = lamp.questions[0].choices[1].notice.clone();
        lamp.questions[1].choices[0].notice = notice;
        assert_eq!(notice_for(&lamp, &answers(&[("fault", &["out"]), ("since", &["today"])])), None);
        assert!(notice_for(&lamp, &answers(&[("fault", &["flickers"]), ("since", &["today"])])).is_some());
    }
}
