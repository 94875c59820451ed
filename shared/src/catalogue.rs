//! What a device must know to work without a network: services and areas, as one versioned whole.
//!
//! Areas are nearly all of its bytes and change rarely, so they have a version of their own: a device that names it is not sent them again because a
//! service was renamed.

use serde::{Deserialize, Serialize};

use crate::area::Area;
use crate::service::Service;

/// The catalogue of a jurisdiction.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// A short hash over the rest; a device that names it gets the catalogue only when it differs.
    pub version: String,
    /// The name of the jurisdiction, "Comune di Genova".
    pub jurisdiction: String,
    /// Services in the order they are offered.
    pub services: Vec<Service>,
    /// Areas, by code.
    #[serde(default)]
    pub areas: Vec<Area>,
    /// A short hash over the areas alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub areas_version: String,
    /// Whether the areas were left out, because the device named their version: it keeps those it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub areas_kept: bool,
}

impl Catalogue {
    /// What a device gets that has the areas of `areas_version`: without them, where they are still the same.
    #[must_use]
    pub fn for_device(&self, areas_version: Option<&str>) -> Self {
        if areas_version.is_none_or(|version| version.is_empty() || version != self.areas_version) {
            return self.clone();
        }
        let (version, jurisdiction, areas_version) = (self.version.clone(), self.jurisdiction.clone(), self.areas_version.clone());
        Self { version, jurisdiction, services: self.services.clone(), areas: Vec::new(), areas_version, areas_kept: true }
    }

    /// The whole again, from what came and what the device `had`. `None` when areas were left out that it does not have.
    pub fn completed(mut self, had: Option<Self>) -> Option<Self> {
        if self.areas_kept {
            self.areas = had.filter(|had| had.areas_version == self.areas_version)?.areas;
            self.areas_kept = false;
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Corner;
    use crate::service::AreaCode;

    fn catalogue(version: &str, areas_version: &str) -> Catalogue {
        let ring = vec![Corner(0, 0), Corner(1, 0), Corner(1, 1), Corner(0, 0)];
        let area =
            Area { code: AreaCode::new("m1").unwrap(), name: "M".to_owned(), kind: "municipio".to_owned(), polygons: vec![vec![ring]] };
        Catalogue {
            version: version.to_owned(),
            jurisdiction: "Comune di Genova".to_owned(),
            services: Vec::new(),
            areas: vec![area],
            areas_version: areas_version.to_owned(),
            areas_kept: false,
        }
    }

    #[test]
    fn areas_travel_only_where_they_are_others() {
        let (old, new) = (catalogue("1", "a"), catalogue("2", "a"));
        let sent = new.for_device(Some("a"));
        assert!(sent.areas.is_empty() && sent.areas_kept);
        assert_eq!(sent.completed(Some(old)), Some(new.clone()));
        assert_eq!(new.for_device(Some("b")), new);
        assert_eq!(new.for_device(None), new, "a device of the first version gets everything");
    }

    #[test]
    fn areas_that_are_not_there_are_not_made_up() {
        let sent = catalogue("2", "a").for_device(Some("a"));
        assert_eq!(sent.clone().completed(None), None);
        assert_eq!(sent.completed(Some(catalogue("1", "b"))), None);
    }

    #[test]
    fn a_catalogue_of_the_first_servers_is_read() {
        let first = r#"{"version":"1","jurisdiction":"G","services":[],"areas":[]}"#;
        assert_eq!(serde_json::from_str::<Catalogue>(first).unwrap().areas_version, "");
    }
}
