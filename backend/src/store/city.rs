//! What a server holds of its city in memory: everything that decides about a new report without a look into the store.

use super::rules::RuleFaults;
use jiff::tz::TimeZone;
use lanterna_shared::area::{Area, AreaIndex};
use lanterna_shared::catalogue::Catalogue;
use lanterna_shared::clock::Calendar;
use lanterna_shared::office::Department;
use lanterna_shared::routing::RuleSet;
use lanterna_shared::service::{AreaCode, DepartmentCode, Service, ServiceCode};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// One jurisdiction's departments, services, areas and rules, as of one import.
pub struct City {
    /// The small number under which its rows are kept.
    pub jurisdiction: i64,
    /// Raised by every import.
    pub version: i64,
    /// The time zone in which its days are counted: the calendar's.
    pub zone: TimeZone,
    /// On which its promises are counted.
    pub calendar: Arc<Calendar>,
    /// What devices get.
    pub catalogue: Arc<Catalogue>,
    /// The routing rules in force.
    pub rules: RuleSet,
    /// Departments and partners that can be given a case.
    pub departments: Vec<Department>,
    /// Finds the area of a position.
    pub areas: AreaIndex,
    /// Everything that was ever called something, retired things too: old cases still name them.
    pub names: Names,
}

/// The names that people read, by code.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Departments and partners.
    pub departments: HashMap<String, String>,
    /// Areas.
    pub areas: HashMap<String, String>,
    /// Services, in Italian.
    pub services: HashMap<String, String>,
}

/// The parts of a [`City`] as they are stored.
pub struct CityParts {
    /// See [`City::jurisdiction`].
    pub jurisdiction: i64,
    /// See [`City::version`].
    pub version: i64,
    /// "Comune di Genova".
    pub name: String,
    /// See [`City::calendar`].
    pub calendar: Calendar,
    /// In the order they are offered.
    pub services: Vec<Service>,
    /// See [`City::departments`].
    pub departments: Vec<Department>,
    /// See [`City::rules`].
    pub rules: RuleSet,
    /// Areas that are not retired.
    pub areas: Vec<Area>,
    /// See [`City::names`].
    pub names: Names,
}

impl City {
    /// Builds the index and the catalogue with its version.
    pub fn new(parts: CityParts) -> Self {
        let areas = AreaIndex::new(parts.areas);
        let mut catalogue =
            Catalogue { version: String::new(), jurisdiction: parts.name, services: parts.services, areas: areas.areas().to_vec() };
        catalogue.version = catalogue_version(&catalogue);
        Self {
            jurisdiction: parts.jurisdiction,
            version: parts.version,
            zone: parts.calendar.zone().clone(),
            calendar: Arc::new(parts.calendar),
            catalogue: Arc::new(catalogue),
            rules: parts.rules,
            departments: parts.departments,
            areas,
            names: parts.names,
        }
    }

    /// The service of that code, if it is offered.
    pub fn service(&self, code: &ServiceCode) -> Option<&Service> {
        self.catalogue.services.iter().find(|service| service.code == *code)
    }

    /// The department of that code, if it can be given a case.
    pub fn department(&self, code: &DepartmentCode) -> Option<&Department> {
        self.departments.iter().find(|department| department.code == *code)
    }
}

/// The first 16 hexadecimal digits of SHA-256 over the catalogue's JSON with an empty version: fields in their written order, maps sorted.
fn catalogue_version(catalogue: &Catalogue) -> String {
    use std::fmt::Write as _;
    let json = serde_json::to_vec(catalogue).unwrap_or_default();
    Sha256::digest(&json).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What an import writes: everything but areas and rules, as one whole.
#[derive(Clone, Debug)]
pub struct CitySetup {
    /// "Comune di Genova".
    pub name: String,
    /// IANA name of the time zone.
    pub zone: String,
    /// Those missing here are retired.
    pub departments: Vec<Department>,
    /// In the order they are offered; those missing here are retired.
    pub services: Vec<Service>,
}

/// Why an import was refused; nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// Routing rules in force could not be evaluated any more.
    #[error("the routing rules in force need what is missing here ({0}): add it, or import other rules first")]
    Rules(RuleFaults),
    /// An area that a rule is about would disappear.
    #[error("a routing rule is about the area {0}, which is missing here: add it, or change the rule first")]
    AreaInUse(AreaCode),
    /// Days cannot be counted in a zone that nobody knows.
    #[error("the time zone \"{0}\" is not known: write its IANA name, such as \"Europe/Rome\"")]
    Zone(String),
}
