//! A rule, and a published set of them.

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::facts::Facts;
use super::trace::Tried;
use crate::clock::ServiceLevel;
use crate::priority::Priority;
use crate::service::{AreaCode, DepartmentCode, ServiceCode};

/// The most rules in a set.
pub const MAX_RULES: usize = 1_000;
/// The most conditions of one rule.
pub const MAX_CONDITIONS: usize = 30;
/// The most values in one condition.
pub const MAX_VALUES: usize = 500;
/// The longest note on a rule or a set, in characters.
pub const MAX_NOTE_CHARS: usize = 500;

/// One rule: it matches when every condition of `when` holds and none of `unless`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// All must hold. None = everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// None may hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Condition>,
    /// Who owns the case then.
    pub owner: DepartmentCode,
    /// How urgent it is; absent = the usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The promise; absent = the service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_level: Option<ServiceLevel>,
    /// What its editor wants to remember.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl RoutingRule {
    /// A rule that gives everything to `owner`.
    pub const fn to(owner: DepartmentCode) -> Self {
        Self { when: Vec::new(), unless: Vec::new(), owner, priority: None, service_level: None, note: String::new() }
    }

    /// The same, and this must hold too.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.when.push(condition);
        self
    }

    /// The same, and this must not hold.
    #[must_use]
    pub fn unless(mut self, condition: Condition) -> Self {
        self.unless.push(condition);
        self
    }

    /// Asks every condition in order: [`Tried::Matched`], or the first that fails, why, and its place in its list, from 1.
    pub fn ask(&self, facts: &Facts<'_>) -> (Tried, Option<u32>) {
        for (condition, place) in self.when.iter().zip(1..) {
            let tried = condition.ask(facts);
            if tried != Tried::Matched {
                return (tried, Some(place));
            }
        }
        let excluded = self.unless.iter().zip(1..).find(|(condition, _)| condition.holds(facts));
        excluded.map_or((Tried::Matched, None), |(_, place)| (Tried::Excluded, Some(place)))
    }
}

/// The rules as they were published once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleSet {
    /// 1 for the first; 0 while none was published.
    pub version: u32,
    /// In the order in which they are tried.
    pub rules: Vec<RoutingRule>,
}

impl RuleSet {
    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.rules.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless))
    }

    /// Every service that a rule names.
    pub fn services(&self) -> impl Iterator<Item = &ServiceCode> {
        self.conditions().flat_map(|condition| if let Condition::Service(codes) = condition { codes.as_slice() } else { &[] })
    }

    /// Every area that a rule names.
    pub fn areas(&self) -> impl Iterator<Item = &AreaCode> {
        self.conditions().flat_map(|condition| if let Condition::Area(codes) = condition { codes.as_slice() } else { &[] })
    }

    /// Every department that a rule names.
    pub fn departments(&self) -> impl Iterator<Item = &DepartmentCode> {
        self.rules.iter().map(|rule| &rule.owner)
    }
}
