//! `lanterna route`: what the rules would decide about a report that nobody sent, and why.

use super::output::Output;
use super::rules::{existing_store, read_file};
use super::{CliError, RouteArgs};
use crate::clock::{Clock, SystemClock};
use crate::store::Store;
use crate::store::city::City;
use crate::store::rules::Inquiry;
use lanterna_shared::answer::{self, Answer, Answers};
use lanterna_shared::area::Area;
use lanterna_shared::clock::ServiceLevel;
use lanterna_shared::position::{Position, PositionSource};
use lanterna_shared::routing::words::{Naming, Speaker};
use lanterna_shared::routing::{Decision, RuleSet};
use lanterna_shared::service::{QuestionCode, Service, ServiceCode};
use lanterna_shared::time::Timestamp;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde_json::json;
use std::fmt::Write as _;

pub(super) async fn route(args: RouteArgs, output: &Output) -> Result<(), CliError> {
    let store = existing_store(&args.data).await?;
    let city = store.city().await?;
    store.close().await;
    let rules = match &args.rules {
        Some(file) => RuleSet { version: 0, rules: read_file(file, &city)?.rules },
        None => city.rules.clone(),
    };
    let code = ServiceCode::new(args.service.as_str()).map_err(|invalid| CliError::Refused(invalid.to_string()))?;
    let service = city.service(&code).ok_or_else(|| {
        let known: Vec<_> = city.catalogue.services.iter().map(|service| service.code.as_str()).collect();
        CliError::Refused(format!("there is no service {code}: choose one of {}", known.join(", ")))
    })?;
    let (position, answers) = (position(&args)?, answers(&args.answer)?);
    let inquiry = Inquiry {
        service: &code,
        position: position.as_ref(),
        answers: &answers,
        channel: word(&args.channel, "channel", "app, web, email, phone, desk, open311")?,
        kind: word(&args.kind, "kind of message", "report, suggestion, complaint")?,
        at: moment(args.at.as_deref(), &city)?,
    };
    let (area, decision) = city.route(&rules.rules, &inquiry);
    let answer = Answered { city: &city, rules: &rules, service, area, decision: &decision };
    let speaker = Speaker { names: city.as_ref(), language: args.language.into() };
    output.say(&answer.text(&speaker, args.explain), &answer.json(&speaker));
    Ok(())
}

fn position(args: &RouteArgs) -> Result<Option<Position>, CliError> {
    let refused = |what: &str| CliError::Refused(what.to_owned());
    match (args.lat, args.lon) {
        (Some(lat), Some(lon)) => {
            let position = Position::from_degrees(lat, lon, args.accuracy, PositionSource::Gps);
            position.map(Some).map_err(|invalid| CliError::Refused(invalid.to_string()))
        }
        (None, None) if args.accuracy.is_some() => Err(refused("an accuracy needs a position: give --lat and --lon too")),
        (None, None) => Ok(None),
        _ => Err(refused("a position has both --lat and --lon")),
    }
}

/// "question=value"; the same question again chooses a further value.
fn answers(given: &[String]) -> Result<Answers, CliError> {
    let mut answers = Answers::new();
    for text in given {
        let (question, value) = text
            .split_once('=')
            .ok_or_else(|| CliError::Refused(format!("{text} is no answer: write the question and the value, as in --answer depth=12")))?;
        let question = QuestionCode::new(question.trim()).map_err(|invalid| CliError::Refused(invalid.to_string()))?;
        let value = value.to_owned();
        let together = match answers.remove(&question) {
            None => Answer::One(value),
            Some(before) => Answer::Many([before.values(), &[value]].concat()),
        };
        answers.insert(question, together);
    }
    answer::check(&answers).map_err(|invalid| CliError::Refused(invalid.to_string()))?;
    Ok(answers)
}

fn word<'a, T: Deserialize<'a>>(text: &'a str, what: &str, known: &str) -> Result<T, CliError> {
    let words: StrDeserializer<'a, Error> = text.into_deserializer();
    T::deserialize(words).map_err(|_| CliError::Refused(format!("there is no {what} {text}: choose one of {known}")))
}

/// RFC 3339 with its offset, or a day and a time of the city's own clock.
fn moment(text: Option<&str>, city: &City) -> Result<Timestamp, CliError> {
    let Some(text) = text else { return Ok(SystemClock.now()) };
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(instant.into());
    }
    let local = text.parse::<jiff::civil::DateTime>().ok().and_then(|local| local.to_zoned_datetime(city.zone.clone()).ok());
    local.map(|zoned| zoned.timestamp().into()).ok_or_else(|| {
        CliError::Refused(format!("{text} is no moment: write it as 2026-08-15T23:30 in the city's time, or as 2026-08-15T21:30:00Z"))
    })
}

/// What came of it.
struct Answered<'a> {
    city: &'a City,
    rules: &'a RuleSet,
    service: &'a Service,
    area: Option<&'a Area>,
    decision: &'a Decision,
}

impl Answered<'_> {
    fn lines(&self, speaker: &Speaker<'_>) -> Vec<String> {
        self.decision.trace.iter().zip(&self.rules.rules).map(|(line, rule)| speaker.line(line, Some(rule))).collect()
    }

    fn promise(&self) -> String {
        match self.decision.service_level {
            Some(ServiceLevel::BusinessHours(hours)) => format!("within {hours} business hours, as the rule promises"),
            Some(ServiceLevel::Hours(hours)) => format!("within {hours} hours, as the rule promises"),
            Some(ServiceLevel::WorkingDays(days)) => format!("within {days} working days, as the rule promises"),
            None => format!("within {} working days, as the service promises", self.service.working_days),
        }
    }

    fn text(&self, speaker: &Speaker<'_>, is_explained: bool) -> String {
        let Decision { owner, priority, .. } = self.decision;
        let place = self.area.map_or("outside all areas, or without a place".to_owned(), |area| format!("in {}", area.name));
        let set = if self.rules.version == 0 { "the file".to_owned() } else { format!("version {}", self.rules.version) };
        let mut text = match (owner, self.decision.rule()) {
            (Some(owner), Some(rule)) => {
                format!(
                    "{}, {place}: to {}, by rule {rule} of {set}",
                    self.name(speaker),
                    self.city.department(owner).map_or(owner.as_str(), |known| &known.name)
                )
            }
            _ => {
                format!("{}, {place}: to triage, because none of the {} rules of {set} matches", self.name(speaker), self.rules.rules.len())
            }
        };
        let _ = write!(text, ".\nPriority {}, {}.", priority.as_str(), self.promise());
        if let Some(boundary) = &self.decision.boundary {
            let _ = write!(text, "\n{}", speaker.boundary(boundary));
        }
        if is_explained {
            text.push_str("\n\nRules that were tried:");
            for line in self.lines(speaker) {
                let _ = write!(text, "\n  {line}");
            }
            let untried = self.rules.rules.len().saturating_sub(self.decision.trace.len());
            if untried > 0 {
                let _ = write!(text, "\n  {untried} further rules were not tried.");
            }
        }
        text
    }

    fn name(&self, speaker: &Speaker<'_>) -> String {
        Naming::service(self.city, &self.service.code, speaker.language)
    }

    fn json(&self, speaker: &Speaker<'_>) -> serde_json::Value {
        let Decision { owner, priority, service_level, trace, boundary } = self.decision;
        let lines: Vec<_> = trace
            .iter()
            .zip(self.lines(speaker))
            .map(|(line, says)| json!({ "rule": line.rule, "outcome": line.outcome, "condition": line.condition, "says": says }))
            .collect();
        json!({ "event": "routed", "service": self.service.code, "area": self.area.map(|area| &area.code), "owner": owner,
            "priority": priority, "service_level": service_level, "rule": self.decision.rule(), "rules_version": self.rules.version,
            "boundary": boundary, "trace": lines })
    }
}
