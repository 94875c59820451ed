//! What a device must know to work without a network: services and areas, as one versioned whole.

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
    pub areas: Vec<Area>,
}
