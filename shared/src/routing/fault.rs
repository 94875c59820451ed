//! What is wrong with rules: everything that could not be evaluated, said to whoever edits them before it is published.

use std::collections::{BTreeMap, BTreeSet};

use super::condition::{AccuracyRange, Condition, NumberRange};
use super::rule::{MAX_CONDITIONS, MAX_NOTE_CHARS, MAX_RULES, MAX_VALUES, RoutingRule};
use crate::answer::MAX_ANSWER_CHARS;
use crate::clock::ServiceLevel;
use crate::position::MAX_ACCURACY_M;
use crate::service::{AreaCode, DepartmentCode, QuestionCode, ServiceCode};
use crate::text;

/// What an answer to a question can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerShape {
    /// Words.
    Text,
    /// A number.
    Number,
    /// A moment.
    Moment,
    /// One of these codes, or several where `many`.
    Choice {
        /// The codes.
        codes: Vec<String>,
        /// Whether several can be chosen.
        many: bool,
    },
}

/// What the city has that rules can name: nothing that is retired.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// Its services, in the order they are offered.
    pub services: Vec<ServiceCode>,
    /// Its areas with their kinds.
    pub areas: BTreeMap<AreaCode, String>,
    /// Its departments and partners.
    pub departments: BTreeSet<DepartmentCode>,
    /// The questions of its services with every shape that an answer to one of that code can have; `None` where the catalogue does not say, and
    /// questions are not checked.
    pub questions: Option<BTreeMap<QuestionCode, Vec<AnswerShape>>>,
}

impl Offer {
    /// What an answer to that question can be, where the catalogue says so.
    pub fn shapes(&self, question: &QuestionCode) -> Option<&[AnswerShape]> {
        self.questions.as_ref()?.get(question).map(Vec::as_slice)
    }
}

/// Something in a rule that cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule}{}{path}: {what}", if path.is_empty() { "" } else { ", " })]
pub struct RuleFault {
    /// The rule, from 1.
    pub rule: u32,
    /// Where in it, as `when[2].service[1]`, counted from 1; empty for the rule as a whole.
    pub path: String,
    /// What is wrong and what to do, as a sentence.
    pub what: String,
}

/// Everything that is wrong with `rules` in a city that has `offer`. Empty = every rule can be evaluated.
pub fn check(rules: &[RoutingRule], offer: &Offer) -> Vec<RuleFault> {
    let mut faults = Vec::new();
    for (rule, number) in rules.iter().zip(1_u32..) {
        let mut checking = Checking { offer, rule: number, faults: &mut faults };
        if usize::try_from(number).is_ok_and(|number| number > MAX_RULES) {
            checking.fault("", format!("there are over {MAX_RULES} rules: put what they have in common into one"));
            break;
        }
        checking.rule(rule);
    }
    faults
}

struct Checking<'a> {
    offer: &'a Offer,
    rule: u32,
    faults: &'a mut Vec<RuleFault>,
}

impl Checking<'_> {
    fn fault(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.faults.push(RuleFault { rule: self.rule, path: path.into(), what: what.into() });
    }

    fn rule(&mut self, rule: &RoutingRule) {
        if !self.offer.departments.contains(&rule.owner) {
            self.fault("owner", format!("there is no department {}: correct it, or import the department first", rule.owner));
        }
        if let Some(Err(invalid)) = rule.service_level.map(ServiceLevel::check) {
            self.fault("service_level", format!("{invalid}"));
        }
        if let Err(invalid) = text::check("the note", &rule.note, MAX_NOTE_CHARS) {
            self.fault("note", invalid.to_string());
        }
        if rule.when.len() + rule.unless.len() > MAX_CONDITIONS {
            self.fault("", format!("it has over {MAX_CONDITIONS} conditions: make it two rules"));
            return;
        }
        for (list, conditions) in [("when", &rule.when), ("unless", &rule.unless)] {
            for (condition, place) in conditions.iter().zip(1..) {
                self.condition(&format!("{list}[{place}]"), condition);
            }
        }
    }

    fn condition(&mut self, path: &str, condition: &Condition) {
        let offer = self.offer;
        match condition {
            Condition::Service(codes) => {
                self.each(&format!("{path}.service"), codes, |code| {
                    let known = offer.services.contains(code);
                    (!known).then(|| format!("there is no service {code}: correct it, or import the service first"))
                });
            }
            Condition::Area(codes) => {
                self.each(&format!("{path}.area"), codes, |code| {
                    let known = offer.areas.contains_key(code);
                    (!known).then(|| format!("there is no area {code}: correct it, or import the area first"))
                });
            }
            Condition::AreaKind(kinds) => {
                self.each(&format!("{path}.area_kind"), kinds, |kind| {
                    let known = offer.areas.values().any(|known| known == kind);
                    (!known).then(|| format!("no area is of the kind {kind:?}: correct it, or import such areas first"))
                });
            }
            Condition::Accuracy(range) => self.accuracy(&format!("{path}.accuracy"), *range),
            Condition::Weekday(days) => self.each(&format!("{path}.weekday"), days, |_| None),
            Condition::TimeOfDay(window) => {
                if window.is_empty() {
                    self.fault(
                        format!("{path}.time_of_day"),
                        format!("from {} to {} is no time at all: let it end later, or leave the condition out", window.from, window.to),
                    );
                }
            }
            // Every window of dates has a day, and those that no year has cannot be written.
            Condition::Date(_) => {}
            Condition::Answer(wanted) => {
                self.question(&format!("{path}.answer.question"), &wanted.question);
                let shapes = offer.shapes(&wanted.question);
                self.each(&format!("{path}.answer.one_of"), &wanted.one_of, |value| {
                    if value.trim().is_empty() || value.chars().count() > MAX_ANSWER_CHARS {
                        return Some("no answer is like this: write the value as it travels with a report".to_owned());
                    }
                    let offered = shapes.is_none_or(|shapes| shapes.iter().any(|shape| can_be(shape, value)));
                    (!offered).then(|| {
                        format!("the question {} cannot be answered with {value:?}: choose a value that it offers", wanted.question)
                    })
                });
            }
            Condition::Number(range) => self.number(&format!("{path}.number"), range),
            Condition::Answered(question) => self.question(&format!("{path}.answered"), question),
            Condition::Channel(channels) => self.each(&format!("{path}.channel"), channels, |_| None),
            Condition::Kind(kinds) => self.each(&format!("{path}.kind"), kinds, |_| None),
        }
    }

    fn each<T>(&mut self, path: &str, values: &[T], wrong: impl Fn(&T) -> Option<String>) {
        if values.is_empty() {
            self.fault(path, "the list is empty, so that it can never hold: name a value, or leave the condition out");
        }
        if values.len() > MAX_VALUES {
            self.fault(path, format!("the list has over {MAX_VALUES} values: make it two rules"));
            return;
        }
        for (value, place) in values.iter().zip(1..) {
            if let Some(what) = wrong(value) {
                self.fault(format!("{path}[{place}]"), what);
            }
        }
    }

    fn accuracy(&mut self, path: &str, range: AccuracyRange) {
        let sane = |metres: Option<u32>| metres.is_none_or(|metres| (1..=MAX_ACCURACY_M).contains(&metres));
        if range.at_least.is_none() && range.at_most.is_none() {
            self.fault(path, "it asks for nothing: give at_most or at_least in metres");
        } else if !sane(range.at_least) || !sane(range.at_most) {
            self.fault(path, format!("no position is like this: give 1 to {MAX_ACCURACY_M} metres"));
        } else if let (Some(least), Some(most)) = (range.at_least, range.at_most)
            && least > most
        {
            self.fault(path, format!("nothing is at least {least} and at most {most} metres: swap them"));
        }
    }

    fn number(&mut self, path: &str, range: &NumberRange) {
        self.question(&format!("{path}.question"), &range.question);
        if self.offer.shapes(&range.question).is_some_and(|shapes| !shapes.contains(&AnswerShape::Number)) {
            let question = &range.question;
            self.fault(path, format!("the answer to {question} is no number and cannot be compared with one: use \"answer\" instead"));
        }
        match (range.above, range.below) {
            (None, None) => self.fault(path, "it asks for nothing: give above or below"),
            (Some(above), Some(below)) if above >= below => {
                self.fault(path, format!("no number is above {above} and below {below}: swap them"));
            }
            _ => {}
        }
    }

    fn question(&mut self, path: &str, question: &QuestionCode) {
        if self.offer.questions.as_ref().is_some_and(|known| !known.contains_key(question)) {
            self.fault(path, format!("no service asks the question {question}: correct it, or add the question first"));
        }
    }
}

fn can_be(shape: &AnswerShape, value: &str) -> bool {
    match shape {
        AnswerShape::Text | AnswerShape::Moment => true,
        AnswerShape::Number => super::condition::number(value).is_some(),
        AnswerShape::Choice { codes, .. } => codes.iter().any(|code| code == value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        let question = |code: &str| QuestionCode::new(code).unwrap();
        let choice = AnswerShape::Choice { codes: vec!["lane".to_owned(), "kerb".to_owned()], many: true };
        Offer {
            services: vec![ServiceCode::new("pothole").unwrap()],
            areas: BTreeMap::from([(AreaCode::new("west").unwrap(), "ward".to_owned())]),
            departments: BTreeSet::from([DepartmentCode::new("roads").unwrap()]),
            questions: Some(BTreeMap::from([
                (question("depth"), vec![AnswerShape::Number]),
                (question("where"), vec![choice]),
                (question("words"), vec![AnswerShape::Text]),
            ])),
        }
    }

    fn faults(json: &str) -> Vec<RuleFault> {
        let rules: Vec<RoutingRule> = serde_json::from_str(json).unwrap();
        check(&rules, &offer())
    }

    #[test]
    fn a_rule_that_uses_everything_is_accepted() {
        let json = r#"[{"when":[{"service":["pothole"]},{"area":["west"]},{"area_kind":["ward"]},{"accuracy":{"at_most":50}},
            {"weekday":["saturday"]},{"time_of_day":{"from":"22:00","to":"06:00"}},{"date":{"from":"06-01","to":"08-31"}},
            {"answer":{"question":"where","one_of":["lane"]}},{"number":{"question":"depth","above":10}},{"answered":"words"}],
            "unless":[{"channel":["open311"]},{"kind":["complaint"]}],
            "owner":"roads","priority":"urgent","service_level":{"hours":24},"note":"deep holes"}]"#;
        assert_eq!(faults(json), []);
        let rules: Vec<RoutingRule> = serde_json::from_str(json).unwrap();
        let again: Vec<RoutingRule> = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
        assert_eq!(again, rules);
    }

    #[test]
    fn everything_that_cannot_be_evaluated_is_named_with_its_place() {
        for (condition, path) in [
            (r#"{"service":["pothole","comet"]}"#, "when[1].service[2]"),
            (r#"{"service":[]}"#, "when[1].service"),
            (r#"{"area":["moon"]}"#, "when[1].area[1]"),
            (r#"{"area_kind":["park"]}"#, "when[1].area_kind[1]"),
            (r#"{"accuracy":{}}"#, "when[1].accuracy"),
            (r#"{"accuracy":{"at_least":50,"at_most":10}}"#, "when[1].accuracy"),
            (r#"{"accuracy":{"at_most":0}}"#, "when[1].accuracy"),
            (r#"{"weekday":[]}"#, "when[1].weekday"),
            (r#"{"time_of_day":{"from":"08:00","to":"08:00"}}"#, "when[1].time_of_day"),
            (r#"{"answer":{"question":"where","one_of":["lane","moon"]}}"#, "when[1].answer.one_of[2]"),
            (r#"{"answer":{"question":"words","one_of":[" "]}}"#, "when[1].answer.one_of[1]"),
            (r#"{"answer":{"question":"depth","one_of":["deep"]}}"#, "when[1].answer.one_of[1]"),
            (r#"{"answer":{"question":"colour","one_of":["red"]}}"#, "when[1].answer.question"),
            (r#"{"number":{"question":"words","above":3}}"#, "when[1].number"),
            (r#"{"number":{"question":"depth"}}"#, "when[1].number"),
            (r#"{"number":{"question":"depth","above":3,"below":3}}"#, "when[1].number"),
            (r#"{"answered":"colour"}"#, "when[1].answered"),
            (r#"{"channel":[]}"#, "when[1].channel"),
            (r#"{"kind":[]}"#, "when[1].kind"),
        ] {
            for list in ["when", "unless"] {
                let found = faults(&format!(r#"[{{"owner":"roads"}},{{"{list}":[{condition}],"owner":"roads"}}]"#));
                let places: Vec<_> = found.iter().map(|fault| (fault.rule, fault.path.as_str())).collect();
                assert_eq!(places, [(2, path.replace("when", list).as_str())], "{condition}");
                assert!(found[0].what.contains(':'), "it says what to do: {}", found[0]);
            }
        }
        assert_eq!(faults(r#"[{"owner":"army"}]"#)[0].path, "owner");
        assert_eq!(faults(r#"[{"owner":"roads","service_level":{"hours":0}}]"#)[0].path, "service_level");
        assert_eq!(faults(r#"[{"owner":"roads","service_level":{"working_days":400}}]"#)[0].path, "service_level");
    }

    #[test]
    fn a_catalogue_that_says_nothing_of_questions_lets_them_be() {
        let rules: Vec<RoutingRule> = serde_json::from_str(r#"[{"when":[{"answered":"colour"}],"owner":"roads"}]"#).unwrap();
        assert_eq!(check(&rules, &Offer { questions: None, ..offer() }), []);
    }

    #[test]
    fn too_much_is_refused_once() {
        let rules = vec![RoutingRule::to(DepartmentCode::new("roads").unwrap()); MAX_RULES + 5];
        assert_eq!(check(&rules, &offer()).len(), 1);
        let mut long = RoutingRule::to(DepartmentCode::new("roads").unwrap());
        long.when = vec![Condition::Service(vec![ServiceCode::new("pothole").unwrap(); MAX_VALUES + 1])];
        assert_eq!(check(&[long.clone()], &offer()).len(), 1);
        long.when = vec![Condition::Weekday(vec![super::super::window::Weekday::Monday]); MAX_CONDITIONS + 1];
        assert_eq!(check(&[long], &offer()).len(), 1);
    }

    #[test]
    fn a_condition_with_an_unknown_or_a_second_name_is_no_condition() {
        for wrong in [
            r#"{"servce":["pothole"]}"#,
            r#"{"service":["pothole"],"area":["west"]}"#,
            "{}",
            r#"{"accuracy":{"atmost":5}}"#,
            r#"{"date":{"from":"02-30","to":"03-01"}}"#,
            r#"{"number":{"question":"depth","above":"3"}}"#,
        ] {
            assert!(serde_json::from_str::<Condition>(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<RoutingRule>(r#"{"owner":"roads","service":"pothole"}"#).is_err());
    }
}
