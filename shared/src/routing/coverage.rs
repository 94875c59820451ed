//! What rules do together: those that can never match, and the reports that none of them covers.
//!
//! Exact over the finite partition that the rules induce: each rule matches a region, a product of sets of classes; taking the regions away one after
//! the other from everything there is leaves what is not covered, and a rule that finds nothing left to take can never match. The work is bounded;
//! beyond the bound it is said and not guessed.

use std::collections::BTreeMap;

use super::fault::Offer;
use super::partition::{Bits, Partition, Region};
use super::rule::RoutingRule;
use super::window::{Weekday, YearDay};
use crate::report::{Channel, ReportKind};
use crate::service::{AreaCode, QuestionCode, ServiceCode};

pub use super::partition::Sample;

/// The most regions that are kept apart on the way.
const MAX_REGIONS: usize = 50_000;

/// Values along one thing that rules can ask about, which no rule tells apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A service.
    Service(ServiceCode),
    /// The areas that the place lies in: at most one of each kind that the rules mention. None = in none of those kinds.
    Areas(Vec<InArea>),
    /// Metres, both ends included; `None` = not known.
    Accuracy(Option<(u32, u32)>),
    /// A day of the week.
    Weekday(Weekday),
    /// Minutes of a day, the last not included.
    Time {
        /// The first.
        from: u16,
        /// The first that is not in it.
        to: u16,
    },
    /// A day of a year.
    Date(YearDay),
    /// Answers to a question; none = not answered.
    Answer {
        /// The question.
        question: QuestionCode,
        /// One, or several that were chosen together.
        values: Vec<String>,
    },
    /// An answer that no rule names.
    OtherAnswer {
        /// The question.
        question: QuestionCode,
        /// One of them.
        example: String,
    },
    /// A number as an answer, between two bounds of rules, or exactly on one where both are the same.
    Number {
        /// The question.
        question: QuestionCode,
        /// It is larger than this.
        from: Option<f64>,
        /// It is smaller than this.
        to: Option<f64>,
        /// One of them, as it would be answered.
        example: String,
    },
    /// A channel.
    Channel(Channel),
    /// A kind of message.
    Kind(ReportKind),
}

/// An area that a place lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InArea {
    /// Its code.
    pub code: AreaCode,
    /// Its kind.
    pub kind: String,
    /// Whether no rule names it, so that it stands for every other area of its kind that none names.
    pub is_example: bool,
}

/// The rules tell too much apart to be looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rules tell more combinations apart than can be looked through: put values that are treated alike into one condition, \
     or ask about fewer things"
)]
pub struct TooLarge;

/// Why a rule can never match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Never {
    /// Its own conditions exclude each other, or name nothing that there is.
    Contradictory,
    /// Earlier rules take everything that it matches.
    Shadowed {
        /// Those that take a part of it, from 1.
        by: Vec<u32>,
    },
}

/// A rule that can never match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The rule, from 1.
    pub rule: u32,
    /// Why.
    pub never: Never,
}

/// Reports that no rule covers: any that has one of the values of every part. What stands in no part does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// Each about one thing; all together empty = every report.
    pub parts: Vec<Vec<Cell>>,
}

/// What rules do together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// In the order of the rules.
    pub unreachable: Vec<Unreachable>,
    /// Without overlap.
    pub uncovered: Vec<Combination>,
}

/// Looks what `rules` do together in a city that has `offer`. They must have passed [`super::check`].
///
/// # Errors
/// [`TooLarge`] when the rules tell too much apart.
pub fn coverage(rules: &[RoutingRule], offer: &Offer) -> Result<Coverage, TooLarge> {
    let partition = Partition::new(rules, offer)?;
    let mut coverage = Coverage::default();
    let mut left =
        if partition.all.iter().any(Bits::is_empty) || partition.all.is_empty() { Vec::new() } else { vec![partition.all.clone()] };
    for (place, region) in partition.rules.iter().enumerate() {
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        if left.iter().any(|rest| meets(rest, region)) {
            left = without(&left, region)?;
            continue;
        }
        let never = if region.is_empty() || region.iter().any(Bits::is_empty) {
            Never::Contradictory
        } else {
            let earlier = partition.rules.iter().take(place).enumerate();
            Never::Shadowed { by: earlier.filter(|(_, earlier)| meets(earlier, region)).map(|(earlier, _)| number(earlier)).collect() }
        };
        coverage.unreachable.push(Unreachable { rule: number(place), never });
    }
    coverage.uncovered = joined(left, partition.all.len()).iter().map(|region| combination(&partition, region)).collect();
    Ok(coverage)
}

fn meets(a: &Region, b: &Region) -> bool {
    a.iter().zip(b).all(|(a, b)| !a.and(b).is_empty())
}

/// Takes a region away: of each one that it meets, what is outside along the first dimension, then of the rest along the second, and so on.
fn without(left: &[Region], taken: &Region) -> Result<Vec<Region>, TooLarge> {
    let mut after = Vec::with_capacity(left.len());
    for region in left {
        if !meets(region, taken) {
            after.push(region.clone());
            continue;
        }
        let mut rest = region.clone();
        for (dimension, gone) in taken.iter().enumerate() {
            let Some(own) = rest.get_mut(dimension) else { continue };
            let (outside, inside) = (own.without(gone), own.and(gone));
            *own = outside;
            if !own.is_empty() {
                after.push(rest.clone());
            }
            if let Some(own) = rest.get_mut(dimension) {
                *own = inside;
            }
        }
        if after.len() > MAX_REGIONS {
            return Err(TooLarge);
        }
    }
    Ok(after)
}

/// Joins regions that differ along one dimension only, so that a person reads few lines and not many.
fn joined(mut regions: Vec<Region>, dimensions: usize) -> Vec<Region> {
    loop {
        let before = regions.len();
        for dimension in 0..dimensions {
            let mut alike: BTreeMap<Region, Bits> = BTreeMap::new();
            for mut region in regions {
                let own = region.remove(dimension);
                alike.entry(region).and_modify(|all| *all = all.or(&own)).or_insert(own);
            }
            let back = |(mut region, own): (Region, Bits)| {
                region.insert(dimension, own);
                region
            };
            regions = alike.into_iter().map(back).collect();
        }
        if regions.len() == before {
            return regions;
        }
    }
}

fn combination(partition: &Partition, region: &Region) -> Combination {
    let mut parts = Vec::new();
    for ((own, all), classes) in region.iter().zip(&partition.all).zip(&partition.classes) {
        if own != all {
            let chosen = classes.iter().enumerate().filter(|(class, _)| own.has(*class));
            parts.push(chosen.flat_map(|(_, cells)| cells.iter().cloned()).collect());
        }
    }
    Combination { parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::fault::AnswerShape;
    use crate::routing::{Condition, check, decide};
    use crate::service::DepartmentCode;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn service(code: &str) -> ServiceCode {
        ServiceCode::new(code).unwrap()
    }

    fn area(code: &str) -> AreaCode {
        AreaCode::new(code).unwrap()
    }

    fn inside(code: &str, kind: &str, is_example: bool) -> InArea {
        InArea { code: area(code), kind: kind.to_owned(), is_example }
    }

    fn question(code: &str) -> QuestionCode {
        QuestionCode::new(code).unwrap()
    }

    fn offer() -> Offer {
        let choice = |many| AnswerShape::Choice { codes: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], many };
        Offer {
            services: ["lamp", "pothole", "tree"].map(service).to_vec(),
            areas: [("m1", "ward"), ("m2", "ward"), ("m3", "ward"), ("p1", "park"), ("p2", "park")]
                .map(|(code, kind)| (area(code), kind.to_owned()))
                .into(),
            departments: BTreeSet::from([DepartmentCode::new("roads").unwrap()]),
            questions: Some(BTreeMap::from([
                (question("many"), vec![choice(true)]),
                (question("one"), vec![choice(false)]),
                (question("depth"), vec![AnswerShape::Number]),
                (question("words"), vec![AnswerShape::Text]),
            ])),
        }
    }

    fn rules(json: &str) -> Vec<RoutingRule> {
        let rules: Vec<RoutingRule> = serde_json::from_str(json).unwrap();
        assert_eq!(check(&rules, &offer()), []);
        rules
    }

    fn never(json: &str) -> Vec<(u32, Option<Vec<u32>>)> {
        let found = coverage(&rules(json), &offer()).unwrap().unreachable.into_iter();
        found
            .map(|found| match found.never {
                Never::Contradictory => (found.rule, None),
                Never::Shadowed { by } => (found.rule, Some(by)),
            })
            .collect()
    }

    #[test]
    fn a_rule_behind_one_that_takes_everything_is_shadowed() {
        let json = r#"[{"when":[{"service":["lamp"]}],"owner":"roads"},{"owner":"roads"},{"when":[{"service":["tree"]}],"owner":"roads"}]"#;
        assert_eq!(never(json), [(3, Some(vec![2]))]);
        assert_eq!(coverage(&rules(json), &offer()).unwrap().uncovered, []);
    }

    #[test]
    fn a_rule_is_shadowed_by_several_together() {
        let json = r#"[{"when":[{"time_of_day":{"from":"06:00","to":"18:00"}}],"owner":"roads"},
            {"when":[{"time_of_day":{"from":"18:00","to":"06:00"}},{"weekday":["monday"]}],"owner":"roads"},
            {"when":[{"weekday":["monday"]}],"owner":"roads"},
            {"when":[{"weekday":["monday","sunday"]}],"owner":"roads"}]"#;
        assert_eq!(never(json), [(3, Some(vec![1, 2]))]);
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_said_to() {
        let both = |first: &str, second: &str| format!(r#"[{{"when":[{first},{second}],"owner":"roads"}}]"#);
        for (first, second) in [
            (r#"{"service":["lamp"]}"#, r#"{"service":["tree"]}"#),
            (r#"{"area":["m1"]}"#, r#"{"area":["m2"]}"#),
            (r#"{"area":["m1"]}"#, r#"{"area_kind":["park"]},{"area":["m2"]}"#),
            (r#"{"accuracy":{"at_most":10}}"#, r#"{"accuracy":{"at_least":11}}"#),
            (r#"{"number":{"question":"depth","above":5}}"#, r#"{"number":{"question":"depth","below":5}}"#),
            (r#"{"answer":{"question":"one","one_of":["a"]}}"#, r#"{"answer":{"question":"one","one_of":["b"]}}"#),
            (r#"{"date":{"from":"06-01","to":"06-30"}}"#, r#"{"date":{"from":"07-01","to":"05-31"}}"#),
        ] {
            assert_eq!(never(&both(first, second)), [(1, None)], "{first} {second}");
        }
        // A place can lie in a ward and in a park, and several answers can be chosen at once.
        for (first, second) in [
            (r#"{"area":["m1"]}"#, r#"{"area":["p1"]}"#),
            (r#"{"accuracy":{"at_most":10}}"#, r#"{"accuracy":{"at_least":10}}"#),
            (r#"{"answer":{"question":"many","one_of":["a"]}}"#, r#"{"answer":{"question":"many","one_of":["b"]}}"#),
            (r#"{"number":{"question":"depth","above":5}}"#, r#"{"number":{"question":"depth","below":5.5}}"#),
        ] {
            assert_eq!(never(&both(first, second)), [], "{first} {second}");
        }
        assert_eq!(never(r#"[{"when":[{"area":["m1"]}],"unless":[{"area_kind":["ward"]}],"owner":"roads"}]"#), [(1, None)]);
    }

    #[test]
    fn what_no_rule_covers_is_named_in_few_lines() {
        let json = r#"[{"when":[{"service":["lamp","pothole"]}],"owner":"roads"},{"when":[{"service":["tree"]},{"area":["m1"]}],"owner":"roads"}]"#;
        let found = coverage(&rules(json), &offer()).unwrap();
        assert_eq!(found.unreachable, []);
        let areas = vec![Cell::Areas(Vec::new()), Cell::Areas(vec![inside("m2", "ward", true)])];
        assert_eq!(found.uncovered, [Combination { parts: vec![vec![Cell::Service(service("tree"))], areas] }]);
        assert_eq!(coverage(&[], &offer()).unwrap().uncovered, [Combination { parts: Vec::new() }]);
        assert_eq!(coverage(&[], &Offer::default()).unwrap(), Coverage::default());
    }

    #[test]
    fn every_choice_named_leaves_only_those_who_did_not_answer() {
        let json = r#"[{"when":[{"answer":{"question":"one","one_of":["a","b","c"]}}],"owner":"roads"}]"#;
        let unanswered = Cell::Answer { question: question("one"), values: Vec::new() };
        assert_eq!(coverage(&rules(json), &offer()).unwrap().uncovered, [Combination { parts: vec![vec![unanswered]] }]);
    }

    #[test]
    fn rules_that_tell_too_much_apart_are_said_to() {
        let many: Vec<String> = (0..14)
            .map(|value| format!(r#"{{"when":[{{"answer":{{"question":"free","one_of":["v{value}"]}}}}],"owner":"roads"}}"#))
            .collect();
        let rules: Vec<RoutingRule> = serde_json::from_str(&format!("[{}]", many.join(","))).unwrap();
        assert_eq!(coverage(&rules, &Offer { questions: None, ..offer() }), Err(TooLarge));
    }

    fn pick<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = Vec<T>> + use<T> {
        prop::sample::subsequence(from.to_vec(), 1..=from.len())
    }

    fn condition() -> impl Strategy<Value = Condition> {
        use crate::routing::condition::{AccuracyRange, AnswerIs, NumberRange};
        use crate::routing::window::{DayWindow, Minute, YearWindow};
        let minute = || (0_u16..=4).prop_map(|hour| Minute::new(hour * 360).unwrap());
        let day = || (1_u8..=12).prop_map(|month| YearDay::new(month, 15).unwrap());
        let asked = || prop::sample::select(vec![question("many"), question("one"), question("depth"), question("words")]);
        let words = ["a", "b", "2", "3.5"].map(str::to_owned);
        prop_oneof![
            pick(&offer().services).prop_map(Condition::Service),
            pick(&offer().areas.into_keys().collect::<Vec<_>>()).prop_map(Condition::Area),
            pick(&["ward".to_owned(), "park".to_owned()]).prop_map(Condition::AreaKind),
            (1_u32..4, 0_u32..3).prop_map(|(from, more)| {
                Condition::Accuracy(AccuracyRange { at_least: (from > 1).then_some(from), at_most: Some(from + more) })
            }),
            pick(&Weekday::ALL).prop_map(Condition::Weekday),
            (minute(), minute()).prop_map(|(from, to)| Condition::TimeOfDay(DayWindow { from, to })),
            (day(), day()).prop_map(|(from, to)| Condition::Date(YearWindow { from, to })),
            (asked(), pick(&words)).prop_map(|(question, one_of)| Condition::Answer(AnswerIs { question, one_of })),
            (asked(), -1_i8..4, 1_i8..4).prop_map(|(question, above, more)| {
                Condition::Number(NumberRange {
                    question,
                    above: (above >= 0).then_some(f64::from(above)),
                    below: Some(f64::from(above + more)),
                })
            }),
            asked().prop_map(Condition::Answered),
            pick(&[Channel::App, Channel::Email, Channel::Phone]).prop_map(Condition::Channel),
            pick(&[ReportKind::Report, ReportKind::Complaint]).prop_map(Condition::Kind),
        ]
    }

    fn some_rules() -> impl Strategy<Value = Vec<RoutingRule>> {
        let rule = (prop::collection::vec(condition(), 0..3), prop::collection::vec(condition(), 0..2)).prop_map(|(when, unless)| {
            let mut rule = RoutingRule::to(DepartmentCode::new("roads").unwrap());
            (rule.when, rule.unless) = (when, unless);
            rule
        });
        prop::collection::vec(rule, 0..7)
    }

    fn one<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = T> + use<T> {
        prop::sample::select(from.to_vec())
    }

    /// A report, whatever the rules tell apart.
    fn report() -> impl Strategy<Value = Sample> {
        let ward = prop::option::of(one(&["m1", "m2", "m3"].map(|code| inside(code, "ward", false))));
        let park = prop::option::of(one(&["p1", "p2"].map(|code| inside(code, "park", false))));
        let answer = |code: &'static str, values: &[&str], most: usize| {
            let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
            prop::sample::subsequence(values, 0..=most).prop_map(move |values| Cell::Answer { question: question(code), values })
        };
        let place = (ward, park, prop::option::of(1_u32..8)).prop_map(|(ward, park, metres)| {
            vec![Cell::Areas(ward.into_iter().chain(park).collect()), Cell::Accuracy(metres.map(|metres| (metres, metres)))]
        });
        let time = (one(&Weekday::ALL), 0_u16..1_440, one(&YearDay::all().collect::<Vec<_>>()))
            .prop_map(|(day, from, date)| vec![Cell::Weekday(day), Cell::Time { from, to: from + 1 }, Cell::Date(date)]);
        let answers = (
            answer("many", &["a", "b", "c"], 3),
            answer("one", &["a", "b", "c"], 1),
            answer("depth", &["-2", "0", "0.5", "1", "2", "2.0", "3.5", "7"], 1),
            answer("words", &["a", "2", "3.5", "else", "4"], 1),
        )
            .prop_map(|(many, one, depth, words)| vec![many, one, depth, words]);
        let how = (
            one(&[Channel::App, Channel::Web, Channel::Email, Channel::Phone]),
            one(&[ReportKind::Report, ReportKind::Suggestion, ReportKind::Complaint]),
        );
        let how = how.prop_map(|(channel, kind)| vec![Cell::Channel(channel), Cell::Kind(kind)]);
        (one(&offer().services), place, time, answers, how).prop_map(|(service, place, time, answers, how)| {
            [place, time, answers, how].concat().iter().fold(Sample::new(service), Sample::with)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn a_rule_said_to_be_unreachable_never_matches(rules in some_rules(), reports in prop::collection::vec(report(), 40)) {
            let found = coverage(&rules, &offer()).unwrap();
            for report in reports {
                let decided = report.ask(|facts| decide(&rules, facts).rule());
                prop_assert!(!found.unreachable.iter().any(|never| Some(never.rule) == decided), "rule {decided:?} matched {report:?}");
                prop_assert!(decided.is_some() || !found.uncovered.is_empty(), "nothing is said to be uncovered, and {report:?} is");
            }
        }

        #[test]
        fn a_combination_said_to_be_uncovered_goes_to_triage(rules in some_rules(), picks in prop::collection::vec(any::<prop::sample::Index>(), 8)) {
            for combination in coverage(&rules, &offer()).unwrap().uncovered {
                for first in &picks {
                    let mut sample = Sample::new(service("tree"));
                    for part in &combination.parts {
                        sample = sample.with(first.get(part));
                    }
                    let decided = sample.ask(|facts| decide(&rules, facts));
                    prop_assert_eq!(decided.owner, None, "{:?} of {:?}", sample, combination);
                }
            }
        }

        #[test]
        fn a_rule_not_said_to_be_unreachable_matches_a_report_that_can_be_named(rules in some_rules()) {
            let (found, partition) = (coverage(&rules, &offer()).unwrap(), Partition::new(&rules, &offer()).unwrap());
            let mut left = vec![partition.all.clone()];
            for (region, number) in partition.rules.iter().zip(1_u32..) {
                let reached = left.iter().find(|rest| meets(rest, region)).cloned();
                prop_assert_eq!(reached.is_none(), found.unreachable.iter().any(|never| never.rule == number));
                let Some(rest) = reached else { continue };
                let mut sample = Sample::new(service("tree"));
                for ((rest, own), classes) in rest.iter().zip(region).zip(&partition.classes) {
                    let class = (0..classes.len()).find(|class| rest.and(own).has(*class)).unwrap();
                    sample = sample.with(&classes[class][0]);
                }
                prop_assert_eq!(sample.ask(|facts| decide(&rules, facts).rule()), Some(number), "{:?}", sample);
                left = without(&left, region).unwrap();
            }
        }
    }
}
