//! Why two cases look alike: codes that are stored and travel, and the words that people read.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use crate::problem::Invalid;

/// One finding about a pair of cases.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// How far apart they are.
    Distance {
        /// Metres.
        metres: u32,
    },
    /// How long apart they were received.
    Age {
        /// Minutes.
        minutes: u32,
    },
    /// The same service.
    SameService,
    /// Two services of one group.
    SameGroup,
    /// Words of the descriptions are the same.
    Words {
        /// How many of all, 0 to 100.
        percent: u8,
    },
    /// Two photos look alike.
    Picture {
        /// How many of 64 bits differ.
        bits: u8,
    },
    /// A citizen wanted to join the other case.
    Asked,
}

impl Reason {
    /// In words, as one part of a sentence, in Italian (`"it"`) or English (every other language).
    pub fn text(self, language: &str) -> String {
        let italian = language == "it";
        match self {
            Self::Distance { metres: 0 } => if italian { "nello stesso punto" } else { "at the same point" }.to_owned(),
            Self::Distance { metres } => {
                if italian {
                    format!("a {metres} m")
                } else {
                    format!("{metres} m away")
                }
            }
            Self::Age { minutes } => age(minutes, italian),
            Self::SameService => if italian { "stessa categoria" } else { "same category" }.to_owned(),
            Self::SameGroup => if italian { "categoria affine" } else { "related category" }.to_owned(),
            Self::Words { .. } => if italian { "parole in comune" } else { "words in common" }.to_owned(),
            Self::Picture { bits: 0 } => if italian { "stessa foto" } else { "same picture" }.to_owned(),
            Self::Picture { .. } => if italian { "foto somigliante" } else { "picture looks alike" }.to_owned(),
            Self::Asked => if italian { "lo dice chi segnala" } else { "the reporter says so" }.to_owned(),
        }
    }
}

fn age(minutes: u32, italian: bool) -> String {
    let (count, one, many) = match (minutes, italian) {
        (0..60, true) => return "nella stessa ora".to_owned(),
        (0..60, false) => return "within the hour".to_owned(),
        (60..1_440, true) => (minutes / 60, "ora di distanza", "ore di distanza"),
        (60..1_440, false) => (minutes / 60, "hour apart", "hours apart"),
        (_, true) => (minutes / 1_440, "giorno di distanza", "giorni di distanza"),
        (_, false) => (minutes / 1_440, "day apart", "days apart"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// All reasons as one phrase: "14 m away, 2 days apart, same category, picture looks alike".
pub fn sentence(reasons: &[Reason], language: &str) -> String {
    reasons.iter().map(|reason| reason.text(language)).collect::<Vec<_>>().join(", ")
}

/// As it is stored: a word, and the figure behind `=`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Distance { metres } => write!(f, "distance={metres}"),
            Self::Age { minutes } => write!(f, "age={minutes}"),
            Self::SameService => f.write_str("same_service"),
            Self::SameGroup => f.write_str("same_group"),
            Self::Words { percent } => write!(f, "words={percent}"),
            Self::Picture { bits } => write!(f, "picture={bits}"),
            Self::Asked => f.write_str("asked"),
        }
    }
}

impl FromStr for Reason {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("reason", "is none that this version knows");
        let (word, figure) = text.split_once('=').unwrap_or((text, ""));
        let number = || figure.parse::<u32>().map_err(|_| wrong());
        let byte = || figure.parse::<u8>().map_err(|_| wrong());
        Ok(match word {
            "distance" => Self::Distance { metres: number()? },
            "age" => Self::Age { minutes: number()? },
            "same_service" => Self::SameService,
            "same_group" => Self::SameGroup,
            "words" => Self::Words { percent: byte()? },
            "picture" => Self::Picture { bits: byte()? },
            "asked" => Self::Asked,
            _ => return Err(wrong()),
        })
    }
}

/// Reasons as they are stored: separated by spaces.
pub fn to_codes(reasons: &[Reason]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// And back.
///
/// # Errors
/// [`Invalid`] for a word that is no reason.
pub fn from_codes(codes: &str) -> Result<Vec<Reason>, Invalid> {
    codes.split_ascii_whitespace().map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Reason; 7] = [
        Reason::Distance { metres: 14 },
        Reason::Age { minutes: 2_900 },
        Reason::SameService,
        Reason::SameGroup,
        Reason::Words { percent: 40 },
        Reason::Picture { bits: 3 },
        Reason::Asked,
    ];

    #[test]
    fn reasons_read_as_people_speak() {
        let told = [ALL[0], ALL[1], ALL[2], ALL[5]];
        assert_eq!(sentence(&told, "en"), "14 m away, 2 days apart, same category, picture looks alike");
        assert_eq!(sentence(&told, "it"), "a 14 m, 2 giorni di distanza, stessa categoria, foto somigliante");
        let ages = [0, 59, 60, 150, 1_440].map(|minutes| Reason::Age { minutes }.text("en"));
        assert_eq!(ages, ["within the hour", "within the hour", "1 hour apart", "2 hours apart", "1 day apart"]);
        assert_eq!(Reason::Age { minutes: 1_440 }.text("it"), "1 giorno di distanza");
        assert_eq!(Reason::Distance { metres: 0 }.text("it"), "nello stesso punto");
    }

    #[test]
    fn reasons_survive_their_stored_form() {
        assert_eq!(from_codes(&to_codes(&ALL)).unwrap(), ALL);
        assert_eq!(to_codes(&ALL[..3]), "distance=14 age=2900 same_service");
        assert!(from_codes("").unwrap().is_empty());
        for wrong in ["guess", "distance", "distance=far", "words=300"] {
            assert!(from_codes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn reasons_travel_with_their_figures() {
        let json = serde_json::to_string(&ALL[..3]).unwrap();
        assert_eq!(json, r#"[{"reason":"distance","metres":14},{"reason":"age","minutes":2900},{"reason":"same_service"}]"#);
    }
}
