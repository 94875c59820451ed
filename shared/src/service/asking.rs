//! Which questions are asked, and what is wrong with the answers to them.
//!
//! The device enforces this before it sends ([`check_answers`]). The server never does: a device may have an older catalogue, and a report is never
//! lost because of its answers. It keeps them as they came and notes the faults beside them, for the office to see. An answer to a question that is
//! not shown, or not known, is such a fault: a device leaves those out ([`asked_only`]) and has nothing to note.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

use super::question::{Question, QuestionKind};
use super::{QuestionCode, Service};
use crate::answer::{Answer, Answers};

/// What is wrong with the answer to one question.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A report needs it, and it is not there.
    Missing,
    /// It is not what the question's kind says.
    Mistyped,
    /// A number below or above what is possible.
    OutOfBounds,
    /// It names a choice that there is not.
    UnknownChoice,
    /// The question is not asked after these answers.
    NotAsked,
    /// The service asks no such thing.
    UnknownQuestion,
}

/// A question whose answer is not as it should be. Says nothing of what was answered.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AnswerFault {
    /// The question.
    pub question: QuestionCode,
    /// What is wrong.
    pub fault: FaultKind,
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.fault {
            FaultKind::Missing => "needs an answer",
            FaultKind::Mistyped => {
                "has an answer of another kind: a number in digits, a moment as 2026-11-24T09:30:00Z, one choice of a single list"
            }
            FaultKind::OutOfBounds => "has a number outside what is possible",
            FaultKind::UnknownChoice => "has no such choice",
            FaultKind::NotAsked => "is not asked after these answers: leave it out",
            FaultKind::UnknownQuestion => "is not asked here: leave it out",
        };
        write!(f, "the question {} {why}", self.question)
    }
}

/// The questions that are asked after `answers`, in order: those that always are, and those whose earlier question is itself asked and answered so.
pub fn shown<'a>(service: &'a Service, answers: &Answers) -> Vec<&'a Question> {
    let mut asked: BTreeSet<&QuestionCode> = BTreeSet::new();
    let mut shown = Vec::new();
    for question in &service.questions {
        let is_shown = question.shown_when.as_ref().is_none_or(|when| {
            let chosen = answers.get(&when.question).map(Answer::values).unwrap_or_default();
            asked.contains(&when.question) && when.any_of.iter().any(|code| chosen.iter().any(|value| value == code.as_str()))
        });
        if is_shown && question.kind != QuestionKind::Unknown {
            asked.insert(&question.code);
            shown.push(question);
        }
    }
    shown
}

/// The answers to questions that are asked: what a device sends.
#[must_use]
pub fn asked_only(service: &Service, mut answers: Answers) -> Answers {
    // One question less can hide another, so once is enough: hidden is judged by the questions before.
    let asked: BTreeSet<QuestionCode> = shown(service, &answers).into_iter().map(|question| question.code.clone()).collect();
    answers.retain(|code, _| asked.contains(code));
    answers
}

/// Says what is wrong with `answers`, in the order of the questions, then those that nobody asked. An empty answer counts as none.
///
/// # Errors
/// At least one [`AnswerFault`], at most one a question.
pub fn check_answers(service: &Service, answers: &Answers) -> Result<(), Vec<AnswerFault>> {
    let shown = shown(service, answers);
    let mut faults = Vec::new();
    for question in &service.questions {
        let answer = answers.get(&question.code).filter(|answer| answer.values().iter().any(|value| !value.trim().is_empty()));
        let is_shown = shown.iter().any(|asked| asked.code == question.code);
        let fault = match answer {
            None => (is_shown && question.required).then_some(FaultKind::Missing),
            Some(_) if question.kind == QuestionKind::Unknown => None,
            Some(_) if !is_shown => Some(FaultKind::NotAsked),
            Some(answer) => fault_of(question, answer),
        };
        faults.extend(fault.map(|fault| AnswerFault { question: question.code.clone(), fault }));
    }
    let unknown = answers.keys().filter(|code| service.question(code).is_none());
    faults.extend(unknown.map(|code| AnswerFault { question: code.clone(), fault: FaultKind::UnknownQuestion }));
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn fault_of(question: &Question, answer: &Answer) -> Option<FaultKind> {
    let one = match answer {
        Answer::One(value) => Some(value.trim()),
        Answer::Many(values) => match values.as_slice() {
            [value] => Some(value.trim()),
            _ => None,
        },
    };
    match (question.kind, one) {
        (QuestionKind::MultiValueList, _) => {
            let is_known = answer.values().iter().all(|value| question.choice(value).is_some());
            (!is_known).then_some(FaultKind::UnknownChoice)
        }
        (QuestionKind::SingleValueList, Some(value)) => question.choice(value).is_none().then_some(FaultKind::UnknownChoice),
        (QuestionKind::Number, Some(value)) => match number(value) {
            None => Some(FaultKind::Mistyped),
            Some(number) => is_outside(question, number).then_some(FaultKind::OutOfBounds),
        },
        (QuestionKind::DateTime, Some(value)) => (!is_moment(value)).then_some(FaultKind::Mistyped),
        (QuestionKind::String | QuestionKind::Text | QuestionKind::Unknown, Some(_)) => None,
        (_, None) => Some(FaultKind::Mistyped),
    }
}

/// A number in decimal digits: no exponent, no infinity.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_decimal = digits.len() <= 30
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if is_decimal { text.parse().ok() } else { None }
}

#[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53: the catalogue's check says so")]
fn is_outside(question: &Question, number: f64) -> bool {
    question.min.is_some_and(|min| number < min as f64) || question.max.is_some_and(|max| number > max as f64)
}

fn is_moment(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || (text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::service::notice::Notice;
    use crate::service::question::{Choice, ShownWhen};
    use crate::service::{ChoiceCode, ServiceCode, Words};
    use proptest::prelude::*;

    fn words(text: &str) -> Words {
        Words::from([("it".to_owned(), text.to_owned())])
    }

    fn choice(code: &str) -> Choice {
        Choice { code: ChoiceCode::new(code).unwrap(), label: words(code), notice: None }
    }

    fn question(code: &str, kind: QuestionKind, choices: &[&str]) -> Question {
        Question {
            code: QuestionCode::new(code).unwrap(),
            kind,
            label: words(code),
            hint: Words::new(),
            required: false,
            choices: choices.iter().map(|code| choice(code)).collect(),
            min: None,
            max: None,
            shown_when: None,
        }
    }

    /// A lamp: what is wrong with it (required), since when it flickers (only then), how many, when, and a note.
    pub(in crate::service) fn lamp() -> Service {
        let mut fault = question("fault", QuestionKind::SingleValueList, &["out", "wire", "flickers"]);
        fault.required = true;
        fault.choices[1].notice = Some(Notice { text: words("Chiama il 112"), call: Some("112".to_owned()), stops: true });
        let mut since = question("since", QuestionKind::MultiValueList, &["today", "longer"]);
        since.required = true;
        let flickers = vec![ChoiceCode::new("flickers").unwrap()];
        since.shown_when = Some(ShownWhen { question: fault.code.clone(), any_of: flickers });
        let mut count = question("count", QuestionKind::Number, &[]);
        (count.min, count.max) = (Some(1), Some(20));
        let mut service = Service::new(ServiceCode::new("lamp").unwrap(), words("Lampione"), 4);
        service.questions =
            vec![fault, since, count, question("seen", QuestionKind::DateTime, &[]), question("note", QuestionKind::String, &[])];
        service
    }

    pub(in crate::service) fn answers(all: &[(&str, &[&str])]) -> Answers {
        let answer = |values: &[&str]| match values {
            [one] => Answer::One((*one).to_owned()),
            many => Answer::Many(many.iter().map(|value| (*value).to_owned()).collect()),
        };
        all.iter().map(|(code, values)| (QuestionCode::new(*code).unwrap(), answer(values))).collect()
    }

    type Given<'a> = &'a [(&'a str, &'a [&'a str])];

    fn faults(all: Given<'_>) -> Vec<(String, FaultKind)> {
        let faults = check_answers(&lamp(), &answers(all)).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.question.to_string(), fault.fault)).collect()
    }

    #[test]
    fn every_answer_is_held_to_its_question() {
        use FaultKind::{Missing, Mistyped, NotAsked, OutOfBounds, UnknownChoice, UnknownQuestion};
        let out: (&str, &[&str]) = ("fault", &["out"]);
        let table: &[(Given<'_>, Option<(&str, FaultKind)>)] = &[
            (&[out], None),
            (&[], Some(("fault", Missing))),
            (&[("fault", &[" "])], Some(("fault", Missing))),
            (&[("fault", &["comet"])], Some(("fault", UnknownChoice))),
            (&[("fault", &["out", "wire"])], Some(("fault", Mistyped))),
            (&[("fault", &["flickers"])], Some(("since", Missing))),
            (&[("fault", &["flickers"]), ("since", &["today", "longer"])], None),
            (&[("fault", &["flickers"]), ("since", &["today"])], None),
            (&[("fault", &["flickers"]), ("since", &["today", "ever"])], Some(("since", UnknownChoice))),
            (&[out, ("since", &["today"])], Some(("since", NotAsked))),
            (&[out, ("count", &["3"])], None),
            (&[out, ("count", &["2.5"])], None),
            (&[out, ("count", &["0"])], Some(("count", OutOfBounds))),
            (&[out, ("count", &["20.01"])], Some(("count", OutOfBounds))),
            (&[out, ("count", &["1e1"])], Some(("count", Mistyped))),
            (&[out, ("count", &["NaN"])], Some(("count", Mistyped))),
            (&[out, ("count", &["tre"])], Some(("count", Mistyped))),
            (&[out, ("count", &["1", "2"])], Some(("count", Mistyped))),
            (&[out, ("seen", &["2026-11-24T09:30:00+01:00"])], None),
            (&[out, ("seen", &["2026-11-24"])], None),
            (&[out, ("seen", &["ieri"])], Some(("seen", Mistyped))),
            (&[out, ("seen", &["2026-02-30"])], Some(("seen", Mistyped))),
            (&[out, ("note", &["accanto al bar"])], None),
            (&[out, ("shoe", &["43"])], Some(("shoe", UnknownQuestion))),
        ];
        for (given, expected) in table {
            let expected: Vec<_> = expected.iter().map(|(code, fault)| ((*code).to_owned(), *fault)).collect();
            assert_eq!(faults(given), expected, "{given:?}");
        }
    }

    #[test]
    fn what_is_hidden_by_a_hidden_question_is_hidden_too() {
        let mut service = lamp();
        let mut deeper = question("deeper", QuestionKind::String, &[]);
        deeper.shown_when =
            Some(ShownWhen { question: QuestionCode::new("since").unwrap(), any_of: vec![ChoiceCode::new("today").unwrap()] });
        service.questions.push(deeper);
        let left_over = answers(&[("fault", &["out"]), ("since", &["today"]), ("deeper", &["x"]), ("shoe", &["43"])]);
        assert!(check_answers(&service, &left_over).is_err());
        let sent = asked_only(&service, left_over);
        assert_eq!(sent, answers(&[("fault", &["out"])]));
        assert_eq!(check_answers(&service, &sent), Ok(()));
    }

    #[test]
    fn a_question_of_a_later_kind_is_carried_and_not_judged() {
        let mut service = lamp();
        service.questions[2].kind = QuestionKind::Unknown;
        service.questions[2].required = true;
        assert_eq!(check_answers(&service, &answers(&[("fault", &["out"])])), Ok(()));
        assert_eq!(check_answers(&service, &answers(&[("fault", &["out"]), ("count", &["a lot"])])), Ok(()));
    }

    proptest! {
        #[test]
        fn what_a_device_sends_has_only_faults_of_its_own_answers(values in proptest::collection::btree_map("fault|since|count|seen|note|shoe", "out|flickers|today|3|x|", 0..6)) {
            let given: Answers = values.into_iter().map(|(code, value)| (QuestionCode::new(code).unwrap(), Answer::One(value))).collect();
            let sent = asked_only(&lamp(), given);
            for fault in check_answers(&lamp(), &sent).err().unwrap_or_default() {
                prop_assert!(!matches!(fault.fault, FaultKind::NotAsked | FaultKind::UnknownQuestion), "{}", fault);
            }
        }
    }
}
