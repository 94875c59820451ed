//! The decision: the first rule that matches, and what it would be on the other side of a boundary.

use super::facts::{Facts, Spot};
use super::rule::RoutingRule;
use super::trace::{Boundary, Side, TraceLine, Tried};
use crate::clock::ServiceLevel;
use crate::priority::Priority;
use crate::service::DepartmentCode;

/// Who owns a new case and how that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// `None` = triage.
    pub owner: Option<DepartmentCode>,
    /// The usual one unless the rule says otherwise.
    pub priority: Priority,
    /// The rule's promise; `None` = the service's.
    pub service_level: Option<ServiceLevel>,
    /// Every rule up to the one that matched.
    pub trace: Vec<TraceLine>,
    /// Set when the position may as well lie in another area.
    pub boundary: Option<Boundary>,
}

impl Decision {
    /// The rule that matched, from 1.
    pub fn rule(&self) -> Option<u32> {
        self.trace.last().filter(|line| line.outcome == Tried::Matched).map(|line| line.rule)
    }
}

/// Tries the rules in order; the first that matches wins.
pub fn decide(rules: &[RoutingRule], facts: &Facts<'_>) -> Decision {
    let mut trace = Vec::new();
    for (rule, number) in rules.iter().zip(1..) {
        let (outcome, condition) = rule.ask(facts);
        trace.push(TraceLine { rule: number, outcome, condition });
        if outcome == Tried::Matched {
            return Decision {
                owner: Some(rule.owner.clone()),
                priority: rule.priority.unwrap_or_default(),
                service_level: rule.service_level,
                trace,
                boundary: None,
            };
        }
    }
    Decision { trace, ..Decision::default() }
}

/// As [`decide`], and where the position's circle touches areas that its middle does not lie in, also who would own the case in each of those.
///
/// `touched` may name the areas of `facts` too; they are passed over.
pub fn decide_around(rules: &[RoutingRule], facts: &Facts<'_>, touched: &[Spot<'_>]) -> Decision {
    let mut decision = decide(rules, facts);
    let mut beyond: Vec<_> = touched.iter().filter(|spot| !facts.areas.iter().any(|own| own.code == spot.code)).copied().collect();
    if beyond.is_empty() {
        return decision;
    }
    beyond.sort_unstable();
    // Which of its own areas a boundary is about: the one of the same kind.
    let own = |kind: &str| facts.areas.iter().find(|spot| spot.kind == kind);
    let first = beyond.first().and_then(|spot| own(spot.kind)).or(facts.areas.first());
    let here = Side { area: first.map(|spot| spot.code.clone()), owner: decision.owner.clone(), rule: decision.rule() };
    let others = beyond.into_iter().map(|spot| {
        let mut there = facts.clone();
        there.areas.retain(|area| area.kind != spot.kind);
        there.areas.push(spot);
        let decided = decide(rules, &there);
        Side { area: Some(spot.code.clone()), rule: decided.rule(), owner: decided.owner }
    });
    decision.boundary = Some(Boundary { here, others: others.collect() });
    decision
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, Answers};
    use crate::report::{Channel, ReportKind};
    use crate::routing::window::{Weekday, YearDay};
    use crate::routing::{Condition, Moment};
    use crate::service::{AreaCode, QuestionCode, ServiceCode};

    fn rules(json: &str) -> Vec<RoutingRule> {
        serde_json::from_str(json).unwrap()
    }

    fn area(code: &str) -> AreaCode {
        AreaCode::new(code).unwrap()
    }

    /// A pothole reported with the app on a Wednesday at noon in August, in no area.
    fn with<T>(change: impl FnOnce(&mut Facts<'_>), answers: &Answers, look: impl FnOnce(&Facts<'_>) -> T) -> T {
        let service = ServiceCode::new("pothole").unwrap();
        let at = Moment { weekday: Weekday::Wednesday, minute: 720, date: YearDay::new(8, 5).unwrap() };
        let mut facts =
            Facts { service: &service, areas: Vec::new(), accuracy_m: None, at, answers, channel: Channel::App, kind: ReportKind::Report };
        change(&mut facts);
        look(&facts)
    }

    fn asked(condition: &str, change: impl FnOnce(&mut Facts<'_>)) -> Tried {
        let condition: Condition = serde_json::from_str(condition).unwrap();
        with(change, &Answers::new(), |facts| condition.ask(facts))
    }

    fn answered(condition: &str, answer: Answer) -> Tried {
        let condition: Condition = serde_json::from_str(condition).unwrap();
        let answers = Answers::from([(QuestionCode::new("depth").unwrap(), answer)]);
        with(|_| {}, &answers, |facts| condition.ask(facts))
    }

    #[test]
    fn the_first_rule_that_matches_wins_and_the_trace_says_why() {
        let rules = rules(
            r#"[{"when":[{"service":["lamp"]}],"owner":"lighting"},{"when":[{"service":["pothole"]},{"area":["m1"]}],"owner":"centre"},
            {"when":[{"service":["pothole","tree"]}],"unless":[{"channel":["phone"]},{"date":{"from":"06-01","to":"08-31"}}],"owner":"roads"},
            {"when":[{"service":["pothole"]}],"owner":"summer","priority":"high","service_level":{"hours":12}},{"owner":"last"}]"#,
        );
        let decision = with(|_| {}, &Answers::new(), |facts| decide(&rules, facts));
        let line = |rule, outcome, condition| TraceLine { rule, outcome, condition };
        assert_eq!(
            decision.trace,
            [
                line(1, Tried::OtherService, Some(1)),
                line(2, Tried::NoArea, Some(2)),
                line(3, Tried::Excluded, Some(2)),
                line(4, Tried::Matched, None)
            ]
        );
        assert_eq!(decision.rule(), Some(4));
        assert_eq!(decision.owner.unwrap().as_str(), "summer");
        assert_eq!((decision.priority, decision.service_level), (Priority::High, Some(ServiceLevel::Hours(12))));
    }

    #[test]
    fn no_match_is_triage() {
        let rules = rules(r#"[{"when":[{"service":["lamp"]}],"owner":"lighting"}]"#);
        let decision = with(|_| {}, &Answers::new(), |facts| decide(&rules, facts));
        assert_eq!((decision.owner.as_ref(), decision.rule(), decision.trace.len()), (None, None, 1));
        assert_eq!(decision.priority, Priority::Medium);
    }

    #[test]
    fn every_condition_holds_for_what_it_names_and_says_why_not() {
        let here = area("m1");
        let spot = |facts: &mut Facts<'_>| facts.areas.clear();
        assert_eq!(asked(r#"{"service":["tree","pothole"]}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"service":["tree"]}"#, |_| {}), Tried::OtherService);
        assert_eq!(asked(r#"{"area":["m1"]}"#, spot), Tried::NoArea);
        let in_m1 = |condition: &str| {
            let condition: Condition = serde_json::from_str(condition).unwrap();
            with(
                |_| {},
                &Answers::new(),
                |facts| {
                    let mut facts = facts.clone();
                    facts.areas.push(Spot { code: &here, kind: "ward" });
                    condition.ask(&facts)
                },
            )
        };
        assert_eq!(in_m1(r#"{"area":["m2","m1"]}"#), Tried::Matched);
        assert_eq!(in_m1(r#"{"area":["m2"]}"#), Tried::OtherArea);
        assert_eq!(in_m1(r#"{"area_kind":["ward"]}"#), Tried::Matched);
        assert_eq!(in_m1(r#"{"area_kind":["park"]}"#), Tried::OtherArea);
        assert_eq!(asked(r#"{"area_kind":["park"]}"#, |_| {}), Tried::NoArea);
        assert_eq!(asked(r#"{"accuracy":{"at_most":50}}"#, |_| {}), Tried::NoAccuracy);
        assert_eq!(asked(r#"{"accuracy":{"at_most":50}}"#, |facts| facts.accuracy_m = Some(50)), Tried::Matched);
        assert_eq!(asked(r#"{"accuracy":{"at_least":51}}"#, |facts| facts.accuracy_m = Some(50)), Tried::OtherAccuracy);
        assert_eq!(asked(r#"{"weekday":["wednesday"]}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"weekday":["saturday","sunday"]}"#, |_| {}), Tried::OtherWeekday);
        assert_eq!(asked(r#"{"time_of_day":{"from":"12:00","to":"12:01"}}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"time_of_day":{"from":"12:01","to":"12:00"}}"#, |_| {}), Tried::OtherTime);
        assert_eq!(asked(r#"{"date":{"from":"06-01","to":"08-31"}}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"date":{"from":"12-01","to":"02-29"}}"#, |_| {}), Tried::OtherDate);
        assert_eq!(asked(r#"{"channel":["app","web"]}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"channel":["email"]}"#, |_| {}), Tried::OtherChannel);
        assert_eq!(asked(r#"{"kind":["report"]}"#, |_| {}), Tried::Matched);
        assert_eq!(asked(r#"{"kind":["complaint"]}"#, |_| {}), Tried::OtherKind);
    }

    #[test]
    fn answers_are_compared_as_values_and_as_numbers() {
        let one = |value: &str| Answer::One(value.to_owned());
        let many = |values: &[&str]| Answer::Many(values.iter().map(|&value| value.to_owned()).collect());
        let (deep, lane) =
            (r#"{"number":{"question":"depth","above":10,"below":20.5}}"#, r#"{"answer":{"question":"depth","one_of":["lane","kerb"]}}"#);
        for (answer, number, word, any) in [
            (one("12.5"), Tried::Matched, Tried::OtherAnswer, Tried::Matched),
            (one("10"), Tried::OtherAnswer, Tried::OtherAnswer, Tried::Matched),
            (one("20.5"), Tried::OtherAnswer, Tried::OtherAnswer, Tried::Matched),
            (one("lane"), Tried::NoNumber, Tried::Matched, Tried::Matched),
            (one("inf"), Tried::NoNumber, Tried::OtherAnswer, Tried::Matched),
            (one("NaN"), Tried::NoNumber, Tried::OtherAnswer, Tried::Matched),
            (one(" "), Tried::NoAnswer, Tried::NoAnswer, Tried::NoAnswer),
            (many(&[]), Tried::NoAnswer, Tried::NoAnswer, Tried::NoAnswer),
            (many(&["path", "kerb", "11"]), Tried::Matched, Tried::Matched, Tried::Matched),
        ] {
            assert_eq!(answered(deep, answer.clone()), number, "{answer:?}");
            assert_eq!(answered(lane, answer.clone()), word, "{answer:?}");
            assert_eq!(answered(r#"{"answered":"depth"}"#, answer.clone()), any, "{answer:?}");
        }
        assert_eq!(asked(deep, |_| {}), Tried::NoAnswer);
    }

    fn spot(code: &AreaCode) -> Spot<'_> {
        Spot { code, kind: if code.as_str() == "park" { "park" } else { "ward" } }
    }

    #[test]
    fn a_circle_across_a_boundary_names_both_areas_and_both_owners() {
        let rules = rules(r#"[{"when":[{"area":["m1"]}],"owner":"centre"},{"when":[{"area":["m2"]}],"owner":"east"}]"#);
        let (one, two, three, park) = (area("m1"), area("m2"), area("m3"), area("park"));
        let around = |own: Option<&AreaCode>, touched: &[&AreaCode]| {
            let (own, touched): (Vec<_>, Vec<_>) = (own.into_iter().map(spot).collect(), touched.iter().copied().map(spot).collect());
            with(
                |_| {},
                &Answers::new(),
                |facts| {
                    let mut facts = facts.clone();
                    facts.areas = own;
                    decide_around(&rules, &facts, &touched)
                },
            )
        };
        let side = |area: &AreaCode, owner: Option<&str>, rule| Side {
            area: Some(area.clone()),
            owner: owner.map(|owner| DepartmentCode::new(owner).unwrap()),
            rule,
        };
        let decision = around(Some(&one), &[&three, &two, &one]);
        let boundary = decision.boundary.unwrap();
        assert_eq!(boundary.here, side(&one, Some("centre"), Some(1)));
        assert_eq!(boundary.others, [side(&two, Some("east"), Some(2)), side(&three, None, None)]);
        assert!(boundary.is_disputed());
        assert_eq!(decision.owner.unwrap().as_str(), "centre");
        // Only its own area: nothing to say.
        assert_eq!(around(Some(&one), &[&one]).boundary, None);
        // Outside all, and another could be meant.
        let outside = around(None, &[&two]);
        assert_eq!(outside.owner, None);
        assert_eq!(outside.boundary.unwrap().here, Side { area: None, owner: None, rule: None });
        // A park does not put a place out of its ward.
        let at_park = around(Some(&two), &[&two, &park]).boundary.unwrap();
        assert_eq!(at_park.others, [side(&park, Some("east"), Some(2))]);
        assert!(!at_park.is_disputed());
    }
}
