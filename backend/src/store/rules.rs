//! Routing rules as the store keeps them, and a city as what they decide about.

use super::city::City;
use lanterna_shared::answer::Answers;
use lanterna_shared::area::Area;
use lanterna_shared::department::Department;
use lanterna_shared::id::UserId;
use lanterna_shared::position::Position;
use lanterna_shared::report::{Channel, ReportKind};
use lanterna_shared::routing::fault::{AnswerShape, Offer};
use lanterna_shared::routing::words::{Language, Naming};
use lanterna_shared::routing::{Decision, Facts, Moment, RoutingRule, RuleFault, Spot, decide_around};
use lanterna_shared::service::question::{Question, QuestionKind};
use lanterna_shared::service::{AreaCode, DepartmentCode, QuestionCode, Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// Rules that somebody wants to be in force.
#[derive(Clone, Debug)]
pub struct NewRules {
    /// In the order in which they are tried.
    pub rules: Vec<RoutingRule>,
    /// Why, in the editor's words.
    pub note: String,
    /// Who; `None` = an import at the command line.
    pub by: Option<UserId>,
}

/// A version that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRules {
    /// From 1.
    pub version: u32,
    /// When.
    pub published_at: Timestamp,
    /// The log-in name; `None` = an import at the command line.
    pub by: Option<String>,
    /// Why.
    pub note: String,
}

/// Rules that cannot be evaluated; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFaults(pub Vec<RuleFault>);

impl fmt::Display for RuleFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (fault, place) in self.0.iter().take(20).zip(0..) {
            write!(f, "{}{fault}", if place == 0 { "" } else { "; " })?;
        }
        let more = self.0.len().saturating_sub(20);
        if more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
    }
}

/// What rules are asked about a report.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// The category.
    pub service: &'a ServiceCode,
    /// Where.
    pub position: Option<&'a Position>,
    /// What was answered.
    pub answers: &'a Answers,
    /// How it came in.
    pub channel: Channel,
    /// What kind of message.
    pub kind: ReportKind,
    /// When the server received it.
    pub at: Timestamp,
}

/// A case as it was reported first, for rules to be tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCase {
    /// Its number without the check character: where the next page goes on.
    pub number: u64,
    /// Its category now.
    pub service: ServiceCode,
    /// Where.
    pub position: Option<Position>,
    /// What was answered.
    pub answers: Answers,
    /// How it came in.
    pub channel: Channel,
    /// What kind of message.
    pub kind: ReportKind,
    /// When.
    pub received_at: Timestamp,
    /// Whether its content was erased, so that position and answers are not known any more.
    pub is_erased: bool,
}

impl PastCase {
    /// What rules are asked about it.
    pub const fn inquiry(&self) -> Inquiry<'_> {
        let Self { service, answers, channel, kind, received_at, .. } = self;
        Inquiry { service, position: self.position.as_ref(), answers, channel: *channel, kind: *kind, at: *received_at }
    }
}

/// What rules can name of these. Where no service asks anything, answers are not checked: the catalogue does not say.
pub fn offered(services: &[Service], areas: &[Area], departments: &[Department]) -> Offer {
    let mut questions: BTreeMap<QuestionCode, Vec<AnswerShape>> = BTreeMap::new();
    for question in services.iter().flat_map(|service| &service.questions) {
        questions.entry(question.code.clone()).or_default().push(shape(question));
    }
    Offer {
        services: services.iter().map(|service| service.code.clone()).collect(),
        areas: areas.iter().map(|area| (area.code.clone(), area.kind.clone())).collect(),
        departments: departments.iter().map(|department| department.code.clone()).collect(),
        questions: (!questions.is_empty()).then_some(questions),
    }
}

fn shape(question: &Question) -> AnswerShape {
    let codes = || question.choices.iter().map(|choice| choice.code.to_string()).collect();
    match question.kind {
        QuestionKind::String | QuestionKind::Text | QuestionKind::Unknown => AnswerShape::Text,
        QuestionKind::Number => AnswerShape::Number,
        QuestionKind::DateTime => AnswerShape::Moment,
        QuestionKind::SingleValueList => AnswerShape::Choice { codes: codes(), many: false },
        QuestionKind::MultiValueList => AnswerShape::Choice { codes: codes(), many: true },
    }
}

impl City {
    /// What rules can name.
    pub fn offer(&self) -> Offer {
        offered(&self.catalogue.services, self.areas.areas(), &self.departments)
    }

    /// The area that a report lies in, and what `rules` decide about it. Pure.
    pub fn route(&self, rules: &[RoutingRule], inquiry: &Inquiry<'_>) -> (Option<&Area>, Decision) {
        let area = inquiry.position.and_then(|position| self.areas.find(position));
        let own = inquiry.position.map(|position| self.areas.all_at(position)).unwrap_or_default();
        let touched = inquiry.position.filter(|position| position.accuracy_m().is_some());
        let touched: Vec<_> = touched.map(|position| self.areas.touched_by(position)).unwrap_or_default();
        let facts = Facts {
            service: inquiry.service,
            areas: own.into_iter().map(Spot::from).collect(),
            accuracy_m: inquiry.position.and_then(Position::accuracy_m),
            at: Moment::new(inquiry.at, &self.zone),
            answers: inquiry.answers,
            channel: inquiry.channel,
            kind: inquiry.kind,
        };
        let touched: Vec<_> = touched.into_iter().map(Spot::from).collect();
        (area, decide_around(rules, &facts, &touched))
    }
}

impl Naming for City {
    fn service(&self, code: &ServiceCode, language: Language) -> String {
        let language = match language {
            Language::It => "it",
            Language::En => "en",
        };
        let retired = || self.names.services.get(code.as_str()).map_or(code.as_str(), String::as_str);
        self.service(code).map_or_else(retired, |service| service.name_in(language)).to_owned()
    }

    fn area(&self, code: &AreaCode) -> String {
        self.names.areas.get(code.as_str()).map_or(code.as_str(), String::as_str).to_owned()
    }

    fn department(&self, code: &DepartmentCode) -> String {
        self.names.departments.get(code.as_str()).map_or(code.as_str(), String::as_str).to_owned()
    }
}
