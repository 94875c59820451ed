//! What a server holds of its city in memory: everything that decides about a new report without a look into the store.

use super::catalogue::Orphans;
use super::rules::RuleFaults;
use bytes::Bytes;
use jiff::tz::TimeZone;
use lanterna_shared::area::{Area, AreaIndex};
use lanterna_shared::catalogue::Catalogue;
use lanterna_shared::clock::Calendar;
use lanterna_shared::office::Department;
use lanterna_shared::routing::RuleSet;
use lanterna_shared::service::{DepartmentCode, Service, ServiceCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

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
    /// The catalogue as it is written, once somebody asked for it.
    catalogue_json: OnceLock<Bytes>,
    /// The routing rules in force.
    pub rules: RuleSet,
    /// Departments and partners that can be given a case.
    pub departments: Vec<Department>,
    /// Finds the area of a position.
    pub areas: AreaIndex,
    /// Whether there are house numbers to look among.
    pub has_addresses: bool,
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
    /// The kind of area that says where a case lies; empty = every kind.
    pub area_kind: String,
    /// See [`City::has_addresses`].
    pub has_addresses: bool,
    /// See [`City::names`].
    pub names: Names,
}

impl City {
    /// Builds the index and the catalogue with its version.
    pub fn new(parts: CityParts) -> Self {
        let areas = AreaIndex::of_kind(parts.areas, &parts.area_kind);
        let mut catalogue = Catalogue {
            version: String::new(),
            jurisdiction: parts.name,
            services: parts.services,
            areas: areas.areas().to_vec(),
            areas_version: hash_of(&areas.areas(), AREAS_VERSION_BYTES),
            areas_kept: false,
        };
        catalogue.version = hash_of(&catalogue, VERSION_BYTES);
        Self {
            jurisdiction: parts.jurisdiction,
            version: parts.version,
            zone: parts.calendar.zone().clone(),
            calendar: Arc::new(parts.calendar),
            catalogue: Arc::new(catalogue),
            catalogue_json: OnceLock::new(),
            rules: parts.rules,
            departments: parts.departments,
            areas,
            has_addresses: parts.has_addresses,
            names: parts.names,
        }
    }

    /// The catalogue as JSON, written once.
    pub fn catalogue_json(&self) -> Bytes {
        self.catalogue_json.get_or_init(|| serde_json::to_vec(self.catalogue.as_ref()).unwrap_or_default().into()).clone()
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

/// Bytes of the catalogue's version.
const VERSION_BYTES: usize = 8;
/// Bytes of the areas' version: short, because every sync names it.
const AREAS_VERSION_BYTES: usize = 4;

/// The first bytes of SHA-256 over the JSON, in hexadecimal: fields in their written order, maps sorted; a version in it must be empty yet.
fn hash_of(value: &impl Serialize, bytes: usize) -> String {
    use std::fmt::Write as _;
    let json = serde_json::to_vec(value).unwrap_or_default();
    Sha256::digest(&json).iter().take(bytes).fold(String::new(), |mut text, byte| {
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
    /// Days cannot be counted in a zone that nobody knows.
    #[error("the time zone \"{0}\" is not known: write its IANA name, such as \"Europe/Rome\"")]
    Zone(String),
    /// Open cases would lose what they name.
    #[error("{0}")]
    Orphans(Orphans),
}
