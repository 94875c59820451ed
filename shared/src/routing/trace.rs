//! What came of every rule that was tried: kept on the case, so that it can be told for ever why somebody owns it.
//!
//! A trace says which condition failed and never what a person said: the answers and the position can be erased, the trace stays.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

use super::rule::MAX_RULES;
use crate::service::{AreaCode, DepartmentCode};

macro_rules! outcomes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// What came of a rule.
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Tried {
            $($(#[$doc])* $name,)+
        }

        impl Tried {
            /// Every outcome there is.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is stored and stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

outcomes! {
    /// It decided.
    Matched = "matched";
    /// It is about another service.
    OtherService = "other_service";
    /// It is about another area or kind of area.
    OtherArea = "other_area";
    /// It is about an area, and the report is in none.
    NoArea = "no_area";
    /// The position is more or less accurate than it asks.
    OtherAccuracy = "other_accuracy";
    /// It asks for an accuracy, and the report has none.
    NoAccuracy = "no_accuracy";
    /// It is about other days of the week.
    OtherWeekday = "other_weekday";
    /// It is about other hours of the day.
    OtherTime = "other_time";
    /// It is about another time of the year.
    OtherDate = "other_date";
    /// The answer is another.
    OtherAnswer = "other_answer";
    /// The question was not answered.
    NoAnswer = "no_answer";
    /// It asks for a number, and the answer is none.
    NoNumber = "no_number";
    /// It is about other channels.
    OtherChannel = "other_channel";
    /// It is about other kinds of message.
    OtherKind = "other_kind";
    /// What it leaves out holds.
    Excluded = "excluded";
}

/// One rule that was tried: its place in the order, from 1, and what came of it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// 1 for the first rule.
    pub rule: u32,
    /// What came of it.
    pub outcome: Tried,
    /// Which condition decided against it, from 1: of `unless` where it was excluded, of `when` otherwise. Absent where it matched, and on cases
    /// from before rules had several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<u32>,
}

/// One side of a boundary: an area, and who would own the case there.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The area; absent = outside all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    /// Who owns the case there; absent = triage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<DepartmentCode>,
    /// The rule that says so, from 1; absent = none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<u32>,
}

/// The circle in which the true place lies crosses a boundary.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    /// Where the middle of the circle lies: what decided.
    pub here: Side,
    /// The other areas that the circle touches, by code; at least one.
    pub others: Vec<Side>,
}

impl Boundary {
    /// Whether it matters: somebody else would own the case on another side.
    pub fn is_disputed(&self) -> bool {
        self.others.iter().any(|side| side.owner != self.here.owner)
    }
}

/// A trace as it is kept on a case: the outcomes in the order of the rules, separated by spaces, each with the place of its condition and how often
/// it stands in a row: `other_service:1*14 excluded:2 matched`.
pub fn to_stored(trace: &[TraceLine]) -> String {
    let mut text = String::new();
    for alike in trace.chunk_by(|a, b| (a.outcome, a.condition) == (b.outcome, b.condition)) {
        let Some(line) = alike.first() else { continue };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line.outcome.as_str());
        if let Some(condition) = line.condition {
            let _ = write!(text, ":{condition}");
        }
        if alike.len() > 1 {
            let _ = write!(text, "*{}", alike.len());
        }
    }
    text
}

/// And back; also from before there were conditions and repetitions. `None` for anything else.
pub fn from_stored(text: &str) -> Option<Vec<TraceLine>> {
    let mut trace = Vec::new();
    for word in text.split_ascii_whitespace() {
        let (word, times) = match word.split_once('*') {
            Some((word, times)) => (word, times.parse::<usize>().ok()?),
            None => (word, 1),
        };
        let (word, condition) = match word.split_once(':') {
            Some((word, place)) => (word, Some(place.parse().ok()?)),
            None => (word, None),
        };
        let outcome = *Tried::ALL.iter().find(|tried| tried.as_str() == word)?;
        if times == 0 || times > MAX_RULES.saturating_sub(trace.len()) {
            return None;
        }
        for _ in 0..times {
            trace.push(TraceLine { rule: u32::try_from(trace.len()).ok()?.checked_add(1)?, outcome, condition });
        }
    }
    Some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_written_form_is_the_wire_form() {
        for tried in Tried::ALL {
            assert_eq!(serde_json::to_string(tried).unwrap(), format!("\"{}\"", tried.as_str()));
        }
    }

    #[test]
    fn a_trace_from_before_conditions_is_still_read() {
        let outcomes: Vec<_> = from_stored("other_service other_area no_area matched").unwrap();
        let expected = [Tried::OtherService, Tried::OtherArea, Tried::NoArea, Tried::Matched];
        assert!(outcomes.iter().zip(1..).all(|(line, rule)| line.rule == rule && line.condition.is_none()));
        assert_eq!(outcomes.iter().map(|line| line.outcome).collect::<Vec<_>>(), expected);
        assert_eq!(from_stored(""), Some(Vec::new()));
    }

    #[test]
    fn a_trace_that_nobody_wrote_is_damage() {
        for wrong in ["guessed", "other_service:x", "matched*0", "matched*1001", "matched*", "matched*4294967295 matched*4294967295"] {
            assert_eq!(from_stored(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_thousand_rules_about_other_services_are_a_few_bytes() {
        let line = |rule| TraceLine { rule, outcome: Tried::OtherService, condition: Some(1) };
        assert_eq!(to_stored(&(1..=1_000).map(line).collect::<Vec<_>>()), "other_service:1*1000");
    }

    proptest! {
        #[test]
        fn a_trace_survives_its_written_form(picks in prop::collection::vec((0..Tried::ALL.len(), prop::option::of(1_u32..30)), 0..200)) {
            let lines = picks.into_iter().zip(1..).map(|((pick, condition), rule)| TraceLine { rule, outcome: Tried::ALL[pick], condition });
            let trace: Vec<_> = lines.collect();
            prop_assert_eq!(from_stored(&to_stored(&trace)), Some(trace));
        }
    }
}
