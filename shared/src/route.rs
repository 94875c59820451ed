//! Routing: who owns a new case, and why.
//!
//! Rules are ordered data; the first that matches wins; none = triage, never a lost case. Every rule that was tried is in the trace, which is kept
//! on the case.

use serde::{Deserialize, Serialize};

use crate::service::{AreaCode, DepartmentCode, ServiceCode};

/// One rule. A condition that is absent holds for everything.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRule {
    /// Holds for this service only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceCode>,
    /// Holds in this area only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaCode>,
    /// Who owns the case then.
    pub owner: DepartmentCode,
}

/// Why a rule did not match, or that it did.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// It decided.
    Matched,
    /// It is about another service.
    OtherService,
    /// It is about another area.
    OtherArea,
    /// It is about an area, and the report is in none.
    NoArea,
}

/// One rule that was tried: its place in the order, from 1, and what came of it.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    /// 1 for the first rule.
    pub rule: u32,
    /// What came of it.
    pub outcome: Tried,
}

/// Who owns a new case and how that was found.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// `None` = triage.
    pub owner: Option<DepartmentCode>,
    /// Every rule up to the one that matched.
    pub trace: Vec<TraceLine>,
}

/// Picks the owner of a new case about `service` in `area`.
pub fn route(rules: &[RoutingRule], service: &ServiceCode, area: Option<&AreaCode>) -> Decision {
    let mut trace = Vec::new();
    for (rule, number) in rules.iter().zip(1..) {
        let outcome = match (&rule.service, &rule.area, area) {
            (Some(wanted), _, _) if wanted != service => Tried::OtherService,
            (_, Some(_), None) => Tried::NoArea,
            (_, Some(wanted), Some(actual)) if wanted != actual => Tried::OtherArea,
            _ => Tried::Matched,
        };
        trace.push(TraceLine { rule: number, outcome });
        if outcome == Tried::Matched {
            return Decision { owner: Some(rule.owner.clone()), trace };
        }
    }
    Decision { owner: None, trace }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(service: Option<&str>, area: Option<&str>, owner: &str) -> RoutingRule {
        RoutingRule {
            service: service.map(|code| ServiceCode::new(code).unwrap()),
            area: area.map(|code| AreaCode::new(code).unwrap()),
            owner: DepartmentCode::new(owner).unwrap(),
        }
    }

    #[test]
    fn the_first_rule_that_matches_wins_and_the_trace_says_why() {
        let rules =
            [rule(Some("lamp"), None, "lighting"), rule(Some("pothole"), Some("m1"), "centre"), rule(Some("pothole"), None, "roads")];
        let pothole = ServiceCode::new("pothole").unwrap();
        let (m1, m2) = (AreaCode::new("m1").unwrap(), AreaCode::new("m2").unwrap());
        assert_eq!(route(&rules, &pothole, Some(&m1)).owner.unwrap().as_str(), "centre");
        let decision = route(&rules, &pothole, Some(&m2));
        assert_eq!(decision.owner.unwrap().as_str(), "roads");
        let outcomes: Vec<_> = decision.trace.iter().map(|line| line.outcome).collect();
        assert_eq!(outcomes, [Tried::OtherService, Tried::OtherArea, Tried::Matched]);
        assert_eq!(route(&rules, &pothole, None).trace[1].outcome, Tried::NoArea);
    }

    #[test]
    fn no_match_is_triage() {
        let decision = route(&[rule(Some("lamp"), None, "lighting")], &ServiceCode::new("tree").unwrap(), None);
        assert_eq!(decision.owner, None);
        assert_eq!(decision.trace.len(), 1);
    }
}
