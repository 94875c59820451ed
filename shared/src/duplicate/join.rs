//! A citizen joins a case that is open, with a report of their own.
//!
//! A wish, never a condition: where the case is not there, over or elsewhere by the time the report arrives, the report opens a case of its own and
//! its row says so. Nothing is lost.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::check::CaseNumber;
use crate::id::CaseId;
use crate::problem::Invalid;

/// The case that a report wants to join: by its id out of the public index, or by the number that somebody read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseRef {
    /// Out of the index.
    Case(CaseId),
    /// With its check character.
    Number(CaseNumber),
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(case) => case.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl FromStr for CaseRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Ok(case) = text.parse() {
            return Ok(Self::Case(case));
        }
        text.parse().map(Self::Number).map_err(|_| Invalid::new("joins", "names no case: give its number, as 1042-7, or its id"))
    }
}

impl Serialize for CaseRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CaseRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What came of the wish to join.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Joined {
    /// The report is on that case.
    Joined,
    /// There is no such case in the public index; the report has a case of its own.
    NotPublic,
    /// The case is no longer open; the report has a case of its own.
    NotOpen,
    /// The report is from elsewhere, or says no place; it has a case of its own.
    NotNear,
}

impl Joined {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Joined, Self::NotPublic, Self::NotOpen, Self::NotNear];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::NotPublic => "not_public",
            Self::NotOpen => "not_open",
            Self::NotNear => "not_near",
        }
    }

    /// Reads the stored form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|joined| joined.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_case_is_named_by_id_or_number() {
        let case = CaseId::mint(Timestamp::from_millis(5), [1; 10]);
        for named in [CaseRef::Case(case), CaseRef::Number(CaseNumber::new(1042))] {
            assert_eq!(named.to_string().parse::<CaseRef>().unwrap(), named);
            assert_eq!(serde_json::from_str::<CaseRef>(&serde_json::to_string(&named).unwrap()).unwrap(), named);
        }
        assert!("1042-0".parse::<CaseRef>().is_err(), "a wrong check character");
        assert!("the one over there".parse::<CaseRef>().is_err());
    }

    #[test]
    fn outcomes_survive_their_stored_form() {
        for joined in Joined::ALL {
            assert_eq!(Joined::parse(joined.as_str()), Some(joined));
        }
        assert_eq!(Joined::parse("perhaps"), None);
    }
}
