//! What can be imported, one part of a city at a time, and what an import may leave behind.

use lanterna_shared::address::Address;
use lanterna_shared::area::Area;
use lanterna_shared::department::Department;
use lanterna_shared::service::Service;
use std::fmt;

/// A part of the city, whole: what is missing in it is retired. It must have been checked.
#[derive(Clone, Debug)]
pub enum Import {
    /// Services, in the order they are offered.
    Services(Vec<Service>),
    /// Departments and partners with their crews.
    Departments(Vec<Department>),
    /// Areas.
    Areas(AreaImport),
    /// Addresses. Nothing refers to them, so old ones are forgotten.
    Addresses(Vec<Address>),
}

/// Areas of one or more kinds.
#[derive(Clone, Debug, Default)]
pub struct AreaImport {
    /// In any order.
    pub areas: Vec<Area>,
    /// The kind that says where a case lies; empty = every kind.
    pub lies_in: String,
}

/// Whether what open cases name may disappear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retire {
    /// No: the import is refused and says which.
    Refuse,
    /// Yes: those cases keep the old one, under its old name.
    Anyway,
}

/// What a case or a rule can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An area.
    Area,
    /// A service.
    Service,
    /// A department or partner.
    Department,
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Area => "area",
            Self::Service => "service",
            Self::Department => "department",
        })
    }
}

/// What would disappear from under open cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    /// What they are.
    pub what: Thing,
    /// Codes, each with how many open cases name it.
    pub gone: Vec<(String, u64)>,
}

impl fmt::Display for Orphans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (code, cases)) in self.gone.iter().take(20).enumerate() {
            let case = if *cases == 1 { "case names" } else { "cases name" };
            write!(f, "{}{cases} open {case} the {} {code}", if place == 0 { "" } else { ", " }, self.what)?;
        }
        if self.gone.len() > 20 {
            write!(f, ", and so on for {} more", self.gone.len().saturating_sub(20))?;
        }
        f.write_str(", which is missing here: add it, or import with --retire to let those cases keep the old one")
    }
}
