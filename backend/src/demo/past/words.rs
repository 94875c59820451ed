//! What the demo's citizens report and in which words, and how offices work through it. Read from `assets/demo/past.json`.

use super::dice::Dice;
use super::story::Pace;
use crate::demo::DemoError;
use lanterna_shared::service::ServiceCode;
use serde::Deserialize;

const WORDS: &str = include_str!("../../../../assets/demo/past.json");
/// How often somebody presses "send" without a word.
const WORDLESS: f64 = 0.12;
/// How often a report does not say where in words.
const WHERELESS: f64 = 0.3;

/// All of it.
#[derive(Deserialize)]
pub(super) struct Words {
    services: Vec<OfService>,
    /// How people say where something is; `{road}` and `{number}` stand for the road and a house number.
    wheres: Vec<String>,
    /// What people add.
    endings: Vec<String>,
}

/// One service.
#[derive(Deserialize)]
pub(super) struct OfService {
    pub(super) code: ServiceCode,
    /// How many of a thousand reports are about it.
    weight: f64,
    /// Median days from taking charge to done.
    days: f64,
    /// Share that is declined.
    declines: f64,
    /// Share that reaches another office first.
    strays: f64,
    says: Vec<String>,
}

impl OfService {
    pub(super) const fn pace(&self) -> Pace {
        Pace { days: self.days, declines: self.declines, strays: self.strays }
    }
}

impl Words {
    /// Reads the file.
    pub(super) fn read() -> Result<Self, DemoError> {
        let words: Self = serde_json::from_str(WORDS).map_err(|error| DemoError::Files(format!("past.json: {error}")))?;
        if words.services.is_empty() || words.services.iter().any(|service| service.says.is_empty()) {
            return Err(DemoError::Files("past.json: every service needs something that people say".to_owned()));
        }
        Ok(words)
    }

    /// What something is about.
    pub(super) fn service(&self, dice: &mut Dice) -> Option<&OfService> {
        self.services.get(dice.weighted(self.services.iter().map(|service| service.weight))?)
    }

    /// That service, if there are words for it.
    pub(super) fn of(&self, code: &ServiceCode) -> Option<&OfService> {
        self.services.iter().find(|service| service.code == *code)
    }

    /// The text of a report about that service near that road; may be empty.
    pub(super) fn text(&self, dice: &mut Dice, service: &OfService, road: &str) -> String {
        if dice.happens(WORDLESS) {
            return String::new();
        }
        let mut text = dice.pick(&service.says).cloned().unwrap_or_default();
        if !dice.happens(WHERELESS)
            && let Some(place) = dice.pick(&self.wheres).cloned()
        {
            let number = 1 + dice.below(180).unwrap_or_default();
            text = format!("{text} {}", place.replace("{road}", road).replace("{number}", &number.to_string()));
        }
        if dice.happens(0.25)
            && let Some(ending) = dice.pick(&self.endings)
        {
            text = format!("{text}. {ending}");
        }
        text
    }
}
