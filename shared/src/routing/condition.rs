//! One condition of a rule: what it asks, and whether facts hold it.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::trace::Tried;
use super::window::{DayWindow, Weekday, YearWindow};
use crate::answer::Answer;
use crate::report::{Channel, ReportKind};
use crate::service::{AreaCode, QuestionCode, ServiceCode};

/// What a rule asks of a report. A list holds for any of its values.
///
/// In JSON an object with one name, `{"service": ["pothole", "tree"]}`; an unknown name or a second one in the same object is an error, never ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is about one of these services.
    Service(Vec<ServiceCode>),
    /// It lies in one of these areas.
    Area(Vec<AreaCode>),
    /// It lies in an area of one of these kinds.
    AreaKind(Vec<String>),
    /// Its position is so accurate, or so inaccurate.
    Accuracy(AccuracyRange),
    /// It was received on one of these days of the week.
    Weekday(Vec<Weekday>),
    /// It was received in these hours of a day. After midnight it is the next day of the week already.
    TimeOfDay(DayWindow),
    /// It was received between these dates of a year.
    Date(YearWindow),
    /// One of the values is the answer to the question, or was chosen among others.
    Answer(AnswerIs),
    /// The answer to the question is a number in the range.
    Number(NumberRange),
    /// The question was answered at all.
    Answered(QuestionCode),
    /// It came in by one of these channels.
    Channel(Vec<Channel>),
    /// It is one of these kinds of message.
    Kind(Vec<ReportKind>),
}

/// Metres of a position's accuracy, both ends included. A position without a known accuracy, or none, is never in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccuracyRange {
    /// The circle is this large or larger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// The circle is this large or smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
}

/// Values of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerIs {
    /// The question.
    pub question: QuestionCode,
    /// As they travel: a choice by its code.
    pub one_of: Vec<String>,
}

/// Numbers that an answer can be, both ends excluded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberRange {
    /// The question.
    pub question: QuestionCode,
    /// It is larger than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// It is smaller than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl NumberRange {
    pub(super) fn holds(&self, number: f64) -> bool {
        self.above.is_none_or(|above| number > above) && self.below.is_none_or(|below| number < below)
    }
}

/// An answer as a number: decimal digits with a point, as answers travel. `None` for anything else, infinities and "not a number" among it.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

impl Condition {
    /// Asks the facts; [`Tried::Matched`] when it holds, otherwise why it does not.
    pub fn ask(&self, facts: &Facts<'_>) -> Tried {
        let or = |holds: bool, otherwise: Tried| if holds { Tried::Matched } else { otherwise };
        match self {
            Self::Service(wanted) => or(wanted.contains(facts.service), Tried::OtherService),
            Self::Area(_) | Self::AreaKind(_) if facts.areas.is_empty() => Tried::NoArea,
            Self::Area(wanted) => or(facts.areas.iter().any(|spot| wanted.contains(spot.code)), Tried::OtherArea),
            Self::AreaKind(wanted) => or(facts.areas.iter().any(|spot| wanted.iter().any(|kind| kind == spot.kind)), Tried::OtherArea),
            Self::Accuracy(range) => facts.accuracy_m.map_or(Tried::NoAccuracy, |metres| {
                let holds = range.at_least.is_none_or(|least| metres >= least) && range.at_most.is_none_or(|most| metres <= most);
                or(holds, Tried::OtherAccuracy)
            }),
            Self::Weekday(wanted) => or(wanted.contains(&facts.at.weekday), Tried::OtherWeekday),
            Self::TimeOfDay(window) => or(window.holds(facts.at.minute), Tried::OtherTime),
            Self::Date(window) => or(window.holds(facts.at.date), Tried::OtherDate),
            Self::Answer(wanted) => {
                let values = answer(facts, &wanted.question);
                or(
                    values.iter().any(|value| wanted.one_of.contains(value)),
                    if is_blank(values) { Tried::NoAnswer } else { Tried::OtherAnswer },
                )
            }
            Self::Number(range) => {
                let values = answer(facts, &range.question);
                let mut numbers = values.iter().filter_map(|value| number(value)).peekable();
                let otherwise = match (is_blank(values), numbers.peek()) {
                    (true, _) => Tried::NoAnswer,
                    (false, None) => Tried::NoNumber,
                    (false, Some(_)) => Tried::OtherAnswer,
                };
                or(numbers.any(|number| range.holds(number)), otherwise)
            }
            Self::Answered(question) => or(!is_blank(answer(facts, question)), Tried::NoAnswer),
            Self::Channel(wanted) => or(wanted.contains(&facts.channel), Tried::OtherChannel),
            Self::Kind(wanted) => or(wanted.contains(&facts.kind), Tried::OtherKind),
        }
    }

    /// Whether it holds.
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        self.ask(facts) == Tried::Matched
    }
}

fn answer<'a>(facts: &Facts<'a>, question: &QuestionCode) -> &'a [String] {
    facts.answers.get(question).map_or(&[], Answer::values)
}

fn is_blank(values: &[String]) -> bool {
    values.iter().all(|value| value.trim().is_empty())
}
